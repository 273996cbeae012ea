"""What the population generator (tests/generator) says is true, and figures compared with it, to the last digit.

usage: generated.py TRUTH FIGURES [--min-group N]

TRUTH is the generator's truth file, FIGURES the CSV of `provider-svc figures` by employer, over whole months of the truth's. Prints a line of JSON: how
many figures are equal, how many differ, how many rows were suppressed. Exit codes: 0 equal, 1 not.
"""

import argparse
import csv
import json
import sys
from collections import defaultdict
from datetime import date
from fractions import Fraction
from functools import cache

from figures_truth import number, over, rounded, years

SUMS = ("employed", "absent", "absent_with_leave", "head_days", "reports", "recovered", "recovered_days")
FULL = 10000


class Months:
    """Sums over months that follow each other, of one employer: all of its people have one full week."""

    def __init__(self, rows):
        self.norm = int(rows[0]["norm_hours_x100"])
        self.heads_last = int(rows[-1]["heads_last"])
        for name in SUMS:
            setattr(self, name, sum(int(row[name]) for row in rows))

    def absence(self, absent):
        return over(Fraction(100 * absent, FULL), self.employed)

    def figures(self, period, decimals):
        days = period[1] - period[0]
        heads, length = Fraction(self.head_days, days), years_of(period)
        values = {"headcount": heads, "headcount_last_day": Fraction(self.heads_last), "fte": Fraction(self.employed, self.norm * days),
                  "absence_pct": self.absence(self.absent), "absence_with_leave_pct": self.absence(self.absent_with_leave),
                  "frequency": over(Fraction(self.reports), heads * length), "mean_duration": over(Fraction(self.recovered_days), self.recovered),
                  "reports": Fraction(self.reports), "recovered": Fraction(self.recovered)}
        return {name: rounded(value, decimals) for name, value in values.items()}


@cache
def years_of(period):
    return years(period)


class Truth:
    """The truth file."""

    def __init__(self, path):
        self.rows = defaultdict(dict)
        with open(path, encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                self.rows[row["employer"]][number(date.fromisoformat(row["month"]))] = row

    def months(self, employer, period):
        return Months([row for first, row in self.rows[employer].items() if period[0] <= first < period[1]])

    def absence_pct(self):
        """Of everybody over the whole time, exactly."""
        absent = sum(Fraction(int(r["absent"]), int(r["norm_hours_x100"])) for months in self.rows.values() for r in months.values())
        employed = sum(Fraction(int(r["employed"]), int(r["norm_hours_x100"])) for months in self.rows.values() for r in months.values())
        return absent * 100 / FULL / employed


class Comparison:
    def __init__(self):
        self.equal, self.suppressed, self.differing, self.employers = 0, 0, [], set()

    def take(self, row, months, period, min_group):
        self.employers.add(row["employer"])
        small = 0 < months.head_days < min_group * (period[1] - period[0])
        if row["standing"] != "COMPLETE":
            self.differing.append((row["employer"], row["from"], row["standing"]))
        if row["headcount"] == "SUPPRESSED":
            self.suppressed += 1
            if not small:
                self.differing.append((row["employer"], row["from"], "suppressed"))
            return
        if small:
            self.differing.append((row["employer"], row["from"], "shown"))
        decimals = len(row["headcount"].partition(".")[2])
        for name, text in months.figures(period, decimals).items():
            # Counts are whole; whether with a row of noughts is the output's affair.
            same = row[name] == text or (name in ("reports", "recovered", "headcount_last_day") and Fraction(row[name]) == Fraction(text))
            if same:
                self.equal += 1
            else:
                self.differing.append((row["employer"], row["from"], name, row[name], text))


def compare(truth, lines, min_group):
    """Figures, as lines of CSV with comments, by employer and period."""
    found = Comparison()
    for row in csv.DictReader(line for line in lines if not line.startswith("#")):
        period = number(date.fromisoformat(row["from"])), number(date.fromisoformat(row["to"])) + 1
        found.take(row, truth.months(row["employer"], period), period, min_group)
    missing = set(truth.rows) - found.employers
    found.differing += [(employer, "missing") for employer in sorted(missing)]
    return found


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("truth")
    parser.add_argument("figures")
    parser.add_argument("--min-group", type=int, default=10)
    options = parser.parse_args()
    truth = Truth(options.truth)
    with open(options.figures, encoding="utf-8", newline="") as file:
        found = compare(truth, file, options.min_group)
    print(json.dumps({"equal": found.equal, "differing": len(found.differing), "suppressed_rows": found.suppressed, "employers": len(found.employers),
                      "absence_pct": float(truth.absence_pct())}))
    for one in found.differing[:5]:
        print("generated.py:", *one, file=sys.stderr)
    raise SystemExit(1 if found.differing or not found.equal else 0)


if __name__ == "__main__":
    main()
