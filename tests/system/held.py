"""What a provider holds of the shares it was sent, read out of its database with its own keys and opened here: one entry a share, by pseudonym."""

from collections import defaultdict

import psycopg
from nacl.bindings import crypto_aead_xchacha20poly1305_ietf_decrypt

import wire


def master_keys(path):
    """{epoch: key} of a key file."""
    return {int(epoch): bytes.fromhex(key) for epoch, key in (line.split() for line in path.read_text().splitlines() if line.strip())}


def opened(key, aad, sealed):
    """A sealed text: format byte, key epoch, 24 bytes of nonce, ciphertext."""
    assert sealed[0] == 1
    return crypto_aead_xchacha20poly1305_ietf_decrypt(sealed[29:], sealed[:5] + aad, sealed[5:29], key)


def unwrapped(keys, purpose, subject, wrapped):
    return opened(keys[int.from_bytes(wrapped[1:5], "big")], b"kluis.v1.wrap\0" + purpose + b"\0" + subject, wrapped)


class Held:
    """The dossiers of one provider of a deployment."""

    def __init__(self, deployment, provider):
        self.keys = master_keys(deployment.folder / f"{provider}.master_key_file")
        self.connection = psycopg.connect(deployment.stack.conninfo(f"{deployment.name}-{provider.lower()}"), autocommit=True)

    def dossiers(self):
        """{pseudonym: [(state, employer_informed, SharedDossier)]}, of one moment."""
        found = defaultdict(list)
        rows = self.connection.execute("select d.pseudonym, d.wrapped_key, s.share_id, s.state, s.share_revision, s.employer_informed, s.sealed "
                                       "from dossier d left join dossier_share s using (pseudonym) order by s.share_id").fetchall()
        for pseudonym, wrapped, share_id, state, revision, informed, sealed in rows:
            shares = found[bytes(pseudonym)]
            if share_id is None:
                continue
            key = unwrapped(self.keys, b"dossier", pseudonym, wrapped)
            plain = opened(key, pseudonym + share_id + revision.to_bytes(8, "little"), sealed)
            name, content = wire.decode(plain, padded=True)
            assert name == "SharedDossier" and content["employer_informed"] == informed
            shares.append((state, content))
        return dict(found)

    def close(self):
        self.connection.close()
