/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* Templates and static files that are part of the program. */
#include "engine/template/embedded.h"

#include "base/memory.h"
#include "engine/template/template.h"

#include <assert.h>

const struct embedded *embedded_find(const struct embedded *table, const char *name)
{
	for (; table->name; table++)
		if (strcmp(table->name, name) == 0)
			return table;
	return NULL;
}

const struct templates *templates_embedded(void)
{
	static struct templates *all;
	struct error err = ERROR_NONE;

	if (all)
		return all;
	all = templates_new(0);
	for (const struct embedded *e = embedded_templates; e->name; e++) {
		int r = templates_add(all, e->name, e->text, e->size, &err);
		assert(r == 0 && "the build parses every template");
		(void)r;
	}
	return all;
}
