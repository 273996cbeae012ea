/*
 * How far long work is, on standard error: on a terminal a bar that is drawn over itself, with the rate and the time that is left; elsewhere a plain
 * line every few seconds. One at a time.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

struct progress {
	FILE *out;
	bool on_terminal;
	const char *program; /* begins a plain line */
	const char *what;    /* "reading population.P1"; borrowed, as all of it */
	const char *unit;    /* "records" */
	uint64_t total;      /* 0: not known */
	int64_t began_ms;
	int64_t shown_ms;
	bool is_drawn; /* a bar stands on the terminal's line */
};

/* The work begins. */
void progress_begin(struct progress *progress, const char *program, const char *what, const char *unit, uint64_t total);

/* So much of it is done: shown now and then. */
void progress_show(struct progress *progress, uint64_t done);

/* It is over, whatever came of it: the terminal's line is free again. */
void progress_end(struct progress *progress);

/* What is shown, without a line's end, at so many milliseconds after the beginning; width: of the terminal, 0 for a plain line. Pure. */
void progress_format(const struct progress *progress, uint64_t done, int64_t elapsed_ms, int width, char *ret_text, size_t room);
