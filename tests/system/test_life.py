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
from life import Lives, differences, recognise
from model import Model
from population import Population
from reader import Tail, check_headers, in_order, read_all
from stack import wait_until
from steps import Steps

NAME = "Rederij De Eb"
STEPS = int(os.environ.get("KLUIS_LIFE_STEPS") or scaled(500, 120))
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
        self.steps, self.names = Steps(rng, {e: history.Maker(e, rng) for e in EMPLOYERS}, EACH, self.held_of), {}
        own = [f"{name}.{p}" for name in ("population", "share", "provider.commands") for p in deployment.providers]
        self.tails = {t: Tail(deployment.stack, [t]) for t in ("hr.events", "dossier.status", *own)}
        self.held = {p: Held(deployment, p) for p in deployment.providers}
        self.folded, self.killed, self.said, self.sent, self.count = 0, Counter(), Counter(), [], 0

    def close(self):
        for each in [*self.tails.values(), *self.held.values()]:
            each.close()

    def held_of(self, employee):
        life = self.lives.life(employee.employer_id, employee.key)
        return [(p, self.names[p][life.employer_id, life.number()], share) for p in self.held if life for share in life.held_by(p)]

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
        if step.kind == "action":
            self.act(step)
            return
        sealed = wire.seal(wire.encode("CareIdentifiers", step.told), self.deployment.vault_public["box"])
        body = wire.encode(name, {**record, "identifiers": sealed})
        key = self.deployment.provider_key(record["provider_id"])
        self.deployment.produce("care.requests", record["employer_id"], wire.sign(key, "care.requests", step.by, body))
        self.deployment.flush()

    def act(self, step):
        name, record = step.what
        provider = step.by.partition(":")[2]
        note = None if step.told is None else wire.seal(step.told.encode(), self.deployment.boxes[provider].public)
        body = wire.encode(name, {**record, "note": note})
        self.deployment.produce(f"provider.commands.{provider}", record["employer_id"],
                                wire.sign(self.deployment.provider_key(provider), "provider.commands", step.by, body))
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

    def caught_up(self):
        """All that was published here is taken, by the vault or by the provider that it was for."""
        done = self.deployment.vault_offsets()
        for provider in self.deployment.providers:
            done |= self.deployment.provider_offsets(provider)
        return all(done.get(place, 0) >= end for place, end in self.deployment.published().items())

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
            wait_until(self.caught_up, 120, "the services to pass all input", 0.05)
            before = {p: self.passed(f"share.{p}", lambda p=p: deployment.provider_offsets(p)) for p in deployment.providers}
            self.passed("dossier.status", deployment.vault_offsets)
            if all(self.passed(f"share.{p}", lambda p=p: deployment.provider_offsets(p)) == ends for p, ends in before.items()):
                return

    # comparing

    def fold(self):
        """The model takes what was said, in the log's order and in the order in which it was sent, and must answer as the vault did."""
        raced = {step.against for step in self.sent if step.against}
        for step in self.sent:
            if step.kind == "action":
                self.acted(step)
        records = in_order(self.tails["hr.events"].to_end()[self.folded:])
        self.folded += len(records)
        for record in records:
            self.lives.take(record)
        self.names = self.pseudonyms()
        repeats = []
        for step in self.sent:
            if step.kind == "action":
                self.judged(step)
            elif step in raced:
                continue
            elif hasattr(step, "answered"):
                repeats.append(step)
            else:
                self.answer(step)
        for step in repeats:
            self.answered_again(step)
        self.sent = []
        self.lives.end_round()

    def acted(self, step):
        """An action changes nothing but its share's notes and state; a note that ran against a withdrawal came before it or after."""
        name, record = step.what
        code = self.held[step.by.partition(":")[2]].action_code(record["command_id"])
        if step.against is not None:
            (answer, at, _), *_ = self.answers(step.against, step.against.what[1]["command_id"])
            step.against.answered = (answer, at, None)
            self.said[f"a note against a withdrawal: {code} {answer}"] += 1
            assert (code, answer) in (("APPLIED", "ACCEPTED"), ("APPLIED", "HAS_CONTENT"), ("UNKNOWN_SHARE", "ACCEPTED")), (code, answer)
            if code != "APPLIED":
                assert self.lives.withdraw(step.against.what[1], False) == "ACCEPTED"
                step.under = None
                return
        step.done = step.under.act(record["action"], record["command_id"], step.told)
        if step.against is not None and answer == "ACCEPTED":
            self.lives.withdraw_over_a_note(step.against.what[1])

    def judged(self, step):
        """Whether it was done, unless its employee was erased meanwhile."""
        name, record = step.what
        provider = step.by.partition(":")[2]
        code = self.held[provider].action_code(record["command_id"])
        self.said[f"{record['action']} {code}"] += 1
        if any(step.under in life.held_by(provider) for life in self.lives.lives.values()):
            assert (code == "APPLIED") == step.done, (record, code, step.done)

    def answered_again(self, step):
        """A repeat changes nothing, so the whole round is known here: no other topic's order binds it, an erasure of the round came before it or after."""
        (code, at, life), command_id = step.answered, step.what[1]["command_id"]
        found, codes = self.answers(step, command_id), {code}
        if life is not None and life not in self.lives.lives.values():
            codes = {"NO_MATCH"} | ({code} if life in self.lives.gone else set())
        assert found[-1][0] in codes and {at for _, at, _ in found} == {at}, (step.what, found, codes)

    def answer(self, step):
        name, record = step.what
        (code, at, pseudonym), *_ = self.answers(step, record["command_id"])
        life = None
        if name == "CareRequest":
            expected, life = self.lives.care(record, step.told, at)
            assert pseudonym == (self.names[record["provider_id"]][record["employer_id"], life.number()] if life else bytes(16)), (name, record)
        elif name == "ShareCommand":
            expected = self.lives.share(record, at)
        elif name == "EraseCommand":
            expected = self.lives.erase(record, at)
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

    def check(self, limit=20):
        """Dossiers and notices are the model's; what follows its cause in a batch of its own may take a moment."""
        end = time.monotonic() + limit
        while True:
            wrong = [*self.dossiers_wrong(), *self.notices_wrong()]
            if not wrong:
                break
            assert time.monotonic() < end, "\n".join(wrong[:5])
            time.sleep(0.2)
        for provider, expected, held in self.seen():
            for who, shares in expected.items():
                recognise(shares, held[self.names[provider][who]])

    def seen(self):
        return [(p, self.lives.expected(p), self.held[p].dossiers()) for p in self.deployment.providers]

    def dossiers_wrong(self):
        for provider, expected, held in self.seen():
            names = {p: who for who, p in self.names[provider].items()}
            for pseudonym, entries in held.items():
                if names.get(pseudonym) not in expected:
                    states = [(e.state, e.content["form"], e.content["kind"], e.content["origin"], e.notes) for e in entries]
                    yield f"{provider}: a dossier of {names.get(pseudonym)}, who should have none: {states}"
            for who, shares in expected.items():
                told = differences(shares, held.get(self.names[provider].get(who), []))
                if told:
                    yield f"{provider}, {who}: " + "; ".join(told)

    def notices_wrong(self):
        found, expected = self.told(), self.lives.notices
        for key in {*found, *expected}:
            if found.get(key) != expected.get(key):
                yield f"notices of {key}: found {found.get(key)}, expected {expected.get(key)}"

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
    """The comparison sees a share that is missing, one too many, another state, moment, content or note."""
    for provider in world.deployment.providers:
        held, expected = world.held[provider].dossiers(), world.lives.expected(provider)
        for who, shares in expected.items():
            one, *rest = held[world.names[provider][who]]
            assert not differences(shares, [one, *rest])
            changed = ({"shared_at": one.content["shared_at"] - 3600000}, {"call_name": "Iemand"},
                       {"contacts": [*one.content["contacts"], {"kind": "PHONE_WORK", "value": "1"}]})
            for broken in ([], [one, one], [one._replace(state="ERASED")], [one._replace(notes=[*one.notes, "?"])],
                           *([one._replace(content={**one.content, **change})] for change in changed)):
                assert differences(shares, [*broken, *rest])


def check_shown(world):
    """What provider-svc shows of some dossiers is what was found in its database."""
    for provider in world.deployment.providers:
        held = world.held[provider].dossiers()
        for pseudonym in sorted(held)[:3]:
            shown = json.loads(world.deployment.provider[provider].cli("dossier", "show", pseudonym.hex(), "--json").stdout)
            assert sorted((s["form"], s["kind"], s["state"], s["surname"], len(s["notes"])) for s in shown["shares"]) == sorted(
                (e.content["form"], e.content["kind"], e.state, e.content["surname"], len(e.notes)) for e in held[pseudonym]), f"{provider} {pseudonym.hex()}"
