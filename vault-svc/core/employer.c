#include "vault-svc/core/employer.h"

#include "common/base/calendar.h"
#include "schemas/codec/record.h"
#include "vault-svc/core/command.h"

enum { EMPLOYER_LIST_MAX = 64 }; /* providers, and issuers that enabled it */

const struct employer_provider *employer_provider(const struct employer_state *employer, struct view provider_id)
{
	for (size_t i = 0; i < employer->providers.count; i++)
		if (view_equal(employer->providers.items[i].provider_id, provider_id))
			return &employer->providers.items[i];
	return NULL;
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

static bool enable(struct employer_state *employer, const struct command *command, struct entropy *entropy, struct arena *arena)
{
	const struct view_array *named = &command->employer->provider_ids;

	for (size_t i = 0; i < named->count; i++) {
		if (employer_provider(employer, named->items[i]) != NULL)
			continue;
		if (employer->providers.count == EMPLOYER_LIST_MAX)
			return false;
		add_provider(employer, named->items[i], entropy, arena);
	}
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

/* Everybody is about to be told by this year's age; one that is active already has its yearly run for that. */
static void activate(struct employer_state *employer, int64_t broker_time_ms)
{
	if (employer->state == EMPLOYER_LIFECYCLE_ACTIVE)
		return;
	employer->state = EMPLOYER_LIFECYCLE_ACTIVATING;
	employer->activation_aborted = false;
	employer->age_year = date_of(amsterdam_day(broker_time_ms)).year;
}

struct command_answer employer_apply(const struct command *command, const struct employer_state *employer, int64_t broker_time_ms,
				     bool (*known_provider)(void *context, struct view provider_id), void *known_context, struct entropy *entropy,
				     struct arena *arena, struct employer_state **ret_employer, struct employer_change *ret_change)
{
	const struct employer_command *told = command->employer;
	struct employer_change change = {0};
	struct employer_state *next;

	for (size_t i = 0; told->action == EMPLOYER_ACTION_ENABLE && i < told->provider_ids.count; i++)
		if (!known_provider(known_context, told->provider_ids.items[i]))
			return (struct command_answer){.code = RESULT_CODE_UNKNOWN_PROVIDER};
	next = employer == NULL ? first_state(command, arena) : record_copy(&employer_state_schema, arena, employer);
	switch (told->action) {
	case EMPLOYER_ACTION_ENABLE:
		if (!enable(next, command, entropy, arena))
			return (struct command_answer){.code = RESULT_CODE_INVALID, .detail = "provider_ids"};
		break;
	case EMPLOYER_ACTION_ACCEPT:
		next->state = EMPLOYER_LIFECYCLE_ACCEPTED;
		next->accepted_by = arena_copy(arena, command->actor);
		next->has_accepted_at = true;
		next->accepted_at = broker_time_ms;
		break;
	case EMPLOYER_ACTION_ACTIVATE:
		activate(next, broker_time_ms);
		change.run_activation = true;
		break;
	case EMPLOYER_ACTION_CHANGE_SETTINGS:
		change_settings(next, told, arena, &change);
		break;
	case EMPLOYER_ACTION_ADD_PROVIDER:
	case EMPLOYER_ACTION_REMOVE_PROVIDER:
	case EMPLOYER_ACTION_TERMINATE:
		return (struct command_answer){.code = RESULT_CODE_INVALID, .detail = "NOT_YET"};
	}
	*ret_employer = next;
	*ret_change = change;
	return (struct command_answer){.code = RESULT_CODE_ACCEPTED};
}
