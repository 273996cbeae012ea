#include "provider-svc/core/figures/wide.h"

#include <string.h>

/* Two limbs; a product of two limbs and a carry always fits. */
__extension__ typedef unsigned __int128 wide_pair;

_Static_assert(WIDE_LIMBS * 64 > 24300 + 4 * 64, "room for the least common multiple of 1 to 16,800, a sum and a scale");

void wide_set(struct wide *number, uint64_t value)
{
	number->used = value == 0 ? 0 : 1;
	number->overflow = false;
	number->limbs[0] = value;
}

static void append(struct wide *number, uint64_t limb)
{
	if (limb == 0)
		return;
	if (number->used == WIDE_LIMBS)
		number->overflow = true;
	else
		number->limbs[number->used++] = limb;
}

void wide_add(struct wide *number, const struct wide *other)
{
	wide_pair carry = 0;

	number->overflow = number->overflow || other->overflow;
	while (number->used < other->used)
		number->limbs[number->used++] = 0;
	for (size_t i = 0; i < number->used; i++) {
		carry += (wide_pair)number->limbs[i] + (i < other->used ? other->limbs[i] : 0);
		number->limbs[i] = (uint64_t)carry;
		carry >>= 64;
	}
	append(number, (uint64_t)carry);
}

void wide_multiply(struct wide *number, uint64_t factor)
{
	wide_pair carry = 0;

	if (factor == 0)
		number->used = 0;
	for (size_t i = 0; i < number->used; i++) {
		carry += (wide_pair)number->limbs[i] * factor;
		number->limbs[i] = (uint64_t)carry;
		carry >>= 64;
	}
	append(number, (uint64_t)carry);
}

uint64_t wide_divide(struct wide *number, uint64_t divisor)
{
	wide_pair rest = 0;

	for (size_t i = number->used; i > 0; i--) {
		rest = (rest << 64) | number->limbs[i - 1];
		number->limbs[i - 1] = (uint64_t)(rest / divisor);
		rest %= divisor;
	}
	while (number->used > 0 && number->limbs[number->used - 1] == 0)
		number->used--;
	return (uint64_t)rest;
}

int wide_compare(const struct wide *a, const struct wide *b)
{
	if (a->used != b->used)
		return a->used < b->used ? -1 : 1;
	for (size_t i = a->used; i > 0; i--) {
		if (a->limbs[i - 1] != b->limbs[i - 1])
			return a->limbs[i - 1] < b->limbs[i - 1] ? -1 : 1;
	}
	return 0;
}

/* The used limbs alone: of most numbers that is one of hundreds. */
static void copy(struct wide *to, const struct wide *from)
{
	to->used = from->used;
	to->overflow = from->overflow;
	memcpy(to->limbs, from->limbs, from->used * sizeof from->limbs[0]);
}

/* A number of at most two limbs. */
static wide_pair pair_of(const struct wide *number)
{
	wide_pair pair = number->used == 2 ? (wide_pair)number->limbs[1] << 64 : 0;

	return pair | (number->used > 0 ? number->limbs[0] : 0);
}

/* Whether divisor × times is at most the number. */
static bool fits(const struct wide *divisor, uint64_t times, const struct wide *number)
{
	struct wide product;

	copy(&product, divisor);
	wide_multiply(&product, times);
	return !product.overflow && wide_compare(&product, number) <= 0;
}

/* Both fit in two limbs: the processor divides. */
static bool short_quotient(const struct wide *number, const struct wide *divisor, uint64_t *ret_quotient)
{
	wide_pair by = pair_of(divisor);
	wide_pair quotient = by == 0 ? 0 : pair_of(number) / by;

	*ret_quotient = (uint64_t)quotient;
	return by != 0 && quotient >> 63 == 0;
}

/* number / divisor, rounded down, bit by bit. */
static bool long_quotient(const struct wide *number, const struct wide *divisor, uint64_t *ret_quotient)
{
	uint64_t quotient = 0;

	if (fits(divisor, UINT64_C(1) << 63, number))
		return false;
	for (uint64_t bit = UINT64_C(1) << 62; bit != 0; bit >>= 1) {
		if (fits(divisor, quotient | bit, number))
			quotient |= bit;
	}
	*ret_quotient = quotient;
	return true;
}

/* (2 × numerator × scale + denominator) / (2 × denominator), rounded down. */
bool wide_quotient(const struct wide *numerator, uint64_t scale, const struct wide *denominator, uint64_t *ret_quotient)
{
	struct wide number;
	struct wide divisor;

	copy(&number, numerator);
	copy(&divisor, denominator);
	wide_multiply(&number, scale);
	wide_multiply(&number, 2);
	wide_add(&number, denominator);
	wide_multiply(&divisor, 2);
	if (denominator->used == 0 || number.overflow || divisor.overflow)
		return false;
	return number.used <= 2 && divisor.used <= 2 ? short_quotient(&number, &divisor, ret_quotient)
						     : long_quotient(&number, &divisor, ret_quotient);
}
