/* Figures as one JSON object. */
#pragma once

#include "provider-svc/cli/figures_request.h"

/* Appends the object and a newline: parameters, definitions, rows; figures as strings, exact as printed. STOP OVERFLOW, TOO_LARGE. */
MUST_CHECK bool figures_json(const struct figures_request *request, const struct sheet *sheet, struct buffer *buffer, struct error *error);
