#include "vault-svc/cli/recollection.h"

#include <stdlib.h>

#include "common/base/calendar.h"
#include "common/base/clock.h"
#include "common/kafka/admin.h"
#include "common/kafka/reader.h"
#include "vault-svc/core/share.h"
#include "vault-svc/store/command_store.h"

enum { READ_TIMEOUT_MS = 15000 };

/* Reading topics one after the other. */
struct reading {
	const struct vault *vault;
	struct arena *arena;
	struct arena record; /* of one record */
	struct recollection *into;
	struct restoration_share *shares; /* as every event and revocation tells; all are sorted in the end */
	size_t share_count;
	int64_t now_ms;
};

typedef bool record_taker(struct reading *reading, const struct kafka_record *record, struct error *error);

static bool unreadable(const struct kafka_record *record, const char *topic, const struct error *fault, struct error *error)
{
	return error_set(error, DISPOSITION_STOP, fault->code, topic,
			 "partition %d offset %lld: not a record that this binary can read; use a newer one", record->partition,
			 (long long)record->offset);
}

static bool take_erasure(struct reading *reading, const struct kafka_record *record, struct error *error)
{
	struct recollection *into = reading->into;
	const struct erasure_record *erasure;
	struct restoration_erasure row;
	struct message message;
	struct error fault;

	if (view_is_null(record->value))
		return true;
	if (!message_decode_as(reading->vault->registry, &erasure_record_schema, record->value, NULL, &reading->record, &message, &fault))
		return unreadable(record, "vault.erasures", &fault, error);
	erasure = message.record;
	row = (struct restoration_erasure){
		.employer_id = arena_copy(reading->arena, erasure->employer_id),
		.person = erasure->person,
		.erased_at = erasure->erased_at,
		.recorded_at = record->time_ms,
		.key_hash = VIEW_NULL,
	};
	for (size_t i = 0; i == 0 || i < erasure->key_hashes.count; i++) {
		size_t used = into->erasure_count * sizeof row;

		if (erasure->key_hashes.count > 0)
			row.key_hash = arena_copy(reading->arena, erasure->key_hashes.items[i]);
		into->erasures = arena_grow(reading->arena, into->erasures, used, used + sizeof row);
		into->erasures[into->erasure_count++] = row;
	}
	return true;
}

/* Only what this vault signed counts. */
static bool is_ours(const struct reading *reading, const struct signed_ *envelope)
{
	const struct sign_pair *sign = reading->vault->sign;

	return view_equal(envelope->issuer, reading->vault->issuer) &&
	       sign_verify(sign->public_key, "share", envelope->issuer, envelope->body, view_of(envelope->signature, sizeof envelope->signature));
}

static void hold(struct reading *reading, const struct restoration_share *share)
{
	size_t used = reading->share_count * sizeof *share;

	reading->shares = arena_grow(reading->arena, reading->shares, used, used + sizeof *share);
	reading->shares[reading->share_count++] = *share;
}

static bool take_share(struct reading *reading, const struct kafka_record *record, struct error *error)
{
	static const struct schema *const bodies[] = {&share_event_schema, &share_revocation_schema};
	struct restoration_share share = {.partition = record->partition};
	struct message message;
	struct error fault;

	if (view_is_null(record->value) ||
	    !message_decode_as(reading->vault->registry, &signed_schema, record->value, NULL, &reading->record, &message, &fault) ||
	    !is_ours(reading, message.record))
		return true;
	if (!message_decode(reading->vault->registry, ((const struct signed_ *)message.record)->body, bodies, 2, &reading->record, &message, &fault))
		return unreadable(record, "share", &fault, error);
	if (message.schema == &share_event_schema) {
		const struct share_event *event = message.record;

		share.revision = event->share_revision;
		share.employer_id = arena_copy(reading->arena, event->employer_id);
		share.provider_id = arena_copy(reading->arena, event->provider_id);
		memcpy(share.share_id, event->share_id, RESTORATION_ID_LEN);
		memcpy(share.pseudonym, event->pseudonym, RESTORATION_ID_LEN);
	} else {
		const struct share_revocation *revocation = message.record;

		share.ended = true;
		share.ended_at = revocation->revoked_at;
		share.must_erase = revocation_must_erase(revocation->cause, revocation->action);
		share.revision = revocation->share_revision;
		share.employer_id = arena_copy(reading->arena, revocation->employer_id);
		share.provider_id = arena_copy(reading->arena, revocation->provider_id);
		memcpy(share.share_id, revocation->share_id, RESTORATION_ID_LEN);
	}
	hold(reading, &share);
	return true;
}

static bool is_remembered(const struct reading *reading, const struct command_result *result)
{
	if (result->code == RESULT_CODE_ACCEPTED || result->code == RESULT_CODE_BAD_SIGNATURE ||
	    view_equal(result->detail, VIEW_LITERAL("WRONG_PARTITION")))
		return false;
	return result->decided_at >= reading->now_ms - SEEN_DAYS * MS_PER_DAY;
}

static bool take_result(struct reading *reading, const struct kafka_record *record, struct error *error)
{
	static const struct schema *const known[] = {&command_result_schema, &share_notice_schema, &care_result_schema};
	struct recollection *into = reading->into;
	size_t used = into->refusal_count * sizeof *into->refusals;
	const struct command_result *result;
	struct message message;
	struct error fault;

	if (view_is_null(record->value))
		return true;
	if (!message_decode(reading->vault->registry, record->value, known, sizeof known / sizeof known[0], &reading->record, &message, &fault))
		return unreadable(record, "results", &fault, error);
	result = message.record;
	if (message.schema != &command_result_schema || !is_remembered(reading, result))
		return true;
	into->refusals = arena_grow(reading->arena, into->refusals, used, used + sizeof *into->refusals);
	into->refusals[into->refusal_count++] = (struct restoration_refusal){
		.issuer = arena_copy(reading->arena, result->issuer),
		.command_id = arena_copy(reading->arena, result->command_id),
		.code = result_code_name(result->code),
		.detail = arena_copy(reading->arena, result->detail),
		.decided_at = result->decided_at,
	};
	return true;
}

static bool read_topic(struct reading *reading, const char *topic, record_taker *take, struct error *error)
{
	const struct config_kafka *kafka = &reading->vault->options->kafka;
	struct kafka_reader *reader;
	bool found = true;
	bool done = true;

	if (!kafka_reader_open(kafka->options, kafka->count, topic, KAFKA_ALL_PARTITIONS, KAFKA_FROM_BEGINNING, &reader, error))
		return false;
	while (done && found) {
		struct kafka_record record;

		arena_reset(&reading->record);
		done = kafka_reader_next(reader, READ_TIMEOUT_MS, &record, &found, error);
		if (done && found)
			done = take(reading, &record, error);
	}
	if (done && !kafka_reader_at_end(reader))
		done = error_set(error, DISPOSITION_RETRY, "KAFKA_TIMEOUT", topic, "the topic could not be read to its end");
	kafka_reader_free(reader);
	return done;
}

static bool read_topics(struct reading *reading, struct kafka_client *client, const char *prefix, record_taker *take, struct error *error)
{
	const char *const *names;
	size_t count;

	if (!kafka_topics_list(client, prefix, reading->arena, &names, &count, error))
		return false;
	for (size_t i = 0; i < count; i++)
		if (!read_topic(reading, names[i], take, error))
			return false;
	return true;
}

static int by_share_and_revision(const void *a, const void *b)
{
	const struct restoration_share *one = a;
	const struct restoration_share *other = b;
	int order = memcmp(one->share_id, other->share_id, RESTORATION_ID_LEN);

	if (order != 0)
		return order;
	return one->revision < other->revision ? -1 : one->revision > other->revision;
}

/* Of each share the last event. */
static void keep_last_events(struct reading *reading)
{
	struct recollection *into = reading->into;

	into->shares = reading->shares;
	if (reading->share_count > 0)
		qsort(reading->shares, reading->share_count, sizeof *reading->shares, by_share_and_revision);
	for (size_t i = 0; i < reading->share_count; i++) {
		const struct restoration_share *share = &reading->shares[i];

		if (i + 1 < reading->share_count && memcmp(share[1].share_id, share->share_id, RESTORATION_ID_LEN) == 0)
			continue;
		into->live_count += !share->ended;
		into->shares[into->share_count++] = *share;
	}
}

bool recollect(const struct vault *vault, struct arena *arena, struct recollection *ret, struct error *error)
{
	const struct config_kafka *kafka = &vault->options->kafka;
	struct reading reading = {.vault = vault, .arena = arena, .into = ret};
	struct kafka_client *client = NULL;
	bool done;

	*ret = (struct recollection){0};
	reading.now_ms = wall_ms();
	done = kafka_client_new(kafka->options, kafka->count, &client, error) && read_topic(&reading, "vault.erasures", take_erasure, error) &&
	       read_topic(&reading, "vault.results", take_result, error) && read_topics(&reading, client, "care.results.", take_result, error) &&
	       read_topics(&reading, client, "share.", take_share, error);
	kafka_client_free(client);
	arena_done(&reading.record);
	if (done)
		keep_last_events(&reading);
	return done;
}
