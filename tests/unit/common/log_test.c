#include "tests/unit/check.h"

#include "common/config/log.h"

#include <stdlib.h>
#include <unistd.h>

struct fixture {
	int ends[2];
	char text[8192];
};

static int set_up(void **state)
{
	struct fixture *fixture = calloc(1, sizeof *fixture);

	if (fixture == NULL || pipe(fixture->ends) != 0)
		return -1;
	log_set_descriptor(fixture->ends[1]);
	*state = fixture;
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *fixture = *state;

	log_set_descriptor(STDERR_FILENO);
	log_set_level(LOG_LEVEL_INFO);
	(void)close(fixture->ends[0]);
	(void)close(fixture->ends[1]);
	free(fixture);
	return 0;
}

/* What was logged, from behind the time. */
static const char *logged(struct fixture *fixture)
{
	ssize_t n = read(fixture->ends[0], fixture->text, sizeof fixture->text - 1);
	const char *level;

	check(n > 0);
	fixture->text[n] = '\0';
	check_int(strncmp(fixture->text, "time=20", 7), 0);
	level = strstr(fixture->text, " level=");
	check(level != NULL);
	return level + 1;
}

static void a_line_has_level_event_and_fields(void **state)
{
	log_event(LOG_LEVEL_INFO, "started");
	check_text(logged(*state), "level=info event=started\n");
	log_event(LOG_LEVEL_WARNING, "halted", log_text("topic", "hr.events"), log_int("offset", INT64_MIN), log_bool("apart", true),
		  log_text("none", NULL));
	check_text(logged(*state), "level=warning event=halted topic=hr.events offset=-9223372036854775808 apart=true\n");
}

static void values_cannot_forge_fields_or_lines(void **state)
{
	log_event(LOG_LEVEL_ERROR, "x", log_text("a", "b c=\"d\"\nlevel=error\\"), log_text("empty", ""));
	check_text(logged(*state), "level=error event=x a=\"b c=\\\"d\\\"?level=error\\\\\" empty=\"\"\n");
}

static void an_error_is_shown_with_its_parts(void **state)
{
	struct error error;

	(void)error_set(&error, DISPOSITION_RETRY, "CONNECTION_LOST", "sync", "gone");
	log_event(LOG_LEVEL_ERROR, "paused", log_error(&error), log_int("partition", 3));
	check_text(logged(*state), "level=error event=paused disposition=retry code=CONNECTION_LOST place=sync text=gone partition=3\n");
}

static void lines_below_the_level_are_left_out(void **state)
{
	enum log_level level;

	check(log_level_parse("warning", &level));
	check(!log_level_parse("loud", &level));
	log_set_level(level);
	log_event(LOG_LEVEL_INFO, "silent");
	log_event(LOG_LEVEL_ERROR, "heard");
	check_text(logged(*state), "level=error event=heard\n");
}

static void a_line_that_is_too_long_is_cut_and_still_ends(void **state)
{
	static char text[5000];
	const char *line;

	memset(text, 'a', sizeof text - 1);
	log_event(LOG_LEVEL_INFO, "long", log_text("a", text));
	line = logged(*state);
	check_int(line[strlen(line) - 1], '\n');
	check(strlen(line) <= 2048);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

static const struct CMUnitTest tests[] = {
	TEST(a_line_has_level_event_and_fields),  TEST(values_cannot_forge_fields_or_lines),           TEST(an_error_is_shown_with_its_parts),
	TEST(lines_below_the_level_are_left_out), TEST(a_line_that_is_too_long_is_cut_and_still_ends),
};

CHECK_MAIN(tests)
