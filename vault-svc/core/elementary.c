#include "vault-svc/core/elementary.h"

#include "common/base/calendar.h"
#include "common/base/uuid.h"

#define BSN_DIGITS 9
#define IBAN_SHORTEST 15 /* Norway's */
#define IBAN_LONGEST 34
#define IBAN_DUTCH 18
#define FIRST_YEAR 1850
#define LAST_YEAR 2200
#define MOST_CONTRACT_HOURS 16800
#define MOST_NORM_HOURS 6000
#define WHOLE 10000 /* a hundred per cent, in hundredths */
#define MOST_HOUSE_NUMBER 99999

static bool is_digit(uint8_t byte)
{
	return byte >= '0' && byte <= '9';
}

static bool is_upper(uint8_t byte)
{
	return byte >= 'A' && byte <= 'Z';
}

static bool is_letter(uint8_t byte)
{
	return is_upper(byte) || (byte >= 'a' && byte <= 'z');
}

static bool all_digits(struct view text)
{
	for (size_t i = 0; i < text.len; i++)
		if (!is_digit(text.ptr[i]))
			return false;
	return true;
}

const char *bsn_fault(struct view bsn)
{
	int sum = 0;
	bool zero = true;

	if (bsn.len != BSN_DIGITS || !all_digits(bsn))
		return "BSN_FORMAT";
	for (int i = 0; i < BSN_DIGITS; i++) {
		int digit = bsn.ptr[i] - '0';

		sum += digit * (i == BSN_DIGITS - 1 ? -1 : BSN_DIGITS - i);
		zero = zero && digit == 0;
	}
	return zero || sum % 11 != 0 ? "BSN_CHECK_DIGIT" : NULL;
}

const char *iban_fault(struct view iban)
{
	unsigned rest = 0;

	if (iban.len < IBAN_SHORTEST || iban.len > IBAN_LONGEST || !is_upper(iban.ptr[0]) || !is_upper(iban.ptr[1]) || !is_digit(iban.ptr[2]) ||
	    !is_digit(iban.ptr[3]))
		return "IBAN";
	if (iban.ptr[0] == 'N' && iban.ptr[1] == 'L' && iban.len != IBAN_DUTCH)
		return "IBAN";
	for (size_t i = 0; i < iban.len; i++) {
		uint8_t byte = iban.ptr[(i + 4) % iban.len];

		if (is_digit(byte))
			rest = (rest * 10 + (unsigned)(byte - '0')) % 97;
		else if (is_upper(byte))
			rest = (rest * 100 + (unsigned)(byte - 'A') + 10) % 97;
		else
			return "IBAN";
	}
	return rest == 1 ? NULL : "IBAN";
}

static bool is_dutch(struct view country)
{
	return view_equal(country, VIEW_LITERAL("NL"));
}

const char *postcode_fault(struct view country, struct view postcode)
{
	size_t letters = postcode.len == 7 ? 5 : 4;

	if (!is_dutch(country))
		return text_fault(postcode);
	if ((postcode.len != 6 && postcode.len != 7) || !all_digits(view_of(postcode.ptr, 4)) || postcode.ptr[0] == '0' ||
	    (postcode.len == 7 && postcode.ptr[4] != ' ') || !is_letter(postcode.ptr[letters]) || !is_letter(postcode.ptr[letters + 1]))
		return "POSTCODE";
	return NULL;
}

struct view postcode_normalised(struct arena *arena, struct view country, struct view postcode)
{
	uint8_t *text;

	if (view_is_null(postcode) || !is_dutch(country) || postcode_fault(country, postcode) != NULL)
		return postcode;
	if (postcode.len == 6 && is_upper(postcode.ptr[4]) && is_upper(postcode.ptr[5]))
		return postcode;
	text = arena_take(arena, 6);
	memcpy(text, postcode.ptr, 4);
	text[4] = postcode.ptr[postcode.len - 2] & 0xdf;
	text[5] = postcode.ptr[postcode.len - 1] & 0xdf;
	return view_of(text, 6);
}

const char *country_fault(struct view country)
{
	/* ISO 3166-1 alpha-2, officially assigned: 249 codes. */
	static const char assigned[] =
		"ADAEAFAGAIALAMAOAQARASATAUAWAXAZBABBBDBEBFBGBHBIBJBLBMBNBOBQBRBSBTBVBWBYBZCACCCDCFCGCHCICKCLCMCNCOCRCUCVCWCXCYCZDEDJDKDMDODZ"
		"ECEEEGEHERESETFIFJFKFMFOFRGAGBGDGEGFGGGHGIGLGMGNGPGQGRGSGTGUGWGYHKHMHNHRHTHUIDIEILIMINIOIQIRISITJEJMJOJPKEKGKHKIKMKNKPKRKWKYKZ"
		"LALBLCLILKLRLSLTLULVLYMAMCMDMEMFMGMHMKMLMMMNMOMPMQMRMSMTMUMVMWMXMYMZNANCNENFNGNINLNONPNRNUNZOMPAPEPFPGPHPKPLPMPNPRPSPTPWPYQA"
		"RERORSRURWSASBSCSDSESGSHSISJSKSLSMSNSOSRSSSTSVSXSYSZTCTDTFTGTHTJTKTLTMTNTOTRTTTVTWTZUAUGUMUSUYUZVAVCVEVGVIVNVUWFWSYEYTZAZMZW";
	_Static_assert(sizeof assigned == 249 * 2 + 1, "as many codes as ISO 3166-1 assigns");

	if (is_dutch(country))
		return NULL;
	if (country.len != 2)
		return "COUNTRY";
	for (size_t i = 0; i + 1 < sizeof assigned; i += 2)
		if (memcmp(&assigned[i], country.ptr, 2) == 0)
			return NULL;
	return "COUNTRY";
}

const char *house_number_fault(int32_t number)
{
	return number < 1 || number > MOST_HOUSE_NUMBER ? "HOUSE_NUMBER" : NULL;
}

static int32_t number_of(const uint8_t *digits, size_t count)
{
	int32_t number = 0;

	for (size_t i = 0; i < count; i++)
		number = number * 10 + (digits[i] - '0');
	return number;
}

static struct calendar_date birth_date_parts(struct view birth_date)
{
	return (struct calendar_date){
		.year = number_of(birth_date.ptr, 4), .month = number_of(birth_date.ptr + 4, 2), .day = number_of(birth_date.ptr + 6, 2)};
}

const char *birth_date_fault(struct view birth_date)
{
	struct calendar_date date;

	if (birth_date.len != 8 || !all_digits(birth_date))
		return "DATE";
	date = birth_date_parts(birth_date);
	/* What is unknown makes all that is finer unknown. */
	if (date.year == 0)
		return date.month == 0 && date.day == 0 ? NULL : "DATE";
	if (date.year < FIRST_YEAR || date.year > LAST_YEAR)
		return "DATE";
	if (date.month == 0)
		return date.day == 0 ? NULL : "DATE";
	if (date.day == 0)
		date.day = 1;
	return date_exists(date) ? NULL : "DATE";
}

bool birth_date_is_complete(struct view birth_date)
{
	struct calendar_date date;

	if (birth_date.len != 8 || !all_digits(birth_date))
		return false;
	date = birth_date_parts(birth_date);
	return date.year != 0 && date.month != 0 && date.day != 0;
}

int32_t birth_date_earliest(struct view birth_date)
{
	struct calendar_date date;

	if (birth_date.len != 8 || !all_digits(birth_date))
		return INT32_MIN;
	date = birth_date_parts(birth_date);
	if (date.year == 0)
		return INT32_MIN;
	if (date.month == 0)
		date.month = 1;
	if (date.day == 0)
		date.day = 1;
	return day_of(date);
}

const char *day_fault(int32_t day)
{
	const int32_t first = -43829; /* 1850-01-01 */
	const int32_t last = 84370;   /* 2200-12-31 */

	return day < first || day > last ? "DATE" : NULL;
}

const char *contract_hours_fault(int32_t hours_x100)
{
	return hours_x100 < 0 || hours_x100 > MOST_CONTRACT_HOURS ? "HOURS" : NULL;
}

const char *norm_hours_fault(int32_t hours_x100)
{
	return hours_x100 < 1 || hours_x100 > MOST_NORM_HOURS ? "HOURS" : NULL;
}

const char *percentage_fault(int32_t pct_x100)
{
	return pct_x100 < 0 || pct_x100 > WHOLE ? "PERCENTAGE" : NULL;
}

const char *text_fault(struct view text)
{
	return text.len == 0 ? "TEXT" : text_or_empty_fault(text);
}

const char *text_or_empty_fault(struct view text)
{
	for (size_t i = 0; i < text.len; i++) {
		uint8_t byte = text.ptr[i];

		if (byte < 0x20 || byte == 0x7f)
			return "TEXT";
		if (byte == 0xc2 && i + 1 < text.len && text.ptr[i + 1] < 0xa0) /* U+0080..U+009F */
			return "TEXT";
	}
	return NULL;
}

const char *event_id_fault(struct view event_id)
{
	return uuid_is_valid(event_id) ? NULL : "EVENT_ID";
}
