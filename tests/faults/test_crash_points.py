"""Each crash point of both services: the process kills itself there, first or later, alone or beside another instance, or stops there for longer than its
session while another goes on; nothing is lost or doubled."""

import itertools
import os
import re
import signal
import subprocess
import tempfile
import threading
import time
import uuid
from pathlib import Path

import pytest

import ledger
import wire
from broken import BUILD, Fuse, build_with_faults, go_on, owners, points, provider_standby
from conftest import hold_all
from deployment import Deployment, build_folder
from plant import Plant
from sampler import until_batch
from stack import wait_until
from trial import SLACK, Trial

POINTS = {p.name: p for p in points()}
RESTART_GOAL_S = 3.0
SESSION_S = {"vault": 6.0, "P1": 10.0}  # as the deployment configures the vault; a provider's default
EACH_PLANT = 12  # trials on one plant: what it has said is read whole by every check
REACHED_S = 30

# How a point is brought about; all others come under load.
AT_START = {"take_assign_callback", "take_assigned", "takeover_settled", "takeover_fence_moved", "takeover_found_out", "takeover_decided",
            "takeover_done", "renew_destroyed", "renew_initialised"}
REPLAYING = {"replay_read", "replay_given"}
LEAVING = {"take_given_up", "giveup_drained", "giveup_noted"}
MOVING = {"take_revoke_callback"}
REFUSED = {"publish_failed", "publish_resolved"}
CUT_OFF = {"db_commit_resolved"}
ACTED = {"provider_actions_folded", "provider_actions_written"}
SETUP = {name for name in POINTS if name.startswith("setup_")}
PUBLISHED = {("publish_flushed", "vault"), ("publish_delivered", "vault"), ("publish_offsets_sent", "vault")}  # what Kafka has is aborted
ONCE_A_PROCESS = AT_START | REPLAYING | LEAVING | MOVING | REFUSED | CUT_OFF

SELECTION = {("db_commit_sent", "vault"), ("db_committed_told", "vault"), ("publish_offsets_sent", "vault"), ("publish_commit_sent", "vault"),
             ("takeover_fence_moved", "vault"), ("run_step_committed", "vault"), ("outbox_truncate_sent", "vault"), ("publish_delivered", "P1"),
             ("provider_shares_written", "P1")}
SELECTION_STANDBY = {("publish_commit_sent", "vault")}
SELECTION_ZOMBIE = {("publish_offsets_sent", "P1")}


def cases(selection):
    found = [(p.name, service) for p in POINTS.values() if p.name not in SETUP
             for service in ("vault", "P1") if p.services in ("both", "vault" if service == "vault" else "provider")]
    return [pytest.param(*case, id="-".join(case), marks=() if case in selection else pytest.mark.matrix) for case in found]


class Ground:
    """The plant under test, made anew when it has said so much that reading it takes long; with standbys beside it once they are asked for."""

    def __init__(self, stack, seed):
        self.stack, self.seed, self.made, self.plant, self.standby, self.sound = stack, seed, 0, None, {}, True

    def prepare(self, standby):
        if self.plant is None or self.plant.trials >= EACH_PLANT or not self.sound:
            self.clear()
            folder = wire.ROOT / "build" / "systests" / self.stack.name / f"crash-{os.getpid()}-{self.made}"  # a new transactional id: one left open
            # on topics that were deleted is not given back by the broker
            self.made += 1
            deployment = Deployment(self.stack, folder, partitions=4, release=True).up()
            self.plant = Plant(deployment, f"{self.seed}/{self.made}", employers=5, rate=60, shares=0.08)
            self.plant.trials = 0
        if standby and not self.standby:
            self.standby = {"vault": self.plant.deployment.vault_instance(1), "P1": provider_standby(self.plant.deployment, "P1", 1)}
            for service in self.standby.values():
                service.start()
        self.plant.trials += 1
        return self.plant

    def clear(self):
        if self.plant is not None:
            try:
                hold_all(self.plant)
            finally:
                self.plant.stop()
                if not self.sound:  # what a failed trial has left must not be in the way of the next one
                    for service in self.plant.deployment.services:
                        service.ensure_gone()
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
        self.suspects = set()

    def start(self, **asked):
        """Starts the service anew, and waits for its work."""
        fuse = Fuse(self.service, **asked)
        wait_until(self.nothing_under_way, 20, "PostgreSQL to end what the killed process had sent", 0.02)
        self.suspect()
        before, self.said = self.positions.batches(), len(self.service.logged())
        self.service.start()
        return fuse, before

    def nothing_under_way(self):
        """What a process sent before it died may still be committed after that."""
        database = f"{self.deployment.name}-{self.name.lower()}"
        return self.standby or not self.plant.deployment.stack.sql(
            f"select 1 from pg_stat_activity where datname = '{database}' and application_name = 'kluis'")

    def suspect(self):
        """Remembers what was under way when the process died: what is so at two deaths in a row is quarantined, as designed."""
        self.suspects |= self.positions.under_way()

    def worked(self, before):
        since = until_batch(self.positions, before, 40, f"of {self.name} after its start") - self.service.started
        wait_until(lambda: self.positions.taken(self.suspects), 30, "what was under way to be taken again", 0.02)
        if not self.standby:
            self.trial.recovered.append(since)
            return
        wait_until(lambda: b"event=taken_over" in self.service.logged()[self.said:], 40, f"{self.instance} to own a partition again", 0.05)

    def died(self, fuse, what=None):
        at = fuse.burnt(REACHED_S, what or self.point)
        self.trial.kills += 1
        self.suspect()
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
            self.leave_a_batch()
        fuse, _ = self.start(crash=self.point, lit=True)
        self.died(fuse)

    def run(self):
        employers = self.plant.employers
        for employer_id in employers:
            self.deployment.send("operator:ops", "EmployerCommand", self.deployment.new_command("EmployerCommand", employer_id, action="ACTIVATE"))

    def leave(self):
        self.service.process.send_signal(signal.SIGTERM)

    def move(self):
        self.plant.extras = getattr(self.plant, "extras", 1) + 1  # one that had been there before would come back without anybody's noticing
        extra = self.deployment.vault_instance(self.plant.extras) if self.name == "vault" else provider_standby(self.deployment, self.name, self.plant.extras)
        extra.start()

        def undo():
            extra.kill()
            self.plant.leave(extra)
        return undo

    def refuse(self):
        """A topic takes nothing for a while but transaction markers: without those no producer would be initialised any more."""
        from confluent_kafka.admin import ConfigResource, ResourceType
        topic = "population.P1" if self.name == "vault" else "dossier.status"
        asked = ConfigResource(ResourceType.TOPIC, topic)
        (found,) = self.plant.deployment.stack.admin.describe_configs([asked]).values()
        usual = found.result()["max.message.bytes"].value
        self.plant.deployment.stack.alter_topic(topic, **{"max.message.bytes": 120})
        return lambda: self.plant.deployment.stack.alter_topic(topic, **{"max.message.bytes": usual})

    def act(self):
        """Its users write notes, and close what is not there, until that is undone."""
        done, database = threading.Event(), f"{self.deployment.name}-{self.name.lower()}"

        def held():
            return self.plant.deployment.stack.sql(
                "select d.employer_id, d.pseudonym, s.share_id from dossier_share s join dossier d using (pseudonym) order by s.share_id", database)
        wait_until(held, 30, "a dossier", 0.1)
        box = self.deployment.boxes[self.name].public

        def send():
            for n in itertools.count():
                employer_id, pseudonym, share_id = self.plant.rng.choice(held()) if n % 2 else (self.plant.employers[0], bytes(16), bytes(16))
                action = {"command_id": str(uuid.uuid4()), "employer_id": employer_id, "expires_at": int(time.time() * 1000) + 3600000, "actor": "tester",
                          "pseudonym": bytes(pseudonym), "share_id": bytes(share_id), "action": "NOTE" if n % 2 else "CLOSE",
                          "note": wire.seal(b"gesproken", box) if n % 2 else None}
                value = wire.sign(self.deployment.provider_key(self.name), "provider.commands", f"provider:{self.name}", wire.encode("DossierAction", action))
                self.plant.actions[self.name][action["command_id"]] = (action["action"], bytes(share_id))
                self.deployment.produce(f"provider.commands.{self.name}", employer_id, value)
                if done.wait(0.1):
                    return
        thread = threading.Thread(target=send, daemon=True)
        thread.start()

        def undo():
            done.set()
            thread.join()
        return undo

    def cut_off(self, number):
        """Its connection goes while it is about to commit. Where the server still says so, nothing is in doubt: then once more."""
        database = f"{self.deployment.name}-{self.name.lower()}"
        for _ in range(8):
            fuse, before = self.start(crash=self.point, pause=f"db_before_commit:{number}")
            self.worked(before)
            fuse.light().stopped(REACHED_S, "db_before_commit")
            fuse.light()
            self.plant.deployment.stack.sql(f"select pg_terminate_backend(pid) from pg_stat_activity where datname = '{database}' and application_name = 'kluis'")
            go_on(self.service)
            if wait_for_end(self.service, 4):
                break
            self.service.kill()
        died = self.died(fuse)
        if self.standby:
            self.taken_over(died)

    def actions(self):
        """What brings the point about, where that is not the load."""
        kinds = ((LEAVING, self.leave), (MOVING, self.move), (REFUSED, self.refuse), (ACTED, self.act))
        return next((action for names, action in kinds if self.point in names), self.run if self.point.startswith("run_") else None)

    def stop_itself(self, number):
        """Until it has stopped at the point."""
        if self.point in AT_START | REPLAYING:
            if self.point in REPLAYING:
                self.leave_a_batch()
            self.start(pause=self.point, lit=True)[0].stopped(REACHED_S, self.point)
            return
        fuse, before = self.start(pause=f"{self.point}:{number}")
        self.worked(before)
        fuse.light()
        action = self.actions()
        undo = action() if action else None
        fuse.stopped(REACHED_S, self.point)
        if undo:
            undo()

    def zombie(self, number):
        """Stopped for longer than its session, all of its partitions another's; then it goes on, and ends or comes back."""
        self.stop_itself(number)
        stopped = time.monotonic()
        self.taken_over(stopped)
        time.sleep(max(0.0, stopped + SESSION_S[self.name] + 1 - time.monotonic()) + self.plant.rng.random())
        go_on(self.service)
        wait_until(lambda: not self.service.running() or self.instance in owners(self.positions).values(), 60, f"{self.instance} to end or to come back", 0.05)
        self.service.ensure_gone()
        _, before = self.start()
        self.worked(before)

    def leave_a_batch(self):
        """A batch that is committed and not published."""
        fuse, before = self.start(crash="db_committed_told")
        self.worked(before)
        self.died(fuse.light(), "db_committed_told")

    def happen(self, number):
        if self.point in AT_START | REPLAYING:
            self.at_start(number)
        elif self.point in CUT_OFF:
            self.cut_off(number)
        else:
            often = 2 if self.standby and self.point.startswith("run_") else number  # the runs of half of the employers
            self.under_load(1 if self.point in ONCE_A_PROCESS else min(number, often), self.actions())


def wait_for_end(service, limit):
    """Whether it ends within so many seconds."""
    try:
        return service.process.wait(limit) is not None
    except subprocess.TimeoutExpired:
        return False


def crash_at(ground, point, name, standby):
    plant = ground.prepare(standby)
    title = f"crash at {point}, {'vault' if name == 'vault' else 'provider'}, {'with a standby' if standby else 'alone'}"
    ground.sound = False
    with Trial(plant, title, name if name != "vault" else "vault.0", leaks=False, least_events=5,
               must_abort=(point, name) in PUBLISHED, limit=40) as trial:
        crash = Crash(trial, point, name, standby)
        crash.service.kill()
        crash.happen(1)
        crash.happen(plant.rng.randrange(2, 5))
        _, before = crash.start()
        crash.worked(before)
    assert point not in ACTED or ledger.Actions(plant, name).noted(), "no note was taken"
    ground.sound = True
    return trial


@pytest.mark.parametrize("point, service", cases(SELECTION))
def test_a_crash_at_each_point_loses_nothing_and_doubles_nothing(ground, point, service):
    trial = crash_at(ground, point, service, False)
    assert max(trial.recovered) <= SLACK * RESTART_GOAL_S, f"exec to next committed batch: {trial.recovered}"


@pytest.mark.parametrize("point, service", cases(SELECTION_STANDBY))
def test_beside_a_standby_too(ground, point, service):
    trial = crash_at(ground, point, service, True)
    assert trial.takeovers or point in AT_START | REPLAYING, "the standby took nothing over"
    assert all(t <= SESSION_S[service] + SLACK * 5 for t in trial.takeovers), f"death to take-over: {trial.takeovers}"


@pytest.mark.parametrize("point, service", [c for c in cases(SELECTION_ZOMBIE) if c.values[0] not in CUT_OFF])  # that one needs a stop to come about
def test_a_zombie_of_each_point_does_no_harm(ground, point, service):
    plant = ground.prepare(True)
    ground.sound = False
    with Trial(plant, f"SIGSTOP beyond the session at {point}, {'vault' if service == 'vault' else 'provider'}", service if service != "vault" else "vault.0",
               leaks=False, least_events=5, limit=90) as trial:
        crash = Crash(trial, point, service, True)
        crash.service.kill()
        crash.zombie(1 if point in ONCE_A_PROCESS else plant.rng.randrange(1, 4))
    ground.sound = True
    if point not in AT_START | REPLAYING:  # those may own nothing yet
        assert max(trial.takeovers) <= SESSION_S[service] + SLACK * 5, f"take-over took {max(trial.takeovers):.1f} s"


# setup


def schema(stack, database):
    """What pg_dump says of the tables and functions."""
    out = subprocess.run([stack.pg_program("pg_dump"), "--schema-only", "-d", stack.conninfo(database)], check=True, capture_output=True, text=True).stdout
    return [line for line in out.splitlines() if not line.startswith("\\")]


@pytest.fixture(scope="module")
def clean(stack, ground):
    """Makes a deployment of which nothing is set up; {service: schema} of one that was set up in one go beside it."""
    ground.clear()
    stack.clear_kafka()
    made = []

    def make(name):
        deployment = Deployment(stack, wire.ROOT / "build" / "systests" / stack.name / f"{name}-{os.getpid()}", providers=("P1",), partitions=2, release=True)
        deployment.folder.mkdir(parents=True, exist_ok=True)
        for database in deployment.databases():
            stack.create_database(database)
        made.append(deployment)
        return deployment, {"vault": deployment.vault_instance(0), "p1": deployment.provider_instance("P1")}
    whole, services = make("setup-whole")
    for service in services.values():
        service.cli("setup", "--first")
    yield make, {name: schema(stack, f"{whole.name}-{name}") for name in services}
    for deployment in made:
        for database in deployment.databases():
            stack.drop_database(database)


def setup_cases():
    found = [(name, service, n) for name in sorted(SETUP) for service in ("vault", "p1") for n in ((1, 3) if "migration" in name else (1,))]
    return [pytest.param(*case, id="-".join(map(str, case)), marks=() if case[0] == "setup_migration_run" else pytest.mark.matrix) for case in found]


@pytest.mark.parametrize("point, name, number", setup_cases())
def test_setup_goes_on_where_it_died(stack, clean, point, name, number):
    make, whole = clean
    deployment, services = make(f"{point}-{name}-{number}".replace("_", "-"))
    command = [services[name].binary, "setup", "--first", "--config", services[name].config]
    died = subprocess.run(command, env={**os.environ, "KLUIS_CRASH_AT": f"{point}:{number}"}, capture_output=True, check=False, timeout=60)
    assert died.returncode == -signal.SIGKILL, f"{point} was not reached {number} times: {died.returncode} {died.stderr}"
    services[name].cli("setup", "--first")
    assert "database up to date" in services[name].cli("setup").stdout
    assert schema(stack, f"{deployment.name}-{name}") == whole[name]
    assert stack.sql("select count(*), sum(batch) from stream_position", f"{deployment.name}-{name}") == [(2, 0)]


# the build


MARKS = (b"KLUIS_CRASH", b"KLUIS_PAUSE_AT", b"KLUIS_HANG_AT", b"KLUIS_STUCK_MS", b"KLUIS_FAULTS_ARMED", b"KLUIS_WITHOUT", b"crash_point_",
         b"guard_is_away", b"unguarded_", b"unsilent_", b"takeover_fence_moved")


def test_no_other_build_holds_any_of_it():
    """With symbols and debugging lines, if it has them; and what is looked for is there to be found in the build that should hold it."""
    for name in ("vault-svc/vault-svc", "provider-svc/provider-svc"):
        assert all(mark in (BUILD / name).read_bytes() for mark in MARKS if mark != b"unsilent_" or name.startswith("vault"))
        for folder in {build_folder(), build_folder(release=True)} - {BUILD}:
            held = [mark for mark in MARKS if mark in stripped(folder / name)]
            assert not held, f"{folder / name} holds {held}"


def stripped(binary):
    """What of a binary runs, and its symbols; not the debugging lines, which name macros and source files."""
    with tempfile.NamedTemporaryFile() as kept:
        subprocess.run(["objcopy", "--strip-debug", str(binary), kept.name], check=True)
        return Path(kept.name).read_bytes()


def test_the_table_and_the_code_name_the_same_points():
    used = set()
    for folder in ("common", "vault-svc", "provider-svc"):
        for path in (wire.ROOT / folder).rglob("*.c"):
            used |= set(re.findall(r"\bCRASH_POINT\((\w+)\)", path.read_text(encoding="utf-8")))
    assert used == set(POINTS) and len(used) >= 30
