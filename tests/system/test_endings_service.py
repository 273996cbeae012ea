"""The end of the service for an employer: everything is taken back, everything that was kept goes, and what comes later is dropped."""

import json
import time

import pytest

import wire
from care import LINE, NOW, SILENT, TODAY, Site
from population import Population
from stack import wait_until

PERSONAL = ("person", "person_key", "share_history", "quarantine", "quarantine_key", "erased", "employer_units", "care_count", "notice_due")


@pytest.fixture(scope="module")
def site(deploy):
    return Site(deploy(providers=("P1", "P2"), partitions=4, care_hour_misses=1000, care_hour_requests=1000))


def sql(site, statement):
    return site.deployment.stack.sql(statement, f"{site.deployment.name}-vault")


def rows_of(site, employer_id):
    """How many rows of each table that holds something of persons are the employer's."""
    ((number,),) = sql(site, f"select employer_no from employer where employer_id = '{employer_id}'")
    return {table: sql(site, f"select count(*) from {table} where employer_no = {number}")[0][0] for table in PERSONAL}


def ends(site, employer_id):
    """{share_id: (cause, action)} of what P1 was told is over."""
    return {body["share_id"]: (body["cause"], body["action"]) for name, body, _, _ in site.deployment.shares("P1")
            if name == "ShareRevocation" and body["employer_id"] == employer_id}


def last_event(site):
    return [body for name, body, _, _ in site.deployment.shares("P1") if name == "ShareEvent"][-1]


def terminate(site, issuer=f"employer:{SILENT}"):
    return site.deployment.command(issuer, "EmployerCommand", SILENT, action="TERMINATE")["code"]


@pytest.fixture(scope="module")
def ended(site):
    """SILENT's service, with something of everything, has been ended: the shares by what was under them, and what the other employer had."""
    maker = site.makers[SILENT]
    site.say(maker.unit(NOW - 50000, "D1", name="Bakkerij"), maker.employee(NOW - 40000, f"{SILENT}-7", {**site.people[f"{SILENT}-7"], "bsn": site.people["twin"]["bsn"]}),
             maker.employee(NOW - 40000, f"{SILENT}-6", site.people[f"{SILENT}-6"], op="DELETE"))
    shares = {}
    for n, content in ((0, False), (1, True)):
        site.deployment.share(SILENT, f"{SILENT}-{n + 1}", "P1", kind="OPEN_CONSULT")
        shares["live", content] = last_event(site)
        site.ask(site.told(f"{SILENT}-{n + 3}"), confirm_share=True)
        shares["silent", content] = last_event(site)
        if content:
            site.say_status(shares["live", content], "HAS_CONTENT")
            site.say_status(shares["silent", content], "HAS_CONTENT")
    kept = rows_of(site, LINE)
    before = rows_of(site, SILENT)
    assert all(before[t] > 0 for t in PERSONAL if t not in ("notice_due",)), before
    secret = sql(site, "select employer_no, wrapped_key from employer_secret order by 1")
    assert terminate(site, "operator:ops") == "NOT_AUTHORISED"
    assert terminate(site) == "ACCEPTED"
    site.report = site.deployment.run_done(SILENT, "TERMINATION")
    wait_until(lambda: len(ends(site, SILENT)) == 4, 60, "the end of all shares")
    return shares, kept, secret


def test_every_share_is_revoked_and_what_has_content_stays_with_its_provider(site, ended):
    shares, _, _ = ended
    assert ends(site, SILENT) == {event["share_id"]: ("EMPLOYER_TERMINATED", "DETACH" if content else "DELETE_DOSSIER")
                                  for (_, content), event in shares.items()}
    notices = [n["employee_key"] for n in site.deployment.results("ShareNotice", employer_id=SILENT) if n["change"] == "REVOKED"]
    assert sorted(notices) == [f"{SILENT}-1", f"{SILENT}-2"]
    counts = {c["name"]: c["value"] for c in site.report["counts"]}
    assert counts["shares"] == 2 and counts["persons"] == 8


def test_the_population_ends_in_tombstones_and_a_marker(site, ended):
    population = Population("P1", site.deployment.population("P1"), site.deployment.partitions)
    assert population.markers(SILENT) == ["BEGIN", "END", "ENDED"] and population.markers(LINE) == ["BEGIN", "END"]
    mine = {v["pseudonym"] for versions in population.history.values() for _, name, v in versions if name == "PopulationEmployment" and v["employer_id"] == SILENT}
    last = [record for key, (record, _, _) in population.latest.items() if key[:16] in mine or key == wire.unit_key(SILENT, "D1")]
    assert {r.headers.get("kluis-reason") for r in last} == {"TERMINATED", "ERASED"} and not any(r.value for r in last)
    wait_until(lambda: site.deployment.stack.sql(f"select count(*) from population_employment where employer_id = '{SILENT}'", f"{site.deployment.name}-p1") == [(0,)],
               60, "the provider's tables to forget it")


def test_of_what_the_vault_kept_nothing_is_left_and_the_key_is_another(site, ended):
    _, kept, secret = ended
    assert rows_of(site, SILENT) == dict.fromkeys(PERSONAL, 0)
    assert rows_of(site, LINE) == kept
    ((number,),) = sql(site, f"select employer_no from employer where employer_id = '{SILENT}'")
    now = dict(sql(site, "select employer_no, wrapped_key from employer_secret"))
    assert {n for n, key in secret if now[n] != key} == {number}
    assert sql(site, f"select count(*) from share where employer_no = {number} and (pseudonym is not null or detail is not null)") == [(0,)]
    assert sql(site, f"select count(*) from silent_share where employer_no = {number} and (state <> 'REVOKED' or detail is not null)") == [(0,)]
    assert sql(site, "select count(*) from ending") == [(0,)]


def test_what_comes_later_is_dropped_or_refused(site, ended):
    later = int(time.time() * 1000)
    site.say(site.makers[SILENT].employee(later, "new", site.people["twin"]), site.makers[SILENT].absence(later, f"{SILENT}-1", "A", 1, "START", TODAY))
    assert [(r["outcome"], r["code"]) for r in site.deployment.reports(employer_id=SILENT)][-2:] == [("DROPPED", "EMPLOYER_TERMINATED")] * 2
    assert rows_of(site, SILENT) == dict.fromkeys(PERSONAL, 0)
    assert terminate(site) == "CONFLICT"
    assert site.deployment.share(SILENT, f"{SILENT}-1", "P1")["code"] == "NOT_ACTIVE"
    assert site.deployment.command("operator:ops", "EmployerCommand", SILENT, action="ENABLE", provider_ids=["P1"])["code"] == "CONFLICT"
    assert site.deployment.command(f"employer:{SILENT}", "EmployerCommand", SILENT, action="ADD_PROVIDER", provider_ids=["P2"])["code"] == "NOT_ACTIVE"
    assert site.outcome(site.told(f"{SILENT}-1")) == "REFUSED"
    status = json.loads(site.deployment.vault.cli("status", "--json").stdout)
    assert status["employers"] == {"ACTIVE": 2, "TERMINATED": 1}
    assert site.deployment.share(LINE, f"{LINE}-1", "P1", kind="OPEN_CONSULT")["code"] == "ACCEPTED"
