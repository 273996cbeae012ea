#include "vault-svc/command_batch.h"

#include "common/base/crash_point.h"
#include "common/base/guard.h"
#include "schemas/codec/record.h"
#include "vault-svc/core/auto_share.h"
#include "vault-svc/core/command.h"
#include "vault-svc/core/share.h"
#include "vault-svc/disclosure.h"
#include "vault-svc/erasure.h"
#include "vault-svc/reconcile.h"
#include "vault-svc/report.h"
#include "vault-svc/sealed_input.h"
#include "vault-svc/share_change.h"
#include "vault-svc/store/records/records.h"
#include "vault-svc/unsilent.h"

#define REFUSED_AS(result_code) ((struct command_answer){.code = (result_code)})

/* Sends the answer: to the provider whose command it was, else to the employer's side under the record's key. */
static bool answer(struct changes *changes, const struct sealed_input *input, enum result_code code, struct view detail, int64_t decided_at,
		   struct error *error)
{
	const struct command_result result = {
		.issuer = input->intake->envelope->issuer,
		.command_id = input->command_id,
		.employer_id = employer_id_is_possible(input->record->key) ? input->record->key : VIEW_LITERAL(""),
		.code = code,
		.detail = detail,
		.decided_at = decided_at,
	};
	enum trust_kind kind;
	struct view name = VIEW_NULL;

	if (code == RESULT_CODE_BAD_SIGNATURE || !trust_parse_issuer(result.issuer, &kind, &name) || kind != TRUST_PROVIDER)
		name = VIEW_NULL;
	return report_command(changes, &result, name, input->cause, error);
}

static bool answer_again(struct changes *changes, const struct sealed_input *input, const struct seen *seen, struct error *error)
{
	int32_t code = 0;

	if (!schema_enum_value(&result_code_enum, seen->code, &code))
		code = RESULT_CODE_INVALID;
	return answer(changes, input, (enum result_code)code, seen->detail, seen->decided_at, error);
}

/* The kind of a command, or the action of an EmployerCommand: for the audit trail. */
static struct view subject_of(const struct command *command)
{
	switch (command->kind) {
	case COMMAND_SHARE:
		return view_text(care_kind_name(command->share->kind));
	case COMMAND_EMPLOYER:
		return view_text(employer_action_name(command->employer->action));
	case COMMAND_WITHDRAW:
		return VIEW_LITERAL("WITHDRAW");
	case COMMAND_ERASE:
		break;
	}
	return VIEW_LITERAL("ERASE");
}

static struct view provider_of(const struct command *command)
{
	if (command->kind == COMMAND_SHARE)
		return command->share->provider_id;
	return command->kind == COMMAND_WITHDRAW ? command->withdraw->provider_id : VIEW_NULL;
}

static void audit(struct changes *changes, const struct sealed_input *input, const struct command *command, const struct employer *employer,
		  const struct person *person)
{
	const struct audit_detail detail = {
		.issuer = command->issuer,
		.actor = command->actor,
		.command_id = command->command_id,
		.provider_id = provider_of(command),
		.subject = subject_of(command),
	};

	changes_audit(changes, AUDIT_EMPLOYER, employer, person == NULL ? 0 : person->number, input->cause,
		      command->kind == COMMAND_SHARE ? "SHARE" : "COMMAND", &detail);
}

static bool tell_shared(struct changes *changes, const struct sealed_input *input, const struct command *command, const struct person *person,
			enum share_decision decision, struct error *error)
{
	const struct share_change_of change = {
		.person = person,
		.provider_id = command->share->provider_id,
		.change = decision == SHARE_WIDENED ? SHARE_CHANGE_WIDENED : SHARE_CHANGE_SHARED,
		.kind = command->share->kind,
		.origin = SHARE_ORIGIN_EMPLOYER,
		.actor = command->actor,
		.reason = command->share->reason,
		.absence_key = command->share->absence_key,
	};

	return share_change_tell(changes, &change, input->cause, error);
}

static bool carry_out_share(struct changes *changes, const struct sealed_input *input, const struct command *command, struct command_answer *ret,
			    struct error *error)
{
	const struct person_key *key = person_set_find_key(&changes->persons, input->employer, command->share->employee_key);
	struct person *person = key == NULL ? NULL : key->person;
	const struct share_content content = {
		.form = SHARE_FORM_FULL,
		.origin = SHARE_ORIGIN_EMPLOYER,
		.kind = command->share->kind,
		.employer_informed = true,
		.shared_at = input->cause->at,
		.shared_by = command->actor,
		.reason = command->share->reason,
	};
	struct reconcile_context context = reconcile_context_of(changes, input->employer, input->cause);
	struct share_outputs outputs = {0};
	enum share_decision decision;

	if (CAN_DO_WITHOUT && !unsilent_command(changes, person, error))
		return false;
	if (input->employer == NULL || disclosure_receiver(changes->vault, command->share->provider_id) == NULL) {
		*ret = REFUSED_AS(RESULT_CODE_UNKNOWN_PROVIDER);
		return true;
	}
	if (!command_check_person(person == NULL ? NULL : person->state, ret) || person == NULL)
		return true;
	decision = share_begin(person->state, person->key, command->share->provider_id, command->command_id, &content, &context, &outputs);
	if (decision == SHARE_ALREADY) {
		*ret = REFUSED_AS(RESULT_CODE_ALREADY_SHARED);
		return true;
	}
	(void)auto_share_count_shared(person->state, &context);
	person->changed = true;
	*ret = (struct command_answer){.code = RESULT_CODE_ACCEPTED};
	if (!disclose(changes, person, &outputs, false, input->cause, error))
		return false;
	if (!reconcile_after_share(changes, person, input->cause, error))
		return false;
	audit(changes, input, command, input->employer, person);
	return tell_shared(changes, input, command, person, decision, error);
}

static bool carry_out_withdrawal(struct changes *changes, const struct sealed_input *input, const struct command *command, struct command_answer *ret,
				 struct error *error)
{
	const struct withdraw_command *withdraw = command->withdraw;
	const struct person_key *key = person_set_find_key(&changes->persons, input->employer, withdraw->employee_key);
	struct person *person = key == NULL ? NULL : key->person;
	struct reconcile_context context = reconcile_context_of(changes, input->employer, input->cause);
	struct share_change_of change = {
		.provider_id = withdraw->provider_id,
		.change = withdraw->wrong_person ? SHARE_CHANGE_REVOKED : SHARE_CHANGE_WITHDRAWN,
		.actor = command->actor,
		.reason = withdraw->reason,
	};
	struct share_outputs outputs = {0};
	const struct provider_view *view;
	struct view id;
	bool content = false;

	if (CAN_DO_WITHOUT && !unsilent_command(changes, person, error))
		return false;
	if (!command_check_person(person == NULL ? NULL : person->state, ret) || person == NULL)
		return true;
	view = person_view_find(person->state, withdraw->provider_id);
	if (view == NULL || view->share == NULL) {
		*ret = REFUSED_AS(RESULT_CODE_NOT_SHARED);
		return true;
	}
	id = view_of(view->share->share_id, sizeof view->share->share_id);
	if (!share_queue_contents(&id, 1, &content, changes->database, changes->arena, error) || !database_sync(changes->database, error) ||
	    (CAN_DO_WITHOUT && !unsilent_withdrawal(changes, person, &content, error)))
		return false;
	if (content && !withdraw->wrong_person) {
		*ret = REFUSED_AS(RESULT_CODE_HAS_CONTENT);
		return true;
	}
	change.person = person;
	change.kind = view->share->kind;
	change.origin = view->share->origin;
	if (!share_end(person->state, withdraw->provider_id, withdraw->wrong_person ? REVOCATION_CAUSE_WRONG_PERSON : REVOCATION_CAUSE_WITHDRAWN,
		       REVOCATION_ACTION_DELETE_DOSSIER, &context, &outputs))
		return true;
	person->changed = true;
	*ret = (struct command_answer){.code = RESULT_CODE_ACCEPTED};
	audit(changes, input, command, input->employer, person);
	return disclose(changes, person, &outputs, false, input->cause, error) && reconcile_after_share(changes, person, input->cause, error) &&
	       share_change_tell(changes, &change, input->cause, error);
}

/* After a restore what was erased since the backup is erased again before the logs are taken, so that the command may meet nobody, or what made
 * somebody of the key once more. */
static bool is_carried_out_again(const struct changes *changes, const struct sealed_input *input, const struct person_key *key)
{
	return key != NULL && key->erased_at >= input->cause->at && stream_is_behind(changes->batch->stream, changes->batch->partition);
}

static bool carry_out_erasure(struct changes *changes, const struct sealed_input *input, const struct command *command, struct command_answer *ret,
			      struct error *error)
{
	const struct person_key *key = person_set_find_key(&changes->persons, input->employer, command->erase->employee_key);
	const struct audit_detail detail = {
		.issuer = command->issuer,
		.actor = command->actor,
		.command_id = command->command_id,
		.subject = subject_of(command),
	};
	const struct erasure_order order = {
		.employer = input->employer,
		.employee_key = command->erase->employee_key,
		.person = key == NULL ? NULL : key->person,
		.moment = input->cause->at,
		.order = &detail,
	};

	if (!is_carried_out_again(changes, input, key) && !command_check_person(order.person == NULL ? NULL : order.person->state, ret))
		return true;
	*ret = (struct command_answer){.code = RESULT_CODE_ACCEPTED};
	return erasure_carry_out(changes, &order, input->cause, error);
}

static bool is_trusted_provider(void *context, struct view provider_id)
{
	return trust_find(&((const struct vault *)context)->trust, TRUST_PROVIDER, provider_id) != NULL;
}

static bool begin_run(struct changes *changes, const struct sealed_input *input, const struct employer *employer, enum run_kind kind,
		      const struct employer_state *before, struct error *error)
{
	struct run run = {
		.run_id = input->command_id,
		.employer_no = employer->number,
		.partition = employer->partition,
		.kind = kind,
		.state = "OPEN",
		.started_at = input->cause->at,
	};
	struct seal_subject subject = seal_subject_of(employer->number, -3, input->cause->at);

	/* What the settings were: shares are compared with it. */
	if (before != NULL &&
	    !document_seal(&employer_state_schema, before, employer->keys.key, employer->keys.epoch, &subject, changes->arena, &run.payload, error))
		return false;
	changes_run(changes, &run);
	return true;
}

static bool carry_out_employer(struct changes *changes, struct sealed_input *input, const struct command *command, struct command_answer *ret,
			       struct error *error)
{
	const struct employer_state *before = input->employer == NULL ? NULL : input->employer->state;
	struct employer_state *after = NULL;
	struct employer_change change = {0};

	if (before != NULL)
		before = record_copy(&employer_state_schema, changes->arena, before);
	*ret = employer_apply(command, before, input->cause->at, is_trusted_provider, changes->vault, &changes->entropy, changes->arena, &after,
			      &change);
	if (ret->code != RESULT_CODE_ACCEPTED)
		return true;
	if (input->employer == NULL &&
	    !employer_create(&changes->vault->employers, changes->database, input->employer_id, changes->batch->partition, &input->employer, error))
		return false;
	employer_change(input->employer, after);
	audit(changes, input, command, input->employer, NULL);
	if (change.run_activation)
		return begin_run(changes, input, input->employer, RUN_KIND_ACTIVATION, NULL, error);
	if (change.run_addition)
		return begin_run(changes, input, input->employer, RUN_KIND_PROVIDER_ADDED, NULL, error);
	if (change.run_removal)
		return begin_run(changes, input, input->employer, RUN_KIND_PROVIDER_REMOVED, NULL, error);
	if (change.run_termination)
		return begin_run(changes, input, input->employer, RUN_KIND_TERMINATION, NULL, error);
	if (change.run_settings || change.min_group_changed)
		return begin_run(changes, input, input->employer, RUN_KIND_SETTINGS, before, error);
	return true;
}

static bool carry_out(struct changes *changes, struct sealed_input *input, const struct command *command, struct command_answer *ret,
		      struct error *error)
{
	if (!command_check(command, &input->intake->body, input->employer == NULL ? NULL : input->employer->state, input->cause->at, ret))
		return true;
	if (command->kind == COMMAND_SHARE)
		return carry_out_share(changes, input, command, ret, error);
	if (command->kind == COMMAND_WITHDRAW)
		return carry_out_withdrawal(changes, input, command, ret, error);
	if (command->kind == COMMAND_ERASE)
		return carry_out_erasure(changes, input, command, ret, error);
	return carry_out_employer(changes, input, command, ret, error);
}

static bool fold_one(struct changes *changes, struct sealed_input *input, struct error *error)
{
	struct command command;
	struct command_answer outcome = {.code = RESULT_CODE_INVALID};
	const struct seen *seen;

	if (changes->batch->unprocessable != NULL)
		return sealed_input_quarantine(changes, input, "CRASHED", error);
	if (input->intake->fault != NULL)
		return sealed_input_quarantine(changes, input, input->intake->fault, error);
	if (!command_of(&input->intake->body, input->intake->envelope->issuer, &command))
		return sealed_input_quarantine(changes, input, "UNREADABLE", error);
	if (!input->verified)
		return answer(changes, input, RESULT_CODE_BAD_SIGNATURE, VIEW_NULL, input->cause->at, error);
	if (input->misplaced)
		return answer(changes, input, RESULT_CODE_INVALID, VIEW_LITERAL("WRONG_PARTITION"), input->cause->at, error);
	seen = sealed_input_seen(changes, input);
	if (seen != NULL)
		return answer_again(changes, input, seen, error);
	/* An earlier command of this batch may have enabled it. */
	input->employer = employer_id_is_possible(input->employer_id) ? employer_find(&changes->vault->employers, input->employer_id) : NULL;
	if (!carry_out(changes, input, &command, &outcome, error))
		return false;
	sealed_input_note(changes, input, result_code_name(outcome.code), outcome.detail);
	return answer(changes, input, outcome.code, view_text(outcome.detail), input->cause->at, error);
}

/* Asks for the persons that commands name. */
static void ask(struct changes *changes, const struct sealed_input *input)
{
	const struct message *body = &input->intake->body;

	if (input->intake->fault != NULL || !input->verified || input->misplaced || input->employer == NULL)
		return;
	if (body->schema == &share_command_schema)
		(void)person_set_key(&changes->persons, input->employer, ((const struct share_command *)body->record)->employee_key);
	else if (body->schema == &withdraw_command_schema)
		(void)person_set_key(&changes->persons, input->employer, ((const struct withdraw_command *)body->record)->employee_key);
	else if (body->schema == &erase_command_schema)
		(void)person_set_key(&changes->persons, input->employer, ((const struct erase_command *)body->record)->employee_key);
}

bool command_batch_fold(struct changes *changes, struct error *error)
{
	struct sealed_input *inputs;
	size_t count = 0;

	if (!sealed_inputs_prepare(changes, VAULT_COMMANDS, &inputs, &count, error))
		return false;
	for (size_t i = 0; i < count; i++)
		ask(changes, &inputs[i]);
	if (!changes_load(changes, error))
		return false;
	changes->vault->counters.commands += (int64_t)count;
	for (size_t i = 0; i < count; i++)
		if (!fold_one(changes, &inputs[i], error))
			return false;
	CRASH_POINT(vault_commands_folded);
	return true;
}
