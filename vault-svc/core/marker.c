#include "common/crypto/digest.h"
#include "schemas/codec/message.h"
#include "vault-svc/core/population.h"

void population_employer_key(struct view employer_id, struct view unit_code, uint8_t ret[static POPULATION_KEY_LEN])
{
	struct digest digest;
	uint8_t hash[32];

	digest_init(&digest, NULL, sizeof hash);
	digest_add(&digest, employer_id);
	if (!view_is_null(unit_code)) {
		digest_add(&digest, view_of("", 1));
		digest_add(&digest, unit_code);
	}
	digest_finish(&digest, hash);
	memset(ret, 0, POPULATION_KEY_LEN / 2);
	memcpy(ret + POPULATION_KEY_LEN / 2, hash, POPULATION_KEY_LEN / 2);
}

void population_marker(const struct reconcile_context *context, struct view provider_id, enum marker_op op, struct population_output *ret)
{
	CLEANUP(buffer_done) struct buffer buffer = {0};
	struct population_record record = {.provider_id = provider_id};
	struct population_marker marker = {
		.employer_id = context->employer->employer_id,
		.generation = context->generation,
		.op = op,
		.min_group = context->employer->settings.min_group,
		.recorded_at = context->now_ms,
	};

	buffer_init(&buffer, SCHEMA_MAX_MESSAGE);
	if (!message_encode(&population_marker_schema, &marker, &buffer, NULL))
		return;
	population_employer_key(marker.employer_id, VIEW_NULL, record.key);
	record.value = arena_copy(context->arena, buffer_view(&buffer));
	population_add(ret, context->arena, &record);
}
