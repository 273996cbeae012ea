"""The employer learns nothing of a silent care request: the same scenario with and without them leaves the same behind wherever it may look."""

import pytest

from deployment import Deployment
from employer_view import differences
from silence import LIMITS, Scenario
import wire


def played(stack, name, with_silent, **options):
    """One run from an empty deployment on; what the employer's side can read after it."""
    folder = wire.ROOT / "build" / "systests" / stack.name / name
    deployment = Deployment(stack, folder, providers=("P1",), partitions=2, **LIMITS, **options).up(start=False)
    try:
        deployment.vault.start()
        return Scenario(deployment, with_silent).play()
    finally:
        deployment.down()


def test_the_employer_reads_the_same_with_silent_requests_and_without(stack):
    without, silently = (played(stack, f"silence-{s}", s) for s in (False, True))
    assert len(without["told"]) > 80 and len(without["audit"]) > 30  # there is something to compare
    found = differences(without, silently)
    assert not found, f"{len(found)} differences, without | with silent requests:\n" + "\n".join(found[:30])
