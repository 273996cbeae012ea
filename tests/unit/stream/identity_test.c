/* kluis-id: the contract's text, counted per cause and output topic. */
#include "tests/unit/check.h"

#include "common/stream/identity.h"

#include <sodium.h>

static const char topic_a[] = "a";
static const char topic_b[] = "b";

static struct stream_cause cause_of(const char *name, int32_t partition, int64_t number)
{
	return (struct stream_cause){.name = view_text(name), .partition = partition, .number = number};
}

static void the_text_is_generation_cause_partition_number_n(void **state)
{
	const struct stream_cause cause = cause_of("hr.events", 3, 1234567890123);
	char text[IDENTITY_TEXT_SIZE];

	(void)state;
	check_size(identity_text(2, &cause, 0, text), 29);
	check_text(text, "2/hr.events/3/1234567890123/0");
}

static void an_overlong_cause_stays_within_the_text(void **state)
{
	char name[2000];
	char text[IDENTITY_TEXT_SIZE];
	struct stream_cause cause;
	size_t len;

	(void)state;
	memset(name, 'x', sizeof name);
	cause = (struct stream_cause){.name = view_of(name, sizeof name), .partition = INT32_MAX, .number = INT64_MAX};
	len = identity_text(INT32_MAX, &cause, INT64_MAX, text);
	check(len < IDENTITY_TEXT_SIZE);
	check_size(strlen(text), len);
}

static void n_counts_from_zero_per_cause_and_topic(void **state)
{
	struct identity_counts counts = {0};
	struct arena arena = {0};

	(void)state;
	for (int64_t n = 0; n < 3; n++) {
		for (int64_t offset = 0; offset < 1000; offset++) {
			const struct stream_cause events = cause_of("hr.events", 1, offset);
			const struct stream_cause commands = cause_of("vault.commands", 1, offset);

			check_int(identity_number(&counts, &arena, topic_a, &events), n);
			check_int(identity_number(&counts, &arena, topic_b, &events), n);
			check_int(identity_number(&counts, &arena, topic_a, &commands), n);
		}
	}
	check_size(counts.used, 3000);
	arena_done(&arena);
}

static void the_hidden_form_depends_on_key_and_text_alone(void **state)
{
	const uint8_t key[32] = {1};
	const uint8_t other[32] = {2};
	char one[IDENTITY_HIDDEN_SIZE];
	char same[IDENTITY_HIDDEN_SIZE];
	char different[IDENTITY_HIDDEN_SIZE];
	uint8_t expected[16];
	char hex[33];

	(void)state;
	identity_hide(key, VIEW_LITERAL("1/a/2/3/0"), one);
	identity_hide(key, VIEW_LITERAL("1/a/2/3/0"), same);
	identity_hide(other, VIEW_LITERAL("1/a/2/3/0"), different);
	check_text(one, same);
	check(strcmp(one, different) != 0);
	check_int(crypto_generichash(expected, sizeof expected, (const uint8_t *)"1/a/2/3/0", 9, key, sizeof key), 0);
	check_text(one, sodium_bin2hex(hex, sizeof hex, expected, sizeof expected));
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(the_text_is_generation_cause_partition_number_n),
	cmocka_unit_test(an_overlong_cause_stays_within_the_text),
	cmocka_unit_test(n_counts_from_zero_per_cause_and_topic),
	cmocka_unit_test(the_hidden_form_depends_on_key_and_text_alone),
};

CHECK_MAIN(tests)
