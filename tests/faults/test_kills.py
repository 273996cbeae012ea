"""Any process killed at any moment, again as soon as work has resumed: nothing lost, nothing doubled."""

import os
import time

import pytest

from sampler import until_batch
from trial import Trial

KILLS = int(os.environ.get("KLUIS_KILLS", "60"))  # half of them with one vault, half with two
EACH_CHECK = 125


@pytest.fixture(scope="module", params=[1, 2], ids=["one vault", "two vaults"])
def plant(plants, request):
    return plants(vaults=request.param)


def kill_one(trial, name, service):
    """Kills it somewhere in its work, starts it at once, and waits for the next committed batch on what it owned."""
    positions = trial.plant.positions_of(name)
    time.sleep(trial.plant.rng.random() * 0.3)
    partitions = trial.plant.owned(int(name[6:])) if name.startswith("vault") else None
    service.kill()
    trial.kills += 1
    before = positions.batches(partitions)
    service.start()
    trial.recovered.append(until_batch(positions, before, 60, f"after kill {trial.kills}, of {name}", partitions) - service.started)


@pytest.mark.parametrize("round", range(-(-KILLS // 2 // EACH_CHECK)))
def test_random_kills_lose_nothing_and_double_nothing(plant, round):
    count = min(EACH_CHECK, -(-KILLS // 2) - round * EACH_CHECK)
    names = list(plant.services())
    with Trial(plant, f"random SIGKILL of any process, vaults: {len(names) - 2}", must_abort=count > 50) as trial:
        for _ in range(count):
            name = plant.rng.choice(names)
            kill_one(trial, name, plant.services()[name])
    print(f"{count} kills, exec to next committed batch at worst {max(trial.recovered):.2f} s")
