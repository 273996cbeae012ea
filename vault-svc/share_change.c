#include "vault-svc/share_change.h"

#include "vault-svc/report.h"
#include "vault-svc/store/records/records.h"

static void keep(struct changes *changes, const struct share_change_of *change, const struct cause *cause)
{
	struct share_change_detail *detail = arena_take(changes->arena, sizeof *detail);
	struct share_change_row *row = arena_take(changes->arena, sizeof *row);

	*detail = (struct share_change_detail){
		.kind = view_text(care_kind_name(change->kind)),
		.origin = view_text(share_origin_name(change->origin)),
		.actor = change->actor,
		.reason = change->reason,
		.absence_key = change->absence_key,
	};
	*row = (struct share_change_row){
		.person = change->person,
		.provider_id = change->provider_id,
		.change = share_change_name(change->change),
		.at = cause->at,
		.detail = detail,
	};
	*changes->last_history = row;
	changes->last_history = &row->next;
}

bool share_change_tell(struct changes *changes, const struct share_change_of *change, const struct cause *cause, struct error *error)
{
	struct share_notice *notice = arena_take(changes->arena, sizeof *notice);
	struct notice_due *due;

	keep(changes, change, cause);
	*notice = (struct share_notice){
		.employer_id = change->person->employer->employer_id,
		.employee_key = change->person->state->employee_key,
		.provider_id = change->provider_id,
		.change = change->change,
		.absence_key = change->absence_key,
		.actor = change->actor,
		.at = cause->at,
	};
	if (!change->later)
		return report_notice(changes, notice, cause, error);
	due = arena_take(changes->arena, sizeof *due);
	*due = (struct notice_due){.employer = change->person->employer, .at = cause->at, .notice = notice};
	*changes->last_notice = due;
	changes->last_notice = &due->next;
	return true;
}
