#include "tests/bench/broker.h"
#include "tests/bench/commands.h"
#include "tests/bench/pressure.h"

int bench_press(struct command_line *line)
{
	const char *bootstrap = command_value(line, "bootstrap");
	struct delivery beside;
	struct error error = {0};
	struct pressure *pressure;
	int64_t backlog;

	if (!bench_delivery(line, &beside, &error) || !command_number(line, "backlog", 1, 10000000, 0, &backlog, &error))
		return command_failed(line, &error);
	pressure = pressure_start(bootstrap, command_value(line, "group"), &beside, backlog);
	(void)printf("ready\n");
	(void)fflush(stdout);
	while (getchar() != EOF)
		continue;
	(void)printf("{\"least_backlog\": %lld}\n", (long long)pressure_stop(pressure));
	return EXIT_CODE_DONE;
}
