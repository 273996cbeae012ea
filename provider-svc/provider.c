#include "provider-svc/provider.h"

#include <stdio.h>

#include "common/config/log.h"
#include "common/operate/service.h"
#include "common/operate/topic_setup.h"
#include "common/stream/stream.h"

static bool init(struct provider *provider, const struct config_table *table, const char *config_path, struct error *error)
{
	const struct schema_set *const sets[] = {&messages_schemas};
	enum log_level level;
	char *issuer;
	size_t room;

	if (!crypto_start(error) || !config_load(table, config_path, &provider->arena, &provider->options, &provider->kafka, error))
		return false;
	if (!log_level_parse(provider->options.log_level, &level))
		return error_set(error, DISPOSITION_STOP, "CONFIG", "log_level", "debug, info, warning or error");
	log_set_level(level);
	room = strlen(provider->options.provider_id) + sizeof "provider-svc.";
	if (provider->options.group[0] == '\0') {
		char *group = arena_take(&provider->arena, room);

		(void)snprintf(group, room, "provider-svc.%s", provider->options.provider_id);
		provider->options.group = group;
	}
	issuer = arena_take(&provider->arena, room);
	(void)snprintf(issuer, room, "provider:%s", provider->options.provider_id);
	provider->issuer = view_text(issuer);
	topics_of(&provider->options, &provider->arena, &provider->topics);
	return schema_registry_new(sets, 1, &provider->registry, error);
}

bool provider_init(struct provider *provider, const char *config_path, bool keys, struct error *error)
{
	*provider = (struct provider){0};
	if (!init(provider, &options_table, config_path, error))
		return false;
	return !keys || (keyring_load(provider->options.master_key_file, &provider->keyring, error) &&
			 sign_pair_load(provider->options.signing_key_file, &provider->signing, error) &&
			 box_pair_load(provider->options.box_key_file, &provider->box, error));
}

bool provider_init_replay(struct provider *provider, const char *config_path, struct error *error)
{
	struct config_table table;

	*provider = (struct provider){0};
	options_table_replay(&provider->arena, &table);
	return init(provider, &table, config_path, error);
}

struct key_files provider_key_files(const struct provider *provider)
{
	return (struct key_files){
		.master = provider->options.master_key_file, .signing = provider->options.signing_key_file, .box = provider->options.box_key_file};
}

void provider_done(struct provider *provider)
{
	schema_registry_free(provider->registry);
	keyring_free(provider->keyring);
	sign_pair_free(provider->signing);
	box_pair_free(provider->box);
	arena_done(&provider->arena);
}

/* ---- the engine's callbacks ---- */

/* Which input a batch is of: it is of one class, and each input has a class of its own. */
static uint32_t input_of(const struct stream_batch *batch)
{
	return batch->count > 0 ? batch->records[0].input : INPUT_POPULATION;
}

/* What crashed the process may have done so here: it is not looked at again. */
static bool decode(void *context, struct stream_batch *batch, struct error *error)
{
	if (batch->unprocessable != NULL)
		return true;
	switch (input_of(batch)) {
	case INPUT_ACTIONS:
		return action_batch_decode(context, batch, error);
	case INPUT_SHARE:
		return share_batch_decode(context, batch, error);
	default:
		return population_batch_decode(context, batch, error);
	}
}

/* Guard: nothing of the vault's is ever passed over. */
static bool refuse(const struct stream_batch *batch, struct error *error)
{
	return error_set(
		error, DISPOSITION_STOP, "UNPROCESSABLE", batch->unprocessable,
		"partition %d offset %lld: a record of the vault crashed this service twice, or its database refuses it; it is not passed over: "
		"mend that or upgrade, and start again; after crashes empty stream_attempt first",
		batch->partition, (long long)batch->records[0].offset);
}

static bool fold(void *context, struct stream_batch *batch, struct database *database, struct error *error)
{
	if (input_of(batch) == INPUT_ACTIONS)
		return action_batch_fold(context, batch, database, error);
	if (batch->unprocessable != NULL)
		return refuse(batch, error);
	return input_of(batch) == INPUT_SHARE ? share_batch_fold(context, batch, database, error)
					      : population_batch_fold(context, batch, database, error);
}

static bool write_rows(void *context, struct stream_batch *batch, struct database *database, struct error *error)
{
	if (batch->class == STREAM_WORK)
		return population_load_write(batch, database, error);
	switch (input_of(batch)) {
	case INPUT_ACTIONS:
		return action_batch_write(context, batch, database, error);
	case INPUT_SHARE:
		return share_batch_write(context, batch, database, error);
	default:
		return population_batch_write(context, batch, database, error);
	}
}

static void committed(void *context, struct stream_batch *batch)
{
	if (batch->class == STREAM_WORK)
		population_load_committed(context, batch);
}

static void nothing_kept(void *context, struct stream_batch *batch)
{
	(void)context;
	(void)batch;
}

static bool read_again(void *context, struct stream_batch *batch, struct database *database, const struct stream_again *again, struct error *error)
{
	(void)context;
	(void)database;
	(void)error;
	population_load_begin(batch, again);
	return true;
}

static bool work(void *context, struct stream_batch *batch, struct database *database, bool *ret_did, struct error *error)
{
	if (batch->unprocessable != NULL)
		return error_set(error, DISPOSITION_STOP, batch->unprocessable, "population", "partition %d: a load cannot be ended",
				 batch->partition);
	return population_load_step(context, batch, database, ret_did, error);
}

static void partition_changed(void *context, int32_t partition)
{
	struct provider *provider = context;

	provider->loads[partition] = (struct population_load){0};
}

static bool hidden_id_key(void *context, const char *topic, uint8_t ret_key[static 32])
{
	(void)context;
	(void)topic;
	(void)ret_key;
	return false;
}

/* Asked at start only: whoever changes it starts the service anew. */
static int64_t tombstones_kept(const struct provider *provider)
{
	service_hold_signals();
	return topic_tombstones_ms(provider->kafka.options, provider->kafka.count, provider->topics.population);
}

void provider_inputs(const struct provider *provider, struct stream_input ret[static INPUT_COUNT])
{
	ret[INPUT_POPULATION] = (struct stream_input){.topic = provider->topics.population,
						      .class = STREAM_EVENTS,
						      .sequenced = true,
						      .compacted = true,
						      .tombstones_ms = tombstones_kept(provider)};
	ret[INPUT_SHARE] = (struct stream_input){.topic = provider->topics.share, .class = STREAM_REQUESTS, .sequenced = true, .signed_ = true};
	ret[INPUT_ACTIONS] = (struct stream_input){.topic = provider->topics.commands, .class = STREAM_COMMANDS};
}

void provider_stream_options(const struct provider *provider, const struct stream_input inputs[static INPUT_COUNT], struct stream_options *ret)
{
	*ret = (struct stream_options){
		.instance = provider->options.instance,
		.group = provider->options.group,
		.database = provider->options.database,
		.kafka = provider->kafka.options,
		.kafka_count = provider->kafka.count,
		.inputs = inputs,
		.input_count = INPUT_COUNT,
		.outputs = &provider->topics.status,
		.output_count = 1,
		.partitions = (int32_t)provider->options.partitions,
		.batch_records = (int32_t)provider->options.batch_records,
		.session_timeout_ms = (int32_t)provider->options.session_timeout_ms,
		.drain_limit_ms = (int32_t)provider->options.drain_limit,
	};
}

bool provider_run(struct provider *provider, struct error *error)
{
	struct stream_input inputs[INPUT_COUNT];
	struct stream_options options;
	const struct stream_application application = {
		.context = provider,
		.decode = decode,
		.fold = fold,
		.write = write_rows,
		.committed = committed,
		.discarded = nothing_kept,
		.work = work,
		.read_again = read_again,
		.assigned = partition_changed,
		.revoked = partition_changed,
		.hidden_id_key = hidden_id_key,
	};
	struct stream *stream = NULL;
	bool done;

	provider->loads = arena_array(&provider->arena, (size_t)provider->options.partitions, sizeof *provider->loads);
	provider_inputs(provider, inputs);
	provider_stream_options(provider, inputs, &options);
	if (!stream_new(&options, &application, &stream, error))
		return false;
	log_event(LOG_LEVEL_INFO, "started", log_text("service", "provider-svc"), log_text("version", KLUIS_VERSION),
		  log_text("instance", provider->options.instance), log_text("provider", provider->options.provider_id));
	done = service_run(stream, error);
	stream_free(stream);
	return done;
}
