"""The wire format, written from contract/README.md alone: schemas, single-object encoding, murmur2, signatures, seals."""

import hashlib
import io
import json
import os
import struct
from pathlib import Path

import fastavro
import fastavro.schema
from nacl.bindings import (crypto_box_seal, crypto_box_seal_open, crypto_scalarmult_base,
                           crypto_sign, crypto_sign_open, crypto_sign_seed_keypair)

ROOT = Path(__file__).resolve().parents[2]
SCHEMA_FOLDER = ROOT / "schemas"
MAGIC = b"\xc3\x01"
MAX_MESSAGE = 262144


def vectors():
    return json.loads((SCHEMA_FOLDER / "vectors.json").read_text())


def _crc_table():
    table = []
    for byte in range(256):
        crc = byte
        for _ in range(8):
            crc = (crc >> 1) ^ (0xC15D213AA4D7A795 & -(crc & 1))
        table.append(crc & 0xFFFFFFFFFFFFFFFF)
    return table


_CRC_TABLE = _crc_table()


def crc64_avro(data):
    """CRC-64-AVRO (Rabin) of bytes, as the Avro specification has it."""
    crc = 0xC15D213AA4D7A795
    for byte in data:
        crc = (crc >> 8) ^ _CRC_TABLE[(crc ^ byte) & 0xFF]
    return crc


def fingerprint(schema):
    """The eight bytes that stand on the wire for a schema (a dict as in the .avsc file)."""
    canonical = fastavro.schema.to_parsing_canonical_form(schema)
    return struct.pack("<Q", crc64_avro(canonical.encode()))


class Schemas:
    """Every record schema of the contract, by name and by fingerprint."""

    def __init__(self, folder=None):
        self.by_name, self.by_fingerprint, self.raw, self.fingerprints = {}, {}, {}, {}
        for path in sorted(Path(folder or SCHEMA_FOLDER).glob("*.avsc")):
            raw = json.loads(path.read_text())
            name = raw["name"]
            self.raw[name] = raw
            self.by_name[name] = fastavro.parse_schema(raw)
            self.fingerprints[name] = fingerprint(raw)
            self.by_fingerprint[self.fingerprints[name]] = name


SCHEMAS = Schemas()


def encode_body(name, record):
    out = io.BytesIO()
    fastavro.schemaless_writer(out, SCHEMAS.by_name[name], record)
    return out.getvalue()


def encode(name, record):
    """Single-object encoding of a record by the contract's schema."""
    return MAGIC + SCHEMAS.fingerprints[name] + encode_body(name, record)


def decode(data, padded=False):
    """(schema name, record) of a single-object encoding; what follows it must be nothing, or zero bytes when padded."""
    if data[:2] != MAGIC:
        raise ValueError("no single-object encoding")
    name = SCHEMAS.by_fingerprint[bytes(data[2:10])]
    stream = io.BytesIO(data)
    stream.seek(10)
    record = fastavro.schemaless_reader(stream, SCHEMAS.by_name[name])
    rest = data[stream.tell():]
    if rest if not padded else rest.strip(b"\0"):
        raise ValueError("trailing bytes")
    return name, record


def defaults(name, /, **fields):
    """A record of the schema with every default of it, and these fields."""
    record = {f["name"]: f["default"] for f in SCHEMAS.raw[name]["fields"] if "default" in f}
    record.update(fields)
    return record


def murmur2(data):
    """The hash of the Java client's default partitioner, as a signed 32-bit integer."""
    m, length = 0x5BD1E995, len(data)
    h = (0x9747B28C ^ length) & 0xFFFFFFFF
    whole = length & ~3
    for (k,) in struct.iter_unpack("<I", data[:whole]):
        k = (k * m) & 0xFFFFFFFF
        k ^= k >> 24
        k = (k * m) & 0xFFFFFFFF
        h = ((h * m) & 0xFFFFFFFF) ^ k
    rest = data[whole:]
    if len(rest) == 3:
        h ^= rest[2] << 16
    if len(rest) >= 2:
        h ^= rest[1] << 8
    if rest:
        h = ((h ^ rest[0]) * m) & 0xFFFFFFFF
    h ^= h >> 13
    h = (h * m) & 0xFFFFFFFF
    h ^= h >> 15
    return h - (1 << 32) if h & 0x80000000 else h


def partition_of(key, count):
    key = key.encode() if isinstance(key, str) else key
    return (murmur2(key) & 0x7FFFFFFF) % count


def blake2b(data, size=32):
    return hashlib.blake2b(data, digest_size=size).digest()


def key_id(public_key):
    return blake2b(public_key)[:8]


def marker_key(employer_id):
    """Key of a PopulationMarker."""
    return bytes(16) + blake2b(employer_id.encode())[:16]


def unit_key(employer_id, unit_code):
    """Key of a PopulationUnit."""
    return bytes(16) + blake2b(employer_id.encode() + b"\0" + unit_code.encode())[:16]


class SigningKey:
    """An Ed25519 pair from its 32-byte seed."""

    def __init__(self, seed=None):
        self.seed = seed or os.urandom(32)
        self.public, self._secret = crypto_sign_seed_keypair(self.seed)
        self.key_id = key_id(self.public)

    def detached(self, message):
        return crypto_sign(message, self._secret)[:64]


class BoxKey:
    """An X25519 pair from its 32-byte secret."""

    def __init__(self, secret=None):
        self.secret = secret or os.urandom(32)
        self.public = crypto_scalarmult_base(self.secret)
        self.key_id = key_id(self.public)

    def open(self, sealed):
        return crypto_box_seal_open(sealed, self.public, self.secret)


def seal(plain, public_key):
    return crypto_box_seal(plain, public_key)


def signed_text(kind, issuer, body):
    return b"kluis.v1.signed\0" + kind.encode() + b"\0" + issuer.encode() + b"\0" + body


def sign(key, kind, issuer, body):
    """A Signed record, encoded, around the encoded body, for this kind of topic."""
    return encode("Signed", {"issuer": issuer, "key_id": key.key_id, "body": body,
                             "signature": key.detached(signed_text(kind, issuer, body))})


def verify(data, kind, public_key):
    """(issuer, name, record, body) of a Signed that this public key signed for this kind of topic; raises otherwise."""
    name, signed = decode(data)
    if name != "Signed" or signed["key_id"] != key_id(public_key):
        raise ValueError("not signed by that key")
    crypto_sign_open(signed["signature"] + signed_text(kind, signed["issuer"], signed["body"]), public_key)
    inner, record = decode(signed["body"])
    return signed["issuer"], inner, record, signed["body"]
