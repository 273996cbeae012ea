#include "vault-svc/store/employer_store.h"

#include "common/base/partition.h"
#include "schemas/codec/record.h"

enum { BUCKETS_AT_FIRST = 256 };

static void make_buckets(struct employer_cache *cache)
{
	if (cache->bucket_count == 0)
		abort();
	cache->buckets = calloc(cache->bucket_count, sizeof(struct employer *));
	cache->numbered = calloc(cache->bucket_count, sizeof(struct employer *));
	if (cache->buckets == NULL || cache->numbered == NULL)
		abort();
}

void employer_cache_init(struct employer_cache *cache, const struct keyring *keyring, const struct schema_registry *registry)
{
	*cache = (struct employer_cache){.keyring = keyring, .registry = registry, .bucket_count = BUCKETS_AT_FIRST};
	make_buckets(cache);
}

static void employer_free(struct employer *employer)
{
	employer_keys_done(&employer->keys);
	secret_wipe(employer->poison_key, sizeof employer->poison_key);
	if (employer->arena != NULL) {
		arena_done(employer->arena);
		free(employer->arena);
	}
	free(employer->id);
	free(employer);
}

static size_t bucket_of(const struct employer_cache *cache, int32_t number)
{
	return ((uint32_t)number * UINT32_C(2654435761) >> 8) & (cache->bucket_count - 1);
}

/* Its number is known from now on. */
static void number_put(struct employer_cache *cache, struct employer *employer, int32_t number)
{
	struct employer **bucket = &cache->numbered[bucket_of(cache, number)];

	employer->number = number;
	employer->next_numbered = *bucket;
	*bucket = employer;
}

/* Nothing when it has no number yet. */
static void number_drop(struct employer_cache *cache, const struct employer *employer)
{
	struct employer **link = &cache->numbered[bucket_of(cache, employer->number)];

	while (*link != NULL && *link != employer)
		link = &(*link)->next_numbered;
	if (*link != NULL)
		*link = employer->next_numbered;
}

/* Removes and frees the employers that `goes` holds for. */
static void forget_where(struct employer_cache *cache, bool (*goes)(const struct employer *employer, const void *what), const void *what)
{
	for (size_t i = 0; i < cache->bucket_count; i++) {
		struct employer **link = &cache->buckets[i];

		while (*link != NULL) {
			struct employer *employer = *link;

			if (!goes(employer, what)) {
				link = &employer->next;
				continue;
			}
			*link = employer->next;
			number_drop(cache, employer);
			employer_free(employer);
			cache->count--;
		}
	}
}

static bool is_same(const struct employer *employer, const void *what)
{
	return employer == what;
}

static bool is_of_partition(const struct employer *employer, const void *what)
{
	int32_t partition = *(const int32_t *)what;

	return partition < 0 || employer->partition == partition;
}

static bool is_changed(const struct employer *employer, const void *what)
{
	(void)what;
	return employer->changed || employer->is_new;
}

void employer_cache_done(struct employer_cache *cache)
{
	employer_forget_partition(cache, -1);
	free(cache->buckets);
	free(cache->numbered);
	*cache = (struct employer_cache){0};
}

void employer_forget(struct employer_cache *cache, struct employer *employer)
{
	forget_where(cache, is_same, employer);
}

void employer_forget_partition(struct employer_cache *cache, int32_t partition)
{
	forget_where(cache, is_of_partition, &partition);
}

void employer_forget_changed(struct employer_cache *cache)
{
	forget_where(cache, is_changed, NULL);
}

void employer_keep_changed(struct employer_cache *cache)
{
	for (size_t i = 0; i < cache->bucket_count; i++)
		for (struct employer *employer = cache->buckets[i]; employer != NULL; employer = employer->next) {
			employer->changed = false;
			employer->is_new = false;
		}
}

struct employer *employer_find(const struct employer_cache *cache, struct view employer_id)
{
	for (struct employer *employer = cache->buckets[bucket_of(cache, murmur2(employer_id))]; employer != NULL; employer = employer->next)
		if (view_equal(employer->employer_id, employer_id))
			return employer;
	return NULL;
}

struct employer *employer_numbered(const struct employer_cache *cache, int32_t number)
{
	for (struct employer *employer = cache->numbered[bucket_of(cache, number)]; employer != NULL; employer = employer->next_numbered)
		if (employer->number == number)
			return employer;
	return NULL;
}

static void grow(struct employer_cache *cache)
{
	struct employer **old = cache->buckets;
	size_t old_count = cache->bucket_count;

	free(cache->numbered);
	cache->bucket_count *= 2;
	make_buckets(cache);
	for (size_t i = 0; i < old_count; i++)
		while (old[i] != NULL) {
			struct employer *employer = old[i];
			size_t bucket = bucket_of(cache, murmur2(employer->employer_id));

			old[i] = employer->next;
			employer->next = cache->buckets[bucket];
			cache->buckets[bucket] = employer;
			number_put(cache, employer, employer->number);
		}
	free(old);
}

/* A new entry; an older one of the same id goes. */
static struct employer *entry_new(struct employer_cache *cache, struct view employer_id)
{
	struct employer *old = employer_find(cache, employer_id);
	struct employer *employer = calloc(1, sizeof *employer);
	uint8_t *id = malloc(employer_id.len + 1);
	size_t bucket;

	if (employer == NULL || id == NULL)
		abort();
	if (old != NULL)
		employer_forget(cache, old);
	if (cache->count >= cache->bucket_count)
		grow(cache);
	memcpy(id, employer_id.ptr, employer_id.len);
	employer->id = id;
	employer->employer_id = view_of(id, employer_id.len);
	employer->last_erased_at = INT64_MIN;
	bucket = bucket_of(cache, murmur2(employer->employer_id));
	employer->next = cache->buckets[bucket];
	cache->buckets[bucket] = employer;
	cache->count++;
	return employer;
}

/* Puts a state that is made in `arena` (heap) in the place of the present one. */
static void state_put(struct employer *employer, const struct employer_state *state, struct arena *arena)
{
	if (employer->arena != NULL) {
		arena_done(employer->arena);
		free(employer->arena);
	}
	employer->arena = arena;
	employer->state = state;
}

static struct arena *arena_on_heap(void)
{
	struct arena *arena = calloc(1, sizeof *arena);

	if (arena == NULL)
		abort();
	return arena;
}

static bool employer_read(struct employer_cache *cache, const struct rows *rows, int row, struct error *error)
{
	struct employer *employer = entry_new(cache, row_text(rows, row, 1));
	struct seal_subject subject;
	struct arena *arena = arena_on_heap();
	void *record = NULL;

	number_put(cache, employer, row_int4(rows, row, 0));
	employer->partition = row_int4(rows, row, 2);
	employer->version = row_int8(rows, row, 3);
	employer->last_erased_at = row_int8(rows, row, 5);
	state_put(employer, NULL, arena);
	subject = seal_subject_of(employer->number, 0, employer->version);
	if (!employer_keys_open(cache->keyring, employer->number, row_bytea(rows, row, 6), &employer->keys, error) ||
	    !document_open(cache->registry, &employer_state_schema, employer->keys.key, &subject, row_bytea(rows, row, 4), arena, &record, error)) {
		employer_forget(cache, employer);
		return false;
	}
	/* The plain bytes lie in the arena, and with them all strings. */
	employer->state = record;
	return true;
}

static bool employers_read(void *context, const struct rows *rows, struct error *error)
{
	for (int i = 0; i < rows_count(rows); i++)
		if (!employer_read(context, rows, i, error))
			return false;
	return true;
}

static const struct statement load_by_id = {
	"employer_load_by_id",
	"SELECT e.employer_no, e.employer_id, e.partition, e.version, e.document, e.last_erased_at, s.wrapped_key FROM employer e "
	"JOIN employer_secret s ON s.employer_no = e.employer_no AND s.key_epoch = e.key_epoch WHERE e.employer_id = ANY ($1)"};
static const struct statement load_by_number = {
	"employer_load_by_number",
	"SELECT e.employer_no, e.employer_id, e.partition, e.version, e.document, e.last_erased_at, s.wrapped_key FROM employer e "
	"JOIN employer_secret s ON s.employer_no = e.employer_no AND s.key_epoch = e.key_epoch WHERE e.employer_no = $1"};

bool employer_queue_load(struct employer_cache *cache, struct database *database, struct arena *arena, const struct view *ids, size_t count,
			 struct error *error)
{
	struct parameters parameters;

	parameters_init(&parameters, arena);
	parameters_text_array(&parameters, ids, count);
	return database_queue(database, &load_by_id, &parameters, employers_read, cache, error);
}

bool employer_queue_load_number(struct employer_cache *cache, struct database *database, struct arena *arena, int32_t number, struct error *error)
{
	struct parameters parameters;

	parameters_init(&parameters, arena);
	parameters_int4(&parameters, number);
	return database_queue(database, &load_by_number, &parameters, employers_read, cache, error);
}

struct due {
	struct employer_cache *cache;
	int32_t *numbers;
	size_t count;
};

static bool due_read(void *context, const struct rows *rows, struct error *error)
{
	struct due *due = context;

	for (int i = 0; i < rows_count(rows); i++) {
		if (!employer_read(due->cache, rows, i, error))
			return false;
		due->numbers[due->count++] = row_int4(rows, i, 0);
	}
	return true;
}

bool employer_load_due(struct employer_cache *cache, int32_t partition, int32_t year, int32_t most, struct database *database, struct arena *arena,
		       int32_t *ret_numbers, size_t *ret_count, struct error *error)
{
	static const struct statement select = {
		"employer_load_due",
		"SELECT e.employer_no, e.employer_id, e.partition, e.version, e.document, e.last_erased_at, s.wrapped_key FROM employer e "
		"JOIN employer_secret s ON s.employer_no = e.employer_no AND s.key_epoch = e.key_epoch "
		"WHERE e.state = 'ACTIVE' AND e.age_year < $2 AND e.partition = $1 ORDER BY e.employer_no LIMIT $3"};
	struct due due = {.cache = cache, .numbers = ret_numbers};
	struct parameters parameters;

	parameters_init(&parameters, arena);
	parameters_int4(&parameters, partition);
	parameters_int4(&parameters, year);
	parameters_int4(&parameters, most);
	if (!database_run(database, &select, &parameters, due_read, &due, error))
		return false;
	*ret_count = due.count;
	return true;
}

struct due_list {
	bool *due;
	int32_t partitions;
};

static bool due_partitions_read(void *context, const struct rows *rows, struct error *error)
{
	struct due_list *list = context;

	(void)error;
	for (int i = 0; i < rows_count(rows); i++) {
		int32_t partition = row_int4(rows, i, 0);

		if (partition >= 0 && partition < list->partitions)
			list->due[partition] = true;
	}
	return true;
}

bool employer_find_due(int32_t year, int32_t partitions, struct database *database, struct arena *arena, bool *ret_due, struct error *error)
{
	static const struct statement select = {"employer_find_due",
						"SELECT DISTINCT partition FROM employer WHERE state = 'ACTIVE' AND age_year < $1"};
	struct due_list list = {.due = ret_due, .partitions = partitions};
	struct parameters parameters;

	memset(ret_due, 0, (size_t)partitions * sizeof *ret_due);
	parameters_init(&parameters, arena);
	parameters_int4(&parameters, year);
	return database_run(database, &select, &parameters, due_partitions_read, &list, error);
}

static bool number_read(void *context, const struct rows *rows, struct error *error)
{
	(void)error;
	*(int32_t *)context = (int32_t)row_int8(rows, 0, 0);
	return true;
}

bool employer_create(struct employer_cache *cache, struct database *database, struct view employer_id, int32_t partition, struct employer **ret,
		     struct error *error)
{
	static const struct statement next_number = {"employer_next_number", "SELECT nextval('employer_number')"};
	struct employer *employer;
	int32_t number = 0;

	if (!database_run(database, &next_number, NULL, number_read, &number, error))
		return false;
	employer = entry_new(cache, employer_id);
	number_put(cache, employer, number);
	employer->partition = partition;
	employer->is_new = true;
	if (!employer_keys_create(cache->keyring, number, &employer->keys, error)) {
		employer_forget(cache, employer);
		return false;
	}
	*ret = employer;
	return true;
}

void employer_change(struct employer *employer, const struct employer_state *state)
{
	struct arena *arena = arena_on_heap();
	const struct employer_state *copy = record_copy(&employer_state_schema, arena, state);

	state_put(employer, copy, arena);
	employer->changed = true;
}

bool employer_rekey(struct employer_cache *cache, struct employer *employer, struct error *error)
{
	struct employer_keys keys = {0};

	if (!employer_keys_create(cache->keyring, employer->number, &keys, error))
		return false;
	employer_keys_done(&employer->keys);
	employer->keys = keys;
	employer_keys_done(&keys);
	employer->has_poison_key = false;
	employer->changed = employer->rekeyed = true;
	return true;
}

void employer_note_erasure(struct employer *employer, int64_t erased_at)
{
	if (erased_at > employer->last_erased_at)
		employer->last_erased_at = erased_at;
	employer->changed = true;
}

static const struct statement employer_upsert = {
	"employer_upsert",
	"INSERT INTO employer (employer_no, employer_id, partition, state, key_epoch, version, document, last_erased_at, age_year) "
	"VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT (employer_no) DO UPDATE SET state = excluded.state, key_epoch = excluded.key_epoch, "
	"version = excluded.version, document = excluded.document, last_erased_at = excluded.last_erased_at, age_year = excluded.age_year"};
static const struct statement secret_insert = {"employer_secret_insert",
					       "INSERT INTO employer_secret (employer_no, key_epoch, wrapped_key) VALUES ($1, $2, $3)"};

static const struct statement secret_delete = {"employer_secret_delete", "DELETE FROM employer_secret WHERE employer_no = $1"};

static bool secret_queue_delete(const struct employer *employer, struct database *database, struct arena *arena, struct error *error)
{
	struct parameters parameters;

	parameters_init(&parameters, arena);
	parameters_int4(&parameters, employer->number);
	return database_queue(database, &secret_delete, &parameters, NULL, NULL, error);
}

static bool secret_queue_write(const struct employer_cache *cache, struct employer *employer, struct database *database, struct arena *arena,
			       struct error *error)
{
	uint8_t wrapped[WRAPPED_KEY_LEN];
	struct parameters parameters;

	employer_keys_wrap(cache->keyring, employer->number, &employer->keys, wrapped);
	parameters_init(&parameters, arena);
	parameters_int4(&parameters, employer->number);
	parameters_int4(&parameters, (int32_t)employer->keys.epoch);
	parameters_bytea(&parameters, view_of(wrapped, sizeof wrapped));
	return database_queue(database, &secret_insert, &parameters, NULL, NULL, error);
}

static bool employer_queue_one(const struct employer_cache *cache, struct employer *employer, struct database *database, struct arena *arena,
			       struct error *error)
{
	struct seal_subject subject = seal_subject_of(employer->number, 0, employer->version + 1);
	struct parameters parameters;
	struct view sealed = VIEW_NULL;

	if (!document_seal(&employer_state_schema, employer->state, employer->keys.key, employer->keys.epoch, &subject, arena, &sealed, error))
		return false;
	employer->version++;
	parameters_init(&parameters, arena);
	parameters_int4(&parameters, employer->number);
	parameters_text(&parameters, employer->employer_id);
	parameters_int4(&parameters, employer->partition);
	parameters_text(&parameters, view_text(employer_lifecycle_name(employer->state->state)));
	parameters_int4(&parameters, (int32_t)employer->keys.epoch);
	parameters_int8(&parameters, employer->version);
	parameters_bytea(&parameters, sealed);
	parameters_int8(&parameters, employer->last_erased_at);
	parameters_int4(&parameters, employer->state->age_year);
	if (!database_queue(database, &employer_upsert, &parameters, NULL, NULL, error))
		return false;
	if (employer->rekeyed && !secret_queue_delete(employer, database, arena, error))
		return false;
	return (!employer->is_new && !employer->rekeyed) || secret_queue_write(cache, employer, database, arena, error);
}

bool employer_queue_write(struct employer_cache *cache, struct database *database, struct arena *arena, struct error *error)
{
	for (size_t i = 0; i < cache->bucket_count; i++)
		for (struct employer *employer = cache->buckets[i]; employer != NULL; employer = employer->next)
			if (employer->changed && !employer_queue_one(cache, employer, database, arena, error))
				return false;
	return true;
}
