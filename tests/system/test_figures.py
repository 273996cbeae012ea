"""The provider's absence figures against a calculation that shares nothing with them, on random populations, exactly.

KLUIS_FIGURES gives the number of populations; each takes a few seconds of brute force.
"""

import csv
import os
import subprocess
from datetime import date

import pytest

import figures_truth as truth
from deployment import build_folder
from figures_population import UNITS, Population

POPULATIONS = int(os.environ.get("KLUIS_FIGURES", "2"))
PERSONS = 300
FIRST, UNTIL = truth.number(date(2023, 11, 15)), truth.number(date(2024, 5, 20))
STEPS = {0: None, 1: 1, 2: 3, 3: 12}  # as in the C enum: months of a step
DECIMALS = 9
UNIT_CODES = {code: {"parent_code": parent} for code, parent in UNITS.items()}
NOT_FIGURES = ("employer", "standing", "breakdown", "rows", "value", "name", "depth", "from", "to")


def asked(rng):
    """(step, dimension, classes, cap): every breakdown by every step, the terms at random."""
    return [(step, dimension, rng.choice(("1996", "vernet")), rng.choice((0, 730))) for dimension in range(len(truth.DIMENSIONS)) for step in STEPS]


def run(path, questions, batch):
    """The sheets of the C code, as lists of rows."""
    binary = build_folder() / "tests" / "unit" / "provider_figures" / "figures_count_file"
    lines = "".join(f"{step} {FIRST} {UNTIL} {dimension} {int(classes == 'vernet')} {cap} {DECIMALS}\n" for step, dimension, classes, cap in questions)
    done = subprocess.run([binary, path, str(batch)], input=lines, capture_output=True, text=True, timeout=600)
    assert done.returncode == 0, done.stderr
    sheets = done.stdout.replace("\r\n", "\n").split("end\n")[:-1]
    assert len(sheets) == len(questions)
    return [list(csv.DictReader(line for line in sheet.splitlines() if not line.startswith("#"))) for sheet in sheets]


def merged(parts):
    total = truth.Counts()
    for part in parts:
        total.add(part)
    return total


def cells(counts, employer, value, period):
    return [c for (e, v, p), c in counts.items() if e == employer and v == value and p == period]


def expected(population, found, dimension, periods, classes):
    """{(employer, rows, value, from, to): figures}."""
    out = {}
    known = {e["employer_id"] for e in population.employments}

    def put(employer, rows, value, period, counts):
        key = employer, rows, value or "", truth.calendar(period[0]).isoformat(), truth.calendar(period[1] - 1).isoformat()
        out[key] = truth.figures(counts if employer in known else None, period, truth.CLASSES[classes], DECIMALS)

    for employer in population.standing:
        values = {v for e, v, _ in found if e == employer}
        units = UNIT_CODES if employer in ("Ltd 1", "No people") else {}
        if dimension == "department":
            values |= set(units)
        for period in periods:
            put(employer, "total", None, period, merged(c for (e, _, p), c in found.items() if e == employer and p == period))
            for value in values if dimension != "employer" else ():
                put(employer, "own", value, period, merged(cells(found, employer, value, period)))
                inside = truth.subtree(units, values, value) if dimension == "department" else {value}
                if len(inside) > 1:
                    put(employer, "with-all-under-it", value, period, merged(c for v in inside for c in cells(found, employer, v, period)))
    return out


def compare(rows, wanted, population):
    got = {(r["employer"], r["rows"], r["value"].removeprefix("'"), r["from"], r["to"]): r for r in rows}
    assert len(got) == len(rows)
    assert set(got) == set(wanted), sorted(set(got) ^ set(wanted))[:5]
    for key, row in got.items():
        assert row["standing"] == population.standing[key[0]]
        figures = {name: text for name, text in row.items() if name not in NOT_FIGURES}
        assert figures == wanted[key], (key, {n: (figures.get(n), wanted[key].get(n)) for n in {*figures, *wanted[key]} if figures.get(n) != wanted[key].get(n)})


@pytest.mark.parametrize("number", range(POPULATIONS))
def test_figures_equal_a_calculation_day_by_day(rng, tmp_path, number):
    population = Population(rng, PERSONS, FIRST, UNTIL)
    path = tmp_path / "population"
    population.write(path)
    questions = asked(rng)
    answers = run(path, questions, rng.choice((1, 7, 1000, 100000)))
    days = {cap: truth.Truth(population.employments, population.spells, FIRST, UNTIL, cap) for cap in (0, 730)}
    for (step, dimension, classes, cap), rows in zip(questions, answers, strict=True):
        periods = truth.cut(FIRST, UNTIL, STEPS[step])
        name = truth.DIMENSIONS[dimension]
        found = days[cap].count(name, periods, truth.CLASSES[classes])
        compare(rows, expected(population, found, name, periods, classes), population)


def test_the_calculation_notices_one_day_of_one_person(rng, tmp_path):
    """The comparison can fail: one spell is a day longer in the truth than in the records."""
    population = Population(rng, 40, FIRST, UNTIL)
    path = tmp_path / "population"
    population.write(path)
    spell = next(s for s in population.spells if s["recovered_on"] and FIRST < s["first_day"] < s["recovered_on"] < UNTIL - 4 and not s["excluded"]
                 and s["recovered"] and any(e["entity_id"] == s["employment_id"] and truth.in_force(e, s["first_day"]) and truth.in_force(e, s["recovered_on"] + 2)
                                            for e in population.employments))
    rows = run(path, [(0, 0, "1996", 0)], 1000)[0]

    def check():
        found = truth.Truth(population.employments, population.spells, FIRST, UNTIL, 0).count("employer", [(FIRST, UNTIL)], truth.CLASSES["1996"])
        compare(rows, expected(population, found, "employer", [(FIRST, UNTIL)], "1996"), population)

    check()
    spell["recovered_on"] += 1
    with pytest.raises(AssertionError):
        check()
