/* The three key files of a service: made by `setup` where there are none, looked at by `check`. */
#pragma once

#include "common/crypto/box.h"
#include "common/crypto/keyring.h"
#include "common/crypto/sign.h"
#include "common/operate/checkup.h"

struct key_files {
	const char *master;
	const char *signing;
	const char *box;
};

/* Makes what is missing and says so on standard output. */
MUST_CHECK bool key_files_make(const struct key_files *files, struct error *error);

/* Prints `signing_public_key = <hex>` and `box_public_key = <hex>`. */
MUST_CHECK bool key_files_print(const struct key_files *files, struct error *error);

/* Each can be read, and is nobody else's to read. */
void key_files_check(const struct key_files *files, struct checkup *checkup);
