#include "vault-svc/cli/signed_command.h"

#include <stdio.h>
#include <stdlib.h>

#include "common/base/clock.h"
#include "common/base/partition.h"
#include "common/base/uuid.h"
#include "common/kafka/admin.h"
#include "common/kafka/reader.h"
#include "schemas/codec/message.h"

static const char command_topic[] = "vault.commands";

static struct view fresh_uuid(struct arena *arena)
{
	char text[UUID_TEXT_LEN + 1];
	uint8_t random[16];

	random_bytes(random, sizeof random);
	uuid_format(random, text);
	return arena_copy(arena, view_text(text));
}

bool signed_command_begin(struct command_line *line, struct signed_command *ret, struct error *error)
{
	const char *login = getenv("USER");
	int64_t expires_s;
	int64_t wait_s;

	*ret = (struct signed_command){0};
	if (!crypto_start(error) || !vault_options_load(command_config_path(line), &ret->arena, &ret->options, error) ||
	    !sign_pair_load(command_value(line, "key"), &ret->key, error) || !command_number(line, "expires", 1, 86400, 600, &expires_s, error) ||
	    !command_number(line, "wait", 0, 3600, 30, &wait_s, error))
		return false;
	ret->issuer = view_text(command_value(line, "issuer"));
	ret->employer_id = view_text(command_value(line, "employer"));
	ret->actor = view_text(command_has(line, "actor") ? command_value(line, "actor") : (login != NULL ? login : "command line"));
	ret->command_id = fresh_uuid(&ret->arena);
	ret->expires_at = wall_ms() + expires_s * 1000;
	ret->wait_ms = wait_s * 1000;
	return true;
}

void signed_command_done(struct signed_command *command)
{
	sign_pair_free(command->key);
	arena_done(&command->arena);
}

static bool seal_up(struct signed_command *command, const struct schema *schema, const void *record, struct buffer *value, struct error *error)
{
	CLEANUP(buffer_done) struct buffer body = {0};
	struct signed_ envelope = {.issuer = command->issuer};

	buffer_init(&body, SCHEMA_MAX_MESSAGE);
	if (!message_encode(schema, record, &body, error))
		return false;
	memcpy(envelope.key_id, command->key->key_id, sizeof envelope.key_id);
	envelope.body = buffer_view(&body);
	sign_body(command->key, command_topic, envelope.issuer, envelope.body, envelope.signature);
	return message_encode(&signed_schema, &envelope, value, error);
}

/* Where the answer comes: the employer's side and operators read vault.results, a provider its own topic. */
static const char *answer_topic(struct signed_command *command)
{
	static const char provider[] = "provider:";
	const char *issuer = arena_text(&command->arena, command->issuer);
	size_t room = command->issuer.len + sizeof "care.results.";
	char *topic;

	if (strncmp(issuer, provider, sizeof provider - 1) != 0)
		return "vault.results";
	topic = arena_take(&command->arena, room);
	(void)snprintf(topic, room, "care.results.%s", issuer + sizeof provider - 1);
	return topic;
}

struct answer {
	const struct signed_command *command;
	const struct schema_registry *registry;
	struct arena arena;
	const struct command_result *result;
};

static bool is_answer(void *context, const struct kafka_record *record)
{
	struct answer *answer = context;
	struct message message;
	const struct command_result *result;
	struct error fault;

	arena_reset(&answer->arena);
	if (!message_decode_as(answer->registry, &command_result_schema, arena_copy(&answer->arena, record->value), NULL, &answer->arena, &message,
			       &fault))
		return false;
	result = message.record;
	if (!view_equal(result->issuer, answer->command->issuer) || !view_equal(result->command_id, answer->command->command_id))
		return false;
	answer->result = result;
	return true;
}

static int print_answer(const struct command_result *result)
{
	(void)printf("%s", result_code_name(result->code));
	if (!view_is_null(result->detail))
		(void)printf(" %.*s", (int)result->detail.len, (const char *)result->detail.ptr);
	(void)printf("\n");
	return result->code == RESULT_CODE_ACCEPTED ? EXIT_CODE_DONE : EXIT_CODE_FAILED;
}

/* Opens the answers' end first, so that none can be missed, then sends. */
static bool send_and_wait(struct signed_command *command, struct view value, struct kafka_client *client, struct kafka_reader **reader,
			  struct answer *answer, struct error *error)
{
	const struct config_kafka *kafka = &command->options.kafka;
	int32_t partitions;
	int32_t partition;

	if (!kafka_topic_partitions(client, command_topic, &partitions, error))
		return false;
	if (partitions == 0)
		return error_set(error, DISPOSITION_STOP, "UNKNOWN_TOPIC", command_topic, "this topic does not exist; vault-svc setup makes it");
	partition = partition_of(command->employer_id, partitions);
	return kafka_reader_open(kafka->options, kafka->count, answer_topic(command), partition, KAFKA_FROM_END, reader, error) &&
	       kafka_produce(client, command_topic, partition, command->employer_id, value, error) && kafka_flush(client, 30000, NULL, NULL, error) &&
	       (command->wait_ms == 0 || kafka_reader_wait(*reader, is_answer, answer, (int32_t)command->wait_ms, error));
}

int signed_command_send(struct command_line *line, struct signed_command *command, const struct schema *schema, const void *record)
{
	CLEANUP(buffer_done) struct buffer value = {0};
	const struct schema_set *const sets[] = {&messages_schemas};
	struct schema_registry *registry = NULL;
	struct kafka_client *client = NULL;
	struct kafka_reader *reader = NULL;
	struct answer answer = {.command = command};
	struct error error = {0};
	int code;

	buffer_init(&value, SCHEMA_MAX_MESSAGE);
	if (!seal_up(command, schema, record, &value, &error) || !schema_registry_new(sets, 1, &registry, &error) ||
	    !kafka_client_new(command->options.kafka.options, command->options.kafka.count, &client, &error)) {
		code = command_failed(line, &error);
	} else {
		answer.registry = registry;
		if (!send_and_wait(command, buffer_view(&value), client, &reader, &answer, &error))
			code = command_failed(line, &error);
		else
			code = answer.result == NULL ? EXIT_CODE_DONE : print_answer(answer.result);
	}
	kafka_reader_free(reader);
	kafka_client_free(client);
	schema_registry_free(registry);
	arena_done(&answer.arena);
	return code;
}
