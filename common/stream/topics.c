#include "common/stream/topics.h"

#include <stdlib.h>

struct topic *topics_get(struct topics *topics, struct view name)
{
	struct topic *topic;

	for (size_t i = 0; i < topics->count; i++) {
		if (view_equal(view_text(topics->items[i]->name), name))
			return topics->items[i];
	}
	if (topics->count == topics->room) {
		topics->room = topics->room * 2 + 16;
		topics->items = reallocarray(topics->items, topics->room, sizeof(struct topic *));
		if (topics->items == NULL)
			abort();
	}
	topic = calloc(1, sizeof *topic);
	if (topic == NULL || (topic->name = strndup((const char *)name.ptr, name.len)) == NULL)
		abort();
	topics->items[topics->count++] = topic;
	return topic;
}

void topics_done(struct topics *topics)
{
	for (size_t i = 0; i < topics->count; i++) {
		explicit_bzero(topics->items[i]->key, sizeof topics->items[i]->key);
		free(topics->items[i]->name);
		free(topics->items[i]);
	}
	free(topics->items);
	*topics = (struct topics){0};
}
