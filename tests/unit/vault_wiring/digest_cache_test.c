#include "tests/unit/check.h"

#include "vault-svc/digest_cache.h"

static uint64_t entity(const struct digest_cache *cache, int32_t number)
{
	return digest_cache_entity(cache, 1, 'E', VIEW_LITERAL("K1"), VIEW_NULL, number);
}

static void what_was_put_is_found_until_it_is_dropped(void **state)
{
	struct digest_cache cache;

	(void)state;
	digest_cache_init(&cache, 64);
	digest_cache_put(&cache, entity(&cache, 1), 7);
	check(digest_cache_has(&cache, entity(&cache, 1), 7));
	check(!digest_cache_has(&cache, entity(&cache, 1), 8));
	check(!digest_cache_has(&cache, entity(&cache, 2), 7));
	digest_cache_put(&cache, entity(&cache, 1), 8);
	check(digest_cache_has(&cache, entity(&cache, 1), 8));
	check(!digest_cache_has(&cache, entity(&cache, 1), 7));
	digest_cache_drop(&cache, entity(&cache, 1));
	check(!digest_cache_has(&cache, entity(&cache, 1), 8));
	digest_cache_done(&cache);
}

static void a_full_cache_goes_on_with_the_newest(void **state)
{
	struct digest_cache cache;
	size_t kept = 0;

	(void)state;
	digest_cache_init(&cache, 64);
	for (int32_t i = 0; i < 10000; i++) {
		digest_cache_put(&cache, entity(&cache, i), 7);
		check(digest_cache_has(&cache, entity(&cache, i), 7));
	}
	for (int32_t i = 0; i < 10000; i++)
		kept += digest_cache_has(&cache, entity(&cache, i), 7);
	check_size(kept, 64);
	digest_cache_clear(&cache);
	check(!digest_cache_has(&cache, entity(&cache, 9999), 7));
	digest_cache_done(&cache);
}

static void parts_of_an_entity_do_not_run_into_each_other(void **state)
{
	struct digest_cache cache;

	(void)state;
	digest_cache_init(&cache, 64);
	check(digest_cache_entity(&cache, 1, 'A', VIEW_LITERAL("ab"), VIEW_LITERAL("c"), 1) !=
	      digest_cache_entity(&cache, 1, 'A', VIEW_LITERAL("a"), VIEW_LITERAL("bc"), 1));
	check(digest_cache_entity(&cache, 1, 'A', VIEW_LITERAL("a"), VIEW_NULL, 1) !=
	      digest_cache_entity(&cache, 2, 'A', VIEW_LITERAL("a"), VIEW_NULL, 1));
	check(digest_cache_entity(&cache, 1, 'A', VIEW_LITERAL("a"), VIEW_NULL, 1) !=
	      digest_cache_entity(&cache, 1, 'D', VIEW_LITERAL("a"), VIEW_NULL, 1));
	digest_cache_done(&cache);
}

static void a_cache_of_no_size_never_hits(void **state)
{
	struct digest_cache cache;

	(void)state;
	digest_cache_init(&cache, 0);
	digest_cache_put(&cache, entity(&cache, 1), 7);
	check(!digest_cache_has(&cache, entity(&cache, 1), 7));
	digest_cache_drop(&cache, entity(&cache, 1));
	digest_cache_clear(&cache);
	digest_cache_done(&cache);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_was_put_is_found_until_it_is_dropped),
		cmocka_unit_test(a_full_cache_goes_on_with_the_newest),
		cmocka_unit_test(parts_of_an_entity_do_not_run_into_each_other),
		cmocka_unit_test(a_cache_of_no_size_never_hits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL) == 0 ? 0 : 1;
}
