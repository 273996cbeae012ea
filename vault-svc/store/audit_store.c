#include "vault-svc/store/audit_store.h"

#include "common/crypto/digest.h"
#include "vault-svc/store/records/records.h"

static bool head_read(void *context, const struct rows *rows, struct error *error)
{
	struct audit_head *head = context;
	struct view hash;

	*head = (struct audit_head){.known = true};
	if (rows_count(rows) == 0)
		return true;
	hash = row_bytea(rows, 0, 1);
	if (hash.len != AUDIT_HASH_LEN) {
		head->known = false;
		return error_set(error, DISPOSITION_STOP, "AUDIT", "audit", "the end of the audit chain cannot be read");
	}
	head->number = row_int8(rows, 0, 0);
	memcpy(head->hash, hash.ptr, AUDIT_HASH_LEN);
	return true;
}

bool audit_queue_head(int32_t partition, enum audit_stream stream, struct audit_head *ret, struct database *database, struct arena *arena,
		      struct error *error)
{
	static const struct statement select = {"audit_head", "SELECT number, hash FROM audit WHERE partition = $1 AND stream = $2 "
							      "ORDER BY number DESC LIMIT 1"};
	struct parameters parameters;

	parameters_init(&parameters, arena);
	parameters_int4(&parameters, partition);
	parameters_int2(&parameters, (int16_t)stream);
	return database_queue(database, &select, &parameters, head_read, ret, error);
}

static void digest_add_number(struct digest *digest, int64_t number)
{
	uint8_t bytes[8];

	for (size_t i = 0; i < sizeof bytes; i++)
		bytes[i] = (uint8_t)((uint64_t)number >> (56 - 8 * i));
	digest_add(digest, view_of(bytes, sizeof bytes));
}

/* Over: the hash before, partition, stream, number, time, employer, person, action, sealed detail. */
static void row_hash(const struct audit_row *row, int32_t partition, const struct audit_head *head, struct view sealed,
		     uint8_t ret[static AUDIT_HASH_LEN])
{
	struct digest digest;

	digest_init(&digest, NULL, AUDIT_HASH_LEN);
	digest_add(&digest, view_of(head->hash, AUDIT_HASH_LEN));
	digest_add_number(&digest, partition);
	digest_add_number(&digest, (int64_t)row->stream);
	digest_add_number(&digest, head->number);
	digest_add_number(&digest, row->at);
	digest_add_number(&digest, row->employer->number);
	digest_add_number(&digest, row->person);
	digest_add_part(&digest, view_text(row->action));
	digest_add_part(&digest, sealed);
	digest_finish(&digest, ret);
}

static bool queue_one(const struct audit_row *row, int32_t partition, struct audit_head *head, struct database *database, struct arena *arena,
		      struct error *error)
{
	static const struct statement insert = {
		"audit_insert", "INSERT INTO audit (partition, stream, number, at, employer_no, person, action, detail, previous, hash) "
				"VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)"};
	const struct employer_keys *keys = &row->employer->keys;
	int64_t number = ++head->number;
	struct seal_subject subject = seal_subject_of(row->employer->number, (int64_t)row->stream, number);
	uint8_t hash[AUDIT_HASH_LEN];
	struct parameters parameters;
	struct view sealed = VIEW_NULL;

	if (!document_seal(&audit_detail_schema, row->detail, keys->key, keys->epoch, &subject, arena, &sealed, error))
		return false;
	row_hash(row, partition, head, sealed, hash);
	parameters_init(&parameters, arena);
	parameters_int4(&parameters, partition);
	parameters_int2(&parameters, (int16_t)row->stream);
	parameters_int8(&parameters, number);
	parameters_int8(&parameters, row->at);
	parameters_int4(&parameters, row->employer->number);
	if (row->person == 0)
		parameters_null(&parameters, PARAMETER_INT8);
	else
		parameters_int8(&parameters, row->person);
	parameters_text(&parameters, view_text(row->action));
	parameters_bytea(&parameters, sealed);
	parameters_bytea(&parameters, view_of(head->hash, AUDIT_HASH_LEN));
	parameters_bytea(&parameters, view_of(hash, sizeof hash));
	memcpy(head->hash, hash, sizeof hash);
	return database_queue(database, &insert, &parameters, NULL, NULL, error);
}

bool audit_queue_write(const struct audit_row *rows, int32_t partition, struct audit_heads *heads, struct database *database, struct arena *arena,
		       struct error *error)
{
	for (const struct audit_row *row = rows; row != NULL; row = row->next)
		if (!queue_one(row, partition, &heads->of[row->stream], database, arena, error))
			return false;
	return true;
}
