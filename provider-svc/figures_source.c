#include "provider-svc/figures_source.h"

#include <stdlib.h>

#include "provider-svc/store/population_snapshot.h"

enum { FIRST_NAMES = 64, REPORT_EVERY = 1000, MIN_GROUP_UNKNOWN = 10 };

struct figures_source {
	struct view employer_id;
	figures_report *report;
	void *context;
	uint64_t total; /* for the report */
	uint64_t read;
	struct arena arena; /* as long as the source */

	struct kafka_prefix *prefix; /* a replay's; it and the roll are NULL for the tables */
	struct roll *roll;
	struct database *database; /* the tables' */

	/* Those of whom there is any record. */
	struct name_set seen;
	size_t seen_room;
	struct view last_seen;
	struct population_employer *employers;
	size_t employer_count;
};

/* ---- a replay ---- */

/* What failed at a record of a batch, by where it is in the topic. */
static bool failed_at(const struct kafka_prefix_record *record, const char *topic, const struct error *fault, struct error *error)
{
	return error_set(error, fault->disposition, fault->code, topic, "partition %d offset %lld: %s", record->partition, (long long)record->offset,
			 fault->text);
}

static bool take_batch(struct figures_source *source, const struct kafka_prefix_record *records, size_t count, struct arena *arena, const char *topic,
		       struct error *error)
{
	struct roll_record *taken;
	struct error fault = {0};
	size_t at = 0;

	arena_reset(arena);
	taken = arena_array(arena, count, sizeof *taken);
	for (size_t i = 0; i < count; i++)
		taken[i] = (struct roll_record){.key = records[i].key, .value = records[i].value};
	source->read += count;
	return roll_take(source->roll, taken, count, arena, &at, &fault) || failed_at(&records[at], topic, &fault, error);
}

/* Offsets left to read, over all partitions; with what compaction has taken out. */
static uint64_t sum_of(const struct kafka_prefix *prefix, bool done)
{
	int32_t count;
	const struct kafka_prefix_part *parts = kafka_prefix_parts(prefix, &count);
	uint64_t sum = 0;

	for (int32_t i = 0; i < count; i++)
		sum += (uint64_t)((done ? parts[i].next : parts[i].end) - parts[i].first);
	return sum;
}

static bool replay(struct figures_source *source, const struct provider *provider, struct error *error)
{
	CLEANUP(arena_done) struct arena arena = {0};
	const struct kafka_prefix_record *records;
	size_t count;

	if (!roll_new(provider->registry, &source->roll, error) ||
	    !kafka_prefix_open(provider->kafka.options, provider->kafka.count, provider->topics.population, &source->prefix, error))
		return false;
	source->total = sum_of(source->prefix, false);
	do {
		if (!kafka_prefix_next(source->prefix, &records, &count, error) ||
		    (count > 0 && !take_batch(source, records, count, &arena, provider->topics.population, error)))
			return false;
		source->report(source->context, sum_of(source->prefix, true), source->total);
	} while (count > 0);
	return true;
}

/* ---- either ---- */

/* How many rows one employer has of all is not known beforehand. */
static bool open_tables(struct figures_source *source, const struct provider *provider, struct error *error)
{
	return database_open(provider->options.database, &source->database, error) && population_snapshot_begin(source->database, error) &&
	       (!view_is_null(source->employer_id) || population_snapshot_estimate(source->database, &source->total, error));
}

bool figures_source_open(const struct provider *provider, bool from_topic, struct view employer_id, figures_report *report, void *context,
			 struct figures_source **ret, struct error *error)
{
	CLEANUP(figures_source_close_p) struct figures_source *source = calloc(1, sizeof *source);

	if (source == NULL)
		return error_set(error, DISPOSITION_STOP, "NO_MEMORY", "figures", "out of memory");
	source->employer_id = employer_id;
	source->report = report;
	source->context = context;
	if (!(from_topic ? replay(source, provider, error) : open_tables(source, provider, error)))
		return false;
	*ret = source;
	source = NULL;
	return true;
}

void figures_source_close(struct figures_source *source)
{
	if (source == NULL)
		return;
	kafka_prefix_free(source->prefix);
	roll_free(source->roll);
	database_free(source->database);
	arena_done(&source->arena);
	free(source);
}

void figures_source_close_p(struct figures_source **source)
{
	figures_source_close(*source);
}

/* Whether the employer is asked for; notes that there is something of it. */
static bool see(struct figures_source *source, struct view employer_id)
{
	bool is_new;
	size_t index;

	if (!view_is_null(source->last_seen) && view_equal(employer_id, source->last_seen))
		return true;
	if (!view_is_null(source->employer_id) && !view_equal(employer_id, source->employer_id))
		return false;
	if (source->seen.count == source->seen_room) {
		struct name_set larger;

		source->seen_room = source->seen_room == 0 ? FIRST_NAMES : 2 * source->seen_room;
		name_set_init(&larger, &source->arena, source->seen_room);
		for (size_t i = 0; i < source->seen.count; i++)
			(void)name_set_put(&larger, source->seen.names[i], NULL);
		source->seen = larger;
	}
	index = name_set_put(&source->seen, employer_id, &is_new);
	if (is_new)
		source->seen.names[index] = arena_copy(&source->arena, employer_id);
	source->last_seen = source->seen.names[index];
	return true;
}

struct walk {
	struct figures_source *source;
	roll_visit *visit;
	void *context;
};

/* All records of a pseudonym are of one employer. */
static bool visit_person(void *context, const struct course_person *person, struct error *error)
{
	const struct walk *walk = context;
	struct view employer_id = person->employment_count > 0 ? person->employments[0]->employer_id : person->absences[0]->employer_id;

	return !see(walk->source, employer_id) || walk->visit(walk->context, person, error);
}

static void report_rows(void *context, uint64_t rows)
{
	struct figures_source *source = context;

	if (rows / REPORT_EVERY != source->read / REPORT_EVERY)
		source->report(source->context, rows, source->total);
	source->read = rows;
}

/* What the markers said of employers that are asked for, and what is known of the others by their records alone: their load is under way. */
static void put_employers(struct figures_source *source, const struct population_employer *marked, size_t marked_count)
{
	struct name_set names;

	source->employers = arena_array(&source->arena, marked_count + source->seen.count + 1, sizeof *source->employers);
	source->employer_count = 0;
	name_set_init(&names, &source->arena, marked_count + source->seen.count);
	for (size_t i = 0; i < marked_count; i++) {
		bool is_marked = marked[i].begun_generation > 0 || marked[i].complete_generation > 0 || marked[i].ended;

		if (!is_marked || (!view_is_null(source->employer_id) && !view_equal(marked[i].employer_id, source->employer_id)))
			continue;
		(void)name_set_put(&names, marked[i].employer_id, NULL);
		source->employers[source->employer_count++] = marked[i];
	}
	for (size_t i = 0; i < source->seen.count; i++) {
		bool is_new;

		(void)name_set_put(&names, source->seen.names[i], &is_new);
		if (is_new)
			source->employers[source->employer_count++] =
				(struct population_employer){.employer_id = source->seen.names[i], .min_group = MIN_GROUP_UNKNOWN};
	}
}

static bool find_employers(struct figures_source *source, struct error *error)
{
	CLEANUP(arena_done) struct arena arena = {0};
	const struct population_unit *const *units;
	struct population_employer *marked;
	size_t unit_count;
	size_t count;

	if (!figures_source_units(source, &arena, &units, &unit_count, error))
		return false;
	for (size_t i = 0; i < unit_count; i++)
		(void)see(source, units[i]->employer_id);
	if (source->roll != NULL) {
		const struct population_employer *held = roll_employers(source->roll, &count);

		put_employers(source, held, count);
		return true;
	}
	if (!population_snapshot_employers(source->database, &source->arena, &marked, &count, error))
		return false;
	put_employers(source, marked, count);
	return true;
}

bool figures_source_walk(struct figures_source *source, roll_visit *visit, void *context, struct error *error)
{
	struct walk walk = {.source = source, .visit = visit, .context = context};
	const struct population_snapshot_walk rows = {
		.employer_id = source->employer_id, .visit = visit_person, .context = &walk, .report = report_rows, .report_context = source};

	if (source->roll != NULL)
		return roll_walk(source->roll, visit_person, &walk, error) && find_employers(source, error);
	source->read = 0;
	return population_snapshot_persons(source->database, &rows, error) && find_employers(source, error);
}

bool figures_source_units(struct figures_source *source, struct arena *arena, const struct population_unit *const **ret_units, size_t *ret_count,
			  struct error *error)
{
	const struct population_unit *const *all;
	const struct population_unit **wanted;
	size_t count;

	if (source->roll == NULL)
		return population_snapshot_units(source->database, source->employer_id, arena, ret_units, ret_count, error);
	if (!roll_units(source->roll, arena, &all, &count, error))
		return false;
	wanted = arena_array(arena, count + 1, sizeof(void *));
	*ret_count = 0;
	for (size_t i = 0; i < count; i++) {
		if (view_is_null(source->employer_id) || view_equal(all[i]->employer_id, source->employer_id))
			wanted[(*ret_count)++] = all[i];
	}
	*ret_units = wanted;
	return true;
}

const struct population_employer *figures_source_employers(const struct figures_source *source, size_t *ret_count)
{
	*ret_count = source->employer_count;
	return source->employers;
}

const struct kafka_prefix_part *figures_source_parts(const struct figures_source *source, int32_t *ret_count)
{
	*ret_count = 0;
	return source->prefix == NULL ? NULL : kafka_prefix_parts(source->prefix, ret_count);
}

uint64_t figures_source_read(const struct figures_source *source)
{
	return source->read;
}
