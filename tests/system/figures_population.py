"""Random populations as a topic holds them: what is true, and records that come to it by way of corrections, deletions, restores and what is stale."""

import wire

GENERATION = 1 << 40
NORMS = (3600, 3800, 4000, 4000, 4000, 3777, 1)
DEPARTMENTS = ("A", "B", "B1", "B2", "C", "X", "Y", "no unit")
UNITS = {"A": None, "B": "A", "B1": "B", "B2": "B", "EMPTY": "B2", "C": None, "X": "Y", "Y": "X", "ORPHAN": "GONE"}
ON_CALL = "C"  # a department where few have contract hours
FUNCTIONS = (None, "cook", "nurse", "=clerk \"1\"")
BANDS = ("UNKNOWN", "LT25", "A25_34", "A35_44", "A45_54", "A55_64", "GE65")


class Population:
    """What is true in the end (`employments`, `spells`, `standing`), and `records`: (key, value or None) in the order of the log."""

    def __init__(self, rng, persons, first, until, min_group=0):
        self.rng, self.first, self.until, self.min_group = rng, first, until, min_group
        self.employments, self.spells, self.records, self.tombstones, self.revisions = [], [], [], [], {}
        self.standing = {"Ltd 1": "COMPLETE", "Ltd 2": "COMPLETE", "Loading": "LOADING", "Negative": "COMPLETE", "No people": "COMPLETE"}
        self.generations = {"Ltd 1": 1, "Ltd 2": 2, "Loading": 1, "Ended": 1}
        for _ in range(persons):
            self._person(rng.choice(("Ltd 1", "Ltd 1", "Ltd 1", "Ltd 2", "Ltd 2", "Loading", "Ended")))
        for employer in ("Ltd 1", "No people"):
            for code, parent in UNITS.items():
                self._unit(employer, code, parent)
        rng.shuffle(self.records)
        self.records.insert(rng.randrange(len(self.records)), self.mark("Ltd 2", "END", 2))
        self.records[:0] = [self.mark(employer, "BEGIN", 1) for employer in self.generations]
        self.records += [*self.tombstones, self.mark("Ltd 1", "END", 1), self.mark("Negative", "END", 1), self.mark("No people", "END", 1),
                         self.mark("Ended", "ENDED", 1)]

    def mark(self, employer, op, generation):
        return wire.marker_key(employer), wire.encode("PopulationMarker", {
            "employer_id": employer, "generation": generation, "op": op, "min_group": self.min_group, "recorded_at": 0})

    def _unit(self, employer, code, parent):
        for revision in (2, 1):
            self.records.append((wire.unit_key(employer, code), wire.encode("PopulationUnit", {
                "employer_id": employer, "unit_code": code, "name": f"name of {code}", "parent_code": parent if revision == 2 else "A",
                "revision": GENERATION + revision, "recorded_at": 0})))

    def _hours(self, department):
        rng, norm = self.rng, self.rng.choice(NORMS)
        if department == ON_CALL and rng.random() < 0.8:
            return {"contract_hours_x100": 0, "norm_hours_x100": norm}
        return {"contract_hours_x100": rng.choice((0, norm, norm, norm * 3 // 4, norm // 2, 4000, 4321)), "norm_hours_x100": norm}

    def _employment(self, employer, pseudonym):
        rng = self.rng
        start = rng.randrange(self.first - 900, self.until - 20)
        end = None if rng.random() < 0.6 else start + rng.randrange(0, 1500)
        segments, day = [], start
        for _ in range(rng.choice((1, 1, 2, 3))):
            department = rng.choice(DEPARTMENTS)
            segments.append({"from": day, "department_code": department, "department_name": None, "parent_department_code": None,
                             "function_code": rng.choice(FUNCTIONS), "function_name": None, "cost_centre": None, **self._hours(department),
                             "contract_term": rng.choice(("UNKNOWN", "FIXED", "PERMANENT")), "employment_kind": None})
            day += rng.randrange(1, 500)
            if end is not None and day > end:
                break
        return {"pseudonym": pseudonym, "employer_id": employer, "entity_id": rng.randbytes(16), "recorded_at": 0, "personnel_number": None,
                "gender": rng.choice(("UNSPECIFIED", "MALE", "FEMALE")), "age_band": rng.choice(BANDS), "start_date": start, "end_date": end,
                "uwv_sector": None, "risk_group": None, "segments": segments}

    def _spell(self, employment):
        rng = self.rng
        first = rng.randrange(max(employment["start_date"], self.first - 800), self.until + 10) if rng.random() < 0.97 else employment["start_date"] - 3
        length = rng.choice((0, 1, 3, 7, 8, rng.randrange(20), rng.randrange(60), rng.randrange(500), rng.randrange(1200)))
        recovered_on = None if rng.random() < 0.1 else first + length
        segments, day = [], first
        for _ in range(rng.choice((1, 1, 2, 4))):
            segments.append({"from": day, "absence_pct_x100": rng.choice((10000, 10000, 5000, 0, rng.randrange(10001)))})
            day += rng.randrange(1, 40)
            if recovered_on is not None and day >= recovered_on:
                break
        return {"pseudonym": employment["pseudonym"], "employer_id": employment["employer_id"], "entity_id": rng.randbytes(16), "recorded_at": 0,
                "employment_id": employment["entity_id"] if rng.random() < 0.99 else rng.randbytes(16), "first_day": first, "recovered_on": recovered_on,
                "recovered": recovered_on is not None and rng.random() < 0.85, "excluded": rng.random() < 0.1,
                "exclude_from_frequency": rng.random() < 0.1, "segments": segments}

    def _person(self, employer):
        rng, pseudonym = self.rng, self.rng.randbytes(16)
        for _ in range(rng.choice((1, 1, 1, 2, 3))):
            employment = self._employment(employer, pseudonym)
            if not self._live("PopulationEmployment", employment, lambda: self._employment(employer, pseudonym), self.employments):
                continue
            for _ in range(rng.choice((0, 0, 1, 2, 4, 8))):
                self._live("PopulationAbsence", self._spell(employment), lambda held=employment: self._spell(held), self.spells)

    def _put(self, name, entity, generation):
        count = self.revisions[entity["pseudonym"]] = self.revisions.get(entity["pseudonym"], 0) + 1
        self.records.append((entity["pseudonym"] + entity["entity_id"], wire.encode(name, {**entity, "revision": generation * GENERATION + count})))

    def _live(self, name, entity, another, truth):
        """Earlier versions, then the last; some end in a tombstone, some were lost in the restore that made the generation. Whether it is there at the end."""
        rng, generation = self.rng, self.generations[entity["employer_id"]]
        is_lost = generation > 1 and rng.random() < 0.1
        is_deleted = rng.random() < 0.1
        for _ in range(rng.choice((0, 0, 1, 2))):
            self._put(name, {**another(), "entity_id": entity["entity_id"]}, 1 if is_lost else rng.randrange(1, generation + 1))
        self._put(name, entity, 1 if is_lost else generation)
        if is_deleted:
            self.tombstones.append((entity["pseudonym"] + entity["entity_id"], None))
        if is_lost or is_deleted or entity["employer_id"] == "Ended":
            return False
        truth.append(entity)
        return True
