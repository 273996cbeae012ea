"""What becomes of a share: withdrawn, refused over content, revoked for the wrong person; and the history that the employer may read."""

import json

import pytest

from care import SILENT, Site
from stack import wait_until


@pytest.fixture(scope="module")
def site(deploy):
    return Site(deploy(providers=("P1",), partitions=4, care_hour_misses=1000, care_hour_requests=1000))


def withdraw(site, key, issuer=f"employer:{SILENT}", provider="P1", **fields):
    content = {"provider_id": provider, "employee_key": key, "reason": "vergissing", **fields}
    return site.deployment.command(issuer, "WithdrawCommand", SILENT, **content)["code"]


def share(site, key):
    assert site.deployment.share(SILENT, key, "P1", kind="OPEN_CONSULT")["code"] == "ACCEPTED"
    return site.shared(site.pseudonym(key))[-1][1]


def changes(site, key):
    """What the employer was told of the share; the open spell had it asked for one."""
    told = [n["change"] for n in site.deployment.results("ShareNotice", employee_key=key)]
    assert told[0] == "REQUIRED"
    return told[1:]


def dossiers(site):
    return json.loads(site.deployment.provider["P1"].cli("dossier", "list", "--json").stdout)


def test_a_share_without_content_is_withdrawn_and_its_dossier_goes(site):
    key = f"{SILENT}-1"
    event = share(site, key)
    wait_until(lambda: event["pseudonym"].hex() in json.dumps(dossiers(site)), 60, "the dossier")
    assert withdraw(site, key) == "ACCEPTED"
    name, revocation, _ = site.shared(event["pseudonym"])[-1]
    assert name == "ShareRevocation" and revocation["share_id"] == event["share_id"]
    assert (revocation["cause"], revocation["action"]) == ("WITHDRAWN", "DELETE_DOSSIER")
    wait_until(lambda: event["pseudonym"].hex() not in json.dumps(dossiers(site)), 60, "the end of the dossier")
    assert changes(site, key) == ["SHARED", "WITHDRAWN"]
    assert withdraw(site, key) == "NOT_SHARED"
    again = share(site, key)
    assert again["share_id"] != event["share_id"] and again["pseudonym"] == event["pseudonym"]


def test_content_keeps_a_share_until_its_last_note_is_deleted(site):
    key = f"{SILENT}-2"
    event = share(site, key)
    site.say_status(event, "HAS_CONTENT")
    assert withdraw(site, key) == "HAS_CONTENT"
    site.say_status(event, "CLOSED")
    assert withdraw(site, key) == "HAS_CONTENT"
    assert len(site.shared(event["pseudonym"])) == 1 and changes(site, key) == ["SHARED"]
    site.say_status(event, "OPEN")
    site.say_status(event, "CLOSED")
    assert withdraw(site, key) == "ACCEPTED"


def test_content_under_a_silent_share_is_nothing_to_the_employer(site):
    key = f"{SILENT}-3"
    answer = site.ask(site.told(key), confirm_share=True)
    ((_, silent, _),) = site.shared(answer["pseudonym"])
    site.say_status(silent, "HAS_CONTENT")
    assert withdraw(site, key) == "NOT_SHARED"
    share(site, key)
    assert withdraw(site, key) == "ACCEPTED"
    assert [n for n, _, _ in site.shared(answer["pseudonym"])] == ["ShareEvent", "ShareEvent", "ShareRevocation"]
    assert site.shared(answer["pseudonym"])[-1][1]["share_id"] != silent["share_id"]


def test_the_wrong_person_is_revoked_by_an_operator_whatever_the_content(site):
    key = f"{SILENT}-4"
    event = share(site, key)
    site.say_status(event, "HAS_CONTENT")
    assert withdraw(site, key, wrong_person=True) == "NOT_AUTHORISED"
    assert withdraw(site, key, issuer="operator:ops") == "NOT_AUTHORISED"
    assert withdraw(site, key, issuer="operator:ops", wrong_person=True) == "ACCEPTED"
    assert site.shared(event["pseudonym"])[-1][1]["cause"] == "WRONG_PERSON"
    assert changes(site, key) == ["SHARED", "REVOKED"]


def test_who_is_not_there_cannot_be_withdrawn(site):
    assert withdraw(site, "nobody") == "UNKNOWN_EMPLOYEE"
    assert withdraw(site, f"{SILENT}-7", provider="P9") == "UNKNOWN_PROVIDER"
    assert withdraw(site, f"{SILENT}-7") == "NOT_SHARED"


def test_the_history_tells_the_employers_shares_in_order_and_no_silent_one(site):
    key = f"{SILENT}-5"
    site.ask(site.told(key), confirm_share=True)
    site.deployment.share(SILENT, key, "P1", kind="OPEN_CONSULT")
    site.deployment.share(SILENT, key, "P1", kind="SICK_REPORT")
    assert withdraw(site, key) == "ACCEPTED"
    told = json.loads(site.deployment.vault.cli("history", "--employer", SILENT, "--employee", key, "--json").stdout)
    assert [(t["change"], t["kind"], t["by"], t["reason"]) for t in told] == [
        ("SHARED", "OPEN_CONSULT", "tester", "aanleiding van de test"), ("WIDENED", "SICK_REPORT", "tester", "aanleiding van de test"),
        ("WITHDRAWN", "SICK_REPORT", "tester", "vergissing")]
    assert {t["provider"] for t in told} == {"P1"} and [t["at"] for t in told] == sorted(t["at"] for t in told)
    plain = site.deployment.vault.cli("history", "--employer", SILENT, "--employee", key).stdout
    assert "WITHDRAWN" in plain and "vergissing" in plain and "PREVENTIVE" not in plain
    assert site.deployment.vault.cli("history", "--employer", SILENT, "--employee", "nobody", check=False).returncode == 1
