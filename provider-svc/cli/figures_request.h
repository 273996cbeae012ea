/* What the options of `figures` ask for. */
#pragma once

#include "common/cli/command_line.h"
#include "provider-svc/figures_answer.h"

enum { FIGURES_OPTIONS = 12 };

/* The options of the command. */
extern const struct command_option figures_options[FIGURES_OPTIONS];

enum figures_format { FIGURES_TABLE, FIGURES_CSV, FIGURES_JSON };

struct figures_request {
	struct period whole;
	enum period_step step;
	struct period periods[PERIOD_MAX]; /* the whole, cut */
	size_t period_count;
	enum dimension dimension;
	struct figures_terms terms;
	int32_t decimals;
	enum figures_format format;
	bool replay;
	const char *output; /* NULL: standard output */
};

/* Reads the options; today: Amsterdam's. REJECT USAGE with the option as place for what makes no sense. Borrows from the line. */
MUST_CHECK bool figures_request_of(const struct command_line *line, int32_t today, struct figures_request *ret, struct error *error);
