#include "tests/unit/check.h"

#include "common/base/calendar.h"
#include "tests/unit/schemas/random_record.h"
#include "vault-svc/core/elementary.h"

#define TRIALS 20000

/* Fails unless the rule answers that code (NULL: right). */
static void check_code(const char *actual, const char *expected, const char *value)
{
	if (actual == NULL || expected == NULL ? actual != expected : strcmp(actual, expected) != 0)
		fail_msg("\"%s\" gives %s, not %s", value, actual == NULL ? "nothing" : actual, expected == NULL ? "nothing" : expected);
}

static void a_bsn_keeps_the_eleven_test(void **state)
{
	static const char *const right[] = {"111222333", "123456782", "249566758", "999990019", "999990020", "999990032", "999993653", "999999990",
					    "000000012", "000000024", "123456782", "999900018", "999900031", "900000004", "900000016"};
	static const char *const wrong[] = {"123456789", "999999999", "000000000", "111222334", "999900020"};
	static const char *const no_bsn[] = {"12345678", "1234567820", "", "12345678A", "12345678 ", "\331\241\331\241\331\241"};

	(void)state;
	for (size_t i = 0; i < sizeof right / sizeof right[0]; i++)
		check_code(bsn_fault(view_text(right[i])), NULL, right[i]);
	for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
		check_code(bsn_fault(view_text(wrong[i])), "BSN_CHECK_DIGIT", wrong[i]);
	for (size_t i = 0; i < sizeof no_bsn / sizeof no_bsn[0]; i++)
		check_code(bsn_fault(view_text(no_bsn[i])), "BSN_FORMAT", no_bsn[i]);
}

/* The ninth digit of a prefix of eight: its remainder, 10 is none. Independent of bsn_fault. */
static int check_digit(const char *prefix)
{
	int sum = 0;

	for (int i = 0; i < 8; i++)
		sum += (9 - i) * (prefix[i] - '0');
	return sum % 11;
}

static void the_generator_gives_the_known_numbers(void **state)
{
	static const struct {
		const char *prefix;
		int digit;
	} known[] = {{"12345678", 2}, {"99990001", 8}, {"99990002", 10}, {"99990003", 1}, {"90000000", 4}, {"90000001", 6}};

	(void)state;
	for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
		char number[10];

		check_int(check_digit(known[i].prefix), known[i].digit);
		for (int digit = 0; digit < 10; digit++) {
			(void)snprintf(number, sizeof number, "%s%d", known[i].prefix, digit);
			check_code(bsn_fault(view_text(number)), digit == known[i].digit ? NULL : "BSN_CHECK_DIGIT", number);
		}
	}
}

static void random_bsn(struct random *random, char ret[static 10])
{
	do {
		(void)snprintf(ret, 10, "%08u", (unsigned)random_below(random, 100000000));
	} while (check_digit(ret) == 10 || strcmp(ret, "00000000") == 0);
	ret[8] = (char)('0' + check_digit(ret));
	ret[9] = '\0';
}

static void every_single_error_and_transposition_in_a_bsn_is_found(void **state)
{
	struct random random = random_seeded();

	(void)state;
	for (int trial = 0; trial < TRIALS; trial++) {
		char number[10];
		char broken[10];
		size_t at = (size_t)random_below(&random, 9);
		size_t swapped = (size_t)random_below(&random, 8);

		random_bsn(&random, number);
		check_code(bsn_fault(view_text(number)), NULL, number);
		memcpy(broken, number, sizeof broken);
		broken[at] = (char)('0' + (broken[at] - '0' + 1 + (int)random_below(&random, 9)) % 10);
		check_code(bsn_fault(view_text(broken)), "BSN_CHECK_DIGIT", broken);
		if (number[swapped] == number[swapped + 1])
			continue;
		memcpy(broken, number, sizeof broken);
		broken[swapped] = number[swapped + 1];
		broken[swapped + 1] = number[swapped];
		check_code(bsn_fault(view_text(broken)), "BSN_CHECK_DIGIT", broken);
	}
}

static void prefix_9999_has_exactly_9091_numbers(void **state)
{
	int count = 0;

	(void)state;
	for (unsigned i = 0; i < 100000; i++) {
		char number[10];

		(void)snprintf(number, sizeof number, "9999%05u", i);
		count += bsn_fault(view_text(number)) == NULL;
	}
	check_int(count, 9091);
}

static void an_iban_keeps_its_check_digits(void **state)
{
	static const char *const right[] = {"NL91ABNA0417164300", "NL39RABO0300065264",     "NL20INGB0001234567",    "NL02ABNA0123456789",
					    "BE68539007547034",   "DE89370400440532013000", "GB82WEST12345698765432"};
	static const char *const wrong[] = {"NL91ABNA0417164301",
					    "nl91ABNA0417164300",
					    "NL91 ABNA 0417 1643 00",
					    "NL91ABNA041716430",
					    "",
					    "NL",
					    "NL91ABNA04171643000",
					    "9191ABNA0417164300",
					    "NL91ABNA04171643\303\2510",
					    "NL91ABNA041716430a",
					    "GB82WEST12345698765433",
					    "GB82WEST123456987654321234567890123"};

	(void)state;
	for (size_t i = 0; i < sizeof right / sizeof right[0]; i++)
		check_code(iban_fault(view_text(right[i])), NULL, right[i]);
	for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
		check_code(iban_fault(view_text(wrong[i])), "IBAN", wrong[i]);
}

static void every_single_error_in_an_iban_is_found(void **state)
{
	struct random random = random_seeded();
	const char *const number = "NL91ABNA0417164300";

	(void)state;
	for (int trial = 0; trial < TRIALS; trial++) {
		char broken[19];
		size_t at = 8 + (size_t)random_below(&random, 10);

		memcpy(broken, number, sizeof broken);
		broken[at] = (char)('0' + (broken[at] - '0' + 1 + (int)random_below(&random, 9)) % 10);
		check_code(iban_fault(view_text(broken)), "IBAN", broken);
	}
}

static void a_dutch_postcode_has_four_digits_and_two_letters(void **state)
{
	static const char *const right[] = {"1234AB", "1234 AB", "9999zz", "1000 sa"};
	static const char *const wrong[] = {"0234AB", "1234", "1234A", "1234ABC", "1234-AB", "12 34AB", "1234  AB", "ABCD12", "1234A1", ""};

	(void)state;
	for (size_t i = 0; i < sizeof right / sizeof right[0]; i++)
		check_code(postcode_fault(VIEW_LITERAL("NL"), view_text(right[i])), NULL, right[i]);
	for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
		check_code(postcode_fault(VIEW_LITERAL("NL"), view_text(wrong[i])), "POSTCODE", wrong[i]);
	check_code(postcode_fault(VIEW_LITERAL("BE"), VIEW_LITERAL("B-1000")), NULL, "B-1000");
	check_code(postcode_fault(VIEW_LITERAL("BE"), VIEW_LITERAL("")), "TEXT", "");
}

static void a_dutch_postcode_is_kept_without_space_in_upper_case(void **state)
{
	struct arena arena = {0};

	(void)state;
	check_view(postcode_normalised(&arena, VIEW_LITERAL("NL"), VIEW_LITERAL("1234 ab")), VIEW_LITERAL("1234AB"));
	check_view(postcode_normalised(&arena, VIEW_LITERAL("NL"), VIEW_LITERAL("1234Ab")), VIEW_LITERAL("1234AB"));
	check_view(postcode_normalised(&arena, VIEW_LITERAL("NL"), VIEW_LITERAL("1234AB")), VIEW_LITERAL("1234AB"));
	check_view(postcode_normalised(&arena, VIEW_LITERAL("BE"), VIEW_LITERAL("1234 ab")), VIEW_LITERAL("1234 ab"));
	check(view_is_null(postcode_normalised(&arena, VIEW_LITERAL("NL"), VIEW_NULL)));
	arena_done(&arena);
}

static void a_country_is_assigned_by_iso_3166(void **state)
{
	static const char *const right[] = {"NL", "AD", "ZW", "BQ", "SX", "SS"};
	static const char *const wrong[] = {"XX", "nl", "N", "NLD", "", "UK", "EU", "AA", "ZZ"};

	(void)state;
	for (size_t i = 0; i < sizeof right / sizeof right[0]; i++)
		check_code(country_fault(view_text(right[i])), NULL, right[i]);
	for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
		check_code(country_fault(view_text(wrong[i])), "COUNTRY", wrong[i]);
}

static void a_birth_date_may_be_partial(void **state)
{
	static const char *const right[] = {"19800517", "19800500", "19800000", "00000000", "20000229", "18500101", "22001231"};
	static const char *const wrong[] = {"19800015",  "00000501", "19810229", "19000229", "18491231", "22010101", "1980051",
					    "198005170", "1980-5-7", "19801301", "19800532", "",         "1980051A"};

	(void)state;
	for (size_t i = 0; i < sizeof right / sizeof right[0]; i++)
		check_code(birth_date_fault(view_text(right[i])), NULL, right[i]);
	for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
		check_code(birth_date_fault(view_text(wrong[i])), "DATE", wrong[i]);
	check(birth_date_is_complete(VIEW_LITERAL("19800517")));
	check(!birth_date_is_complete(VIEW_LITERAL("19800500")));
	check(!birth_date_is_complete(VIEW_LITERAL("00000000")));
}

static void a_partial_birth_date_means_its_earliest_day(void **state)
{
	(void)state;
	check_int(birth_date_earliest(VIEW_LITERAL("19700102")), 1);
	check_int(birth_date_earliest(VIEW_LITERAL("19700200")), 31);
	check_int(birth_date_earliest(VIEW_LITERAL("19700000")), 0);
	check_int(birth_date_earliest(VIEW_LITERAL("00000000")), INT32_MIN);
}

static void a_day_lies_between_1850_and_2200(void **state)
{
	int32_t first = day_of((struct calendar_date){.year = 1850, .month = 1, .day = 1});
	int32_t last = day_of((struct calendar_date){.year = 2200, .month = 12, .day = 31});

	(void)state;
	check_code(day_fault(first), NULL, "first");
	check_code(day_fault(last), NULL, "last");
	check_code(day_fault(first - 1), "DATE", "before");
	check_code(day_fault(last + 1), "DATE", "after");
	check_code(day_fault(INT32_MIN), "DATE", "least");
	check_code(day_fault(INT32_MAX), "DATE", "most");
}

static void numbers_have_their_bounds(void **state)
{
	(void)state;
	check_code(contract_hours_fault(0), NULL, "0");
	check_code(contract_hours_fault(16800), NULL, "16800");
	check_code(contract_hours_fault(-1), "HOURS", "-1");
	check_code(contract_hours_fault(16801), "HOURS", "16801");
	check_code(norm_hours_fault(1), NULL, "1");
	check_code(norm_hours_fault(6000), NULL, "6000");
	check_code(norm_hours_fault(0), "HOURS", "0");
	check_code(norm_hours_fault(6001), "HOURS", "6001");
	check_code(percentage_fault(0), NULL, "0");
	check_code(percentage_fault(10000), NULL, "10000");
	check_code(percentage_fault(-1), "PERCENTAGE", "-1");
	check_code(percentage_fault(10001), "PERCENTAGE", "10001");
	check_code(house_number_fault(1), NULL, "1");
	check_code(house_number_fault(99999), NULL, "99999");
	check_code(house_number_fault(0), "HOUSE_NUMBER", "0");
	check_code(house_number_fault(100000), "HOUSE_NUMBER", "100000");
}

static void text_has_no_control_characters(void **state)
{
	static const char *const right[] = {"a", "O'Brien-\305\276", "\302\240", "\342\202\254", " ", "\320\226"};
	static const char *const wrong[] = {"a\tb", "\n", "a\177", "\302\200", "x\302\237y"};

	(void)state;
	for (size_t i = 0; i < sizeof right / sizeof right[0]; i++)
		check_code(text_fault(view_text(right[i])), NULL, right[i]);
	for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
		check_code(text_fault(view_text(wrong[i])), "TEXT", "with a control character");
	check_code(text_fault(view_of("a\0b", 3)), "TEXT", "with NUL");
	check_code(text_fault(VIEW_LITERAL("")), "TEXT", "");
	check_code(text_or_empty_fault(VIEW_LITERAL("")), NULL, "");
}

static void an_event_id_is_a_uuid_in_lower_case(void **state)
{
	static const char *const wrong[] = {"", "0B2F54C0-7F2C-4D61-9F3B-0C8B7C9D1E2F", "0b2f54c07f2c4d619f3b0c8b7c9d1e2f",
					    "0b2f54c0-7f2c-4d61-9f3b-0c8b7c9d1e2", "0b2f54c0-7f2c-4d61-9f3b-0c8b7c9d1e2g"};

	(void)state;
	check_code(event_id_fault(VIEW_LITERAL("0b2f54c0-7f2c-4d61-9f3b-0c8b7c9d1e2f")), NULL, "uuid");
	for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
		check_code(event_id_fault(view_text(wrong[i])), "EVENT_ID", wrong[i]);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(a_bsn_keeps_the_eleven_test),
	cmocka_unit_test(the_generator_gives_the_known_numbers),
	cmocka_unit_test(every_single_error_and_transposition_in_a_bsn_is_found),
	cmocka_unit_test(prefix_9999_has_exactly_9091_numbers),
	cmocka_unit_test(an_iban_keeps_its_check_digits),
	cmocka_unit_test(every_single_error_in_an_iban_is_found),
	cmocka_unit_test(a_dutch_postcode_has_four_digits_and_two_letters),
	cmocka_unit_test(a_dutch_postcode_is_kept_without_space_in_upper_case),
	cmocka_unit_test(a_country_is_assigned_by_iso_3166),
	cmocka_unit_test(a_birth_date_may_be_partial),
	cmocka_unit_test(a_partial_birth_date_means_its_earliest_day),
	cmocka_unit_test(a_day_lies_between_1850_and_2200),
	cmocka_unit_test(numbers_have_their_bounds),
	cmocka_unit_test(text_has_no_control_characters),
	cmocka_unit_test(an_event_id_is_a_uuid_in_lower_case),
};

CHECK_MAIN(tests)
