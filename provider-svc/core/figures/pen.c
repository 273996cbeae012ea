#include "provider-svc/core/figures/pen.h"

#include "provider-svc/core/figures/plain_text.h"

#include <stdarg.h>
#include <stdio.h>

enum { PIECE = 1024, CLASS_DECIMALS = 2 };

void pen_raw(struct pen *pen, const char *markup)
{
	(void)buffer_put(pen->buffer, view_text(markup));
}

void pen_put(struct pen *pen, const char *format, ...)
{
	char piece[PIECE];
	va_list arguments;
	int len;

	va_start(arguments, format);
	len = vsnprintf(piece, sizeof piece, format, arguments);
	va_end(arguments);
	if (len < 0 || (size_t)len >= sizeof piece)
		pen->buffer->failed = true;
	else
		(void)buffer_put(pen->buffer, view_of(piece, (size_t)len));
}

void pen_text(struct pen *pen, struct view text)
{
	size_t at = 0;

	while (at < text.len) {
		struct view character = plain_text_next(text, &at);

		if (character.len == 1 && strchr("&<>\"'", character.ptr[0]) != NULL)
			pen_put(pen, "&#%u;", (unsigned)character.ptr[0]);
		else
			(void)buffer_put(pen->buffer, character);
	}
}

void pen_words(struct pen *pen, const char *text)
{
	pen_text(pen, view_text(text));
}

void pen_word(struct pen *pen, enum page_word word)
{
	pen_words(pen, page_word(pen->language, word));
}

void pen_name(struct pen *pen, struct view text)
{
	pen_raw(pen, "<bdi>");
	pen_text(pen, text);
	pen_raw(pen, "</bdi>");
}

static int32_t decimals_of(enum figure_kind kind)
{
	static const int32_t decimals[FIGURE_KINDS] = {
		[FIGURE_HEADCOUNT] = 1,
		[FIGURE_FTE] = 1,
		[FIGURE_ABSENCE] = 2,
		[FIGURE_ABSENCE_WITH_LEAVE] = 2,
		[FIGURE_FREQUENCY] = 2,
		[FIGURE_FREQUENCY_MULTIPLE] = 2,
		[FIGURE_FREQUENCY_BEGIN_END] = 2,
		[FIGURE_DURATION] = 1,
		[FIGURE_ZERO_DAY_ANY] = 1,
		[FIGURE_ZERO_DAY_WHOLE] = 1,
		[FIGURE_ZERO_DAY_LAST] = 1,
		[FIGURE_ZERO_REPORT_ANY] = 1,
		[FIGURE_ZERO_REPORT_WHOLE] = 1,
		[FIGURE_ZERO_REPORT_LAST] = 1,
	};

	return decimals[kind];
}

/* Nothing is made of a row that is kept back. */
static bool fail(struct pen *pen)
{
	pen->failed = true;
	return false;
}

bool pen_value(struct pen *pen, const struct sheet_row *row, const struct period *period, enum figure_kind kind, struct figure *ret)
{
	if (row->is_suppressed || pen->failed)
		return false;
	if (!figure_of(kind, row->cell, period, decimals_of(kind), ret, pen->error))
		return fail(pen);
	return ret->is_available;
}

bool pen_class_value(struct pen *pen, const struct sheet_row *row, size_t class, struct figure *ret)
{
	if (row->is_suppressed || pen->failed)
		return false;
	if (!figure_of_class(class, row->cell, CLASS_DECIMALS, ret, pen->error))
		return fail(pen);
	return ret->is_available;
}

static void put_absent(struct pen *pen, const struct sheet_row *row)
{
	pen_put(pen, "<span class=\"%s\">", row->is_suppressed ? "kept" : "none");
	pen_word(pen, row->is_suppressed ? PAGE_SUPPRESSED : PAGE_NOT_AVAILABLE);
	pen_raw(pen, "</span>");
}

bool pen_absent(struct pen *pen, const struct sheet_row *row, size_t columns)
{
	if (!row->is_suppressed && row->cell != NULL)
		return false;
	pen_put(pen, "<td colspan=\"%zu\">", columns);
	put_absent(pen, row);
	pen_raw(pen, "</td>");
	return true;
}

bool pen_figure(struct pen *pen, const struct sheet_row *row, const struct period *period, enum figure_kind kind, enum pen_style style)
{
	struct figure figure;
	char text[PAGE_NUMBER];

	if (!pen_value(pen, row, period, kind, &figure)) {
		put_absent(pen, row);
		return false;
	}
	if (style == PEN_PER_CENT && strcmp(figure_unit(kind), "%") == 0)
		page_per_cent(pen->language, &figure, text);
	else
		page_number(pen->language, &figure, text);
	pen_words(pen, text);
	return true;
}

bool pen_class_figure(struct pen *pen, const struct sheet_row *row, size_t class)
{
	struct figure figure;
	char text[PAGE_NUMBER];

	if (!pen_class_value(pen, row, class, &figure)) {
		put_absent(pen, row);
		return false;
	}
	page_number(pen->language, &figure, text);
	pen_words(pen, text);
	return true;
}
