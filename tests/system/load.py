"""A paced load for the tests that kill and move services: employees' histories of some employers, cut into portions."""

import json
import random

import history
from world import now

NAME = "Transportbedrijf Vlug"


class Load:
    """Employers whose first employees are loaded and active; `portions` are the rest, to be delivered over time."""

    def __init__(self, world, prefix, employers, people_each, portions, seed, first_number):
        rng, self.world = random.Random(f"{seed}{prefix}"), world
        self.employers = [f"{prefix}{n}" for n in range(employers)]
        first, streams = [], []
        for index, employer_id in enumerate(self.employers):
            world.enable(employer_id, ["P1", "P2"], name=NAME)
            maker = history.Maker(employer_id, rng)
            number = first_number + index * 20000
            for n in range(20):
                one = history.History(maker, number + n, rng, now())
                one.hired()
                first += one.events
            lives = [history.delayed(history.History(maker, number + 100 + n, rng, now()).live(number + 99 + n), rng) for n in range(people_each)]
            streams.append(list(history.doubled(history.woven(lives, rng), rng)))
        self.known = [(e, f"K{first_number + i * 20000 + n}") for i, e in enumerate(self.employers) for n in range(20)]
        rng.shuffle(self.known)
        world.deliver(first)
        world.deployment.activate(*self.employers)
        events = []
        while any(streams):
            for stream in streams:
                events += stream[:5]
                del stream[:5]
        size = -(-len(events) // portions)
        self.portions = [events[n:n + size] for n in range(0, len(events), size)]
        self.shared = []

    def share_one(self):
        """Sends a ShareCommand for an employee that nobody has shared yet; does not wait for its result."""
        employer_id, key = self.known.pop()
        provider = ("P1", "P2")[len(self.shared) % 2]
        command = self.world.deployment.new_command("ShareCommand", employer_id, provider_id=provider, employee_key=key, kind="SICK_REPORT",
                                                    reason="tijdens de proef", confirm=True)
        self.shared.append((provider, self.world.deployment.send(f"employer:{employer_id}", "ShareCommand", command)))

    def check(self):
        """Nothing lost, nothing double: population, reports, results, shares, dossiers."""
        world, deployment = self.world, self.world.deployment
        world.settle()
        world.check_whole(*self.employers)
        for _, command_id in self.shared:
            answers = deployment.results(command_id=command_id)
            assert [a["code"] for a in answers] == ["ACCEPTED"], answers
        for provider in deployment.providers:
            sent = deployment.shares(provider)
            deployment.provider_passed(provider, [record for *_, record in sent] + deployment.population(provider))
            mine = [c for p, c in self.shared if p == provider]
            full = [event["pseudonym"] for _, event, dossier, _ in sent if dossier and dossier["form"] == "FULL"]
            assert len(full) == len(set(full)) >= len(mine)
            listed = json.loads(deployment.provider[provider].cli("dossier", "list", "--json").stdout)
            listed = listed["dossiers"] if isinstance(listed, dict) else listed
            assert sorted(d["pseudonym"] for d in listed) == sorted(p.hex() for p in full)
