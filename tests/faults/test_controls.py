"""Negative controls: each guard against the fault that it is for. With it all is exact; without it the checker tells, or the next guard halts."""

import os
import random
import shutil
import subprocess
import time
from pathlib import Path

import pytest

import history
import people
import wire
from broken import Fuse, build_with_faults, go_on, owners
from deployment import Deployment
from reader import Tail, read_all
from sampler import Positions
from stack import wait_until
from world import World, now

EMPLOYER, START = "C1", people.days(2015)
pytestmark = pytest.mark.matrix  # each is a race that has to be won, and takes its time: not for every run
BOTH = pytest.mark.parametrize("without", [None, "guard"], ids=["with the guard", "without it"])


@pytest.fixture(scope="module")
def binaries():
    patch = build_with_faults()
    yield
    patch.undo()


class Site:
    """One employer of one partition and one provider, its people few and told by name: nothing happens that the test has not asked for."""

    made = 0  # no transactional id twice: one left open on topics that were deleted is not given back by the broker

    def __init__(self, stack, name, activate=True, provider=True):
        Site.made += 1
        self.stack = stack
        folder = wire.ROOT / "build" / "systests" / stack.name / f"control-{name}-{os.getpid()}-{Site.made}"
        shutil.rmtree(folder, ignore_errors=True)
        self.deployment = Deployment(stack, folder, partitions=1, providers=("P1",), release=True).up(start=False)
        self.vault, self.provider = self.deployment.vault, self.deployment.provider["P1"]
        self.vault.start()
        if provider:
            self.provider.start()
        self.world = World(self.deployment)
        self.maker = history.Maker(EMPLOYER, random.Random(name))
        self.world.enable(EMPLOYER, ["P1"])
        self.world.deliver([e for n in range(6) for e in (self.employee(n), self.employment(n))])
        self.world.settle()
        if activate:
            self.deployment.activate(EMPLOYER)
        self.positions = Positions(stack, "vault", self.deployment.group, f"{self.deployment.name}-vault")

    def employee(self, n):
        return self.maker.employee(now(), f"K{n}", people.identity(880000 + n))

    def employment(self, n, effective=None, **more):
        return self.maker.employment(now(), f"K{n}", "1", START, effective, **more)

    def restart(self, service, **asked):
        """Ends the service however it is, and starts it anew."""
        service.ensure_gone()
        fuse = Fuse(service, **asked)
        service.start()
        return fuse

    def check(self):
        self.world.settle(40)
        self.world.check_whole(EMPLOYER)

    def down(self):
        self.positions.close()
        for service in self.deployment.services:
            service.ensure_gone()
        self.deployment.down()


@pytest.fixture
def site(stack, binaries, request):
    made = []

    def make(name, **options):
        made.append(Site(stack, name, **options))
        return made[-1]
    yield make
    for one in made:
        one.down()


def told(check):
    """What a check says; "" when it has nothing to say."""
    try:
        check()
        return ""
    except AssertionError as error:
        return str(error) or "differs"


def expect(without, said, kind):
    """With the guard nothing is said; without it that."""
    if without:
        assert kind in said, f"the checker should have told of {kind!r}, and says: {said[:400]!r}"
    else:
        assert said == "", said


# the fence


def writers(here):
    """The transactions that wrote the persons as they are: an older state may come under the version that the newer one had."""
    return here.deployment.stack.sql("select xmin::text from person order by 1", f"{here.deployment.name}-vault")


@BOTH
def test_the_fence_keeps_a_paused_owner_from_writing_old_state(site, without):
    """Paused before BEGIN with an event in hand, while another takes over and takes the next event of the same person."""
    here = site("fence", activate=False)
    away = "fence" if without else None
    fuse = here.restart(here.vault, pause="db_before_begin", crash="db_commit_answered", without=away)
    here.world.deliver([here.employment(5, personnel_number="one more, so that it is seen at work")])
    here.world.settle()
    fuse.light()
    here.world.deliver([here.employment(3, people.days(2016), department_code="D-older")])
    fuse.stopped(20, "db_before_begin")
    other = here.deployment.vault_instance(1)
    Fuse(other, without=away)
    other.start()
    wait_until(lambda: owners(here.positions)[0].endswith("vault-1"), 30, "the other one to take over")
    here.world.deliver([here.employment(3, people.days(2017), department_code="D-newer")])
    here.world.settle()
    before = writers(here)
    fuse.light()
    go_on(here.vault)
    fuse.burnt(20, "the answer to the paused owner's commit")  # before it comes back to the group and takes the events once more
    assert (writers(here) == before) == (without is None), "the paused owner has written"
    here.world.deliver([here.employment(4, personnel_number="after it")])
    here.world.settle()
    here.restart(other)
    here.deployment.activate(EMPLOYER)
    expect(without, told(here.check), "D-newer")


# the producer's renewal


@BOTH
def test_the_producers_renewal_makes_a_late_commit_harmless(site, proxy, without):
    """The first EndTxn(commit) is held back, sent again silently, and comes during the next transaction; then the process dies."""
    here = site("renewal", provider=False)
    config = Path(here.vault.config)
    config.write_text(config.read_text().replace(here.stack.kafka, proxy.address))
    fuse = here.restart(here.vault, pause="publish_delivered:2", without="renewal" if without else None)
    here.world.deliver([here.employment(1, people.days(2016, 5), department_code="D-first")])
    here.world.settle()
    fuse.light()
    proxy.hold("EndTxn")
    here.world.deliver([here.employment(2, people.days(2016, 6), department_code="D-second")])
    wait_until(lambda: proxy.held() == 1, 20, "EndTxn to be held", 0.05)
    here.world.deliver([here.employment(3, people.days(2016, 7), department_code="D-third")])
    fuse.stopped(40, "the next transaction")
    assert proxy.release() == 1
    here.vault.kill()
    here.restart(here.vault)
    expect(without, told(here.check), "kluis-seq")


# looking once more


@BOTH
def test_offsets_of_long_ago_publish_nothing_twice(site, proxy, without):
    """A batch is committed in Kafka, and the vault dies; the coordinator then tells of the group's offsets as they were before, until it writes."""
    here = site("stale", provider=False)
    config = Path(here.vault.config)
    config.write_text(config.read_text().replace(here.stack.kafka, proxy.address))
    proxy.keep_answer("OffsetFetch", "TxnOffsetCommit")
    fuse = here.restart(here.vault, crash="publish_commit_answered")
    wait_until(lambda: proxy.stats()["kept"], 20, "the offsets of the start")
    here.world.settle()
    fuse.light()
    here.world.deliver([here.employment(1, people.days(2016, 5), department_code="D-first")])
    fuse.burnt(20, "publish_commit_answered")
    proxy.give_again("OffsetFetch", "TxnOffsetCommit")
    before = len(here.vault.logged())
    here.restart(here.vault, without="confirm" if without else None)
    here.world.deliver([here.employment(2, people.days(2016, 6), department_code="D-second")])
    said = told(here.check)
    assert proxy.stats()["stale_given"] > 0 and (b"code=PUBLISHED_ALREADY" in here.vault.logged()[before:]) == (without is None)
    expect(without, said, "kluis-seq")


# the readers' sequence check


def copied(records):
    """What it takes to produce records again as they were."""
    return [(r.key, r.value, [(k, v.encode()) for k, v in r.headers.items()]) for r in records]


def produce_again(deployment, topic, rows):
    for key, value, headers in rows:
        deployment._producer.produce(topic, value, key, 0, headers=headers)
    deployment.flush()


def dossiers(here):
    """Pseudonyms of the shares that were sent and of the dossiers that are there."""
    rows = here.stack.sql("select pseudonym from dossier_share", f"{here.deployment.name}-p1")
    return sorted(bytes(r[0]) for r in rows)


@BOTH
def test_a_share_that_gets_lost_on_the_topic_is_noticed(site, without):
    """One record of share.P1 goes missing between the vault and the provider."""
    here = site("lost", provider=False)
    for n in range(5):
        assert here.deployment.share(EMPLOYER, f"K{n}", "P1")["code"] == "ACCEPTED"
    here.world.settle()
    here.vault.stop()
    sent = read_all(here.stack, ["share.P1"])
    wanted = sorted(r.key for r in sent)
    here.stack.admin.delete_topics(["share.P1"], operation_timeout=30)["share.P1"].result()
    wait_until(lambda: "share.P1" not in here.stack.topics(), 30, "the topic to go")
    here.stack.create_topics(["share.P1"], 1)
    produce_again(here.deployment, "share.P1", copied(sent[:2] + sent[3:]))
    here.restart(here.provider, without="sequence" if without else None)
    wait_until(lambda: b"SEQUENCE_GAP" in here.provider.logged() or len(dossiers(here)) == 4, 30, "the provider to come to the gap", 0.1)
    assert len(dossiers(here)) == 4 if without else len(dossiers(here)) <= 2, "what lies behind the gap must not be taken"
    assert (b"SEQUENCE_GAP" in here.provider.logged()) == (without is None)
    silent = b"SEQUENCE_GAP" not in here.provider.logged() and dossiers(here) != wanted
    assert silent == bool(without), "a share is missing, and nobody was told"


@BOTH
def test_a_population_record_that_comes_twice_raises_nobody_from_the_dead(site, without):
    """The first record of an employment comes once more, behind its tombstone."""
    here = site("twice")

    def rows():
        return here.stack.sql("select count(*) from population_employment", f"{here.deployment.name}-p1")[0][0]
    wait_until(lambda: rows() == 6, 30, "the provider to hold six employments")
    here.restart(here.provider, without="sequence" if without else None)
    here.world.deliver([here.employment(2, op="DELETE")])
    here.world.settle()
    wait_until(lambda: rows() == 5, 30, "the provider to drop one")
    records = read_all(here.stack, ["population.P1"])
    gone = next(r.key for r in reversed(records) if r.value is None)
    produce_again(here.deployment, "population.P1", copied([next(r for r in records if r.key == gone)]))
    end = here.deployment.ends(["population.P1"])["population.P1", 0]
    passed = "select 1 from stream_input where topic = 'population.P1' and next_offset >= "
    wait_until(lambda: here.stack.sql(f"{passed}{end}", f"{here.deployment.name}-p1"), 30, "the provider to pass it", 0.1)
    assert rows() == (6 if without else 5)


# synchronous_commit


def stack_does(stack, verb, *more):
    subprocess.run([str(wire.ROOT / "deploy" / "stack"), verb, "--name", stack.name, *more], check=True, stdout=subprocess.DEVNULL)


@pytest.fixture
def slow_log(stack):
    """PostgreSQL writes its log to disk late, unless a commit asks for it."""
    if not Path(stack.environment.get("KLUIS_STACK_DIR", "/nowhere")).exists():
        pytest.skip("needs a stack of deploy/stack: PostgreSQL is killed")
    for setting in ("wal_writer_delay = '10s'", "wal_writer_flush_after = '1GB'"):
        stack.sql(f"alter system set {setting}")
    stack.sql("select pg_reload_conf()")
    yield
    stack.sql("alter system reset all")
    stack.sql("select pg_reload_conf()")


@BOTH
def test_an_acknowledged_commit_outlives_the_database(site, stack, slow_log, without):
    """PostgreSQL dies right after a batch was committed and published."""
    here = site("disk", provider=False)
    fuse = here.restart(here.vault, pause="publish_counted", without="synchronous_commit" if without else None)
    here.world.deliver([here.employment(1, people.days(2016, 5), department_code="D-first")])
    here.world.settle()
    time.sleep(2)  # the marks of this, and the outbox that it left, are seen to: an emptied table makes PostgreSQL write its log
    fuse.light()
    here.world.deliver([here.employment(2, people.days(2016, 6), department_code="D-second")])
    fuse.stopped(20, "publish_counted")
    stack_does(stack, "pg-stop", "--immediate")
    here.vault.kill()
    stack_does(stack, "pg-start")
    before = len(here.vault.logged())
    here.restart(here.vault)
    if without:
        wait_until(lambda: not here.vault.running(), 30, "the service to halt")
        assert b"DATABASE_BEHIND" in here.vault.logged()[before:], here.vault.tail()
    else:
        here.check()


# the anchor


@BOTH
def test_a_topic_made_anew_is_not_taken_for_the_old_one(site, without):
    """hr.events is deleted, made again, and filled beyond where the vault was."""
    here = site("anchor", provider=False)
    here.vault.stop()
    taken = here.deployment.ends(["hr.events"])["hr.events", 0]
    here.world.log.close()
    here.stack.admin.delete_topics(["hr.events"], operation_timeout=30)["hr.events"].result()
    wait_until(lambda: "hr.events" not in here.stack.topics(), 30, "the topic to go")
    here.stack.create_topics(["hr.events"], 1, **{"message.timestamp.type": "LogAppendTime"})
    here.deployment._offsets.clear()
    here.world.log, here.world.folded = Tail(here.stack, ["hr.events"]), 0
    here.world.deliver([e for n in range(100, 102 + taken // 2) for e in (here.employee(n), here.employment(n))])
    before = len(here.vault.logged())
    here.restart(here.vault, without="anchor" if without else None)
    if without:
        expect(without, told(here.check), "persons missing")
        return
    wait_until(lambda: not here.vault.running(), 30, "the service to halt")
    assert b"LOG_CHANGED" in here.vault.logged()[before:], here.vault.tail()


# the delivery reports


@BOTH
def test_a_record_that_no_broker_takes_is_known_by_its_topic(site, stack, without):
    """population.P1 takes nothing for a while. librdkafka refuses to commit such a transaction by itself: our check tells which topic it was."""
    from confluent_kafka.admin import ConfigResource, ResourceType
    here = site("delivery", provider=False)
    asked = ConfigResource(ResourceType.TOPIC, "population.P1")
    usual = next(iter(stack.admin.describe_configs([asked]).values())).result()["max.message.bytes"].value
    here.restart(here.vault, without="delivery_report" if without else None)
    here.world.deliver([here.employment(1, people.days(2016, 5), department_code="D-first")])
    here.world.settle()
    stack.alter_topic("population.P1", **{"max.message.bytes": 120})
    before = len(here.vault.logged())
    here.world.deliver([here.employment(2, people.days(2016, 6), department_code="D-second")])
    wait_until(lambda: here.vault.logged()[before:].count(b"publish_retry") >= 2, 40, "publishing to fail twice", 0.1)
    failed = [line for line in here.vault.logged()[before:].splitlines() if b"publish_retry" in line]
    assert all(b"population.P1" in line for line in failed) == (without is None), failed
    assert here.deployment.lag() > 0, "a position was committed without what belongs to it"
    stack.alter_topic("population.P1", **{"max.message.bytes": usual})
    here.check()
