#include "vault-svc/absence_share.h"

#include "vault-svc/core/auto_share.h"
#include "vault-svc/disclosure.h"
#include "vault-svc/reconcile.h"
#include "vault-svc/share_change.h"
#include "vault-svc/store/records/records.h"

/* A spell of a person that an event of the batch began. */
struct beginning {
	struct beginning *next;
	struct view absence_key;
	const struct report_about *about;
};

void absence_share_note(struct changes *changes, struct person *person, const struct event *full, const struct report_about *about)
{
	struct beginning *beginning;

	if (full->kind != EVENT_ABSENCE || (full->absence->op != ABSENCE_OP_START && full->absence->op != ABSENCE_OP_CORRECT))
		return;
	beginning = arena_take(changes->arena, sizeof *beginning);
	*beginning = (struct beginning){.next = person->begun, .absence_key = full->absence->absence_key, .about = about};
	person->begun = beginning;
}

void absence_share_move(struct person *from, struct person *to)
{
	struct beginning **end = &to->begun;

	while (*end != NULL)
		end = &(*end)->next;
	*end = from->begun;
	from->begun = NULL;
}

static struct view *begun_by(struct changes *changes, const struct person *person, size_t *ret_count)
{
	size_t count = 0;
	struct view *keys;

	for (const struct beginning *beginning = person->begun; beginning != NULL; beginning = beginning->next)
		count++;
	keys = arena_array(changes->arena, count, sizeof *keys);
	*ret_count = 0;
	for (const struct beginning *beginning = person->begun; beginning != NULL; beginning = beginning->next)
		keys[(*ret_count)++] = beginning->absence_key;
	return keys;
}

/* The event that began the spell last. */
static const struct report_about *about_beginning(const struct person *person, struct view absence_key)
{
	for (const struct beginning *beginning = person->begun; beginning != NULL; beginning = beginning->next)
		if (view_equal(beginning->absence_key, absence_key))
			return beginning->about;
	return NULL;
}

static bool tell_late(struct changes *changes, const struct person *person, const struct auto_share_notice *notice, struct error *error)
{
	const struct report_about *about = about_beginning(person, notice->absence_key);

	return about == NULL || report_processing(changes, about, PROCESSING_OUTCOME_WARNED, "LATE_SICK_REPORT", VIEW_NULL, error);
}

static bool audit(struct changes *changes, const struct person *person, struct view provider_id, const struct cause *cause, struct error *error)
{
	const struct audit_detail detail = {.provider_id = provider_id, .subject = VIEW_LITERAL("ABSENCE")};

	if (!changes->vault->heads[changes->batch->partition].of[AUDIT_EMPLOYER].known &&
	    (!changes_want_audit(changes, AUDIT_EMPLOYER, error) || !database_sync(changes->database, error)))
		return false;
	changes_audit(changes, AUDIT_EMPLOYER, person->employer, person->number, cause, "SHARE", &detail);
	return true;
}

static bool tell(struct changes *changes, const struct person *person, const struct auto_share_notice *notice, struct view provider_id,
		 const struct cause *cause, struct error *error)
{
	static const enum share_change said[] = {
		[AUTO_SHARE_REQUIRED] = SHARE_CHANGE_REQUIRED, [AUTO_SHARE_SHARED] = SHARE_CHANGE_SHARED, [AUTO_SHARE_WIDENED] = SHARE_CHANGE_WIDENED};
	struct share_change_of change = {
		.person = person,
		.provider_id = provider_id,
		.kind = CARE_KIND_SICK_REPORT,
		.origin = SHARE_ORIGIN_ABSENCE,
		.absence_key = notice->absence_key,
	};
	const struct share_notice required = {
		.employer_id = person->employer->employer_id,
		.employee_key = person->state->employee_key,
		.provider_id = provider_id,
		.change = SHARE_CHANGE_REQUIRED,
		.absence_key = notice->absence_key,
		.actor = VIEW_NULL,
		.at = cause->at,
	};

	if (notice->result == AUTO_SHARE_LATE)
		return tell_late(changes, person, notice, error);
	change.change = said[notice->result];
	if (notice->result != AUTO_SHARE_REQUIRED)
		return audit(changes, person, provider_id, cause, error) && share_change_tell(changes, &change, cause, error);
	return report_notice(changes, &required, cause, error);
}

bool absence_share(struct changes *changes, struct person *person, bool activation, const struct cause *cause, struct error *error)
{
	struct reconcile_context context = reconcile_context_of(changes, person->employer, cause);
	/* The audit trail is written when the employer's state may be another. */
	struct view provider_id = arena_copy(changes->arena, auto_share_provider(person->employer->state));
	struct auto_share_occasion occasion = {.activation = activation};
	struct share_outputs shares = {0};
	struct auto_share_notices notices = {0};

	if (person->state->spells.count == 0 || view_is_null(provider_id) || disclosure_receiver(changes->vault, provider_id) == NULL)
		return true;
	occasion.begun = begun_by(changes, person, &occasion.begun_count);
	if (auto_share(person->state, person->key, &occasion, &context, &shares, &notices))
		person->changed = true;
	if (!disclose(changes, person, &shares, false, cause, error))
		return false;
	if (shares.count > 0 && !reconcile_after_share(changes, person, cause, error))
		return false;
	for (size_t i = 0; i < notices.count; i++)
		if (!tell(changes, person, &notices.items[i], provider_id, cause, error))
			return false;
	return true;
}

void absence_share_settle(struct changes *changes, int64_t now_ms)
{
	const struct cause cause = {.at = now_ms};

	for (struct person *person = changes->persons.first; person != NULL; person = person->next) {
		const struct reconcile_context context = reconcile_context_of(changes, person->employer, &cause);

		if (!view_is_null(person->employer->state->absence_settings_run) && auto_share_count_open(person->state, &context))
			person->changed = true;
	}
}
