"""Any process killed at any moment, again as soon as work has resumed: nothing lost, nothing doubled."""

import os
import time

import pytest

from plant import Plant
from sampler import until_batch
from trial import Trial

KILLS = int(os.environ.get("KLUIS_KILLS", "60"))
EACH_CHECK = 250


@pytest.fixture(scope="module")
def plant(deploy, seed):
    made = Plant(deploy(release=True), seed)
    yield made
    made.stop()


def kill_one(trial, name, service):
    """Kills it somewhere in its work, starts it at once, and waits for its next committed batch."""
    positions = trial.plant.positions_of(name)
    time.sleep(trial.plant.rng.random() * 0.3)
    service.kill()
    trial.kills += 1
    before = trial.positions.batches() if positions is trial.positions else positions.batches()
    service.start()
    trial.recovered.append(until_batch(positions, before, 30, f"after kill {trial.kills}, of {name}") - service.started)


@pytest.mark.parametrize("round", range(-(-KILLS // EACH_CHECK)))
def test_random_kills_lose_nothing_and_double_nothing(plant, round):
    count = min(EACH_CHECK, KILLS - round * EACH_CHECK)
    names = list(plant.services())
    with Trial(plant, "random SIGKILL of any process", must_abort=count > 50) as trial:
        for _ in range(count):
            name = plant.rng.choice(names)
            kill_one(trial, name, plant.services()[name])
    print(f"{count} kills, exec to next committed batch at worst {max(trial.recovered):.2f} s")
