/* A record that this provider's users send under its name: signed, keyed by employer, to the employer's partition. */
#pragma once

#include "common/kafka/client.h"
#include "provider-svc/provider.h"

struct signed_record {
	const char *topic;
	const char *topic_kind; /* as it is signed */
	struct view employer_id;
	const struct schema *schema;
	const void *body; /* a struct of that schema */
};

/* Where it goes. STOP UNKNOWN_TOPIC where the topic does not exist. */
MUST_CHECK bool signed_record_partition(struct kafka_client *client, const struct signed_record *record, int32_t *ret, struct error *error);

/* Signs it and has it acknowledged. */
MUST_CHECK bool signed_record_send(const struct provider *provider, struct kafka_client *client, const struct signed_record *record,
				   struct error *error);
