#include "tests/fuzz/vault/signers.h"

#include "schemas/codec/message.h"
#include "tests/fuzz/fuzz.h"

struct signer signers[SIGNERS] = {{.issuer = "employer:E1"}, {.issuer = "employer:E2"}, {.issuer = "provider:P1"}, {.issuer = "operator:O1"}};

static struct trust_party parties[SIGNERS];
static struct trust_key keys[SIGNERS];
static const struct trust trusted = {.version = 1, .parties = parties, .count = SIGNERS};

const struct trust *signers_trusted(void)
{
	for (size_t i = 0; i < SIGNERS; i++) {
		uint8_t seed[CRYPTO_KEY_LEN];

		memset(seed, (int)i + 1, sizeof seed);
		signers[i].pair = sign_pair_new(seed);
		memcpy(keys[i].key_id, signers[i].pair->key_id, sizeof keys[i].key_id);
		memcpy(keys[i].public_key, signers[i].pair->public_key, sizeof keys[i].public_key);
		require(trust_parse_issuer(view_text(signers[i].issuer), &parties[i].kind, &parties[i].name));
		parties[i].keys = &keys[i];
		parties[i].key_count = 1;
	}
	return &trusted;
}

void signer_sign(const struct signer *signer, const char *topic, struct view body, struct buffer *ret)
{
	struct signed_ envelope = {.issuer = view_text(signer->issuer), .body = body};

	buffer_clear(ret);
	memcpy(envelope.key_id, signer->pair->key_id, sizeof envelope.key_id);
	sign_body(signer->pair, topic, envelope.issuer, body, envelope.signature);
	require(message_encode(&signed_schema, &envelope, ret, NULL));
}
