/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* Who does something, and when: times and names come in as arguments. Texts are the caller's. */
#ifndef GROUND_RECORD_DOING_H
#define GROUND_RECORD_DOING_H

#include <stdint.h>

struct doing {
	int64_t at;        /* microseconds UTC */
	const char *actor; /* an account's login name, 'local:suzuki' on the command line, 'job:surges' */
};

#endif
