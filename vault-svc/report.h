/* What the vault says of its work on vault.reports, vault.results and care.results: codes and coordinates, never values. */
#pragma once

#include "vault-svc/changes.h"
#include "vault-svc/core/command.h"
#include "vault-svc/core/finding.h"

/* Encodes a record and adds it to the batch's outputs. STOP ENCODE when it does not fit its own schema. */
MUST_CHECK bool output_record(struct changes *changes, const char *topic, struct view key, const struct schema *schema, const void *record,
			      const struct cause *cause, struct error *error);

/* A ProcessingReport's coordinates: which event it is about. */
struct report_about {
	struct view employer_id; /* also the key of the report */
	struct view event_id;    /* null: it could not be read */
	struct view source_system;
	struct view topic;
	int32_t partition;
	int64_t offset;
	const struct cause *cause;
};

/* One ProcessingReport. field may be null. */
MUST_CHECK bool report_processing(struct changes *changes, const struct report_about *about, enum processing_outcome outcome, const char *code,
				  struct view field, struct error *error);

/* One for each finding. */
MUST_CHECK bool report_findings(struct changes *changes, const struct report_about *about, const struct finding *findings, size_t count,
				struct error *error);

/* A RunReport; counts may be NULL. */
MUST_CHECK bool report_run(struct changes *changes, struct view employer_id, struct view run_id, enum run_kind kind, enum run_outcome outcome,
			   int64_t started_at, int64_t completed_at, struct count *counts, size_t count, const struct cause *cause,
			   struct error *error);

/* A CommandResult: to vault.results under its employer_id, or, to_provider not null, to that provider's care.results under the command_id. */
MUST_CHECK bool report_command(struct changes *changes, const struct command_result *result, struct view to_provider, const struct cause *cause,
			       struct error *error);

/* A ShareNotice to the employer. */
MUST_CHECK bool report_notice(struct changes *changes, const struct share_notice *notice, const struct cause *cause, struct error *error);

/* A CareResult. */
MUST_CHECK bool report_care(struct changes *changes, const struct care_result *result, struct view provider_id, const struct cause *cause,
			    struct error *error);
