#include "vault-svc/store/restoration_store.h"

bool restoration_queue_begin(struct database *database, struct error *error)
{
	static const struct statement begin = {"restoration_begin", "SELECT vault_restoration_begin()"};

	return database_queue(database, &begin, NULL, NULL, NULL, error);
}

bool restoration_queue_shares(const struct restoration_share *shares, size_t count, struct database *database, struct arena *arena,
			      struct error *error)
{
	static const struct statement note = {"restoration_shares", "SELECT vault_restoration_shares($1, $2, $3, $4, $5, $6, $7, $8, $9)"};
	struct view *ids = arena_array(arena, count + 1, sizeof *ids);
	int32_t *partitions = arena_array(arena, count + 1, sizeof *partitions);
	struct view *employers = arena_array(arena, count + 1, sizeof *employers);
	struct view *providers = arena_array(arena, count + 1, sizeof *providers);
	struct view *pseudonyms = arena_array(arena, count + 1, sizeof *pseudonyms);
	int64_t *revisions = arena_array(arena, count + 1, sizeof *revisions);
	bool *ended = arena_array(arena, count + 1, sizeof *ended);
	bool *must_erase = arena_array(arena, count + 1, sizeof *must_erase);
	int64_t *ended_at = arena_array(arena, count + 1, sizeof *ended_at);
	struct parameters parameters;

	for (size_t i = 0; i < count; i++) {
		ids[i] = view_of(shares[i].share_id, sizeof shares[i].share_id);
		partitions[i] = shares[i].partition;
		employers[i] = shares[i].employer_id;
		providers[i] = shares[i].provider_id;
		pseudonyms[i] = view_of(shares[i].pseudonym, sizeof shares[i].pseudonym);
		revisions[i] = shares[i].revision;
		ended[i] = shares[i].ended;
		must_erase[i] = shares[i].must_erase;
		ended_at[i] = shares[i].ended_at;
	}
	parameters_init(&parameters, arena);
	parameters_bytea_array(&parameters, ids, count);
	parameters_int4_array(&parameters, partitions, NULL, count);
	parameters_text_array(&parameters, employers, count);
	parameters_text_array(&parameters, providers, count);
	parameters_bytea_array(&parameters, pseudonyms, count);
	parameters_int8_array(&parameters, revisions, NULL, count);
	parameters_bool_array(&parameters, ended, NULL, count);
	parameters_bool_array(&parameters, must_erase, NULL, count);
	parameters_int8_array(&parameters, ended_at, NULL, count);
	return database_queue(database, &note, &parameters, NULL, NULL, error);
}

bool restoration_queue_refusals(const struct restoration_refusal *refusals, size_t count, struct database *database, struct arena *arena,
				struct error *error)
{
	static const struct statement note = {"restoration_refusals", "SELECT vault_restoration_refusals($1, $2, $3, $4, $5)"};
	struct view *texts[4];
	int64_t *times = arena_array(arena, count + 1, sizeof *times);
	struct parameters parameters;

	for (size_t i = 0; i < 4; i++)
		texts[i] = arena_array(arena, count + 1, sizeof(struct view));
	for (size_t i = 0; i < count; i++) {
		texts[0][i] = refusals[i].issuer;
		texts[1][i] = refusals[i].command_id;
		texts[2][i] = view_text(refusals[i].code);
		texts[3][i] = refusals[i].detail;
		times[i] = refusals[i].decided_at;
	}
	parameters_init(&parameters, arena);
	for (size_t i = 0; i < 4; i++)
		parameters_text_array(&parameters, texts[i], count);
	parameters_int8_array(&parameters, times, NULL, count);
	return database_queue(database, &note, &parameters, NULL, NULL, error);
}

static bool read_number(void *context, const struct rows *rows, struct error *error)
{
	(void)error;
	*(int64_t *)context = rows_count(rows) == 1 ? row_int8(rows, 0, 0) : 0;
	return true;
}

bool restoration_count_live(struct database *database, int64_t *ret, struct error *error)
{
	static const struct statement count = {"restoration_live", "SELECT (SELECT count(*) FROM share WHERE state = 'LIVE') + "
								   "(SELECT count(*) FROM silent_share WHERE state = 'SHARED')"};

	return database_run(database, &count, NULL, read_number, ret, error);
}

bool restoration_queue_erasures(const struct restoration_erasure *erasures, size_t count, struct database *database, struct arena *arena,
				int64_t *ret_gone, struct error *error)
{
	static const struct statement erase = {"restoration_erase", "SELECT vault_restoration_erase($1, $2, $3, $4, $5)"};
	static const struct statement end = {"restoration_endings", "SELECT vault_restoration_endings($1, $2, $3)"};
	static const struct statement withhold = {"restoration_withhold", "SELECT vault_restoration_withhold($1)"};
	struct view *employers = arena_array(arena, count + 1, sizeof *employers);
	struct view *hashes = arena_array(arena, count + 1, sizeof *hashes);
	int64_t *numbers[3];
	struct parameters parameters;

	for (size_t i = 0; i < 3; i++)
		numbers[i] = arena_array(arena, count + 1, sizeof(int64_t));
	for (size_t i = 0; i < count; i++) {
		employers[i] = erasures[i].employer_id;
		numbers[0][i] = erasures[i].person;
		numbers[1][i] = erasures[i].erased_at;
		numbers[2][i] = erasures[i].recorded_at;
		hashes[i] = erasures[i].key_hash;
	}
	parameters_init(&parameters, arena);
	parameters_text_array(&parameters, employers, count);
	for (size_t i = 0; i < 3; i++)
		parameters_int8_array(&parameters, numbers[i], NULL, count);
	parameters_bytea_array(&parameters, hashes, count);
	if (!database_queue(database, &erase, &parameters, read_number, ret_gone, error))
		return false;
	parameters_init(&parameters, arena);
	parameters_text_array(&parameters, employers, count);
	parameters_int8_array(&parameters, numbers[0], NULL, count);
	parameters_int8_array(&parameters, numbers[2], NULL, count);
	if (!database_queue(database, &end, &parameters, NULL, NULL, error))
		return false;
	parameters_init(&parameters, arena);
	parameters_text_array(&parameters, employers, count);
	return database_queue(database, &withhold, &parameters, NULL, NULL, error);
}

bool restoration_queue_order(int32_t partitions, int32_t generation, int64_t accepted_at, struct database *database, struct arena *arena,
			     struct error *error)
{
	static const struct statement order = {"restoration_order", "INSERT INTO restoration (partition, generation, accepted_at) "
								    "SELECT p, $2, $3 FROM generate_series(0, $1 - 1) AS p"};
	struct parameters parameters;

	parameters_init(&parameters, arena);
	parameters_int4(&parameters, partitions);
	parameters_int4(&parameters, generation);
	parameters_int8(&parameters, accepted_at);
	return database_queue(database, &order, &parameters, NULL, NULL, error);
}

struct due {
	bool *due;
	int32_t partitions;
};

static bool read_due(void *context, const struct rows *rows, struct error *error)
{
	struct due *due = context;

	(void)error;
	for (int i = 0; i < rows_count(rows); i++) {
		int32_t partition = row_int4(rows, i, 0);

		if (partition >= 0 && partition < due->partitions)
			due->due[partition] = true;
	}
	return true;
}

bool restoration_load_due(struct database *database, int32_t partitions, bool *ret_due, struct error *error)
{
	static const struct statement select = {"restoration_due", "SELECT partition FROM restoration"};
	struct due due = {.due = ret_due, .partitions = partitions};

	memset(ret_due, 0, (size_t)partitions * sizeof *ret_due);
	return database_run(database, &select, NULL, read_due, &due, error);
}

struct withheld {
	struct view *employers;
	size_t count;
	struct arena *arena;
};

static bool read_withheld(void *context, const struct rows *rows, struct error *error)
{
	struct withheld *withheld = context;

	(void)error;
	withheld->count = (size_t)rows_count(rows);
	withheld->employers = arena_array(withheld->arena, withheld->count + 1, sizeof *withheld->employers);
	for (size_t i = 0; i < withheld->count; i++)
		withheld->employers[i] = arena_copy(withheld->arena, row_text(rows, (int)i, 0));
	return true;
}

bool restoration_load_withheld(struct database *database, struct arena *arena, const struct view **ret, size_t *ret_count, struct error *error)
{
	static const struct statement select = {"restoration_withheld", "SELECT employer_id FROM restoration_withheld"};
	struct withheld withheld = {.arena = arena};

	if (!database_run(database, &select, NULL, read_withheld, &withheld, error))
		return false;
	*ret = withheld.employers;
	*ret_count = withheld.count;
	return true;
}

struct load {
	struct restoration *restoration;
	struct arena *arena;
};

static bool read_order(void *context, const struct rows *rows, struct error *error)
{
	struct load *load = context;

	(void)error;
	if (rows_count(rows) == 0)
		return true;
	load->restoration->found = true;
	load->restoration->generation = row_int4(rows, 0, 0);
	load->restoration->accepted_at = row_int8(rows, 0, 1);
	return true;
}

static void read_id(const struct rows *rows, int row, int column, uint8_t ret[static RESTORATION_ID_LEN])
{
	struct view id = row_bytea(rows, row, column);

	if (id.len == RESTORATION_ID_LEN)
		memcpy(ret, id.ptr, RESTORATION_ID_LEN);
}

static bool read_shares(void *context, const struct rows *rows, struct error *error)
{
	struct load *load = context;
	struct restoration *restoration = load->restoration;

	(void)error;
	restoration->share_count = (size_t)rows_count(rows);
	restoration->shares = arena_array(load->arena, restoration->share_count + 1, sizeof *restoration->shares);
	for (int i = 0; i < rows_count(rows); i++) {
		struct restoration_share *share = &restoration->shares[i];

		read_id(rows, i, 0, share->share_id);
		share->employer_id = arena_copy(load->arena, row_text(rows, i, 1));
		share->provider_id = arena_copy(load->arena, row_text(rows, i, 2));
		read_id(rows, i, 3, share->pseudonym);
		share->revision = row_int8(rows, i, 4);
		share->erased = row_bool(rows, i, 5);
		share->known = row_bool(rows, i, 6);
	}
	return true;
}

bool restoration_load(int32_t partition, int32_t at_most, struct database *database, struct arena *arena, struct restoration *ret,
		      struct error *error)
{
	static const struct statement order = {"restoration_load", "SELECT generation, accepted_at FROM restoration WHERE partition = $1"};
	static const struct statement shares = {
		"restoration_next",
		"SELECT share_id, employer_id, provider_id, pseudonym, revision, erased, known FROM vault_restoration_next($1, $2)"};
	struct load load = {.restoration = ret, .arena = arena};
	struct parameters parameters;

	*ret = (struct restoration){0};
	parameters_init(&parameters, arena);
	parameters_int4(&parameters, partition);
	if (!database_queue(database, &order, &parameters, read_order, &load, error))
		return false;
	parameters_int4(&parameters, at_most);
	return database_run(database, &shares, &parameters, read_shares, &load, error);
}

bool restoration_queue_settled(const struct restoration *restoration, struct database *database, struct arena *arena, struct error *error)
{
	static const struct statement settle = {"restoration_settle", "SELECT vault_restoration_settle($1, $2, $3, $4)"};
	size_t count = restoration->share_count;
	struct view *ids = arena_array(arena, count + 1, sizeof *ids);
	int64_t *revisions = arena_array(arena, count + 1, sizeof *revisions);
	bool *ended = arena_array(arena, count + 1, sizeof *ended);
	struct parameters parameters;

	for (size_t i = 0; i < count; i++) {
		ids[i] = view_of(restoration->shares[i].share_id, RESTORATION_ID_LEN);
		revisions[i] = restoration->shares[i].revision;
		ended[i] = !restoration->shares[i].known;
	}
	parameters_init(&parameters, arena);
	parameters_bytea_array(&parameters, ids, count);
	parameters_int8_array(&parameters, revisions, NULL, count);
	parameters_bool_array(&parameters, ended, NULL, count);
	parameters_int8(&parameters, restoration->accepted_at);
	return database_queue(database, &settle, &parameters, NULL, NULL, error);
}

bool restoration_queue_runs(int32_t partition, struct view run_id, struct database *database, struct arena *arena, struct error *error)
{
	static const struct statement make = {"restoration_runs", "SELECT vault_restoration_runs($1, $2)"};
	struct parameters parameters;

	parameters_init(&parameters, arena);
	parameters_int4(&parameters, partition);
	parameters_text(&parameters, run_id);
	return database_queue(database, &make, &parameters, NULL, NULL, error);
}
