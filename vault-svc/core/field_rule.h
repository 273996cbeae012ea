/* Which rule each field of a raw event has to keep (contract/rules.md, rows 6 and 7), as a table beside the schema's own. */
#pragma once

#include "schemas/schema.h"

enum rule {
	RULE_NONE, /* any value will do */
	RULE_TEXT,
	RULE_EVENT_ID,
	RULE_BSN,
	RULE_BIRTH_DATE,
	RULE_DAY,
	RULE_IBAN,
	RULE_COUNTRY,
	RULE_POSTCODE, /* in a struct address: by its country */
	RULE_HOUSE_NUMBER,
	RULE_CONTRACT_HOURS,
	RULE_NORM_HOURS,
	RULE_PERCENTAGE,
	RULE_SEQ,
	RULE_ENUM,
};

#define FIELD_REQUIRED 1u /* broken, it takes the whole event with it */
#define FIELD_KEY 2u      /* is read on DELETE too */

struct field_rule {
	const char *name; /* of the field in the same place of the schema */
	enum rule rule;   /* of a list: of each item; of a record RULE_NONE, it has rules of its own */
	unsigned flags;
};

/* One rule for each of the schema's fields, in their order; NULL when the schema is none of a raw event or of what lies in one. Static. */
const struct field_rule *field_rules(const struct schema *schema);

/* The code of the rule that a value breaks, NULL when it breaks none. record: the struct that the value lies in. */
const char *value_fault(enum rule rule, const void *record, const void *value);
