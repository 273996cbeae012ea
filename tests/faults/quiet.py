"""After quiet: K = P, nothing left in an outbox, no transaction open."""

import time

from confluent_kafka import IsolationLevel, TopicPartition
from confluent_kafka.admin import OffsetSpec


def _ends(stack, places, level):
    asked = {TopicPartition(*place): OffsetSpec.latest() for place in places}
    return {(p.topic, p.partition): f.result().offset for p, f in stack.admin.list_offsets(asked, isolation_level=level, request_timeout=20).items()}


def open_transactions(stack, topics, partitions):
    """[(topic, partition)] whose last stable offset lies below the end."""
    places = [(t, p) for t in topics for p in range(partitions)]
    stable = _ends(stack, places, IsolationLevel.READ_COMMITTED)
    high = _ends(stack, places, IsolationLevel.READ_UNCOMMITTED)
    return [place for place in places if stable[place] < high[place]]


def _unpublished(positions):
    kafka, postgres = positions.kafka(), positions.postgres()
    out = [f"{positions.name}, partition {p}: Kafka at {[m.batch for m in kafka.get(p, ())]}, PostgreSQL at {row[2]}"
           for p, row in postgres.items() if row[2] > 0 and (p not in kafka or kafka[p][1].batch != row[2])]
    left = positions.sql("select partition, unpublished_chunks from stream_status where unpublished_chunks > 0")
    return out + [f"{positions.name}, partition {p}: {n} chunks in the outbox" for p, n in left]


def check_quiet(plant, limit=60):
    """[] once all is quiet; after `limit` seconds what is not."""
    end = time.monotonic() + limit
    while True:
        findings = [f for positions in plant.positions.values() for f in _unpublished(positions)]
        findings += [f"{t}/{p}: a transaction is open" for t, p in open_transactions(plant.deployment.stack, plant.topics, plant.deployment.partitions)]
        if not findings or time.monotonic() > end:
            return findings
        time.sleep(0.25)
