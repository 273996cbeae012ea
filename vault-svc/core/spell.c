#include "vault-svc/core/spell.h"

#include "schemas/codec/record.h"
#include "vault-svc/core/employment.h"
#include "vault-svc/core/list.h"
#include "vault-svc/core/register.h"

static bool begins(const struct spell_step *step)
{
	return step->op == ABSENCE_OP_START || step->op == ABSENCE_OP_CORRECT || step->op == ABSENCE_OP_DELETE;
}

/* How many steps are applied: from the beginning on without a gap. 0 while there is no beginning. */
static size_t reach(const struct spell *spell)
{
	const struct spell_step *steps = spell->steps.items;
	size_t count = 1;

	if (spell->steps.count == 0 || !begins(&steps[0]))
		return 0;
	while (count < spell->steps.count && steps[count].seq == steps[count - 1].seq + 1)
		count++;
	return count;
}

static size_t waiting(const struct spell *spell)
{
	return spell->steps.count - reach(spell);
}

static size_t step_place(const struct spell *spell, int32_t seq)
{
	size_t at = spell->steps.count;

	while (at > 0 && spell->steps.items[at - 1].seq >= seq)
		at--;
	return at;
}

static struct spell_step *step_find(const struct spell *spell, int32_t seq)
{
	size_t at = step_place(spell, seq);

	return at < spell->steps.count && spell->steps.items[at].seq == seq ? &spell->steps.items[at] : NULL;
}

struct spell *spell_find(const struct person_state *person, struct view absence_key)
{
	for (size_t i = 0; i < person->spells.count; i++)
		if (view_equal(person->spells.items[i].absence_key, absence_key))
			return &person->spells.items[i];
	return NULL;
}

static struct spell *spell_add(struct person_state *person, struct view absence_key, struct arena *arena)
{
	struct spell_array *all = &person->spells;

	all->items = list_opened(arena, all->items, all->count, sizeof *all->items, all->count);
	all->items[all->count].absence_key = arena_copy(arena, absence_key);
	return &all->items[all->count++];
}

/* The step that an event tells; of a DELETE nothing but keys, seq and stamp is read. */
static struct spell_step step_of(const struct event *event)
{
	const struct absence_event *told = event->absence;
	struct spell_step step = {
		.event_id = told->event_id,
		.occurred_at = told->occurred_at,
		.source_system = told->source_system,
		.op = told->op,
		.employment_key = told->employment_key,
		.seq = told->seq,
	};

	if (event->is_delete)
		return step;
	step.first_day = told->first_day;
	step.mutation_date = told->mutation_date;
	step.absence_pct_x100 = told->absence_pct_x100;
	step.has_recovered_on = told->has_recovered_on;
	step.recovered_on = told->recovered_on;
	step.has_expected_recovery = told->has_expected_recovery;
	step.expected_recovery = told->expected_recovery;
	step.has_end_reason = told->has_end_reason;
	step.end_reason = told->end_reason;
	step.cause = told->cause;
	step.safety_net = told->safety_net;
	step.has_leave = told->has_leave;
	step.leave = told->leave;
	step.exclude_from_frequency = told->exclude_from_frequency;
	step.nursing_address = told->nursing_address;
	step.kept = (int64_t)event->kept_fields;
	return step;
}

/* A step is in reach: its fields at fault get what the step before it says. */
static void keep_from(const struct spell_step *before, struct spell_step *step)
{
	register_keep(&spell_step_schema, &absence_event_schema, (uint64_t)step->kept, before, step);
	step->kept = 0;
}

/* Why a MUTATE or END in reach cannot follow the beginning, NULL when it can; *ret_field: which field is at fault. */
static const char *misfit(const struct person_state *person, const struct spell_step *beginning, const struct spell_step *step,
			  const char **ret_field)
{
	if (beginning->op == ABSENCE_OP_DELETE) {
		*ret_field = "op";
		return "SEQ_AFTER_DELETE";
	}
	if (step->first_day != beginning->first_day) {
		*ret_field = "first_day";
		return "DATE_ORDER";
	}
	if (!employment_same(person, step->employment_key, beginning->employment_key)) {
		*ret_field = "employment_key";
		return "KEY_UNKNOWN";
	}
	return NULL;
}

/* Puts a step into its place; one that begins the spell takes the place of all below it. The step's strings are copied. */
static void put_step(struct spell *spell, const struct spell_step *step, struct arena *arena)
{
	struct spell_step_array *all = &spell->steps;
	size_t at = step_place(spell, step->seq);
	struct spell_step copy;

	record_copy_into(&spell_step_schema, arena, step, &copy);
	if (begins(step) && at > 0) {
		list_cut(all->items, all->count, sizeof *all->items, at);
		all->count -= at;
		at = 0;
	}
	all->items = list_opened(arena, all->items, all->count, sizeof *all->items, at);
	all->items[at] = copy;
	all->count++;
}

/*
 * Looks at each step from the `from`-th on that is in reach now: the first that cannot follow the beginning goes, with a finding of its own
 * (list NULL: without), and those behind it wait again.
 */
static void settle(const struct person_state *person, struct spell *spell, size_t from, struct arena *arena, struct finding_list *list)
{
	struct spell_step_array *all = &spell->steps;

	if (reach(spell) == 0)
		return;
	for (size_t i = from; i < all->count && all->items[i].seq == all->items[i - 1].seq + 1; i++) {
		const char *field = NULL;
		const char *code = misfit(person, &all->items[0], &all->items[i], &field);
		struct finding *finding;

		if (code == NULL) {
			keep_from(&all->items[i - 1], &all->items[i]);
			continue;
		}
		finding = list == NULL ? NULL : finding_new(list, arena);
		if (finding != NULL)
			*finding = (struct finding){.outcome = PROCESSING_OUTCOME_REJECTED,
						    .code = code,
						    .field = view_text(field),
						    .event_id = all->items[i].event_id,
						    .source_system = all->items[i].source_system};
		list_close(all->items, all->count, sizeof *all->items, i);
		all->count--;
		return;
	}
}

static size_t person_waiting(const struct person_state *person)
{
	size_t count = 0;

	for (size_t i = 0; i < person->spells.count; i++)
		count += waiting(&person->spells.items[i]);
	return count;
}

static size_t person_steps(const struct person_state *person)
{
	size_t count = 0;

	for (size_t i = 0; i < person->spells.count; i++)
		count += person->spells.items[i].steps.count;
	return count;
}

static void say(const struct fold_context *context, struct verdict *ret, enum processing_outcome outcome, const char *code, const char *field)
{
	finding_add(&ret->findings, context->arena, outcome, code, field);
}

/* A step of a seq that is held already. */
static void repeat_step(const struct person_state *person, const struct spell *spell, const struct spell_step *held, const struct event *event,
			const struct fold_context *context, struct verdict *ret)
{
	struct spell_step again = step_of(event);
	bool same_employment = employment_same(person, again.employment_key, held->employment_key);
	bool same_stamp = stamp_order(STAMP_OF(&again), STAMP_OF(held)) == 0;

	keep_from(held, &again);
	again.kept = held->kept;
	again.employment_key = held->employment_key;
	if (same_employment && register_equal(&spell_step_schema, &again, held)) {
		ret->current = held < spell->steps.items + reach(spell);
	} else if (!same_stamp) {
		say(context, ret, PROCESSING_OUTCOME_REJECTED, "SEQ_REUSED", "seq");
	}
}

/* A MUTATE or END that comes right behind what is applied. */
static bool follows(const struct spell *spell, const struct spell_step *step)
{
	size_t applied = reach(spell);

	return applied > 0 && spell->steps.items[applied - 1].seq + 1 == step->seq;
}

/* True when the step is not to be kept: it would wait and there are too many, or it cannot follow the beginning. */
static bool refused(const struct person_state *person, const struct spell *spell, const struct spell_step *step, const struct fold_context *context,
		    struct verdict *ret)
{
	const char *field = NULL;
	const char *code = NULL;

	if (begins(step))
		return false;
	if (spell != NULL && follows(spell, step)) {
		code = misfit(person, &spell->steps.items[0], step, &field);
		if (code != NULL)
			say(context, ret, PROCESSING_OUTCOME_REJECTED, code, field);
		return code != NULL;
	}
	if ((spell == NULL || waiting(spell) < SPELL_WAITING_MAX) && person_waiting(person) < PERSON_WAITING_MAX)
		return false;
	say(context, ret, PROCESSING_OUTCOME_QUARANTINED, "OVERFLOW", NULL);
	ret->quarantined = true;
	return true;
}

static void new_step(struct person_state *person, struct spell *spell, const struct event *event, const struct fold_context *context,
		     struct verdict *ret)
{
	struct spell_step step = step_of(event);
	size_t at;

	if (refused(person, spell, &step, context, ret))
		return;
	if ((spell == NULL && person->spells.count >= SPELLS_MAX) || person_steps(person) >= PERSON_STEPS_MAX) {
		say(context, ret, PROCESSING_OUTCOME_QUARANTINED, "OVERFLOW", NULL);
		ret->quarantined = true;
		return;
	}
	if (spell == NULL)
		spell = spell_add(person, event->absence->absence_key, context->arena);
	at = step_place(spell, step.seq);
	if (begins(&step) || follows(spell, &step))
		keep_from(at > 0 ? &spell->steps.items[at - 1] : NULL, &step);
	put_step(spell, &step, context->arena);
	ret->changed = true;
	at = step_place(spell, step.seq);
	if (at >= reach(spell))
		return;
	settle(person, spell, at + 1, context->arena, &ret->findings);
	ret->current = true;
}

void spell_apply(struct person_state *person, const struct event *event, const struct fold_context *context, struct verdict *ret)
{
	struct spell *spell = spell_find(person, event->absence->absence_key);
	int32_t seq = event->absence->seq;
	const struct spell_step *held = spell == NULL ? NULL : step_find(spell, seq);

	if (held != NULL)
		repeat_step(person, spell, held, event, context, ret);
	else if (spell != NULL && reach(spell) > 0 && seq < spell->steps.items[0].seq)
		say(context, ret, PROCESSING_OUTCOME_STALE, "STALE", NULL);
	else
		new_step(person, spell, event, context, ret);
}

void spell_report_waiting(struct person_state *person, const struct event *event, const struct fold_context *context, struct verdict *ret)
{
	struct spell *spell = spell_find(person, event->absence->absence_key);
	const struct employment *employment;
	size_t applied;

	if (spell == NULL || spell->waiting_reported || event->is_delete)
		return;
	applied = reach(spell);
	employment = employment_find(person, event->absence->employment_key);
	if (applied == 0 || event->absence->seq > spell->steps.items[applied - 1].seq)
		say(context, ret, PROCESSING_OUTCOME_WAITING, "STEP_MISSING", NULL);
	else if (employment == NULL || employment->header == NULL)
		say(context, ret, PROCESSING_OUTCOME_WAITING, "EMPLOYMENT_UNKNOWN", NULL);
	else
		return;
	spell->waiting_reported = true;
}

void spell_absorb(struct person_state *person, const struct spell *other, struct arena *arena)
{
	struct spell *spell = spell_find(person, other->absence_key);

	if (spell == NULL)
		spell = spell_add(person, other->absence_key, arena);
	spell->led_to_share = spell->led_to_share || other->led_to_share;
	spell->waiting_reported = spell->waiting_reported || other->waiting_reported;
	for (size_t i = 0; i < other->steps.count; i++) {
		const struct spell_step *step = &other->steps.items[i];

		if (step_find(spell, step->seq) == NULL && (reach(spell) == 0 || step->seq > spell->steps.items[0].seq))
			put_step(spell, step, arena);
	}
	settle(person, spell, 1, arena, NULL);
}
