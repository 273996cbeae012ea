#include "tests/unit/check.h"

#include "vault-svc/intake.h"

/* What of the two topics' records is known when the batch comes with that code; without a registry, so that reading them would be noticed. */
static const struct intake *taken(struct stream_batch *batch, enum stream_class class, const char *unprocessable)
{
	static const struct vault_options options = {.partitions = 1};
	static struct vault vault = {.options = &options};
	static struct stream_record record;

	vault.inputs[0].kind = VAULT_HR_EVENTS;
	vault.inputs[1].kind = VAULT_COMMANDS;
	record.key = VIEW_LITERAL("E1");
	record.value = VIEW_LITERAL("\xc3\x01 this ends the process");
	record.input = class == STREAM_EVENTS ? 0 : 1;
	*batch = (struct stream_batch){.class = class, .records = &record, .count = 1, .unprocessable = unprocessable};
	intake_batch(&vault, batch);
	return batch->state;
}

static void what_crashed_the_process_is_not_read_again(void **state)
{
	struct stream_batch batch;

	(void)state;
	check_text(taken(&batch, STREAM_EVENTS, "CRASHED")->events[0].fault, "CRASHED");
	arena_done(&batch.arena);
	check_text(taken(&batch, STREAM_COMMANDS, "CRASHED")->signed_[0].fault, "CRASHED");
	arena_done(&batch.arena);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(what_crashed_the_process_is_not_read_again),
};

CHECK_MAIN(tests)
