#include "vault-svc/core/finding.h"

#define FIRST_ROOM 2

struct finding *finding_new(struct finding_list *list, struct arena *arena)
{
	if (list->count == FINDINGS_LIMIT)
		return NULL;
	/* Room doubles whenever the count reaches a power of two. */
	if (list->count == 0 || (list->count >= FIRST_ROOM && (list->count & (list->count - 1)) == 0)) {
		struct finding *items = arena_array(arena, list->count == 0 ? FIRST_ROOM : list->count * 2, sizeof *items);

		if (list->count > 0)
			memcpy(items, list->items, list->count * sizeof *items);
		list->items = items;
	}
	list->items[list->count] = (struct finding){0};
	return &list->items[list->count++];
}

void finding_add(struct finding_list *list, struct arena *arena, enum processing_outcome outcome, const char *code, const char *field)
{
	struct finding *finding = finding_new(list, arena);

	if (finding == NULL)
		return;
	finding->outcome = outcome;
	finding->code = code;
	finding->field = arena_copy(arena, view_text(field));
}
