#!/usr/bin/env python3
"""A month of HR events of two made-up employers, as JSON lines for `vault-svc publish`. Seeded; nobody in it exists.

usage: month.py FOLDER [--seed N] [--employees N]

Writes into FOLDER: month.jsonl, the events; tokens, every text that tells who somebody is, one a line; expected, what a provider
that serves an employer must see of it: employer, employments, spells.
"""

import argparse
import datetime
import json
import random
import uuid
from pathlib import Path

EMPLOYERS = {
    "noordzee": {"MAG": ("Magazijn", None), "MAG-D": ("Magazijn dag", "MAG"), "MAG-N": ("Magazijn nacht", "MAG"),
                 "TRA": ("Transport", None), "KAN": ("Kantoor", None)},
    "delinde": {"ZRG": ("Zorg", None), "ZRG-1": ("Afdeling Beuk", "ZRG"), "ZRG-2": ("Afdeling Eik", "ZRG"), "KEU": ("Keuken", None),
                "ADM": ("Administratie", None)},
}
FUNCTIONS = ("Medewerker", "Planner", "Teamleider", "Administrateur", "Verzorgende", "Chauffeur")
SURNAMES = (
    (None, "Dijkstra"), (None, "Brouwer"), (None, "Vermeulen"), (None, "Schouten"), (None, "Hoekstra"), (None, "Verhoeven"),
    ("van", "Leeuwenhorst"), ("van den", "Heuvelink"), ("van der", "Meerwijk"), ("de", "Bruijnzeel"), ("ter", "Haarlo"), ("'t", "Hartogh"),
    ("van 't", "Kruijswijk"), ("op den", "Kampenaar"), ("in 't", "Veldhuizen"), (None, "Çelikkaya"), (None, "Özdemiroğlu"), (None, "Yıldızhan"),
    (None, "Söderström"), (None, "Müllenhoff"), (None, "Ibáñez Ríos"), (None, "Gonçalves"), (None, "Kovačević"), (None, "Nguyễn Phương"),
    (None, "Wiśniewska"), ("el", "Amraniouï"), (None, "Cornélissen"), (None, "Jansen-Dekkers"), (None, "Reinierszoon"), ("van", "Zuijderwijck"),
)
CALL_NAMES = ("Anneliek", "Bartholt", "Cathelijne", "Diederik", "Elisabeth", "Floortje", "Gijsbert", "Hendrika", "Ignatius", "Jacomijn", "Klaartje",
              "Lodewijk", "Marijntje", "Nicolien", "Olivière", "Pieternel", "Quirijn", "Roelofje", "Sebastiaan", "Théodora", "Ümmühan", "Zwaantje")
STREETS = ("Kastanjelaan", "Prinsengracht", "Molenwerfstraat", "Kerkepad", "Wilhelminapark", "Lange Nieuwstraat", "Oude Veerweg", "Zuiderzeekade")
CITIES = ("Bolsward", "Enkhuizen", "Middelharnis", "Oosterhout", "Schoonhoven", "Veenendaal", "Winterswijk", "IJsselstein")
LETTERS = "GHJKLMNPRTVWXZ"


def days_ago(today, days):
    return (today - datetime.timedelta(days=days)).isoformat()


def bsn(rng):
    """Nine digits that pass the 11-test."""
    while True:
        digits = [int(c) for c in f"9{rng.randrange(10**7):07d}"]
        check = sum(w * d for w, d in zip(range(9, 1, -1), digits)) % 11
        if check < 10:
            return "".join(map(str, digits)) + str(check)


def iban(rng):
    """A Dutch account number that passes modulo 97."""
    account = f"DEMO{rng.randrange(10**10):010d}"
    rest = int("".join(str(int(c, 36)) for c in account + "NL00")) % 97
    return f"NL{98 - rest:02d}{account}"


class Person:
    """One employee: the fields of an EmployeeEvent and the segment fields of an EmploymentEvent."""

    def __init__(self, rng, employer, number, department, leader):
        prefix, surname = SURNAMES[number % len(SURNAMES)]
        call_name = CALL_NAMES[(number * 7 + number // len(SURNAMES)) % len(CALL_NAMES)]
        mail = f"{call_name}.{number}".lower()
        self.employer, self.key, self.leader = employer, str(1000 + number), leader
        self.identity = {
            "bsn": bsn(rng), "surname": surname, "prefix": prefix, "initials": f"{call_name[0]}.", "first_names": call_name + " Maria",
            "call_name": call_name, "gender": rng.choice(("MALE", "FEMALE", "FEMALE", "UNSPECIFIED")),
            "birth_date": f"{rng.randrange(1960, 2005)}{rng.randrange(1, 13):02d}{rng.randrange(1, 29):02d}",
            "addresses": [{"kind": "HOME", "country": "NL", "postcode": f"{rng.randrange(1000, 9999)}{rng.choice(LETTERS)}{rng.choice(LETTERS)}",
                           "city": rng.choice(CITIES), "street": rng.choice(STREETS), "house_number": rng.randrange(1, 250)}],
            "contacts": [{"kind": "MOBILE_PRIVATE", "value": f"06-{rng.randrange(10**7, 10**8)}"}, {"kind": "EMAIL_WORK", "value": f"{mail}@{employer}.example"}],
            "iban": iban(rng)}
        self.segment = {"department_code": department, "department_name": EMPLOYERS[employer][department][0],
                        "parent_department_code": EMPLOYERS[employer][department][1], "function_name": rng.choice(FUNCTIONS),
                        "contract_hours_x100": rng.choice((1600, 2400, 2800, 3200, 3600, 3600)), "norm_hours_x100": 3600,
                        "contract_term": rng.choice(("PERMANENT", "PERMANENT", "FIXED"))}
        self.header = {"employment_key": "1", "personnel_number": f"P{employer[0].upper()}{1000 + number}",
                       "start_date": f"{rng.randrange(2006, 2025)}-{rng.randrange(1, 13):02d}-01"}

    def tokens(self):
        """What tells who this is."""
        found = [self.identity["bsn"], self.identity["iban"], self.identity["surname"], self.identity["call_name"]]
        found += [contact["value"] for contact in self.identity["contacts"]]
        return found + [self.identity["addresses"][0]["street"], self.identity["addresses"][0]["city"]]


class Month:
    """The events, put in order of their time at the end."""

    def __init__(self, rng, today):
        self.rng, self.today, self.events, self.spells = rng, today, [], 0

    def add(self, days, kind, employer, **fields):
        """An event of so many days ago, in the small hours of that day: before anything else of today."""
        at = datetime.datetime.combine(self.today, datetime.time(0, 0)) - datetime.timedelta(days=days) + datetime.timedelta(milliseconds=len(self.events))
        event_id = str(uuid.UUID(int=self.rng.getrandbits(128), version=4))
        self.events.append((at, {"type": kind, "event_id": event_id, "employer_id": employer, "occurred_at": at.isoformat(timespec="milliseconds") + "Z",
                                 "source_system": "Demo HR", **fields}))

    def unit(self, employer, code, name, parent):
        self.add(31, "OrganisationUnitEvent", employer, op="UPSERT", unit_code=code, name=name, parent_code=parent)

    def employee(self, days, person):
        self.add(days, "EmployeeEvent", person.employer, op="UPSERT", employee_key=person.key, **person.identity)

    def employment(self, days, person, op="UPSERT", effective=None, **changes):
        fields = {**person.header, **person.segment, **changes}
        if person.leader:
            fields["contact_person"] = {"name": person.leader, "phone": "088-1234567"}
        self.add(days, "EmploymentEvent", person.employer, op=op, employee_key=person.key,
                 effective_date=effective or fields["start_date"], **fields)

    def spell(self, person, key, first, steps):
        """steps: (days ago, percentage absent); None for recovered."""
        for seq, (days, percentage) in enumerate(steps, 1):
            op = "START" if seq == 1 else "END" if percentage is None else "MUTATE"
            self.add(days, "AbsenceEvent", person.employer, op=op, employee_key=person.key, employment_key="1", absence_key=key, seq=seq,
                     first_day=days_ago(self.today, first), mutation_date=days_ago(self.today, days), absence_pct_x100=(percentage or 0) * 100,
                     **({"recovered_on": days_ago(self.today, days), "end_reason": "RECOVERED"} if percentage is None else {}))
        self.spells += 1


def month_of(month, employer, people):
    """What happens in a month: people come, fall ill, recover in part or whole, change department, leave; one mistake is put right."""
    departments = list(EMPLOYERS[employer])
    *there, hired = people
    for person in there:
        month.employee(31, person)
        month.employment(31, person)
    hired.header["start_date"] = days_ago(month.today, 10)
    month.employee(12, hired)
    month.employment(12, hired)
    month.spell(people[3], "Z1", 28, [(28, 100), (24, None)])
    month.spell(people[7], "Z1", 25, [(25, 100), (18, 50), (11, 25), (4, None)])
    month.spell(people[7], "Z2", 2, [(2, 100)])
    month.spell(people[12], "Z1", 20, [(20, 100), (6, 50)])
    month.spell(people[21], "Z1", 9, [(9, 100)])
    for person, days in ((people[5], 15), (people[16], 8)):
        there_is = departments[(departments.index(person.segment["department_code"]) + 1) % len(departments)]
        name, parent = EMPLOYERS[employer][there_is]
        person.segment.update(department_code=there_is, department_name=name, parent_department_code=parent)
        month.employment(days, person, effective=days_ago(month.today, days))
    month.employment(14, people[9], effective=days_ago(month.today, 14), end_date=days_ago(month.today, 1))
    people[2].segment["contract_hours_x100"] = 3000
    month.employment(5, people[2], op="CORRECT")
    people[17].identity.update(partner_surname="Lievensberg", name_use="PARTNER_OWN")
    month.employee(3, people[17])


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--employees", type=int, default=120, help="of both employers together, at least 50")
    options = parser.parse_args()
    rng = random.Random(options.seed)
    month = Month(rng, datetime.datetime.now(datetime.timezone.utc).date())
    tokens, expected, each = {"Lievensberg"}, [], max(25, options.employees // 2)
    for employer, departments in EMPLOYERS.items():
        for code, (name, parent) in departments.items():
            month.unit(employer, code, name, parent)
        people = []
        for number in range(each):
            leader = " ".join(filter(None, (people[0].identity["call_name"], people[0].identity["surname"]))) if people else None
            people.append(Person(rng, employer, number + (each if employer == "delinde" else 0), rng.choice(list(departments)), leader))
        spells = month.spells
        month_of(month, employer, people)
        tokens.update(token for person in people for token in person.tokens())
        expected.append(f"{employer} {each} {month.spells - spells}")
    month.events.sort(key=lambda event: event[0])
    (options.folder / "month.jsonl").write_text("".join(json.dumps(event, ensure_ascii=False) + "\n" for _, event in month.events), encoding="utf-8")
    (options.folder / "tokens").write_text("".join(token + "\n" for token in sorted(tokens)), encoding="utf-8")
    (options.folder / "expected").write_text("".join(line + "\n" for line in expected))


if __name__ == "__main__":
    main()
