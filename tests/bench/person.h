/* Synthetic people in Dutch shapes, each made of a number alone: the same number gives the same person. */
#pragma once

#include "common/base/arena.h"

/* The number-th citizen number that passes the 11-test, from 100,000,009 on; no two numbers give the same. */
struct view person_bsn(uint64_t number, struct arena *arena);

/* A Dutch account number that passes modulo 97. */
struct view person_iban(uint64_t number, struct arena *arena);

/* A pronounceable word of ten letters; salt makes several of one person. */
struct view person_word(uint64_t number, uint64_t salt, struct arena *arena);

/* A birth date in 1958..2003 as YYYYMMDD. */
struct view person_birth_date(uint64_t number, struct arena *arena);

/* "1234AB". */
struct view person_postcode(uint64_t number, struct arena *arena);

/* printf into the arena, at most 255 bytes. */
struct view person_text(struct arena *arena, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* A well spread 64-bit hash of two numbers (the finalizer of splitmix64). */
uint64_t person_hash(uint64_t number, uint64_t salt);
