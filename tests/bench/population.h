/* A read_committed reader of a population topic, in a thread of its own: when was the last of so many employments readable? */
#pragma once

#include <stdint.h>

struct population_reader;

/* Starts reading at the topic's present end; returns once it is assigned. Heap. */
struct population_reader *population_reader_start(const char *bootstrap, const char *topic, int64_t employments);

/* Waits until so many different employments have been read; the monotonic time at which the last came. Frees the reader. ret_records is how many
 * employment records there were in all. Fails after a minute without any record. */
double population_reader_finish(struct population_reader *reader, int64_t *ret_records);
