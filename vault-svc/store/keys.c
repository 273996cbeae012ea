#include "vault-svc/store/keys.h"

static bool derive_indexes(const struct keyring *keyring, int32_t employer_no, struct employer_keys *keys, struct error *error)
{
	uint64_t id = (uint64_t)(uint32_t)employer_no;

	return keyring_derive(keyring, keys->epoch, "kl-emplk", id, keys->employee, error) &&
	       keyring_derive(keyring, keys->epoch, "kl-bsn__", id, keys->bsn, error) &&
	       keyring_derive(keyring, keys->epoch, "kl-birth", id, keys->birth, error);
}

bool employer_keys_create(const struct keyring *keyring, int32_t employer_no, struct employer_keys *ret, struct error *error)
{
	*ret = (struct employer_keys){.epoch = keyring_current_epoch(keyring)};
	random_bytes(ret->key, sizeof ret->key);
	return derive_indexes(keyring, employer_no, ret, error);
}

void employer_keys_wrap(const struct keyring *keyring, int32_t employer_no, const struct employer_keys *keys,
			uint8_t ret_wrapped[static WRAPPED_KEY_LEN])
{
	struct seal_subject subject = seal_subject_of(employer_no, 0, 0);

	keyring_wrap(keyring, "employer", seal_subject_view(&subject), keys->key, ret_wrapped);
}

bool employer_keys_open(const struct keyring *keyring, int32_t employer_no, struct view wrapped, struct employer_keys *ret, struct error *error)
{
	struct seal_subject subject = seal_subject_of(employer_no, 0, 0);

	*ret = (struct employer_keys){.epoch = seal_epoch(wrapped)};
	return keyring_unwrap(keyring, "employer", seal_subject_view(&subject), wrapped, ret->key, error) &&
	       derive_indexes(keyring, employer_no, ret, error);
}

void employer_keys_done(struct employer_keys *keys)
{
	secret_wipe(keys, sizeof *keys);
}

static void put_big_endian(uint8_t *target, uint64_t value, size_t size)
{
	for (size_t i = 0; i < size; i++)
		target[i] = (uint8_t)(value >> (8 * (size - 1 - i)));
}

struct seal_subject seal_subject_of(int32_t employer_no, int64_t person, int64_t version)
{
	struct seal_subject subject = {0};

	put_big_endian(subject.bytes, (uint32_t)employer_no, 4);
	put_big_endian(subject.bytes + 4, (uint64_t)person, 8);
	put_big_endian(subject.bytes + 12, (uint64_t)version, 8);
	return subject;
}
