/*
 * Any bytes as a configuration file of either service, or of a table with every kind of value: refused with file, line and name, or every value
 * is within its entry's bounds and, written out again in quotes, is read as the same.
 */
#include "tests/fuzz/fuzz.h"

#include "common/base/buffer.h"
#include "common/config/config.h"
#include "provider-svc/options.h"
#include "vault-svc/options.h"

#define PATH "/etc/kluis/x.conf"
#define TEXT_MAX 65536

struct every_kind {
	const char *text;
	const char *bounded;
	const char *path;
	int64_t number;
	int64_t duration_ms;
	bool flag;
};

static const struct config_entry entries[] = {
	{"text", CONFIG_TEXT, 0, 0, "", "", offsetof(struct every_kind, text)},
	{"bounded", CONFIG_TEXT, 2, 5, "abc", "", offsetof(struct every_kind, bounded)},
	{"path", CONFIG_PATH, 0, 0, "/a", "", offsetof(struct every_kind, path)},
	{"number", CONFIG_INT, -5, 1000, "7", "", offsetof(struct every_kind, number)},
	{"duration", CONFIG_DURATION, 10, 86400000, "1m", "", offsetof(struct every_kind, duration_ms)},
	{"flag", CONFIG_BOOL, 0, 0, "no", "", offsetof(struct every_kind, flag)},
};
static const struct config_table every_kind_table = {entries, sizeof entries / sizeof entries[0]};

/* Any of the structs. */
struct target {
	_Alignas(max_align_t) uint8_t bytes[512];
};

_Static_assert(sizeof(struct vault_options) <= sizeof(struct target) && sizeof(struct options) <= sizeof(struct target) &&
		       sizeof(struct every_kind) <= sizeof(struct target),
	       "a target is large enough for each");

static struct arena arena;
static struct buffer text;

static const char *text_at(const struct config_entry *entry, const struct target *target)
{
	const char *value;

	memcpy(&value, target->bytes + entry->offset, sizeof value);
	return value;
}

static int64_t number_at(const struct config_entry *entry, const struct target *target)
{
	int64_t value;

	memcpy(&value, target->bytes + entry->offset, sizeof value);
	return value;
}

static bool flag_at(const struct config_entry *entry, const struct target *target)
{
	return target->bytes[entry->offset] != 0;
}

static bool is_text(const struct config_entry *entry)
{
	return entry->kind == CONFIG_TEXT || entry->kind == CONFIG_PATH;
}

static void check_bounds(const struct config_entry *entry, const struct target *target)
{
	if (is_text(entry)) {
		size_t len = strlen(text_at(entry, target));

		require(entry->max == 0 || (len >= (size_t)entry->min && len <= (size_t)entry->max));
		require(entry->kind != CONFIG_PATH || entry->fallback == NULL || len == 0 || text_at(entry, target)[0] == '/' ||
			strcmp(text_at(entry, target), entry->fallback) == 0);
	} else if (entry->kind == CONFIG_BOOL) {
		require(target->bytes[entry->offset] <= 1);
	} else {
		require(number_at(entry, target) >= entry->min && number_at(entry, target) <= entry->max);
	}
}

static void write_text(const char *value)
{
	(void)buffer_byte(&text, '"');
	for (; *value != '\0'; value++) {
		if (*value == '"' || *value == '\\')
			(void)buffer_byte(&text, '\\');
		(void)buffer_byte(&text, (uint8_t)*value);
	}
	(void)buffer_byte(&text, '"');
}

static void write_entry(const struct config_entry *entry, const struct target *target)
{
	char number[32];

	(void)buffer_put(&text, view_text(entry->name));
	(void)buffer_byte(&text, '=');
	if (is_text(entry)) {
		write_text(text_at(entry, target));
	} else if (entry->kind == CONFIG_BOOL) {
		(void)buffer_put(&text, view_text(flag_at(entry, target) ? "on" : "off"));
	} else {
		(void)snprintf(number, sizeof number, "%lld%s", (long long)number_at(entry, target), entry->kind == CONFIG_DURATION ? "ms" : "");
		(void)buffer_put(&text, view_text(number));
	}
	(void)buffer_byte(&text, '\n');
}

static void check_equal(const struct config_entry *entry, const struct target *a, const struct target *b)
{
	if (is_text(entry))
		require(strcmp(text_at(entry, a), text_at(entry, b)) == 0 || text_at(entry, a)[0] != '/');
	else if (entry->kind == CONFIG_BOOL)
		require(flag_at(entry, a) == flag_at(entry, b));
	else
		require(number_at(entry, a) == number_at(entry, b));
}

static void check_same_again(const struct config_table *table, const struct target *target, const struct config_kafka *kafka)
{
	struct target again = {0};
	struct config_kafka kafka_again;

	buffer_clear(&text);
	for (size_t i = 0; i < table->count; i++)
		write_entry(&table->entries[i], target);
	for (size_t i = 0; i < kafka->count; i++) {
		(void)buffer_put(&text, VIEW_LITERAL("kafka."));
		(void)buffer_put(&text, view_text(kafka->options[i].name));
		(void)buffer_byte(&text, '=');
		write_text(kafka->options[i].value);
		(void)buffer_byte(&text, '\n');
	}
	require(!text.failed);
	require(config_parse(table, PATH, buffer_view(&text), &arena, &again, &kafka_again, NULL));
	for (size_t i = 0; i < table->count; i++)
		check_equal(&table->entries[i], target, &again);
	require(kafka_again.count == kafka->count);
	for (size_t i = 0; i < kafka->count; i++)
		require(strcmp(config_kafka_value(&kafka_again, kafka->options[i].name), kafka->options[i].value) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	const struct config_table *const tables[] = {&every_kind_table, &vault_option_table, &options_table};
	const struct config_table *table = tables[size == 0 ? 0 : bytes[0] % 3];
	struct target target = {0};
	struct config_kafka kafka = {0};
	struct error error = {0};

	if (text.limit == 0)
		buffer_init(&text, TEXT_MAX);
	if (size == 0)
		return 0;
	if (config_parse(table, PATH, view_of(bytes + 1, size - 1), &arena, &target, &kafka, &error)) {
		for (size_t i = 0; i < table->count; i++)
			check_bounds(&table->entries[i], &target);
		check_same_again(table, &target, &kafka);
	} else {
		require(error.disposition == DISPOSITION_STOP && strcmp(error.code, "CONFIG") == 0);
		require(strncmp(error.text, PATH ":", sizeof PATH) == 0);
	}
	arena_reset(&arena);
	return 0;
}
