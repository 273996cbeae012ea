/* `care request` and `care result`: whom a provider has in front of it, asked of the vault. What the person told leaves this process sealed to the
 * vault only. */
#include "provider-svc/cli/commands.h"

#include <stdio.h>

#include "common/base/calendar.h"
#include "common/base/clock.h"
#include "common/base/uuid.h"
#include "common/kafka/reader.h"
#include "common/operate/json_text.h"
#include "provider-svc/cli/input_json.h"
#include "provider-svc/cli/reader.h"
#include "provider-svc/cli/signed_record.h"
#include "provider-svc/store/access_store.h"
#include "provider-svc/store/dossier_store.h"

static const char *const members[] = {"birth_date", "postcode", "bsn", "house_number", "surname"};

struct asking {
	struct provider provider;
	struct database *database;
	struct kafka_client *client;
	struct kafka_reader *answers;
	struct arena arena;
	struct arena scratch; /* of the record at hand */
	struct reader asker;
	struct care_request request;
	const struct care_result *result;
	int64_t wait_ms;
};

static void asking_done(struct asking *asking)
{
	kafka_reader_free(asking->answers);
	kafka_client_free(asking->client);
	database_free(asking->database);
	arena_done(&asking->scratch);
	arena_done(&asking->arena);
	provider_done(&asking->provider);
}

static bool begin(struct command_line *line, struct asking *asking, struct error *error)
{
	int64_t wait_s;

	asking->request.actor = view_text(asking->asker.name);
	if (!command_number(line, "wait", 0, 3600, 30, &wait_s, error))
		return false;
	asking->wait_ms = wait_s * 1000;
	return database_open(asking->provider.options.database, &asking->database, error) &&
	       kafka_client_new(asking->provider.kafka.options, asking->provider.kafka.count, &asking->client, error);
}

/* ---- asking ---- */

static bool read_told(json_t *object, struct arena *arena, struct care_identifiers *ret, struct error *error)
{
	json_t *number = json_object_get(object, "house_number");

	if (number != NULL && !json_is_null(number)) {
		if (!json_is_integer(number) || json_integer_value(number) < 1 || json_integer_value(number) > 99999)
			return error_set(error, DISPOSITION_REJECT, "USAGE", "house_number", "1 to 99999 is meant");
		ret->has_house_number = true;
		ret->house_number = (int32_t)json_integer_value(number);
	}
	return input_json_birth_date(object, "birth_date", arena, &ret->birth_date, error) &&
	       input_json_text(object, "postcode", arena, &ret->postcode, error) && input_json_text(object, "bsn", arena, &ret->bsn, error) &&
	       input_json_text(object, "surname", arena, &ret->surname, error);
}

/* What the person told, sealed to the vault. */
static bool seal_told(struct command_line *line, struct asking *asking, struct error *error)
{
	CLEANUP(buffer_done) struct buffer plain = {0};
	struct care_identifiers told = {0};
	uint8_t vault_key[CRYPTO_KEY_LEN];
	json_t *object;
	bool done;

	buffer_init(&plain, SCHEMA_MAX_MESSAGE);
	if (!trust_box_key(asking->database, vault_key, error) ||
	    !input_json_read(command_value(line, "file"), members, sizeof members / sizeof members[0], &object, error))
		return false;
	done = read_told(object, &asking->arena, &told, error);
	json_decref(object);
	return done && message_encode(&care_identifiers_schema, &told, &plain, error) &&
	       box_seal(&asking->arena, vault_key, buffer_view(&plain), NULL, &asking->request.identifiers, error);
}

static bool open_answers(struct asking *asking, int32_t partition, enum kafka_start start, struct error *error)
{
	return kafka_reader_open(asking->provider.kafka.options, asking->provider.kafka.count, asking->provider.topics.care_results, partition, start,
				 &asking->answers, error);
}

/* Noted first, and the answers' end opened, so that none can be missed; then sent. */
static bool ask(struct asking *asking, struct error *error)
{
	const struct signed_record record = {
		.topic = asking->provider.topics.care_requests,
		.topic_kind = "care.requests",
		.employer_id = asking->request.employer_id,
		.schema = &care_request_schema,
		.body = &asking->request,
	};
	const struct access access = {.reader = asking->asker.name, .purpose = asking->asker.purpose, .action = "LOOK_UP"};
	int32_t partition;

	return access_write(asking->database, &asking->arena, &access, NULL, 0, error) &&
	       signed_record_partition(asking->client, &record, &partition, error) && open_answers(asking, partition, KAFKA_FROM_END, error) &&
	       signed_record_send(&asking->provider, asking->client, &record, error);
}

/* ---- the answer ---- */

static bool is_answer(void *context, const struct kafka_record *record)
{
	struct asking *asking = context;
	struct message message;
	struct error fault;

	arena_reset(&asking->scratch);
	if (!view_equal(record->key, asking->request.command_id) ||
	    !message_decode_as(asking->provider.registry, &care_result_schema, arena_copy(&asking->scratch, record->value), NULL, &asking->scratch,
			       &message, &fault))
		return false;
	asking->result = message.record;
	return true;
}

static void print_answer(struct command_line *line, const struct care_result *result, struct view command_id)
{
	bool matched = result->outcome == CARE_OUTCOME_MATCHED;
	json_t *object = json_object();

	json_object_set_new(object, "command_id", json_text(command_id));
	json_object_set_new(object, "outcome", json_string(care_outcome_name(result->outcome)));
	json_object_set_new(object, "pseudonym", matched ? json_id(view_of(result->pseudonym, PSEUDONYM_LEN)) : json_null());
	json_object_set_new(object, "decided_at", json_time(result->decided_at));
	if (command_wants_json(line))
		json_print(object);
	else
		(void)printf("%s %s\n", json_member(object, "outcome"), json_member(object, "pseudonym"));
	json_decref(object);
}

/* Waits for the answer, and notes whom it names before it is shown. */
static int show_answer(struct command_line *line, struct asking *asking)
{
	const struct access access = {.reader = asking->asker.name, .purpose = asking->asker.purpose, .action = "LOOK_UP"};
	struct error error = {0};
	struct view pseudonym;

	if (!kafka_reader_wait(asking->answers, is_answer, asking, (int32_t)asking->wait_ms, &error)) {
		(void)fprintf(stderr, "provider-svc: no answer yet; care result %.*s asks again\n", (int)asking->request.command_id.len,
			      (const char *)asking->request.command_id.ptr);
		return command_failed(line, &error);
	}
	pseudonym = view_of(asking->result->pseudonym, PSEUDONYM_LEN);
	if (asking->result->outcome == CARE_OUTCOME_MATCHED && !access_write(asking->database, &asking->arena, &access, &pseudonym, 1, &error))
		return command_failed(line, &error);
	print_answer(line, asking->result, asking->request.command_id);
	return asking->result->outcome == CARE_OUTCOME_MATCHED ? EXIT_CODE_DONE : EXIT_CODE_FAILED;
}

int command_care_request(struct command_line *line)
{
	CLEANUP(asking_done) struct asking asking = {0};
	struct care_request *request = &asking.request;
	struct error error = {0};
	uint8_t random[16];
	char uuid[UUID_TEXT_LEN + 1];
	int32_t kind;
	int code;

	if (!schema_enum_value(&care_kind_enum, view_text(command_value(line, "kind")), &kind))
		return command_misused(line, "--kind: not one of the kinds");
	if (!reader_of(line, &asking.asker, &code) || !command_begin(line, &asking.provider, true, &code))
		return code;
	random_bytes(random, sizeof random);
	uuid_format(random, uuid);
	request->command_id = view_text(uuid);
	request->employer_id = view_text(command_value(line, "employer"));
	request->provider_id = view_text(asking.provider.options.provider_id);
	request->expires_at = wall_ms() + MS_PER_HOUR;
	request->kind = (enum care_kind)kind;
	request->confirm_share = command_has(line, "confirm-share");
	if (!begin(line, &asking, &error) || !seal_told(line, &asking, &error) || !ask(&asking, &error))
		return command_failed(line, &error);
	return show_answer(line, &asking);
}

int command_care_result(struct command_line *line)
{
	CLEANUP(asking_done) struct asking asking = {.request.command_id = view_text(command_argument(line, 0))};
	struct error error = {0};
	int code;

	if (!uuid_is_valid(asking.request.command_id))
		return command_misused(line, "COMMAND-ID: as care request said it");
	if (!reader_of(line, &asking.asker, &code) || !command_begin(line, &asking.provider, false, &code))
		return code;
	if (!begin(line, &asking, &error) || !open_answers(&asking, KAFKA_ALL_PARTITIONS, KAFKA_FROM_BEGINNING, &error))
		return command_failed(line, &error);
	return show_answer(line, &asking);
}
