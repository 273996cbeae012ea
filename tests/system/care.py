"""A provider that asks whom it has in front of it, and the employers whom it asks of."""

import random
import time
import uuid

import clock
import history
import people
import wire
from model import Model
from population import Population
from reader import Tail, read_all
from stack import wait_until

SILENT, LINE, PLAIN = "C1", "C2", "C3"  # employers: that agreed to nothing, that agreed to the sick line, whose limits are reached
START, NAME = people.days(2014, 3, 1), "Bakkerij De Korenaar"
NOW = int(time.time() * 1000)
TODAY = clock.amsterdam_day(NOW)


class Site:
    """Employers with a few employees each, one pair of them alike but for the BSN; and a provider that asks."""

    def __init__(self, deployment):
        self.deployment, self.model, self.folded = deployment, Model(deployment.partitions), 0
        self.log, self.makers, self.people = Tail(deployment.stack, ["hr.events"]), {}, {}
        self.signing = wire.SigningKey(bytes.fromhex((deployment.folder / "P1.signing_key_file").read_text().split()[-1]))
        for employer_id in (SILENT, LINE, PLAIN):
            settings = {"provider_reporting": employer_id == LINE}
            deployment.enable(employer_id, ["P1"], settings, name=NAME)
            self.model.enable(employer_id, ["P1"], settings)
            self.makers[employer_id] = history.Maker(employer_id, random.Random(employer_id))
            for n in range(8):
                self.hire(employer_id, f"{employer_id}-{n}", people.identity(800000 + 100 * int(employer_id[1]) + n, full=True))
        twin = {**self.people[f"{SILENT}-0"], "bsn": people.bsn(899999)}
        self.hire(SILENT, "twin", twin)
        self.settle()
        deployment.activate(SILENT, LINE, PLAIN)

    def hire(self, employer_id, key, identity):
        self.people[key] = identity
        maker = self.makers[employer_id]
        self.deployment.deliver([maker.employee(NOW - 90000, key, identity),
                                 maker.employment(NOW - 80000, key, "1", START, personnel_number=key),
                                 maker.absence(NOW - 60000, key, f"A-{key}", 1, "START", TODAY - 40)])

    def say(self, *events):
        self.deployment.deliver(events)
        self.settle()

    def settle(self):
        self.deployment.settle()
        self.log.to_end()
        for record in self.log.records[self.folded:]:
            self.model.take(record)
        self.folded = len(self.log.records)

    def told(self, key, **fields):
        """What the person of that key says of itself: the least, and these fields."""
        identity = self.people[key]
        home = next(a for a in identity["addresses"] if a["kind"] == "HOME")
        return wire.defaults("CareIdentifiers", **{"birth_date": identity["birth_date"], "postcode": home["postcode"], **fields})

    def request(self, identifiers, employer_id=SILENT, kind="WALK_IN", confirm_share=False, sealed=None, signing=None, partition=None, **fields):
        record = {"command_id": str(uuid.uuid4()), "employer_id": employer_id, "actor": "dr. Arts", "provider_id": "P1",
                  "expires_at": int(time.time() * 1000) + 3600000, "kind": kind, "confirm_share": confirm_share,
                  "identifiers": sealed or wire.seal(wire.encode("CareIdentifiers", identifiers), self.deployment.vault_public["box"]), **fields}
        data = wire.sign(signing or self.signing, "care.requests", "provider:P1", wire.encode("CareRequest", record))
        self.deployment.produce("care.requests", employer_id, data, partition)
        return record["command_id"]

    def ask(self, identifiers, *args, **fields):
        return self.answer(self.request(identifiers, *args, **fields))

    def answer(self, command_id):
        self.deployment.flush()
        tail = self.deployment.tail
        found = tail.wait(lambda r: r.topic == "care.results.P1" and r.value and r.key.decode() == command_id, 60, f"the answer to {command_id}")
        self.last = found
        return found.decoded()[1]

    def outcome(self, *args, **fields):
        return self.ask(*args, **fields)["outcome"]

    def pseudonym(self, key, employer_id=SILENT):
        numbers = Population("P1", self.deployment.population("P1"), self.deployment.partitions).pseudonyms_by_number(employer_id)
        (found,) = numbers[key]
        return found

    def shared(self, pseudonym):
        return [(name, body, opened) for name, body, opened, _ in self.deployment.shares("P1") if body["pseudonym"] == pseudonym]

    def say_status(self, event, state):
        """A DossierStatus as P1's service would send it once somebody wrote in the dossier or closed it: after its own, of the event."""
        wait_until(lambda: self.has_answered(event), 60, "the provider's own status of the share", 0.1)
        status = {"status_id": str(uuid.uuid4()), "employer_id": event["employer_id"], "provider_id": "P1", "share_id": event["share_id"],
                  "pseudonym": event["pseudonym"], "state": state, "share_revision": event["share_revision"], "error": None, "changed_at": NOW}
        body = wire.encode("DossierStatus", status)
        self.deployment.produce("dossier.status", event["employer_id"], wire.sign(self.signing, "dossier.status", "provider:P1", body))
        self.deployment.settle()

    def has_answered(self, event):
        said = (wire.decode(wire.decode(r.value)[1]["body"])[1] for r in read_all(self.deployment.stack, ["dossier.status"]))
        return any(s["share_id"] == event["share_id"] and s["share_revision"] >= event["share_revision"] for s in said)

    def employer_side(self):
        """High watermarks of all that the employer's side may read."""
        return self.deployment.ends(["vault.results", "vault.reports"])
