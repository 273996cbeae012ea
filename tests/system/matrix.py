"""The purpose x field matrix of rules.md, "Shares", written down row by row, and where each row stands in a SharedDossier.

Apart from `dossier.py`, which works out a whole payload from the model: here every cell is a literal, and what an employee has is a literal too."""

import people
import wire

WIDE, MIDDLE, NARROW = 0, 1, 2  # columns
COLUMN = {"SICK_REPORT": WIDE, "PROVIDER_SICK_LINE": WIDE, "ABSENCE": WIDE, "CASEMANAGER_CONTACT": MIDDLE, "PREVENTIVE_CONSULT": NARROW,
          "WORKING_CONDITIONS_CONSULT": NARROW, "OPEN_CONSULT": NARROW, "WALK_IN": NARROW}
EVERYBODY, NOT_NARROW, ONLY_WIDE, NOBODY = (True, True, True), (True, True, False), (True, False, False), (False, False, False)

MATRIX = {
    # form … employer_name; the envelope has its own expectation
    **dict.fromkeys(("form", "origin", "kind", "employer_informed", "shared_at", "shared_by", "reason", "employer_name"), EVERYBODY),
    # every name part, titles, gender, birth_date
    **dict.fromkeys(("surname", "prefix", "initials", "first_names", "call_name", "partner_surname", "partner_prefix", "name_use",
                     "title_before", "title_after", "gender", "birth_date"), EVERYBODY),
    # bsn, no_risk…, sfb…
    **dict.fromkeys(("bsn", "no_risk", "no_risk_until", "sfb", "sfb_until"), ONLY_WIDE),
    "addresses/HOME": EVERYBODY, "addresses/POSTAL": NOT_NARROW, "addresses/NURSING": ONLY_WIDE,
    **dict.fromkeys(("contacts/PHONE_HOME", "contacts/MOBILE_PRIVATE", "contacts/EMAIL_PRIVATE"), EVERYBODY),
    **dict.fromkeys(("contacts/PHONE_WORK", "contacts/MOBILE_WORK", "contacts/EMAIL_WORK"), NOT_NARROW),
    "iban": ONLY_WIDE,  # when `share_iban`
    "death_date": NOT_NARROW,
    **{f"employments/{f}": EVERYBODY for f in ("entity_id", "personnel_number", "start_date", "end_date", "segment_from", "department_code",
                                               "department_name", "function_name", "contract_hours_x100", "norm_hours_x100")},
    **{f"employments/{f}": NOT_NARROW for f in ("contract_term", "employment_kind", "uwv_sector", "risk_group", "contact_person")},
    "employments/payroll_tax_number": ONLY_WIDE,
    # every spell open at, or with a day within the history before, that moment; spells open then; none
    "absences/open": NOT_NARROW, "absences/recent": ONLY_WIDE, "absences/older": NOBODY,
}
ENVELOPE = ("form", "origin", "kind", "employer_informed", "shared_at", "shared_by", "reason", "employer_name")
DEFAULTS = {f["name"]: f["default"] for f in wire.SCHEMAS.raw["SharedDossier"]["fields"] if "default" in f}
SPELLS = ("open", "recent", "older")


def schema_rows():
    """The rows that the schema of SharedDossier has room for: its fields, kinds of list items by theirs."""
    rows = set()
    for field in wire.SCHEMAS.raw["SharedDossier"]["fields"]:
        name, kind = field["name"], field["type"]
        if name in ("addresses", "contacts"):
            symbols = next(f for f in kind["items"]["fields"] if f["name"] == "kind")["type"]["symbols"]
            rows |= {f"{name}/{symbol}" for symbol in symbols}
        elif name == "employments":
            rows |= {f"{name}/{f['name']}" for f in kind["items"]["fields"]}
        elif name == "absences":
            rows |= {f"{name}/{spell}" for spell in SPELLS}
        else:
            rows.add(name)
    return rows


class Employee:
    """One employee with a value in every field that a share could give, and what became of it: one employment with a segment in force since 500 days,
    a spell that is open, a recent and an older one."""

    def __init__(self, maker, number, today, now):
        self.maker, self.number, self.today, self.key, self.at = maker, number, today, f"M{number}", now - 100000
        self.identity = {**people.identity(number, full=True), "death_date": people.days(2033, 1, 2), "gender": "FEMALE"}
        self.header = {"personnel_number": f"MN{number}", "start_date": people.days(2014, 3, 1), "end_date": people.days(2035, 4, 5),
                       "payroll_tax_number": "123456789L01", "uwv_sector": "Sector 3 Bouw", "risk_group": "Kort",
                       "contact_person": {"name": people.word(14, number) + "ma", "phone": "071-9123456", "email": "collega@werk.example"}}
        self.segment = {"effective_date": today - 500, "department_code": "D7", "department_name": "Uitvoering", "function_name": "Voorman",
                        "function_code": "F1", "cost_centre": "C1", "parent_department_code": None, "contract_hours_x100": 3200,
                        "norm_hours_x100": 4000, "contract_term": "PERMANENT", "employment_kind": "Regulier"}
        self.spells = {"open": {"first_day": today - 40, "recovered_on": None}, "recent": {"first_day": today - 200, "recovered_on": today - 180},
                       "older": {"first_day": today - 1200, "recovered_on": today - 1100}}
        for spell in self.spells.values():
            spell |= {"expected_recovery": today + 30, "cause": "WORK_ACCIDENT", "safety_net": "YES", "leave": None,
                      "segments": [{"from": spell["first_day"], "absence_pct_x100": 10000}]}
        self.seq = dict.fromkeys(SPELLS, 0)

    def tick(self):
        self.at += 10
        return self.at

    def say_identity(self, **changed):
        self.identity = {**self.identity, **changed}
        return [self.maker.employee(self.tick(), self.key, self.identity)]

    def say_employment(self, **changed):
        for field, value in changed.items():
            part = self.header if field in self.header else self.segment
            assert field in part and value != part[field], field
            part[field] = value
        return [self._employment(**self.segment)]

    def _employment(self, **segment):
        header = {k: v for k, v in self.header.items() if k != "start_date"}
        return self.maker.employment(self.tick(), self.key, "1", self.header["start_date"], segment.pop("effective_date"), **header, **segment)

    def say_spell(self, name, op, **more):
        self.seq[name] += 1
        spell = self.spells[name]
        content = {f: spell[f] for f in ("recovered_on", "expected_recovery", "cause", "safety_net", "leave")}
        if op == "START":
            content["recovered_on"] = None
        return self.maker.absence(self.tick(), self.key, f"{self.key}-{name}", self.seq[name], op, spell["first_day"], **{**content, **more})

    def first(self):
        """The events that make all this."""
        yield from self.say_identity()
        earlier = {**self.segment, "effective_date": self.header["start_date"], "department_code": "D1", "function_name": "Metselaar"}
        yield self._employment(**earlier)
        yield self._employment(**self.segment)
        for name in SPELLS:
            yield self.say_spell(name, "START")
            if self.spells[name]["recovered_on"]:
                yield self.say_spell(name, "END", mutation_date=self.spells[name]["recovered_on"])

    def change_spell(self, name, **changed):
        """One more step of a spell; on a closed one with another end, on the open one with these."""
        spell = self.spells[name]
        if name != "open":
            spell["recovered_on"] -= 3
            return [self.say_spell(name, "END", mutation_date=spell["recovered_on"])]
        more = {k: changed.pop(k) for k in ("nursing_address",) if k in changed}
        percentage, day = changed.pop("pct", 10000), changed.pop("day", spell["first_day"])
        if percentage != 10000:
            spell["segments"].append({"from": day, "absence_pct_x100": percentage})
        spell |= changed
        return [self.say_spell(name, "MUTATE", mutation_date=day, absence_pct_x100=percentage, **more)]

    def without(self, field, kind):
        return [item for item in self.identity[field] if item["kind"] != kind]

    def held(self, row):
        """What the vault holds of a row, as a share would give it; of a list's item the item. Not of the envelope."""
        block, _, name = row.partition("/")
        if block in ("addresses", "contacts"):
            return next((item for item in self.identity[block] if item["kind"] == name), None)
        if block == "absences":
            spell, last = self.spells[name], self.header["end_date"]
            return spell if name != "open" or last is None else {**spell, "recovered_on": last + 1}  # clipped with its employment
        if row == "employments/segment_from":
            return self.segment["effective_date"]
        if block == "employments":
            return {**self.segment, **self.header}[name]
        return self.identity[row]


def given(row, opened):
    """What an opened share gives of a row; None, or the schema's default, where it gives nothing."""
    block, _, name = row.partition("/")
    if block in ("addresses", "contacts"):
        found = [item for item in opened[block] if item["kind"] == name]
        assert len(found) <= 1, f"{row} twice"
        return found[0] if found else None
    if block == "employments":
        (employment,) = opened["employments"]
        return employment[name]
    return opened[row]


def spell_given(opened, employee, name):
    """The spell of that name, without ids; None where it is not given."""
    first = employee.spells[name]["first_day"]
    found = [{k: v for k, v in a.items() if k not in ("entity_id", "employment_id")} for a in opened["absences"] if a["first_day"] == first]
    assert len(found) <= 1, f"{name} spell twice"
    return found[0] if found else None


def nothing(row):
    """What stands for "not given": null, the field's default or no item."""
    block, _, name = row.partition("/")
    if block == "employments":
        return "UNKNOWN" if name == "contract_term" else None
    return None if "/" in row else DEFAULTS.get(row)


def departures(opened, employee, column, shares_iban=False):
    """[(row, given, expected)] where a payload is not what the matrix says of the employee, the envelope apart; and how many rows were looked at."""
    wrong, rows = [], 0
    for row, columns in MATRIX.items():
        if row in ENVELOPE or row == "employments/entity_id":
            continue
        allowed = columns[column] and (row != "iban" or shares_iban)
        if row.startswith("absences/"):
            name = row.partition("/")[2]
            found, expected = spell_given(opened, employee, name), employee.held(row) if allowed else None
        else:
            assert employee.held(row) is None or employee.held(row) != nothing(row), f"{row}: what is held cannot be told from nothing"
            found, expected = given(row, opened), employee.held(row) if allowed else nothing(row)
        rows += 1
        if found != expected:
            wrong.append((row, found, expected))
    return wrong, rows


def other_address(kind, number):
    return people.address(number, kind)


def _contact(employee, kind):
    return employee.say_identity(contacts=[*employee.without("contacts", kind), {"kind": kind, "value": f"{kind.lower()}@anders.example"}])


def _address(employee, kind):
    return employee.say_identity(addresses=[*employee.without("addresses", kind), people.address(employee.number + 90000, kind)])


def _nursing_of_the_spell(employee):
    """The open spell says where its employee stays: that stands in place of the employee's own nursing address."""
    staying = people.address(employee.number + 70000, "NURSING")
    employee.identity["addresses"] = [*employee.without("addresses", "NURSING"), staying]
    return employee.change_spell("open", nursing_address=staying)


# What happens to one employee: {name: (who is told, what is said)}; a row's own change has the row's name.
CHANGES = {
    **{field: (MATRIX[field], lambda e, f=field, v=value: e.say_identity(**{f: v})) for field, value in {
        "surname": "Anderszins", "prefix": "de", "initials": "Z.", "first_names": "Zus Zo", "call_name": "Zo", "partner_surname": "Elders",
        "partner_prefix": "in 't", "name_use": "OWN_PARTNER", "title_before": "ir.", "title_after": "BA", "gender": "MALE", "birth_date": "19390203",
        "bsn": None, "no_risk": False, "no_risk_until": people.days(2031, 6, 6), "sfb": False, "sfb_until": people.days(2032, 8, 8),
        "death_date": people.days(2034, 1, 2)}.items()},
    "iban": (NOBODY, lambda e: e.say_identity(iban=people.iban(e.number + 1000000))),  # without share_iban
    **{f"addresses/{kind}": (MATRIX[f"addresses/{kind}"], lambda e, k=kind: _address(e, k)) for kind in ("HOME", "POSTAL", "NURSING")},
    **{row: (columns, lambda e, k=row.partition("/")[2]: _contact(e, k)) for row, columns in MATRIX.items() if row.startswith("contacts/")},
    **{f"employments/{field}": (MATRIX[f"employments/{field}"], lambda e, f=field, v=value: e.say_employment(**{f: v})) for field, value in {
        "personnel_number": "ander nummer", "start_date": people.days(2014, 2, 1), "end_date": None, "department_code": "D9",
        "department_name": "Anders", "function_name": "Anders", "contract_hours_x100": 1600, "norm_hours_x100": 3600, "contract_term": "FIXED",
        "employment_kind": "Oproep", "payroll_tax_number": "123456789L02", "uwv_sector": "Sector 4", "risk_group": "Lang",
        "contact_person": {"name": "Iemand Anders", "phone": None, "email": None}}.items()},
    "employments/segment_from": (EVERYBODY, lambda e: e.say_employment(effective_date=e.today - 90, function_name="Uitvoerder")),
    "a function code": (NOBODY, lambda e: e.say_employment(function_code="F2")),
    "a cost centre": (NOBODY, lambda e: e.say_employment(cost_centre="C2")),
    "the department above": (NOBODY, lambda e: e.say_employment(parent_department_code="D0")),
    "the same again": (NOBODY, lambda e: [*e.say_identity(), *e.say_employment()]),
    "absences/open": (NOT_NARROW, lambda e: e.change_spell("open", pct=5000, day=e.today - 10)),
    "absences/recent": (ONLY_WIDE, lambda e: e.change_spell("recent")),
    "absences/older": (NOBODY, lambda e: e.change_spell("older")),
    "the open spell's cause": (NOT_NARROW, lambda e: e.change_spell("open", cause="TRAFFIC_RECOURSE")),
    "the open spell's safety net": (NOT_NARROW, lambda e: e.change_spell("open", safety_net="NO")),
    "the open spell's leave": (NOT_NARROW, lambda e: e.change_spell("open", leave="MATERNITY")),
    "the open spell's expected recovery": (NOT_NARROW, lambda e: e.change_spell("open", expected_recovery=e.today + 60)),
    "where the sick person stays": (ONLY_WIDE, _nursing_of_the_spell),
}


