/* What a person told about itself, as one JSON object from a file or standard input: never an argument. */
#pragma once

#include <jansson.h>

#include "provider-svc/cli/input_text.h"

/* The object, of which all members have one of these names. New reference. REJECT USAGE for anything else, without its content. */
MUST_CHECK bool input_json_read(const char *path, const char *const *names, size_t name_count, json_t **ret, struct error *error);

/* A member that is text, in the arena; the null view where there is none, or JSON's null. REJECT USAGE where it is no text. */
MUST_CHECK bool input_json_text(json_t *object, const char *name, struct arena *arena, struct view *ret, struct error *error);

/* A member that is a birth date, YYYY-MM-DD or YYYYMMDD (zeros for what is unknown), as the contract has it: YYYYMMDD. */
MUST_CHECK bool input_json_birth_date(json_t *object, const char *name, struct arena *arena, struct view *ret, struct error *error);
