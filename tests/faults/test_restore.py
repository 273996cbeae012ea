"""PostgreSQL restored from a backup: the vault halts, the operator accepts, and providers end with the truth."""

import json
import random
import shutil
import time
import uuid
from pathlib import Path

import pytest

import clock
import history
import people
import wire
from cluster import Cluster
from confluent_kafka import TopicPartition
from deployment import Deployment
from population import check_equal
from reader import read_all
from restored import SHIFT, Restored, check_numbers, live_shares
from stack import wait_until
from world import World, now

NAME, START = "Scheepswerf De Hoop", people.days(2015, 4, 1)
PARTITIONS = 4


class RestorableDeployment(Deployment):
    """A deployment of which one service has a PostgreSQL of its own."""

    def __init__(self, stack, folder, owner="vault"):
        super().__init__(stack, folder, partitions=PARTITIONS)
        self.cluster, self.owner = Cluster(stack.pg_program), owner
        self.cluster.sql(f'create database "{self._database(owner)}"')

    def _database(self, owner):
        return f"{self.name}-{owner.lower()}"

    def _config(self, instance, database, more):
        path = super()._config(instance, database, more)
        if instance.split(".")[0] == self.owner:
            path.write_text(path.read_text().replace(self.stack.conninfo(database), self.cluster.conninfo(database)))
        return path

    def sql_of(self, owner, statement):
        """Asks the database of the vault or of a provider, wherever it lies."""
        return (self.cluster if owner == self.owner else self.stack).sql(statement, self._database(owner))

    def sql(self, statement):
        return self.sql_of("vault", statement)

    def down(self):
        try:
            super().down()
        finally:
            self.cluster.remove()


@pytest.fixture
def world(stack, request):
    name = "restore" + str(abs(hash(request.node.name)) % 1000)
    folder = wire.ROOT / "build" / "systests" / stack.name / name
    shutil.rmtree(folder, ignore_errors=True)
    deployment = RestorableDeployment(stack, folder)
    try:
        yield World(deployment.up())
    finally:
        deployment.down()


class Story:
    """What happens before the backup, after it, and what must be true in the end."""

    def __init__(self, world, seed):
        self.world, self.deployment, self.rng = world, world.deployment, random.Random(seed)
        self.makers = {e: history.Maker(e, self.rng) for e in ("RA", "RD", "RE", "RT")}
        self.sent, self.codes, self.tick, self.numbers = [], {}, now() - 3600000, {}

    def at(self):
        self.tick += 1000
        return self.tick

    def hire(self, employer_id, *keys):
        maker, events = self.makers[employer_id], []
        for key in keys:
            number = self.numbers.setdefault((employer_id, key), 700000 + len(self.numbers))
            events.append(maker.employee(self.at(), key, people.identity(number)))
            events.append(maker.employment(self.at(), key, "1", START, personnel_number=f"{employer_id}-{key}"))
        self.world.deliver(events)

    def rename(self, employer_id, key, surname):
        identity = {**people.identity(self.numbers[employer_id, key]), "surname": surname}
        self.world.deliver([self.makers[employer_id].employee(self.at(), key, identity)])

    def erase(self, employer_id, key):
        self.world.deliver([self.makers[employer_id].employee(self.at(), key, people.identity(self.numbers[employer_id, key]),
                                                                 op="DELETE")])

    def share(self, employer_id, key, provider, kind="SICK_REPORT", expected="ACCEPTED"):
        self.world.settle()
        command = self.deployment.new_command("ShareCommand", employer_id, provider_id=provider, employee_key=key, kind=kind,
                                              reason="voor het herstel", confirm=True)
        command_id = self.deployment.send(f"employer:{employer_id}", "ShareCommand", command)
        assert self.deployment.result(command_id)["code"] == expected
        self.codes[command_id] = expected
        return command_id

    def withdraw(self, employer_id, key, provider):
        self.world.settle()
        command = self.deployment.new_command("WithdrawCommand", employer_id, provider_id=provider, employee_key=key, reason="toch niet")
        command_id = self.deployment.send(f"employer:{employer_id}", "WithdrawCommand", command)
        assert self.deployment.result(command_id)["code"] == "ACCEPTED"
        self.codes[command_id] = "ACCEPTED"

    def before(self):
        for employer_id in ("RA", "RD"):
            self.world.enable(employer_id, ["P1", "P2"], name=NAME)
        self.deployment.employer("RE")
        self.hire("RA", *(f"K{n}" for n in range(10)))
        self.hire("RD", *(f"K{n}" for n in range(4)))
        self.world.deliver([self.makers["RA"].unit(self.at(), "D1", name="Romp"), self.makers["RA"].unit(self.at(), "D2", name="Dek")])
        self.world.settle()
        self.deployment.activate("RA", "RD")
        self.share("RA", "K0", "P1")
        self.share("RA", "K1", "P1", "OPEN_CONSULT")
        self.share("RA", "K9", "P1")
        self.share("RA", "K4", "P1")
        self.world.settle()

    def after(self):
        today = clock.amsterdam_day(now())
        self.rename("RA", "K0", "Hersteldijk")
        self.share("RA", "K2", "P1")
        self.hire("RA", "K20", "K21")
        self.share("RA", "K99", "P1", expected="UNKNOWN_EMPLOYEE")
        self.share("RA", "K20", "P1")
        self.share("RA", "K0", "P1", expected="ALREADY_SHARED")
        self.world.deliver([self.makers["RA"].absence(self.at(), "K3", "A1", 1, "START", today - 3),
                            self.makers["RA"].employment(self.at(), "K2", "1", START, today - 10, personnel_number="RA-K2", department_code="D2"),
                            self.makers["RA"].unit(self.at(), "D2", op="DELETE"), self.makers["RA"].unit(self.at(), "D3", name="Werf")])
        self.withdraw("RA", "K4", "P1")
        self.share("RA", "K5", "P1")
        self.withdraw("RA", "K5", "P1")
        self.share("RA", "K5", "P1", "OPEN_CONSULT")
        self.rename("RA", "K9", "Weggegaan")
        self.erased_share = self.share("RA", "K8", "P1")
        self.rename("RA", "K8", "Verdwenen")
        self.world.settle()
        self.gone = {key: self.pseudonym("RA", key) for key in ("K8", "K9")}
        self.erase("RA", "K8")
        self.erase("RA", "K9")
        self.world.enable("RE", ["P1", "P2"], name=NAME)
        self.hire("RE", "K0", "K1", "K2")
        self.world.settle()
        self.deployment.activate("RE")
        self.share("RE", "K0", "P2")
        self.hire("RE", "K7")
        self.share("RE", "K7", "P2")
        self.world.settle()
        self.erase("RE", "K7")
        self.world.settle()

    def consult(self, employer_id, key, provider, kind="WALK_IN"):
        """The employee is there; of a WALK_IN nobody else is to know."""
        identity = people.identity(self.numbers[employer_id, key])
        home = next(a for a in identity["addresses"] if a["kind"] == "HOME")
        told = wire.encode("CareIdentifiers", wire.defaults("CareIdentifiers", birth_date=identity["birth_date"], postcode=home["postcode"]))
        request = {"command_id": str(uuid.uuid4()), "employer_id": employer_id, "actor": "dr. Arts", "provider_id": provider,
                   "expires_at": now() + 3600000, "kind": kind, "confirm_share": True, "identifiers": wire.seal(told, self.deployment.vault_public["box"])}
        self.deployment.produce("care.requests", employer_id, wire.sign(self.deployment.provider_key(provider), "care.requests", f"provider:{provider}",
                                                                        wire.encode("CareRequest", request)))
        return request["command_id"]

    def consulted(self, command_id, provider, generation):
        """What was answered in that generation."""
        def answers():
            return [r.decoded()[1]["outcome"] for r in read_all(self.deployment.stack, [f"care.results.{provider}"])
                    if r.key.decode() == command_id and int(r.headers["kluis-seq"].split(".")[0]) == generation]
        return wait_until(answers, 60, f"the answer to {command_id} in generation {generation}", 0.2)

    def pseudonym(self, employer_id, key, provider="P1"):
        numbers = Restored(provider, self.deployment.population(provider), PARTITIONS).pseudonyms_by_number(employer_id)
        (found,) = numbers[f"{employer_id}-{key}"]
        return found

    # the end

    def check(self, generation=2, loaded=True):
        self.world.settle()
        deployment = self.deployment
        for provider in deployment.providers:
            records = deployment.population(provider)
            seen = Restored(provider, records, PARTITIONS)
            check_numbers(records)
            seen.check_revisions()
            for employer_id in ("RA", "RD", "RE"):
                check_equal(seen, self.world.model, employer_id)
                assert seen.marks(employer_id)[-2:] == [("BEGIN", generation), ("END", generation)], seen.marks(employer_id)
                if loaded:
                    seen.check_load(employer_id, generation)
            self.check_tables(provider, seen)
        for topic in ("vault.results", "vault.reports", "vault.erasures"):
            check_numbers(read_all(deployment.stack, [topic]))
        self.check_codes(generation)
        self.check_shares()
        self.check_gone(generation)
        self.check_receipts()

    def check_tables(self, provider, seen):
        """The provider's tables hold what its topic says lives, and nothing else."""
        deployment = self.deployment
        deployment.provider_passed(provider, deployment.population(provider) + [r for *_, r in deployment.shares(provider)])
        for table, name in (("population_employment", "PopulationEmployment"), ("population_absence", "PopulationAbsence")):
            rows = deployment.sql_of(provider, f"select pseudonym, entity_id, revision from {table}")
            assert {tuple(row) for row in rows} == {(v["pseudonym"], v["entity_id"], v["revision"]) for v in seen.living(name)}, f"{provider}: {table}"

    def check_codes(self, generation):
        """A command that was taken again was answered as before, but for who has been erased since."""
        answered = {}
        for record in read_all(self.deployment.stack, ["vault.results"]):
            name, result = record.decoded()
            if name == "CommandResult" and int(record.headers["kluis-seq"].split(".")[0]) == generation:
                answered[result["command_id"]] = result["code"]
        for command_id, code in answered.items():
            if command_id == self.erased_share:
                assert code == "UNKNOWN_EMPLOYEE"
            elif command_id in self.codes:
                assert code == self.codes[command_id], f"{code} now, {self.codes[command_id]} before"
        assert len(answered) >= 6

    def check_shares(self):
        """Of each share that was granted one dossier, under a pseudonym of now, with the identity of now; everything else is revoked."""
        model = self.world.model.employers
        wanted = {"P1": [("RA", "K0"), ("RA", "K1"), ("RA", "K2"), ("RA", "K5"), ("RA", "K20")], "P2": [("RE", "K0")]}
        for provider in self.deployment.providers:
            sent = self.deployment.shares(provider)
            check_numbers([r for *_, r in sent])
            live = live_shares(sent)
            seen = Restored(provider, self.deployment.population(provider), PARTITIONS)
            number = {v["pseudonym"]: v["personnel_number"] for v in seen.living("PopulationEmployment")}
            found = {number.get(event["pseudonym"]): opened["surname"] for event, opened in live.values()}
            assert len(live) == len(wanted[provider])
            assert found == {f"{e}-{k}": model[e].people[k].identity.content["surname"] for e, k in wanted[provider]}
            held = self.deployment.sql_of(provider, "select share_id, state from dossier_share")
            assert {bytes(s) for s, state in held if state in ("OPEN", "HAS_CONTENT", "CLOSED")} == set(live), f"{provider}: {held}"
            assert not [state for s, state in held if bytes(s) not in live and state != "DETACHED"]

    def check_unconfirmed(self, provider):
        """While it is away since the backup, all that ended since then lacks its receipt, known to the backup or not."""
        sent = self.deployment.shares(provider)
        ended = {event["share_id"] for _, event, *_ in sent} - set(live_shares(sent))
        listed = {bytes(share) for share, of in self.deployment.sql(f"select share_id, provider_id from vault_unconfirmed({1 << 62})") if of == provider}
        assert len(ended) >= {"P1": 4, "P2": 2}[provider] and listed == ended

    def check_receipts(self):
        """What receivers say of shares that the restored vault did not have is believed, and nothing is left unconfirmed."""
        sql = self.deployment.sql
        wait_until(lambda: sql(f"select count(*) from vault_unconfirmed({1 << 62})") == [(0,)], 60, "the receipts")
        assert sql("select count(*) from quarantine where code = 'UNKNOWN_SHARE'") == [(0,)]
        assert sql("select count(*) from ending") == [(0,)]

    def check_gone(self, generation):
        """Of who was erased: no row, no key, and in the new generation not a word to anybody but the end of a share."""
        deployment, employers = self.deployment, self.world.model.employers
        (rows,), (open_runs,) = deployment.sql("select count(*) from person"), deployment.sql("select count(*) from run where state = 'OPEN'")
        assert rows[0] == sum(len(e.persons()) for e in employers.values()) and open_runs[0] == 0
        assert deployment.sql("select count(*) from person_key") == [(rows[0],)]
        assert deployment.sql("select count(*) from share where state = 'LIVE'") == [(6,)]
        assert deployment.sql("select count(*) from restoration_share") == [(0,)]
        for pseudonym in self.gone.values():
            for table in ("dossier", "dossier_share", "population_employment", "population_absence"):
                assert deployment.sql_of("P1", f"select count(*) from {table} where pseudonym = '\\x{pseudonym.hex()}'") == [(0,)], table
            assert deployment.sql(f"select count(*) from share where pseudonym = '\\x{pseudonym.hex()}'") == [(0,)]
        (identity,) = [people.identity(n) for who, n in self.numbers.items() if who == ("RE", "K7")]  # of an employer that the backup does not have
        for record in deployment.population("P2"):
            if record.value and int(record.headers["kluis-seq"].split(".")[0]) == generation:
                assert record.decoded()[1].get("personnel_number") != "RE-K7", "the population tells of somebody who was erased at a later employer"
        for _, event, opened, record in deployment.shares("P2"):
            assert not opened or int(record.headers["kluis-seq"].split(".")[0]) < generation or opened["bsn"] != identity["bsn"], "shared after it was erased"
        told = deployment.population("P1") + [r for *_, r in deployment.shares("P1")]
        for record in told:
            if record.key[:16] in self.gone.values() and int(record.headers["kluis-seq"].split(".")[0]) == generation:
                assert record.topic == "share.P1" and wire.verify(record.value, "share", deployment.vault_public["signing"])[1] == "ShareRevocation", \
                    f"{record.topic} {record.partition}/{record.offset} tells of somebody who was erased"


def halted(service, code):
    """Until the service has said that a partition halts with this code."""
    wait_until(lambda: f"code={code}".encode() in service.logged() and b"partition_halted" in service.logged(), 60, f"a halt with {code}", 0.1)


def accept_of(service, *more):
    return json.loads(service.cli("restore", "accept", "--yes", "--json", *more).stdout)


def accept(deployment, *more):
    return accept_of(deployment.vault, *more)


def completed(deployment):
    """Until the restoration is done and all input is taken."""
    deployment.settle(180)
    wait_until(lambda: deployment.sql("select (select count(*) from restoration) + (select count(*) from run where state = 'OPEN')") == [(0,)],
               120, "the runs of the restore", 0.2)
    deployment.settle(180)


def go_back(story, promoted, away=()):
    """The story, with the database going back in the middle of it. away: providers that stop with the backup."""
    deployment = story.deployment
    story.before()
    deployment.cluster.back_up()
    for provider in away:
        deployment.provider[provider].stop()
    story.after()
    deployment.vault.kill()
    lineage = deployment.cluster.lineage()
    deployment.cluster.restore(promoted)
    assert (deployment.cluster.lineage() != lineage) == promoted


@pytest.mark.parametrize("promoted, away", [pytest.param(False, (), id="copied", marks=pytest.mark.matrix), pytest.param(True, (), id="promoted", marks=pytest.mark.matrix),
                                            pytest.param(False, ("P1",), id="copied, a provider away"),
                                            pytest.param(False, ("P2",), id="copied, the later employer's provider away", marks=pytest.mark.matrix)])
def test_a_restored_database_is_accepted_and_the_truth_comes_back(world, seed, rng, promoted, away):
    story, deployment = Story(world, seed), world.deployment
    go_back(story, promoted, away)
    deployment.vault.start()
    halted(deployment.vault, "OTHER_LINEAGE" if promoted else "DATABASE_BEHIND")
    assert all(p.running() for name, p in deployment.provider.items() if name not in away)
    if deployment.vault.running():
        deployment.vault.kill()
    said = accept(deployment)
    assert said["accepted"] and said["generation"] == 2 and said["persons_erased"] == 2 and any(p["halts"] for p in said["partitions"])
    assert not accept(deployment)["accepted"]
    deployment.vault.start()
    for _ in range(2):
        time.sleep(0.5 + rng.random() * 1.5)
        deployment.vault.kill()
        deployment.vault.start()
    completed(deployment)
    for provider in away:
        story.check_unconfirmed(provider)
        deployment.provider[provider].start()
    completed(deployment)
    story.check()
    story.hire("RA", "K30")
    story.rename("RA", "K1", "Daarna")
    story.check(loaded=False)


@pytest.mark.matrix
def test_of_a_later_employer_with_erasures_nobody_is_told_of_before_all_is_taken_again(world, seed):
    """Of employers that the backup does not have: what was shared silently ends and can be asked for again, what was shared comes back though the last
    command is an ACTIVATE, and who has left hears that it is over."""
    story, deployment = Story(world, seed), world.deployment
    story.before()
    deployment.employer("RT")
    deployment.cluster.back_up()
    for employer_id in ("RT", "RE"):
        world.enable(employer_id, ["P1", "P2"], {"provider_reporting": True}, name=NAME)
        story.hire(employer_id, "K0", "K1", "K2", "K3")
        world.settle()
        deployment.activate(employer_id)
        story.erase(employer_id, "K2")
    deployment.command("employer:RT", "EmployerCommand", "RT", action="TERMINATE")
    deployment.run_done("RT", "TERMINATION")
    story.hire("RT", "K4")  # taken again, it lets the termination's run go before it
    story.share("RE", "K0", "P2")
    asked, called = story.consult("RE", "K1", "P2"), story.consult("RE", "K3", "P2", "PROVIDER_SICK_LINE")
    assert story.consulted(asked, "P2", 1) == story.consulted(called, "P2", 1) == ["MATCHED"]
    world.settle()
    assert len(live_shares(deployment.shares("P2"))) == 3
    deployment.activate("RE")
    deployment.vault.kill()
    deployment.cluster.restore(False)
    assert accept(deployment)["accepted"]
    deployment.vault.start()
    completed(deployment)
    assert story.consulted(asked, "P2", 2) == story.consulted(called, "P2", 2) == ["NO_MATCH"]
    for provider in deployment.providers:
        seen = Restored(provider, deployment.population(provider), PARTITIONS)
        assert seen.marks("RT")[-1] == ("ENDED", 2) and not seen.groups("RT")
        check_equal(seen, world.model, "RE")
    held = {opened["surname"] for _, opened in live_shares(deployment.shares("P2")).values()}
    assert held == {people.identity(story.numbers["RE", key])["surname"] for key in ("K0", "K3")}
    assert deployment.sql("select count(*) from silent_share") == [(0,)]
    assert story.consulted(story.consult("RE", "K1", "P2"), "P2", 2) == ["MATCHED"]
    world.settle()
    held = {opened["surname"]: event for event, opened in live_shares(deployment.shares("P2")).values()}
    assert set(held) == {people.identity(story.numbers["RE", key])["surname"] for key in ("K0", "K1", "K3")}
    assert all(event["share_revision"] >> SHIFT == 2 for event in held.values()), "nothing of the new generation was sent"
    world.settle()
    states = {bytes(s): state for s, state in deployment.sql_of("P2", "select share_id, state from dossier_share")}
    assert {event["share_id"] for event in held.values()} <= {s for s, state in states.items() if state in ("OPEN", "HAS_CONTENT")}


@pytest.mark.matrix
def test_accepting_is_refused_while_an_instance_runs_or_without_a_word(world, seed):
    story, deployment = Story(world, seed), world.deployment
    story.before()
    assert "nothing to accept" in deployment.vault.cli("restore", "accept", "--yes").stdout
    deployment.cluster.back_up()
    story.hire("RA", "K40")
    world.settle()
    deployment.vault.kill()
    deployment.cluster.restore(False)
    deployment.vault.start()
    halted(deployment.vault, "DATABASE_BEHIND")
    if deployment.vault.running():
        done = deployment.vault.cli("restore", "accept", "--yes", check=False)
        assert done.returncode == 75 and "STILL_RUNNING" in done.stderr
        deployment.vault.kill()
    assert deployment.vault.cli("restore", "accept", check=False).returncode == 2
    assert deployment.sql("select distinct generation from stream_position") == [(1,)]


def test_a_backup_older_than_the_logs_is_refused_unless_they_are_taken_anew(world, seed):
    story, deployment = Story(world, seed), world.deployment
    story.before()
    deployment.cluster.back_up()
    story.hire("RA", "K41")
    world.settle()
    deployment.vault.kill()
    partition = wire.partition_of("RA", PARTITIONS)
    end = deployment.ends(["hr.events"])["hr.events", partition]
    list(deployment.stack.admin.delete_records([TopicPartition("hr.events", partition, end)]).values())[0].result()
    deployment.cluster.restore(False)
    refuses_what_was_set_up_anew(deployment)
    done = deployment.vault.cli("restore", "accept", "--yes", check=False)
    assert done.returncode == 1 and "BACKUP_TOO_OLD" in done.stderr and "--anew hr.events" in done.stderr
    assert deployment.sql("select distinct generation from stream_position") == [(1,)]
    assert accept(deployment, "--anew", "hr.events")["accepted"]
    story.hire("RA", "K41")  # what the log has lost is delivered again, as the refusal said
    deployment.vault.start()
    completed(deployment)
    for provider in deployment.providers:
        seen = Restored(provider, deployment.population(provider), PARTITIONS)
        for employer_id in ("RA", "RD"):
            check_equal(seen, world.model, employer_id)
            assert seen.marks(employer_id)[-1] == ("END", 2)
        story.check_tables(provider, seen)


def refuses_what_was_set_up_anew(deployment):
    """An empty database knows no share: accepted as a backup, it would have every receiver delete what it holds."""
    config = Path(deployment.vault.config)
    empty = config.with_name("empty.conf")
    empty.write_text(config.read_text().replace(f"dbname={deployment._database('vault')}", "dbname=empty"))
    deployment.cluster.sql("create database empty")
    service = type(deployment.vault)(deployment.vault.binary, empty, f"{empty}.log")
    service.cli("setup", "--first")
    done = service.cli("restore", "accept", "--yes", check=False)
    assert done.returncode == 1 and "EMPTY_DATABASE" in done.stderr, done.stderr
    assert deployment.cluster.sql("select distinct generation from stream_position", "empty") == [(1,)]


@pytest.mark.matrix
def test_a_control_sees_who_was_erased_come_back(world, seed):
    """Without what vault.erasures tells, the erased are told of again, and the check says so."""
    story, deployment = Story(world, seed), world.deployment
    go_back(story, False)
    for partition in range(PARTITIONS):
        end = deployment.ends(["vault.erasures"])["vault.erasures", partition]
        list(deployment.stack.admin.delete_records([TopicPartition("vault.erasures", partition, end)]).values())[0].result()
    assert accept(deployment)["persons_erased"] == 0
    deployment.vault.start()
    completed(deployment)
    world.settle()
    with pytest.raises(AssertionError, match="tells of somebody who was erased"):
        story.check_gone(2)
