#include "tests/unit/vault_outputs/consumer.h"

#include "schemas/codec/record.h"

static struct held_record *held_under(struct consumer *consumer, struct view provider_id, const uint8_t *key)
{
	for (size_t i = 0; i < consumer->count; i++)
		if (view_equal(consumer->records[i].provider_id, provider_id) && memcmp(consumer->records[i].key, key, POPULATION_KEY_LEN) == 0)
			return &consumer->records[i];
	return NULL;
}

static bool is_absence(struct view value)
{
	return value.len > 10 && memcmp(value.ptr + 2, population_absence_schema.fingerprint, SCHEMA_FINGERPRINT) == 0;
}

static int64_t revision_in(struct fixture *fixture, struct view value)
{
	if (is_absence(value))
		return ((struct population_absence *)decoded(fixture, &population_absence_schema, value))->revision;
	return ((struct population_employment *)decoded(fixture, &population_employment_schema, value))->revision;
}

void consume(struct consumer *consumer, struct fixture *fixture, const struct population_output *output)
{
	for (size_t i = 0; i < output->count; i++) {
		const struct population_record *record = &output->items[i];
		struct held_record *held = held_under(consumer, record->provider_id, record->key);
		int64_t revision;

		if (view_is_null(record->value)) {
			check(held != NULL && record->reason != NULL);
			if (held != NULL)
				*held = consumer->records[--consumer->count];
			continue;
		}
		check(record->reason == NULL);
		revision = revision_in(fixture, record->value);
		check(held == NULL || revision > held->revision);
		if (held == NULL) {
			check(consumer->count < CONSUMER_ROOM);
			held = &consumer->records[consumer->count++];
		}
		*held = (struct held_record){
			.provider_id = arena_copy(&fixture->arena, record->provider_id),
			.value = arena_copy(&fixture->arena, record->value),
			.revision = revision,
		};
		memcpy(held->key, record->key, sizeof held->key);
	}
}

size_t held_count(const struct consumer *consumer, struct view provider_id)
{
	size_t count = 0;

	for (size_t i = 0; i < consumer->count; i++)
		count += view_equal(consumer->records[i].provider_id, provider_id) ? 1 : 0;
	return count;
}

/* The record of an entity; the key is pseudonym and entity id. */
static const struct held_record *held_entity(struct consumer *consumer, const struct provider_view *view, enum entity_kind kind, struct view key)
{
	const struct entity *entity = view_entity_find(view, kind, key);
	const struct held_record *held;
	uint8_t kafka_key[POPULATION_KEY_LEN];

	check(entity != NULL && entity->published);
	memcpy(kafka_key, view->pseudonym, 16);
	memcpy(kafka_key + 16, entity->entity_id, 16);
	held = held_under(consumer, view->provider_id, kafka_key);
	check(held != NULL);
	return held;
}

static void check_employment(struct consumer *consumer, struct fixture *fixture, const struct provider_view *view,
			     const struct projected_employment *employment)
{
	const struct held_record *held = held_entity(consumer, view, ENTITY_KIND_EMPLOYMENT, employment->key);
	const struct population_employment *record = decoded(fixture, &population_employment_schema, held->value);

	check(memcmp(record->pseudonym, view->pseudonym, 16) == 0 && memcmp(record->entity_id, held->key + 16, 16) == 0);
	check_int(record->start_date, employment->start_date);
	check_int(record->has_end_date, employment->has_end_date);
	check_int(record->has_end_date ? record->end_date : 0, employment->has_end_date ? employment->end_date : 0);
	check_view(record->risk_group, employment->header->risk_group);
	check_size(record->segments.count, employment->segments.count);
	for (size_t i = 0; i < record->segments.count; i++)
		check(record_equal(&employment_segment_schema, &record->segments.items[i], &employment->segments.items[i]));
}

static void check_spell(struct consumer *consumer, struct fixture *fixture, const struct provider_view *view, const struct projected_spell *spell)
{
	const struct held_record *held = held_entity(consumer, view, ENTITY_KIND_ABSENCE, spell->key);
	const struct population_absence *record = decoded(fixture, &population_absence_schema, held->value);
	const struct entity *employment = view_entity_find(view, ENTITY_KIND_EMPLOYMENT, spell->employment_key);

	check(employment != NULL && memcmp(record->employment_id, employment->entity_id, 16) == 0);
	check_int(record->first_day, spell->first_day);
	check_int(record->has_recovered_on, spell->has_recovered_on);
	check_int(record->has_recovered_on ? record->recovered_on : 0, spell->has_recovered_on ? spell->recovered_on : 0);
	check_int(record->recovered, spell->recovered);
	check_int(record->excluded, spell->latest->has_leave);
	check_size(record->segments.count, spell->segments.count);
	for (size_t i = 0; i < record->segments.count; i++)
		check(record_equal(&absence_segment_schema, &record->segments.items[i], &spell->segments.items[i]));
}

void check_holds(struct consumer *consumer, struct fixture *fixture, const struct person_state *person, struct view provider_id, bool employments,
		 bool spells)
{
	const struct provider_view *view = person_view_find(person, provider_id);
	struct projection projection;

	project(person, &fixture->arena, &projection);
	if (!employments)
		projection.employment_count = 0;
	if (!spells)
		projection.spell_count = 0;
	check_size(held_count(consumer, provider_id), projection.employment_count + projection.spell_count);
	for (size_t i = 0; i < projection.employment_count; i++)
		check_employment(consumer, fixture, view, &projection.employments[i]);
	for (size_t i = 0; i < projection.spell_count; i++)
		check_spell(consumer, fixture, view, &projection.spells[i]);
}
