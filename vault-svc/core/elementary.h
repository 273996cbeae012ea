/*
 * Rules of the elementary types (shared requirements, section 7 and 5). Each `…_fault` answers NULL when the value is right, else the static code of
 * the rule it breaks (contract/rules.md, rule codes). None looks at null: the caller does. Text is UTF-8 that the decoder has already found valid,
 * lengths count code points.
 */
#pragma once

#include "common/base/arena.h"

/* "BSN_FORMAT" unless nine digits; "BSN_CHECK_DIGIT" unless 9·d1+8·d2+…+2·d8−1·d9 is a multiple of 11 and not all digits are 0. */
const char *bsn_fault(struct view bsn);

/* ISO 13616: letters and digits, NL of 18, at most 34, mod 97 = 1; "IBAN". Spaces are not taken. */
const char *iban_fault(struct view iban);

/* Dutch postcode, 1234AB or 1234 ab (only where country is NL; any other country's is only text); "POSTCODE". */
const char *postcode_fault(struct view country, struct view postcode);

/* The postcode as it is kept: for NL 1234AB without space and in upper case, else as it came. In the arena. */
struct view postcode_normalised(struct arena *arena, struct view country, struct view postcode);

/* Two upper-case letters of ISO 3166-1 alpha-2 that are assigned; "COUNTRY". */
const char *country_fault(struct view country);

/* 1..99999; "HOUSE_NUMBER". */
const char *house_number_fault(int32_t number);

/* YYYYMMDD, year 0000 or 1850..2200, month and day 00 when unknown, else existing; "DATE". */
const char *birth_date_fault(struct view birth_date);

/* True when year, month and day are all known. */
bool birth_date_is_complete(struct view birth_date);

/* The day of a complete birth date, or the earliest day that a partial one can mean (INT32_MIN when the year is unknown). */
int32_t birth_date_earliest(struct view birth_date);

/* A day between 1850-01-01 and 2200-12-31; "DATE". */
const char *day_fault(int32_t day);

/* Contract hours 0..16800, norm hours 1..6000 hundredths; "HOURS". */
const char *contract_hours_fault(int32_t hours_x100);
const char *norm_hours_fault(int32_t hours_x100);

/* 0..10000 hundredths; "PERCENTAGE". */
const char *percentage_fault(int32_t pct_x100);

/* Not empty, no control characters (C0, DEL, C1); "TEXT". */
const char *text_fault(struct view text);

/* As text_fault, but empty is allowed. */
const char *text_or_empty_fault(struct view text);

/* UUID in lower case, 8-4-4-4-12; "EVENT_ID". */
const char *event_id_fault(struct view event_id);
