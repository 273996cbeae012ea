#include "tests/unit/check.h"

#include "common/crypto/keyring.h"
#include "common/crypto/sign.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

struct fixture {
	char folder[64];
	char path[96];
	struct keyring *keyring;
};

static int set_up(void **state)
{
	struct fixture *fixture = calloc(1, sizeof *fixture);
	struct error error;

	if (fixture == NULL || !crypto_start(&error))
		return -1;
	(void)snprintf(fixture->folder, sizeof fixture->folder, "/tmp/kluis-keyring-XXXXXX");
	if (mkdtemp(fixture->folder) == NULL)
		return -1;
	(void)snprintf(fixture->path, sizeof fixture->path, "%s/keys", fixture->folder);
	*state = fixture;
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *fixture = *state;

	keyring_free(fixture->keyring);
	(void)unlink(fixture->path);
	(void)rmdir(fixture->folder);
	free(fixture);
	return 0;
}

static void write_file(const char *path, const char *text)
{
	FILE *file = fopen(path, "w");

	check(file != NULL && fputs(text, file) >= 0 && fclose(file) == 0);
	check_int(chmod(path, 0600), 0);
}

static void a_new_keyring_has_one_key_for_its_owner_alone(void **state)
{
	struct fixture *fixture = *state;
	struct error error;
	struct stat status;

	check_ok(keyring_create(fixture->path, &error), &error);
	check_int(stat(fixture->path, &status), 0);
	check_int(status.st_mode & 0777, 0600);
	check_ok(keyring_load(fixture->path, &fixture->keyring, &error), &error);
	check_size(keyring_count(fixture->keyring), 1);
	check_int(keyring_current_epoch(fixture->keyring), 1);
}

static void an_existing_file_is_not_overwritten(void **state)
{
	struct fixture *fixture = *state;
	struct error error;

	check_ok(keyring_create(fixture->path, &error), &error);
	check_fails(keyring_create(fixture->path, &error), &error, "KEY_FILE");
	check_fails(sign_pair_create(fixture->path, &error), &error, "KEY_FILE");
}

static void a_file_that_others_may_read_is_refused(void **state)
{
	struct fixture *fixture = *state;
	struct error error;

	check_ok(keyring_create(fixture->path, &error), &error);
	check_int(chmod(fixture->path, 0640), 0);
	check_fails(keyring_load(fixture->path, &fixture->keyring, &error), &error, "KEY_FILE");
	check_int(error.disposition, DISPOSITION_STOP);
}

static void a_line_that_is_not_exactly_right_is_refused(void **state)
{
#define DIGITS "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"
	static const char *const texts[] = {"",
					    "\n",
					    "1 " DIGITS "0\n",
					    "1  " DIGITS "\n",
					    "01 " DIGITS "\n",
					    "0 " DIGITS "\n",
					    "1 " DIGITS "\n1 " DIGITS "\n",
					    "2 " DIGITS "\n1 " DIGITS "\n",
					    "-1 " DIGITS "\n",
					    "1 " DIGITS " \n",
					    "1\n",
					    "9999999999 " DIGITS "\n",
					    "1 " DIGITS "\r\n"};
	struct fixture *fixture = *state;
	struct error error;

	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
		write_file(fixture->path, texts[i]);
		check_fails(keyring_load(fixture->path, &fixture->keyring, &error), &error, "KEY_FILE");
		check(strstr(error.text, "0001") == NULL);
	}
	write_file(fixture->path, "1 " DIGITS "\n12 " DIGITS "\n");
	check_ok(keyring_load(fixture->path, &fixture->keyring, &error), &error);
	check_int(keyring_current_epoch(fixture->keyring), 12);
}

static void what_an_older_epoch_wrapped_opens_until_it_is_destroyed(void **state)
{
	struct fixture *fixture = *state;
	static const uint8_t key[CRYPTO_KEY_LEN] = {42};
	uint8_t opened[CRYPTO_KEY_LEN];
	uint8_t wrapped[WRAPPED_KEY_LEN];
	uint32_t epoch;
	struct error error;
	struct view bytes = view_of(wrapped, sizeof wrapped);

	check_ok(keyring_create(fixture->path, &error), &error);
	check_ok(keyring_load(fixture->path, &fixture->keyring, &error), &error);
	keyring_wrap(fixture->keyring, "employer", VIEW_LITERAL("E1"), key, wrapped);
	keyring_free(fixture->keyring);
	fixture->keyring = NULL;
	check_ok(keyring_add_epoch(fixture->path, &epoch, &error), &error);
	check_int(epoch, 2);
	check_ok(keyring_load(fixture->path, &fixture->keyring, &error), &error);
	check_int(keyring_current_epoch(fixture->keyring), 2);
	check_ok(keyring_unwrap(fixture->keyring, "employer", VIEW_LITERAL("E1"), bytes, opened, &error), &error);
	check_view(view_of(opened, sizeof opened), view_of(key, sizeof key));
	check_fails(keyring_unwrap(fixture->keyring, "employer", VIEW_LITERAL("E2"), bytes, opened, &error), &error, "SEAL_BROKEN");
	keyring_free(fixture->keyring);
	fixture->keyring = NULL;
	check_fails(keyring_destroy_epoch(fixture->path, 2, &error), &error, "KEY_FILE");
	check_ok(keyring_destroy_epoch(fixture->path, 1, &error), &error);
	check_ok(keyring_load(fixture->path, &fixture->keyring, &error), &error);
	check_fails(keyring_unwrap(fixture->keyring, "employer", VIEW_LITERAL("E1"), bytes, opened, &error), &error, "EPOCH_UNKNOWN");
}

static void derived_keys_differ_by_epoch_use_and_number(void **state)
{
	struct fixture *fixture = *state;
	uint8_t keys[5][CRYPTO_KEY_LEN];
	uint32_t epoch;
	struct error error;

	check_ok(keyring_create(fixture->path, &error), &error);
	check_ok(keyring_add_epoch(fixture->path, &epoch, &error), &error);
	check_ok(keyring_load(fixture->path, &fixture->keyring, &error), &error);
	check_ok(keyring_derive(fixture->keyring, 1, "blindbsn", 1, keys[0], &error), &error);
	check_ok(keyring_derive(fixture->keyring, 2, "blindbsn", 1, keys[1], &error), &error);
	check_ok(keyring_derive(fixture->keyring, 1, "blindkey", 1, keys[2], &error), &error);
	check_ok(keyring_derive(fixture->keyring, 1, "blindbsn", 2, keys[3], &error), &error);
	check_ok(keyring_derive(fixture->keyring, 1, "blindbsn", 1, keys[4], &error), &error);
	for (size_t i = 1; i < 4; i++)
		check(memcmp(keys[0], keys[i], CRYPTO_KEY_LEN) != 0);
	check(memcmp(keys[0], keys[4], CRYPTO_KEY_LEN) == 0);
	check_fails(keyring_derive(fixture->keyring, 3, "blindbsn", 1, keys[0], &error), &error, "EPOCH_UNKNOWN");
	check_fails(keyring_derive(fixture->keyring, 1, "blind", 1, keys[0], &error), &error, "KEY_CONTEXT");
}

static void a_seed_file_gives_the_same_pair_again(void **state)
{
	struct fixture *fixture = *state;
	struct sign_pair *one = NULL;
	struct sign_pair *two = NULL;
	struct error error;
	bool same;

	check_ok(sign_pair_create(fixture->path, &error), &error);
	check_ok(sign_pair_load(fixture->path, &one, &error), &error);
	check_ok(sign_pair_load(fixture->path, &two, &error), &error);
	same = memcmp(one, two, sizeof *one) == 0;
	sign_pair_free(one);
	sign_pair_free(two);
	check(same);
	write_file(fixture->path, "not a key\n");
	check_fails(sign_pair_load(fixture->path, &one, &error), &error, "KEY_FILE");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

static const struct CMUnitTest tests[] = {
	TEST(a_new_keyring_has_one_key_for_its_owner_alone),
	TEST(an_existing_file_is_not_overwritten),
	TEST(a_file_that_others_may_read_is_refused),
	TEST(a_line_that_is_not_exactly_right_is_refused),
	TEST(what_an_older_epoch_wrapped_opens_until_it_is_destroyed),
	TEST(derived_keys_differ_by_epoch_use_and_number),
	TEST(a_seed_file_gives_the_same_pair_again),
};

CHECK_MAIN(tests)
