"""The model against small cases worked out by hand from rules.md, and against itself shuffled; needs no stack."""

import random
import time
from collections import namedtuple

import clock
import history
import model
import people
import wire

Record = namedtuple("Record", "topic partition offset timestamp key value")
NOW = int(time.time() * 1000)
TODAY = clock.amsterdam_day(NOW)
START = people.days(2020)


def folded(events, employer_id="E1", settings=None):
    made = model.Model(12)
    made.enable(employer_id, ["P1"], settings)
    for offset, (name, event) in enumerate(events):
        key = event["employer_id"]
        made.take(Record("hr.events", wire.partition_of(key, 12), offset, NOW, key.encode(), wire.encode(name, event)))
    return made


def seen(made, employer_id="E1"):
    """What the provider sees, without order."""
    return sorted(repr(sorted(repr((record, sorted(map(repr, spells)))) for _, record, spells in entities))
                  for _, entities in made.people_seen("P1", employer_id, NOW)), made.units_seen("P1", employer_id)


def maker(seed=1):
    return history.Maker("E1", random.Random(seed))


def said(made):
    return [(r.outcome, r.code) for r in made.reports]


def test_amsterdam_changes_its_clock():
    assert clock.amsterdam_day(1774738799000) == people.days(2026, 3, 28) == clock.amsterdam_day(1774738800000) - 1
    assert str(clock.amsterdam_date(1782856800000)) == "2026-07-01" and str(clock.amsterdam_date(1782856799000)) == "2026-06-30"
    assert str(clock.amsterdam_date(1767222000000)) == "2026-01-01"
    assert clock.months_before(people.days(2026, 3, 31), 1) == people.days(2026, 2, 28)
    assert clock.months_before(people.days(2026, 1, 15), 24) == people.days(2024, 1, 15)


def test_age_is_taken_on_new_year():
    at = 1767222000000
    assert clock.age_band("20010101", at) == "A25_34" and clock.age_band("20010102", at) == "LT25"
    assert clock.age_band("19610101", at) == "GE65" and clock.age_band("19610000", at) == "UNKNOWN"


def test_segments_are_cut_moved_and_merged():
    m = maker()
    events = [m.employee(1, "K1", people.identity(1)), m.employment(2, "K1", "1", START, START - 50, cost_centre="a"),
              m.employment(3, "K1", "1", START, START - 10, cost_centre="b"), m.employment(4, "K1", "1", START, START + 30, cost_centre="b"),
              m.employment(5, "K1", "1", START, START + 60, cost_centre="c", end_date=START + 59)]
    record = folded(events).people_seen("P1", "E1", NOW)[0][1][0][1]
    assert [(s["from"], s["cost_centre"]) for s in record["segments"]] == [(START, "b")] and record["end_date"] == START + 59


def test_a_spell_is_what_its_steps_say():
    m = maker()
    base = [m.employee(1, "K1", people.identity(1)), m.employment(2, "K1", "1", START)]
    steps = [m.absence(3, "K1", "A", 1, "START", START + 10), m.absence(4, "K1", "A", 2, "MUTATE", START + 10, mutation_date=START + 15, absence_pct_x100=5000),
             m.absence(5, "K1", "A", 3, "END", START + 10, mutation_date=START + 20, end_reason="WIA"),
             m.absence(6, "K1", "A", 4, "MUTATE", START + 10, mutation_date=START + 25, absence_pct_x100=2500)]

    def spell(count):
        return folded(base + steps[:count]).people_seen("P1", "E1", NOW)[0][1][0][2][0]

    assert spell(1) == {"first_day": START + 10, "recovered_on": None, "recovered": False, "excluded": False,
                        "exclude_from_frequency": False, "segments": [{"from": START + 10, "absence_pct_x100": 10000}]}
    assert spell(3)["recovered_on"] == START + 20 and not spell(3)["recovered"] and len(spell(3)["segments"]) == 2
    assert spell(4)["recovered_on"] is None and len(spell(4)["segments"]) == 3


def test_a_step_is_judged_by_the_beginning_that_it_follows():
    m = maker()
    made = folded([m.employee(1, "K1", people.identity(1)), m.employment(2, "K1", "1", START), m.absence(3, "K1", "A", 1, "START", START + 10),
                   m.absence(6, "K1", "A", 3, "MUTATE", START + 8, mutation_date=START + 9, absence_pct_x100=5000),
                   m.absence(5, "K1", "A", 2, "CORRECT", START + 8), m.absence(7, "K1", "A", 4, "MUTATE", START + 10)])
    spell = made.people_seen("P1", "E1", NOW)[0][1][0][2][0]
    assert [s["from"] for s in spell["segments"]] == [START + 8, START + 9] and said(made) == [("WAITING", None), ("REJECTED", "DATE_ORDER")]


def test_a_spell_is_clipped_at_the_day_after_the_employments_last():
    m = maker()
    made = folded([m.employee(1, "K1", people.identity(1)), m.employment(2, "K1", "1", START, end_date=START + 14),
                   m.absence(3, "K1", "A", 1, "START", START + 10), m.absence(3, "K1", "B", 1, "START", START + 15)])
    spells = made.people_seen("P1", "E1", NOW)[0][1][0][2]
    assert len(spells) == 1 and spells[0]["recovered_on"] == START + 15 and not spells[0]["recovered"]


def test_reports_follow_the_table():
    m = maker()
    one, two = people.identity(1), people.identity(2)
    one["bsn"], two["bsn"] = people.bsn(1), people.bsn(2)
    first = m.employee(1000, "K1", one)
    made = folded([m.employment(5, "K1", "1", START), m.employment(6, "K1", "1", START, START + 1), first, first,
                   m.employee(900, "K1", {**one, "call_name": "Iemand"}), m.employee(2000, "K1", {**one, "bsn": two["bsn"]}),
                   m.employee(1500, "K2", {**two, "bsn": one["bsn"]}), m.employee(NOW + 2 * clock.DAY_MS, "K1", one),
                   m.employee(3000, "K1", {**one, "bsn": "123456789"}), m.employee(4000, "K1", one, op="DELETE"),
                   m.employment(3500, "K1", "1", START)])
    assert said(made) == [("WAITING", None), ("STALE", "STALE"), ("QUARANTINED", "IDENTITY_CHANGED"), ("QUARANTINED", "BSN_TAKEN"),
                          ("REJECTED", "FUTURE"), ("WARNED", "BSN_CHECK_DIGIT"), ("DROPPED", "ERASED")]
    assert seen(made) == ([], {})


def test_a_moved_key_is_the_same_person():
    m, one = maker(), people.identity(1)
    made = folded([m.employee(1, "K1", one), m.employment(2, "K1", "1", START), m.employee(3, "K2", one, employee_key_old="K1"),
                   m.employment(4, "K1", "2", START, personnel_number="late"), m.employee(5, "K3", people.identity(3), employee_key_old="K0")])
    persons = made.people_seen("P1", "E1", NOW)
    assert len(persons) == 1 and len(persons[0][1]) == 2 and said(made) == [("WARNED", "KEY_UNKNOWN")]


def test_employments_and_spells_converge_shuffled_and_doubled():
    for seed in range(40):
        rng = random.Random(seed)
        one = history.History(maker(seed), 5, rng, NOW)
        one.hired()
        for _ in range(6):
            rng.choice((one.change, one.corrected, one.employment_deleted, one.sick, one.sick))()
        identity = [e for e in one.events if e[0] == "EmployeeEvent"]
        rest = [e for e in one.events if e[0] != "EmployeeEvent"]
        straight = seen(folded(identity + rest))
        mixed = rest * 2
        rng.shuffle(mixed)
        assert seen(folded(identity + mixed)) == straight, f"seed {seed}"


def test_the_same_again_changes_nothing_and_reports_nothing():
    for seed in range(10):
        rng, m = random.Random(seed), maker(seed)
        timelines = [history.delayed(history.History(m, n, rng, NOW).live(n + 1), rng) for n in range(30)]
        events = list(history.doubled(history.woven(timelines, rng), rng))
        made = folded(events)
        before, reports = seen(made), len(made.reports)
        again = list(model.same_again(made, "E1", lambda name, /, **content: m.event(name, NOW, **content)))
        for offset, (name, event) in enumerate(again):
            made.take(Record("hr.events", wire.partition_of("E1", 12), offset, NOW, b"E1", wire.encode(name, event)))
        late = [r for r in made.reports[reports:] if not r.optional]
        assert seen(made) == before and not late, late[:3]
