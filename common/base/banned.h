/* Functions that have no place here; force-included into every translation unit (as git's banned.h does). */
#pragma once

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* Macros in some versions of the C library, which cannot be poisoned. */
#undef alloca
#undef sprintf
#undef vsprintf

#pragma GCC poison strcpy strcat strncpy strncat sprintf vsprintf gets strtok atoi atol atoll alloca gmtime localtime ctime asctime rand srand
