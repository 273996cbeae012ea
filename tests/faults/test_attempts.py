"""Whom a death is counted against: the record that was under way alone, and no other."""

from broken import Fuse
from test_controls import Site, binaries, site  # noqa: F401

__all__ = ["Site", "binaries", "site"]
POINT = "work_folded"


def die(made, number=1):
    """Starts the vault so that it dies in the middle of the number-th batch, with its attempt noted."""
    Fuse(made.vault, crash=f"{POINT}:{number}", lit=True)
    made.vault.start()
    assert made.vault.process.wait(60) == -9, made.vault.tail()
    made.vault.environment = {}


def batch(made, first):
    """Six changes that the vault, which is not running, will find together."""
    made.world.deliver([made.employment(n, contract_hours_x100=first + n) for n in range(6)])


def attempts(made):
    """(tries of a single record, whether it is one record) of what was under way."""
    ((tries, firsts, lasts),) = made.stack.sql("select attempts, firsts, lasts from stream_attempt", f"{made.deployment.name}-vault")
    return tries, firsts == lasts


def quarantined(made):
    return [code for (code,) in made.stack.sql("select code from quarantine", f"{made.deployment.name}-vault")]


def test_only_what_was_under_way_alone_is_held_for_a_crash(site):  # noqa: F811
    made = site("attempts")
    made.vault.stop()

    # Together; the first one alone; the others together again, since nothing speaks against any of them but company: nobody was alone twice.
    batch(made, 1000)
    die(made)
    assert attempts(made) == (0, False)
    die(made)
    assert attempts(made) == (1, True)
    die(made, 2)
    assert attempts(made) == (0, False)
    made.vault.start()
    made.check()
    assert quarantined(made) == []
    made.vault.stop()

    # Together and twice alone: that one is held, its neighbours are taken.
    batch(made, 3000)
    for _ in range(3):
        die(made)
    assert attempts(made) == (2, True)
    made.vault.start()
    made.deployment.settle()
    assert quarantined(made) == ["CRASHED"]
    rows = made.deployment.population("P1")
    assert {v["segments"][-1]["contract_hours_x100"] for v in (r.decoded()[1] for r in rows if r.value) if v.get("segments")} >= set(range(3001, 3006))
