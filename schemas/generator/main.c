/* schema-generator --folder DIR --out STEM --header INCLUDED-AS --name SET [--prefix P] [--use DIR PREFIX HEADER]... writes STEM.h and STEM.c.
 * schema-generator --folder DIR --release NUMBER [--use DIR PREFIX HEADER]... writes DIR/released/NUMBER/, self-contained. */
#include "schemas/generator/canonical.h"
#include "schemas/generator/emit.h"

#include <avro.h>
#include <dirent.h>
#include <errno.h>
#include <sys/stat.h>

#define MAX_USED 8
#define MAX_RELEASES 64

struct arguments {
	const char *folder;
	const char *out;
	const char *header;
	const char *name;
	const char *prefix;
	const char *release;
	const char *used[MAX_USED];
	const char *used_prefixes[MAX_USED];
	const char *used_headers[MAX_USED];
	size_t used_count;
};

static void parse_arguments(int count, char **values, struct arguments *ret)
{
	const struct {
		const char *option;
		const char **target;
	} options[] = {{"--folder", &ret->folder}, {"--out", &ret->out},       {"--header", &ret->header},
		       {"--name", &ret->name},     {"--prefix", &ret->prefix}, {"--release", &ret->release}};

	for (int i = 1; i < count; i++) {
		bool known = false;

		for (size_t o = 0; o < sizeof options / sizeof *options && i + 1 < count && !known; o++)
			if (strcmp(values[i], options[o].option) == 0) {
				*options[o].target = values[++i];
				known = true;
			}
		if (!known && strcmp(values[i], "--use") == 0 && i + 3 < count && ret->used_count < MAX_USED) {
			ret->used[ret->used_count] = values[++i];
			ret->used_prefixes[ret->used_count] = values[++i];
			ret->used_headers[ret->used_count++] = values[++i];
			known = true;
		}
		if (!known)
			refuse("schema-generator", "wrong usage at %s", values[i]);
	}
	if (ret->folder == NULL || (ret->release == NULL && (ret->out == NULL || ret->header == NULL || ret->name == NULL)))
		refuse("schema-generator", "an option is missing");
}

/* avro-c reads every schema too: what it refuses is refused. */
static void check_with_avro(const struct model *model)
{
	for (size_t i = 0; i < model->document_count; i++) {
		json_t *expanded = canonical_expanded(model->documents[i].type, model);
		char *text = json_dumps(expanded, JSON_COMPACT);
		avro_schema_t schema;

		if (avro_schema_from_json_length(text, strlen(text), &schema) != 0)
			refuse(model->documents[i].file, "avro-c: %s", avro_strerror());
		avro_schema_decref(schema);
		free(text);
		json_decref(expanded);
	}
}

static int by_number(const struct dirent **a, const struct dirent **b)
{
	return (int)(strtol((*a)->d_name, NULL, 10) - strtol((*b)->d_name, NULL, 10));
}

static int is_number(const struct dirent *entry)
{
	return entry->d_name[0] != '\0' && entry->d_name[strspn(entry->d_name, "0123456789")] == '\0';
}

static size_t load_releases(const char *folder, struct release *ret)
{
	char path[4096];
	struct dirent **entries = NULL;
	int count;

	(void)snprintf(path, sizeof path, "%s/released", folder);
	count = scandir(path, &entries, is_number, by_number);
	if (count > MAX_RELEASES)
		refuse(path, "more than %d versions", MAX_RELEASES);
	for (int i = 0; i < count; i++) {
		char version[4400];

		(void)snprintf(version, sizeof version, "%s/%s", path, entries[i]->d_name);
		model_load(&ret[i].model, version);
		check_with_avro(&ret[i].model);
		ret[i].number = arena_text(&ret[i].model.arena, view_text(entries[i]->d_name));
		ret[i].wanted = arena_array(&ret[i].model.arena, ret[i].model.type_count, sizeof(bool));
		free(entries[i]);
	}
	free(entries);
	return count < 0 ? 0 : (size_t)count;
}

static void write_file(const char *stem, const char *suffix, const struct emission *emission, void (*emit)(const struct emission *, FILE *))
{
	char path[4096];
	FILE *out;

	(void)snprintf(path, sizeof path, "%s%s", stem, suffix);
	out = fopen(path, "w");
	if (out == NULL)
		refuse(path, "cannot be written");
	emit(emission, out);
	if (ferror(out) != 0 || fclose(out) != 0)
		refuse(path, "cannot be written");
}

static void generate(const struct arguments *arguments, const struct model *model)
{
	struct release releases[MAX_RELEASES] = {0};
	struct emission emission = {
		.model = model,
		.releases = releases,
		.release_count = load_releases(arguments->folder, releases),
		.name = arguments->name,
		.header = arguments->header,
		.includes = arguments->used_headers,
		.include_count = arguments->used_count,
	};

	write_file(arguments->out, ".h", &emission, emit_header);
	write_file(arguments->out, ".c", &emission, emit_tables);
	for (size_t i = 0; i < emission.release_count; i++)
		model_done(&releases[i].model);
}

/* A released version is never changed: a folder that is there already is refused. */
static void release(const struct arguments *arguments, const struct model *model)
{
	char path[4096];

	(void)snprintf(path, sizeof path, "%s/released", arguments->folder);
	if (mkdir(path, 0777) != 0 && errno != EEXIST)
		refuse(path, "cannot be made");
	(void)snprintf(path, sizeof path, "%s/released/%s", arguments->folder, arguments->release);
	if (mkdir(path, 0777) != 0)
		refuse(path, "is there already, or cannot be made");
	for (size_t i = 0; i < model->document_count; i++) {
		json_t *expanded = canonical_expanded(model->documents[i].type, model);
		char file[4400];

		(void)snprintf(file, sizeof file, "%s/%s.avsc", path, model->documents[i].type->name);
		if (json_dump_file(expanded, file, JSON_INDENT(2)) != 0)
			refuse(file, "cannot be written");
		json_decref(expanded);
	}
}

int main(int count, char **values)
{
	struct arguments arguments = {0};
	struct model used[MAX_USED] = {0};
	const struct model *used_pointers[MAX_USED];
	struct model model = {.used = used_pointers};

	parse_arguments(count, values, &arguments);
	for (size_t i = 0; i < arguments.used_count; i++) {
		used[i].prefix = strcmp(arguments.used_prefixes[i], "_none") == 0 ? "" : arguments.used_prefixes[i];
		model_load(&used[i], arguments.used[i]);
		used_pointers[i] = &used[i];
	}
	model.prefix = arguments.prefix;
	model.used_count = arguments.used_count;
	model_load(&model, arguments.folder);
	check_with_avro(&model);
	if (arguments.release != NULL)
		release(&arguments, &model);
	else
		generate(&arguments, &model);
	model_done(&model);
	for (size_t i = 0; i < arguments.used_count; i++)
		model_done(&used[i]);
	return 0;
}
