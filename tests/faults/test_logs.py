"""What others do to Kafka: open transactions that nobody ends, a consumer group's offsets deleted."""

import itertools
import time

import pytest
from confluent_kafka import Producer

import wire
from published import Published
from stack import wait_until
from trial import Trial

TIMEOUT_S, GRACE_S = 10, 5
_numbers = itertools.count()


@pytest.fixture(scope="module")
def plant(plants):
    return plants()


def leave_open(stack, topic, partition):
    """A producer writes one record within a transaction, and is gone; returns the record's offset."""
    producer = Producer({"bootstrap.servers": stack.kafka, "transactional.id": f"foreign-{next(_numbers)}-{time.time_ns()}", "log_level": 2,
                         "transaction.timeout.ms": TIMEOUT_S * 1000, "message.timeout.ms": TIMEOUT_S * 1000})
    offsets = []
    producer.init_transactions(30)
    producer.begin_transaction()
    producer.produce(topic, b"of nobody", b"nobody", partition, on_delivery=lambda _, message: offsets.append(message.offset()))
    assert producer.flush(30) == 0
    return offsets[0]


def a_partition(plant):
    """One that has an employer."""
    return wire.partition_of(plant.rng.choice(plant.employers).encode(), plant.deployment.partitions)


def test_a_foreign_transaction_left_open_on_an_output_stops_its_readers_alone(plant, stack):
    with Trial(plant, "foreign transaction left open, output partition", limit=90) as trial:
        partition, ours = a_partition(plant), Published(trial.positions)
        leave_open(stack, "population.P1", partition)
        opened = time.monotonic()
        trial.over(positions=ours, partitions=[partition])
        assert time.monotonic() - opened < TIMEOUT_S, "the vault must not wait for a foreign transaction"
        time.sleep(max(0.0, opened + TIMEOUT_S - time.monotonic()))
        trial.over(ended=opened, positions=Published(plant.positions["P1"]), partitions=[partition])
    assert TIMEOUT_S / 2 <= trial.stall <= TIMEOUT_S + GRACE_S, f"readers were stalled for {trial.stall:.1f} s"


def test_a_foreign_transaction_left_open_on_an_input_stops_its_partition_alone(plant, stack):
    with Trial(plant, "foreign transaction left open, input partition", limit=90) as trial:
        partition = a_partition(plant)
        others = sorted({wire.partition_of(e.encode(), plant.deployment.partitions) for e in plant.employers} - {partition})
        offset = leave_open(stack, "hr.events", partition)
        opened = time.monotonic()
        trial.over(positions=Published(trial.positions), partitions=others)
        assert time.monotonic() - opened < TIMEOUT_S, "other partitions must not wait for a foreign transaction"
        assert plant.deployment.vault_offsets()["hr.events", partition] <= offset, "the transaction should have held the partition up"
        wait_until(lambda: plant.deployment.vault_offsets()["hr.events", partition] > offset + 1, 60, "the partition to go on", 0.1)
        waited = time.monotonic() - opened
        trial.recovered.append(waited)
    assert TIMEOUT_S / 2 <= waited <= TIMEOUT_S + GRACE_S, f"the partition went on after {waited:.1f} s"


@pytest.mark.parametrize("name", ["vault.0", pytest.param("P1", marks=pytest.mark.matrix)])
def test_a_groups_offsets_deleted_are_known_all_the_same(plant, stack, name):
    """While the service is stopped, and the load goes on. Partitions without load are to be marked in Kafka again, too: the check compares."""
    service, group = plant.services()[name], plant.positions_of(name).group
    with Trial(plant, f"group offsets deleted, {name.split('.')[0]}", service=name, limit=90) as trial:
        service.stop()
        wait_until(lambda: not stack.admin.describe_consumer_groups([group], request_timeout=20)[group].result().members, 60, "the group to be empty", 0.3)
        stack.admin.delete_consumer_groups([group], request_timeout=20)[group].result()
        assert trial.positions.kafka() == {}
        before = len(service.logged())
        service.start()
        trial.over(0, service.started, Published(trial.positions))
    assert b"own mark" in service.logged()[before:], "the log should say what was gone on by"
