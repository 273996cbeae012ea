#include "tests/unit/check.h"

#include "common/db/sqlstate.h"

static void outages_and_conflicts_are_tried_again(void **state)
{
	static const char *const states[] = {"08006", "08001", "57P01", "57P02", "57P03", "53300",
					     "53200", "53100", "40001", "40P01", "55P03", "57014"};

	(void)state;
	for (size_t i = 0; i < sizeof states / sizeof states[0]; i++)
		check_int(sqlstate_disposition(states[i]), DISPOSITION_RETRY);
	check_int(sqlstate_disposition(NULL), DISPOSITION_RETRY);
}

static void values_at_fault_are_rejected(void **state)
{
	(void)state;
	check_int(sqlstate_disposition("22001"), DISPOSITION_REJECT);
	check_int(sqlstate_disposition("22P02"), DISPOSITION_REJECT);
	check_int(sqlstate_disposition("23505"), DISPOSITION_REJECT);
}

static void the_fence_and_everything_else_stops(void **state)
{
	static const char *const states[] = {"KF001", "42P01", "42703", "XX000", "XX001", "P0001", "28P01", "58030", "0A000", "25P02", "40002"};

	(void)state;
	for (size_t i = 0; i < sizeof states / sizeof states[0]; i++)
		check_int(sqlstate_disposition(states[i]), DISPOSITION_STOP);
}

static void an_error_names_state_and_constraint(void **state)
{
	struct error error;

	(void)state;
	check_fails(sqlstate_error(&error, "23505", "person_pkey", "person_upsert"), &error, "23505");
	check_text(error.place, "person_upsert");
	check(strstr(error.text, "person_pkey") != NULL);
	check_fails(sqlstate_error(&error, NULL, NULL, "commit"), &error, "CONNECTION_LOST");
	check_int(error.disposition, DISPOSITION_RETRY);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(outages_and_conflicts_are_tried_again),
	cmocka_unit_test(values_at_fault_are_rejected),
	cmocka_unit_test(the_fence_and_everything_else_stops),
	cmocka_unit_test(an_error_names_state_and_constraint),
};

CHECK_MAIN(tests)
