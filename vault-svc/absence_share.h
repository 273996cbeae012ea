/* What sick reports lead to by themselves: shares, notices, and word of those that come late. */
#pragma once

#include "vault-svc/core/event.h"
#include "vault-svc/report.h"

/* Notes that an event, a START or CORRECT, has begun a spell of the person in this batch. `full` and `about` live as long as the batch. */
void absence_share_note(struct changes *changes, struct person *person, const struct event *full, const struct report_about *about);

/* What was noted of `from` is `to`'s, who has absorbed it. */
void absence_share_move(struct person *from, struct person *to);

/* Judges the person's spells, after reconcile_person: at the end of a batch that applied an event of the person, or in the run of ACTIVATE. */
MUST_CHECK bool absence_share(struct changes *changes, struct person *person, bool activation, const struct cause *cause, struct error *error);

/* Spells that were open while the employer's settings of automatic shares changed count as having led to one, although the run that settles them has
 * not come to the person yet. For each person loaded for a batch of events, before they are applied. */
void absence_share_settle(struct changes *changes, int64_t now_ms);
