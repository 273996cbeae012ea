"""How long an employer's commands take, and how far the offsets of its topics move, for those who were at a provider silently and for the others: by
turns, so that the machine's noise hits both alike."""

import time

import history
import people
import wire
from care import NAME, NOW, START, Site
from employer_view import TOPICS
from silence import KINDS
from two_samples import p_value

EMPLOYER, ISSUER = "C1", "employer:C1"
LEVEL = 0.01
MANY = {"care_hour_requests": 1000000, "care_hour_misses": 1000000, "care_day_misses": 1000000}
SHARE = {"provider_id": "P1", "reason": "aanleiding", "confirm": True}
COMMANDS = {"share": ("ShareCommand", {**SHARE, "kind": "OPEN_CONSULT"}), "widen": ("ShareCommand", {**SHARE, "kind": "SICK_REPORT"}),
            "withdraw": ("WithdrawCommand", {"provider_id": "P1", "reason": "vergissing"}),
            "withdraw again": ("WithdrawCommand", {"provider_id": "P1", "reason": "vergissing"}),
            "erase": ("EraseCommand", {"reason": "verzoek"})}


class Panel(Site):
    """Employees of one employer, of whom a random half was at the provider."""

    def __init__(self, deployment, rng):  # not Site's: other people
        self.deployment, self.rng, self.people, self.hired = deployment, rng, {}, 0
        self.maker, self.signing = history.Maker(EMPLOYER, rng), deployment.provider_key("P1")
        deployment.enable(EMPLOYER, ["P1"], name=NAME)
        deployment.activate(EMPLOYER)

    def hire(self, count):
        keys = [f"K{self.hired + n}" for n in range(count)]
        for n, key in enumerate(keys, self.hired):
            self.people[key] = people.identity(700000 + n, full=True)
            self.deployment.deliver([self.maker.employee(NOW - 90000, key, self.people[key]), self.maker.employment(NOW - 80000, key, "1", START)])
        self.hired += count
        self.deployment.settle()
        self.rng.shuffle(keys)
        return keys

    def ask_silently(self, key):
        return self.request(self.told(key, bsn=self.people[key]["bsn"]), kind=self.rng.choice(KINDS), confirm_share=True)

    def answers(self, commands):
        assert {self.answer(command)["outcome"] for command in commands} <= {"MATCHED"}

    def command(self, name, key):
        schema, content = COMMANDS[name]
        return schema, self.deployment.new_command(schema, EMPLOYER, employee_key=key, **content)

    def timed(self, name, key):
        """Milliseconds of one command: on the employer's clock, and by the times that its result carries."""
        schema, command = self.command(name, key)
        began = time.perf_counter()
        self.deployment.send(ISSUER, schema, command)
        found = self.deployment.tail.wait(lambda r: r.topic == "vault.results" and r.decoded()[1].get("command_id") == command["command_id"], 60, name)
        return (time.perf_counter() - began) * 1000, found.timestamp - found.decoded()[1]["decided_at"]

    def latencies(self, count):
        """{(command, clock): (of those who asked, of the others)}, so many employees each."""
        keys, found = self.hire(2 * count), {}
        asking, others = keys[:count], keys[count:]
        self.answers([self.ask_silently(key) for key in asking])
        self.deployment.settle()
        for name in COMMANDS:
            self.rng.shuffle(asking), self.rng.shuffle(others)
            self.deployment.tail.records.clear()
            for pair in zip(asking, others):
                for which in self.rng.sample((0, 1), 2):
                    for clock, taken in zip(("the employer's clock", "the broker's"), self.timed(name, pair[which])):
                        found.setdefault(f"{name}, {clock}", ([], []))[which].append(taken)
        return found

    def markers(self, count):
        """{topic: (with, without)}: offsets that no record took in a burst of commands and events that are rejected, with two silent requests
        amidst or none; so many bursts each."""
        keys, place, found = self.hire(20), wire.partition_of(EMPLOYER, self.deployment.partitions), {t: ([], []) for t in TOPICS}
        turns = [0, 1] * count
        self.rng.shuffle(turns)
        for number, which in enumerate(turns):
            self.deployment.tail.to_end()
            self.deployment.tail.records.clear()
            before = self.deployment.ends(TOPICS)
            asked = self.burst("withdraw" if number % 2 else "share", keys, () if which else self.rng.sample(keys, 2))
            self.deployment.settle()
            self.answers(asked)
            after = self.deployment.ends(TOPICS)
            self.deployment.tail.to_end()
            for topic in TOPICS:
                records = sum(r.topic == topic for r in self.deployment.tail.records)
                found[topic][which].append(after[topic, place] - before[topic, place] - records)
        return found

    def burst(self, name, keys, asking):
        """The command for each, and an event that gets a report; these ask amidst. Returns their requests."""
        asked = []
        for n, key in enumerate(keys):
            schema, command = self.command(name, key)
            self.deployment.produce("vault.commands", EMPLOYER, wire.sign(self.deployment.keys[ISSUER], "vault.commands", ISSUER, wire.encode(schema, command)))
            self.deployment.produce("hr.events", EMPLOYER, wire.encode(*self.maker.employment(NOW, key, "1", START, contract_hours_x100=16801)))
            asked += [self.ask_silently(key)] if key in asking else []
            if n % 4 == 3:
                self.deployment.flush()
        return asked


def separable(sample, count):
    """What tells the two apart: in a first sample, and in a second one of its own, since of ten comparisons one in ten is below 1 % by chance.
    {what: (p of the first, p of the second)}"""
    first, second = {what: p_value(*samples) for what, samples in sample(count).items()}, {}
    if min(first.values()) < LEVEL:
        second = {what: p_value(*samples) for what, samples in sample(count).items()}
    print(*(f"{what}: p = {p:.4f}" + (f", then {second[what]:.4f}" if second else "") for what, p in first.items()), sep="\n")
    return {what: (p, second[what]) for what, p in first.items() if p < LEVEL and second[what] < LEVEL}
