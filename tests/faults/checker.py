"""The checker: whether nothing was lost, doubled, reordered, invented or leaked. Judgements are pure and return findings; `check` makes them all."""

import json
from collections import Counter, defaultdict

import dossier
import ledger
from follower import reading
from population import Population, check_equal, check_persons
from quiet import check_quiet
from reader import in_order, read_all
from reports import check_reports
from sampler import beyond
from search import Tokens, unhexed
from world import now


class Broken(AssertionError):
    """What the checker found."""

    def __init__(self, findings):
        super().__init__("\n".join(["the checker found:", *(f"  {f}" for f in findings[:12])]))
        self.findings = findings


def dense(readings, generation="1"):
    """kluis-seq counts from 1 without gap or repetition for each writer on each topic and partition, and a kluis-id stands once."""
    findings, last, ids = [], {}, Counter()
    for one in sorted(readings, key=lambda r: (r.topic, r.partition, r.offset)):
        place = (one.topic, one.partition, one.writer)
        of, _, number = (one.seq or "").partition(".")
        expected = last.get(place, 0) + 1
        if of != generation or number != str(expected):
            findings.append(f"{one.topic}/{one.partition}@{one.offset}: kluis-seq {one.seq}, expected {generation}.{expected}")
        last[place] = int(number or 0)
        ids[one.topic, one.id] += 1
    return findings + [f"kluis-id {i} stands {n} times in {topic}" for (topic, i), n in ids.items() if n > 1 or not i]


def committed(readings, numbers):
    """The last kluis-seq readable is the last one that a database transaction gave: nothing readable was rolled back, nothing committed is missing.

    numbers: {(topic, partition, writer): number} by the databases."""
    seen = Counter((r.topic, r.partition, r.writer) for r in readings)
    return [f"{place[0]}/{place[1]} of {place[2] or 'the vault'}: {seen.get(place, 0)} records are readable, {numbers.get(place, 0)} were committed"
            for place in sorted({*seen, *numbers}, key=str) if seen.get(place, 0) != numbers.get(place, 0)]


def same(fresh, concurrent):
    """A fresh reader and one that read along got the same records in the same order."""
    findings = []
    for what, one, other in (("the fresh reader alone", fresh, concurrent), ("the concurrent reader alone", concurrent, fresh)):
        alone = Counter(one) - Counter(other)
        findings += [f"{what} read {r.topic}/{r.partition}@{r.offset} (kluis-seq {r.seq}), {n} times more" for r, n in list(alone.items())[:3]]
    last = {}
    for r in concurrent:
        if last.get((r.topic, r.partition), -1) >= r.offset:
            findings.append(f"the concurrent reader read {r.topic}/{r.partition}@{r.offset} after {last[r.topic, r.partition]}")
        last[r.topic, r.partition] = r.offset
    return findings


def revisions(entries):
    """Of each thing the revisions rise by one from 1 in the order in which they are read. entries: [(thing, revision)]."""
    findings, last = [], defaultdict(int)
    for thing, revision in entries:
        if revision != last[thing] + 1:
            findings.append(f"revision {revision} of {thing} after {last[thing]}")
        last[thing] = revision
    return findings


def samples(wrong):
    """Kafka was never ahead of PostgreSQL."""
    return [f"{s.service}, partition {s.partition}: Kafka at batch {s.kafka.batch}, PostgreSQL at {s.postgres[2]}" for s in beyond(wrong)]


def answers(expected, found, allowed):
    """Each command or request was answered once, with a code that it can have. expected: ids; found: [(id, code)]."""
    seen = Counter(i for i, _ in found)
    findings = [f"{i} was answered {seen[i]} times" for i in expected if seen[i] != 1]
    findings += [f"an answer to {i}, which nobody asked" for i in seen if i not in expected]
    return findings + [f"{i} was answered {code}" for i, code in found if i in expected and code not in allowed]


def quarantine(expected, found, may_be_gone=()):
    """What is kept as poison is what was poison. expected: {place: code}; may_be_gone: places whose rows an erasure takes along."""
    findings = [f"{place} is quarantined as {code}, expected {expected.get(place)}" for place, code in found.items() if expected.get(place) != code]
    return findings + [f"{place} ({code}) is not quarantined" for place, code in expected.items() if place not in found and place not in may_be_gone]


KEPT_UP_TO_DATE = (*dossier.ALWAYS, *dossier.STATUS, "kind", "bsn", "iban", "death_date", "addresses", "contacts", "employments", "absences")


def shown(payload):
    """What of a share's payload follows the person, comparable."""
    def text(value):
        return sorted(map(text, value)) if isinstance(value, list) else json.dumps(value, sort_keys=True)
    plain = dossier.comparable(payload)
    return json.dumps({field: text(plain[field]) for field in KEPT_UP_TO_DATE})


def payloads(required, possible, found):
    """What live shares last said is what the model has. required: of whom a share must live; possible: of whom it may have ended. All texts of `shown`."""
    missing, extra = Counter(required) - Counter(found), Counter(found) - Counter(required) - Counter(possible)
    return [f"{sum(some.values())} shares {what}, such as {next(iter(some))}" for what, some in (("are not as the model has the person", missing),
                                                                                               ("show what the model has not", extra)) if some]


def canaries(tokens, haystacks):
    """No token stands in any of these: [(what, bytes)]."""
    return [f"{what} holds a token: {kind} of person {number}" for what, data in haystacks for number, kind in tokens.found(data)]


def _told(what, judge, *arguments):
    """The findings of a judgement of the system tests, which asserts."""
    try:
        judge(*arguments)
        return []
    except AssertionError as error:
        return [f"{what}: {error}"]


class Check:
    """One check of a plant at rest."""

    def __init__(self, plant):
        self.plant, self.deployment, self.model = plant, plant.deployment, plant.model
        self.stack, self.findings = plant.deployment.stack, []

    def settle(self):
        """Reads when all is quiet, and again as long as what was read makes the services say more. Returns what is not quiet."""
        for _ in range(6):
            findings = check_quiet(self.plant)
            ends = self.deployment.ends(self.plant.topics)
            self.read()
            for provider in self.deployment.providers:
                topics = (f"population.{provider}", f"share.{provider}", *((f"provider.commands.{provider}",) if self.plant.actions[provider] else ()))
                self.deployment.provider_passed(provider, [r for t in topics for r in self.records.get(t) or read_all(self.stack, [t], 120)])
            self.deployment.settle()
            if findings or (not check_quiet(self.plant) and self.deployment.ends(self.plant.topics) == ends):
                return findings
        return ["the services go on and on saying something though nothing is delivered"]

    def read(self):
        """What both readers saw."""
        self.records = {t: read_all(self.stack, [t], 120) for t in self.plant.topics}
        self.fresh = [reading(r) for records in self.records.values() for r in records]
        ends = {}
        for r in self.fresh:
            ends[r.topic, r.partition] = max(ends.get((r.topic, r.partition), 0), r.offset + 1)
        self.concurrent = self.plant.follower.catch_up(ends)
        self.population = {p: Population(p, in_order(self.records[f"population.{p}"]), self.deployment.partitions) for p in self.deployment.providers}

    def outputs(self):
        numbers = ledger.given_numbers(self.plant)
        self.findings += dense(self.fresh) + committed(self.fresh, numbers) + same(self.fresh, self.concurrent)
        self.findings += samples(self.plant.sampler.wrong)

    def vault(self):
        """Its state is what the model says: by what it told, by its rows, by its reports."""
        for provider, seen in self.population.items():
            self.findings += _told(f"population.{provider}", seen.check_form)
            for employer_id in self.plant.employers:
                self.findings += _told("population", check_equal, seen, self.model, employer_id)
                self.findings += _told("persons", check_persons, seen, self.model, employer_id)
        reports = [{**r.decoded()[1], "key": r.key.decode(errors="replace")} for r in self.records["vault.reports"] if r.decoded()[0] == "ProcessingReport"]
        self.findings += _told("reports", check_reports, reports, self.model)
        self.findings += ledger.rows_of_model(self.plant) + ledger.audit_chains(self.plant)

    def commands(self):
        content, found = self.plant.content, [r.decoded() for r in self.records["vault.results"]]
        results = [(v["command_id"], v["code"]) for n, v in found if n == "CommandResult" and v["command_id"] not in self.deployment.asked]
        self.findings += answers(content.commands, results, ("ACCEPTED", "UNKNOWN_EMPLOYEE", "ALREADY_SHARED"))
        self.begun = [content.commands[i] for i, code in results if code == "ACCEPTED"]
        self.accepted = Counter(provider for _, _, provider in self.begun)
        for provider in self.deployment.providers:
            mine = {i for i, p in content.requests.items() if p == provider}
            got = [(r.decoded()[1]["command_id"], r.decoded()[1]["outcome"]) for r in self.records[f"care.results.{provider}"]]
            self.findings += answers(mine, got, ("REFUSED",))

    def providers(self):
        for provider in self.deployment.providers:
            actions = ledger.Actions(self.plant, provider)
            fold = ledger.ProviderFold(self.deployment, provider, self.population[provider], self.deployment.shares(provider), actions.noted())
            self.findings += actions.findings(fold)
            self.findings += revisions(fold.share_revisions) + fold.tables(self.plant) + fold.dossiers(self.plant)
            self.findings += fold.statuses(self.records["dossier.status"])
            self.findings += payloads(*self._wanted(provider), [shown(held) for _, held in fold.live.values()])
            if fold.full != self.accepted[provider]:
                self.findings.append(f"{provider}: {fold.full} shares began, {self.accepted[provider]} commands were accepted")

    def _wanted(self, provider):
        """What the shares that began must show; and what those may that have ended, with an erasure of the person or of one before it under that key."""
        required, possible = [], []
        for employer_id, key, to in self.begun:
            employer = self.model.employers[employer_id]
            person = employer.people.get(key)
            if to == provider and person is not None and person.identity is not None:
                held = shown(dossier.expected(person, "SICK_REPORT", now(), self.plant.name, employer.settings))
                (possible if employer.erased.keys() & {k for k, p in employer.people.items() if p is person} else required).append(held)
        return required, possible

    def poison(self):
        expected = {(r.topic, r.partition, r.offset): r.code for r in self.model.reports if r.outcome == "QUARANTINED" and not r.optional}
        gone = {place for place, (employer_id, key) in self.plant.source.employee.items() if key in self.model.employers[employer_id].erased}
        rows = self.stack.sql("select topic, partition, record_offset, code from quarantine", f"{self.deployment.name}-vault")
        self.findings += quarantine(expected, {row[:3]: row[3] for row in rows}, gone)
        for provider in self.deployment.providers:
            rows = self.stack.sql("select topic, partition, record_offset, code from quarantine", f"{self.deployment.name}-{provider.lower()}")
            self.findings += quarantine({}, {row[:3]: row[3] for row in rows})

    def leaks(self, most=40):
        """Neither topics nor logs hold any of it, nor the databases and PostgreSQL's log outside of what is sealed."""
        identities = self.plant.source.identities
        assert identities, "there is nobody to look for"
        tokens = Tokens(self.plant.rng.sample(identities, min(most, len(identities))))
        haystacks = [(t, b"\n".join(b"\n".join([r.key or b"", r.value or b""]) for r in records)) for t, records in self.records.items()]
        haystacks += [(service.log, service.logged()) for service in (*self.deployment.services, *self.plant.aside)]
        haystacks += [(f"database {name}", part) for name in self.deployment.databases() for part in unhexed(self.stack.dump(name))]
        haystacks += [("PostgreSQL's log", self.stack.postgresql_log())]
        self.findings += canaries(tokens, haystacks)

    def all(self, leaks=True):
        self.findings += self.settle()
        for part in (self.outputs, self.vault, self.commands, self.providers, self.poison, *((self.leaks,) if leaks else ())):
            part()
        return self


def check(plant, leaks=True, again=False):
    """Rests the plant and judges everything; raises Broken. again: also that the vault's state holds all that the model's does, which
    delivering all of it once more shows: nothing may be written. Returns the Check."""
    plant.rest()
    done = Check(plant).all(leaks)
    if again and not done.findings:
        done.findings += ledger.nothing_written(plant)
    if done.findings:
        raise Broken(done.findings)
    return done
