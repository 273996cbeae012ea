"""The fault tests stand on the client and the model of the system tests, and have their fixtures."""

import sys
from pathlib import Path

sys.path.insert(1, str(Path(__file__).resolve().parents[1] / "system"))

from fixtures import SCALE, deploy, rng, scaled, seed, stack, tell_the_seed  # noqa: E402

__all__ = ["SCALE", "deploy", "rng", "scaled", "seed", "stack", "tell_the_seed"]


def pytest_configure(config):
    config.addinivalue_line("markers", "matrix: only in deploy/test --faults, not in plain deploy/test")
