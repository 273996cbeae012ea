"""A population on a provider's topic, put there as a vault does: in transactions, numbered, by partition of the employer."""

import json
from collections import Counter

from confluent_kafka import Producer

import wire
from stack import wait_until


class Feed:
    """Writes records (key, value or None) to population.<provider>."""

    def __init__(self, deployment, provider="P1"):
        self.deployment, self.provider, self.topic = deployment, provider, f"population.{provider}"
        self.numbers, self.employers, self.offsets = Counter(), {}, {}
        self._producer = Producer({"bootstrap.servers": deployment.stack.kafka, "transactional.id": f"feed-{deployment.name}", "linger.ms": 5,
                                   "log_level": 2})
        self._producer.init_transactions(30)

    def partition(self, key, value):
        """A tombstone goes where its entity went."""
        if value is not None:
            self.employers[key] = wire.decode(value)[1]["employer_id"]
        return wire.partition_of(self.employers[key], self.deployment.partitions)

    def write(self, records, each=500):
        """In transactions of so many records."""
        for first in range(0, len(records), each):
            self.begin(records[first:first + each])
            self.commit()
        return self

    def begin(self, records, numbered=True):
        """Opens a transaction with these; all are at the broker when this returns."""
        self._producer.begin_transaction()
        for key, value in records:
            partition = self.partition(key, value)
            self.numbers[partition] += numbered
            self._producer.produce(self.topic, value, key, partition, on_delivery=self._delivered,
                                   headers={"kluis-seq": f"1.{self.numbers[partition]}"})
        assert self._producer.flush(60) == 0

    def commit(self):
        self._producer.commit_transaction(30)

    def abort(self):
        self._producer.abort_transaction(30)

    def _delivered(self, error, message):
        assert error is None, error
        self.offsets[message.partition()] = max(self.offsets.get(message.partition(), 0), message.offset() + 1)

    def in_tables(self, limit=120):
        """Until the provider's service has all of it in its tables, loads ended."""
        service = self.deployment.provider[self.provider]

        def there():
            status = json.loads(service.cli("status", "--json").stdout)
            return not status["loads"] and all(self.deployment.provider_offsets(self.provider).get((self.topic, p), 0) >= end
                                               for p, end in self.offsets.items())
        wait_until(there, limit, f"{self.topic} in the tables", 0.3)


def figures(deployment, *options, replay=False, provider="P1", check=True, **more):
    """What `provider-svc figures` says."""
    return deployment.provider[provider].cli("figures", *options, *(["--replay"] if replay else []), check=check, **more)
