/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* Periods as people write them: 2013, 2013Q2, 2013-05, 2013-05-18; or two bounds. Days are the centre's. */
#ifndef OBSERVE_VIEW_PERIOD_H
#define OBSERVE_VIEW_PERIOD_H

#include "base/bytes.h"

#include <stdint.h>

/* Hours since 1970, end exclusive; false: not a period. */
bool period_parse(struct bytes text, int64_t *ret_first, int64_t *ret_end);

/* A bound: a day (as an end it is included whole) or an instant (as an end rounded up to the hour). */
bool period_bound_parse(struct bytes text, bool is_end, int64_t *ret_hour);

#endif
