#include "vault-svc/cli/service.h"

#include "vault-svc/vault.h"

int command_run_service(struct command_line *line)
{
	struct arena arena CLEANUP(arena_done) = {0};
	struct vault_options options;
	struct vault *vault = NULL;
	struct error error = {0};
	int code = EXIT_CODE_DONE;

	if (!crypto_start(&error) || !vault_options_load(command_config_path(line), &arena, &options, &error) ||
	    !vault_open(&options, &vault, &error))
		return command_failed(line, &error);
	if (!vault_run(vault, &error))
		code = command_failed(line, &error);
	vault_close(vault);
	return code;
}
