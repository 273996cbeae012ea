#include "vault-svc/cli/event_json.h"

#include "schemas/messages.h"
#include "vault-svc/cli/record_json.h"

static const struct schema *const event_schemas[] = {&employee_event_schema, &employment_event_schema, &absence_event_schema,
						     &organisation_unit_event_schema, &snapshot_marker_schema};

static const struct schema *schema_of(json_t *object)
{
	const char *type = json_string_value(json_object_get(object, "type"));

	for (size_t i = 0; type != NULL && i < sizeof event_schemas / sizeof event_schemas[0]; i++) {
		if (strcmp(event_schemas[i]->name, type) == 0)
			return event_schemas[i];
	}
	return NULL;
}

static bool read_object(struct event_json *event, json_t *object, struct arena *arena, struct error *error)
{
	event->schema = schema_of(object);
	if (event->schema == NULL)
		return error_set(error, DISPOSITION_REJECT, "TYPE", "type",
				 "EmployeeEvent, EmploymentEvent, AbsenceEvent, OrganisationUnitEvent or SnapshotMarker is meant");
	if (json_object_get(object, "event_id") == NULL)
		json_object_set_new(object, "event_id", json_string(event->event_id));
	if (json_object_get(object, "occurred_at") == NULL)
		json_object_set_new(object, "occurred_at", json_integer(event->at_ms));
	event->record = arena_take(arena, event->schema->size);
	if (!record_from_json(event->schema, object, "type", arena, event->record, error))
		return false;
	memcpy(&event->employer_id, (const uint8_t *)event->record + schema_field_named(event->schema, VIEW_LITERAL("employer_id"))->offset,
	       sizeof event->employer_id);
	return true;
}

bool event_json_read(struct event_json *event, struct view text, struct arena *arena, struct error *error)
{
	json_error_t where;
	json_t *object = json_loadb((const char *)text.ptr, text.len, JSON_REJECT_DUPLICATES, &where);
	bool done;

	if (!json_is_object(object)) {
		json_decref(object);
		return error_set(error, DISPOSITION_REJECT, "JSON", "line", "not one JSON object on one line (column %d)", where.column);
	}
	done = read_object(event, object, arena, error);
	json_decref(object);
	return done;
}
