"""What a provider holds of the shares it was sent, read out of its database with its own keys and opened here: one entry a share, by pseudonym."""

from collections import defaultdict, namedtuple

import psycopg
from nacl.bindings import crypto_aead_xchacha20poly1305_ietf_decrypt

import wire


Entry = namedtuple("Entry", "share_id state content notes")  # content: the SharedDossier; notes: their texts, oldest first


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
        """{pseudonym: [Entry]}."""
        found = defaultdict(list)
        with self.connection.transaction():
            self.connection.execute("set transaction isolation level repeatable read")
            rows = self.connection.execute("select d.pseudonym, d.wrapped_key, s.share_id, s.state, s.share_revision, s.employer_informed, s.sealed "
                                           "from dossier d left join dossier_share s using (pseudonym) order by s.share_id").fetchall()
            notes = self.connection.execute("select share_id, note_id, sealed from dossier_note order by number").fetchall()
        for pseudonym, wrapped, share_id, state, revision, informed, sealed in rows:
            shares = found[bytes(pseudonym)]
            if share_id is None:
                continue
            key = unwrapped(self.keys, b"dossier", pseudonym, wrapped)
            plain = opened(key, pseudonym + share_id + revision.to_bytes(8, "little"), sealed)
            name, content = wire.decode(plain, padded=True)
            assert name == "SharedDossier" and content["employer_informed"] == informed
            texts = [opened(key, pseudonym + share_id + note_id.encode(), text).decode() for of, note_id, text in notes if of == share_id]
            shares.append(Entry(bytes(share_id), state, content, texts))
        assert {of for of, _, _ in notes} <= {row[2] for row in rows}
        return dict(found)

    def action_code(self, command_id):
        """What came of a DossierAction; None as long as nothing did."""
        row = self.connection.execute("select code from dossier_action where command_id = %s", (command_id,)).fetchone()
        return row and row[0]

    def close(self):
        self.connection.close()
