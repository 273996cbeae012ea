"""What a provider's users do to a dossier: notes, closing, finding, reading; what it means for the share it is done under, and for no other."""

import json

import psycopg
import pytest

from care import NOW, PLAIN, SILENT, Site
from desk import Desk
from stack import wait_until
from test_withdraw import share, withdraw

TEXT = "Gesprek gevoerd; ziet tegen terugkeer op.\nVolgende week opnieuw."
UNTOLD = "De werkgever weet niet dat dit dossier gedeeld is"


@pytest.fixture(scope="module")
def site(deploy):
    return Site(deploy(providers=("P1",), partitions=4, care_hour_misses=1000, care_hour_requests=1000))


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
    desk.settle()
    assert withdraw(site, f"{SILENT}-1") == "HAS_CONTENT"
    assert desk.do("delete-note", event["pseudonym"], "--note", shown["notes"][0]["note_id"]) == "APPLIED"
    assert [n["text"] for n in desk.shown(event["pseudonym"])["notes"]] == ["Nog iets."]
    assert desk.do("delete-note", event["pseudonym"]) == "APPLIED" and desk.do("delete-note", event["pseudonym"]) == "NO_NOTE"
    desk.settle()
    assert desk.statuses(event) == ["OPEN", "HAS_CONTENT", "OPEN"]
    assert withdraw(site, f"{SILENT}-1") == "ACCEPTED"
    wait_until(lambda: desk.shown(event["pseudonym"]) is None, 60, "the end of the dossier", 0.2)


def test_what_is_closed_takes_no_note_and_counts_as_content_only_if_it_had_any(site, desk):
    event = desk.has(share(site, f"{SILENT}-1"))
    assert [desk.do(verb, event["pseudonym"]) for verb in ("reopen", "close", "close", "delete-note")] == ["NOT_CLOSED", "APPLIED", "CLOSED", "CLOSED"]
    assert desk.note(event["pseudonym"], TEXT, check=False)[0] == "CLOSED"
    assert desk.do("reopen", event["pseudonym"]) == "APPLIED" and desk.note(event["pseudonym"], TEXT)[0] == "APPLIED"
    assert desk.do("close", event["pseudonym"]) == "APPLIED"
    desk.settle()
    assert withdraw(site, f"{SILENT}-1") == "HAS_CONTENT"
    for verb in ("reopen", "delete-note", "close"):
        assert desk.do(verb, event["pseudonym"]) == "APPLIED"
    desk.settle()
    assert desk.statuses(event) == ["OPEN", "CLOSED", "OPEN", "HAS_CONTENT", "CLOSED", "HAS_CONTENT", "OPEN", "CLOSED"]
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


def test_a_sick_report_after_a_walk_in_lands_in_the_same_dossier(site, desk):
    key = f"{SILENT}-3"
    walked_in = silent(site, desk, key)
    plain = desk.say("dossier", "show", walked_in["pseudonym"].hex()).stdout
    assert UNTOLD in plain and "SNAPSHOT" in plain
    listed = desk.say("dossier", "list").stdout
    assert UNTOLD in next(line for line in listed.splitlines() if walked_in["pseudonym"].hex() in line)
    assert site.deployment.share(SILENT, key, "P1", kind="SICK_REPORT")["code"] == "ACCEPTED"
    live = desk.has(site.shared(walked_in["pseudonym"])[-1][1])
    shown = desk.shown(live["pseudonym"])
    assert [(s["share_id"], s["form"], s["live"], s["employer_informed"]) for s in shown["shares"]] == [
        (live["share_id"].hex(), "FULL", True, True), (walked_in["share_id"].hex(), "SNAPSHOT", False, False)]
    (line,) = (line for line in desk.say("dossier", "list").stdout.splitlines() if walked_in["pseudonym"].hex() in line)
    assert UNTOLD not in line and "(Van 1 daarvan weet de werkgever niet)" in line  # who reads the list alone is warned, too
    assert shown["employer_informed"] and shown["bsn"] == site.people[key]["bsn"] and shown["shares"][1]["bsn"] is None
    (employment,) = shown["employments"]
    assert employment["start_date"] == "2014-03-01" and employment["personnel_number"] == key and "department_code" in employment
    assert [a["recovered_on"] for a in shown["absences"]] == [None] and shown["absences"][0]["segments"]
    assert len(desk.dossiers()) == len(desk.sql("select distinct pseudonym from dossier_share"))
    moved = {**site.people[key], "call_name": "Verhuisd"}
    site.say(site.makers[SILENT].employee(NOW, key, moved))
    wait_until(lambda: desk.shown(live["pseudonym"])["call_name"] == "Verhuisd", 60, "the update", 0.2)
    one, other = desk.shown(live["pseudonym"])["shares"]
    assert one["form"] == "UPDATE" and one["applied_at"] > one["shared_at"] and other["call_name"] == site.people[key]["call_name"]
    assert other["applied_at"] == shown["shares"][1]["applied_at"]


def test_a_dossier_is_found_by_name_and_birth_date(site, desk):
    key, other = f"{SILENT}-4", f"{SILENT}-5"
    told = {**site.people[key], "surname": "Brontë-Ånström", "prefix": "van der", "partner_surname": "d'Arcy", "partner_prefix": None}
    site.say(site.makers[SILENT].employee(NOW, key, told))
    event, beside = desk.has(share(site, key)), desk.has(share(site, other))
    born = told["birth_date"]
    born = f"{born[:4]}-{born[4:6]}-{born[6:]}"
    mine = [event["pseudonym"].hex()]
    for terms in ({"name": "BRONTE ANSTROM"}, {"name": "van der Brontë-Ånström"}, {"name": "Vanderbronteanstrom"}, {"name": "darcy"},
                  {"birth_date": born}, {"name": "bronte anstrom", "birth_date": told["birth_date"]}):
        assert desk.find(**terms) == mine, terms
    for terms in ({"name": "Bronte"}, {"name": "bronte anstrom", "birth_date": "1921-02-03"}, {"birth_date": "1921-02-03"}):
        assert desk.find(**terms) == [], terms
    assert desk.find(name=site.people[other]["surname"]) == [beside["pseudonym"].hex()]
    for text in ("{}", "[]", '{"name": 3}', '{"name": "-"}', '{"birth_date": "gisteren"}', '{"pseudonym": "x"}', "x"):
        done = desk.say("dossier", "find", text=text, check=False)
        assert done.returncode == 2 and not done.stdout, text
    site.say(site.makers[SILENT].employee(NOW + 1, key, {**told, "surname": "Andersson"}))
    wait_until(lambda: desk.find(name="van der Andersson") == mine, 60, "the new name", 0.2)
    assert desk.find(name="Bronte-Anstrom") == [] and desk.find(name="D'Arcy") == mine


def test_every_reading_is_in_the_access_log_and_stays_there(site, desk):
    event = desk.has(share(site, f"{SILENT}-6"))
    mine = event["pseudonym"].hex()
    read = len(desk.read())
    desk.shown(event["pseudonym"], reader="zuster An")
    assert desk.say("dossier", "show", mine, "--reader", "An", "--purpose", "NIEUWSGIERIG", check=False).returncode == 2
    desk.say("dossier", "find", "--reader", "zuster An", "--purpose", "SUBJECT", text=json.dumps({"name": "niemand"}))
    assert desk.find(name=site.people[f"{SILENT}-6"]["surname"], reader="zuster An") == [mine]
    desk.note(event["pseudonym"], TEXT)
    assert desk.read()[read:] == [("zuster An", "SHOW", mine), ("zuster An", "FIND", None), ("zuster An", "FIND", mine), ("dr. Arts", "NOTE", mine)]
    assert desk.read("--reader", "zuster An") == [("zuster An", "SHOW", mine), ("zuster An", "FIND", None), ("zuster An", "FIND", mine)]
    assert "SUBJECT" in desk.say("access-log").stdout
    listed = set(desk.dossiers())
    assert {p for r, a, p in desk.read()[-len(listed):] if (r, a) == ("tester", "LIST")} == listed
    for statement in ("update access_log set reader = 'x'", "delete from access_log", "truncate access_log"):
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            desk.sql(statement)
    before = desk.read(mine)
    assert len(before) == 4 and before[0] == ("zuster An", "SHOW", mine)
    site.say(site.makers[SILENT].employee(NOW, f"{SILENT}-6", site.people[f"{SILENT}-6"], op="DELETE"))
    wait_until(lambda: not desk.sql("select 1 from dossier where pseudonym = %s", event["pseudonym"]), 60, "the end of the dossier", 0.2)
    assert desk.read(mine) == before


def test_an_erasure_takes_notes_and_what_a_dossier_is_found_by(site, desk):
    key = f"{SILENT}-7"
    walked_in = silent(site, desk, key)
    live = desk.has(share(site, key))
    for event in (walked_in, live):
        assert desk.note(event["pseudonym"], TEXT, "--share", event["share_id"].hex())[0] == "APPLIED"
    assert desk.find(name=site.people[key]["surname"]) == [live["pseudonym"].hex()]
    site.say(site.makers[SILENT].employee(NOW, key, site.people[key], op="DELETE"))
    wait_until(lambda: desk.statuses(live)[-1] == desk.statuses(walked_in)[-1] == "ERASED", 60, "the erasure", 0.2)
    assert desk.shown(live["pseudonym"]) is None and desk.find(name=site.people[key]["surname"]) == []
    for event in (walked_in, live):
        assert not desk.sql("select 1 from dossier_note where share_id = %s", event["share_id"])
    late = desk.send(desk.action(live, "NOTE", "te laat"))
    desk.settle()
    assert desk.code(late) == "UNKNOWN_SHARE"
    assert not desk.sql("select 1 from dossier where pseudonym = %s", live["pseudonym"])


def test_a_withdrawal_that_meets_content_detaches(site, desk):
    """The note was there before the provider heard of the withdrawal, and the vault had not heard of the note. They come by two topics: where the provider
    takes the withdrawal first the dossier goes, and it is tried once more."""
    key, event = f"{SILENT}-0", None
    while event is None or desk.statuses(event)[-1] == "ERASED":
        event = desk.has(share(site, key))
        site.settle()
        desk.service.stop()
        desk.send(desk.action(event, "NOTE", TEXT))
        desk.deployment.flush()
        assert withdraw(site, key) == "ACCEPTED"
        desk.service.start()
        wait_until(lambda e=event: desk.statuses(e)[-1] in ("DETACHED", "ERASED"), 60, "the end of the share", 0.2)
    assert desk.statuses(event) == ["OPEN", "HAS_CONTENT", "DETACHED"]
    shown = desk.shown(event["pseudonym"])
    assert (shown["state"], shown["live"], [n["text"] for n in shown["notes"]]) == ("DETACHED", False, [TEXT])
    assert "kept up to date no more" in desk.say("dossier", "show", event["pseudonym"].hex()).stdout
    assert desk.note(event["pseudonym"], "nog iets", "--share", event["share_id"].hex(), check=False)[0] == "DETACHED"
    assert desk.do("delete-note", event["pseudonym"], "--share", event["share_id"].hex()) == "APPLIED"
    left = desk.shown(event["pseudonym"])
    assert (left["state"], left["notes"]) == ("DETACHED", [])
    site.say(site.makers[SILENT].employee(NOW, key, site.people[key], op="DELETE"))
    wait_until(lambda: desk.statuses(event)[-1] == "ERASED", 60, "the erasure", 0.2)
    assert desk.shown(event["pseudonym"]) is None


def test_what_has_content_stays_when_an_employer_ends_and_nothing_else_does(site, desk):
    """Each share by its own content, silent or not."""
    def shared(key):
        assert site.deployment.share(PLAIN, key, "P1", kind="OPEN_CONSULT")["code"] == "ACCEPTED"
        return desk.has(site.shared(site.pseudonym(key, PLAIN))[-1][1])

    def walked_in(key):
        answer = site.ask(site.told(key), PLAIN, confirm_share=True)
        return desk.has(site.shared(answer["pseudonym"])[-1][1])
    kept = [shared(f"{PLAIN}-1"), walked_in(f"{PLAIN}-2"), walked_in(f"{PLAIN}-4")]
    gone = [shared(f"{PLAIN}-3"), shared(f"{PLAIN}-4")]
    for event in kept:
        assert desk.note(event["pseudonym"], TEXT, "--share", event["share_id"].hex())[0] == "APPLIED"
    desk.settle()
    assert site.deployment.command("operator:ops", "EmployerCommand", PLAIN, action="TERMINATE")["code"] == "NOT_AUTHORISED"
    assert site.deployment.command(f"employer:{PLAIN}", "EmployerCommand", PLAIN, action="TERMINATE")["code"] == "ACCEPTED"
    wait_until(lambda: {desk.statuses(e)[-1] for e in kept + gone} == {"DETACHED", "ERASED"}
               and all(desk.statuses(e)[-1] != "HAS_CONTENT" for e in kept), 60, "the end of the employer", 0.5)
    assert [desk.statuses(e)[-1] for e in kept] == ["DETACHED"] * 3 and [desk.statuses(e)[-1] for e in gone] == ["ERASED"] * 2
    assert desk.shown(gone[0]["pseudonym"]) is None
    for event in kept:
        (share,) = desk.shown(event["pseudonym"])["shares"]
        assert share["share_id"] == event["share_id"].hex() and [n["text"] for n in share["notes"]] == [TEXT]


def test_setup_makes_what_came_before_found_by_name_again(site, desk):
    """As after an upgrade from a release that had no such search."""
    key = f"{SILENT}-5"
    event = silent(site, desk, key)
    before = desk.sql("select share_id, blind_names, blind_birth from dossier_share order by 1")
    desk.sql("update dossier_share set blind_names = null, blind_birth = null")
    assert desk.find(name=site.people[key]["surname"]) == []
    assert f"{len(before)} share(s)" in desk.say("setup").stdout
    assert desk.sql("select share_id, blind_names, blind_birth from dossier_share order by 1") == before
    assert desk.find(name=site.people[key]["surname"]) == [event["pseudonym"].hex()]
    assert "share(s)" not in desk.say("setup").stdout and desk.say("check").returncode == 0
