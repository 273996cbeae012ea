#include "tests/integration/vault_store/vault_place.h"

#include "vault-svc/person_set.h"

#define SURNAME "Kanariebosch"

static struct person *person_made(struct vault_place *vault, const char *key, const char *bsn)
{
	struct person *person = person_new(vault->employer, &vault->entropy, vault->arena);
	struct identity *identity = record_new(&identity_schema, vault->arena);

	person->state = record_new(&person_state_schema, vault->arena);
	person_begin(person->state, person->number, view_text(key), vault->arena);
	identity->occurred_at = 1;
	identity->event_id = VIEW_LITERAL("00000000-0000-4000-8000-000000000001");
	identity->source_system = VIEW_LITERAL("hr");
	identity->surname = VIEW_LITERAL(SURNAME);
	identity->birth_date = VIEW_LITERAL("19800215");
	identity->bsn = view_text(bsn);
	person->state->identity = identity;
	person->changed = true;
	return person;
}

/* A set with one person, under its key. */
static struct person *person_stored(struct vault_place *vault, const char *key, const char *bsn)
{
	struct person *person = person_made(vault, key, bsn);
	struct person_set set;
	struct person_key *held;
	struct error error;

	person_set_init(&set, &vault->employers, 4, vault->arena);
	held = person_set_key(&set, vault->employer, view_text(key));
	person_set_add(&set, person);
	held->person = person;
	held->moved = true;
	check_ok(person_queue_write(set.first, vault->database, vault->arena, &error), &error);
	check_ok(person_key_queue_write(set.first_key, vault->database, vault->arena, &error), &error);
	synchronise(vault);
	return person;
}

/* Who has the key; NULL: nobody. */
static struct person_key *key_loaded(struct vault_place *vault, struct person_set *set, const char *key)
{
	struct person_key *held;
	struct error error;

	person_set_init(set, &vault->employers, 4, vault->arena);
	held = person_set_key(set, vault->employer, view_text(key));
	check_ok(person_set_queue_load(set, vault->database, &error), &error);
	synchronise(vault);
	person_set_link(set);
	return held;
}

static void a_person_comes_back_as_it_was_written(void **state)
{
	struct vault_place vault;
	struct person_set set;

	vault_place_begin(&vault, state);
	const struct person *person = person_stored(&vault, "K1", "999990019");
	const struct person_key *held = key_loaded(&vault, &set, "K1");

	if (held->person == NULL) {
		fail();
		return;
	}
	check_int(held->person->number, person->number);
	check_int(held->person->version, 1);
	check(memcmp(held->person->key, person->key, sizeof person->key) == 0);
	check(record_equal(&person_state_schema, held->person->state, person->state));
	check(key_loaded(&vault, &set, "K2")->person == NULL);
	vault_place_end(&vault);
}

static void a_changed_person_has_the_next_version(void **state)
{
	struct vault_place vault;
	struct person_set set;
	struct error error;

	vault_place_begin(&vault, state);
	(void)person_stored(&vault, "K1", "999990019");
	struct person *person = key_loaded(&vault, &set, "K1")->person;

	person->state->identity->surname = VIEW_LITERAL("Anders");
	person->changed = true;
	check_ok(person_queue_write(person, vault.database, vault.arena, &error), &error);
	synchronise(&vault);
	person = key_loaded(&vault, &set, "K1")->person;
	check_int(person->version, 2);
	check_view(person->state->identity->surname, VIEW_LITERAL("Anders"));
	check_int(number_of(&vault, "t_persons", "SELECT count(*) FROM person"), 1);
	vault_place_end(&vault);
}

static void whoever_has_the_bsn_is_found_with_it(void **state)
{
	struct vault_place vault;
	struct person_set set;
	struct error error;

	vault_place_begin(&vault, state);
	const struct person *person = person_stored(&vault, "K1", "999990019");

	(void)person_stored(&vault, "K2", "999990020");
	person_set_init(&set, &vault.employers, 4, vault.arena);
	(void)person_set_key(&set, vault.employer, VIEW_LITERAL("K9"));
	person_set_want_bsn(&set, vault.employer, VIEW_LITERAL("999990019"));
	check_ok(person_set_queue_load(&set, vault.database, &error), &error);
	synchronise(&vault);
	check_size(set.count, 1);
	check_int(set.first->number, person->number);
	vault_place_end(&vault);
}

static void nothing_of_a_person_is_in_clear(void **state)
{
	struct vault_place vault;

	vault_place_begin(&vault, state);
	(void)person_stored(&vault, "KSECRETKEY", "999990019");
	check_int(number_of(&vault, "t_clear",
			    "SELECT count(*) FROM (SELECT p::text AS line FROM person p UNION ALL SELECT k::text FROM person_key k UNION ALL "
			    "SELECT encode(document, 'escape') FROM person) t WHERE line LIKE '%" SURNAME "%' OR line LIKE '%999990019%' "
			    "OR line LIKE '%KSECRETKEY%' OR line LIKE '%19800215%'"),
		  0);
	vault_place_end(&vault);
}

static void a_document_in_another_row_does_not_open(void **state)
{
	struct vault_place vault;
	struct person_set set;
	struct person_key *held;
	struct error error;

	vault_place_begin(&vault, state);
	(void)person_stored(&vault, "K1", "999990019");
	(void)person_stored(&vault, "K2", "999990020");
	check_ok(database_script(vault.database,
				 "UPDATE person SET (wrapped_key, document) = (SELECT o.wrapped_key, o.document FROM person o WHERE o.person <> "
				 "person.person)",
				 &error),
		 &error);
	person_set_init(&set, &vault.employers, 4, vault.arena);
	held = person_set_key(&set, vault.employer, VIEW_LITERAL("K1"));
	check(held->person == NULL);
	check_ok(person_set_queue_load(&set, vault.database, &error), &error);
	check_fails(database_sync(vault.database, &error), &error, "SEAL_BROKEN");
	vault_place_end(&vault);
}

static void an_erased_key_leads_to_nobody_and_says_when(void **state)
{
	struct vault_place vault;
	struct person_set set;
	struct erasure erasure;
	struct error error;

	vault_place_begin(&vault, state);
	struct person *person = person_stored(&vault, "K1", "999990019");

	erasure = (struct erasure){.employer = vault.employer, .person = person->number, .erased_at = 77, .recorded_at = 88};
	person_key_hash(&vault.employer->keys, VIEW_LITERAL("K1"), erasure.hash);
	person->removed = true;
	person->version = 1;
	check_ok(erasure_queue_write(&erasure, vault.database, vault.arena, &error), &error);
	check_ok(person_queue_write(person, vault.database, vault.arena, &error), &error);
	synchronise(&vault);
	const struct person_key *held = key_loaded(&vault, &set, "K1");

	check(held->person == NULL);
	check_int(held->erased_at, 77);
	check_int(number_of(&vault, "t_left", "SELECT (SELECT count(*) FROM person) + (SELECT count(*) FROM person_key)"), 0);
	vault_place_end(&vault);
}

static void an_employer_is_the_same_after_a_restart(void **state)
{
	const struct view ids[] = {VIEW_LITERAL("E1"), VIEW_LITERAL("E2")};
	struct vault_place vault;
	struct employer_cache other;
	struct error error;

	vault_place_begin(&vault, state);
	employer_cache_init(&other, vault.keyring, vault.registry);
	check_ok(employer_queue_load(&other, vault.database, vault.arena, ids, 2, &error), &error);
	synchronise(&vault);
	const struct employer *employer = employer_find(&other, VIEW_LITERAL("E1"));

	if (employer == NULL) {
		fail();
		return;
	}
	check(memcmp(&employer->keys, &vault.employer->keys, sizeof employer->keys) == 0);
	check_int(employer->partition, 3);
	check_view(employer->state->employer_id, VIEW_LITERAL("E1"));
	check(employer_find(&other, VIEW_LITERAL("E2")) == NULL);
	employer_forget_partition(&other, 2);
	check(employer_find(&other, VIEW_LITERAL("E1")) != NULL);
	employer_forget_partition(&other, 3);
	check(employer_find(&other, VIEW_LITERAL("E1")) == NULL);
	employer_cache_done(&other);
	vault_place_end(&vault);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		PLACE_TEST(a_person_comes_back_as_it_was_written),   PLACE_TEST(a_changed_person_has_the_next_version),
		PLACE_TEST(whoever_has_the_bsn_is_found_with_it),    PLACE_TEST(nothing_of_a_person_is_in_clear),
		PLACE_TEST(a_document_in_another_row_does_not_open), PLACE_TEST(an_erased_key_leads_to_nobody_and_says_when),
		PLACE_TEST(an_employer_is_the_same_after_a_restart),
	};

	return cmocka_run_group_tests(tests, NULL, NULL) == 0 ? 0 : 1;
}
