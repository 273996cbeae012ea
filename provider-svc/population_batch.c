/* Batches of population.<provider>: from records to rows. What the vault wrote and this binary cannot read stops the partition: never a guess. */
#include "common/base/crash_point.h"
#include "common/config/log.h"
#include "common/stream/stream.h"
#include "provider-svc/provider.h"
#include "provider-svc/store/population_store.h"

/* batch->state; all but the messages is fold's. */
struct population_state {
	struct message *messages;
	struct population_fold *fold;
	struct population_load load;
};

static const struct schema *const accepted[] = {&population_employment_schema, &population_absence_schema, &population_unit_schema,
						&population_marker_schema};

enum { ACCEPTED_COUNT = sizeof accepted / sizeof accepted[0] };

static bool stop_at(const struct stream_record *record, const char *code, const char *what, struct error *error)
{
	return error_set(error, DISPOSITION_STOP, code, "population", "partition %d offset %lld: %s", record->partition, (long long)record->offset,
			 what);
}

static struct view employer_of(const struct message *message)
{
	if (message->schema == &population_employment_schema)
		return ((const struct population_employment *)message->record)->employer_id;
	if (message->schema == &population_absence_schema)
		return ((const struct population_absence *)message->record)->employer_id;
	if (message->schema == &population_unit_schema)
		return ((const struct population_unit *)message->record)->employer_id;
	return ((const struct population_marker *)message->record)->employer_id;
}

/* What cannot be read stops the partition: decoded again by the work stage, it says so. */
bool population_batch_decode(const struct provider *provider, struct stream_batch *batch, struct error *error)
{
	struct population_state *state = arena_take(&batch->arena, sizeof *state);
	struct message *messages = arena_array(&batch->arena, batch->count + 1, sizeof *messages);

	for (size_t i = 0; i < batch->count; i++) {
		const struct stream_record *record = &batch->records[i];
		struct error fault;

		if (view_is_null(record->value))
			continue;
		if (!message_decode(provider->registry, record->value, accepted, ACCEPTED_COUNT, &batch->arena, &messages[i], &fault))
			return stop_at(record, fault.code, "not a population record that this binary can read; upgrade provider-svc before vault-svc",
				       error);
		if (messages[i].faults.count > 0)
			return stop_at(record, fault_code_name(messages[i].faults.items[0].code),
				       "a population record that breaks its schema's limits", error);
	}
	state->messages = messages;
	batch->state = state;
	return true;
}

static bool fold_record(struct population_fold *fold, const struct stream_record *record, const struct message *message)
{
	if (view_is_null(record->value)) {
		population_fold_tombstone(fold, record->key);
		return record->key.len == POPULATION_KEY_LEN;
	}
	if (message->schema == &population_employment_schema)
		return population_fold_employment(fold, record->key, message->record);
	if (message->schema == &population_absence_schema)
		return population_fold_absence(fold, record->key, message->record);
	if (message->schema == &population_unit_schema)
		return population_fold_unit(fold, record->key, message->record);
	return population_fold_marker(fold, record->key, message->record);
}

bool population_batch_fold(struct provider *provider, struct stream_batch *batch, struct database *database, struct error *error)
{
	struct population_state *state = batch->state;
	struct population_employer *employers;
	struct population_fold *fold = arena_take(&batch->arena, sizeof *fold);
	struct name_set names;
	size_t employer_count = 0;

	name_set_init(&names, &batch->arena, batch->count);
	if (!population_load_known(provider, batch, database, error))
		return false;
	state->load = provider->loads[batch->partition];
	if (state->load.number == 0)
		return error_set(error, DISPOSITION_STOP, "NO_LOAD", "population_load",
				 "no load of partition %d has begun: were its tables emptied? empty stream_current too, then it is read again",
				 batch->partition);
	for (size_t i = 0; i < batch->count; i++) {
		if (!view_is_null(batch->records[i].value))
			(void)name_set_put(&names, employer_of(&state->messages[i]), NULL);
	}
	employers = arena_array(&batch->arena, names.count + 1, sizeof *employers);
	if (names.count > 0 &&
	    !population_store_employers(database, &batch->arena, &state->load, names.names, names.count, employers, &employer_count, error))
		return false;
	population_fold_init(fold, &batch->arena, batch->count, employers, employer_count);
	for (size_t i = 0; i < batch->count; i++) {
		if (!fold_record(fold, &batch->records[i], &state->messages[i]))
			return stop_at(&batch->records[i], "KEY", "the record's key is not the one its content asks for", error);
	}
	for (size_t i = 0; i < fold->employer_count; i++) {
		if (fold->employers[i].changed)
			log_event(LOG_LEVEL_INFO, "population_marker", log_int("partition", batch->partition),
				  log_int("generation", fold->employers[i].begun_generation),
				  log_int("complete", fold->employers[i].complete_generation), log_bool("ended", fold->employers[i].ended));
	}
	state->fold = fold;
	CRASH_POINT(provider_population_folded);
	return true;
}

bool population_batch_write(struct provider *provider, struct stream_batch *batch, struct database *database, struct error *error)
{
	const struct population_state *state = batch->state;

	(void)provider;
	if (!population_store_write(database, state->fold, &state->load, error))
		return false;
	CRASH_POINT(provider_population_written);
	return true;
}
