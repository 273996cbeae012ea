/* Where the logs of the input topics begin and end. */
#pragma once

#include "common/stream/engine.h"

struct log_ends {
	int64_t begin;
	int64_t end;
};

/* Reads both ends of the first `inputs` input topics for the partitions; ret[i * inputs + j] is input j of partitions[i]. Blocks for
 * twice timeout_ms at most. */
MUST_CHECK bool log_ends_read(struct stream *stream, const int32_t *partitions, size_t count, size_t inputs, struct log_ends *ret, int32_t timeout_ms,
			      struct error *error);
