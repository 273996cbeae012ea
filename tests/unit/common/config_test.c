#include "tests/unit/check.h"

#include "common/config/config.h"

#include <stdlib.h>

struct settings {
	const char *instance;
	const char *keys;
	int64_t partitions;
	bool test;
	int64_t pause_ms;
};

static const struct config_entry entries[] = {
	{"instance", CONFIG_TEXT, 1, 20, NULL, "name of this instance", offsetof(struct settings, instance)},
	{"keys", CONFIG_PATH, 0, 0, "/etc/keys", "master keys", offsetof(struct settings, keys)},
	{"partitions", CONFIG_INT, 1, 1000, "12", "of every topic", offsetof(struct settings, partitions)},
	{"test", CONFIG_BOOL, 0, 0, "no", "takes test data", offsetof(struct settings, test)},
	{"pause", CONFIG_DURATION, 10, 60000, "2s", "between tries", offsetof(struct settings, pause_ms)},
};
static const struct config_table table = {entries, sizeof entries / sizeof entries[0]};

static bool parse(struct arena *arena, const char *text, struct settings *settings, struct config_kafka *kafka, struct error *error)
{
	return config_parse(&table, "/etc/kluis/x.conf", view_text(text), arena, settings, kafka, error);
}

static void every_kind_is_read_and_the_rest_has_its_fallback(void **state)
{
	CLEANUP(arena_done) struct arena arena = {0};
	struct settings settings;
	struct config_kafka kafka;
	struct error error;

	(void)state;
	check_ok(parse(&arena,
		       "# a comment\n\n instance = \"a \\\"b\\\" # c\" # real comment\r\nkeys=master.keys\ntest = on\npause = 1m\n"
		       "kafka.bootstrap.servers = a:1,b:2\n",
		       &settings, &kafka, &error),
		 &error);
	check_text(settings.instance, "a \"b\" # c");
	check_text(settings.keys, "/etc/kluis/master.keys");
	check_int(settings.partitions, 12);
	check(settings.test);
	check_int(settings.pause_ms, 60000);
	check_size(kafka.count, 1);
	check_text(config_kafka_value(&kafka, "bootstrap.servers"), "a:1,b:2");
	check(config_kafka_value(&kafka, "other") == NULL);
}

static void what_is_wrong_is_told_with_its_line(void **state)
{
	static const struct {
		const char *text;
		const char *where;
	} faults[] = {
		{"instance = a\nunknown = 1\n", "/etc/kluis/x.conf:2: unknown: unknown name"},
		{"instance = a\ninstance = b\n", "/etc/kluis/x.conf:2: instance: given twice"},
		{"instance = a\npartitions = 0\n", "/etc/kluis/x.conf:2: partitions: out of range"},
		{"partitions = 12x\n", "/etc/kluis/x.conf:1: partitions: not a whole number"},
		{"partitions = 99999999999999999999\n", "/etc/kluis/x.conf:1: partitions: not a whole number"},
		{"partitions =\n", "/etc/kluis/x.conf:1: partitions: not a whole number"},
		{"test = maybe\n", "/etc/kluis/x.conf:1: test: neither"},
		{"pause = 10\n", "/etc/kluis/x.conf:1: pause: not a duration"},
		{"pause = 2h\n", "/etc/kluis/x.conf:1: pause: out of range"},
		{"pause = 9223372036854775807d\n", "/etc/kluis/x.conf:1: pause: not a duration"},
		{"instance = \"a\n", "/etc/kluis/x.conf:1: instance: quotes"},
		{"instance = \"a\" b\n", "/etc/kluis/x.conf:1: instance: quotes"},
		{"instance = abcdefghijklmnopqrstu\n", "/etc/kluis/x.conf:1: instance: too short or too long"},
		{"no equals here\n", "/etc/kluis/x.conf:1: line: is not"},
		{"In stance = x\n", "/etc/kluis/x.conf:1: name: lower-case"},
		{"kafka. = x\n", "/etc/kluis/x.conf:1: kafka.: no such"},
		{"kafka.a = x\nkafka.a = y\n", "/etc/kluis/x.conf:2: kafka.a: given twice"},
		{"test = no\n", "/etc/kluis/x.conf: instance: must be given"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof faults / sizeof faults[0]; i++) {
		CLEANUP(arena_done) struct arena arena = {0};
		struct settings settings;
		struct config_kafka kafka;
		struct error error;

		check_fails(parse(&arena, faults[i].text, &settings, &kafka, &error), &error, "CONFIG");
		check_int(error.disposition, DISPOSITION_STOP);
		if (strncmp(error.text, faults[i].where, strlen(faults[i].where)) != 0)
			check_text(error.text, faults[i].where);
	}
}

static void the_printed_example_can_be_read_once_filled(void **state)
{
	CLEANUP(arena_done) struct arena arena = {0};
	struct settings settings;
	struct config_kafka kafka;
	struct error error;
	char *text = NULL;
	size_t len = 0;
	FILE *out = open_memstream(&text, &len);
	struct view example;

	(void)state;
	check(out != NULL);
	config_print_example(&table, out);
	check_int(fclose(out), 0);
	example = arena_copy(&arena, view_of(text, len));
	free(text);
	check_fails(config_parse(&table, "x", example, &arena, &settings, &kafka, &error), &error, "CONFIG");
	check_text(error.place, "instance");
	check(strstr((const char *)example.ptr, "# partitions = 12") != NULL);
	check(strstr((const char *)example.ptr, "10ms to 1m; 2s by default") != NULL);
}

static void a_file_that_is_not_there_is_named(void **state)
{
	CLEANUP(arena_done) struct arena arena = {0};
	struct settings settings;
	struct config_kafka kafka;
	struct error error;

	(void)state;
	check_fails(config_load(&table, "/nowhere/x.conf", &arena, &settings, &kafka, &error), &error, "CONFIG");
	check(strstr(error.text, "/nowhere/x.conf") != NULL);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(every_kind_is_read_and_the_rest_has_its_fallback),
	cmocka_unit_test(what_is_wrong_is_told_with_its_line),
	cmocka_unit_test(the_printed_example_can_be_read_once_filled),
	cmocka_unit_test(a_file_that_is_not_there_is_named),
};

CHECK_MAIN(tests)
