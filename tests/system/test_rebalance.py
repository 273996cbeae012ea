"""A second vault instance takes partitions for twenty seconds of a paced load and leaves again: exact."""

import time

import pytest

from conftest import scaled
from load import Load
from stack import wait_until
from world import World

SECONDS = 20


@pytest.fixture(scope="module")
def world(deploy):
    return World(deploy())


def owned(deployment):
    """{instance: how many partitions of hr.events the group gives it}."""
    group = deployment.stack.admin.describe_consumer_groups([deployment.group], request_timeout=20)[deployment.group].result()
    return {m.group_instance_id: sum(1 for t in m.assignment.topic_partitions if t.topic == "hr.events") for m in group.members if m.assignment}


def test_a_second_instance_owns_partitions_for_a_while_and_leaves(world, rng):
    deployment = world.deployment
    load = Load(world, "RB", 8, scaled(400, 40), 60, rng.random(), 3_000_000)
    world.settle()
    portions = iter(load.portions)

    def paced():
        portion = next(portions, None)
        if portion:
            deployment.deliver(portion)

    second = deployment.vault_instance(1).start()
    try:
        both = wait_until(lambda: (paced(), sorted(owned(deployment).values()))[1][-2:] == [6, 6], 40, "both instances to own six partitions", 0.3)
        assert both
        began = time.monotonic()
        load.share_one()
        wait_until(lambda: (paced(), time.monotonic() - began > SECONDS)[1], SECONDS + 5, "twenty seconds", SECONDS / 40)
        assert sorted(owned(deployment).values()) == [6, 6]
        load.share_one()
        for partition in deployment.status()["partitions"]:
            assert partition["owner"] in (f"{deployment.name}-vault-0", f"{deployment.name}-vault-1")
    finally:
        second.stop()
    wait_until(lambda: (paced(), list(owned(deployment).values()))[1] == [12], 40, "the first instance to own everything again", 0.3)
    for portion in portions:
        deployment.deliver(portion)
    load.check()
