/*
 * Counts by employer, by one property of an employment, and by period. Persons are added one by one in any order; the outcome does not hang on it.
 * Each day is counted under the department, function and so on of that day; a person is one head, under the main employment of that day. So cells add
 * up: groups to their employer, always; periods to longer ones in all but the counts of persons. Pure; memory from the arena.
 */
#pragma once

#include "provider-svc/core/figures/cell.h"
#include "provider-svc/core/figures/course.h"
#include "provider-svc/core/name_set.h"

enum dimension {
	DIMENSION_EMPLOYER, /* one group an employer, without a value */
	DIMENSION_DEPARTMENT,
	DIMENSION_FUNCTION,
	DIMENSION_AGE_BAND,
	DIMENSION_GENDER,
	DIMENSION_CONTRACT_TERM,
};

/* What figures are computed by; printed with them. */
struct breakdown_terms {
	struct duration_classes classes;
	int32_t max_days; /* a case counts for so many days at most; COURSE_NO_CAP: for all */
};

struct breakdown_group {
	struct view employer_id;
	struct view value;   /* code or symbol; null: the employments that have none */
	struct cell **cells; /* one for each period; NULL: nobody there */
};

/* What one person was in one period; scratch of breakdown_add. */
struct breakdown_presence {
	int64_t head_days;
	bool is_last_day;
	bool has_day;
	bool has_report;
	size_t group; /* of the main employment on the person's last day in the period */
	bool has_hours;
	size_t hour_group; /* of the main employment on the last day with contract hours */
};

struct breakdown {
	struct arena *arena;
	enum dimension dimension;
	struct breakdown_terms terms;
	const struct period *periods; /* borrowed; in any order, may overlap */
	size_t period_count;
	struct breakdown_group *groups;
	size_t group_count;
	size_t group_room;
	struct name_set names; /* of groups, in the same order */
	size_t name_room;
	struct name_set employers; /* those of whom there is any employment, within the periods or not */
	size_t employer_room;
	struct breakdown_presence *presences; /* one for each period */
	const struct employment_segment *last_segment;
	size_t last_group;
};

/* An empty breakdown. The periods, at least one, live as long as it. */
void breakdown_init(struct breakdown *breakdown, enum dimension dimension, const struct breakdown_terms *terms, const struct period *periods,
		    size_t period_count, struct arena *arena);

/* From the first day of the earliest period to the end of the last: what a course is made over. */
struct period breakdown_span(const struct breakdown *breakdown);

/* Adds one person, all of it: its course over breakdown_span, made with the same cap. Copies what it keeps. */
void breakdown_add(struct breakdown *breakdown, const struct course_person *person, const struct course *course);

/* Groups by employer and value, by bytes; one without a value first. Nothing is added afterwards. */
void breakdown_sort(struct breakdown *breakdown);

/* Where the groups of an employer begin, in a sorted breakdown; where they would, if there are none. */
size_t breakdown_first_of(const struct breakdown *breakdown, struct view employer_id);

/* Whether there is any employment of that employer, within the periods or not. The breakdown is sorted. */
bool breakdown_knows(const struct breakdown *breakdown, struct view employer_id);

/* In a sorted breakdown, the sum over an employer's groups, in the arena. NULL when there is not one employment of that employer: then nothing is
 * known, not 0. */
const struct cell *breakdown_total(const struct breakdown *breakdown, struct view employer_id, size_t period, struct arena *arena);

/* "department"; static. */
const char *dimension_name(enum dimension dimension);
