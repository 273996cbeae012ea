#include "common/config/config.h"

static const char *kind_name(enum config_kind kind)
{
	switch (kind) {
	case CONFIG_TEXT:
		return "text";
	case CONFIG_PATH:
		return "path";
	case CONFIG_INT:
		return "whole number";
	case CONFIG_BOOL:
		return "true or false";
	case CONFIG_DURATION:
		return "duration (ms, s, m, h, d)";
	}
	return "";
}

/* In the largest unit that fits exactly. */
static void print_duration(int64_t ms, FILE *out)
{
	static const struct {
		int64_t ms;
		const char *name;
	} units[] = {{86400000, "d"}, {3600000, "h"}, {60000, "m"}, {1000, "s"}, {1, "ms"}};

	for (size_t i = 0; i < sizeof units / sizeof units[0]; i++) {
		if (ms % units[i].ms == 0 && (ms != 0 || units[i].ms == 1)) {
			(void)fprintf(out, "%lld%s", (long long)(ms / units[i].ms), units[i].name);
			return;
		}
	}
}

static void print_kind(const struct config_entry *entry, FILE *out)
{
	(void)fprintf(out, "%s", kind_name(entry->kind));
	if (entry->kind == CONFIG_INT)
		(void)fprintf(out, ", %lld to %lld", (long long)entry->min, (long long)entry->max);
	if (entry->kind == CONFIG_DURATION) {
		(void)fprintf(out, ", ");
		print_duration(entry->min, out);
		(void)fprintf(out, " to ");
		print_duration(entry->max, out);
	}
	if (entry->fallback == NULL)
		(void)fprintf(out, "; must be given");
	else if (entry->fallback[0] == '\0')
		(void)fprintf(out, "; empty by default");
	else
		(void)fprintf(out, "; %s by default", entry->fallback);
}

void config_print_help(const struct config_table *table, FILE *out)
{
	for (size_t i = 0; i < table->count; i++) {
		(void)fprintf(out, "%s (", table->entries[i].name);
		print_kind(&table->entries[i], out);
		(void)fprintf(out, ")\n    %s\n", table->entries[i].help);
	}
	(void)fprintf(out, "kafka.*\n    Handed to librdkafka as it is, without `kafka.`, for example kafka.bootstrap.servers = host:9092\n");
}

void config_print_example(const struct config_table *table, FILE *out)
{
	for (size_t i = 0; i < table->count; i++) {
		const struct config_entry *entry = &table->entries[i];

		(void)fprintf(out, "# %s\n# (", entry->help);
		print_kind(entry, out);
		(void)fprintf(out, ")\n%s%s = %s\n\n", entry->fallback == NULL ? "" : "# ", entry->name,
			      entry->fallback == NULL ? "" : entry->fallback);
	}
	(void)fprintf(out, "# Where Kafka is; every other kafka.* option is handed to librdkafka too.\nkafka.bootstrap.servers = 127.0.0.1:9092\n");
}
