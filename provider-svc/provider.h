/* The service: what it holds while it runs, and its part of the stream engine. */
#pragma once

#include "common/operate/key_files.h"
#include "common/stream/stream.h"
#include "provider-svc/options.h"
#include "provider-svc/store/load_store.h"
#include "provider-svc/store/trust_store.h"
#include "schemas/codec/message.h"
#include "schemas/messages.h"

enum { INPUT_POPULATION, INPUT_SHARE, INPUT_ACTIONS, INPUT_COUNT };

struct provider {
	struct arena arena; /* what lives as long as the service */
	struct options options;
	struct config_kafka kafka;
	struct topics topics;
	struct schema_registry *registry;
	struct keyring *keyring;
	struct sign_pair *signing;
	struct box_pair *box;
	struct view issuer;            /* "provider:<id>" */
	struct trust trust;            /* work thread only */
	struct population_load *loads; /* by partition, as they are in the database; work thread only */
};

/* Reads configuration and, with keys, the key files. provider_done in any case. */
MUST_CHECK bool provider_init(struct provider *provider, const char *config_path, bool keys, struct error *error);

/* The same for what needs Kafka alone: no keys, and the configuration need not name a database. */
MUST_CHECK bool provider_init_replay(struct provider *provider, const char *config_path, struct error *error);

/* Frees all. */
void provider_done(struct provider *provider);

/* Where its key files are. */
struct key_files provider_key_files(const struct provider *provider);

/* What it reads, by INPUT_…; topics are borrowed. */
void provider_inputs(const struct provider *provider, struct stream_input ret[static INPUT_COUNT]);

/* As the service runs its stream; the inputs are those of provider_inputs, borrowed like all of it. */
void provider_stream_options(const struct provider *provider, const struct stream_input inputs[static INPUT_COUNT], struct stream_options *ret);

/* Runs the service until it is told to stop. */
MUST_CHECK bool provider_run(struct provider *provider, struct error *error);

struct stream_again;
struct stream_batch;
struct database;

/* A batch of population.<provider>: decoded, folded in memory, then the tables. */
MUST_CHECK bool population_batch_decode(const struct provider *provider, struct stream_batch *batch, struct error *error);
MUST_CHECK bool population_batch_fold(struct provider *provider, struct stream_batch *batch, struct database *database, struct error *error);
MUST_CHECK bool population_batch_write(struct provider *provider, struct stream_batch *batch, struct database *database, struct error *error);

/* The load that a partition's rows belong to, from provider->loads or the database: into provider->loads. */
MUST_CHECK bool population_load_known(struct provider *provider, struct stream_batch *batch, struct database *database, struct error *error);

/* The batch moves the population back to its first offset: it begins a load. */
void population_load_begin(struct stream_batch *batch, const struct stream_again *again);

/* The next step of a load whose records have all been read; *ret_did false when there is none. */
MUST_CHECK bool population_load_step(struct provider *provider, struct stream_batch *batch, struct database *database, bool *ret_did,
				     struct error *error);

/* Queues what a batch of either does. */
MUST_CHECK bool population_load_write(struct stream_batch *batch, struct database *database, struct error *error);

/* It has been committed. */
void population_load_committed(struct provider *provider, const struct stream_batch *batch);

/* A batch of share.<provider>, likewise. */
MUST_CHECK bool share_batch_decode(const struct provider *provider, struct stream_batch *batch, struct error *error);
MUST_CHECK bool share_batch_fold(struct provider *provider, struct stream_batch *batch, struct database *database, struct error *error);
MUST_CHECK bool share_batch_write(struct provider *provider, struct stream_batch *batch, struct database *database, struct error *error);

/* A batch of provider.commands.<provider>, likewise. */
MUST_CHECK bool action_batch_decode(const struct provider *provider, struct stream_batch *batch, struct error *error);
MUST_CHECK bool action_batch_fold(struct provider *provider, struct stream_batch *batch, struct database *database, struct error *error);
MUST_CHECK bool action_batch_write(struct provider *provider, struct stream_batch *batch, struct database *database, struct error *error);
