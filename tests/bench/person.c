#include "tests/bench/person.h"

#include <inttypes.h>
#include <stdarg.h>

uint64_t person_hash(uint64_t number, uint64_t salt)
{
	uint64_t z = number + (salt + 1) * UINT64_C(0x9e3779b97f4a7c15);

	z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
	return z ^ (z >> 31);
}

struct view person_text(struct arena *arena, const char *format, ...)
{
	char text[256];
	va_list list;

	va_start(list, format);
	(void)vsnprintf(text, sizeof text, format, list);
	va_end(list);
	return arena_copy(arena, view_text(text));
}

/* The ninth digit of eight; 10 when there is none. Weights 9..2 and -1, a sum divisible by 11. */
static uint32_t check_digit(uint64_t eight)
{
	uint32_t sum = 0;

	for (uint32_t weight = 2; weight <= 9; weight++) {
		sum += weight * (uint32_t)(eight % 10);
		eight /= 10;
	}
	return sum % 11;
}

struct view person_bsn(uint64_t number, struct arena *arena)
{
	uint64_t eight = 10000000 + number * 2;

	if (check_digit(eight) == 10)
		eight++;
	return person_text(arena, "%08" PRIu64 "%u", eight, check_digit(eight));
}

struct view person_iban(uint64_t number, struct arena *arena)
{
	/* "BANK" and "NL00" as digits: B=11 A=10 N=23 K=20, N=23 L=21. */
	uint64_t account = number % UINT64_C(10000000000);
	uint64_t rest = 11102320;

	for (uint64_t power = UINT64_C(1000000000); power > 0; power /= 10)
		rest = (rest % 97) * 10 + account / power % 10;
	rest = ((rest % 97) * 1000000 + 232100) % 97;
	return person_text(arena, "NL%02" PRIu64 "BANK%010" PRIu64, 98 - rest, account);
}

struct view person_word(uint64_t number, uint64_t salt, struct arena *arena)
{
	static const char consonants[] = "bdfghjklmnprstvw";
	static const char vowels[] = "aeio";
	uint64_t bits = person_hash(number, salt);
	char text[11];

	for (size_t i = 0; i < 10; i += 2) {
		text[i] = consonants[bits & 15];
		text[i + 1] = vowels[bits >> 4 & 3];
		bits >>= 6;
	}
	text[0] = (char)(text[0] - 'a' + 'A');
	text[10] = '\0';
	return arena_copy(arena, view_text(text));
}

struct view person_birth_date(uint64_t number, struct arena *arena)
{
	uint64_t bits = person_hash(number, 90);

	return person_text(arena, "%04" PRIu64 "%02" PRIu64 "%02" PRIu64, 1958 + bits % 46, 1 + (bits >> 8) % 12, 1 + (bits >> 16) % 28);
}

struct view person_postcode(uint64_t number, struct arena *arena)
{
	static const char letters[] = "GHJKLMNPRTVWXZ";
	uint64_t bits = person_hash(number, 91);

	return person_text(arena, "%04" PRIu64 "%c%c", 1000 + bits % 9000, letters[(bits >> 16) % 14], letters[(bits >> 24) % 14]);
}
