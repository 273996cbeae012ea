"""`provider-svc figures`: the same bytes from the tables and from the topic alone, whatever state the topic is in, and nothing at all when it cannot be had."""

import csv
import itertools
import json
import re
import threading
import time
from datetime import date

import pytest

import figures_truth as truth
import wire
from conftest import scaled
from deployment import Deployment
from figures_population import GENERATION, Population
from figures_topic import Feed, Replay, configuration, in_tables, run_figures
from reader import read_all
from stack import wait_until

FIRST, UNTIL = truth.number(date(2023, 11, 15)), truth.number(date(2024, 5, 20))
SPAN = ("--from", "2023-11-15", "--until", "2024-05-20")
FORMATS = ("table", "csv", "json")
PERSONS = 150


@pytest.fixture
def replay(stack, tmp_path, rng):
    """A function that makes a topic of its own."""
    def make(partitions=2, **settings):
        return Replay(stack, tmp_path, f"R{rng.randrange(1 << 60)}", partitions, **settings)
    return make


def rows(text):
    return list(csv.DictReader(line for line in text.splitlines() if not line.startswith("#")))


def ends(done):
    """Up to where the command says that it has read each partition."""
    return {int(p): int(end) for p, end in re.findall(r"(\d+):(\d+)", done.stderr.split("; up to ")[1])}


# the tables and the topic


@pytest.fixture(scope="module")
def deployment(deploy):
    return deploy(providers=("P1",), partitions=3)


@pytest.fixture(scope="module")
def feed(deployment, stack):
    return Feed(stack, "P1", deployment.partitions)


def same_from_both(deployment: Deployment, *options):
    """The bytes, which are the same from either."""
    config = deployment.provider["P1"].config
    tables, topic = run_figures(config, *SPAN, *options), run_figures(config, *SPAN, *options, "--replay")
    assert tables.stdout == topic.stdout
    return tables.stdout


def test_tables_and_topic_give_the_same_bytes(deployment, feed, rng):
    """First while it comes in, then after corrections, deletions, a restore and an end."""
    population = Population(rng, scaled(400, PERSONS), FIRST, UNTIL, min_group=5)
    for records in (population.records, afterwards(population, rng)):
        feed.write(records)
        in_tables(deployment, feed)
        asked = {(d, p, "csv") for d, p in itertools.product(truth.DIMENSIONS, ("whole", "quarter"))} | {("department", "month", f) for f in FORMATS}
        for dimension, per, form in sorted(asked):
            assert "Ltd 1" in same_from_both(deployment, "--by", dimension, "--per", per, "--format", form)
    standing = {r["employer"]: r["standing"] for r in rows(same_from_both(deployment, "--format", "csv"))}
    assert standing == {"Ltd 1": "LOADING", "Ltd 2": "COMPLETE", "Loading": "COMPLETE", "Negative": "COMPLETE", "Unmarked": "LOADING"}
    assert {r["employer"] for r in rows(same_from_both(deployment, "--format", "csv", "--employer", "Ltd 2", "--by", "department"))} == {"Ltd 2"}


def afterwards(population, rng):
    """More of its records: a tenth goes, a tenth is told anew, a load ends, another begins, one employer's figures end, of another nothing but a spell came."""
    out = []
    living = {s["entity_id"]: ("PopulationAbsence", s) for s in population.spells}
    for name, entity in rng.sample(list(living.values()), len(living) // 5):
        key = entity["pseudonym"] + entity["entity_id"]
        if rng.random() < 0.5:
            out.append((key, None))
        else:
            generation = population.generations[entity["employer_id"]]
            out.append((key, wire.encode(name, {**entity, "excluded": not entity["excluded"], "revision": generation * GENERATION + 1000})))
    unmarked = {**population.spells[0], "pseudonym": b"unmarked employe", "employer_id": "Unmarked", "revision": GENERATION + 1}
    marks = [population.mark("Loading", "END", 1), population.mark("Ltd 1", "BEGIN", 2), population.mark("No people", "ENDED", 1)]
    return out + marks + [(unmarked["pseudonym"] + unmarked["entity_id"], wire.encode("PopulationAbsence", unmarked))]


def test_while_the_tables_are_read_again_their_figures_are_loading(deployment, stack, feed, rng):
    """Whatever the markers said: until the sweep at the end of such a load the tables may hold what is gone."""
    feed.write([Population(rng, 1, FIRST, UNTIL).mark("Ltd 2", "END", 2)])
    in_tables(deployment, feed)
    database = f"{deployment.name}-p1"
    config = deployment.provider["P1"].config
    stack.sql("update population_employer set loading = true", database)
    try:
        assert {r["standing"] for r in rows(run_figures(config, *SPAN, "--format", "csv").stdout)} == {"LOADING"}
    finally:
        stack.sql("update population_employer set loading = false", database)


# what a topic may be like


def test_corrections_deletions_and_compaction_leave_no_trace(stack, replay, rng):
    """What is left of the topic when the cleaner has run, and a topic in which nothing but the last versions ever was, give the same figures."""
    records = by_revision(Population(rng, PERSONS, FIRST, UNTIL).records)
    whole, plain = replay(**{"segment.ms": 500, "min.compaction.lag.ms": 0, "max.compaction.lag.ms": 500, "min.cleanable.dirty.ratio": 0.0,
                             "delete.retention.ms": 500}), replay()
    whole.feed.write(records)
    options = (*SPAN, "--by", "department", "--per", "month", "--format", "csv")
    before, count = whole.figures(*options).stdout, len(read_all(stack, [whole.feed.topic]))
    stack.compact_soon()
    try:
        def compacted():
            whole.feed.write(records[-1:])  # what is being written to is not compacted
            return len(read_all(stack, [whole.feed.topic])) < 0.7 * count
        wait_until(compacted, 90, "the cleaner to run", 0.7)
    finally:
        stack.compact_soon(remove=True)
    after = whole.figures(*options)
    assert int(re.search(r"records read: (\d+)", after.stderr)[1]) < 0.7 * count
    assert after.stdout == before
    plain.feed.write(last_versions(records))
    assert plain.figures(*options).stdout == before


def by_revision(records):
    """A vault's order: it never writes an earlier version behind a later one, of which compaction would then keep the earlier."""
    place = {id(r): wire.decode(r[1])[1].get("revision") for r in records if r[1] is not None}
    versions = iter(sorted((r for r in records if place.get(id(r))), key=lambda r: place[id(r)]))
    return [next(versions) if place.get(id(r)) else r for r in records]


def last_versions(records):
    """Of each key the highest revision, and of those only what is not gone."""
    best, gone, marks = {}, set(), []
    for key, value in records:
        name, record = wire.decode(value) if value is not None else (None, None)
        if name is None:
            gone.add(key)
        elif name == "PopulationMarker":
            marks.append((key, value))
        elif key not in best or best[key][0] < record["revision"]:
            best[key] = record["revision"], value
    lost = {k for k, (revision, value) in best.items() if wire.decode(value)[1]["employer_id"] == "Ltd 2" and revision < 2 * GENERATION}
    return [(k, v) for k, (_, v) in best.items() if k not in gone | lost] + marks


def test_a_replay_during_a_load_stops_at_the_end_that_it_saw(stack, replay, rng):
    population = Population(rng, 4 * PERSONS, FIRST, UNTIL)
    loading, prefix, over = replay(), replay(), threading.Event()

    def load():
        for first in range(0, len(population.records), 20):
            loading.feed.write(population.records[first:first + 20])
            if over.is_set():
                return
    thread = threading.Thread(target=load)
    thread.start()
    try:
        wait_until(lambda: sum(loading.feed.ends.values()) > 300, 60, "the load to be under way")
        done = loading.figures(*SPAN, "--by", "function", "--format", "csv")
        seen, later = ends(done), dict(loading.feed.ends)
        wait_until(lambda: sum(loading.feed.ends.values()) > sum(later.values()), 60, "the load to go on")
    finally:
        over.set()
        thread.join()
    records = [r for r in read_all(stack, [loading.feed.topic]) if r.offset < seen[r.partition]]
    assert 0 < len(records) < len(population.records)
    assert f"records read: {len(records)} in" in done.stderr
    prefix.feed.write([(r.key, r.value) for r in sorted(records, key=lambda r: (r.timestamp, r.offset))])
    assert prefix.figures(*SPAN, "--by", "function", "--format", "csv").stdout == done.stdout


def test_a_transaction_that_is_open_or_was_aborted_is_not_read(replay, rng):
    population, more = Population(rng, PERSONS, FIRST, UNTIL), Population(rng, 50, FIRST, UNTIL)
    topic, options = replay(), (*SPAN, "--format", "csv")
    topic.feed.write(population.records)
    before = topic.figures(*options).stdout
    topic.feed.begin(more.records)
    began = time.monotonic()
    assert topic.figures(*options).stdout == before
    assert time.monotonic() - began < 10
    topic.feed.abort()
    assert topic.figures(*options).stdout == before
    topic.feed.write(more.records)
    assert topic.figures(*options).stdout != before


def test_an_empty_topic_has_no_figures(replay):
    assert rows(replay().figures(*SPAN, "--format", "csv").stdout) == []


# what cannot be answered


@pytest.mark.parametrize("key, value, code", [(b"k" * 32, b"no record", "UNREADABLE"), (b"short", None, "KEY"), (bytes(32), "marker", "KEY")])
def test_a_broken_record_is_said_with_its_place_and_nothing_is_printed(replay, rng, tmp_path, key, value, code):
    topic, output = replay(partitions=2), tmp_path / "figures.csv"
    population = Population(rng, 20, FIRST, UNTIL)
    topic.feed.write(population.records)
    topic.feed.write_raw(key, population.mark("E", "END", 1)[1] if value == "marker" else value, 1)
    done = topic.figures(*SPAN, "--format", "csv", "--output", output, check=False)
    assert done.returncode == 1 and done.stdout == ""
    assert f"provider-svc: {code}: partition 1 offset {topic.feed.ends[1] - 1}: " in done.stderr and f"({topic.feed.topic})" in done.stderr
    assert [p for p in tmp_path.iterdir() if "figures" in p.name] == []


def test_a_record_that_no_figure_can_be_made_of_is_said(replay, rng):
    """A vault never writes it: no full-time hours. Whose record it is stays unsaid."""
    topic, population = replay(), Population(rng, 20, FIRST, UNTIL)
    employment = population.employments[0]
    broken = {**employment, "segments": [{**s, "norm_hours_x100": 0} for s in employment["segments"]], "revision": 9 * GENERATION}
    topic.feed.write([*population.records, (employment["pseudonym"] + employment["entity_id"], wire.encode("PopulationEmployment", broken))])
    done = topic.figures(*SPAN, check=False)
    assert done.returncode == 1 and done.stdout == ""
    assert "HOURS" in done.stderr and f"employer {employment['employer_id']}" in done.stderr
    assert employment["pseudonym"].hex() not in done.stderr and employment["entity_id"].hex() not in done.stderr


def test_a_broker_that_is_away_is_said_after_a_while(tmp_path):
    began = time.monotonic()
    done = run_figures(configuration(tmp_path, "P1", "127.0.0.1:1"), *SPAN, "--replay", check=False)
    assert done.returncode == 75 and done.stdout == "" and "kafka.bootstrap.servers" in done.stderr
    assert time.monotonic() - began < 30


def test_a_topic_that_is_not_there_is_said(stack, tmp_path):
    done = run_figures(configuration(tmp_path, "NOBODY", stack.kafka), *SPAN, "--replay", check=False)
    assert done.returncode == 1 and done.stdout == "" and "UNKNOWN_TOPIC_OR_PART" in done.stderr
    assert "population.NOBODY" not in stack.topics()


def test_the_tables_need_a_database_in_the_configuration(stack, tmp_path):
    done = run_figures(configuration(tmp_path, "P1", stack.kafka), *SPAN, check=False)
    assert done.returncode == 1 and done.stdout == "" and "database: must be given" in done.stderr


@pytest.mark.parametrize("employer, what", [("Nobody Ltd", "holds nothing"), ("Ended", "does not serve")])
def test_an_employer_of_whom_there_is_nothing_is_no_empty_answer(replay, rng, employer, what):
    topic = replay()
    topic.feed.write(Population(rng, 20, FIRST, UNTIL).records)
    done = topic.figures(*SPAN, "--employer", employer, check=False)
    assert done.returncode == 1 and done.stdout == "" and what in done.stderr and employer not in done.stderr


# how it is handed out


def test_help_says_what_one_end_alone_means_and_what_not_to_hand_out_together(tmp_path, stack):
    words = " ".join(run_figures(configuration(tmp_path, "P1", stack.kafka), "--help").stdout.split())
    assert "unless given 1 January" in words and "today unless given" in words
    assert "hand out no other about the same time with another --by, --per or --min-group" in words


def test_a_file_is_the_answer_whole(replay, rng, tmp_path):
    topic, path = replay(), tmp_path / "answer.json"
    topic.feed.write(Population(rng, 30, FIRST, UNTIL).records)
    path.write_text("what was there before")
    done = topic.figures(*SPAN, "--json", "--output", path)
    assert done.stdout == "" and [p.name for p in tmp_path.iterdir() if "answer" in p.name] == ["answer.json"]
    assert path.read_text() == topic.figures(*SPAN, "--json").stdout
    assert json.loads(path.read_text())["parameters"]["from"] == "2023-11-15"


def test_a_small_group_is_suppressed_in_every_format(replay, rng):
    topic = replay()
    topic.feed.write(Population(rng, 30, FIRST, UNTIL, min_group=10).records)
    options = (*SPAN, "--by", "gender", "--min-group", "1000")
    answer = json.loads(topic.figures(*options, "--json").stdout)
    assert {text for r in answer["rows"] for text in r["figures"].values()} == {"SUPPRESSED", "NOT_AVAILABLE"}
    assert {r[n] for r in rows(topic.figures(*options, "--format", "csv").stdout) for n in ("fte", "reports", "absence_pct 1-7")} == {"SUPPRESSED", "NOT_AVAILABLE"}
    assert not re.search(r"\d\.\d", topic.figures(*options).stdout.split("Legend")[0].replace("2023", ""))
