#include "schemas/topic.h"

#include "schemas/messages.h"

#include <stdio.h>

#define DAYS_1 "86400000"
#define DAYS_7 "604800000"
#define DAYS_14 "1209600000"
#define DAYS_30 "2592000000"

/* 256 KiB for the value; the rest is for key, headers and the batch around them. */
#define MESSAGE_BYTES "270336"

#define BROKER_TIME                                                                                                                                  \
	{"message.timestamp.type", "LogAppendTime"},                                                                                                 \
	{                                                                                                                                            \
		"max.message.bytes", MESSAGE_BYTES                                                                                                   \
	}
#define DELETED_AFTER(ms)                                                                                                                            \
	{                                                                                                                                            \
		BROKER_TIME, {"cleanup.policy", "delete"},                                                                                           \
		{                                                                                                                                    \
			"retention.ms", (ms)                                                                                                         \
		}                                                                                                                                    \
	}

#define HR_SCHEMAS                                                                                                                                   \
	{                                                                                                                                            \
		&employee_event_schema, &employment_event_schema, &organisation_unit_event_schema, &absence_event_schema, &snapshot_marker_schema    \
	}

const struct topic topics[TOPIC_COUNT] = {
	[TOPIC_HR_EVENTS] = {.name = "hr.events", .settings = DELETED_AFTER(DAYS_7), .schemas = HR_SCHEMAS, .schema_count = 5},
	[TOPIC_HR_EVENTS_SOURCE] = {.name = "hr.events.", .named = true, .settings = DELETED_AFTER(DAYS_7), .schemas = HR_SCHEMAS, .schema_count = 5},
	[TOPIC_VAULT_COMMANDS] = {.name = "vault.commands",
				  .settings = DELETED_AFTER(DAYS_7),
				  .outer = &signed_schema,
				  .schemas = {&share_command_schema, &withdraw_command_schema, &erase_command_schema, &employer_command_schema},
				  .schema_count = 4},
	[TOPIC_CARE_REQUESTS] = {.name = "care.requests",
				 .settings = DELETED_AFTER(DAYS_7),
				 .outer = &signed_schema,
				 .schemas = {&care_request_schema},
				 .schema_count = 1},
	[TOPIC_DOSSIER_STATUS] = {.name = "dossier.status",
				  .settings = DELETED_AFTER(DAYS_7),
				  .outer = &signed_schema,
				  .schemas = {&dossier_status_schema},
				  .schema_count = 1},
	[TOPIC_VAULT_RESULTS] = {.name = "vault.results",
				 .settings = DELETED_AFTER(DAYS_7),
				 .schemas = {&command_result_schema, &share_notice_schema},
				 .schema_count = 2},
	[TOPIC_VAULT_REPORTS] = {.name = "vault.reports",
				 .settings = DELETED_AFTER(DAYS_30),
				 .schemas = {&processing_report_schema, &run_report_schema},
				 .schema_count = 2},
	[TOPIC_VAULT_ERASURES] = {.name = "vault.erasures", .settings = DELETED_AFTER("-1"), .schemas = {&erasure_record_schema}, .schema_count = 1},
	[TOPIC_CARE_RESULTS] = {.name = "care.results.",
				.named = true,
				.settings = DELETED_AFTER(DAYS_7),
				.schemas = {&care_result_schema, &command_result_schema},
				.schema_count = 2},
	[TOPIC_POPULATION] = {.name = "population.",
			      .named = true,
			      .compacted = true,
			      .settings = {BROKER_TIME,
					   {"cleanup.policy", "compact"},
					   {"segment.ms", DAYS_1},
					   {"min.compaction.lag.ms", DAYS_7},
					   {"max.compaction.lag.ms", DAYS_14},
					   {"delete.retention.ms", DAYS_7}},
			      .schemas = {&population_employment_schema, &population_absence_schema, &population_unit_schema,
					  &population_marker_schema},
			      .schema_count = 4},
	[TOPIC_SHARE] = {.name = "share.",
			 .named = true,
			 .settings = DELETED_AFTER(DAYS_30),
			 .outer = &signed_schema,
			 .schemas = {&share_event_schema, &share_revocation_schema},
			 .schema_count = 2},
	[TOPIC_PROVIDER_COMMANDS] = {.name = "provider.commands.",
				     .named = true,
				     .settings = DELETED_AFTER(DAYS_7),
				     .outer = &signed_schema,
				     .schemas = {&dossier_action_schema},
				     .schema_count = 1},
};

const char *topic_name(enum topic_kind kind, struct view owner, struct arena *arena)
{
	size_t size = strlen(topics[kind].name) + owner.len + 1;
	char *name = arena_take(arena, size);

	(void)snprintf(name, size, "%s%.*s", topics[kind].name, (int)owner.len, owner.len > 0 ? (const char *)owner.ptr : "");
	return name;
}

/* What Kafka takes as a topic's name. */
static bool name_is_legal(struct view name)
{
	for (size_t i = 0; i < name.len; i++) {
		uint8_t c = name.ptr[i];

		if (!(c >= 'a' && c <= 'z') && !(c >= 'A' && c <= 'Z') && !(c >= '0' && c <= '9') && c != '.' && c != '_' && c != '-')
			return false;
	}
	return name.len <= TOPIC_MAX_NAME;
}

bool topic_parse(struct view name, enum topic_kind *ret_kind, struct view *ret_owner)
{
	if (!name_is_legal(name))
		return false;
	for (size_t i = 0; i < TOPIC_COUNT; i++) {
		size_t length = strlen(topics[i].name);

		if (name.len < length || memcmp(name.ptr, topics[i].name, length) != 0 || topics[i].named != (name.len > length))
			continue;
		*ret_kind = (enum topic_kind)i;
		*ret_owner = topics[i].named ? view_of(name.ptr + length, name.len - length) : VIEW_NULL;
		return true;
	}
	return false;
}
