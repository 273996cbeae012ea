#include "tests/unit/check.h"

#include "provider-svc/core/dossier.h"

static void a_first_share_opens(void **state)
{
	const struct held_share none = {0};
	struct dossier_decision decision = dossier_on_share(&none, 1);

	(void)state;
	check_int(decision.effect, DOSSIER_REPLACED);
	check_int(decision.state, DOSSIER_STATE_OPEN);
}

static void an_update_keeps_the_state(void **state)
{
	const struct held_share held = {.known = true, .share_revision = 1, .state = DOSSIER_STATE_HAS_CONTENT};
	struct dossier_decision decision = dossier_on_share(&held, 2);

	(void)state;
	check_int(decision.effect, DOSSIER_REPLACED);
	check_int(decision.state, DOSSIER_STATE_HAS_CONTENT);
}

static void a_share_seen_before_changes_nothing(void **state)
{
	const struct held_share held = {.known = true, .share_revision = 5};

	(void)state;
	check_int(dossier_on_share(&held, 5).effect, DOSSIER_IGNORED);
	check_int(dossier_on_share(&held, 4).effect, DOSSIER_IGNORED);
}

static void a_share_that_is_over_stays_over(void **state)
{
	const struct held_share held = {.known = true, .ended = true, .share_revision = 5, .state = DOSSIER_STATE_ERASED};
	const struct share_revocation revocation = {.share_revision = 6};

	(void)state;
	check_int(dossier_on_share(&held, 9).effect, DOSSIER_IGNORED);
	check_int(dossier_on_revocation(&held, &revocation).effect, DOSSIER_IGNORED);
}

static void an_erasure_deletes_content_too(void **state)
{
	const struct held_share held = {.known = true, .share_revision = 1, .state = DOSSIER_STATE_HAS_CONTENT};
	const struct share_revocation revocation = {
		.share_revision = 2, .cause = REVOCATION_CAUSE_ERASURE, .action = REVOCATION_ACTION_DELETE_DOSSIER};
	struct dossier_decision decision = dossier_on_revocation(&held, &revocation);

	(void)state;
	check_int(decision.effect, DOSSIER_DELETED);
	check_int(decision.state, DOSSIER_STATE_ERASED);
}

static void a_withdrawal_that_meets_content_detaches(void **state)
{
	const struct share_revocation revocation = {
		.share_revision = 2, .cause = REVOCATION_CAUSE_WITHDRAWN, .action = REVOCATION_ACTION_DELETE_DOSSIER};
	const struct held_share with_content = {.known = true, .share_revision = 1, .notes = 1, .state = DOSSIER_STATE_HAS_CONTENT};
	const struct held_share closed_over_content = {.known = true, .share_revision = 1, .notes = 1, .state = DOSSIER_STATE_CLOSED};
	const struct held_share closed_over_nothing = {.known = true, .share_revision = 1, .state = DOSSIER_STATE_CLOSED};
	const struct held_share without = {.known = true, .share_revision = 1, .state = DOSSIER_STATE_OPEN};

	(void)state;
	check_int(dossier_on_revocation(&with_content, &revocation).effect, DOSSIER_DETACHED);
	check_int(dossier_on_revocation(&closed_over_content, &revocation).effect, DOSSIER_DETACHED);
	check_int(dossier_on_revocation(&closed_over_nothing, &revocation).effect, DOSSIER_DELETED);
	check_int(dossier_on_revocation(&without, &revocation).effect, DOSSIER_DELETED);
}

static void a_detached_share_takes_no_update(void **state)
{
	const struct held_share held = {.known = true, .share_revision = 1, .revoked_revision = 2, .state = DOSSIER_STATE_DETACHED};
	struct dossier_decision decision = dossier_on_share(&held, INT64_MAX);

	(void)state;
	check_int(decision.effect, DOSSIER_IGNORED);
	check_int(decision.state, DOSSIER_STATE_DETACHED);
}

static void a_detached_share_is_still_deleted_by_an_erasure(void **state)
{
	const struct held_share held = {.known = true, .share_revision = 1, .revoked_revision = 2, .state = DOSSIER_STATE_DETACHED};
	const struct share_revocation revocation = {
		.share_revision = 3, .cause = REVOCATION_CAUSE_ERASURE, .action = REVOCATION_ACTION_DELETE_DOSSIER};
	struct dossier_decision decision = dossier_on_revocation(&held, &revocation);

	(void)state;
	check_int(decision.effect, DOSSIER_DELETED);
	check_int(decision.state, DOSSIER_STATE_ERASED);
}

static void a_withdrawal_of_a_detached_share_keeps_it(void **state)
{
	const struct held_share held = {.known = true, .share_revision = 1, .revoked_revision = 2, .state = DOSSIER_STATE_DETACHED};
	const struct share_revocation again = {.share_revision = 2, .cause = REVOCATION_CAUSE_WITHDRAWN, .action = REVOCATION_ACTION_DELETE_DOSSIER};
	const struct share_revocation later = {.share_revision = 3, .cause = REVOCATION_CAUSE_WITHDRAWN, .action = REVOCATION_ACTION_DELETE_DOSSIER};

	(void)state;
	check_int(dossier_on_revocation(&held, &again).effect, DOSSIER_IGNORED);
	check_int(dossier_on_revocation(&held, &later).effect, DOSSIER_DETACHED);
}

static void a_revocation_of_what_was_never_held_is_confirmed(void **state)
{
	const struct held_share none = {0};
	const struct share_revocation revocation = {
		.share_revision = 2, .cause = REVOCATION_CAUSE_PROVIDER_ENDED, .action = REVOCATION_ACTION_DETACH};
	struct dossier_decision decision = dossier_on_revocation(&none, &revocation);

	(void)state;
	check_int(decision.effect, DOSSIER_DELETED);
	check_int(decision.state, DOSSIER_STATE_ERASED);
}

static void the_first_note_makes_content_and_the_last_one_deleted_ends_it(void **state)
{
	struct held_share held = {.known = true, .state = DOSSIER_STATE_OPEN};
	static const struct {
		enum dossier_action_kind action;
		size_t notes;
		enum dossier_state state;
	} steps[] = {
		{DOSSIER_ACTION_KIND_NOTE, 1, DOSSIER_STATE_HAS_CONTENT},
		{DOSSIER_ACTION_KIND_NOTE, 2, DOSSIER_STATE_HAS_CONTENT},
		{DOSSIER_ACTION_KIND_DELETE_NOTE, 1, DOSSIER_STATE_HAS_CONTENT},
		{DOSSIER_ACTION_KIND_CLOSE, 1, DOSSIER_STATE_CLOSED},
		{DOSSIER_ACTION_KIND_REOPEN, 1, DOSSIER_STATE_HAS_CONTENT},
		{DOSSIER_ACTION_KIND_DELETE_NOTE, 0, DOSSIER_STATE_OPEN},
		{DOSSIER_ACTION_KIND_CLOSE, 0, DOSSIER_STATE_CLOSED},
		{DOSSIER_ACTION_KIND_REOPEN, 0, DOSSIER_STATE_OPEN},
	};

	(void)state;
	for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++) {
		struct dossier_change change = dossier_on_action(&held, steps[i].action);

		check(change.refused == NULL);
		check_size(change.notes, steps[i].notes);
		check_int(change.state, steps[i].state);
		held.notes = change.notes;
		held.state = change.state;
	}
}

/* The code, or "" where the action is done. */
static const char *refusal(const struct held_share *held, enum dossier_action_kind action)
{
	struct dossier_change change = dossier_on_action(held, action);

	if (change.refused == NULL)
		return "";
	check_size(change.notes, held->notes);
	check_int(change.state, held->state);
	return change.refused;
}

static void an_action_that_cannot_be_says_why_and_changes_nothing(void **state)
{
	const struct held_share none = {0};
	const struct held_share ended = {.known = true, .ended = true, .state = DOSSIER_STATE_ERASED};
	const struct held_share open = {.known = true, .state = DOSSIER_STATE_OPEN};
	const struct held_share closed = {.known = true, .notes = 1, .state = DOSSIER_STATE_CLOSED};

	(void)state;
	check_text(refusal(&none, DOSSIER_ACTION_KIND_NOTE), "UNKNOWN_SHARE");
	check_text(refusal(&ended, DOSSIER_ACTION_KIND_NOTE), "UNKNOWN_SHARE");
	check_text(refusal(&open, DOSSIER_ACTION_KIND_REOPEN), "NOT_CLOSED");
	check_text(refusal(&open, DOSSIER_ACTION_KIND_DELETE_NOTE), "NO_NOTE");
	check_text(refusal(&closed, DOSSIER_ACTION_KIND_NOTE), "CLOSED");
	check_text(refusal(&closed, DOSSIER_ACTION_KIND_DELETE_NOTE), "CLOSED");
	check_text(refusal(&closed, DOSSIER_ACTION_KIND_CLOSE), "CLOSED");
}

static void what_is_detached_only_loses_notes_and_stays_detached(void **state)
{
	const struct held_share held = {.known = true, .notes = 1, .revoked_revision = 2, .state = DOSSIER_STATE_DETACHED};
	struct dossier_change change = dossier_on_action(&held, DOSSIER_ACTION_KIND_DELETE_NOTE);

	(void)state;
	check_text(refusal(&held, DOSSIER_ACTION_KIND_NOTE), "DETACHED");
	check_text(refusal(&held, DOSSIER_ACTION_KIND_CLOSE), "DETACHED");
	check_text(refusal(&held, DOSSIER_ACTION_KIND_REOPEN), "DETACHED");
	check(change.refused == NULL);
	check_size(change.notes, 0);
	check_int(change.state, DOSSIER_STATE_DETACHED);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_first_share_opens),
		cmocka_unit_test(an_update_keeps_the_state),
		cmocka_unit_test(a_share_seen_before_changes_nothing),
		cmocka_unit_test(a_share_that_is_over_stays_over),
		cmocka_unit_test(an_erasure_deletes_content_too),
		cmocka_unit_test(a_withdrawal_that_meets_content_detaches),
		cmocka_unit_test(a_detached_share_takes_no_update),
		cmocka_unit_test(a_detached_share_is_still_deleted_by_an_erasure),
		cmocka_unit_test(a_withdrawal_of_a_detached_share_keeps_it),
		cmocka_unit_test(a_revocation_of_what_was_never_held_is_confirmed),
		cmocka_unit_test(the_first_note_makes_content_and_the_last_one_deleted_ends_it),
		cmocka_unit_test(an_action_that_cannot_be_says_why_and_changes_nothing),
		cmocka_unit_test(what_is_detached_only_loses_notes_and_stays_detached),
	};

	return cmocka_run_group_tests(tests, NULL, NULL) == 0 ? 0 : 1;
}
