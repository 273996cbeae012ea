#include "vault-svc/cli/publish.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/base/clock.h"
#include "common/base/partition.h"
#include "common/base/uuid.h"
#include "common/crypto/crypto.h"
#include "common/kafka/admin.h"
#include "schemas/codec/message.h"
#include "vault-svc/cli/event_json.h"
#include "vault-svc/options.h"

enum { FLUSH_EVERY = 10000, FLUSH_TIMEOUT_MS = 60000, SECOND_MS = 1000 };

const struct command_option publish_options[] = {
	{.name = "topic", .value = "TOPIC", .help = "a source's own topic (hr.events.NAME) instead of hr.events"},
	{.name = "keep-going", .help = "send the good lines although others are at fault; without it a file with a fault is not sent at all"},
};
const size_t publish_option_count = sizeof publish_options / sizeof publish_options[0];

struct publishing {
	struct kafka_client *client; /* NULL: only checking */
	const char *topic;
	int32_t partitions;
	uint64_t sent;
	uint64_t faults;
	uint32_t made; /* event_ids made in this millisecond */
	int64_t last_made_ms;
	bool on_terminal;
};

/* A UUID whose bytes rise with time and, within a millisecond, with the line: events of one moment keep the file's order (RFC 9562, version 7). */
static void make_event_id(struct publishing *publishing, int64_t at_ms, char ret[static UUID_TEXT_LEN + 1])
{
	uint8_t b[16];

	publishing->made = at_ms == publishing->last_made_ms ? publishing->made + 1 : 0;
	publishing->last_made_ms = at_ms;
	random_bytes(b, sizeof b);
	(void)snprintf(ret, UUID_TEXT_LEN + 1, "%08x-%04x-7%03x-8%03x-%02x%02x%02x%02x%02x%02x", (unsigned)((uint64_t)at_ms >> 16) & 0xffffffffU,
		       (unsigned)at_ms & 0xffffU, publishing->made >> 12 & 0xfffU, publishing->made & 0xfffU, b[10], b[11], b[12], b[13], b[14],
		       b[15]);
}

/* Checks one line, and sends it when there is a client. */
static bool publish_line(struct publishing *publishing, struct view text, struct error *error)
{
	CLEANUP(arena_done) struct arena arena = {0};
	CLEANUP(buffer_done) struct buffer value = {0};
	char event_id[UUID_TEXT_LEN + 1];
	struct event_json made = {.at_ms = wall_ms(), .event_id = event_id};

	make_event_id(publishing, made.at_ms, event_id);
	buffer_init(&value, SCHEMA_MAX_MESSAGE);
	if (!event_json_read(&made, text, &arena, error) || !message_encode(made.schema, made.record, &value, error))
		return false;
	if (publishing->client == NULL)
		return true;
	return kafka_produce(publishing->client, publishing->topic, partition_of(made.employer_id, publishing->partitions), made.employer_id,
			     buffer_view(&value), error);
}

static bool flush(struct publishing *publishing, struct error *error)
{
	if (publishing->client == NULL)
		return true;
	if (!kafka_flush(publishing->client, FLUSH_TIMEOUT_MS, NULL, NULL, error))
		return false;
	if (publishing->on_terminal)
		(void)fprintf(stderr, "\r%llu sent", (unsigned long long)publishing->sent);
	return true;
}

static bool line_is_blank(const char *text, ssize_t length)
{
	for (ssize_t i = 0; i < length; i++) {
		if (strchr(" \t\r\n", text[i]) == NULL)
			return false;
	}
	return true;
}

/* All lines of a file. False when nothing more can be done; lines at fault are counted and named. */
static bool publish_lines(struct publishing *publishing, const char *name, FILE *file, bool keep_going, struct error *error)
{
	char *text = NULL;
	size_t room = 0;
	ssize_t length;
	uint64_t number = 0;
	bool done = true;

	while (done && (keep_going || publishing->client == NULL || publishing->faults == 0) && (length = getline(&text, &room, file)) != -1) {
		struct error fault = {0};

		number++;
		if (line_is_blank(text, length))
			continue;
		if (publish_line(publishing, view_of(text, (size_t)length), &fault)) {
			publishing->sent++;
			done = publishing->sent % FLUSH_EVERY != 0 || flush(publishing, error);
		} else if (fault.disposition == DISPOSITION_REJECT) {
			publishing->faults++;
			(void)fprintf(stderr, "%s:%llu: %s: %s (%s)\n", name, (unsigned long long)number, fault.place, fault.text, fault.code);
		} else {
			*error = fault;
			done = false;
		}
	}
	if (text != NULL)
		explicit_bzero(text, room);
	free(text);
	return done && flush(publishing, error);
}

/* A file that can be read twice is checked whole before any of it is sent. */
static bool publish_file(struct publishing *publishing, const char *name, bool keep_going, struct error *error)
{
	FILE *file = strcmp(name, "-") == 0 ? stdin : fopen(name, "re");
	struct publishing checking = {0};
	struct stat about;
	bool done = true;

	if (file == NULL)
		return error_set(error, DISPOSITION_STOP, "FILE", name, "cannot be opened: does it exist, and may you read it?");
	if (!keep_going && fstat(fileno(file), &about) == 0 && S_ISREG(about.st_mode)) {
		done = publish_lines(&checking, name, file, true, error);
		publishing->faults += checking.faults;
		rewind(file);
	}
	if (done && (keep_going || publishing->faults == 0))
		done = publish_lines(publishing, name, file, keep_going, error);
	if (file != stdin)
		(void)fclose(file);
	return done;
}

static bool publish_files(struct command_line *line, struct publishing *publishing, struct error *error)
{
	for (int i = 0; i < command_argument_count(line); i++) {
		if (!publish_file(publishing, command_argument(line, i), command_has(line, "keep-going"), error))
			return false;
	}
	return true;
}

static bool open_topic(struct publishing *publishing, const struct vault_options *options, struct error *error)
{
	if (!kafka_client_new(options->kafka.options, options->kafka.count, &publishing->client, error) ||
	    !kafka_topic_partitions(publishing->client, publishing->topic, &publishing->partitions, error))
		return false;
	return publishing->partitions > 0 || error_set(error, DISPOSITION_STOP, "UNKNOWN_TOPIC", publishing->topic,
						       "this topic does not exist; vault-svc setup or trust add source makes it");
}

int command_publish(struct command_line *line)
{
	CLEANUP(arena_done) struct arena arena = {0};
	struct publishing publishing = {.on_terminal = isatty(STDERR_FILENO) == 1};
	struct vault_options options;
	struct error error = {0};
	bool done;

	publishing.topic = command_has(line, "topic") ? command_value(line, "topic") : "hr.events";
	done = crypto_start(&error) && vault_options_load(command_config_path(line), &arena, &options, &error) &&
	       open_topic(&publishing, &options, &error) && publish_files(line, &publishing, &error);
	kafka_client_free(publishing.client);
	if (publishing.on_terminal)
		(void)fprintf(stderr, "\r");
	if (!done)
		return command_failed(line, &error);
	(void)printf("%llu sent to %s, %llu at fault\n", (unsigned long long)publishing.sent, publishing.topic,
		     (unsigned long long)publishing.faults);
	return publishing.faults == 0 ? EXIT_CODE_DONE : EXIT_CODE_FAILED;
}
