"""From HR's events to figures: what was sent to the vault, in the independent model, counted day by day, is what the provider's command says from its tables
and from the topic alone. R6, R22, R49 and X11 of the requirements."""

import random
import time
from collections import Counter, namedtuple
from datetime import date

import pytest

import clock
import figures_truth as truth
import history
from conftest import scaled
from figures_expected import compare, expected, rows_of
from figures_topic import in_tables, run_figures
from world import World, now

PERSONS = scaled(80, 60)
MIN_GROUP = 5
DECIMALS = 9
# Of the first nobody is ever shared; the second's sick reports share by themselves.
EMPLOYERS = {"F-QUIET": {"min_group": MIN_GROUP}, "F-SHARING": {"min_group": MIN_GROUP, "auto_share_on_absence": True, "absence_provider": "P1"}}
UNITS = {"D0": None, "D1": "D0", "D2": "D0", "D3": "D2", "D4": "D2", "D5": None}
QUESTIONS = [*((dimension, "quarter") for dimension in truth.DIMENSIONS), ("department", "month"), ("employer", "whole")]
STEPS = {"whole": None, "month": 1, "quarter": 3}
TODAY = clock.amsterdam_date(int(time.time() * 1000))
Fed = namedtuple("Fed", "topic ends")


def month_start(months_back):
    count = TODAY.year * 12 + TODAY.month - 1 - months_back
    return truth.number(date(count // 12, count % 12 + 1, 1))


FIRST, UNTIL = month_start(8), month_start(0)


class Staff(history.History):
    """An employee of a company with few departments, most of them large enough to be shown."""

    def _place(self):
        return {**super()._place(), "department_code": self.rng.choice(("D1", "D1", "D3", "D3", "D4", "D5")), "function_code": f"F{self.rng.randrange(3)}"}

    def mistold(self):
        """What HR takes back: a spell, an employment's history, an employment, a person."""
        self.sick()
        self.say_absence(f"A{self.number}-{self.spells - 1}", 9, "DELETE", self.start)
        self.rng.choice((self.corrected, self.employment_deleted, self.erased))()


@pytest.fixture(scope="module")
def world(deploy):
    return World(deploy(providers=("P1",), partitions=3))


def events(employer_id, first_number, rng):
    """(first delivery, second): timelines cut somewhere, woven, some events twice and some late; in the second HR takes back what it had said."""
    maker, first, second = history.Maker(employer_id, rng), [], []
    for n in range(PERSONS):
        one = Staff(maker, first_number + n, rng, now())
        one.live(first_number + n - 1)
        cut = len(one.events) if rng.random() < 0.7 else rng.randrange(len(one.events))
        if n % 8 == 0:
            one.mistold()
        first.append(history.delayed(one.events[:cut], rng))
        second.append(history.delayed(one.events[cut:], rng))
    units = [maker.unit(now() - 10 ** 6, code, name=f"Afdeling {code}", parent_code="D5" if code == "D3" else parent) for code, parent in UNITS.items()]
    moved = [maker.unit(now() - 10 ** 5, "D3", name="Afdeling D3", parent_code=UNITS["D3"]), maker.unit(now() - 10 ** 5, "GONE", name="Weg"),
             maker.unit(now() - 10 ** 4, "GONE", op="DELETE")]
    return ([*units, *history.doubled(history.woven(first, rng), rng)], [*moved, *history.doubled(history.woven(second, rng), rng)])


@pytest.fixture(scope="module")
def deliveries(seed):
    made = [events(employer_id, 700000 + 1000 * index, random.Random(f"{seed}/{employer_id}")) for index, employer_id in enumerate(EMPLOYERS)]
    return [[event for delivery in made for event in delivery[n]] for n in (0, 1)]


class Calculation:
    """Day by day over what the model holds of what was sent."""

    def __init__(self, world):
        self.employments, self.spells, self.units = [], [], {}
        for employer_id in EMPLOYERS:
            self.units[employer_id] = {code: content["parent_code"] for code, content in world.model.units_seen("P1", employer_id).items()}
            for _, held in world.model.people_seen("P1", employer_id, now()):
                self._add(employer_id, held)
        self.days = truth.Truth(self.employments, self.spells, FIRST, UNTIL, 0)

    def _add(self, employer_id, held):
        person = {"pseudonym": len(self.employments).to_bytes(16), "employer_id": employer_id}
        for _, record, spells in held:
            employment = {**person, "entity_id": len(self.employments).to_bytes(16), **record}
            self.employments.append(employment)
            self.spells += [{**person, "entity_id": len(self.spells).to_bytes(16), "employment_id": employment["entity_id"], **s} for s in spells]

    def check(self, text, dimension, periods):
        """The command's CSV is what is counted here."""
        found = self.days.count(dimension, periods, truth.CLASSES["1996"])
        wanted = expected(dict.fromkeys(EMPLOYERS, True), self.units, found, dimension, periods)
        return compare(rows_of(text), wanted, dict.fromkeys(EMPLOYERS, "COMPLETE"), "1996", DECIMALS, MIN_GROUP)


def asked(world, dimension, step, first=FIRST, until=UNTIL):
    """The command's answer, the same bytes from tables and topic."""
    config = world.deployment.provider["P1"].config
    options = ("--from", truth.calendar(first).isoformat(), "--until", truth.calendar(until).isoformat(), "--by", dimension, "--per", step,
               "--decimals", str(DECIMALS), "--format", "csv")
    tables, topic = run_figures(config, *options), run_figures(config, *options, "--replay")
    assert tables.stdout == topic.stdout
    return tables.stdout


def settled(world):
    """The vault has taken everything, and the provider's tables have what came of it."""
    world.settle()
    ends = {}
    for record in world.told["P1"].to_end(120):
        ends[record.partition] = max(ends.get(record.partition, 0), record.offset + 1)
    in_tables(world.deployment, Fed("population.P1", ends))


def check_all(world, calculation, questions=QUESTIONS):
    seen = Counter()
    for dimension, step in questions:
        seen += calculation.check(asked(world, dimension, step), dimension, truth.cut(FIRST, UNTIL, STEPS[step]))
    assert seen["shown"] > 3 * seen["kept back"], seen


def test_what_was_sent_before_activation_is_in_the_figures_after_it(world, deliveries):
    """R49: the figures of what HR had said before the activation run are there after it, unchanged. R6, first half: headcount and FTE, and all others,
    of an employer without a share are those of the independent calculation."""
    for employer_id, settings in EMPLOYERS.items():
        world.enable(employer_id, ["P1"], settings)
    world.deliver(deliveries[0])
    world.settle()
    before = Calculation(world)
    assert rows_of(asked(world, "employer", "whole")) == []
    world.deployment.activate(*EMPLOYERS)
    settled(world)
    check_all(world, before, QUESTIONS[::3])


def test_figures_follow_changes_corrections_and_deletions(world, deliveries):
    """X11: from offset 0 = incremental = the truth of what the vault was sent. R6, second half: where sick reports share by themselves ZVP and ZMF are
    those of the independent calculation."""
    earlier = asked(world, "department", "month")
    world.deliver(deliveries[1])
    settled(world)
    assert asked(world, "department", "month") != earlier
    check_all(world, Calculation(world))
    said = Counter((name, event["op"]) for delivery in deliveries for name, event in delivery)
    for each in (("EmployeeEvent", "DELETE"), ("EmploymentEvent", "CORRECT"), ("EmploymentEvent", "DELETE"), ("AbsenceEvent", "CORRECT"),
                 ("AbsenceEvent", "DELETE"), ("OrganisationUnitEvent", "DELETE")):
        assert said[each], each
    shared = Counter(body["employer_id"] for _, body, _, _ in world.deployment.shares("P1"))
    assert shared["F-SHARING"] and not shared["F-QUIET"]


def test_every_date_has_the_heads_fte_departments_and_functions_that_were_sent(world):
    """R22: the provider's aggregates equal those of what the vault was sent, for all four measures, per date."""
    calculation = Calculation(world)
    for day in (FIRST, FIRST + 45, UNTIL - 1):
        for dimension in ("department", "function"):
            seen = calculation.check(asked(world, dimension, "whole", day, day + 1), dimension, [(day, day + 1)])
            assert seen["shown"] > seen["kept back"]


def test_another_activation_run_leaves_every_figure_as_it_was(world):
    """R49: statistics before and after an activation run are equal."""
    before = [asked(world, dimension, step) for dimension, step in QUESTIONS[:2]]
    world.deployment.activate(*EMPLOYERS)
    for employer_id in EMPLOYERS:
        world.deployment.run_done(employer_id, "ACTIVATION", count=2)
    settled(world)
    assert [asked(world, dimension, step) for dimension, step in QUESTIONS[:2]] == before


def test_the_calculation_notices_one_event_that_did_not_arrive(world):
    """A control: one sick report is left out of the calculation."""
    calculation, answer = Calculation(world), asked(world, "employer", "whole")
    calculation.check(answer, "employer", [(FIRST, UNTIL)])
    calculation.spells.remove(next(s for s in calculation.spells if FIRST <= s["first_day"] < UNTIL and not s["excluded"] and not s["exclude_from_frequency"]))
    calculation.days = truth.Truth(calculation.employments, calculation.spells, FIRST, UNTIL, 0)
    with pytest.raises(AssertionError):
        calculation.check(answer, "employer", [(FIRST, UNTIL)])
