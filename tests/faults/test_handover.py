"""Partitions that move between instances which both live on: the one that comes ends nothing of the one that goes; and one that dies as it comes."""

import signal
import subprocess
import time
from pathlib import Path

import pytest

import wire
from broken import Fuse, build_with_faults, go_on
from sampler import until_batch
from stack import wait_until
from trial import Trial

STACK = str(wire.ROOT / "deploy" / "stack")
matrix = pytest.mark.matrix


@pytest.fixture(scope="module")
def plant(plants):
    return plants(vaults=2)


class Since:
    """What the vault's instances have logged from here on."""

    def __init__(self, plant):
        self.services = [s for name, s in plant.services().items() if name.startswith("vault")]
        self.began = [len(s.logged()) for s in self.services]

    def lines(self, number, event):
        said = self.services[number].logged()[self.began[number]:].decode(errors="replace")
        return [line for line in said.splitlines() if f"event={event} " in line]

    def check_undisturbed(self):
        for number in range(len(self.services)):
            assert not self.lines(number, "orphan_ended"), f"instance {number} ended what a living one had open"
            assert not self.lines(number, "publish_retry"), f"a transaction of instance {number} failed: {self.lines(number, 'publish_retry')[0]}"


def shares_out(plant):
    wait_until(lambda: plant.owned(0) and plant.owned(1), 60, "both instances to own partitions", 0.1)


def spoil(plant, partition, by):
    """Moves what PostgreSQL says of a partition's next event: behind the log's end the partition halts before it is anybody's to work on."""
    plant.deployment.stack.sql(f"update stream_input set next_offset = next_offset + {by} where partition = {partition} and topic = 'hr.events'",
                               plant.positions["vault"].database)


@matrix
def test_what_was_never_worked_on_ends_nothing_of_its_owner_when_it_moves(plant):
    one, other = plant.services()["vault.0"], plant.services()["vault.1"]
    with Trial(plant, "a halted partition moves to another instance") as trial:
        partition = wire.partition_of(plant.employers[0], plant.deployment.partitions)
        if partition not in plant.owned(1):
            one, other = other, one
        plant.pace.pause()
        plant.deployment.settle()
        one.stop()
        other.stop()
        spoil(plant, partition, 10 ** 6)
        try:
            one.start()
            wait_until(lambda: f"event=partition_halted partition={partition} ".encode() in one.logged(), 60, "the partition to halt", 0.1)
            plant.work()
            trial.over()
            since = Since(plant)
            other.start()
            shares_out(plant)
            wait_until(lambda: f"event=partition_halted partition={partition} ".encode() in other.logged(), 60, "it to halt at the other one, too", 0.1)
            trial.over()
            since.check_undisturbed()
        finally:
            plant.pace.pause()
            one.stop()
            other.stop()
            spoil(plant, partition, -10 ** 6)
            one.start()
            other.start()
        shares_out(plant)
        plant.work()
        trial.over()


def test_who_was_paused_goes_on_with_a_producer_of_its_own(plant):
    """Its successor could not know that nothing was open, and ended it: that must not cost the first transaction afterwards."""
    service = plant.services()["vault.1"]
    with Trial(plant, "SIGSTOP beyond the session, idle", limit=90, least_events=1, leaks=False) as trial:  # idle is what it is about
        plant.pace.pause()
        plant.deployment.settle()
        since = Since(plant)
        service.process.send_signal(signal.SIGSTOP)
        wait_until(lambda: not plant.owned(1), 60, "the other instance to own everything", 0.1)
        service.process.send_signal(signal.SIGCONT)
        wait_until(lambda: plant.owned(1) or not service.running(), 60, "the paused one to come back", 0.1)
        plant.restart_ended()
        shares_out(plant)
        plant.work()
        trial.over(partitions=plant.owned(1))
    assert since.lines(0, "orphan_ended") and not since.lines(1, "publish_retry"), since.lines(1, "publish_retry")


@matrix
def test_who_was_cut_off_leaves_in_order_by_itself(plant, stack):
    """Kafka is away for longer than the session: what had nothing open is noted as left, and nobody ends anything for it afterwards."""
    if not stack.environment.get("KLUIS_PG_DATA"):
        pytest.skip("needs a Kafka of deploy/stack")
    with Trial(plant, "Kafka away beyond the session, idle", limit=90, least_events=1) as trial:
        plant.pace.pause()
        plant.deployment.settle()
        since = Since(plant)
        subprocess.run([STACK, "kafka-stop", "--immediate", "--name", stack.name], check=True, capture_output=True)
        try:
            wait_until(lambda: not trial.positions.sql("select 1 from stream_position where not clean"), 60, "what was lost to be noted as left", 0.1)
        finally:
            wait_until(lambda: subprocess.run([STACK, "kafka-start", "--name", stack.name], capture_output=True).returncode == 0, 120, "Kafka to start", 0.2)
            stack.connect_admin()
        shares_out(plant)
        plant.work()
        trial.over()
        since.check_undisturbed()


SESSION_S = 6.0


@matrix
def test_a_partition_whose_new_owner_dies_as_it_comes_is_taken_back(plants):
    """It was paused before its take-over for longer than its session, moves the fences of what is another's by then, and dies: no member comes or goes, so
    the group has nothing to say to the living one."""
    patch = build_with_faults()
    try:
        plant = plants(vaults=2)
    finally:
        patch.undo()
    one, other = plant.services()["vault.0"], plant.services()["vault.1"]
    partitions = sorted({wire.partition_of(e, plant.deployment.partitions) for e in plant.employers})

    def worked_on(what):
        for partition in partitions:
            until_batch(plant.positions["vault"], None, 60, f"on partition {partition}, {what}", [partition])

    with Trial(plant, "a new owner dies as it comes, late", limit=90) as trial:
        other.kill()
        trial.kills += 1
        fuse = Fuse(other, pause="takeover_settled", crash="takeover_fence_moved", lit=True)
        other.start()
        fuse.stopped(40, "takeover_settled")
        time.sleep(SESSION_S + 1)
        worked_on("while the other one is paused")
        began = len(one.logged())
        fuse.light()
        go_on(other)
        died = fuse.burnt(20, "takeover_fence_moved")
        trial.kills += 1
        wait_until(lambda: b"code=KF001" in one.logged()[began:], 30, "the living one to find a partition taken over", 0.05)
        worked_on("after it was taken over by one that died")
        trial.takeovers.append(time.monotonic() - died)
        other.start()


def reach_kafka_through(service, stack, proxy):
    config = Path(service.config)
    config.write_text(config.read_text().replace(stack.kafka, proxy.address))


@matrix
def test_a_take_over_without_kafka_does_not_go_on_stopping_the_living_owner(plants, stack, proxy):
    """One that loses Kafka in the middle of its take-over, and keeps PostgreSQL: it moves the fences once, and no more when that is another's."""
    patch = build_with_faults()
    try:
        plant = plants()
    finally:
        patch.undo()
    other = plant.deployment.vault_instance(1)
    reach_kafka_through(other, stack, proxy)
    partitions = sorted({wire.partition_of(e, plant.deployment.partitions) for e in plant.employers})

    def fences():
        return plant.positions["vault"].sql("select partition, fence from stream_position order by partition")

    with Trial(plant, "Kafka lost in the middle of a take-over", limit=90) as trial:
        fuse = Fuse(other, pause="takeover_settled", lit=True)
        other.start()
        fuse.stopped(40, "takeover_settled")
        proxy.blackhole("both")
        go_on(other)
        wait_until(lambda: b"event=take_over_retry" in other.logged(), 60, "the take-over to fail", 0.1)
        time.sleep(SESSION_S + 1)
        for partition in partitions:
            until_batch(plant.positions["vault"], None, 60, f"on partition {partition}, of the living one", [partition])
        before = fences()
        time.sleep(15)
        assert fences() == before, "somebody moves fences of what is another's"
        proxy.clear()
        wait_until(lambda: b"event=taken_over" in other.logged() and plant.owned(1), 60, "who was cut off to own partitions again", 0.1)
        halts = {line.partition(b"code=")[2].split()[0] for line in other.logged().splitlines() if b"event=partition_halted" in line}
        assert halts <= {b"KF001"} and other.running(), f"what another one did is taken for a fault: {other.tail()}"
        trial.over()


@matrix
def test_who_was_paused_in_its_take_over_takes_nothing_of_another_for_a_fault(plants):
    """One that has asked PostgreSQL, and asks Kafka when another has long published more: no database that went back, and nothing that it may write on."""
    patch = build_with_faults()
    try:
        plant = plants()
    finally:
        patch.undo()
    other, positions = plant.deployment.vault_instance(1), plant.positions["vault"]
    partitions = sorted({wire.partition_of(e, plant.deployment.partitions) for e in plant.employers})
    wiped = []

    def back():
        wiped.extend(positions.sql("select partition, fence from stream_position where owner = '' and not clean"))
        return b"event=taken_over" in other.logged() and plant.owned(1)

    with Trial(plant, "paused in the middle of a take-over, beyond its session", limit=90) as trial:
        fuse = Fuse(other, pause="takeover_fence_moved", lit=True)
        other.start()
        fuse.stopped(40, "takeover_fence_moved")
        before = positions.postgres()
        wait_until(lambda: not plant.owned(1), 60, "the living one to take everything", 0.1)
        wait_until(lambda: all(positions.kafka()[p][0].batch > before[p][2] for p in partitions), 60, "it to publish more of everybody", 0.1)
        go_on(other)
        wait_until(back, 60, "who was paused to own partitions again", 0.01)
        halts = [line.partition(b"code=")[2].split()[0] for line in other.logged().splitlines() if b"event=partition_halted" in line]
        assert halts and set(halts) == {b"KF001"} and other.running(), f"what another one did is taken for a fault: {halts}, {other.tail()}"
        assert not wiped, f"who left wrote on what is another's: {wiped[0]}"
        trial.over()
