/* Random numbers that a seed alone decides: xoshiro256** 1.0, its state filled by splitmix64 (D. Blackman and S. Vigna, prng.di.unimi.it; public
 * domain). Nothing here or behind it computes with fractions, so the same seed gives the same bytes with any compiler and library. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct random {
	uint64_t state[4];
};

/* The next number of splitmix64. */
static inline uint64_t random_spread(uint64_t *state)
{
	uint64_t z = *state += UINT64_C(0x9e3779b97f4a7c15);

	z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
	return z ^ (z >> 31);
}

/* A stream of its own for each pair of numbers. */
static inline void random_begin(struct random *random, uint64_t seed, uint64_t stream)
{
	uint64_t state = seed;

	state = random_spread(&state) ^ (stream * UINT64_C(0xd1342543de82ef95) + 1);
	for (int i = 0; i < 4; i++)
		random->state[i] = random_spread(&state);
}

static inline uint64_t random_next(struct random *random)
{
	uint64_t *s = random->state;
	uint64_t five = s[1] * 5;
	uint64_t result = ((five << 7) | (five >> 57)) * 9;
	uint64_t shifted = s[1] << 17;

	s[2] ^= s[0];
	s[3] ^= s[1];
	s[1] ^= s[2];
	s[0] ^= s[3];
	s[2] ^= shifted;
	s[3] = (s[3] << 45) | (s[3] >> 19);
	return result;
}

/* 0..bound-1; uneven by less than bound / 2^32. */
static inline int32_t random_below(struct random *random, int32_t bound)
{
	return (int32_t)(((random_next(random) >> 32) * (uint64_t)bound) >> 32);
}

/* True so many times of 2^32. */
static inline bool random_chance(struct random *random, uint32_t chance)
{
	return (uint32_t)(random_next(random) >> 32) < chance;
}

/* Of 2^32, for random_chance: a part of a whole, which is larger. */
static inline uint32_t chance_of(uint64_t part, uint64_t whole)
{
	return (uint32_t)((part << 32) / whole);
}
