"""Processes paused, doubled, moved about, starved of descriptors, in another time, flooded with poison: exact, and at work again in time."""

import os
import resource
import signal
import time

import pytest

from conftest import scaled
from stack import wait_until
from trial import SLACK, Trial

SESSION_S, HOUR_S = 6.0, 3600
TAKEOVER_GOAL_S = 5  # beyond the session


@pytest.fixture(scope="module")
def plant(plants):
    return plants(vaults=2)


def ends_or_rejoins(plant, number, limit=40):
    """A process that was paused has ended, and is started again as its supervisor would; or it owns partitions again."""
    service = plant.services()[f"vault.{number}"]
    wait_until(lambda: not service.running() or plant.owned(number), limit, f"vault.{number} to end or to own partitions again", 0.1)
    ended = not service.running()
    if ended:
        service.start()
        wait_until(lambda: plant.owned(number), limit, f"vault.{number} to own partitions again", 0.1)
    return ended


def pause_beyond_session(trial, number, stopped):
    """What was paused (since `stopped`) loses its partitions to the other; then it goes on, and must do no harm."""
    plant = trial.plant
    mine = plant.owned(number)
    trial.taken_over(mine, stopped)
    wait_until(lambda: not plant.owned(number), 60, "the other instance to own everything", 0.1)
    time.sleep(plant.rng.random() * 2)
    plant.services()[f"vault.{number}"].process.send_signal(signal.SIGCONT)
    ends_or_rejoins(plant, number)


@pytest.mark.parametrize("round", [0, *(pytest.param(n, marks=pytest.mark.matrix) for n in range(1, scaled(6)))])
def test_a_zombie_beyond_its_session_does_no_harm(plant, round):
    with Trial(plant, "SIGSTOP beyond the session, at a random moment") as trial:
        number = plant.rng.randrange(2)
        time.sleep(plant.rng.random())
        plant.services()[f"vault.{number}"].process.send_signal(signal.SIGSTOP)
        pause_beyond_session(trial, number, time.monotonic())
    assert max(trial.takeovers) <= SESSION_S + SLACK * TAKEOVER_GOAL_S, f"take-over took {max(trial.takeovers):.1f} s"


@pytest.mark.matrix
def test_a_provider_paused_beyond_its_session_does_no_harm(plant):
    with Trial(plant, "SIGSTOP of a provider beyond the session", service="P1") as trial:
        process = plant.services()["P1"].process
        process.send_signal(signal.SIGSTOP)
        time.sleep(14)
        before = trial.positions.batches()
        process.send_signal(signal.SIGCONT)
        trial.over(before)
        plant.restart_ended()


def test_two_processes_of_one_name_do_no_harm(plant):
    """The same configuration started twice: one of the two ends, or both go on in turn; whoever supervises them keeps starting both."""
    with Trial(plant, "two processes with one transactional id", least_events=50) as trial:
        first = plant.services()["vault.0"]
        twin = type(first)(first.binary, first.config, f"{first.log}.twin")
        twin.start()
        ended, until = 0, time.monotonic() + scaled(20, 5)
        while time.monotonic() < until:
            for service in (first, twin):
                if not service.running():
                    ended += 1
                    service.start()
            time.sleep(0.2)
        for service in (twin, first):  # whichever is left may already be on its way out
            service.ensure_gone()
        plant.aside.append(twin)
        first.start()
        trial.over()
    assert ended, "neither of two processes of one name was told to end"


def storm(trial, seconds):
    """Instances come and go, politely and by SIGKILL, every second or two; two at most are missing."""
    plant, until = trial.plant, time.monotonic() + seconds
    names = [n for n in plant.services() if n.startswith("vault")]
    while time.monotonic() < until:
        service = plant.services()[plant.rng.choice(names)]
        if not service.running():
            service.start()
        elif plant.rng.random() < 0.5:
            service.kill()
            trial.kills += 1
        else:
            service.stop()
        time.sleep(plant.rng.uniform(0.3, 2.5))
    plant.restart_ended()


def test_a_rebalance_storm_loses_nothing(plant):
    with Trial(plant, "rebalance storm", limit=90) as trial:
        third = plant.deployment.vault_instance(2).start()
        storm(trial, scaled(20, 8))
        trial.over()
        third.stop()
        plant.leave(third)
        trial.over()


@pytest.mark.parametrize("name", ["vault.0", pytest.param("P1", marks=pytest.mark.matrix)])
def test_without_descriptors_it_waits_and_goes_on(plant, name):
    """No descriptor left, and the database connection cut: the process must wait, not end, or end in order to be started again."""
    with Trial(plant, f"descriptors exhausted, {name.split('.')[0]}", service=name) as trial:
        service = plant.services()[name]
        limits = resource.prlimit(service.process.pid, resource.RLIMIT_NOFILE)
        resource.prlimit(service.process.pid, resource.RLIMIT_NOFILE, (3, limits[1]))
        plant.deployment.stack.sql(f"select pg_terminate_backend(pid) from pg_stat_activity where datname = '{trial.positions.database}'")
        time.sleep(scaled(8, 4))
        if service.running():
            resource.prlimit(service.process.pid, resource.RLIMIT_NOFILE, limits)
        plant.restart_ended()
        trial.over()


@pytest.mark.parametrize("shift", [HOUR_S, pytest.param(-HOUR_S, marks=pytest.mark.matrix), pytest.param(400 * 24 * HOUR_S, marks=pytest.mark.matrix)],
                         ids=["+1h", "-1h", "+400d"])
def test_a_clock_that_jumps_changes_nothing(plant, shift):
    """Every time in an output is the broker's: the service's own clock may jump as it will."""
    service = plant.services()["vault.1"]
    service.shift_clock(0)
    service.stop()
    began = len(service.logged())
    service.start()
    wait_until(lambda: b"event=assigned" in service.logged()[began:] and plant.owned(1), 60, "the instance with a clock of its own to own partitions", 0.2)
    with Trial(plant, f"clock jumps by {shift} s and back") as trial:
        for jump in (shift, 0, shift):
            service.shift_clock(jump)
            time.sleep(1 + plant.rng.random())
            trial.over(trial.positions.batches(plant.owned(1)), partitions=plant.owned(1))
        service.shift_clock(0)
    service.environment = {}
    service.stop()
    service.start()


def test_a_flood_of_poison_is_kept_and_passed(plant):
    """Half of what comes is poison; one flood of nothing else, at once."""
    with Trial(plant, "poison flood") as trial:
        content, usual = plant.content, plant.content.poison
        content.poison = 0.5
        time.sleep(scaled(6, 3))
        content.poison = usual
        before = len(content.poisoned)
        for number in range(scaled(2000, 200)):
            bad = b"\xfeFLOOD" + number.to_bytes(8, "big") + os.urandom(8)
            content.poisoned[bad] = "UNREADABLE"
            plant.deployment.produce("hr.events", plant.employers[number % len(plant.employers)], bad)
        trial.over()
    assert len(content.poisoned) >= before + scaled(2000, 200)
