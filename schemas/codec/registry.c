#include "schemas/codec/registry.h"

#include "common/base/arena.h"
#include "schemas/codec/plan.h"

struct slot {
	const struct plan *plan; /* NULL: free */
};

/* An open hash table by fingerprint, at most half full. */
struct schema_registry {
	struct arena arena;
	struct slot *slots;
	size_t mask;
};

static uint64_t fingerprint_number(const uint8_t *fingerprint)
{
	uint64_t number;

	memcpy(&number, fingerprint, sizeof number);
	return number;
}

/* The slot that holds the fingerprint, or the free one where it would go. */
static struct slot *slot_of(const struct schema_registry *registry, const uint8_t *fingerprint)
{
	size_t i = (size_t)fingerprint_number(fingerprint) & registry->mask;

	while (registry->slots[i].plan != NULL && memcmp(registry->slots[i].plan->writer->fingerprint, fingerprint, SCHEMA_FINGERPRINT) != 0)
		i = (i + 1) & registry->mask;
	return &registry->slots[i];
}

static bool add(struct schema_registry *registry, const struct schema *writer, const struct schema *reader, struct error *error)
{
	struct slot *slot = slot_of(registry, writer->fingerprint);

	if (slot->plan != NULL && slot->plan->reader == reader)
		return true;
	if (slot->plan != NULL)
		return error_set(error, DISPOSITION_STOP, "INCOMPATIBLE", writer->name, "two schemas have the same fingerprint");
	return plan_new(writer, reader, &registry->arena, &slot->plan, error);
}

static const struct schema *reader_of(const struct schema_set *set, const struct schema *writer)
{
	for (size_t i = 0; i < set->reader_count; i++)
		if (strcmp(set->readers[i]->full_name, writer->full_name) == 0)
			return set->readers[i];
	return NULL;
}

static bool add_set(struct schema_registry *registry, const struct schema_set *set, struct error *error)
{
	for (size_t i = 0; i < set->reader_count; i++)
		if (!add(registry, set->readers[i], set->readers[i], error))
			return false;
	for (size_t i = 0; i < set->writer_count; i++) {
		const struct schema *reader = reader_of(set, set->writers[i]);

		if (reader != NULL && !add(registry, set->writers[i], reader, error))
			return false;
	}
	return true;
}

bool schema_registry_new(const struct schema_set *const *sets, size_t count, struct schema_registry **ret_registry, struct error *error)
{
	struct schema_registry *registry = calloc(1, sizeof *registry);
	size_t total = 0;
	size_t size = 64;

	if (registry == NULL)
		return error_set(error, DISPOSITION_STOP, "OUT_OF_MEMORY", "registry", "out of memory");
	for (size_t i = 0; i < count; i++)
		total += sets[i]->reader_count + sets[i]->writer_count;
	while (size < total * 2)
		size *= 2;
	registry->slots = arena_array(&registry->arena, size, sizeof *registry->slots);
	registry->mask = size - 1;
	for (size_t i = 0; i < count; i++)
		if (!add_set(registry, sets[i], error)) {
			schema_registry_free(registry);
			return false;
		}
	*ret_registry = registry;
	return true;
}

void schema_registry_free(struct schema_registry *registry)
{
	if (registry == NULL)
		return;
	arena_done(&registry->arena);
	free(registry);
}

const struct plan *schema_registry_plan(const struct schema_registry *registry, const uint8_t fingerprint[static SCHEMA_FINGERPRINT])
{
	return slot_of(registry, fingerprint)->plan;
}
