#include "vault-svc/notice.h"

#include "common/config/log.h"
#include "schemas/messages.h"
#include "vault-svc/report.h"

static bool employer_of(struct changes *changes, int32_t number, struct employer **ret, struct error *error)
{
	struct employer_cache *cache = &changes->vault->employers;

	*ret = employer_numbered(cache, number);
	if (*ret != NULL)
		return true;
	if (!employer_queue_load_number(cache, changes->database, changes->arena, number, error) || !database_sync(changes->database, error))
		return false;
	*ret = employer_numbered(cache, number);
	return true;
}

/* Of an employer that is gone there is nobody left to tell. */
static bool send(struct changes *changes, const struct notice_row *row, struct error *error)
{
	const struct cause cause = {.stream = {.name = VIEW_LITERAL("notice"), .partition = changes->batch->partition, .number = row->number},
				    .at = row->at};
	struct share_notice *notice = NULL;
	struct employer *employer = NULL;

	if (!employer_of(changes, row->employer_no, &employer, error))
		return false;
	return employer == NULL || (notice_open(row, employer, changes->vault->registry, changes->arena, &notice, error) &&
				    report_notice(changes, notice, &cause, error));
}

bool notice_step(struct vault *vault, struct stream_batch *batch, struct database *database, bool *ret_did, struct error *error)
{
	struct changes *changes;
	struct notice_row *rows = NULL;
	size_t count = 0;

	*ret_did = false;
	if (!vault->notice_due[batch->partition])
		return true;
	changes = changes_begin(vault, batch, database, 0);
	if (!notice_load(batch->partition, database, changes->arena, &rows, &count, error))
		return false;
	if (count == 0) {
		vault->notice_due[batch->partition] = false;
		changes_discarded(vault);
		return true;
	}
	*ret_did = true;
	/* Refused: the oldest is given up, or nothing would ever go out. */
	if (batch->unprocessable != NULL) {
		log_event(LOG_LEVEL_ERROR, "notice_lost", log_int("partition", batch->partition), log_int("notice", rows[0].number),
			  log_text("code", batch->unprocessable));
		changes->notices_done = rows[0].number;
		return true;
	}
	for (size_t i = 0; i < count; i++)
		if (!send(changes, &rows[i], error))
			return false;
	changes->notices_done = rows[count - 1].number;
	return true;
}
