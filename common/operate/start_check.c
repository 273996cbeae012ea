#include "common/operate/start_check.h"

#include <stdio.h>
#include <stdlib.h>

#include "common/stream/look.h"

static bool same(const struct stream_outlook *one, const struct stream_outlook *other)
{
	return one->verdict == other->verdict && strcmp(one->error.code, other->error.code) == 0 &&
	       strcmp(one->error.place, other->error.place) == 0 && strcmp(one->error.text, other->error.text) == 0;
}

static void say_wrong(const struct stream_outlook *first, const struct stream_outlook *last, struct checkup *checkup)
{
	const char *remedy = first->remedy;
	char what[40];
	char seen[sizeof first->error.code + sizeof first->error.place + sizeof first->error.text + 4];

	if (first == last)
		(void)snprintf(what, sizeof what, "partition %d", first->partition);
	else
		(void)snprintf(what, sizeof what, "partitions %d to %d", first->partition, last->partition);
	(void)snprintf(seen, sizeof seen, "%s %s: %s", first->error.code, first->error.place, first->error.text);
	if (remedy == NULL)
		remedy = first->verdict == OUTLOOK_UNKNOWN ? "see whether it has a leader; a start waits for it, the others go on" : "see the log";
	checkup_wrong(checkup, what, seen, remedy);
}

/* How many go on by this, and what they have left to publish. */
static void say_right(const struct stream_outlook *outlooks, size_t count, const char *by, struct checkup *checkup)
{
	int64_t left = 0;
	size_t n = 0;
	char seen[200];

	for (size_t i = 0; i < count; i++) {
		if (outlooks[i].verdict != OUTLOOK_GOES_ON || strcmp(outlooks[i].by, by) != 0)
			continue;
		n++;
		left += outlooks[i].batch > outlooks[i].published ? outlooks[i].batch - outlooks[i].published : 0;
	}
	(void)snprintf(seen, sizeof seen, "%zu partition%s: goes on by %s; batches left to publish: %lld", n, n == 1 ? "" : "s", by, (long long)left);
	checkup_right(checkup, "start", seen);
}

static bool is_said(const struct stream_outlook *outlooks, size_t index)
{
	for (size_t i = 0; i < index; i++) {
		if (outlooks[i].verdict == OUTLOOK_GOES_ON && strcmp(outlooks[i].by, outlooks[index].by) == 0)
			return true;
	}
	return false;
}

void start_check(const struct stream_options *options, struct database *database, struct checkup *checkup)
{
	size_t count = (size_t)options->partitions;
	struct stream_outlook *outlooks = calloc(count, sizeof *outlooks);
	struct error error = {0};

	if (outlooks == NULL)
		abort();
	if (!stream_look(options, database, outlooks, &error)) {
		checkup_wrong(checkup, "start", error.text, "start Kafka and PostgreSQL, or correct the configuration");
		free(outlooks);
		return;
	}
	for (size_t i = 0; i < count; i++) {
		size_t last = i;

		if (outlooks[i].verdict == OUTLOOK_GOES_ON) {
			if (!is_said(outlooks, i))
				say_right(outlooks, count, outlooks[i].by, checkup);
			continue;
		}
		while (last + 1 < count && same(&outlooks[i], &outlooks[last + 1]))
			last++;
		say_wrong(&outlooks[i], &outlooks[last], checkup);
		i = last;
	}
	free(outlooks);
}
