"""The model of shares: from what was said to the vault to what each provider's dossiers hold, by rules.md, "Shares"; the person is model.Model's.

HR events are taken one by one, as if each were a batch of its own. What is said in one round is drawn so (steps.py) that it makes no difference how the
vault batches it, but for two things, which are left open: at which of a person's events an automatic share came about (`at` is a set), and whether what
changed and changed back made UPDATEs (`forms` is a set)."""

from collections import defaultdict

import clock
import dossier
import projection
from dossier import MIDDLE, NARROW, WIDE, WIDTH

ORDER = {NARROW: 0, MIDDLE: 1, WIDE: 2}
EMPLOYERS_KINDS = ("SICK_REPORT", "CASEMANAGER_CONTACT", "PREVENTIVE_CONSULT", "WORKING_CONDITIONS_CONSULT", "OPEN_CONSULT")
SILENT_KINDS = ("PREVENTIVE_CONSULT", "WORKING_CONDITIONS_CONSULT", "OPEN_CONSULT", "WALK_IN")
DAYS_BACK = 28


class Share:
    """One share as its provider holds it. at: when it, or its last widening, may have been granted; base: its content when the round began, None if it
    began in this round."""

    def __init__(self, silent):
        self.silent, self.state, self.notes, self.share_id = silent, "OPEN", [], None  # share_id: told by what is held
        self.base, self.fresh, self.touched = None, True, False

    def grant(self, kind, origin, at, by, reason):
        self.kind, self.origin, self.at, self.by, self.reason, self.fresh = kind, origin, {at}, by, reason, True

    def width(self):
        return ORDER[NARROW if self.silent else WIDTH[self.kind]]

    def act(self, action, command_id, text):
        """A DossierAction under it; whether it is done. Closed, it takes nothing but REOPEN; detached, its notes may go and that is all."""
        if (self.state == "CLOSED") != (action == "REOPEN") or (self.state == "DETACHED" and action != "DELETE_NOTE"):
            return False
        if action == "DELETE_NOTE":
            if not any(text in (None, note_id) for note_id, _ in self.notes):
                return False
            self.notes.remove([note for note in self.notes if text in (None, note[0])][-1])
        elif action == "NOTE":
            self.notes.append((command_id, text))
        if self.state != "DETACHED":
            self.state = "CLOSED" if action == "CLOSE" else "HAS_CONTENT" if self.notes else "OPEN"
        return True

    def end_round(self):
        if self.touched:
            self.forms = {"UPDATE"} if self.base not in (None, self.content) else self.forms | {"UPDATE"}
        self.base, self.fresh, self.touched = self.content, False, False


class Life:
    """A person, its keys in the order it had them, its shares by provider, and the spells that have led to one."""

    def __init__(self, employer_id, person):
        self.employer_id, self.person, self.keys, self.live, self.led = employer_id, person, [], {}, set()
        self.silent, self.detached = defaultdict(list), defaultdict(list)

    def held_by(self, provider):
        return [*([self.live[provider]] if provider in self.live else []), *self.silent[provider], *self.detached[provider]]

    def number(self):
        (number,) = self.person.personnel_numbers
        return number


class Lives:
    """model: a model.Model that enabled the employers; it is told of HR events by `take` alone. name: every employer's."""

    def __init__(self, model, name):
        self.model, self.name, self.lives, self.notices, self.seen = model, name, {}, defaultdict(list), set()
        self.gone = []  # erased in this round

    def life(self, employer_id, key):
        """Of the person that has that key now; None where there is none with an identity."""
        person = self.model.employers[employer_id].people.get(key)
        if person is None or person.identity is None:
            return None
        return self.lives.setdefault(id(person), Life(employer_id, person))

    def _forget(self, life):
        del self.lives[id(life.person)]
        self.gone.append(life)

    def end_round(self):
        self.gone = []
        for life in self.lives.values():
            for share in [*life.live.values(), *(s for shares in life.silent.values() for s in shares)]:
                share.end_round()

    def _tell(self, life, provider, change, absence_key=None, actor=None):
        self.notices[life.employer_id, life.keys[-1]].append((provider, change, absence_key, actor))

    def settings(self, employer_id):
        return self.model.employers[employer_id].settings

    # payloads

    def payload(self, life, share, at):
        """What the share gives of the person as of that time, without form and moment."""
        held = dossier.expected(life.person, share.kind, at, self.name, self.settings(life.employer_id), origin=share.origin,
                                employer_informed=not share.silent, shared_by=share.by, reason=share.reason)
        return {k: v for k, v in dossier.comparable(held).items() if k not in ("form", "shared_at")}

    def _update(self, life, before, at):
        """A live share whose payload, before and after and both as of now, differs is told anew."""
        for provider, share in life.live.items():
            after = self.payload(life, share, at)
            if after != before[provider]:
                share.content, share.touched = after, True

    # grants

    def _begin(self, life, provider, kind, origin, at, by=None, reason=None):
        """A live share, or the widening of the one there is: SHARED, WIDENED, or None where it is as wide."""
        share = life.live.get(provider)
        if share is not None and share.width() >= ORDER[WIDTH[kind]]:
            return None
        change = "SHARED" if share is None else "WIDENED"
        share = life.live.setdefault(provider, Share(False))
        share.grant(kind, origin, at, by, reason)
        share.content, share.forms = self.payload(life, share, at), {"FULL" if change == "SHARED" else "UPDATE"}
        if provider == self.absence_provider(life.employer_id) and self._is_wide(life, provider):
            self._count_open(life, at)
        return change

    def absence_provider(self, employer_id):
        employer = self.model.employers[employer_id]
        named = employer.settings["absence_provider"]
        return named if named is not None else next(iter(employer.providers)) if len(employer.providers) == 1 else None

    @staticmethod
    def _is_wide(life, provider):
        return provider in life.live and life.live[provider].width() == ORDER[WIDE]

    def _count_open(self, life, at):
        life.led |= {key for key, spell in life.person.spells.items() if self._open(life, spell, at)}

    @staticmethod
    def _open(life, spell, at):
        """What the spell comes to, where it is open on that day."""
        state, today = projection.spell_state(life.person, spell), clock.amsterdam_day(at)
        return state if state and state["first_day"] <= today and (state["end"] is None or state["end"] > today) else None

    # HR events

    def take(self, record):
        """One record of hr.events."""
        event = record.decoded()[1]
        employer_id, key, at = event["employer_id"], event["employee_key"], record.timestamp
        life = self.life(employer_id, key) or self.life(employer_id, event.get("employee_key_old"))
        before = {p: self.payload(life, s, at) for p, s in life.live.items()} if life else {}
        self.model.take(record)
        present = self.life(employer_id, key)
        if life is not None and present is not life:
            self._forget(life)  # erased: everything goes with it, and nobody is told
            before = {}
        if present is None or event["event_id"] in self.seen:
            return
        self.seen.add(event["event_id"])
        if key not in present.keys:
            present.keys.append(key)
        for share in present.live.values():
            if share.fresh:
                share.at.add(at)
        self._update(present, before, at)
        self._judge(present, event, at)

    def _judge(self, life, event, at):
        """Every spell that has led to nothing yet."""
        provider, auto = self.absence_provider(life.employer_id), self.settings(life.employer_id)["auto_share_on_absence"]
        if provider is None:
            return
        for key, spell in life.person.spells.items():
            state = self._open(life, spell, at)
            if key in life.led or state is None:
                continue
            if self._is_wide(life, provider):
                life.led.add(key)
            elif state["top"]["leave"] is not None or (provider in life.live and not auto):
                continue
            elif clock.amsterdam_day(at) - state["first_day"] > DAYS_BACK:
                if event.get("absence_key") == key and event["op"] in ("START", "CORRECT"):
                    life.led.add(key)  # late: said once
            else:
                life.led.add(key)
                self._tell(life, provider, self._begin(life, provider, "SICK_REPORT", "ABSENCE", at) if auto else "REQUIRED", key)

    # commands, each with its broker's time; what they are answered

    def share(self, command, at):
        employer_id, provider = command["employer_id"], command["provider_id"]
        if command["kind"] not in EMPLOYERS_KINDS:
            return "NOT_AUTHORISED"
        if provider not in self.model.employers[employer_id].providers:
            return "UNKNOWN_PROVIDER"
        life = self.life(employer_id, command["employee_key"])
        if life is None:
            return "UNKNOWN_EMPLOYEE"
        change = self._begin(life, provider, command["kind"], "EMPLOYER", at, command["actor"], command["reason"])
        if change is None:
            return "ALREADY_SHARED"
        self._tell(life, provider, change, command["absence_key"], command["actor"])
        return "ACCEPTED"

    def withdraw(self, command, by_operator):
        employer_id, provider = command["employer_id"], command["provider_id"]
        if by_operator != command["wrong_person"]:
            return "NOT_AUTHORISED"
        if provider not in self.model.employers[employer_id].providers:
            return "UNKNOWN_PROVIDER"
        life = self.life(employer_id, command["employee_key"])
        if life is None:
            return "UNKNOWN_EMPLOYEE"
        if provider not in life.live:
            return "NOT_SHARED"
        if life.live[provider].notes and not by_operator:
            return "HAS_CONTENT"
        del life.live[provider]
        self._tell(life, provider, "REVOKED" if by_operator else "WITHDRAWN", None, command["actor"])
        return "ACCEPTED"

    def withdraw_over_a_note(self, command):
        """A withdrawal that the vault grants before it hears of a note that is there: the provider keeps the share, detached."""
        life, provider = self.life(command["employer_id"], command["employee_key"]), command["provider_id"]
        share = life.live[provider]
        share.notes, notes = [], share.notes
        assert notes and self.withdraw(command, False) == "ACCEPTED"
        share.notes, share.state = notes, "DETACHED"
        life.detached[provider].append(share)

    def erase(self, command, at):
        life = self.life(command["employer_id"], command["employee_key"])
        if life is None:
            return "UNKNOWN_EMPLOYEE"
        self.model._erase(self.model.employers[command["employer_id"]], life.person, command["employee_key"], at)
        self._forget(life)
        return "ACCEPTED"

    def care(self, request, identifiers, at):
        """(outcome, life that matched)."""
        employer_id, provider, kind = request["employer_id"], request["provider_id"], request["kind"]
        line = kind == "PROVIDER_SICK_LINE"
        if (provider not in self.model.employers[employer_id].providers or not (line or kind in SILENT_KINDS)
                or (line and not self.settings(employer_id)["provider_reporting"])):
            return "REFUSED", None
        found = [life for person in self.model.employers[employer_id].persons() if person.identity
                 for life in [self.lives.get(id(person))] if life and self._meant(person, identifiers, clock.amsterdam_day(at))]
        if len(found) != 1:
            return "AMBIGUOUS" if found else "NO_MATCH", None
        life = found[0]
        if request["confirm_share"] and line:
            change = self._begin(life, provider, kind, "CARE_REQUEST", at, request["actor"])
            if change:
                self._tell(life, provider, change, None, request["actor"])
        elif request["confirm_share"] and provider not in life.live:
            share = Share(True)
            share.grant(kind, "CARE_REQUEST", at, None, None)
            share.content, share.forms = self.payload(life, share, at), {"SNAPSHOT"}
            life.silent[provider].append(share)
        return "MATCHED", life

    @staticmethod
    def _meant(person, identifiers, today):
        identity = person.identity.content
        at_home = any(a["kind"] == "HOME" and a["postcode"] == identifiers["postcode"] for a in identity["addresses"])
        employed = any(projection.employment_projected(person, e) and e.header.content["start_date"] <= today
                       and (e.header.content["end_date"] is None or e.header.content["end_date"] >= today) for e in person.employments.values())
        return (at_home and employed and identity["birth_date"] == identifiers["birth_date"]
                and identifiers["bsn"] in (None, identity["bsn"]))

    def change_settings(self, employer_id, settings, at):
        lives = [life for life in self.lives.values() if life.employer_id == employer_id]
        before = [{p: self.payload(life, s, at) for p, s in life.live.items()} for life in lives]
        asked = ("auto_share_on_absence", "absence_provider")
        turned = any(settings[f] != self.settings(employer_id)[f] for f in asked)
        self.model.employers[employer_id].settings = settings
        for life, held in zip(lives, before):
            if turned:
                self._count_open(life, at)
            self._update(life, held, at)

    # what is held

    def expected(self, provider):
        """{(employer_id, personnel number): [Share]} of who has a dossier with the provider."""
        found = {(life.employer_id, life.number()): life.held_by(provider) for life in self.lives.values()}
        return {who: shares for who, shares in found.items() if shares}


def difference(share, entry):
    """What of a held share is not as the model's; None when it is that one."""
    plain = {k: v for k, v in dossier.comparable(entry.content).items() if k not in ("form", "shared_at")}
    wrong = {k: (plain[k], share.content[k]) for k in plain if plain[k] != share.content[k]}
    for name, found, expected in (("state", entry.state, {share.state}), ("form", entry.content["form"], share.forms),
                                  ("shared_at", entry.content["shared_at"], share.at), ("notes", tuple(entry.notes), {tuple(t for _, t in share.notes)}),
                                  ("share_id", entry.share_id, {share.share_id or entry.share_id})):
        if found not in expected:
            wrong[name] = (found, expected)
    return wrong or None


def differences(expected, held):
    """[text] of one dossier: each share that is held must be one of the model's, and none be left."""
    left, told = list(expected), []
    for entry in held:
        found = next((s for s in left if difference(s, entry) is None), None)
        if found is not None:
            left.remove(found)
            continue
        near = min((difference(s, entry) for s in left), key=len, default=None)
        told.append(f"{entry.state} {entry.content['form']} of {entry.content['kind']} {entry.content['origin']}: found and expected {near}")
    if len(left) != len(told):
        told += [f"{len(expected)} shares expected, {len(held)} found: {[(s.state, sorted(s.forms), s.kind, s.origin) for s in left]}"]
    return told


def recognise(expected, held):
    """Gives the model's shares of one dossier the ids that they are held under."""
    for share in expected:
        if share.share_id is None:
            share.share_id = next(e.share_id for e in held if e.share_id not in {s.share_id for s in expected} and difference(share, e) is None)
