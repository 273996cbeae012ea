#include "tests/integration/vault_store/vault_place.h"

#include "common/base/calendar.h"
#include "vault-svc/store/audit_store.h"
#include "vault-svc/store/command_store.h"
#include "vault-svc/store/quarantine_store.h"
#include "vault-svc/store/run_store.h"
#include "vault-svc/store/secret_store.h"
#include "vault-svc/store/trust_store.h"

static void audit_rows_are_chained_and_cannot_be_changed(void **state)
{
	const struct audit_detail detail = {.actor = VIEW_LITERAL("Administrateur")};
	struct vault_place vault;
	struct audit_heads heads = {0}, again = {0};
	struct error error;

	vault_place_begin(&vault, state);
	struct audit_row rows[2] = {
		{.stream = AUDIT_EMPLOYER, .employer = vault.employer, .person = 5, .at = 1, .action = "SHARE", .detail = &detail},
		{.stream = AUDIT_EMPLOYER, .employer = vault.employer, .at = 2, .action = "COMMAND", .detail = &detail},
	};

	rows[0].next = &rows[1];
	check_ok(audit_queue_head(3, AUDIT_EMPLOYER, &heads.of[AUDIT_EMPLOYER], vault.database, vault.arena, &error), &error);
	synchronise(&vault);
	check(heads.of[AUDIT_EMPLOYER].known && !heads.of[AUDIT_REST].known);
	check_int(heads.of[AUDIT_EMPLOYER].number, 0);
	check_ok(audit_queue_write(rows, 3, &heads, vault.database, vault.arena, &error), &error);
	synchronise(&vault);
	for (enum audit_stream stream = AUDIT_EMPLOYER; stream < AUDIT_STREAMS; stream++)
		check_ok(audit_queue_head(3, stream, &again.of[stream], vault.database, vault.arena, &error), &error);
	synchronise(&vault);
	check_int(again.of[AUDIT_EMPLOYER].number, 2);
	check_int(again.of[AUDIT_REST].number, 0);
	check(memcmp(again.of[AUDIT_EMPLOYER].hash, heads.of[AUDIT_EMPLOYER].hash, AUDIT_HASH_LEN) == 0);
	check_int(number_of(&vault, "t_chain", "SELECT count(*) FROM audit a JOIN audit b ON b.number = a.number + 1 AND b.previous = a.hash"), 1);
	check_int(number_of(&vault, "t_actor", "SELECT count(*) FROM audit WHERE encode(detail, 'escape') LIKE '%Administrateur%'"), 0);
	check(!database_script(vault.database, "UPDATE audit SET action = 'X'", &error));
	check(!database_script(vault.database, "DELETE FROM audit", &error));
	vault_place_end(&vault);
}

/* A row of the rest that cannot be read is nothing to what an employer causes, which does not look at it. */
static void the_employers_chain_ends_where_it_does_whatever_the_rest_holds(void **state)
{
	struct vault_place vault;
	struct audit_heads heads = {0};
	struct error error;

	vault_place_begin(&vault, state);
	check_ok(database_script(vault.database,
				 "INSERT INTO audit SELECT 3, 1, n, 1, 1, NULL, 'CARE_REQUEST', NULL, '', 'short' FROM generate_series(1, 9) n",
				 &error),
		 &error);
	check_ok(audit_queue_head(3, AUDIT_EMPLOYER, &heads.of[AUDIT_EMPLOYER], vault.database, vault.arena, &error), &error);
	synchronise(&vault);
	check(heads.of[AUDIT_EMPLOYER].known);
	check_int(heads.of[AUDIT_EMPLOYER].number, 0);
	check_ok(audit_queue_head(3, AUDIT_REST, &heads.of[AUDIT_REST], vault.database, vault.arena, &error), &error);
	check(!database_sync(vault.database, &error));
	check(!heads.of[AUDIT_REST].known);
	vault_place_end(&vault);
}

static struct poison poison_of(const struct vault_place *vault, int64_t at)
{
	return (struct poison){
		.employer = vault->employer,
		.topic = VIEW_LITERAL("hr.events"),
		.partition = 3,
		.offset = 42,
		.at = at,
		.code = "UNREADABLE",
		.key = VIEW_LITERAL("E1"),
		.value = VIEW_LITERAL("Kanariebosch"),
	};
}

static void poison_keeps_what_came_until_its_day_is_over(void **state)
{
	struct vault_place vault;
	struct poison found;
	bool there = false;
	struct error error;

	vault_place_begin(&vault, state);
	struct poison poison = poison_of(&vault, 100 * MS_PER_DAY);

	check_ok(poison_seal(&poison, vault.database, vault.arena, &error), &error);
	check_ok(poison_queue_write(&poison, vault.database, vault.arena, &error), &error);
	synchronise(&vault);
	int64_t id = number_of(&vault, "t_id", "SELECT max(quarantine_id) FROM quarantine");

	check_int(number_of(&vault, "t_poison", "SELECT count(*) FROM quarantine WHERE encode(sealed, 'escape') LIKE '%Kanarie%'"), 0);
	check_ok(poison_load(id, &vault.employers, vault.registry, vault.database, vault.arena, &found, &there, &error), &error);
	check(there);
	check_view(found.value, poison.value);
	check_view(found.key, poison.key);
	check_text(found.code, "UNREADABLE");
	check_ok(poison_queue_expire(130 * MS_PER_DAY, vault.database, vault.arena, &error), &error);
	synchronise(&vault);
	check_int(number_of(&vault, "t_kept", "SELECT count(*) FROM quarantine"), 1);
	check_ok(poison_queue_expire(131 * MS_PER_DAY, vault.database, vault.arena, &error), &error);
	synchronise(&vault);
	check_int(number_of(&vault, "t_gone", "SELECT (SELECT count(*) FROM quarantine) + (SELECT count(*) FROM quarantine_key)"), 0);
	vault_place_end(&vault);
}

static void poison_opens_under_its_own_topic_alone(void **state)
{
	struct vault_place vault;
	struct poison found;
	bool there = false;
	struct error error;

	vault_place_begin(&vault, state);
	struct poison poison = poison_of(&vault, 100 * MS_PER_DAY);

	check_ok(poison_seal(&poison, vault.database, vault.arena, &error), &error);
	check_ok(poison_queue_write(&poison, vault.database, vault.arena, &error), &error);
	synchronise(&vault);
	check_ok(database_script(vault.database, "UPDATE quarantine SET topic = 'hr.events.roster'", &error), &error);
	check(!poison_load(number_of(&vault, "t_id", "SELECT max(quarantine_id) FROM quarantine"), &vault.employers, vault.registry, vault.database,
			   vault.arena, &found, &there, &error));
	check_text(error.code, "SEAL_BROKEN");
	vault_place_end(&vault);
}

static void nothing_but_coordinates_is_kept_of_an_employer_that_nobody_enabled(void **state)
{
	struct vault_place vault;
	struct error error;

	vault_place_begin(&vault, state);
	struct poison poison = poison_of(&vault, 1);

	poison.employer = NULL;
	check_ok(poison_seal(&poison, vault.database, vault.arena, &error), &error);
	check_ok(poison_queue_write(&poison, vault.database, vault.arena, &error), &error);
	synchronise(&vault);
	check_int(number_of(&vault, "t_bare", "SELECT count(*) FROM quarantine WHERE sealed IS NULL AND employer_no IS NULL"), 1);
	vault_place_end(&vault);
}

static void a_command_is_remembered_for_eight_days(void **state)
{
	struct vault_place vault;
	struct seen asked[1] = {{.topic = "vault.commands", .issuer = VIEW_LITERAL("employer:E1"), .command_id = VIEW_LITERAL("c-1")}};
	struct seen added = asked[0];
	struct error error;

	vault_place_begin(&vault, state);
	added.added = true;
	added.code = VIEW_LITERAL("ACCEPTED");
	added.decided_at = 1000;
	check_ok(seen_queue_load(asked, 1, vault.database, vault.arena, &error), &error);
	synchronise(&vault);
	check(seen_find(asked, 1, &added, 1000) == NULL);
	check_ok(seen_queue_write(&added, 1, vault.database, vault.arena, &error), &error);
	check_ok(seen_queue_load(asked, 1, vault.database, vault.arena, &error), &error);
	synchronise(&vault);
	check(seen_find(asked, 1, &added, 1000 + 8 * MS_PER_DAY) == &asked[0]);
	check_view(asked[0].code, VIEW_LITERAL("ACCEPTED"));
	check(view_is_null(asked[0].detail));
	check(seen_find(asked, 1, &added, 1001 + 8 * MS_PER_DAY) == NULL);
	added.topic = "care.requests";
	check(seen_find(asked, 1, &added, 1000) == NULL);
	vault_place_end(&vault);
}

static void a_change_of_trust_raises_its_version(void **state)
{
	const struct view employers[] = {VIEW_LITERAL("E1"), VIEW_LITERAL("E2")};
	uint8_t signing[CRYPTO_KEY_LEN] = {1}, second[CRYPTO_KEY_LEN] = {2}, box[CRYPTO_KEY_LEN] = {3};
	struct vault_place vault;
	struct trust trust = {0};
	uint8_t key_id[CRYPTO_KEY_ID_LEN];
	bool found = false;
	struct error error;

	vault_place_begin(&vault, state);
	check_ok(trust_load(&trust, vault.database, &error), &error);
	int64_t before = trust.version;

	check_ok(trust_add(vault.database, TRUST_PROVIDER, VIEW_LITERAL("P1"), signing, box, NULL, 0, vault.arena, &error), &error);
	check_ok(trust_add(vault.database, TRUST_PROVIDER, VIEW_LITERAL("P1"), second, NULL, NULL, 0, vault.arena, &error), &error);
	check_ok(trust_add(vault.database, TRUST_SOURCE, VIEW_LITERAL("afas"), NULL, NULL, employers, 2, vault.arena, &error), &error);
	check_ok(trust_load(&trust, vault.database, &error), &error);
	check(trust.version > before);
	const struct trust_party *party = trust_find(&trust, TRUST_PROVIDER, VIEW_LITERAL("P1"));

	check(party != NULL && party->has_box_key && memcmp(party->box_key, box, sizeof box) == 0);
	check_size(party->key_count, 2);
	public_key_id(second, key_id);
	check(trust_public_key(party, key_id) != NULL);
	public_key_id(box, key_id);
	check(trust_public_key(party, key_id) == NULL);
	check(trust_grants(&trust, VIEW_LITERAL("afas"), VIEW_LITERAL("E2")));
	check(!trust_grants(&trust, VIEW_LITERAL("afas"), VIEW_LITERAL("E3")));
	check(!trust_grants(&trust, VIEW_LITERAL("other"), VIEW_LITERAL("E1")));
	check_ok(trust_remove(vault.database, TRUST_PROVIDER, VIEW_LITERAL("P1"), vault.arena, &found, &error), &error);
	check(found);
	check_ok(trust_load(&trust, vault.database, &error), &error);
	check(trust_find(&trust, TRUST_PROVIDER, VIEW_LITERAL("P1")) == NULL);
	trust_done(&trust);
	vault_place_end(&vault);
}

static void runs_of_a_partition_come_one_after_the_other(void **state)
{
	struct vault_place vault;
	struct run *run = NULL;
	bool open[12];
	struct error error;

	vault_place_begin(&vault, state);
	struct run first = {
		.run_id = VIEW_LITERAL("r-1"), .employer_no = 1, .partition = 3, .kind = RUN_KIND_ACTIVATION, .state = "OPEN", .started_at = 9};
	struct run second = first;

	second.run_id = VIEW_LITERAL("r-2");
	first.next = &second;
	check_ok(run_queue_write(&first, vault.database, vault.arena, &error), &error);
	check_ok(run_queue_open(vault.database, 12, open, &error), &error);
	check(open[3] && !open[4]);
	check_ok(run_load(3, vault.database, vault.arena, &run, &error), &error);
	check_view(run->run_id, VIEW_LITERAL("r-1"));
	check_ok(run_count_try(run, vault.database, vault.arena, &error), &error);
	check_ok(run_load(3, vault.database, vault.arena, &run, &error), &error);
	check_int(run->tries, 1);
	check_ok(run_queue_write(run, vault.database, vault.arena, &error), &error);
	synchronise(&vault);
	check_ok(run_load(3, vault.database, vault.arena, &run, &error), &error);
	check_int(run->tries, 0);
	run->state = "DONE";
	run->step = 1;
	check_ok(run_queue_write(run, vault.database, vault.arena, &error), &error);
	synchronise(&vault);
	check_ok(run_load(3, vault.database, vault.arena, &run, &error), &error);
	check_view(run->run_id, VIEW_LITERAL("r-2"));
	check_int(run->step, 0);
	check_ok(run_load(4, vault.database, vault.arena, &run, &error), &error);
	check(run == NULL);
	vault_place_end(&vault);
}

static void a_secret_is_made_once(void **state)
{
	struct vault_place vault;
	uint8_t first[CRYPTO_KEY_LEN], second[CRYPTO_KEY_LEN];
	bool made = false;
	struct error error;

	vault_place_begin(&vault, state);
	check_fails(secret_load(vault.database, vault.keyring, "s", first, vault.arena, &error), &error, "SETUP");
	check_ok(secret_create(vault.database, vault.keyring, "s", vault.arena, &made, &error), &error);
	check(made);
	check_ok(secret_load(vault.database, vault.keyring, "s", first, vault.arena, &error), &error);
	check_ok(secret_create(vault.database, vault.keyring, "s", vault.arena, &made, &error), &error);
	check(!made);
	check_ok(secret_load(vault.database, vault.keyring, "s", second, vault.arena, &error), &error);
	check(memcmp(first, second, sizeof first) == 0);
	vault_place_end(&vault);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		PLACE_TEST(audit_rows_are_chained_and_cannot_be_changed),
		PLACE_TEST(the_employers_chain_ends_where_it_does_whatever_the_rest_holds),
		PLACE_TEST(poison_keeps_what_came_until_its_day_is_over),
		PLACE_TEST(poison_opens_under_its_own_topic_alone),
		PLACE_TEST(nothing_but_coordinates_is_kept_of_an_employer_that_nobody_enabled),
		PLACE_TEST(a_command_is_remembered_for_eight_days),
		PLACE_TEST(a_change_of_trust_raises_its_version),
		PLACE_TEST(runs_of_a_partition_come_one_after_the_other),
		PLACE_TEST(a_secret_is_made_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL) == 0 ? 0 : 1;
}
