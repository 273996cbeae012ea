"""Each crash point of both services: the process kills itself there, first or later, alone or beside another instance; nothing is lost or doubled."""

import os
import re
import signal
import subprocess
import time

import pytest

import wire
from broken import BUILD, PROVIDER, VAULT, Fuse, build_with_faults, owners, points, provider_standby
from conftest import scaled
from deployment import Deployment, build_folder
from plant import Plant
from sampler import until_batch
from stack import wait_until
from trial import Trial

POINTS = {p.name: p for p in points()}
RESTART_GOAL_S, SESSION_S = 3.0, 6.0
EACH_PLANT = 20  # trials on one plant: what it has said is read whole by every check
REACHED_S = 30

# How a point is brought about; all others come under load.
AT_START = {"take_assign_callback", "take_assigned", "takeover_settled", "takeover_fence_moved", "takeover_found_out", "takeover_decided",
            "takeover_done", "renew_destroyed", "renew_initialised"}
REPLAYING = {"replay_read", "replay_given"}
LEAVING = {"take_given_up", "giveup_drained", "giveup_noted"}
MOVING = {"take_revoke_callback"}
REFUSED = {"publish_failed", "publish_resolved"}
CUT_OFF = {"db_commit_resolved"}
SETUP = {name for name in POINTS if name.startswith("setup_")}
ONCE_A_PROCESS = AT_START | REPLAYING | LEAVING | MOVING | REFUSED | CUT_OFF

SELECTION = {("db_commit_sent", "vault"), ("db_committed_told", "vault"), ("publish_offsets_sent", "vault"), ("publish_commit_sent", "vault"),
             ("takeover_fence_moved", "vault"), ("run_step_committed", "vault"), ("outbox_truncate_sent", "vault"), ("publish_delivered", "P1"),
             ("provider_shares_written", "P1")}
SELECTION_STANDBY = {("publish_commit_sent", "vault")}


def cases(selection):
    found = [(p.name, service) for p in POINTS.values() if p.name not in SETUP
             for service in ("vault", "P1") if p.services in ("both", "vault" if service == "vault" else "provider")]
    return [pytest.param(*case, id="-".join(case), marks=() if case in selection else pytest.mark.matrix) for case in found]


class Ground:
    """The plant under test, made anew when it has said so much that reading it takes long; with standbys beside it once they are asked for."""

    def __init__(self, stack, seed):
        self.stack, self.seed, self.made, self.plant, self.standby = stack, seed, 0, None, {}

    def prepare(self, standby):
        if self.plant is None or self.plant.trials >= EACH_PLANT:
            self.clear()
            folder = wire.ROOT / "build" / "systests" / self.stack.name / f"crash{self.made}"
            self.made += 1
            deployment = Deployment(self.stack, folder, partitions=4, release=True).up()
            self.plant = Plant(deployment, f"{self.seed}/{self.made}", employers=5, rate=80, shares=0.06)
            self.plant.trials = 0
        if standby and not self.standby:
            self.standby = {"vault": self.plant.deployment.vault_instance(1), "P1": provider_standby(self.plant.deployment, "P1", 1)}
            for service in self.standby.values():
                service.start()
        self.plant.trials += 1
        return self.plant

    def clear(self):
        if self.plant is not None:
            self.plant.stop()
            self.plant.deployment.down()
        self.plant, self.standby = None, {}


@pytest.fixture(scope="module")
def ground(stack, seed):
    patch = build_with_faults()
    made = Ground(stack, seed)
    yield made
    made.clear()
    patch.undo()


class Crash:
    """Crashes of one service at one point."""

    def __init__(self, trial, point, name, standby):
        self.trial, self.plant, self.point, self.name, self.standby = trial, trial.plant, point, name, standby
        self.deployment, self.positions = trial.plant.deployment, trial.plant.positions[name]
        self.service = self.deployment.vault if name == "vault" else self.deployment.provider[name]
        self.instance = re.search(r"instance = (\S+)", open(self.service.config, encoding="utf-8").read())[1]

    def start(self, **asked):
        """Starts the service anew, and waits for its work."""
        fuse = Fuse(self.service, **asked)
        before = self.positions.batches()
        self.service.start()
        return fuse, before

    def worked(self, before):
        since = until_batch(self.positions, before, 40, f"of {self.name} after its start") - self.service.started
        if not self.standby:
            self.trial.recovered.append(since)
            return
        wait_until(lambda: self.instance in owners(self.positions).values(), 40, f"{self.instance} to own a partition again", 0.05)

    def died(self, fuse, what=None):
        at = fuse.burnt(REACHED_S, what or self.point)
        self.trial.kills += 1
        return at

    def taken_over(self, died):
        """Until all is the standby's."""
        wait_until(lambda: self.instance not in owners(self.positions).values(), 40, "the standby to take over", 0.02)
        self.trial.takeovers.append(time.monotonic() - died)

    def under_load(self, number, action=None):
        """The service is at work when the point counts; `action` brings the point about."""
        fuse, before = self.start(crash=f"{self.point}:{number}")
        self.worked(before)
        fuse.light()
        undo = action() if action else None
        died = self.died(fuse)
        if undo:
            undo()
        if self.standby:
            self.taken_over(died)

    def at_start(self, number):
        if self.point in REPLAYING:
            fuse, before = self.start(crash="db_committed_told")
            self.worked(before)
            self.died(fuse.light(), "db_committed_told")
        fuse, _ = self.start(crash=self.point, lit=True)
        self.died(fuse)

    def run(self):
        employers = self.plant.employers
        for employer_id in employers:
            self.deployment.send("operator:ops", "EmployerCommand", self.deployment.new_command("EmployerCommand", employer_id, action="ACTIVATE"))

    def leave(self):
        self.service.process.send_signal(signal.SIGTERM)

    def move(self):
        extra = self.deployment.vault_instance(2) if self.name == "vault" else provider_standby(self.deployment, self.name, 2)
        extra.start()

        def undo():
            extra.kill()
            self.deployment.services.remove(extra)
        return undo

    def refuse(self):
        """A topic takes nothing for a while."""
        from confluent_kafka.admin import ConfigResource, ResourceType
        topic = "population.P1" if self.name == "vault" else "dossier.status"
        asked = ConfigResource(ResourceType.TOPIC, topic)
        (found,) = self.plant.deployment.stack.admin.describe_configs([asked]).values()
        usual = found.result()["max.message.bytes"].value
        self.plant.deployment.stack.alter_topic(topic, **{"max.message.bytes": 64})
        return lambda: self.plant.deployment.stack.alter_topic(topic, **{"max.message.bytes": usual})

    def cut_off(self, number):
        """Its connection goes while it is about to commit."""
        fuse, before = self.start(crash=self.point, pause=f"db_before_commit:{number}")
        self.worked(before)
        fuse.light()
        fuse.stopped(REACHED_S, "db_before_commit")
        fuse.light()
        database = f"{self.deployment.name}-{self.name.lower()}"
        self.plant.deployment.stack.sql(f"select pg_terminate_backend(pid) from pg_stat_activity where datname = '{database}' and application_name = 'kluis'")
        self.service.process.send_signal(signal.SIGCONT)
        self.died(fuse)

    def happen(self, number):
        if self.point in AT_START | REPLAYING:
            self.at_start(number)
        elif self.point in CUT_OFF:
            self.cut_off(number)
        elif self.point in LEAVING:
            self.under_load(1, self.leave)
        elif self.point in MOVING:
            self.under_load(1, self.move)
        elif self.point in REFUSED:
            self.under_load(1, self.refuse)
        elif self.point.startswith("run_"):
            self.under_load(number, self.run)
        else:
            self.under_load(number)


def crash_at(ground, point, name, standby):
    plant = ground.prepare(standby)
    title = f"crash at {point}, {'vault' if name == 'vault' else 'provider'}, {'with a standby' if standby else 'alone'}"
    with Trial(plant, title, name if name != "vault" else "vault.0", leaks=False, least_events=5, limit=40) as trial:
        crash = Crash(trial, point, name, standby)
        crash.service.kill()
        crash.happen(1)
        crash.happen(plant.rng.randrange(2, 5))
        _, before = crash.start()
        crash.worked(before)
    return trial


@pytest.mark.parametrize("point, service", cases(SELECTION))
def test_a_crash_at_each_point_loses_nothing_and_doubles_nothing(ground, point, service):
    trial = crash_at(ground, point, service, False)
    assert max(trial.recovered) <= 2 * RESTART_GOAL_S, f"exec to next committed batch: {trial.recovered}"


@pytest.mark.parametrize("point, service", cases(SELECTION_STANDBY))
def test_beside_a_standby_too(ground, point, service):
    trial = crash_at(ground, point, service, True)
    assert all(t <= SESSION_S + 5 for t in trial.takeovers), f"death to take-over: {trial.takeovers}"
