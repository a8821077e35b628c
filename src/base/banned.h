/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* Functions that have a safer neighbour do not compile. Included by the build before every file. */
#ifndef BASE_BANNED_H
#define BASE_BANNED_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define BANNED(name, instead) banned_##name##_use_##instead

#undef strcpy
#define strcpy(...) BANNED(strcpy, buf_add_or_snprintf)
#undef strcat
#define strcat(...) BANNED(strcat, buf_add)
#undef strncpy
#define strncpy(...) BANNED(strncpy, text_copy)
#undef strncat
#define strncat(...) BANNED(strncat, buf_add)
#undef sprintf
#define sprintf(...) BANNED(sprintf, snprintf)
#undef vsprintf
#define vsprintf(...) BANNED(vsprintf, vsnprintf)
#undef gmtime
#define gmtime(...) BANNED(gmtime, base_calendar)
#undef localtime
#define localtime(...) BANNED(localtime, base_calendar)
#undef ctime
#define ctime(...) BANNED(ctime, base_calendar)
#undef asctime
#define asctime(...) BANNED(asctime, base_calendar)
#undef atoi
#define atoi(...) BANNED(atoi, number_parse)
#undef atol
#define atol(...) BANNED(atol, number_parse)
#undef strtok
#define strtok(...) BANNED(strtok, text_split)
#undef system
#define system(...) BANNED(system, engine_proc)
#undef popen
#define popen(...) BANNED(popen, engine_proc)
#undef rand
#define rand(...) BANNED(rand, randombytes_or_random_seeded)

#endif
