"""Poison on hr.events: each kind is handled as rules.md says, with its code and no value, and the partition goes on."""

import io
import json
import random
import struct
import time

import fastavro
import pytest

import clock
import fields
import history
import people
import wire
from conftest import scaled
from population import Population
from reader import read_all
from reports import bare
from stack import wait_until

NOW = int(time.time() * 1000)
TODAY = clock.amsterdam_day(NOW)
START = people.days(2015)
EMPLOYER = "W1"
MARK = "Zwaluwennest"


def varint(number):
    """Avro's zigzag variable-length integer."""
    number = (number << 1) ^ (number >> 63)
    out = bytearray()
    while number > 127:
        out.append(number & 127 | 128)
        number >>= 7
    return bytes(out) + bytes([number])


def text(value):
    value = value.encode() if isinstance(value, str) else value
    return varint(len(value)) + value


class Bench:
    def __init__(self, deployment):
        self.deployment, self.maker, self.keys = deployment, history.Maker(EMPLOYER, random.Random(8)), 0
        deployment.stack.alter_topic("hr.events", **{"max.message.bytes": 2 << 20})
        deployment.enable(EMPLOYER, ["P1", "P2"])
        deployment.activate(EMPLOYER)
        self.partition = wire.partition_of(EMPLOYER, deployment.partitions)

    def identity(self, **more):
        self.keys += 1
        return f"K{self.keys}", {**people.identity(500000 + self.keys), **more}

    def employee(self, **more):
        """A whole EmployeeEvent of a new employee."""
        key, identity = self.identity(**{k: v for k, v in more.items() if k in fields.IDENTITY})
        return self.maker.employee(NOW, key, identity, **{k: v for k, v in more.items() if k not in fields.IDENTITY})

    def employment(self, **more):
        key, identity = self.identity()
        self.deployment.deliver([self.maker.employee(NOW - 5000, key, identity)])
        start = more.pop("start_date", START)
        return self.maker.employment(NOW - 4000, key, "1", start, **{"personnel_number": f"W{self.keys}", **more})

    def absence(self, **more):
        _, employment = self.employment()
        self.deployment.deliver([("EmploymentEvent", employment)])
        return self.maker.absence(NOW - 3000, employment["employee_key"], f"A{self.keys}", more.pop("seq", 1), more.pop("op", "START"),
                                  more.pop("first_day", TODAY - 50), **more)

    def poison(self, value, key=EMPLOYER, partition=None):
        """Publishes bytes, and good news after them; returns the reports of these bytes once that news is in the population."""
        value = wire.encode(*value) if isinstance(value, tuple) else value
        self.deployment.flush()
        at = self.deployment.ends(["hr.events"])["hr.events", self.partition if partition is None else partition]
        self.deployment.produce("hr.events", key, value, self.partition if partition is None else partition)
        self.goes_on()
        return [r for r in self.deployment.reports() if r["topic"] == "hr.events" and r["offset"] == at
                and r["partition"] == (self.partition if partition is None else partition)]

    def goes_on(self):
        """An employee published now is seen by the provider: the partition has not stopped."""
        key, identity = self.identity()
        number = f"goes-on-{self.keys}"
        self.deployment.deliver([self.maker.employee(NOW, key, identity), self.maker.employment(NOW, key, "1", START, personnel_number=number)])
        self.deployment.settle(60)


@pytest.fixture(scope="module")
def bench(deploy):
    return Bench(deploy(partitions=4))


def good(bench):
    return wire.encode(*bench.employee())


def with_body(bench, change):
    """An EmployeeEvent whose body has been changed by a function of its bytes."""
    data = good(bench)
    return data[:10] + change(data[10:])


def raw_employee(bench, **parts):
    """An EmployeeEvent written by hand, so that any field may be wrong on the wire; parts: field name to its bytes."""
    name, event = bench.employee()
    out = b""
    for field in wire.SCHEMAS.by_name[name]["fields"]:
        if field["name"] in parts:
            out += parts[field["name"]]
        else:
            out += encoded_field(field, event[field["name"]])
    return wire.MAGIC + wire.SCHEMAS.fingerprints[name] + out


def encoded_field(field, value):
    stream = io.BytesIO()
    fastavro.schemaless_writer(stream, {"type": "record", "name": "One", "fields": [field]}, {field["name"]: value})
    return stream.getvalue()


RECURSIVE = {"type": "record", "name": "Deep", "namespace": "kluis.v1", "fields": [{"name": "deep", "type": ["null", "Deep"], "default": None}]}

UNREADABLE = {
    "nothing": lambda b: None,
    "empty": lambda b: b"",
    "one byte": lambda b: b"\xc3",
    "no magic": lambda b: b"\xc3\x02" + good(b)[2:],
    "header cut": lambda b: good(b)[:7],
    "body cut": lambda b: good(b)[:-9],
    "body missing": lambda b: good(b)[:10],
    "trailing byte": lambda b: good(b) + b"\0",
    "trailing text": lambda b: good(b) + MARK.encode(),
    "plain json": lambda b: json.dumps({"surname": MARK}).encode(),
    "string bomb": lambda b: raw_employee(b, surname=varint(1 << 31) + MARK.encode()),
    "string of negative length": lambda b: raw_employee(b, surname=varint(-5)),
    "string length overlong": lambda b: raw_employee(b, surname=b"\xff" * 11),
    "array bomb": lambda b: raw_employee(b, addresses=varint(20_000_000)),
    "array of negative count bomb": lambda b: raw_employee(b, addresses=varint(-20_000_000) + varint(4)),
    "array count of 2**62": lambda b: raw_employee(b, contacts=varint(1 << 62)),
    "enum out of range": lambda b: raw_employee(b, gender=varint(99)),
    "enum negative": lambda b: raw_employee(b, op=varint(-1)),
    "union out of range": lambda b: raw_employee(b, bsn=varint(7) + text(MARK)),
    "boolean 7": lambda b: raw_employee(b, test=b"\x07"),
    "int out of range": lambda b: raw_employee(b, death_date=varint(1) + varint(1 << 40)),
    "deep recursion of array blocks": lambda b: with_body(b, lambda body: b"\x02" * 200_000),
}


@pytest.mark.parametrize("kind", UNREADABLE)
def test_unreadable_bytes_are_quarantined_without_a_value(bench, kind):
    reports = bench.poison(UNREADABLE[kind](bench))
    assert [(r["outcome"], r["code"], r["employer_id"]) for r in reports] == [("QUARANTINED", "UNREADABLE", EMPLOYER)]


@pytest.mark.parametrize("kind", ["random", "recursive", "own schema changed"])
def test_an_unknown_fingerprint_is_quarantined(bench, kind):
    marks = {"random": b"\1\2\3\4\5\6\7\x08", "recursive": wire.fingerprint(RECURSIVE),
             "own schema changed": wire.fingerprint({**wire.SCHEMAS.raw["EmployeeEvent"], "name": "EmployeeEvent2"})}
    body = varint(1) * 100_000 if kind == "recursive" else good(bench)[10:]
    reports = bench.poison(wire.MAGIC + marks[kind] + body)
    assert [(r["outcome"], r["code"], r["event_id"]) for r in reports] == [("QUARANTINED", "UNKNOWN_SCHEMA", None)]


def test_a_message_that_is_no_event_is_quarantined_or_unknown(bench):
    """Reading: a schema that is known but is none of hr.events is UNREADABLE or UNKNOWN_SCHEMA."""
    data = wire.encode("ErasureRecord", {"person": 1, "employer_id": EMPLOYER, "erased_at": NOW, "key_hashes": []})
    reports = bench.poison(data)
    assert len(reports) == 1 and reports[0]["outcome"] == "QUARANTINED" and reports[0]["code"] in ("UNREADABLE", "UNKNOWN_SCHEMA")


def test_messages_over_256_kib_are_too_large(bench):
    for size in (wire.MAX_MESSAGE + 1, 1 << 20):
        data = good(bench)
        reports = bench.poison(data + bytes(size - len(data)))
        assert [(r["outcome"], r["code"]) for r in reports] == [("QUARANTINED", "TOO_LARGE")]
    small = bench.poison(good(bench).ljust(wire.MAX_MESSAGE, b"\0"))
    assert [r["code"] for r in small] == ["UNREADABLE"]


def test_of_an_unknown_employer_nothing_is_kept(bench):
    for data, code in ((good(bench)[:-4], "UNREADABLE"), (bytes(wire.MAX_MESSAGE + 1), "TOO_LARGE"), (wire.MAGIC + bytes(8), "UNKNOWN_SCHEMA")):
        reports = bench.poison(data, "W-nobody", wire.partition_of("W-nobody", bench.deployment.partitions))
        assert [(r["outcome"], r["code"], r["key"]) for r in reports] == [("REJECTED", code, "W-nobody")]
    for key in (b"\xff\xfe", b"", b"x" * 41):
        reports = bench.poison(good(bench)[:-4], key)
        assert [(r["outcome"], r["code"], r["employer_id"]) for r in reports] == [("REJECTED", "UNREADABLE", "")]


def test_a_wrong_partition_is_rejected_under_the_raw_key(bench):
    there = (bench.partition + 1) % bench.deployment.partitions
    reports = bench.poison(good(bench), EMPLOYER, there)
    assert [(r["outcome"], r["code"], r["key"]) for r in reports] == [("REJECTED", "WRONG_PARTITION", EMPLOYER)]
    other = wire.encode("EmployeeEvent", {**bench.employee()[1], "employer_id": "W2"})
    assert [r["code"] for r in bench.poison(other)] == ["WRONG_PARTITION"]


REJECTED = {
    "event id": ("EVENT_ID", lambda b: b.employee(event_id="NOT-A-UUID")),
    "event id in capitals": ("EVENT_ID", lambda b: b.employee(event_id="0F0E0D0C-0B0A-4999-8888-777766665555")),
    "empty surname": ("TEXT", lambda b: b.employee(surname="")),
    "surname too long": ("TEXT", lambda b: b.employee(surname=MARK * 20)),
    "NUL in a surname": ("TEXT", lambda b: b.employee(surname=MARK + "\0")),
    "control character in a surname": ("TEXT", lambda b: b.employee(surname=MARK + "\x1b[2J")),
    "invalid UTF-8 in a surname": ("TEXT", lambda b: raw_employee(b, surname=text(MARK.encode() + b"\xc3\x28"))),
    "overlong UTF-8 in a surname": ("TEXT", lambda b: raw_employee(b, surname=text(MARK.encode() + b"\xc0\x80"))),
    "surrogate in a surname": ("TEXT", lambda b: raw_employee(b, surname=text(MARK.encode() + b"\xed\xa0\x80"))),
    "birth date": ("DATE", lambda b: b.employee(birth_date="19701301")),
    "birth date of letters": ("DATE", lambda b: b.employee(birth_date="1970AB01")),
    "30 February": ("DATE", lambda b: b.employee(birth_date="19700230")),
    "hours": ("HOURS", lambda b: b.employment(contract_hours_x100=16801)),
    "negative hours": ("HOURS", lambda b: b.employment(contract_hours_x100=-1)),
    "no norm hours": ("HOURS", lambda b: b.employment(norm_hours_x100=0)),
    "end before start": ("DATE_ORDER", lambda b: b.employment(end_date=START - 1)),
    "correct before start": ("DATE_ORDER", lambda b: b.employment(op="CORRECT", effective_date=START - 1)),
    "percentage": ("PERCENTAGE", lambda b: b.absence(absence_pct_x100=10001)),
    "seq 0": ("SEQ", lambda b: b.absence(seq=0)),
    "seq 1000": ("SEQ", lambda b: b.absence(seq=1000)),
    "start not on its first day": ("DATE_ORDER", lambda b: b.absence(mutation_date=TODAY - 49)),
    "recovered before it began": ("DATE_ORDER", lambda b: b.absence(recovered_on=TODAY - 51)),
    "recovered tomorrow": ("FUTURE", lambda b: b.absence(recovered_on=TODAY + 2)),
    "tomorrow's news": ("FUTURE", lambda b: b.employee(occurred_at=int(time.time() * 1000) + 25 * 3600000)),
    "test data": ("TEST_DATA", lambda b: b.employee(test=True)),
}


@pytest.mark.parametrize("kind", REJECTED)
def test_a_broken_required_field_is_rejected_with_its_code(bench, kind):
    code, make = REJECTED[kind]
    reports = bench.poison(make(bench))
    assert [(r["outcome"], r["code"]) for r in reports] == [("REJECTED", code)]


WARNED = {
    "bsn that fails the 11-test": ("BSN_CHECK_DIGIT", "bsn", lambda b: b.employee(bsn="123456789")),
    "bsn of zeros": ("BSN_CHECK_DIGIT", "bsn", lambda b: b.employee(bsn="000000000")),
    "bsn of eight digits": ("BSN_FORMAT", "bsn", lambda b: b.employee(bsn="12345678")),
    "bsn of letters": ("BSN_FORMAT", "bsn", lambda b: b.employee(bsn="12345678X")),
    "iban": ("IBAN", "iban", lambda b: b.employee(iban="NL91ABNA0417164301")),
    "postcode": ("POSTCODE", "addresses.postcode", lambda b: b.employee(addresses=[{**people.address(1), "postcode": "0123AB"}])),
    "house number": ("HOUSE_NUMBER", "addresses.house_number", lambda b: b.employee(addresses=[{**people.address(1), "house_number": 100000}])),
    "country": ("COUNTRY", "addresses.country", lambda b: b.employee(addresses=[{**people.address(1), "country": "N1"}])),
    "control character in a call name": ("TEXT", "call_name", lambda b: b.employee(call_name="Jan\x07")),
    "invalid UTF-8 in a call name": ("TEXT", "call_name", lambda b: raw_employee(b, call_name=varint(1) + text(b"\xff\xfe" + MARK.encode()))),
    "call name too long": ("TEXT", "call_name", lambda b: b.employee(call_name="x" * 36)),
    "phone of nothing": ("TEXT", "contacts.value", lambda b: b.employee(contacts=[{"kind": "PHONE_HOME", "value": ""}])),
    "ten addresses": ("ITEMS", "addresses", lambda b: b.employee(addresses=[people.address(n) for n in range(10)])),
    "NUL in a function": ("TEXT", "function_name", lambda b: b.employment(function_name="Mon\0teur")),
    "unknown former key": ("KEY_UNKNOWN", "employee_key_old", lambda b: b.employee(employee_key_old="never-seen")),
}


@pytest.mark.parametrize("kind", WARNED)
def test_a_broken_optional_field_is_left_out_with_a_warning(bench, kind):
    code, field, make = WARNED[kind]
    reports = bench.poison(make(bench))
    assert [(r["outcome"], r["code"], bare(r["field"])) for r in reports] == [("WARNED", code, field)]


def test_steps_that_contradict_their_spell_are_rejected(bench):
    name, start = bench.absence()
    bench.deployment.deliver([(name, start)])
    key, spell = start["employee_key"], start["absence_key"]

    def step(seq, op, first=TODAY - 50, **more):
        return bench.maker.absence(NOW, key, spell, seq, op, first, **{"mutation_date": TODAY - 40, **more})
    assert [r["code"] for r in bench.poison(step(1, "START", mutation_date=TODAY - 50, absence_pct_x100=5000))] == ["SEQ_REUSED"]
    assert [r["code"] for r in bench.poison(step(2, "MUTATE", TODAY - 51))] == ["DATE_ORDER"]
    assert [r["code"] for r in bench.poison(step(2, "MUTATE", employment_key="9"))] == ["KEY_UNKNOWN"]
    assert bench.poison(step(2, "DELETE")) == []
    assert [r["code"] for r in bench.poison(step(3, "MUTATE"))] == ["SEQ_AFTER_DELETE"]
    assert [r["outcome"] for r in bench.poison(step(1, "START", mutation_date=TODAY - 50))] == ["STALE"]
    assert bench.poison(step(3, "START", mutation_date=TODAY - 50, recovered_on=TODAY - 45)) == []


def test_the_33rd_waiting_step_overflows(bench):
    _, start = bench.absence()
    steps = [bench.maker.absence(NOW, start["employee_key"], "many", seq, "MUTATE", TODAY - 50, mutation_date=TODAY - 40 + seq % 9) for seq in range(2, 34)]
    bench.deployment.deliver(steps)
    over = bench.maker.absence(NOW, start["employee_key"], "many", 34, "MUTATE", TODAY - 50, mutation_date=TODAY - 30)
    assert [(r["outcome"], r["code"]) for r in bench.poison(over)] == [("QUARANTINED", "OVERFLOW")]


def test_poison_among_commands_is_kept_and_not_answered(bench):
    deployment = bench.deployment
    before = len(deployment.results())
    key, issuer = deployment.keys[f"employer:{EMPLOYER}"], f"employer:{EMPLOYER}"
    for data in (b"", b"\xc3\x01", wire.MAGIC + bytes(8), wire.sign(key, "vault.commands", issuer, b"no command"),
                 wire.sign(key, "vault.commands", issuer, wire.encode("CareIdentifiers", wire.defaults("CareIdentifiers"))),
                 bytes(wire.MAX_MESSAGE)):
        deployment.produce("vault.commands", EMPLOYER, data)
    for topic in ("care.requests", "dossier.status"):
        deployment.produce(topic, EMPLOYER, b"rubbish")
    deployment.settle()
    bench.goes_on()
    assert len(deployment.results()) == before
    assert not [r for r in deployment.reports() if r["topic"] in ("care.requests", "dossier.status")]
    assert deployment.command(issuer, "EmployerCommand", EMPLOYER, action="ACCEPT")["code"] == "CONFLICT"


def test_status_counts_what_is_quarantined_by_code(bench):
    counted = bench.deployment.status()["quarantine"]
    for code in ("UNREADABLE", "UNKNOWN_SCHEMA", "TOO_LARGE", "OVERFLOW"):
        assert counted[code] >= 1
    listed = json.loads(bench.deployment.vault.cli("quarantine", "list", "--json").stdout)
    assert len(listed["quarantine"] if isinstance(listed, dict) else listed) == sum(counted.values())


def test_everybody_published_between_the_poison_is_seen(bench):
    seen = Population("P1", bench.deployment.population("P1"), bench.deployment.partitions)
    numbers = {v["personnel_number"] for v in seen.living("PopulationEmployment")}
    count = sum(1 for r in read_all(bench.deployment.stack, ["hr.events"]) if b"goes-on-" in (r.value or b""))
    assert count > 50 and len([n for n in numbers if n and n.startswith("goes-on-")]) == count


def test_no_value_of_the_poison_was_told(bench):
    said = b"".join(s.logged() for s in bench.deployment.services) + bench.deployment.vault.cli("quarantine", "list").stdout.encode()
    said += b"".join(r.value or b"" for r in read_all(bench.deployment.stack, ["vault.reports", "vault.results"]))
    for value in (MARK, "123456789", "19701301", "NL91ABNA0417164301", "NOT-A-UUID"):
        assert value.encode() not in said, value


def test_memory_stays_flat_under_poison(bench):
    service = bench.deployment.vault
    rng = random.Random(5)
    bombs = [UNREADABLE[k](bench) for k in ("string bomb", "array bomb", "array count of 2**62", "deep recursion of array blocks")]
    bombs += [struct.pack("<Q", rng.getrandbits(64)) * 100 for _ in range(20)]

    def flood(count):
        for n in range(count):
            bench.deployment.produce("hr.events", "W-nobody" if n % 2 else EMPLOYER, bombs[n % len(bombs)])
        bench.deployment.settle(120)
        return service.resident()

    count = scaled(2000, 200)
    flood(count)
    first = flood(count)
    second = flood(count)
    print(f"resident {first} KiB, then {second} KiB")
    assert second - first < 16 * 1024
    wait_until(service.running, 1, "the vault to live")
