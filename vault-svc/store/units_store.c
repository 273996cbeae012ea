#include "vault-svc/store/units_store.h"

#include "schemas/codec/record.h"

struct load {
	struct units *units;
	const struct schema_registry *registry;
	struct arena *arena;
};

static bool units_read(void *context, const struct rows *rows, struct error *error)
{
	struct load *load = context;
	struct units *units = load->units;
	struct seal_subject subject;
	void *record = NULL;

	if (rows_count(rows) == 0)
		return true;
	units->version = row_int8(rows, 0, 0);
	subject = seal_subject_of(units->employer->number, -1, units->version);
	if (!document_open(load->registry, &units_state_schema, units->employer->keys.key, &subject, row_bytea(rows, 0, 1), load->arena, &record,
			   error))
		return false;
	units->state = record;
	return true;
}

bool units_queue_load(struct units *units, const struct schema_registry *registry, struct database *database, struct arena *arena,
		      struct error *error)
{
	static const struct statement select = {"units_load", "SELECT version, document FROM employer_units WHERE employer_no = $1"};
	struct load *load = arena_take(arena, sizeof *load);
	struct parameters parameters;

	*load = (struct load){.units = units, .registry = registry, .arena = arena};
	units->version = 0;
	units->state = record_new(&units_state_schema, arena);
	parameters_init(&parameters, arena);
	parameters_int4(&parameters, units->employer->number);
	return database_queue(database, &select, &parameters, units_read, load, error);
}

bool units_queue_write(struct units *units, struct database *database, struct arena *arena, struct error *error)
{
	static const struct statement upsert = {"units_upsert",
						"INSERT INTO employer_units (employer_no, version, document) VALUES ($1, $2, $3) "
						"ON CONFLICT (employer_no) DO UPDATE SET version = excluded.version, document = excluded.document"};
	struct seal_subject subject = seal_subject_of(units->employer->number, -1, units->version + 1);
	const struct employer_keys *keys = &units->employer->keys;
	struct parameters parameters;
	struct view sealed = VIEW_NULL;

	if (!document_seal(&units_state_schema, units->state, keys->key, keys->epoch, &subject, arena, &sealed, error))
		return false;
	parameters_init(&parameters, arena);
	parameters_int4(&parameters, units->employer->number);
	parameters_int8(&parameters, units->version + 1);
	parameters_bytea(&parameters, sealed);
	return database_queue(database, &upsert, &parameters, NULL, NULL, error);
}
