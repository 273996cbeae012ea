"""A provider's desk: what its users do to dossiers, by the command line or by actions of an independent client."""

import json
import time
import uuid

import wire
from reader import read_all
from stack import wait_until


class Desk:
    """The users of one provider of a site (care.Site)."""

    def __init__(self, site, provider="P1"):
        self.site, self.deployment, self.provider = site, site.deployment, provider
        self.service = site.deployment.provider[provider]
        self.database = f"{site.deployment.name}-{provider.lower()}"
        self.topic = f"provider.commands.{provider}"

    # by the command line

    def say(self, *arguments, text=None, check=True):
        return self.service.cli(*arguments, text=text, check=check)

    def note(self, pseudonym, text, *arguments, check=True):
        """Writes a note; returns (code, its id)."""
        done = self.say("dossier", "note", pseudonym.hex(), "--actor", "dr. Arts", *arguments, text=text, check=check)
        return tuple(done.stdout.split())

    def do(self, verb, pseudonym, *arguments):
        """The code that came of a close, reopen or delete-note."""
        return self.say("dossier", verb, pseudonym.hex(), "--actor", "dr. Arts", *arguments, check=False).stdout.split()[0]

    def dossiers(self):
        return {d["pseudonym"]: d for d in json.loads(self.say("dossier", "list", "--json", "--reader", "tester").stdout)}

    def shown(self, pseudonym, reader="tester"):
        """The dossier as its reader sees it; None where there is none."""
        done = self.say("dossier", "show", pseudonym.hex(), "--json", "--reader", reader, check=False)
        return json.loads(done.stdout) if done.returncode == 0 else None

    def find(self, reader="tester", **terms):
        """Pseudonyms of what is found by a name, a birth date, or both."""
        return [d["pseudonym"] for d in json.loads(self.say("dossier", "find", "--json", "--reader", reader, text=json.dumps(terms)).stdout)]

    def read(self, *arguments):
        """The access log, as (reader, action, pseudonym)."""
        log = json.loads(self.say("access-log", "--json", *arguments).stdout)
        return [(entry["reader"], entry["action"], entry["pseudonym"]) for entry in log]

    def has(self, event):
        """Waits until what came with a ShareEvent is in a dossier."""
        wait_until(lambda: self.sql("select 1 from dossier_share where share_id = %s", event["share_id"]), 60, "the dossier", 0.2)
        return event

    # by an independent client

    def action(self, event, action, note=None, **fields):
        """A DossierAction under the share of a ShareEvent; `note` is sealed to the provider."""
        sealed = wire.seal(note.encode(), self.deployment.boxes[self.provider].public) if note is not None else None
        return {"command_id": str(uuid.uuid4()), "employer_id": event["employer_id"], "expires_at": int(time.time() * 1000) + 3600000,
                "actor": "dr. Arts", "pseudonym": event["pseudonym"], "share_id": event["share_id"], "action": action, "note": sealed, **fields}

    def send(self, record, issuer=None, key=None, kind="provider.commands", partition=None, record_key=None):
        """Signs an action and publishes it; returns its command_id."""
        data = wire.sign(key or self.deployment.provider_key(self.provider), kind, issuer or f"provider:{self.provider}",
                         wire.encode("DossierAction", record))
        self.deployment.produce(self.topic, record_key or record["employer_id"], data, partition)
        return record["command_id"]

    def settle(self):
        """Until the provider has taken all actions, and the vault what was said of them."""
        self.deployment.flush()
        self.deployment.provider_passed(self.provider, read_all(self.deployment.stack, [self.topic]))
        self.site.settle()

    def code(self, command_id):
        """What came of an action; None as long as nothing did."""
        found = self.sql("select code from dossier_action where command_id = %s", command_id)
        return found[0][0] if found else None

    def quarantined(self):
        return [code for (code,) in self.sql("select code from quarantine where topic = %s order by number", self.topic)]

    def statuses(self, event):
        """The states that the vault was told of a share, in order; each is signed by this provider."""
        out = []
        for record in read_all(self.deployment.stack, ["dossier.status"]):
            if wire.decode(wire.decode(record.value)[1]["body"])[1]["share_id"] == event["share_id"]:
                issuer, _, status, _ = wire.verify(record.value, "dossier.status", self.deployment.provider_signing(self.provider))
                assert issuer == f"provider:{self.provider}" and status["pseudonym"] == event["pseudonym"]
                out.append(status["state"])
        return out

    def sql(self, query, *values):
        return self.deployment.stack.sql(query, self.database, values)
