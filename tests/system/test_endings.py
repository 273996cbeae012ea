"""How what providers hold goes away again: erasure by command, a provider that is added or removed, the end of the service."""

import time
import uuid

import pytest

import wire
from care import NOW, SILENT, START, TODAY, Site
from stack import wait_until


@pytest.fixture(scope="module")
def site(deploy):
    return Site(deploy(providers=("P1",), partitions=4, care_hour_misses=1000, care_hour_requests=1000))


def erase(site, key, issuer=f"employer:{SILENT}", **fields):
    return site.deployment.command(issuer, "EraseCommand", SILENT, employee_key=key, reason="op verzoek", **fields)


def shares(site, pseudonym):
    """[(name, cause, action)] of what P1 was sent of a pseudonym."""
    return [(name, body.get("cause"), body.get("action")) for name, body, _ in site.shared(pseudonym)]


def tombstones(site, pseudonym):
    """The reasons of the tombstones of a pseudonym, which must be the last of each of its keys."""
    last = {r.key: r for r in site.deployment.population("P1") if r.key[:16] == pseudonym}
    assert last and not any(r.value for r in last.values())
    return {r.headers["kluis-reason"] for r in last.values()}


ERASED = ("ShareRevocation", "ERASURE", "DELETE_DOSSIER")


def test_an_employee_is_erased_by_command_with_every_share_silent_ones_too(site):
    key = f"{SILENT}-1"
    pseudonym = site.pseudonym(key)
    site.ask(site.told(key), confirm_share=True)
    assert site.deployment.share(SILENT, key, "P1", kind="OPEN_CONSULT")["code"] == "ACCEPTED"
    assert erase(site, key)["code"] == "ACCEPTED"
    site.settle()
    wait_until(lambda: len(shares(site, pseudonym)) == 4, 60, "both revocations")
    sent = site.shared(pseudonym)
    assert shares(site, pseudonym)[2:] == [ERASED, ERASED]
    assert {body["share_id"] for _, body, _ in sent[2:]} == {body["share_id"] for _, body, _ in sent[:2]}
    assert tombstones(site, pseudonym) == {"ERASED"}
    assert site.outcome(site.told(key)) == "NO_MATCH"
    assert [n["change"] for n in site.deployment.results("ShareNotice", employee_key=key)] == ["REQUIRED", "SHARED"]
    assert site.deployment.share(SILENT, key, "P1", kind="OPEN_CONSULT")["code"] == "UNKNOWN_EMPLOYEE"


def test_what_the_provider_had_of_an_erased_employee_goes(site):
    key = f"{SILENT}-2"
    pseudonym = site.pseudonym(key)
    site.ask(site.told(key), confirm_share=True)

    def dossiers():
        return site.deployment.provider["P1"].cli("dossier", "list", "--json").stdout
    wait_until(lambda: pseudonym.hex() in dossiers(), 60, "the dossier")
    assert erase(site, key)["code"] == "ACCEPTED"
    wait_until(lambda: pseudonym.hex() not in dossiers(), 60, "the end of the dossier")


def test_a_repeated_erasure_is_answered_as_the_first_and_another_finds_nobody(site):
    key = f"{SILENT}-3"
    command = site.deployment.new_command("EraseCommand", SILENT, employee_key=key, reason="op verzoek")
    first = site.deployment.result(site.deployment.send(f"employer:{SILENT}", "EraseCommand", command))
    assert first["code"] == "ACCEPTED"
    site.hire(SILENT, key, site.people[key])
    site.say(site.makers[SILENT].employee(int(time.time() * 1000), key, site.people[key]))
    site.deployment.send(f"employer:{SILENT}", "EraseCommand", command)
    site.settle()
    wait_until(lambda: len(site.deployment.results(command_id=command["command_id"])) == 2, 60, "the second answer")
    again = site.deployment.results(command_id=command["command_id"])[1]
    assert (again["code"], again["decided_at"]) == ("ACCEPTED", first["decided_at"])
    assert site.deployment.share(SILENT, key, "P1", kind="OPEN_CONSULT")["code"] == "ACCEPTED"
    assert erase(site, "nobody")["code"] == "UNKNOWN_EMPLOYEE"


def test_what_happened_before_an_erasure_stays_out_and_what_comes_later_is_somebody_else(site):
    key, maker = f"{SILENT}-4", site.makers[SILENT]
    before = site.pseudonym(key)
    assert erase(site, key)["code"] == "ACCEPTED"
    site.say(maker.employment(NOW, key, "1", START, personnel_number=key), maker.absence(NOW, key, "late", 1, "START", TODAY))
    assert [r["code"] for r in site.deployment.reports(outcome="DROPPED")][-2:] == ["ERASED", "ERASED"]
    later = int(time.time() * 1000)
    site.say(maker.employee(later, key, site.people[key]), maker.employment(later, key, "1", START, personnel_number="again"))
    assert site.pseudonym("again") != before and tombstones(site, before) == {"ERASED"}


def test_only_the_employer_erases(site):
    key = f"{SILENT}-5"
    assert erase(site, key, issuer="operator:ops")["code"] == "NOT_AUTHORISED"
    wrong = site.deployment.new_command("EraseCommand", SILENT, employee_key=key, reason="x")
    answer = site.deployment.result(site.deployment.send(f"employer:{SILENT}", "EraseCommand", wrong, key=wire.SigningKey()))
    assert answer["code"] == "BAD_SIGNATURE"
    other = site.deployment.new_command("EraseCommand", SILENT, employee_key=key, reason="")
    assert site.deployment.result(site.deployment.send(f"employer:{SILENT}", "EraseCommand", other))["detail"] == "reason"
    late = erase(site, key, expires_at=NOW - 3600000, command_id=str(uuid.uuid4()))
    assert late["code"] == "EXPIRED"
    assert site.deployment.share(SILENT, key, "P1", kind="OPEN_CONSULT")["code"] == "ACCEPTED"
