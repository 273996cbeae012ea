#include "tests/unit/check.h"

#include "provider-svc/core/search.h"

static struct arena arena;
static struct search_keys keys;

static int set_up(void **state)
{
	(void)state;
	memset(keys.name, 1, sizeof keys.name);
	memset(keys.birth, 2, sizeof keys.birth);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	arena_done(&arena);
	return 0;
}

/* Whether one who types this finds the terms. */
static bool finds(const struct search_terms *terms, const char *typed)
{
	uint8_t hash[BLIND_INDEX_LEN];

	if (!search_name(&keys, view_text(typed), &arena, hash))
		return false;
	for (size_t i = 0; i < terms->name_count; i++)
		if (memcmp(terms->names[i], hash, sizeof hash) == 0)
			return true;
	return false;
}

static void a_name_is_found_however_it_is_written(void **state)
{
	const struct shared_dossier content = {.prefix = view_text("van 't"),
					       .surname = view_text("Brontë-Ånström"),
					       .partner_prefix = view_text("de"),
					       .partner_surname = view_text("O'Neill"),
					       .birth_date = view_text("19800102")};
	static const char *const found[] = {"Brontë-Ånström",      "BRONTE ANSTROM", "bronteanstrom", "van 't Bronte Anstrom",
					    "Vant Bronte-Anstrom", "O’Neill",        "oneill",        "De O'Neill"};
	static const char *const missed[] = {"Bronte", "Anstrom", "van 't", "Bronte Anstrom O'Neill", "", " - "};
	struct search_terms terms;

	(void)state;
	search_terms_of(&keys, &content, &arena, &terms);
	for (size_t i = 0; i < sizeof found / sizeof found[0]; i++)
		if (!finds(&terms, found[i]))
			fail_msg("%s is not found", found[i]);
	for (size_t i = 0; i < sizeof missed / sizeof missed[0]; i++)
		if (finds(&terms, missed[i]))
			fail_msg("%s is found", missed[i]);
}

static void what_is_not_there_is_not_found_by_nothing(void **state)
{
	const struct shared_dossier content = {.prefix = view_text("van"), .surname = view_text("-"), .birth_date = view_text("00000000")};
	struct search_terms terms;

	(void)state;
	search_terms_of(&keys, &content, &arena, &terms);
	check_size(terms.name_count, 0);
}

static void names_and_birth_dates_have_hashes_of_their_own(void **state)
{
	struct search_keys others = keys;
	uint8_t name[BLIND_INDEX_LEN];
	uint8_t birth[BLIND_INDEX_LEN];
	uint8_t other[BLIND_INDEX_LEN];

	(void)state;
	others.birth[0] ^= 1;
	check(search_name(&keys, view_text("19800102"), &arena, name));
	search_birth(&keys, view_text("19800102"), birth);
	search_birth(&others, view_text("19800102"), other);
	check(memcmp(name, birth, sizeof name) != 0);
	check(memcmp(birth, other, sizeof birth) != 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_name_is_found_however_it_is_written, set_up, tear_down),
		cmocka_unit_test_setup_teardown(what_is_not_there_is_not_found_by_nothing, set_up, tear_down),
		cmocka_unit_test_setup_teardown(names_and_birth_dates_have_hashes_of_their_own, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL) == 0 ? 0 : 1;
}
