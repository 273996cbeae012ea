"""Negative controls of tests/system/test_noninterference.py: each way in which a silent share could show, and the comparison tells of it."""

import re

import pytest

from deployment import Deployment
from employer_view import differences
from latency import MANY, Panel, separable
from silence import played
import wire

pytestmark = pytest.mark.matrix  # a run of the scenario each

SHOWS = {  # without which guard it shows, and where
    "silent_history": r"^/in the middle/history/\d+/changes: \d+ entries",
    "silent_notice": r"^/told/\d+/value/change: .*SHARED",
    "silent_revision": r"^/population/people/.*/revision: ",
    "silent_sequence": r"^/told/\d+/headers/kluis-seq: ",
    "silent_audit": r"^/audit/\d+/4: .*CARE_REQUEST",
    "silent_content": r"HAS_CONTENT",
    "silent_erasure": r"^/told/\d+/value/change: .*REVOKED",
}


@pytest.fixture(scope="module")
def without_requests(stack):
    """No silent request, no leak: one run serves all."""
    return played(stack, "silence-none", False, faults=True)


def told(stack, without_requests, guard):
    """What the comparison says; a scenario that ends early, since an employer's command is answered otherwise, says so itself."""
    try:
        return differences(without_requests, played(stack, f"silence-{guard}", True, guard, faults=True))
    except AssertionError as error:
        return [str(error)]


def test_with_every_guard_nothing_shows(stack, without_requests):
    assert told(stack, without_requests, None) == []


@pytest.mark.parametrize("guard", SHOWS)
def test_without_a_guard_the_comparison_tells_of_the_silent_share(stack, without_requests, guard):
    said = told(stack, without_requests, guard)
    print(f"{len(said)} differences: {said[:3]}")
    assert any(re.search(SHOWS[guard], line) for line in said), said[:20]


@pytest.mark.parametrize("guard", [None, "silent_latency"])
def test_ten_milliseconds_more_where_there_is_a_silent_share_are_separable(stack, rng, guard):
    folder = wire.ROOT / "build" / "systests" / stack.name / "silence-latency"
    deployment = Deployment(stack, folder, providers=("P1",), partitions=2, faults=True, **MANY).up(start=False)
    try:
        deployment.vault.environment = {"KLUIS_WITHOUT": guard} if guard else {}
        deployment.vault.start()
        found = separable(Panel(deployment, rng).latencies, 60)
        assert bool(found) == bool(guard), found
    finally:
        deployment.down()
