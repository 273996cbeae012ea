#include "schemas/generator/canonical.h"
#include "schemas/generator/emit.h"

#include <inttypes.h>

static void put_string(const char *text, FILE *out)
{
	(void)fputc('"', out);
	for (; *text != '\0'; text++)
		if (*text == '"' || *text == '\\' || *text == '?' || (uint8_t)*text < ' ' || (uint8_t)*text > '~')
			(void)fprintf(out, "\\%03o", (unsigned)(uint8_t)*text);
		else
			(void)fputc(*text, out);
	(void)fputc('"', out);
}

/* What stands before the names of a released version's tables; nothing before the present one's. */
static void put_tag(const char *release, FILE *out)
{
	if (release != NULL)
		(void)fprintf(out, "v%s_", release);
}

static void emit_enum(const struct type *type, const char *release, FILE *out)
{
	(void)fputs("static const char *const ", out);
	put_tag(release, out);
	(void)fprintf(out, "%s_symbols[] = {", type->stem);
	for (int32_t i = 0; i < type->symbol_count; i++)
		(void)fprintf(out, "%s\"%s\"", i > 0 ? ", " : "", type->symbols[i]);
	(void)fprintf(out, "};\n%sconst struct schema_enum ", release != NULL ? "static " : "");
	put_tag(release, out);
	(void)fprintf(out, "%s_enum = {.name = \"%s\", .symbols = ", type->stem, type->full_name);
	put_tag(release, out);
	(void)fprintf(out, "%s_symbols, .count = %d, .fallback = %d};\n\n", type->stem, type->symbol_count, type->fallback);
}

static void put_default(const struct member *member, FILE *out)
{
	const json_t *standard = member->standard;

	if (standard == NULL)
		return;
	(void)fputs(", .has_default = true", out);
	if (json_is_null(standard) || json_is_array(standard))
		return;
	if (json_is_boolean(standard)) {
		(void)fprintf(out, ", .standard = {.number = %d}", json_is_true(standard));
	} else if (json_is_integer(standard)) {
		(void)fprintf(out, ", .standard = {.number = INT64_C(%" JSON_INTEGER_FORMAT ")}", json_integer_value(standard));
	} else if (member->kind == SCHEMA_ENUM) {
		for (int32_t i = 0; i < member->type->symbol_count; i++)
			if (strcmp(member->type->symbols[i], json_string_value(standard)) == 0)
				(void)fprintf(out, ", .standard = {.number = %d}", i);
	} else {
		(void)fputs(", .standard = {.text = {.ptr = (const uint8_t *)", out);
		put_string(json_string_value(standard), out);
		(void)fprintf(out, ", .len = %zu}}", json_string_length(standard));
	}
}

static void emit_field(const struct type *type, const struct member *member, const char *release, FILE *out)
{
	static const char *const kinds[] = {"BOOLEAN", "INT", "LONG", "STRING", "BYTES", "FIXED", "ENUM", "RECORD"};
	bool flag = member->nullable && member->kind != SCHEMA_STRING && member->kind != SCHEMA_BYTES && member->kind != SCHEMA_RECORD;

	(void)fprintf(out, "\t{.name = \"%s\", .kind = SCHEMA_%s", member->name, kinds[member->kind]);
	if (member->nullable)
		(void)fputs(", .nullable = true", out);
	if (member->repeated)
		(void)fprintf(out, ", .repeated = true, .max_items = %" PRIu32, member->max_items);
	if (release == NULL)
		(void)fprintf(out, ", .offset = offsetof(struct %s, %s)", type->c_name, member->c_name);
	if (release == NULL && flag)
		(void)fprintf(out, ", .has_offset = offsetof(struct %s, has_%s)", type->c_name, member->stem);
	if (member->max_length != 0)
		(void)fprintf(out, ", .max_length = %" PRIu32, member->max_length);
	if (member->kind == SCHEMA_FIXED)
		(void)fprintf(out, ", .size = %zu", member->type->size);
	if (member->kind == SCHEMA_ENUM || member->kind == SCHEMA_RECORD) {
		(void)fputs(member->kind == SCHEMA_ENUM ? ", .enumeration = &" : ", .record = &", out);
		put_tag(release, out);
		(void)fprintf(out, "%s_%s", member->type->stem, member->kind == SCHEMA_ENUM ? "enum" : "schema");
	}
	put_default(member, out);
	(void)fputs("},\n", out);
}

static void emit_record(const struct type *type, const char *release, FILE *out)
{
	struct arena arena = {0};
	uint64_t fingerprint = canonical_fingerprint(canonical_form(type, &arena));

	(void)fputs("static const struct schema_field ", out);
	put_tag(release, out);
	(void)fprintf(out, "%s_fields[] = {\n", type->stem);
	for (size_t i = 0; i < type->member_count; i++)
		emit_field(type, &type->members[i], release, out);
	(void)fprintf(out, "};\n%sconst struct schema ", release != NULL ? "static " : "");
	put_tag(release, out);
	(void)fprintf(out, "%s_schema = {\n\t.name = \"%s\",\n\t.full_name = \"%s\",\n\t.fields = ", type->stem, type->name, type->full_name);
	put_tag(release, out);
	(void)fprintf(out, "%s_fields,\n\t.field_count = %zu,\n", type->stem, type->member_count);
	if (release == NULL)
		(void)fprintf(out, "\t.size = sizeof(struct %s),\n", type->c_name);
	(void)fputs("\t.fingerprint = {", out);
	for (unsigned shift = 0; shift < 64; shift += 8)
		(void)fprintf(out, "%s0x%02x", shift > 0 ? ", " : "", (unsigned)(fingerprint >> shift & 0xff));
	(void)fputs("},\n};\n\n", out);
	arena_done(&arena);
}

static void emit_type(const struct type *type, const char *release, FILE *out)
{
	if (type->kind == SCHEMA_ENUM)
		emit_enum(type, release, out);
	else if (type->kind == SCHEMA_RECORD)
		emit_record(type, release, out);
}

static uint64_t fingerprint_of(const struct type *type)
{
	struct arena arena = {0};
	uint64_t fingerprint = canonical_fingerprint(canonical_form(type, &arena));

	arena_done(&arena);
	return fingerprint;
}

static void want(struct release *release, const struct type *type)
{
	for (size_t i = 0; i < release->model.type_count; i++)
		if (release->model.types[i] == type)
			release->wanted[i] = true;
	for (size_t i = 0; i < type->member_count; i++)
		if (type->members[i].type != NULL)
			want(release, type->members[i].type);
}

/* Writes the tables of the released versions that differ from all others, and lists them. */
static void emit_writers(const struct emission *emission, FILE *out)
{
	uint64_t known[4096];
	size_t known_count = 0;
	size_t writer_count = 0;
	char *list = NULL;
	size_t list_size = 0;
	FILE *writers = open_memstream(&list, &list_size);

	if (writers == NULL)
		refuse(emission->name, "out of memory");
	for (size_t i = 0; i < emission->model->document_count; i++)
		known[known_count++] = fingerprint_of(emission->model->documents[i].type);
	for (size_t r = 0; r < emission->release_count; r++) {
		struct release *release = &emission->releases[r];

		for (size_t i = 0; i < release->model.document_count; i++) {
			const struct type *type = release->model.documents[i].type;
			uint64_t fingerprint = fingerprint_of(type);
			bool is_new = true;

			for (size_t k = 0; k < known_count; k++)
				is_new = is_new && known[k] != fingerprint;
			if (!is_new)
				continue;
			if (known_count == sizeof known / sizeof *known)
				refuse(emission->name, "too many released schemas");
			known[known_count++] = fingerprint;
			want(release, type);
			(void)fprintf(writers, "\t&v%s_%s_schema,\n", release->number, type->stem);
			writer_count++;
		}
		for (size_t i = 0; i < release->model.type_count; i++)
			if (release->wanted[i])
				emit_type(release->model.types[i], release->number, out);
	}
	(void)fclose(writers);
	if (writer_count > 0)
		(void)fprintf(out, "static const struct schema *const writers[] = {\n%s};\n\n", list);
	free(list);
	(void)fprintf(out, "const struct schema_set %s_schemas = {\n\t.readers = readers,\n\t.reader_count = %zu,\n", emission->name,
		      emission->model->document_count);
	if (writer_count > 0)
		(void)fprintf(out, "\t.writers = writers,\n\t.writer_count = %zu,\n", writer_count);
	(void)fputs("};\n", out);
}

void emit_tables(const struct emission *emission, FILE *out)
{
	(void)fprintf(out, "/* Made by schemas/generator from .avsc files. */\n#include \"%s\"\n\n", emission->header);
	for (size_t i = 0; i < emission->model->type_count; i++)
		emit_type(emission->model->types[i], NULL, out);
	(void)fputs("static const struct schema *const readers[] = {\n", out);
	for (size_t i = 0; i < emission->model->document_count; i++)
		(void)fprintf(out, "\t&%s_schema,\n", emission->model->documents[i].type->stem);
	(void)fputs("};\n\n", out);
	emit_writers(emission, out);
}
