#include "common/config/log.h"

#include "common/base/calendar.h"
#include "common/base/clock.h"
#include "common/base/unconst.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>

#define LINE_MAX_LEN 2048

static atomic_int least = LOG_LEVEL_INFO;
static atomic_int output = STDERR_FILENO;

/* A line under construction; what does not fit is left out. */
struct line {
	size_t len;
	char text[LINE_MAX_LEN];
};

static const char *const names[] = {"debug", "info", "warning", "error"};
static const char *const colours[] = {"\033[2m", "", "\033[33m", "\033[31m"};

static void add_byte(struct line *line, char c)
{
	if (line->len < sizeof line->text - 1)
		line->text[line->len++] = c;
}

static void add(struct line *line, const char *text)
{
	for (; *text != '\0'; text++)
		add_byte(line, *text);
}

/* True when a value stands for itself without quotes. */
static bool is_bare(const char *text)
{
	if (text[0] == '\0')
		return false;
	for (; *text != '\0'; text++) {
		if (*text <= ' ' || *text == '"' || *text == '=' || *text == '\\' || *text == 0x7f)
			return false;
	}
	return true;
}

static void add_text(struct line *line, const char *key, const char *text)
{
	if (text == NULL)
		return;
	add_byte(line, ' ');
	add(line, key);
	add_byte(line, '=');
	if (is_bare(text)) {
		add(line, text);
		return;
	}
	add_byte(line, '"');
	for (; *text != '\0'; text++) {
		if (*text == '"' || *text == '\\')
			add_byte(line, '\\');
		if ((unsigned char)*text < ' ' || *text == 0x7f)
			add_byte(line, '?');
		else
			add_byte(line, *text);
	}
	add_byte(line, '"');
}

static void add_number(struct line *line, const char *key, int64_t number)
{
	char text[24];

	(void)snprintf(text, sizeof text, "%lld", (long long)number);
	add_text(line, key, text);
}

static void add_error(struct line *line, const struct error *error)
{
	if (error == NULL)
		return;
	add_text(line, "disposition", disposition_name(error->disposition));
	add_text(line, "code", error->code);
	add_text(line, "place", error->place);
	add_text(line, "text", error->text);
}

static void add_field(struct line *line, const struct log_field *field)
{
	switch (field->kind) {
	case LOG_FIELD_TEXT:
		add_text(line, field->key, field->text);
		break;
	case LOG_FIELD_INT:
		add_number(line, field->key, field->number);
		break;
	case LOG_FIELD_BOOL:
		add_text(line, field->key, field->number != 0 ? "true" : "false");
		break;
	case LOG_FIELD_ERROR:
		add_error(line, field->error);
		break;
	case LOG_FIELD_END:
		break;
	}
}

static void add_time(struct line *line)
{
	char text[32];

	time_format(wall_ms(), text);
	add(line, "time=");
	add(line, text);
}

void log_write(enum log_level level, const char *event, const struct log_field *fields)
{
	int descriptor = atomic_load(&output);
	int kept = errno;
	struct line line;
	const char *colour;
	struct iovec parts[3];
	ssize_t written;

	if ((int)level < atomic_load(&least))
		return;
	line.len = 0;
	add_time(&line);
	add_text(&line, "level", names[level]);
	add_text(&line, "event", event);
	for (; fields->kind != LOG_FIELD_END; fields++)
		add_field(&line, fields);
	line.text[line.len++] = '\n';
	colour = isatty(descriptor) == 1 ? colours[level] : "";
	parts[0] = (struct iovec){.iov_base = unconst(colour), .iov_len = strlen(colour)};
	parts[1] = (struct iovec){.iov_base = line.text, .iov_len = line.len};
	parts[2] = (struct iovec){.iov_base = unconst("\033[0m"), .iov_len = colour[0] == '\0' ? 0 : 4};
	written = writev(descriptor, parts, 3);
	(void)written; /* there is nowhere to say that saying failed */
	errno = kept;
}

void log_set_level(enum log_level level)
{
	atomic_store(&least, (int)level);
}

bool log_level_parse(const char *name, enum log_level *ret)
{
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		if (strcmp(name, names[i]) == 0) {
			*ret = (enum log_level)i;
			return true;
		}
	}
	return false;
}

void log_set_descriptor(int descriptor)
{
	atomic_store(&output, descriptor);
}
