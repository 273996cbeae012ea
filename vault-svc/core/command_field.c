#include "vault-svc/core/command_field.h"

#include "vault-svc/core/elementary.h"

static bool text_wrong(struct view text)
{
	return view_is_null(text) || text_fault(text) != NULL;
}

static bool optional_text_wrong(struct view text)
{
	return !view_is_null(text) && text_fault(text) != NULL;
}

static bool outside(int32_t number, int32_t lowest, int32_t highest)
{
	return number < lowest || number > highest;
}

static const char *settings_at_fault(const struct employer_settings *settings)
{
	if (optional_text_wrong(settings->absence_provider))
		return "absence_provider";
	if (outside(settings->absence_history_months, 0, 60))
		return "absence_history_months";
	if (outside(settings->snapshot_shrink_limit_pct, 0, 100))
		return "snapshot_shrink_limit_pct";
	if (outside(settings->min_group, 5, 100))
		return "min_group";
	return NULL;
}

static const char *profile_at_fault(const struct employer_profile *profile)
{
	if (text_wrong(profile->name))
		return "name";
	if (optional_text_wrong(profile->address))
		return "address";
	if (optional_text_wrong(profile->postcode))
		return "postcode";
	if (optional_text_wrong(profile->city))
		return "city";
	return optional_text_wrong(profile->kvk_number) ? "kvk_number" : NULL;
}

static bool names_providers(enum employer_action action)
{
	return action == EMPLOYER_ACTION_ENABLE || action == EMPLOYER_ACTION_ADD_PROVIDER || action == EMPLOYER_ACTION_REMOVE_PROVIDER;
}

static const char *employer_field_at_fault(const struct employer_command *command)
{
	const char *field = NULL;

	if (names_providers(command->action) && command->provider_ids.count == 0)
		return "provider_ids";
	for (size_t i = 0; i < command->provider_ids.count; i++)
		if (text_wrong(command->provider_ids.items[i]))
			return "provider_ids";
	if (command->profile != NULL)
		field = profile_at_fault(command->profile);
	if (field == NULL && command->settings != NULL)
		field = settings_at_fault(command->settings);
	return field;
}

static const char *share_field_at_fault(const struct share_command *command)
{
	if (text_wrong(command->provider_id))
		return "provider_id";
	if (text_wrong(command->employee_key))
		return "employee_key";
	if (optional_text_wrong(command->absence_key))
		return "absence_key";
	return text_wrong(command->reason) ? "reason" : NULL;
}

static const char *withdraw_field_at_fault(const struct withdraw_command *command)
{
	if (text_wrong(command->provider_id))
		return "provider_id";
	if (text_wrong(command->employee_key))
		return "employee_key";
	return text_wrong(command->reason) ? "reason" : NULL;
}

static const char *erase_field_at_fault(const struct erase_command *command)
{
	if (text_wrong(command->employee_key))
		return "employee_key";
	return text_wrong(command->reason) ? "reason" : NULL;
}

const char *command_field_at_fault(const struct command *command, const struct message *body)
{
	const char *field = NULL;

	if (view_is_null(command->command_id) || event_id_fault(command->command_id) != NULL)
		return "command_id";
	if (text_wrong(command->employer_id))
		return "employer_id";
	if (text_wrong(command->actor))
		return "actor";
	if (command->kind == COMMAND_SHARE)
		field = share_field_at_fault(command->share);
	else if (command->kind == COMMAND_WITHDRAW)
		field = withdraw_field_at_fault(command->withdraw);
	else if (command->kind == COMMAND_ERASE)
		field = erase_field_at_fault(command->erase);
	else if (command->kind == COMMAND_EMPLOYER)
		field = employer_field_at_fault(command->employer);
	if (field == NULL && body->faults.count > 0)
		field = body->faults.items[0].field->name;
	return field;
}
