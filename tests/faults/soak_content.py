"""What the soak delivers, and how it is judged without keeping it: one expectation per employee, one chained digest per partition.

Of a tenth of the employees each change is told once and begins a segment of its own: an event that is passed over is missing for ever. The others' events
come again and again."""

import hashlib
import time
import uuid
from collections import Counter

import history
import ledger
import people
import wire
from checker import canaries, revisions
from follower import Follower, reading
from quiet import check_quiet
from reader import Tail
from sampler import beyond
from search import Tokens, unhexed
from stack import wait_until
from world import now

START = people.days(2018)
HAYSTACK_BYTES = 64 * 1024 * 1024


class SoakContent:
    """employees over the employers; `next` gives a re-delivery nine times of ten, else a changed employment, now and then a share by command.

    people: of the first forty employees what nobody else may read."""

    def __init__(self, deployment, employers, rng, first_number, employees=20000):
        self.deployment, self.rng, self.employers, self.count = deployment, rng, list(employers), employees
        self.makers = {e: history.Maker(e, rng) for e in employers}
        self.first_number, self.version = first_number, [0] * employees
        self.said, self.identity, self.at = [None] * employees, [None] * employees, [0] * employees
        self.commands, self.poisoned, self.requests, self.shared, self.people = {}, {}, {}, 0, []

    def told_once(self, n):
        return n < self.count // 10

    def cost_centres(self, n):
        """Of the segments that an employee must have at the end."""
        return tuple(f"C{v}" for v in range(self.version[n] + 1)) if self.told_once(n) else (f"C{self.version[n]}",)

    def employer(self, n):
        return self.employers[n % len(self.employers)]

    def _employment(self, n):
        self.at[n] = max(now(), self.at[n] + 1)  # of two changes in one millisecond the greater event_id would stand
        since = START + self.version[n] if self.told_once(n) else START
        _, event = self.makers[self.employer(n)].employment(self.at[n], f"K{n}", "1", START, since, personnel_number=f"N{n}",
                                                            cost_centre=f"C{self.version[n]}", department_name="Afdeling 1")
        self.said[n] = wire.encode("EmploymentEvent", event)
        return event

    def first(self):
        """Everybody's first events; called again the same content as new events, of which the vault writes nothing if it holds it."""
        for n in range(self.count):
            name, event = self.makers[self.employer(n)].employee(now(), f"K{n}", people.identity(self.first_number + n))
            self.identity[n] = wire.encode(name, event)
            if len(self.people) < 40:
                self.people.append(event)
            yield name, event
            yield "EmploymentEvent", self._employment(n)

    again = first

    def next(self):
        draw, n = self.rng.random(), self.rng.randrange(self.count)
        if draw < 0.1:
            self.version[n] += 1
            self._employment(n)
        elif draw < 0.1003 and self.shared < self.count // 4:
            yield self._share(self.shared)
            self.shared += 1
        elif self.told_once(n):
            n = self.rng.randrange(self.count // 10, self.count)
        yield "hr.events", self.employer(n), self.identity[n] if draw > 0.8 else self.said[n]

    def _share(self, n):
        employer_id = self.employer(n)
        command = wire.defaults("ShareCommand", command_id=str(uuid.UUID(int=self.rng.getrandbits(128), version=4)), employer_id=employer_id, actor="tester",
                                expires_at=int(time.time() * 1000) + 3600000, provider_id=self.deployment.providers[n % 2], employee_key=f"K{n}",
                                kind="SICK_REPORT", reason="tijdens de proef", confirm=True)
        issuer = f"employer:{employer_id}"
        self.commands[command["command_id"]] = command["provider_id"]
        return "vault.commands", employer_id, wire.sign(self.deployment.keys[issuer], "vault.commands", issuer, wire.encode("ShareCommand", command))


class Chains:
    """Of each partition how many records, the last one's offset, and a digest of all in order; and each writer's numbers, which must be dense."""

    def __init__(self):
        self.chains, self.last, self.findings, self.counts = {}, {}, [], Counter()

    def keep(self, one):
        place = (one.topic, one.partition)
        digest = hashlib.blake2b(self.chains.get(place, (0, 0, b""))[2] + repr(one).encode(), digest_size=16).digest()
        self.chains[place] = (self.chains.get(place, (0,))[0] + 1, one.offset, digest)
        writer = (*place, one.writer)
        if one.seq != f"1.{self.last.get(writer, 0) + 1}":
            self.findings.append(f"{one.topic}/{one.partition}@{one.offset}: kluis-seq {one.seq}, expected 1.{self.last.get(writer, 0) + 1}")
        self.last[writer] = self.last.get(writer, 0) + 1


class ChainFollower(Follower):
    """Keeps chains instead of readings."""

    def __init__(self, stack, topics):
        super().__init__(stack, topics)
        self.chains = Chains()

    def keep(self, record):
        self.chains.keep(reading(record))


class Fresh:
    """A fresh reader over everything, which keeps what is latest of each key, each kluis-id's digest, and the answers to commands."""

    def __init__(self, plant):
        self.plant, self.chains, self.population, self.answers, self.findings = plant, Chains(), {}, Counter(), []
        self.revisions, self.statuses, self.haystack, self.tokens = {}, [], [], Tokens(plant.content.people)
        for topic in plant.topics:
            self._read(topic)

    def _read(self, topic):
        tail, ids, quiet = Tail(self.plant.deployment.stack, [topic]), set(), 0
        try:
            while quiet < 10:
                records = tail.poll(0.5)
                quiet = 0 if records else quiet + 1
                for record in records:
                    self._take(record, ids)
                tail.records.clear()
                self._search(topic, HAYSTACK_BYTES)
            self._search(topic, 1)
        finally:
            tail.close()

    def _search(self, what, least):
        """Looks for what nobody else may read in what has been kept for that, once that is so many bytes."""
        if sum(map(len, self.haystack)) >= least:
            self.findings += canaries(self.tokens, [(what, b"\n".join(self.haystack))])
            self.haystack.clear()

    def search(self, what, data):
        self.haystack.append(data)
        self._search(what, 1)

    def _take(self, record, ids):
        one = reading(record)
        self.haystack += [record.key or b"", record.value or b""]
        self.chains.keep(one)
        if one.id in ids or not one.id:
            self.findings.append(f"kluis-id {one.id} stands twice in {one.topic}")
        ids.add(one.id)
        if record.topic.startswith("population.") and record.value is not None:
            name, value = record.decoded()
            if name == "PopulationEmployment":
                if value["revision"] != self.revisions.get((record.topic, value["pseudonym"]), 1 << 40) + 1:
                    self.findings.append(f"{record.topic}: revision {value['revision']} is not the next")
                self.revisions[record.topic, value["pseudonym"]] = value["revision"]
                self.population[record.topic, record.key] = (value["employer_id"], value["personnel_number"],
                                                             tuple(s["cost_centre"] for s in value["segments"]), value["revision"])
        elif record.topic == "dossier.status":
            self.statuses.append(record)
        elif record.topic == "vault.results":
            name, value = record.decoded()
            if name == "CommandResult" and value["command_id"] in self.plant.content.commands:
                self.answers[value["command_id"], value["code"]] += 1


def judge(plant):
    """What is wrong at the end; [] where everything is exact."""
    plant.rest(900)
    findings = check_quiet(plant, 120)
    for provider in plant.deployment.providers:
        _wait_for_provider(plant, provider)
    findings += check_quiet(plant, 120)
    fresh, content = Fresh(plant), plant.content
    findings += [f"K > P: {s}" for s in beyond(plant.sampler.wrong)] + fresh.findings + fresh.chains.findings
    plant.follower.catch_up({place: chain[1] + 1 for place, chain in fresh.chains.chains.items()}, 300)
    findings += plant.follower.chains.findings
    findings += [f"the two readers differ on {place}" for place, chain in fresh.chains.chains.items() if plant.follower.chains.chains.get(place) != chain]
    given = ledger.given_numbers(plant)
    findings += [f"{place}: {fresh.chains.last.get(place, 0)} readable, {given.get(place, 0)} committed" for place in {*given, *fresh.chains.last}
                 if given.get(place, 0) != fresh.chains.last.get(place, 0)]
    expected = Counter((content.employer(n), f"N{n}", content.cost_centres(n)) for n in range(content.count))
    for provider in plant.deployment.providers:
        topic = f"population.{provider}"
        told = Counter(v[:3] for (t, _), v in fresh.population.items() if t == topic)
        findings += _difference(f"{topic}", told, expected)
        rows = plant.positions[provider].sql("select employer_id, personnel_number, segments, revision from population_employment")
        findings += _difference(f"{provider}'s table", Counter((r[0], r[1], tuple(s["cost_centre"] for s in r[2]), r[3]) for r in rows),
                                Counter(v for (t, _), v in fresh.population.items() if t == topic))
        findings += _dossiers(plant, provider, fresh)
    findings += _answers(fresh, content) + _quarantine(plant) + _leaks(plant, fresh)
    return findings or ledger.nothing_written(plant)


def _dossiers(plant, provider, fresh):
    """A share for each command, the provider's dossiers as they were last sent, a status for each revision."""
    fold = ledger.ProviderFold(plant.deployment, provider, None, plant.deployment.shares(provider))
    findings = revisions(fold.share_revisions) + fold.dossiers(plant) + fold.statuses(fresh.statuses)
    asked = sum(p == provider for p in plant.content.commands.values())
    return findings + ([f"{provider}: {fold.full} shares began, {asked} were asked for"] if fold.full != asked else [])


def _quarantine(plant):
    """The poison, and nothing else."""
    found = {name: Counter(row[0] for row in positions.sql("select code from quarantine")) for name, positions in plant.positions.items()}
    expected = {name: Counter({"UNREADABLE": plant.unreadable} if name == "vault" and plant.unreadable else {}) for name in plant.positions}
    return [f"{name}: quarantined are {dict(found[name])}, expected {dict(expected[name])}" for name in found if found[name] != expected[name]]


def _leaks(plant, fresh):
    """Nothing that identifies stands in a log, or in the vault's database outside of what is sealed."""
    before = len(fresh.findings)
    for service in plant.deployment.services:
        fresh.search(str(service.log), service.logged())
    for part in unhexed(plant.deployment.stack.dump(f"{plant.deployment.name}-vault")):
        fresh.search("the vault's database", part)
    return fresh.findings[before:]


def _answers(fresh, content):
    told = Counter()
    for (command_id, _), n in fresh.answers.items():
        told[command_id] += n
    wrong = [i for i in content.commands if told[i] != 1]
    refused = Counter(code for _, code in fresh.answers if code != "ACCEPTED")
    return ([f"{len(wrong)} commands were not answered once, such as {wrong[:2]}"] if wrong else []) + [f"{n} commands were answered {c}" for c, n in refused.items()]


def _difference(what, found, expected):
    missing, extra = expected - found, found - expected
    return [f"{what}: {sum(missing.values())} missing, {sum(extra.values())} not expected; {list(missing)[:1]} {list(extra)[:1]}"] if missing or extra else []


def _wait_for_provider(plant, provider, limit=600):
    """Until the provider has committed past all that the concurrent reader was given of its topics."""
    def passed():
        done = plant.deployment.provider_offsets(provider)
        return all(done.get(place, 0) > chain[1] for place, chain in list(plant.follower.chains.chains.items())
                   if place[0] in (f"population.{provider}", f"share.{provider}"))
    wait_until(passed, limit, f"{provider} to pass what it was sent", 0.5)
