/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* Names of the marks. */
#include "observe/packet/mark.h"

#include "base/cleanup.h"

static const char *const names[] = { "zmap", "masscan", "mirai" };

const char *mark_name(unsigned bit)
{
	return bit < COUNT(names) ? names[bit] : NULL;
}
