"""The yearly run of age bands: the year is turned for the vault alone, by the clock of its process."""

import random
import time
from collections import defaultdict
from datetime import datetime, timedelta, timezone

import psycopg
import pytest

import clock
import history
import people
from conftest import scaled
from population import Population
from stack import wait_until

NOW = int(time.time() * 1000)
TODAY, YEAR = clock.amsterdam_day(NOW), clock.amsterdam_date(NOW).year
TURN = datetime(YEAR, 12, 31, 23, tzinfo=timezone.utc)  # the new year in Amsterdam
TURN_MS = int(TURN.timestamp() * 1000)
NEW_YEARS_DAY = people.days(YEAR + 1)
NEVER = "N1"  # enabled and not active
SIZES = {"Y1": scaled(3000, 1100), "Y2": scaled(300, 40), NEVER: 5}  # Y1 takes some steps of 500


def set_clock(service, at):
    """From its next start on the service's clock shows that time, and goes on from there."""
    service.shift_clock(at.timestamp() - time.time())


class Site:
    """Two active employers and one that is not; whom each person's employments should make older."""

    def __init__(self, deployment):
        self.deployment, self.rng, self.identities, self.employments = deployment, random.Random(12), {}, {}
        self.makers = {e: history.Maker(e, self.rng) for e in SIZES}
        for employer_id, size in SIZES.items():
            deployment.enable(employer_id, ["P1", "P2"])
            deployment.deliver(event for n in range(size) for event in self.whole(employer_id, n))
        deployment.settle()
        deployment.activate("Y1", "Y2")

    def whole(self, employer_id, n):
        """One in ten has a birthday of consequence; some have an employment that is over, one that ends with the year, or one to come."""
        maker, key, at = self.makers[employer_id], f"K{n}", NOW - 9000000 + n
        self.identities[employer_id, key] = identity = people.identity(len(self.identities) + 800000)
        if n % 10 == 0:
            identity["birth_date"] = f"{YEAR + 1 - self.rng.choice((35, 45, 55, 65))}0101"
        yield maker.employee(at, key, identity)
        spans = [(people.days(2015), None)]
        spans += [(people.days(2001), TODAY - 100)] if n % 3 == 0 else []
        spans += [(people.days(2002), NEW_YEARS_DAY - 1), (people.days(2003), NEW_YEARS_DAY)] if n % 4 == 0 else []
        spans += [(NEW_YEARS_DAY, NEW_YEARS_DAY + 9), (NEW_YEARS_DAY + 1, None)] if n % 5 == 0 else []
        for number, (start, end) in enumerate(spans):
            self.employments[f"{employer_id}/{n}/{number}"] = (employer_id, key, start, end)
            yield maker.employment(at, key, str(number + 1), start, end_date=end, personnel_number=f"{employer_id}/{n}/{number}")
        if n % 6 == 0:
            yield maker.absence(at, key, f"A{n}", 1, "START", TODAY - 5)

    def older(self):
        """{personnel number: band} of the employments that the turn of the year makes older."""
        out = {}
        for number, (employer_id, key, start, end) in self.employments.items():
            born = self.identities[employer_id, key]["birth_date"]
            band = clock.age_band(born, TURN_MS)
            in_force = start <= NEW_YEARS_DAY and (end is None or end >= NEW_YEARS_DAY)
            if employer_id != NEVER and in_force and band != clock.age_band(born, NOW):
                out[number] = band
        return out

    def new_records(self, provider):
        """What was said since the activation."""
        records = self.deployment.population(provider)
        known = {(r.topic, r.partition, r.offset) for r in self.before[provider]}
        return [r for r in records if (r.topic, r.partition, r.offset) not in known]

    def runs(self):
        return self.deployment.reports("RunReport", kind="YEARLY")

    def rows(self, statement):
        return self.deployment.stack.sql(statement, f"{self.deployment.name}-vault")


@pytest.fixture(scope="module")
def site(deploy):
    site = Site(deploy(release=True))
    site.before = {p: site.deployment.population(p) for p in ("P1", "P2")}
    return site


def test_before_the_turn_nobody_grows_older(site):
    deployment = site.deployment
    deployment.vault.stop()
    set_clock(deployment.vault, TURN - timedelta(seconds=40))
    deployment.vault.start()
    deployment.deliver([site.makers["Y1"].employee(NOW - 1000, "K1", site.identities["Y1", "K1"])])
    deployment.settle()
    assert not site.runs() and not site.rows("select 1 from run where kind = 'YEARLY'")
    assert not site.new_records("P1")


def test_at_the_turn_each_active_employer_gets_a_run_that_goes_on_after_a_kill(site):
    deployment, vault = site.deployment, site.deployment.vault
    with psycopg.connect(deployment.stack.pg, dbname=f"{deployment.name}-vault") as holder:
        holder.execute("set idle_in_transaction_session_timeout = 0")
        holder.execute("with its as (select p.employer_no, person from person p join employer using (employer_no) where employer_id = 'Y1') "
                       "select from person where employer_no = (select distinct employer_no from its) "
                       "and person > (select percentile_disc(0.6) within group (order by person) from its) for update")
        wait_until(lambda: site.rows("select 1 from pg_stat_activity where wait_event_type = 'Lock' and state = 'active' and datname = current_database()")
                   and site.rows("select 1 from run join employer using (employer_no) where kind = 'YEARLY' and employer_id = 'Y1' and step > 0"),
                   120, "the run to be in the middle", 0.5)
        vault.kill()
        holder.rollback()
    state = site.rows("select run_id, r.state, step from run r join employer using (employer_no) where kind = 'YEARLY' and employer_id = 'Y1'")
    assert state[0][:2] == (f"yearly-{YEAR + 1}", "OPEN") and state[0][2] > 0
    set_clock(vault, TURN + timedelta(days=2))
    vault.start()
    for employer_id in ("Y1", "Y2"):
        deployment.run_done(employer_id, "YEARLY")
    reports = site.runs()
    assert sorted((r["employer_id"], r["run_id"], r["outcome"]) for r in reports) == [(e, f"yearly-{YEAR + 1}", "DONE") for e in ("Y1", "Y2")]
    for report in reports:
        assert TURN_MS <= report["started_at"] < TURN_MS + 3 * clock.DAY_MS
        assert {c["name"]: c["value"] for c in report["counts"]}["persons"] == SIZES[report["employer_id"]]
    assert min(r["started_at"] for r in reports if r["employer_id"] == "Y1") < TURN_MS + clock.DAY_MS, "begun at the turn, not after the kill"


def test_only_employments_whose_band_changed_are_told(site):
    older, started = site.older(), {r["employer_id"]: r["started_at"] for r in site.runs()}
    assert len(older) > SIZES["Y1"] / 10 and len(older) < len(site.employments) / 2
    for provider in ("P1", "P2"):
        told = defaultdict(list)
        for record in site.new_records(provider):
            name, value = record.decoded()
            assert name == "PopulationEmployment"
            told[value["personnel_number"]].append(value)
            assert value["recorded_at"] == started[value["employer_id"]]
        assert {n: [v["age_band"] for v in values] for n, values in told.items()} == {n: [band] for n, band in older.items()}
        Population(provider, site.deployment.population(provider), site.deployment.partitions).check_form()


def test_a_restart_in_the_same_year_tells_nothing_again(site):
    deployment = site.deployment
    count = {p: len(site.new_records(p)) for p in ("P1", "P2")}
    deployment.vault.stop()
    set_clock(deployment.vault, TURN + timedelta(days=200))
    deployment.vault.start()
    deployment.deliver([site.makers["Y1"].employee(NOW - 900, "K2", site.identities["Y1", "K2"])])
    deployment.settle()
    assert len(site.runs()) == 2 and site.rows("select count(*) from run where kind = 'YEARLY'") == [(2,)]
    assert count == {p: len(site.new_records(p)) for p in ("P1", "P2")}


def test_an_event_of_the_old_year_that_comes_late_makes_nobody_younger(site):
    """To the broker the year has not turned."""
    number, band = next((n, b) for n, b in site.older().items() if n.startswith("Y2/"))
    key = f"K{number.split('/')[1]}"
    deployment, identity = site.deployment, site.identities["Y2", key]
    deployment.deliver([site.makers["Y2"].employee(NOW - 800, key, {**identity, "gender": "MALE" if identity["gender"] != "MALE" else "FEMALE"})])
    deployment.settle()
    last = [r.decoded()[1] for r in site.new_records("P1") if r.decoded()[1]["personnel_number"] == number][-1]
    assert last["age_band"] == band and last["recorded_at"] < TURN_MS and last["gender"] != identity["gender"]


def test_the_next_turn_that_the_service_was_down_for_is_made_up_for_at_the_next_start(site):
    deployment = site.deployment
    deployment.vault.stop()
    set_clock(deployment.vault, TURN + timedelta(days=400))
    deployment.vault.start()
    for employer_id in ("Y1", "Y2"):
        deployment.run_done(employer_id, "YEARLY", count=2)
    assert sorted(r["run_id"] for r in site.runs()) == [f"yearly-{YEAR + 1}"] * 2 + [f"yearly-{YEAR + 2}"] * 2
