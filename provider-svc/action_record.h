/* One record of provider.commands.<provider>: read, then believed when this provider itself signed it, and judged as far as that needs no database.
 * Pure. */
#pragma once

#include "common/crypto/box.h"
#include "common/crypto/sign.h"
#include "common/stream/stream.h"
#include "schemas/codec/message.h"
#include "schemas/messages.h"

/* Longest text of a note: what its seal leaves of the contract's limit. */
enum { NOTE_TEXT_MAX = 65536 - BOX_OVERHEAD };

struct action_record {
	const struct signed_ *envelope;
	const struct dossier_action *action; /* NULL: unreadable */
	const char *poison;                  /* a code: nobody's action; quarantined and not remembered. NULL: an action of this provider's users */
	const char *refused;                 /* a code: theirs, but changes nothing. NULL: to be looked at */
	struct view text;                    /* what was sealed in its note; null: nothing was */
};

/* Envelope and body. Memory from the arena, views into the value. */
void action_record_read(struct action_record *ret, const struct schema_registry *registry, struct view value, struct arena *arena);

/* Who may be believed, and who can open a note. */
struct action_judge {
	struct view issuer; /* "provider:<id>" */
	const struct sign_pair *signing;
	const struct box_pair *box;
	int32_t partitions;
};

/* Signature, key and partition, expiry, form, in this order: sets poison, or else refused; opens the note into the arena. */
void action_record_judge(struct action_record *record, const struct action_judge *judge, const struct stream_record *from, struct arena *arena);
