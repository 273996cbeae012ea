#include "vault-svc/store/person_store.h"

#include "schemas/codec/record.h"
#include "vault-svc/core/elementary.h"

void person_key_hash(const struct employer_keys *keys, struct view employee_key, uint8_t ret[static KEY_HASH_LEN])
{
	blind_index(keys->employee, &employee_key, 1, ret);
}

void person_bsn_hash(const struct employer_keys *keys, struct view bsn, uint8_t ret[static KEY_HASH_LEN])
{
	blind_index(keys->bsn, &bsn, 1, ret);
}

void person_birth_hash(const struct employer_keys *keys, struct view birth_date, struct view postcode, uint8_t ret[static KEY_HASH_LEN])
{
	struct view parts[2] = {birth_date, postcode};

	blind_index(keys->birth, parts, 2, ret);
}

static struct view key_subject(const struct person *person, struct seal_subject *subject)
{
	*subject = seal_subject_of(person->employer->number, person->number, 0);
	return seal_subject_view(subject);
}

static bool has_live_share(const struct person_state *state)
{
	for (size_t i = 0; i < state->providers.count; i++)
		if (state->providers.items[i].share != NULL)
			return true;
	return false;
}

static bool person_read(struct person_load *load, struct employer *employer, const struct rows *rows, int row, struct error *error)
{
	struct person *person = arena_take(load->arena, sizeof *person);
	struct seal_subject subject;
	void *record = NULL;

	person->employer = employer;
	person->number = row_int8(rows, row, 0);
	person->version = row_int8(rows, row, 3);
	if (!key_unwrap(employer->keys.key, "person", key_subject(person, &subject), row_bytea(rows, row, 2), person->key, error))
		return false;
	subject = seal_subject_of(employer->number, person->number, person->version);
	if (!document_open(load->cache->registry, &person_state_schema, person->key, &subject, row_bytea(rows, row, 4), load->arena, &record, error))
		return false;
	person->state = record;
	if (has_live_share(person->state))
		person->before = record_copy(&person_state_schema, load->arena, person->state);
	return load->take(load->context, person, error);
}

bool person_rows_read(void *context, const struct rows *rows, struct error *error)
{
	struct person_load *load = context;
	struct employer *employer = NULL;

	for (int i = 0; i < rows_count(rows); i++) {
		int32_t number = row_int4(rows, i, 1);

		if (employer == NULL || employer->number != number)
			employer = employer_numbered(load->cache, number);
		if (employer == NULL)
			return error_set(error, DISPOSITION_STOP, "EMPLOYER_LOST", "person", "a person's employer is not in the cache");
		if (!person_read(load, employer, rows, i, error))
			return false;
	}
	return true;
}

static bool keys_read(void *context, const struct rows *rows, struct error *error)
{
	struct person_load *load = context;

	(void)error;
	for (int i = 0; i < rows_count(rows); i++) {
		struct person_key *key = load->keys[row_int8(rows, i, 0) - 1];

		if (!row_is_null(rows, i, 1))
			key->number = row_int8(rows, i, 1);
		if (!row_is_null(rows, i, 2))
			key->erased_at = row_int8(rows, i, 2);
	}
	return true;
}

static const struct statement load_keys = {"person_load_keys", "SELECT i, person, erased_at FROM vault_load_keys($1, $2)"};
static const struct statement load_persons = {"person_load", "SELECT " PERSON_COLUMNS " FROM vault_load_persons($1, $2, $3, $4) p"};

bool person_queue_load(struct person_load *load, struct database *database, struct error *error)
{
	int32_t *employers = arena_array(load->arena, load->key_count + 1, sizeof *employers);
	int32_t *bsn_employers = arena_array(load->arena, load->bsn_count + 1, sizeof *bsn_employers);
	struct view *hashes = arena_array(load->arena, load->key_count + 1, sizeof *hashes);
	struct parameters parameters;

	for (size_t i = 0; i < load->key_count; i++) {
		employers[i] = load->keys[i]->employer->number;
		hashes[i] = view_of(load->keys[i]->hash, KEY_HASH_LEN);
	}
	for (size_t i = 0; i < load->bsn_count; i++)
		bsn_employers[i] = load->bsn_employers[i]->number;
	parameters_init(&parameters, load->arena);
	parameters_int4_array(&parameters, employers, NULL, load->key_count);
	parameters_bytea_array(&parameters, hashes, load->key_count);
	if (!database_queue(database, &load_keys, &parameters, keys_read, load, error))
		return false;
	parameters_int4_array(&parameters, bsn_employers, NULL, load->bsn_count);
	parameters_bytea_array(&parameters, load->bsn_hashes, load->bsn_count);
	return database_queue(database, &load_persons, &parameters, person_rows_read, load, error);
}

bool person_queue_load_range(struct person_load *load, struct database *database, const struct employer *employer, int64_t after, int32_t limit,
			     struct error *error)
{
	static const struct statement select = {"person_load_range",
						"SELECT " PERSON_COLUMNS " FROM person p WHERE p.employer_no = $1 AND p.person > $2 "
						"ORDER BY p.employer_no, p.person LIMIT $3"};
	struct parameters parameters;

	parameters_init(&parameters, load->arena);
	parameters_int4(&parameters, employer->number);
	parameters_int8(&parameters, after);
	parameters_int4(&parameters, limit);
	return database_queue(database, &select, &parameters, person_rows_read, load, error);
}

struct person *person_new(struct employer *employer, struct entropy *entropy, struct arena *arena)
{
	struct person *person = arena_take(arena, sizeof *person);

	person->employer = employer;
	while (person->number == 0)
		person->number = (int64_t)(entropy_number(entropy) >> 1);
	entropy_take(entropy, person->key, sizeof person->key);
	return person;
}

/* Columns of persons on their way into the database. */
struct columns {
	size_t count;
	int64_t *numbers;
	int32_t *employers;
	struct view *keys;
	int64_t *versions;
	struct view *documents;
	struct view *bsn;
	struct view *birth;
};

static void columns_init(struct columns *columns, struct arena *arena, size_t room)
{
	room += room == 0;
	*columns = (struct columns){
		.numbers = arena_array(arena, room, sizeof *columns->numbers),
		.employers = arena_array(arena, room, sizeof *columns->employers),
		.keys = arena_array(arena, room, sizeof *columns->keys),
		.versions = arena_array(arena, room, sizeof *columns->versions),
		.documents = arena_array(arena, room, sizeof *columns->documents),
		.bsn = arena_array(arena, room, sizeof *columns->bsn),
		.birth = arena_array(arena, room, sizeof *columns->birth),
	};
}

/* Birth date with postcode of each HOME address, one keyed hash behind the other. */
static struct view birth_index(const struct person *person, struct arena *arena)
{
	const struct identity *identity = person->state->identity;
	uint8_t *hashes;
	size_t count = 0;

	if (identity == NULL || !birth_date_is_complete(identity->birth_date) || identity->addresses.count == 0)
		return VIEW_NULL;
	hashes = arena_array(arena, identity->addresses.count, BLIND_INDEX_LEN);
	for (size_t i = 0; i < identity->addresses.count; i++) {
		const struct address *address = &identity->addresses.items[i];

		if (address->kind != ADDRESS_KIND_HOME || view_is_null(address->postcode))
			continue;
		person_birth_hash(&person->employer->keys, identity->birth_date, address->postcode, hashes + BLIND_INDEX_LEN * count++);
	}
	return count == 0 ? VIEW_NULL : view_of(hashes, BLIND_INDEX_LEN * count);
}

static bool columns_add(struct columns *columns, struct person *person, struct arena *arena, struct error *error)
{
	const struct employer_keys *keys = &person->employer->keys;
	const struct identity *identity = person->state->identity;
	struct seal_subject subject = seal_subject_of(person->employer->number, person->number, person->version + 1);
	size_t i = columns->count++;

	if (!document_seal(&person_state_schema, person->state, person->key, keys->epoch, &subject, arena, &columns->documents[i], error))
		return false;
	columns->numbers[i] = person->number;
	columns->employers[i] = person->employer->number;
	columns->versions[i] = person->version + 1;
	columns->birth[i] = birth_index(person, arena);
	if (identity != NULL && !view_is_null(identity->bsn)) {
		uint8_t *hash = arena_take(arena, KEY_HASH_LEN);

		person_bsn_hash(keys, identity->bsn, hash);
		columns->bsn[i] = view_of(hash, KEY_HASH_LEN);
	}
	if (person->version == 0) {
		uint8_t *wrapped = arena_take(arena, WRAPPED_KEY_LEN);

		key_wrap(keys->key, keys->epoch, "person", key_subject(person, &subject), person->key, NULL, wrapped);
		columns->keys[i] = view_of(wrapped, WRAPPED_KEY_LEN);
	}
	return true;
}

static const struct statement insert_persons = {
	"person_insert", "INSERT INTO person (person, employer_no, version, document, bsn_blind, birth_blind, wrapped_key) "
			 "SELECT * FROM unnest($1::int8[], $2::int4[], $3::int8[], $4::bytea[], $5::bytea[], $6::bytea[], $7::bytea[])"};
static const struct statement update_persons = {"person_update", "SELECT vault_update_persons($1, $2, $3, $4, $5, $6)"};
static const struct statement delete_persons = {"person_delete", "DELETE FROM person p USING unnest($1::int8[], $2::int4[]) q (person, employer_no) "
								 "WHERE p.employer_no = q.employer_no AND p.person = q.person"};

static bool columns_queue(const struct columns *columns, const struct statement *statement, bool with_keys, struct database *database,
			  struct arena *arena, struct error *error)
{
	struct parameters parameters;

	if (columns->count == 0)
		return true;
	parameters_init(&parameters, arena);
	parameters_int8_array(&parameters, columns->numbers, NULL, columns->count);
	parameters_int4_array(&parameters, columns->employers, NULL, columns->count);
	parameters_int8_array(&parameters, columns->versions, NULL, columns->count);
	parameters_bytea_array(&parameters, columns->documents, columns->count);
	parameters_bytea_array(&parameters, columns->bsn, columns->count);
	parameters_bytea_array(&parameters, columns->birth, columns->count);
	if (with_keys)
		parameters_bytea_array(&parameters, columns->keys, columns->count);
	return database_queue(database, statement, &parameters, NULL, NULL, error);
}

static bool removals_queue(const struct columns *columns, struct database *database, struct arena *arena, struct error *error)
{
	struct parameters parameters;

	if (columns->count == 0)
		return true;
	parameters_init(&parameters, arena);
	parameters_int8_array(&parameters, columns->numbers, NULL, columns->count);
	parameters_int4_array(&parameters, columns->employers, NULL, columns->count);
	return database_queue(database, &delete_persons, &parameters, NULL, NULL, error);
}

bool person_queue_write(struct person *persons, struct database *database, struct arena *arena, struct error *error)
{
	struct columns fresh, changed, removed;
	size_t new_count = 0, changed_count = 0, removed_count = 0;

	for (const struct person *person = persons; person != NULL; person = person->next) {
		new_count += !person->removed && person->changed && person->version == 0;
		changed_count += !person->removed && person->changed && person->version != 0;
		removed_count += person->removed && person->version != 0;
	}
	columns_init(&fresh, arena, new_count);
	columns_init(&changed, arena, changed_count);
	columns_init(&removed, arena, removed_count);
	for (struct person *person = persons; person != NULL; person = person->next) {
		if (person->removed && person->version != 0) {
			removed.numbers[removed.count] = person->number;
			removed.employers[removed.count++] = person->employer->number;
		}
		if (!person->removed && person->changed && !columns_add(person->version == 0 ? &fresh : &changed, person, arena, error))
			return false;
	}
	return removals_queue(&removed, database, arena, error) && columns_queue(&fresh, &insert_persons, true, database, arena, error) &&
	       columns_queue(&changed, &update_persons, false, database, arena, error);
}

bool person_key_queue_write(struct person_key *keys, struct database *database, struct arena *arena, struct error *error)
{
	static const struct statement upsert = {
		"person_key_upsert",
		"INSERT INTO person_key (employer_no, key_hash, person) SELECT * FROM unnest($1::int4[], $2::bytea[], $3::int8[]) "
		"ON CONFLICT (employer_no, key_hash) DO UPDATE SET person = excluded.person"};
	struct parameters parameters;
	int32_t *employers;
	struct view *hashes;
	int64_t *numbers;
	size_t count = 0;

	for (const struct person_key *key = keys; key != NULL; key = key->next)
		count += key->moved && key->person != NULL;
	if (count == 0)
		return true;
	employers = arena_array(arena, count, sizeof *employers);
	hashes = arena_array(arena, count, sizeof *hashes);
	numbers = arena_array(arena, count, sizeof *numbers);
	count = 0;
	for (const struct person_key *key = keys; key != NULL; key = key->next) {
		if (!key->moved || key->person == NULL)
			continue;
		employers[count] = key->employer->number;
		hashes[count] = view_of(key->hash, KEY_HASH_LEN);
		numbers[count++] = key->person->number;
	}
	parameters_init(&parameters, arena);
	parameters_int4_array(&parameters, employers, NULL, count);
	parameters_bytea_array(&parameters, hashes, count);
	parameters_int8_array(&parameters, numbers, NULL, count);
	return database_queue(database, &upsert, &parameters, NULL, NULL, error);
}
