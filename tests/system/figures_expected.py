"""What the command's sheet must say of a population that is known, by the calculation day by day in figures_truth; and what of it may be kept back."""

import csv
from collections import Counter

import figures_truth as truth

NOT_FIGURES = ("employer", "standing", "min_group", "breakdown", "rows", "value", "name", "depth", "from", "to")
OF_SOME = {f"zero_no_{of}_{cohort}" for of in ("day", "report") for cohort in ("whole_period", "last_day")}
SUPPRESSED = "SUPPRESSED"


def rows_of(text):
    """The rows of a CSV answer."""
    return list(csv.DictReader(line for line in text.splitlines() if not line.startswith("#")))


def merged(parts):
    total = truth.Counts()
    for part in parts:
        total.add(part)
    return total


def cells(counts, employer, value, period):
    return [c for (e, v, p), c in counts.items() if e == employer and v == value and p == period]


def expected(known, units, found, dimension, periods):
    """{(employer, rows, value, period): Counts, None where nothing is known}. known: {employer: whether there is an employment of it};
    units: {employer: {code: its parent's}}; found: what truth.Truth counted."""
    out = {}
    for employer, is_known in known.items():
        parents = {code: {"parent_code": parent} for code, parent in units.get(employer, {}).items()}
        values = {v for e, v, _ in found if e == employer} | (set(parents) if dimension == "department" else set())
        for period in periods:
            out[employer, "total", None, period] = merged(c for (e, _, p), c in found.items() if e == employer and p == period)
            for value in values if dimension != "employer" else ():
                out[employer, "own", value, period] = merged(cells(found, employer, value, period))
                inside = truth.subtree(parents, values, value) if dimension == "department" else {value}
                if len(inside) > 1:
                    out[employer, "with-all-under-it", value, period] = merged(c for v in inside for c in cells(found, employer, v, period))
        if not is_known:
            out.update((key, None) for key in out if key[0] == employer)
    return out


def is_nobody(counts):
    return counts is None or not (counts.days or counts.reports or counts.ended)


def is_small(counts, period, min_group):
    """Whether the row is about too few, and whether its figures made of hours are, because too few have any."""
    least = min_group * (period[1] - period[0])
    return (not is_nobody(counts) and (counts.persons[0] < min_group or counts.heads < least),
            counts is not None and counts.employed > 0 and (counts.hour_persons < min_group or counts.hour_heads < least))


def tells_of_few(counts, min_group):
    """Whether those who were there on every day, who came and stayed, or who left are too few, so that figures of some of the persons may be kept back."""
    if counts is None:
        return False
    at_all, on_every_day, on_last_day = counts.persons
    return any(0 < part < min_group for part in (on_every_day, on_last_day - on_every_day, at_all - on_last_day))


def is_of_hours(name):
    return name == "fte" or name.startswith("absence_")


def compare(rows, wanted, standing, classes, decimals, min_group=0):
    """Every figure shown is the calculation's to the last digit. Kept back are rows about too few and figures of hours of too few, others only beside
    such, and figures of a part of a row's persons where there are such parts of too few. Returns how many rows are shown, kept back, shown without what is made of hours, and
    shown with figures of a part of their persons."""
    found, seen, hidden, small = {}, Counter(), (set(), set()), (set(), set())
    for row in rows:
        period = tuple(truth.number(truth.date.fromisoformat(row[name])) for name in ("from", "to"))
        found[row["employer"], row["rows"], row["value"].removeprefix("'"), (period[0], period[1] + 1)] = row
    assert len(found) == len(rows)
    wanted = {(employer, kind, value or "", period): counts for (employer, kind, value, period), counts in wanted.items()}
    assert set(found) == set(wanted), sorted(set(found) ^ set(wanted))[:5]
    of_few = {(key[0], key[3]) for key, counts in wanted.items() if tells_of_few(counts, min_group)}
    for key, row in found.items():
        counts, period, side = wanted[key], key[3], (key[0], key[3])
        assert row["standing"] == standing[key[0]]
        figures = {name: text for name, text in row.items() if name not in NOT_FIGURES}
        are_hidden = row["headcount"] == SUPPRESSED, row["fte"] == SUPPRESSED
        seen["kept back" if are_hidden[0] else "shown without hours" if are_hidden[1] else "shown"] += 1
        for kind, must in enumerate(is_small(counts, period, min_group)):
            assert are_hidden[kind] or not must, (key, "is about too few", kind)
            if must:
                small[kind].add(side)
            if are_hidden[kind]:
                hidden[kind].add(side)
        told = truth.figures(counts, period, truth.CLASSES[classes], decimals)
        told.update((name, SUPPRESSED) for name in told if are_hidden[0] or (are_hidden[1] and is_of_hours(name))
                    or (side in of_few and name in OF_SOME and figures[name] == SUPPRESSED))
        seen["shown with figures of some"] += not are_hidden[0] and counts is not None and all(figures[name] != SUPPRESSED for name in OF_SOME)
        assert figures == told, (key, {n: (figures.get(n), told.get(n)) for n in {*figures, *told} if figures.get(n) != told.get(n)})
    assert hidden[0] <= small[0] and hidden[1] <= small[0] | small[1], "kept back although nobody is too few beside it"
    return seen
