"""A record of the vault that a provider's database refuses again and again: the partition stops there, and nothing is passed over."""

import random
import time

import pytest

import history
import people
from reader import latest, read_all
from stack import wait_until

EMPLOYER, START = "UN1", people.days(2014, 3, 1)


def now():
    return int(time.time() * 1000)


@pytest.fixture(scope="module")
def deployment(deploy):
    return deploy(partitions=2, providers=("P1",))


def revisions(stack, deployment):
    """(what a reader is told last, what the provider holds): {key: revision} of the employments."""
    told = {key: r.decoded()[1]["revision"] for (_, key), r in latest(read_all(stack, ["population.P1"])).items()
            if r.value is not None and r.decoded()[0] == "PopulationEmployment"}
    rows = stack.sql("select pseudonym || entity_id, revision from population_employment", f"{deployment.name}-p1")
    return told, {bytes(key): revision for key, revision in rows}


def test_a_record_that_the_database_refuses_stops_its_partition_and_is_taken_later(stack, deployment):
    maker, service, database = history.Maker(EMPLOYER, random.Random(1)), deployment.provider["P1"], f"{deployment.name}-p1"

    def employment(n, hours):
        return maker.employment(now(), f"K{n}", "1", START, personnel_number=f"S{n}", contract_hours_x100=hours)

    def same():
        told, held = revisions(stack, deployment)
        return len(told) == 5 and told == held
    deployment.enable(EMPLOYER, ["P1"])
    deployment.deliver([event for n in range(5) for event in (maker.employee(now(), f"K{n}", people.identity(800000 + n)), employment(n, 3600))])
    deployment.settle()
    deployment.activate(EMPLOYER)
    wait_until(same, 60, "P1 to hold all that it was told", 0.3)
    before = revisions(stack, deployment)[1]

    stack.sql("alter table population_employment add constraint refused check (segments::text not like '%2001%') not valid", database)
    deployment.deliver([employment(2, 2001), employment(3, 2002)])
    deployment.settle()
    wait_until(lambda: b"partition_halted" in service.logged(), 30, "the partition to stop", 0.2)
    halted = next(line for line in service.logged().splitlines() if b"partition_halted" in line)
    assert b"code=UNPROCESSABLE" in halted and b"not passed over" in halted
    told, held = revisions(stack, deployment)
    assert told != held and set(held) == set(before)

    service.stop()
    stack.sql("alter table population_employment drop constraint refused", database)
    service.start()
    wait_until(same, 60, "P1 to have taken what was refused", 0.3)
