/* The service: what it holds while it runs, and its part of the stream engine. */
#pragma once

#include "common/operate/key_files.h"
#include "provider-svc/options.h"
#include "provider-svc/store/trust_store.h"
#include "schemas/codec/message.h"
#include "schemas/messages.h"

enum { INPUT_POPULATION, INPUT_SHARE, INPUT_COUNT };

struct provider {
	struct arena arena; /* what lives as long as the service */
	struct options options;
	struct config_kafka kafka;
	struct topics topics;
	struct schema_registry *registry;
	struct keyring *keyring;
	struct sign_pair *signing;
	struct box_pair *box;
	struct view issuer; /* "provider:<id>" */
	struct trust trust; /* work thread only */
};

/* Reads configuration and, with keys, the key files. provider_done in any case. */
MUST_CHECK bool provider_init(struct provider *provider, const char *config_path, bool keys, struct error *error);

/* Frees all. */
void provider_done(struct provider *provider);

/* Where its key files are. */
struct key_files provider_key_files(const struct provider *provider);

/* Runs the service until it is told to stop. */
MUST_CHECK bool provider_run(struct provider *provider, struct error *error);

struct stream_batch;
struct database;

/* A batch of population.<provider>, its two halves: fold in memory, then the tables. */
MUST_CHECK bool population_batch_fold(struct provider *provider, struct stream_batch *batch, struct database *database, struct error *error);
MUST_CHECK bool population_batch_write(struct provider *provider, struct stream_batch *batch, struct database *database, struct error *error);

/* A batch of share.<provider>. */
MUST_CHECK bool share_batch_fold(struct provider *provider, struct stream_batch *batch, struct database *database, struct error *error);
MUST_CHECK bool share_batch_write(struct provider *provider, struct stream_batch *batch, struct database *database, struct error *error);
