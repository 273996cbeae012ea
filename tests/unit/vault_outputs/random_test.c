/* Random histories: whatever happens to a person, a reader of the topic holds the projection, and reconciling twice is reconciling once. The seed is
 * printed and taken back from KLUIS_SEED. */
#include "tests/unit/vault_outputs/consumer.h"

enum { HISTORIES = 40, CHANGES = 40 };

static uint64_t below(struct entropy *chance, uint64_t limit)
{
	return entropy_number(chance) % limit;
}

/* Spells may have the key of an employment. */
static const char *some_key(struct entropy *chance, char letter)
{
	static const char *const employments[] = {"D1", "D2", "D3"};
	static const char *const spells[] = {"A1", "D1", "D2", "A4"};

	return letter == 'D' ? employments[below(chance, 3)] : spells[below(chance, 4)];
}

static void change_employment(struct fixture *fixture, struct person_state *person, struct entropy *chance)
{
	const char *key = some_key(chance, 'D');
	struct employment *employment = NULL;
	int32_t start = on(2018, 1, 1) + (int32_t)below(chance, 1000);

	for (size_t i = 0; i < person->employments.count; i++)
		if (view_equal(person->employments.items[i].employment_key, view_text(key)))
			employment = &person->employments.items[i];
	if (employment == NULL) {
		(void)add_employment(fixture, person, key, start, below(chance, 2) == 0 ? NO_END : start + (int32_t)below(chance, 3000));
		return;
	}
	switch (below(chance, 5)) {
	case 0:
		employment->header->start_date = start;
		break;
	case 1:
		employment->header->has_end_date = below(chance, 2) == 0;
		employment->header->end_date = start + (int32_t)below(chance, 3000);
		break;
	case 2:
		employment->segments.count = employment->segments.count == 0 ? 1 : employment->segments.count - 1;
		break;
	case 3:
		employment->header->risk_group = below(chance, 2) == 0 ? VIEW_NULL : VIEW_LITERAL("Kort");
		break;
	default:
		if (employment->segments.count > 0)
			start = employment->segments.items[employment->segments.count - 1].effective_date;
		(void)add_segment(fixture, employment, start + 1 + (int32_t)below(chance, 900), below(chance, 2) == 0 ? "A" : "B");
		break;
	}
}

static void change_spell(struct fixture *fixture, struct person_state *person, struct entropy *chance)
{
	static const enum absence_op ops[] = {ABSENCE_OP_START, ABSENCE_OP_MUTATE,  ABSENCE_OP_MUTATE,
					      ABSENCE_OP_END,   ABSENCE_OP_CORRECT, ABSENCE_OP_DELETE};
	const char *key = some_key(chance, 'A');
	struct spell *spell = NULL;
	const struct spell_step *last;
	struct spell_step *step;
	int32_t first_day = on(2019, 1, 1) + (int32_t)below(chance, 2500);

	for (size_t i = 0; i < person->spells.count; i++)
		if (view_equal(person->spells.items[i].absence_key, view_text(key)))
			spell = &person->spells.items[i];
	if (spell == NULL) {
		(void)add_sick(fixture, person, key, first_day);
		return;
	}
	last = &spell->steps.items[spell->steps.count - 1];
	step = add_step(fixture, spell, ops[below(chance, 6)], last->seq + 1 + (below(chance, 6) == 0 ? 1 : 0), last->first_day,
			last->mutation_date + (int32_t)below(chance, 30), (int32_t)below(chance, 5) * 2500);
	step->employment_key = view_text(some_key(chance, 'D'));
	if (step->op == ABSENCE_OP_MUTATE || step->op == ABSENCE_OP_END)
		step->employment_key = last->employment_key;
	step->has_end_reason = step->op == ABSENCE_OP_END;
	step->end_reason = (enum absence_end)below(chance, 12);
	step->has_recovered_on = below(chance, 4) == 0;
	step->recovered_on = step->mutation_date + (int32_t)below(chance, 10);
}

static void change_settings(struct fixture *fixture, struct person_state *person, struct entropy *chance)
{
	struct provider_view *view = person_view_find(person, VIEW_LITERAL("P1"));

	switch (below(chance, 3)) {
	case 0:
		fixture->employer->settings.registration = below(chance, 3) == 0 ? REGISTRATION_MODE_NEGATIVE : REGISTRATION_MODE_VAULT;
		break;
	case 1:
		fixture->employer->settings.absence_facts = below(chance, 3) == 0 ? ABSENCE_FACTS_AFTER_SHARE : ABSENCE_FACTS_ALWAYS;
		break;
	default:
		if (view != NULL)
			view->share = view->share == NULL ? arena_take(&fixture->arena, sizeof *view->share) : NULL;
		break;
	}
}

static void change(struct fixture *fixture, struct person_state *person, struct entropy *chance)
{
	switch (below(chance, 8)) {
	case 0:
		change_settings(fixture, person, chance);
		break;
	case 1:
	case 2:
	case 3:
		change_employment(fixture, person, chance);
		break;
	default:
		change_spell(fixture, person, chance);
		break;
	}
}

static void check_reader(struct fixture *fixture, struct consumer *consumer, const struct person_state *person, const char *provider)
{
	const struct provider_view *view = person_view_find(person, view_text(provider));
	bool vault = fixture->employer->settings.registration == REGISTRATION_MODE_VAULT;
	bool always = fixture->employer->settings.absence_facts == ABSENCE_FACTS_ALWAYS;

	check_holds(consumer, fixture, person, view_text(provider), vault, vault && (always || (view != NULL && view->share != NULL)));
}

static void whatever_happens_a_reader_holds_the_projection(void **state)
{
	struct fixture *fixture = *state;
	uint8_t seed[CRYPTO_KEY_LEN] = {0};
	struct entropy chance;
	uint64_t number;

	random_bytes((uint8_t *)&number, sizeof number);
	number = check_seed(number);
	memcpy(seed, &number, sizeof number);
	entropy_init_seed(&chance, seed);
	serve(fixture, "P2");
	for (size_t history = 0; history < HISTORIES; history++) {
		struct person_state *person = some_person(fixture);
		struct consumer consumer = {0};

		for (size_t i = 0; i < CHANGES; i++) {
			change(fixture, person, &chance);
			(void)reconcile(fixture, person);
			consume(&consumer, fixture, &fixture->output);
			check_reader(fixture, &consumer, person, "P1");
			check_reader(fixture, &consumer, person, "P2");
			check(!reconcile(fixture, person));
			check_size(fixture->output.count, 0);
		}
	}
	entropy_done(&chance);
}

static const struct CMUnitTest tests[] = {
	IN_FIXTURE(whatever_happens_a_reader_holds_the_projection),
};

CHECK_MAIN(tests)
