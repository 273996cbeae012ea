"""A working plant: vault and providers under a paced load, the model beside them, a reader and a sampler that never look away."""

import random
import time

from follower import Follower
from model import Model, Report
from pace import Content, Pace
from reader import Tail
from sampler import Positions, Sampler
from stack import wait_until

OUTPUTS = ("vault.results", "vault.reports", "vault.erasures", "dossier.status")
NAME = "Transportbedrijf Vlug"


class Source:
    """Folds hr.events in the log's order into the model and forgets it; poison is known by its bytes."""

    def __init__(self, plant):
        self.plant, self.tail, self.events = plant, Tail(plant.deployment.stack, ["hr.events"]), 0
        self.employee, self.identities = {}, []

    def fold(self, limit=120):
        """Everything up to the log's end."""
        self.tail.to_end(limit)
        for record in self.tail.records:
            self._take(record)
        self.events += len(self.tail.records)
        self.tail.records.clear()

    def _take(self, record):
        model, code = self.plant.model, self.plant.content.poisoned.get(record.value)
        if code:
            self.employee[record.topic, record.partition, record.offset] = (record.key.decode(), self.plant.content.named.get(record.value))
            model.reports.append(Report(record.key.decode(), None, record.topic, record.partition, record.offset, "QUARANTINED", code, None, False))
            return
        said = len(model.reports)
        model.take(record)
        if len(model.reports) > said:
            event = record.decoded()[1]
            self.employee[record.topic, record.partition, record.offset] = (event["employer_id"], event.get("employee_key"))
        elif len(self.identities) < 400:
            name, event = record.decoded()
            if name == "EmployeeEvent" and event["op"] == "UPSERT" and event["bsn"]:
                self.identities.append(event)


class Plant:
    """deployment: up, its services running. Its employers are enabled, active and under load from `work` on.

    content: what is delivered; with another than Content there is no model of it, and its owner judges."""

    def __init__(self, deployment, seed, employers=6, rate=150, prefix="F", vaults=1, settings=None, follower=Follower, content=Content, **more):
        self.deployment, self.model, self.seed = deployment, Model(deployment.partitions), seed
        self.rng, self.unread = random.Random(f"{seed}/plant"), 0  # unread: aborted records that earlier trials have counted
        self.name, self.aside, self.sound = NAME, [], False  # aside: services that are no longer the deployment's; sound: the last trial was exact
        self.actions = {provider: {} for provider in deployment.providers}  # what users of theirs did: {command_id: (action, share_id)}
        self.unreadable = 0  # records that faults delivered and nobody can read
        self.employers = [f"{prefix}{n}" for n in range(employers)]
        for employer_id in self.employers:
            deployment.enable(employer_id, deployment.providers, settings, name=NAME)
            self.model.enable(employer_id, deployment.providers, settings)
        deployment.activate(*self.employers)
        for number in range(1, vaults):
            deployment.vault_instance(number).start()
        self.content = content(deployment, self.employers, random.Random(f"{seed}/content"), 1_000_000, **more)
        self.source, self.pace = Source(self) if content is Content else None, Pace(deployment, self.content, rate)
        self.topics = [*OUTPUTS, *(f"{kind}.{p}" for kind in ("population", "share", "care.results") for p in deployment.providers)]
        deployment.vault_offsets()
        self.positions = {"vault": Positions(deployment.stack, "vault", deployment.group, f"{deployment.name}-vault")}
        for provider in deployment.providers:
            self.positions[provider] = Positions(deployment.stack, provider, self._provider_group(provider), f"{deployment.name}-{provider.lower()}")
        self.follower, self.sampler = follower(deployment.stack, self.topics), Sampler(
            [Positions(deployment.stack, p.name, p.group, p.database) for p in self.positions.values()])
        wait_until(lambda: all(self.owned(n) for n in range(vaults)), 60, "every vault instance to own partitions", 0.2)
        for thread in (self.follower, self.sampler, self.pace):
            thread.start()

    def _provider_group(self, provider):
        def found():
            self.deployment.provider_offsets(provider)
            return self.deployment.provider_groups.get(provider)
        return wait_until(found, 60, f"{provider}'s consumer group", 0.2)

    def services(self):
        """{name: Service} of everything that runs here."""
        vaults = [s for s in self.deployment.services if s.binary.endswith("vault-svc")]
        return {**{f"vault.{n}": s for n, s in enumerate(vaults)}, **self.deployment.provider}

    def owned(self, number):
        """The partitions of vault instance `number`."""
        return self.positions["vault"].owned(f"{self.deployment.name}-vault-{number}")

    def check_running(self):
        for name, service in self.services().items():
            assert service.running(), f"{name} has ended by itself with {service.process and service.process.returncode}: {service.tail()}"

    def restart_ended(self):
        """Starts again what has ended, as whoever supervises services would; returns the names."""
        ended = [name for name, service in self.services().items() if not service.running()]
        for name in ended:
            self.services()[name].start()
        return ended

    def positions_of(self, name):
        """The positions that a service's work moves."""
        return self.positions[name.split(".")[0]]

    def work(self):
        """The load runs from here on."""
        self.pace.resume()

    def rest(self, limit=180):
        """The load stops; everything is taken by the vault and the model, and everything told is taken by the providers."""
        self.pace.pause()
        self.check_running()
        self.deployment.settle(limit)
        if self.source:
            self.source.fold()

    def check_alive(self):
        for thread in (self.pace, self.follower, self.sampler):
            thread.check_alive()

    def leave(self, service):
        """An instance that has done its part: what it logged is still looked at."""
        self.deployment.services.remove(service)
        self.aside.append(service)

    def stop(self):
        for thread in (self.pace, self.follower, self.sampler):
            thread.stop()
        for positions in self.positions.values():
            positions.close()

    def again(self):
        """Delivers the final content of everything once more, as new events."""
        if not self.source:
            self.deployment.deliver(list(self.content.again()))
            return
        from history import Maker
        from model import same_again
        at = int(time.time() * 1000)
        for employer_id in self.employers:
            maker = Maker(employer_id, self.rng)
            self.deployment.deliver(list(same_again(self.model, employer_id, lambda name, /, maker=maker, **content: maker.event(name, at, **content))))


