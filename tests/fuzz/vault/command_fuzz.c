/*
 * Any bytes as a record of vault.commands (or of the other topics whose values are Signed): as the body of an envelope that the target signs itself,
 * so that the inside is reached, or as the value whole, which nobody signed. What verifies is what was signed and nothing else; what passes the
 * checks was allowed, in time and within the rules; what an employer becomes can be kept.
 *
 * Byte 0 chooses envelope or not, and the topic; 1 the signer; 2 the employer's state; 3 the broker's time; 4 which bit of the envelope is changed.
 */
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/vault/signers.h"

#include "common/base/calendar.h"
#include "common/base/uuid.h"
#include "schemas/codec/record.h"
#include "vault-svc/core/command.h"
#include "vault-svc/sealed_input.h"

#define NOON INT64_C(1795345200000) /* 2026-11-22T11:00:00Z: the commands of the corpus expire an hour later */
#define CHOICES 5

struct sent {
	enum topic_kind topic;
	const char *topic_word;
	const struct signer *signer;
	struct employer_state *employer;
	int64_t now_ms;
	uint8_t changed;
};

static const struct trust *trust;
static struct schema_registry *registry;
static struct arena arena;
static struct buffer value;
static struct buffer again;

static void begin(void)
{
	static const struct schema_set *const sets[] = {&messages_schemas, &state_schemas};

	require(crypto_start(NULL) && schema_registry_new(sets, 2, &registry, NULL));
	trust = signers_trusted();
	buffer_init(&value, SCHEMA_MAX_MESSAGE);
	buffer_init(&again, SCHEMA_MAX_MESSAGE);
}

/* E1 in one of its states, served by P1; NULL: never enabled. */
static struct employer_state *some_employer(uint32_t which)
{
	struct employer_state *employer;
	struct employer_provider *provider;

	if (which == 0)
		return NULL;
	employer = record_new(&employer_state_schema, &arena);
	provider = arena_take(&arena, sizeof *provider);
	provider->provider_id = VIEW_LITERAL("P1");
	employer->employer_id = VIEW_LITERAL("E1");
	employer->state = (enum employer_lifecycle)(which - 1);
	employer->settings = *(struct employer_settings *)record_new(&employer_settings_schema, &arena);
	employer->providers.items = provider;
	employer->providers.count = 1;
	return employer;
}

static struct sent choose_sent(struct choices *choices)
{
	static const struct {
		enum topic_kind kind;
		const char *word;
	} kinds[] = {{TOPIC_VAULT_COMMANDS, "vault.commands"}, {TOPIC_CARE_REQUESTS, "care.requests"}, {TOPIC_DOSSIER_STATUS, "dossier.status"}};
	static const int64_t times[] = {NOON, NOON + MS_PER_HOUR, NOON + MS_PER_HOUR + 1, NOON - MS_PER_DAY, 0, INT64_MAX, -1};
	uint32_t kind = choose_byte(choices) / 2 % 3;
	struct sent sent = {.topic = kinds[kind].kind, .topic_word = kinds[kind].word};

	sent.signer = &signers[choose(choices, SIGNERS)];
	sent.employer = some_employer(choose(choices, 7));
	sent.now_ms = times[choose(choices, sizeof times / sizeof times[0])];
	sent.changed = choose_byte(choices);
	return sent;
}

static bool envelopes_equal(const struct signed_ *a, const struct signed_ *b)
{
	return record_equal(&signed_schema, a, b);
}

/* Who signed it, had to: Ed25519 gives one signature for one text. */
static void check_signed(const struct sent *sent, const struct signed_ *envelope)
{
	for (size_t i = 0; i < SIGNERS; i++) {
		uint8_t signature[SIGNATURE_LEN];

		if (!view_equal(view_text(signers[i].issuer), envelope->issuer))
			continue;
		sign_body(signers[i].pair, sent->topic_word, envelope->issuer, envelope->body, signature);
		require(memcmp(signature, envelope->signature, sizeof signature) == 0);
		return;
	}
	fuzz_failed("the issuer is trusted", __FILE__, __LINE__);
}

/* One bit of the envelope is another: then it is unreadable, or nobody signed it, or it says the same in more bytes. */
static void check_changed(const struct sent *sent, const struct signed_ *envelope)
{
	struct intake_signed changed;

	if (sent->changed == 0)
		return;
	value.bytes[sent->changed * 7U % value.len] ^= (uint8_t)(1U << sent->changed % 8);
	intake_signed_read(registry, sent->topic, buffer_view(&value), &arena, &changed);
	require(changed.fault != NULL || !sealed_input_verify(trust, sent->topic_word, changed.envelope) ||
		envelopes_equal(changed.envelope, envelope));
}

static void check_kept(const struct employer_state *after)
{
	struct message message;

	buffer_clear(&again);
	require(message_encode(&employer_state_schema, after, &again, NULL));
	require(message_decode_as(registry, &employer_state_schema, buffer_view(&again), NULL, &arena, &message, NULL));
	require(message.faults.count == 0 && record_equal(&employer_state_schema, after, message.record));
}

static bool knows_provider(void *context, struct view provider_id)
{
	(void)context;
	return view_equal(provider_id, VIEW_LITERAL("P1")) || view_equal(provider_id, VIEW_LITERAL("P2"));
}

static void apply(const struct sent *sent, const struct command *command)
{
	static const uint8_t seed[CRYPTO_KEY_LEN] = {9};
	struct employer_state *after = NULL;
	struct employer_change change = {0};
	struct command_answer answer;
	struct entropy entropy;

	entropy_init_seed(&entropy, seed);
	answer = employer_apply(command, sent->employer, sent->now_ms, knows_provider, NULL, &entropy, &arena, &after, &change);
	entropy_done(&entropy);
	require((answer.code == RESULT_CODE_ACCEPTED) == (after != NULL));
	if (after == NULL)
		return;
	require(view_equal(after->employer_id, command->employer_id));
	for (size_t i = 0; i < after->providers.count; i++)
		require(knows_provider(NULL, after->providers.items[i].provider_id));
	require(after->settings.min_group >= 5 && after->settings.min_group <= 100);
	check_kept(after);
}

/* What must hold of whatever passed, said in other words than the checks say it. */
static void check_passed(const struct sent *sent, const struct command *command, const struct message *body)
{
	require(body->faults.count == 0 && uuid_is_valid(command->command_id));
	require(sent->now_ms <= command->expires_at && command->expires_at - sent->now_ms <= MS_PER_DAY);
	if (command->issuer_kind == ISSUER_EMPLOYER)
		require(view_equal(command->issuer_name, command->employer_id));
	if (command->kind != COMMAND_EMPLOYER)
		require(sent->employer != NULL && sent->employer->state == EMPLOYER_LIFECYCLE_ACTIVE);
	else
		require(sent->employer == NULL || sent->employer->state < EMPLOYER_LIFECYCLE_TERMINATING);
	switch (command->kind) {
	case COMMAND_SHARE:
		require(command->issuer_kind == ISSUER_EMPLOYER && command->share->confirm);
		require(view_equal(command->share->provider_id, VIEW_LITERAL("P1")));
		break;
	case COMMAND_WITHDRAW:
		require(command->issuer_kind == (command->withdraw->wrong_person ? ISSUER_OPERATOR : ISSUER_EMPLOYER));
		break;
	case COMMAND_ERASE:
		require(command->issuer_kind == ISSUER_EMPLOYER);
		break;
	case COMMAND_EMPLOYER:
		apply(sent, command);
		break;
	}
}

static void check_command(struct sent *sent, const struct intake_signed *intake)
{
	struct command_answer answer = {0};
	struct command_answer repeated = {0};
	struct command command;
	bool passed;

	if (!command_of(&intake->body, intake->envelope->issuer, &command))
		return;
	/* The vault looks the employer up by what the body names. */
	if (!view_equal(command.employer_id, VIEW_LITERAL("E1")))
		sent->employer = NULL;
	passed = command_check(&command, &intake->body, sent->employer, sent->now_ms, &answer);
	require(command_check(&command, &intake->body, sent->employer, sent->now_ms, &repeated) == passed && repeated.code == answer.code);
	if (passed)
		check_passed(sent, &command, &intake->body);
	else
		require(answer.code != RESULT_CODE_ACCEPTED && (answer.code != RESULT_CODE_INVALID || answer.detail != NULL));
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	struct choices choices = {bytes, size};
	struct intake_signed intake;
	struct sent sent;
	bool by_us;

	if (registry == NULL)
		begin();
	if (size < CHOICES)
		return 0;
	by_us = (bytes[0] & 1) == 0;
	sent = choose_sent(&choices);
	if (by_us) {
		signer_sign(sent.signer, sent.topic_word, view_of(choices.at, choices.left), &value);
		intake_signed_read(registry, sent.topic, buffer_view(&value), &arena, &intake);
		require(intake.envelope != NULL);
	} else {
		intake_signed_read(registry, sent.topic, view_of(choices.at, choices.left), &arena, &intake);
	}
	if (intake.fault == NULL) {
		bool verified = sealed_input_verify(trust, sent.topic_word, intake.envelope);

		require(!by_us || verified);
		if (verified)
			check_signed(&sent, intake.envelope);
		check_command(&sent, &intake);
		if (by_us)
			check_changed(&sent, record_copy(&signed_schema, &arena, intake.envelope));
	}
	arena_reset(&arena);
	return 0;
}
