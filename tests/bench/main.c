#include "tests/bench/broker.h"
#include "tests/bench/commands.h"

#define BOOTSTRAP                                                                                                                                    \
	{                                                                                                                                            \
		.name = "bootstrap", .value = "HOST:PORT", .help = "Kafka", .required = true                                                         \
	}
#define DELIVERY                                                                                                                                     \
	{.name = "employers", .value = "N", .help = "employers, BENCH-01 and so on; default 20"},                                                    \
		{.name = "employees", .value = "N", .help = "employees, two events each (share: one command each)", .required = true},               \
		{.name = "first", .value = "N", .help = "number of the first employee; default 0"},                                                  \
		{.name = "seed", .value = "N", .help = "another seed, other people; default 1"},                                                     \
	{                                                                                                                                            \
		.name = "change", .value = "N", .help = "other contract hours; default 0: the same content each time"                                \
	}

static const struct command_option load_options[] = {
	BOOTSTRAP,
	DELIVERY,
	{.name = "topic", .value = "TOPIC", .help = "where to produce, e.g. hr.events", .required = true},
	{.name = "readable", .value = "TOPIC", .help = "until as many different employments could be read there, read_committed"},
	{.name = "passed", .value = "GROUP", .help = "until that group's committed position has passed the end"},
};
static const struct command_option copy_options[] = {
	BOOTSTRAP,
	{.name = "topic", .value = "TOPIC", .help = "from where", .required = true},
	{.name = "to", .value = "TOPIC", .help = "to where; with as many partitions", .required = true},
	{.name = "group", .value = "NAME", .help = "consumer group and transactional id", .required = true},
	{.name = "count", .value = "N", .help = "records", .required = true},
	{.name = "per-transaction", .value = "N", .help = "records in a transaction; default 1000"},
	{.name = "from-end", .help = "what comes from now on, after a line \"ready\", instead of what is there"},
};
static const struct command_option read_options[] = {
	BOOTSTRAP,
	{.name = "topic", .value = "TOPIC", .help = "from its first offset to the end that it has now", .required = true},
};
static const struct command_option share_options[] = {
	BOOTSTRAP,
	DELIVERY,
	{.name = "provider", .value = "ID", .help = "with whom", .required = true},
	{.name = "keys", .value = "FOLDER", .help = "holds <employer>.key, the seeds of the employers' signing keys", .required = true},
	{.name = "pause", .value = "MS", .help = "between two commands; default 50"},
	{.name = "backlog", .value = "N", .help = "keep at least so many HR events waiting meanwhile; default 0: none"},
	{.name = "group", .value = "GROUP", .help = "the vault's consumer group, for --backlog", .required = true},
};

static const struct command_option press_options[] = {
	BOOTSTRAP,
	DELIVERY,
	{.name = "backlog", .value = "N", .help = "keep at least so many HR events waiting", .required = true},
	{.name = "group", .value = "GROUP", .help = "the vault's consumer group", .required = true},
};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static const struct command commands[] = {
	{.name = "load",
	 .help = "produce a delivery of an HR system and time what comes of it",
	 .options = load_options,
	 .option_count = COUNT(load_options),
	 .run = bench_load},
	{.name = "copy",
	 .help = "copy records in transactions: what this machine can do",
	 .options = copy_options,
	 .option_count = COUNT(copy_options),
	 .run = bench_copy},
	{.name = "read",
	 .help = "read a topic, read_committed, and do nothing with it: what this machine can do",
	 .options = read_options,
	 .option_count = COUNT(read_options),
	 .run = bench_read},
	{.name = "share",
	 .help = "send share commands at a pace: the command's broker time to its ShareEvent readable",
	 .options = share_options,
	 .option_count = COUNT(share_options),
	 .run = bench_share},
	{.name = "press",
	 .help = "keep a load of HR events going until standard input ends; a line \"ready\" when it is there",
	 .options = press_options,
	 .option_count = COUNT(press_options),
	 .run = bench_press},
};

bool bench_delivery(const struct command_line *line, struct delivery *ret, struct error *error)
{
	int64_t employers;
	int64_t seed;
	int64_t change;

	*ret = (struct delivery){.time = (int64_t)clock_wall_ms()};
	if (!command_number(line, "employers", 1, 99, 20, &employers, error) || !command_number(line, "seed", 0, 1000000, 1, &seed, error) ||
	    !command_number(line, "first", 0, 10000000, 0, &ret->first, error) || !command_number(line, "change", 0, 99, 0, &change, error) ||
	    !command_number(line, "employees", 1, 10000000, 0, &ret->count, error))
		return false;
	ret->employers = (int32_t)employers;
	ret->seed = (uint64_t)seed;
	ret->change = (int32_t)change;
	return true;
}

int main(int argc, char **argv)
{
	static const struct program program = {.name = "kluis_bench",
					       .help = "measurements of Kluis, each printed as a line of JSON; deploy/bench runs them all",
					       .default_config = "",
					       .commands = commands,
					       .command_count = COUNT(commands)};

	return command_line_run(&program, argc, argv);
}
