#include "tests/integration/vault_wiring/wired.h"

#include "common/crypto/digest.h"
#include "vault-svc/command_batch.h"
#include "vault-svc/ending.h"
#include "vault-svc/run.h"
#include "vault-svc/store/records/records.h"
#include "vault-svc/store/vault_schema.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static struct wired *speaking; /* whose batch is under way */
static uint64_t chance_now;

void __wrap_stream_output_add(struct stream_batch *batch, const struct stream_output *output);
void __wrap_entropy_init_random(struct entropy *entropy);
bool __real_digest_cache_has(const struct digest_cache *cache, uint64_t entity, uint64_t content);
bool __wrap_digest_cache_has(const struct digest_cache *cache, uint64_t entity, uint64_t content);
bool __wrap_stream_is_behind(const struct stream *stream, int32_t partition);

static void say(struct buffer *buffer, struct view part)
{
	uint8_t head[5] = {view_is_null(part)};

	memcpy(head + 1, &(uint32_t){(uint32_t)part.len}, 4);
	check(buffer_put(buffer, view_of(head, sizeof head)) && buffer_put(buffer, part));
}

void __wrap_stream_output_add(struct stream_batch *batch, const struct stream_output *output)
{
	struct said_output *copy = arena_take(&speaking->arena, sizeof *copy);

	(void)batch;
	*copy = (struct said_output){.next = speaking->outputs, .topic = output->topic, .value = arena_copy(&speaking->arena, output->value)};
	speaking->outputs = copy;
	say(&speaking->said, view_text(output->topic));
	say(&speaking->said, output->key);
	/* Its hashes are keyed by the employer's own key. */
	if (strcmp(output->topic, "vault.erasures") != 0)
		say(&speaking->said, output->value);
	say(&speaking->said, output->reason == NULL ? VIEW_NULL : view_text(output->reason));
	say(&speaking->said, output->cause.name);
	say(&speaking->said, view_of((const uint8_t *)&output->cause.number, sizeof output->cause.number));
}

void __wrap_entropy_init_random(struct entropy *entropy)
{
	uint8_t seed[CRYPTO_KEY_LEN];

	digest_of(NULL, view_of((const uint8_t *)&chance_now, sizeof chance_now), seed, sizeof seed);
	entropy_init_seed(entropy, seed);
}

bool __wrap_stream_is_behind(const struct stream *stream, int32_t partition)
{
	(void)stream;
	(void)partition;
	return speaking->behind;
}

bool __wrap_digest_cache_has(const struct digest_cache *cache, uint64_t entity, uint64_t content)
{
	bool has = __real_digest_cache_has(cache, entity, content);

	speaking->hits += has;
	return has;
}

static void in_admin(const char *sql)
{
	struct database *admin = NULL;
	struct error error;

	check_ok(database_open(getenv("KLUIS_PG"), &admin, &error) && database_script(admin, sql, &error), &error);
	database_free(admin);
}

struct wired *wired_new(const char *name, int64_t digest_cache_entries)
{
	struct wired *wired;
	struct error error;
	char sql[160];

	if (getenv("KLUIS_PG") == NULL) {
		print_message("skipped: KLUIS_PG is not set (deploy/stack up; eval \"$(deploy/stack env)\")\n");
		skip();
	}
	wired = calloc(1, sizeof *wired);
	check(wired != NULL);
	buffer_init(&wired->said, 64 << 20);
	(void)snprintf(wired->schema, sizeof wired->schema, "wired_%d_%s", (int)getpid(), name);
	(void)snprintf(wired->conninfo, sizeof wired->conninfo, "%s options=-csearch_path=%s", getenv("KLUIS_PG"), wired->schema);
	(void)snprintf(sql, sizeof sql, "DROP SCHEMA IF EXISTS %s CASCADE; CREATE SCHEMA %s", wired->schema, wired->schema);
	in_admin(sql);
	for (size_t i = 0; i < 3; i++)
		(void)snprintf(wired->keys[i], sizeof wired->keys[i], "/tmp/kluis-%s-%zu.key", wired->schema, i);
	check_ok(crypto_start(&error) && keyring_create(wired->keys[0], &error) && sign_pair_create(wired->keys[1], &error) &&
			 box_pair_create(wired->keys[2], &error),
		 &error);
	wired->options = (struct vault_options){
		.instance = "wired",
		.database = wired->conninfo,
		.master_key_file = wired->keys[0],
		.signing_key_file = wired->keys[1],
		.box_key_file = wired->keys[2],
		.vault_name = "vault",
		.partitions = 1,
		.digest_cache_entries = digest_cache_entries,
	};
	check_ok(database_open(wired->conninfo, &wired->database, &error) && vault_schema_setup(wired->database, NULL, &error), &error);
	speaking = wired;
	check_ok(vault_open(&wired->options, &wired->vault, &error), &error);
	return wired;
}

void wired_free(struct wired *wired)
{
	char sql[96];

	if (wired == NULL)
		return;
	vault_close(wired->vault);
	database_free(wired->database);
	(void)snprintf(sql, sizeof sql, "DROP SCHEMA IF EXISTS %s CASCADE", wired->schema);
	in_admin(sql);
	for (size_t i = 0; i < 3; i++)
		(void)unlink(wired->keys[i]);
	buffer_done(&wired->said);
	arena_done(&wired->arena);
	free(wired);
}

struct employer *wired_employer(struct wired *wired, const char *employer_id, enum employer_lifecycle lifecycle)
{
	struct employer_state *state = record_new(&employer_state_schema, &wired->arena);
	struct employer_provider *provider = record_new(&employer_provider_schema, &wired->arena);
	struct employer_cache *cache = &wired->vault->employers;
	struct employer *employer = NULL;
	struct error error;

	provider->provider_id = VIEW_LITERAL("P1");
	state->employer_id = view_text(employer_id);
	state->state = lifecycle;
	state->settings = *(struct employer_settings *)record_new(&employer_settings_schema, &wired->arena);
	state->providers = (struct employer_provider_array){.items = provider, .count = 1};
	check_ok(employer_create(cache, wired->database, view_text(employer_id), 0, &employer, &error), &error);
	employer_change(employer, state);
	check_ok(employer_queue_write(cache, wired->database, &wired->arena, &error) && database_sync(wired->database, &error), &error);
	employer_keep_changed(cache);
	return employer;
}

static void begin(struct wired *wired, uint64_t chance)
{
	speaking = wired;
	chance_now = chance;
	buffer_clear(&wired->said);
	wired->outputs = NULL;
}

/* What was folded is committed: all in one sync is one transaction. */
static void commit(struct wired *wired)
{
	struct error error;

	check_ok(changes_write(wired->vault->changes, &error) && database_sync(wired->database, &error), &error);
	changes_committed(wired->vault->changes);
}

void wired_take(struct wired *wired, enum stream_class class, const struct stream_record *records, size_t count, uint64_t chance)
{
	struct stream_batch batch = {.class = class, .generation = 1, .number = 1, .records = records, .count = count};
	struct changes *changes;
	struct error error;

	begin(wired, chance);
	intake_batch(wired->vault, &batch);
	changes = changes_begin(wired->vault, &batch, wired->database, count);
	check_ok(class == STREAM_COMMANDS ? command_batch_fold(changes, &error) : hr_batch_fold(changes, &error), &error);
	commit(wired);
	arena_done(&batch.arena);
}

bool wired_work(struct wired *wired, const char *unprocessable)
{
	struct stream_batch batch = {.class = STREAM_WORK, .generation = 1, .unprocessable = unprocessable};
	struct error error;
	bool did = false;

	begin(wired, 1);
	check_ok(ending_step(wired->vault, &batch, wired->database, &did, &error), &error);
	if (!did)
		check_ok(run_step(wired->vault, &batch, wired->database, &did, &error), &error);
	if (did)
		commit(wired);
	arena_done(&batch.arena);
	return did;
}

static bool read_number(void *context, const struct rows *rows, struct error *error)
{
	(void)error;
	*(int64_t *)context = rows_count(rows) == 0 ? -1 : row_int8(rows, 0, 0);
	return true;
}

int64_t wired_number(struct wired *wired, const struct statement *statement)
{
	struct error error;
	int64_t number = -1;

	check_ok(database_run(wired->database, statement, NULL, read_number, &number, &error), &error);
	return number;
}

void *wired_said(struct wired *wired, const char *topic, const struct schema *schema)
{
	struct message message = {0};
	struct error error;

	for (const struct said_output *output = wired->outputs; output != NULL; output = output->next)
		if (strcmp(output->topic, topic) == 0) {
			check(message.record == NULL);
			check_ok(message_decode_as(wired->vault->registry, schema, output->value, NULL, &wired->arena, &message, &error), &error);
		}
	check(message.record != NULL);
	return message.record;
}
