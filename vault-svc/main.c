#include "vault-svc/cli/commands.h"

int main(int argc, char **argv)
{
	return vault_main(argc, argv);
}
