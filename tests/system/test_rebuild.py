"""A provider that was away until compaction had taken the tombstones: it reads its population again from the first offset, and what is gone goes."""

import json
import random
import re
import time

import psycopg
import pytest

import history
import people
from reader import latest, read_all
from stack import wait_until

EMPLOYER, OTHER = "RB1", "RB2"
START = people.days(2014, 3, 1)
RETENTION_MS, WEEK_MS = 12000, 604800000
EMPLOYEES, GONE = 30, 10


def now():
    return int(time.time() * 1000)


def hired(maker, number):
    key = f"K{number}"
    return [maker.employee(now() - 90000, key, people.identity(700000 + number)),
            maker.employment(now() - 80000, key, "1", START, personnel_number=f"S{number}"),
            maker.absence(now() - 60000, key, f"A{number}", 1, "START", people.days(2026, 1, 5))]


@pytest.fixture(scope="module")
def deployment(deploy, stack):
    made = deploy(partitions=2)
    stack.compact_soon()
    for provider in made.providers:
        stack.alter_topic(f"population.{provider}", **{"segment.ms": 1000, "min.compaction.lag.ms": 0, "max.compaction.lag.ms": 1000,
                                                       "min.cleanable.dirty.ratio": 0.0, "delete.retention.ms": RETENTION_MS})
        service = made.provider[provider]
        wait_until(lambda s=service: b"event=stream_started" in s.logged(), 30, f"{provider} to run")
        service.stop()
        service.start()
    yield made
    stack.compact_soon(remove=True)


def told(stack, provider):
    """The keys of what a reader who begins now is told last of everything: employments and spells, units and markers left out."""
    last = latest(read_all(stack, [f"population.{provider}"]))
    return {key for (_, key), record in last.items() if record.value is not None and key[:16] != bytes(16)}


def held(stack, deployment, provider):
    """The keys of the rows that the provider keeps of them."""
    rows = stack.sql("select pseudonym || entity_id from population_employment union all select pseudonym || entity_id from population_absence",
                     f"{deployment.name}-{provider.lower()}")
    assert len(rows) == len(set(rows))
    return {bytes(key) for key, in rows}


def standing(stack, deployment, provider):
    return dict(stack.sql("select employer_id, state from population_standing", f"{deployment.name}-{provider.lower()}"))


def loads(deployment, provider):
    return json.loads(deployment.provider[provider].cli("status", "--json").stdout)["loads"]


def compact_tombstones_away(stack, deployment, maker, keys):
    """Goes on publishing until the log holds nothing more of these keys, tombstones neither."""
    turn = iter(range(1000))

    def gone():
        n = next(turn)
        for e, other in ((maker, EMPLOYER), (history.Maker(OTHER, random.Random(n)), OTHER)):
            deployment.deliver([e.employment(now(), "K0", "1", START, personnel_number="S0", contract_hours_x100=3000 + n % 500)])
        return all(not keys & {r.key for r in read_all(stack, [f"population.{p}"])} for p in deployment.providers)
    wait_until(gone, 240, "compaction to take the tombstones", 1.0)


def test_what_was_removed_while_a_provider_was_away_too_long_goes_from_its_tables(stack, deployment, rng):
    makers = {e: history.Maker(e, random.Random(rng.random())) for e in (EMPLOYER, OTHER)}
    for employer_id in (EMPLOYER, OTHER):
        deployment.enable(employer_id, deployment.providers)
        deployment.deliver([event for n in range(EMPLOYEES) for event in hired(makers[employer_id], n)])
    deployment.settle()
    deployment.activate(EMPLOYER, OTHER)
    for provider in deployment.providers:
        wait_until(lambda p=provider: held(stack, deployment, p) == told(stack, p), 60, f"{provider} to hold all that it was told", 0.5)
        assert len(held(stack, deployment, provider)) == 4 * EMPLOYEES
        wait_until(lambda p=provider: standing(stack, deployment, p) == {EMPLOYER: "COMPLETE", OTHER: "COMPLETE"}, 20, "both to be complete", 0.2)

    for provider in deployment.providers:
        deployment.provider[provider].stop()
    before = {p: told(stack, p) for p in deployment.providers}
    deployment.deliver([makers[EMPLOYER].employee(now(), f"K{n}", people.identity(700000 + n), op="DELETE") for n in range(1, 1 + GONE)])
    deployment.settle()
    removed = {p: before[p] - told(stack, p) for p in deployment.providers}
    assert all(len(keys) == 2 * GONE for keys in removed.values())
    compact_tombstones_away(stack, deployment, makers[EMPLOYER], removed["P1"] | removed["P2"])

    # Control: who does not know that it was away too long keeps what was removed.
    stack.alter_topic("population.P2", **{"delete.retention.ms": WEEK_MS})
    unaware = deployment.provider["P2"].start()
    deployment.provider_passed("P2", deployment.population("P2"))
    assert held(stack, deployment, "P2") == told(stack, "P2") | removed["P2"]
    assert b"event=read_again" not in unaware.logged().split(b"event=stream_ended")[-1]

    # While it reads again nothing is shown as whole; killed in the middle, it goes on.
    aware = deployment.provider["P1"]
    with psycopg.connect(stack.conninfo(f"{deployment.name}-p1")) as holding:
        holding.execute("lock table population_absence in share mode")
        aware.start()
        wait_until(lambda: loads(deployment, "P1"), 30, "P1 to begin a load", 0.2)
        assert [load["first"] for load in loads(deployment, "P1")] == [False] * len(loads(deployment, "P1"))
        state = wait_until(lambda: standing(stack, deployment, "P1") if "LOADING" in standing(stack, deployment, "P1").values() else None, 20,
                           "an employer to be shown as loading", 0.2)
        assert state[EMPLOYER] == "LOADING"
        assert "loading: partition" in aware.cli("status").stdout
        assert re.search(r"population .*not complete there yet", aware.cli("check", check=False).stdout)
        aware.kill()
    aware.start()
    wait_until(lambda: held(stack, deployment, "P1") == told(stack, "P1"), 60, "P1 to hold what a first reading gives", 0.3)
    wait_until(lambda: not loads(deployment, "P1"), 30, "the loads to end", 0.3)
    assert standing(stack, deployment, "P1") == {EMPLOYER: "COMPLETE", OTHER: "COMPLETE"}
    assert not held(stack, deployment, "P1") & removed["P1"]
    assert b"event=read_again" in aware.logged() and b"event=population_loaded" in aware.logged()
