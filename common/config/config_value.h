/* Values as text and back, for config.c; not for others. */
#pragma once

#include "common/config/config.h"

/* Puts `text` into the entry's field. NULL when it fits, else what is wrong with it (static text). `folder` (may be NULL) is that of relative paths. */
const char *config_value_set(const struct config_entry *entry, const char *text, const char *folder, struct arena *arena, void *target);
