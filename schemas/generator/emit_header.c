#include "schemas/generator/emit.h"

#include <ctype.h>

static void put_upper(FILE *out, const char *text)
{
	for (; *text != '\0'; text++)
		(void)fputc(toupper((unsigned char)*text), out);
}

static void emit_enum(const struct type *type, FILE *out)
{
	(void)fprintf(out, "/* %s */\nenum %s {\n", type->full_name, type->c_name);
	for (int32_t i = 0; i < type->symbol_count; i++) {
		(void)fputc('\t', out);
		put_upper(out, type->stem);
		(void)fprintf(out, "_%s = %d,\n", type->symbols[i], i);
	}
	(void)fprintf(out, "};\n_Static_assert(sizeof(enum %s) == sizeof(int32_t), \"an enum takes four bytes\");\n\n", type->c_name);
	(void)fprintf(out, "struct %s_array {\n\tenum %s *items;\n\tsize_t count;\n};\n\n", type->stem, type->c_name);
	(void)fprintf(out, "extern const struct schema_enum %s_enum;\n\n", type->stem);
	(void)fprintf(out, "/* The symbol; \"\" when it is none. Static. */\n");
	(void)fprintf(out, "static inline const char *%s_name(enum %s value)\n{\n", type->stem, type->c_name);
	(void)fprintf(out, "\treturn schema_enum_symbol(&%s_enum, (int32_t)value);\n}\n\n", type->stem);
}

/* The C type of one value, with a space or an asterisk behind it. */
static void put_c_type(const struct member *member, FILE *out)
{
	switch (member->kind) {
	case SCHEMA_BOOLEAN:
		(void)fputs("bool ", out);
		return;
	case SCHEMA_INT:
		(void)fputs("int32_t ", out);
		return;
	case SCHEMA_LONG:
		(void)fputs("int64_t ", out);
		return;
	case SCHEMA_STRING:
	case SCHEMA_BYTES:
		(void)fputs("struct view ", out);
		return;
	case SCHEMA_FIXED:
		(void)fputs("uint8_t ", out);
		return;
	case SCHEMA_ENUM:
		(void)fprintf(out, "enum %s ", member->type->c_name);
		return;
	case SCHEMA_RECORD:
		(void)fprintf(out, "struct %s %s", member->type->c_name, member->nullable ? "*" : "");
		return;
	}
}

static const char *array_stem(const struct member *member)
{
	static const char *const stems[] = {"boolean", "int", "long", "view", "view"};

	return member->type != NULL ? member->type->stem : stems[member->kind];
}

static bool has_flag(const struct member *member)
{
	return member->nullable && member->kind != SCHEMA_STRING && member->kind != SCHEMA_BYTES && member->kind != SCHEMA_RECORD;
}

static void emit_member(const struct member *member, FILE *out)
{
	if (member->repeated) {
		(void)fprintf(out, "\tstruct %s_array %s;\n", array_stem(member), member->c_name);
		return;
	}
	if (has_flag(member))
		(void)fprintf(out, "\tbool has_%s;\n", member->stem);
	(void)fputc('\t', out);
	put_c_type(member, out);
	(void)fputs(member->c_name, out);
	if (member->kind == SCHEMA_FIXED)
		(void)fprintf(out, "[%zu]", member->type->size);
	(void)fputs(";\n", out);
}

static void emit_record(const struct type *type, FILE *out)
{
	(void)fprintf(out, "/* %s */\nstruct %s {\n", type->full_name, type->c_name);
	for (size_t i = 0; i < type->member_count; i++)
		emit_member(&type->members[i], out);
	(void)fprintf(out, "};\n\nstruct %s_array {\n\tstruct %s *items;\n\tsize_t count;\n};\n\n", type->stem, type->c_name);
	(void)fprintf(out, "extern const struct schema %s_schema;\n\n", type->stem);
}

static void emit_fixed(const struct type *type, FILE *out)
{
	(void)fprintf(out, "/* %s: %zu bytes */\nstruct %s_array {\n\tuint8_t (*items)[%zu];\n\tsize_t count;\n};\n\n", type->full_name, type->size,
		      type->stem, type->size);
}

void emit_header(const struct emission *emission, FILE *out)
{
	(void)fputs("/* Made by schemas/generator from .avsc files. */\n#pragma once\n\n#include \"schemas/schema.h\"\n", out);
	for (size_t i = 0; i < emission->include_count; i++)
		(void)fprintf(out, "#include \"%s\"\n", emission->includes[i]);
	(void)fputc('\n', out);
	for (size_t i = 0; i < emission->model->type_count; i++) {
		const struct type *type = emission->model->types[i];

		if (type->kind == SCHEMA_ENUM)
			emit_enum(type, out);
		else if (type->kind == SCHEMA_FIXED)
			emit_fixed(type, out);
		else
			emit_record(type, out);
	}
	(void)fprintf(out, "/* All of the above, for schema_registry_new. */\nextern const struct schema_set %s_schemas;\n", emission->name);
}
