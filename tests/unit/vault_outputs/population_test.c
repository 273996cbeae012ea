#include "common/crypto/digest.h"
#include "common/crypto/hex.h"
#include "tests/unit/vault_outputs/consumer.h"

static struct population_employment *employment_told(struct fixture *fixture, size_t i)
{
	check(i < fixture->output.count);
	return decoded(fixture, &population_employment_schema, fixture->output.items[i].value);
}

static struct population_absence *absence_told(struct fixture *fixture, size_t i)
{
	check(i < fixture->output.count);
	return decoded(fixture, &population_absence_schema, fixture->output.items[i].value);
}

/* A person with an employment and an open spell. */
static struct person_state *sick_person(struct fixture *fixture)
{
	struct person_state *person = some_person(fixture);

	(void)add_employment(fixture, person, "D1", on(2020, 1, 1), NO_END);
	(void)add_sick(fixture, person, "A1", on(2026, 11, 1));
	return person;
}

static void a_new_person_is_told_whole_and_employments_come_before_spells(void **state)
{
	struct fixture *fixture = *state;
	struct person_state *person = sick_person(fixture);
	const struct population_employment *employment;
	const struct population_absence *absence;

	person->employments.items[0].header->uwv_sector = VIEW_LITERAL("Sector 3");
	check(reconcile(fixture, person));
	check_size(fixture->output.count, 2);
	employment = employment_told(fixture, 0);
	absence = absence_told(fixture, 1);
	check_view(fixture->output.items[0].provider_id, VIEW_LITERAL("P1"));
	check_view(employment->employer_id, VIEW_LITERAL("E1"));
	check_view(employment->personnel_number, VIEW_LITERAL("MS003"));
	check_int(employment->gender, GENDER_FEMALE);
	check_int(employment->age_band, AGE_BAND_A45_54);
	check_view(employment->uwv_sector, VIEW_LITERAL("Sector 3"));
	check_int(employment->recorded_at, fixture->context.now_ms);
	check_int(employment->revision, (INT64_C(1) << 40) + 1);
	check_int(absence->revision, (INT64_C(1) << 40) + 2);
	check(memcmp(absence->employment_id, employment->entity_id, 16) == 0);
	check(memcmp(absence->pseudonym, employment->pseudonym, 16) == 0);
	check(memcmp(fixture->output.items[1].key, absence->pseudonym, 16) == 0);
	check(memcmp(fixture->output.items[1].key + 16, absence->entity_id, 16) == 0);
}

static void what_was_told_already_is_not_told_again(void **state)
{
	struct fixture *fixture = *state;
	struct person_state *person = sick_person(fixture);

	check(reconcile(fixture, person));
	at_noon(fixture, on(2026, 12, 24));
	check(!reconcile(fixture, person));
	check_size(fixture->output.count, 0);
}

static void a_change_of_one_entity_tells_that_one_alone_with_a_higher_revision(void **state)
{
	struct fixture *fixture = *state;
	struct person_state *person = sick_person(fixture);

	check(reconcile(fixture, person));
	(void)add_step(fixture, &person->spells.items[0], ABSENCE_OP_MUTATE, 2, on(2026, 11, 1), on(2026, 11, 9), 5000);
	check(reconcile(fixture, person));
	check_size(fixture->output.count, 1);
	check_int(absence_told(fixture, 0)->revision, (INT64_C(1) << 40) + 3);
	check_size(absence_told(fixture, 0)->segments.count, 2);
}

static void nothing_is_told_of_an_employer_that_is_not_activating_or_active(void **state)
{
	struct fixture *fixture = *state;
	struct person_state *person = sick_person(fixture);
	static const enum employer_lifecycle silent[] = {EMPLOYER_LIFECYCLE_ENABLED, EMPLOYER_LIFECYCLE_ACCEPTED, EMPLOYER_LIFECYCLE_TERMINATING,
							 EMPLOYER_LIFECYCLE_TERMINATED};

	for (size_t i = 0; i < sizeof silent / sizeof *silent; i++) {
		fixture->employer->state = silent[i];
		check(!reconcile(fixture, person));
		check_size(fixture->output.count, 0);
		check_size(person->providers.count, 0);
	}
	fixture->employer->state = EMPLOYER_LIFECYCLE_ACTIVATING;
	check(reconcile(fixture, person));
	check_size(fixture->output.count, 2);
}

static void a_person_without_identity_gets_no_pseudonym(void **state)
{
	struct fixture *fixture = *state;
	struct person_state *person = sick_person(fixture);

	person->identity = NULL;
	check(!reconcile(fixture, person));
	check_size(person->providers.count, 0);
}

static void each_provider_has_its_own_pseudonym_and_ids(void **state)
{
	struct fixture *fixture = *state;
	struct person_state *person = sick_person(fixture);
	const struct provider_view *views;

	serve(fixture, "P2");
	check(reconcile(fixture, person));
	check_size(fixture->output.count, 4);
	views = person->providers.items;
	check(memcmp(views[0].pseudonym, views[1].pseudonym, 16) != 0);
	for (size_t i = 0; i < 2; i++) {
		check(memcmp(views[0].entities.items[i].entity_id, views[1].entities.items[i].entity_id, 16) != 0);
		check_int(views[i].revisions, 2);
	}
}

static void what_goes_gets_a_tombstone_and_a_new_id_when_it_returns(void **state)
{
	struct fixture *fixture = *state;
	struct person_state *person = sick_person(fixture);
	uint8_t key[POPULATION_KEY_LEN];

	check(reconcile(fixture, person));
	memcpy(key, fixture->output.items[1].key, sizeof key);
	(void)add_step(fixture, &person->spells.items[0], ABSENCE_OP_DELETE, 2, on(2026, 11, 1), on(2026, 11, 1), 0);
	check(reconcile(fixture, person));
	check_size(fixture->output.count, 1);
	check(view_is_null(fixture->output.items[0].value));
	check_text(fixture->output.items[0].reason, "CORRECTED");
	check(memcmp(fixture->output.items[0].key, key, sizeof key) == 0);
	check_int(person->providers.items[0].revisions, 2);
	(void)add_step(fixture, &person->spells.items[0], ABSENCE_OP_START, 3, on(2026, 11, 1), on(2026, 11, 1), 10000);
	check(reconcile(fixture, person));
	check_size(fixture->output.count, 1);
	check(memcmp(fixture->output.items[0].key, key, 16) == 0);
	check(memcmp(fixture->output.items[0].key + 16, key + 16, 16) != 0);
	check_int(absence_told(fixture, 0)->revision, (INT64_C(1) << 40) + 3);
}

static void negative_registration_takes_all_back(void **state)
{
	struct fixture *fixture = *state;
	struct person_state *person = sick_person(fixture);

	check(reconcile(fixture, person));
	fixture->employer->settings.registration = REGISTRATION_MODE_NEGATIVE;
	check(reconcile(fixture, person));
	check_size(fixture->output.count, 2);
	check(view_is_null(fixture->output.items[0].value) && view_is_null(fixture->output.items[1].value));
	check_size(person->providers.items[0].entities.count, 0);
	check(!reconcile(fixture, person));
}

static void after_share_tells_spells_only_while_there_is_a_live_share_with_that_provider(void **state)
{
	struct fixture *fixture = *state;
	struct person_state *person = sick_person(fixture);
	struct live_share share = {.kind = CARE_KIND_OPEN_CONSULT};

	serve(fixture, "P2");
	fixture->employer->settings.absence_facts = ABSENCE_FACTS_AFTER_SHARE;
	check(reconcile(fixture, person));
	check_size(fixture->output.count, 2);
	person_view_find(person, VIEW_LITERAL("P2"))->share = &share;
	check(reconcile(fixture, person));
	check_size(fixture->output.count, 1);
	check_view(fixture->output.items[0].provider_id, VIEW_LITERAL("P2"));
	check_int(absence_told(fixture, 0)->first_day, on(2026, 11, 1));
	person_view_find(person, VIEW_LITERAL("P2"))->share = NULL;
	check(reconcile(fixture, person));
	check_size(fixture->output.count, 1);
	check(view_is_null(fixture->output.items[0].value));
}

static void a_personnel_number_is_told_by_policy(void **state)
{
	struct fixture *fixture = *state;
	struct person_state *person = sick_person(fixture);
	uint8_t hash[32];
	char text[65];

	serve(fixture, "P2");
	fixture->employer->settings.personnel_number = PERSONNEL_NUMBER_POLICY_HMAC;
	check(reconcile(fixture, person));
	for (size_t provider = 0; provider < 2; provider++) {
		digest_of(fixture->employer->providers.items[provider].personnel_number_key, VIEW_LITERAL("MS003"), hash, sizeof hash);
		hex_encode(hash, sizeof hash, text);
		check_view(employment_told(fixture, 2 * provider)->personnel_number, view_text(text));
	}
	fixture->employer->settings.personnel_number = PERSONNEL_NUMBER_POLICY_OMIT;
	check(reconcile(fixture, person));
	check_size(fixture->output.count, 2);
	check(view_is_null(employment_told(fixture, 0)->personnel_number));
	person->employments.items[0].header->personnel_number = VIEW_NULL;
	fixture->employer->settings.personnel_number = PERSONNEL_NUMBER_POLICY_HMAC;
	check(!reconcile(fixture, person));
}

static void the_age_band_is_by_whole_years_on_new_years_day(void **state)
{
	static const struct {
		const char *birth_date;
		enum age_band band;
	} cases[] = {
		{"20010101", AGE_BAND_A25_34},  {"20010102", AGE_BAND_LT25},    {"19910101", AGE_BAND_A35_44}, {"19910102", AGE_BAND_A25_34},
		{"19810101", AGE_BAND_A45_54},  {"19710101", AGE_BAND_A55_64},  {"19610101", AGE_BAND_GE65},   {"19610102", AGE_BAND_A55_64},
		{"19800500", AGE_BAND_UNKNOWN}, {"00000000", AGE_BAND_UNKNOWN},
	};
	struct fixture *fixture = *state;

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct person_state *person = some_person(fixture);

		(void)add_employment(fixture, person, "D1", on(2025, 1, 1), NO_END);
		person->identity->birth_date = view_text(cases[i].birth_date);
		check(reconcile(fixture, person));
		check_int(employment_told(fixture, 0)->age_band, cases[i].band);
	}
}

static void the_year_of_the_age_is_amsterdams(void **state)
{
	struct fixture *fixture = *state;
	struct person_state *person = some_person(fixture);

	(void)add_employment(fixture, person, "D1", on(2020, 1, 1), NO_END);
	person->identity->birth_date = VIEW_LITERAL("20011231");
	fixture->context.now_ms = on(2026, 12, 31) * MS_PER_DAY + 23 * MS_PER_HOUR - 1;
	check(reconcile(fixture, person));
	check_int(employment_told(fixture, 0)->age_band, AGE_BAND_LT25);
	fixture->context.now_ms++;
	check(reconcile(fixture, person));
	check_int(employment_told(fixture, 0)->age_band, AGE_BAND_A25_34);
}

static void passing_time_alone_tells_nothing_of_an_employment_that_was_over(void **state)
{
	struct fixture *fixture = *state;
	struct person_state *person = some_person(fixture);

	(void)add_employment(fixture, person, "D1", on(2020, 1, 1), on(2026, 10, 31));
	(void)add_employment(fixture, person, "D2", on(2020, 1, 1), on(2027, 1, 1));
	person->identity->birth_date = VIEW_LITERAL("20011231");
	check(reconcile(fixture, person));
	at_noon(fixture, on(2027, 3, 1));
	check(reconcile(fixture, person));
	check_size(fixture->output.count, 1);
	check_int(employment_told(fixture, 0)->end_date, on(2027, 1, 1));
	person->employments.items[0].header->risk_group = VIEW_LITERAL("Kort");
	check(reconcile(fixture, person));
	check_size(fixture->output.count, 1);
	check_int(employment_told(fixture, 0)->age_band, AGE_BAND_A25_34);
	check(!reconcile(fixture, person));
}

static void the_turn_of_the_year_tells_only_changed_bands_of_employments_in_force_on_new_years_day(void **state)
{
	struct fixture *fixture = *state;
	struct person_state *older = sick_person(fixture);
	struct person_state *same = sick_person(fixture);

	(void)add_employment(fixture, older, "D2", on(2020, 1, 1), on(2026, 12, 31));
	(void)add_employment(fixture, older, "D3", on(2027, 1, 2), NO_END);
	(void)add_employment(fixture, older, "D4", on(2027, 1, 1), on(2027, 1, 1));
	older->identity->birth_date = VIEW_LITERAL("19811231");
	same->identity->birth_date = VIEW_LITERAL("19821231");
	check(reconcile(fixture, older));
	check_size(fixture->output.count, 5);
	check_int(employment_told(fixture, 0)->age_band, AGE_BAND_A35_44);
	check(reconcile(fixture, same));
	at_noon(fixture, on(2027, 1, 1));
	check(!reconcile(fixture, same));
	check_size(fixture->output.count, 0);
	check(reconcile(fixture, older));
	check_size(fixture->output.count, 2);
	check_int(employment_told(fixture, 0)->start_date, on(2020, 1, 1));
	check(!employment_told(fixture, 0)->has_end_date);
	check_int(employment_told(fixture, 1)->end_date, on(2027, 1, 1));
	for (size_t i = 0; i < 2; i++) {
		check_int(employment_told(fixture, i)->age_band, AGE_BAND_A45_54);
		check_int(employment_told(fixture, i)->recorded_at, fixture->context.now_ms);
	}
	check(!reconcile(fixture, older));
	older->identity->gender = GENDER_MALE;
	check(reconcile(fixture, older));
	check_size(fixture->output.count, 4);
	for (size_t i = 0; i < 4; i++)
		check_int(employment_told(fixture, i)->age_band, AGE_BAND_A45_54);
}

static void after_the_yearly_run_an_event_of_the_old_year_makes_nobody_younger(void **state)
{
	struct fixture *fixture = *state;
	struct person_state *person = some_person(fixture);

	(void)add_employment(fixture, person, "D1", on(2020, 1, 1), NO_END);
	person->identity->birth_date = VIEW_LITERAL("19811231");
	fixture->employer->age_year = 2027;
	at_noon(fixture, on(2027, 1, 2));
	check(reconcile(fixture, person));
	at_noon(fixture, on(2026, 12, 31));
	check(!reconcile(fixture, person));
	person->identity->gender = GENDER_MALE;
	(void)add_employment(fixture, person, "D2", on(2026, 12, 1), NO_END);
	check(reconcile(fixture, person));
	check_size(fixture->output.count, 2);
	for (size_t i = 0; i < 2; i++)
		check_int(employment_told(fixture, i)->age_band, AGE_BAND_A45_54);
	fixture->employer->age_year = 2026;
	check(reconcile(fixture, person));
	check_int(employment_told(fixture, 0)->age_band, AGE_BAND_A35_44);
}

static void a_new_generation_tells_everything_again(void **state)
{
	struct fixture *fixture = *state;
	struct person_state *person = sick_person(fixture);

	check(reconcile(fixture, person));
	fixture->context.generation = 2;
	check(!reconcile(fixture, person));
	fixture->context.again = true;
	check(reconcile(fixture, person));
	check_size(fixture->output.count, 2);
	check_int(employment_told(fixture, 0)->revision, (INT64_C(2) << 40) + 3);
	check_int(absence_told(fixture, 1)->revision, (INT64_C(2) << 40) + 4);
}

static void an_employment_keeps_its_id_when_its_key_changes(void **state)
{
	struct fixture *fixture = *state;
	struct person_state *person = sick_person(fixture);
	struct view former = VIEW_LITERAL("D1");
	uint8_t id[16];

	(void)add_employment(fixture, person, "C9", on(2021, 1, 1), NO_END);
	check(reconcile(fixture, person));
	memcpy(id, view_entity_find(&person->providers.items[0], ENTITY_KIND_EMPLOYMENT, former)->entity_id, sizeof id);
	person->employments.items[0].employment_key = VIEW_LITERAL("B0");
	person->employments.items[0].former_keys = (struct view_array){.items = &former, .count = 1};
	check(reconcile(fixture, person));
	check_size(fixture->output.count, 0);
	check(view_entity_find(&person->providers.items[0], ENTITY_KIND_EMPLOYMENT, former) == NULL);
	check(memcmp(view_entity_find(&person->providers.items[0], ENTITY_KIND_EMPLOYMENT, VIEW_LITERAL("B0"))->entity_id, id, sizeof id) == 0);
	check(!reconcile(fixture, person));
}

static void a_spell_of_leave_is_excluded(void **state)
{
	struct fixture *fixture = *state;
	struct person_state *person = sick_person(fixture);
	struct spell_step *step = &person->spells.items[0].steps.items[0];

	step->has_leave = true;
	step->leave = LEAVE_KIND_MATERNITY;
	step->exclude_from_frequency = true;
	check(reconcile(fixture, person));
	check(absence_told(fixture, 1)->excluded && absence_told(fixture, 1)->exclude_from_frequency);
	step->leave = LEAVE_KIND_OTHER;
	check(!reconcile(fixture, person));
}

static void erasing_retracts_everything_from_every_provider(void **state)
{
	struct fixture *fixture = *state;
	struct person_state *person = sick_person(fixture);

	serve(fixture, "P2");
	check(reconcile(fixture, person));
	fixture->output = (struct population_output){0};
	fixture->context.tombstone_reason = "ERASED";
	fixture->employer->state = EMPLOYER_LIFECYCLE_TERMINATING;
	person_retract(person, &fixture->context, &fixture->output);
	check_size(fixture->output.count, 4);
	for (size_t i = 0; i < 4; i++) {
		check(view_is_null(fixture->output.items[i].value));
		check_text(fixture->output.items[i].reason, "ERASED");
	}
}

static void a_provider_that_serves_no_longer_gets_tombstones_and_the_others_nothing(void **state)
{
	struct fixture *fixture = *state;
	struct person_state *person = sick_person(fixture);

	serve(fixture, "P2");
	check(reconcile(fixture, person));
	fixture->employer->providers.count = 1;
	check(reconcile(fixture, person));
	check_size(fixture->output.count, 2);
	check_view(fixture->output.items[0].provider_id, VIEW_LITERAL("P2"));
	check_text(fixture->output.items[0].reason, "PROVIDER_ENDED");
}

static void a_marker_has_the_employers_key_and_settings(void **state)
{
	struct fixture *fixture = *state;
	const struct population_marker *marker;
	uint8_t hash[32];

	fixture->employer->settings.min_group = 17;
	fixture->context.generation = 3;
	population_marker(&fixture->context, VIEW_LITERAL("P1"), MARKER_OP_END, &fixture->output);
	check_size(fixture->output.count, 1);
	marker = decoded(fixture, &population_marker_schema, fixture->output.items[0].value);
	check_view(marker->employer_id, VIEW_LITERAL("E1"));
	check_int(marker->generation, 3);
	check_int(marker->op, MARKER_OP_END);
	check_int(marker->min_group, 17);
	check_int(marker->recorded_at, fixture->context.now_ms);
	digest_of(NULL, VIEW_LITERAL("E1"), hash, sizeof hash);
	check(memcmp(fixture->output.items[0].key + 16, hash, 16) == 0);
	for (size_t i = 0; i < 16; i++)
		check_int(fixture->output.items[0].key[i], 0);
}

static const struct CMUnitTest tests[] = {
	IN_FIXTURE(a_new_person_is_told_whole_and_employments_come_before_spells),
	IN_FIXTURE(what_was_told_already_is_not_told_again),
	IN_FIXTURE(a_change_of_one_entity_tells_that_one_alone_with_a_higher_revision),
	IN_FIXTURE(nothing_is_told_of_an_employer_that_is_not_activating_or_active),
	IN_FIXTURE(a_person_without_identity_gets_no_pseudonym),
	IN_FIXTURE(each_provider_has_its_own_pseudonym_and_ids),
	IN_FIXTURE(what_goes_gets_a_tombstone_and_a_new_id_when_it_returns),
	IN_FIXTURE(negative_registration_takes_all_back),
	IN_FIXTURE(after_share_tells_spells_only_while_there_is_a_live_share_with_that_provider),
	IN_FIXTURE(a_personnel_number_is_told_by_policy),
	IN_FIXTURE(the_age_band_is_by_whole_years_on_new_years_day),
	IN_FIXTURE(the_year_of_the_age_is_amsterdams),
	IN_FIXTURE(passing_time_alone_tells_nothing_of_an_employment_that_was_over),
	IN_FIXTURE(the_turn_of_the_year_tells_only_changed_bands_of_employments_in_force_on_new_years_day),
	IN_FIXTURE(after_the_yearly_run_an_event_of_the_old_year_makes_nobody_younger),
	IN_FIXTURE(a_new_generation_tells_everything_again),
	IN_FIXTURE(an_employment_keeps_its_id_when_its_key_changes),
	IN_FIXTURE(a_spell_of_leave_is_excluded),
	IN_FIXTURE(erasing_retracts_everything_from_every_provider),
	IN_FIXTURE(a_provider_that_serves_no_longer_gets_tombstones_and_the_others_nothing),
	IN_FIXTURE(a_marker_has_the_employers_key_and_settings),
};

CHECK_MAIN(tests)
