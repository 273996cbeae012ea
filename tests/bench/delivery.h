/* A seeded delivery of an HR system: two events an employee, an EmployeeEvent and then an EmploymentEvent, employers in turn. */
#pragma once

#include "common/base/buffer.h"

#define DELIVERY_EMPLOYER 24
#define DELIVERY_EMPLOYEE_KEY 24

struct delivery {
	uint64_t seed;
	int32_t employers;
	int64_t first;  /* number of its first employee */
	int64_t count;  /* employees */
	int64_t time;   /* occurred_at of its events, milliseconds: a later delivery has a later one, and other event ids */
	int32_t change; /* another number, other contract hours: 0 for the same content in each delivery */
};

/* "BENCH-01"; of an employee's number. */
void delivery_employer(const struct delivery *delivery, int64_t employee, char ret[static DELIVERY_EMPLOYER]);

/* The HR system's key of an employee. */
void delivery_employee_key(int64_t employee, char ret[static DELIVERY_EMPLOYEE_KEY]);

/* Appends event `number` of 0..2*count-1, encoded. The arena is scratch. False when the encoder refuses: the generator is wrong then. */
MUST_CHECK bool delivery_encode(const struct delivery *delivery, int64_t number, struct arena *arena, struct buffer *buffer, struct error *error);
