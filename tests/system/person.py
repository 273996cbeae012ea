"""One person in the model: registers under stamps, employments, spells; rules.md "Registers and stamps" and "Spells"."""

from fields import CONTENT, HEADER, IDENTITY, SEGMENT

STEP = [f for f in CONTENT["AbsenceEvent"] if f not in ("employee_key", "absence_key")]
BEGINNINGS = ("START", "CORRECT", "DELETE")


class Register:
    """A content under the stamp of its last change."""

    __slots__ = ("stamp", "content")

    def __init__(self, stamp, content):
        self.stamp, self.content = stamp, content

    def settled(self, stamp, content):
        """Equal content, or equal stamp: row 8."""
        return self.content == content or self.stamp == stamp


class Employment:
    __slots__ = ("floor", "changed_since", "header", "segments")

    def __init__(self):
        self.floor, self.changed_since, self.header, self.segments = None, False, None, {}

    def take(self, event, stamp):
        """Fold one EmploymentEvent; None, "STALE", or "MAYBE_STALE" where the rules leave the report open."""
        op, effective = event["op"], event["effective_date"]
        header = {f: event[f] for f in HEADER}
        segment = {f: event[f] for f in SEGMENT}
        if op == "UPSERT":
            return self._upsert(stamp, header, effective, segment)
        if self.floor == stamp:
            # Reading: row 8 where unchanged since; else nothing is left to do, and whether STALE is said is open.
            return "MAYBE_STALE" if self.changed_since else None
        if self.floor is not None and self.floor > stamp:
            return "STALE"
        # Reading: CORRECT and DELETE always set their floor, also where every register above stays (convergence needs it);
        # whether that is called STALE is left open.
        held = [self.header, *self.segments.values()]
        maybe = self.header is not None and all(register.stamp > stamp for register in held)
        self.floor, self.changed_since = stamp, False
        self.segments = {day: r for day, r in self.segments.items() if r.stamp > stamp}
        if self.header and self.header.stamp < stamp and (op == "CORRECT" or not self.segments):
            self.header = None
        if op == "CORRECT":
            self.header = self.header or Register(stamp, header)
            self.segments.setdefault(effective, Register(stamp, segment))
        self.changed_since = bool([r for r in self.segments.values() if r.stamp > stamp])
        return "MAYBE_STALE" if maybe else None

    def _upsert(self, stamp, header, effective, segment):
        """Reading of row 9: STALE only where both registers have a higher stamp (and not both equal content); a header of
        equal content or equal stamp is no higher one, so a superseded segment beside it is passed over in silence."""
        mine = self.segments.get(effective)
        if self.header and mine and self.header.settled(stamp, header) and mine.settled(stamp, segment):
            return None
        if self.floor is not None and self.floor > stamp:
            return "STALE"
        if self.header and mine and self.header.stamp > stamp and mine.stamp > stamp:
            return "STALE"
        if not self.header or (not self.header.settled(stamp, header) and self.header.stamp < stamp):
            self.header, self.changed_since = Register(stamp, header), True
        if not mine or (not mine.settled(stamp, segment) and mine.stamp < stamp):
            self.segments[effective], self.changed_since = Register(stamp, segment), True
        return None


class Spell:
    __slots__ = ("steps", "begin", "waiting_said")

    def __init__(self):
        self.steps, self.begin, self.waiting_said = {}, None, False

    def effective(self):
        """The steps that apply, in order of seq."""
        out, seq = [], self.begin
        while seq is not None and seq in self.steps:
            out.append(self.steps[seq])
            if out[0]["op"] == "DELETE":
                break
            seq += 1
        return out

    def waiting(self):
        return len(self.steps) - len(self.effective())

    def take(self, event):
        """Fold one AbsenceEvent; None, ("SAME", None) for a duplicate, or (outcome, code).

        Reading: whether a step fits its beginning is judged once all before it are there, else spells would not converge."""
        seq, op = event["seq"], event["op"]
        content = {f: event[f] for f in STEP}
        held = self.steps.get(seq)
        if held is not None:
            same = held == content or (op == held["op"] == "DELETE")
            return ("SAME", None) if same else ("REJECTED", "SEQ_REUSED")
        if self.begin is not None and seq < self.begin:
            return ("STALE", None)
        if op in BEGINNINGS:
            self.begin = seq
            self.steps = {n: s for n, s in self.steps.items() if n > seq}
            self.steps[seq] = content
            self._settle()
            return None
        if self.begin is None or seq > self.begin + len(self.effective()):
            if self.waiting() >= 32:
                return ("QUARANTINED", "OVERFLOW")
        elif self._misfit(content):
            return ("REJECTED", self._misfit(content))
        self.steps[seq] = content
        self._settle()
        return None

    def _misfit(self, step):
        """Why a step cannot follow the beginning."""
        first = self.steps[self.begin]
        if first["op"] == "DELETE":
            return "SEQ_AFTER_DELETE"
        if step["first_day"] != first["first_day"]:
            return "DATE_ORDER"
        return "KEY_UNKNOWN" if step["employment_key"] != first["employment_key"] else None

    def _settle(self):
        """A step that waited and cannot follow goes as soon as all before it are there (how that is reported is not tested)."""
        seq = self.begin + 1 if self.begin is not None else None
        while seq in self.steps:
            if self._misfit(self.steps[seq]):
                del self.steps[seq]
                return
            seq += 1


class Person:
    """keys: every key that is this person's; aliases: former employment key to present one."""

    def __init__(self, key):
        self.keys, self.identity, self.employments, self.spells, self.aliases = {key}, None, {}, {}, {}
        self.waiting_said, self.personnel_numbers = False, set()

    def employment_of(self, key):
        while key in self.aliases:
            key = self.aliases[key]
        return key

    def take_identity(self, event, stamp):
        content = {f: event[f] for f in IDENTITY}
        if self.identity is None:
            self.identity = Register(stamp, content)
        elif self.identity.settled(stamp, content):
            return None
        elif self.identity.stamp > stamp:
            return "STALE"
        else:
            self.identity = Register(stamp, content)
        return None

    def identity_changed(self, event):
        if self.identity is None:
            return False
        held = self.identity.content
        return bool(held["bsn"] and event["bsn"] and held["bsn"] != event["bsn"]) or (
            held["birth_date"] != event["birth_date"] and held["surname"] != event["surname"])

    def active(self, today):
        """Has an employment in force today or later."""
        return any(e.header and e.segments and (e.header.content["end_date"] is None or e.header.content["end_date"] >= today)
                   for e in self.employments.values())
