"""Samples how far Kafka (K) and PostgreSQL (P) are: K is read first, so K <= P must hold for every sample of every partition."""

import struct
import threading
import time
from collections import Counter, namedtuple

import psycopg

from marks import GroupMarks

Sample = namedtuple("Sample", "service partition kafka postgres")


class Positions:
    """Reads the positions of one service: its consumer group's marks, and its database."""

    def __init__(self, stack, name, group, database):
        self.stack, self.name, self.group, self.database = stack, name, group, database
        self._marks, self._connection = GroupMarks(stack.kafka, group), None

    def kafka(self):
        """{partition: lowest and highest mark of its topics' offsets}."""
        marks = {}
        for (_, partition), (_, seen) in self._marks.read().items():
            if seen:
                marks.setdefault(partition, []).append(seen)
        return {partition: (min(seen), max(seen)) for partition, seen in marks.items()}

    def sql(self, statement):
        """Rows, over a connection that is kept; where that one has been cut, over a new one."""
        if self._connection is not None:
            try:
                return self._connection.execute(statement).fetchall()
            except psycopg.OperationalError:
                self._connection.close()
        self._connection = psycopg.connect(self.stack.conninfo(self.database), autocommit=True, connect_timeout=2)
        return self._connection.execute(statement).fetchall()

    def postgres(self):
        """{partition: (lineage, generation, batch, owner)}."""
        return {row[0]: row[1:] for row in self.sql("select partition, lineage, generation, batch, owner from stream_position")}

    def batches(self, partitions=None):
        """The sum of the partitions' batch numbers, of all or of these: rises with each committed batch."""
        only = f" where partition in ({','.join(map(str, partitions))})" if partitions else ""
        return int(self.sql(f"select sum(batch) from stream_position{only}")[0][0])

    def owned(self, instance):
        """The partitions that are this instance's by the database."""
        return sorted(p for p, row in self.postgres().items() if row[3] == instance)

    def under_way(self):
        """(partition, topic, first offset, last) of what has been begun and is not committed, as noted before."""
        return set(self.sql("select a.partition, r.topic, r.first, r.last from stream_attempt a join stream_position p using (partition), "
                            "unnest(a.topics, a.firsts, a.lasts) r (topic, first, last) where a.batch > p.batch"))

    def taken(self, under_way):
        """Whether all of that is committed. By offsets: another batch may be committed before the one that was under way is."""
        after = {(partition, topic): offset for partition, topic, offset in self.sql("select partition, topic, next_offset from stream_input")}
        return all(after.get((partition, topic), 0) > last for partition, topic, _, last in under_way)

    def close(self):
        if self._connection is not None:
            self._connection.close()
            self._connection = None
        self._marks.close()


def beyond(samples):
    """The samples in which Kafka was ahead of PostgreSQL."""
    return [s for s in samples if (s.kafka.lineage, s.kafka.generation) == s.postgres[:2] and s.kafka.batch > s.postgres[2]]


def alone(under_way):
    """Whether a record was worked on that had no other beside it in its partition."""
    return any(first == last and sum(other[0] == partition for other in under_way) == 1 for partition, _, first, last in under_way)


class Sampler(threading.Thread):
    """Samples until stopped. What cannot be asked just now (a broker or database that is down) is no sample. counts: samples of each service."""

    def __init__(self, positions, pause=0.3):
        super().__init__(name="sampler", daemon=True)
        self.positions, self.pause, self.counts, self.wrong, self.broken = positions, pause, Counter(), [], None
        self._ending = threading.Event()

    def run(self):
        try:
            while not self._ending.is_set():
                for one in self.positions:
                    self._sample(one)
                self._ending.wait(self.pause)
        except Exception as error:  # told by check_alive, in the test's thread
            self.broken = error
        finally:
            for one in self.positions:
                one.close()

    def _sample(self, one):
        try:
            kafka, postgres = one.kafka(), one.postgres()
        except (OSError, struct.error, psycopg.Error):  # the fault's doing: the next sample will tell
            return
        samples = [Sample(one.name, p, seen[1], postgres[p][:3]) for p, seen in kafka.items()]
        self.counts[one.name] += len(samples)
        self.wrong += beyond(samples)

    def check_alive(self):
        assert self.broken is None and self.is_alive(), f"the sampler ended: {self.broken!r}"

    def unsampled(self, since):
        """The services of which nothing was sampled since `counts` was that."""
        return [one.name for one in self.positions if self.counts[one.name] <= since[one.name]]

    def stop(self):
        self._ending.set()
        self.join(30)


def until_batch(positions, before, limit, what, partitions=None):
    """Waits until one more batch than `before` is committed; returns the time (monotonic) at which that was seen. before None: one more than
    there are once the database can be asked."""
    end = time.monotonic() + limit
    while True:
        try:
            now = positions.batches(partitions)
            if before is not None and now > before:
                return time.monotonic()
            before = now if before is None else before
        except psycopg.Error:
            time.sleep(0.05)
        assert time.monotonic() < end, f"waited {limit} s in vain for the next committed batch {what}"
        time.sleep(0.01)
