"""A population on a provider's topic, put there as a vault does: in transactions, numbered, by partition of the employer; and the command's figures of it."""

import json
import os
import subprocess
from collections import Counter

from confluent_kafka import Consumer, Producer, TopicPartition

import wire
from deployment import build_folder
from service import ENVIRONMENT
from stack import wait_until


class Feed:
    """Writes records (key, value or None) to population.<provider>."""

    def __init__(self, stack, provider, partitions):
        self.topic, self.partitions = f"population.{provider}", partitions
        self.numbers, self.employers, self.ends = Counter(), {}, {}
        self._producer = Producer({"bootstrap.servers": stack.kafka, "transactional.id": f"feed-{provider}-{os.getpid()}", "linger.ms": 5,
                                   "log_level": 2})
        self._producer.init_transactions(30)
        self._reader = Consumer({"bootstrap.servers": stack.kafka, "group.id": f"feed-{provider}", "isolation.level": "read_committed", "log_level": 2})

    def _partition(self, key, value):
        """A tombstone goes where its entity went."""
        if value is not None:
            self.employers[key] = wire.decode(value)[1]["employer_id"]
        return wire.partition_of(self.employers[key], self.partitions)

    def write(self, records, each=500):
        """In transactions of so many records."""
        for first in range(0, len(records), each):
            self.begin(records[first:first + each])
            self.commit()

    def begin(self, records):
        """Opens a transaction with these; all are at the broker when this returns."""
        self._producer.begin_transaction()
        for key, value in records:
            partition = self._partition(key, value)
            self.numbers[partition] += 1
            self._producer.produce(self.topic, value, key, partition, on_delivery=self._delivered, headers={"kluis-seq": f"1.{self.numbers[partition]}"})
            self._producer.poll(0)
        assert self._producer.flush(60) == 0

    def commit(self):
        self._producer.commit_transaction(30)
        self._wait_for_markers()

    def abort(self):
        self._producer.abort_transaction(30)
        self._wait_for_markers()

    def _wait_for_markers(self):
        """What is committed is readable only a moment later: the coordinator answers before it has told the partitions."""
        def end(partition):
            return self._reader.get_watermark_offsets(TopicPartition(self.topic, partition), 10, cached=False)[1]
        wait_until(lambda: all(end(p) >= last for p, last in self.ends.items()), 60, f"{self.topic} to be readable to its end", 0.01)

    def write_raw(self, key, value, partition):
        """One record whatever it is."""
        self._producer.begin_transaction()
        self._producer.produce(self.topic, value, key, partition, on_delivery=self._delivered)
        self.commit()

    def _delivered(self, error, message):
        assert error is None, error
        self.ends[message.partition()] = max(self.ends.get(message.partition(), 0), message.offset() + 1)


class Replay:
    """A topic of its own that no service reads, and the command on it: its configuration names Kafka and nothing else."""

    def __init__(self, stack, folder, provider, partitions, **settings):
        stack.create_topics([f"population.{provider}"], partitions, **{"cleanup.policy": "compact", **settings})
        self.feed = Feed(stack, provider, partitions)
        self.config = configuration(folder, provider, stack.kafka)

    def figures(self, *options, check=True):
        return run_figures(self.config, *options, "--replay", check=check)


def configuration(folder, provider, kafka, *more):
    path = folder / f"replay-{provider}.conf"
    path.write_text("".join(f"{line}\n" for line in (f"provider_id = {provider}", f"kafka.bootstrap.servers = {kafka}", *more)))
    return path


def run_figures(config, *options, check=True):
    done = subprocess.run([build_folder() / "provider-svc" / "provider-svc", "figures", *options, "--config", config], capture_output=True, text=True,
                          timeout=120, env={**os.environ, **ENVIRONMENT}, stdin=subprocess.DEVNULL)
    assert not check or done.returncode == 0, done.stderr
    return done


def in_tables(deployment, feed, provider="P1", limit=120):
    """Until the provider's service has all of it in its tables, loads ended."""
    service = deployment.provider[provider]

    def there():
        done = deployment.provider_offsets(provider)
        return all(done.get((feed.topic, p), 0) >= end for p, end in feed.ends.items()) and not json.loads(service.cli("status", "--json").stdout)["loads"]
    wait_until(there, limit, f"{feed.topic} in the tables", 0.3)
