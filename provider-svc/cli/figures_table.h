/* Figures as tables for people at a terminal. */
#pragma once

#include "provider-svc/cli/figures_request.h"

/* Appends, for each employer, tables of all its rows, then parameters and definitions. colours: with escape sequences. STOP OVERFLOW, TOO_LARGE. */
MUST_CHECK bool figures_table(const struct figures_request *request, const struct sheet *sheet, bool colours, struct buffer *buffer,
			      struct error *error);
