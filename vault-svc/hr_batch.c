#include "vault-svc/hr_batch.h"

#include "common/base/crash_point.h"
#include "vault-svc/absence_share.h"
#include "vault-svc/hr_event.h"
#include "vault-svc/reconcile.h"

/* Whose event it is, as far as can be said: by the key where the value cannot be read. */
static struct view employer_named(const struct hr_event *event)
{
	struct view id = event->intake->fault != NULL ? event->key : event->intake->employer_id;

	return !event->intake->misplaced && employer_id_is_possible(id) ? id : VIEW_NULL;
}

static bool is_listed(const struct view *ids, size_t count, struct view id)
{
	for (size_t i = count; i > 0; i--)
		if (view_equal(ids[i - 1], id))
			return true;
	return false;
}

/* Employers that the cache lacks: a round trip, mostly none. */
static bool load_employers(struct changes *changes, struct hr_event *events, size_t count, struct error *error)
{
	struct employer_cache *cache = &changes->vault->employers;
	struct view *ids = arena_array(changes->arena, count + 1, sizeof *ids);
	size_t missing = 0;

	for (size_t i = 0; i < count; i++) {
		struct view id = employer_named(&events[i]);

		if (!view_is_null(id) && employer_find(cache, id) == NULL && !is_listed(ids, missing, id))
			ids[missing++] = id;
	}
	if (missing > 0 &&
	    (!employer_queue_load(cache, changes->database, changes->arena, ids, missing, error) || !database_sync(changes->database, error)))
		return false;
	for (size_t i = 0; i < count; i++) {
		struct view id = employer_named(&events[i]);
		struct employer *employer = view_is_null(id) ? NULL : employer_find(cache, id);

		/* Unreadable records may lie anywhere: only the employer's own partition has its keys. */
		if (employer != NULL && employer->partition == changes->batch->partition)
			events[i].employer = employer;
	}
	return true;
}

/* The key of a report: the record's, empty where it can be nobody's. */
static struct view reported_key(struct view key)
{
	return employer_id_is_possible(key) ? key : VIEW_LITERAL("");
}

static struct view or_null(struct view text)
{
	return text.len == 0 ? VIEW_NULL : text;
}

static void event_init(struct changes *changes, const struct intake_event *intake, const struct stream_record *record, struct hr_event *ret)
{
	*ret = (struct hr_event){
		.intake = intake,
		.key = record->key,
		.value = record->value,
		.arrived_at = record->time_ms,
		.about =
			{
				.employer_id = reported_key(record->key),
				.topic = view_text(changes->vault->inputs[record->input].topic),
				.partition = record->partition,
				.offset = record->offset,
				.cause = cause_of_record(changes, record),
			},
	};
	if (intake->fault == NULL) {
		ret->about.event_id = or_null(intake->event_id);
		ret->about.source_system = or_null(intake->source_system);
	}
}

static bool wants_audit(const struct hr_event *events, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (!events[i].decided && events[i].intake->is_delete && events[i].intake->kind == EVENT_EMPLOYEE)
			return true;
	return false;
}

static bool has_source(const struct changes *changes)
{
	for (size_t i = 0; i < changes->batch->count; i++)
		if (!view_is_null(changes->vault->inputs[changes->batch->records[i].input].source))
			return true;
	return false;
}

static bool fold_all(struct changes *changes, struct hr_event *events, size_t count, struct error *error)
{
	if (wants_audit(events, count) && !changes_want_audit(changes, AUDIT_EMPLOYER, error))
		return false;
	if (!changes_load(changes, error))
		return false;
	if (count > 0)
		absence_share_settle(changes, events[0].about.cause->at);
	for (size_t i = 0; i < count; i++)
		if (!hr_event_fold(changes, &events[i], error))
			return false;
	return reconcile_changed(changes, error);
}

bool hr_batch_fold(struct changes *changes, struct error *error)
{
	struct stream_batch *batch = changes->batch;
	const struct intake *intake = batch->state;
	struct hr_event *events = arena_array(changes->arena, batch->count + 1, sizeof *events);

	if (has_source(changes) && !vault_refresh_trust(changes->vault, changes->database, error))
		return false;
	for (size_t i = 0; i < batch->count; i++)
		event_init(changes, &intake->events[i], &batch->records[i], &events[i]);
	if (!load_employers(changes, events, batch->count, error))
		return false;
	for (size_t i = 0; i < batch->count; i++) {
		hr_event_admit(changes, &events[i], changes->vault->inputs[batch->records[i].input].source, batch->unprocessable);
		hr_event_ask(changes, &events[i]);
	}
	changes->vault->counters.events += (int64_t)batch->count;
	if (!fold_all(changes, events, batch->count, error))
		return false;
	CRASH_POINT(vault_events_folded);
	return true;
}

/* Of hr.events.<source>; null of hr.events. */
static struct view source_of(struct view topic)
{
	struct view prefix = VIEW_LITERAL("hr.events.");

	return topic.len > prefix.len && memcmp(topic.ptr, prefix.ptr, prefix.len) == 0 ? view_of(topic.ptr + prefix.len, topic.len - prefix.len)
											: VIEW_NULL;
}

bool hr_batch_fold_released(struct changes *changes, const struct poison *poison, int64_t quarantine_id, const struct cause *cause,
			    struct error *error)
{
	const struct vault *vault = changes->vault;
	struct view source = source_of(poison->topic);
	struct intake_event *intake = arena_take(changes->arena, sizeof *intake);
	struct hr_event *event = arena_take(changes->arena, sizeof *event);

	if (!view_is_null(source) && !vault_refresh_trust(changes->vault, changes->database, error))
		return false;
	intake_event_read(vault->registry, poison->key, poison->value, poison->partition, (int32_t)vault->options->partitions, cause->at,
			  changes->arena, intake);
	*event = (struct hr_event){
		.intake = intake,
		.key = poison->key,
		.value = poison->value,
		.employer = poison->employer,
		.arrived_at = poison->at,
		.released = quarantine_id,
		.about =
			{
				.employer_id = poison->employer->employer_id,
				.event_id = intake->fault == NULL ? or_null(intake->event_id) : VIEW_NULL,
				.source_system = intake->fault == NULL ? or_null(intake->source_system) : VIEW_NULL,
				.topic = poison->topic,
				.partition = poison->partition,
				.offset = poison->offset,
				.cause = cause,
			},
	};
	hr_event_admit(changes, event, source, NULL);
	hr_event_ask(changes, event);
	changes->released = quarantine_id;
	if (!fold_all(changes, event, 1, error))
		return false;
	/* Poison still: the new row has taken the old one's place. */
	if (changes->poison != NULL)
		changes->released = 0;
	return true;
}
