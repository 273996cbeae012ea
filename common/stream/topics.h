/* Interned topic names: equal names have equal pointers. One thread at a time. */
#pragma once

#include "common/base/view.h"

struct topic {
	char *name;
	bool hidden_known; /* whether its ids are hidden has been asked */
	bool hidden;
	uint8_t key[32];
};

/* Zero is empty. */
struct topics {
	struct topic **items;
	size_t count;
	size_t room;
};

/* The topic of that name, made at its first sight; lives as long as the table. */
struct topic *topics_get(struct topics *topics, struct view name);

/* Wipes and frees. */
void topics_done(struct topics *topics);
