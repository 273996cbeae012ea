/* An answer in a file: whole, or not there. */
#include "tests/unit/check.h"

#include "common/cli/output_file.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static char folder[64];
static char path[96];

static int set_up(void **state)
{
	(void)state;
	(void)snprintf(folder, sizeof folder, "/tmp/kluis-output-XXXXXX");
	check(mkdtemp(folder) != NULL);
	(void)snprintf(path, sizeof path, "%s/answer", folder);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	(void)unlink(path);
	return rmdir(folder);
}

/* Files in the folder. */
static int count_files(void)
{
	DIR *files = opendir(folder);
	int count = -2; /* . and .. */

	while (readdir(files) != NULL)
		count++;
	(void)closedir(files);
	return count;
}

static const char *content(void)
{
	static char text[64];
	FILE *file = fopen(path, "re");
	size_t length;

	check(file != NULL);
	length = fread(text, 1, sizeof text - 1, file);
	text[length] = '\0';
	(void)fclose(file);
	return text;
}

static void a_file_takes_the_place_of_the_one_before(void **state)
{
	struct error error = {0};

	(void)state;
	check_ok(output_write(path, VIEW_LITERAL("a long first one"), &error), &error);
	check_ok(output_write(path, VIEW_LITERAL("second"), &error), &error);
	check_text(content(), "second");
	check_int(count_files(), 1);
}

static void what_cannot_be_put_in_its_place_leaves_nothing_behind(void **state)
{
	struct error error = {0};
	char elsewhere[128];

	(void)state;
	(void)snprintf(elsewhere, sizeof elsewhere, "%s/no-folder/answer", folder);
	check_fails(output_write(elsewhere, VIEW_LITERAL("x"), &error), &error, "OUTPUT");
	check(error.disposition == DISPOSITION_STOP);
	check_int(count_files(), 0);
}

/* A device, a pipe or a folder of that name must not become a file. */
static void something_else_than_a_plain_file_is_left_alone(void **state)
{
	struct error error = {0};
	struct stat about;

	(void)state;
	check_int(mkfifo(path, 0600), 0);
	check_fails(output_write(path, VIEW_LITERAL("x"), &error), &error, "OUTPUT");
	check(stat(path, &about) == 0 && S_ISFIFO(about.st_mode));
	check_int(count_files(), 1);
}

#define OUTPUT(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

static const struct CMUnitTest tests[] = {
	OUTPUT(a_file_takes_the_place_of_the_one_before),
	OUTPUT(what_cannot_be_put_in_its_place_leaves_nothing_behind),
	OUTPUT(something_else_than_a_plain_file_is_left_alone),
};

CHECK_MAIN(tests)
