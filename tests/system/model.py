"""The independent model: raw events in log order to what the providers should see and what is reported, by rules.md.

It was written from the contract alone, without a look at the C code. Where a rule leaves room, "Reading:" says which way was
taken; a report that the rules leave open is marked optional and may come or not."""

from collections import Counter, namedtuple

import clock
import projection
import wire
from fields import ENVELOPE, KEYS, rejection, repaired
from person import Employment, Person, Register, Spell

Report = namedtuple("Report", "key event_id topic partition offset outcome code field optional")
EVENTS = ("EmployeeEvent", "EmploymentEvent", "OrganisationUnitEvent", "AbsenceEvent")
SETTINGS = {f["name"]: f["default"] for f in next(
    g for g in wire.SCHEMAS.raw["EmployerCommand"]["fields"] if g["name"] == "settings")["type"][1]["fields"]}


class Unit:
    __slots__ = ("floor", "register", "changed_since")

    def __init__(self):
        self.floor, self.register, self.changed_since = None, None, False


class Employer:
    def __init__(self, employer_id, providers, settings):
        self.employer_id, self.providers, self.settings = employer_id, set(providers), {**SETTINGS, **(settings or {})}
        self.people, self.erased, self.units, self.gone = {}, {}, {}, []
        self.bsn = {}

    def persons(self):
        """Every living person once."""
        return list({id(p): p for p in self.people.values()}.values())


class Model:
    """partitions: of the topics; sources: {topic: employers it may deliver for} of own topics."""

    def __init__(self, partitions, sources=None, test_deployment=False):
        self.partitions, self.sources, self.test_deployment = partitions, sources or {}, test_deployment
        self.employers, self.reports, self.taken = {}, [], Counter()
        self.shared = set()

    def enable(self, employer_id, providers, settings=None):
        self.employers[employer_id] = Employer(employer_id, providers, settings)

    def expected_reports(self, optional=False):
        return [r for r in self.reports if r.optional == optional]

    def take(self, record):
        """Fold one record of hr.events (attributes topic, partition, offset, timestamp, key, value)."""
        try:
            name, event = wire.decode(record.value)
        except Exception:  # what bytes do is the poison test's own
            raise ValueError("the model takes only what can be read") from None
        if name not in EVENTS:
            raise ValueError(f"{name} is no event of this model")
        self.taken[name] += 1
        key = record.key.decode()
        said = self._judge(name, event, key, record)
        for outcome, code, field, optional in said:
            self.reports.append(Report(key, event["event_id"], record.topic, record.partition, record.offset, outcome, code, field, optional))

    def _judge(self, name, event, key, record):
        """[(outcome, code, field, optional)] of one event, rows 2 to 11."""
        if key != event["employer_id"] or record.partition != wire.partition_of(key, self.partitions):
            return [("REJECTED", "WRONG_PARTITION", None, False)]
        employer = self.employers.get(key)
        if employer is None:
            return [("REJECTED", "EMPLOYER_UNKNOWN", None, False)]
        if record.topic != "hr.events" and (key not in self.sources.get(record.topic, ())
                                            or record.topic != "hr.events." + event["source_system"]):
            return [("REJECTED", "NOT_GRANTED", None, False)]
        if event["test"] != self.test_deployment:
            return [("REJECTED", "TEST_DATA", None, False)]
        if event["occurred_at"] > record.timestamp + clock.DAY_MS:
            return [("REJECTED", "FUTURE", "occurred_at", False)]
        today = clock.amsterdam_day(record.timestamp)
        if name == "AbsenceEvent" and event["op"] != "DELETE" and (event["recovered_on"] or 0) > today:
            return [("REJECTED", "FUTURE", "recovered_on", False)]
        if name != "OrganisationUnitEvent" and employer.erased.get(event["employee_key"], -1) >= event["occurred_at"]:
            return [("DROPPED", "ERASED", None, False)]
        broken = rejection(name, event)
        if broken:
            return [("REJECTED", *broken, False)]
        stamp = (event["occurred_at"], event["event_id"])
        if name == "OrganisationUnitEvent":
            return self._unit(employer, event, stamp)
        if name == "EmployeeEvent":
            return self._employee(employer, event, stamp, today)
        if name == "EmploymentEvent":
            return self._employment(employer, event, stamp)
        return self._absence(employer, event)

    def _unit(self, employer, event, stamp):
        unit = employer.units.setdefault(event["unit_code"], Unit())
        if event["op"] == "DELETE":
            if unit.floor == stamp:
                return [("STALE", "STALE", None, True)] if unit.changed_since else []
            if unit.floor and unit.floor > stamp:
                return [("STALE", "STALE", None, False)]
            unit.floor = stamp
            unit.changed_since = bool(unit.register and unit.register.stamp > stamp)
            if unit.changed_since:
                return [("STALE", "STALE", None, True)]
            unit.register = None
            return []
        event, warned = repaired("OrganisationUnitEvent", event, unit.register.content if unit.register else {})
        said = [("WARNED", code, field, False) for code, field in warned]
        content = {f: event[f] for f in ("name", "parent_code")}
        if unit.register and unit.register.settled(stamp, content):
            return said
        if (unit.floor and unit.floor > stamp) or (unit.register and unit.register.stamp > stamp):
            return self._open(said) + [("STALE", "STALE", None, False)]
        unit.register, unit.changed_since = Register(stamp, content), True
        return said

    def _employee(self, employer, event, stamp, today):
        """Readings: DELETE is STALE under a later identity, else erases whatever else is later; DELETE of a key never seen
        writes `erased` all the same; whether a warning comes on an event that is then STALE or quarantined is open."""
        key, old = event["employee_key"], event["employee_key_old"]
        person = employer.people.get(key)
        if event["op"] == "DELETE":
            if person and person.identity and person.identity.stamp > stamp:
                return [("STALE", "STALE", None, False)]
            self._erase(employer, person, key, event["occurred_at"])
            return []
        said = []
        mover = employer.people.get(old) if old is not None and old != key else None
        if mover is not person and person is not None and old in person.keys:
            mover = None  # it was this person's, and is somebody else's by now
        if old is not None and old != key and mover is None:
            said.append(("WARNED", "KEY_UNKNOWN", "employee_key_old", False))
        if mover is person:
            mover = None
        if mover is not None and person is not None and person.identity is not None:
            return [("QUARANTINED", "IDENTITY_CHANGED", None, False)]
        held = mover or person
        event, warned = repaired("EmployeeEvent", event, held.identity.content if held and held.identity else {})
        said += [("WARNED", code, field, False) for code, field in warned]
        if held and held.identity:
            settled = held.identity.settled(stamp, {f: event[f] for f in held.identity.content})
            if mover is not None and (settled or held.identity.stamp > stamp):  # a key is no register: it moves however late that is said
                self._move(employer, mover, person, key)
            if settled:  # Reading: whether an unknown former key is told again (row 7) or not (row 8) is open
                return [(*report[:3], report[1] == "KEY_UNKNOWN") for report in said]
            if held.identity.stamp > stamp:
                return self._open(said) + [("STALE", "STALE", None, False)]
        if event["bsn"] and any(other is not held and other.identity and other.identity.content["bsn"] == event["bsn"]
                                and other.active(today) for other in employer.bsn.get(event["bsn"], ())):
            return self._open(said) + [("QUARANTINED", "BSN_TAKEN", None, False)]
        if held and held.identity_changed(event):
            return self._open(said) + [("QUARANTINED", "IDENTITY_CHANGED", None, False)]
        if mover is not None:
            self._move(employer, mover, person, key)
        elif person is None:
            held = employer.people[key] = Person(key)
        held.take_identity(event, stamp)
        if event["bsn"]:
            employer.bsn.setdefault(event["bsn"], set()).add(held)
        return said

    @staticmethod
    def _open(said):
        """The same reports, as ones that may come or not."""
        return [(*report[:3], True) for report in said]

    @staticmethod
    def _move(employer, mover, shell, key):
        """The key moves to the person; a person without identity that it already made gives its steps along."""
        if shell is not None:
            for employment_key, employment in shell.employments.items():
                mover.employments.setdefault(employment_key, employment)
            mover.spells.update(shell.spells)
            mover.personnel_numbers |= shell.personnel_numbers
        mover.keys.add(key)
        employer.people[key] = mover

    @staticmethod
    def _erase(employer, person, key, when):
        keys = {key} | ({k for k in person.keys if employer.people.get(k) is person} if person else set())
        for each in keys:
            employer.erased[each] = max(when, employer.erased.get(each, -1))
            employer.people.pop(each, None)
        if person:
            employer.gone.append(person)
            for holders in employer.bsn.values():
                holders.discard(person)

    @staticmethod
    def _person(employer, key):
        if key not in employer.people:
            employer.people[key] = Person(key)
        return employer.people[key]

    def _employment(self, employer, event, stamp):
        """Reading: WAITING once for a person without identity, on its first employment event."""
        person = self._person(employer, event["employee_key"])
        key, old = event["employment_key"], event["employment_key_old"]
        said = []
        if event["op"] != "DELETE" and old is not None and old != key and person.employment_of(old) != key:
            present = person.employment_of(old)
            if present in person.employments and key not in person.employments:
                person.employments[key] = person.employments.pop(present)
                person.aliases.pop(key, None)
                person.aliases[present] = key
            else:
                said.append(("WARNED", "KEY_UNKNOWN", "employment_key_old", key in person.employments))
        key = person.employment_of(key)
        employment = person.employments.setdefault(key, Employment())
        if event["op"] != "DELETE":
            held = {**(employment.header.content if employment.header else {}),
                    **(employment.segments[event["effective_date"]].content if event["effective_date"] in employment.segments else {})}
            event, warned = repaired("EmploymentEvent", event, held)
            said += [("WARNED", code, field, False) for code, field in warned]
        result = employment.take(event, stamp)
        if event["personnel_number"]:
            person.personnel_numbers.add(event["personnel_number"])
        if result:
            said = [*self._open(said), ("STALE", "STALE", None, result == "MAYBE_STALE")]
        elif person.identity is None and not person.waiting_said:
            said.append(("WAITING", None, None, False))
            person.waiting_said = True
        return said

    def _absence(self, employer, event):
        """Reading: WAITING once per spell; where the person itself waits it may be the person's or the spell's: optional."""
        person = self._person(employer, event["employee_key"])
        spell = person.spells.setdefault(event["absence_key"], Spell())
        result = spell.take(event)
        if result:
            return [] if result[0] == "SAME" else [(result[0], result[1] or result[0], None, False)]
        steps = spell.effective()
        alone = person.identity is None
        employment = person.employments.get(person.employment_of(event["employment_key"]))
        missing = not (employment and employment.header) and event["op"] != "DELETE"
        late = spell.begin is None or event["seq"] >= spell.begin + len(steps)
        if (alone or missing or late) and event["op"] != "DELETE" and not spell.waiting_said:
            spell.waiting_said = True
            return [("WAITING", None, None, alone)]
        if late and spell.waiting_said:
            return [("WAITING", None, None, True)]
        return []

    def people_seen(self, provider, employer_id, now, hmac=None):
        """[(person, [(employment_key, record, [spell records])])] that this provider should see of the employer.

        hmac: the pseudonymous personnel number as a function, for the policy HMAC."""
        employer, out = self.employers[employer_id], []
        if provider not in employer.providers or employer.settings["registration"] == "NEGATIVE":
            return out
        number = {"CLEAR": lambda n: n, "OMIT": lambda n: None, "HMAC": hmac or (lambda n: n and "HMAC")}[employer.settings["personnel_number"]]
        for person in employer.persons():
            entities = {key: (projection.employment_record(person, e, number, now), []) for key, e in person.employments.items()
                        if projection.employment_projected(person, e)}
            told = employer.settings["absence_facts"] == "ALWAYS" or (provider, min(person.keys)) in self.shared
            for spell in person.spells.values():
                state = projection.spell_state(person, spell) if told else None
                if state:
                    entities[state["employment_key"]][1].append(projection.spell_record(state))
            if entities:
                out.append((person, [(key, record, spells) for key, (record, spells) in entities.items()]))
        return out

    def units_seen(self, provider, employer_id):
        """{unit_code: {name, parent_code}} that this provider should see of the employer."""
        employer = self.employers[employer_id]
        if provider not in employer.providers or employer.settings["registration"] == "NEGATIVE":
            return {}
        return {code: unit.register.content for code, unit in employer.units.items() if unit.register}


def same_again(model, employer_id, maker):
    """The final content of every register and every effective step of an employer, as events made by `maker(name, **content)`.

    Identities, then each employment's header with each of its segments, units, then spells by seq."""
    employer = model.employers[employer_id]
    for code, unit in employer.units.items():
        if unit.register:
            yield maker("OrganisationUnitEvent", op="UPSERT", unit_code=code, **unit.register.content)
    for person in employer.persons():
        key = sorted(k for k in person.keys if employer.people.get(k) is person)[0]
        if person.identity:
            yield maker("EmployeeEvent", op="UPSERT", employee_key=key, **person.identity.content)
        for employment_key, employment in person.employments.items():
            for day, register in sorted(employment.segments.items()):
                yield maker("EmploymentEvent", op="UPSERT", employee_key=key, employment_key=employment_key,
                            effective_date=day, **employment.header.content, **register.content)
        for absence_key, spell in person.spells.items():
            for step in spell.effective():
                yield maker("AbsenceEvent", employee_key=key, absence_key=absence_key, **step)


__all__ = ["Model", "Report", "SETTINGS", "same_again", "ENVELOPE", "KEYS"]
