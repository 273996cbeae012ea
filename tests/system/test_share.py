"""Sharing one employee with one provider: the matrix, who may, what is refused, and the dossier that comes of it."""

import json
import random
import time
import uuid

import pytest

import clock
import dossier
import history
import people
import wire
from model import SETTINGS, Model
from population import Population
from reader import Tail, check_headers, read_all
from stack import wait_until

KINDS = ("SICK_REPORT", "PREVENTIVE_CONSULT", "WORKING_CONDITIONS_CONSULT", "CASEMANAGER_CONTACT", "OPEN_CONSULT")
START, NAME = people.days(2014, 3, 1), "Bouwbedrijf De Toren"
NOW = int(time.time() * 1000)
TODAY = clock.amsterdam_day(NOW)
EMPLOYER = "S1"


class Site:
    """Two active employers whose employees have a value in every field, and the model of them."""

    def __init__(self, deployment):
        self.deployment, self.model = deployment, Model(deployment.partitions)
        self.log, self.folded, self.maker = Tail(deployment.stack, ["hr.events"]), 0, history.Maker(EMPLOYER, random.Random(3))
        for employer_id in (EMPLOYER, "S2"):
            deployment.enable(employer_id, ["P1", "P2"], name=NAME)
            self.model.enable(employer_id, ["P1", "P2"])
        for n in range(30):
            self.deliver(*self.whole(n))
        deployment.deliver([history.Maker("S2", random.Random(4)).employee(NOW, "K0", people.identity(610000))])
        self.settle()
        deployment.activate(EMPLOYER, "S2")

    def whole(self, n):
        """Every field of identity and employment, three spells: open, recent and older than the history shown."""
        maker, key = self.maker, f"K{n}"
        contact = {"name": people.word(14, 600000 + n) + "ma", "phone": "071-9123456", "email": "collega@werk.example"}
        header = {"personnel_number": f"S{n}", "payroll_tax_number": "123456789L01", "uwv_sector": "Sector 3 Bouw", "risk_group": "Kort",
                  "contact_person": contact}
        segment = {"department_name": "Uitvoering", "function_name": "Metselaar", "function_code": "F1", "cost_centre": "C1",
                   "contract_term": "PERMANENT", "employment_kind": "Regulier"}
        identity = {**people.identity(600000 + n, full=True), "death_date": people.days(2033, 1, 2)}
        yield maker.employee(NOW - 90000, key, identity)
        yield maker.employment(NOW - 80000, key, "1", START, **header, **segment)
        yield maker.employment(NOW - 70000, key, "1", START, TODAY - 500, **header, **{**segment, "function_name": "Voorman"}, department_code="D7",
                               contract_hours_x100=3200)
        yield maker.employment(NOW - 65000, key, "1", START, TODAY + 200, **header, **segment, department_code="D8")
        yield maker.employment(NOW - 64000, key, "0", people.days(2008), end_date=people.days(2011), personnel_number=f"oud{n}")
        for k, (first, last) in enumerate(((TODAY - 40, None), (TODAY - 200, TODAY - 180), (TODAY - 1200, TODAY - 1100))):
            more = {"safety_net": "YES", "cause": "WORK_ACCIDENT", "expected_recovery": TODAY + 30, "nursing_address": None}
            yield maker.absence(NOW - 60000, key, f"A{n}-{k}", 1, "START", first, **more)
            if last:
                yield maker.absence(NOW - 50000, key, f"A{n}-{k}", 2, "END", first, mutation_date=last, recovered_on=last, **more)

    def deliver(self, *events):
        self.deployment.deliver(events)

    def settle(self):
        self.deployment.settle()
        self.log.to_end()
        for record in self.log.records[self.folded:]:
            if record.key.decode() in self.model.employers:
                self.model.take(record)
        self.folded = len(self.log.records)

    def person(self, key, employer_id=EMPLOYER):
        return self.model.employers[employer_id].people[key]

    def pseudonym(self, key, provider):
        numbers = Population(provider, self.deployment.population(provider), self.deployment.partitions).pseudonyms_by_number(EMPLOYER)
        (found,) = numbers[f"S{key[1:]}"]
        return found

    def shared(self, key, provider):
        """[(name, ShareEvent or ShareRevocation, SharedDossier)] of a person, in order."""
        mine = self.pseudonym(key, provider)
        return [(name, body, opened) for name, body, opened, _ in self.deployment.shares(provider) if body["pseudonym"] == mine]

    def send(self, key, provider="P1", kind="SICK_REPORT", issuer=f"employer:{EMPLOYER}", employer_id=EMPLOYER, signing=None, **fields):
        command = self.command(key, provider, kind, employer_id, **fields)
        return self.deployment.send(issuer, "ShareCommand", command, key=signing)

    def command(self, key, provider="P1", kind="SICK_REPORT", employer_id=EMPLOYER, **fields):
        content = {"provider_id": provider, "employee_key": key, "kind": kind, "reason": "reden van de test", "confirm": True, "actor": "j.jansen"}
        return self.deployment.new_command("ShareCommand", employer_id, **{**content, **fields})

    def commanded_at(self, command_id):
        """The broker's time of a command."""
        for record in read_all(self.deployment.stack, ["vault.commands"]):
            try:
                if wire.decode(wire.decode(record.value)[1]["body"])[1]["command_id"] == command_id:
                    return record.timestamp
            except (KeyError, ValueError, IndexError):
                continue
        raise AssertionError("no such command")

    def everything(self):
        """High watermarks of all that a refused command must leave alone."""
        return self.deployment.ends(["share.P1", "share.P2", "population.P1", "population.P2"])


@pytest.fixture(scope="module")
def site(deploy):
    return Site(deploy(partitions=4))


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_gives_exactly_the_fields_of_the_matrix(site, kind):
    key = f"K{KINDS.index(kind)}"
    command_id = site.send(key, "P1", kind)
    result = site.deployment.result(command_id)
    at = site.commanded_at(command_id)
    assert (result["code"], result["decided_at"], result["issuer"]) == ("ACCEPTED", at, f"employer:{EMPLOYER}")
    site.settle()
    ((name, event, opened),) = site.shared(key, "P1")
    assert name == "ShareEvent" and event["employer_id"] == EMPLOYER and event["share_revision"] >> 40 == 1
    expected = dossier.expected(site.person(key), kind, at, NAME, shared_by="j.jansen", reason="reden van de test")
    assert dossier.comparable(opened) == dossier.comparable(expected)
    seen = Population("P1", site.deployment.population("P1"), 4)
    known = {v["entity_id"] for n in ("PopulationEmployment", "PopulationAbsence") for v in seen.living(n) if v["pseudonym"] == event["pseudonym"]}
    assert {e["entity_id"] for e in opened["employments"]} <= known and {a["entity_id"] for a in opened["absences"]} <= known
    assert site.shared(key, "P2") == []
    notices = site.deployment.results("ShareNotice", employee_key=key, provider_id="P1", change="SHARED")
    assert [(n["actor"], n["at"]) for n in notices] == [("j.jansen", at)]


def test_the_matrix_of_the_expectation_differs_by_kind(site):
    """A control: the kinds do not all expect the same."""
    made = {kind: dossier.expected(site.person("K0"), kind, NOW, NAME, shared_by="x", reason="y") for kind in KINDS}
    assert made["SICK_REPORT"]["bsn"] and made["SICK_REPORT"]["sfb"] and len(made["SICK_REPORT"]["absences"]) == 2
    assert not made["CASEMANAGER_CONTACT"]["bsn"] and len(made["CASEMANAGER_CONTACT"]["absences"]) == 1
    assert not made["OPEN_CONSULT"]["absences"] and len(made["OPEN_CONSULT"]["contacts"]) == 3 and len(made["OPEN_CONSULT"]["addresses"]) == 1


def test_the_other_provider_gets_the_same_person_under_another_pseudonym(site):
    assert site.deployment.share(EMPLOYER, "K5", "P1")["code"] == "ACCEPTED"
    assert site.deployment.share(EMPLOYER, "K5", "P2", kind="OPEN_CONSULT")["code"] == "ACCEPTED"
    (one,), (two,) = site.shared("K5", "P1"), site.shared("K5", "P2")
    assert one[1]["pseudonym"] != two[1]["pseudonym"] and one[1]["share_id"] != two[1]["share_id"]
    assert one[2]["bsn"] and not two[2]["bsn"]
    with pytest.raises(Exception):
        site.deployment.boxes["P2"].open(one[1]["payload"])


def refused(site, command_id, code, detail=None):
    result = site.deployment.result(command_id)
    assert result["code"] == code, result
    assert detail is None or (result["detail"] or "").endswith(detail), result


def test_refused_commands_change_nothing_and_are_answered_with_their_code(site):
    site.settle()
    before, rows = site.everything(), site.deployment.person_rows()
    stranger, hour = wire.SigningKey(), 3600000
    refused(site, site.send("K9", signing=stranger), "BAD_SIGNATURE")
    refused(site, site.send("K9", signing=site.deployment.keys["employer:S2"]), "BAD_SIGNATURE")
    refused(site, site.send("K9", issuer="employer:S2"), "NOT_AUTHORISED")
    refused(site, site.send("K9", issuer="operator:ops"), "NOT_AUTHORISED")
    refused(site, site.send("K9", kind="WALK_IN"), "NOT_AUTHORISED")
    refused(site, site.send("K9", kind="PROVIDER_SICK_LINE"), "NOT_AUTHORISED")
    refused(site, site.send("K9", expires_at=NOW - hour), "EXPIRED")
    refused(site, site.send("K9", expires_at=int(time.time() * 1000) + 25 * hour), "INVALID", "expires_at")
    refused(site, site.send("K9", confirm=False), "NO_CONFIRM")
    refused(site, site.send("K9", reason=""), "INVALID", "reason")
    refused(site, site.send("K9", provider="P9"), "UNKNOWN_PROVIDER")
    refused(site, site.send("K-unknown"), "UNKNOWN_EMPLOYEE")
    site.settle()
    assert site.everything() == before and site.deployment.person_rows() == rows


def test_a_changed_body_or_topic_kind_is_a_bad_signature(site):
    before = site.everything()
    command = site.command("K9")
    body, key = wire.encode("ShareCommand", command), site.deployment.keys[f"employer:{EMPLOYER}"]
    signed = wire.decode(wire.sign(key, "vault.commands", f"employer:{EMPLOYER}", body))[1]
    other = wire.encode("ShareCommand", {**command, "employee_key": "K8"})
    site.deployment.produce("vault.commands", EMPLOYER, wire.encode("Signed", {**signed, "body": other}))
    refused(site, command["command_id"], "BAD_SIGNATURE")
    elsewhere = site.command("K9")
    site.deployment.produce("vault.commands", EMPLOYER,
                            wire.sign(key, "care.requests", f"employer:{EMPLOYER}", wire.encode("ShareCommand", elsewhere)))
    refused(site, elsewhere["command_id"], "BAD_SIGNATURE")
    site.settle()
    assert site.everything() == before


def test_a_bad_signature_is_not_remembered(site):
    """Who replays somebody's command_id with a bad signature does not take the command from its owner."""
    command = site.command("K10")
    site.deployment.send(f"employer:{EMPLOYER}", "ShareCommand", command, key=wire.SigningKey())
    refused(site, command["command_id"], "BAD_SIGNATURE")
    site.deployment.send(f"employer:{EMPLOYER}", "ShareCommand", command)
    wait_until(lambda: site.deployment.results(command_id=command["command_id"], code="ACCEPTED"), 30, "the command to be accepted")
    assert len(site.shared("K10", "P1")) == 1


def test_a_replayed_command_is_answered_as_the_first_and_changes_nothing(site):
    command = site.command("K11")
    site.deployment.send(f"employer:{EMPLOYER}", "ShareCommand", command)
    first = site.deployment.result(command["command_id"])
    assert first["code"] == "ACCEPTED"
    site.settle()
    before = site.everything()
    for _ in range(3):
        site.deployment.send(f"employer:{EMPLOYER}", "ShareCommand", command)
    changed = {**command, "employee_key": "K12"}
    site.deployment.send(f"employer:{EMPLOYER}", "ShareCommand", changed)
    site.settle()
    answers = wait_until(lambda: [a for a in [site.deployment.results(command_id=command["command_id"])] if len(a) == 5], 30, "five answers")[0]
    assert {(a["code"], a["decided_at"]) for a in answers} == {("ACCEPTED", first["decided_at"])}
    assert site.everything() == before and len(site.shared("K11", "P1")) == 1 and not site.shared("K12", "P1")


def test_a_share_as_wide_is_already_shared_and_a_wider_one_widens(site):
    assert site.deployment.share(EMPLOYER, "K13", "P1", kind="OPEN_CONSULT")["code"] == "ACCEPTED"
    assert site.deployment.share(EMPLOYER, "K13", "P1", kind="PREVENTIVE_CONSULT")["code"] == "ALREADY_SHARED"
    assert site.deployment.share(EMPLOYER, "K13", "P1", kind="CASEMANAGER_CONTACT", reason="ruimer")["code"] == "ACCEPTED"
    assert site.deployment.share(EMPLOYER, "K13", "P1", kind="OPEN_CONSULT")["code"] == "ALREADY_SHARED"
    assert site.deployment.share(EMPLOYER, "K13", "P1", kind="SICK_REPORT")["code"] == "ACCEPTED"
    events = site.shared("K13", "P1")
    assert [d["form"] for _, _, d in events] == ["FULL", "UPDATE", "UPDATE"] and len({e["share_id"] for _, e, _ in events}) == 1
    assert [d["kind"] for _, _, d in events] == ["OPEN_CONSULT", "CASEMANAGER_CONTACT", "SICK_REPORT"]
    revisions = [e["share_revision"] for _, e, _ in events]
    assert revisions == sorted(set(revisions)) and events[1][2]["reason"] == "ruimer"
    changes = [n["change"] for n in site.deployment.results("ShareNotice", employee_key="K13") if n["change"] != "REQUIRED"]
    assert changes == ["SHARED", "WIDENED", "WIDENED"]


def test_a_live_share_is_kept_up_to_date_and_only_by_what_its_kind_shows(site):
    assert site.deployment.share(EMPLOYER, "K14", "P1", kind="OPEN_CONSULT")["code"] == "ACCEPTED"
    held = site.person("K14").identity.content
    site.deliver(site.maker.employee(NOW - 100, "K14", {**held, "iban": people.iban(77)}))
    site.deliver(site.maker.employee(NOW - 90, "K14", {**held, "iban": people.iban(78)}))
    site.settle()
    assert len(site.shared("K14", "P1")) == 1
    moved = {**held, "iban": people.iban(78), "addresses": [people.address(666666)]}
    for _ in range(2):
        site.deliver(site.maker.employee(NOW - 80, "K14", moved))
    site.settle()
    events = site.shared("K14", "P1")
    assert [d["form"] for _, _, d in events] == ["FULL", "UPDATE"]
    assert [a["city"] for a in events[1][2]["addresses"]] == [people.address(666666)["city"]]


def test_a_sick_report_shares_by_itself_where_that_is_set_and_asks_where_not(site):
    for employer_id, settings in (("AUTO", {"auto_share_on_absence": True, "absence_provider": "P2"}), ("ASK", {"absence_provider": "P2"})):
        site.deployment.enable(employer_id, ["P1", "P2"], settings, NAME)
        maker = history.Maker(employer_id, random.Random(employer_id))
        site.deployment.deliver([maker.employee(NOW - 9000, "K1", people.identity(620000)), maker.employment(NOW - 8000, "K1", "1", START)])
        site.deployment.settle()
        site.deployment.activate(employer_id)
        site.deployment.deliver([maker.absence(NOW - 7000, "K1", "A1", 1, "START", TODAY - 2, leave="MATERNITY"),
                                 maker.absence(NOW - 7000, "K1", "A2", 1, "START", TODAY - 1),
                                 maker.absence(NOW - 6000, "K1", "A2", 2, "MUTATE", TODAY - 1, mutation_date=TODAY, absence_pct_x100=5000),
                                 maker.absence(NOW - 6000, "K1", "A3", 1, "START", TODAY - 60)])
        site.deployment.settle()
    for provider in ("P1", "P2"):
        events = [(e, d) for _, e, d, _ in site.deployment.shares(provider) if e["employer_id"] in ("AUTO", "ASK")]
        if provider == "P1":
            assert not events
        else:
            assert {e["employer_id"] for e, _ in events} == {"AUTO"} and len({e["share_id"] for e, _ in events}) == 1
            first = events[0][1]
            assert (first["form"], first["origin"], first["kind"], first["shared_by"], first["employer_informed"]) == ("FULL", "ABSENCE", "SICK_REPORT", None, True)
    changes = {e: [(n["change"], n["absence_key"], n["actor"]) for n in site.deployment.results("ShareNotice", employer_id=e)] for e in ("AUTO", "ASK")}
    assert changes["AUTO"] == [("SHARED", "A2", None)]
    assert changes["ASK"] == [("REQUIRED", "A2", None)]
    late = [r["code"] for r in site.deployment.reports(employer_id="ASK") if r["outcome"] == "WARNED"]
    assert late == ["LATE_SICK_REPORT"]


def sick(site, employer_id, *events, **settings):
    """An employer of both providers, sick reports going to P2, with one employee and these events before its activation; its maker."""
    site.deployment.enable(employer_id, ["P1", "P2"], {"absence_provider": "P2", **settings}, NAME)
    maker = history.Maker(employer_id, random.Random(employer_id))
    site.deployment.deliver([maker.employee(NOW - 9000, "K1", people.identity(630000)), maker.employment(NOW - 8000, "K1", "1", START),
                             *(maker.absence(NOW - 7500, "K1", key, 1, "START", first) for key, first in events)])
    site.deployment.settle()
    site.deployment.activate(employer_id)
    return maker


def told(site, employer_id):
    """[(change, absence_key)] of its notices, and [(form, origin, kind)] of what P2 got."""
    site.deployment.settle()
    notices = [(n["change"], n["absence_key"]) for n in site.deployment.results("ShareNotice", employer_id=employer_id)]
    return notices, [(d["form"], d["origin"], d["kind"]) for _, e, d, _ in site.deployment.shares("P2") if e["employer_id"] == employer_id]


def test_activation_takes_the_open_spells_whenever_they_began_and_says_so_once(site):
    for employer_id, auto, change in (("ACT-1", True, "SHARED"), ("ACT-2", False, "REQUIRED")):
        maker = sick(site, employer_id, ("A1", TODAY - 400), auto_share_on_absence=auto)
        site.deployment.deliver([maker.absence(NOW - 6000, "K1", "A1", 2, "MUTATE", TODAY - 400, mutation_date=TODAY, absence_pct_x100=5000)])
        site.deployment.activate(employer_id)
        notices, events = told(site, employer_id)
        assert notices == [(change, "A1")]
        assert events[:1] == ([("FULL", "ABSENCE", "SICK_REPORT")] if auto else [])
    assert not [r for r in site.deployment.reports(code="LATE_SICK_REPORT") if r["employer_id"].startswith("ACT")]


def test_turning_the_setting_on_shares_nothing_by_itself(site):
    maker = sick(site, "TURN", ("A1", TODAY - 5), auto_share_on_absence=False)
    site.deployment.deliver([maker.absence(NOW - 7000, "K1", "A2", 1, "START", TODAY - 4, leave="MATERNITY")])
    site.settle()
    settings = {**SETTINGS, "absence_provider": "P2", "auto_share_on_absence": True}
    assert site.deployment.command("employer:TURN", "EmployerCommand", "TURN", action="CHANGE_SETTINGS", settings=settings)["code"] == "ACCEPTED"
    site.deployment.run_done("TURN", "SETTINGS")
    site.deployment.deliver([maker.absence(NOW - 6000, "K1", "A1", 2, "MUTATE", TODAY - 5, mutation_date=TODAY, absence_pct_x100=5000),
                             maker.absence(NOW - 6000, "K1", "A2", 2, "CORRECT", TODAY - 4)])
    assert told(site, "TURN") == ([("REQUIRED", "A1")], [])
    site.deployment.deliver([maker.absence(NOW - 5000, "K1", "A3", 1, "START", TODAY)])
    assert told(site, "TURN") == ([("REQUIRED", "A1"), ("SHARED", "A3")], [("FULL", "ABSENCE", "SICK_REPORT")])


def test_a_sick_report_widens_a_narrower_share(site):
    maker = sick(site, "WIDE", auto_share_on_absence=True)
    assert site.deployment.share("WIDE", "K1", "P2", kind="OPEN_CONSULT")["code"] == "ACCEPTED"
    site.deployment.deliver([maker.absence(NOW - 5000, "K1", "A1", 1, "START", TODAY - 1)])
    site.deployment.deliver([maker.absence(NOW - 5000, "K1", "A2", 1, "START", TODAY)])
    notices, events = told(site, "WIDE")
    assert notices == [("SHARED", None), ("WIDENED", "A1")]
    assert events[:2] == [("FULL", "EMPLOYER", "OPEN_CONSULT"), ("UPDATE", "ABSENCE", "SICK_REPORT")]


def test_the_receiver_has_a_dossier_and_says_so_and_the_other_has_none(site):
    site.settle()
    sent = {p: site.deployment.shares(p) for p in ("P1", "P2")}
    for provider in ("P1", "P2"):
        service = site.deployment.provider[provider]
        site.deployment.provider_passed(provider, [r for *_, r in sent[provider]])
        pseudonyms = {event["pseudonym"].hex() for _, event, _, _ in sent[provider]}
        listed = json.loads(service.cli("dossier", "list", "--json").stdout)
        listed = listed["dossiers"] if isinstance(listed, dict) else listed
        assert {d["pseudonym"] for d in listed} == pseudonyms
    pseudonym = site.pseudonym("K0", "P1")
    shown = site.deployment.provider["P1"].cli("dossier", "show", pseudonym.hex(), "--json").stdout
    identity = site.person("K0").identity.content
    for text in (identity["surname"], identity["bsn"], identity["addresses"][0]["street"], "Voorman", NAME, "reden van de test"):
        assert text in shown or json.dumps(text)[1:-1] in shown
    assert site.deployment.provider["P2"].cli("dossier", "show", pseudonym.hex(), "--json", check=False).returncode != 0


def test_every_share_event_is_answered_open_under_the_providers_signature(site):
    site.settle()
    for provider in ("P1", "P2"):
        sent = [(e["share_id"], e["share_revision"]) for _, e, _, _ in site.deployment.shares(provider)]
        key = site.deployment.provider_signing(provider)

        def statuses():
            found = []
            for record in read_all(site.deployment.stack, ["dossier.status"]):
                if wire.decode(record.value)[1]["issuer"] == f"provider:{provider}":
                    _, name, status, _ = wire.verify(record.value, "dossier.status", key)
                    assert name == "DossierStatus" and record.key.decode() == status["employer_id"] and status["provider_id"] == provider
                    found.append(status)
            return found if len(found) >= len(sent) else None
        found = wait_until(statuses, 30, f"a status of each share event by {provider}")
        assert {(s["share_id"], s["share_revision"]) for s in found} == set(sent) and {s["state"] for s in found} == {"OPEN"}
        assert len({s["status_id"] for s in found}) == len(found) and all(uuid.UUID(s["status_id"]) for s in found)
    site.settle()
    assert not any("dossier.status" in json.dumps(r["topic"]) for r in site.deployment.reports())


def test_erasing_an_employee_revokes_the_share(site):
    assert site.deployment.share(EMPLOYER, "K15", "P1")["code"] == "ACCEPTED"
    mine = site.pseudonym("K15", "P1")
    site.deliver(site.maker.employee(NOW - 10, "K15", people.identity(600015, full=True), op="DELETE"))
    site.settle()
    events = [(name, body) for name, body, _, _ in site.deployment.shares("P1") if body["pseudonym"] == mine]
    assert [name for name, _ in events] == ["ShareEvent", "ShareRevocation"]
    assert (events[1][1]["cause"], events[1][1]["action"]) == ("ERASURE", "DELETE_DOSSIER")
    assert events[1][1]["share_revision"] > events[0][1]["share_revision"]
    service = site.deployment.provider["P1"]
    wait_until(lambda: service.cli("dossier", "show", mine.hex(), "--json", check=False).returncode != 0, 30, "the dossier to go")
    assert not [n for n in site.deployment.results("ShareNotice", employee_key="K15") if n["change"] in ("REVOKED", "WITHDRAWN")]
    assert site.deployment.share(EMPLOYER, "K15", "P1")["code"] == "UNKNOWN_EMPLOYEE"


def test_headers_of_everything_are_dense_and_unique(site):
    for provider in ("P1", "P2"):
        check_headers(read_all(site.deployment.stack, [f"share.{provider}", f"population.{provider}"]), keyed=True)
    check_headers(read_all(site.deployment.stack, ["vault.results", "vault.reports", "dossier.status"]))
