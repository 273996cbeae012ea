#include "provider-svc/core/figures/chart.h"

#include <stdio.h>

/* Tenths of the drawing's units. */
enum {
	LEFT = 440,
	RIGHT = 100,
	TOP = 340,
	BOTTOM = 400,
	DIGIT = 68, /* width of a character of a label */
	WORD_ROOM = 150,
	LYING_WORD_ROOM = 1100,
	VALUE_ROOM = 360,
	COLUMN_MOST = 440,
};

enum { HUNDREDTHS = 2, ONE = 100, TICKS = 5, TEN = 10 };

#define TENTHS(value) (int)((value) / 10), (int)((value) % 10)

struct frame {
	const struct chart *chart;
	int64_t width;
	int64_t height;
	uint64_t top_value; /* at the top of the plot */
	uint64_t step;      /* between lines */
};

static int64_t plot_width(const struct frame *frame)
{
	return frame->width - LEFT - RIGHT;
}

static int64_t plot_height(const struct frame *frame)
{
	return frame->height - TOP - BOTTOM;
}

/* Where the slot of a column begins. */
static int64_t slot_at(const struct frame *frame, size_t index)
{
	return LEFT + plot_width(frame) * (int64_t)index / (int64_t)frame->chart->count;
}

static int64_t middle_of(const struct frame *frame, size_t index)
{
	return (slot_at(frame, index) + slot_at(frame, index + 1)) / 2;
}

/* How far above the base line. */
static int64_t rise_of(const struct frame *frame, uint64_t value)
{
	return (int64_t)((uint64_t)plot_height(frame) * value / frame->top_value);
}

static int64_t base_of(const struct frame *frame)
{
	return frame->height - BOTTOM;
}

static size_t series_of(const struct chart *chart)
{
	return chart->classes == NULL ? 1 : duration_class_count(chart->classes);
}

static uint64_t sum_of(const struct chart *chart, const struct chart_column *column)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < series_of(chart); i++)
		sum += column->values[i];
	return sum;
}

static void set_scale(struct frame *frame)
{
	static const uint64_t factors[] = {1, 2, 5};
	uint64_t most = 0;
	uint64_t power = 1;
	size_t factor = 0;

	for (size_t i = 0; i < frame->chart->count; i++) {
		uint64_t sum = sum_of(frame->chart, &frame->chart->columns[i]);

		if (frame->chart->columns[i].mark == CHART_VALUE && sum > most)
			most = sum;
	}
	if (most == 0)
		most = ONE;
	frame->step = 1;
	while (frame->step * TICKS < most) {
		factor++;
		if (factor == sizeof factors / sizeof factors[0]) {
			factor = 0;
			power *= TEN;
		}
		frame->step = power * factors[factor];
	}
	frame->top_value = (most + frame->step - 1) / frame->step * frame->step;
}

/* Without the decimals that no line of the axis needs. */
static void put_axis_number(struct pen *pen, uint64_t value, uint64_t step)
{
	struct figure figure = {.is_available = true, .decimals = HUNDREDTHS, .value = value};
	char text[PAGE_NUMBER];

	for (; figure.decimals > 0 && step % TEN == 0; step /= TEN) {
		figure.value /= TEN;
		figure.decimals--;
	}
	page_number(pen->language, &figure, text);
	pen_words(pen, text);
}

static bool has_mark(const struct chart *chart, enum chart_mark mark)
{
	for (size_t i = 0; i < chart->count; i++) {
		if (chart->columns[i].mark == mark)
			return true;
	}
	return false;
}

/* Without a value there is nothing to measure: the base line alone. */
static void put_axis(struct pen *pen, const struct frame *frame)
{
	uint64_t highest = has_mark(frame->chart, CHART_VALUE) ? frame->top_value : 0;

	for (uint64_t value = 0; value <= highest; value += frame->step) {
		int64_t y = base_of(frame) - rise_of(frame, value);

		pen_put(pen, "<path class=\"%s\" d=\"M%d.%d %d.%dH%d.%d\"/>", value == 0 ? "base" : "line", TENTHS(LEFT), TENTHS(y),
			TENTHS(frame->width - RIGHT));
		pen_put(pen, "<text class=\"tick\" x=\"%d.%d\" y=\"%d.%d\" text-anchor=\"end\">", TENTHS(LEFT - 80), TENTHS(y + 40));
		put_axis_number(pen, value, frame->step);
		pen_raw(pen, "</text>");
	}
	pen_raw(pen, "<text class=\"unit\" x=\"0\" y=\"13\">");
	pen_word(pen, frame->chart->axis);
	pen_raw(pen, "</text>");
}

/* A label for each how many columns, so that none lies over another. */
static size_t label_step(const struct pen *pen, const struct frame *frame)
{
	static const size_t steps[] = {1, 2, 3, 4, 6, 12, 24, 60, 120, 240, 600, PERIOD_MAX};
	const size_t count = frame->chart->count > 0 ? frame->chart->count : 1;
	size_t longest = 4;

	for (size_t i = 0; i < frame->chart->count; i++) {
		char tick[PAGE_TICK];
		char year[PAGE_TICK];

		page_tick(pen->language, &frame->chart->columns[i].period, tick, year);
		if (strlen(tick) > longest)
			longest = strlen(tick);
	}
	for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++) {
		if (plot_width(frame) * (int64_t)steps[i] / (int64_t)count >= (int64_t)(longest + 1) * DIGIT)
			return steps[i];
	}
	return PERIOD_MAX;
}

static void put_labels(struct pen *pen, const struct frame *frame)
{
	size_t step = label_step(pen, frame);
	char last_year[PAGE_TICK] = "";

	for (size_t i = 0; i < frame->chart->count; i += step) {
		char tick[PAGE_TICK];
		char year[PAGE_TICK];
		int64_t x = middle_of(frame, i);

		page_tick(pen->language, &frame->chart->columns[i].period, tick, year);
		pen_put(pen, "<text class=\"tick\" x=\"%d.%d\" y=\"%d.%d\" text-anchor=\"middle\">%s</text>", TENTHS(x), TENTHS(base_of(frame) + 180),
			tick);
		if (year[0] != '\0' && strcmp(year, last_year) != 0)
			pen_put(pen, "<text class=\"tick year\" x=\"%d.%d\" y=\"%d.%d\" text-anchor=\"middle\">%s</text>", TENTHS(x),
				TENTHS(base_of(frame) + 340), year);
		memcpy(last_year, year, sizeof last_year);
	}
}

static bool has_value(const struct chart *chart, size_t index)
{
	return index < chart->count && chart->columns[index].mark == CHART_VALUE;
}

/* Which way a line goes on from one point to another: -1 down, 1 up, 0 not at all. */
static int course_of_line(const struct chart *chart, size_t from, size_t to)
{
	if (chart->kind != CHART_LINE || !has_value(chart, from) || !has_value(chart, to))
		return 0;
	return (chart->columns[to].values[0] > chart->columns[from].values[0]) - (chart->columns[to].values[0] < chart->columns[from].values[0]);
}

/* The number of a point or column, where there is room: above it, in a valley below it, and out of the way of a line that rises or falls. */
static void put_value(struct pen *pen, const struct frame *frame, size_t index, uint64_t value)
{
	const struct figure figure = {.is_available = true, .decimals = HUNDREDTHS, .value = value};
	int before = index == 0 ? 0 : course_of_line(frame->chart, index - 1, index);
	int after = course_of_line(frame->chart, index, index + 1);
	bool is_valley = before <= 0 && after > 0;
	int64_t y = base_of(frame) - rise_of(frame, value);
	int64_t aside = before < 0 && after <= 0 ? 80 : before >= 0 && after > 0 && !is_valley ? -80 : 0;
	char text[PAGE_NUMBER];

	if (plot_width(frame) / (int64_t)frame->chart->count < VALUE_ROOM)
		return;
	page_number(pen->language, &figure, text);
	pen_put(pen, "<text class=\"value\" x=\"%d.%d\" y=\"%d.%d\" text-anchor=\"middle\">%s</text>", TENTHS(middle_of(frame, index) + aside),
		TENTHS(is_valley && y + 180 < base_of(frame) ? y + 190 : y - 90), text);
}

static void put_point(struct pen *pen, const struct frame *frame, size_t index)
{
	pen_put(pen, "%d.%d %d.%d", TENTHS(middle_of(frame, index)), TENTHS(base_of(frame) - rise_of(frame, frame->chart->columns[index].values[0])));
}

/* A line through the values from `first` up to, without, `end`, and what lies under it. */
static void put_stretch(struct pen *pen, const struct frame *frame, size_t first, size_t end)
{
	pen_put(pen, "<path class=\"area\" d=\"M%d.%d %d.%d", TENTHS(middle_of(frame, first)), TENTHS(base_of(frame)));
	for (size_t i = first; i < end; i++) {
		pen_raw(pen, "L");
		put_point(pen, frame, i);
	}
	pen_put(pen, "V%d.%dZ\"/><path class=\"stroke\" d=\"", TENTHS(base_of(frame)));
	for (size_t i = first; i < end; i++) {
		pen_raw(pen, i == first ? "M" : "L");
		put_point(pen, frame, i);
	}
	pen_raw(pen, "\"/>");
}

static void put_line(struct pen *pen, const struct frame *frame)
{
	const struct chart *chart = frame->chart;
	size_t end;

	for (size_t first = 0; first < chart->count; first = end) {
		for (end = first; has_value(chart, end);)
			end++;
		if (end > first + 1)
			put_stretch(pen, frame, first, end);
		if (end == first)
			end++;
	}
	for (size_t i = 0; i < chart->count; i++) {
		bool is_alone = (i == 0 || !has_value(chart, i - 1)) && !has_value(chart, i + 1);

		if (!has_value(chart, i) || (!is_alone && slot_at(frame, 1) - LEFT < WORD_ROOM))
			continue;
		pen_put(pen, "<circle class=\"dot\" cx=\"%d.%d\" cy=\"%d.%d\" r=\"3\"/>", TENTHS(middle_of(frame, i)),
			TENTHS(base_of(frame) - rise_of(frame, chart->columns[i].values[0])));
		put_value(pen, frame, i, chart->columns[i].values[0]);
	}
}

/* One upon the other: the last series lies on the base line. */
static void put_stack(struct pen *pen, const struct frame *frame, size_t index)
{
	const struct chart *chart = frame->chart;
	const struct chart_column *column = &chart->columns[index];
	int64_t slot = slot_at(frame, index + 1) - slot_at(frame, index);
	int64_t width = slot * 7 / 10 < COLUMN_MOST ? slot * 7 / 10 : COLUMN_MOST;
	uint64_t below = 0;

	for (size_t i = series_of(chart); i > 0; i--) {
		int64_t foot = base_of(frame) - rise_of(frame, below);
		int64_t head = base_of(frame) - rise_of(frame, below + column->values[i - 1]);

		below += column->values[i - 1];
		if (foot > head)
			pen_put(pen, "<rect class=\"seg c%zu\" x=\"%d.%d\" y=\"%d.%d\" width=\"%d.%d\" height=\"%d.%d\"/>", i - 1,
				TENTHS(middle_of(frame, index) - width / 2), TENTHS(head), TENTHS(width), TENTHS(foot - head));
	}
	if (chart->kind == CHART_COLUMNS)
		put_value(pen, frame, index, below);
}

/* A band over the columns from `first` up to, without, `end`, of which there is no value, with the word for why. */
static void put_band(struct pen *pen, const struct frame *frame, size_t first, size_t end)
{
	bool is_kept = frame->chart->columns[first].mark == CHART_SUPPRESSED;
	int64_t x = slot_at(frame, first);
	int64_t width = slot_at(frame, end) - x;
	int64_t middle = x + width / 2;
	int64_t height = TOP + plot_height(frame) / 2;

	pen_put(pen, "<rect class=\"%s\" x=\"%d.%d\" y=\"%d.%d\" width=\"%d.%d\" height=\"%d.%d\"/>", is_kept ? "kept-band" : "none-band",
		TENTHS(x + 10), TENTHS(TOP), TENTHS(width > 30 ? width - 20 : width), TENTHS(plot_height(frame)));
	if (width < WORD_ROOM)
		return;
	pen_put(pen, "<text class=\"word\" x=\"%d.%d\" y=\"%d.%d\" text-anchor=\"middle\"", TENTHS(middle), TENTHS(height));
	if (width < LYING_WORD_ROOM)
		pen_put(pen, " dominant-baseline=\"central\" transform=\"rotate(-90 %d.%d %d.%d)\"", TENTHS(middle), TENTHS(height));
	pen_raw(pen, ">");
	pen_word(pen, is_kept ? PAGE_SUPPRESSED : PAGE_NOT_AVAILABLE);
	pen_raw(pen, "</text>");
}

static void put_bands(struct pen *pen, const struct frame *frame)
{
	const struct chart *chart = frame->chart;
	size_t end;

	for (size_t first = 0; first < chart->count; first = end) {
		for (end = first + 1; end < chart->count && chart->columns[end].mark == chart->columns[first].mark;)
			end++;
		if (chart->columns[first].mark != CHART_VALUE)
			put_band(pen, frame, first, end);
	}
}

/* "4,12 (jan 2025)". */
static void put_extreme(struct pen *pen, const struct chart_column *column)
{
	const struct figure figure = {.is_available = true, .decimals = HUNDREDTHS, .value = column->whole};
	char number[PAGE_NUMBER];
	char period[PAGE_DATE];

	page_number(pen->language, &figure, number);
	page_period(pen->language, &column->period, period);
	pen_put(pen, " %s (%s)", number, period);
}

static void put_description(struct pen *pen, const struct chart *chart)
{
	static const enum page_word kinds[] = {PAGE_CHART_OF_LINE, PAGE_CHART_OF_COLUMNS, PAGE_CHART_OF_STACKS};
	const struct chart_column *least = NULL;
	const struct chart_column *most = NULL;
	size_t kept = 0;

	for (size_t i = 0; i < chart->count; i++) {
		const struct chart_column *column = &chart->columns[i];

		kept += column->mark == CHART_SUPPRESSED ? 1 : 0;
		if (column->mark != CHART_VALUE)
			continue;
		if (least == NULL || column->whole < least->whole)
			least = column;
		if (most == NULL || column->whole > most->whole)
			most = column;
	}
	pen_word(pen, kinds[chart->kind]);
	pen_raw(pen, ": ");
	pen_word(pen, chart->axis);
	if (least != NULL) {
		pen_raw(pen, "; ");
		pen_word(pen, PAGE_LEAST);
		put_extreme(pen, least);
		pen_raw(pen, ", ");
		pen_word(pen, PAGE_MOST);
		put_extreme(pen, most);
	}
	pen_raw(pen, ". ");
	if (kept > 0) {
		pen_word(pen, PAGE_SUPPRESSED);
		pen_put(pen, ": %zu. ", kept);
	}
	pen_word(pen, PAGE_NUMBERS_BENEATH);
}

static void put_drawing(struct pen *pen, const struct chart *chart, bool is_narrow)
{
	struct frame frame = {
		.chart = chart,
		.width = is_narrow          ? 3400
			 : chart->is_beside ? 6000
					    : 10400,
		.height = is_narrow          ? 2500
			  : chart->is_beside ? 4700
					     : 3800,
	};
	const char *name = is_narrow ? "narrow" : "wide";

	set_scale(&frame);
	pen_put(pen, "<svg class=\"chart %s%s\" viewBox=\"0 0 %d %d\" role=\"img\" aria-labelledby=\"t%zu%c d%zu%c\">", name,
		chart->kind == CHART_COLUMNS ? " columns" : "", (int)frame.width / 10, (int)frame.height / 10, chart->number, name[0], chart->number,
		name[0]);
	pen_put(pen, "<title id=\"t%zu%c\">", chart->number, name[0]);
	pen_word(pen, chart->title);
	pen_put(pen, "</title><desc id=\"d%zu%c\">", chart->number, name[0]);
	put_description(pen, chart);
	pen_raw(pen, "</desc>");
	put_axis(pen, &frame);
	put_bands(pen, &frame);
	if (chart->kind == CHART_LINE)
		put_line(pen, &frame);
	for (size_t i = 0; i < chart->count && chart->kind != CHART_LINE; i++) {
		if (has_value(chart, i))
			put_stack(pen, &frame, i);
	}
	put_labels(pen, &frame);
	pen_raw(pen, "</svg>\n");
}

static void put_key_mark(struct pen *pen, const char *class)
{
	pen_put(pen,
		"<li><svg class=\"swatch\" viewBox=\"0 0 14 14\" aria-hidden=\"true\"><rect class=\"%s\" x=\"1\" y=\"1\" width=\"12\" "
		"height=\"12\"/></svg> ",
		class);
}

static void put_key(struct pen *pen, const struct chart *chart)
{
	bool is_kept = has_mark(chart, CHART_SUPPRESSED);
	bool is_none = has_mark(chart, CHART_NOT_AVAILABLE);

	if (chart->classes == NULL && !is_kept && !is_none)
		return;
	pen_raw(pen, "<ul class=\"key\">");
	for (size_t i = 0; i < series_of(chart) && chart->classes != NULL; i++) {
		char mark[32];
		char text[PAGE_DATE];

		(void)snprintf(mark, sizeof mark, "seg c%zu", i);
		page_class(pen->language, chart->classes, i, text);
		put_key_mark(pen, mark);
		pen_words(pen, text);
		pen_raw(pen, "</li>");
	}
	if (is_kept) {
		put_key_mark(pen, "kept-band");
		pen_word(pen, PAGE_SUPPRESSED_KEY);
		pen_raw(pen, "</li>");
	}
	if (is_none) {
		put_key_mark(pen, "none-band");
		pen_word(pen, PAGE_NOT_AVAILABLE_KEY);
		pen_raw(pen, "</li>");
	}
	pen_raw(pen, "</ul>\n");
}

void chart_write(struct pen *pen, const struct chart *chart)
{
	put_drawing(pen, chart, false);
	put_drawing(pen, chart, true);
	put_key(pen, chart);
}
