#include "tests/unit/check.h"

#include "common/crypto/blind.h"
#include "common/crypto/box.h"
#include "common/crypto/digest.h"
#include "common/crypto/hex.h"
#include "common/crypto/seal.h"
#include "common/crypto/sign.h"
#include "common/crypto/wrap.h"

#include <jansson.h>

static const uint8_t key_a[CRYPTO_KEY_LEN] = {1, 2, 3};
static const uint8_t key_b[CRYPTO_KEY_LEN] = {9, 9, 9};

struct fixture {
	struct arena arena;
	json_t *vectors;
};

static int set_up(void **state)
{
	static struct fixture fixture;
	struct error error;

	arena_init(&fixture.arena, 1 << 24);
	fixture.vectors = json_load_file(KLUIS_SOURCE "/schemas/vectors.json", 0, NULL);
	*state = &fixture;
	return fixture.vectors != NULL && crypto_start(&error) ? 0 : -1;
}

static int tear_down(void **state)
{
	struct fixture *fixture = *state;

	arena_done(&fixture->arena);
	json_decref(fixture->vectors);
	return 0;
}

/* A text of the vectors, and its bytes when it is hexadecimal. */
static const char *vector_text(struct fixture *fixture, const char *group, const char *name)
{
	const char *text = json_string_value(json_object_get(json_object_get(fixture->vectors, group), name));

	check(text != NULL);
	return text;
}

static struct view vector(struct fixture *fixture, const char *group, const char *name)
{
	const char *text = vector_text(fixture, group, name);
	uint8_t *bytes = arena_take(&fixture->arena, strlen(text) / 2);

	check(hex_decode(view_text(text), bytes, strlen(text) / 2));
	return view_of(bytes, strlen(text) / 2);
}

static void a_sealed_text_opens_to_what_it_was(void **state)
{
	struct fixture *fixture = *state;
	struct error error;
	struct view plain = VIEW_LITERAL("a plain text");
	struct view sealed = seal_make(&fixture->arena, key_a, 7, VIEW_LITERAL("aad"), plain, NULL);
	struct view opened;

	check_size(sealed.len, plain.len + SEAL_OVERHEAD);
	check_int(sealed.ptr[0], 1);
	check_int(seal_epoch(sealed), 7);
	check_ok(seal_open(&fixture->arena, key_a, VIEW_LITERAL("aad"), sealed, &opened, &error), &error);
	check_view(opened, plain);
}

static void an_empty_text_and_long_associated_data_can_be_sealed(void **state)
{
	struct fixture *fixture = *state;
	struct error error;
	struct view aad = view_of(arena_take(&fixture->arena, 5000), 5000);
	struct view sealed = seal_make(&fixture->arena, key_a, 1, aad, VIEW_LITERAL(""), NULL);
	struct view opened;

	check_ok(seal_open(&fixture->arena, key_a, aad, sealed, &opened, &error), &error);
	check_size(opened.len, 0);
	check(!view_is_null(opened));
}

static void any_changed_bit_of_a_sealed_text_is_noticed(void **state)
{
	struct fixture *fixture = *state;
	struct error error;
	struct view sealed = seal_make(&fixture->arena, key_a, 7, VIEW_LITERAL("aad"), VIEW_LITERAL("text"), NULL);
	struct view opened;

	for (size_t bit = 0; bit < sealed.len * 8; bit++) {
		struct view copy = arena_copy(&fixture->arena, sealed);

		((uint8_t *)(uintptr_t)copy.ptr)[bit / 8] ^= (uint8_t)(1U << (bit % 8));
		check_fails(seal_open(&fixture->arena, key_a, VIEW_LITERAL("aad"), copy, &opened, &error), &error, "SEAL_BROKEN");
	}
	for (size_t len = 0; len < sealed.len; len++)
		check_fails(seal_open(&fixture->arena, key_a, VIEW_LITERAL("aad"), view_of(sealed.ptr, len), &opened, &error), &error, "SEAL_BROKEN");
}

static void another_key_or_place_does_not_open(void **state)
{
	struct fixture *fixture = *state;
	struct error error;
	struct view sealed = seal_make(&fixture->arena, key_a, 7, VIEW_LITERAL("aad"), VIEW_LITERAL("text"), NULL);
	struct view opened;

	check_fails(seal_open(&fixture->arena, key_b, VIEW_LITERAL("aad"), sealed, &opened, &error), &error, "SEAL_BROKEN");
	check_fails(seal_open(&fixture->arena, key_a, VIEW_LITERAL("aae"), sealed, &opened, &error), &error, "SEAL_BROKEN");
	check_int(error.disposition, DISPOSITION_STOP);
}

static void the_same_text_sealed_twice_differs(void **state)
{
	CLEANUP(buffer_done) struct buffer buffer = {.limit = 1000};
	struct fixture *fixture = *state;
	size_t half;

	(void)fixture;
	check(seal_put(&buffer, key_a, 1, VIEW_LITERAL(""), VIEW_LITERAL("text")));
	half = buffer.len;
	check(seal_put(&buffer, key_a, 1, VIEW_LITERAL(""), VIEW_LITERAL("text")));
	check_size(buffer.len, 2 * half);
	check(memcmp(buffer.bytes + 5, buffer.bytes + half + 5, half - 5) != 0);
}

static void a_full_buffer_takes_no_sealed_text(void **state)
{
	CLEANUP(buffer_done) struct buffer buffer = {.limit = SEAL_OVERHEAD + 3};

	(void)state;
	check(!seal_put(&buffer, key_a, 1, VIEW_LITERAL(""), VIEW_LITERAL("text")));
	check(buffer.failed);
}

static void the_same_seed_seals_to_the_same_bytes(void **state)
{
	struct fixture *fixture = *state;
	struct entropy one;
	struct entropy two;

	entropy_init_seed(&one, key_a);
	entropy_init_seed(&two, key_a);
	check_view(seal_make(&fixture->arena, key_b, 1, VIEW_NULL, VIEW_LITERAL("text"), &one),
		   seal_make(&fixture->arena, key_b, 1, VIEW_NULL, VIEW_LITERAL("text"), &two));
}

static void a_wrapped_key_is_bound_to_purpose_and_subject(void **state)
{
	uint8_t wrapped[WRAPPED_KEY_LEN];
	uint8_t key[CRYPTO_KEY_LEN];
	struct view bytes = view_of(wrapped, sizeof wrapped);
	struct error error;

	(void)state;
	key_wrap(key_a, 3, "person", VIEW_LITERAL("E1/12"), key_b, NULL, wrapped);
	check_int(seal_epoch(bytes), 3);
	check_ok(key_unwrap(key_a, "person", VIEW_LITERAL("E1/12"), bytes, key, &error), &error);
	check_view(view_of(key, sizeof key), view_of(key_b, sizeof key_b));
	check_fails(key_unwrap(key_a, "person", VIEW_LITERAL("E1/13"), bytes, key, &error), &error, "SEAL_BROKEN");
	check_fails(key_unwrap(key_a, "employer", VIEW_LITERAL("E1/12"), bytes, key, &error), &error, "SEAL_BROKEN");
	check_fails(key_unwrap(key_b, "person", VIEW_LITERAL("E1/12"), bytes, key, &error), &error, "SEAL_BROKEN");
	check_fails(key_unwrap(key_a, "person", VIEW_LITERAL("E1/12"), view_of(wrapped, sizeof wrapped - 1), key, &error), &error, "SEAL_BROKEN");
}

static void a_signature_is_that_of_the_independent_vector(void **state)
{
	struct fixture *fixture = *state;
	struct view issuer = view_text(vector_text(fixture, "signed", "issuer"));
	const char *kind = vector_text(fixture, "signed", "topic_kind");
	struct view body = vector(fixture, "signed", "body");
	struct sign_pair *pair = sign_pair_new(vector(fixture, "signed", "ed25519_seed").ptr);
	uint8_t signature[SIGNATURE_LEN];
	uint8_t key_id[CRYPTO_KEY_ID_LEN];
	uint8_t public_key[CRYPTO_KEY_LEN];

	sign_body(pair, kind, issuer, body, signature);
	memcpy(key_id, pair->key_id, sizeof key_id);
	memcpy(public_key, pair->public_key, sizeof public_key);
	sign_pair_free(pair);
	check_view(view_of(signature, sizeof signature), vector(fixture, "signed", "signature"));
	check_view(view_of(key_id, sizeof key_id), vector(fixture, "signed", "key_id"));
	check_view(view_of(public_key, sizeof public_key), vector(fixture, "signed", "public_key"));
	check(sign_verify(public_key, kind, issuer, body, view_of(signature, sizeof signature)));
}

static void a_signature_holds_for_nothing_else(void **state)
{
	struct fixture *fixture = *state;
	const uint8_t *public_key = vector(fixture, "signed", "public_key").ptr;
	struct view issuer = view_text(vector_text(fixture, "signed", "issuer"));
	const char *kind = vector_text(fixture, "signed", "topic_kind");
	struct view body = vector(fixture, "signed", "body");
	struct view signature = vector(fixture, "signed", "signature");

	check(sign_verify(public_key, kind, issuer, body, signature));
	check(!sign_verify(key_b, kind, issuer, body, signature));
	check(!sign_verify(public_key, "care.requests", issuer, body, signature));
	check(!sign_verify(public_key, kind, VIEW_LITERAL("employer:E2"), body, signature));
	check(!sign_verify(public_key, kind, issuer, view_of(body.ptr, body.len - 1), signature));
	check(!sign_verify(public_key, kind, issuer, body, view_of(signature.ptr, signature.len - 1)));
	check(!sign_verify(public_key, kind, issuer, body, VIEW_NULL));
}

static void text_cannot_move_between_the_parts_of_what_is_signed(void **state)
{
	struct sign_pair *pair = sign_pair_new(key_a);
	uint8_t signature[SIGNATURE_LEN];
	bool moved;

	(void)state;
	sign_body(pair, "share", VIEW_LITERAL("vault:x"), VIEW_LITERAL("a\0b"), signature);
	moved = sign_verify(pair->public_key, "share", VIEW_LITERAL("vault:x\0a"), VIEW_LITERAL("b"), view_of(signature, sizeof signature));
	sign_pair_free(pair);
	check(!moved);
}

static void a_sealed_box_of_the_independent_vector_opens(void **state)
{
	struct fixture *fixture = *state;
	struct box_pair *pair = box_pair_new(vector(fixture, "sealed", "x25519_secret").ptr);
	struct error error;
	struct view plain = VIEW_NULL;
	uint8_t key_id[CRYPTO_KEY_ID_LEN];
	bool ok = box_open(&fixture->arena, pair, vector(fixture, "sealed", "sealed"), &plain, &error);

	memcpy(key_id, pair->key_id, sizeof key_id);
	box_pair_free(pair);
	check_ok(ok, &error);
	check_view(plain, vector(fixture, "sealed", "plain"));
	check_view(view_of(key_id, sizeof key_id), vector(fixture, "sealed", "recipient_key_id"));
}

static void a_box_opens_only_for_its_receiver_and_unchanged(void **state)
{
	struct fixture *fixture = *state;
	struct box_pair *pair = box_pair_new(key_a);
	struct box_pair *other = box_pair_new(key_b);
	struct entropy entropy;
	struct error error;
	struct view by_system = VIEW_NULL;
	struct view by_seed = VIEW_NULL;
	struct view plain = VIEW_LITERAL("care");
	struct view opened[2] = {0};
	bool ok[5];

	entropy_init_seed(&entropy, key_b);
	ok[0] = box_seal(&fixture->arena, pair->public_key, plain, NULL, &by_system, &error) &&
		box_seal(&fixture->arena, pair->public_key, plain, &entropy, &by_seed, &error);
	ok[1] = box_open(&fixture->arena, pair, by_system, &opened[0], &error);
	ok[2] = box_open(&fixture->arena, pair, by_seed, &opened[1], &error);
	ok[3] = box_open(&fixture->arena, other, by_seed, &opened[1], &error);
	((uint8_t *)(uintptr_t)by_seed.ptr)[50] ^= 1;
	ok[4] = box_open(&fixture->arena, pair, by_seed, &opened[1], &error);
	box_pair_free(pair);
	box_pair_free(other);
	check(ok[0] && ok[1] && ok[2]);
	check_view(opened[0], plain);
	check_view(opened[1], plain);
	check(!ok[3] && !ok[4]);
	check_text(error.code, "CANNOT_OPEN");
	check_int(error.disposition, DISPOSITION_REJECT);
}

static void a_box_to_a_public_key_of_low_order_is_refused(void **state)
{
	struct fixture *fixture = *state;
	static const uint8_t zeros[CRYPTO_KEY_LEN];
	struct entropy entropy;
	struct error error;
	struct view sealed;

	entropy_init_seed(&entropy, key_a);
	check_fails(box_seal(&fixture->arena, zeros, VIEW_LITERAL("x"), NULL, &sealed, &error), &error, "BOX_KEY");
	check_fails(box_seal(&fixture->arena, zeros, VIEW_LITERAL("x"), &entropy, &sealed, &error), &error, "BOX_KEY");
}

static void entropy_is_the_same_however_it_is_taken(void **state)
{
	struct entropy one;
	struct entropy two;
	uint8_t whole[2000];
	uint8_t parts[2000];

	(void)state;
	entropy_init_seed(&one, key_a);
	entropy_init_seed(&two, key_a);
	entropy_take(&one, whole, sizeof whole);
	for (size_t at = 0, n = 1; at < sizeof parts; at += n, n = n % 97 + 1)
		entropy_take(&two, parts + at, n > sizeof parts - at ? sizeof parts - at : n);
	check_view(view_of(whole, sizeof whole), view_of(parts, sizeof parts));
	entropy_init_seed(&two, key_b);
	entropy_take(&two, parts, sizeof parts);
	check(memcmp(whole, parts, 16) != 0);
	check(memcmp(whole, whole + 512, 512) != 0);
}

static void a_blind_index_tells_parts_apart(void **state)
{
	uint8_t index[4][BLIND_INDEX_LEN];

	(void)state;
	blind_index(key_a, (const struct view[]){VIEW_LITERAL("ab"), VIEW_LITERAL("c")}, 2, index[0]);
	blind_index(key_a, (const struct view[]){VIEW_LITERAL("a"), VIEW_LITERAL("bc")}, 2, index[1]);
	blind_index(key_b, (const struct view[]){VIEW_LITERAL("ab"), VIEW_LITERAL("c")}, 2, index[2]);
	blind_index(key_a, (const struct view[]){VIEW_LITERAL("ab"), VIEW_LITERAL("c")}, 2, index[3]);
	check(memcmp(index[0], index[1], BLIND_INDEX_LEN) != 0);
	check(memcmp(index[0], index[2], BLIND_INDEX_LEN) != 0);
	check(memcmp(index[0], index[3], BLIND_INDEX_LEN) == 0);
	blind_index(key_a, (const struct view[]){VIEW_NULL}, 1, index[0]);
	blind_index(key_a, (const struct view[]){VIEW_LITERAL("")}, 1, index[1]);
	check(memcmp(index[0], index[1], BLIND_INDEX_LEN) != 0);
}

static void a_digest_is_that_of_blake2b(void **state)
{
	uint8_t expected[32];
	uint8_t made[32];
	struct digest digest;

	(void)state;
	/* BLAKE2b-256("abc"), as published with `b2sum -l 256`. */
	check(hex_decode(VIEW_LITERAL("bddd813c634239723171ef3fee98579b94964e3bb1cb3e427262c8c068d52319"), expected, sizeof expected));
	digest_init(&digest, NULL, sizeof made);
	digest_add(&digest, VIEW_LITERAL("a"));
	digest_add(&digest, VIEW_LITERAL("bc"));
	digest_finish(&digest, made);
	check_view(view_of(made, sizeof made), view_of(expected, sizeof expected));
	digest_of(NULL, VIEW_LITERAL("abc"), made, sizeof made);
	check_view(view_of(made, sizeof made), view_of(expected, sizeof expected));
}

static void hexadecimal_is_read_strictly(void **state)
{
	uint8_t bytes[2];
	char text[5];

	(void)state;
	check(hex_decode(VIEW_LITERAL("0aFf"), bytes, 2));
	check_int(bytes[0], 0x0a);
	check_int(bytes[1], 0xff);
	hex_encode(bytes, 2, text);
	check_text(text, "0aff");
	check(!hex_decode(VIEW_LITERAL("0aF"), bytes, 2));
	check(!hex_decode(VIEW_LITERAL("0aFf0"), bytes, 2));
	check(!hex_decode(VIEW_LITERAL("0aFx"), bytes, 2));
	check(!hex_decode(VIEW_LITERAL(" aFf"), bytes, 2));
	check(!hex_decode(VIEW_LITERAL("0a\0f"), bytes, 2));
	check(!hex_decode(VIEW_NULL, bytes, 0));
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(a_sealed_text_opens_to_what_it_was),
	cmocka_unit_test(an_empty_text_and_long_associated_data_can_be_sealed),
	cmocka_unit_test(any_changed_bit_of_a_sealed_text_is_noticed),
	cmocka_unit_test(another_key_or_place_does_not_open),
	cmocka_unit_test(the_same_text_sealed_twice_differs),
	cmocka_unit_test(a_full_buffer_takes_no_sealed_text),
	cmocka_unit_test(the_same_seed_seals_to_the_same_bytes),
	cmocka_unit_test(a_wrapped_key_is_bound_to_purpose_and_subject),
	cmocka_unit_test(a_signature_is_that_of_the_independent_vector),
	cmocka_unit_test(a_signature_holds_for_nothing_else),
	cmocka_unit_test(text_cannot_move_between_the_parts_of_what_is_signed),
	cmocka_unit_test(a_sealed_box_of_the_independent_vector_opens),
	cmocka_unit_test(a_box_opens_only_for_its_receiver_and_unchanged),
	cmocka_unit_test(a_box_to_a_public_key_of_low_order_is_refused),
	cmocka_unit_test(entropy_is_the_same_however_it_is_taken),
	cmocka_unit_test(a_blind_index_tells_parts_apart),
	cmocka_unit_test(a_digest_is_that_of_blake2b),
	cmocka_unit_test(hexadecimal_is_read_strictly),
};

CHECK_MAIN_WITH(tests, set_up, tear_down)
