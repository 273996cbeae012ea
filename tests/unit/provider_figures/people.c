#include "tests/unit/provider_figures/people.h"

#include <stdio.h>
#include <stdlib.h>

static void require(bool holds)
{
	if (!holds)
		abort();
}

int people_set_up(void **state)
{
	static struct people people;

	memset(&people, 0, sizeof people);
	*state = &people;
	return 0;
}

int people_tear_down(void **state)
{
	struct people *people = *state;

	arena_done(&people->arena);
	return 0;
}

int32_t day(const char *text)
{
	int32_t found;

	require(day_parse(view_text(text), &found));
	return found;
}

struct period between(const char *first, const char *until)
{
	return (struct period){.from = day(first), .until = day(until)};
}

struct people_person *people_add(struct people *people)
{
	require(people->count < PEOPLE_MAX);
	return &people->persons[people->count++];
}

struct population_employment *people_employ(struct people *people, struct people_person *person, const char *start, const char *last, int32_t hours,
					    int32_t norm)
{
	struct population_employment *employment = arena_take(&people->arena, sizeof *employment);
	uint64_t number = (uint64_t)(person - people->persons) * PEOPLE_RECORDS + person->employment_count;

	require(person->employment_count < PEOPLE_RECORDS);
	person->employments[person->employment_count++] = employment;
	memcpy(employment->entity_id, &number, sizeof number);
	employment->employer_id = VIEW_LITERAL("E");
	employment->start_date = day(start);
	employment->has_end_date = last != NULL;
	employment->end_date = last == NULL ? 0 : day(last);
	employment->segments.items = arena_array(&people->arena, PEOPLE_RECORDS, sizeof *employment->segments.items);
	people_move(people, employment, employment->start_date, "D", hours, norm);
	return employment;
}

void people_move(struct people *people, struct population_employment *employment, int32_t from, const char *department, int32_t hours, int32_t norm)
{
	require(employment->segments.count < PEOPLE_RECORDS);
	employment->segments.items[employment->segments.count++] = (struct employment_segment){
		.from = from,
		.department_code = arena_copy(&people->arena, view_text(department)),
		.contract_hours_x100 = hours,
		.norm_hours_x100 = norm,
	};
}

struct population_absence *people_absent(struct people *people, struct people_person *person, const struct population_employment *employment,
					 const char *first, const char *recovered)
{
	struct population_absence *absence = arena_take(&people->arena, sizeof *absence);

	require(person->absence_count < PEOPLE_RECORDS);
	person->absences[person->absence_count++] = absence;
	memcpy(absence->employment_id, employment->entity_id, sizeof absence->employment_id);
	absence->employer_id = employment->employer_id;
	absence->first_day = day(first);
	absence->has_recovered_on = recovered != NULL;
	absence->recovered_on = recovered == NULL ? 0 : day(recovered);
	absence->recovered = recovered != NULL;
	absence->segments.items = arena_array(&people->arena, PEOPLE_RECORDS, sizeof *absence->segments.items);
	people_partly(people, absence, absence->first_day, COURSE_FULL_PCT);
	return absence;
}

void people_partly(struct people *people, struct population_absence *absence, int32_t from, int32_t pct)
{
	(void)people;
	require(absence->segments.count < PEOPLE_RECORDS);
	absence->segments.items[absence->segments.count++] = (struct absence_segment){.from = from, .absence_pct_x100 = pct};
}

void people_count(struct people *people, struct breakdown *breakdown)
{
	struct period span = breakdown_span(breakdown);
	struct error error = {0};

	for (size_t i = 0; i < people->count; i++) {
		const struct course_person person = {
			.employments = (const struct population_employment *const *)people->persons[i].employments,
			.employment_count = people->persons[i].employment_count,
			.absences = (const struct population_absence *const *)people->persons[i].absences,
			.absence_count = people->persons[i].absence_count,
		};
		struct course course;

		require(course_of(&person, &span, breakdown->terms.max_days, &people->arena, &course, &error));
		breakdown_add(breakdown, &person, &course);
	}
}

const char *people_figure(struct people *people, const struct period *period, enum figure_kind kind, int32_t max_days)
{
	const struct breakdown_terms terms = {.classes = duration_classes_1996, .max_days = max_days};
	char *text = arena_take(&people->arena, FIGURE_TEXT);
	struct breakdown breakdown;
	struct figure figure;
	struct error error = {0};

	breakdown_init(&breakdown, DIMENSION_EMPLOYER, &terms, period, 1, &people->arena);
	people_count(people, &breakdown);
	require(figure_of(kind, breakdown_total(&breakdown, VIEW_LITERAL("E"), 0, &people->arena), period, 4, &figure, &error));
	figure_format(&figure, text);
	return text;
}
