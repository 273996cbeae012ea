"""A company as a topic holds it: a tree of departments, people who come and go, and absence with its seasons. Made up, for looking at."""

import struct
from datetime import date

import wire

EPOCH = date(1970, 1, 1).toordinal()
GENERATION = 1 << 40
SEASON = (1.5, 1.45, 1.2, 1.0, 0.85, 0.8, 0.65, 0.65, 0.9, 1.1, 1.25, 1.4)
# Share of the cases, mean length in days.
DURATIONS = ((0.69, 3.5), (0.207, 14), (0.092, 110), (0.011, 450))


def number(day):
    return day.toordinal() - EPOCH


class Companies:
    """Employers one after another; `records` as the tests' population file holds them."""

    def __init__(self, rng, first, until):
        self.rng, self.first, self.until, self.records, self.revision = rng, number(first), number(until), [], GENERATION

    def employer(self, employer_id, min_group=5, complete=True):
        for op in ("BEGIN", "END") if complete else ("BEGIN",):
            self._put("PopulationMarker", wire.marker_key(employer_id), employer_id=employer_id, generation=1, op=op, min_group=min_group)

    def unit(self, employer_id, code, name, parent=None):
        self._put("PopulationUnit", wire.unit_key(employer_id, code), employer_id=employer_id, unit_code=code, name=name, parent_code=parent,
                  revision=self._next())

    def hire(self, employer_id, department, heads, start=None, leave=None, sickness=1.0):
        """So many people in a department: some there all the time, some for a part of it unless start and leave say when."""
        for _ in range(heads):
            came, left = start and number(start), leave and number(leave)
            if start is None:
                came = self.first - self.rng.randrange(2000) if self.rng.random() < 0.8 else self.rng.randrange(self.first, self.until)
                left = self.rng.randrange(came + 30, came + 1500) if self.rng.random() < 0.2 else None
            self._employ(employer_id, department, came, left, sickness)

    def write(self, path):
        with open(path, "wb") as out:
            for key, value in self.records:
                out.write(struct.pack("<ii", len(key), len(value)) + key + value)

    def _next(self):
        self.revision += 1
        return self.revision

    def _put(self, schema, key, **content):
        self.records.append((key, wire.encode(schema, {**content, "recorded_at": 0})))

    def _employ(self, employer_id, department, came, left, sickness):
        rng, pseudonym, entity = self.rng, self.rng.randbytes(16), self.rng.randbytes(16)
        norm = rng.choice((3600, 3800, 4000))
        segment = {"from": came, "department_code": department, "department_name": None, "parent_department_code": None, "function_code": None,
                   "function_name": None, "cost_centre": None, "contract_hours_x100": norm * rng.choice((4, 4, 4, 3, 3, 2)) // 4,
                   "norm_hours_x100": norm, "contract_term": "PERMANENT", "employment_kind": None}
        self._put("PopulationEmployment", pseudonym + entity, pseudonym=pseudonym, employer_id=employer_id, entity_id=entity, revision=self._next(),
                  personnel_number=None, gender="UNSPECIFIED", age_band="UNKNOWN", start_date=came, end_date=left, uwv_sector=None, risk_group=None,
                  segments=[segment])
        for first, length in self._cases(max(came, self.first - 400), left or self.until, sickness):
            self._absent(employer_id, pseudonym, entity, first, first + length if first + length <= min(left or self.until, self.until) else None)

    def _cases(self, day, end, sickness):
        """(first day, days) of each."""
        while True:
            day += int(self.rng.expovariate(1.1 * sickness / 365)) + 1
            if day >= end:
                return
            if self.rng.random() * 1.5 > SEASON[date.fromordinal(day + EPOCH).month - 1]:
                continue
            mean = self.rng.choices([mean for _, mean in DURATIONS], [part for part, _ in DURATIONS])[0]
            length = max(1, round(self.rng.expovariate(1 / mean)))
            yield day, length
            day += length

    def _absent(self, employer_id, pseudonym, employment, first, recovered):
        segments = [{"from": first, "absence_pct_x100": 10000}]
        if recovered is None or recovered - first > 60:
            segments.append({"from": first + 60, "absence_pct_x100": 5000})
        entity = self.rng.randbytes(16)
        self._put("PopulationAbsence", pseudonym + entity, pseudonym=pseudonym, employer_id=employer_id, entity_id=entity, revision=self._next(),
                  employment_id=employment, first_day=first, recovered_on=recovered, recovered=recovered is not None, excluded=self.rng.random() < 0.02,
                  exclude_from_frequency=False, segments=segments)
