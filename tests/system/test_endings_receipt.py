"""What a provider has not confirmed in time is listed for the operator, and a provider that was away gets it when it is back."""

import json
import time

import pytest

from care import SILENT, Site
from stack import wait_until


@pytest.fixture(scope="module")
def site(deploy):
    return Site(deploy(providers=("P1",), partitions=4, care_hour_misses=2, care_hour_requests=1000, revocation_limit="1s"))


def listed(site, *more):
    return json.loads(site.deployment.vault.cli("revocations", "--json", *more).stdout)


def status(site):
    return json.loads(site.deployment.vault.cli("status", "--json").stdout)


def test_what_a_provider_that_is_down_has_not_confirmed_is_listed_until_it_is_back(site):
    provider = site.deployment.provider["P1"]
    site.deployment.share(SILENT, f"{SILENT}-1", "P1", kind="OPEN_CONSULT")
    site.ask(site.told(f"{SILENT}-2"), confirm_share=True)
    site.deployment.share(SILENT, f"{SILENT}-3", "P1", kind="OPEN_CONSULT")
    given = [body for name, body, _, _ in site.deployment.shares("P1") if name == "ShareEvent"]
    assert len(given) == 3
    wait_until(lambda: len(json.loads(provider.cli("dossier", "list", "--json").stdout)) == 3, 60, "the dossiers")
    site.deployment.settle()
    assert listed(site, "--older-than", "0") == []
    provider.stop()
    for key in (f"{SILENT}-1", f"{SILENT}-2"):
        answer = site.deployment.command(f"employer:{SILENT}", "EraseCommand", SILENT, employee_key=key, reason="op verzoek")
        assert answer["code"] == "ACCEPTED"
    answer = site.deployment.command(f"employer:{SILENT}", "WithdrawCommand", SILENT, provider_id="P1", employee_key=f"{SILENT}-3", reason="vergissing")
    assert answer["code"] == "ACCEPTED"
    wait_until(lambda: status(site)["unconfirmed"] == {"P1": 3}, 60, "the count of the operator")
    found = listed(site)
    assert {f["share"] for f in found} == {body["share_id"].hex() for body in given}
    assert {(f["provider"], f["last_status"]) for f in found} == {("P1", "OPEN")}
    assert {frozenset(f) for f in found} == {frozenset(("provider", "share", "revoked_at", "last_status"))}
    plain = site.deployment.vault.cli("revocations").stdout
    assert plain.count("\n") == 3 and SILENT not in plain
    assert listed(site, "--older-than", "1") == []
    assert site.deployment.vault.cli("revocations", "--older-than", "x", check=False).returncode == 2
    provider.start()
    wait_until(lambda: json.loads(provider.cli("dossier", "list", "--json").stdout) == [], 60, "the end of the dossiers")
    wait_until(lambda: listed(site, "--older-than", "0") == [], 60, "the receipts")
    assert status(site)["unconfirmed"] == {}


def test_the_operators_status_tells_of_care_look_ups_and_no_employer(site):
    def use():
        return {(u["provider"], u["sick_line"]): (u["hour_requests"], u["hour_misses"], u["at_limit"]) for u in status(site)["care"]}
    if time.time() % 3600 > 3540:
        pytest.skip("the hour is about to turn")
    requests, misses, limits = use()["P1", False]
    assert limits == 0
    for _ in range(2):
        site.outcome({**site.told(f"{SILENT}-4"), "postcode": "0000XX"})
    assert use()["P1", False] == (requests + 2, misses + 2, 1)
    assert site.outcome(site.told(f"{SILENT}-4")) == "RATE_LIMITED"
    plain = site.deployment.vault.cli("status").stdout
    (line,) = [text for text in plain.splitlines() if text.startswith("care look-ups")]
    assert "at its limit with 1 employers" in line and SILENT not in line


def test_an_employer_orders_endings_from_the_command_line(site):
    key = site.deployment.folder / "C3.key"
    key.write_text(site.deployment.keys["employer:C3"].seed.hex() + "\n")
    key.chmod(0o600)

    def command(*words, check=True):
        return site.deployment.vault.cli("command", *words, "--key", str(key), "--issuer", "employer:C3", "--employer", "C3", check=check)
    assert command("providers", check=False).returncode == 2
    assert command("providers", "--add", "P1", "--remove", "P1", check=False).returncode == 2
    refused = command("providers", "--add", "P1", check=False)
    assert refused.returncode == 1 and "CONFLICT" in refused.stdout + refused.stderr
    assert "ACCEPTED" in command("erase", "--employee", "C3-1", "--reason", "op verzoek").stdout
    assert "ACCEPTED" in command("providers", "--remove", "P1").stdout
    site.deployment.run_done("C3", "PROVIDER_REMOVED")
    assert "ACCEPTED" in command("terminate").stdout
    site.deployment.run_done("C3", "TERMINATION")
