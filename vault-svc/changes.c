#include "vault-svc/changes.h"

#include "common/base/crash_point.h"
#include "vault-svc/restoration.h"
#include "vault-svc/store/records/records.h"

struct changes *changes_begin(struct vault *vault, struct stream_batch *batch, struct database *database, size_t records)
{
	struct changes *changes;

	changes_discarded(vault);
	changes = arena_take(&vault->scratch, sizeof *changes);
	*changes = (struct changes){.vault = vault, .batch = batch, .database = database, .arena = &vault->scratch};
	entropy_init_random(&changes->entropy);
	person_set_init(&changes->persons, &vault->employers, records, changes->arena);
	changes->last_share = &changes->shares;
	changes->last_silent = &changes->silent;
	changes->last_history = &changes->history;
	changes->last_ending = &changes->endings;
	changes->last_notice = &changes->notices;
	changes->last_audit = &changes->audit;
	changes->last_poison = &changes->poison;
	changes->last_run = &changes->runs;
	changes->last_status = &changes->statuses;
	changes->last_note = &changes->notes;
	vault->changes = changes;
	return changes;
}

static bool statuses_write(struct changes *changes, struct error *error)
{
	for (const struct status_row *row = changes->statuses; row != NULL; row = row->next)
		if (!share_queue_status(row->share_id, row->state, row->revision, row->changed_at, changes->database, changes->arena, error))
			return false;
	return true;
}

static bool units_write(struct changes *changes, struct error *error)
{
	for (struct units *units = changes->units; units != NULL; units = units->next)
		if (units->changed && !units_queue_write(units, changes->database, changes->arena, error))
			return false;
	return true;
}

/* What care requests come to, and what endings do to it: the same statements for every one. */
static bool care_write(struct changes *changes, struct error *error)
{
	struct database *database = changes->database;
	struct arena *arena = changes->arena;

	if (!changes->has_care && changes->silent == NULL)
		return true;
	return care_count_queue_write(changes->care_counts, database, arena, error) &&
	       silent_share_queue_write(changes->silent, database, arena, error) &&
	       notice_queue_write(changes->notices, changes->batch->partition, database, arena, error);
}

/* What ends, and what is left of it. */
static bool endings_write(struct changes *changes, struct error *error)
{
	struct database *database = changes->database;
	struct arena *arena = changes->arena;

	if (changes->ending_done != 0 && !ending_queue_done(changes->ending_done, database, arena, error))
		return false;
	if (changes->ending_refused != 0 && !ending_queue_refuse(changes->ending_refused, database, arena, error))
		return false;
	if (changes->gone_count > 0 && !forget_queue_shares(changes->forgotten, changes->gone, changes->gone_count, database, arena, error))
		return false;
	if (changes->forgotten != 0 && changes->gone_count == 0 && !forget_queue_employer(changes->forgotten, database, arena, error))
		return false;
	return ending_queue_write(changes->endings, changes->batch->partition, database, arena, error);
}

bool changes_write(struct changes *changes, struct error *error)
{
	struct database *database = changes->database;
	struct arena *arena = changes->arena;
	int32_t partition = changes->batch->partition;

	if (changes->notices_done != 0 && !notice_queue_delete(partition, changes->notices_done, database, arena, error))
		return false;
	if (changes->released != 0 && !poison_queue_delete(changes->released, database, arena, error))
		return false;
	if (!restoration_queue_write(changes, error) || !employer_queue_write(&changes->vault->employers, database, arena, error) ||
	    !units_write(changes, error) || !erasure_queue_write(changes->erasures, database, arena, error) ||
	    !person_queue_write(changes->persons.first, database, arena, error))
		return false;
	CRASH_POINT(vault_persons_written);
	return person_key_queue_write(changes->persons.first_key, database, arena, error) &&
	       share_queue_write(changes->shares, database, arena, error) && history_queue_write(changes->history, database, arena, error) &&
	       care_write(changes, error) && endings_write(changes, error) && statuses_write(changes, error) &&
	       seen_queue_write(changes->seen, changes->seen_count, database, arena, error) &&
	       poison_queue_write(changes->poison, database, arena, error) && run_queue_write(changes->runs, database, arena, error) &&
	       audit_queue_write(changes->audit, partition, &changes->vault->heads[partition], database, arena, error);
}

static void end(struct vault *vault)
{
	if (vault->changes != NULL)
		entropy_done(&vault->changes->entropy);
	vault->changes = NULL;
	arena_reset(&vault->scratch);
}

void changes_committed(struct changes *changes)
{
	struct vault *vault = changes->vault;

	for (const struct digest_note *note = changes->notes; note != NULL; note = note->next) {
		if (note->content == 0)
			digest_cache_drop(&vault->digests, note->entity);
		else
			digest_cache_put(&vault->digests, note->entity, note->content);
	}
	if (changes->runs != NULL || changes->restoration != NULL)
		vault->run_open[changes->batch->partition] = true;
	if (changes->notices != NULL)
		vault->notice_due[changes->batch->partition] = true;
	if (changes->endings != NULL)
		vault->ending_due[changes->batch->partition] = true;
	employer_keep_changed(&vault->employers);
	end(vault);
}

void changes_discarded(struct vault *vault)
{
	if (vault->changes != NULL) {
		employer_forget_changed(&vault->employers);
		for (const struct audit_row *row = vault->changes->audit; row != NULL; row = row->next)
			vault->heads[vault->changes->batch->partition].of[row->stream].known = false;
	}
	end(vault);
}

const struct cause *cause_of_record(struct changes *changes, const struct stream_record *record)
{
	struct cause *cause = arena_take(changes->arena, sizeof *cause);
	const struct vault_input *input = &changes->vault->inputs[record->input];

	*cause = (struct cause){
		.stream = {.name = view_text(input->topic), .partition = record->partition, .number = record->offset},
		.at = record->time_ms,
	};
	return cause;
}

void changes_audit(struct changes *changes, enum audit_stream stream, const struct employer *employer, int64_t person, const struct cause *cause,
		   const char *action, const struct audit_detail *detail)
{
	struct audit_row *row = arena_take(changes->arena, sizeof *row);
	struct audit_detail *copy = arena_take(changes->arena, sizeof *copy);

	*copy = *detail;
	*row = (struct audit_row){.stream = stream, .employer = employer, .person = person, .at = cause->at, .action = action, .detail = copy};
	*changes->last_audit = row;
	changes->last_audit = &row->next;
}

bool changes_want_audit(struct changes *changes, enum audit_stream stream, struct error *error)
{
	int32_t partition = changes->batch->partition;
	struct audit_head *head = &changes->vault->heads[partition].of[stream];

	return head->known || audit_queue_head(partition, stream, head, changes->database, changes->arena, error);
}

bool changes_poison(struct changes *changes, const struct poison *poison, struct error *error)
{
	struct poison *copy = arena_take(changes->arena, sizeof *copy);

	*copy = *poison;
	copy->next = NULL;
	if (!poison_seal(copy, changes->database, changes->arena, error))
		return false;
	*changes->last_poison = copy;
	changes->last_poison = &copy->next;
	return true;
}

void changes_drop_poison(struct changes *changes, const struct employer *employer, const uint8_t key_hash[static KEY_HASH_LEN])
{
	struct poison **place = &changes->poison;

	while (*place != NULL)
		if (poison_names(*place, employer, key_hash))
			*place = (*place)->next;
		else
			place = &(*place)->next;
	changes->last_poison = place;
}

void changes_run(struct changes *changes, const struct run *run)
{
	struct run *copy = arena_take(changes->arena, sizeof *copy);

	*copy = *run;
	copy->next = NULL;
	*changes->last_run = copy;
	changes->last_run = &copy->next;
}

void changes_ending(struct changes *changes, const struct ending_due *due)
{
	struct ending_due *copy = arena_take(changes->arena, sizeof *copy);

	*copy = *due;
	copy->next = NULL;
	copy->provider_id = arena_copy(changes->arena, due->provider_id);
	*changes->last_ending = copy;
	changes->last_ending = &copy->next;
}

struct units *changes_units(struct changes *changes, struct employer *employer)
{
	struct units *units;

	for (units = changes->units; units != NULL; units = units->next)
		if (units->employer == employer)
			return units;
	units = arena_take(changes->arena, sizeof *units);
	*units = (struct units){.next = changes->units, .employer = employer};
	changes->units = units;
	return units;
}

bool changes_load(struct changes *changes, struct error *error)
{
	if (!person_set_queue_load(&changes->persons, changes->database, error))
		return false;
	for (struct units *units = changes->units; units != NULL; units = units->next)
		if (!units_queue_load(units, changes->vault->registry, changes->database, changes->arena, error))
			return false;
	if (!database_sync(changes->database, error))
		return false;
	person_set_link(&changes->persons);
	return true;
}

void changes_note_digest(struct changes *changes, uint64_t entity, uint64_t content)
{
	struct digest_note *note = arena_take(changes->arena, sizeof *note);

	*note = (struct digest_note){.entity = entity, .content = content};
	*changes->last_note = note;
	changes->last_note = &note->next;
	if (content == 0)
		digest_cache_drop(&changes->vault->digests, entity);
}
