#include "common/base/calendar.h"
#include "vault-svc/store/person_store.h"

/* As long as hr.events, and a week. */
enum { KEPT_DAYS = 14 };

static const struct statement upsert_erased = {
	"erased_upsert",
	"INSERT INTO erased (employer_no, key_hash, erased_at, recorded_at) "
	"SELECT employer_no, key_hash, max(erased_at), max(recorded_at) FROM unnest($1::int4[], $2::bytea[], $3::int8[], $4::int8[]) "
	"q (employer_no, key_hash, erased_at, recorded_at) GROUP BY employer_no, key_hash "
	"ON CONFLICT (employer_no, key_hash) DO UPDATE SET erased_at = greatest(erased.erased_at, excluded.erased_at), "
	"recorded_at = excluded.recorded_at"};
static const struct statement delete_keys = {"erased_delete_keys", "DELETE FROM person_key k USING unnest($1::int4[], $2::bytea[], $3::int8[]) "
								   "q (employer_no, key_hash, person) WHERE k.employer_no = q.employer_no "
								   "AND k.key_hash = q.key_hash AND k.person = q.person"};
static const struct statement delete_poison = {"erased_delete_quarantine",
					       "DELETE FROM quarantine k USING unnest($1::int4[], $2::bytea[]) q (employer_no, key_hash) "
					       "WHERE k.employer_no = q.employer_no AND k.key_hash = q.key_hash"};
static const struct statement delete_renames = {"erased_delete_renames",
						"DELETE FROM quarantine k USING unnest($1::int4[], $2::bytea[]) q (employer_no, key_hash) "
						"WHERE k.employer_no = q.employer_no AND k.old_key_hash = q.key_hash"};

bool erasure_queue_expire(int64_t now_ms, struct database *database, struct arena *arena, struct error *error)
{
	static const struct statement delete = {"erased_expire", "DELETE FROM erased WHERE recorded_at < $1"};
	struct parameters parameters;

	parameters_init(&parameters, arena);
	parameters_int8(&parameters, now_ms - KEPT_DAYS * MS_PER_DAY);
	return database_queue(database, &delete, &parameters, NULL, NULL, error);
}

bool erasure_queue_write(const struct erasure *erasures, struct database *database, struct arena *arena, struct error *error)
{
	struct parameters poison, keys, rows;
	int32_t *employers;
	struct view *hashes;
	int64_t *persons, *erased_at, *recorded_at;
	size_t count = 0;

	for (const struct erasure *erasure = erasures; erasure != NULL; erasure = erasure->next)
		count++;
	if (count == 0)
		return true;
	employers = arena_array(arena, count, sizeof *employers);
	hashes = arena_array(arena, count, sizeof *hashes);
	persons = arena_array(arena, count, sizeof *persons);
	erased_at = arena_array(arena, count, sizeof *erased_at);
	recorded_at = arena_array(arena, count, sizeof *recorded_at);
	count = 0;
	for (const struct erasure *erasure = erasures; erasure != NULL; erasure = erasure->next, count++) {
		employers[count] = erasure->employer->number;
		hashes[count] = view_of(erasure->hash, KEY_HASH_LEN);
		persons[count] = erasure->person;
		erased_at[count] = erasure->erased_at;
		recorded_at[count] = erasure->recorded_at;
	}
	parameters_init(&poison, arena);
	parameters_int4_array(&poison, employers, NULL, count);
	parameters_bytea_array(&poison, hashes, count);
	keys = poison;
	parameters_int8_array(&keys, persons, NULL, count);
	rows = poison;
	parameters_int8_array(&rows, erased_at, NULL, count);
	parameters_int8_array(&rows, recorded_at, NULL, count);
	return database_queue(database, &upsert_erased, &rows, NULL, NULL, error) &&
	       database_queue(database, &delete_keys, &keys, NULL, NULL, error) &&
	       database_queue(database, &delete_poison, &poison, NULL, NULL, error) &&
	       database_queue(database, &delete_renames, &poison, NULL, NULL, error);
}
