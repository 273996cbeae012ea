"""Every kind of care request, field by field: what a share gives and does not give, as FULL, as UPDATE and as SNAPSHOT, opened with the provider's key."""

import random
import time
import uuid
from collections import defaultdict

import pytest

import clock
import history
import matrix
import wire
from matrix import CHANGES, COLUMN, ENVELOPE, MATRIX, Employee, departures
from model import SETTINGS
from population import Population

EMPLOYER, NAME = "M1", "Drukkerij Het Zetsel"
COMMANDED = ("SICK_REPORT", "CASEMANAGER_CONTACT", "PREVENTIVE_CONSULT", "WORKING_CONDITIONS_CONSULT", "OPEN_CONSULT")
ASKED = ("PREVENTIVE_CONSULT", "WORKING_CONDITIONS_CONSULT", "OPEN_CONSULT", "WALK_IN")
# How a share comes about: by the employer's command, by a care request (silent, or the sick line), by the sick report alone.
CHANNELS = [*(("employer", kind) for kind in COMMANDED), *(("silent", kind) for kind in ASKED), ("line", "PROVIDER_SICK_LINE"), ("absence", "SICK_REPORT")]
SET = {**SETTINGS, "auto_share_on_absence": True, "absence_provider": "P2", "provider_reporting": True}
NOW = int(time.time() * 1000)
LIMITS = {"care_hour_requests": 100000, "care_hour_misses": 100000, "care_day_misses": 100000}


class Site:
    """One employee for each channel and each change, shared with P1 that way; with P2 every one of them by its sick report, at the activation."""

    def __init__(self, deployment):
        self.deployment, maker = deployment, history.Maker(EMPLOYER, random.Random(5))
        self.signing, today = deployment.provider_key("P1"), clock.amsterdam_day(NOW)
        deployment.enable(EMPLOYER, ["P1", "P2"], SET, NAME)
        pairs = [(channel, change) for channel in CHANNELS if channel[0] != "absence" for change in CHANGES]
        self.employees = {pair: Employee(maker, 700000 + n, today, NOW) for n, pair in enumerate(pairs)}
        deployment.deliver(event for employee in self.employees.values() for event in employee.first())
        deployment.settle()
        deployment.activate(EMPLOYER)
        self.commands = {pair: self.share(*pair) for pair in pairs}
        self.settle()
        self.at = {pair: self.answered(*pair) for pair in pairs}

    def share(self, channel, change):
        employee, (how, kind) = self.employees[channel, change], channel
        if how == "employer":
            command = self.deployment.new_command("ShareCommand", EMPLOYER, provider_id="P1", employee_key=employee.key, kind=kind,
                                                  reason="reden van de proef", confirm=True, actor="j.jansen")
            return self.deployment.send(f"employer:{EMPLOYER}", "ShareCommand", command)
        home = next(a for a in employee.identity["addresses"] if a["kind"] == "HOME")
        told = wire.defaults("CareIdentifiers", birth_date=employee.identity["birth_date"], postcode=home["postcode"], bsn=employee.identity["bsn"])
        request = {"command_id": str(uuid.uuid4()), "employer_id": EMPLOYER, "actor": "dr. Arts", "provider_id": "P1", "kind": kind,
                   "expires_at": int(time.time() * 1000) + 3600000, "confirm_share": True,
                   "identifiers": wire.seal(wire.encode("CareIdentifiers", told), self.deployment.vault_public["box"])}
        self.deployment.produce("care.requests", EMPLOYER, wire.sign(self.signing, "care.requests", "provider:P1", wire.encode("CareRequest", request)))
        return request["command_id"]

    def answered(self, channel, change):
        """When it was granted."""
        command_id = self.commands[channel, change]
        if channel[0] == "employer":
            answer = self.deployment.result(command_id)
            assert answer["code"] == "ACCEPTED", (channel, change, answer)
        else:
            answer = self.deployment.tail.wait(lambda r: r.value and r.topic == "care.results.P1" and r.key.decode() == command_id, 60,
                                               f"the answer to {command_id}").decoded()[1]
            assert answer["outcome"] == "MATCHED", (channel, change, answer)
        return answer["decided_at"]

    def settle(self):
        """All is taken, and what was shared since is known: {provider: {personnel number: [opened shares in order]}}."""
        self.deployment.settle()
        self.opened, self.known = {}, {}
        for provider in ("P1", "P2"):
            seen = Population(provider, self.deployment.population(provider), self.deployment.partitions)
            self.known[provider] = {v["entity_id"] for name in ("PopulationEmployment", "PopulationAbsence") for v in seen.living(name)}
            owner = {p: number for number, ps in seen.pseudonyms_by_number(EMPLOYER).items() if number.startswith("MN") for p in ps}
            self.opened[provider] = defaultdict(list)
            for name, body, opened, _ in self.deployment.shares(provider):
                assert name == "ShareEvent"
                self.opened[provider][owner[body["pseudonym"]]].append(opened)

    def shared(self, channel, change):
        """What that employee's provider got by that channel."""
        employee = self.employees[("employer", "SICK_REPORT") if channel[0] == "absence" else channel, change]
        return employee, self.opened["P2" if channel[0] == "absence" else "P1"][f"MN{employee.number}"]

    def settings(self, **changed):
        self.set = {**getattr(self, "set", SET), **changed}
        count = len(self.deployment.reports("RunReport", kind="SETTINGS"))
        answer = self.deployment.command(f"employer:{EMPLOYER}", "EmployerCommand", EMPLOYER, action="CHANGE_SETTINGS", settings=self.set)
        assert answer["code"] == "ACCEPTED", answer
        self.deployment.run_done(EMPLOYER, "SETTINGS", count=count + 1)


@pytest.fixture(scope="module")
def site(deploy):
    return Site(deploy(partitions=4, release=True, **LIMITS))


def column(channel):
    return COLUMN["ABSENCE" if channel[0] == "absence" else channel[1]]


def envelope(site, channel, change, employee, form):
    how, kind = channel
    origin = {"employer": "EMPLOYER", "absence": "ABSENCE"}.get(how, "CARE_REQUEST")
    if how == "absence":
        (at,) = {n["at"] for n in site.deployment.results("ShareNotice", employee_key=employee.key, provider_id="P2", change="SHARED")}
    else:
        at = site.at[channel, change]
    return {"form": form, "origin": origin, "kind": kind, "employer_informed": how != "silent", "shared_at": at, "employer_name": NAME,
            "shared_by": {"employer": "j.jansen", "line": "dr. Arts"}.get(how), "reason": "reden van de proef" if how == "employer" else None}


def check(site, channel, change, employee, opened, form, shares_iban=False):
    """Every row of the matrix; how many were looked at."""
    provider = "P2" if channel[0] == "absence" else "P1"
    wrong, rows = departures(opened, employee, column(channel), shares_iban)
    assert not wrong, f"{channel} {form} after {change}: {wrong}"
    assert {f: opened[f] for f in ENVELOPE} == envelope(site, channel, change, employee, form)
    ids = {e["entity_id"] for e in opened["employments"]} | {a[f] for a in opened["absences"] for f in ("entity_id", "employment_id")}
    assert ids <= site.known[provider], f"{channel}: an entity that the population does not know"
    return rows + len(ENVELOPE) + 1


def test_every_field_of_a_share_has_a_row_in_the_matrix():
    assert matrix.schema_rows() == set(MATRIX)


@pytest.mark.parametrize("channel", CHANNELS, ids=":".join)
def test_each_field_is_given_or_not_as_the_matrix_says(site, channel):
    form = "SNAPSHOT" if channel[0] == "silent" else "FULL"
    for change in CHANGES:
        employee, opened = site.shared(channel, change)
        assert [o["form"] for o in opened] == [form]
        assert check(site, channel, change, employee, opened[0], form) == len(MATRIX)


def test_a_field_that_is_not_as_the_matrix_says_is_seen(site):
    """A control: one row at a time taken away where it is due, and given where it is not."""
    for channel in CHANNELS:
        employee, (opened,) = site.shared(channel, "surname")
        for row, columns in MATRIX.items():
            if row in ENVELOPE or row == "employments/entity_id":
                continue
            told = departures(forged(opened, employee, row, columns[column(channel)] and row != "iban"), employee, column(channel))[0]
            assert [r for r, _, _ in told] == [row], (channel, row)


def forged(opened, employee, row, allowed):
    """The payload without the row where it is allowed, else with it."""
    block, _, name = row.partition("/")
    if block in ("addresses", "contacts"):
        items = [item for item in opened[block] if item["kind"] != name]
        return {**opened, block: items if allowed else [*items, employee.held(row)]}
    if block == "absences":
        items = [a for a in opened[block] if a["first_day"] != employee.spells[name]["first_day"]]
        return {**opened, block: items if allowed else [*items, employee.held(row)]}
    value = (0 if name.endswith("_x100") else matrix.nothing(row)) if allowed else employee.held(row)
    return {**opened, "employments": [{**opened["employments"][0], name: value}]} if block == "employments" else {**opened, row: value}


@pytest.fixture(scope="module")
def changed(site):
    """The same after each employee had its change."""
    site.deployment.deliver(event for (_, change), employee in site.employees.items() for event in CHANGES[change][1](employee))
    site.settle()
    return site


@pytest.mark.parametrize("channel", CHANNELS, ids=":".join)
def test_a_change_is_an_update_where_the_kind_shows_it_and_nothing_where_not(changed, channel):
    updates = 0
    for change, (told, _) in CHANGES.items():
        employee, opened = changed.shared(channel, change)
        silent = channel[0] == "silent"
        assert [o["form"] for o in opened] == ["SNAPSHOT" if silent else "FULL"] + ["UPDATE"] * (not silent and told[column(channel)]), f"{channel}: {change}"
        for update in opened[1:]:
            assert check(changed, channel, change, employee, update, "UPDATE") == len(MATRIX)
            updates += 1
    assert updates or channel[0] == "silent"


def test_the_bank_account_and_the_history_follow_the_employers_settings(changed):
    """Wide shares get the bank account, the older spell and what becomes of them; no other share is touched."""
    before = {pair: len(changed.shared(*pair)[1]) for pair in [(c, change) for c in CHANNELS for change in CHANGES]}
    changed.settings(share_iban=True)
    changed.settings(absence_history_months=60)
    changed.deployment.deliver(event for (_, change), employee in changed.employees.items() if change == "surname"
                               for event in [*employee.say_identity(iban=NEW_IBAN), *employee.change_spell("older")])
    changed.settle()
    for (channel, change), count in before.items():
        employee, opened = changed.shared(channel, change)
        new = opened[count:]
        if column(channel) != matrix.WIDE:
            assert not new, f"{channel}: {change}"
            continue
        assert (len(new) == 2 or change == "surname") and {o["form"] for o in new} == {"UPDATE"}
        assert new[0]["iban"] and matrix.spell_given(new[0], employee, "older") is None, f"{channel}: {change}"
        assert [(o["iban"], matrix.spell_given(o, employee, "older")) for o in new[-1:]] == [(employee.identity["iban"], employee.held("absences/older"))]


NEW_IBAN = "NL20INGB0001234567"
