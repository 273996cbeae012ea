#include "provider-svc/core/figures/extract.h"

enum { FIRST_CODES = 256, ID_LEN = 16 };

struct packed_employment {
	int32_t start_date;
	int32_t end_date;
	uint8_t has_end_date;
	uint8_t gender;
	uint8_t age_band;
	uint8_t unused;
	uint32_t segment_count;
};

struct packed_employment_segment {
	int32_t from;
	uint32_t department; /* index of the code + 1; 0: none */
	uint32_t function;   /* likewise */
	int32_t contract_hours_x100;
	int32_t norm_hours_x100;
	uint32_t contract_term;
};

struct packed_absence {
	uint8_t employment_id[ID_LEN];
	int32_t first_day;
	int32_t recovered_on;
	uint8_t has_recovered_on;
	uint8_t recovered;
	uint8_t excluded;
	uint8_t exclude_from_frequency;
	uint32_t segment_count;
};

struct packed_absence_segment {
	int32_t from;
	int32_t absence_pct_x100;
};

_Static_assert(_Alignof(struct packed_employment) == 4 && _Alignof(struct packed_absence) == 4, "packed forms stand at multiples of four");

void extract_codes_done(struct extract_codes *codes)
{
	arena_done(&codes->arena);
	*codes = (struct extract_codes){0};
}

static uint32_t code_put(struct extract_codes *codes, struct view code)
{
	bool is_new;
	size_t index;

	if (view_is_null(code))
		return 0;
	if (codes->set.count == codes->room) {
		struct name_set larger;

		codes->room = codes->room == 0 ? FIRST_CODES : 2 * codes->room;
		name_set_init(&larger, &codes->arena, codes->room);
		for (size_t i = 0; i < codes->set.count; i++)
			(void)name_set_put(&larger, codes->set.names[i], NULL);
		codes->set = larger;
	}
	index = name_set_put(&codes->set, code, &is_new);
	if (is_new)
		codes->set.names[index] = arena_copy(&codes->arena, code);
	return (uint32_t)index + 1;
}

static struct view code_get(const struct extract_codes *codes, uint32_t code)
{
	return code == 0 ? VIEW_NULL : codes->set.names[code - 1];
}

size_t extract_employment_size(const struct population_employment *employment)
{
	return sizeof(struct packed_employment) + employment->segments.count * sizeof(struct packed_employment_segment);
}

size_t extract_absence_size(const struct population_absence *absence)
{
	return sizeof(struct packed_absence) + absence->segments.count * sizeof(struct packed_absence_segment);
}

void extract_employment_put(struct extract_codes *codes, const struct population_employment *employment, uint8_t *ret_bytes)
{
	const struct packed_employment packed = {
		.start_date = employment->start_date,
		.end_date = employment->end_date,
		.has_end_date = employment->has_end_date,
		.gender = (uint8_t)employment->gender,
		.age_band = (uint8_t)employment->age_band,
		.segment_count = (uint32_t)employment->segments.count,
	};

	memcpy(ret_bytes, &packed, sizeof packed);
	for (size_t i = 0; i < employment->segments.count; i++) {
		const struct employment_segment *segment = &employment->segments.items[i];
		const struct packed_employment_segment packed_segment = {
			.from = segment->from,
			.department = code_put(codes, segment->department_code),
			.function = code_put(codes, segment->function_code),
			.contract_hours_x100 = segment->contract_hours_x100,
			.norm_hours_x100 = segment->norm_hours_x100,
			.contract_term = (uint32_t)segment->contract_term,
		};

		memcpy(ret_bytes + sizeof packed + i * sizeof packed_segment, &packed_segment, sizeof packed_segment);
	}
}

void extract_absence_put(const struct population_absence *absence, uint8_t *ret_bytes)
{
	struct packed_absence packed = {
		.first_day = absence->first_day,
		.recovered_on = absence->recovered_on,
		.has_recovered_on = absence->has_recovered_on,
		.recovered = absence->recovered,
		.excluded = absence->excluded,
		.exclude_from_frequency = absence->exclude_from_frequency,
		.segment_count = (uint32_t)absence->segments.count,
	};

	memcpy(packed.employment_id, absence->employment_id, ID_LEN);
	memcpy(ret_bytes, &packed, sizeof packed);
	for (size_t i = 0; i < absence->segments.count; i++) {
		const struct packed_absence_segment segment = {
			.from = absence->segments.items[i].from,
			.absence_pct_x100 = absence->segments.items[i].absence_pct_x100,
		};

		memcpy(ret_bytes + sizeof packed + i * sizeof segment, &segment, sizeof segment);
	}
}

const struct population_employment *extract_employment_get(const struct extract_codes *codes, const uint8_t *bytes, const uint8_t key[static 32],
							   struct view employer_id, struct arena *arena)
{
	struct population_employment *employment = arena_take(arena, sizeof *employment);
	struct packed_employment packed;

	memcpy(&packed, bytes, sizeof packed);
	memcpy(employment->pseudonym, key, ID_LEN);
	memcpy(employment->entity_id, key + ID_LEN, ID_LEN);
	employment->employer_id = employer_id;
	employment->gender = (enum gender)packed.gender;
	employment->age_band = (enum age_band)packed.age_band;
	employment->start_date = packed.start_date;
	employment->has_end_date = packed.has_end_date != 0;
	employment->end_date = packed.end_date;
	employment->segments.count = packed.segment_count;
	employment->segments.items = arena_array(arena, packed.segment_count, sizeof *employment->segments.items);
	for (size_t i = 0; i < packed.segment_count; i++) {
		struct packed_employment_segment segment;

		memcpy(&segment, bytes + sizeof packed + i * sizeof segment, sizeof segment);
		employment->segments.items[i] = (struct employment_segment){
			.from = segment.from,
			.department_code = code_get(codes, segment.department),
			.function_code = code_get(codes, segment.function),
			.contract_hours_x100 = segment.contract_hours_x100,
			.norm_hours_x100 = segment.norm_hours_x100,
			.contract_term = (enum contract_term)segment.contract_term,
		};
	}
	return employment;
}

const struct population_absence *extract_absence_get(const uint8_t *bytes, const uint8_t key[static 32], struct view employer_id, struct arena *arena)
{
	struct population_absence *absence = arena_take(arena, sizeof *absence);
	struct packed_absence packed;

	memcpy(&packed, bytes, sizeof packed);
	memcpy(absence->pseudonym, key, ID_LEN);
	memcpy(absence->entity_id, key + ID_LEN, ID_LEN);
	memcpy(absence->employment_id, packed.employment_id, ID_LEN);
	absence->employer_id = employer_id;
	absence->first_day = packed.first_day;
	absence->has_recovered_on = packed.has_recovered_on != 0;
	absence->recovered_on = packed.recovered_on;
	absence->recovered = packed.recovered != 0;
	absence->excluded = packed.excluded != 0;
	absence->exclude_from_frequency = packed.exclude_from_frequency != 0;
	absence->segments.count = packed.segment_count;
	absence->segments.items = arena_array(arena, packed.segment_count, sizeof *absence->segments.items);
	for (size_t i = 0; i < packed.segment_count; i++) {
		struct packed_absence_segment segment;

		memcpy(&segment, bytes + sizeof packed + i * sizeof segment, sizeof segment);
		absence->segments.items[i].from = segment.from;
		absence->segments.items[i].absence_pct_x100 = segment.absence_pct_x100;
	}
	return absence;
}
