"""20,000 employees of 20 employers as a provider sees them, against the independent model; and the promises on order."""

import random
import time
from collections import Counter

import pytest

import clock
import history
import people
import wire
from conftest import scaled
from model import same_again
from population import check_equal, check_persons, expected_groups, input_times
from reader import check_headers, read_all
from reports import check_reports
from world import World, now

EMPLOYERS = [f"E{n}" for n in range(1, 21)]
TODAY = clock.amsterdam_day(int(time.time() * 1000))


@pytest.fixture(scope="module")
def world(deploy):
    return World(deploy())


def serves(index):
    """Two providers with different employers: both, only the first, only the second."""
    return [["P1", "P2"], ["P1"], ["P1", "P2"], ["P2"]][index % 4]


def timelines(employer_id, numbers, rng):
    maker = history.Maker(employer_id, rng)
    for number in numbers:
        yield history.delayed(history.History(maker, number, rng, now()).live(number - 1), rng)


def units(maker, rng):
    for n in range(40):
        yield maker.unit(now() - rng.randrange(10 ** 9), f"D{n}", name=f"Afdeling {n}", parent_code=f"D{n // 7}" if n else None)
    yield maker.unit(now() - 1000, "D39", op="DELETE")
    yield maker.unit(now() - 1000, "D38", name="Afdeling 38 nieuw", parent_code="D38")


def test_twenty_thousand_employees_are_seen_as_the_model_says(world, seed):
    rng, size = random.Random(seed), scaled(20000, 40) // len(EMPLOYERS)
    for index, employer_id in enumerate(EMPLOYERS):
        if index != 19:
            world.enable(employer_id, serves(index))
    later, streams = [], []
    for index, employer_id in enumerate(EMPLOYERS):
        first = index * 5000 + 1
        whole = list(timelines(employer_id, range(first, first + size), rng))
        for timeline in whole:
            if rng.random() < 0.25:
                cut = rng.randrange(len(timeline))
                later.append(timeline[cut:])
                del timeline[cut:]
        maker = history.Maker(employer_id, rng)
        streams.append(list(units(maker, rng)) + list(history.doubled(history.woven(whole, rng), rng)))
    began, count = time.monotonic(), world.deliver(event for stream in streams for event in stream)
    stray = streams[0][-1]
    world.deployment.produce("hr.events", "E1", wire.encode(*stray), (wire.partition_of("E1", 12) + 1) % 12)
    world.deployment.produce("hr.events", "E2", wire.encode(*stray))
    world.settle()
    print(f"{count} events in {time.monotonic() - began:.1f} s")
    enabled = [e for e in EMPLOYERS if e != "E20"]
    assert not [r for p in ("P1", "P2") for r in world.population(p).records], "something left before ACTIVATE"
    world.deployment.activate(*enabled)
    second = list(history.woven(later, rng))
    world.deliver(history.doubled(second, rng))
    world.settle()
    times = input_times(read_all(world.deployment.stack, ["hr.events", "vault.commands"]))
    for provider in world.deployment.providers:
        seen = world.population(provider)
        seen.check_form(times)
        for index, employer_id in enumerate(enabled):
            check_equal(seen, world.model, employer_id)
            check_persons(seen, world.model, employer_id)
            assert seen.markers(employer_id) == (["BEGIN", "END"] if provider in serves(index) else [])
        assert not seen.groups("E20")
    check_reports(world.deployment.reports(), world.model)
    check_headers([r for r in world.deployment.tail.records])


def test_two_providers_share_no_identifier(world):
    one, two = (world.population(p).identifiers() for p in ("P1", "P2"))
    assert one and two and not one & two


def test_the_same_content_again_emits_nothing_and_writes_no_person(world, seed):
    rng, made = random.Random(seed + 1), []
    deployment = world.deployment
    deployment.tail.to_end()
    topics = ["population.P1", "population.P2", "share.P1", "share.P2", "vault.results", "vault.reports"]
    before, rows = deployment.ends(topics), deployment.person_rows()
    for employer_id in EMPLOYERS[:19]:
        maker = history.Maker(employer_id, rng)
        made += same_again(world.model, employer_id, lambda name, /, **content: maker.event(name, now(), **content))
    began = time.monotonic()
    world.deliver(made)
    world.settle()
    print(f"{len(made)} unchanged events in {time.monotonic() - began:.1f} s, person rows {rows}")
    assert rows[0] > 0 and deployment.ends(topics) == before
    assert deployment.person_rows() == rows


def story(employer_id, seed, count, acts=6):
    """(identities, employments and spells) of some employees whose registers never return to an earlier content."""
    rng, first, rest = random.Random(seed), [], []
    maker = history.Maker(employer_id, rng)
    for number in range(1, count + 1):
        one = history.History(maker, 200000 + number, rng, now())
        one.hired()
        for _ in range(acts):
            rng.choice((one.change, one.corrected, one.employment_deleted, one.sick, one.sick, one.change))()
        first += [e for e in one.events if e[0] == "EmployeeEvent"]
        rest += [e for e in one.events if e[0] != "EmployeeEvent"]
    return first, rest


def content(seen, employer_id):
    return seen.groups(employer_id)


def test_employments_by_stamp_and_spells_by_seq_converge_shuffled_and_doubled(world, seed):
    count = scaled(200, 10)
    straight = ("C0", story("C0", seed, count))
    others = [(f"C{n}", story(f"C{n}", seed, count)) for n in (1, 2)]
    for employer_id, (first, rest) in (straight, *others):
        world.enable(employer_id, ["P1"])
        if employer_id != "C0":
            rest = rest * 2
            random.Random(f"{seed}{employer_id}").shuffle(rest)
        world.deliver(first + rest[:len(rest) // 2])
        if employer_id == "C2":
            world.deployment.activate("C2")
        world.deliver(rest[len(rest) // 2:])
    world.settle()
    world.deployment.activate("C0", "C1")
    world.settle()
    seen = world.population("P1")
    assert content(seen, "C0") and content(seen, "C1") == content(seen, "C0") == content(seen, "C2")
    world.check("C0", "C1", "C2")


def test_load_then_activate_is_activate_then_load(world, seed):
    for employer_id in ("O1", "O2"):
        world.enable(employer_id, ["P1", "P2"])
    world.deployment.activate("O2")
    for employer_id in ("O1", "O2"):
        rng = random.Random(seed)
        events = list(history.woven(list(timelines(employer_id, range(300001, 300001 + scaled(300, 20)), rng)), rng))
        world.deliver(list(units(history.Maker(employer_id, rng), rng)) + events)
    world.settle()
    world.deployment.activate("O1")
    world.settle()
    for provider in ("P1", "P2"):
        seen = world.population(provider)
        assert content(seen, "O1") and content(seen, "O1") == content(seen, "O2")
        assert world.model.units_seen(provider, "O1") == world.model.units_seen(provider, "O2")
    world.check("O1", "O2")


def small(world, employer_id, providers=("P1", "P2"), settings=None, count=3, activate=True):
    """An active employer with a few employees, each with one employment and one closed spell; returns (maker, keys)."""
    world.enable(employer_id, providers, settings)
    maker, start = history.Maker(employer_id, random.Random(employer_id)), people.days(2015)
    base = 400000 + sum(employer_id.encode()) * 100
    for n in range(count):
        world.deliver([maker.employee(now() - 9000, f"K{n}", people.identity(base + n)),
                       maker.employment(now() - 8000, f"K{n}", "1", start + n, personnel_number=f"{employer_id}-{n}"),
                       maker.absence(now() - 7000, f"K{n}", f"A{n}", 1, "START", TODAY - 100),
                       maker.absence(now() - 6000, f"K{n}", f"A{n}", 2, "END", TODAY - 100, mutation_date=TODAY - 90, recovered_on=TODAY - 90)])
    world.settle()
    if activate:
        world.deployment.activate(employer_id)
    return maker, [f"K{n}" for n in range(count)]


def numbers(world, provider, employer_id):
    seen = world.population(provider)
    return {v["pseudonym"]: v["personnel_number"] for v in seen.living("PopulationEmployment") if v["employer_id"] == employer_id}


def test_the_personnel_number_follows_its_policy(world):
    for policy in ("CLEAR", "HMAC", "OMIT"):
        small(world, f"PN-{policy}", settings={"personnel_number": policy})
    world.settle()
    assert sorted(numbers(world, "P1", "PN-CLEAR").values()) == [f"PN-CLEAR-{n}" for n in range(3)]
    assert set(numbers(world, "P1", "PN-OMIT").values()) == {None}
    one, two = (set(numbers(world, p, "PN-HMAC").values()) for p in ("P1", "P2"))
    assert len(one | two) == 6 and all(len(bytes.fromhex(n)) == 32 and n == n.lower() for n in one | two)
    world.check("PN-CLEAR", "PN-OMIT")


def change_settings(world, employer_id, **changes):
    model = world.model.employers[employer_id]
    model.settings.update(changes)
    runs = len([r for r in world.deployment.results() if r["employer_id"] == employer_id])
    result = world.deployment.command(f"employer:{employer_id}", "EmployerCommand", employer_id, action="CHANGE_SETTINGS", settings=model.settings)
    assert result["code"] == "ACCEPTED" and runs, result
    world.deployment.run_done(employer_id, "SETTINGS")
    world.settle()


def test_a_change_of_policy_reconciles_every_person_and_hashes_stay_the_same(world):
    small(world, "PN-CHANGE", settings={"personnel_number": "HMAC"})
    first = numbers(world, "P1", "PN-CHANGE")
    change_settings(world, "PN-CHANGE", personnel_number="CLEAR")
    assert sorted(numbers(world, "P1", "PN-CHANGE").values()) == [f"PN-CHANGE-{n}" for n in range(3)]
    world.check("PN-CHANGE")
    world.model.employers["PN-CHANGE"].settings["personnel_number"] = "HMAC"
    result = world.deployment.command("employer:PN-CHANGE", "EmployerCommand", "PN-CHANGE", action="CHANGE_SETTINGS",
                                      settings=world.model.employers["PN-CHANGE"].settings)
    assert result["code"] == "ACCEPTED"
    world.deployment.run_done("PN-CHANGE", "SETTINGS", count=2)
    assert numbers(world, "P1", "PN-CHANGE") == first


def test_organisation_units_follow_their_events(world):
    maker, _ = small(world, "UNITS")
    at = now()
    world.deliver([maker.unit(at - 50, "A", name="Directie"), maker.unit(at - 49, "B", name="Magazijn", parent_code="A"),
                   maker.unit(at - 48, "C", name="Balie", parent_code="C"), maker.unit(at - 47, "D", name="Weg"),
                   maker.unit(at - 40, "D", op="DELETE"), maker.unit(at - 45, "D", name="Te laat"),
                   maker.unit(at - 30, "B", name="Magazijn", parent_code="A"), maker.unit(at - 20, "B", name="Opslag", parent_code="A")])
    world.settle()
    world.check("UNITS")
    check_reports(world.deployment.reports(employer_id="UNITS"), only(world, "UNITS"))
    assert {"A", "B", "C"} == {v["unit_code"] for v in world.population("P2").living("PopulationUnit") if v["employer_id"] == "UNITS"}


class only:
    """The model's reports of one employer."""

    def __init__(self, world, employer_id):
        self.reports = [r for r in world.model.reports if r.key == employer_id]


def test_negative_registration_gives_nothing_but_markers(world):
    small(world, "NEGATIVE", settings={"registration": "NEGATIVE"})
    seen = world.population("P1")
    assert seen.markers("NEGATIVE")[-1] == "END"
    assert not [v for name in ("PopulationEmployment", "PopulationAbsence", "PopulationUnit") for v in seen.living(name) if v["employer_id"] == "NEGATIVE"]


def test_going_negative_takes_everything_back(world):
    small(world, "TO-NEGATIVE")
    assert world.population("P1").groups("TO-NEGATIVE")
    change_settings(world, "TO-NEGATIVE", registration="NEGATIVE")
    assert not world.population("P1").groups("TO-NEGATIVE")


def test_after_share_shows_spells_only_of_persons_with_a_live_share(world):
    small(world, "AFTER", settings={"absence_facts": "AFTER_SHARE"})
    assert not [v for v in world.population("P1").living("PopulationAbsence") if v["employer_id"] == "AFTER"]
    world.check("AFTER")
    assert world.deployment.share("AFTER", "K1", "P1")["code"] == "ACCEPTED"
    world.model.shared.add(("P1", "K1"))
    world.settle()
    world.check("AFTER")
    assert [len([v for v in world.population(p).living("PopulationAbsence") if v["employer_id"] == "AFTER"]) for p in ("P1", "P2")] == [1, 0]


def test_one_change_is_one_record_and_the_next_delivery_none(world):
    maker, keys = small(world, "ONE")

    def records():
        return Counter(r.decoded()[0] for r in world.population("P1").records
                       if r.value and r.decoded()[1]["employer_id"] == "ONE")

    changed = dict(personnel_number="ONE-0", effective_date=people.days(2021), department_code="D2")
    before = records()
    for _ in range(3):
        world.deliver([maker.employment(now(), "K0", "1", people.days(2015), people.days(2021), **{k: v for k, v in changed.items() if k != "effective_date"})])
        world.settle()
    assert records() - before == Counter(PopulationEmployment=1)
    world.check("ONE")


def test_a_person_keeps_its_pseudonym_through_every_key(world):
    maker, _ = small(world, "KEYS")
    one, two = (people.identity(400000 + sum(b"KEYS") * 100 + n) for n in (0, 1))
    before = world.population("P1").pseudonyms_by_number("KEYS")
    at = now() - 5000
    unknown = maker.employee(at + 6, "X0", people.identity(399999), employee_key_old="never-seen")
    world.deliver([maker.employment(at, "N0", "2", people.days(2016), personnel_number="KEYS-0b"),
                   maker.employee(at + 1, "N0", one, employee_key_old="K0"), maker.employee(at + 2, "M0", one, employee_key_old="K0"),
                   maker.employee(at - 10 ** 9, "L0", {**one, "call_name": "Vroeger"}, employee_key_old="N0"),
                   maker.employment(at + 3, "K0", "3", people.days(2017), personnel_number="KEYS-0c"),
                   maker.employee(at + 4, "K1", two, employee_key_old="M0"), maker.employee(at + 5, "M0", one, employee_key_old="K0"),
                   maker.employment(at + 6, "L0", "4", people.days(2017), employment_key_old="2", personnel_number="KEYS-0d"),
                   maker.employment(at + 7, "L0", "5", people.days(2018), employment_key_old="2", personnel_number="KEYS-0e"),
                   maker.employment(at + 8, "L0", "6", people.days(2018), employment_key_old="2x", personnel_number="KEYS-0f"), unknown, unknown])
    world.settle()
    world.check("KEYS")
    check_reports(world.deployment.reports(employer_id="KEYS"), only(world, "KEYS"))
    after = world.population("P1").pseudonyms_by_number("KEYS")
    assert before["KEYS-0"] == after["KEYS-0"] == after["KEYS-0c"] == after["KEYS-0e"] and len(before["KEYS-0"]) == 1


def test_a_citizen_number_of_another_active_person_is_for_an_operator(world):
    world.enable("BSN", ["P1"])
    world.deployment.activate("BSN")
    maker, at, start = history.Maker("BSN", random.Random(7)), now() - 9000, people.days(2015)
    left, hired = ({**people.identity(398000 + n), "bsn": people.bsn(398000)} for n in (0, 1))
    world.deliver([maker.employee(at, "K0", left), maker.employment(at + 1, "K0", "1", start, end_date=TODAY - 30),
                   maker.employee(at + 2, "K1", hired), maker.employment(at + 3, "K1", "1", start),
                   maker.employee(at + 4, "K2", {**people.identity(398002), "bsn": people.bsn(398000)}), maker.employment(at + 5, "K2", "1", start),
                   maker.employee(at + 6, "K0", left), maker.employee(at + 7, "K0", {**left, "gender": "UNSPECIFIED", "call_name": "Anders"}),
                   maker.employee(at + 8, "K1", {**hired, "call_name": "Anders"})])
    world.settle()
    world.check("BSN")
    check_reports(world.deployment.reports(employer_id="BSN"), only(world, "BSN"))
    assert [r["code"] for r in world.deployment.reports(employer_id="BSN") if r["outcome"] == "QUARANTINED"] == ["BSN_TAKEN"] * 2


def test_expected_groups_can_fail(world):
    """A control: the comparison sees one changed hour."""
    seen = world.population("P1")
    groups = expected_groups(world.model, "P1", "ONE", now())
    assert seen.groups("ONE") == groups
    maker = history.Maker("ONE", random.Random(1))
    event = maker.employment(now(), "K1", "1", people.days(2015) + 1, contract_hours_x100=3601)[1]
    world.model.employers["ONE"].people["K1"].employments["1"].take(event, (event["occurred_at"], event["event_id"]))
    assert seen.groups("ONE") != expected_groups(world.model, "P1", "ONE", now())


def test_every_record_that_this_module_made_has_its_form(world):
    for provider in world.deployment.providers:
        world.population(provider).check_form()
    for topic in ("vault.results", "vault.reports"):
        check_headers(read_all(world.deployment.stack, [topic]))
