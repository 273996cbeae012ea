#include "vault-svc/core/population.h"

#include "common/base/calendar.h"
#include "common/crypto/digest.h"
#include "common/crypto/hex.h"
#include "schemas/codec/message.h"
#include "vault-svc/core/elementary.h"
#include "vault-svc/core/provider_view.h"

/* One provider being brought in step. */
struct told {
	const struct reconcile_context *context;
	const struct person_state *person;
	const struct projection *projection;
	const struct employer_provider *provider; /* NULL: serves the employer no longer */
	struct provider_view *view;
	struct buffer *buffer;
	struct population_output *output;
	bool changed;
};

/* Year of birth day 1 January counts as a birthday. UNKNOWN unless the date is complete. */
static enum age_band age_band_in(struct view birth_date, int32_t year)
{
	static const struct {
		int32_t below;
		enum age_band band;
	} bands[] = {{25, AGE_BAND_LT25}, {35, AGE_BAND_A25_34}, {45, AGE_BAND_A35_44}, {55, AGE_BAND_A45_54}, {65, AGE_BAND_A55_64}};
	struct calendar_date born;
	int32_t age;

	if (!birth_date_is_complete(birth_date))
		return AGE_BAND_UNKNOWN;
	born = date_of(birth_date_earliest(birth_date));
	age = year - born.year - (born.month == 1 && born.day == 1 ? 0 : 1);
	for (size_t i = 0; i < sizeof bands / sizeof *bands; i++)
		if (age < bands[i].below)
			return bands[i].band;
	return AGE_BAND_GE65;
}

static struct view personnel_number_told(const struct told *told, struct view personnel_number)
{
	uint8_t hash[32];
	char text[2 * sizeof hash + 1];

	if (view_is_null(personnel_number))
		return personnel_number;
	switch (told->context->employer->settings.personnel_number) {
	case PERSONNEL_NUMBER_POLICY_CLEAR:
		return personnel_number;
	case PERSONNEL_NUMBER_POLICY_HMAC:
		digest_of(told->provider->personnel_number_key, personnel_number, hash, sizeof hash);
		hex_encode(hash, sizeof hash, text);
		return arena_copy(told->context->arena, view_text(text));
	case PERSONNEL_NUMBER_POLICY_OMIT:
		break;
	}
	return VIEW_NULL;
}

static void tell(const struct told *told, const struct entity *entity, struct view value, const char *reason)
{
	struct population_record record = {.provider_id = told->view->provider_id, .value = value, .reason = reason};

	memcpy(record.key, told->view->pseudonym, sizeof told->view->pseudonym);
	memcpy(record.key + sizeof told->view->pseudonym, entity->entity_id, sizeof entity->entity_id);
	population_add(told->output, told->context->arena, &record);
}

/* Notes what is about to be told, and gives its revision. */
static int64_t next_revision(struct told *told, struct entity *entity, const uint8_t digest[static 16])
{
	told->view->revisions++;
	entity->published = true;
	entity->revision = revision_of(told->context->generation, told->view->revisions);
	entity->recorded_at = told->context->now_ms;
	memcpy(entity->digest, digest, sizeof entity->digest);
	told->changed = true;
	return entity->revision;
}

/* Encodes an employment into the buffer. Where 256 segments of the longest texts do not fit a message the oldest go, the first left extended back. */
static bool employment_encoded(struct population_employment *record, struct buffer *buffer)
{
	buffer_clear(buffer);
	while (!message_encode(&population_employment_schema, record, buffer, NULL)) {
		size_t surplus = (record->segments.count + 7) / 8;
		int32_t begin;

		if (record->segments.count <= 1)
			return false;
		begin = record->segments.items[0].from;
		record->segments.items += surplus;
		record->segments.count -= surplus;
		record->segments.items[0].from = begin;
		buffer_clear(buffer);
	}
	return true;
}

/* The year whose 1 January counts for ages: that of now, and none before the last yearly run, of which an event may come that is older. */
static int32_t age_year(const struct reconcile_context *context)
{
	int32_t year = date_of(amsterdam_day(context->now_ms)).year;

	return year > context->employer->age_year ? year : context->employer->age_year;
}

/* True when the entity's last record says what this one does; the record is left encoded in the buffer. */
static bool told_already(const struct told *told, const struct entity *entity, struct population_employment *record, uint8_t ret_digest[static 16],
			 bool *ret_told)
{
	if (!employment_encoded(record, told->buffer))
		return false;
	digest_of(NULL, buffer_view(told->buffer), ret_digest, 16);
	*ret_told = entity->published && !told->context->again && memcmp(ret_digest, entity->digest, 16) == 0;
	return true;
}

/* Only an employment in force on 1 January grows older by the year's turn alone: another one whose last record differs in the age's year, and in
 * nothing else, stays as it was told. */
static bool is_told_of_another_year(const struct told *told, const struct projected_employment *employment, const struct entity *entity,
				    struct population_employment record)
{
	const struct view birth_date = told->person->identity->birth_date;
	const int32_t year = age_year(told->context);
	uint8_t digest[16];
	bool same = false;

	if (!entity->published || employment_in_force(employment, day_of((struct calendar_date){.year = year, .month = 1, .day = 1})))
		return false;
	record.age_band = age_band_in(birth_date, date_of(amsterdam_day(entity->recorded_at)).year);
	return told_already(told, entity, &record, digest, &same) && same;
}

static void tell_employment(struct told *told, const struct projected_employment *employment)
{
	struct entity *entity = view_entity(told->view, ENTITY_KIND_EMPLOYMENT, employment->key, told->context);
	const struct identity *identity = told->person->identity;
	struct population_employment record = {
		.employer_id = told->context->employer->employer_id,
		.personnel_number = personnel_number_told(told, employment->header->personnel_number),
		.gender = identity->gender,
		.age_band = age_band_in(identity->birth_date, age_year(told->context)),
		.start_date = employment->start_date,
		.has_end_date = employment->has_end_date,
		.end_date = employment->end_date,
		.uwv_sector = employment->header->uwv_sector,
		.risk_group = employment->header->risk_group,
		.segments = employment->segments,
	};
	uint8_t digest[16];
	bool same;

	memcpy(record.pseudonym, told->view->pseudonym, sizeof record.pseudonym);
	memcpy(record.entity_id, entity->entity_id, sizeof record.entity_id);
	if (!told_already(told, entity, &record, digest, &same) || same || is_told_of_another_year(told, employment, entity, record))
		return;
	record.revision = next_revision(told, entity, digest);
	record.recorded_at = told->context->now_ms;
	if (employment_encoded(&record, told->buffer))
		tell(told, entity, arena_copy(told->context->arena, buffer_view(told->buffer)), NULL);
}

static bool absence_encoded(const struct population_absence *record, struct buffer *buffer)
{
	buffer_clear(buffer);
	return message_encode(&population_absence_schema, record, buffer, NULL);
}

static void tell_spell(struct told *told, const struct projected_spell *spell)
{
	struct population_absence record = {
		.employer_id = told->context->employer->employer_id,
		.first_day = spell->first_day,
		.has_recovered_on = spell->has_recovered_on,
		.recovered_on = spell->recovered_on,
		.recovered = spell->recovered,
		.excluded = spell->latest->has_leave,
		.exclude_from_frequency = spell->latest->exclude_from_frequency,
		.segments = spell->segments,
	};
	const struct entity *employment = view_entity(told->view, ENTITY_KIND_EMPLOYMENT, spell->employment_key, told->context);
	struct entity *entity;
	uint8_t digest[16];

	memcpy(record.employment_id, employment->entity_id, sizeof record.employment_id);
	entity = view_entity(told->view, ENTITY_KIND_ABSENCE, spell->key, told->context);
	memcpy(record.pseudonym, told->view->pseudonym, sizeof record.pseudonym);
	memcpy(record.entity_id, entity->entity_id, sizeof record.entity_id);
	if (!absence_encoded(&record, told->buffer))
		return;
	digest_of(NULL, buffer_view(told->buffer), digest, sizeof digest);
	if (entity->published && !told->context->again && memcmp(digest, entity->digest, sizeof digest) == 0)
		return;
	record.revision = next_revision(told, entity, digest);
	record.recorded_at = told->context->now_ms;
	if (absence_encoded(&record, told->buffer))
		tell(told, entity, arena_copy(told->context->arena, buffer_view(told->buffer)), NULL);
}

/* Tombstones for what is not to be seen any more; ids that only shares named stay while there is what they name. */
static void withdraw(struct told *told, bool employments, bool spells)
{
	struct entity_array *entities = &told->view->entities;
	const char *reason = told->context->tombstone_reason;
	size_t kept = 0;

	if (reason == NULL)
		reason = told->provider == NULL ? "PROVIDER_ENDED" : "CORRECTED";
	for (size_t i = 0; i < entities->count; i++) {
		const struct entity *entity = &entities->items[i];
		bool is_employment = entity->kind == ENTITY_KIND_EMPLOYMENT;
		bool there = is_employment ? projection_employment(told->projection, entity->key) != NULL
					   : projection_spell(told->projection, entity->key) != NULL;

		if (there && (!entity->published || (is_employment ? employments : spells))) {
			entities->items[kept++] = *entity;
			continue;
		}
		if (entity->published)
			tell(told, entity, VIEW_NULL, reason);
		told->changed = true;
	}
	entities->count = kept;
}

static void reconcile_view(struct told *told)
{
	const struct employer_settings *settings = &told->context->employer->settings;
	bool employments = told->provider != NULL && settings->registration == REGISTRATION_MODE_VAULT;
	bool spells = employments && (settings->absence_facts == ABSENCE_FACTS_ALWAYS || told->view->share != NULL);

	if (view_follow_keys(told->view, told->person))
		told->changed = true;
	for (size_t i = 0; employments && i < told->projection->employment_count; i++)
		tell_employment(told, &told->projection->employments[i]);
	for (size_t i = 0; spells && i < told->projection->spell_count; i++)
		tell_spell(told, &told->projection->spells[i]);
	withdraw(told, employments, spells);
}

int64_t revision_of(int32_t generation, int64_t count)
{
	return ((int64_t)generation << 40) + count;
}

bool person_reconcile(struct person_state *person, const struct reconcile_context *context, struct population_output *ret)
{
	CLEANUP(buffer_done) struct buffer buffer = {0};
	struct projection projection;
	struct told told = {.context = context, .person = person, .projection = &projection, .buffer = &buffer, .output = ret};
	const struct employer_state *employer = context->employer;

	buffer_init(&buffer, SCHEMA_MAX_MESSAGE);
	if (!employer_speaks(employer))
		return false;
	project(person, context->arena, &projection);
	for (size_t i = 0; i < employer->providers.count && projection.employment_count > 0; i++) {
		bool missing = person_view_find(person, employer->providers.items[i].provider_id) == NULL;

		if (missing && employer->settings.registration == REGISTRATION_MODE_VAULT) {
			(void)person_view(person, employer->providers.items[i].provider_id, context);
			told.changed = true;
		}
	}
	for (size_t i = 0; i < person->providers.count; i++) {
		told.view = &person->providers.items[i];
		told.provider = employer_provider(employer, told.view->provider_id);
		reconcile_view(&told);
	}
	return told.changed;
}

void person_retract(struct person_state *person, const struct reconcile_context *context, struct population_output *ret)
{
	struct projection nothing = {0};
	struct told told = {.context = context, .person = person, .projection = &nothing, .output = ret};

	for (size_t i = 0; i < person->providers.count; i++) {
		told.view = &person->providers.items[i];
		told.provider = employer_provider(context->employer, told.view->provider_id);
		withdraw(&told, false, false);
	}
}

void population_add(struct population_output *output, struct arena *arena, const struct population_record *record)
{
	if (output->count == output->room) {
		size_t room = output->room == 0 ? 16 : output->room * 2;
		struct population_record *items = arena_array(arena, room, sizeof *items);

		if (output->count > 0)
			memcpy(items, output->items, output->count * sizeof *items);
		output->items = items;
		output->room = room;
	}
	output->items[output->count++] = *record;
}
