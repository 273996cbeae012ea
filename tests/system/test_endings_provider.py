"""A provider that an employer adds or removes: a population between markers; all of it taken back, with every share, silent ones too."""

import json
from collections import Counter

import pytest

import history
import people
from care import LINE, NOW, PLAIN, SILENT, START, TODAY, Site
from model import SETTINGS
from population import Population, check_equal
from stack import wait_until


@pytest.fixture(scope="module")
def site(deploy):
    return Site(deploy(providers=("P1", "P2"), partitions=4, care_hour_misses=1000, care_hour_requests=1000))


def order(site, employer_id, action, *providers):
    """The code and detail of the answer."""
    answer = site.deployment.command(f"employer:{employer_id}", "EmployerCommand", employer_id, action=action, provider_ids=list(providers))
    return answer["code"], answer["detail"]


def seen(site, provider):
    return Population(provider, site.deployment.population(provider), site.deployment.partitions)


def of_employer(site, provider, employer_id):
    """[(name, cause, action, share_id)] of what a provider was sent of an employer, in order."""
    return [(name, body.get("cause"), body.get("action"), body["share_id"]) for name, body, _, _ in site.deployment.shares(provider)
            if body["employer_id"] == employer_id]


def shared(site, employer_id, key, **fields):
    """The event of a live share with P1."""
    answer = site.deployment.share(employer_id, key, "P1", kind="OPEN_CONSULT", **fields)
    assert answer["code"] == "ACCEPTED"
    return [body for name, body, _, _ in site.deployment.shares("P1") if body["employer_id"] == employer_id and name == "ShareEvent"][-1]


def given(site, employer_id, key):
    """The event of a silent share with P1."""
    site.ask(site.told(key), employer_id=employer_id, confirm_share=True)
    return [body for _, body, _, _ in site.deployment.shares("P1") if body["employer_id"] == employer_id][-1]


def ends_of(site, employer_id, share_id):
    return [(cause, action) for name, cause, action, of in of_employer(site, "P1", employer_id) if of == share_id and name == "ShareRevocation"]


def test_a_provider_that_is_added_gets_the_population_between_its_markers_and_nobody_else_anything(site):
    before = len(site.deployment.population("P1"))
    assert order(site, SILENT, "ADD_PROVIDER", "P1") == ("CONFLICT", None)
    assert order(site, SILENT, "ADD_PROVIDER") == ("INVALID", "provider_ids")
    assert order(site, SILENT, "ADD_PROVIDER", "P9") == ("UNKNOWN_PROVIDER", None)
    assert order(site, SILENT, "ADD_PROVIDER", "P2") == ("ACCEPTED", None)
    site.deployment.run_done(SILENT, "PROVIDER_ADDED")
    site.model.employers[SILENT].providers.add("P2")
    site.settle()
    check_equal(seen(site, "P2"), site.model, SILENT)
    assert seen(site, "P2").markers(SILENT) == ["BEGIN", "END"]
    assert len(site.deployment.population("P1")) == before and seen(site, "P1").markers(SILENT) == ["BEGIN", "END"]
    assert order(site, SILENT, "ADD_PROVIDER", "P2") == ("CONFLICT", None)
    assert not seen(site, "P2").identifiers() & seen(site, "P1").identifiers()
    assert site.deployment.share(SILENT, f"{SILENT}-1", "P2", kind="OPEN_CONSULT")["code"] == "ACCEPTED"


def test_a_provider_that_is_removed_loses_all_that_it_was_told_and_given_and_the_other_nothing(site):
    live, kept = shared(site, LINE, f"{LINE}-0"), shared(site, LINE, f"{LINE}-1")
    silent, silent_kept = given(site, LINE, f"{LINE}-2"), given(site, LINE, f"{LINE}-3")
    site.say_status(kept, "HAS_CONTENT")
    site.say_status(silent_kept, "HAS_CONTENT")
    assert order(site, LINE, "ADD_PROVIDER", "P2") == ("ACCEPTED", None)
    site.deployment.run_done(LINE, "PROVIDER_ADDED")
    other = [r.value for r in site.deployment.population("P2")]
    assert order(site, LINE, "REMOVE_PROVIDER", "P9") == ("UNKNOWN_PROVIDER", None)
    assert order(site, LINE, "REMOVE_PROVIDER", "P1") == ("ACCEPTED", None)
    report = site.deployment.run_done(LINE, "PROVIDER_REMOVED")
    site.settle()
    wait_until(lambda: ends_of(site, LINE, silent_kept["share_id"]) and ends_of(site, LINE, silent["share_id"]), 60, "the end of the silent shares")
    for event, action in ((live, "DELETE_DOSSIER"), (silent, "DELETE_DOSSIER"), (kept, "DETACH"), (silent_kept, "DETACH")):
        assert ends_of(site, LINE, event["share_id"]) == [("PROVIDER_ENDED", action)]
    assert {c["name"]: c["value"] for c in report["counts"]} == {"persons": 8, "entities": 16, "shares": 2}
    population = seen(site, "P1")
    assert population.markers(LINE) == ["BEGIN", "END", "ENDED"]
    mine = {v["pseudonym"] for versions in population.history.values() for _, name, v in versions
            if name == "PopulationEmployment" and v["employer_id"] == LINE}
    last = [record for key, (record, _, _) in population.latest.items() if key[:16] in mine]
    assert len(last) == 16 and {r.headers.get("kluis-reason") for r in last} == {"PROVIDER_ENDED"}
    assert [r.value for r in site.deployment.population("P2")] == other
    notices = [(n["change"], n["employee_key"], n["actor"]) for n in site.deployment.results("ShareNotice", employer_id=LINE) if n["change"] == "REVOKED"]
    assert sorted(notices) == [("REVOKED", f"{LINE}-0", "tester"), ("REVOKED", f"{LINE}-1", "tester")]
    assert order(site, LINE, "REMOVE_PROVIDER", "P1") == ("UNKNOWN_PROVIDER", None)
    assert site.outcome(site.told(f"{LINE}-4"), employer_id=LINE) == "REFUSED"


def test_after_a_removal_nothing_of_the_employer_reaches_the_provider_and_the_history_says_why(site):
    before = len(site.deployment.population("P1")), len(of_employer(site, "P1", LINE))
    maker = site.makers[LINE]
    site.say(maker.employee(NOW - 1000, f"{LINE}-0", {**site.people[f"{LINE}-0"], "call_name": "Anders"}),
             maker.absence(NOW - 1000, f"{LINE}-0", "new", 1, "START", TODAY))
    assert (len(site.deployment.population("P1")), len(of_employer(site, "P1", LINE))) == before
    told = json.loads(site.deployment.vault.cli("history", "--employer", LINE, "--employee", f"{LINE}-0", "--json").stdout)
    assert [t["change"] for t in told] == ["SHARED", "REVOKED"]
    assert json.loads(site.deployment.vault.cli("history", "--employer", LINE, "--employee", f"{LINE}-2", "--json").stdout) == []


def test_an_erasure_reaches_what_a_provider_that_was_removed_was_let_keep(site):
    for key in (f"{LINE}-1", f"{LINE}-3"):
        answer = site.deployment.command(f"employer:{LINE}", "EraseCommand", LINE, employee_key=key, reason="op verzoek")
        assert answer["code"] == "ACCEPTED"
    detached = [of for _, _, action, of in of_employer(site, "P1", LINE) if action == "DETACH"]
    assert len(detached) == 2
    wait_until(lambda: all(ends_of(site, LINE, of)[-1] == ("ERASURE", "DELETE_DOSSIER") for of in detached), 60, "the revocations")


def test_a_provider_that_comes_back_is_told_all_anew_under_new_entities(site):
    old = seen(site, "P1").identifiers()
    assert order(site, LINE, "ADD_PROVIDER", "P1") == ("ACCEPTED", None)
    site.deployment.run_done(LINE, "PROVIDER_ADDED", count=2)
    site.settle()
    population = seen(site, "P1")
    assert population.markers(LINE) == ["BEGIN", "END", "ENDED", "BEGIN", "END"]
    population.check_form()
    living = [v for v in population.living("PopulationEmployment") if v["employer_id"] == LINE]
    assert {v["personnel_number"] for v in living} == {f"{LINE}-{n}" for n in (0, 2, 4, 5, 6, 7)}
    assert {v["entity_id"] for v in living}.isdisjoint(old) and {v["pseudonym"] for v in living} < old
    assert [name for name, *_ in of_employer(site, "P1", LINE)][-1] == "ShareRevocation"


def sick(site, employer_id, **settings):
    site.deployment.enable(employer_id, ["P1", "P2"], settings)
    maker = history.Maker(employer_id, site.makers[SILENT].rng)
    site.deployment.deliver([maker.employee(NOW - 9000, "K1", people.identity(640000)), maker.employment(NOW - 8000, "K1", "1", START)])
    site.deployment.settle()
    site.deployment.activate(employer_id)
    return maker


def test_a_removal_leaves_nobody_who_gets_the_sick_reports_by_themselves_that_the_employer_did_not_name(site):
    maker = sick(site, "WHO", auto_share_on_absence=True, absence_provider="P1")
    assert order(site, "WHO", "REMOVE_PROVIDER", "P1") == ("ACCEPTED", None)
    site.deployment.run_done("WHO", "PROVIDER_REMOVED")
    site.deployment.deliver([maker.absence(NOW - 7000, "K1", "A1", 1, "START", TODAY)])
    site.deployment.settle()
    assert of_employer(site, "P2", "WHO") == []
    assert [(n["change"], n["provider_id"]) for n in site.deployment.results("ShareNotice", employer_id="WHO")] == [("REQUIRED", "P2")]
    again = {**SETTINGS, "auto_share_on_absence": True}
    assert site.deployment.command("employer:WHO", "EmployerCommand", "WHO", action="CHANGE_SETTINGS", settings=again)["code"] == "ACCEPTED"
    site.deployment.run_done("WHO", "SETTINGS")
    site.deployment.deliver([maker.absence(NOW - 6000, "K1", "A2", 1, "START", TODAY)])
    site.deployment.settle()
    assert [name for name, *_ in of_employer(site, "P2", "WHO")][:1] == ["ShareEvent"]


def test_only_the_employer_adds_and_removes(site):
    for action in ("ADD_PROVIDER", "REMOVE_PROVIDER", "TERMINATE"):
        for issuer in ("operator:ops", "provider:P1"):
            if issuer.startswith("provider"):
                site.deployment.provider_key("P1")
            record = site.deployment.new_command("EmployerCommand", PLAIN, action=action, provider_ids=["P1"])
            command_id = site.deployment.send(issuer, "EmployerCommand", record)
            assert site.deployment.result(command_id)["code"] == "NOT_AUTHORISED"


def hired(site, employer_id, count):
    """An active employer of both providers with so many employees."""
    site.deployment.enable(employer_id, ["P1", "P2"])
    maker = history.Maker(employer_id, site.makers[SILENT].rng)
    for n in range(count):
        site.deployment.deliver([maker.employee(NOW - 9000, f"K{n}", people.identity(650000 + n)), maker.employment(NOW - 8000, f"K{n}", "1", START)])
    site.deployment.settle()
    site.deployment.activate(employer_id)


def killed_amid(site, action, kind, *providers):
    """The run of that action, through which the vault was killed again and again."""
    assert order(site, "BIG", action, *providers) == ("ACCEPTED", None)
    for _ in range(3):
        site.deployment.vault.kill()
        site.deployment.vault.start()
        site.deployment.vault.wait_running()
    counts = {c["name"]: c["value"] for c in site.deployment.run_done("BIG", kind)["counts"]}
    assert len([r for r in site.deployment.reports("RunReport", employer_id="BIG") if r["kind"] == kind]) == 1
    return counts


def test_runs_that_are_cut_short_by_kills_go_on_and_tell_everything_once(site):
    hired(site, "BIG", 1100)
    event = shared(site, "BIG", "K1000")
    assert killed_amid(site, "REMOVE_PROVIDER", "PROVIDER_REMOVED", "P1") == {"persons": 1100, "entities": 1100, "shares": 1}
    assert killed_amid(site, "ADD_PROVIDER", "PROVIDER_ADDED", "P1") == {"persons": 1100, "entities": 2200}
    assert killed_amid(site, "TERMINATE", "TERMINATION") == {"persons": 1100, "entities": 2200, "shares": 0}
    for provider in ("P1", "P2"):
        population = seen(site, provider)
        population.check_form()
        reasons = Counter(record.headers["kluis-reason"] for versions in population.history.values() for record, name, _ in versions
                          if name is None and versions[0][2]["employer_id"] == "BIG")
        assert reasons == ({"PROVIDER_ENDED": 1100, "TERMINATED": 1100} if provider == "P1" else {"TERMINATED": 1100})
        assert population.markers("BIG")[-1] == "ENDED"
    assert ends_of(site, "BIG", event["share_id"]) == [("PROVIDER_ENDED", "DELETE_DOSSIER")]
    database = f"{site.deployment.name}-vault"
    assert site.deployment.stack.sql("select count(*) from person p join employer e using (employer_no) where e.employer_id = 'BIG'", database) == [(0,)]
