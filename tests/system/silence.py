"""One scenario of two employers, played with silent care requests or without them: everything that the employers and their HR systems do is the same."""

import random
import shutil
import uuid

import employer_view
import history
import people
import wire
from care import NAME, NOW, START, TODAY, Site
from deployment import OPERATOR, Deployment
from desk import Desk
from model import SETTINGS
from stack import wait_until

MANUAL, AUTO = "C1", "C2"  # the employer shares by hand; a sick report shares by itself, spells are told only of the shared, the sick line is agreed
KINDS = ("WALK_IN", "PREVENTIVE_CONSULT", "WORKING_CONDITIONS_CONSULT", "OPEN_CONSULT")
ROLES = ("plain", "content", "again", "sick", "refused", "wrong", "only", "moved", "rekeyed", "leaver", "late", "line", "gone", "erased", "twin")
LOOKED_AT = ("content", "again", "sick", "refused", "wrong", "only", "late", "line", "gone", "erased", "new")
MINUTE = 60000


def played(stack, name, with_silent, without=None, **options):
    """One run from an empty deployment on; what the employers' side can read after it. without: a guard to do without, of the faults build."""
    folder = wire.ROOT / "build" / "systests" / stack.name / name
    shutil.rmtree(folder, ignore_errors=True)
    deployment = Deployment(stack, folder, providers=("P1",), partitions=2, care_hour_requests=1000, care_hour_misses=8, **options).up(start=False)
    try:
        deployment.vault.environment = {"KLUIS_WITHOUT": without} if without else {}
        for service in deployment.services:
            service.start()
        return Scenario(deployment, with_silent).play()
    finally:
        deployment.down()


def answered(code, wanted):
    if code != wanted:
        raise AssertionError(f"the employer was answered {code}, not {wanted}")


class Scenario(Site):
    """deployment: of one provider, P1. with_silent: whether it asks silently."""

    def __init__(self, deployment, with_silent):  # not Site's: other people
        self.deployment, self.with_silent, self.notes = deployment, with_silent, []  # notes: (ShareEvent, action) that are still to be written
        self.desk = Desk(self)
        self.makers, self.people, self.clock = {}, {}, NOW - 600 * MINUTE
        self.signing = deployment.provider_key("P1")
        profile = {"name": NAME, "address": None, "postcode": None, "city": None, "kvk_number": None}
        self.settings = {MANUAL: SETTINGS, AUTO: {**SETTINGS, "auto_share_on_absence": True, "provider_reporting": True, "absence_facts": "AFTER_SHARE"}}
        self.views = {}
        for number, employer_id in enumerate((MANUAL, AUTO)):
            deployment.employer(employer_id)
            self.order("enable", "EmployerCommand", employer_id, OPERATOR, action="ENABLE", provider_ids=["P1"], settings=self.settings[employer_id],
                       profile=profile)
            self.order("accept", "EmployerCommand", employer_id, action="ACCEPT")
            self.makers[employer_id] = history.Maker(employer_id, random.Random(employer_id))
            for n, role in enumerate(ROLES):
                self.people[f"{employer_id}-{role}"] = people.identity(800000 + 100 * number + n, full=True)
            self.people[f"{employer_id}-twin"] = {**self.people[f"{employer_id}-plain"], "bsn": people.bsn(890000 + number)}
            deployment.deliver([event for role in ROLES for event in self.hired(employer_id, role)])
        self.passed()
        for employer_id in (MANUAL, AUTO):  # one after the other: their RunReports lie in one order
            answered(self.long_work("activate", employer_id, "ACTIVATE", "ACTIVATION", OPERATOR), "ACCEPTED")

    # what both runs do

    def at(self):
        self.clock += MINUTE
        return self.clock

    def hired(self, employer_id, role):
        key, maker = f"{employer_id}-{role}", self.makers[employer_id]
        return [maker.employee(self.at(), key, self.people[key]), maker.employment(self.at(), key, "1", START, personnel_number=key)]

    def settle(self):
        """Writes, and deletes, the notes that were asked for, and waits until the vault has passed what the provider says of them."""
        def all_there(column, table, values):
            found = self.desk.sql(f"select count(*) from {table} where {column} = any(%s)", list(values))
            return found[0][0] == len(values)
        notes, self.notes = self.notes, []
        if notes:
            wait_until(lambda: all_there("share_id", "dossier_share", {event["share_id"] for event, _ in notes}), 60, "the dossiers", 0.1)
            sent = [self.desk.send(self.desk.action(event, action, "Gesprek gevoerd." if action == "NOTE" else None)) for event, action in notes]
            self.deployment.flush()
            wait_until(lambda: all_there("command_id", "dossier_action", sent), 60, "the provider to write its notes", 0.1)
            assert self.desk.sql("select distinct code from dossier_action") == [("APPLIED",)]
        self.deployment.settle()

    def passed(self):
        """Until the vault has committed past all that was sent here."""
        self.deployment.flush()
        wait_until(lambda: self.deployment.lag() == 0, 60, "the vault to pass all input", 0.02)

    def say(self, *events):
        """One by one: so that batches, and the offsets that their transactions take, are the same."""
        for event in events:
            self.deployment.deliver([event])
            self.passed()

    def order(self, label, name, employer_id, issuer=None, **content):
        """A command whose id derives from its label; its result."""
        command_id = str(uuid.uuid5(uuid.NAMESPACE_OID, f"{employer_id}/{label}"))
        return self.deployment.command(issuer or f"employer:{employer_id}", name, employer_id, command_id=command_id, **content)

    def share(self, employer_id, role, kind="OPEN_CONSULT", label=""):
        return self.order(f"share/{role}/{kind}/{label}", "ShareCommand", employer_id, provider_id="P1", employee_key=f"{employer_id}-{role}", kind=kind,
                          reason="aanleiding", confirm=True)["code"]

    def withdraw(self, employer_id, role, label="", issuer=None, **content):
        return self.order(f"withdraw/{role}/{label}", "WithdrawCommand", employer_id, issuer, provider_id="P1", employee_key=f"{employer_id}-{role}",
                          reason="vergissing", **content)["code"]

    def long_work(self, label, employer_id, action, kind, issuer=None, **content):
        """An EmployerCommand that leads to a run, waited for where it was accepted."""
        before = len(self.deployment.reports("RunReport", employer_id=employer_id, kind=kind))
        code = self.order(label, "EmployerCommand", employer_id, issuer, action=action, **content)["code"]
        if code == "ACCEPTED":
            self.deployment.run_done(employer_id, kind, count=before + 1)
        return code

    def write_under_live(self, employer_id, role, action="NOTE"):
        """Under the employer's share of this employee; it counts from now on."""
        number = f"{employer_id}-{role}"
        events = [body for name, body, opened, _ in self.deployment.shares("P1") if name == "ShareEvent" and opened["employer_informed"]
                  and opened["employments"][0]["personnel_number"] == number]
        self.notes.append((events[-1], action))
        self.settle()

    def look(self, moment, *employers, as_text=False):
        """What the employers see at this moment of the history and of `status`."""
        asked = [(employer_id, f"{employer_id}-{role}") for employer_id in employers for role in LOOKED_AT]
        self.views[moment] = {"history": employer_view.history(self.deployment, asked, as_text), "status": employer_view.status(self.deployment)}

    # what only one of them does

    def silently(self, employer_id, role, kind="WALK_IN", content=False, confirm=True):
        """A provider has this employee in front of it, gets a snapshot, and maybe writes a note under it."""
        if not self.with_silent:
            return None
        answer = self.ask(self.told(f"{employer_id}-{role}", bsn=self.people[f"{employer_id}-{role}"]["bsn"]), employer_id, kind, confirm)
        assert answer["outcome"] == "MATCHED", answer
        if content:
            self.notes.append(([e for n, e, o in self.shared(answer["pseudonym"]) if n == "ShareEvent" and o["form"] == "SNAPSHOT"][-1], "NOTE"))
        return answer

    def every_outcome(self, employer_id):
        """Requests that come to nothing, up to the limit; and what is no request at all."""
        if not self.with_silent:
            return
        told = self.told(f"{employer_id}-plain")
        seen = [self.outcome(told, employer_id), self.outcome({**told, "birth_date": "19440101"}, employer_id),
                self.outcome({**told, "postcode": None}, employer_id), self.outcome(told, employer_id, "SICK_REPORT"),
                self.outcome(told, employer_id, sealed=bytes(100))]
        assert seen == ["AMBIGUOUS", "NO_MATCH", "INSUFFICIENT", "REFUSED", "REFUSED"], seen
        body = wire.encode("DossierStatus", {"status_id": str(uuid.uuid4()), "employer_id": employer_id, "provider_id": "P1", "share_id": bytes(16),
                                             "pseudonym": bytes(16), "state": "OPEN", "share_revision": 1, "error": None, "changed_at": NOW})
        self.deployment.produce("dossier.status", employer_id, wire.sign(self.signing, "dossier.status", "provider:P1", body))
        for topic in ("care.requests", "dossier.status"):
            self.deployment.produce(topic, employer_id, b"no record of this topic")
        while self.outcome(told, employer_id) != "RATE_LIMITED":
            assert self.with_silent

    # the play

    def play(self):
        for employer_id in (MANUAL, AUTO):
            self.requests(employer_id)
            if employer_id == MANUAL:
                self.shares_and_withdrawals(employer_id)
            self.sick_reports(employer_id)
            self.every_outcome(employer_id)
            self.changes(employer_id)
            self.line(employer_id)
        self.look("in the middle", MANUAL, AUTO)
        for employer_id in (MANUAL, AUTO):
            self.erasures(employer_id)
            self.endings(employer_id)
        self.look("at the end", MANUAL, as_text=True)
        return self.view()

    def view(self):
        """All that the employers' side can read by now."""
        stack = self.deployment.stack
        return {**self.views, "told": employer_view.told(stack), "audit": employer_view.audit(self.deployment),
                "population": employer_view.population(stack, "P1")}

    def requests(self, employer_id):
        for role, kind in zip(("content", "again", "sick", "refused", "wrong", "only", "moved", "rekeyed", "leaver", "late", "line", "gone", "erased"), KINDS * 4):
            self.silently(employer_id, role, kind, content=role in ("content", "refused", "wrong", "only", "gone", "erased") and employer_id == MANUAL)
        self.silently(employer_id, "only", "WORKING_CONDITIONS_CONSULT")
        self.silently(employer_id, "plain", confirm=False)
        self.settle()

    def shares_and_withdrawals(self, employer_id):
        """Accepted and refused, with content under the silent share, the employer's, both."""
        answered(self.withdraw(employer_id, "content", "before"), "NOT_SHARED")
        answered([self.share(employer_id, "content", label=n) for n in "112"], ["ACCEPTED", "ACCEPTED", "ALREADY_SHARED"])
        self.silently(employer_id, "content")
        answered(self.withdraw(employer_id, "content"), "ACCEPTED")
        answered(self.share(employer_id, "again", "SICK_REPORT"), "ACCEPTED")
        answered(self.withdraw(employer_id, "again"), "ACCEPTED")
        self.silently(employer_id, "again", content=True)
        self.settle()
        answered([self.share(employer_id, "again", k, "more") for k in ("OPEN_CONSULT", "SICK_REPORT")], ["ACCEPTED", "ACCEPTED"])
        answered(self.withdraw(employer_id, "again", "more"), "ACCEPTED")
        answered(self.share(employer_id, "refused"), "ACCEPTED")
        self.write_under_live(employer_id, "refused")
        answered(self.withdraw(employer_id, "refused"), "HAS_CONTENT")
        self.write_under_live(employer_id, "refused", "DELETE_NOTE")
        answered(self.withdraw(employer_id, "refused", "again"), "ACCEPTED")
        answered(self.share(employer_id, "wrong"), "ACCEPTED")
        self.write_under_live(employer_id, "wrong")
        answered(self.withdraw(employer_id, "wrong", "employer", wrong_person=True), "NOT_AUTHORISED")
        for role, wanted in (("wrong", "ACCEPTED"), ("only", "NOT_SHARED"), ("plain", "NOT_SHARED")):
            answered(self.withdraw(employer_id, role, "operator", OPERATOR, wrong_person=True), wanted)

    def sick_reports(self, employer_id):
        """After a silent request; one that comes late; the end of it."""
        maker, key = self.makers[employer_id], f"{employer_id}-sick"
        self.say(maker.absence(self.at(), key, "A-1", 1, "START", TODAY - 3))
        self.silently(employer_id, "sick")
        answered(self.share(employer_id, "sick", "SICK_REPORT"), "ACCEPTED" if employer_id == MANUAL else "ALREADY_SHARED")
        self.say(maker.absence(self.at(), key, "A-1", 2, "MUTATE", TODAY - 3, mutation_date=TODAY - 1, absence_pct_x100=5000),
                 maker.absence(self.at(), key, "A-1", 3, "END", TODAY - 3, mutation_date=TODAY, recovered_on=TODAY),
                 maker.absence(self.at(), f"{employer_id}-late", "A-2", 1, "START", TODAY - 90))

    def changes(self, employer_id):
        """Of what the population is told, and of what it is not; refused, and warned of."""
        maker = self.makers[employer_id]
        moved, rekeyed = f"{employer_id}-moved", self.people[f"{employer_id}-rekeyed"]
        self.people[moved] = {**self.people[moved], "addresses": [people.address(877777)]}
        self.say(maker.employee(self.at(), moved, self.people[moved]), maker.employment(self.at(), moved, "1", START, TODAY - 20, department_code="D2"),
                 maker.employment(self.at(), f"{employer_id}-leaver", "1", START, end_date=TODAY - 1, personnel_number=f"{employer_id}-leaver"),
                 maker.employee(self.at(), f"{employer_id}-new", rekeyed, employee_key_old=f"{employer_id}-rekeyed"),
                 maker.employee(self.at(), moved, {**self.people[moved], "iban": "NL91ABNA0417164301"}),
                 maker.employment(self.at(), moved, "1", START, contract_hours_x100=16801))

    def line(self, employer_id):
        """The sick line is no silent request: the employer is told, also of somebody who was there silently before."""
        if employer_id == AUTO:
            answer = self.ask(self.told(f"{AUTO}-line", bsn=self.people[f"{AUTO}-line"]["bsn"]), AUTO, "PROVIDER_SICK_LINE", True,
                              command_id=str(uuid.uuid5(uuid.NAMESPACE_OID, "line")))
            assert answer["outcome"] == "MATCHED"
            wait_until(lambda: self.deployment.results("ShareNotice", employee_key=f"{AUTO}-line"), 30, "the notice of the sick line")
            self.passed()

    def erasures(self, employer_id):
        """By the HR system and by command; what comes after; the same key once more."""
        maker, gone = self.makers[employer_id], f"{employer_id}-gone"
        late = maker.employment(self.at(), gone, "1", START, TODAY - 9, department_code="D3")
        self.say(maker.employee(self.at(), gone, self.people[gone], op="DELETE"), late)
        answered([self.withdraw(employer_id, "gone"), self.share(employer_id, "gone")], ["UNKNOWN_EMPLOYEE"] * 2)
        self.say(*self.hired(employer_id, "gone"))
        answered(self.share(employer_id, "gone", label="anew"), "ACCEPTED")
        self.order("erase", "EraseCommand", employer_id, employee_key=f"{employer_id}-erased", reason="verzoek")
        self.share(employer_id, "erased")

    def endings(self, employer_id):
        months = {**self.settings[employer_id], "absence_history_months": 6, "min_group": 12}
        answered(self.long_work("settings", employer_id, "CHANGE_SETTINGS", "SETTINGS", settings=months), "ACCEPTED")
        if employer_id == MANUAL:
            self.long_work("remove", employer_id, "REMOVE_PROVIDER", "PROVIDER_REMOVED", provider_ids=["P1"])
        else:
            self.long_work("terminate", employer_id, "TERMINATE", "TERMINATION")
