#include "vault-svc/yearly.h"

#include "common/base/calendar.h"
#include "common/base/clock.h"
#include "schemas/codec/record.h"
#include "vault-svc/changes.h"

#include <stdio.h>

enum { BEGIN_EMPLOYERS = 100 };

static int32_t year_at(int64_t time_ms)
{
	return date_of(amsterdam_day(time_ms)).year;
}

bool yearly_ask(struct vault *vault, struct database *database, struct error *error)
{
	int64_t at = monotonic_ms();

	if (vault->year_asked != 0 && at - vault->year_asked < MS_PER_HOUR / 60)
		return true;
	vault->year_asked = at;
	return employer_find_due(year_at(wall_ms()), (int32_t)vault->options->partitions, database, &vault->scratch, vault->year_due, error);
}

/* Named by the year: within the employer there is no other. */
static struct view run_id_of(struct changes *changes, int32_t year)
{
	char text[24];
	int len = snprintf(text, sizeof text, "yearly-%d", (int)year);

	return arena_copy(changes->arena, view_of(text, (size_t)len));
}

static void begin(struct changes *changes, struct employer *employer, int64_t now_ms)
{
	struct employer_state *state = record_copy(&employer_state_schema, changes->arena, employer->state);
	struct run run = {
		.employer_no = employer->number,
		.partition = employer->partition,
		.kind = RUN_KIND_YEARLY,
		.state = "OPEN",
		.started_at = now_ms,
	};

	state->age_year = year_at(now_ms);
	run.run_id = run_id_of(changes, state->age_year);
	employer_change(employer, state);
	changes_run(changes, &run);
}

bool yearly_begin(struct vault *vault, struct stream_batch *batch, struct database *database, bool *ret_did, struct error *error)
{
	struct changes *changes;
	int64_t now_ms = wall_ms();
	int32_t *numbers;
	size_t count = 0;

	*ret_did = false;
	if (!vault->year_due[batch->partition] || batch->unprocessable != NULL)
		return true;
	changes = changes_begin(vault, batch, database, 1);
	numbers = arena_array(changes->arena, BEGIN_EMPLOYERS, sizeof *numbers);
	if (!employer_load_due(&vault->employers, batch->partition, year_at(now_ms), BEGIN_EMPLOYERS, database, changes->arena, numbers, &count,
			       error))
		return false;
	for (size_t i = 0; i < count; i++) {
		struct employer *employer = employer_numbered(&vault->employers, numbers[i]);

		if (employer != NULL)
			begin(changes, employer, now_ms);
	}
	*ret_did = changes->runs != NULL;
	vault->year_due[batch->partition] = count == BEGIN_EMPLOYERS;
	if (!*ret_did)
		changes_discarded(vault);
	return true;
}
