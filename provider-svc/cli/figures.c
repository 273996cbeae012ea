/* Absence figures: from the tables or a replay, on standard output or in a file. */
#include "provider-svc/cli/commands.h"

#include <stdlib.h>
#include <unistd.h>

#include "common/base/clock.h"
#include "common/cli/output_file.h"
#include "common/cli/progress.h"
#include "provider-svc/cli/figures_json.h"
#include "provider-svc/cli/figures_table.h"

static const size_t output_limit = (size_t)1 << 31;

/* What is under way. */
struct figures_run {
	struct command_line *line;
	const struct figures_request *request;
	struct progress progress;
	int64_t began_ms;
	int64_t as_of_ms; /* when it was asked */
};

static void report(void *context, uint64_t done, uint64_t total)
{
	struct figures_run *run = context;

	run->progress.total = total;
	progress_show(&run->progress, done);
}

/* What a replay has read: somebody who compares must know up to where. */
static void say_what_was_read(const struct figures_run *run, const struct figures_source *source)
{
	int64_t elapsed_ms = monotonic_ms() - run->began_ms;
	uint64_t read = figures_source_read(source);
	int32_t count;
	const struct kafka_prefix_part *parts = figures_source_parts(source, &count);

	(void)fprintf(stderr, "provider-svc: %s: %llu in %lld ms, %llu/s", run->request->replay ? "records read" : "rows read",
		      (unsigned long long)read, (long long)elapsed_ms, (unsigned long long)(elapsed_ms > 0 ? read * 1000 / (uint64_t)elapsed_ms : 0));
	for (int32_t i = 0; parts != NULL && i < count; i++)
		(void)fprintf(stderr, "%s%d:%lld", i == 0 ? "; up to " : " ", i, (long long)parts[i].end);
	(void)fprintf(stderr, "\n");
}

/* Not into a file, nor for who does not want them (no-color.org). */
static bool wants_colours(const struct figures_request *request)
{
	const char *no_color = getenv("NO_COLOR");
	const char *term = getenv("TERM");

	return request->output == NULL && isatty(STDOUT_FILENO) == 1 && (no_color == NULL || no_color[0] == '\0') &&
	       (term == NULL || strcmp(term, "dumb") != 0);
}

static bool format_sheet(const struct figures_run *run, const struct sheet *sheet, struct buffer *buffer, struct error *error)
{
	const struct figures_request *request = run->request;

	switch (request->format) {
	case FIGURES_TABLE:
		return figures_table(request, sheet, wants_colours(request), buffer, error);
	case FIGURES_CSV:
		return sheet_csv(sheet, request->decimals, buffer, error);
	case FIGURES_JSON:
		return figures_json(request, sheet, buffer, error);
	case FIGURES_HTML:
		break;
	}
	return page_write(&(struct page){.language = request->language, .sheet = sheet, .as_of_ms = run->as_of_ms}, buffer, error);
}

/* Nothing is written before all of it is there. */
static bool write_sheet(const struct figures_run *run, const struct sheet *sheet, struct error *error)
{
	CLEANUP(buffer_done) struct buffer buffer = {0};

	buffer_init(&buffer, output_limit);
	return format_sheet(run, sheet, &buffer, error) && output_write(run->request->output, buffer_view(&buffer), error);
}

static bool answer(struct figures_run *run, const struct provider *provider, struct error *error)
{
	CLEANUP(figures_source_close_p) struct figures_source *source = NULL;
	CLEANUP(arena_done) struct arena arena = {0};
	const struct figures_request *request = run->request;
	const struct figures_ask ask = {
		.dimension = request->dimension,
		.periods = request->periods,
		.period_count = request->period_count,
		.is_side_by_side = request->format == FIGURES_HTML,
	};
	struct sheet sheet;
	bool done;

	run->began_ms = monotonic_ms();
	progress_begin(&run->progress, "provider-svc", request->replay ? provider->topics.population : "population tables",
		       request->replay ? "offsets" : "rows", 0);
	done = figures_source_open(provider, request->replay, request->terms.employer_id, report, run, &source, error) &&
	       figures_answer(source, &ask, 1, &request->terms, &arena, &sheet, error);
	progress_end(&run->progress);
	if (done)
		say_what_was_read(run, source);
	return done && write_sheet(run, &sheet, error);
}

int command_figures(struct command_line *line)
{
	CLEANUP(provider_done) struct provider provider = {0};
	struct figures_request request;
	struct figures_run run = {.line = line, .request = &request};
	struct error error = {0};
	int code;

	run.as_of_ms = wall_ms();
	if (!figures_request_of(line, amsterdam_day(run.as_of_ms), &request, &error))
		return command_failed(line, &error);
	if (!(request.replay ? command_begin_replay(line, &provider, &code) : command_begin(line, &provider, false, &code)))
		return code;
	if (answer(&run, &provider, &error))
		return EXIT_CODE_DONE;
	/* What a record holds is no fault of the usage. */
	if (error.disposition == DISPOSITION_REJECT)
		error.disposition = DISPOSITION_STOP;
	return command_failed(line, &error);
}
