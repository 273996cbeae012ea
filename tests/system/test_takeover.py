"""Every row of the take-over table, on real logs and a real database: what `check` says beforehand, what the start logs, and that the other
partitions go on. One partition is the victim; each row damages what belongs to it, looks, and repairs it again."""

import random
import os
import re
import socket
import struct
import time

import pytest
from confluent_kafka import Producer, TopicPartition
from confluent_kafka.admin import AdminClient

import history
import people
import wire
from stack import wait_until

PARTITIONS, VICTIM, OTHER, TOPIC = 4, 2, 0, "care.requests"
INPUTS = ("vault.commands", "care.requests", "dossier.status", "hr.events")
ELSEWHERE = "1111111111111111111-1"


def commit_offsets(kafka, group, offsets):
    """OffsetCommit version 2 by hand: the client's own adds a NUL to the metadata. The group must be empty."""
    def text(value):
        return struct.pack(">h", len(value)) + value.encode()
    body = struct.pack(">hhi", 8, 2, 1) + text("test") + text(group) + struct.pack(">i", -1) + text("") + struct.pack(">qi", -1, len(offsets))
    for topic, partition, offset, mark in offsets:
        body += text(topic) + struct.pack(">iiq", 1, partition, offset) + text(mark)
    host, port = kafka.split(",")[0].rsplit(":", 1)
    with socket.create_connection((host, int(port)), 20) as connection:
        connection.sendall(struct.pack(">i", len(body)) + body)
        answer = connection.makefile("rb")
        answer = answer.read(struct.unpack(">i", answer.read(4))[0])
    expected = struct.pack(">ii", 1, len(offsets)) + b"".join(text(t) + struct.pack(">iih", 1, p, 0) for t, p, *_ in offsets)
    assert answer == expected, answer


class Site:
    """A vault with a history on every partition, stopped; and the means to damage it."""

    def __init__(self, deployment):
        self.deployment, self.stack, self.vault = deployment, deployment.stack, deployment.vault
        self.database, self.count, self.maker = f"{deployment.name}-vault", 0, {}
        self.admin = AdminClient({"bootstrap.servers": self.stack.kafka})
        self.employers = {}
        number = 0
        while len(self.employers) < PARTITIONS:
            employer_id = f"T{number}"
            self.employers.setdefault(wire.partition_of(employer_id.encode(), PARTITIONS), employer_id)
            number += 1
        for partition in range(PARTITIONS):
            self.event(partition)
        self.ask(3)
        self.vault.start()
        deployment.settle(60)
        self.group = deployment.group
        self.vault.stop()

    # writing

    def event(self, partition):
        """One HR event of an unknown employer of that partition: it is reported, so a batch with an output comes of it. Returns its id."""
        maker = self.maker.setdefault(partition, history.Maker(self.employers[partition], random.Random(partition)))
        self.count += 1
        name, event = maker.employee(int(time.time() * 1000) - 1000, f"K{self.count}", people.identity(910000 + self.count))
        self.deployment.produce("hr.events", event["employer_id"], wire.encode(name, event))
        self.deployment.flush()
        return event["event_id"]

    def ask(self, count):
        """That many records, readable by nobody, on the victim's partition of the topic that is tampered with."""
        for _ in range(count):
            self.count += 1
            self.deployment.produce(TOPIC, "x", f"no message {self.count}".encode(), VICTIM)
        self.deployment.flush()

    def ask_in_transactions(self, *parts):
        """Transactions on the same partition, each as (number of records, whether it is committed): a marker ends each."""
        producer = Producer({"bootstrap.servers": self.stack.kafka, "transactional.id": f"tamper-{self.count}"})
        producer.init_transactions(30)
        for count, committed in parts:
            producer.begin_transaction()
            for _ in range(count):
                self.count += 1
                producer.produce(TOPIC, f"no message {self.count}".encode(), "x", VICTIM)
            producer.flush(30)
            (producer.commit_transaction if committed else producer.abort_transaction)(30)

    # damage and repair

    def sql(self, statement):
        return self.stack.sql(statement, self.database)

    def position(self):
        """(batch, lineage) of the victim."""
        return self.sql(f"select batch, lineage from stream_position where partition = {VICTIM}")[0]

    def make_anew(self):
        """Deletes the topic and makes it again."""
        self.admin.delete_topics([TOPIC], operation_timeout=30)[TOPIC].result()
        wait_until(lambda: TOPIC not in self.stack.topics(), 30, "the topic to go")
        self.vault.cli("setup")
        self.stack.topics_once_there([TOPIC])
        for place in [place for place in self.deployment._offsets if place[0] == TOPIC]:
            del self.deployment._offsets[place]

    def delete_records(self, before):
        self.admin.delete_records([TopicPartition(TOPIC, VICTIM, before)])[TopicPartition(TOPIC, VICTIM, before)].result()

    def forget_topic(self):
        """Repairs: the topic is taken from its beginning, as one that is new."""
        self.sql(f"delete from stream_input where partition = {VICTIM} and topic = '{TOPIC}'")

    def empty_group(self):
        """Waits until the static member has left: it stays for its session timeout."""
        def members():
            return self.stack.admin.describe_consumer_groups([self.group], request_timeout=20)[self.group].result().members
        wait_until(lambda: not members(), 30, "the group to be empty", 0.3)

    def delete_group(self):
        self.empty_group()
        self.admin.delete_consumer_groups([self.group], request_timeout=20)[self.group].result()

    def mark(self, mark, topics=INPUTS):
        """Writes marks of the victim's offsets, as something else would."""
        self.empty_group()
        offsets = self.deployment.committed(self.group)
        commit_offsets(self.stack.kafka, self.group, [(topic, VICTIM, offsets.get((topic, VICTIM), 0), mark) for topic in topics])

    def unmark(self):
        """Repairs: all marks as of the position."""
        batch, lineage = self.position()
        self.mark(f"{lineage}:1:{batch}")

    # looking

    def check(self):
        """(exit code, text) of `check`."""
        done = self.vault.cli("check", check=False)
        return done.returncode, re.sub(r"\x1b\[\d*m", "", done.stdout)

    def halts(self, code, seen, remedy):
        """`check` says it, the start halts the victim with the same words, the other partition goes on, and it is stopped in order."""
        exit_code, text = self.check()
        assert exit_code == 1 and "1 problem\n" in text, text
        said = re.search(rf"PROBLEM partition {VICTIM}\s+{code} (.*)\n\s+remedy: (.*)\n", text)
        assert said and seen in said[1] and remedy in said[2], text
        began = len(self.vault.logged())
        self.vault.start()
        line = self.logged(began, f"event=partition_halted partition={VICTIM} ")
        assert f"code={code}" in line and said[1].split(": ", 1)[1] in line and said[2] in line, (line, said[0])
        before = self.offset(VICTIM)
        self.event(VICTIM)
        self.goes_on(OTHER)
        assert self.offset(VICTIM) == before
        self.vault.stop()

    def starts(self, by, left=0, log=""):
        """`check` finds nothing wrong, and the victim's start goes on by what it said."""
        exit_code, text = self.check()
        assert exit_code == 0 and "no problems" in text and f"goes on by {by}" in text, text
        assert sum(int(n) for n in re.findall(r"left to publish: (\d+)", text)) >= left, text
        began = len(self.vault.logged())
        self.vault.start()
        line = self.logged(began, f"event=taken_over partition={VICTIM} ")
        assert by in line and log in line, line
        for partition in range(PARTITIONS):
            self.goes_on(partition)
        assert b"partition_halted" not in self.vault.logged()[began:]

    def goes_on(self, partition):
        event_id = self.event(partition)
        wait_until(lambda: event_id in [r["event_id"] for r in self.deployment.reports()], 30, f"a report from partition {partition}", 0.1)

    def offset(self, partition):
        return self.deployment.committed(self.group).get(("hr.events", partition), 0)

    def logged(self, began, wanted):
        """The first line with that text that was logged from there on."""
        def found():
            lines = self.vault.logged()[began:].decode(errors="replace").splitlines()
            return next((line for line in lines if wanted in line), None)
        return wait_until(found, 30, f"{wanted} in the log", 0.1)

    def whole(self):
        """After a repair: it starts, and stops in order."""
        self.starts("")
        self.deployment.settle(60)
        self.vault.stop()


@pytest.fixture(autouse=True)
def nothing_left_running(site):
    """A failed row does not spoil the next."""
    yield
    for service in site.deployment.services:
        service.ensure_gone()


@pytest.fixture(scope="module")
def site(deploy):
    deployment = deploy(providers=("P1",), partitions=PARTITIONS)
    for service in deployment.services:
        wait_until(lambda s=service: b"event=taken_over" in s.logged(), 30, "the start")
        service.stop()
    return Site(deployment)


def test_level_with_kafka_it_goes_on(site):
    site.starts("Kafka's mark")
    site.deployment.settle(60)
    site.vault.stop()


def test_behind_in_kafka_the_rest_is_published_once(site):
    site.vault.start()
    site.stack.alter_topic("vault.reports", **{"max.message.bytes": 64})
    ids = [site.event(VICTIM) for _ in range(3)]
    left = f"select batch - published from stream_position where partition = {VICTIM}"
    wait_until(lambda: site.sql(left)[0][0] >= 1, 30, "a batch that is committed and not published", 0.1)
    wait_until(lambda: site.sql("select next_offset from stream_input where topic = 'hr.events' and partition = %d" % VICTIM)[0][0]
               >= site.deployment.published()[("hr.events", VICTIM)], 30, "all to be taken", 0.1)
    site.vault.kill()
    site.stack.alter_topic("vault.reports", **{"max.message.bytes": 1048576})
    site.starts("Kafka's mark", left=1)
    told = [r["event_id"] for r in site.deployment.reports()]
    assert [told.count(i) for i in ids] == [1, 1, 1]
    site.deployment.settle(60)
    site.vault.stop()


def test_without_any_position_it_halts_until_first_is_said(site):
    site.delete_group()
    for table in ("stream_input", "stream_sequence", "stream_position"):
        site.sql(f"delete from {table} where partition = {VICTIM}")
    site.halts("NO_POSITION", "neither PostgreSQL nor Kafka has a position", "setup --first")
    site.empty_group()
    site.vault.cli("setup", "--first")
    # Its outputs are numbered anew: only what Kafka and the log say is looked at.
    code, text = site.check()
    assert code == 0 and "goes on by first start" in text, text
    site.whole()


def test_without_the_groups_offsets_it_goes_on_by_its_own_mark(site):
    site.delete_group()
    site.starts("PostgreSQL's own mark", log="level=warning")
    site.deployment.settle(60)
    site.vault.stop()


def test_without_its_position_beside_a_known_group_it_halts(site):
    site.sql(f"create table kept_position as select * from stream_position where partition = {VICTIM}")
    site.sql(f"create table kept_input as select * from stream_input where partition = {VICTIM}")
    site.sql(f"create table kept_sequence as select * from stream_sequence where partition = {VICTIM}")
    for table in ("stream_input", "stream_sequence", "stream_position"):
        site.sql(f"delete from {table} where partition = {VICTIM}")
    site.halts("POSITION_LOST", "PostgreSQL has no position", "restore")
    for table in ("position", "input", "sequence"):
        site.sql(f"insert into stream_{table} select * from kept_{table}")
        site.sql(f"drop table kept_{table}")
    site.whole()


def test_a_database_that_went_back_halts(site):
    site.sql(f"update stream_position set batch = batch - 1, published = batch - 1 where partition = {VICTIM}")
    batch, _ = site.position()
    site.halts("DATABASE_BEHIND", f"Kafka is at batch {batch + 1}, PostgreSQL at {batch}", "restore accept")
    site.sql(f"update stream_position set batch = batch + 1, published = batch + 1 where partition = {VICTIM}")
    site.whole()


def test_a_position_of_another_database_halts(site):
    _, lineage = site.position()
    site.sql(f"update stream_position set lineage = '{ELSEWHERE}' where partition = {VICTIM}")
    site.halts("OTHER_LINEAGE", f"written by PostgreSQL {ELSEWHERE}, this is {lineage}", "restore accept")
    site.sql(f"update stream_position set lineage = '{lineage}' where partition = {VICTIM}")
    site.whole()


def test_a_group_written_for_another_database_halts(site):
    site.mark(f"{ELSEWHERE}:1:{site.position()[0]}")
    site.halts("OTHER_LINEAGE", f"Kafka was written for generation 1 of PostgreSQL {ELSEWHERE}", "restore accept")
    site.unmark()
    site.whole()


def test_a_group_written_for_a_later_generation_halts(site):
    batch, lineage = site.position()
    site.mark(f"{lineage}:2:{batch}")
    site.halts("OTHER_LINEAGE", f"Kafka was written for generation 2 of PostgreSQL {lineage}", "restore accept")
    site.unmark()
    site.whole()


@pytest.mark.parametrize("mark", [f"{ELSEWHERE}:1:1", "written by something else"])
def test_marks_of_different_databases_halt(site, mark):
    site.mark(mark, ["dossier.status"])
    site.halts("MARKS_DIFFER", "marks of different databases, or one that is unreadable", "kafka-consumer-groups")
    site.unmark()
    site.whole()


def test_another_record_at_the_remembered_offset_halts(site):
    where = f"partition = {VICTIM} and topic = 'hr.events'"
    kept = site.sql(f"select encode(remembered_hash, 'hex') from stream_input where {where}")[0][0]
    site.sql(f"update stream_input set remembered_hash = decode('{'00' * 16}', 'hex') where {where}")
    site.halts("LOG_CHANGED", "where the log now has another one", "restore")
    site.sql(f"update stream_input set remembered_hash = decode('{kept}', 'hex') where {where}")
    site.whole()


def taken(site):
    """Three more records have been taken from the topic that is tampered with; returns the next offset."""
    site.ask(3)
    site.vault.start()
    site.deployment.settle(60)
    site.vault.stop()
    return site.sql(f"select next_offset from stream_input where partition = {VICTIM} and topic = '{TOPIC}'")[0][0]


def repaired(site):
    site.forget_topic()
    site.whole()


def test_a_topic_made_anew_and_shorter_halts(site):
    end = taken(site)
    site.make_anew()
    site.ask(end - 1)
    site.halts("LOG_SHORTER", f"next offset is {end} but the log ends at {end - 1}", "delivered again")
    repaired(site)


@pytest.mark.parametrize("more", [0, 5])
def test_a_topic_made_anew_and_as_long_or_longer_halts(site, more):
    end = taken(site)
    site.make_anew()
    site.ask(end + more)
    site.halts("LOG_CHANGED", "where the log now has another one", "delivered again")
    repaired(site)


@pytest.mark.parametrize("more", [0, 2])
def test_a_topic_made_anew_with_a_marker_at_the_remembered_place_halts(site, more):
    end = taken(site)
    site.make_anew()
    site.ask_in_transactions((end - 1, True), *[(more, True)] * (more > 0))
    site.halts("LOG_CHANGED", "where the log now has none", "delivered again")
    repaired(site)


def test_a_topic_made_anew_with_aborted_records_at_the_remembered_place_halts(site):
    end = taken(site)
    site.make_anew()
    site.ask_in_transactions((end + 1, False), (2, True))
    site.halts("LOG_CHANGED", "where the log now has none", "delivered again")
    repaired(site)


def test_markers_and_aborted_records_behind_the_last_one_are_no_other_log(site):
    end = taken(site)
    site.ask_in_transactions((2, False), (1, True), (3, False))
    site.vault.start()
    moved = f"select next_offset from stream_input where partition = {VICTIM} and topic = '{TOPIC}'"
    wait_until(lambda: site.sql(moved)[0][0] == end + 9, 30, "the position to move behind the markers", 0.2)
    site.vault.stop()
    site.ask_in_transactions((2, False), (2, True))
    site.whole()


def test_what_was_taken_may_be_removed_and_what_was_not_halts(site):
    end = taken(site)
    site.delete_records(end)
    site.whole()
    site.ask(4)
    site.delete_records(end + 2)
    site.halts("EVENTS_LOST", f"next offset is {end} but the log begins at {end + 2}", "delivered again")
    repaired(site)


def test_check_of_a_running_service_finds_nothing_wrong(site):
    site.vault.start()
    for _ in range(3):
        site.goes_on(VICTIM)
        code, text = site.check()
        assert code == 0 and "no problems" in text, text
    site.vault.stop()


@pytest.mark.parametrize("damage, code", [("batch = 0", "DATABASE_BEHIND"), (f"lineage = '{ELSEWHERE}'", "OTHER_LINEAGE")])
def test_a_provider_says_the_same(site, damage, code):
    service, database = site.deployment.provider["P1"], f"{site.deployment.name}-p1"
    began = len(service.logged()) if os.path.exists(service.log) else 0
    service.start()
    wait_until(lambda: f"event=taken_over partition={VICTIM} ".encode() in service.logged()[began:], 30, "the start", 0.1)
    wait_until(lambda: site.stack.sql(f"select 1 from stream_position where partition = {VICTIM} and batch > 0", database), 60,
               "a batch of the provider", 0.2)
    service.stop()
    was = site.stack.sql(f"select batch, lineage from stream_position where partition = {VICTIM}", database)[0]
    site.stack.sql(f"update stream_position set {damage} where partition = {VICTIM}", database)
    text = re.sub(r"\x1b\[\d*m", "", service.cli("check", check=False).stdout)
    said = re.search(rf"PROBLEM partition {VICTIM}\s+{code} \w+: (.*)\n\s+remedy: (.*)\n", text)
    assert said and "restore accept" in said[2], text
    began = len(service.logged())
    service.start()
    wait_until(lambda: f"event=partition_halted partition={VICTIM} ".encode() in service.logged()[began:], 30, "the halt", 0.1)
    line = next(x for x in service.logged()[began:].decode().splitlines() if "partition_halted" in x)
    assert f"code={code}" in line and said[1] in line and said[2] in line
    service.stop()
    site.stack.sql(f"update stream_position set batch = {was[0]}, lineage = '{was[1]}' where partition = {VICTIM}", database)
    assert service.cli("check").returncode == 0
