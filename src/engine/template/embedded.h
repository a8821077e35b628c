/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* Files that are part of the program: templates/ and static/, made into tables by tools/embed. */
#ifndef ENGINE_EMBEDDED_H
#define ENGINE_EMBEDDED_H

#include <stddef.h>

/* `name` is the path below the folder: `part/nav.html`. The text ends in a NUL that does not count. */
struct embedded {
	const char *name;
	const char *text;
	size_t size;
};

/* Both end with a row whose name is NULL; sorted by name. */
extern const struct embedded embedded_templates[];
extern const struct embedded embedded_static[];

/* The row of that name, or NULL. */
const struct embedded *embedded_find(const struct embedded *table, const char *name);

#endif
