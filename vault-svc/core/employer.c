#include "vault-svc/core/employer.h"

#include "common/base/calendar.h"
#include "schemas/codec/record.h"
#include "vault-svc/core/auto_share.h"
#include "vault-svc/core/command.h"

enum { EMPLOYER_LIST_MAX = 64 }; /* providers, and issuers that enabled it */

const struct employer_provider *employer_provider(const struct employer_state *employer, struct view provider_id)
{
	for (size_t i = 0; i < employer->providers.count; i++)
		if (view_equal(employer->providers.items[i].provider_id, provider_id))
			return &employer->providers.items[i];
	return NULL;
}

const struct leaving_provider *employer_leaving(const struct employer_state *employer, struct view provider_id)
{
	for (size_t i = 0; i < employer->leaving.count; i++)
		if (view_equal(employer->leaving.items[i].provider_id, provider_id))
			return &employer->leaving.items[i];
	return NULL;
}

void employer_left(struct employer_state *employer, struct view run_id, bool give_up)
{
	size_t kept = 0;

	for (size_t i = 0; i < employer->leaving.count; i++) {
		struct leaving_provider *leaving = &employer->leaving.items[i];
		bool is_of_run = view_equal(leaving->run_id, run_id);

		if (is_of_run && give_up)
			leaving->run_id = VIEW_NULL;
		if (!is_of_run || give_up)
			employer->leaving.items[kept++] = *leaving;
	}
	employer->leaving.count = kept;
}

struct employer_state *employer_terminated(const struct employer_state *employer, struct arena *arena)
{
	struct employer_state *rest = record_new(&employer_state_schema, arena);
	const struct employer_settings *standard = record_new(&employer_settings_schema, arena);

	rest->employer_id = employer->employer_id;
	rest->state = EMPLOYER_LIFECYCLE_TERMINATED;
	rest->settings = *standard;
	return rest;
}

bool employer_speaks(const struct employer_state *employer)
{
	return employer->state == EMPLOYER_LIFECYCLE_ACTIVATING || employer->state == EMPLOYER_LIFECYCLE_ACTIVE;
}

static struct employer_state *first_state(const struct command *command, struct arena *arena)
{
	struct employer_state *employer = record_new(&employer_state_schema, arena);
	const struct employer_settings *standard = record_new(&employer_settings_schema, arena);

	employer->employer_id = arena_copy(arena, command->employer_id);
	employer->state = EMPLOYER_LIFECYCLE_ENABLED;
	employer->settings = *standard;
	return employer;
}

static void add_provider(struct employer_state *employer, struct view provider_id, struct entropy *entropy, struct arena *arena)
{
	size_t count = employer->providers.count;
	struct employer_provider *items = arena_array(arena, count + 1, sizeof *items);

	if (count > 0)
		memcpy(items, employer->providers.items, count * sizeof *items);
	items[count].provider_id = arena_copy(arena, provider_id);
	entropy_take(entropy, items[count].personnel_number_key, sizeof items[count].personnel_number_key);
	employer->providers.items = items;
	employer->providers.count++;
}

static void add_enabler(struct employer_state *employer, struct view issuer, struct arena *arena)
{
	size_t count = employer->enabled_by.count;
	struct view *items = arena_array(arena, count + 1, sizeof *items);

	for (size_t i = 0; i < count; i++) {
		items[i] = employer->enabled_by.items[i];
		if (view_equal(items[i], issuer))
			return;
	}
	if (count == EMPLOYER_LIST_MAX)
		return;
	items[count] = arena_copy(arena, issuer);
	employer->enabled_by.items = items;
	employer->enabled_by.count++;
}

static void take_settings(struct employer_state *employer, const struct employer_settings *settings, struct arena *arena)
{
	if (settings != NULL)
		record_copy_into(&employer_settings_schema, arena, settings, &employer->settings);
}

/* The first profile stays, unless an operator gives another. */
static void take_profile(struct employer_state *employer, const struct command *command, struct arena *arena)
{
	const struct employer_profile *profile = command->employer->profile;

	if (profile != NULL && (employer->profile == NULL || command->issuer_kind == ISSUER_OPERATOR))
		employer->profile = record_copy(&employer_profile_schema, arena, profile);
}

static bool add_providers(struct employer_state *employer, const struct view_array *named, struct entropy *entropy, struct arena *arena)
{
	for (size_t i = 0; i < named->count; i++) {
		if (employer_provider(employer, named->items[i]) != NULL)
			continue;
		if (employer->providers.count == EMPLOYER_LIST_MAX)
			return false;
		add_provider(employer, named->items[i], entropy, arena);
	}
	return true;
}

static bool enable(struct employer_state *employer, const struct command *command, struct entropy *entropy, struct arena *arena)
{
	if (!add_providers(employer, &command->employer->provider_ids, entropy, arena))
		return false;
	add_enabler(employer, command->issuer, arena);
	take_profile(employer, command, arena);
	take_settings(employer, command->employer->settings, arena);
	return true;
}

/* What of the settings alters what persons' records, shares or spells are, or how these count for automatic shares. */
static bool persons_concerned(const struct employer_settings *a, const struct employer_settings *b)
{
	static const char *const others[] = {"min_group", "snapshot_shrink_limit_pct", "provider_reporting"};

	return !record_equal_except(&employer_settings_schema, a, b, others, sizeof others / sizeof *others);
}

static void change_settings(struct employer_state *employer, const struct employer_command *command, struct arena *arena, struct employer_change *ret)
{
	struct employer_settings before = employer->settings;

	take_settings(employer, command->settings, arena);
	if (!employer_speaks(employer))
		return;
	if (before.auto_share_on_absence != employer->settings.auto_share_on_absence ||
	    !view_equal(before.absence_provider, employer->settings.absence_provider))
		employer->absence_settings_run = arena_copy(arena, command->command_id);
	ret->run_settings = persons_concerned(&before, &employer->settings);
	ret->min_group_changed = before.min_group != employer->settings.min_group;
}

/* Notes that providers come or go while persons are told of: by a run, in which spells that are open share nothing by themselves where somebody else
 * gets the sick reports now. */
static void note_who_gets_reports(struct employer_state *employer, struct view before, const struct employer_command *command, struct arena *arena)
{
	if (!view_equal(before, auto_share_provider(employer)))
		employer->absence_settings_run = arena_copy(arena, command->command_id);
}

static bool add(struct employer_state *employer, const struct employer_command *command, struct entropy *entropy, struct arena *arena,
		struct employer_change *ret)
{
	struct view before = auto_share_provider(employer);

	if (!add_providers(employer, &command->provider_ids, entropy, arena))
		return false;
	ret->run_addition = employer_speaks(employer);
	if (ret->run_addition)
		note_who_gets_reports(employer, before, command, arena);
	return true;
}

static void remove_provider(struct employer_state *employer, struct view provider_id)
{
	size_t kept = 0;

	for (size_t i = 0; i < employer->providers.count; i++)
		if (!view_equal(employer->providers.items[i].provider_id, provider_id))
			employer->providers.items[kept++] = employer->providers.items[i];
	employer->providers.count = kept;
}

static bool add_leaving(struct employer_state *employer, struct view provider_id, const struct employer_command *command, struct arena *arena)
{
	size_t count = employer->leaving.count;
	struct leaving_provider *items = arena_array(arena, count + 1, sizeof *items);
	size_t at = count;

	for (size_t i = 0; i < count; i++) {
		items[i] = employer->leaving.items[i];
		if (view_equal(items[i].provider_id, provider_id))
			at = i;
	}
	if (at == EMPLOYER_LIST_MAX)
		return false;
	items[at] = (struct leaving_provider){
		.provider_id = arena_copy(arena, provider_id),
		.run_id = arena_copy(arena, command->command_id),
		.actor = arena_copy(arena, command->actor),
	};
	employer->leaving = (struct leaving_provider_array){.items = items, .count = at == count ? count + 1 : count};
	return true;
}

/* Where that would make somebody else the one who gets the sick reports by themselves, nobody does until the employer says who. */
static bool take_leave(struct employer_state *employer, const struct employer_command *command, struct arena *arena, struct employer_change *ret)
{
	struct view before = auto_share_provider(employer);

	for (size_t i = 0; i < command->provider_ids.count; i++) {
		remove_provider(employer, command->provider_ids.items[i]);
		if (employer_speaks(employer) && !add_leaving(employer, command->provider_ids.items[i], command, arena))
			return false;
	}
	if (!view_is_null(employer->settings.absence_provider) && employer_provider(employer, employer->settings.absence_provider) == NULL)
		employer->settings.absence_provider = VIEW_NULL;
	if (!view_equal(before, auto_share_provider(employer)))
		employer->settings.auto_share_on_absence = false;
	ret->run_removal = employer_speaks(employer);
	if (ret->run_removal)
		note_who_gets_reports(employer, before, command, arena);
	return true;
}

static void terminate(struct employer_state *employer, const struct employer_command *command, struct arena *arena, struct employer_change *ret)
{
	employer->state = EMPLOYER_LIFECYCLE_TERMINATING;
	employer->terminated_by = arena_copy(arena, command->actor);
	employer->termination_aborted = false;
	ret->run_termination = true;
}

/* Everybody is about to be told by this year's age; one that is active already has its yearly run for that. */
static void activate(struct employer_state *employer, int64_t broker_time_ms)
{
	if (employer->state == EMPLOYER_LIFECYCLE_ACTIVE)
		return;
	employer->state = EMPLOYER_LIFECYCLE_ACTIVATING;
	employer->activation_aborted = false;
	employer->age_year = date_of(amsterdam_day(broker_time_ms)).year;
}

/* False when there would be more than the state has room for. */
static bool apply(struct employer_state *next, const struct command *command, int64_t broker_time_ms, struct entropy *entropy, struct arena *arena,
		  struct employer_change *ret)
{
	const struct employer_command *told = command->employer;

	switch (told->action) {
	case EMPLOYER_ACTION_ENABLE:
		return enable(next, command, entropy, arena);
	case EMPLOYER_ACTION_ACCEPT:
		next->state = EMPLOYER_LIFECYCLE_ACCEPTED;
		next->accepted_by = arena_copy(arena, command->actor);
		next->has_accepted_at = true;
		next->accepted_at = broker_time_ms;
		break;
	case EMPLOYER_ACTION_ACTIVATE:
		activate(next, broker_time_ms);
		ret->run_activation = true;
		break;
	case EMPLOYER_ACTION_CHANGE_SETTINGS:
		change_settings(next, told, arena, ret);
		break;
	case EMPLOYER_ACTION_ADD_PROVIDER:
		return add(next, told, entropy, arena, ret);
	case EMPLOYER_ACTION_REMOVE_PROVIDER:
		return take_leave(next, told, arena, ret);
	case EMPLOYER_ACTION_TERMINATE:
		terminate(next, told, arena, ret);
		break;
	}
	return true;
}

struct command_answer employer_apply(const struct command *command, const struct employer_state *employer, int64_t broker_time_ms,
				     bool (*known_provider)(void *context, struct view provider_id), void *known_context, struct entropy *entropy,
				     struct arena *arena, struct employer_state **ret_employer, struct employer_change *ret_change)
{
	const struct employer_command *told = command->employer;
	bool adds = told->action == EMPLOYER_ACTION_ENABLE || told->action == EMPLOYER_ACTION_ADD_PROVIDER;
	struct employer_change change = {0};
	struct employer_state *next;

	for (size_t i = 0; adds && i < told->provider_ids.count; i++)
		if (!known_provider(known_context, told->provider_ids.items[i]))
			return (struct command_answer){.code = RESULT_CODE_UNKNOWN_PROVIDER};
	next = employer == NULL ? first_state(command, arena) : record_copy(&employer_state_schema, arena, employer);
	if (!apply(next, command, broker_time_ms, entropy, arena, &change))
		return (struct command_answer){.code = RESULT_CODE_INVALID, .detail = "provider_ids"};
	*ret_employer = next;
	*ret_change = change;
	return (struct command_answer){.code = RESULT_CODE_ACCEPTED};
}
