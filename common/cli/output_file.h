/* The answer of a command: on standard output, or whole in a file that is there only once all of it is. */
#pragma once

#include "common/base/error.h"
#include "common/base/view.h"

/*
 * Writes to the file: beside it first, on the disk, then under its name, in place of what was there. path NULL: to standard output. STOP OUTPUT when
 * it cannot be written, with nothing left behind; or is something else than a plain file.
 */
MUST_CHECK bool output_write(const char *path, struct view bytes, struct error *error);
