#include "provider-svc/core/search.h"

#include "common/text/fold.h"

bool search_keys_of(const struct keyring *keyring, uint32_t epoch, struct search_keys *ret, struct error *error)
{
	return keyring_derive(keyring, epoch, "kl-dname", 0, ret->name, error) && keyring_derive(keyring, epoch, "kl-dbrth", 0, ret->birth, error);
}

bool search_name(const struct search_keys *keys, struct view name, struct arena *arena, uint8_t ret[static BLIND_INDEX_LEN])
{
	struct view plain = text_folded_letters(arena, name);

	blind_index(keys->name, &plain, 1, ret);
	return plain.len > 0;
}

void search_birth(const struct search_keys *keys, struct view birth_date, uint8_t ret[static BLIND_INDEX_LEN])
{
	blind_index(keys->birth, &birth_date, 1, ret);
}

static struct view joined(struct arena *arena, struct view a, struct view b)
{
	uint8_t *bytes = arena_take(arena, a.len + b.len + 1);

	memcpy(bytes, a.ptr, a.len);
	memcpy(bytes + a.len, b.ptr, b.len);
	return view_of(bytes, a.len + b.len);
}

static void add_name(const struct search_keys *keys, struct view prefix, struct view name, struct arena *arena, struct search_terms *terms)
{
	if (view_is_null(name) || !search_name(keys, name, arena, terms->names[terms->name_count]))
		return;
	terms->name_count++;
	if (!view_is_null(prefix) && search_name(keys, joined(arena, prefix, name), arena, terms->names[terms->name_count]))
		terms->name_count++;
}

void search_terms_of(const struct search_keys *keys, const struct shared_dossier *content, struct arena *arena, struct search_terms *ret)
{
	*ret = (struct search_terms){0};
	add_name(keys, content->prefix, content->surname, arena, ret);
	add_name(keys, content->partner_prefix, content->partner_surname, arena, ret);
	search_birth(keys, content->birth_date, ret->birth);
}
