"""The provider's absence figures against a calculation that shares nothing with them, on random populations, exactly.

KLUIS_FIGURES gives the number of populations; each takes a few seconds of brute force.
"""

import itertools
import os
from collections import Counter
from datetime import date

import pytest

import figures_truth as truth
from figures_expected import compare, expected, rows_of
from figures_population import UNITS, Population
from figures_topic import Replay

POPULATIONS = int(os.environ.get("KLUIS_FIGURES", "1"))
PERSONS = 300
FIRST, UNTIL = truth.number(date(2023, 11, 15)), truth.number(date(2024, 5, 20))
STEPS = {"whole": None, "month": 1, "quarter": 3, "year": 12}  # months of each
DECIMALS = 9
LEAST = 5  # whatever a marker says
MIN_GROUP = 10
UNIT_CODES = {code: {"parent_code": parent} for code, parent in UNITS.items()}
UNITS_OF = {"Ltd 1": UNITS, "No people": UNITS}


def asked(rng):
    """(step, dimension, classes, cap): every breakdown by every step, the terms at random."""
    return [(step, dimension, rng.choice(("1996", "vernet")), rng.choice((0, 730))) for dimension, step in itertools.product(truth.DIMENSIONS, STEPS)]


@pytest.fixture
def run(stack, rng, tmp_path):
    """A function: the sheets that the command makes of a population on a topic of its own, one for each question, as lists of rows."""
    def run(population, questions):
        replay = Replay(stack, tmp_path, f"F{rng.randrange(1 << 60)}", rng.choice((1, 3)))
        replay.feed.write(population.records, rng.choice((100, 1000, 100000)))
        sheets = []
        for step, dimension, classes, cap in questions:
            text = replay.figures("--from", truth.calendar(FIRST).isoformat(), "--until", truth.calendar(UNTIL).isoformat(), "--per", step,
                                  "--by", dimension, "--classes", classes, "--max-days", str(cap or "none"), "--decimals", str(DECIMALS),
                                  "--format", "csv").stdout
            sheets.append(rows_of(text))
        return sheets
    return run


def known_of(population):
    """{employer: whether there is an employment of it}."""
    known = {e["employer_id"] for e in population.employments}
    return {employer: employer in known for employer in population.standing}


@pytest.mark.parametrize("number", range(POPULATIONS))
def test_figures_equal_a_calculation_day_by_day(rng, run, number):
    population = Population(rng, PERSONS, FIRST, UNTIL)
    questions = asked(rng)
    answers = run(population, questions)
    days = {cap: truth.Truth(population.employments, population.spells, FIRST, UNTIL, cap) for cap in (0, 730)}
    seen = Counter()
    for (step, dimension, classes, cap), rows in zip(questions, answers, strict=True):
        periods = truth.cut(FIRST, UNTIL, STEPS[step])
        found = days[cap].count(dimension, periods, truth.CLASSES[classes])
        seen += compare(rows, expected(known_of(population), UNITS_OF, found, dimension, periods), population.standing, classes, DECIMALS, LEAST)
    assert seen["shown with figures of some"] > 0 and seen["kept back"] > 0


PRIME = (1 << 61) - 1


class Span:
    """What can be made of rows by adding and subtracting, modulo a prime."""

    def __init__(self):
        self.rows = []

    def _rest(self, row):
        for lead, held in self.rows:
            times = row[lead]
            row = [(a - times * b) % PRIME for a, b in zip(row, held)]
        return row

    def add(self, row):
        rest = self._rest(row)
        lead = next((i for i, a in enumerate(rest) if a), None)
        if lead is not None:
            self.rows.append((lead, [a * pow(rest[lead], -1, PRIME) % PRIME for a in rest]))

    def holds(self, row):
        return not any(self._rest(row))


def small_groups_found(rows, days, employer, dimension, period, figure):
    """How many persons sets of fewer than MIN_GROUP are about of whom a figure, headcount or fte, follows from the rows that show it."""
    units = UNIT_CODES if employer == "Ltd 1" and dimension == "department" else {}
    persons = {}
    for day in days:
        if figure == "fte" and not day.segment["contract_hours_x100"]:
            continue
        if day.employer == employer and period[0] <= day.day < period[1]:
            persons.setdefault(truth.value_of(dimension, day.employment, day.segment) or "", set()).add(day.person)
    values, span = sorted(persons), Span()
    for row in rows:
        if row["employer"] != employer or row["from"] != truth.calendar(period[0]).isoformat() or row[figure] == "SUPPRESSED":
            continue
        value = row["value"].removeprefix("'")
        inside = {"total": set(values), "own": {value}}.get(row["rows"]) or truth.subtree(units, {*values, *units}, value)
        span.add([int(v in inside) for v in values])
    sets = ([(number >> i) & 1 for i in range(len(values))] for number in range(1, 1 << len(values)))
    sizes = ((len(set().union(*(persons[v] for v, is_in in zip(values, s) if is_in))), s) for s in sets)
    return [size for size, s in sizes if size < MIN_GROUP and span.holds(s)]


@pytest.mark.parametrize("min_group", [0, MIN_GROUP])
def test_no_small_group_can_be_had_by_subtraction(rng, run, min_group):
    """Nor figures made of hours of fewer who have any. Nor by adding, or any number of times of both. Where a marker says 0 the least is 5, and groups between are found: the attempt is a real one."""
    population = Population(rng, 150, FIRST, UNTIL, min_group)
    questions = [("month", dimension, "1996", 0) for dimension in truth.DIMENSIONS]
    days = truth.Truth(population.employments, population.spells, FIRST, UNTIL, 0).days
    found, shown = {"headcount": [], "fte": []}, 0
    for (step, dimension, _, _), rows in zip(questions, run(population, questions), strict=True):
        shown += sum(row["headcount"] != "SUPPRESSED" and row["rows"] != "total" for row in rows)
        for employer in ("Ltd 1", "Ltd 2", "Loading"):
            for period in truth.cut(FIRST, UNTIL, STEPS[step]):
                for figure, sizes in found.items():
                    sizes += small_groups_found(rows, days, employer, dimension, period, figure)
    assert shown > 0
    for figure, sizes in found.items():
        assert bool(sizes) == (min_group == 0) and min(sizes, default=LEAST) >= LEAST, (figure, sizes[:3])


def test_the_calculation_notices_one_day_of_one_person(rng, run):
    """The comparison can fail: one spell is a day longer in the truth than in the records."""
    population = Population(rng, 40, FIRST, UNTIL)
    spell = next(s for s in population.spells if s["recovered_on"] and FIRST < s["first_day"] < s["recovered_on"] < UNTIL - 4 and not s["excluded"]
                 and s["employer_id"] == "Ltd 1"
                 and s["recovered"] and any(e["entity_id"] == s["employment_id"] and truth.in_force(e, s["first_day"]) and truth.in_force(e, s["recovered_on"] + 2)
                                            for e in population.employments))
    rows = run(population, [("whole", "employer", "1996", 0)])[0]

    def check():
        found = truth.Truth(population.employments, population.spells, FIRST, UNTIL, 0).count("employer", [(FIRST, UNTIL)], truth.CLASSES["1996"])
        compare(rows, expected(known_of(population), {}, found, "employer", [(FIRST, UNTIL)]), population.standing, "1996", DECIMALS, LEAST)

    check()
    spell["recovered_on"] += 1
    with pytest.raises(AssertionError):
        check()
