/*
 * Writes the page's markup into a buffer: well-formed XML that is HTML too. Text from outside goes through pen_text alone, which lets none of it be
 * markup or turn what stands beside it around.
 */
#pragma once

#include "common/base/buffer.h"
#include "provider-svc/core/figures/page_text.h"
#include "provider-svc/core/figures/sheet.h"

struct pen {
	struct buffer *buffer;
	enum page_language language;
	struct error *error; /* of the first figure that could not be made */
	bool failed;
};

/* Markup of our own, as it stands. */
void pen_raw(struct pen *pen, const char *markup);

/* Markup of our own with numbers in it; no text from outside. */
void pen_put(struct pen *pen, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Text from anywhere: & < > " ' as references, blanks for tabs and line ends, U+FFFD for what is no UTF-8, other control characters and those that
 * change the direction of writing. */
void pen_text(struct pen *pen, struct view text);

/* The same for our own text. */
void pen_words(struct pen *pen, const char *text);

/* A word in the page's language. */
void pen_word(struct pen *pen, enum page_word word);

/* Text of another direction stays within itself: as pen_text, in a <bdi>. */
void pen_name(struct pen *pen, struct view text);

/* How a figure is written; its decimals. */
enum pen_style {
	PEN_NUMBER,   /* a number */
	PEN_PER_CENT, /* with a percent sign, where it is a percentage */
};

/* A figure of a row, in the page's language, or the word for why there is none, marked as such. False: there is none. */
bool pen_figure(struct pen *pen, const struct sheet_row *row, const struct period *period, enum figure_kind kind, enum pen_style style);

/* The same for the part that a duration class has in the absence percentage. */
bool pen_class_figure(struct pen *pen, const struct sheet_row *row, size_t class);

/* Where a row has no figure at all, one cell over so many columns with the word for why; true then. */
bool pen_absent(struct pen *pen, const struct sheet_row *row, size_t columns);

/* What is drawn: the same figures as numbers. False: there is none. */
bool pen_value(struct pen *pen, const struct sheet_row *row, const struct period *period, enum figure_kind kind, struct figure *ret);
bool pen_class_value(struct pen *pen, const struct sheet_row *row, size_t class, struct figure *ret);
