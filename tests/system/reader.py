"""A read_committed reader: whole topics to a known end, or a tail that is asked again and again."""

import time
from collections import Counter

from confluent_kafka import Consumer, KafkaError, KafkaException, TopicPartition
from confluent_kafka.admin import OffsetSpec

import wire

MARKERS_S = 3  # a commit is known to who asked for it before its markers are in every partition


class Record:
    """One record: topic, partition, offset, broker's time, key, value (None for a tombstone), headers as a dict of text."""

    __slots__ = ("topic", "partition", "offset", "timestamp", "key", "value", "headers", "_decoded")

    def __init__(self, message):
        self.topic, self.partition, self.offset = message.topic(), message.partition(), message.offset()
        self.timestamp, self.key, self.value = message.timestamp()[1], message.key(), message.value()
        self.headers, self._decoded = {name: value.decode() for name, value in message.headers() or ()}, None

    def decoded(self):
        """(record name, record), read once."""
        if self._decoded is None:
            self._decoded = wire.decode(self.value)
        return self._decoded


class Tail:
    """Records of some topics from their beginning on, growing with each poll."""

    def __init__(self, stack, topics):
        self._stack, self.topics, self.records, self._known = stack, list(topics), [], stack.topics_once_there(topics)
        self._consumer = Consumer({
            "bootstrap.servers": stack.kafka, "group.id": "systests-reader", "enable.auto.commit": False, "auto.offset.reset": "error",
            "isolation.level": "read_committed", "enable.partition.eof": True, "fetch.wait.max.ms": 20, "fetch.min.bytes": 1,
            "allow.auto.create.topics": False, "log_level": 2, "topic.metadata.refresh.interval.ms": 5000})
        self._places = [(t, p) for t in self.topics for p in range(self._known[t])]
        self._ended, self._next = set(), dict.fromkeys(self._places, 0)
        self._consumer.assign([TopicPartition(t, p, 0) for t, p in self._places])

    def poll(self, seconds=0.0):
        """Takes what is there; waits at most so long for the first of it. Returns the new records."""
        new, most, timeout = [], 1, seconds  # of more than one it would await all of them
        while True:
            batch = self._consumer.consume(most, timeout)
            most, timeout = 1000, 0.0
            if not batch:
                break
            for message in batch:
                error = message.error()
                if error is None:
                    new.append(Record(message))
                    self._ended.discard((message.topic(), message.partition()))
                    self._next[message.topic(), message.partition()] = message.offset() + 1
                elif error.code() == KafkaError._PARTITION_EOF:
                    self._ended.add((message.topic(), message.partition()))
                    self._next[message.topic(), message.partition()] = message.offset()  # behind markers and aborted records too
                else:
                    self.trouble(error)
        self.records += new
        return new

    def trouble(self, error):
        """What the consumer tells that is no record: never expected here."""
        raise AssertionError(f"reader: {error}")

    def wait(self, found, limit, what):
        """Polls until found(record) is true of one, seen before or new, and returns that."""
        end, at = time.monotonic() + limit, 0
        while True:
            for record in self.records[at:]:
                if found(record):
                    return record
            at = len(self.records)
            if time.monotonic() > end:
                raise AssertionError(f"waited {limit} s in vain for {what}")
            self.poll(0.05)

    def to_end(self, limit=60):
        """Reads until every partition has been seen at its (stable) end since this call; returns all records so far.

        What a transaction that is being committed holds is awaited as well, for a while: one that stays open is left out."""
        began = time.monotonic()
        end, written = began + limit, self._written()
        self.poll()
        self._ended.clear()
        self._consumer.assign([TopicPartition(*place, offset) for place, offset in self._next.items()])
        while len(self._ended) < len(self._places) or (time.monotonic() < began + MARKERS_S and any(self._next[p] < o for p, o in written.items())):
            if time.monotonic() > end:
                raise AssertionError(f"reader: not at the end of {set(self._places) - self._ended}")
            self.poll(0.05)
        return self.records

    def _written(self):
        """The ends of the partitions, committed or not; none when the broker does not say."""
        asked = {TopicPartition(*place): OffsetSpec.latest() for place in self._places}
        try:
            found = self._stack.admin.list_offsets(asked, request_timeout=5)
            return {(place.topic, place.partition): future.result().offset for place, future in found.items()}
        except KafkaException:
            return {}

    def close(self):
        self._consumer.close()


def in_order(records):
    """Partition by partition in order."""
    return sorted(records, key=lambda r: (r.topic, r.partition, r.offset))


def read_all(stack, topics, limit=60):
    """Every committed record of these topics, partition by partition in order."""
    tail = Tail(stack, topics)
    try:
        return in_order(tail.to_end(limit))
    finally:
        tail.close()


def writer(record):
    """Who wrote a record, where a topic has several writers: each counts its own."""
    return record.decoded()[1]["issuer"] if record.topic == "dossier.status" else None


def check_headers(records, keyed=False):
    """kluis-seq is dense from 1 for each writer, topic and partition within a generation, kluis-id is nobody else's.

    keyed: the topic is a provider's, so that ids are 32 hex digits and not coordinates."""
    expected, ids = Counter(), Counter()
    for record in sorted(records, key=lambda r: (r.topic, r.partition, r.offset)):
        place = (record.topic, record.partition, writer(record))
        generation, number = record.headers["kluis-seq"].split(".")
        expected[place] += 1
        assert (generation, int(number)) == ("1", expected[place]), \
            f"{place} offset {record.offset}: kluis-seq {record.headers['kluis-seq']}, expected 1.{expected[place]}"
        ids[record.topic, record.headers["kluis-id"]] += 1
        if keyed:
            assert len(bytes.fromhex(record.headers["kluis-id"])) == 16
        else:
            parts = record.headers["kluis-id"].split("/")
            assert len(parts) == 5 and parts[0] == generation and int(parts[2]) == record.partition, record.headers["kluis-id"]
    assert not [i for i, n in ids.items() if n > 1], "a kluis-id occurs twice"


def latest(records):
    """{(topic, key): record} the last of each key."""
    out = {}
    for record in records:
        out[record.topic, record.key] = record
    return out
