#include "tests/unit/check.h"

#include "schemas/messages.h"
#include "schemas/topic.h"

static const char *setting(enum topic_kind kind, const char *name)
{
	for (size_t i = 0; i < TOPIC_MAX_SETTINGS && topics[kind].settings[i].name != NULL; i++)
		if (strcmp(topics[kind].settings[i].name, name) == 0)
			return topics[kind].settings[i].value;
	return "";
}

static void every_topic_has_broker_time_and_room_for_a_whole_message(void **state)
{
	(void)state;
	for (size_t kind = 0; kind < TOPIC_COUNT; kind++) {
		check_text(setting((enum topic_kind)kind, "message.timestamp.type"), "LogAppendTime");
		check(strtoul(setting((enum topic_kind)kind, "max.message.bytes"), NULL, 10) > SCHEMA_MAX_MESSAGE);
		check(topics[kind].schema_count > 0);
		check_text(setting((enum topic_kind)kind, "cleanup.policy"), topics[kind].compacted ? "compact" : "delete");
	}
}

static void retention_is_the_contracts(void **state)
{
	(void)state;
	check_text(setting(TOPIC_HR_EVENTS, "retention.ms"), "604800000");
	check_text(setting(TOPIC_VAULT_REPORTS, "retention.ms"), "2592000000");
	check_text(setting(TOPIC_SHARE, "retention.ms"), "2592000000");
	check_text(setting(TOPIC_VAULT_ERASURES, "retention.ms"), "-1");
	check_text(setting(TOPIC_POPULATION, "retention.ms"), "");
	check_text(setting(TOPIC_POPULATION, "delete.retention.ms"), "604800000");
}

static void names_are_made_and_parsed(void **state)
{
	struct arena arena = {0};
	enum topic_kind kind = TOPIC_COUNT;
	struct view owner;

	(void)state;
	check_text(topic_name(TOPIC_POPULATION, VIEW_LITERAL("arbo1"), &arena), "population.arbo1");
	check_text(topic_name(TOPIC_HR_EVENTS, VIEW_NULL, &arena), "hr.events");
	check(topic_parse(VIEW_LITERAL("hr.events"), &kind, &owner) && kind == TOPIC_HR_EVENTS && view_is_null(owner));
	check(topic_parse(VIEW_LITERAL("hr.events.afas"), &kind, &owner) && kind == TOPIC_HR_EVENTS_SOURCE);
	check_view(owner, VIEW_LITERAL("afas"));
	check(topic_parse(VIEW_LITERAL("share.a.b"), &kind, &owner) && kind == TOPIC_SHARE);
	check_view(owner, VIEW_LITERAL("a.b"));
	check(!topic_parse(VIEW_LITERAL("hr.events."), &kind, &owner));
	check(!topic_parse(VIEW_LITERAL("population"), &kind, &owner));
	check(!topic_parse(VIEW_LITERAL(""), &kind, &owner));
	check(!topic_parse(VIEW_LITERAL("population.\0P1"), &kind, &owner));
	check(!topic_parse(VIEW_LITERAL("population.a b"), &kind, &owner));
	arena_done(&arena);
}

/* Each schema of the contract travels on some topic, alone or in a Signed; but for what is sealed into another message. */
static void every_schema_has_a_topic(void **state)
{
	(void)state;
	for (size_t i = 0; i < messages_schemas.reader_count; i++) {
		const struct schema *schema = messages_schemas.readers[i];
		bool found = schema == &shared_dossier_schema || schema == &care_identifiers_schema;

		for (size_t kind = 0; kind < TOPIC_COUNT; kind++) {
			found = found || topics[kind].outer == schema;
			for (size_t k = 0; k < topics[kind].schema_count; k++)
				found = found || topics[kind].schemas[k] == schema;
		}
		if (!found)
			fail_msg("%s is on no topic", schema->name);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_topic_has_broker_time_and_room_for_a_whole_message),
		cmocka_unit_test(retention_is_the_contracts),
		cmocka_unit_test(names_are_made_and_parsed),
		cmocka_unit_test(every_schema_has_a_topic),
	};

	return cmocka_run_group_tests(tests, NULL, NULL) == 0 ? 0 : 1;
}
