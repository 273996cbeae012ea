"""Progress as Kafka has it: after a fault of the broker's, what PostgreSQL has committed says little, as much of it was taken before."""

import struct
import time


class Published:
    """Stands in for a service's Positions where progress is waited for: counts the batches whose outputs and offsets Kafka has."""

    def __init__(self, positions, limit=180):
        self._positions, self._limit = positions, limit

    def batches(self, partitions=None):
        """The sum over all or these partitions, as soon as the broker can be asked."""
        end = time.monotonic() + self._limit
        while True:
            try:
                return sum(highest.batch for p, (_, highest) in self._positions.kafka().items() if partitions is None or p in partitions)
            except (OSError, struct.error):
                assert time.monotonic() < end, f"the broker answers nothing for {self._limit} s"
                time.sleep(0.05)
