#include "vault-svc/core/command.h"

#include "common/base/calendar.h"
#include "vault-svc/core/command_field.h"

static bool refuse(struct command_answer *ret, enum result_code code, const char *detail)
{
	*ret = (struct command_answer){.code = code, .detail = detail};
	return false;
}

static void read_issuer(struct view issuer, struct command *ret)
{
	static const struct {
		const char *prefix;
		enum issuer_kind kind;
	} kinds[] = {{"employer:", ISSUER_EMPLOYER}, {"provider:", ISSUER_PROVIDER}, {"operator:", ISSUER_OPERATOR}};

	ret->issuer = issuer;
	ret->issuer_kind = ISSUER_OTHER;
	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
		size_t len = strlen(kinds[i].prefix);

		if (issuer.len > len && memcmp(issuer.ptr, kinds[i].prefix, len) == 0) {
			ret->issuer_kind = kinds[i].kind;
			ret->issuer_name = view_of(issuer.ptr + len, issuer.len - len);
		}
	}
}

bool command_of(const struct message *body, struct view issuer, struct command *ret)
{
	*ret = (struct command){0};
	read_issuer(issuer, ret);
	if (body->schema == &share_command_schema) {
		ret->kind = COMMAND_SHARE;
		ret->share = body->record;
		ret->command_id = ret->share->command_id;
		ret->employer_id = ret->share->employer_id;
		ret->actor = ret->share->actor;
		ret->expires_at = ret->share->expires_at;
		return care_kind_name(ret->share->kind)[0] != '\0';
	}
	if (body->schema == &withdraw_command_schema) {
		ret->kind = COMMAND_WITHDRAW;
		ret->withdraw = body->record;
		ret->command_id = ret->withdraw->command_id;
		ret->employer_id = ret->withdraw->employer_id;
		ret->actor = ret->withdraw->actor;
		ret->expires_at = ret->withdraw->expires_at;
		return true;
	}
	if (body->schema == &erase_command_schema) {
		ret->kind = COMMAND_ERASE;
		ret->erase = body->record;
		ret->command_id = ret->erase->command_id;
		ret->employer_id = ret->erase->employer_id;
		ret->actor = ret->erase->actor;
		ret->expires_at = ret->erase->expires_at;
		return true;
	}
	if (body->schema == &employer_command_schema) {
		ret->kind = COMMAND_EMPLOYER;
		ret->employer = body->record;
		ret->command_id = ret->employer->command_id;
		ret->employer_id = ret->employer->employer_id;
		ret->actor = ret->employer->actor;
		ret->expires_at = ret->employer->expires_at;
		return employer_action_name(ret->employer->action)[0] != '\0';
	}
	return false;
}

/* The employer's own issuer: all but what an operator or a provider does for it. */
static bool employer_may(const struct command *command)
{
	if (!view_equal(command->issuer_name, command->employer_id))
		return false;
	switch (command->kind) {
	case COMMAND_SHARE:
		return command->share->kind != CARE_KIND_WALK_IN && command->share->kind != CARE_KIND_PROVIDER_SICK_LINE;
	case COMMAND_WITHDRAW:
		return !command->withdraw->wrong_person;
	case COMMAND_ERASE:
		return true;
	case COMMAND_EMPLOYER:
		return command->employer->action != EMPLOYER_ACTION_ENABLE && command->employer->action != EMPLOYER_ACTION_ACTIVATE;
	}
	return false;
}

static bool operator_may(const struct command *command)
{
	if (command->kind == COMMAND_WITHDRAW)
		return command->withdraw->wrong_person;
	return command->kind == COMMAND_EMPLOYER &&
	       (command->employer->action == EMPLOYER_ACTION_ENABLE || command->employer->action == EMPLOYER_ACTION_ACTIVATE);
}

/* A provider may only enable an employer, for itself and without settings. */
static bool provider_may(const struct command *command)
{
	if (command->kind != COMMAND_EMPLOYER || command->employer->action != EMPLOYER_ACTION_ENABLE || command->employer->settings != NULL)
		return false;
	for (size_t i = 0; i < command->employer->provider_ids.count; i++)
		if (!view_equal(command->employer->provider_ids.items[i], command->issuer_name))
			return false;
	return true;
}

static bool issuer_may(const struct command *command)
{
	switch (command->issuer_kind) {
	case ISSUER_EMPLOYER:
		return employer_may(command);
	case ISSUER_OPERATOR:
		return operator_may(command);
	case ISSUER_PROVIDER:
		return provider_may(command);
	case ISSUER_OTHER:
		break;
	}
	return false;
}

/* Providers are added by ADD_PROVIDER, and by ENABLE while ENABLED: it conflicts when there is none to add. */
static bool adds_provider(const struct employer_command *command, const struct employer_state *employer)
{
	for (size_t i = 0; i < command->provider_ids.count; i++)
		if (employer_provider(employer, command->provider_ids.items[i]) == NULL)
			return true;
	return false;
}

/* One that is on its way out comes back only when it is gone: else what is being taken back from it would stay. */
static bool names_leaving(const struct employer_command *command, const struct employer_state *employer)
{
	for (size_t i = 0; i < command->provider_ids.count; i++)
		if (employer_leaving(employer, command->provider_ids.items[i]) != NULL)
			return true;
	return false;
}

static enum result_code activate_verdict(const struct employer_state *employer)
{
	if (employer->state == EMPLOYER_LIFECYCLE_ACTIVATING && !employer->activation_aborted)
		return RESULT_CODE_CONFLICT;
	return employer->state == EMPLOYER_LIFECYCLE_ENABLED ? RESULT_CODE_NOT_ACTIVE : RESULT_CODE_ACCEPTED;
}

static enum result_code terminate_verdict(const struct employer_state *employer)
{
	if (employer->state == EMPLOYER_LIFECYCLE_TERMINATED)
		return RESULT_CODE_CONFLICT;
	return employer->state == EMPLOYER_LIFECYCLE_TERMINATING && !employer->termination_aborted ? RESULT_CODE_CONFLICT : RESULT_CODE_ACCEPTED;
}

/* Whether the employer's state lets the action happen: ACCEPTED when it does. */
static enum result_code state_verdict(const struct command *command, const struct employer_state *employer)
{
	bool ending = employer != NULL && employer->state >= EMPLOYER_LIFECYCLE_TERMINATING;

	if (command->kind == COMMAND_EMPLOYER && command->employer->action == EMPLOYER_ACTION_ENABLE) {
		if (employer == NULL || (employer->state == EMPLOYER_LIFECYCLE_ENABLED && adds_provider(command->employer, employer)))
			return RESULT_CODE_ACCEPTED;
		return RESULT_CODE_CONFLICT;
	}
	if (employer != NULL && command->kind == COMMAND_EMPLOYER && command->employer->action == EMPLOYER_ACTION_TERMINATE)
		return terminate_verdict(employer);
	if (employer == NULL || ending)
		return RESULT_CODE_NOT_ACTIVE;
	if (command->kind != COMMAND_EMPLOYER)
		return employer->state == EMPLOYER_LIFECYCLE_ACTIVE ? RESULT_CODE_ACCEPTED : RESULT_CODE_NOT_ACTIVE;
	if (command->employer->action == EMPLOYER_ACTION_ACCEPT)
		return employer->state == EMPLOYER_LIFECYCLE_ENABLED ? RESULT_CODE_ACCEPTED : RESULT_CODE_CONFLICT;
	if (command->employer->action == EMPLOYER_ACTION_ACTIVATE)
		return activate_verdict(employer);
	if (command->employer->action == EMPLOYER_ACTION_ADD_PROVIDER &&
	    (names_leaving(command->employer, employer) || !adds_provider(command->employer, employer)))
		return RESULT_CODE_CONFLICT;
	return RESULT_CODE_ACCEPTED;
}

static bool will_serve(const struct employer_command *command, const struct employer_state *employer, struct view provider_id)
{
	for (size_t i = 0; command->action == EMPLOYER_ACTION_ENABLE && i < command->provider_ids.count; i++)
		if (view_equal(command->provider_ids.items[i], provider_id))
			return true;
	return employer != NULL && employer_provider(employer, provider_id) != NULL;
}

/* One may be removed that serves the employer, or whose removal was given up. */
static bool can_be_removed(const struct employer_state *employer, struct view provider_id)
{
	const struct leaving_provider *leaving = employer_leaving(employer, provider_id);

	return employer_provider(employer, provider_id) != NULL || (leaving != NULL && view_is_null(leaving->run_id));
}

/* The provider that the command names, or that its settings do, is one of the employer's. */
static bool provider_serves(const struct command *command, const struct employer_state *employer)
{
	const struct employer_settings *settings;

	if (command->kind == COMMAND_SHARE)
		return employer_provider(employer, command->share->provider_id) != NULL;
	if (command->kind == COMMAND_WITHDRAW)
		return employer_provider(employer, command->withdraw->provider_id) != NULL;
	if (command->kind != COMMAND_EMPLOYER)
		return true;
	for (size_t i = 0; command->employer->action == EMPLOYER_ACTION_REMOVE_PROVIDER && i < command->employer->provider_ids.count; i++)
		if (!can_be_removed(employer, command->employer->provider_ids.items[i]))
			return false;
	settings = command->employer->settings;
	return settings == NULL || view_is_null(settings->absence_provider) || will_serve(command->employer, employer, settings->absence_provider);
}

bool command_check(const struct command *command, const struct message *body, const struct employer_state *employer, int64_t broker_time_ms,
		   struct command_answer *ret_answer)
{
	const char *field;
	enum result_code code;

	if (!issuer_may(command))
		return refuse(ret_answer, RESULT_CODE_NOT_AUTHORISED, NULL);
	if (broker_time_ms > command->expires_at)
		return refuse(ret_answer, RESULT_CODE_EXPIRED, NULL);
	if (command->expires_at - broker_time_ms > MS_PER_DAY)
		return refuse(ret_answer, RESULT_CODE_INVALID, "expires_at");
	field = command_field_at_fault(command, body);
	if (field != NULL)
		return refuse(ret_answer, RESULT_CODE_INVALID, field);
	if (command->kind == COMMAND_SHARE && !command->share->confirm)
		return refuse(ret_answer, RESULT_CODE_NO_CONFIRM, NULL);
	code = state_verdict(command, employer);
	if (code != RESULT_CODE_ACCEPTED)
		return refuse(ret_answer, code, NULL);
	if (!provider_serves(command, employer))
		return refuse(ret_answer, RESULT_CODE_UNKNOWN_PROVIDER, NULL);
	return true;
}

bool command_check_person(const struct person_state *person, struct command_answer *ret_answer)
{
	if (person == NULL || person->identity == NULL)
		return refuse(ret_answer, RESULT_CODE_UNKNOWN_EMPLOYEE, NULL);
	return true;
}
