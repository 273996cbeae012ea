#include "tests/unit/check.h"

#include "common/crypto/crypto.h"
#include "vault-svc/core/state/state.h"
#include "vault-svc/store/document.h"

static void a_document_that_is_too_large_is_refused_and_stops_nothing(void **state)
{
	CLEANUP(arena_done) struct arena arena = {0};
	const struct seal_subject subject = seal_subject_of(1, -1, 1);
	const uint8_t key[CRYPTO_KEY_LEN] = {1};
	struct units_state units = {.units = {.items = arena_array(&arena, 65536, sizeof(struct unit)), .count = 65536}};
	struct view name;
	struct view sealed = VIEW_NULL;
	struct error error = {0};

	(void)state;
	check_ok(crypto_start(&error), &error);
	name = view_of(arena_array(&arena, 1, 70), 70);
	memset((void *)(uintptr_t)name.ptr, 'x', name.len);
	for (size_t i = 0; i < units.units.count; i++)
		units.units.items[i] = (struct unit){
			.name = name, .parent_code = name, .unit_code = name, .event_id = VIEW_LITERAL("1"), .source_system = VIEW_LITERAL("HR")};
	check(!document_seal(&units_state_schema, &units, key, 1, &subject, &arena, &sealed, &error));
	check_int(error.disposition, DISPOSITION_REJECT);
	check_text(error.code, "OVERFLOW");
	units.units.count = 1000;
	check_ok(document_seal(&units_state_schema, &units, key, 1, &subject, &arena, &sealed, &error), &error);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(a_document_that_is_too_large_is_refused_and_stops_nothing),
};

CHECK_MAIN(tests)
