/* What every fuzz target has: its entry, and what it asserts. Memory is used again from run to run, and nothing of a run outlives it. */
#pragma once

#include "common/base/view.h"

#include <stdio.h>
#include <stdlib.h>

/* One run (libFuzzer's interface). Answers 0. */
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

/* Says what does not hold, and ends the process: libFuzzer keeps the input. */
static inline _Noreturn void fuzz_failed(const char *what, const char *file, int line)
{
	(void)fprintf(stderr, "%s:%d: does not hold: %s\n", file, line, what);
	abort();
}

#define require(condition) ((condition) ? (void)0 : fuzz_failed(#condition, __FILE__, __LINE__))

/* The input as a source of choices. When it is empty every choice is 0. */
struct choices {
	const uint8_t *at;
	size_t left;
};

static inline uint8_t choose_byte(struct choices *choices)
{
	if (choices->left == 0)
		return 0;
	choices->left--;
	return *choices->at++;
}

/* 0..count-1; count is at most 256. */
static inline uint32_t choose(struct choices *choices, uint32_t count)
{
	return choose_byte(choices) % count;
}

/* What is left, up to `most` bytes. */
static inline struct view choose_bytes(struct choices *choices, size_t most)
{
	struct view taken = view_of(choices->at, choices->left < most ? choices->left : most);

	choices->at += taken.len;
	choices->left -= taken.len;
	return taken;
}
