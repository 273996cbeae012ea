#include "vault-svc/disclosure.h"

#include "common/base/buffer.h"
#include "common/config/log.h"
#include "vault-svc/restoration.h"

const struct trust_party *disclosure_receiver(const struct vault *vault, struct view provider_id)
{
	const struct trust_party *party = trust_find(&vault->trust, TRUST_PROVIDER, provider_id);

	return party != NULL && party->has_box_key ? party : NULL;
}

static bool encode(const struct schema *schema, const void *record, struct buffer *buffer, struct error *error)
{
	struct error why = {0};

	buffer_init(buffer, SCHEMA_MAX_MESSAGE);
	if (message_encode(schema, record, buffer, &why))
		return true;
	return error_set(error, DISPOSITION_STOP, "ENCODE", schema->name, "a share cannot be encoded: %s at %s", why.code, why.place);
}

/* The body of what goes to the receiver: a ShareEvent with the sealed payload, or a ShareRevocation. */
static bool body_make(struct changes *changes, const struct person *person, const struct share_output *output, const struct trust_party *receiver,
		      const struct cause *cause, struct buffer *buffer, struct error *error)
{
	if (view_is_null(output->payload)) {
		struct share_revocation revocation = {
			.provider_id = output->provider_id,
			.employer_id = person->employer->employer_id,
			.share_revision = output->share_revision,
			.cause = output->cause,
			.action = output->action,
			.revoked_at = cause->at,
		};

		memcpy(revocation.share_id, output->share_id, sizeof revocation.share_id);
		memcpy(revocation.pseudonym, output->pseudonym, sizeof revocation.pseudonym);
		return encode(&share_revocation_schema, &revocation, buffer, error);
	}
	if (receiver == NULL)
		return error_set(error, DISPOSITION_STOP, "RECEIVER", "share", "nobody to seal a share to");
	struct share_event event = {
		.provider_id = output->provider_id,
		.employer_id = person->employer->employer_id,
		.share_revision = output->share_revision,
	};

	memcpy(event.share_id, output->share_id, sizeof event.share_id);
	memcpy(event.pseudonym, output->pseudonym, sizeof event.pseudonym);
	memcpy(event.recipient_key_id, receiver->box_key_id, sizeof event.recipient_key_id);
	return box_seal(changes->arena, receiver->box_key, output->payload, &changes->entropy, &event.payload, error) &&
	       encode(&share_event_schema, &event, buffer, error);
}

/* Signs a body and adds it to what goes to the receiver. */
static bool send_signed(struct changes *changes, struct view provider_id, const uint8_t pseudonym[static 16], struct view body,
			const struct cause *cause, struct error *error)
{
	const struct vault *vault = changes->vault;
	struct signed_ envelope = {.issuer = vault->issuer, .body = body};

	memcpy(envelope.key_id, vault->sign->key_id, sizeof envelope.key_id);
	sign_body(vault->sign, "share", envelope.issuer, envelope.body, envelope.signature);

	struct buffer value CLEANUP(buffer_done) = {0};

	if (!encode(&signed_schema, &envelope, &value, error))
		return false;
	stream_output_add(changes->batch, &(struct stream_output){
						  .topic = vault_topic(changes->vault, "share.", provider_id),
						  .partition = changes->batch->partition,
						  .key = view_of(pseudonym, 16),
						  .value = buffer_view(&value),
						  .cause = cause->stream,
					  });
	return true;
}

static bool send(struct changes *changes, const struct person *person, const struct share_output *output, const struct trust_party *receiver,
		 const struct cause *cause, struct error *error)
{
	struct buffer body CLEANUP(buffer_done) = {0};

	/* A revocation goes out: it names nobody, and its receiver confirms it. */
	if (!view_is_null(output->payload) && restoration_withholds(changes, person->employer))
		return true;
	return body_make(changes, person, output, receiver, cause, &body, error) &&
	       send_signed(changes, output->provider_id, output->pseudonym, buffer_view(&body), cause, error);
}

bool disclose_revocation(struct changes *changes, const struct share_revocation *revocation, const struct cause *cause, struct error *error)
{
	struct buffer body CLEANUP(buffer_done) = {0};

	return encode(&share_revocation_schema, revocation, &body, error) &&
	       send_signed(changes, revocation->provider_id, revocation->pseudonym, buffer_view(&body), cause, error);
}

static struct live_share *live_share_of(const struct person *person, struct view provider_id)
{
	for (size_t i = 0; i < person->state->providers.count; i++)
		if (view_equal(person->state->providers.items[i].provider_id, provider_id))
			return person->state->providers.items[i].share;
	return NULL;
}

/* What the receiver missed goes with the person's next change once it is trusted again. */
static void keep_unsent(struct person *person, struct view provider_id)
{
	struct live_share *share = live_share_of(person, provider_id);

	if (share == NULL)
		return;
	share->unsent = true;
	person->changed = true;
}

static bool must_erase(const struct share_output *output)
{
	return view_is_null(output->payload) && revocation_must_erase(output->cause, output->action);
}

static void note(struct changes *changes, const struct person *person, const struct share_output *output, bool erased, const struct cause *cause)
{
	const struct live_share *share = live_share_of(person, output->provider_id);
	struct share_row *row = arena_take(changes->arena, sizeof *row);

	*row = (struct share_row){
		.person = person,
		.provider_id = output->provider_id,
		.kind = share == NULL ? "" : care_kind_name(share->kind),
		.origin = share == NULL ? "" : share_origin_name(share->origin),
		.revoked = view_is_null(output->payload),
		.erased = erased,
		.must_erase = must_erase(output),
		.revision = output->share_revision,
		.at = cause->at,
		.shared_by = share == NULL ? VIEW_NULL : share->shared_by,
		.reason = share == NULL ? VIEW_NULL : share->reason,
	};
	memcpy(row->share_id, output->share_id, sizeof row->share_id);
	memcpy(row->pseudonym, output->pseudonym, sizeof row->pseudonym);
	*changes->last_share = row;
	changes->last_share = &row->next;
}

static void note_silent(struct changes *changes, const struct person *person, const struct share_output *output, bool erased, struct view actor,
			const struct cause *cause)
{
	struct silent_share *row = arena_take(changes->arena, sizeof *row);

	*row = (struct silent_share){
		.person = person,
		.provider_id = output->provider_id,
		.kind = care_kind_name(output->kind),
		.revoked = view_is_null(output->payload),
		.erased = erased,
		.must_erase = must_erase(output),
		.revision = output->share_revision,
		.at = cause->at,
		.shared_by = actor,
	};
	memcpy(row->share_id, output->share_id, sizeof row->share_id);
	memcpy(row->pseudonym, output->pseudonym, sizeof row->pseudonym);
	*changes->last_silent = row;
	changes->last_silent = &row->next;
}

bool disclose_silently(struct changes *changes, const struct person *person, const struct share_outputs *outputs, bool erased, struct view actor,
		       const struct cause *cause, struct error *error)
{
	for (size_t i = 0; i < outputs->count; i++) {
		const struct share_output *output = &outputs->items[i];

		if (!send(changes, person, output, disclosure_receiver(changes->vault, output->provider_id), cause, error))
			return false;
		note_silent(changes, person, output, erased, actor, cause);
	}
	return true;
}

bool disclose(struct changes *changes, struct person *person, const struct share_outputs *outputs, bool erased, const struct cause *cause,
	      struct error *error)
{
	for (size_t i = 0; i < outputs->count; i++) {
		const struct share_output *output = &outputs->items[i];
		const struct trust_party *receiver = disclosure_receiver(changes->vault, output->provider_id);

		if (receiver == NULL && !view_is_null(output->payload)) {
			log_event(LOG_LEVEL_WARNING, "share_not_sent", log_text("code", "RECEIVER_NOT_TRUSTED"),
				  log_int("partition", changes->batch->partition), log_int("batch", changes->batch->number));
			keep_unsent(person, output->provider_id);
			continue;
		}
		if (!send(changes, person, output, receiver, cause, error))
			return false;
		note(changes, person, output, erased, cause);
	}
	return true;
}
