#include "vault-svc/sealed_input.h"

#include "common/base/partition.h"
#include "common/base/uuid.h"
#include "vault-svc/subject.h"

static const char *const topic_kinds[] = {
	[VAULT_COMMANDS] = "vault.commands", [VAULT_CARE_REQUESTS] = "care.requests", [VAULT_DOSSIER_STATUS] = "dossier.status"};

/* The employer and the id that a body names. */
static void read_body(struct sealed_input *input)
{
	const struct message *body = &input->intake->body;

	if (body->schema == &share_command_schema) {
		input->employer_id = ((const struct share_command *)body->record)->employer_id;
		input->command_id = ((const struct share_command *)body->record)->command_id;
	} else if (body->schema == &withdraw_command_schema) {
		input->employer_id = ((const struct withdraw_command *)body->record)->employer_id;
		input->command_id = ((const struct withdraw_command *)body->record)->command_id;
	} else if (body->schema == &erase_command_schema) {
		input->employer_id = ((const struct erase_command *)body->record)->employer_id;
		input->command_id = ((const struct erase_command *)body->record)->command_id;
	} else if (body->schema == &employer_command_schema) {
		input->employer_id = ((const struct employer_command *)body->record)->employer_id;
		input->command_id = ((const struct employer_command *)body->record)->command_id;
	} else if (body->schema == &care_request_schema) {
		input->employer_id = ((const struct care_request *)body->record)->employer_id;
		input->command_id = ((const struct care_request *)body->record)->command_id;
	} else if (body->schema == &dossier_status_schema) {
		input->employer_id = ((const struct dossier_status *)body->record)->employer_id;
		input->command_id = ((const struct dossier_status *)body->record)->status_id;
	}
}

static void input_init(struct changes *changes, enum vault_input_kind kind, size_t i, struct sealed_input *ret)
{
	const struct intake *intake = changes->batch->state;
	const struct stream_record *record = &changes->batch->records[i];

	*ret = (struct sealed_input){
		.intake = &intake->signed_[i],
		.record = record,
		.cause = cause_of_record(changes, record),
		.topic = topic_kinds[kind],
	};
	if (ret->intake->fault == NULL)
		read_body(ret);
	ret->misplaced = !view_equal(record->key, ret->employer_id) ||
			 partition_of(record->key, (int32_t)changes->vault->options->partitions) != record->partition;
}

static bool is_readable(const struct sealed_input *input)
{
	return input->intake->fault == NULL && uuid_is_valid(input->command_id) && employer_id_is_possible(input->employer_id);
}

bool sealed_input_verify(const struct trust *trust, const char *topic, const struct signed_ *envelope)
{
	enum trust_kind kind;
	struct view name;
	const uint8_t *key;

	if (!trust_parse_issuer(envelope->issuer, &kind, &name))
		return false;
	key = trust_public_key(trust_find(trust, kind, name), envelope->key_id);
	return key != NULL && sign_verify(key, topic, envelope->issuer, envelope->body, view_of(envelope->signature, sizeof envelope->signature));
}

/* The ends of the audit chains that inputs of that kind may add to. */
static bool want_audit(struct changes *changes, enum vault_input_kind kind, struct error *error)
{
	if (kind == VAULT_DOSSIER_STATUS)
		return true;
	return changes_want_audit(changes, AUDIT_EMPLOYER, error) && (kind != VAULT_CARE_REQUESTS || changes_want_audit(changes, AUDIT_REST, error));
}

/* One round trip: trust version, employers, the audit chains' ends. */
static bool load(struct changes *changes, enum vault_input_kind kind, const struct sealed_input *inputs, size_t count, struct error *error)
{
	struct view *ids = arena_array(changes->arena, count + 1, sizeof *ids);
	int64_t trust_version = 0;
	size_t missing = 0;

	for (size_t i = 0; i < count; i++)
		if (employer_id_is_possible(inputs[i].record->key) && employer_find(&changes->vault->employers, inputs[i].record->key) == NULL)
			ids[missing++] = inputs[i].record->key;
	if (missing > 0 && !employer_queue_load(&changes->vault->employers, changes->database, changes->arena, ids, missing, error))
		return false;
	if (!trust_queue_version(changes->database, &trust_version, error) || !want_audit(changes, kind, error) ||
	    !database_sync(changes->database, error))
		return false;
	return trust_version == changes->vault->trust.version || vault_refresh_trust(changes->vault, changes->database, error);
}

/* What was seen before of those that are verified: what anybody else wrote is no business of the database's. Room for what may be added, too. */
static bool load_seen(struct changes *changes, const struct sealed_input *inputs, size_t count, struct error *error)
{
	size_t before = changes->seen_count;
	struct seen *grown = arena_array(changes->arena, before + 2 * count + 1, sizeof *grown);

	if (before > 0)
		memcpy(grown, changes->seen, before * sizeof *grown);
	changes->seen = grown;
	for (size_t i = 0; i < count; i++)
		if (inputs[i].verified && is_readable(&inputs[i]))
			changes->seen[changes->seen_count++] = (struct seen){
				.topic = inputs[i].topic, .issuer = inputs[i].intake->envelope->issuer, .command_id = inputs[i].command_id};
	return changes->seen_count == before ||
	       (seen_queue_load(changes->seen + before, changes->seen_count - before, changes->database, changes->arena, error) &&
		database_sync(changes->database, error));
}

bool sealed_inputs_prepare(struct changes *changes, enum vault_input_kind kind, struct sealed_input **ret, size_t *ret_count, struct error *error)
{
	const struct stream_batch *batch = changes->batch;
	struct sealed_input *inputs = arena_array(changes->arena, batch->count + 1, sizeof *inputs);
	size_t count = 0;

	for (size_t i = 0; i < batch->count; i++)
		if (changes->vault->inputs[batch->records[i].input].kind == kind)
			input_init(changes, kind, i, &inputs[count++]);
	if (count > 0 && !load(changes, kind, inputs, count, error))
		return false;
	for (size_t i = 0; i < count; i++) {
		struct employer *employer = NULL;

		if (employer_id_is_possible(inputs[i].record->key))
			employer = employer_find(&changes->vault->employers, inputs[i].record->key);
		if (employer != NULL && employer->partition == batch->partition)
			inputs[i].employer = employer;
		/* What crashed us before, or cannot be processed, is kept and not looked at again. */
		inputs[i].verified = batch->unprocessable == NULL && inputs[i].intake->fault == NULL &&
				     sealed_input_verify(&changes->vault->trust, inputs[i].topic, inputs[i].intake->envelope);
	}
	if (!load_seen(changes, inputs, count, error))
		return false;
	*ret = inputs;
	*ret_count = count;
	return true;
}

struct view sealed_input_provider(const struct sealed_input *input)
{
	enum trust_kind kind;
	struct view name;

	if (!input->verified || !trust_parse_issuer(input->intake->envelope->issuer, &kind, &name) || kind != TRUST_PROVIDER)
		return VIEW_NULL;
	return name;
}

const char *sealed_input_provider_fault(const struct changes *changes, const struct sealed_input *input)
{
	if (changes->batch->unprocessable != NULL)
		return "CRASHED";
	if (input->intake->fault != NULL)
		return input->intake->fault;
	return view_is_null(sealed_input_provider(input)) ? "BAD_SIGNATURE" : NULL;
}

/* The employee that the body names, decoded or not; null where it names none. */
static struct view employee_of(const struct changes *changes, const struct sealed_input *input)
{
	const struct message *body = &input->intake->body;

	if (input->intake->fault != NULL)
		return subject_read(changes->vault->registry, input->record->value).employee_key;
	if (body->schema == &share_command_schema)
		return ((const struct share_command *)body->record)->employee_key;
	if (body->schema == &withdraw_command_schema)
		return ((const struct withdraw_command *)body->record)->employee_key;
	return body->schema == &erase_command_schema ? ((const struct erase_command *)body->record)->employee_key : VIEW_NULL;
}

bool sealed_input_quarantine(struct changes *changes, const struct sealed_input *input, const char *code, struct error *error)
{
	struct poison poison = {
		.employer = input->employer,
		.topic = view_text(changes->vault->inputs[input->record->input].topic),
		.partition = input->record->partition,
		.offset = input->record->offset,
		.at = input->record->time_ms,
		.code = code,
		.key = input->record->key,
		.value = input->record->value,
	};

	if (input->employer != NULL && employee_of(changes, input).len > 0) {
		person_key_hash(&input->employer->keys, employee_of(changes, input), poison.key_hash);
		poison.has_key_hash = true;
	}
	return changes_poison(changes, &poison, error);
}

const struct seen *sealed_input_seen(struct changes *changes, const struct sealed_input *input)
{
	const struct seen wanted = {.topic = input->topic, .issuer = input->intake->envelope->issuer, .command_id = input->command_id};

	return seen_find(changes->seen, changes->seen_count, &wanted, input->record->time_ms);
}

void sealed_input_note(struct changes *changes, const struct sealed_input *input, const char *code, const char *detail)
{
	if (!input->verified || !is_readable(input))
		return;
	changes->seen[changes->seen_count++] = (struct seen){
		.topic = input->topic,
		.issuer = input->intake->envelope->issuer,
		.command_id = input->command_id,
		.added = true,
		.code = view_text(code),
		.detail = view_text(detail),
		.decided_at = input->record->time_ms,
	};
}
