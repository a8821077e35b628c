/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* An operator's table of holidays; each day of it is found. */
#include "base/holiday.h"

#include <assert.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct error err = ERROR_NONE;
	struct holiday_table *t = NULL;
	struct business_calendar c = { .has_new_year_off = size & 1 };

	if (holiday_table_parse(BYTES(data, size), &t, &err) == 0) {
		assert(holiday_table_count(t) > 0);
		c.table = t;
		business_days_between(&c, (struct date){ 2019, 4, 1 }, (struct date){ 2019, 6, 1 });
	}
	holiday_table_free(t);
	return 0;
}
