#include "vault-svc/cli/command.h"

#include "schemas/codec/record.h"
#include "vault-svc/cli/record_json.h"
#include "vault-svc/cli/signed_command.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

const struct command_option share_options[] = {
	{.name = "employee", .value = "KEY", .help = "the HR system's key of the employee", .required = true},
	{.name = "provider", .value = "ID", .help = "who receives the data", .required = true},
	{.name = "kind",
	 .value = "KIND",
	 .help = "SICK_REPORT, CASEMANAGER_CONTACT, PREVENTIVE_CONSULT, WORKING_CONDITIONS_CONSULT or OPEN_CONSULT",
	 .required = true},
	{.name = "reason", .value = "TEXT", .help = "explanation, 1 to 512 characters, no medical data", .required = true},
	{.name = "absence", .value = "KEY", .help = "the spell, for SICK_REPORT"},
	{.name = "confirm", .help = "you are sure: without it the vault answers NO_CONFIRM"},
	SIGNED_COMMAND_OPTIONS,
};
const size_t share_option_count = COUNT(share_options);

const struct command_option enable_options[] = {
	{.name = "provider",
	 .value = "ID",
	 .help = "a provider that serves the employer; may be given more than once",
	 .required = true,
	 .repeated = true},
	{.name = "name", .value = "TEXT", .help = "the employer's name, as dossiers show it"},
	SIGNED_COMMAND_OPTIONS,
};
const size_t enable_option_count = COUNT(enable_options);

const struct command_option settings_options[] = {
	{.name = "set",
	 .value = "NAME=VALUE",
	 .help = "a setting of EmployerSettings; all settings are sent at once: one that is not given gets the contract's default",
	 .repeated = true},
	SIGNED_COMMAND_OPTIONS,
};
const size_t settings_option_count = COUNT(settings_options);

const struct command_option plain_options[] = {SIGNED_COMMAND_OPTIONS};
const size_t plain_option_count = COUNT(plain_options);

const struct command_option providers_options[] = {
	{.name = "add", .value = "ID", .help = "a provider that is to serve the employer; may be given more than once", .repeated = true},
	{.name = "remove",
	 .value = "ID",
	 .help = "a provider that is to serve it no longer; may be given more than once, not beside --add",
	 .repeated = true},
	SIGNED_COMMAND_OPTIONS,
};
const size_t providers_option_count = COUNT(providers_options);

const struct command_option withdraw_options[] = {
	{.name = "employee", .value = "KEY", .help = "the HR system's key of the employee", .required = true},
	{.name = "provider", .value = "ID", .help = "who received the data", .required = true},
	{.name = "reason", .value = "TEXT", .help = "explanation", .required = true},
	{.name = "wrong-person", .help = "the data went to the wrong dossier: revoked whatever its content (operator)"},
	SIGNED_COMMAND_OPTIONS,
};
const size_t withdraw_option_count = COUNT(withdraw_options);

const struct command_option erase_options[] = {
	{.name = "employee", .value = "KEY", .help = "the HR system's key of the employee", .required = true},
	{.name = "reason", .value = "TEXT", .help = "explanation", .required = true},
	SIGNED_COMMAND_OPTIONS,
};
const size_t erase_option_count = COUNT(erase_options);

static struct view value_of(const struct command_line *line, const char *option)
{
	return view_text(command_value(line, option));
}

int command_share(struct command_line *line)
{
	CLEANUP(signed_command_done) struct signed_command command = {0};
	struct share_command share;
	struct error error = {0};
	int32_t kind;

	if (!schema_enum_value(&care_kind_enum, value_of(line, "kind"), &kind))
		return command_misused(line, "--kind: not one of the kinds");
	if (!signed_command_begin(line, &command, &error))
		return command_failed(line, &error);
	share = (struct share_command){
		.command_id = command.command_id,
		.employer_id = command.employer_id,
		.expires_at = command.expires_at,
		.actor = command.actor,
		.provider_id = value_of(line, "provider"),
		.employee_key = value_of(line, "employee"),
		.kind = (enum care_kind)kind,
		.absence_key = value_of(line, "absence"),
		.reason = value_of(line, "reason"),
		.confirm = command_has(line, "confirm"),
	};
	return signed_command_send(line, &command, &share_command_schema, &share);
}

int command_withdraw(struct command_line *line)
{
	CLEANUP(signed_command_done) struct signed_command command = {0};
	struct withdraw_command withdraw;
	struct error error = {0};

	if (!signed_command_begin(line, &command, &error))
		return command_failed(line, &error);
	withdraw = (struct withdraw_command){
		.command_id = command.command_id,
		.employer_id = command.employer_id,
		.expires_at = command.expires_at,
		.actor = command.actor,
		.provider_id = value_of(line, "provider"),
		.employee_key = value_of(line, "employee"),
		.reason = value_of(line, "reason"),
		.wrong_person = command_has(line, "wrong-person"),
	};
	return signed_command_send(line, &command, &withdraw_command_schema, &withdraw);
}

int command_erase(struct command_line *line)
{
	CLEANUP(signed_command_done) struct signed_command command = {0};
	struct erase_command erase;
	struct error error = {0};

	if (!signed_command_begin(line, &command, &error))
		return command_failed(line, &error);
	erase = (struct erase_command){
		.command_id = command.command_id,
		.employer_id = command.employer_id,
		.expires_at = command.expires_at,
		.actor = command.actor,
		.employee_key = value_of(line, "employee"),
		.reason = value_of(line, "reason"),
	};
	return signed_command_send(line, &command, &erase_command_schema, &erase);
}

/* ---- EmployerCommand ---- */

static struct employer_command employer_command_of(const struct signed_command *command, enum employer_action action)
{
	return (struct employer_command){
		.command_id = command->command_id,
		.employer_id = command->employer_id,
		.expires_at = command->expires_at,
		.actor = command->actor,
		.action = action,
	};
}

static int send_plain(struct command_line *line, enum employer_action action)
{
	CLEANUP(signed_command_done) struct signed_command command = {0};
	struct employer_command record;
	struct error error = {0};

	if (!signed_command_begin(line, &command, &error))
		return command_failed(line, &error);
	record = employer_command_of(&command, action);
	return signed_command_send(line, &command, &employer_command_schema, &record);
}

int command_accept(struct command_line *line)
{
	return send_plain(line, EMPLOYER_ACTION_ACCEPT);
}

int command_activate(struct command_line *line)
{
	return send_plain(line, EMPLOYER_ACTION_ACTIVATE);
}

int command_terminate(struct command_line *line)
{
	return send_plain(line, EMPLOYER_ACTION_TERMINATE);
}

static struct view_array providers_of(const struct command_line *line, const char *option, struct arena *arena)
{
	struct view_array ids = {.count = command_value_count(line, option)};

	ids.items = arena_array(arena, ids.count, sizeof *ids.items);
	for (size_t i = 0; i < ids.count; i++)
		ids.items[i] = view_text(command_value_at(line, option, i));
	return ids;
}

int command_providers(struct command_line *line)
{
	CLEANUP(signed_command_done) struct signed_command command = {0};
	bool adds = command_has(line, "add");
	struct employer_command record;
	struct error error = {0};

	if (adds == command_has(line, "remove"))
		return command_misused(line, "either --add or --remove");
	if (!signed_command_begin(line, &command, &error))
		return command_failed(line, &error);
	record = employer_command_of(&command, adds ? EMPLOYER_ACTION_ADD_PROVIDER : EMPLOYER_ACTION_REMOVE_PROVIDER);
	record.provider_ids = providers_of(line, adds ? "add" : "remove", &command.arena);
	return signed_command_send(line, &command, &employer_command_schema, &record);
}

int command_enable(struct command_line *line)
{
	CLEANUP(signed_command_done) struct signed_command command = {0};
	struct employer_profile profile = {0};
	struct employer_command record;
	struct error error = {0};

	if (!signed_command_begin(line, &command, &error))
		return command_failed(line, &error);
	record = employer_command_of(&command, EMPLOYER_ACTION_ENABLE);
	record.provider_ids = providers_of(line, "provider", &command.arena);
	if (command_has(line, "name")) {
		profile.name = value_of(line, "name");
		record.profile = &profile;
	}
	return signed_command_send(line, &command, &employer_command_schema, &record);
}

/* "true" and "false" as booleans, digits as numbers, all else as text: what record_from_json then checks against the schema. */
static json_t *setting_json(const char *text)
{
	json_t *value = json_loads(text, JSON_DECODE_ANY, NULL);

	if (json_is_boolean(value) || json_is_integer(value) || json_is_null(value))
		return value;
	json_decref(value);
	return json_string(text);
}

/* The settings with their defaults, and what --set says. */
static bool settings_of(struct command_line *line, struct arena *arena, struct employer_settings *ret, struct error *error)
{
	json_t *object = json_object();
	bool done = true;

	for (size_t i = 0; done && i < command_value_count(line, "set"); i++) {
		const char *text = command_value_at(line, "set", i);
		const char *equals = strchr(text, '=');

		done = equals != NULL || error_set(error, DISPOSITION_REJECT, "USAGE", "set", "NAME=VALUE is meant");
		if (done)
			json_object_set_new(object, arena_text(arena, view_of(text, (size_t)(equals - text))), setting_json(equals + 1));
	}
	done = done && record_from_json(&employer_settings_schema, object, NULL, arena, ret, error);
	json_decref(object);
	return done;
}

int command_settings(struct command_line *line)
{
	CLEANUP(signed_command_done) struct signed_command command = {0};
	struct employer_settings settings;
	struct employer_command record;
	struct error error = {0};

	if (!signed_command_begin(line, &command, &error) || !settings_of(line, &command.arena, &settings, &error))
		return command_failed(line, &error);
	record = employer_command_of(&command, EMPLOYER_ACTION_CHANGE_SETTINGS);
	record.settings = &settings;
	return signed_command_send(line, &command, &employer_command_schema, &record);
}
