"""Absence figures by brute force: every day of every person by itself, in fractions. Written from the requirements and docs/figures.md, not from the C code."""

from collections import defaultdict
from datetime import date, timedelta
from fractions import Fraction
from functools import cache
from math import lcm

EPOCH = date(1970, 1, 1)
FULL = 10000
CLASSES = {"1996": (7, 42, 365), "vernet": (14, 91, 365, 730)}
COHORTS = ("any_day", "whole_period", "last_day")
DIMENSIONS = ("employer", "department", "function", "age-band", "gender", "contract-term")


def calendar(day):
    return EPOCH + timedelta(days=day)


def number(day):
    return (day - EPOCH).days


def in_force(employment, day):
    return employment["start_date"] <= day and (employment["end_date"] is None or day <= employment["end_date"])


def at(segments, day):
    """The last segment that has begun, else the first."""
    return ([s for s in segments if s["from"] <= day] or segments[:1])[-1]


def factor(segment):
    return Fraction(segment["contract_hours_x100"], segment["norm_hours_x100"])


def value_of(dimension, employment, segment):
    return {"employer": None, "department": segment["department_code"], "function": segment["function_code"], "age-band": employment["age_band"],
            "gender": employment["gender"], "contract-term": segment["contract_term"]}[dimension]


GENDERS = ("UNSPECIFIED", "MALE", "FEMALE")
BANDS = ("UNKNOWN", "LT25", "A25_34", "A35_44", "A45_54", "A55_64", "GE65")
TERMS = ("UNKNOWN", "FIXED", "PERMANENT")


def main_order(employment, segment):
    function = segment["function_code"]
    return (-factor(segment), employment["start_date"], segment["department_code"].encode(), (function is not None, (function or "").encode()),
            TERMS.index(segment["contract_term"]), BANDS.index(employment["age_band"]), GENDERS.index(employment["gender"]))


def days_in(periods):
    """{day: the periods that hold it}."""
    found = defaultdict(list)
    for period in periods:
        for day in range(*period):
            found[day].append(period)
    return found


class Case:
    """A spell, cut at the end of its employment."""

    def __init__(self, spell, employment):
        self.spell, self.employment = spell, employment
        self.first = spell["first_day"]
        self.end = spell["recovered_on"]
        self.recovered = self.end is not None and spell["recovered"]
        last = employment["end_date"]
        if last is not None and (self.end is None or self.end > last + 1):
            self.end, self.recovered = last + 1, False
        self.is_leave = spell["excluded"]
        self.is_report = not spell["excluded"] and not spell["exclude_from_frequency"]

    def covers(self, day, cap):
        return self.first <= day and (self.end is None or day < self.end) and (not cap or day < self.first + cap)

    def pct(self, day):
        return at(self.spell["segments"], day)["absence_pct_x100"]

    def length(self, period_end, cap):
        end = self.end if self.end is not None and (self.recovered or self.end < period_end) else period_end
        return min(end - self.first, cap) if cap else end - self.first

    def rank(self, day):
        """The higher one has the day."""
        return self.pct(day), -self.first, self.end is None, self.end or 0, self.recovered


class Counts:
    """What is counted of one group in one period."""

    def __init__(self):
        self.days = self.heads = self.first = self.last = self.reports = self.ended = self.ended_days = 0
        self.employed = self.absent = self.with_leave = Fraction(0)
        self.by_class = defaultdict(Fraction)
        self.persons, self.without_day, self.without_report = ([0, 0, 0] for _ in range(3))
        self.hour_heads = self.hour_persons = 0  # those with contract hours

    def add(self, other):
        for name in ("days", "hour_heads", "hour_persons", "heads", "first", "last", "reports", "ended", "ended_days", "employed", "absent", "with_leave"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        for index, part in other.by_class.items():
            self.by_class[index] += part
        for name in ("persons", "without_day", "without_report"):
            setattr(self, name, [a + b for a, b in zip(getattr(self, name), getattr(other, name))])


class Day:
    """One employment of one person on one day."""

    def __init__(self, employer, person, employment, segment, is_main, cases, day):
        self.employer, self.person, self.employment, self.segment, self.is_main, self.day = employer, person, employment, segment, is_main, day
        sick = [c for c in cases if not c.is_leave]
        self.case = max(sick, key=lambda c: c.rank(day)) if sick else None
        self.pct = self.case.pct(day) if sick else 0
        self.pct_with_leave = max((c.pct(day) for c in cases), default=0)


class Truth:
    """Every day from `first` to before `until` of what is true: employments and spells by pseudonym."""

    def __init__(self, employments, spells, first, until, cap):
        self.cap, self.days, self.cases = cap, [], []
        # Part-time factors in whole numbers: so many of them are 1.
        self.one = lcm(*(s["norm_hours_x100"] for e in employments for s in e["segments"]))
        by_person, by_id = defaultdict(list), {}
        for employment in employments:
            by_person[employment["pseudonym"]].append(employment)
            by_id[employment["pseudonym"], employment["entity_id"]] = employment
        cases = defaultdict(list)
        for spell in spells:
            employment = by_id.get((spell["pseudonym"], spell["employment_id"]))
            if employment is not None and in_force(employment, spell["first_day"]):
                case = Case(spell, employment)
                cases[employment["entity_id"]].append(case)
                self.cases.append(case)
        for person, held in by_person.items():
            for day in range(first, until):
                self._add_day(person, [e for e in held if in_force(e, day)], cases, day)

    def _add_day(self, person, held, cases, day):
        if not held:
            return
        main = held[0] if len(held) == 1 else min(held, key=lambda e: main_order(e, at(e["segments"], day)))
        for employment in held:
            covering = [c for c in cases[employment["entity_id"]] if c.covers(day, self.cap)]
            self.days.append(Day(employment["employer_id"], person, employment, at(employment["segments"], day), employment is main, covering, day))

    @cache
    def _daily(self, dimension):
        """{(employer, value): {day: [heads, employed, with leave, [(case, absent)], heads with hours]}}."""
        found = defaultdict(dict)
        for day in self.days:
            cell = found[day.employer, value_of(dimension, day.employment, day.segment)].setdefault(day.day, [0, 0, 0, [], 0])
            factor_of_day = day.segment["contract_hours_x100"] * self.one // day.segment["norm_hours_x100"]
            cell[0] += day.is_main
            cell[4] += day.is_main and day.segment["contract_hours_x100"] > 0
            cell[1] += factor_of_day
            cell[2] += factor_of_day * day.pct_with_leave
            if day.pct:
                cell[3].append((day.case, factor_of_day * day.pct))
        return found

    @cache
    def _presences(self, periods):
        """{(person, period): [days as a head, the last of them, whether there was a day of absence, the last with hours]}."""
        found, periods_of = {}, days_in(periods)
        for day in self.days:
            for period in periods_of[day.day]:
                presence = found.setdefault((day.person, period), [0, None, False, None])
                presence[0] += day.is_main
                presence[1] = day if day.is_main and (presence[1] is None or day.day > presence[1].day) else presence[1]
                presence[2] = presence[2] or day.pct > 0
                if day.is_main and day.segment["contract_hours_x100"] and (presence[3] is None or day.day > presence[3].day):
                    presence[3] = day
        return found

    def count(self, dimension, periods, classes):
        """{(employer, value, period): Counts}."""
        found = defaultdict(Counts)
        for (employer, value), days in self._daily(dimension).items():
            for period in periods:
                cells = [days[day] for day in range(*period) if day in days]
                if cells:
                    self._count_days(found[employer, value, period], cells, period, classes)
                    found[employer, value, period].first = days.get(period[0], (0,))[0]
                    found[employer, value, period].last = days.get(period[1] - 1, (0,))[0]
        reported = self._count_cases(found, dimension, days_in(periods))
        for (person, period), presence in self._presences(tuple(periods)).items():
            self._count_person(found, dimension, period, presence, (person, period) in reported)
        return found

    def _count_days(self, counts, cells, period, classes):
        counts.days = len(cells)
        counts.heads = sum(cell[0] for cell in cells)
        counts.hour_heads = sum(cell[4] for cell in cells)
        counts.employed = Fraction(sum(cell[1] for cell in cells), self.one)
        counts.with_leave = Fraction(sum(cell[2] for cell in cells), self.one)
        by_class = defaultdict(int)
        for cell in cells:
            for case, absent in cell[3]:
                length = case.length(period[1], self.cap)
                by_class[sum(length > boundary for boundary in classes)] += absent
        counts.absent = Fraction(sum(by_class.values()), self.one)
        for index, absent in by_class.items():
            counts.by_class[index] = Fraction(absent, self.one)

    def _count_cases(self, found, dimension, periods_of):
        reported = set()
        for case in self.cases:
            if case.is_leave:
                continue
            employment = case.employment
            for period in periods_of[case.first] if case.is_report else ():
                found[employment["employer_id"], value_of(dimension, employment, at(employment["segments"], case.first)), period].reports += 1
                reported.add((employment["pseudonym"], period))
            for period in periods_of[case.end] if case.recovered else ():
                where = at(employment["segments"], max(case.first, case.end - 1))
                counts = found[employment["employer_id"], value_of(dimension, employment, where), period]
                counts.ended += 1
                counts.ended_days += min(case.end - case.first, self.cap or case.end)
        return reported

    def _count_person(self, found, dimension, period, presence, is_reported):
        days, last, is_absent, with_hours = presence
        if with_hours is not None:
            found[with_hours.employer, value_of(dimension, with_hours.employment, with_hours.segment), period].hour_persons += 1
        counts = found[last.employer, value_of(dimension, last.employment, last.segment), period]
        belongs = (True, days == period[1] - period[0], last.day == period[1] - 1)
        for i in range(len(COHORTS)):
            counts.persons[i] += belongs[i]
            counts.without_day[i] += belongs[i] and not is_absent
            counts.without_report[i] += belongs[i] and not is_reported


def rounded(value, decimals):
    """Half up, as text."""
    if value is None:
        return "NOT_AVAILABLE"
    scaled = (value * 10 ** decimals * 2 + 1) // 2
    return f"{scaled // 10 ** decimals}.{scaled % 10 ** decimals:0{decimals}d}"


def over(a, b):
    return Fraction(a) / b if b else None


def years(period):
    """How many calendar years a period is, each day a part of its own year."""
    total = Fraction(0)
    for day in range(*period):
        year = calendar(day).year
        total += Fraction(1, (date(year + 1, 1, 1) - date(year, 1, 1)).days)
    return total


def months(period):
    first, end = calendar(period[0]), calendar(period[1])
    return (end.year - first.year) * 12 + end.month - first.month if first.day == end.day == 1 else None


def figures(counts, period, classes, decimals):
    """Every figure by its name, as text; counts None: nothing is known."""
    length = period[1] - period[0]
    names = ["headcount", "headcount_last_day", "fte", "absence_pct", "absence_with_leave_pct", "frequency", "frequency_multiple", "frequency_begin_end",
             "mean_duration", *(f"zero_no_day_{c}" for c in COHORTS), *(f"zero_no_report_{c}" for c in COHORTS), "reports", "recovered"]
    edges = (0, *classes)
    names += [f"absence_pct {edges[i] + 1}-{edges[i + 1]}" for i in range(len(classes))] + [f"absence_pct >{classes[-1]}"]
    if counts is None:
        return dict.fromkeys(names, "NOT_AVAILABLE")
    c, heads = counts, Fraction(counts.heads, length)
    values = [heads, c.last, c.employed / length, over(c.absent, c.employed * FULL / 100), over(c.with_leave, c.employed * FULL / 100),
              over(c.reports, heads * years(period)), over(c.reports * 12, heads * months(period)) if months(period) else None,
              over(c.reports, Fraction(c.first + c.last, 2) * years(period)), over(c.ended_days, c.ended),
              *(over(100 * c.without_day[i], c.persons[i]) for i in range(3)), *(over(100 * c.without_report[i], c.persons[i]) for i in range(3)),
              c.reports, c.ended, *(over(c.by_class[i], c.employed * FULL / 100) for i in range(len(classes) + 1))]
    return {name: rounded(value, decimals) for name, value in zip(names, values, strict=True)}


def cut(first, until, step):
    """Calendar months (1), quarters (3), years (12), or the whole (None)."""
    if step is None:
        return [(first, until)]
    starts = [d for d in range(first + 1, until) if calendar(d).day == 1 and (calendar(d).month - 1) % step == 0]
    edges = [first, *starts, until]
    return list(zip(edges, edges[1:]))


def parent_of(units, code):
    """The parent, None at the top: without one that is there, or on a circle."""
    def up(c):
        found = units.get(c)
        return found["parent_code"] if found and found["parent_code"] in units else None
    seen, above = set(), up(code)
    while above is not None and above not in seen:
        if above == code:
            return None
        seen.add(above)
        above = up(above)
    return up(code)


def subtree(units, codes, code):
    """The department and all under it."""
    inside = {code}
    while True:
        more = {c for c in codes if parent_of(units, c) in inside} - inside
        if not more:
            return inside
        inside |= more
