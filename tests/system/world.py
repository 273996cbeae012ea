"""A deployment with the model beside it: what is delivered is folded from the log that came of it."""

import time

from model import Model
from population import Population, check_equal, check_persons
from reader import Tail, check_headers, in_order, read_all
from reports import check_reports


def now():
    """Milliseconds since 1970-01-01 UTC."""
    return int(time.time() * 1000)


class World:
    def __init__(self, deployment):
        self.deployment, self.model = deployment, Model(deployment.partitions)
        self.log, self.folded = Tail(deployment.stack, ["hr.events"]), 0
        self.told = {p: Tail(deployment.stack, [f"population.{p}"]) for p in deployment.providers}

    def enable(self, employer_id, providers, settings=None, name=None):
        self.deployment.enable(employer_id, providers, settings, name)
        self.model.enable(employer_id, providers, settings)

    def deliver(self, events):
        return self.deployment.deliver(events)

    def settle(self, limit=180):
        """All delivered events are taken by the vault, and by the model in the log's order."""
        self.deployment.settle(limit)
        self.log.to_end()
        for record in self.log.records[self.folded:]:
            self.model.take(record)
        self.folded = len(self.log.records)

    def population(self, provider):
        """All that this provider was told so far."""
        return Population(provider, in_order(self.told[provider].to_end(120)), self.deployment.partitions)

    def check(self, *employers):
        """Every provider sees of these employers what the model says."""
        for provider in self.deployment.providers:
            seen = self.population(provider)
            for employer_id in employers:
                check_equal(seen, self.model, employer_id)
                check_persons(seen, self.model, employer_id)

    def check_whole(self, *employers):
        """As check, and every record and report ever written is whole, once and in its form."""
        for provider in self.deployment.providers:
            seen = self.population(provider)
            seen.check_form()
            for employer_id in employers:
                check_equal(seen, self.model, employer_id)
                check_persons(seen, self.model, employer_id)
            check_headers(read_all(self.deployment.stack, [f"share.{provider}"]), keyed=True)
        for topic in ("vault.results", "vault.reports", "dossier.status"):
            check_headers(read_all(self.deployment.stack, [topic]))
        check_reports(self.deployment.reports(), self.model)
