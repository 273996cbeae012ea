/* Reading the population from its first offset, at the first start and when tombstones may have been missed: mark and sweep. A load begins together
 * with the position's move back; every row that is read is marked with its number; when all that was there at its beginning has been read, what bears
 * an older number goes, and only then is the partition whole again. Each step is a batch, so that whoever takes over goes on where it was. */
#include "common/config/log.h"
#include "common/stream/stream.h"
#include "provider-svc/provider.h"

/* batch->state of a step. */
struct load_step {
	enum { LOAD_BEGINS, LOAD_SWEEPS, LOAD_ENDS } kind;
	struct stream_again again; /* with LOAD_BEGINS */
	struct population_load load;
};

static struct load_step *step_new(struct stream_batch *batch)
{
	struct load_step *step = arena_take(&batch->arena, sizeof *step);

	batch->state = step;
	return step;
}

void population_load_begin(struct stream_batch *batch, const struct stream_again *again)
{
	struct load_step *step = step_new(batch);

	step->kind = LOAD_BEGINS;
	step->again = *again;
}

bool population_load_known(struct provider *provider, struct stream_batch *batch, struct database *database, struct error *error)
{
	struct population_load *load = &provider->loads[batch->partition];

	return load->known || load_store_newest(database, &batch->arena, batch->partition, load, error);
}

bool population_load_step(struct provider *provider, struct stream_batch *batch, struct database *database, bool *ret_did, struct error *error)
{
	const struct population_load *load = &provider->loads[batch->partition];
	struct load_step *step;
	bool left = false;

	*ret_did = false;
	if (!population_load_known(provider, batch, database, error))
		return false;
	if (load->number == 0 || load->finished || stream_next_offset(batch, INPUT_POPULATION) < load->up_to)
		return true;
	if (!load_store_unconfirmed(database, &batch->arena, batch->partition, load, &left, error))
		return false;
	step = step_new(batch);
	step->kind = left ? LOAD_SWEEPS : LOAD_ENDS;
	step->load = *load;
	*ret_did = true;
	return true;
}

bool population_load_write(struct stream_batch *batch, struct database *database, struct error *error)
{
	const struct load_step *step = batch->state;

	switch (step->kind) {
	case LOAD_BEGINS:
		return load_store_queue_begin(database, &batch->arena, batch->partition, step->again.up_to, step->again.first, error);
	case LOAD_SWEEPS:
		return load_store_queue_sweep(database, &batch->arena, batch->partition, &step->load, error);
	case LOAD_ENDS:
		break;
	}
	return load_store_queue_finish(database, &batch->arena, batch->partition, &step->load, error);
}

void population_load_committed(struct provider *provider, const struct stream_batch *batch)
{
	const struct load_step *step = batch->state;

	if (step->kind == LOAD_BEGINS)
		provider->loads[batch->partition] = (struct population_load){0};
	if (step->kind != LOAD_ENDS)
		return;
	provider->loads[batch->partition].finished = true;
	log_event(LOG_LEVEL_INFO, "population_loaded", log_int("partition", batch->partition), log_int("up_to", step->load.up_to));
}
