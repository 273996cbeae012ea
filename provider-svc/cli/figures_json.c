#include "provider-svc/cli/figures_json.h"

#include <jansson.h>
#include <stdlib.h>

#include "common/operate/json_text.h"

/* Takes the reference. In ASCII alone: names are exact, and nothing of them acts on a terminal. */
static void put_value(struct buffer *buffer, json_t *value)
{
	char *text = json_dumps(value, JSON_COMPACT | JSON_ENSURE_ASCII);

	if (text == NULL || !buffer_put(buffer, view_text(text)))
		buffer->failed = true;
	free(text);
	json_decref(value);
}

static void put_text(struct buffer *buffer, const char *text)
{
	(void)buffer_put(buffer, view_text(text));
}

static json_t *json_day(int32_t day)
{
	char text[16];

	day_format(day, text);
	return json_string(text);
}

static json_t *classes_of(const struct duration_classes *classes)
{
	json_t *list = json_array();

	for (size_t i = 0; i < duration_class_count(classes); i++) {
		char class[32];

		duration_class_format(classes, i, class);
		json_array_append_new(list, json_string(class));
	}
	return json_pack("{s:s,s:o}", "name", classes->name, "days", list);
}

static json_t *parameters_of(const struct figures_request *request)
{
	static const char *const steps[] = {"whole", "month", "quarter", "year"};
	json_t *object = json_object();

	json_object_set_new(object, "breakdown", json_string(dimension_name(request->dimension)));
	json_object_set_new(object, "from", json_day(request->whole.from));
	json_object_set_new(object, "to", json_day(request->whole.until - 1));
	json_object_set_new(object, "per", json_string(steps[request->step]));
	json_object_set_new(object, "employer", json_text(request->terms.employer_id));
	json_object_set_new(object, "duration_classes", classes_of(&request->terms.terms.classes));
	json_object_set_new(object, "max_days",
			    request->terms.terms.max_days == COURSE_NO_CAP ? json_null() : json_integer(request->terms.terms.max_days));
	json_object_set_new(object, "min_group_at_least",
			    request->terms.min_group == SHEET_EMPLOYERS_OWN ? json_null() : json_integer(request->terms.min_group));
	json_object_set_new(object, "decimals", json_integer(request->decimals));
	return object;
}

static void put_definition(struct buffer *buffer, const char *name, const char *unit, const char *definition, bool is_last)
{
	put_value(buffer, json_pack("{s:s,s:s,s:s}", "name", name, "unit", unit, "definition", definition));
	put_text(buffer, is_last ? "\n" : ",\n");
}

static void put_definitions(const struct sheet *sheet, struct buffer *buffer)
{
	for (size_t i = 0; i < sheet_figure_count(sheet); i++) {
		enum figure_kind kind = (enum figure_kind)i;
		bool is_last = i + 1 == sheet_figure_count(sheet);
		char name[SHEET_NAME];

		sheet_figure_name(sheet, i, name);
		if (i < FIGURE_KINDS)
			put_definition(buffer, name, figure_unit(kind), figure_definition(kind), is_last);
		else
			put_definition(buffer, name, figure_unit(FIGURE_ABSENCE), "the part of absence_pct that the cases of that many days make",
				       is_last);
	}
}

static bool put_row(const struct figures_request *request, const struct sheet *sheet, const struct sheet_row *row, struct buffer *buffer,
		    struct error *error)
{
	json_t *figures = json_object();
	json_t *object = json_object();
	bool done = true;

	for (size_t i = 0; done && i < sheet_figure_count(sheet); i++) {
		char name[SHEET_NAME];
		char text[FIGURE_TEXT];

		sheet_figure_name(sheet, i, name);
		done = sheet_figure(sheet, row, i, request->decimals, text, error);
		if (done)
			json_object_set_new(figures, name, json_string(text));
	}
	json_object_set_new(object, "employer", json_text(row->employer_id));
	json_object_set_new(object, "standing", json_string(roll_standing_name(row->standing)));
	json_object_set_new(object, "min_group", json_integer(row->min_group));
	json_object_set_new(object, "rows", json_string(sheet_kind_name(row->kind)));
	json_object_set_new(object, "value", json_text(row->value));
	json_object_set_new(object, "name", json_text(row->name));
	json_object_set_new(object, "depth", json_integer((json_int_t)row->depth));
	json_object_set_new(object, "from", json_day(sheet->breakdown->periods[row->period].from));
	json_object_set_new(object, "to", json_day(sheet->breakdown->periods[row->period].until - 1));
	json_object_set_new(object, "figures", figures);
	if (done)
		put_value(buffer, object);
	else
		json_decref(object);
	return done;
}

bool figures_json(const struct figures_request *request, const struct sheet *sheet, struct buffer *buffer, struct error *error)
{
	put_text(buffer, "{\"parameters\":");
	put_value(buffer, parameters_of(request));
	put_text(buffer, ",\n\"definitions\":[\n");
	put_definitions(sheet, buffer);
	put_text(buffer, "],\n\"rows\":[\n");
	for (size_t i = 0; i < sheet->count; i++) {
		if (!put_row(request, sheet, &sheet->rows[i], buffer, error))
			return false;
		put_text(buffer, i + 1 == sheet->count ? "\n" : ",\n");
	}
	put_text(buffer, "]}\n");
	return !buffer->failed || error_set(error, DISPOSITION_STOP, "TOO_LARGE", "figures", "more rows than can be held");
}
