#include <stdio.h>
#include <stdlib.h>

#include "common/base/clock.h"
#include "common/operate/start_check.h"
#include "common/operate/topic_setup.h"
#include "vault-svc/cli/operator.h"
#include "vault-svc/store/trust_store.h"
#include "vault-svc/store/vault_schema.h"
#include "vault-svc/vault.h"

enum { CLOCK_TOLERANCE_MS = 2000 };

static bool read_clock(void *context, const struct rows *rows, struct error *error)
{
	(void)error;
	*(int64_t *)context = row_time(rows, 0, 0);
	return true;
}

static const struct statement select_clock = {"check_clock", "SELECT clock_timestamp()"};

static void check_clock(struct checkup *checkup, struct database *database)
{
	struct error error = {0};
	int64_t theirs;

	if (!database_run(database, &select_clock, NULL, read_clock, &theirs, &error)) {
		checkup_wrong(checkup, "clock", error.text, "start PostgreSQL");
		return;
	}
	if (llabs(wall_ms() - theirs) > CLOCK_TOLERANCE_MS)
		checkup_wrong(checkup, "clock", "PostgreSQL's clock and this machine's differ by more than 2 s", "let both follow NTP");
	else
		checkup_right(checkup, "clock", "agrees with PostgreSQL's");
}

static bool check_database(struct checkup *checkup, struct database *database)
{
	struct error error = {0};
	size_t version;
	size_t wanted;

	if (!checkup_result(checkup, vault_schema_version(database, &version, &wanted, &error), "database", "answers", &error,
			    "let this user create tables; vault-svc setup makes them"))
		return false;
	if (version < wanted) {
		checkup_wrong(checkup, "database tables", "older than this binary", "vault-svc setup upgrades them");
		return false;
	}
	if (version > wanted) {
		checkup_wrong(checkup, "database tables", "newer than this binary", "upgrade vault-svc");
		return false;
	}
	checkup_right(checkup, "database tables", "as this binary wants them");
	check_clock(checkup, database);
	return true;
}

/* The fixed topics, and those of the trusted providers and sources. */
static bool check_topics(struct checkup *checkup, const struct vault_options *options, const struct trust *trust)
{
	static const enum topic_kind fixed[] = {TOPIC_HR_EVENTS,     TOPIC_VAULT_COMMANDS, TOPIC_CARE_REQUESTS, TOPIC_DOSSIER_STATUS,
						TOPIC_VAULT_RESULTS, TOPIC_VAULT_REPORTS,  TOPIC_VAULT_ERASURES};
	CLEANUP(arena_done) struct arena arena = {0};
	struct topic_wanted *wanted = arena_array(&arena, sizeof fixed / sizeof fixed[0] + 3 * trust->count, sizeof *wanted);
	size_t count = 0;

	for (size_t i = 0; i < sizeof fixed / sizeof fixed[0]; i++)
		wanted[count++] = (struct topic_wanted){.kind = fixed[i]};
	for (size_t i = 0; i < trust->count; i++) {
		const struct trust_party *party = &trust->parties[i];

		if (party->kind == TRUST_SOURCE)
			wanted[count++] = (struct topic_wanted){.kind = TOPIC_HR_EVENTS_SOURCE, .owner = party->name};
		if (party->kind != TRUST_PROVIDER)
			continue;
		wanted[count++] = (struct topic_wanted){.kind = TOPIC_POPULATION, .owner = party->name};
		wanted[count++] = (struct topic_wanted){.kind = TOPIC_SHARE, .owner = party->name};
		wanted[count++] = (struct topic_wanted){.kind = TOPIC_CARE_RESULTS, .owner = party->name};
		if (!party->has_box_key)
			checkup_wrong(checkup, "trusted provider", "a provider has no box key: nothing can be shared with it",
				      "vault-svc trust add provider NAME --box-key HEX");
	}
	if (trust_count(trust, TRUST_SOURCE) > VAULT_SOURCES_MAX)
		checkup_wrong(checkup, "trusted sources", "more than a service can read: some are left out", "vault-svc trust remove source NAME");
	return topic_check(options->kafka.options, options->kafka.count, wanted, count, (int32_t)options->partitions, checkup);
}

/* What `run` would do with each partition. */
static void check_start(struct checkup *checkup, const struct vault_options *options, const struct trust *trust, struct database *database)
{
	static const char *const fixed[] = {"vault.commands", "care.requests", "dossier.status", "hr.events"};
	CLEANUP(arena_done) struct arena arena = {0};
	struct stream_input inputs[STREAM_INPUTS_MAX] = {0};
	size_t count = 0;

	for (size_t i = 0; i < sizeof fixed / sizeof fixed[0]; i++)
		inputs[count++].topic = fixed[i];
	for (size_t i = 0; i < trust->count && count < STREAM_INPUTS_MAX; i++) {
		if (trust->parties[i].kind == TRUST_SOURCE)
			inputs[count++].topic = topic_name(TOPIC_HR_EVENTS_SOURCE, trust->parties[i].name, &arena);
	}
	start_check(
		&(struct stream_options){
			.instance = options->instance,
			.group = vault_group(options, &arena),
			.kafka = options->kafka.options,
			.kafka_count = options->kafka.count,
			.inputs = inputs,
			.input_count = count,
			.partitions = (int32_t)options->partitions,
		},
		database, checkup);
}

int command_checkup(struct command_line *line)
{
	CLEANUP(arena_done) struct arena arena = {0};
	CLEANUP(database_free_p) struct database *database = NULL;
	CLEANUP(trust_done) struct trust trust = {0};
	struct checkup checkup = {0};
	struct vault_options options;
	struct key_files files;
	struct error error = {0};
	bool usable;

	if (!crypto_start(&error) || !vault_options_load(command_config_path(line), &arena, &options, &error))
		return command_failed(line, &error);
	checkup_right(&checkup, "configuration", command_config_path(line));
	files = vault_key_files(&options);
	key_files_check(&files, &checkup);
	usable = checkup_result(&checkup, database_open(options.database, &database, &error), "postgresql", "answers", &error,
				"start PostgreSQL, or correct `database`") &&
		 check_database(&checkup, database) &&
		 checkup_result(&checkup, trust_load(&trust, database, &error), "trust", "can be read", &error, "vault-svc setup");
	if (check_topics(&checkup, &options, &trust) && usable)
		check_start(&checkup, &options, &trust, database);
	return checkup_end(&checkup);
}
