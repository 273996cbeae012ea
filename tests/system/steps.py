"""What happens at random to the employees of some employers: HR events, commands and care requests, drawn round by round.

In one round an employee is met on one topic alone, since nothing orders two topics; and what could come out otherwise when a batch ends in between (the
end, correction or deletion of a spell, a leave that begins or ends, a new key) comes alone."""

import time
import uuid

import clock
import people
import wire
from life import EMPLOYERS_KINDS, SILENT_KINDS

START = people.days(2012, 5, 1)
LIVING, GONE = "LIVING", "GONE"


class Spell:
    def __init__(self, key, first_day, leave):
        self.key, self.first_day, self.leave, self.seq, self.open, self.pct = key, first_day, leave, 1, True, 10000


class Employee:
    """What HR has of one employee."""

    def __init__(self, employer_id, number, key):
        self.employer_id, self.number, self.key, self.state, self.lives = employer_id, number, key, GONE, 0
        self.said = []  # events, to be said again

    def personnel_number(self):
        return f"{self.employer_id}.{self.number}.{self.lives}"


class Step:
    """kind: "hr", "command", "care" or "action"; what: (record name, record); by: its issuer; told: CareIdentifiers, or what an action says; under: the
    share that an action is under; against: the withdrawal that a note runs against."""

    def __init__(self, kind, what, by=None, told=None, under=None, against=None):
        self.kind, self.what, self.by, self.told, self.under, self.against = kind, what, by, told, under, against


class Steps:
    """makers: {employer_id: history.Maker}; each employer's people are numbered from `first`; held_of(employee): [(provider, pseudonym, Share)] of what
    providers were seen to hold of it."""

    def __init__(self, rng, makers, each, held_of, first=300000):
        self.rng, self.makers, self.held_of, self.at, self.count = rng, makers, held_of, 0, 0
        self.people = [Employee(employer_id, first + 5000 * n + i, f"{employer_id}-{i}") for n, employer_id in enumerate(makers) for i in range(each)]
        self.asked, self.commanded = [], []

    def _tick(self):
        self.at = max(self.at + 1, int(time.time() * 1000))
        return self.at

    def _say(self, employee, name, /, *arguments, **fields):
        event = getattr(self.makers[employee.employer_id], name)(self._tick(), employee.key, *arguments, **fields)
        employee.said.append(event)
        return Step("hr", event)

    # HR

    def hired(self, employee):
        """A new person, the first or the next of its key: nothing of an earlier one comes back."""
        employee.lives += 1
        employee.state, employee.spells, employee.version = LIVING, [], 0
        employee.identity = people.identity(employee.number + 1000 * (employee.lives % 5), self.rng)
        employee.header = {"personnel_number": employee.personnel_number(), "risk_group": "R0", "payroll_tax_number": None, "end_date": None}
        employee.segment = {"department_code": "D1", "contract_hours_x100": 3600, "norm_hours_x100": 4000, "employment_kind": "Regulier"}
        return [self._identity(employee), self._employment(employee)]

    def _identity(self, employee, **more):
        return self._say(employee, "employee", employee.identity, **more)

    def _employment(self, employee):
        return self._say(employee, "employment", "1", START, **employee.header, **employee.segment)

    def change_identity(self, employee):
        employee.version += 1
        number = employee.number + 7000 * employee.version
        change = self.rng.choice((
            {"addresses": [people.address(number)]}, {"addresses": [people.address(number), people.address(number, "POSTAL")]},
            {"contacts": people.contacts(number)}, {"contacts": people.contacts(number, ("PHONE_WORK", "MOBILE_WORK"))},
            {"call_name": f"Roep{employee.version}"}, {"iban": people.iban(number)}, {"bsn": None}, {"no_risk": employee.version % 2 == 0}))
        employee.identity = {**employee.identity, **change}
        return self._identity(employee)

    def change_employment(self, employee):
        employee.version += 1
        change = self.rng.choice(({"risk_group": f"R{employee.version}"}, {"payroll_tax_number": f"{employee.version:09d}L01"}))
        if self.rng.random() < 0.5:
            employee.header |= change
        else:
            employee.segment |= self.rng.choice(({"contract_hours_x100": 1000 + employee.version}, {"cost_centre": f"C{employee.version}"},
                                                 {"employment_kind": f"Soort {employee.version}"}))
        return self._employment(employee)

    def _step(self, employee, spell, op, **more):
        if op != "START":
            spell.seq += 1
        fields = {"absence_pct_x100": spell.pct, "leave": spell.leave, "expected_recovery": None, **more}
        return self._say(employee, "absence", spell.key, spell.seq, op, spell.first_day, **fields)

    def sick(self, employee, today):
        first = today - self.rng.choice((0, 1, 2, 3, 10, 27, 28, 29, 60))
        spell = Spell(f"{employee.personnel_number()}.{len(employee.spells)}", first, self.rng.choice((None,) * 4 + ("MATERNITY",)))
        employee.spells.append(spell)
        return self._step(employee, spell, "START")

    def mutated(self, employee, spell, today):
        spell.pct = self.rng.choice((7500, 5000, 2500))
        return self._step(employee, spell, "MUTATE", mutation_date=self.rng.randrange(spell.first_day, today + 1))

    def turned(self, employee, spell, today):
        """A step that may make a spell lead to something, or keep it from that."""
        kind = self.rng.choice(("end", "end", "end", "leave", "leave", "correct", "delete", "reopen"))
        if kind == "end":
            spell.open = False
            last = self.rng.randrange(spell.first_day, today + 1)
            return self._step(employee, spell, "END", mutation_date=last, recovered_on=last)
        if kind == "leave":
            spell.leave, spell.open = None if spell.leave else "MATERNITY", True
            return self._step(employee, spell, "MUTATE", mutation_date=today)
        if kind == "correct":
            spell.first_day, spell.open, spell.pct = spell.first_day - self.rng.choice((0, 1, 5)), True, 8000
            return self._step(employee, spell, "CORRECT")
        if kind == "delete":
            employee.spells.remove(spell)
            return self._step(employee, spell, "DELETE")
        spell.open = True
        return self._step(employee, spell, "MUTATE", mutation_date=today)

    def _alone(self, employee, today):
        """One event that comes alone."""
        draw = self.rng.random()
        if draw < 0.6 and employee.spells:
            return [self.turned(employee, self.rng.choice(employee.spells), today)]
        if draw < 0.7:
            old, employee.key = employee.key, f"{employee.personnel_number()}.{employee.version}"
            employee.version += 1
            return [self._identity(employee, employee_key_old=old)]
        if draw < 0.8:
            employee.header["end_date"] = None if employee.header["end_date"] else today - 1
            return [self._employment(employee)]
        return self.erased(employee)

    def erased(self, employee):
        steps = [self._say(employee, "employee", employee.identity, op="DELETE")]
        employee.state = GONE
        return steps + (self.hired(employee) if self.rng.random() < 0.5 else [])

    def _events(self, employee, today):
        rng = self.rng
        if employee.state == GONE:
            late = [self._again(employee)] if employee.said and rng.random() < 0.5 else []
            return late + (self.hired(employee) if rng.random() < 0.7 else [])
        if rng.random() < 0.35:
            return self._alone(employee, today)
        steps = [rng.choice((self.change_identity, self.change_employment))(employee) for _ in range(rng.choice((0, 0, 1, 1, 2)))]
        running = [s for s in employee.spells if s.open]
        if running and rng.random() < 0.4:
            steps.append(self.mutated(employee, rng.choice(running), today))
        if rng.random() < 0.2:
            steps.append(self._again(employee))
        if rng.random() < 0.6 and len(employee.spells) < 8 and employee.header["end_date"] is None:
            steps.insert(rng.randrange(len(steps) + 1), self.sick(employee, today))
        return steps

    def _again(self, employee):
        """The same event once more: of this person, or of one that is erased."""
        return Step("hr", self.rng.choice(employee.said[-6:]))

    # commands

    def _envelope(self, employee):
        self.count += 1
        return {"command_id": str(uuid.UUID(int=self.rng.getrandbits(128), version=4)), "employer_id": employee.employer_id,
                "expires_at": int(time.time() * 1000) + 3600000}

    def _commands(self, employee):
        return [self._command(employee) for _ in range(self.rng.choice((1, 1, 2, 3)))]

    def _command(self, employee):
        rng, envelope = self.rng, self._envelope(employee)
        if self.commanded and rng.random() < 0.05:
            return rng.choice(self.commanded[-20:])
        meant = {"provider_id": rng.choice(("P1", "P2")), "employee_key": employee.key, "reason": f"reden {self.count}"}
        issuer, draw = f"employer:{employee.employer_id}", rng.random()
        if draw < 0.6:
            kind = rng.choice((*EMPLOYERS_KINDS, *EMPLOYERS_KINDS, "WALK_IN"))
            command = wire.defaults("ShareCommand", **envelope, **meant, kind=kind, confirm=True, actor=f"chef {self.count}")
            made = Step("command", ("ShareCommand", command), issuer)
        elif draw < 0.66:
            command = {**envelope, "employee_key": employee.key, "reason": "op verzoek", "actor": f"chef {self.count}"}
            made, employee.state = Step("command", ("EraseCommand", command), issuer), GONE
        else:
            wrong = rng.random() < 0.25
            issuer = "operator:ops" if wrong and rng.random() < 0.8 else issuer
            command = wire.defaults("WithdrawCommand", **envelope, **meant, wrong_person=wrong, actor=f"chef {self.count}")
            made = Step("command", ("WithdrawCommand", command), issuer)
        self.commanded.append(made)
        return made

    # care requests

    def _requests(self, employee):
        return [self._request(employee) for _ in range(self.rng.choice((1, 1, 2)))]

    def _request(self, employee):
        rng, identity = self.rng, employee.identity
        if self.asked and rng.random() < 0.05:
            return rng.choice(self.asked[-20:])
        provider = rng.choice(("P1", "P2"))
        home = next(a for a in identity["addresses"] if a["kind"] == "HOME")
        told = wire.defaults("CareIdentifiers", birth_date="19390101" if rng.random() < 0.05 else identity["birth_date"], postcode=home["postcode"],
                             bsn=identity["bsn"] if rng.random() < 0.5 else None)
        request = {**self._envelope(employee), "actor": f"arts {self.count}", "provider_id": provider,
                   "kind": rng.choice((*SILENT_KINDS, *SILENT_KINDS, "PROVIDER_SICK_LINE", "SICK_REPORT")), "confirm_share": rng.random() < 0.85}
        made = Step("care", ("CareRequest", request), f"provider:{provider}", told)
        self.asked.append(made)
        return made

    # what providers' users do

    def _actions(self, employee):
        """Some under one of its shares; at times the first note runs against the employer's withdrawal."""
        provider, pseudonym, share = self.rng.choice(self.held_of(employee))
        if self.rng.random() < 0.3 and not share.silent and share.state == "OPEN":
            command = wire.defaults("WithdrawCommand", **self._envelope(employee), provider_id=provider, employee_key=employee.key,
                                    reason="toch niet", actor=f"chef {self.count}")
            withdrawal = Step("command", ("WithdrawCommand", command), f"employer:{employee.employer_id}")
            note = self._action(employee, provider, pseudonym, share, "NOTE")
            note.against = withdrawal
            return [[note], [withdrawal]]
        return [[self._action(employee, provider, pseudonym, share) for _ in range(self.rng.choice((1, 1, 2, 3)))]]

    def _action(self, employee, provider, pseudonym, share, action=None):
        rng, envelope = self.rng, self._envelope(employee)
        action, told = action or rng.choice(("NOTE", "NOTE", "NOTE", "DELETE_NOTE", "DELETE_NOTE", "CLOSE", "REOPEN", "REOPEN")), None
        if action == "NOTE":
            told = f"Notitie {self.count}."
        elif action == "DELETE_NOTE" and share.notes and rng.random() < 0.5:
            told = rng.choice(share.notes)[0]
        record = {**envelope, "actor": f"arts {self.count}", "pseudonym": pseudonym, "share_id": share.share_id, "action": action}
        return Step("action", ("DossierAction", record), f"provider:{provider}", told, share)

    # rounds

    def round(self, size):
        """Lists of steps, each to be said in its order; about so many steps in all."""
        rng, today, lists, count = self.rng, clock.amsterdam_day(time.time() * 1000), [], 0
        for employee in rng.sample(self.people, len(self.people)):
            if count >= size:
                break
            draw = rng.random()
            if draw < 0.45 or not employee.lives:
                made = [self._events(employee, today)]
            elif draw < 0.68:
                made = [self._commands(employee)]
            elif draw < 0.85 or not self.held_of(employee):
                made = [self._requests(employee)]
            else:  # what HR says of it meanwhile changes nothing of what is noted
                made = self._actions(employee)
                made += [self._events(employee, today)] if len(made) == 1 and rng.random() < 0.5 else []
            lists += made
            count += sum(map(len, made))
        return [steps for steps in lists if steps]
