#include "vault-svc/vault.h"

#include "common/base/crash_point.h"
#include "common/config/log.h"
#include "common/crypto/digest.h"
#include "common/operate/service.h"
#include "schemas/codec/text.h"
#include "vault-svc/changes.h"
#include "vault-svc/command_batch.h"
#include "vault-svc/core/event.h"
#include "vault-svc/ending.h"
#include "vault-svc/hr_batch.h"
#include "vault-svc/intake.h"
#include "vault-svc/notice.h"
#include "vault-svc/request_batch.h"
#include "vault-svc/restoration.h"
#include "vault-svc/run.h"
#include "vault-svc/store/records/records.h"
#include "vault-svc/store/secret_store.h"

#include <stdio.h>

bool employer_id_is_possible(struct view text)
{
	size_t characters = 0;

	return text.len > 0 && memchr(text.ptr, '\0', text.len) == NULL && text_is_utf8(text, &characters) && characters <= 40;
}

const char *vault_topic(struct vault *vault, const char *prefix, struct view provider_id)
{
	size_t before = strlen(prefix);
	char *name;

	for (size_t i = 0; i < vault->topic_count; i++)
		if (strncmp(vault->topics[i], prefix, before) == 0 && view_equal(view_text(vault->topics[i] + before), provider_id))
			return vault->topics[i];
	name = arena_take(&vault->forever, before + provider_id.len + 1);
	(void)snprintf(name, before + provider_id.len + 1, "%s%.*s", prefix, (int)provider_id.len, (const char *)provider_id.ptr);
	if (vault->topic_count < VAULT_TOPICS_MAX)
		vault->topics[vault->topic_count++] = name;
	return name;
}

static bool has_source(const struct vault *vault, struct view source)
{
	for (size_t i = 0; i < vault->input_count; i++)
		if (view_equal(vault->inputs[i].source, source))
			return true;
	return false;
}

static const struct vault_input *add_input(struct vault *vault, enum vault_input_kind kind, const char *topic, struct view source)
{
	struct vault_input *input;

	if (vault->input_count == STREAM_INPUTS_MAX)
		return NULL;
	input = &vault->inputs[vault->input_count];
	*input = (struct vault_input){.kind = kind, .topic = topic, .source = source};
	vault->input_count++;
	return input;
}

/* Topics of HR sources that are not read yet. */
static bool add_sources(struct vault *vault, struct error *error)
{
	for (size_t i = 0; i < vault->trust.count; i++) {
		const struct trust_party *party = &vault->trust.parties[i];
		const struct vault_input *input;

		if (party->kind != TRUST_SOURCE || has_source(vault, party->name))
			continue;
		input = add_input(vault, VAULT_HR_EVENTS, vault_topic(vault, "hr.events.", party->name), arena_copy(&vault->forever, party->name));
		if (input == NULL) {
			log_event(LOG_LEVEL_ERROR, "sources_left_out", log_int("most", VAULT_SOURCES_MAX),
				  log_text("remedy", "vault-svc check; sources that were removed count until the service is started again"));
			return true;
		}
		if (vault->stream != NULL &&
		    !stream_add_input(vault->stream, &(struct stream_input){.topic = input->topic, .class = STREAM_EVENTS}, error))
			return false;
	}
	return true;
}

bool vault_refresh_trust(struct vault *vault, struct database *database, struct error *error)
{
	int64_t version = 0;

	if (!trust_queue_version(database, &version, error) || !database_sync(database, error))
		return false;
	if (version == vault->trust.version)
		return true;
	if (!trust_load(&vault->trust, database, error))
		return false;
	log_event(LOG_LEVEL_INFO, "trust_loaded", log_int("version", vault->trust.version), log_int("parties", (int64_t)vault->trust.count));
	return add_sources(vault, error);
}

static bool open_keys(struct vault *vault, struct error *error)
{
	static const struct schema_set *const sets[] = {&messages_schemas, &state_schemas, &records_schemas};

	return keyring_load(vault->options->master_key_file, &vault->keyring, error) &&
	       sign_pair_load(vault->options->signing_key_file, &vault->sign, error) &&
	       box_pair_load(vault->options->box_key_file, &vault->box, error) &&
	       schema_registry_new(sets, sizeof sets / sizeof sets[0], &vault->registry, error);
}

static bool open_database(struct vault *vault, struct error *error)
{
	struct database *database CLEANUP(database_free_p) = NULL;
	bool made;

	return database_open(vault->options->database, &database, error) &&
	       secret_create(database, vault->keyring, "kluis-id", &vault->scratch, &made, error) &&
	       secret_load(database, vault->keyring, "kluis-id", vault->hidden_secret, &vault->scratch, error) &&
	       vault_refresh_trust(vault, database, error);
}

bool vault_open(const struct vault_options *options, struct vault **ret, struct error *error)
{
	struct vault *vault = calloc(1, sizeof *vault);
	char issuer[64];

	if (vault == NULL)
		abort();
	vault->options = options;
	(void)snprintf(issuer, sizeof issuer, "vault:%s", options->vault_name);
	vault->issuer = arena_copy(&vault->forever, view_text(issuer));
	vault->heads = arena_array(&vault->forever, (size_t)options->partitions, sizeof *vault->heads);
	vault->run_open = arena_array(&vault->forever, (size_t)options->partitions, sizeof *vault->run_open);
	vault->notice_due = arena_array(&vault->forever, (size_t)options->partitions, sizeof *vault->notice_due);
	vault->ending_due = arena_array(&vault->forever, (size_t)options->partitions, sizeof *vault->ending_due);
	vault->restoration_due = arena_array(&vault->forever, (size_t)options->partitions, sizeof *vault->restoration_due);
	vault->year_due = arena_array(&vault->forever, (size_t)options->partitions, sizeof *vault->year_due);
	for (size_t i = 0; i < employee_event_schema.field_count; i++)
		if (strcmp(employee_event_schema.fields[i].name, "bsn") == 0)
			vault->bsn_field = UINT64_C(1) << i;
	(void)add_input(vault, VAULT_COMMANDS, "vault.commands", VIEW_NULL);
	(void)add_input(vault, VAULT_CARE_REQUESTS, "care.requests", VIEW_NULL);
	(void)add_input(vault, VAULT_DOSSIER_STATUS, "dossier.status", VIEW_NULL);
	(void)add_input(vault, VAULT_HR_EVENTS, "hr.events", VIEW_NULL);
	if (!open_keys(vault, error)) {
		vault_close(vault);
		return false;
	}
	employer_cache_init(&vault->employers, vault->keyring, vault->registry);
	digest_cache_init(&vault->digests, (size_t)options->digest_cache_entries);
	if (!open_database(vault, error)) {
		vault_close(vault);
		return false;
	}
	*ret = vault;
	return true;
}

void vault_close(struct vault *vault)
{
	if (vault == NULL)
		return;
	stream_free(vault->stream);
	if (vault->employers.buckets != NULL) {
		changes_discarded(vault);
		employer_cache_done(&vault->employers);
	}
	digest_cache_done(&vault->digests);
	trust_done(&vault->trust);
	keyring_free(vault->keyring);
	sign_pair_free(vault->sign);
	box_pair_free(vault->box);
	schema_registry_free(vault->registry);
	arena_done(&vault->scratch);
	arena_done(&vault->forever);
	secret_wipe(vault->hidden_secret, sizeof vault->hidden_secret);
	free(vault);
}

static bool decode_batch(void *context, struct stream_batch *batch, struct error *error)
{
	(void)error;
	intake_batch(context, batch);
	return true;
}

static bool fold_batch(void *context, struct stream_batch *batch, struct database *database, struct error *error)
{
	struct changes *changes = changes_begin(context, batch, database, batch->count);

	if (!restoration_prepare(context, batch, database, error))
		return false;
	switch (batch->class) {
	case STREAM_COMMANDS:
		return command_batch_fold(changes, error);
	case STREAM_REQUESTS:
		return request_batch_fold(changes, error);
	case STREAM_EVENTS:
		return hr_batch_fold(changes, error);
	case STREAM_WORK:
		break;
	}
	return error_set(error, DISPOSITION_STOP, "CLASS", "vault", "a batch of a class that the vault does not read");
}

static bool write_batch(void *context, struct stream_batch *batch, struct database *database, struct error *error)
{
	const struct vault *vault = context;

	(void)batch;
	(void)database;
	return vault->changes == NULL || changes_write(vault->changes, error);
}

static void batch_committed(void *context, struct stream_batch *batch)
{
	const struct vault *vault = context;

	if (batch->class == STREAM_WORK)
		CRASH_POINT(run_step_committed);
	if (vault->changes != NULL)
		changes_committed(vault->changes);
}

static void batch_discarded(void *context, struct stream_batch *batch)
{
	(void)batch;
	changes_discarded(context);
}

static bool work_step(void *context, struct stream_batch *batch, struct database *database, bool *ret_did, struct error *error)
{
	return restoration_prepare(context, batch, database, error) && notice_step(context, batch, database, ret_did, error) &&
	       (*ret_did || ending_step(context, batch, database, ret_did, error)) &&
	       (*ret_did || run_step(context, batch, database, ret_did, error));
}

/* Caches of a partition: another may have owned it in between. */
static void partition_changed(void *context, int32_t partition)
{
	struct vault *vault = context;

	employer_forget_partition(&vault->employers, partition);
	digest_cache_clear(&vault->digests);
	vault->heads[partition] = (struct audit_heads){0};
	vault->run_open[partition] = true;
	vault->notice_due[partition] = true;
	vault->ending_due[partition] = true;
	vault->restoration_due[partition] = true;
	vault->withheld_known = false;
}

/* kluis-ids on a provider's topic tell nothing that another provider's do. */
static bool hidden_id_key(void *context, const char *topic, uint8_t ret_key[static 32])
{
	static const char *const prefixes[] = {"population.", "share.", "care.results."};
	const struct vault *vault = context;

	for (size_t i = 0; i < sizeof prefixes / sizeof prefixes[0]; i++)
		if (strncmp(topic, prefixes[i], strlen(prefixes[i])) == 0) {
			digest_of(vault->hidden_secret, view_text(topic), ret_key, CRYPTO_KEY_LEN);
			return true;
		}
	return false;
}

void vault_stream_options(struct vault *vault, struct stream_options *ret)
{
	static const char *const outputs[] = {"vault.results", "vault.reports", "vault.erasures"};
	const struct vault_options *options = vault->options;
	struct stream_input *inputs = arena_array(&vault->forever, STREAM_INPUTS_MAX, sizeof *inputs);
	const char **known = arena_array(&vault->forever, 3 + 3 * vault->trust.count, sizeof *known);
	size_t known_count = 0;

	for (size_t i = 0; i < vault->input_count; i++) {
		static const enum stream_class classes[] = {[VAULT_HR_EVENTS] = STREAM_EVENTS,
							    [VAULT_COMMANDS] = STREAM_COMMANDS,
							    [VAULT_CARE_REQUESTS] = STREAM_REQUESTS,
							    [VAULT_DOSSIER_STATUS] = STREAM_REQUESTS};

		inputs[i] = (struct stream_input){.topic = vault->inputs[i].topic, .class = classes[vault->inputs[i].kind]};
	}
	for (size_t i = 0; i < 3; i++)
		known[known_count++] = outputs[i];
	for (size_t i = 0; i < vault->trust.count; i++) {
		if (vault->trust.parties[i].kind != TRUST_PROVIDER)
			continue;
		known[known_count++] = vault_topic(vault, "population.", vault->trust.parties[i].name);
		known[known_count++] = vault_topic(vault, "share.", vault->trust.parties[i].name);
		known[known_count++] = vault_topic(vault, "care.results.", vault->trust.parties[i].name);
	}
	*ret = (struct stream_options){
		.instance = options->instance,
		.group = vault_group(options, &vault->forever),
		.database = options->database,
		.kafka = options->kafka.options,
		.kafka_count = options->kafka.count,
		.inputs = inputs,
		.input_count = vault->input_count,
		.outputs = known,
		.output_count = known_count,
		.partitions = (int32_t)options->partitions,
		.batch_records = (int32_t)options->batch_records,
		.session_timeout_ms = (int32_t)options->session_timeout_ms,
		.drain_limit_ms = (int32_t)options->drain_limit,
	};
}

bool vault_run(struct vault *vault, struct error *error)
{
	const struct stream_application application = {
		.context = vault,
		.decode = decode_batch,
		.fold = fold_batch,
		.write = write_batch,
		.committed = batch_committed,
		.discarded = batch_discarded,
		.work = work_step,
		.assigned = partition_changed,
		.revoked = partition_changed,
		.hidden_id_key = hidden_id_key,
	};
	struct stream_options options;

	vault_stream_options(vault, &options);
	return stream_new(&options, &application, &vault->stream, error) && service_run(vault->stream, error);
}
