"""The client's own wire format against the contract's independent vectors; needs no stack."""

import fastavro.schema
import pytest

import wire

VECTORS = wire.vectors()


def plain(value):
    """A vector's value with {hex} as bytes."""
    if isinstance(value, dict):
        return bytes.fromhex(value["hex"]) if set(value) == {"hex"} else {k: plain(v) for k, v in value.items()}
    return [plain(v) for v in value] if isinstance(value, list) else value


@pytest.mark.parametrize("vector", VECTORS["records"], ids=lambda v: v["schema"])
def test_a_record_encodes_as_its_vector_and_decodes_back(vector):
    name = vector["schema"]
    assert wire.SCHEMAS.fingerprints[name].hex() == vector["fingerprint_wire"]
    encoded = wire.encode(name, plain(vector["value"]))
    assert encoded.hex() == vector["encoded"]
    assert wire.decode(encoded) == (name, plain(vector["value"]))
    with pytest.raises(ValueError):
        wire.decode(encoded + b"\0")


def test_own_crc_is_the_librarys():
    for raw in wire.SCHEMAS.raw.values():
        canonical = fastavro.schema.to_parsing_canonical_form(raw)
        theirs = fastavro.schema.fingerprint(canonical, "CRC-64-AVRO")
        assert wire.fingerprint(raw).hex() in (theirs, bytes.fromhex(theirs)[::-1].hex())
    assert wire.crc64_avro(b"") == 0xC15D213AA4D7A795


@pytest.mark.parametrize("vector", VECTORS["murmur2"], ids=lambda v: v["key"])
def test_murmur2_places_a_key_as_the_java_client(vector):
    assert wire.murmur2(vector["key"].encode()) == vector["hash"]
    assert wire.partition_of(vector["key"], 12) == vector["partition_of_12"]


def test_a_signature_is_the_vectors_and_a_changed_body_fails():
    vector = VECTORS["signed"]
    key = wire.SigningKey(bytes.fromhex(vector["ed25519_seed"]))
    assert (key.public.hex(), key.key_id.hex()) == (vector["public_key"], vector["key_id"])
    body = bytes.fromhex(vector["body"])
    data = wire.sign(key, vector["topic_kind"], vector["issuer"], body)
    assert wire.decode(data)[1]["signature"].hex() == vector["signature"]
    assert wire.verify(data, vector["topic_kind"], key.public)[0] == vector["issuer"]
    with pytest.raises(Exception):
        wire.verify(data, "share", key.public)
    with pytest.raises(Exception):
        wire.verify(data[:-1] + bytes([data[-1] ^ 1]), vector["topic_kind"], key.public)


def test_a_sealed_box_opens_with_the_receivers_key():
    vector = VECTORS["sealed"]
    key = wire.BoxKey(bytes.fromhex(vector["x25519_secret"]))
    assert (key.public.hex(), key.key_id.hex()) == (vector["x25519_public"], vector["recipient_key_id"])
    assert key.open(bytes.fromhex(vector["sealed"])).hex() == vector["plain"]
    with pytest.raises(Exception):
        wire.BoxKey().open(bytes.fromhex(vector["sealed"]))


def test_zero_padding_is_read_past_and_nothing_else_is():
    data = wire.encode("CareIdentifiers", wire.defaults("CareIdentifiers", bsn="123456782"))
    assert wire.decode(data + bytes(900), padded=True)[1]["bsn"] == "123456782"
    with pytest.raises(ValueError):
        wire.decode(data + bytes(900) + b"x", padded=True)
