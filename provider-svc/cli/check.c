#include "provider-svc/cli/commands.h"

#include <stdio.h>

#include "common/operate/key_files.h"
#include "common/operate/start_check.h"
#include "common/operate/topic_setup.h"
#include "provider-svc/store/provider_schema.h"

static void check_trust(struct checkup *checkup, struct database *database)
{
	struct trust trust = {0};
	struct error error = {0};

	if (!trust_load(database, &trust, &error))
		checkup_wrong(checkup, "trusted vaults", error.text, "provider-svc setup");
	else if (trust.count == 0)
		checkup_wrong(checkup, "trusted vaults", "none: every share would be refused", "provider-svc trust add vault NAME --signing-key HEX");
	else
		checkup_right(checkup, "trusted vaults", "at least one");
}

static bool read_number(void *context, const struct rows *rows, struct error *error)
{
	(void)error;
	*(int64_t *)context = row_int8(rows, 0, 0);
	return true;
}

/* A load under way is no fault, but nothing of its partitions can be counted meanwhile. */
static void check_loads(struct checkup *checkup, struct database *database)
{
	static const struct statement count = {"check_loads", "SELECT count(DISTINCT partition) FROM population_load WHERE finished_at IS NULL"};
	struct error error = {0};
	int64_t loading = 0;
	char seen[120];

	if (!database_run(database, &count, NULL, read_number, &loading, &error)) {
		checkup_wrong(checkup, "population", error.text, "provider-svc setup");
		return;
	}
	(void)snprintf(seen, sizeof seen, "%lld partition(s) being read from the first offset: not complete there yet", (long long)loading);
	checkup_right(checkup, "population", loading == 0 ? "no load under way" : seen);
}

/* True when the tables can be worked with. */
static bool check_database(struct checkup *checkup, struct provider *provider, struct database **ret)
{
	struct error error = {0};
	size_t version = 0;
	size_t wanted = 0;

	if (!checkup_result(checkup,
			    database_open(provider->options.database, ret, &error) && provider_schema_version(*ret, &version, &wanted, &error),
			    "database", "answers", &error, "start PostgreSQL, or correct `database`"))
		return false;
	if (version < wanted)
		checkup_wrong(checkup, "database tables", "older than this binary", "provider-svc setup upgrades them");
	else if (version > wanted)
		checkup_wrong(checkup, "database tables", "newer than this binary", "upgrade provider-svc");
	else
		checkup_right(checkup, "database tables", "as this binary wants them");
	if (version == wanted) {
		check_trust(checkup, *ret);
		check_loads(checkup, *ret);
	}
	return version == wanted;
}

/* What `run` would do with each partition. */
static void check_start(struct checkup *checkup, const struct provider *provider, struct database *database)
{
	struct stream_input inputs[INPUT_COUNT];

	provider_inputs(provider, inputs);
	start_check(
		&(struct stream_options){
			.instance = provider->options.instance,
			.group = provider->options.group,
			.kafka = provider->kafka.options,
			.kafka_count = provider->kafka.count,
			.inputs = inputs,
			.input_count = INPUT_COUNT,
			.partitions = (int32_t)provider->options.partitions,
		},
		database, checkup);
}

int command_check(struct command_line *line)
{
	CLEANUP(database_free_p) struct database *database = NULL;
	CLEANUP(provider_done) struct provider provider = {0};
	struct checkup checkup = {0};
	struct topic_wanted wanted[6];
	struct key_files files;
	struct view owner;
	bool usable;
	int code;

	if (!command_begin(line, &provider, false, &code))
		return code;
	owner = view_text(provider.options.provider_id);
	wanted[0] = (struct topic_wanted){.kind = TOPIC_POPULATION, .owner = owner};
	wanted[1] = (struct topic_wanted){.kind = TOPIC_SHARE, .owner = owner};
	wanted[2] = (struct topic_wanted){.kind = TOPIC_DOSSIER_STATUS};
	wanted[3] = (struct topic_wanted){.kind = TOPIC_PROVIDER_COMMANDS, .owner = owner};
	wanted[4] = (struct topic_wanted){.kind = TOPIC_CARE_REQUESTS};
	wanted[5] = (struct topic_wanted){.kind = TOPIC_CARE_RESULTS, .owner = owner};
	files = provider_key_files(&provider);
	checkup_right(&checkup, "configuration", command_config_path(line));
	key_files_check(&files, &checkup);
	usable = check_database(&checkup, &provider, &database);
	if (topic_check(provider.kafka.options, provider.kafka.count, wanted, 6, (int32_t)provider.options.partitions, &checkup) && usable)
		check_start(&checkup, &provider, database);
	return checkup_end(&checkup);
}
