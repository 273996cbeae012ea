#include "vault-svc/core/identity.h"

#include "schemas/codec/record.h"
#include "vault-svc/core/register.h"

static struct identity identity_of(const struct event *event)
{
	const struct employee_event *told = event->employee;

	return (struct identity){
		.occurred_at = told->occurred_at,
		.event_id = told->event_id,
		.source_system = told->source_system,
		.bsn = told->bsn,
		.surname = told->surname,
		.prefix = told->prefix,
		.initials = told->initials,
		.first_names = told->first_names,
		.call_name = told->call_name,
		.partner_surname = told->partner_surname,
		.partner_prefix = told->partner_prefix,
		.name_use = told->name_use,
		.title_before = told->title_before,
		.title_after = told->title_after,
		.gender = told->gender,
		.birth_date = told->birth_date,
		.has_death_date = told->has_death_date,
		.death_date = told->death_date,
		.addresses = told->addresses,
		.contacts = told->contacts,
		.iban = told->iban,
		.has_no_risk = told->has_no_risk,
		.no_risk = told->no_risk,
		.has_no_risk_until = told->has_no_risk_until,
		.no_risk_until = told->no_risk_until,
		.has_sfb = told->has_sfb,
		.sfb = told->sfb,
		.has_sfb_until = told->has_sfb_until,
		.sfb_until = told->sfb_until,
	};
}

/* A present BSN to another, or birth date together with surname: that may be somebody else. */
static bool is_somebody_else(const struct identity *held, const struct identity *next)
{
	if (!view_is_null(held->bsn) && !view_is_null(next->bsn) && !view_equal(held->bsn, next->bsn))
		return true;
	return !view_equal(held->birth_date, next->birth_date) && !view_equal(held->surname, next->surname);
}

/* Why an operator has to look before the event is applied; NULL: nobody has to. */
static const char *quarantine_code(const struct identity *held, const struct identity *next, bool bsn_taken)
{
	if (bsn_taken && !view_is_null(next->bsn))
		return "BSN_TAKEN";
	return held != NULL && is_somebody_else(held, next) ? "IDENTITY_CHANGED" : NULL;
}

/* ret_equal: in content, not by the stamp alone. */
static enum identity_standing standing_of(const struct identity *held, const struct identity *next, bool *ret_equal)
{
	int order;

	*ret_equal = held != NULL && register_equal(&identity_schema, next, held);
	if (held == NULL)
		return IDENTITY_NEWS;
	order = stamp_order(STAMP_OF(next), STAMP_OF(held));
	if (*ret_equal || order == 0)
		return IDENTITY_KNOWN;
	return order < 0 ? IDENTITY_STALE : IDENTITY_NEWS;
}

enum identity_standing identity_standing(const struct person_state *person, const struct event *event)
{
	struct identity next = identity_of(event);
	bool equal;

	register_keep(&identity_schema, &employee_event_schema, event->kept_fields, person->identity, &next);
	return standing_of(person->identity, &next, &equal);
}

void identity_apply(struct person_state *person, const struct event *event, const struct fold_context *context, struct verdict *ret)
{
	const struct identity *held = person->identity;
	struct identity next = identity_of(event);
	enum identity_standing standing;
	const char *code;

	register_keep(&identity_schema, &employee_event_schema, event->kept_fields, held, &next);
	standing = standing_of(held, &next, &ret->current);
	if (standing == IDENTITY_STALE)
		finding_add(&ret->findings, context->arena, PROCESSING_OUTCOME_STALE, "STALE", NULL);
	if (standing != IDENTITY_NEWS)
		return;
	code = quarantine_code(held, &next, context->bsn_taken);
	if (code != NULL) {
		finding_add(&ret->findings, context->arena, PROCESSING_OUTCOME_QUARANTINED, code, NULL);
		ret->quarantined = true;
		return;
	}
	person->identity = record_copy(&identity_schema, context->arena, &next);
	ret->changed = true;
	ret->current = true;
}
