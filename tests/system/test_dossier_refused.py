"""What a provider's service does not believe, or cannot do: nothing of it is applied, all of it is reported, and it goes on; and kills."""

import json
import random
import time
import uuid

import pytest
from confluent_kafka import Producer
from nacl.exceptions import BadSignatureError

import wire
from care import SILENT, Site
from conftest import scaled
from desk import Desk
from reader import read_all
from stack import wait_until
from test_dossier import silent
from test_withdraw import share

TEXT = "Ziet op tegen terugkeer"


@pytest.fixture(scope="module")
def site(deploy):
    return Site(deploy(providers=("P1", "P2"), partitions=4, care_hour_misses=1000, care_hour_requests=1000))


@pytest.fixture(scope="module")
def desk(site):
    return Desk(site)


@pytest.fixture(scope="module")
def event(site, desk):
    return desk.has(share(site, f"{SILENT}-1"))


def held(desk):
    """All that actions could change."""
    return [desk.sql(f"select * from {table} order by 1, 2") for table in ("dossier", "dossier_share", "dossier_note", "access_log")]


def test_what_is_not_signed_by_this_provider_for_this_topic_changes_nothing(desk, event):
    deployment, stranger = desk.deployment, wire.SigningKey()
    before, statuses, quarantined = held(desk), desk.statuses(event), desk.quarantined()
    note = desk.action(event, "NOTE", TEXT)
    desk.send(note, issuer="provider:P2", key=deployment.provider_key("P2"))
    desk.send(note, key=stranger)
    desk.send(note, issuer=f"employer:{SILENT}", key=deployment.keys[f"employer:{SILENT}"])
    desk.send(note, issuer="vault:vault")
    desk.send(note, kind="vault.commands")
    signed = wire.decode(wire.sign(deployment.provider_key("P1"), "provider.commands", "provider:P1", wire.encode("DossierAction", note)))[1]
    changed = wire.encode("DossierAction", {**note, "action": "CLOSE"})
    deployment.produce(desk.topic, SILENT, wire.encode("Signed", {**signed, "body": changed}))
    desk.settle()
    assert desk.quarantined() == quarantined + ["BAD_SIGNATURE"] * 6
    assert held(desk) == before and desk.statuses(event) == statuses and desk.code(note["command_id"]) is None
    assert desk.service.logged().count(b"event=action_quarantined") >= 6


def test_what_cannot_be_read_is_quarantined_by_its_code(desk, event):
    before, quarantined = held(desk), desk.quarantined()
    key, whole = desk.deployment.provider_key("P1"), wire.encode("DossierAction", desk.action(event, "CLOSE"))
    bodies = [whole[:-1], whole + b"x", wire.encode("CareResult", {"command_id": "x", "outcome": "MATCHED", "pseudonym": bytes(16), "decided_at": 0}),
              wire.encode("DossierAction", desk.action(event, "CLOSE", command_id="no uuid")),
              wire.encode("DossierAction", desk.action(event, "CLOSE", actor="x" * 81))]
    for body in bodies:
        desk.deployment.produce(desk.topic, SILENT, wire.sign(key, "provider.commands", "provider:P1", body))
    desk.deployment.produce(desk.topic, SILENT, b"no message")
    desk.deployment.produce(desk.topic, SILENT, None)
    desk.send(desk.action(event, "CLOSE"), record_key="C2")
    desk.send(desk.action(event, "CLOSE"), partition=(wire.partition_of(SILENT, desk.deployment.partitions) + 1) % desk.deployment.partitions)
    desk.settle()
    assert sorted(desk.quarantined()[len(quarantined):]) == sorted(["UNREADABLE"] * 6 + ["UNKNOWN_SCHEMA"] + ["WRONG_PARTITION"] * 2)
    assert held(desk) == before and desk.statuses(event) == ["OPEN"]


def test_what_cannot_be_done_is_remembered_with_its_code(site, desk, event):
    before, now = held(desk), int(time.time() * 1000)
    other, note = wire.BoxKey(), desk.action(event, "NOTE", TEXT)
    asked = {"EXPIRED": {"expires_at": now - 60000}, "EXPIRES_AT": {"expires_at": now + 25 * 3600000}, "ACTOR": {"actor": "\x1b[2J"},
             "CANNOT_OPEN": {"note": wire.seal(b"x", other.public)}, "TEXT": {"note": None}}
    ids = {desk.send({**note, "command_id": str(uuid.uuid4()), **fields}): code for code, fields in asked.items()}
    box = desk.deployment.boxes["P1"].public
    for text in (b"", b"\xff", b"a\0b", b"\x1b[31m"):
        ids[desk.send({**note, "command_id": str(uuid.uuid4()), "note": wire.seal(text, box)})] = "TEXT"
    elsewhere = desk.has(share(site, f"{SILENT}-2"))
    for fields in ({"share_id": bytes(16)}, {"pseudonym": bytes(16)}, {"pseudonym": elsewhere["pseudonym"]}, {"share_id": elsewhere["share_id"]},
                   {"employer_id": "C2"}):
        ids[desk.send({**note, "command_id": str(uuid.uuid4()), **fields})] = "UNKNOWN_SHARE"
    ids[desk.send(desk.action(event, "DELETE_NOTE"))] = "NO_NOTE"
    ids[desk.send(desk.action(event, "REOPEN"))] = "NOT_CLOSED"
    desk.settle()
    assert {i: desk.code(i) for i in ids} == ids
    assert desk.statuses(event) == ["OPEN"] and held(desk)[2:] == before[2:]


def test_a_repeated_action_is_done_once(desk, event):
    notes = len(desk.sql("select 1 from dossier_note"))
    note = desk.action(event, "NOTE", TEXT)
    for _ in range(3):
        desk.send(note)
    desk.settle()
    desk.send(note)
    desk.send({**note, "action": "CLOSE"})
    desk.settle()
    assert len(desk.sql("select 1 from dossier_note")) == notes + 1 and desk.statuses(event) == ["OPEN", "HAS_CONTENT"]
    assert desk.service.logged().count(b"code=REPEATED") == 4
    assert desk.send(desk.action(event, "DELETE_NOTE")) and desk.settle() is None and desk.statuses(event)[-1] == "OPEN"


def test_what_a_person_told_leads_to_its_dossier(site, desk):
    key = f"{SILENT}-3"
    told = {k: v for k, v in site.told(key, bsn=site.people[key]["bsn"]).items() if v is not None}
    arguments = ("care", "request", "--employer", SILENT, "--kind", "WALK_IN", "--reader", "balie", "--json")
    assert "NO_BOX_KEY" in desk.say(*arguments, text=json.dumps(told), check=False).stderr
    public = site.deployment.vault_public
    desk.say("trust", "add", "vault", "vault", "--signing-key", public["signing"].hex(), "--box-key", public["box"].hex())
    assert public["box"].hex() in desk.say("trust", "list").stdout
    answer = json.loads(desk.say(*arguments, text=json.dumps(told)).stdout)
    assert (answer["outcome"], answer["pseudonym"]) == ("MATCHED", site.pseudonym(key).hex())
    assert desk.shown(site.pseudonym(key)) is None
    born = f"{told['birth_date'][:4]}-{told['birth_date'][4:6]}-{told['birth_date'][6:]}"
    again = json.loads(desk.say(*arguments, "--confirm-share", text=json.dumps({**told, "birth_date": born})).stdout)
    shown = wait_until(lambda: desk.shown(site.pseudonym(key)), 60, "the dossier", 0.2)
    assert (shown["kind"], shown["form"], shown["employer_informed"]) == ("WALK_IN", "SNAPSHOT", False)
    nobody = desk.say(*arguments, text=json.dumps({**told, "postcode": "1012 JS"}), check=False)
    assert nobody.returncode == 1 and json.loads(nobody.stdout)["outcome"] == "NO_MATCH" and json.loads(nobody.stdout)["pseudonym"] is None
    assert json.loads(desk.say("care", "result", again["command_id"], "--reader", "balie", "--json").stdout) == again
    mine = ("balie", "LOOK_UP", answer["pseudonym"])
    nothing = ("balie", "LOOK_UP", None)
    assert desk.read("--reader", "balie") == [nothing, mine, nothing, mine, nothing, mine]
    for text in ("{", '{"bsn": 1}', '{"name": "x"}', '{"house_number": 0}'):
        assert desk.say(*arguments, text=text, check=False).returncode == 2, text


def test_kills_neither_lose_nor_double_an_action(site, desk, seed):
    """Notes and closings, some of them twice, while the service is killed again and again: each once."""
    rng, event = random.Random(seed), silent(site, desk, f"{SILENT}-4")
    count, kills, texts = scaled(400, 40), scaled(8, 3), []
    for part in range(kills + 1):
        for _ in range(count // (kills + 1)):
            texts.append(f"nota {len(texts)}")
            note = desk.action(event, "NOTE", texts[-1])
            for record in [note, desk.action(event, "CLOSE"), desk.action(event, "REOPEN"), *([note] if rng.random() < 0.3 else [])]:
                desk.send(record)
        desk.deployment.flush()
        if part < kills:
            taken = len(desk.sql("select 1 from dossier_action"))
            wait_until(lambda: len(desk.sql("select 1 from dossier_action")) > taken, 60, "the service to work", 0.02)
            desk.service.kill()
            desk.service.start()
    desk.settle()
    shown = desk.shown(event["pseudonym"])
    assert sorted(n["text"] for n in shown["notes"]) == sorted(texts) and shown["state"] == "HAS_CONTENT"
    assert desk.statuses(event) == ["OPEN", "HAS_CONTENT"] + ["CLOSED", "HAS_CONTENT"] * len(texts)
    assert len(desk.read("--reader", "dr. Arts")) >= 3 * len(texts)


class Forger:
    """Somebody who may write to share.P1, with keys of its choice and the next number."""

    def __init__(self, desk, event):
        self.desk, self.event, self.deployment = desk, event, desk.deployment
        seed = (self.deployment.folder / "vault.signing_key_file").read_text(encoding="utf-8").split()[-1]
        self.vault, self.producer = wire.SigningKey(bytes.fromhex(seed)), Producer({"bootstrap.servers": self.deployment.stack.kafka, "log_level": 2})
        assert self.vault.public == self.deployment.vault_public["signing"]

    def number(self):
        """The kluis-seq that comes after what the vault has signed."""
        numbers = []
        for record in read_all(self.deployment.stack, ["share.P1"]):
            if record.partition == wire.partition_of(SILENT, self.deployment.partitions):
                try:
                    if wire.verify(record.value, "share", self.vault.public)[0] == "vault:vault":
                        numbers.append(tuple(map(int, record.headers["kluis-seq"].split("."))))
                except (ValueError, BadSignatureError):
                    pass
        return f"{max(numbers)[0]}.{max(numbers)[1] + 1}"

    def send(self, key, issuer="vault:vault", box=None, kind="share", **fields):
        payload = wire.seal(b"x" * 1024, (box or self.deployment.boxes["P1"]).public)
        record = {**self.event, "share_revision": self.event["share_revision"] + 1000, "payload": payload, **fields}
        self.producer.produce("share.P1", wire.sign(key, kind, issuer, wire.encode("ShareEvent", record)), record["pseudonym"],
                              wire.partition_of(SILENT, self.deployment.partitions), headers={"kluis-id": uuid.uuid4().hex, "kluis-seq": self.number()})
        assert self.producer.flush(30) == 0
        self.deployment.provider_passed("P1", read_all(self.deployment.stack, ["share.P1"]))


def test_a_share_that_no_trusted_vault_signed_is_quarantined_and_not_answered(site, desk, event):
    forger, before, statuses = Forger(desk, event), held(desk), desk.statuses(event)
    forger.send(wire.SigningKey())
    forger.send(forger.vault, issuer="vault:other")
    forger.send(forger.vault, kind="vault.commands")
    desk.settle()
    assert [c for (c,) in desk.sql("select code from quarantine where topic = 'share.P1'")] == ["BAD_SIGNATURE"] * 3
    assert b"event=share_quarantined code=BAD_SIGNATURE" in desk.service.logged().replace(b'"', b"")
    assert held(desk) == before and desk.statuses(event) == statuses


def test_a_share_for_somebody_elses_key_is_rejected_and_the_vault_is_told(site, desk, event):
    forger, before, statuses = Forger(desk, event), held(desk), desk.statuses(event)
    p2 = site.deployment.boxes["P2"]
    forger.send(forger.vault, box=p2)
    forger.send(forger.vault, box=p2, recipient_key_id=p2.key_id)
    forger.send(forger.vault, provider_id="P2")
    forger.send(forger.vault)
    desk.settle()
    assert held(desk) == before and desk.statuses(event) == statuses + ["REJECTED"] * 4
    errors = [wire.decode(wire.decode(r.value)[1]["body"])[1]["error"] for r in read_all(site.deployment.stack, ["dossier.status"])]
    assert [e for e in errors if e] == ["CANNOT_OPEN", "CANNOT_OPEN", "WRONG_RECEIVER", "UNREADABLE"]
    shares = len(desk.sql("select 1 from dossier_share"))
    assert site.deployment.share(SILENT, f"{SILENT}-5", "P1")["code"] == "ACCEPTED"
    wait_until(lambda: len(desk.sql("select 1 from dossier_share")) == shares + 1, 60, "the service to go on", 0.2)


def test_an_action_that_the_database_refuses_is_passed_over_and_the_next_one_done(desk, event):
    """Unlike a record of the vault: its sender sees that it was not done, and sends it again."""
    quarantined, notes = desk.quarantined(), len(desk.sql("select 1 from dossier_note"))
    desk.sql("alter table dossier_note add constraint refused check (author <> 'gif') not valid")
    bad = desk.send(desk.action(event, "NOTE", TEXT, actor="gif"))
    good = desk.send(desk.action(event, "NOTE", TEXT))
    desk.settle()
    assert desk.quarantined() == [*quarantined, "23514"] and desk.code(bad) is None and desk.code(good) == "APPLIED"
    assert len(desk.sql("select 1 from dossier_note")) == notes + 1
    desk.sql("alter table dossier_note drop constraint refused")
