#include "vault-svc/store/quarantine_store.h"

#include "common/base/calendar.h"
#include "vault-svc/store/records/records.h"

enum { KEPT_DAYS = 30 };

static int32_t poison_day(int64_t at)
{
	return (int32_t)(at / MS_PER_DAY);
}

static struct seal_subject key_subject(const struct employer *employer, int32_t day)
{
	return seal_subject_of(employer->number, -2, day);
}

struct key_load {
	struct employer *employer;
	int32_t day;
};

static bool key_read(void *context, const struct rows *rows, struct error *error)
{
	struct key_load *load = context;
	struct seal_subject subject = key_subject(load->employer, load->day);

	if (rows_count(rows) == 0)
		return true;
	if (!key_unwrap(load->employer->keys.key, "quarantine", seal_subject_view(&subject), row_bytea(rows, 0, 0), load->employer->poison_key,
			error))
		return false;
	load->employer->has_poison_key = true;
	load->employer->poison_day = load->day;
	return true;
}

static bool key_fetch(struct employer *employer, int32_t day, struct database *database, struct arena *arena, struct error *error)
{
	static const struct statement select = {"quarantine_key", "SELECT wrapped_key FROM quarantine_key WHERE employer_no = $1 AND day = $2"};
	struct key_load load = {.employer = employer, .day = day};
	struct parameters parameters;

	if (employer->has_poison_key && employer->poison_day == day)
		return true;
	employer->has_poison_key = false;
	parameters_init(&parameters, arena);
	parameters_int4(&parameters, employer->number);
	parameters_int4(&parameters, day);
	return database_run(database, &select, &parameters, key_read, &load, error);
}

/* Stored at once, by itself: a key without rows does no harm. */
static bool key_store(struct employer *employer, int32_t day, struct database *database, struct arena *arena, struct error *error)
{
	static const struct statement insert = {"quarantine_key_insert",
						"INSERT INTO quarantine_key (employer_no, day, wrapped_key) VALUES ($1, $2, $3) "
						"ON CONFLICT (employer_no, day) DO NOTHING"};
	struct seal_subject subject = key_subject(employer, day);
	uint8_t key[CRYPTO_KEY_LEN];
	uint8_t wrapped[WRAPPED_KEY_LEN];
	struct parameters parameters;

	random_bytes(key, sizeof key);
	key_wrap(employer->keys.key, employer->keys.epoch, "quarantine", seal_subject_view(&subject), key, NULL, wrapped);
	secret_wipe(key, sizeof key);
	parameters_init(&parameters, arena);
	parameters_int4(&parameters, employer->number);
	parameters_int4(&parameters, day);
	parameters_bytea(&parameters, view_of(wrapped, sizeof wrapped));
	return database_run(database, &insert, &parameters, NULL, NULL, error) && key_fetch(employer, day, database, arena, error);
}

static struct seal_subject row_subject(const struct poison *poison)
{
	struct seal_subject subject = seal_subject_of(poison->employer->number, poison->partition, poison->offset);

	subject.also = poison->topic;
	return subject;
}

bool poison_seal(struct poison *poison, struct database *database, struct arena *arena, struct error *error)
{
	const struct poison_record record = {.key = poison->key, .value = poison->value.len > SCHEMA_MAX_MESSAGE ? VIEW_NULL : poison->value};
	struct employer *employer = poison->employer;
	struct seal_subject subject;
	int32_t day = poison_day(poison->at);

	if (employer == NULL)
		return true;
	if (!key_fetch(employer, day, database, arena, error))
		return false;
	if (!employer->has_poison_key && !key_store(employer, day, database, arena, error))
		return false;
	subject = row_subject(poison);
	return document_seal(&poison_record_schema, &record, employer->poison_key, employer->keys.epoch, &subject, arena, &poison->sealed, error);
}

bool poison_names(const struct poison *poison, const struct employer *employer, const uint8_t key_hash[static KEY_HASH_LEN])
{
	return poison->employer == employer && ((poison->has_key_hash && memcmp(poison->key_hash, key_hash, KEY_HASH_LEN) == 0) ||
						(poison->has_old_key_hash && memcmp(poison->old_key_hash, key_hash, KEY_HASH_LEN) == 0));
}

static bool queue_one(const struct poison *poison, struct database *database, struct arena *arena, struct error *error)
{
	static const struct statement insert = {
		"quarantine_insert", "INSERT INTO quarantine (employer_no, topic, partition, record_offset, at, code, key_hash, old_key_hash, day, "
				     "sealed) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)"};
	struct parameters parameters;

	parameters_init(&parameters, arena);
	if (poison->employer == NULL)
		parameters_null(&parameters, PARAMETER_INT4);
	else
		parameters_int4(&parameters, poison->employer->number);
	parameters_text(&parameters, poison->topic);
	parameters_int4(&parameters, poison->partition);
	parameters_int8(&parameters, poison->offset);
	parameters_int8(&parameters, poison->at);
	parameters_text(&parameters, view_text(poison->code));
	parameters_bytea(&parameters, poison->has_key_hash ? view_of(poison->key_hash, KEY_HASH_LEN) : VIEW_NULL);
	parameters_bytea(&parameters, poison->has_old_key_hash ? view_of(poison->old_key_hash, KEY_HASH_LEN) : VIEW_NULL);
	parameters_int4(&parameters, poison_day(poison->at));
	parameters_bytea(&parameters, poison->sealed);
	return database_queue(database, &insert, &parameters, NULL, NULL, error);
}

bool poison_queue_write(const struct poison *poison, struct database *database, struct arena *arena, struct error *error)
{
	for (; poison != NULL; poison = poison->next) {
		if (poison->replaces != 0 && !poison_queue_delete(poison->replaces, database, arena, error))
			return false;
		if (!queue_one(poison, database, arena, error))
			return false;
	}
	return true;
}

struct row_load {
	struct poison *poison;
	struct view sealed;
	const struct employer_cache *cache;
	struct arena *arena;
	bool found;
};

static bool row_read(void *context, const struct rows *rows, struct error *error)
{
	struct row_load *load = context;
	struct poison *poison = load->poison;

	(void)error;
	if (rows_count(rows) == 0 || row_is_null(rows, 0, 0) || row_is_null(rows, 0, 6))
		return true;
	poison->employer = employer_numbered(load->cache, row_int4(rows, 0, 0));
	poison->topic = arena_copy(load->arena, row_text(rows, 0, 1));
	poison->partition = row_int4(rows, 0, 2);
	poison->offset = row_int8(rows, 0, 3);
	poison->at = row_int8(rows, 0, 4);
	poison->code = arena_text(load->arena, row_text(rows, 0, 5));
	load->sealed = arena_copy(load->arena, row_bytea(rows, 0, 6));
	load->found = poison->employer != NULL;
	return true;
}

bool poison_load(int64_t quarantine_id, const struct employer_cache *cache, const struct schema_registry *registry, struct database *database,
		 struct arena *arena, struct poison *ret, bool *ret_found, struct error *error)
{
	static const struct statement select = {"quarantine_load", "SELECT employer_no, topic, partition, record_offset, at, code, sealed "
								   "FROM quarantine WHERE quarantine_id = $1"};
	struct row_load load = {.poison = ret, .cache = cache, .arena = arena};
	const struct poison_record *record;
	struct seal_subject subject;
	struct parameters parameters;
	void *opened = NULL;

	*ret = (struct poison){0};
	*ret_found = false;
	parameters_init(&parameters, arena);
	parameters_int8(&parameters, quarantine_id);
	if (!database_run(database, &select, &parameters, row_read, &load, error))
		return false;
	if (!load.found)
		return true;
	if (!key_fetch(ret->employer, poison_day(ret->at), database, arena, error))
		return false;
	if (!ret->employer->has_poison_key)
		return true;
	subject = row_subject(ret);
	if (!document_open(registry, &poison_record_schema, ret->employer->poison_key, &subject, load.sealed, arena, &opened, error))
		return false;
	record = opened;
	ret->key = record->key;
	ret->value = record->value;
	*ret_found = !view_is_null(ret->value);
	return true;
}

bool poison_queue_delete(int64_t quarantine_id, struct database *database, struct arena *arena, struct error *error)
{
	static const struct statement delete = {"quarantine_delete", "DELETE FROM quarantine WHERE quarantine_id = $1"};
	struct parameters parameters;

	parameters_init(&parameters, arena);
	parameters_int8(&parameters, quarantine_id);
	return database_queue(database, &delete, &parameters, NULL, NULL, error);
}

bool poison_queue_expire(int64_t now_ms, struct database *database, struct arena *arena, struct error *error)
{
	static const struct statement delete_keys = {"quarantine_expire_keys", "DELETE FROM quarantine_key WHERE day < $1"};
	static const struct statement delete_rows = {"quarantine_expire", "DELETE FROM quarantine WHERE day < $1"};
	struct parameters parameters;

	parameters_init(&parameters, arena);
	parameters_int4(&parameters, poison_day(now_ms) - KEPT_DAYS);
	return database_queue(database, &delete_keys, &parameters, NULL, NULL, error) &&
	       database_queue(database, &delete_rows, &parameters, NULL, NULL, error);
}

struct listing {
	poison_taker *take;
	void *context;
};

static bool poisons_read(void *context, const struct rows *rows, struct error *error)
{
	const struct listing *listing = context;

	(void)error;
	for (int i = 0; i < rows_count(rows); i++) {
		const struct poison_listed poison = {
			.quarantine_id = row_int8(rows, i, 0),
			.employer_id = row_is_null(rows, i, 1) ? VIEW_NULL : row_text(rows, i, 1),
			.code = row_text(rows, i, 2),
			.topic = row_text(rows, i, 3),
			.partition = row_int4(rows, i, 4),
			.offset = row_int8(rows, i, 5),
			.at = row_int8(rows, i, 6),
			.has_content = row_bool(rows, i, 7),
		};

		listing->take(listing->context, &poison);
	}
	return true;
}

bool poison_list(struct database *database, poison_taker *take, void *context, struct error *error)
{
	static const struct statement select = {
		"poison_list", "SELECT q.quarantine_id, e.employer_id, q.code, q.topic, q.partition, q.record_offset, q.at, q.sealed IS NOT NULL "
			       "FROM quarantine q LEFT JOIN employer e USING (employer_no) ORDER BY q.quarantine_id"};
	struct listing listing = {.take = take, .context = context};

	return database_run(database, &select, NULL, poisons_read, &listing, error);
}

static bool affected_read(void *context, const struct rows *rows, struct error *error)
{
	(void)error;
	*(bool *)context = rows_affected(rows) > 0;
	return true;
}

bool poison_release(struct database *database, int64_t quarantine_id, int64_t now_ms, struct arena *arena, bool *ret_found, struct error *error)
{
	static const struct statement insert = {
		"poison_release",
		"INSERT INTO run (run_id, employer_no, partition, kind, state, step, cursor, started_at, persons, entities, payload) "
		"SELECT gen_random_uuid()::text, q.employer_no, e.partition, 'OTHER', 'OPEN', 0, 0, $2, 0, 0, "
		"convert_to(q.quarantine_id::text, 'UTF8') FROM quarantine q JOIN employer e USING (employer_no) "
		"WHERE q.quarantine_id = $1 AND q.sealed IS NOT NULL AND starts_with(q.topic, 'hr.events')"};
	struct parameters parameters;

	parameters_init(&parameters, arena);
	parameters_int8(&parameters, quarantine_id);
	parameters_int8(&parameters, now_ms);
	return database_run(database, &insert, &parameters, affected_read, ret_found, error);
}

bool poison_is_other(struct database *database, int64_t quarantine_id, struct arena *arena, bool *ret_other, struct error *error)
{
	static const struct statement select = {"poison_is_other",
						"SELECT 1 FROM quarantine WHERE quarantine_id = $1 AND NOT starts_with(topic, 'hr.events')"};
	struct parameters parameters;

	parameters_init(&parameters, arena);
	parameters_int8(&parameters, quarantine_id);
	return database_run(database, &select, &parameters, affected_read, ret_other, error);
}

bool poison_discard(struct database *database, int64_t quarantine_id, struct arena *arena, bool *ret_found, struct error *error)
{
	static const struct statement delete = {"poison_discard", "DELETE FROM quarantine WHERE quarantine_id = $1"};
	struct parameters parameters;

	parameters_init(&parameters, arena);
	parameters_int8(&parameters, quarantine_id);
	return database_run(database, &delete, &parameters, affected_read, ret_found, error);
}
