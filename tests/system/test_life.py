"""Random lives of shares against the model, both services killed meanwhile: the providers' dossiers are what the rules make of all that was said."""

import json
import os
import time
from collections import Counter, defaultdict

import pytest

import history
import wire
from conftest import scaled
from held import Held
from life import Lives, differences
from model import Model
from population import Population
from reader import Tail, check_headers, in_order, read_all
from stack import wait_until
from steps import Steps

NAME = "Rederij De Eb"
STEPS = int(os.environ.get("KLUIS_LIFE_STEPS") or scaled(600, 120))
ROUND, EACH = 60, max(14, min(60, STEPS // 40))
EMPLOYERS = {"L-AUTO": (["P1", "P2"], {"auto_share_on_absence": True, "absence_provider": "P1"}),
             "L-ASK": (["P1", "P2"], {"absence_provider": "P2", "provider_reporting": True}),
             "L-ONE": (["P2"], {"auto_share_on_absence": True, "absence_facts": "AFTER_SHARE", "provider_reporting": True, "share_iban": True})}
LIMITS = {"care_hour_requests": 1000000, "care_hour_misses": 1000000, "care_day_misses": 1000000}


class World:
    """The deployment, the model, and a reader of each thing that they are compared by."""

    def __init__(self, deployment, rng):
        self.deployment, self.rng, self.lives = deployment, rng, Lives(Model(deployment.partitions), NAME)
        for employer_id, (providers, settings) in EMPLOYERS.items():
            deployment.enable(employer_id, providers, settings, NAME)
            self.lives.model.enable(employer_id, providers, settings)
        deployment.activate(*EMPLOYERS)
        self.steps = Steps(rng, {e: history.Maker(e, rng) for e in EMPLOYERS}, EACH)
        self.tails = {t: Tail(deployment.stack, [t]) for t in ("hr.events", "dossier.status", *(f"{n}.{p}" for n in ("population", "share") for p in deployment.providers))}
        self.held = {p: Held(deployment, p) for p in deployment.providers}
        self.folded, self.killed, self.said, self.sent, self.count = 0, Counter(), Counter(), [], 0

    def close(self):
        for each in [*self.tails.values(), *self.held.values()]:
            each.close()

    # saying

    def say(self, step):
        name, record = step.what
        self.count += 1
        if step.kind == "hr":
            self.said[f"{name} {record['op']}"] += 1
            self.deployment.deliver([step.what])
            return
        self.sent.append(step)
        if step.kind == "command":
            self.deployment.send(step.by, name, record)
            return
        sealed = wire.seal(wire.encode("CareIdentifiers", step.told), self.deployment.vault_public["box"])
        body = wire.encode(name, {**record, "identifiers": sealed})
        self.deployment.produce("care.requests", record["employer_id"], wire.sign(self.deployment.provider_key(record["provider_id"]), "care.requests", step.by, body))
        self.deployment.flush()

    def kill(self):
        """One service or all, at once, and started again."""
        everybody = {"vault": self.deployment.vault, **self.deployment.provider}
        victims = self.rng.choice((("vault",), ("vault",), ("P1",), ("P2",), ("vault", "P1"), tuple(everybody)))
        time.sleep(self.rng.random() * 0.03)
        for victim in victims:
            everybody[victim].kill()
            self.killed[victim] += 1
        for victim in victims:
            everybody[victim].start()

    def play(self, lists, kills):
        """Says these lists, woven, and kills so many times in between."""
        lists = [list(reversed(steps)) for steps in lists]
        when = sorted(self.rng.randrange(sum(map(len, lists)) + 1) for _ in range(kills))
        count = 0
        while lists:
            while when and when[0] <= count:
                when.pop(0)
                self.kill()
            steps = self.rng.choice(lists)
            self.say(steps.pop())
            count += 1
            if not steps:
                lists.remove(steps)
        for _ in when:
            self.kill()

    # quiescence

    def passed(self, topic, offsets, limit=60):
        """Until these committed offsets are past every record of the topic."""
        ends = {}
        for record in self.tails[topic].to_end():
            ends[record.topic, record.partition] = record.offset + 1
        wait_until(lambda: all((done := offsets()).get(place, 0) >= end for place, end in ends.items()), limit, f"{topic} to be passed", 0.05)
        return ends

    def settle(self):
        """Until nothing that was said, and nothing that came of it, is under way."""
        deployment = self.deployment
        deployment.flush()
        while True:
            wait_until(lambda: deployment.lag() == 0, 120, "the vault to pass all input", 0.05)
            before = {p: self.passed(f"share.{p}", lambda p=p: deployment.provider_offsets(p)) for p in deployment.providers}
            self.passed("dossier.status", deployment.vault_offsets)
            if all(self.passed(f"share.{p}", lambda p=p: deployment.provider_offsets(p)) == ends for p, ends in before.items()):
                return

    # comparing

    def fold(self):
        """The model takes what was said, in the log's order and in the order in which it was sent, and must answer as the vault did."""
        records = in_order(self.tails["hr.events"].to_end()[self.folded:])
        self.folded += len(records)
        for record in records:
            self.lives.take(record)
        pseudonyms = self.pseudonyms()
        for step in self.sent:
            self.answer(step, pseudonyms)
        self.sent = []
        self.lives.end_round()

    def answer(self, step, pseudonyms):
        name, record = step.what
        if hasattr(step, "answered"):  # a repeat
            expected = step.answered
            if step.kind == "care" and expected[0] == "MATCHED" and expected[2] not in self.lives.lives.values():
                expected = ("NO_MATCH", *expected[1:])
            found = self.answers(step, record["command_id"])
            assert found[-1][0] == expected[0] and {at for _, at, _ in found} == {expected[1]}, (name, record, found)
            return
        (code, at, pseudonym), *_ = self.answers(step, record["command_id"])
        life = None
        if name == "CareRequest":
            expected, life = self.lives.care(record, step.told, at)
            assert pseudonym == (pseudonyms[record["provider_id"]][record["employer_id"], life.number()] if life else bytes(16)), (name, record)
        elif name == "ShareCommand":
            expected = self.lives.share(record, at)
        else:
            expected = self.lives.withdraw(record, step.by == "operator:ops")
        assert code == expected, (name, record, code, expected)
        step.answered = (code, at, life)
        self.said[f"{name} {code}"] += 1

    def answers(self, step, command_id):
        """[(code, decided_at, pseudonym)], in order."""
        def found():
            self.deployment.tail.poll(0.05)
            records = [r.decoded()[1] for r in self.deployment.tail.records if r.value and r.topic != "vault.reports"
                       and r.decoded()[0] in ("CommandResult", "CareResult") and r.decoded()[1]["command_id"] == command_id]
            return [(r.get("code") or r["outcome"], r["decided_at"], r.get("pseudonym")) for r in records]
        return wait_until(found, 30, f"the answer to {command_id}")

    def pseudonyms(self):
        """{provider: {(employer_id, personnel number): pseudonym}}."""
        found = {}
        for provider in self.deployment.providers:
            seen = Population(provider, self.tails[f"population.{provider}"].to_end(), self.deployment.partitions)
            found[provider] = {(e, number): p for e in EMPLOYERS for number, ps in seen.pseudonyms_by_number(e).items() for p in ps}
        return found

    def check(self):
        """Dossiers and notices are the model's."""
        pseudonyms = self.pseudonyms()
        for provider in self.deployment.providers:
            held, expected = self.held[provider].dossiers(), self.lives.expected(provider)
            names = {p: who for who, p in pseudonyms[provider].items()}
            assert {names.get(p, p.hex()) for p in held} == set(expected), f"{provider}: dossiers of others than the model's"
            for who, shares in expected.items():
                told = differences(shares, held[pseudonyms[provider][who]])
                assert not told, f"{provider}, {who}: " + "; ".join(told)
        expected = dict(self.lives.notices)
        try:
            wait_until(lambda: self.told() == expected, 15, "the notices", 0.2)
        except AssertionError:
            found = self.told()
            wrong = [(k, found.get(k), expected.get(k)) for k in {*found, *expected} if found.get(k) != expected.get(k)]
            raise AssertionError(f"notices, found and expected: {wrong[:3]}") from None

    def told(self):
        found = defaultdict(list)
        for n in self.deployment.results("ShareNotice"):
            found[n["employer_id"], n["employee_key"]].append((n["provider_id"], n["change"], n["absence_key"], n["actor"]))
        return dict(found)

    def round(self, kills):
        self.play(self.steps.round(ROUND), kills)
        self.settle()
        self.fold()
        self.check()

    def turn(self, kills):
        """An employer's settings change: a run, in the middle of which services may be killed."""
        employer_id = self.rng.choice(list(EMPLOYERS))
        settings = dict(self.lives.settings(employer_id))
        what = self.rng.choice(("share_iban", "absence_history_months", "auto_share_on_absence", "absence_provider"))
        if what == "absence_provider":
            settings[what] = self.rng.choice(("P1", "P2") if len(EMPLOYERS[employer_id][0]) > 1 else (None, "P2"))
        else:
            settings[what] = self.rng.choice((0, 1, 24)) if what == "absence_history_months" else not settings[what]
        runs = len(self.deployment.reports("RunReport", kind="SETTINGS", employer_id=employer_id, outcome="DONE"))
        command = self.deployment.new_command("EmployerCommand", employer_id, action="CHANGE_SETTINGS", settings=settings)
        self.deployment.send(f"employer:{employer_id}", "EmployerCommand", command)
        for _ in range(kills):
            self.kill()
        answer = self.deployment.result(command["command_id"])
        assert answer["code"] == "ACCEPTED", answer
        if settings != self.lives.settings(employer_id):
            self.deployment.run_done(employer_id, "SETTINGS", count=runs + 1)
        self.said[f"CHANGE_SETTINGS {what}"] += 1
        self.settle()
        self.lives.change_settings(employer_id, settings, answer["decided_at"])
        self.lives.end_round()
        self.check()


@pytest.fixture
def world(deploy, rng):
    made = World(deploy(release=True, partitions=4, **LIMITS), rng)
    yield made
    made.close()


def test_after_any_steps_and_kills_the_dossiers_are_what_the_rules_say(world, rng, capsys):
    began, rounds = time.monotonic(), 0
    while world.count < STEPS:
        world.round(rng.choice((0, 1, 1, 2)))
        rounds += 1
        if rounds % 4 == 0:
            world.turn(rng.choice((0, 1)))
    shares = Counter((s.silent, s.kind, s.origin) for life in world.lives.lives.values() for p in ("P1", "P2") for s in life.held_by(p))
    with capsys.disabled():
        print(f"\n{world.count} steps in {rounds} rounds and {time.monotonic() - began:.0f} s, killed {dict(world.killed)}; "
              f"{sum(shares.values())} shares held in the end, {len(shares)} sorts; {sum(map(len, world.lives.notices.values()))} notices")
        print(", ".join(f"{n} {what}" for what, n in sorted(world.said.items())))
    check_shown(world)
    check_controls(world)
    for provider in world.deployment.providers:
        check_headers(read_all(world.deployment.stack, [f"share.{provider}"]), keyed=True)
    check_headers(read_all(world.deployment.stack, ["dossier.status"]))
    assert sum(world.killed.values()) > 0 and len(shares) > 3


def check_controls(world):
    """The comparison sees a share that is missing, one too many, one of another moment and one with another content."""
    for provider in world.deployment.providers:
        held, expected, pseudonyms = world.held[provider].dossiers(), world.lives.expected(provider), world.pseudonyms()[provider]
        for who, shares in expected.items():
            ((state, content), *rest) = held[pseudonyms[who]]
            assert not differences(shares, [(state, content), *rest])
            for broken in ([], [(state, content)] * 2, [("CLOSED", content)], [(state, {**content, "shared_at": content["shared_at"] - 1})],
                           [(state, {**content, "call_name": "Iemand"})], [(state, {**content, "contacts": [*content["contacts"], {"kind": "PHONE_WORK", "value": "1"}]})]):
                assert differences(shares, [*broken, *rest])


def check_shown(world):
    """What provider-svc shows of some dossiers is what was found in its database."""
    for provider in world.deployment.providers:
        held = world.held[provider].dossiers()
        for pseudonym in sorted(held)[:3]:
            shown = json.loads(world.deployment.provider[provider].cli("dossier", "show", pseudonym.hex(), "--json").stdout)
            assert sorted((s["form"], s["kind"], s["state"], s["surname"]) for s in shown["shares"]) == sorted(
                (c["form"], c["kind"], state, c["surname"]) for state, c in held[pseudonym]), f"{provider} {pseudonym.hex()}"
