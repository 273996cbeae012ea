"""`provider-svc figures`: the same bytes from the tables and from the topic alone, whatever state the topic is in."""

import itertools
from datetime import date

import pytest

import figures_truth as truth
from conftest import scaled
from figures_population import Population
from figures_topic import Feed, figures

FIRST, UNTIL = truth.number(date(2023, 11, 15)), truth.number(date(2024, 5, 20))
SPAN = ("--from", "2023-11-15", "--until", "2024-05-20")
FORMATS = ("csv",)


@pytest.fixture(scope="module")
def deployment(deploy):
    return deploy(providers=("P1",), partitions=3)


def same_from_both(deployment, *options):
    """The bytes, which are the same from either."""
    tables, replay = figures(deployment, *options), figures(deployment, *options, replay=True)
    assert tables.stdout == replay.stdout
    assert tables.stdout
    return tables.stdout


def test_tables_and_topic_give_the_same_bytes(deployment, rng):
    feed = Feed(deployment)
    feed.write(Population(rng, scaled(400, 60), FIRST, UNTIL, min_group=5).records)
    feed.in_tables()
    for dimension, per in itertools.product(truth.DIMENSIONS, ("whole", "month")):
        for form in FORMATS:
            text = same_from_both(deployment, *SPAN, "--by", dimension, "--per", per, "--format", form)
            assert "Ltd 1" in text and "Ended" not in text
