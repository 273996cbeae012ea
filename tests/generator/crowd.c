#include "tests/generator/crowd.h"

#include "common/crypto/digest.h"
#include "tests/generator/telling.h"
#include "tests/generator/truth.h"

#include <inttypes.h>
#include <stdarg.h>

enum { LEAST = 15, PEOPLE_A_UNIT = 20, UNITS_MOST = 300, BRANCHES = 6, NAME = 40 };

/* Streams of random numbers: of each employer, and of each of its people twice, for the life and for what is told of it. */
enum { STREAM_LIVES = 1, STREAM_TELLING = 2 };

struct crowd {
	const struct crowd_options *options;
	const struct crowd_taker *taker;
	struct crowd_counts *counts;
	struct span span;
	struct truth truth;
	struct sheaf sheaf;
	struct arena names;   /* of one employer */
	struct arena scratch; /* of one person */
	uint64_t told_seed;
};

struct employer {
	uint64_t number;
	int64_t people;
	struct view id;
	int32_t norm_hours_x100;
	int32_t unit_count;
	struct view *codes;
	struct view *names;
};

static struct view print(struct arena *arena, const char *format, ...) __attribute__((format(printf, 2, 3)));

static struct view print(struct arena *arena, const char *format, ...)
{
	char text[NAME];
	va_list list;

	va_start(list, format);
	(void)vsnprintf(text, sizeof text, format, list);
	va_end(list);
	return arena_copy(arena, view_text(text));
}

/* Of a thousand employers 600 have 15 to 59 people, 300 up to 399, 85 up to 2,999, 15 up to 10,000; none more than a fifth of all. */
static int64_t size_of(struct random *random, int64_t all, int64_t left)
{
	int32_t kind = random_below(random, 1000);
	int64_t most = all / 5 > LEAST ? all / 5 : LEAST;
	int64_t size;

	if (kind < 600)
		size = LEAST + random_below(random, 45);
	else if (kind < 900)
		size = 60 + random_below(random, 340);
	else if (kind < 985)
		size = 400 + random_below(random, 2600);
	else
		size = 3000 + random_below(random, 7001);
	size = size > most ? most : size;
	return left - size < LEAST ? left : size;
}

static void draw_employer(struct crowd *crowd, int64_t left, struct employer *ret)
{
	static const int32_t norms[] = {3600, 3600, 3800, 4000, 4000, 3700};
	struct random random;
	struct employer employer = {.number = crowd->counts->employers};

	arena_reset(&crowd->names);
	random_begin(&random, crowd->options->seed, employer.number << 32);
	employer.people = size_of(&random, crowd->options->employees, left);
	employer.id = print(&crowd->names, "EMPLOYER-%05" PRIu64, employer.number + 1);
	employer.norm_hours_x100 = norms[random_below(&random, sizeof norms / sizeof norms[0])];
	employer.unit_count = 1 + (int32_t)(employer.people / PEOPLE_A_UNIT);
	if (employer.unit_count > UNITS_MOST)
		employer.unit_count = UNITS_MOST;
	employer.codes = arena_array(&crowd->names, (size_t)employer.unit_count, sizeof *employer.codes);
	employer.names = arena_array(&crowd->names, (size_t)employer.unit_count, sizeof *employer.names);
	for (int32_t i = 0; i < employer.unit_count; i++) {
		employer.codes[i] = print(&crowd->names, "AFD-%03d", i);
		employer.names[i] = print(&crowd->names, "Afdeling %d", i);
	}
	*ret = employer;
}

/* Sixteen zero bytes, then the first 16 of BLAKE2b-256 of the employer's id and, for a unit, a zero byte and its code. */
static void hashed_key(struct view employer_id, const struct view *unit_code, uint8_t ret[static SHEAF_KEY])
{
	uint8_t hash[32];
	struct digest digest;

	memset(ret, 0, SHEAF_KEY);
	digest_init(&digest, NULL, sizeof hash);
	digest_add(&digest, employer_id);
	if (unit_code != NULL) {
		digest_add(&digest, view_of(ret, 1));
		digest_add(&digest, *unit_code);
	}
	digest_finish(&digest, hash);
	memcpy(ret + 16, hash, 16);
}

static bool add_marker(struct crowd *crowd, const struct employer *employer, enum marker_op op, struct error *error)
{
	uint8_t key[SHEAF_KEY];
	struct population_marker marker = {.employer_id = employer->id,
					   .generation = 1,
					   .op = op,
					   .min_group = crowd->options->min_group,
					   .recorded_at = telling_midnight(crowd->span.from)};

	hashed_key(employer->id, NULL, key);
	return sheaf_add(&crowd->sheaf, marker.recorded_at + (op == MARKER_OP_END), key, &population_marker_schema, &marker, error);
}

/* A tree: all under the first, six under each. */
static bool add_units(struct crowd *crowd, const struct employer *employer, struct error *error)
{
	for (int32_t i = 0; i < employer->unit_count; i++) {
		uint8_t key[SHEAF_KEY];
		struct population_unit unit = {.employer_id = employer->id,
					       .unit_code = employer->codes[i],
					       .name = employer->names[i],
					       .parent_code = i == 0 ? VIEW_NULL : employer->codes[(i - 1) / BRANCHES],
					       .revision = telling_revision(i + 1),
					       .recorded_at = telling_midnight(crowd->span.from)};

		hashed_key(employer->id, &unit.unit_code, key);
		if (!sheaf_add(&crowd->sheaf, unit.recorded_at, key, &population_unit_schema, &unit, error))
			return false;
	}
	return true;
}

static bool add_people(struct crowd *crowd, const struct employer *employer, struct error *error)
{
	const struct life_place place = {.norm_hours_x100 = employer->norm_hours_x100, .departments = employer->unit_count};
	struct telling telling = {.span = &crowd->span,
				  .employer_id = employer->id,
				  .norm_hours_x100 = employer->norm_hours_x100,
				  .corrections = crowd->options->corrections,
				  .codes = employer->codes,
				  .names = employer->names,
				  .sheaf = &crowd->sheaf};

	for (int64_t i = 0; i < employer->people; i++) {
		uint64_t stream = (employer->number << 32) + 4 * (uint64_t)i;
		struct random random;
		struct life life;

		arena_reset(&crowd->scratch);
		random_begin(&random, crowd->options->seed, stream + STREAM_LIVES);
		life_draw(&crowd->span, &place, &random, &crowd->scratch, &life);
		truth_add(&crowd->truth, &life);
		random_begin(&random, crowd->told_seed, stream + STREAM_TELLING);
		if (!telling_add(&telling, &life, &random, &crowd->scratch, error))
			return false;
	}
	crowd->counts->employments += telling.employments;
	crowd->counts->spells += telling.spells;
	return true;
}

static bool make_employer(struct crowd *crowd, const struct employer *employer, FILE *truth, struct error *error)
{
	truth_clear(&crowd->truth);
	if (!add_marker(crowd, employer, MARKER_OP_BEGIN, error) || !add_units(crowd, employer, error) || !add_people(crowd, employer, error) ||
	    !add_marker(crowd, employer, MARKER_OP_END, error))
		return false;
	crowd->counts->records += crowd->sheaf.count;
	crowd->counts->units += (uint64_t)employer->unit_count;
	crowd->counts->employees += (uint64_t)employer->people;
	crowd->counts->employers++;
	if (truth != NULL)
		truth_write(&crowd->truth, employer->id, employer->norm_hours_x100, truth);
	return crowd->taker->begin(crowd->taker->context, employer->id, error) &&
	       sheaf_empty(&crowd->sheaf, crowd->taker->take, crowd->taker->context, error);
}

/* Another seed for each provider, so that no id is the same. */
static uint64_t told_seed(const struct crowd_options *options)
{
	uint8_t hash[32];
	uint64_t part;

	digest_of(NULL, options->provider_id, hash, sizeof hash);
	memcpy(&part, hash, sizeof part);
	return options->seed ^ part;
}

bool crowd_make(const struct crowd_options *options, const struct crowd_taker *taker, FILE *truth, struct crowd_counts *counts, struct error *error)
{
	CLEANUP(arena_done) struct arena arena = {0};
	struct crowd crowd = {.options = options, .taker = taker, .counts = counts, .told_seed = told_seed(options)};
	bool done = true;

	span_of(options->first_year, options->years, &arena, &crowd.span);
	truth_init(&crowd.truth, &crowd.span, &arena);
	sheaf_init(&crowd.sheaf);
	if (truth != NULL)
		truth_write_head(truth);
	while (done && counts->employees < (uint64_t)options->employees) {
		struct employer employer;

		draw_employer(&crowd, options->employees - (int64_t)counts->employees, &employer);
		done = make_employer(&crowd, &employer, truth, error);
	}
	sheaf_done(&crowd.sheaf);
	arena_done(&crowd.names);
	arena_done(&crowd.scratch);
	return done;
}
