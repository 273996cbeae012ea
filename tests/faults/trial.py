"""One trial: a fault on a plant at work, then the checker; the figures go into a line of build/faults.jsonl, of which report.py makes a table."""

import json
import os
import time
from collections import Counter, namedtuple

import wire
from checker import check
from sampler import until_batch
from uncommitted import aborted

SLACK = 1 if os.environ.get("KLUIS_STRICT") else 2  # a goal for time is missed on a busy machine: it stands in the table, and twice that fails
RESULTS = wire.ROOT / "build" / "faults.jsonl"
Row = namedtuple("Row", "fault seed kills events dropped recover_s recover_worst_s takeover_s stall_s lasted_s result")


def results_file():
    """Where the rows go: KLUIS_FAULT_RESULTS, else build/faults.jsonl."""
    return os.environ.get("KLUIS_FAULT_RESULTS", str(RESULTS))


class Trial:
    """with Trial(plant, "backend killed") as trial: the load runs and has been seen to be worked on; the body does the fault and calls `over`
    each time that it has ended. At the end it waits for progress, rests and checks, and writes the row."""

    def __init__(self, plant, fault, service="vault.0", least_events=20, leaks=True, again=False, must_abort=False, limit=60):
        self.plant, self.fault, self.positions, self.limit = plant, fault, plant.positions_of(service), limit
        self.least_events, self.leaks, self.again, self.must_abort = least_events, leaks, again, must_abort
        self.kills, self.recovered, self.takeovers, self.dropped, self.stall = 0, [], [], 0, 0.0

    def __enter__(self):
        plant = self.plant
        self.events, self.began = plant.source.events, time.monotonic()
        plant.work()
        until_batch(self.positions, None, self.limit, f"before the fault: {self.fault}")
        plant.follower.forget_stall()
        self.sampled = Counter(plant.sampler.counts)
        return self

    def over(self, before=None, ended=None, positions=None, partitions=None):
        """The fault has ended now (or at `ended`, monotonic): waits for the next committed batch, and notes how long that took.

        before: the batches as counted when the fault ended; else those there are as soon as the database can be asked."""
        ended = ended or time.monotonic()
        at = until_batch(positions or self.positions, before, self.limit, f"after {self.fault}", partitions)
        self.recovered.append(at - ended)
        return self.recovered[-1]

    def taken_over(self, partitions, since, what="vault"):
        """Waits for the next committed batch on partitions whose owner went at `since`, and notes that as a take-over."""
        at = until_batch(self.plant.positions[what], None, self.limit, f"on partitions {partitions} taken over after {self.fault}", partitions)
        self.takeovers.append(at - since)

    def __exit__(self, kind, error, trace):
        plant = self.plant
        lasted, result, done = time.monotonic() - self.began, "failed", None
        plant.sound = False
        try:
            if kind is None:
                plant.check_alive()
                until_batch(self.positions, None, self.limit, f"under load after {self.fault}")
                self.stall = plant.follower.stalled
                done = check(plant, self.leaks, self.again)
                self._something_happened(done)
                result, plant.sound = "exact", True
        finally:
            if kind is not None:
                plant.pace.pause()
            self._write(lasted, result)

    def _something_happened(self, done):
        taken = self.plant.source.events - self.events
        assert taken >= self.least_events, f"only {taken} events were taken during {self.fault}"
        unsampled = self.plant.sampler.unsampled(self.sampled)
        assert not unsampled, f"no sample of K and P of {unsampled} could be taken during {self.fault}"
        unread = len(aborted(self.plant, done.fresh))
        self.dropped, self.plant.unread = unread - self.plant.unread, unread
        assert self.dropped or not self.must_abort, f"{self.fault} should have made aborted records, and none was dropped"

    def _write(self, lasted, result):
        recovered = sorted(self.recovered)
        row = Row(self.fault, self.plant.seed, self.kills, self.plant.source.events - self.events, self.dropped,
                  round(recovered[len(recovered) // 2], 2) if recovered else None, round(recovered[-1], 2) if recovered else None,
                  round(max(self.takeovers), 2) if self.takeovers else None, round(self.stall, 2), round(lasted, 1), result)
        with open(results_file(), "a", encoding="utf-8") as file:
            file.write(json.dumps(row._asdict()) + "\n")
