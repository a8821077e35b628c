/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* Who does it, and when: both come in as arguments, so that nothing below the faces asks a clock. */
#ifndef GROUND_RECORD_DOING_H
#define GROUND_RECORD_DOING_H

#include <stdint.h>

/* Texts are the caller's. */
struct doing {
	int64_t at;	   /* microseconds UTC */
	const char *actor; /* 'local:suzuki', 'job:surges' */
};

#endif
