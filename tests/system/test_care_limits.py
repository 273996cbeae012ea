"""The limits of care look-ups: whoever tries its way through birth dates is stopped."""

import time
from collections import Counter

import pytest

import people
from care import LINE, PLAIN, SILENT, Site
from stack import wait_until

PROBES, KILLED_AT = 10000, (7, 300, 6000)


@pytest.fixture(scope="module")
def site(deploy):
    return Site(deploy(providers=("P1",), partitions=4))


def alarms(site):
    """What the operator is told of a limit, once in each window that it is reached in."""
    log = (site.deployment.folder / "vault.0.log").read_text()
    return [line for line in log.splitlines() if "event=care_limit_reached" in line]


def within_an_hour():
    """Some seconds at least of the present window are left."""
    wait_until(lambda: time.time() % 3600 < 3580, 30, "the hour to turn", 1)


def test_probing_is_stopped_within_the_limits_and_told_to_the_operator(site):
    """10,000 birth dates with one postcode, the right one among them, and the vault killed now and then: ten go by without a match, in two hours where
    the clock strikes meanwhile, and nothing is shared."""
    told, first, before = site.told(f"{PLAIN}-1"), people.days(1945), len(alarms(site))
    dates = [(people.EPOCH + people.timedelta(days=first + n)).strftime("%Y%m%d") for n in range(PROBES - 1)]
    right = told["birth_date"]
    dates = [d for d in dates if d != right]
    dates.insert(len(dates) // 2, right)
    ids = []
    for n, birth_date in enumerate(dates):
        ids.append(site.request({**told, "birth_date": birth_date}, PLAIN, confirm_share=True))
        if n in KILLED_AT:
            site.deployment.flush()
            site.deployment.vault.kill()
            site.deployment.vault.start()
    site.answer(ids[-1])
    answers = {r.key.decode(): r.decoded()[1]["outcome"] for r in site.deployment.tail.records if r.topic == "care.results.P1"}
    outcomes = Counter(answers[i] for i in ids)
    hours = len({r.timestamp // 3600000 for r in site.deployment.tail.records if r.topic == "care.results.P1"})
    assert outcomes["NO_MATCH"] <= 10 * hours and outcomes["MATCHED"] <= hours - 1
    assert outcomes["RATE_LIMITED"] == len(ids) - outcomes["NO_MATCH"] - outcomes["MATCHED"]
    assert len(site.deployment.shares("P1")) == outcomes["MATCHED"]
    raised = alarms(site)[before:]
    assert 1 <= len(raised) <= hours + len(KILLED_AT) and all("provider=P1" in line and "remedy=" in line for line in raised)
    assert not any(d in line for line in raised for d in (right, told["postcode"], PLAIN))
    assert site.outcome(site.told(f"{SILENT}-1")) == "MATCHED", "the limits are each employer's own"


def test_the_sick_line_is_counted_apart_from_the_silent_kinds(site):
    within_an_hour()
    wrong = {**site.told(f"{LINE}-1"), "birth_date": "19440101"}
    silent = [site.outcome(wrong, LINE, "WALK_IN") for _ in range(11)]
    assert silent[:10] == ["NO_MATCH"] * 10 and silent[10] == "RATE_LIMITED"
    assert site.outcome(site.told(f"{LINE}-1"), LINE, "OPEN_CONSULT") == "RATE_LIMITED"
    assert site.outcome(site.told(f"{LINE}-1"), LINE, "PROVIDER_SICK_LINE") == "MATCHED"


def test_what_matches_counts_too_and_thirty_are_an_hours(site):
    within_an_hour()
    outcomes = [site.outcome(site.told(f"{SILENT}-2")) for _ in range(31)]
    asked_before = 30 - outcomes.count("MATCHED")
    assert asked_before in (0, 1) and outcomes == ["MATCHED"] * (30 - asked_before) + ["RATE_LIMITED"] * (1 + asked_before)
