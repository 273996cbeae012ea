#include "common/operate/acceptance.h"

#include <stdio.h>
#include <time.h>

enum { LEAVING_MS = 5000, ASK_MS = 500 };

static json_t *partition_json(const struct restore *restore, const struct restore_partition *partition)
{
	json_t *item = json_pack("{s:i, s:b, s:s, s:i, s:I}", "partition", (int)partition->partition, "halts", partition->halts ? 1 : 0, "lineage",
				 partition->lineage, "generation", (int)partition->generation, "batch", (json_int_t)partition->batch);
	json_t *inputs = json_array();

	if (partition->has_mark)
		json_object_set_new(item, "kafka",
				    json_pack("{s:s, s:i, s:I}", "lineage", partition->mark.lineage, "generation", (int)partition->mark.generation,
					      "batch", (json_int_t)partition->mark.batch));
	if (partition->halts)
		json_object_set_new(item, "code", json_string(partition->halt.code));
	for (size_t i = 0; i < restore->input_count; i++) {
		const struct restore_input *input = &partition->inputs[i];

		json_array_append_new(inputs, json_pack("{s:s, s:I, s:I, s:I}", "topic", input->topic, "next", (json_int_t)input->next, "begin",
							(json_int_t)input->begin, "end", (json_int_t)input->end));
	}
	json_object_set_new(item, "inputs", inputs);
	return item;
}

json_t *acceptance_partitions(const struct restore *restore)
{
	json_t *partitions = json_array();

	for (size_t i = 0; i < restore->count; i++)
		json_array_append_new(partitions, partition_json(restore, &restore->partitions[i]));
	return partitions;
}

void acceptance_print(const struct restore *restore)
{
	(void)printf("PostgreSQL %s\npartition  PostgreSQL         Kafka              seen\n", restore->lineage);
	for (size_t i = 0; i < restore->count; i++) {
		const struct restore_partition *partition = &restore->partitions[i];

		(void)printf("%9d  %4d:%-13lld", partition->partition, partition->generation, (long long)partition->batch);
		if (partition->has_mark)
			(void)printf(" %4d:%-13lld", partition->mark.generation, (long long)partition->mark.batch);
		else
			(void)printf(" %-18s", "none");
		(void)printf(" %s%s%s\n", partition->halts ? partition->halt.code : "goes on", partition->halts ? ": " : "",
			     partition->halts ? partition->halt.text : "");
		for (size_t j = 0; j < restore->input_count; j++)
			(void)printf("           %s: continues at %lld, the log holds %lld to %lld\n", partition->inputs[j].topic,
				     (long long)partition->inputs[j].next, (long long)partition->inputs[j].begin,
				     (long long)partition->inputs[j].end);
	}
}

bool acceptance_wait(const struct stream_options *options, int64_t session_timeout_ms, struct error *error)
{
	int64_t left = session_timeout_ms + LEAVING_MS;
	int32_t members = 0;

	for (bool said = false; restore_count_members(options, &members, error); left -= ASK_MS) {
		if (members == 0)
			return true;
		if (left <= 0)
			return error_set(error, DISPOSITION_RETRY, "STILL_RUNNING", options->group,
					 "the group has %d members: stop all instances of the service", members);
		if (!said)
			(void)fprintf(stderr, "waiting for the consumer group to be empty…\n");
		said = true;
		(void)nanosleep(&(struct timespec){.tv_nsec = ASK_MS * 1000000L}, NULL);
	}
	return false;
}

bool acceptance_confirmed(void)
{
	char answer[16] = "";

	(void)fprintf(stderr, "Accept it? Type yes: ");
	return fgets(answer, sizeof answer, stdin) != NULL && strcmp(answer, "yes\n") == 0;
}
