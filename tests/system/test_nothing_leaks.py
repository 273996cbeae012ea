"""No token that identifies anyone is found anywhere outside a seal; and the search finds what is there."""

import json
import random
import time

import pytest

import clock
import history
import people
import wire
from conftest import scaled
from population import Population
from reader import read_all
from search import Tokens, unhexed

START = people.days(2012)
DATES = {"recorded_at", "start_date", "end_date", "from", "first_day", "recovered_on"}
CANARY = "Kanarie" + people.word(15, 1)


class Workforce:
    """Employees whose every identifying field has a value, delivered with every kind of event; some of it broken."""

    def __init__(self, deployment, count, rng):
        self.deployment, self.identities, now = deployment, [], int(time.time() * 1000)
        today, maker, events = clock.amsterdam_day(now), history.Maker("L1", rng), []
        self.maker, self.now, self.today = maker, now, today
        for n in range(count):
            one = people.identity(700000 + n, rng, full=True)
            self.identities.append(one)
            contact = {"name": people.word(14, 700000 + n) + "ma", "phone": "071-9123456", "email": None}
            self.identities.append({**people.identity(800000 + n, rng, full=True), "surname": contact["name"]})
            events += [maker.employee(now - 90000, f"K{n}", one),
                       maker.employment(now - 80000, f"K{n}", "1", START + n, personnel_number=f"N{n}", contact_person=contact),
                       maker.absence(now - 70000, f"K{n}", f"A{n}", 1, "START", today - 60, nursing_address=people.address(900000 + n, "NURSING")),
                       maker.absence(now - 60000, f"K{n}", f"A{n}", 2, "END", today - 60, mutation_date=today - 50, recovered_on=today - 50)]
            self.identities.append({**one, "addresses": [people.address(900000 + n, "NURSING")]})
            events += self.broken(n, one)
        events.append(maker.employment(now, "K0", "1", START, START + 400, personnel_number="N0", department_name=CANARY))
        deployment.deliver(events)

    def broken(self, n, one):
        """Changes and mistakes: what is rejected, warned about, quarantined or erased must not leak either."""
        maker, now, other = self.maker, self.now, people.identity(800000 + n, random.Random(n), full=True)
        self.identities.append(other)
        kinds = [lambda: [maker.employee(now, f"K{n}", {**one, **{k: other[k] for k in ("addresses", "contacts", "call_name")}})],
                 lambda: [maker.employee(now, f"K{n}", {**one, "bsn": "1" + other["bsn"][1:], "iban": other["iban"][:-1] + "x"})],
                 lambda: [maker.employee(now, f"K{n}", other)],
                 lambda: [maker.employee(now, f"X{n}", {**other, "bsn": one["bsn"]})],
                 lambda: [maker.employee(now, f"K{n}", {**other, "birth_date": "19701301"})],
                 lambda: [maker.employee(now, f"K{n}", one, op="DELETE")],
                 lambda: [maker.employee(now, f"K{n}", {**one, "surname": other["surname"] + "\x01"})],
                 lambda: []]
        return kinds[n % len(kinds)]()


@pytest.fixture(scope="module")
def load(deploy, seed):
    rng = random.Random(seed)
    deployment = deploy(partitions=6)
    since = deployment.stack.log_position()
    deployment.enable("L1", ["P1", "P2"], {"share_iban": True})
    work = Workforce(deployment, scaled(160, 20), rng)
    raw = wire.encode(*work.maker.employee(work.now, "K0", work.identities[0]))
    deployment.produce("hr.events", "L1", raw[:-3])
    deployment.produce("hr.events", "L1", raw + b"x")
    deployment.settle()
    deployment.activate("L1")
    shared = [n for n in range(20) if n % 8 in (0, 7)]
    for n in shared:
        for provider in ("P1", "P2"):
            result = deployment.share("L1", f"K{n}", provider, reason=f"Toelichting {people.word(9, n)}straat")
            assert result["code"] == "ACCEPTED", result
    deployment.settle()
    work.reasons = [f"Toelichting {people.word(9, n)}straat" for n in shared]
    work.since = since
    for provider in ("P1", "P2"):
        deployment.provider_passed(provider, read_all(deployment.stack, [f"population.{provider}", f"share.{provider}"]))
    work.notes = write_notes(deployment.provider["P1"], [work.identities[4 * n] for n in shared[:3]])
    return work


def write_notes(service, identities):
    """A note with the person's own name and number in each dossier that is found by its name; how many."""
    count = 0
    for one in identities:
        for dossier in json.loads(service.cli("dossier", "find", "--json", text=json.dumps({"name": one["surname"]})).stdout):
            service.cli("dossier", "show", dossier["pseudonym"])
            service.cli("dossier", "note", dossier["pseudonym"], text=f"{one['call_name']} {one['surname']} ({one['bsn']}) gesproken")
            count += 1
    return count


@pytest.fixture(scope="module")
def tokens(load):
    found = Tokens(load.identities)
    for reason in load.reasons:
        found.add(reason.split()[1], "reason")
    print(f"{len(found.anywhere) + len(found.alone)} forms")
    return found


def bytes_of(records):
    return b"\n".join(b"\n".join([r.key or b"", r.value or b"", repr(sorted(r.headers.items())).encode()]) for r in records)


def test_a_control_finds_what_was_put_there(load, tokens):
    raw = bytes_of(read_all(load.deployment.stack, ["hr.events"]))
    kinds = {kind for _, kind in tokens.found(raw)}
    assert kinds >= {"bsn", "surname", "first_names", "call_name", "partner_surname", "birth_date", "iban", "postcode", "city", "street", "contact"}
    one = load.identities[0]
    for text in (one["surname"].upper(), one["surname"].encode().hex(), f"x{one['bsn']} ", people.forms("iban", one["iban"])[0].pop().decode("latin1"),
                 f"{one['birth_date'][6:]}-{one['birth_date'][4:6]}-{one['birth_date'][:4]}"):
        assert tokens.found(b"before " + text.encode("latin1") + b" after"), text
    assert not tokens.found(b"nothing here 1795312345678 " + bytes(range(256)))


def test_a_canary_in_a_department_name_is_found_in_the_population(load):
    canary = Tokens([])
    canary.add(CANARY, "department")
    for provider in ("P1", "P2"):
        assert canary.found(bytes_of(load.deployment.population(provider)))


@pytest.mark.parametrize("topic", ["population.P1", "population.P2", "vault.results", "vault.reports", "care.results.P1", "care.results.P2",
                                   "share.P1", "share.P2", "vault.erasures", "dossier.status", "provider.commands.P1"])
def test_no_token_is_in_what_the_services_wrote(load, tokens, topic):
    records = read_all(load.deployment.stack, [topic])
    assert records or topic.startswith("care.results")
    assert not tokens.found(bytes_of(records))


def test_what_is_decoded_holds_no_date_of_birth_and_no_short_token(load):
    """Short texts and dates, which would be found by chance in bytes, field by field."""
    initials = {i["initials"] for i in load.identities} | {i["birth_date"] for i in load.identities}
    first = people.days(2005)

    def walk(value, field=None):
        if isinstance(value, dict):
            for name, inner in value.items():
                walk(inner, name)
        elif isinstance(value, list):
            for inner in value:
                walk(inner, field)
        elif isinstance(value, int) and field in DATES and field != "recorded_at":
            assert value >= first, f"{field}: a date in the years of birth dates"
        elif isinstance(value, str):
            assert value not in initials, field

    for provider in ("P1", "P2"):
        for record in load.deployment.population(provider):
            if record.value is not None:
                walk(record.decoded()[1])


def test_no_token_is_in_logs_and_status(load, tokens):
    deployment = load.deployment
    said = b"".join(s.logged() for s in deployment.services)
    assert b"level=" in said or b"=" in said
    for service in deployment.services:
        said += service.cli("status", "--json").stdout.encode() + service.cli("status").stdout.encode()
    said += deployment.vault.cli("quarantine", "list", "--json").stdout.encode() + deployment.vault.cli("trust", "list").stdout.encode()
    said += b"".join(deployment.provider["P1"].cli(*command).stdout.encode() for command in (("dossier", "list"), ("access-log", "--json")))
    assert load.notes and said.count(b"NOTE") >= load.notes
    assert not tokens.found(said)


def test_no_token_is_in_a_dump_of_either_database(load, tokens):
    for database in load.deployment.databases():
        dump = load.deployment.stack.dump(database)
        assert b"CREATE TABLE" in dump
        text, binary = unhexed(dump)
        assert not tokens.found(text) and not tokens.found(binary), database


def test_no_token_is_in_postgresqls_log_and_write_ahead_log(load, tokens):
    seen = 0
    for name, data in [*load.deployment.stack.server_logs(), *load.deployment.stack.write_ahead_log(load.since)]:
        seen += len(data)
        assert not tokens.found(data), name
    assert seen > 1 << 18


def test_a_receiver_can_open_its_seal_and_finds_the_person(load, tokens):
    """A control for the share topics: the data are there, sealed."""
    opened = load.deployment.shares("P1")
    assert opened and all(tokens.found(repr(dossier).encode()) for name, _, dossier, _ in opened if name == "ShareEvent")


def test_the_population_still_holds_everybody(load):
    """A control: what was searched was not empty."""
    seen = Population("P1", load.deployment.population("P1"), 6)
    assert len(seen.living("PopulationEmployment")) > len(load.identities) // 8
