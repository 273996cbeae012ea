/* What a failure of Kafka is said to be, and what to do about it. */
#include "tests/unit/check.h"

#include "common/kafka/handle.h"

static void a_log_that_is_cut_off_while_it_is_read_is_an_error_with_a_remedy(void **state)
{
	struct error error = {0};

	(void)state;
	check_fails(kafka_failed(&error, RD_KAFKA_RESP_ERR__AUTO_OFFSET_RESET, "population.P1"), &error, "_AUTO_OFFSET_RESET");
	check(error.disposition == DISPOSITION_STOP);
	check(strstr(error.text, "run it again") != NULL && strstr(error.text, "retention") != NULL);
}

static void a_broker_that_is_away_is_worth_another_try(void **state)
{
	struct error error = {0};

	(void)state;
	check_fails(kafka_failed(&error, RD_KAFKA_RESP_ERR__TRANSPORT, "population.P1"), &error, "_TRANSPORT");
	check(error.disposition == DISPOSITION_RETRY && strstr(error.text, "kafka.bootstrap.servers") != NULL);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(a_log_that_is_cut_off_while_it_is_read_is_an_error_with_a_remedy),
	cmocka_unit_test(a_broker_that_is_away_is_worth_another_try),
};

CHECK_MAIN(tests)
