"""The employer learns nothing of a silent care request: neither from what it can read, nor from how long its commands take, nor from offsets."""

import random

import pytest

from deployment import Deployment
from employer_view import differences
from fixtures import scaled
from latency import MANY, Panel, separable
from silence import played
from two_samples import p_value
import wire


def test_the_employer_reads_the_same_with_silent_requests_and_without(stack):
    without, silently = (played(stack, f"silence-{s}", s, release=True) for s in (False, True))
    assert len(without["told"]) > 60 and len(without["audit"]) > 20  # there is something to compare
    found = differences(without, silently)
    assert not found, f"{len(found)} differences, without | with silent requests:\n" + "\n".join(found[:30])


@pytest.fixture(scope="module")
def panel(stack, seed):
    deployment = Deployment(stack, wire.ROOT / "build" / "systests" / stack.name / "silence", providers=("P1",), partitions=2, release=True, **MANY)
    deployment.up(start=False).vault.start()
    yield Panel(deployment, random.Random(seed))
    deployment.down()


def test_commands_take_as_long_for_those_who_asked_silently_as_for_the_others(panel):
    found = separable(panel.latencies, scaled(30, least=30))
    assert not found, f"separable at 1 %, twice: {found}"


def test_offsets_move_as_far_with_silent_requests_as_without(panel):
    found = separable(panel.markers, scaled(15, least=15))
    assert not found, f"separable at 1 %, twice: {found}"


def test_the_two_sample_test_finds_what_is_there_and_nothing_else(rng):
    def drawn(shift, spread=1.0):
        return [rng.lognormvariate(3, 0.4) * spread + shift for _ in range(60)]
    chance = [p_value(drawn(0), drawn(0)) for _ in range(300)]
    assert sum(p < 0.01 for p in chance) <= 12 and min(chance) < 0.2
    assert max(p_value(drawn(0), drawn(12)) for _ in range(20)) < 0.01
    assert sum(p_value(drawn(0), [v if n % 2 else v * 3 for n, v in enumerate(drawn(0))]) < 0.01 for _ in range(20)) >= 18
