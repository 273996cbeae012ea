/* Persons of the population, written down in a line each, and the figures of all of them. For tests; lack of room ends the process. */
#pragma once

#include "provider-svc/core/figures/breakdown.h"
#include "provider-svc/core/figures/figure.h"

enum { PEOPLE_MAX = 512, PEOPLE_RECORDS = 64 };

struct people_person {
	struct population_employment *employments[PEOPLE_RECORDS];
	size_t employment_count;
	struct population_absence *absences[PEOPLE_RECORDS];
	size_t absence_count;
};

struct people {
	struct arena arena;
	struct people_person persons[PEOPLE_MAX];
	size_t count;
};

/* Set-up and tear-down of a test on people: nobody yet. */
int people_set_up(void **state);
int people_tear_down(void **state);

/* In a test whose people are `people`. */
#define check_figure(period, kind, expected) check_text(people_figure(people, &(period), (kind), COURSE_NO_CAP), (expected))

/* "2023-01-02" as a day; anything else ends the process. */
int32_t day(const char *text);

/* A day after `first` up to, without, `until`. */
struct period between(const char *first, const char *until);

/* One more person. */
struct people_person *people_add(struct people *people);

/* An employment of the person from a day on, to a last day (NULL: none), in department "D", with these hours x100. */
struct population_employment *people_employ(struct people *people, struct people_person *person, const char *start, const char *last, int32_t hours,
					    int32_t norm);

/* From `from` on the employment is in another department with other hours. */
void people_move(struct people *people, struct population_employment *employment, int32_t from, const char *department, int32_t hours, int32_t norm);

/* A spell of that employment, wholly absent, recovered on a day (NULL: open). */
struct population_absence *people_absent(struct people *people, struct people_person *person, const struct population_employment *employment,
					 const char *first, const char *recovered);

/* From `from` on that percentage x100. */
void people_partly(struct people *people, struct population_absence *absence, int32_t from, int32_t pct);

/* Everybody counted; fails the test when a record is refused. */
void people_count(struct people *people, struct breakdown *breakdown);

/* One figure of employer "E" over one period, by the classes of 1996, as text with four decimals. */
const char *people_figure(struct people *people, const struct period *period, enum figure_kind kind, int32_t max_days);
