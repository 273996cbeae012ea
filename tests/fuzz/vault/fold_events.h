/* Events of one employee made of a fuzzer's bytes: few keys, few days and few contents, so that they meet. Or a whole message of the input. */
#pragma once

#include "schemas/codec/message.h"
#include "tests/fuzz/fuzz.h"

#define FOLD_DAY INT32_C(20544) /* 2026-04-01, in the midst of the days that events name */
#define FOLD_NOW (((int64_t)FOLD_DAY + 40) * INT64_C(86400000))

/* The next event in *ret, its record in the arena, `number` in its id. False when the input's bytes are none. */
bool fold_event(struct choices *choices, const struct schema_registry *registry, unsigned number, struct arena *arena, struct message *ret);

/* The next event, an AbsenceEvent. */
void fold_absence(struct choices *choices, unsigned number, struct arena *arena, struct message *ret);
