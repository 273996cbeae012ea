/* What is inside a share: the matrix of contract/rules.md, Shares. */
#include "common/base/calendar.h"
#include "schemas/codec/message.h"
#include "vault-svc/core/share.h"

enum { SHARED_EMPLOYMENTS = 16, SHARED_SPELLS = 256, SHARED_ADDRESSES = 9 };

/* One payload being made. */
struct payload {
	const struct person_state *person;
	struct provider_view *view;
	const struct reconcile_context *context;
	struct projection projection;
	enum share_width width;
	int32_t today;
};

enum share_width share_width(enum care_kind kind, enum share_origin origin)
{
	if (origin == SHARE_ORIGIN_ABSENCE || kind == CARE_KIND_SICK_REPORT || kind == CARE_KIND_PROVIDER_SICK_LINE)
		return SHARE_WIDE;
	return kind == CARE_KIND_CASEMANAGER_CONTACT ? SHARE_MIDDLE : SHARE_NARROW;
}

static bool address_allowed(enum share_width width, enum address_kind kind)
{
	switch (kind) {
	case ADDRESS_KIND_HOME:
		return true;
	case ADDRESS_KIND_POSTAL:
		return width >= SHARE_MIDDLE;
	case ADDRESS_KIND_NURSING:
		return width == SHARE_WIDE;
	}
	return false;
}

static bool contact_allowed(enum share_width width, enum contact_kind kind)
{
	switch (kind) {
	case CONTACT_KIND_PHONE_HOME:
	case CONTACT_KIND_MOBILE_PRIVATE:
	case CONTACT_KIND_EMAIL_PRIVATE:
		return true;
	case CONTACT_KIND_PHONE_WORK:
	case CONTACT_KIND_MOBILE_WORK:
	case CONTACT_KIND_EMAIL_WORK:
		return width >= SHARE_MIDDLE;
	}
	return false;
}

/* Where the person stays by the latest begun of the open spells that say so. */
static const struct address *nursing_address(const struct payload *payload)
{
	const struct projected_spell *latest = NULL;

	for (size_t i = 0; i < payload->projection.spell_count; i++) {
		const struct projected_spell *spell = &payload->projection.spells[i];

		if (spell->latest->nursing_address != NULL && spell_open_on(spell, payload->today) &&
		    (latest == NULL || spell->first_day >= latest->first_day))
			latest = spell;
	}
	return latest == NULL ? NULL : latest->latest->nursing_address;
}

static void give_addresses(const struct payload *payload, struct shared_dossier *ret)
{
	const struct address_array *held = &payload->person->identity->addresses;
	const struct address *staying = payload->width == SHARE_WIDE ? nursing_address(payload) : NULL;
	struct address_array *given = &ret->addresses;

	given->items = arena_array(payload->context->arena, held->count + 1, sizeof *given->items);
	for (size_t i = 0; i < held->count; i++)
		if (address_allowed(payload->width, held->items[i].kind) && (staying == NULL || held->items[i].kind != ADDRESS_KIND_NURSING))
			given->items[given->count++] = held->items[i];
	if (staying == NULL)
		return;
	if (given->count == SHARED_ADDRESSES)
		given->count--;
	given->items[given->count] = *staying;
	given->items[given->count++].kind = ADDRESS_KIND_NURSING;
}

static void give_contacts(const struct payload *payload, struct shared_dossier *ret)
{
	const struct contact_array *held = &payload->person->identity->contacts;

	ret->contacts.items = arena_array(payload->context->arena, held->count, sizeof *ret->contacts.items);
	for (size_t i = 0; i < held->count; i++)
		if (contact_allowed(payload->width, held->items[i].kind))
			ret->contacts.items[ret->contacts.count++] = held->items[i];
}

static void give_identity(const struct payload *payload, struct shared_dossier *ret)
{
	const struct identity *identity = payload->person->identity;

	ret->surname = identity->surname;
	ret->prefix = identity->prefix;
	ret->initials = identity->initials;
	ret->first_names = identity->first_names;
	ret->call_name = identity->call_name;
	ret->partner_surname = identity->partner_surname;
	ret->partner_prefix = identity->partner_prefix;
	ret->name_use = identity->name_use;
	ret->title_before = identity->title_before;
	ret->title_after = identity->title_after;
	ret->gender = identity->gender;
	ret->birth_date = identity->birth_date;
	if (payload->width >= SHARE_MIDDLE) {
		ret->has_death_date = identity->has_death_date;
		ret->death_date = identity->death_date;
	}
	if (payload->width == SHARE_WIDE) {
		ret->bsn = identity->bsn;
		ret->has_no_risk = identity->has_no_risk;
		ret->no_risk = identity->no_risk;
		ret->has_no_risk_until = identity->has_no_risk_until;
		ret->no_risk_until = identity->no_risk_until;
		ret->has_sfb = identity->has_sfb;
		ret->sfb = identity->sfb;
		ret->has_sfb_until = identity->has_sfb_until;
		ret->sfb_until = identity->sfb_until;
		if (payload->context->employer->settings.share_iban)
			ret->iban = identity->iban;
	}
	give_addresses(payload, ret);
	give_contacts(payload, ret);
}

/* The segment in force on the day, else the nearest: the first of one that has yet to begin, the last of one that is over. */
static const struct employment_segment *segment_at(const struct projected_employment *employment, int32_t day)
{
	const struct employment_segment *at = &employment->segments.items[0];

	for (size_t i = 1; i < employment->segments.count && employment->segments.items[i].from <= day; i++)
		at = &employment->segments.items[i];
	return at;
}

static struct shared_employment employment_given(const struct payload *payload, const struct projected_employment *employment)
{
	const struct entity *entity = view_entity(payload->view, ENTITY_KIND_EMPLOYMENT, employment->key, payload->context);
	const struct employment_segment *segment = segment_at(employment, payload->today);
	struct shared_employment given = {
		.personnel_number = employment->header->personnel_number,
		.start_date = employment->start_date,
		.has_end_date = employment->has_end_date,
		.end_date = employment->end_date,
		.segment_from = segment->from,
		.department_code = segment->department_code,
		.department_name = segment->department_name,
		.function_name = segment->function_name,
		.contract_hours_x100 = segment->contract_hours_x100,
		.norm_hours_x100 = segment->norm_hours_x100,
	};

	memcpy(given.entity_id, entity->entity_id, sizeof given.entity_id);
	if (payload->width >= SHARE_MIDDLE) {
		given.contract_term = segment->contract_term;
		given.employment_kind = segment->employment_kind;
		given.uwv_sector = employment->header->uwv_sector;
		given.risk_group = employment->header->risk_group;
		given.contact_person = employment->header->contact_person;
	}
	if (payload->width == SHARE_WIDE)
		given.payroll_tax_number = employment->header->payroll_tax_number;
	return given;
}

/* An employment with what decides whether it is given. */
struct candidate {
	const struct projected_employment *employment;
	bool in_force;
};

static int by_importance(const void *a, const void *b)
{
	const struct candidate *one = a;
	const struct candidate *other = b;

	if (one->in_force != other->in_force)
		return one->in_force ? -1 : 1;
	if (one->employment->start_date != other->employment->start_date)
		return one->employment->start_date > other->employment->start_date ? -1 : 1;
	return view_compare(one->employment->key, other->employment->key);
}

static int by_start(const void *a, const void *b)
{
	const struct candidate *one = a;
	const struct candidate *other = b;

	if (one->employment->start_date != other->employment->start_date)
		return one->employment->start_date < other->employment->start_date ? -1 : 1;
	return view_compare(one->employment->key, other->employment->key);
}

static void give_employments(const struct payload *payload, struct shared_dossier *ret)
{
	size_t count = payload->projection.employment_count;
	struct candidate *candidates = arena_array(payload->context->arena, count, sizeof *candidates);

	for (size_t i = 0; i < count; i++) {
		candidates[i].employment = &payload->projection.employments[i];
		candidates[i].in_force = employment_in_force(candidates[i].employment, payload->today);
	}
	if (count > SHARED_EMPLOYMENTS) {
		qsort(candidates, count, sizeof *candidates, by_importance);
		count = SHARED_EMPLOYMENTS;
	}
	if (count > 1)
		qsort(candidates, count, sizeof *candidates, by_start);
	ret->employments.items = arena_array(payload->context->arena, count, sizeof *ret->employments.items);
	for (size_t i = 0; i < count; i++)
		ret->employments.items[ret->employments.count++] = employment_given(payload, candidates[i].employment);
}

/* Wide: open, or with a day within the history; middle: open; narrow: none. */
static bool spell_allowed(const struct payload *payload, const struct projected_spell *spell)
{
	int32_t since = day_months_before(payload->today, payload->context->employer->settings.absence_history_months);

	if (payload->width == SHARE_NARROW)
		return false;
	if (spell_open_on(spell, payload->today))
		return true;
	return payload->width == SHARE_WIDE && spell->first_day <= payload->today && spell->recovered_on > since &&
	       spell->recovered_on > spell->first_day;
}

static struct shared_absence spell_given(const struct payload *payload, const struct projected_spell *spell)
{
	struct shared_absence given = {
		.first_day = spell->first_day,
		.has_recovered_on = spell->has_recovered_on,
		.recovered_on = spell->recovered_on,
		.has_expected_recovery = spell->latest->has_expected_recovery,
		.expected_recovery = spell->latest->expected_recovery,
		.cause = spell->latest->cause,
		.safety_net = spell->latest->safety_net,
		.has_leave = spell->latest->has_leave,
		.leave = spell->latest->leave,
		.segments = spell->segments,
	};

	memcpy(given.employment_id, view_entity(payload->view, ENTITY_KIND_EMPLOYMENT, spell->employment_key, payload->context)->entity_id,
	       sizeof given.employment_id);
	memcpy(given.entity_id, view_entity(payload->view, ENTITY_KIND_ABSENCE, spell->key, payload->context)->entity_id, sizeof given.entity_id);
	return given;
}

static int by_first_day(const void *a, const void *b)
{
	const struct projected_spell *one = *(const struct projected_spell *const *)a;
	const struct projected_spell *other = *(const struct projected_spell *const *)b;

	if (one->first_day != other->first_day)
		return one->first_day < other->first_day ? -1 : 1;
	return view_compare(one->key, other->key);
}

static void give_spells(const struct payload *payload, struct shared_dossier *ret)
{
	size_t count = 0;
	const struct projected_spell **chosen =
		arena_array(payload->context->arena, payload->projection.spell_count, sizeof(const struct projected_spell *));

	for (size_t i = 0; i < payload->projection.spell_count; i++)
		if (spell_allowed(payload, &payload->projection.spells[i]))
			chosen[count++] = &payload->projection.spells[i];
	if (count > 1)
		qsort(chosen, count, sizeof(const struct projected_spell *), by_first_day);
	ret->absences.items = arena_array(payload->context->arena, count, sizeof *ret->absences.items);
	for (size_t i = 0; i < count; i++)
		ret->absences.items[ret->absences.count++] = spell_given(payload, chosen[i]);
}

/* The oldest closed spell goes; where all are open, the oldest. */
static void drop_spell(struct shared_absence_array *spells, int32_t today)
{
	size_t at = 0;

	while (at < spells->count && !(spells->items[at].has_recovered_on && spells->items[at].recovered_on <= today))
		at++;
	if (at == spells->count)
		at = 0;
	spells->count--;
	for (size_t i = at; i < spells->count; i++)
		spells->items[i] = spells->items[i + 1];
}

static bool fits(const struct shared_dossier *dossier)
{
	CLEANUP(buffer_done) struct buffer buffer = {0};
	struct message_options options = {.limit = SHARE_PAYLOAD_MAX};

	buffer_init(&buffer, SHARE_PAYLOAD_MAX);
	return message_encode_with(&shared_dossier_schema, dossier, &options, &buffer, NULL);
}

void share_payload(struct person_state *person, struct view provider_id, const struct share_content *content, const struct reconcile_context *context,
		   struct shared_dossier *ret)
{
	struct payload payload = {
		.person = person,
		.view = person_view(person, provider_id, context),
		.context = context,
		.width = content->form == SHARE_FORM_SNAPSHOT ? SHARE_NARROW : share_width(content->kind, content->origin),
		.today = amsterdam_day(context->now_ms),
	};

	project(person, context->arena, &payload.projection);
	*ret = (struct shared_dossier){
		.form = content->form,
		.origin = content->origin,
		.kind = content->kind,
		.employer_informed = content->employer_informed,
		.shared_at = content->shared_at,
		.shared_by = content->employer_informed ? content->shared_by : VIEW_NULL,
		.reason = content->employer_informed ? content->reason : VIEW_NULL,
		.employer_name = context->employer->profile == NULL ? VIEW_NULL : context->employer->profile->name,
	};
	give_identity(&payload, ret);
	give_employments(&payload, ret);
	give_spells(&payload, ret);
	while (ret->absences.count > SHARED_SPELLS)
		drop_spell(&ret->absences, payload.today);
	while (ret->absences.count > 0 && !fits(ret))
		drop_spell(&ret->absences, payload.today);
}

bool share_encoded(const struct shared_dossier *dossier, struct arena *arena, struct view *ret, struct error *error)
{
	CLEANUP(buffer_done) struct buffer buffer = {0};
	struct message_options options = {.limit = SHARE_PAYLOAD_MAX, .padded = true};

	buffer_init(&buffer, SHARE_PAYLOAD_MAX);
	if (!message_encode_with(&shared_dossier_schema, dossier, &options, &buffer, error))
		return false;
	*ret = arena_copy(arena, buffer_view(&buffer));
	return true;
}
