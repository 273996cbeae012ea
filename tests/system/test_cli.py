"""The command lines: what they print, what they refuse, and that they do what they say."""

import json
import random
import re
import time

import pytest

import history
import people
from population import Population
from stack import wait_until

START = "2016-02-01"
VAULT = ("setup", "check", "run", "status", "trust", "publish", "command", "quarantine")
DOSSIER = ("list", "show", "find", "note", "delete-note", "close", "reopen")
PROVIDER = ("setup", "check", "run", "status", "trust", "dossier", "care", "access-log")


@pytest.fixture(scope="module")
def site(deploy):
    return deploy(partitions=4)


@pytest.fixture(scope="module")
def key_file(site):
    """An employer's key as the command line takes it: the seed in hex."""
    def write(issuer):
        path = site.folder / f"{issuer.replace(':', '-')}.seed"
        path.touch(0o600)
        path.write_text(site.keys[issuer].seed.hex() + "\n")
        return str(path)
    return write


def command(site, key_file, issuer, action, employer_id, *more, check=True):
    return site.vault.cli("command", action, "--issuer", issuer, "--key", key_file(issuer), "--employer", employer_id, *more, check=check)


@pytest.mark.parametrize("words", [(), *[(w,) for w in VAULT], ("trust", "add"), ("trust", "list"), ("trust", "remove"), ("quarantine", "list"),
                                   ("quarantine", "release"), ("quarantine", "discard"),
                                   *[("command", w) for w in ("enable", "accept", "activate", "settings", "share")]], ids=" ".join)
def test_every_subcommand_of_the_vault_helps(site, words):
    done = site.vault.cli(*words, "--help")
    assert done.returncode == 0 and len(done.stdout) > 40


@pytest.mark.parametrize("words", [(), *[(w,) for w in PROVIDER], *[("dossier", w) for w in DOSSIER], ("care", "request"), ("care", "result"), ("trust", "add")],
                         ids=" ".join)
def test_every_subcommand_of_the_provider_helps(site, words):
    done = site.provider["P1"].cli(*words, "--help")
    assert done.returncode == 0 and len(done.stdout) > 40


@pytest.mark.parametrize("words", [("nonsense",), ("quarantine", "nonsense"), ("status", "--nonsense"), ("command", "share", "--nonsense"), ()], ids=" ".join)
def test_wrong_usage_is_exit_2(site, words):
    assert site.vault.cli(*words, check=False).returncode == 2


def test_setup_and_trust_again_change_nothing(site):
    keys = [site._public_keys(site.vault.cli("setup").stdout) for _ in range(2)]
    assert keys[0] == keys[1] and bytes.fromhex(keys[0][0]) == site.vault_public["signing"]
    site.vault.cli("trust", "add", "operator", "ops", "--signing-key", site.keys["operator:ops"].public.hex())
    listed = site.vault.cli("trust", "list").stdout
    assert "operator:ops" in listed or "ops" in listed
    assert "P1" in listed and "P2" in listed


def test_an_employer_is_enabled_filled_activated_and_shares_by_command_line(site, key_file):
    issuer = site.employer("CLI-1")
    for action, who, more in (("enable", "operator:ops", ("--provider", "P1", "--provider", "P2", "--name", "Bakkerij De Korenaar")),
                              ("accept", issuer, ())):
        assert command(site, key_file, who, action, "CLI-1", *more).stdout.split()[0] == "ACCEPTED"
    person = people.identity(42, full=True)
    lines = [{"type": "EmployeeEvent", "employer_id": "CLI-1", "source_system": "cli", "op": "UPSERT", "employee_key": "K1", "surname": person["surname"],
              "bsn": person["bsn"], "birth_date": person["birth_date"], "gender": "FEMALE"},
             {"type": "EmploymentEvent", "employer_id": "CLI-1", "source_system": "cli", "op": "UPSERT", "employee_key": "K1", "employment_key": "1",
              "personnel_number": "CLI-77", "start_date": START, "effective_date": START, "department_code": "D1",
              "contract_hours_x100": 3200, "norm_hours_x100": 4000, "occurred_at": "2024-05-06T07:08:09Z"},
             {"type": "OrganisationUnitEvent", "employer_id": "CLI-1", "source_system": "cli", "op": "UPSERT", "unit_code": "D1", "name": "Oven"}]
    file = site.folder / "events.jsonl"
    file.write_text("".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines[:2]))
    site.vault.cli("publish", str(file))
    site.vault.cli("publish", "-", text=json.dumps(lines[2]) + "\n")
    assert command(site, key_file, "operator:ops", "activate", "CLI-1").stdout.split()[0] == "ACCEPTED"
    site.run_done("CLI-1", "ACTIVATION")

    def seen():
        population = Population("P1", site.population("P1"), 4)
        return [v for v in population.living("PopulationEmployment") if v["employer_id"] == "CLI-1"], population.living("PopulationUnit")
    employments, units = wait_until(lambda: seen() if all(seen()) else None, 30, "the published events in the population", 0.3)
    assert [(e["personnel_number"], e["start_date"], e["gender"]) for e in employments] == [("CLI-77", people.days(2016, 2, 1), "FEMALE")]
    assert [(u["unit_code"], u["name"]) for u in units] == [("D1", "Oven")]
    share = ("--employee", "K1", "--provider", "P1", "--kind", "SICK_REPORT", "--reason", "ziek gemeld", "--actor", "m.bakker")
    refused = command(site, key_file, issuer, "share", "CLI-1", *share, check=False)
    assert refused.returncode != 0 and not site.shares("P1")
    assert command(site, key_file, issuer, "share", "CLI-1", *share, "--confirm").stdout.split()[0] == "ACCEPTED"
    again = command(site, key_file, issuer, "share", "CLI-1", *share, "--confirm", check=False)
    assert again.returncode == 1 and again.stdout.split()[0] == "ALREADY_SHARED"
    ((_, event, dossier, _),) = site.shares("P1")
    assert (dossier["surname"], dossier["shared_by"], dossier["employer_name"]) == (person["surname"], "m.bakker", "Bakkerij De Korenaar")
    service = site.provider["P1"]
    wait_until(lambda: event["pseudonym"].hex() in service.cli("dossier", "list").stdout, 30, "the dossier", 0.2)
    assert person["surname"] in service.cli("dossier", "show", event["pseudonym"].hex()).stdout


def test_settings_are_changed_by_command_line(site, key_file):
    assert command(site, key_file, "employer:CLI-1", "settings", "CLI-1", "--set", "personnel_number=OMIT").stdout.split()[0] == "ACCEPTED"
    site.run_done("CLI-1", "SETTINGS")
    population = Population("P1", site.population("P1"), 4)
    assert [v["personnel_number"] for v in population.living("PopulationEmployment") if v["employer_id"] == "CLI-1"] == [None]
    wrong = command(site, key_file, "employer:CLI-1", "settings", "CLI-1", "--set", "min_group=3", check=False)
    assert wrong.returncode == 1 and "INVALID" in wrong.stdout and "min_group" in wrong.stdout


def test_publish_refuses_what_is_no_event(site):
    for line in ("{", '{"type":"Nonsense"}', '{"type":"EmployeeEvent","surname":5}', '{"type":"EmployeeEvent","unknown_field":1}'):
        done = site.vault.cli("publish", "-", text=line + "\n", check=False)
        assert done.returncode in (1, 2) and done.stderr


def quarantine(site):
    listed = json.loads(site.vault.cli("quarantine", "list", "--json").stdout)
    return listed["quarantine"] if isinstance(listed, dict) else listed


def test_what_is_quarantined_is_listed_released_and_discarded(site):
    site.enable("CLI-2", ["P1"])
    site.activate("CLI-2")
    maker, now = history.Maker("CLI-2", random.Random(9)), int(time.time() * 1000)
    one, other = people.identity(51, full=True), people.identity(52, full=True)
    one["gender"], other["gender"] = "MALE", "FEMALE"
    site.deliver([maker.employee(now - 900, "K1", one), maker.employment(now - 800, "K1", "1", people.days(2015), personnel_number="Q1"),
                  maker.employee(now - 700, "K1", other), maker.employee(now - 600, "K2", {**other, "bsn": one["bsn"]})])
    site.settle()
    codes = {r["code"]: r for r in site.reports(employer_id="CLI-2", outcome="QUARANTINED")}
    assert set(codes) == {"IDENTITY_CHANGED", "BSN_TAKEN"}
    rows = {row["code"]: row for row in quarantine(site)}
    assert set(rows) == set(codes)
    text = site.vault.cli("quarantine", "list").stdout
    assert "IDENTITY_CHANGED" in text and one["surname"] not in text and other["bsn"] not in text
    site.vault.cli("quarantine", "discard", str(rows["BSN_TAKEN"]["id"]))
    wait_until(lambda: [r["code"] for r in quarantine(site)] == ["IDENTITY_CHANGED"], 30, "the discarded row to go", 0.2)
    site.vault.cli("quarantine", "release", str(rows["IDENTITY_CHANGED"]["id"]))
    wait_until(lambda: not quarantine(site), 30, "the released row to go", 0.2)

    def genders():
        population = Population("P1", site.population("P1"), 4)
        return [v["gender"] for v in population.living("PopulationEmployment") if v["employer_id"] == "CLI-2"]
    wait_until(lambda: genders() == ["FEMALE"], 30, "the released event to apply", 0.2)
    Population("P1", site.population("P1"), 4).check_form()
    assert site.vault.cli("quarantine", "release", "999999", check=False).returncode == 1


def test_status_tells_counts_and_positions(site):
    status = wait_until(lambda: next((s for s in [site.status()] if s["outbox"] == s["lag"] == 0), None), 30, "nothing left to take or publish", 0.5)
    assert status["employers"]["ACTIVE"] == 2
    assert {p["partition"] for p in status["partitions"]} == set(range(4))
    for partition in status["partitions"]:
        assert partition["published"] <= partition["batch"] and partition["owner"]
    assert re.search(r"ACTIVE", site.vault.cli("status").stdout)
    assert json.loads(site.provider["P1"].cli("status", "--json").stdout)


def changed(service, folder, **settings):
    """The service's configuration with these settings instead; a value None takes the line out."""
    lines = open(service.config).read().splitlines()
    kept = [line for line in lines if line.split(" = ")[0] not in settings]
    path = folder / "changed.conf"
    path.write_text("\n".join(kept + [f"{k} = {v}" for k, v in settings.items() if v is not None]) + "\n")
    return type(service)(service.binary, path, folder / "changed.log")


def test_check_is_content_with_a_good_deployment(site):
    assert site.vault.cli("check", check=False).returncode == 0, site.vault.cli("check", check=False)
    assert site.provider["P1"].cli("check", check=False).returncode == 0, site.provider["P1"].cli("check", check=False)


@pytest.mark.parametrize("setting, value, word", [
    ("partitions", "5", "partition"), ("database", "host=127.0.0.1 port=1 dbname=none user=kluis", "database"),
    ("kafka.bootstrap.servers", "127.0.0.1:1", "kafka"), ("master_key_file", "/nonexistent/key", "key")])
def test_check_finds_a_misconfiguration_and_says_where(site, setting, value, word):
    done = changed(site.vault, site.folder, **{setting: value}).cli("check", check=False)
    assert done.returncode == 1 and word in (done.stdout + done.stderr).lower()


@pytest.mark.parametrize("setting, value", [("no_such_setting", "1"), ("partitions", "many"), ("kafka.no.such.property", "1")])
def test_a_wrong_setting_is_refused_with_its_place(site, setting, value):
    done = changed(site.vault, site.folder, **{setting: value}).cli("status", check=False)
    assert done.returncode not in (0, 75) and setting in done.stderr


def test_check_finds_a_topic_with_another_number_of_partitions(site):
    site.stack.create_topics(["hr.events.odd"], 3)
    done = site.vault.cli("trust", "add", "source", "odd", "--employers", "CLI-1", check=False)
    after = site.vault.cli("check", check=False)
    assert done.returncode != 0 or (after.returncode == 1 and "hr.events.odd" in after.stdout + after.stderr)


def test_a_source_delivers_only_for_its_own_employers(site):
    site.vault.cli("trust", "add", "source", "roster", "--employers", "CLI-2")
    wait_until(lambda: "hr.events.roster" in site.stack.topics(), 20, "the source's topic")
    now = int(time.time() * 1000)
    mine = history.Maker("CLI-2", random.Random(10), "roster")
    events = [mine.employee(now, "R1", people.identity(61)), mine.employment(now, "R1", "1", people.days(2016), personnel_number="R1")]
    foreign = history.Maker("CLI-1", random.Random(11), "roster").employee(now, "R2", people.identity(62))
    feigned = history.Maker("CLI-2", random.Random(12), "other").employee(now, "R3", people.identity(63))
    site.deliver([*events, foreign, feigned], "hr.events.roster")

    def seen():
        return [v for v in Population("P1", site.population("P1"), 4).living("PopulationEmployment") if v["personnel_number"] == "R1"]
    wait_until(seen, 60, "the source's employee in the population", 0.3)
    wait_until(lambda: len([r for r in site.reports(topic="hr.events.roster") if r["code"] == "NOT_GRANTED"]) == 2, 30, "two NOT_GRANTED", 0.2)
