#!/usr/bin/env python3
"""How long a provider waits: for the answer to a look-up, and from a sick report to the dossier.

usage: latency.py --place FOLDER --employers FIRST-LAST --beside N --seconds N --rate N [--seed N] [--first N]

A look-up counts from its broker's time to its CareResult readable, a sick report from its AbsenceEvent's broker's time to the DossierStatus OPEN
readable, which the provider's service says once the dossier is in its database. Each kind comes RATE times a second. Employers are BENCH-FIRST to
BENCH-LAST: look-ups go to all of them, sick reports to those that share no partition with BENCH-01 to BENCH-N, which is where a load goes on: what is
behind a load in one partition waits for it, by the contract's order. Says "ready" when its employees are known and begins when standard input has a
line; prints a line of JSON. --first: number of the first employee, for a second run. Kafka is $KLUIS_KAFKA. Needs the packages of build/venv.
"""

import argparse
import json
import math
import os
import random
import sys
import time
import uuid
from pathlib import Path

from confluent_kafka import Consumer, Producer, TopicPartition

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "tests" / "system"))
import clock  # noqa: E402
import history  # noqa: E402
import people  # noqa: E402
import wire  # noqa: E402

PATIENCE_S = 60
WARM_S = 5  # whoever has just been started is slow, and that is not counted
START = people.days(2015, 6, 1)


def key_of(place, name):
    return bytes.fromhex((place / name).read_text().split()[-1])


def employer(number):
    return f"BENCH-{number:02d}"


class Tail:
    """What comes on some topics from now on, each record with the time at which it could be read."""

    def __init__(self, topics, beginning=False):
        self.consumer = Consumer({"bootstrap.servers": os.environ["KLUIS_KAFKA"], "group.id": "bench-latency", "enable.auto.commit": False,
                                  "isolation.level": "read_committed", "fetch.wait.max.ms": 100, "enable.partition.eof": False, "log_level": 2})
        places = [TopicPartition(t, p) for t in topics for p in self.consumer.list_topics(t, 10).topics[t].partitions]
        self.ends = {(p.topic, p.partition): self.consumer.get_watermark_offsets(p, 10)[1] for p in places}
        self.consumer.assign([TopicPartition(t, p, 0 if beginning else end) for (t, p), end in self.ends.items()])

    def poll(self, timeout):
        for message in self.consumer.consume(500, timeout):
            if message.error():
                raise SystemExit(f"latency.py: {message.error()}")
            yield message, time.time() * 1000


class Probe:
    """One kind of thing that is sent, and when what came of it could be read; both by what names it in the answer."""

    def __init__(self):
        self.asked, self.sent, self.seen = {}, {}, {}  # asked: what was sent, in order

    def delivered(self, name):
        self.asked[name] = True

        def noted(error, message):
            if error:
                raise SystemExit(f"latency.py: {error}")
            self.sent[name] = message.timestamp()[1]
        return noted

    def figures(self, what, warm):
        """Of all but the first `warm`."""
        values = sorted(self.seen[name] - self.sent[name] for name in list(self.asked)[warm:])

        def quantile(part):
            return round(values[max(0, math.ceil(part * len(values)) - 1)], 1)
        return {f"{what}s": len(values), f"{what}_p50_ms": quantile(0.5), f"{what}_p99_ms": quantile(0.99), f"{what}_max_ms": round(values[-1], 1)}


class Bench:
    def __init__(self, options):
        self.options, self.rng, self.place = options, random.Random(options.seed), options.place
        self.producer = Producer({"bootstrap.servers": os.environ["KLUIS_KAFKA"], "acks": "all", "linger.ms": 0, "log_level": 2})
        self.partitions = len(self.producer.list_topics("hr.events", 10).topics["hr.events"].partitions)
        self.signing = wire.SigningKey(key_of(self.place, "P1.signing_key"))
        self.vault_box = wire.BoxKey(key_of(self.place, "vault.box_key")).public
        first, last = (int(n) for n in options.employers.split("-"))
        loaded = {self.partition(employer(n)) for n in range(1, options.beside + 1)}
        self.asked = [employer(n) for n in range(first, last + 1)]
        self.sick = [e for e in self.asked if self.partition(e) not in loaded]
        if not self.sick:
            raise SystemExit("latency.py: no employer is apart from the load")
        self.makers = {e: history.Maker(e, self.rng) for e in self.asked}
        self.lookups, self.reports, self.people = Probe(), Probe(), []

    def partition(self, key):
        return wire.partition_of(key, self.partitions)

    def produce(self, topic, key, value, on_delivery=None):
        while True:
            try:
                self.producer.produce(topic, value, key, self.partition(key), on_delivery=on_delivery)
                return
            except BufferError:
                self.producer.poll(0.1)

    def event(self, event, on_delivery=None):
        self.produce("hr.events", event[1]["employer_id"], wire.encode(*event), on_delivery)

    def hire(self):
        """Somebody for each sick report, and whom look-ups mean; until the population shows them all under a pseudonym."""
        count, at = (self.options.seconds + WARM_S) * self.options.rate, int(time.time() * 1000)
        first = self.options.first
        self.people = [(self.sick[n % len(self.sick)], f"SICK-{first + n}", people.identity(2_500_000 + first + n)) for n in range(count)]
        self.others = [(self.asked[n % len(self.asked)], f"ASKED-{first + n}", people.identity(2_400_000 + first + n)) for n in range(20 * len(self.asked))]
        for employer_id, key, identity in [*self.people, *self.others]:
            self.event(self.makers[employer_id].employee(at, key, identity))
            self.event(self.makers[employer_id].employment(at, key, "1", START, personnel_number=key))
        self.producer.flush()
        waiting, tail, end = {key for _, key, _ in [*self.people, *self.others]}, Tail(["population.P1"], beginning=True), time.time() + 300
        self.pseudonyms = {}
        while waiting:
            if time.time() > end:
                raise SystemExit(f"latency.py: {len(waiting)} employees are not in the population")
            for message, _ in tail.poll(0.2):
                name, record = wire.decode(message.value()) if message.value() else (None, None)
                if name == "PopulationEmployment" and record["personnel_number"] in waiting:
                    waiting.discard(record["personnel_number"])
                    self.pseudonyms[record["personnel_number"]] = record["pseudonym"]
        tail.consumer.close()

    def look_up(self, number):
        employer_id, _, identity = self.others[number % len(self.others)]
        told = wire.defaults("CareIdentifiers", birth_date=identity["birth_date"], postcode=identity["addresses"][0]["postcode"], surname=identity["surname"])
        request = {"command_id": str(uuid.uuid4()), "employer_id": employer_id, "actor": "bench", "provider_id": "P1", "kind": "OPEN_CONSULT",
                   "expires_at": int(time.time() * 1000) + 3600000, "confirm_share": number % 2 == 0,
                   "identifiers": wire.seal(wire.encode("CareIdentifiers", told), self.vault_box)}
        data = wire.sign(self.signing, "care.requests", "provider:P1", wire.encode("CareRequest", request))
        self.produce("care.requests", employer_id, data, self.lookups.delivered(request["command_id"]))

    def report_sick(self, number):
        employer_id, key, _ = self.people[number]
        today = clock.amsterdam_day(time.time() * 1000)
        event = self.makers[employer_id].absence(int(time.time() * 1000), key, f"A-{key}", 1, "START", today)
        self.event(event, self.reports.delivered(self.pseudonyms[key]))

    def note(self, message, now):
        if message.topic() == "care.results.P1":
            name, result = wire.decode(message.value())
            if name == "CareResult" and result["command_id"] in self.lookups.asked:
                if result["outcome"] != "MATCHED":
                    raise SystemExit(f"latency.py: a look-up was answered {result['outcome']}")
                self.lookups.seen.setdefault(result["command_id"], now)
            return
        status = wire.decode(wire.decode(message.value())[1]["body"])[1]
        if status["pseudonym"] in self.reports.asked:
            if status["state"] != "OPEN":
                raise SystemExit(f"latency.py: a dossier is {status['state']}")
            self.reports.seen.setdefault(status["pseudonym"], now)

    def measure(self):
        """At a pace, whether the answers come or not."""
        tail, began, sent = Tail(["care.results.P1", "dossier.status"]), time.time() + 1, 0
        count, end = len(self.people), None
        while sent < count or len(self.lookups.seen) + len(self.reports.seen) < 2 * count:
            while sent < count and time.time() >= began + sent / self.options.rate:
                self.look_up(sent)
                self.report_sick(sent)
                sent += 1
            self.producer.poll(0)
            for message, now in tail.poll(0.002):
                self.note(message, now)
            if sent == count:
                end = end or time.time() + PATIENCE_S
                if time.time() > end:
                    raise SystemExit(f"latency.py: of {count} each, {len(self.lookups.seen)} look-ups and {len(self.reports.seen)} sick reports were answered")
        warm = WARM_S * self.options.rate
        return {**self.lookups.figures("lookup", warm), **self.reports.figures("dossier", warm), "seconds": self.options.seconds, "rate": self.options.rate,
                "employers_apart": len(self.sick)}


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    for name, kind in (("place", Path), ("employers", str), ("beside", int), ("seconds", int), ("rate", int)):
        parser.add_argument(f"--{name}", type=kind, required=True)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--first", type=int, default=0)
    bench = Bench(parser.parse_args())
    bench.hire()
    print("ready", flush=True)
    sys.stdin.readline()
    print(json.dumps(bench.measure()))


if __name__ == "__main__":
    main()
