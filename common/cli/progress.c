#include "common/cli/progress.h"

#include "common/base/clock.h"

#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

enum { DRAW_EVERY_MS = 100, LINE_EVERY_MS = 5000, BAR_MOST = 30, WIDTH_ELSE = 80, TEXT_ROOM = 512, SECOND_MS = 1000 };

void progress_begin(struct progress *progress, const char *program, const char *what, const char *unit, uint64_t total)
{
	const char *term = getenv("TERM");
	int64_t now_ms = monotonic_ms();

	*progress = (struct progress){
		.out = stderr,
		.on_terminal = isatty(STDERR_FILENO) == 1 && (term == NULL || strcmp(term, "dumb") != 0),
		.program = program,
		.what = what,
		.unit = unit,
		.total = total,
		.began_ms = now_ms,
		.shown_ms = now_ms,
	};
}

static void put_time(uint64_t seconds, char *ret_text, size_t room)
{
	if (seconds >= 3600)
		(void)snprintf(ret_text, room, "%llu:%02llu:%02llu", (unsigned long long)seconds / 3600, (unsigned long long)seconds / 60 % 60,
			       (unsigned long long)seconds % 60);
	else
		(void)snprintf(ret_text, room, "%llu:%02llu", (unsigned long long)seconds / 60, (unsigned long long)seconds % 60);
}

static void put_bar(uint64_t done, uint64_t total, int columns, char ret_bar[static BAR_MOST + 3])
{
	int full = (int)((double)done / (double)total * columns);

	ret_bar[0] = '[';
	for (int i = 0; i < columns; i++)
		ret_bar[i + 1] = i < full ? '#' : '.';
	ret_bar[columns + 1] = ']';
	ret_bar[columns + 2] = '\0';
}

void progress_format(const struct progress *progress, uint64_t done, int64_t elapsed_ms, int width, char *ret_text, size_t room)
{
	uint64_t rate = elapsed_ms <= 0 ? 0 : done * SECOND_MS / (uint64_t)elapsed_ms;
	uint64_t shown = progress->total != 0 && done > progress->total ? progress->total : done;
	char counts[TEXT_ROOM];
	char left[32] = "";
	char bar[BAR_MOST + 3] = "";
	int columns;

	if (progress->total == 0) {
		(void)snprintf(ret_text, room, "%s: %llu %s, %llu/s", progress->what, (unsigned long long)done, progress->unit,
			       (unsigned long long)rate);
		return;
	}
	if (rate > 0)
		put_time((progress->total - shown) / rate, left, sizeof left);
	(void)snprintf(counts, sizeof counts, "%3u%% of %llu %s, %llu/s, %s left", (unsigned)((double)shown / (double)progress->total * 100),
		       (unsigned long long)progress->total, progress->unit, (unsigned long long)rate, rate > 0 ? left : "?");
	columns = width - (int)strlen(progress->what) - (int)strlen(counts) - 6;
	if (columns > BAR_MOST)
		columns = BAR_MOST;
	if (columns >= 5)
		put_bar(shown, progress->total, columns, bar);
	(void)snprintf(ret_text, room, "%s %s%s%s", progress->what, bar, bar[0] == '\0' ? "" : " ", counts);
}

static int terminal_width(void)
{
	struct winsize size;

	return ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : WIDTH_ELSE;
}

void progress_show(struct progress *progress, uint64_t done)
{
	int64_t now_ms = monotonic_ms();
	char text[TEXT_ROOM];
	int width;

	if (now_ms - progress->shown_ms < (progress->on_terminal ? DRAW_EVERY_MS : LINE_EVERY_MS))
		return;
	progress->shown_ms = now_ms;
	width = progress->on_terminal ? terminal_width() : 0;
	progress_format(progress, done, now_ms - progress->began_ms, width, text, sizeof text);
	if (progress->on_terminal) {
		/* Never wider than the line: what wraps cannot be drawn over. */
		if (width > 1 && (size_t)width <= strlen(text))
			text[width - 1] = '\0';
		(void)fprintf(progress->out, "\r%s\033[K", text);
		progress->is_drawn = true;
	} else {
		(void)fprintf(progress->out, "%s: %s\n", progress->program, text);
	}
	(void)fflush(progress->out);
}

void progress_end(struct progress *progress)
{
	if (!progress->is_drawn)
		return;
	(void)fprintf(progress->out, "\r\033[K");
	(void)fflush(progress->out);
	progress->is_drawn = false;
}
