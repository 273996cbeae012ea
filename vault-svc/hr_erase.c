/* An EmployeeEvent DELETE. */
#include "vault-svc/erasure.h"
#include "vault-svc/hr_event.h"
#include "vault-svc/store/records/records.h"

bool hr_event_erase(struct changes *changes, struct hr_event *event, const struct event *full, struct error *error)
{
	const struct audit_detail detail = {.subject = VIEW_LITERAL("HR_EVENT")};
	const struct erasure_order order = {
		.employer = event->employer,
		.employee_key = event->intake->employee_key,
		.person = event->person_key->person,
		.moment = event->intake->occurred_at,
		.order = &detail,
	};

	if (order.person != NULL && person_delete_is_stale(order.person->state, full))
		return hr_event_report(changes, event, PROCESSING_OUTCOME_STALE, "STALE", VIEW_NULL, error);
	return erasure_carry_out(changes, &order, event->about.cause, error);
}
