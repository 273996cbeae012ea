/*
 * The small readers of text from outside, the first byte picks: what one of them takes is, written again, the same text; what a rule lets pass has
 * the form that the rule is about.
 */
#include "tests/fuzz/fuzz.h"

#include "common/base/calendar.h"
#include "common/base/uuid.h"
#include "common/crypto/hex.h"
#include "common/stream/sequence.h"
#include "common/stream/takeover.h"
#include "schemas/topic.h"
#include "vault-svc/core/elementary.h"
#include "vault-svc/store/trust_store.h"

#define TEXT_MAX 256

static struct arena arena;

static bool all_in(struct view text, const char *allowed)
{
	for (size_t i = 0; i < text.len; i++)
		if (text.ptr[i] == '\0' || strchr(allowed, text.ptr[i]) == NULL)
			return false;
	return true;
}

static void check_mark(struct view text)
{
	char again[MARK_TEXT_SIZE];
	struct mark mark;
	size_t len;

	if (!mark_parse(text.ptr, text.len, &mark))
		return;
	len = mark_format(&mark, again);
	require(mark.generation >= 1 && mark.batch >= 0);
	require(view_equal(view_of(again, len), text));
}

static void check_sequence(struct view text)
{
	char again[64];
	int64_t generation;
	int64_t number;

	if (!sequence_parse(text.ptr, text.len, &generation, &number))
		return;
	(void)snprintf(again, sizeof again, "%lld.%lld", (long long)generation, (long long)number);
	require(generation >= 1 && number >= 1 && view_equal(view_text(again), text));
}

static void check_uuid(struct view text)
{
	uint8_t bytes[16];

	if (uuid_is_valid(text)) {
		require(text.len == UUID_TEXT_LEN && all_in(text, "0123456789abcdef-"));
		require(text.ptr[8] == '-' && text.ptr[13] == '-' && text.ptr[18] == '-' && text.ptr[23] == '-');
		require(hex_decode(view_of(text.ptr, 8), bytes, 4));
	}
	require(uuid_is_valid(text) == (event_id_fault(text) == NULL));
}

static void check_hex(struct view text)
{
	uint8_t bytes[TEXT_MAX];
	char again[2 * TEXT_MAX + 1];

	if (!hex_decode(text, bytes, text.len / 2))
		return;
	hex_encode(bytes, text.len / 2, again);
	require(strlen(again) == text.len);
	for (size_t i = 0; i < text.len; i++)
		require(again[i] == (char)(text.ptr[i] | 0x20) || again[i] == (char)text.ptr[i]);
}

static void check_day(struct view text)
{
	char again[16];
	int32_t day;

	if (!day_parse(text, &day))
		return;
	day_format(day, again);
	require(view_equal(view_text(again), text));
	require(day_of(date_of(day)) == day && date_exists(date_of(day)));
}

static void check_time(struct view text)
{
	char again[32];
	int64_t at;
	int64_t read;

	if (!time_parse(text, &at))
		return;
	time_format(at, again);
	require(time_parse(view_text(again), &read) && read == at);
	require(amsterdam_day(at) - at / MS_PER_DAY <= 1);
}

static void check_topic(struct view text)
{
	enum topic_kind kind;
	struct view owner;

	if (topic_parse(text, &kind, &owner))
		require(kind < TOPIC_COUNT && topics[kind].named == !view_is_null(owner) &&
			view_equal(view_text(topic_name(kind, owner, &arena)), text));
}

static void check_issuer(struct view text)
{
	enum trust_kind kind;
	struct view name;
	size_t before;

	if (!trust_parse_issuer(text, &kind, &name))
		return;
	before = strlen(trust_kind_name(kind));
	require(kind != TRUST_SOURCE && name.len > 0 && before + 1 + name.len == text.len && text.ptr[before] == ':');
	require(memcmp(text.ptr, trust_kind_name(kind), before) == 0);
}

static void check_numbers(struct view text)
{
	uint32_t sum = 0;

	if (bsn_fault(text) == NULL) {
		require(text.len == 9 && all_in(text, "0123456789"));
		for (uint32_t i = 0; i < 8; i++)
			sum += (9 - i) * (uint32_t)(text.ptr[i] - '0');
		require(sum > 0 && sum % 11 == (uint32_t)(text.ptr[8] - '0'));
	}
	if (iban_fault(text) == NULL)
		require(text.len >= 5 && text.len <= 34 && (text.ptr[0] != 'N' || text.ptr[1] != 'L' || text.len == 18));
}

static void check_postcode(struct view text)
{
	const struct view country = VIEW_LITERAL("NL");
	struct view kept;

	if (postcode_fault(country, text) != NULL)
		return;
	kept = postcode_normalised(&arena, country, text);
	require(kept.len == 6 && all_in(view_of(kept.ptr, 4), "0123456789"));
	require(kept.ptr[4] >= 'A' && kept.ptr[4] <= 'Z' && kept.ptr[5] >= 'A' && kept.ptr[5] <= 'Z');
	require(postcode_fault(country, kept) == NULL && view_equal(postcode_normalised(&arena, country, kept), kept));
}

static void check_birth_date(struct view text)
{
	int32_t earliest;

	if (birth_date_fault(text) != NULL)
		return;
	require(text.len == 8 && all_in(text, "0123456789"));
	earliest = birth_date_earliest(text);
	if (birth_date_is_complete(text))
		require(day_fault(earliest) == NULL);
	else
		require(earliest == INT32_MIN || day_fault(earliest) == NULL);
}

static void check_text(struct view text)
{
	if (text_fault(text) == NULL)
		require(text.len > 0 && text_or_empty_fault(text) == NULL);
	if (country_fault(text) == NULL)
		require(text.len == 2);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	static void (*const checks[])(struct view text) = {check_mark,  check_sequence, check_uuid,    check_hex,      check_day,        check_time,
							   check_topic, check_issuer,   check_numbers, check_postcode, check_birth_date, check_text};

	if (size == 0 || size > TEXT_MAX)
		return 0;
	checks[bytes[0] % (sizeof checks / sizeof checks[0])](view_of(bytes + 1, size - 1));
	arena_reset(&arena);
	return 0;
}
