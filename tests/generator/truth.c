#include "tests/generator/truth.h"

#include <inttypes.h>

void truth_init(struct truth *truth, const struct span *span, struct arena *arena)
{
	*truth = (struct truth){.span = span, .months = arena_array(arena, (size_t)span->months, sizeof *truth->months)};
}

void truth_clear(struct truth *truth)
{
	memset(truth->months, 0, (size_t)truth->span->months * sizeof *truth->months);
}

static int32_t pct_on(const struct life_spell *spell, int32_t day)
{
	int32_t pct = 0;

	for (int32_t i = 0; i < spell->step_count; i++)
		pct = spell->steps[i].from <= day ? spell->steps[i].pct_x100 : pct;
	return pct;
}

static int32_t hours_on(const struct life_job *job, int32_t day)
{
	int32_t hours = 0;

	for (int32_t i = 0; i < job->segment_count; i++)
		hours = job->segments[i].from <= day ? job->segments[i].hours_x100 : hours;
	return hours;
}

static void count_days(struct truth *truth, const struct life_job *job, bool is_head)
{
	const struct span *span = truth->span;
	size_t next = 0;

	for (int32_t day = job->start > span->from ? job->start : span->from; day < span->until && day <= job->last; day++) {
		struct truth_month *month = &truth->months[span_day(span, day)->month];
		bool is_last_of_month = day + 1 == span->until || span_day(span, day + 1)->month != span_day(span, day)->month;
		uint64_t hours = (uint64_t)hours_on(job, day);
		const struct life_spell *spell;

		month->employed += hours;
		month->head_days += is_head;
		month->heads_last += is_head && is_last_of_month;
		while (next < job->spell_count && job->spells[next].until <= day)
			next++;
		spell = next < job->spell_count && job->spells[next].first_day <= day ? &job->spells[next] : NULL;
		if (spell == NULL)
			continue;
		month->absent_with_leave += hours * (uint64_t)pct_on(spell, day);
		month->absent += spell->is_leave ? 0 : hours * (uint64_t)pct_on(spell, day);
	}
}

static bool is_told(const struct span *span, int32_t day)
{
	return day >= span->from && day < span->until;
}

static void count_spell(struct truth *truth, const struct life_spell *spell)
{
	const struct span *span = truth->span;

	if (spell->is_leave)
		return;
	if (is_told(span, spell->first_day) && !spell->is_unreported)
		truth->months[span_day(span, spell->first_day)->month].reports++;
	if (is_told(span, spell->until) && spell->is_recovered) {
		struct truth_month *month = &truth->months[span_day(span, spell->until)->month];

		month->recovered++;
		month->recovered_days += (uint64_t)(spell->until - spell->first_day);
	}
}

void truth_add(struct truth *truth, const struct life *life)
{
	for (int32_t i = 0; i < life->job_count; i++) {
		/* The second job lies within the first: one head, one person. */
		count_days(truth, &life->jobs[i], i == 0);
		for (size_t k = 0; k < life->jobs[i].spell_count; k++)
			count_spell(truth, &life->jobs[i].spells[k]);
	}
}

void truth_write_head(FILE *file)
{
	(void)fprintf(file,
		      "employer,month,norm_hours_x100,employed,absent,absent_with_leave,head_days,heads_last,reports,recovered,recovered_days\n");
}

void truth_write(const struct truth *truth, struct view employer_id, int32_t norm_hours_x100, FILE *file)
{
	int32_t first_year = span_day(truth->span, truth->span->from)->year;

	for (int32_t i = 0; i < truth->span->months; i++) {
		const struct truth_month *month = &truth->months[i];

		(void)fprintf(file,
			      "%.*s,%d-%02d-01,%d,%" PRIu64 ",%" PRIu64 ",%" PRIu64 ",%" PRIu64 ",%" PRIu64 ",%" PRIu64 ",%" PRIu64 ",%" PRIu64 "\n",
			      (int)employer_id.len, (const char *)employer_id.ptr, first_year + i / 12, i % 12 + 1, norm_hours_x100, month->employed,
			      month->absent, month->absent_with_leave, month->head_days, month->heads_last, month->reports, month->recovered,
			      month->recovered_days);
	}
}
