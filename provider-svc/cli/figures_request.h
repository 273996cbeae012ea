/* What the options of `figures` ask for. */
#pragma once

#include "common/cli/command_line.h"
#include "provider-svc/core/figures/page.h"
#include "provider-svc/figures_answer.h"

enum { FIGURES_OPTIONS = 13 };

/* The options of the command. */
extern const struct command_option figures_options[FIGURES_OPTIONS];

enum figures_format { FIGURES_TABLE, FIGURES_CSV, FIGURES_JSON, FIGURES_HTML };

struct figures_request {
	struct period whole;
	enum period_step step;
	struct period periods[1 + PERIOD_MAX]; /* the whole, cut; for a page the whole itself before these */
	size_t period_count;
	enum dimension dimension;
	struct figures_terms terms;
	int32_t decimals;
	enum figures_format format;
	enum page_language language; /* of a page */
	bool replay;
	const char *output; /* NULL: standard output */
};

/* Reads the options; today: Amsterdam's. REJECT USAGE with the option as place for what makes no sense. Borrows from the line. */
MUST_CHECK bool figures_request_of(const struct command_line *line, int32_t today, struct figures_request *ret, struct error *error);
