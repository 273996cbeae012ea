"""What a reader with fresh eyes found: hostile bytes, erasures that left something, keys that moved on, releases, lost updates."""

import random
import time
import uuid

import pytest

import clock
import history
import people
import wire
from reader import check_headers, read_all
from stack import wait_until

NOW = int(time.time() * 1000)
TODAY = clock.amsterdam_day(NOW)
START = people.days(2015)
EMPLOYER = "H1"


class Site:
    """One active employer, and a clock of its events."""

    def __init__(self, deployment):
        self.deployment, self.maker, self.at, self.numbers = deployment, history.Maker(EMPLOYER, random.Random(21)), NOW - 900000, 0
        deployment.enable(EMPLOYER, ["P1", "P2"])
        deployment.activate(EMPLOYER)

    def person(self):
        """A fresh identity."""
        self.numbers += 1
        return people.identity(700000 + self.numbers)

    def employee(self, key, identity, **more):
        self.at += 1000
        return self.maker.employee(self.at, key, identity, **more)

    def say(self, *events):
        """Delivers; returns the reports of these events as (outcome, code)."""
        ids = {event["event_id"] for _, event in events}
        self.deployment.deliver(events)
        self.deployment.settle()
        return [(r["outcome"], r["code"]) for r in self.deployment.reports() if r["event_id"] in ids]

    def hired(self, key, identity=None):
        identity = identity or self.person()
        assert self.say(self.employee(key, identity), self.maker.employment(self.at, key, "1", START)) == []
        return identity

    def sql(self, statement):
        return self.deployment.stack.sql(statement, f"{self.deployment.name}-vault")

    def quarantined(self):
        """(id, time) of each row of the quarantine."""
        return self.sql("select quarantine_id, at from quarantine order by 1")

    def empty_quarantine(self):
        for row, _ in self.quarantined():
            self.deployment.vault.cli("quarantine", "discard", str(row))

    def release(self, row):
        """Releases; until the service has done so."""
        self.deployment.vault.cli("quarantine", "release", str(row))
        wait_until(lambda: self.sql("select count(*) from run where state = 'OPEN'")[0][0] == 0, 60, f"the release of {row}", 0.2)


@pytest.fixture(scope="module")
def site(deploy):
    return Site(deploy(partitions=4))


@pytest.mark.parametrize("topic, name, fields", [
    ("vault.commands", "ShareCommand", {"provider_id": "P1", "employee_key": "X", "kind": "SICK_REPORT", "reason": "x", "confirm": True}),
    ("care.requests", "CareRequest", {"provider_id": "P1"}), ("dossier.status", "DossierStatus", {"provider_id": "P1"})])
def test_an_issuer_of_any_bytes_that_nobody_signed_halts_nothing(site, topic, name, fields):
    schema = {f["name"]: f["type"] for f in wire.SCHEMAS.by_name[name]["fields"]}
    known = {"command_id": str(uuid.uuid4()), "status_id": str(uuid.uuid4()), "employer_id": EMPLOYER, "actor": "x", "expires_at": NOW,
             "share_id": bytes(16), "pseudonym": bytes(16), "state": "OPEN", "share_revision": 1, "changed_at": NOW, "kind": "OPEN_CONSULT",
             "identifiers": b"x", "confirm_share": False, **fields}
    record = wire.defaults(name, **{k: v for k, v in known.items() if k in schema})
    data = wire.sign(wire.SigningKey(), topic, "employer:a\0b\x1b", wire.encode(name, record))
    site.deployment.produce(topic, EMPLOYER, data)
    site.deployment.settle(60)
    assert site.deployment.share(EMPLOYER, "never-there", "P1")["code"] == "UNKNOWN_EMPLOYEE"


def test_what_is_no_event_cannot_be_released(site):
    site.deployment.produce("dossier.status", EMPLOYER, b"no message")
    site.deployment.settle(60)
    row = site.sql("select max(quarantine_id) from quarantine where topic = 'dossier.status'")[0][0]
    done = site.deployment.vault.cli("quarantine", "release", str(row), check=False)
    assert done.returncode != 0 and "NOT_RELEASABLE" in done.stderr and "command_id" in done.stderr
    site.empty_quarantine()


def test_an_erasure_takes_what_is_quarantined_of_the_person_along(site):
    """In the same batch, and a rename that names the key as the one before."""
    first = site.hired("E1")
    site.hired("E2")
    assert site.say(site.employee("E2", first, employee_key_old="E1")) == [("QUARANTINED", "IDENTITY_CHANGED")]
    changed = site.employee("E1", site.person())
    assert site.say(changed, site.employee("E1", first, op="DELETE")) == [("QUARANTINED", "IDENTITY_CHANGED")]
    assert site.quarantined() == []


def test_what_comes_first_in_the_order_of_rules_is_said(site):
    late = site.maker.employee(NOW + 3 * 86400000, "F1", site.person(), test=True)
    assert site.say(late) == [("REJECTED", "TEST_DATA")]


def test_a_key_that_moved_on_is_not_taken_for_whoever_has_it_now(site):
    p, q = site.hired("M1"), site.hired("M0")
    assert site.say(site.employee("M2", p, employee_key_old="M1")) == []
    assert site.say(site.employee("M1", q, employee_key_old="M0")) == []
    assert site.say(site.employee("M2", p, employee_key_old="M1")) == []
    moved = {**p, "call_name": "Anders"}
    assert site.say(site.employee("M2", moved, employee_key_old="M1")) == [("WARNED", "KEY_UNKNOWN")]
    assert site.say(site.employee("M2", moved)) == [] and site.quarantined() == []
    assert site.say(site.employee("M1", q)) == []


def test_an_unknown_key_is_told_once(site):
    p = site.person()
    assert site.say(site.employee("U1", p, employee_key_old="U0")) == [("WARNED", "KEY_UNKNOWN")]
    assert site.say(site.employee("U1", p, employee_key_old="U0")) == []


def test_a_released_rename_takes_the_new_citizen_number(site):
    p = site.hired("R1")
    p = {**p, "bsn": people.bsn(799999)}
    assert site.say(site.employee("R2", p, employee_key_old="R1")) == [("QUARANTINED", "IDENTITY_CHANGED")]
    site.release(site.quarantined()[-1][0])
    assert site.quarantined() == [] and site.say(site.employee("R2", p)) == []


def test_what_stays_in_quarantine_is_kept_no_longer_for_being_released(site):
    p = site.hired("S1")
    site.hired("S2")
    site.say(site.employee("S2", p, employee_key_old="S1"))
    row, at = site.quarantined()[-1]
    site.release(row)
    assert [(new > row, then) for new, then in site.quarantined()] == [(True, at)]
    site.empty_quarantine()


def test_a_released_event_needs_its_source_granted_still(site):
    site.hired("G1")
    vault = site.deployment.vault
    vault.cli("trust", "add", "source", "roster", "--employers", EMPLOYER)
    wait_until(lambda: "hr.events.roster" in site.deployment.stack.topics(), 20, "the source's topic")
    maker = history.Maker(EMPLOYER, random.Random(22), "roster")
    site.at += 1000
    event = maker.employee(site.at, "G1", site.person())
    site.deployment.deliver([event], "hr.events.roster")

    def said():
        return [r["code"] for r in site.deployment.reports() if r["event_id"] == event[1]["event_id"]]
    wait_until(lambda: said() == ["IDENTITY_CHANGED"], 60, "the quarantined event", 0.2)
    row = site.quarantined()[-1][0]
    vault.cli("trust", "remove", "source", "roster")
    site.release(row)
    wait_until(lambda: said() == ["IDENTITY_CHANGED", "NOT_GRANTED"], 20, "NOT_GRANTED", 0.2)


def test_a_sick_report_may_be_shared_before_the_absence_comes(site):
    site.hired("V1")
    assert site.deployment.share(EMPLOYER, "V1", "P1", absence_key="later")["code"] == "ACCEPTED"


def test_what_a_receiver_missed_comes_with_the_next_change(site):
    vault, p = site.deployment.vault, site.hired("T1")
    assert site.deployment.share(EMPLOYER, "T1", "P2", kind="OPEN_CONSULT")["code"] == "ACCEPTED"
    vault.cli("trust", "remove", "provider", "P2")
    assert site.deployment.share(EMPLOYER, "T1", "P2")["code"] == "UNKNOWN_PROVIDER"  # a command has the vault look at the trust
    p = {**p, "call_name": "Ontgaan"}
    site.say(site.employee("T1", p))
    box = site.deployment.boxes["P2"].public.hex()
    vault.cli("trust", "add", "provider", "P2", "--signing-key", site.deployment.provider_keys["P2"].hex(), "--box-key", box)
    assert site.deployment.share(EMPLOYER, "never-there", "P2")["code"] == "UNKNOWN_EMPLOYEE"
    site.say(site.employee("T1", {**p, "iban": people.iban(799998)}))
    told = [(d["form"], d["call_name"]) for name, _, d, _ in site.deployment.shares("P2") if d]
    assert told[-1] == ("UPDATE", "Ontgaan") and len(told) == 2


def test_runs_of_two_issuers_with_the_same_id_are_two(site):
    command_id = str(uuid.uuid4())
    key = site.deployment.keys["operator:night"] = wire.SigningKey()
    site.deployment.vault.cli("trust", "add", "operator", "night", "--signing-key", key.public.hex())
    for count, issuer in ((2, "operator:ops"), (3, "operator:night")):
        record = site.deployment.new_command("EmployerCommand", EMPLOYER, command_id=command_id, action="ACTIVATE")
        site.deployment.send(issuer, "EmployerCommand", record)
        site.deployment.run_done(EMPLOYER, "ACTIVATION", limit=30, count=count)
    check_headers(read_all(site.deployment.stack, ["vault.reports"]))


def test_every_hash_of_an_erased_person_is_told(site):
    p = site.hired("Z0")
    site.say(*(site.employee(f"Z{n}", p, employee_key_old=f"Z{n - 1}") for n in range(1, 70)))
    site.say(site.employee("Z69", p, op="DELETE"))
    records = [r.decoded()[1] for r in read_all(site.deployment.stack, ["vault.erasures"])]
    last = [r["key_hashes"] for r in records if r["person"] == records[-1]["person"] and r["key_hashes"]]  # its ending says so once more, without
    assert [len(hashes) for hashes in last] == [64, 6] and len({h for hashes in last for h in hashes}) == 70


def test_erased_keys_are_forgotten_two_weeks_after(site):
    days = 86400000
    for n, age in ((1, 15), (2, 13)):
        site.sql(f"insert into erased values (1, '\\x0{n}', 0, {NOW - age * days})")
    site.deployment.vault.stop()
    site.deployment.vault.start()
    wait_until(lambda: site.sql("select encode(key_hash, 'hex') from erased where length(key_hash) = 1") == [("02",)], 60, "the purge", 0.3)
