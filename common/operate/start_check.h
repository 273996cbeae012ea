/* What a start would do with each partition: told beforehand by `check`. */
#pragma once

#include "common/db/database.h"
#include "common/operate/checkup.h"
#include "common/stream/stream.h"

/* One line for the partitions that go on, and one with its remedy for each that does not (neighbours that halt for the same reason share one). Takes
 * nothing over. */
void start_check(const struct stream_options *options, struct database *database, struct checkup *checkup);
