"""A read_committed reader that follows the outputs through a whole fault, in a thread of its own, and keeps what it takes to compare."""

import hashlib
import threading
import time
from collections import namedtuple

from reader import Tail, writer

Reading = namedtuple("Reading", "topic partition offset key id seq writer digest")


def reading(record):
    """What is kept of a record: where it stood, its key, kluis-id, kluis-seq, who wrote it, and a digest of its value."""
    value = b"\1" + record.value if record.value is not None else b"\0"
    return Reading(record.topic, record.partition, record.offset, record.key, record.headers.get("kluis-id"), record.headers.get("kluis-seq"),
                   writer(record), hashlib.blake2b(value, digest_size=8).digest())


class _PatientTail(Tail):
    """Goes on through a broker's absence; an offset that is gone is still an error."""

    def trouble(self, error):
        if not error.retriable() and error.name() in ("OFFSET_OUT_OF_RANGE", "_AUTO_OFFSET_RESET"):
            super().trouble(error)

    def next_offsets(self):
        return dict(self._next)

    def high(self, place):
        """The partition's last known high watermark, without asking the broker."""
        from confluent_kafka import TopicPartition
        return self._consumer.get_watermark_offsets(TopicPartition(*place), cached=True)[1]


class Follower(threading.Thread):
    """Starts at the topics' beginning. `readings` grows; `stalled` is the longest time that something lay before the reader unreadable, in seconds."""

    def __init__(self, stack, topics):
        super().__init__(name="follower", daemon=True)
        self.readings, self.stalled, self.broken = [], 0.0, None
        self._tail, self._ends, self._stuck = _PatientTail(stack, topics), {}, {}
        self._ending, self._turn, self._turns = threading.Event(), threading.Condition(), 0

    def run(self):
        try:
            looked = 0.0
            while not self._ending.is_set():
                for record in self._tail.poll(0.2):
                    self.keep(record)
                self._tail.records.clear()
                if time.monotonic() - looked > 0.25:
                    looked = time.monotonic()
                    self._look(looked)
                with self._turn:
                    self._turns += 1
                    self._turn.notify_all()
        except Exception as error:  # told by check_alive, in the test's thread
            self.broken = error
        finally:
            self._tail.close()

    def keep(self, record):
        """Takes one record, in the order of its partition."""
        self.readings.append(reading(record))

    def _look(self, now):
        """A partition is stalled while records lie beyond what is readable and nothing new becomes so."""
        for place, offset in self._tail.next_offsets().items():
            high = self._tail.high(place)
            known, since = self._stuck.get(place, (None, now))
            if high > offset and known == offset:
                self.stalled = max(self.stalled, now - since)
            else:
                self._stuck[place] = (offset, now)

    def check_alive(self):
        assert self.broken is None and self.is_alive(), f"the concurrent reader ended: {self.broken!r}"

    def catch_up(self, ends, limit=60):
        """Until it has read all that lies below these offsets: {(topic, partition): last readable record's offset + 1}."""
        end = time.monotonic() + limit
        with self._turn:
            while any(self._tail.next_offsets().get(place, 0) < offset for place, offset in ends.items()):
                self.check_alive()
                assert time.monotonic() < end, "the concurrent reader is not at the end"
                self._turn.wait(0.5)
            turns = self._turns
            while self._turns <= turns:  # what it had in hand is in `readings` one turn later
                self.check_alive()
                self._turn.wait(0.5)
        return list(self.readings)

    def forget_stall(self):
        """The longest stall so far, which then counts anew."""
        found, self.stalled, self._stuck = self.stalled, 0.0, {}
        return found

    def stop(self):
        self._ending.set()
        self.join(20)
