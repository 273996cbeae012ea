"""The fault tests stand on the client and the model of the system tests, and have their fixtures."""

import os
import random
import sys
import time
from pathlib import Path

import pytest

sys.path.insert(1, str(Path(__file__).resolve().parents[1] / "system"))

from checker import Broken  # noqa: E402
from fixtures import SCALE, deploy, rng, scaled, seed, stack, tell_the_seed  # noqa: E402
from kproxy import KafkaProxy  # noqa: E402
from ledger import nothing_written  # noqa: E402
from plant import Plant  # noqa: E402

__all__ = ["SCALE", "deploy", "rng", "scaled", "seed", "stack", "tell_the_seed"]


def pytest_configure(config):
    config.addinivalue_line("markers", "matrix: only in deploy/test --faults, not in plain deploy/test")


def pytest_collection_modifyitems(items):
    """Where time is short the files come in an order of the seed's, so that it is not always the last ones that are left out."""
    if os.environ.get("KLUIS_FAULT_END"):
        rng, files = random.Random(os.environ.get("KLUIS_SEED")), sorted({item.path for item in items})
        rng.shuffle(files)
        items.sort(key=lambda item: files.index(item.path))


def pytest_runtest_setup(item):
    """KLUIS_FAULT_END: seconds since 1970 from which on no test begins."""
    end = os.environ.get("KLUIS_FAULT_END")
    if end and time.time() >= float(end):
        pytest.skip("the time that was given is over")


def hold_all(plant):
    """After the last trial, if that was exact: the vault holds all that the model does, which delivering all of it once more shows."""
    findings = nothing_written(plant) if plant.sound else []
    if findings:
        raise Broken(findings)


@pytest.fixture(scope="module")
def plants(deploy, seed):
    """A function that makes a plant on optimised binaries; one at a time: what it made before is taken down."""
    made = []

    def take_down():
        try:
            for plant in made:
                hold_all(plant)
        finally:
            for plant in made:
                plant.stop()
                plant.deployment.down()
            made.clear()

    def make(deployment=None, **options):
        """deployment: options of Deployment; the others are Plant's."""
        take_down()
        made.append(Plant(deploy(**{"release": True, **(deployment or {})}), seed, **options))
        return made[-1]

    yield make
    take_down()


@pytest.fixture(scope="module")
def proxy(stack):
    if "KLUIS_KAFKA_PROXY" not in stack.environment:
        pytest.skip("needs a Kafka of deploy/stack: its broker has a listener for the proxy")
    made = KafkaProxy(stack.environment)
    yield made
    made.stop()
