"""The checker itself: of each thing that must never happen, made by hand, it says so; of what is right it says nothing."""

import random
from types import SimpleNamespace

import psycopg
import pytest

import checker
import ledger
import people
import wire
from checker import Broken, Check, check
from follower import Reading
from marks import Mark
from sampler import Sample
from search import Tokens


def readings():
    """Two partitions of a topic, as they should be."""
    return [Reading("population.P1", p, 3 * n, b"k%d" % (n % 3), f"{p}-{n}", f"1.{n + 1}", None, b"d%d%d" % (p, n)) for p in (0, 1) for n in range(6)]


def without(items, index):
    return items[:index] + items[index + 1:]


def judged(fresh, concurrent=None):
    numbers = {("population.P1", p, None): 6 for p in (0, 1)}
    return checker.dense(fresh) + checker.committed(fresh, numbers) + checker.same(fresh, readings() if concurrent is None else concurrent)


def moved(items, one, other):
    """The records at two places exchanged, each at the other's offset."""
    out = list(items)
    out[one] = items[other]._replace(offset=items[one].offset)
    out[other] = items[one]._replace(offset=items[other].offset)
    return out


BROKEN = {
    "lost in the middle": lambda r: without(r, 2),
    "lost at the end": lambda r: without(r, 5),
    "a whole partition lost": lambda r: r[:6],
    "doubled": lambda r: r + [r[3]._replace(offset=r[5].offset + 3)],
    "doubled under a number of its own": lambda r: r + [r[3]._replace(offset=r[5].offset + 3, seq="1.7")],
    "reordered": lambda r: moved(r, 1, 2),
    "invented": lambda r: r + [Reading("population.P1", 1, 99, b"k9", "x", "1.7", None, b"x")],
    "invented in another topic": lambda r: r + [Reading("population.P2", 1, 1, b"k9", "x", "1.1", None, b"x")],
    "a gap": lambda r: r[:5] + [r[5]._replace(seq="1.7")] + r[6:],
    "without an id": lambda r: r[:5] + [r[5]._replace(id=None)] + r[6:],
    "of another generation": lambda r: r[:5] + [r[5]._replace(seq="2.6")] + r[6:],
}


def test_what_is_right_is_told_nothing_of():
    assert judged(readings()) == []


@pytest.mark.parametrize("kind", BROKEN)
def test_of_a_broken_log_both_readers_alike_the_checker_tells(kind):
    broken = BROKEN[kind](readings())
    assert checker.dense(broken) + checker.committed(broken, {("population.P1", p, None): 6 for p in (0, 1)})


@pytest.mark.parametrize("kind", BROKEN)
def test_two_readers_that_differ_are_told_of(kind):
    assert checker.same(BROKEN[kind](readings()), readings()) and checker.same(readings(), BROKEN[kind](readings()))


def test_a_reader_that_went_back_is_told_of():
    assert checker.same(readings(), [*readings()[:4], readings()[3], *readings()[4:]])


def test_revisions_that_do_not_rise_by_one_are_told_of():
    right = [("a", 1), ("b", 1), ("a", 2), ("a", 3)]
    assert checker.revisions(right) == []
    for wrong in (without(right, 2), right + [("a", 3)], [right[2], right[0], *right[1:2], right[3]]):
        assert checker.revisions(wrong)


def test_kafka_ahead_of_postgresql_is_told_of():
    behind, ahead = (Sample("vault", 3, Mark("l", 1, batch), ("l", 1, 7)) for batch in (7, 8))
    assert checker.samples([behind]) == [] and checker.samples([behind, ahead])


def test_answers_missing_doubled_invented_or_wrong_are_told_of():
    asked, right = ("a", "b"), [("a", "ACCEPTED"), ("b", "ACCEPTED")]
    assert checker.answers(asked, right, ("ACCEPTED",)) == []
    for wrong in (right[:1], right + right[:1], right + [("c", "ACCEPTED")], [right[0], ("b", "EXPIRED")]):
        assert checker.answers(asked, wrong, ("ACCEPTED",))


def test_quarantine_that_is_not_the_poison_is_told_of():
    poison = {("hr.events", 1, 5): "UNREADABLE", ("hr.events", 2, 6): "BSN_TAKEN"}
    assert checker.quarantine(poison, dict(poison)) == [] and checker.quarantine(poison, {("hr.events", 1, 5): "UNREADABLE"}, {("hr.events", 2, 6)}) == []
    for wrong in ({}, {**poison, ("hr.events", 1, 5): "CRASHED"}, {**poison, ("hr.events", 3, 1): "CRASHED"}, {("hr.events", 1, 5): "UNREADABLE"}):
        assert checker.quarantine(poison, wrong)


def test_a_share_that_shows_something_else_is_told_of():
    assert checker.payloads(["a", "b"], ["c"], ["b", "a", "c"]) == [] and checker.payloads(["a", "b"], ["c"], ["a", "b"]) == []
    for wrong in (["a"], ["a", "a"], ["a", "b", "b"], ["a", "x"], ["a", "b", "x"]):
        assert checker.payloads(["a", "b"], ["c"], wrong)


def test_a_note_that_is_lost_doubled_or_never_judged_is_told_of():
    def told(codes, notes):
        positions = SimpleNamespace(sql=lambda statement: codes if "dossier_action" in statement else notes)
        sent = {"n1": ("NOTE", b"s1"), "n2": ("NOTE", b"gone"), "c": ("CLOSE", b"s1")}
        return ledger.Actions(SimpleNamespace(actions={"P1": sent}, positions={"P1": positions}), "P1").findings(SimpleNamespace(live={b"s1": None}))
    codes, notes = [("n1", "APPLIED"), ("n2", "APPLIED"), ("c", "UNKNOWN_SHARE")], [("n1", b"s1")]
    assert told(codes, notes) == []
    for wrong in ((codes, []), (codes, notes * 2), (codes, [*notes, ("n2", b"s1")]), (codes[1:], notes), (codes[:2], notes), ([*codes[:2], ("c", "APPLIED")], notes)):
        assert told(*wrong)


def test_a_canary_is_told_of():
    person = people.identity(77, random.Random(1), full=True)
    tokens = Tokens([person])
    assert checker.canaries(tokens, [("topic", b"nothing here"), ("log", b"level=info")]) == []
    for leak in (person["bsn"], person["surname"].upper(), people.forms("iban", person["iban"])[0].pop().decode("latin1")):
        assert checker.canaries(tokens, [("topic", b"nothing here"), ("log", b"before " + leak.encode("latin1") + b" after")])


@pytest.fixture(scope="module")
def plant(plants):
    made = plants({"partitions": 4}, employers=3)
    made.work()
    return made


@pytest.fixture(scope="module")
def checked(plant):
    """A plant at rest after some hundred events, of which the checker has nothing to say."""
    from stack import wait_until
    wait_until(lambda: plant.pace.sent > 400 and len(plant.content.poisoned) > 0 and len(plant.content.commands) > 1, 120, "four hundred events")
    return check(plant, again=True)


def findings(checked, part, **changed):
    """What one part of the check says with something of what was read changed."""
    again = Check(checked.plant)
    for name, value in {**vars(checked), "findings": [], **changed}.items():
        setattr(again, name, value)
    getattr(again, part)()
    return again.findings


def test_real_readings_are_right_and_tell_when_they_are_not(checked):
    assert findings(checked, "outputs") == []
    for kind in ("lost in the middle", "doubled", "reordered"):
        assert findings(checked, "outputs", fresh=BROKEN[kind](checked.fresh)), kind


def test_a_provider_that_misses_a_record_or_keeps_one_too_many_is_told_of(checked):
    from population import Population
    records = checked.records["population.P1"]
    entity = next(n for n in reversed(range(len(records))) if records[n].value and records[n].decoded()[0] == "PopulationEmployment")
    less = {**checked.population, "P1": Population("P1", without(records, entity), 4)}
    assert findings(checked, "providers") == [] and findings(checked, "providers", population=less)


def test_a_share_that_is_not_kept_up_to_date_is_told_of(checked, plant):
    employer_id, key, _ = next(begun for begun in checked.begun if plant.model.employers[begun[0]].people.get(begun[1]))
    content = plant.model.employers[employer_id].people[key].identity.content
    usual, content["call_name"] = content["call_name"], "Zevertiende"
    try:
        assert findings(checked, "providers")
    finally:
        content["call_name"] = usual
    assert findings(checked, "providers") == []


def test_an_event_that_the_vault_never_took_is_told_of(checked, plant):
    """The model takes one more event than was delivered."""
    from history import Maker
    event = Maker(plant.employers[0], random.Random(5)).employee(1, "K-never", people.identity(999_999))
    record = type("Record", (), {"topic": "hr.events", "partition": wire.partition_of(plant.employers[0], 4), "offset": 10 ** 6, "timestamp": 10 ** 12,
                                 "key": plant.employers[0].encode(), "value": wire.encode(*event)})
    assert findings(checked, "vault") == []
    plant.model.take(record)
    assert findings(checked, "vault")
    with pytest.raises(Broken):
        check(plant)
    del plant.model.employers[plant.employers[0]].people["K-never"]


def test_an_audit_trail_with_an_entry_missing_or_changed_is_told_of(checked, plant, stack):
    """The last test: what is broken stays so."""
    database = f"{plant.deployment.name}-vault"
    assert ledger.audit_chains(plant) == []
    for change in ("delete from audit where number = 2", "update audit set hash = previous where number = 1"):
        with psycopg.connect(stack.conninfo(database)) as connection:
            connection.execute("set session_replication_role = replica")  # no trigger keeps it from that
            assert connection.execute(change).rowcount
            connection.commit()
        assert ledger.audit_chains(plant)
