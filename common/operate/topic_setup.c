#include "common/operate/topic_setup.h"

#include "common/base/crash_point.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "common/config/log.h"
#include "common/operate/service.h"

enum { REACH_TIMEOUT_MS = 10000 };

bool topic_setup(const struct stream_option *kafka, size_t kafka_count, const struct topic_wanted *wanted, size_t count, int32_t partitions,
		 struct error *error)
{
	CLEANUP(arena_done) struct arena arena = {0};
	struct kafka_topic *made = arena_array(&arena, count, sizeof *made);
	bool *created = arena_array(&arena, count, sizeof *created);
	struct kafka_client *client = NULL;
	bool done;

	for (size_t i = 0; i < count; i++) {
		const struct topic *topic = &topics[wanted[i].kind];
		struct stream_option *settings = arena_array(&arena, TOPIC_MAX_SETTINGS, sizeof *settings);

		made[i] = (struct kafka_topic){.name = topic_name(wanted[i].kind, wanted[i].owner, &arena),
					       .partitions = partitions,
					       .replication = -1,
					       .settings = settings};
		for (size_t n = 0; n < TOPIC_MAX_SETTINGS && topic->settings[n].name != NULL; n++)
			settings[made[i].setting_count++] =
				(struct stream_option){.name = topic->settings[n].name, .value = topic->settings[n].value};
	}
	done = kafka_client_new(kafka, kafka_count, &client, error) && kafka_topics_create(client, made, count, created, error);
	kafka_client_free(client);
	CRASH_POINT(setup_topics_made);
	for (size_t i = 0; done && i < count; i++)
		(void)printf("topic %-32s %s\n", made[i].name, created[i] ? "made" : "there");
	return done;
}

static bool ask_tombstones(const struct stream_option *kafka, size_t kafka_count, const char *topic, int64_t *ret_ms, struct error *error)
{
	CLEANUP(arena_done) struct arena arena = {0};
	struct kafka_client *client = NULL;
	const struct stream_option *settings;
	const char *value = NULL;
	size_t count = 0;

	if (kafka_client_new(kafka, kafka_count, &client, error) && kafka_topic_settings(client, topic, &arena, &settings, &count, error))
		value = kafka_setting(settings, count, "delete.retention.ms");
	else
		count = 0;
	kafka_client_free(client);
	if (count == 0)
		return false;
	if (value == NULL)
		return error_set(error, DISPOSITION_STOP, "TOPIC_SETTING", topic, "the broker does not tell delete.retention.ms");
	*ret_ms = strtoll(value, NULL, 10);
	return true;
}

int64_t topic_tombstones_ms(const struct stream_option *kafka, size_t kafka_count, const char *topic)
{
	const struct topic *population = &topics[TOPIC_POPULATION];
	struct error error = {0};
	bool said = false;
	int64_t ms = 0;

	while (!ask_tombstones(kafka, kafka_count, topic, &ms, &error)) {
		if (error.disposition != DISPOSITION_RETRY) {
			for (size_t n = 0; n < TOPIC_MAX_SETTINGS && population->settings[n].name != NULL; n++) {
				if (strcmp(population->settings[n].name, "delete.retention.ms") == 0)
					ms = strtoll(population->settings[n].value, NULL, 10);
			}
			log_event(LOG_LEVEL_WARNING, "retention_unknown", log_text("topic", topic), log_int("taken_ms", ms), log_error(&error));
			break;
		}
		if (!said)
			log_event(LOG_LEVEL_WARNING, "kafka_retry", log_error(&error));
		said = true;
		if (service_is_asked_to_stop())
			break;
		(void)sleep(1);
	}
	return ms;
}

/* As the contract says; a larger message limit does no harm. */
static bool setting_fits(const struct topic_setting *wanted, const char *seen)
{
	if (seen == NULL)
		return false;
	if (strcmp(wanted->name, "max.message.bytes") == 0)
		return strtoll(seen, NULL, 10) >= strtoll(wanted->value, NULL, 10);
	return strcmp(wanted->value, seen) == 0;
}

static void check_settings(struct kafka_client *client, const struct topic *topic, const char *name, struct arena *arena, struct checkup *checkup)
{
	const struct stream_option *settings;
	struct error error = {0};
	size_t count;
	bool fits = true;

	if (!kafka_topic_settings(client, name, arena, &settings, &count, &error)) {
		checkup_wrong(checkup, name, error.text, "let this user describe the topic's configuration");
		return;
	}
	for (size_t i = 0; i < TOPIC_MAX_SETTINGS && topic->settings[i].name != NULL; i++) {
		const struct topic_setting *wanted = &topic->settings[i];
		const char *seen = kafka_setting(settings, count, wanted->name);
		char what[160];
		char remedy[160];

		if (setting_fits(wanted, seen))
			continue;
		fits = false;
		(void)snprintf(what, sizeof what, "%.60s is %.60s", wanted->name, seen == NULL ? "not set" : seen);
		(void)snprintf(remedy, sizeof remedy, "set %.60s=%.60s on the topic", wanted->name, wanted->value);
		checkup_wrong(checkup, name, what, remedy);
	}
	if (fits)
		checkup_right(checkup, name, "as the contract says");
}

bool topic_check(const struct stream_option *kafka, size_t kafka_count, const struct topic_wanted *wanted, size_t count, int32_t partitions,
		 struct checkup *checkup)
{
	CLEANUP(arena_done) struct arena arena = {0};
	struct kafka_client *client = NULL;
	struct error error = {0};
	bool reached = kafka_client_new(kafka, kafka_count, &client, &error) && kafka_client_reach(client, REACH_TIMEOUT_MS, &error);
	bool there = reached;

	(void)checkup_result(checkup, reached, "kafka", "answers", &error, "start Kafka, or correct kafka.bootstrap.servers");
	for (size_t i = 0; reached && i < count; i++) {
		const char *name = topic_name(wanted[i].kind, wanted[i].owner, &arena);
		int32_t seen = 0;
		char what[80];

		if (!kafka_topic_partitions(client, name, &seen, &error)) {
			checkup_wrong(checkup, name, error.text, "let this user describe the topic");
		} else if (seen == 0) {
			checkup_wrong(checkup, name, "is not there",
				      "vault-svc setup, vault-svc trust add provider or source, or provider-svc setup makes it");
		} else if (seen != partitions) {
			(void)snprintf(what, sizeof what, "has %d partitions, not %d", seen, partitions);
			checkup_wrong(checkup, name, what,
				      "all topics have the same number of partitions, fixed at set-up; make it anew, or correct `partitions`");
		} else {
			check_settings(client, &topics[wanted[i].kind], name, &arena, checkup);
		}
		there = there && seen == partitions;
	}
	kafka_client_free(client);
	return there;
}
