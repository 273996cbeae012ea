/* Old reader with new writer and the reverse, on a record that changed in every way the contract allows: fields of every kind added, fields
 * moved, symbols added at the end, an int made a long. */
#include "tests/unit/check.h"

#include "schemas/codec/message.h"
#include "schemas/codec/plan.h"
#include "tests/unit/schemas/evolution/newer/newer.h"
#include "tests/unit/schemas/evolution/older/older.h"

struct fixture {
	struct schema_registry *newer;
	struct schema_registry *older;
	struct arena arena;
	struct buffer buffer;
	struct error error;
};

static int set_up(void **state)
{
	static struct fixture fixture;
	const struct schema_set *newer[] = {&newer_schemas};
	const struct schema_set *older[] = {&older_schemas};

	buffer_init(&fixture.buffer, SCHEMA_MAX_MESSAGE);
	*state = &fixture;
	return schema_registry_new(newer, 1, &fixture.newer, NULL) && schema_registry_new(older, 1, &fixture.older, NULL) ? 0 : 1;
}

static int tear_down(void **state)
{
	struct fixture *fixture = *state;

	schema_registry_free(fixture->newer);
	schema_registry_free(fixture->older);
	arena_done(&fixture->arena);
	buffer_done(&fixture->buffer);
	return 0;
}

#define TEXT(literal)                                                                                                                                \
	{                                                                                                                                            \
		.ptr = (const uint8_t *)(literal), .len = sizeof(literal) - 1                                                                        \
	}

static const struct old_sample an_old_sample = {
	.name = TEXT("Jansen"),
	.kind = OLD_KIND_B,
	.strict = OLD_STRICT_Y,
	.has_perhaps = true,
	.perhaps = OLD_STRICT_Y,
	.count = -12,
	.note = TEXT("x"),
	.tags = {.items = (struct view[]){TEXT("t1"), TEXT("t2")}, .count = 2},
	.inner = {.a = 1, .b = TEXT("one")},
	.inners = {.items = (struct old_inner[]){{.a = 2, .b = TEXT("two")}}, .count = 1},
	.maybe = &(struct old_inner){.a = 3, .b = TEXT("three")},
	.stricts = {.items = (enum old_strict[]){OLD_STRICT_X, OLD_STRICT_Y}, .count = 2},
	.key = {1, 2, 3, 4},
};

static const struct sample a_new_sample = {
	.key = {5, 6, 7, 8},
	.kind = KIND_B,
	.added_kind = KIND_C,
	.strict = STRICT_X,
	.inner = {.a = 1, .has_c = true, .c = 77, .b = TEXT("one")},
	.added_maybe = &(struct inner){.a = 9, .b = TEXT("nine")},
	.flag = false,
	.tags = {.items = (struct view[]){TEXT("t1")}, .count = 1},
	.added_text = TEXT("added"),
	.inners = {.items = (struct inner[]){{.a = 2, .b = TEXT("two")}, {.a = 4, .has_c = true, .c = 5, .b = TEXT("four")}}, .count = 2},
	.added_list = {.items = (struct inner[]){{.a = 2, .b = TEXT("two")}}, .count = 1},
	.added_bytes = TEXT("bytes"),
	.maybe = &(struct inner){.a = 3, .b = TEXT("three")},
	.added_number = 1,
	.added_int = 2,
	.stricts = {.items = (enum strict[]){STRICT_Y}, .count = 1},
	.count = 41,
	.added_key = {9, 9, 9, 9},
	.name = TEXT("Pieters"),
};

/* Encodes with the newer version's writer under the fingerprint by which the older reader knows it: there count is still an int. */
static struct view as_newer_writer(struct fixture *fixture, const struct sample *sample)
{
	const struct schema *writer = older_schemas.writers[0];

	buffer_clear(&fixture->buffer);
	check_ok(message_encode(&sample_schema, sample, &fixture->buffer, &fixture->error), &fixture->error);
	memcpy(fixture->buffer.bytes + 2, writer->fingerprint, SCHEMA_FINGERPRINT);
	return buffer_view(&fixture->buffer);
}

static void a_new_reader_takes_an_old_record_and_defaults(void **state)
{
	struct fixture *fixture = *state;
	struct message message;
	const struct sample *got;

	buffer_clear(&fixture->buffer);
	check_ok(message_encode(&old_sample_schema, &an_old_sample, &fixture->buffer, &fixture->error), &fixture->error);
	check_ok(message_decode_as(fixture->newer, &sample_schema, buffer_view(&fixture->buffer), NULL, &fixture->arena, &message, &fixture->error),
		 &fixture->error);
	got = message.record;
	check_size(message.faults.count, 0);
	check(message.writer != message.schema);
	check_view(got->name, an_old_sample.name);
	check_int(got->kind, KIND_B);
	check_int(got->strict, STRICT_Y);
	check(got->has_perhaps && got->perhaps == STRICT_Y);
	check_int(got->count, -12);
	check_view(got->note, an_old_sample.note);
	check_size(got->tags.count, 2);
	check_view(got->tags.items[1], VIEW_LITERAL("t2"));
	check(got->inner.a == 1 && !got->inner.has_c);
	check_view(got->inner.b, VIEW_LITERAL("one"));
	check_size(got->inners.count, 1);
	check_view(got->inners.items[0].b, VIEW_LITERAL("two"));
	check(got->maybe != NULL && got->maybe->a == 3);
	check_size(got->stricts.count, 2);
	check_view(view_of(got->key, 4), view_of(an_old_sample.key, 4));
	check(got->flag);
	check_view(got->added_text, VIEW_LITERAL("n\303\251?"));
	check_view(got->added_bytes, VIEW_LITERAL("ab"));
	check_int(got->added_number, INT64_C(-5000000000));
	check_int(got->added_int, -7);
	check_int(got->added_kind, KIND_B);
	check(got->added_list.count == 0 && got->added_maybe == NULL && !got->has_added_perhaps);
	check_view(view_of(got->added_key, 4), VIEW_LITERAL("wxyz"));
}

static void an_old_reader_takes_a_new_record_and_reads_past_what_it_lacks(void **state)
{
	struct fixture *fixture = *state;
	struct message message;
	const struct old_sample *got;

	check_ok(message_decode_as(fixture->older, &old_sample_schema, as_newer_writer(fixture, &a_new_sample), NULL, &fixture->arena, &message,
				   &fixture->error),
		 &fixture->error);
	got = message.record;
	check_size(message.faults.count, 0);
	check_view(got->name, a_new_sample.name);
	check_int(got->kind, OLD_KIND_B);
	check_int(got->strict, OLD_STRICT_X);
	check(!got->has_perhaps);
	check_int(got->count, 41);
	check(view_is_null(got->note));
	check_size(got->tags.count, 1);
	check_int(got->inner.a, 1);
	check_view(got->inner.b, VIEW_LITERAL("one"));
	check_size(got->inners.count, 2);
	check_int(got->inners.items[1].a, 4);
	check_view(got->inners.items[1].b, VIEW_LITERAL("four"));
	check(got->maybe != NULL);
	check_view(got->maybe->b, VIEW_LITERAL("three"));
	check_size(got->stricts.count, 1);
	check_int(got->stricts.items[0], OLD_STRICT_Y);
	check_view(view_of(got->key, 4), view_of(a_new_sample.key, 4));
}

static void a_new_record_cut_anywhere_is_unreadable_to_an_old_reader(void **state)
{
	struct fixture *fixture = *state;
	struct view whole = as_newer_writer(fixture, &a_new_sample);

	for (size_t length = 0; length < whole.len; length++) {
		uint8_t *cut = malloc(length + 1);
		struct message message;

		memcpy(cut, whole.ptr, length);
		check_fails(
			message_decode_as(fixture->older, &old_sample_schema, view_of(cut, length), NULL, &fixture->arena, &message, &fixture->error),
			&fixture->error, "UNREADABLE");
		free(cut);
	}
}

static void a_symbol_the_reader_lacks_is_its_default(void **state)
{
	struct fixture *fixture = *state;
	struct sample sample = a_new_sample;
	struct message message;

	sample.kind = KIND_C;
	check_ok(message_decode_as(fixture->older, &old_sample_schema, as_newer_writer(fixture, &sample), NULL, &fixture->arena, &message,
				   &fixture->error),
		 &fixture->error);
	check_int(((const struct old_sample *)message.record)->kind, OLD_KIND_A);
	check_size(message.faults.count, 0);
}

static void a_symbol_the_reader_lacks_without_default_is_a_fault_and_no_symbol(void **state)
{
	struct fixture *fixture = *state;
	struct sample sample = a_new_sample;
	const struct old_sample *got;
	struct message message;

	sample.strict = STRICT_Z;
	sample.has_perhaps = true;
	sample.perhaps = STRICT_Z;
	sample.stricts.items = (enum strict[]){STRICT_Y, STRICT_Z};
	sample.stricts.count = 2;
	check_ok(message_decode_as(fixture->older, &old_sample_schema, as_newer_writer(fixture, &sample), NULL, &fixture->arena, &message,
				   &fixture->error),
		 &fixture->error);
	got = message.record;
	check_size(message.faults.count, 3);
	check_text(message.faults.items[0].path, "strict");
	check_int(message.faults.items[0].code, FAULT_ENUM);
	check_int((int32_t)got->strict, SCHEMA_NO_SYMBOL);
	check_text(old_strict_name(got->strict), "");
	check_text(message.faults.items[1].path, "stricts[1]");
	check(message.faults.items[1].list == message.faults.items[1].field);
	check_size(message.faults.items[1].item, 1);
	check_int((int32_t)got->stricts.items[1], SCHEMA_NO_SYMBOL);
	check_text(message.faults.items[2].path, "perhaps");
	check(!got->has_perhaps);
}

static void an_ordinal_beyond_the_writers_own_symbols_is_unreadable(void **state)
{
	struct fixture *fixture = *state;
	struct message message;
	struct view bytes = as_newer_writer(fixture, &a_new_sample);

	fixture->buffer.bytes[MESSAGE_HEADER + 4] = 6; /* kind, behind the key: the writer has three symbols */
	check_fails(message_decode_as(fixture->older, &old_sample_schema, bytes, NULL, &fixture->arena, &message, &fixture->error), &fixture->error,
		    "UNREADABLE");
	check_text(fixture->error.place, "kind");
}

/* Hand-made tables: what the contract does not allow is refused at start. */
static void check_incompatible(const struct schema_field *writer_field, const struct schema_field *reader_field)
{
	struct schema writer = {.name = "T", .full_name = "t.T", .fields = writer_field, .field_count = 1};
	struct schema reader = {.name = "T", .full_name = "t.T", .fields = reader_field, .field_count = 1, .size = 16};
	struct arena arena = {0};
	struct error error = {0};
	const struct plan *plan;

	check_fails(plan_new(&writer, &reader, &arena, &plan, &error), &error, "INCOMPATIBLE");
	check_int(error.disposition, DISPOSITION_STOP);
	arena_done(&arena);
}

static void a_version_that_cannot_be_read_is_refused_at_start(void **state)
{
	const struct schema_field an_int = {.name = "x", .kind = SCHEMA_INT};
	const struct schema_field a_long = {.name = "x", .kind = SCHEMA_LONG};
	const struct schema_field another = {.name = "y", .kind = SCHEMA_INT};
	const struct schema_field ints = {.name = "x", .kind = SCHEMA_INT, .repeated = true};
	const struct schema_field four = {.name = "x", .kind = SCHEMA_FIXED, .size = 4};
	const struct schema_field five = {.name = "x", .kind = SCHEMA_FIXED, .size = 5};
	const struct schema_field nothing = {.name = "x", .kind = SCHEMA_FIXED, .size = 0};

	(void)state;
	check_incompatible(&a_long, &an_int);
	check_incompatible(&an_int, &another);
	check_incompatible(&ints, &an_int);
	check_incompatible(&four, &five);
	check_incompatible(&nothing, &nothing);
}

static void a_record_that_holds_itself_is_refused_at_start(void **state)
{
	struct schema recursive = {.name = "T", .full_name = "t.T", .field_count = 1, .size = 8};
	const struct schema_field field = {.name = "x", .kind = SCHEMA_RECORD, .nullable = true, .record = &recursive};
	struct arena arena = {0};
	struct error error = {0};
	const struct plan *plan;

	(void)state;
	recursive.fields = &field;
	check_fails(plan_new(&recursive, &recursive, &arena, &plan, &error), &error, "INCOMPATIBLE");
	arena_done(&arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_new_reader_takes_an_old_record_and_defaults),
		cmocka_unit_test(an_old_reader_takes_a_new_record_and_reads_past_what_it_lacks),
		cmocka_unit_test(a_new_record_cut_anywhere_is_unreadable_to_an_old_reader),
		cmocka_unit_test(a_symbol_the_reader_lacks_is_its_default),
		cmocka_unit_test(a_symbol_the_reader_lacks_without_default_is_a_fault_and_no_symbol),
		cmocka_unit_test(an_ordinal_beyond_the_writers_own_symbols_is_unreadable),
		cmocka_unit_test(a_version_that_cannot_be_read_is_refused_at_start),
		cmocka_unit_test(a_record_that_holds_itself_is_refused_at_start),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down) == 0 ? 0 : 1;
}
