#include "schemas/codec/plan.h"

static bool resolve_record(const struct schema *writer, const struct schema *reader, int depth, struct arena *arena, const struct plan **ret_plan,
			   struct error *error);

static bool incompatible(struct error *error, const struct schema *writer, const char *field, const char *what)
{
	return error_set(error, DISPOSITION_STOP, "INCOMPATIBLE", writer->name, "field %s of a known version cannot be read: %s", field, what);
}

/* Of a full name the part that Avro compares when it resolves. */
static const char *last_name(const char *full_name)
{
	const char *dot = strrchr(full_name, '.');

	return dot == NULL ? full_name : dot + 1;
}

static bool is_text(enum schema_kind kind)
{
	return kind == SCHEMA_STRING || kind == SCHEMA_BYTES;
}

static bool kinds_fit(const struct schema_field *source, const struct schema_field *target)
{
	if (source->repeated != target->repeated)
		return false;
	if (source->kind == SCHEMA_INT && target->kind == SCHEMA_LONG)
		return true;
	if (is_text(source->kind) && is_text(target->kind))
		return true;
	if (source->kind != target->kind)
		return false;
	if (source->kind == SCHEMA_FIXED)
		return source->size == target->size;
	if (source->kind == SCHEMA_ENUM)
		return strcmp(last_name(source->enumeration->name), last_name(target->enumeration->name)) == 0;
	if (source->kind == SCHEMA_RECORD)
		return strcmp(source->record->name, target->record->name) == 0;
	return true;
}

static const int32_t *resolve_symbols(const struct schema_enum *source, const struct schema_enum *target, struct arena *arena)
{
	int32_t *symbols = arena_array(arena, (size_t)source->count, sizeof *symbols);

	for (int32_t i = 0; i < source->count; i++)
		if (!schema_enum_value(target, view_text(source->symbols[i]), &symbols[i]))
			symbols[i] = target->fallback;
	return symbols;
}

static size_t least_bytes(const struct step *step)
{
	if (step->source->nullable)
		return 1;
	if (step->source->kind == SCHEMA_FIXED)
		return step->source->size;
	return step->source->kind == SCHEMA_RECORD ? step->record->least : 1;
}

static bool resolve_field(const struct schema *writer, const struct schema *reader, struct step *step, int depth, struct arena *arena,
			  struct error *error)
{
	const struct schema_field *source = step->source;
	const struct schema_field *target = reader == NULL ? NULL : schema_field_named(reader, view_text(source->name));

	step->target = target;
	if (target != NULL && !kinds_fit(source, target))
		return incompatible(error, writer, source->name, "its type is another");
	if (source->kind == SCHEMA_ENUM && target != NULL)
		step->symbols = resolve_symbols(source->enumeration, target->enumeration, arena);
	if (source->kind == SCHEMA_RECORD &&
	    !resolve_record(source->record, target == NULL ? NULL : target->record, depth + 1, arena, &step->record, error))
		return false;
	step->least = least_bytes(step);
	if (step->least == 0)
		return incompatible(error, writer, source->name, "its values would take no bytes");
	return true;
}

/* Lists what the reader has and the writer lacks; each needs a default. */
static bool resolve_standards(const struct schema *writer, const struct schema *reader, struct arena *arena, struct plan *plan, struct error *error)
{
	if (reader == NULL)
		return true;
	plan->standards = arena_array(arena, reader->field_count, sizeof(struct schema_field *));
	for (size_t i = 0; i < reader->field_count; i++) {
		const struct schema_field *field = &reader->fields[i];

		if (schema_field_named(writer, view_text(field->name)) != NULL)
			continue;
		if (!field->has_default)
			return incompatible(error, writer, field->name, "it was added without a default");
		plan->standards[plan->standard_count++] = field;
	}
	return true;
}

static bool resolve_record(const struct schema *writer, const struct schema *reader, int depth, struct arena *arena, const struct plan **ret_plan,
			   struct error *error)
{
	struct plan *plan = arena_take(arena, sizeof *plan);
	struct step *steps = arena_array(arena, writer->field_count, sizeof *steps);

	if (depth > PLAN_MAX_DEPTH)
		return incompatible(error, writer, "", "it is nested too deep");
	plan->writer = writer;
	plan->reader = reader;
	plan->steps = steps;
	for (size_t i = 0; i < writer->field_count; i++) {
		steps[i].source = &writer->fields[i];
		if (!resolve_field(writer, reader, &steps[i], depth, arena, error))
			return false;
		plan->least += steps[i].source->repeated ? 1 : steps[i].least;
	}
	if (!resolve_standards(writer, reader, arena, plan, error))
		return false;
	*ret_plan = plan;
	return true;
}

bool plan_new(const struct schema *writer, const struct schema *reader, struct arena *arena, const struct plan **ret_plan, struct error *error)
{
	return resolve_record(writer, reader, 0, arena, ret_plan, error);
}

void plan_standard(const struct schema_field *field, void *record)
{
	void *at = (uint8_t *)record + field->offset;

	if (field->nullable || field->repeated)
		return;
	switch (field->kind) {
	case SCHEMA_BOOLEAN:
		*(bool *)at = field->standard.number != 0;
		return;
	case SCHEMA_INT:
	case SCHEMA_ENUM:
		*(int32_t *)at = (int32_t)field->standard.number;
		return;
	case SCHEMA_LONG:
		*(int64_t *)at = field->standard.number;
		return;
	case SCHEMA_STRING:
	case SCHEMA_BYTES:
		*(struct view *)at = field->standard.text;
		return;
	case SCHEMA_FIXED:
		memcpy(at, field->standard.text.ptr, field->size);
		return;
	case SCHEMA_RECORD:
		return;
	}
}
