/* For libraries whose signatures forget a const. */
#pragma once

/* The same address without the const. What it points at must still not be changed through it. */
static inline void *unconst(const void *p)
{
	union {
		const void *constant;
		void *plain;
	} both = {.constant = p};

	return both.plain;
}
