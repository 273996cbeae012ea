"""How current a reader of a compacted topic is: a partition on which nothing comes for long is no reason to read it again."""

import time

import pytest

from broken import Fuse, go_on
from stack import wait_until
from test_controls import Site, binaries, site  # noqa: F401

__all__ = ["Site", "binaries", "site"]
RETENTION_MS = 6000


def begin(site, name, retention_ms=RETENTION_MS):
    """A site whose population topic keeps tombstones for seconds, its provider having been told so, and all read."""
    made = site(name)
    made.stack.alter_topic("population.P1", **{"delete.retention.ms": retention_ms})
    made.restart(made.provider, lit=True)
    settle(made)
    return made


def settle(made):
    made.world.settle()
    made.deployment.provider_passed("P1", made.deployment.population("P1"))
    end = made.deployment.ends(["population.P1"])["population.P1", 0]  # behind the last transaction's marker, which is passed a moment later
    wait_until(lambda: made.stack.sql("select next_offset from stream_input where topic = 'population.P1'", f"{made.deployment.name}-p1") == [(end,)],
               30, "the provider to be at the log's end")


def said(service, began, event):
    return [line for line in service.logged()[began:].decode(errors="replace").splitlines() if event in line]


@pytest.mark.matrix
def test_what_comes_right_after_a_long_quiet_time_is_taken_as_it_is(site):  # noqa: F811
    """Nothing came while the provider was away for longer than tombstones are kept, and something comes the moment it has looked at the log."""
    made = begin(site, "quiet")
    made.provider.stop()
    time.sleep(RETENTION_MS / 1000 * 1.3)
    began = len(made.provider.logged())
    fuse = Fuse(made.provider, pause="takeover_decided", lit=True)
    made.provider.start()
    fuse.stopped(30, "the take-over")
    before = made.deployment.ends(["population.P1"])
    made.world.deliver([made.employment(0, contract_hours_x100=2345)])
    made.world.settle()
    assert made.deployment.ends(["population.P1"]) != before
    go_on(made.provider)
    made.deployment.provider_passed("P1", made.deployment.population("P1"))
    assert not said(made.provider, began, "AWAY_TOO_LONG") and not said(made.provider, began, "event=read_again"), made.provider.tail()
    made.check()


@pytest.mark.matrix
def test_who_was_away_too_long_while_something_came_reads_it_all_again(site):  # noqa: F811
    """Control: what lies beyond what was read may have lost its tombstones by now."""
    made = begin(site, "away")
    made.provider.stop()
    made.world.deliver([made.employment(0, contract_hours_x100=2345)])
    made.world.settle()
    time.sleep(RETENTION_MS / 1000 * 1.3)
    began = len(made.provider.logged())
    made.provider.start()
    wait_until(lambda: said(made.provider, began, "event=read_again"), 30, "the population to be read again", 0.1)
    settle(made)
    made.check()
