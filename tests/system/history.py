"""Histories of employees as an HR system would deliver them: hires, leavers, changes, absence, corrections, mistakes."""

import uuid

import clock
import people
import wire

HOUR = 3600000


class Maker:
    """Makes whole events of one employer with fresh ids; every default of the schema that is not named."""

    def __init__(self, employer_id, rng, source="hr-test"):
        self.employer_id, self.rng, self.source = employer_id, rng, source

    def event(self, name, at, /, **content):
        envelope = {"event_id": str(uuid.UUID(int=self.rng.getrandbits(128), version=4)), "employer_id": self.employer_id,
                    "occurred_at": at, "source_system": self.source}
        return name, wire.defaults(name, **{**envelope, **content})

    def employee(self, at, key, identity, **more):
        return self.event("EmployeeEvent", at, **{"op": "UPSERT", "employee_key": key, **identity, **more})

    def employment(self, at, key, employment_key, start, effective=None, **more):
        base = {"op": "UPSERT", "employee_key": key, "employment_key": employment_key, "start_date": start,
                "effective_date": start if effective is None else effective, "department_code": "D1",
                "contract_hours_x100": 3600, "norm_hours_x100": 3600}
        return self.event("EmploymentEvent", at, **{**base, **more})

    def absence(self, at, key, absence_key, seq, op, first_day, **more):
        base = {"op": op, "employee_key": key, "employment_key": "1", "absence_key": absence_key, "seq": seq,
                "first_day": first_day, "mutation_date": first_day, "absence_pct_x100": 10000}
        return self.event("AbsenceEvent", at, **{**base, **more})

    def unit(self, at, code, **more):
        return self.event("OrganisationUnitEvent", at, **{"op": "UPSERT", "unit_code": code, **more})


class History:
    """One employee's timeline; `events` is a list of (name, record) in the order things happened."""

    def __init__(self, maker, number, rng, now):
        self.maker, self.number, self.rng = maker, number, rng
        self.today = clock.amsterdam_day(now)
        self.at = now - 300 * clock.DAY_MS + rng.randrange(20 * clock.DAY_MS)
        self.key, self.identity, self.events, self.version = f"K{number}", people.identity(number, rng), [], 0
        self.spells, self.dismissed = 0, False
        self.start = people.days(2006) + rng.randrange(365 * 18)
        self.header = {"personnel_number": f"P{number}-1", "start_date": self.start, "risk_group": "R0", "uwv_sector": "Sector 35",
                       "contact_person": {"name": people.word(14, number) + "ma", "phone": None, "email": None} if rng.random() < .1 else None}
        self.segment = {"effective_date": self.start, **self._place()}

    def tick(self):
        self.at += self.rng.randrange(HOUR, 30 * HOUR)
        return self.at

    def _place(self):
        self.version += 1
        unit, rng = self.rng.randrange(40), self.rng
        return {"department_code": f"D{unit}", "department_name": f"Afdeling {unit}", "function_code": f"F{rng.randrange(9)}",
                "function_name": rng.choice(("Monteur", "Planner", "Verkoper", "Verpleegkundige")), "cost_centre": f"C{self.version}",
                "contract_hours_x100": rng.choice((1600, 2400, 2800, 3200, 3600, 4000)), "norm_hours_x100": rng.choice((3600, 4000)),
                "contract_term": rng.choice(("FIXED", "PERMANENT", "UNKNOWN")), "employment_kind": "Regulier"}

    def say_identity(self, **more):
        self.events.append(self.maker.employee(self.tick(), self.key, {**self.identity, **more}))

    def say_employment(self, employment_key="1", **more):
        content = {**self.header, **self.segment, **more}
        start, effective = content.pop("start_date"), content.pop("effective_date")
        self.events.append(self.maker.employment(self.tick(), self.key, employment_key, start, effective, **content))

    def say_absence(self, absence_key, seq, op, first_day, **more):
        self.events.append(self.maker.absence(self.tick(), self.key, absence_key, seq, op, first_day, **more))

    def hired(self):
        self.say_identity()
        self.say_employment()
        if self.rng.random() < 0.04:
            self.say_employment("2", personnel_number=f"P{self.number}-2", contract_hours_x100=800)

    def change(self):
        """One change of the employment, each content new."""
        kind = self.rng.random()
        if kind < 0.7:
            last = self.segment["effective_date"]
            self.segment = {"effective_date": last + self.rng.randrange(1, 300), **self._place()}
        else:
            self.version += 1
            self.header = {**self.header, "risk_group": f"R{self.version}"}
        self.say_employment()

    def leaves(self):
        self.header = {**self.header, "end_date": max(self.today - self.rng.randrange(-20, 400), self.start + 5)}
        self.say_employment()

    def sick(self):
        """One spell: partial recoveries, leave, open ends, corrections, deletion."""
        rng, key = self.rng, f"A{self.number}-{self.spells}"
        self.spells += 1
        first = max(self.today - rng.randrange(15, 700), self.start - (5 if rng.random() < 0.02 else 0))
        leave = rng.choice((None,) * 8 + ("MATERNITY", "ADOPTION_FOSTER"))
        more = {"leave": leave, "exclude_from_frequency": rng.random() < 0.05, "safety_net": rng.choice(("UNKNOWN", "YES", "NO")),
                "expected_recovery": first + 20 if rng.random() < 0.3 else None}
        self.say_absence(key, 1, "START", first, **more)
        seq, day = 1, first
        for _ in range(rng.choice((0, 0, 1, 1, 2, 3))):
            seq, day = seq + 1, day + rng.randrange(1, 20)
            self.say_absence(key, seq, "MUTATE", first, mutation_date=day, absence_pct_x100=rng.choice((7500, 5000, 2500, 3333)), **more)
        ended = min(day + rng.randrange(0, 30), self.today)
        if rng.random() < 0.8 and ended >= first:
            seq += 1
            reason = rng.choice((None, None, None, "RECOVERED", "TO_WAZO", "LEFT_SICK", "WIA", "DECEASED"))
            by_reason = reason is not None and rng.random() < 0.2
            self.say_absence(key, seq, "END", first, mutation_date=max(ended, first), recovered_on=None if by_reason else max(ended, first),
                             end_reason=reason, **more)
        if rng.random() < 0.06:
            seq, first = seq + 1, max(first - 2, self.start)
            self.say_absence(key, seq, "CORRECT", first, absence_pct_x100=8000, **more)
            if rng.random() < 0.5:
                seq += 1
                self.say_absence(key, seq, "MUTATE", first, mutation_date=first + 3, absence_pct_x100=4000, **more)
        elif rng.random() < 0.03:
            self.say_absence(key, seq + 1, "DELETE", first)

    def corrected(self):
        self.segment = {"effective_date": self.start + self.rng.randrange(0, 5), **self._place()}
        self.version += 1
        self.header = {**self.header, "risk_group": f"R{self.version}"}
        self.say_employment(op="CORRECT")

    def employment_deleted(self):
        """What comes after has content of its own: what was deleted and comes back unchanged is not promised to converge."""
        self.say_employment(op="DELETE")
        self.version += 1
        self.header = {**self.header, "risk_group": f"R{self.version}"}
        self.segment = {"effective_date": self.start, **self._place()}
        if self.rng.random() < 0.5:
            self.say_employment()

    def moved_house(self):
        self.identity = {**self.identity, "addresses": [people.address(self.number + 30000 + self.version)]}
        self.version += 1
        self.say_identity()

    def rekeyed(self):
        old, self.key = self.key, f"N{self.number}-{self.version}"
        self.version += 1
        self.say_identity(employee_key_old=old)

    def mistaken(self):
        """An event that breaks a rule."""
        kind = self.rng.randrange(8)
        if kind == 0:
            self.say_employment(contract_hours_x100=16801)
        elif kind == 1:
            self.say_identity(iban="NL91ABNA0417164301")
        elif kind == 2:
            self.say_identity(addresses=[*self.identity["addresses"], {**people.address(1), "kind": "POSTAL", "postcode": "0123AB"}])
        elif kind == 3:
            self.say_employment(end_date=self.start - 1)
        elif kind == 4:
            self.say_employment(function_name="Mon\x07teur")
        elif kind == 5:
            self.say_absence(f"A{self.number}-x", 0, "START", self.today - 40)
        elif kind == 6:
            self.events.append(self.maker.employee(self.tick(), self.key, self.identity, test=True))
        else:
            self.say_identity(birth_date="19701301")

    def other_person(self, neighbour):
        """Somebody else's data under this key: a taken citizen number or a changed identity."""
        other = people.identity(neighbour)
        if self.rng.random() < 0.5:
            self.say_identity(surname=other["surname"], birth_date="19511212")
        else:
            self.say_identity(bsn=people.bsn(neighbour))

    def erased(self):
        self.events.append(self.maker.employee(self.tick(), self.key, self.identity, op="DELETE"))
        if self.rng.random() < 0.5:
            self.header = {**self.header, "personnel_number": f"P{self.number}-r", "end_date": None}
            self.say_identity()
            self.say_employment()

    def live(self, neighbour):
        """The whole timeline, drawn at random."""
        rng = self.rng
        self.hired()
        for _ in range(rng.choice((0, 0, 0, 1, 1, 2))):
            self.change()
        for _ in range(rng.choice((0, 0, 0, 1, 1, 2))):
            self.sick()
        for chance, act in ((0.10, self.moved_house), (0.03, self.corrected), (0.02, self.employment_deleted), (0.03, self.mistaken),
                            (0.02, self.rekeyed), (0.10, self.leaves)):
            if rng.random() < chance:
                act()
        if rng.random() < 0.01:
            self.other_person(neighbour)
        if rng.random() < 0.02:
            self.erased()
        return self.events


def delayed(events, rng, share=0.05):
    """The same events with some neighbours of one timeline exchanged; never across re-keying or erasure."""
    events, index = list(events), 0
    while index + 1 < len(events):
        pair = events[index], events[index + 1]
        fixed = any(e[1].get("employee_key_old") or (e[0] == "EmployeeEvent" and e[1]["op"] == "DELETE") for e in pair)
        if rng.random() < share and not fixed and events[index][1]["employee_key"] == events[index + 1][1]["employee_key"]:
            events[index], events[index + 1] = events[index + 1], events[index]
            index += 1
        index += 1
    return events


def woven(timelines, rng):
    """One stream of many timelines, each in its own order, the way an HR system's export interleaves them."""
    waiting = [list(reversed(t)) for t in timelines if t]
    window = []
    while waiting or window:
        while waiting and len(window) < 50:
            window.append(waiting.pop())
        index = rng.randrange(len(window))
        yield window[index].pop()
        if not window[index]:
            window[index] = window[-1]
            window.pop()


def doubled(events, rng, share=0.05):
    """The same stream with some events delivered again a while later."""
    held = []
    for event in events:
        yield event
        if rng.random() < share:
            held.append(event)
        if held and rng.random() < share / 2:
            yield held.pop(0)
    yield from held


__all__ = ["Maker", "History", "delayed", "woven", "doubled"]
