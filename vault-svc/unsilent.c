#include "vault-svc/unsilent.h"

#include "common/base/guard.h"
#include "common/stream/batch.h"
#include "common/stream/topics.h"
#include "vault-svc/report.h"
#include "vault-svc/store/records/records.h"

#ifndef KLUIS_FAULTS
#error "guards can be taken away in the test build alone: configure with KLUIS_FAULTS=ON"
#endif

static struct share_notice notice_of(const struct person *person, struct view provider_id, enum share_change change, const struct cause *cause)
{
	return (struct share_notice){
		.employer_id = person->employer->employer_id,
		.employee_key = person->state->employee_key,
		.provider_id = provider_id,
		.change = change,
		.at = cause->at,
	};
}

static void keep(struct changes *changes, const struct unsilent_share *share, const struct cause *cause)
{
	struct share_change_detail *detail = arena_take(changes->arena, sizeof *detail);
	struct share_change_row *row = arena_take(changes->arena, sizeof *row);

	*detail = (struct share_change_detail){
		.kind = view_text(care_kind_name(share->kind)),
		.origin = view_text(share_origin_name(SHARE_ORIGIN_CARE_REQUEST)),
		.actor = share->actor,
	};
	*row = (struct share_change_row){
		.person = share->person, .provider_id = share->provider_id, .change = "SHARED", .at = cause->at, .detail = detail};
	*changes->last_history = row;
	changes->last_history = &row->next;
}

static void tell(struct changes *changes, const struct unsilent_share *share, const struct cause *cause)
{
	struct share_notice *notice = arena_take(changes->arena, sizeof *notice);
	struct notice_due *due = arena_take(changes->arena, sizeof *due);

	*notice = notice_of(share->person, share->provider_id, SHARE_CHANGE_SHARED, cause);
	*due = (struct notice_due){.employer = share->person->employer, .at = cause->at, .notice = notice};
	*changes->last_notice = due;
	changes->last_notice = &due->next;
}

static void count(struct person *person, struct view provider_id)
{
	for (size_t i = 0; i < person->state->providers.count; i++)
		if (view_equal(person->state->providers.items[i].provider_id, provider_id))
			person->state->providers.items[i].revisions++;
	person->changed = true;
}

void unsilent_share(struct changes *changes, const struct unsilent_share *share, const struct cause *cause)
{
	struct stream_outputs *out = changes->batch->out;

	if (WITHOUT(silent_history))
		keep(changes, share, cause);
	if (WITHOUT(silent_notice))
		tell(changes, share, cause);
	if (WITHOUT(silent_revision))
		count(share->person, share->provider_id);
	if (WITHOUT(silent_sequence))
		(void)sequences_next(&out->sequences, topics_get(out->topics, VIEW_LITERAL("vault.results"))->name, changes->batch->partition);
}

static bool any_read(void *context, const struct rows *rows, struct error *error)
{
	(void)error;
	*(bool *)context = *(bool *)context || rows_count(rows) > 0;
	return true;
}

static bool ask(struct changes *changes, const struct statement *statement, const struct person *person, bool *any, struct error *error)
{
	struct parameters parameters;

	parameters_init(&parameters, changes->arena);
	parameters_int8(&parameters, person->number);
	return database_run(changes->database, statement, &parameters, any_read, any, error);
}

bool unsilent_command(struct changes *changes, const struct person *person, struct error *error)
{
	static const struct statement wait = {"unsilent_wait", "SELECT pg_sleep(0.01) FROM silent_share WHERE person = $1 LIMIT 1"};
	bool any = false;

	return person == NULL || !WITHOUT(silent_latency) || ask(changes, &wait, person, &any, error);
}

bool unsilent_withdrawal(struct changes *changes, const struct person *person, bool *content, struct error *error)
{
	static const struct statement select = {"unsilent_content", "SELECT 1 FROM silent_share WHERE person = $1 AND dossier_state = 'HAS_CONTENT'"};

	return !WITHOUT(silent_content) || ask(changes, &select, person, content, error);
}

bool unsilent_erasure(struct changes *changes, const struct person *person, const struct cause *cause, struct error *error)
{
	static const struct statement select = {"unsilent_erasure", "SELECT 1 FROM silent_share WHERE person = $1"};
	bool any = false;

	if (!WITHOUT(silent_erasure) || person->state->providers.count == 0)
		return true;
	const struct share_notice notice = notice_of(person, person->state->providers.items[0].provider_id, SHARE_CHANGE_REVOKED, cause);

	return ask(changes, &select, person, &any, error) && (!any || report_notice(changes, &notice, cause, error));
}
