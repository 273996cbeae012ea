"""Samples resident memory, descriptors and threads of each service every few seconds, and says whether they stay flat."""

import os
import re
import threading
import time
from collections import defaultdict

MEASURES = ("resident_mb", "descriptors", "threads")


def measure(pid):
    """(resident MiB, open descriptors, threads) of a process; None where it has just gone."""
    try:
        with open(f"/proc/{pid}/status") as status:
            text = status.read()
        return int(re.search(r"VmRSS:\s+(\d+)", text)[1]) / 1024, len(os.listdir(f"/proc/{pid}/fd")), int(re.search(r"Threads:\s+(\d+)", text)[1])
    except (OSError, TypeError):
        return None


def middle(values):
    values = sorted(values)
    return values[len(values) // 2]


class Watch(threading.Thread):
    """samples: {service: [(time, pid, resident, descriptors, threads)]}."""

    def __init__(self, plant, pause=5.0):
        super().__init__(name="watch", daemon=True)
        self.plant, self.pause, self.samples, self._ending = plant, pause, defaultdict(list), threading.Event()

    def run(self):
        while not self._ending.wait(self.pause):
            for name, service in self.plant.services().items():
                if service.running():
                    found = measure(service.process.pid)
                    if found:
                        self.samples[name].append((time.monotonic(), service.process.pid, *found))

    def stop(self):
        self._ending.set()
        self.join(20)

    def line(self):
        return ", ".join(f"{name} {s[-1][2]:.0f} MiB {s[-1][3]} fd {s[-1][4]} thr" for name, s in self.samples.items() if s)

    def fifths(self, name):
        """[(resident, descriptors, threads)] of each fifth of the time, as medians."""
        samples = self.samples[name]
        size = max(1, len(samples) // 5)
        parts = [samples[n * size:(n + 1) * size] for n in range(5)] if len(samples) >= 5 else [samples]
        return [tuple(middle([s[2 + m] for s in part]) for m in range(3)) for part in parts if part]

    def table(self):
        lines = ["| service | processes | resident MiB, by fifths | most | descriptors | threads |", "| --- | --- | --- | --- | --- | --- |"]
        for name, samples in sorted(self.samples.items()):
            fifths = self.fifths(name)
            lines.append(f"| {name} | {len({s[1] for s in samples})} | {' '.join(f'{f[0]:.0f}' for f in fifths)} | {max(s[2] for s in samples):.0f} | "
                         f"{' '.join(str(f[1]) for f in fifths)} | {' '.join(str(f[2]) for f in fifths)} |")
        return "\n".join(lines)

    def findings(self):
        """What grew: the last fifth against the second (the first warms up)."""
        found = []
        for name in self.samples:
            fifths = self.fifths(name)
            if len(fifths) < 5:
                continue
            (memory, files, threads), (memory_end, files_end, threads_end) = fifths[1], fifths[-1]
            if memory_end > memory * 1.15 + 5:
                found.append(f"{name}: resident memory grew from {memory:.0f} to {memory_end:.0f} MiB")
            if files_end > files + 3:
                found.append(f"{name}: descriptors grew from {files} to {files_end}")
            if threads_end > threads + 2:
                found.append(f"{name}: threads grew from {threads} to {threads_end}")
        return found
