/* The measurements, one function each; main.c has their options. */
#pragma once

#include "common/cli/command_line.h"
#include "tests/bench/delivery.h"

#define BENCH_PARTITION_LIMIT 1000

/* Produces a delivery and waits for what came of it. */
command_run bench_load;

/* Copies a topic in transactions. */
command_run bench_copy;

/* Reads a topic to its end and does nothing with it. */
command_run bench_read;

/* Share commands at a pace, with or without a load behind them. */
command_run bench_share;

/* A load that goes on until standard input ends; says "ready" when it is there. */
command_run bench_press;

/* The delivery that the options --employers, --employees, --first, --seed and --change describe, of now. False when one is out of range. */
MUST_CHECK bool bench_delivery(const struct command_line *line, struct delivery *ret, struct error *error);
