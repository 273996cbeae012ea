#include "vault-svc/store/trust_store.h"

static const char *const kind_names[] = {"employer", "provider", "operator", "source"};

const char *trust_kind_name(enum trust_kind kind)
{
	return kind_names[kind];
}

bool trust_kind_parse(struct view text, enum trust_kind *ret)
{
	for (enum trust_kind kind = TRUST_EMPLOYER; kind <= TRUST_SOURCE; kind++)
		if (view_equal(text, view_text(kind_names[kind]))) {
			*ret = kind;
			return true;
		}
	return false;
}

bool trust_parse_issuer(struct view issuer, enum trust_kind *ret_kind, struct view *ret_name)
{
	const uint8_t *colon = issuer.len == 0 ? NULL : memchr(issuer.ptr, ':', issuer.len);
	size_t before;
	enum trust_kind kind;

	if (colon == NULL)
		return false;
	before = (size_t)(colon - issuer.ptr);
	if (before + 1 == issuer.len || !trust_kind_parse(view_of(issuer.ptr, before), &kind) || kind == TRUST_SOURCE)
		return false;
	*ret_kind = kind;
	*ret_name = view_of(colon + 1, issuer.len - before - 1);
	return true;
}

void trust_done(struct trust *trust)
{
	arena_done(&trust->arena);
	*trust = (struct trust){0};
}

static bool version_read(void *context, const struct rows *rows, struct error *error)
{
	(void)error;
	*(int64_t *)context = rows_count(rows) == 0 ? 0 : row_int8(rows, 0, 0);
	return true;
}

bool trust_queue_version(struct database *database, int64_t *ret_version, struct error *error)
{
	static const struct statement select = {"trust_version", "SELECT version FROM trust_version"};

	return database_queue(database, &select, NULL, version_read, ret_version, error);
}

static bool copy_key(struct view bytes, uint8_t ret[static CRYPTO_KEY_LEN])
{
	if (bytes.len != CRYPTO_KEY_LEN)
		return false;
	memcpy(ret, bytes.ptr, CRYPTO_KEY_LEN);
	return true;
}

/* The names in a text that lists them with commas; empty: none. */
static void employers_read(struct trust_party *party, struct view list, struct arena *arena)
{
	struct view rest = arena_copy(arena, list);

	party->employers = arena_array(arena, list.len + 1, sizeof *party->employers);
	while (rest.len > 0) {
		const uint8_t *comma = memchr(rest.ptr, ',', rest.len);
		size_t len = comma == NULL ? rest.len : (size_t)(comma - rest.ptr);

		if (len > 0)
			party->employers[party->employer_count++] = view_of(rest.ptr, len);
		len += comma != NULL;
		rest = view_of(rest.ptr + len, rest.len - len);
	}
}

static bool parties_read(void *context, const struct rows *rows, struct error *error)
{
	struct trust *trust = context;

	trust->parties = arena_array(&trust->arena, (size_t)rows_count(rows) + 1, sizeof *trust->parties);
	for (int i = 0; i < rows_count(rows); i++) {
		struct trust_party *party = &trust->parties[trust->count++];

		if (!trust_kind_parse(row_text(rows, i, 0), &party->kind))
			return error_set(error, DISPOSITION_STOP, "TRUST", "trust_party", "a kind that this binary does not know");
		party->name = arena_copy(&trust->arena, row_text(rows, i, 1));
		party->has_box_key = !row_is_null(rows, i, 2) && copy_key(row_bytea(rows, i, 2), party->box_key);
		if (party->has_box_key)
			public_key_id(party->box_key, party->box_key_id);
		employers_read(party, row_text(rows, i, 3), &trust->arena);
		party->keys = arena_array(&trust->arena, (size_t)row_int8(rows, i, 4) + 1, sizeof *party->keys);
	}
	return true;
}

/* Where the party is; trust->count when there is none. */
static size_t party_place(const struct trust *trust, enum trust_kind kind, struct view name)
{
	size_t i = 0;

	while (i < trust->count && (trust->parties[i].kind != kind || !view_equal(trust->parties[i].name, name)))
		i++;
	return i;
}

static bool keys_read(void *context, const struct rows *rows, struct error *error)
{
	struct trust *trust = context;

	for (int i = 0; i < rows_count(rows); i++) {
		enum trust_kind kind;
		struct trust_party *party;
		size_t place;

		if (!trust_kind_parse(row_text(rows, i, 0), &kind))
			continue;
		place = party_place(trust, kind, row_text(rows, i, 1));
		if (place == trust->count)
			continue;
		party = &trust->parties[place];
		if (!copy_key(row_bytea(rows, i, 2), party->keys[party->key_count].public_key))
			return error_set(error, DISPOSITION_STOP, "TRUST", "trust_key", "a public key of another length than 32 bytes");
		public_key_id(party->keys[party->key_count].public_key, party->keys[party->key_count].key_id);
		party->key_count++;
	}
	return true;
}

bool trust_load(struct trust *trust, struct database *database, struct error *error)
{
	/* One unit, but not one snapshot: the version is read first, so that a change in between is seen at the next question. */
	static const struct statement select_parties = {
		"trust_parties", "SELECT p.kind, p.name, p.box_key, array_to_string(p.employers, ','), "
				 "(SELECT count(*) FROM trust_key k WHERE k.kind = p.kind AND k.name = p.name) + 16 FROM trust_party p"};
	static const struct statement select_keys = {
		"trust_keys", "SELECT kind, name, public_key FROM trust_key k WHERE "
			      "(SELECT count(*) FROM trust_key o WHERE o.kind = k.kind AND o.name = k.name AND o.key_id < k.key_id) < 16"};
	struct trust fresh = {0};

	if (!trust_queue_version(database, &fresh.version, error) || !database_queue(database, &select_parties, NULL, parties_read, &fresh, error) ||
	    !database_queue(database, &select_keys, NULL, keys_read, &fresh, error) || !database_sync(database, error)) {
		trust_done(&fresh);
		return false;
	}
	trust_done(trust);
	*trust = fresh;
	return true;
}

const struct trust_party *trust_find(const struct trust *trust, enum trust_kind kind, struct view name)
{
	size_t place = party_place(trust, kind, name);

	return place == trust->count ? NULL : &trust->parties[place];
}

size_t trust_count(const struct trust *trust, enum trust_kind kind)
{
	size_t count = 0;

	for (size_t i = 0; i < trust->count; i++)
		count += trust->parties[i].kind == kind;
	return count;
}

const uint8_t *trust_public_key(const struct trust_party *party, const uint8_t key_id[static CRYPTO_KEY_ID_LEN])
{
	if (party == NULL)
		return NULL;
	for (size_t i = 0; i < party->key_count; i++)
		if (memcmp(party->keys[i].key_id, key_id, CRYPTO_KEY_ID_LEN) == 0)
			return party->keys[i].public_key;
	return NULL;
}

bool trust_grants(const struct trust *trust, struct view source, struct view employer_id)
{
	const struct trust_party *party = trust_find(trust, TRUST_SOURCE, source);

	if (party == NULL)
		return false;
	for (size_t i = 0; i < party->employer_count; i++)
		if (view_equal(party->employers[i], employer_id))
			return true;
	return false;
}

static const struct statement upsert_party = {"trust_add_party",
					      "INSERT INTO trust_party (kind, name, box_key, employers) VALUES ($1, $2, $3, coalesce($4, '{}')) "
					      "ON CONFLICT (kind, name) DO UPDATE SET box_key = coalesce(excluded.box_key, trust_party.box_key), "
					      "employers = coalesce($4, trust_party.employers)"};
static const struct statement insert_key = {"trust_add_key", "INSERT INTO trust_key (kind, name, key_id, public_key) VALUES ($1, $2, $3, $4) "
							     "ON CONFLICT (kind, name, key_id) DO NOTHING"};

bool trust_add(struct database *database, enum trust_kind kind, struct view name, const uint8_t *signing_key, const uint8_t *box_key,
	       const struct view *employers, size_t employer_count, struct arena *arena, struct error *error)
{
	struct parameters parameters;
	uint8_t key_id[CRYPTO_KEY_ID_LEN];

	parameters_init(&parameters, arena);
	parameters_text(&parameters, view_text(kind_names[kind]));
	parameters_text(&parameters, name);
	parameters_bytea(&parameters, box_key == NULL ? VIEW_NULL : view_of(box_key, CRYPTO_KEY_LEN));
	if (employers == NULL)
		parameters_null(&parameters, PARAMETER_TEXT_ARRAY);
	else
		parameters_text_array(&parameters, employers, employer_count);
	if (!database_queue(database, &upsert_party, &parameters, NULL, NULL, error))
		return false;
	if (signing_key != NULL) {
		public_key_id(signing_key, key_id);
		parameters_init(&parameters, arena);
		parameters_text(&parameters, view_text(kind_names[kind]));
		parameters_text(&parameters, name);
		parameters_bytea(&parameters, view_of(key_id, sizeof key_id));
		parameters_bytea(&parameters, view_of(signing_key, CRYPTO_KEY_LEN));
		if (!database_queue(database, &insert_key, &parameters, NULL, NULL, error))
			return false;
	}
	return database_sync(database, error);
}

static bool affected_read(void *context, const struct rows *rows, struct error *error)
{
	(void)error;
	*(bool *)context = rows_affected(rows) > 0;
	return true;
}

bool trust_remove(struct database *database, enum trust_kind kind, struct view name, struct arena *arena, bool *ret_found, struct error *error)
{
	static const struct statement delete = {"trust_remove", "DELETE FROM trust_party WHERE kind = $1 AND name = $2"};
	struct parameters parameters;

	parameters_init(&parameters, arena);
	parameters_text(&parameters, view_text(kind_names[kind]));
	parameters_text(&parameters, name);
	return database_run(database, &delete, &parameters, affected_read, ret_found, error);
}
