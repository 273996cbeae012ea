/*
 * Any bytes as a record of share.<provider>: as a body that the target signs as the trusted vault, or as the value whole, which nobody signed. What
 * is opened was signed by the vault and is under its pseudonym's key, and what it does to a share that is held never takes it back in time.
 *
 * Byte 0: signed or not, changed or not; 1: which bit of the envelope is changed; 2 to 5: what is held.
 */
#include "tests/fuzz/fuzz.h"

#include "common/base/buffer.h"
#include "common/crypto/sign.h"
#include "provider-svc/core/dossier.h"
#include "provider-svc/share_record.h"
#include "schemas/codec/record.h"

#define CHOICES 6
#define ISSUER VIEW_LITERAL("vault:V1")

static struct trust trust;
static struct sign_pair *pair;
static struct schema_registry *registry;
static struct arena arena;
static struct buffer value;

static void begin(void)
{
	static const struct schema_set *const sets[] = {&messages_schemas};
	static const uint8_t seed[CRYPTO_KEY_LEN] = {5};

	require(crypto_start(NULL) && schema_registry_new(sets, 1, &registry, NULL));
	pair = sign_pair_new(seed);
	trust = (struct trust){.count = 1, .vaults = {{.name = "V1"}}};
	memcpy(trust.vaults[0].key_id, pair->key_id, sizeof pair->key_id);
	memcpy(trust.vaults[0].signing_key, pair->public_key, sizeof pair->public_key);
	buffer_init(&value, SCHEMA_MAX_MESSAGE);
}

static void sign(struct view body)
{
	struct signed_ envelope = {.issuer = ISSUER, .body = body};

	memcpy(envelope.key_id, pair->key_id, sizeof envelope.key_id);
	sign_body(pair, "share", envelope.issuer, body, envelope.signature);
	require(message_encode(&signed_schema, &envelope, &value, NULL));
}

static void check_signed(const struct signed_ *envelope)
{
	uint8_t signature[SIGNATURE_LEN];

	require(view_equal(envelope->issuer, ISSUER) && memcmp(envelope->key_id, pair->key_id, sizeof envelope->key_id) == 0);
	sign_body(pair, "share", envelope->issuer, envelope->body, signature);
	require(memcmp(signature, envelope->signature, sizeof signature) == 0);
}

/* One bit of the envelope is another: then it is not believed, or says the same in more bytes. */
static void check_changed(const struct signed_ *envelope, uint8_t which)
{
	struct share_record changed;

	value.bytes[which * 7U % value.len] ^= (uint8_t)(1U << which % 8);
	share_record_read(&changed, registry, buffer_view(&value), &arena);
	if (share_record_verify(&changed, &trust) && changed.refused == NULL)
		require(record_equal(&signed_schema, changed.envelope, envelope));
}

static struct held_share choose_held(struct choices *choices)
{
	struct held_share held = {.known = choose(choices, 2) == 1, .ended = choose(choices, 4) == 1};

	held.state = (enum dossier_state)choose(choices, 5);
	held.share_revision = choose_byte(choices);
	return held;
}

static void check_effect(const struct share_record *record, const struct held_share *held)
{
	struct dossier_decision decision;

	if (record->revocation != NULL) {
		decision = dossier_on_revocation(held, record->revocation);
		require(decision.effect == DOSSIER_IGNORED || decision.effect == DOSSIER_DELETED || decision.effect == DOSSIER_DETACHED);
	} else {
		decision = dossier_on_share(held, record->event->share_revision);
		require(decision.effect == DOSSIER_IGNORED || decision.effect == DOSSIER_REPLACED);
		require(decision.effect == DOSSIER_IGNORED || !held->known || record->event->share_revision > held->share_revision);
	}
	require(decision.effect == DOSSIER_IGNORED || !held->ended);
}

static void check_opened(struct share_record *record, const struct held_share *held)
{
	struct view pseudonym;

	/* The key is not known before the body is read. */
	if (!share_record_open(record, VIEW_NULL)) {
		require(record->body_read == SHARE_READ_UNKNOWN);
		return;
	}
	require(record->refused != NULL);
	if (strcmp(record->refused, "KEY") != 0)
		return;
	require((record->event != NULL) != (record->revocation != NULL));
	pseudonym = view_of(share_record_pseudonym(record), sizeof record->event->pseudonym);
	require(share_record_open(record, pseudonym) && record->refused == NULL);
	check_effect(record, held);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	struct choices choices = {bytes, size};
	struct share_record record;
	struct held_share held;
	struct view body;
	uint8_t how;
	uint8_t which;

	if (registry == NULL)
		begin();
	if (size < CHOICES)
		return 0;
	how = choose_byte(&choices);
	which = choose_byte(&choices);
	held = choose_held(&choices);
	body = view_of(choices.at, choices.left);
	buffer_clear(&value);
	if ((how & 1) == 0)
		sign(body);
	else
		require(buffer_put(&value, body));
	share_record_read(&record, registry, buffer_view(&value), &arena);
	if (!share_record_verify(&record, &trust)) {
		require((how & 1) != 0 && record.envelope_read == SHARE_READ_UNKNOWN);
	} else if (record.refused == NULL) {
		check_signed(record.envelope);
		check_opened(&record, &held);
		if ((how & 2) != 0)
			check_changed(record_copy(&signed_schema, &arena, record.envelope), which);
	} else {
		require((how & 1) != 0);
	}
	arena_reset(&arena);
	return 0;
}
