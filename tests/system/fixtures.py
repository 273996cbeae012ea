"""Fixtures of the tests that run the services: a stack for the session, a deployment for each module, seeds and sizes from the environment."""

import os
import random
import shutil

import pytest

from deployment import Deployment, build_folder
from stack import Stack
import wire

SCALE = float(os.environ.get("KLUIS_SCALE", "1"))


def scaled(number, least=1):
    """A size of a test, by KLUIS_SCALE."""
    return max(least, int(number * SCALE))


@pytest.fixture(scope="session")
def stack():
    for binary in ("vault-svc/vault-svc", "provider-svc/provider-svc"):
        if not (build_folder() / binary).exists():
            pytest.fail(f"{build_folder() / binary} is not there: build first, or set KLUIS_BUILD")
    found, ours = Stack.attach()
    yield found
    if ours:
        found.destroy()


@pytest.fixture(scope="session")
def seed():
    """KLUIS_SEED, else a new one; printed, so that a failure can be had again."""
    value = int(os.environ.get("KLUIS_SEED") or random.SystemRandom().randrange(1 << 30))
    print(f"\nKLUIS_SEED={value}")
    return value


@pytest.fixture
def rng(seed, request):
    return random.Random(f"{seed}/{request.node.name}")


@pytest.fixture(autouse=True)
def tell_the_seed(request):
    """Adds the seed to a failing test's output."""
    yield
    if "seed" in request.fixturenames:
        print(f"KLUIS_SEED={request.getfixturevalue('seed')} KLUIS_SCALE={SCALE}")


@pytest.fixture(scope="module")
def deploy(stack, request):
    """A function that makes a deployment; what it made is taken down at the end of the module."""
    made = []

    def make(**options):
        name = request.module.__name__.removeprefix("test_") + (str(len(made)) if made else "")
        folder = wire.ROOT / "build" / "systests" / stack.name / name
        shutil.rmtree(folder, ignore_errors=True)
        made.append(Deployment(stack, folder, **options))
        return made[-1].up()

    yield make
    for deployment in made:
        deployment.down()
