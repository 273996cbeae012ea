"""Care look-ups: whom a provider has in front of it, what it gets, and what the employer never learns of it."""

import json
import time
import uuid

import pytest

import dossier
import people
import wire
from care import LINE, NAME, NOW, SILENT, Site
from stack import wait_until


@pytest.fixture(scope="module")
def site(deploy):
    many = {"care_hour_requests": 100000, "care_hour_misses": 100000, "care_day_misses": 100000}
    return Site(deploy(providers=("P1",), partitions=4, **many))


def test_exactly_one_person_is_matched_with_its_pseudonym(site):
    answer = site.ask(site.told(f"{SILENT}-1"))
    assert answer["outcome"] == "MATCHED" and answer["pseudonym"] == site.pseudonym(f"{SILENT}-1")
    assert answer["decided_at"] <= site.last.timestamp and site.shared(answer["pseudonym"]) == []


def test_further_identifiers_decide_between_two(site):
    first, twin = site.people[f"{SILENT}-0"], site.people["twin"]
    assert site.outcome(site.told("twin")) == "AMBIGUOUS"
    assert site.outcome(site.told("twin", surname=first["surname"].upper())) == "AMBIGUOUS"
    assert site.ask(site.told("twin", bsn=twin["bsn"]))["pseudonym"] == site.pseudonym("twin")
    assert site.ask(site.told("twin", bsn=first["bsn"]))["pseudonym"] == site.pseudonym(f"{SILENT}-0")
    assert site.outcome(site.told("twin", bsn=people.bsn(888888))) == "NO_MATCH"


@pytest.mark.parametrize("field, wrong, malformed", [
    ("birth_date", "19440101", "19449901"), ("postcode", "9999ZZ", "99ZZ"), ("bsn", people.bsn(888887), "123456789"),
    ("house_number", 400, 0), ("surname", "Nobody", "")])
def test_what_is_wrong_absent_or_malformed_has_its_outcome(site, field, wrong, malformed):
    key = f"{SILENT}-2"
    right = {"house_number": next(a for a in site.people[key]["addresses"] if a["kind"] == "HOME")["house_number"],
             "surname": site.people[key]["partner_surname"], "bsn": site.people[key]["bsn"]}
    assert site.outcome(site.told(key, **right)) == "MATCHED"
    assert site.outcome(site.told(key, **{**right, field: wrong})) == "NO_MATCH"
    assert site.outcome(site.told(key, **{**right, field: malformed})) == "INSUFFICIENT"
    assert site.outcome(site.told(key, **{**right, field: None})) == ("INSUFFICIENT" if field in ("birth_date", "postcode") else "MATCHED")


def test_what_may_not_be_asked_is_refused(site):
    told = site.told(f"{SILENT}-1")
    elsewhere = (wire.partition_of(SILENT, 4) + 1) % 4
    assert site.outcome(told, kind="SICK_REPORT") == "REFUSED"
    assert site.outcome(told, kind="CASEMANAGER_CONTACT") == "REFUSED"
    assert site.outcome(told, kind="PROVIDER_SICK_LINE") == "REFUSED"
    assert site.outcome(told, expires_at=NOW - 1) == "REFUSED"
    assert site.outcome(told, expires_at=int(time.time() * 1000) + 90000000) == "REFUSED"
    assert site.outcome(told, provider_id="P2") == "REFUSED"
    assert site.outcome(told, "never-enabled") == "REFUSED"
    assert site.outcome(told, sealed=bytes(100)) == "REFUSED"
    assert site.outcome(told, partition=elsewhere) == "REFUSED"


def test_every_answer_is_as_long_as_any_other(site):
    told = site.told(f"{SILENT}-1")
    lengths = set()
    for identifiers, kind in ((told, "WALK_IN"), (told, "SICK_REPORT"), ({**told, "postcode": None}, "WALK_IN"), (site.told("twin"), "OPEN_CONSULT"),
                              ({**told, "birth_date": "19440101"}, "WALK_IN")):
        answer = site.ask(identifiers, kind=kind)
        assert (answer["pseudonym"] != bytes(16)) == (answer["outcome"] == "MATCHED")
        lengths.add((answer["outcome"], len(site.last.value)))
    assert len({outcome for outcome, _ in lengths}) == 5 and len({length for _, length in lengths}) == 1


def test_a_silent_share_is_one_snapshot_that_the_employer_does_not_see(site):
    key = f"{SILENT}-3"
    site.settle()
    before = site.employer_side()
    command = site.request(site.told(key), kind="PREVENTIVE_CONSULT", confirm_share=True)
    answer = site.answer(command)
    assert answer["outcome"] == "MATCHED"
    ((name, event, opened),) = site.shared(answer["pseudonym"])
    expected = dossier.expected(site.model.employers[SILENT].people[key], "PREVENTIVE_CONSULT", answer["decided_at"], NAME, form="SNAPSHOT",
                                origin="CARE_REQUEST", employer_informed=False, shared_by=None, reason=None)
    assert name == "ShareEvent" and dossier.comparable(opened) == dossier.comparable(expected)
    site.deployment.provider_passed("P1", [r for _, _, _, r in site.deployment.shares("P1")])
    listed = json.loads(site.deployment.provider["P1"].cli("dossier", "list", "--json").stdout)
    assert answer["pseudonym"].hex() in json.dumps(listed)
    site.settle()
    assert site.employer_side() == before
    moved = {**site.people[key], "addresses": [people.address(877777)]}
    site.say(site.makers[SILENT].employee(NOW - 30000, key, moved))
    assert len(site.shared(answer["pseudonym"])) == 1 and site.employer_side() == before


def test_a_repeat_is_answered_as_the_first_was_and_shares_nothing_more(site):
    key, fields = f"{SILENT}-4", {"command_id": str(uuid.uuid4()), "confirm_share": True}
    first = site.ask(site.told(key), **fields)
    site.deployment.tail.records.clear()
    assert site.ask({**site.told(key), "birth_date": "19440101"}, **fields) == first and first["outcome"] == "MATCHED"
    assert len(site.shared(first["pseudonym"])) == 1


def test_an_employers_share_beside_a_silent_one_is_as_if_it_were_alone(site):
    key = f"{SILENT}-5"
    silent = site.ask(site.told(key), confirm_share=True)
    assert site.deployment.share(SILENT, key, "P1", kind="SICK_REPORT")["code"] == "ACCEPTED"
    assert [n["change"] for n in site.deployment.results("ShareNotice", employee_key=key)] == ["SHARED"]
    (_, one, _), (_, two, full) = site.shared(silent["pseudonym"])
    assert one["share_id"] != two["share_id"] and full["form"] == "FULL" and full["employer_informed"] and two["share_revision"] & 0xFFFFFF == 1
    again = site.ask(site.told(key), confirm_share=True)
    assert again["outcome"] == "MATCHED" and len(site.shared(silent["pseudonym"])) == 2


def test_the_sick_line_shares_on_the_employers_behalf_and_tells_it(site):
    key = f"{LINE}-1"
    assert site.outcome(site.told(key), LINE, "PROVIDER_SICK_LINE") == "MATCHED"
    answer = site.ask(site.told(key), LINE, "PROVIDER_SICK_LINE", confirm_share=True)
    ((_, event, opened),) = site.shared(answer["pseudonym"])
    settings = {"provider_reporting": True}
    expected = dossier.expected(site.model.employers[LINE].people[key], "PROVIDER_SICK_LINE", answer["decided_at"], NAME, settings,
                                origin="CARE_REQUEST", shared_by="dr. Arts", reason=None)
    assert dossier.comparable(opened) == dossier.comparable(expected) and opened["bsn"]
    wait_until(lambda: site.deployment.results("ShareNotice", employee_key=key), 30, "the notice to the employer")
    (notice,) = site.deployment.results("ShareNotice", employee_key=key)
    assert (notice["change"], notice["actor"], notice["at"]) == ("SHARED", "dr. Arts", answer["decided_at"])
    site.say(site.makers[LINE].employee(NOW - 30000, key, {**site.people[key], "call_name": "Anders"}))
    assert [opened["form"] for _, _, opened in site.shared(answer["pseudonym"])] == ["FULL", "UPDATE"]


def test_an_erasure_revokes_silent_shares_too(site):
    key = f"{SILENT}-6"
    answer = site.ask(site.told(key), confirm_share=True)
    site.say(site.makers[SILENT].employee(NOW - 20000, key, site.people[key], op="DELETE"))
    wait_until(lambda: len(site.shared(answer["pseudonym"])) == 2, 60, "the revocation")
    (_, event, _), (name, revocation, _) = site.shared(answer["pseudonym"])
    assert name == "ShareRevocation" and revocation["share_id"] == event["share_id"] and revocation["share_revision"] > event["share_revision"]
    assert (revocation["cause"], revocation["action"]) == ("ERASURE", "DELETE_DOSSIER")
    assert site.outcome(site.told(key)) == "NO_MATCH"
    assert site.deployment.results("ShareNotice", employee_key=key) == []
