/* The rules of a command's fields. Pure. */
#pragma once

#include "vault-svc/core/command.h"

/* The name of the first field that breaks its rule, or that the decoder could not take as it was; NULL when all are right. Static. */
const char *command_field_at_fault(const struct command *command, const struct message *body);
