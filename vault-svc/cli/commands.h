/* The table of subcommands. */
#pragma once

/* Parses the command line and runs what it names; returns what main returns. */
int vault_main(int argc, char **argv);
