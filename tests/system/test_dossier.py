"""What a provider's users do to a dossier: notes, closing, reopening; what it means for the share it is done under, and for no other."""

import pytest

from care import SILENT, Site
from desk import Desk
from stack import wait_until
from test_withdraw import share, withdraw

TEXT = "Gesprek gevoerd; ziet tegen terugkeer op.\nVolgende week opnieuw."


@pytest.fixture(scope="module")
def site(deploy):
    return Site(deploy(providers=("P1", "P2"), partitions=4, care_hour_misses=1000, care_hour_requests=1000))


@pytest.fixture(scope="module")
def desk(site):
    return Desk(site)


def silent(site, desk, key):
    """What a provider gets that asks for a walk-in."""
    answer = site.ask(site.told(key), confirm_share=True)
    assert answer["outcome"] == "MATCHED"
    return desk.has(site.shared(answer["pseudonym"])[-1][1])


def test_a_note_is_content_until_it_is_deleted(site, desk):
    event = desk.has(share(site, f"{SILENT}-1"))
    assert desk.note(event["pseudonym"], TEXT)[0] == "APPLIED"
    code, second = desk.note(event["pseudonym"], "Nog iets.")
    assert code == "APPLIED"
    shown = desk.shown(event["pseudonym"])
    assert [(n["author"], n["text"]) for n in shown["notes"]] == [("dr. Arts", TEXT), ("dr. Arts", "Nog iets.")]
    assert shown["state"] == "HAS_CONTENT" and shown["notes"][1]["note_id"] == second
    wait_until(lambda: desk.statuses(event) == ["OPEN", "HAS_CONTENT"], 60, "the status", 0.2)
    site.settle()
    assert withdraw(site, f"{SILENT}-1") == "HAS_CONTENT"
    assert desk.do("delete-note", event["pseudonym"]) == "APPLIED"
    assert [n["text"] for n in desk.shown(event["pseudonym"])["notes"]] == [TEXT]
    assert desk.do("delete-note", event["pseudonym"]) == "APPLIED" and desk.do("delete-note", event["pseudonym"]) == "NO_NOTE"
    wait_until(lambda: desk.statuses(event) == ["OPEN", "HAS_CONTENT", "OPEN"], 60, "the status", 0.2)
    site.settle()
    assert withdraw(site, f"{SILENT}-1") == "ACCEPTED"
    wait_until(lambda: desk.shown(event["pseudonym"]) is None, 60, "the end of the dossier", 0.2)


def test_content_counts_for_the_share_it_was_made_under_and_for_no_other(site, desk):
    key = f"{SILENT}-2"
    walked_in = silent(site, desk, key)
    assert desk.note(walked_in["pseudonym"], TEXT)[0] == "APPLIED"
    live = desk.has(share(site, key))
    assert live["pseudonym"] == walked_in["pseudonym"] and live["share_id"] != walked_in["share_id"]
    assert desk.note(live["pseudonym"], "onder welke?", check=False) == ()  # nobody guesses
    desk.settle()
    assert desk.statuses(walked_in) == ["OPEN", "HAS_CONTENT"] and desk.statuses(live) == ["OPEN"]
    shown = desk.shown(live["pseudonym"])
    assert {s["share_id"]: len(s["notes"]) for s in shown["shares"]} == {walked_in["share_id"].hex(): 1, live["share_id"].hex(): 0}
    assert withdraw(site, key) == "ACCEPTED"
    wait_until(lambda: len(desk.shown(live["pseudonym"])["shares"]) == 1, 60, "the end of the live share", 0.2)
    left = desk.shown(live["pseudonym"])
    assert (left["share_id"], left["state"], left["employer_informed"]) == (walked_in["share_id"].hex(), "HAS_CONTENT", False)
    assert [n["text"] for n in left["notes"]] == [TEXT]
