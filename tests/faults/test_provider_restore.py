"""A provider's PostgreSQL restored from a backup: it halts, the operator accepts, and its tables and dossiers come out as the topics have them."""

import shutil
import time

import pytest

import wire
from confluent_kafka import TopicPartition
from population import check_equal
from reader import read_all
from restored import Restored, check_numbers, live_shares
from stack import wait_until
from test_restore import PARTITIONS, RestorableDeployment, Story, accept_of, halted
from world import World

PROVIDER = "P1"
pytestmark = pytest.mark.matrix  # long: the whole story, twice over


@pytest.fixture
def world(stack, request):
    name = "prestore" + str(abs(hash(request.node.name)) % 1000)
    folder = wire.ROOT / "build" / "systests" / stack.name / name
    shutil.rmtree(folder, ignore_errors=True)
    deployment = RestorableDeployment(stack, folder, PROVIDER)
    try:
        yield World(deployment.up())
    finally:
        deployment.down()


class ProviderStory(Story):
    """The vault goes on all the time; a provider's users work before the backup and after it."""

    def __init__(self, world, seed):
        super().__init__(world, seed)
        self.service = self.deployment.provider[PROVIDER]

    def sql(self, statement):
        return self.deployment.sql_of(PROVIDER, statement)

    def settle(self):
        self.world.settle()
        deployment = self.deployment
        deployment.provider_passed(PROVIDER, deployment.population(PROVIDER) + read_all(deployment.stack, [f"share.{PROVIDER}", f"provider.commands.{PROVIDER}"]))
        self.world.settle()

    def desk(self, verb, key, text=None):
        """What a user does to somebody's dossier; the code that came of it."""
        self.settle()
        return self.service.cli("dossier", verb, self.pseudonym("RA", key).hex(), "--actor", "dr. Arts", text=text).stdout.split()[0]

    def before(self):
        super().before()
        assert self.desk("note", "K0", "Voor de kopie.") == "APPLIED"
        self.settle()

    def after(self):
        assert self.desk("note", "K0", "Na de kopie.") == "APPLIED" and self.desk("close", "K1") == "APPLIED"
        super().after()
        assert self.desk("note", "K2", "Bij wie er na de kopie bij kwam.") == "APPLIED"
        assert self.desk("note", "K20", "Weer weg.") == "APPLIED" and self.desk("delete-note", "K20") == "APPLIED"
        self.settle()
        self.held = self.state()

    def state(self):
        """What this provider holds, but for what is sealed anew each time it is written, and when a dossier was opened: one whose only share ended
        and came anew within one batch stays, and batches are cut otherwise the second time."""
        return {table: sorted(map(tuple, self.sql(f"select {columns} from {table}"))) for table, columns in (
            ("population_employment", "pseudonym, entity_id, revision, employer_id, start_date, end_date"),
            ("population_absence", "pseudonym, entity_id, revision, first_day"), ("population_unit", "employer_id, unit_code, revision"),
            ("dossier", "pseudonym, employer_id"), ("dossier_share", "share_id, pseudonym, state, share_revision, shared_at"),
            ("dossier_note", "note_id, share_id, author, noted_at"), ("dossier_action", "command_id, code"), ("ended_share", "share_id, share_revision"))}

    def completed(self):
        self.settle()
        wait_until(lambda: self.sql("select count(*) from population_load where finished_at is null") == [(0,)], 60, "the population to be read again", 0.2)

    def check(self, generation=2):
        self.completed()
        seen = Restored(PROVIDER, self.deployment.population(PROVIDER), PARTITIONS)
        for employer_id in ("RA", "RD", "RE"):
            check_equal(seen, self.world.model, employer_id)
        self.check_tables(PROVIDER, seen)
        self.check_shares()
        self.check_statuses(generation)

    def check_statuses(self, generation):
        """They are numbered anew; the vault took every one, and holds of each share what the provider does."""
        mine = [r for r in read_all(self.deployment.stack, ["dossier.status"]) if wire.decode(r.value)[1]["issuer"] == f"provider:{PROVIDER}"]
        check_numbers(mine)
        assert {int(r.headers["kluis-seq"].split(".")[0]) for r in mine} == set(range(1, generation + 1))
        assert self.deployment.sql("select count(*) from quarantine") == [(0,)] and self.sql("select count(*) from quarantine") == [(0,)]
        told = {bytes(s): state for s, state in self.deployment.sql(f"select share_id, dossier_state from share where provider_id = '{PROVIDER}'")}
        held = {bytes(s): state for s, state in self.sql("select share_id, state from dossier_share")}
        assert {s: told[s] for s in held} == held
        assert all(state == "ERASED" for s, state in told.items() if s not in held), told
        assert set(live_shares(self.deployment.shares(PROVIDER))) == set(held)


def go_back(story, promoted=False):
    story.before()
    story.deployment.cluster.back_up()
    story.after()
    story.service.kill()
    story.deployment.cluster.restore(promoted)


@pytest.mark.parametrize("promoted", [pytest.param(False, id="copied"), pytest.param(True, id="promoted")])
def test_a_restored_provider_is_accepted_and_ends_with_the_truth(world, seed, rng, promoted):
    story = ProviderStory(world, seed)
    go_back(story, promoted)
    story.service.start()
    code = "OTHER_LINEAGE" if promoted else "DATABASE_BEHIND"
    halted(story.service, code)
    if promoted:  # every partition halts, and with the last the service ends
        wait_until(lambda: not story.service.running(), 30, "the service to end", 0.1)
    else:
        done = story.service.cli("restore", "accept", "--yes", check=False)
        assert done.returncode == 75 and "STILL_RUNNING" in done.stderr
        story.service.kill()
    assert f"{code} " in story.service.cli("check", check=False).stdout
    said = accept_of(story.service)
    assert said["accepted"] and said["generation"] == 2 and any(p["halts"] for p in said["partitions"])
    assert not accept_of(story.service)["accepted"]
    story.service.start()
    for _ in range(2):
        time.sleep(0.3 + rng.random())
        story.service.kill()
        story.service.start()
    story.check()
    for table, rows in story.state().items():
        assert rows == story.held[table], (table, set(rows) ^ set(story.held[table]))
    story.rename("RA", "K2", "Daarna")
    story.erase("RA", "K0")
    story.world.settle()
    wait_until(lambda: story.sql("select count(*) from dossier_share") == [(4,)], 60, "the erased one's dossier to go", 0.2)


def test_what_was_removed_while_the_database_went_back_is_not_there_again(world, seed):
    """Control of the second reading: without it what ended after the backup stays."""
    story = ProviderStory(world, seed)
    go_back(story)
    assert accept_of(story.service)["accepted"]
    story.sql("update stream_input set next_offset = (select max(catch_up) from stream_input i where i.partition = stream_input.partition "
              "and i.topic = stream_input.topic), catch_up = 0 where topic like 'share.%'")
    story.service.start()
    story.completed()
    with pytest.raises(AssertionError):
        story.check_shares()


def test_a_backup_older_than_the_shares_that_are_held_is_refused(world, seed):
    story, deployment = ProviderStory(world, seed), world.deployment
    story.before()
    deployment.cluster.back_up()
    story.share("RA", "K6", PROVIDER)
    story.settle()
    story.service.kill()
    topic, partition = f"share.{PROVIDER}", wire.partition_of("RA", PARTITIONS)
    end = deployment.ends([topic])[topic, partition]
    list(deployment.stack.admin.delete_records([TopicPartition(topic, partition, end)]).values())[0].result()
    deployment.cluster.restore(False)
    done = story.service.cli("restore", "accept", "--yes", check=False)
    assert done.returncode == 1 and "BACKUP_TOO_OLD" in done.stderr and f"--anew {topic}" in done.stderr
    assert story.sql("select distinct generation from stream_position") == [(1,)]
    assert accept_of(story.service, "--anew", topic)["accepted"]
