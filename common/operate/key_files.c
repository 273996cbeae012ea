#include "common/operate/key_files.h"

#include <stdio.h>
#include <unistd.h>

#include "common/base/crash_point.h"
#include "common/crypto/hex.h"

static bool make_key(const char *what, const char *path, bool (*create)(const char *, struct error *), struct error *error)
{
	if (access(path, F_OK) == 0)
		return true;
	if (!create(path, error))
		return false;
	(void)printf("made %s: %s\n", what, path);
	return true;
}

bool key_files_make(const struct key_files *files, struct error *error)
{
	if (!make_key("master key", files->master, keyring_create, error) || !make_key("signing key", files->signing, sign_pair_create, error) ||
	    !make_key("box key", files->box, box_pair_create, error))
		return false;
	CRASH_POINT(setup_keys_made);
	return true;
}

static void print_key(const char *name, const uint8_t key[static CRYPTO_KEY_LEN])
{
	char text[2 * CRYPTO_KEY_LEN + 1];

	hex_encode(key, CRYPTO_KEY_LEN, text);
	(void)printf("%s = %s\n", name, text);
}

bool key_files_print(const struct key_files *files, struct error *error)
{
	struct sign_pair *sign = NULL;
	struct box_pair *box = NULL;
	bool done = sign_pair_load(files->signing, &sign, error) && box_pair_load(files->box, &box, error);

	if (done) {
		print_key("signing_public_key", sign->public_key);
		print_key("box_public_key", box->public_key);
	}
	sign_pair_free(sign);
	box_pair_free(box);
	return done;
}

void key_files_check(const struct key_files *files, struct checkup *checkup)
{
	static const char remedy[] = "`setup` makes it where there is none; it must be the service's own, mode 0600";
	struct keyring *keyring = NULL;
	struct sign_pair *sign = NULL;
	struct box_pair *box = NULL;
	struct error error = {0};

	(void)checkup_result(checkup, keyring_load(files->master, &keyring, &error), "master key", files->master, &error, remedy);
	(void)checkup_result(checkup, sign_pair_load(files->signing, &sign, &error), "signing key", files->signing, &error, remedy);
	(void)checkup_result(checkup, box_pair_load(files->box, &box, &error), "box key", files->box, &error, remedy);
	keyring_free(keyring);
	sign_pair_free(sign);
	box_pair_free(box);
}
