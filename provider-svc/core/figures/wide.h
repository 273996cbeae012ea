/*
 * Whole numbers of any size that the figures can need, exact. Part-time factors have denominators from 0.01 to 168.00 hours: brought under one
 * denominator they may grow to 24,300 bits, and never beyond what is here.
 */
#pragma once

#include "common/base/error.h"

#include <stddef.h>
#include <stdint.h>

enum { WIDE_LIMBS = 400 };

/* Zero is the number 0. Limbs from the lowest; none of the used ones above the highest is looked at. */
struct wide {
	size_t used;
	bool overflow; /* once set it stays: whatever is made from this number is worth nothing */
	uint64_t limbs[WIDE_LIMBS];
};

/* The number itself. */
void wide_set(struct wide *number, uint64_t value);

/* number += other. */
void wide_add(struct wide *number, const struct wide *other);

/* number *= factor. */
void wide_multiply(struct wide *number, uint64_t factor);

/* number /= divisor, rounded down; gives what is left. The divisor is not 0. */
uint64_t wide_divide(struct wide *number, uint64_t divisor);

/* Negative, 0 or positive. */
int wide_compare(const struct wide *a, const struct wide *b);

/* numerator × scale / denominator to the nearest whole number, halves up. False when the denominator is 0, something has overflowed, or the
 * outcome does not fit in 63 bits. */
MUST_CHECK bool wide_quotient(const struct wide *numerator, uint64_t scale, const struct wide *denominator, uint64_t *ret_quotient);
