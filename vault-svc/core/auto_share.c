#include "vault-svc/core/auto_share.h"

#include "common/base/calendar.h"

struct view auto_share_provider(const struct employer_state *employer)
{
	const struct employer_provider *provider = NULL;

	if (!view_is_null(employer->settings.absence_provider))
		provider = employer_provider(employer, employer->settings.absence_provider);
	else if (employer->providers.count == 1)
		provider = &employer->providers.items[0];
	return provider == NULL ? VIEW_NULL : provider->provider_id;
}

/* The spell's first and highest applied steps where it has begun by the day and they do not end it by then. */
static bool is_open(const struct spell *spell, int32_t today, const struct spell_step **ret_first, const struct spell_step **ret_latest)
{
	size_t from;
	size_t count;

	if (!spell_applied(spell, &from, &count))
		return false;
	*ret_first = &spell->steps.items[from];
	*ret_latest = &spell->steps.items[from + count - 1];
	if ((*ret_first)->first_day > today)
		return false;
	if ((*ret_latest)->has_recovered_on)
		return (*ret_latest)->recovered_on > today;
	return (*ret_latest)->op != ABSENCE_OP_END;
}

static bool has_been_begun(const struct auto_share_occasion *occasion, struct view absence_key)
{
	for (size_t i = 0; i < occasion->begun_count; i++)
		if (view_equal(occasion->begun[i], absence_key))
			return true;
	return false;
}

static const struct live_share *share_with(const struct person_state *person, struct view provider_id)
{
	const struct provider_view *view = person_view_find(person, provider_id);

	return view == NULL ? NULL : view->share;
}

static bool is_wide(const struct live_share *share)
{
	return share != NULL && share_width(share->kind, share->origin) == SHARE_WIDE;
}

/* Judging the spells of one person. */
struct judge {
	struct person_state *person;
	const uint8_t *person_key;
	const struct auto_share_occasion *occasion;
	const struct reconcile_context *context;
	struct view provider_id;
	int32_t today;
	bool has_projection; /* made when the first spell needs it */
	struct projection projection;
	struct share_outputs *outputs;
	struct auto_share_notices *notices;
};

static const struct projected_spell *projected(struct judge *judge, const struct spell *spell)
{
	if (!judge->has_projection)
		project(judge->person, judge->context->arena, &judge->projection);
	judge->has_projection = true;
	return projection_spell(&judge->projection, spell->absence_key);
}

static void say(struct judge *judge, enum auto_share_result result, const struct spell *spell)
{
	struct auto_share_notices *notices = judge->notices;

	if (notices->items == NULL)
		notices->items = arena_array(judge->context->arena, judge->person->spells.count, sizeof *notices->items);
	notices->items[notices->count++] = (struct auto_share_notice){.result = result, .absence_key = spell->absence_key};
}

static void begin_share(struct judge *judge, const struct spell *spell)
{
	const struct share_content content = {
		.form = SHARE_FORM_FULL,
		.origin = SHARE_ORIGIN_ABSENCE,
		.kind = CARE_KIND_SICK_REPORT,
		.employer_informed = true,
		.shared_at = judge->context->now_ms,
		.shared_by = VIEW_NULL,
		.reason = VIEW_NULL,
	};
	enum share_decision decision =
		share_begin(judge->person, judge->person_key, judge->provider_id, spell->absence_key, &content, judge->context, judge->outputs);

	say(judge, decision == SHARE_WIDENED ? AUTO_SHARE_WIDENED : AUTO_SHARE_SHARED, spell);
}

/* True when the spell has led to something now, or counts as if it had. */
static bool leads(struct judge *judge, const struct spell *spell)
{
	bool by_itself = judge->context->employer->settings.auto_share_on_absence;
	const struct live_share *share = share_with(judge->person, judge->provider_id);
	const struct spell_step *first;
	const struct spell_step *latest;
	const struct projected_spell *shown;

	if (!is_open(spell, judge->today, &first, &latest))
		return false;
	if (is_wide(share))
		return true;
	if (latest->has_leave || (share != NULL && !by_itself))
		return false;
	shown = projected(judge, spell);
	if (shown != NULL && !spell_open_on(shown, judge->today))
		return false;
	if (!judge->occasion->activation && judge->today - first->first_day > AUTO_SHARE_DAYS) {
		if (!has_been_begun(judge->occasion, spell->absence_key))
			return false;
		say(judge, AUTO_SHARE_LATE, spell);
		return true;
	}
	if (shown == NULL)
		return false;
	if (by_itself)
		begin_share(judge, spell);
	else
		say(judge, AUTO_SHARE_REQUIRED, spell);
	return true;
}

bool auto_share(struct person_state *person, const uint8_t person_key[static 32], const struct auto_share_occasion *occasion,
		const struct reconcile_context *context, struct share_outputs *ret, struct auto_share_notices *ret_notices)
{
	struct judge judge = {
		.person = person,
		.person_key = person_key,
		.occasion = occasion,
		.context = context,
		.provider_id = auto_share_provider(context->employer),
		.today = amsterdam_day(context->now_ms),
		.outputs = ret,
		.notices = ret_notices,
	};
	bool changed = false;

	if (view_is_null(judge.provider_id))
		return false;
	for (size_t i = 0; i < person->spells.count; i++) {
		struct spell *spell = &person->spells.items[i];

		if (!spell->led_to_share && leads(&judge, spell))
			changed = spell->led_to_share = true;
	}
	/* One passed over above, for its leave, before another made the share wide is open under that share, too. */
	return auto_share_count_shared(person, context) || changed;
}

bool auto_share_count_open(struct person_state *person, const struct reconcile_context *context)
{
	int32_t today = amsterdam_day(context->now_ms);
	bool changed = false;

	for (size_t i = 0; i < person->spells.count; i++) {
		struct spell *spell = &person->spells.items[i];
		const struct spell_step *first;
		const struct spell_step *latest;

		if (!spell->led_to_share && is_open(spell, today, &first, &latest))
			changed = spell->led_to_share = true;
	}
	return changed;
}

bool auto_share_count_shared(struct person_state *person, const struct reconcile_context *context)
{
	struct view provider_id = auto_share_provider(context->employer);

	return !view_is_null(provider_id) && is_wide(share_with(person, provider_id)) && auto_share_count_open(person, context);
}
