/* The vault's answers to commands, read from vault.results. */
#pragma once

#include <stdint.h>

struct results;

/* From the topic's present end on. Heap. */
struct results *results_new(const char *bootstrap);

/* Accepts NULL. */
void results_free(struct results *results);

/* Reads until so many CommandResults have come since results_new; fails when one is not ACCEPTED, or after a minute. */
void results_expect_accepted(struct results *results, int64_t count);
