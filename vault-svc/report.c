#include "vault-svc/report.h"

#include "common/base/buffer.h"
#include "vault-svc/core/elementary.h"

bool output_record(struct changes *changes, const char *topic, struct view key, const struct schema *schema, const void *record,
		   const struct cause *cause, struct error *error)
{
	struct buffer buffer CLEANUP(buffer_done);
	struct error why = {0};

	buffer_init(&buffer, SCHEMA_MAX_MESSAGE);
	if (!message_encode(schema, record, &buffer, &why))
		return error_set(error, DISPOSITION_STOP, "ENCODE", schema->name, "an output cannot be encoded: %s at %s", why.code, why.place);
	stream_output_add(changes->batch, &(struct stream_output){
						  .topic = topic,
						  .partition = changes->batch->partition,
						  .key = key,
						  .value = buffer_view(&buffer),
						  .cause = cause->stream,
					  });
	return true;
}

/* What breaks its own rule is a value like any other, and not told. */
bool report_processing(struct changes *changes, const struct report_about *about, enum processing_outcome outcome, const char *code,
		       struct view field, struct error *error)
{
	const struct processing_report report = {
		.employer_id = about->employer_id,
		.event_id = event_id_fault(about->event_id) == NULL ? about->event_id : VIEW_NULL,
		.source_system = text_fault(about->source_system) == NULL ? about->source_system : VIEW_NULL,
		.topic = about->topic,
		.partition = about->partition,
		.offset = about->offset,
		.outcome = outcome,
		.code = view_text(code),
		.field = field,
		.decided_at = about->cause->at,
	};

	changes->vault->counters.reported++;
	return output_record(changes, "vault.reports", about->employer_id, &processing_report_schema, &report, about->cause, error);
}

bool report_findings(struct changes *changes, const struct report_about *about, const struct finding *findings, size_t count, struct error *error)
{
	for (size_t i = 0; i < count; i++) {
		const struct finding *finding = &findings[i];
		struct report_about one = *about;

		if (!view_is_null(finding->event_id)) {
			one.event_id = finding->event_id;
			one.source_system = finding->source_system;
		}
		if (!report_processing(changes, &one, finding->outcome, finding->code, finding->field, error))
			return false;
	}
	return true;
}

bool report_run(struct changes *changes, struct view employer_id, struct view run_id, enum run_kind kind, enum run_outcome outcome,
		int64_t started_at, int64_t completed_at, struct count *counts, size_t count, const struct cause *cause, struct error *error)
{
	const struct run_report report = {
		.employer_id = employer_id,
		.run_id = run_id,
		.kind = kind,
		.outcome = outcome,
		.started_at = started_at,
		.completed_at = completed_at,
		.counts = {.items = counts, .count = count},
	};

	return output_record(changes, "vault.reports", employer_id, &run_report_schema, &report, cause, error);
}

bool report_command(struct changes *changes, const struct command_result *result, struct view to_provider, const struct cause *cause,
		    struct error *error)
{
	const char *topic = view_is_null(to_provider) ? "vault.results" : vault_topic(changes->vault, "care.results.", to_provider);
	struct view key = view_is_null(to_provider) ? result->employer_id : result->command_id;

	return output_record(changes, topic, key, &command_result_schema, result, cause, error);
}

bool report_notice(struct changes *changes, const struct share_notice *notice, const struct cause *cause, struct error *error)
{
	return output_record(changes, "vault.results", notice->employer_id, &share_notice_schema, notice, cause, error);
}

bool report_care(struct changes *changes, const struct care_result *result, struct view provider_id, const struct cause *cause, struct error *error)
{
	return output_record(changes, vault_topic(changes->vault, "care.results.", provider_id), result->command_id, &care_result_schema, result,
			     cause, error);
}
