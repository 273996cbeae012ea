#include "provider-svc/cli/commands.h"

int main(int argc, char **argv)
{
	return command_line_run(&provider_program, argc, argv);
}
