"""Makes the corpora of the fuzz targets: what the contract's vectors hold, and messages as they really come, of people who do not exist.

usage: make_corpus.py FOLDER     (by deploy/fuzz --minimise, which keeps of them what reaches something new)
"""

import json
import random
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "system"))
import people  # noqa: E402
import wire  # noqa: E402

NOON = 1795345200000
DAY = 20544
HOUR = 3600000


def uuid(number):
    return f"0b9f8a3e-0000-4000-8000-{number:012d}"


def base(number, **fields):
    return dict(event_id=uuid(number), employer_id="E1", occurred_at=NOON - 86400000 + number, source_system="HR", **fields)


def employee(number):
    return "EmployeeEvent", wire.defaults("EmployeeEvent", **base(number, op="UPSERT", employee_key=f"K{number}", **people.identity(number, full=number % 2 == 0)))


def employment(number):
    return "EmploymentEvent", wire.defaults("EmploymentEvent", **base(
        number, op="UPSERT", employee_key="K1", employment_key=f"D{number % 3}", personnel_number=f"MS{number:03d}", start_date=DAY - 400, effective_date=DAY - 9 * number,
        department_code="A", department_name="Zorg", contract_hours_x100=3600, norm_hours_x100=4000))


def absence(number, op="START"):
    return "AbsenceEvent", wire.defaults("AbsenceEvent", **base(
        number, op=op, employee_key="K1", employment_key="D1", absence_key="A1", seq=number, first_day=DAY, mutation_date=DAY + number - 1,
        absence_pct_x100=10000 if number == 1 else 5000, recovered_on=DAY + 9 if op == "END" else None))


def unit(number):
    return "OrganisationUnitEvent", wire.defaults("OrganisationUnitEvent", **base(number, op="UPSERT", unit_code=f"U{number}", name="Afdeling", parent_code="U0"))


def events():
    made = [employee(n) for n in range(1, 5)] + [employment(n) for n in range(1, 4)] + [unit(1)]
    return made + [absence(1), absence(2, "MUTATE"), absence(3, "END"), absence(4, "CORRECT"), absence(5, "DELETE")]


def command(name, number, **fields):
    return name, wire.defaults(name, command_id=uuid(number), employer_id="E1", expires_at=NOON + HOUR, actor="j.jansen", **fields)


def commands():
    settings = {f["name"]: f["default"] for f in settings_fields() if "default" in f}
    profile = dict(name="Kaasfabriek", address=None, postcode=None, city="Edam", kvk_number=None)
    yield 0, command("ShareCommand", 1, provider_id="P1", employee_key="K1", kind="SICK_REPORT", reason="Toelichting", confirm=True)
    yield 0, command("ShareCommand", 2, provider_id="P9", employee_key="K1", kind="OPEN_CONSULT", reason="Vraag", confirm=False, absence_key="A1")
    yield 0, command("WithdrawCommand", 3, provider_id="P1", employee_key="K1", reason="Vergissing", wrong_person=True)
    yield 0, command("EraseCommand", 4, employee_key="K1", reason="Bewaartermijn")
    for signer, action in ((3, "ENABLE"), (2, "ENABLE"), (0, "ACCEPT"), (3, "ACTIVATE"), (0, "CHANGE_SETTINGS"), (0, "ADD_PROVIDER"), (0, "TERMINATE")):
        with_settings = action in ("CHANGE_SETTINGS", "ENABLE") and signer != 2
        yield signer, command("EmployerCommand", 5 + signer, action=action, provider_ids=["P1"] if action == "ENABLE" else [],
                              profile=profile if signer == 3 else None, settings=settings if with_settings else None)


def settings_fields():
    for field in wire.SCHEMAS.raw["EmployerCommand"]["fields"]:
        if field["name"] == "settings":
            return next(kind for kind in field["type"] if isinstance(kind, dict))["fields"]
    raise LookupError("EmployerCommand.settings")


def others():
    yield 1, command("CareRequest", 21, provider_id="P1", kind="WALK_IN", identifiers=bytes(80), confirm_share=True)
    yield 2, ("DossierStatus", wire.defaults("DossierStatus", status_id=uuid(22), employer_id="E1", provider_id="P1", share_id=bytes(range(16)),
                                             pseudonym=bytes(range(16, 32)), state="OPEN", share_revision=1, error=None, changed_at=NOON))


def shares():
    yield "ShareEvent", wire.defaults("ShareEvent", provider_id="P1", employer_id="E1", share_id=bytes(range(16)), pseudonym=bytes(range(16, 32)),
                                      share_revision=2, recipient_key_id=bytes(8), payload=bytes(100))
    for cause, action in (("WITHDRAWN", "DELETE_DOSSIER"), ("PROVIDER_ENDED", "DETACH")):
        yield "ShareRevocation", wire.defaults("ShareRevocation", provider_id="P1", employer_id="E1", share_id=bytes(range(16)), pseudonym=bytes(range(16, 32)),
                                               share_revision=3, cause=cause, action=action, revoked_at=NOON)


def decode_seeds():
    for record in wire.vectors()["records"]:
        yield bytes.fromhex(record["encoded"])
    for name, record in events() + [c for _, c in commands()] + [o for _, o in others()]:
        yield wire.encode(name, record)


def command_seeds():
    keys = [wire.SigningKey(bytes([n + 1]) * 32) for n in range(4)]
    issuers = ["employer:E1", "employer:E2", "provider:P1", "operator:O1"]
    kinds = ["vault.commands", "care.requests", "dossier.status"]
    states = {"ENABLE": 0, "ACCEPT": 1, "ACTIVATE": 2}
    for signer, (name, record) in commands():
        body = wire.encode(name, record)
        yield bytes([0, signer, states.get(record.get("action"), 4), 0, 3]) + body
        yield bytes([1, signer, states.get(record.get("action"), 4), 0, 0]) + wire.sign(keys[signer], kinds[0], issuers[signer], body)
    for kind, (name, record) in others():
        body = wire.encode(name, record)
        yield bytes([kind * 2, 2, 4, 0, 0]) + body
        yield bytes([kind * 2 + 1, 2, 4, 0, 0]) + wire.sign(keys[2], kinds[kind], issuers[2], body)


def share_seeds():
    key = wire.SigningKey(bytes([5]) + bytes(31))
    for name, record in shares():
        body = wire.encode(name, record)
        yield bytes([2, 9, 1, 0, 1, 1]) + body
        yield bytes([1, 0, 0, 0, 0, 0]) + wire.sign(key, "share", "vault:V1", body)


def zigzag(value):
    value, out = (value << 1) ^ (value >> 63), bytearray()
    while value > 127:
        out.append(value & 127 | 128)
        value >>= 7
    return bytes(out) + bytes([value])


def frame(topic, partition, key, value, number, reason=None):
    def text(view):
        return zigzag(-1) if view is None else zigzag(len(view)) + view
    return text(topic) + zigzag(partition) + text(key) + text(value) + text(uuid(number).encode()) + text(reason) + zigzag(1) + zigzag(number)


def outbox_seeds():
    key = bytes(range(32))
    one = frame(b"population.P1", 3, key, wire.encode(*unit(1)), 1)
    yield b"\x01"
    yield b"\x01" + one
    yield b"\x01" + one + frame(b"population.P1", 3, key, None, 2, b"ERASED") + frame(b"vault.results", 0, b"E1", b"", 70000)


def config_seeds():
    yield b"\0# made up\ntext = a # b\nbounded = \"a\\\"b\"\npath=keys/x\nnumber = -5\nduration=2h\nflag = on\nkafka.bootstrap.servers = a:1,b:2\n"
    yield b"\0duration = 10ms\r\nkafka.a = \"x # y\"  # z\n\n"
    yield b"\1database = dbname=vault\ninstance = vault-2\ntest_deployment = yes\npartitions = 12\n"
    yield b"\2provider_id = P1\ndatabase = dbname=provider\nmaster_key_file = /etc/master.keys\n"


def text_seeds():
    texts = ["7234567890-1:1:42", "1.4711", uuid(1), "00ffAB", "2026-02-28", "2026-01-31T09:00:00.5+01:00", "population.P1", "employer:E1",
             "111222333", "1234 ab", "19800517", "Zandbergen"]
    for which, text in enumerate(texts):
        yield bytes([which]) + text.encode()
    yield bytes([5]) + b"2026-01-31T09:00:00Z"
    yield bytes([6]) + b"hr.events"
    yield bytes([8]) + people.iban(1).encode()


def as_json(value):
    if isinstance(value, bytes):
        return value.hex()
    raise TypeError(type(value))


def publish_seeds():
    for name, record in events():
        yield json.dumps({"type": name, **record}, default=as_json, ensure_ascii=False).encode()
    yield b'{"type":"AbsenceEvent","employer_id":"E1","source_system":"HR","occurred_at":"2026-01-01T00:00:00Z","op":"START","employee_key":"K",' \
          b'"employment_key":"D","absence_key":"A","seq":1,"first_day":"2026-01-01","mutation_date":"2026-01-01","absence_pct_x100":10000}'
    yield b'{"type":"SnapshotMarker","employer_id":"E1","source_system":"HR","snapshot_id":"' + uuid(3).encode() + b'","op":"BEGIN"}'


def fold_seeds():
    rng = random.Random(4)
    for n in range(12):
        yield bytes([n % 2]) + rng.randbytes(60 + 30 * n)
    for pick, (name, record) in enumerate(events()):
        body = wire.encode_body(name, record)[:398]
        index = ["EmployeeEvent", "EmploymentEvent", "AbsenceEvent", "OrganisationUnitEvent", "SnapshotMarker"].index(name)
        yield bytes([0, 4, index, (len(body) + 1) // 2]) + body.ljust((len(body) + 1) // 2 * 2, b"\0") + bytes([15, pick, 0])


def main(folder):
    makers = {"decode": decode_seeds, "command": command_seeds, "share": share_seeds, "outbox": outbox_seeds, "config": config_seeds,
              "text": text_seeds, "publish": publish_seeds, "fold": fold_seeds}
    for target, make in makers.items():
        place = Path(folder) / target
        place.mkdir(parents=True, exist_ok=True)
        for number, seed in enumerate(make()):
            (place / f"seed-{number:02d}").write_bytes(seed)


if __name__ == "__main__":
    main(sys.argv[1])
