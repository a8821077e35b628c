/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* Filters that analysts keep by name (the language: observe/query/filter.h). */
#ifndef DESK_OBSERVATORY_SAVED_H
#define DESK_OBSERVATORY_SAVED_H

#include "desk/observatory/observatory.h"
#include "desk/observatory/rules.h"
#include "ground/record/record.h"

#define SAVED_NAME_MAX 60

struct saved {
	int64_t id;
	const char *name, *text;
	int64_t saved_at, version;
};

/* By name, or ("") all, in order of names, those that the viewer may see (ground/access/sight.h); of the arena. */
int saved_list(struct db *db, int64_t viewer, const char *name, struct arena *arena, struct saved **ret, size_t *ret_count,
	       struct error *err);

struct saved_change {
	const char *name; /* letters, digits, '-', '_' and what is not ASCII; 1 to 60 bytes */
	const char *text; /* NULL: remove it */
	int64_t version;  /* of the one that it was made from (rules.h); 0: there was none of that name */
	struct doing doing;
	char uuid[RECORD_UUID_TEXT];
};

/* Keeps a filter, in the place of one of the same name, or removes it. -EINVAL: not a name, or not a filter; -ENOENT: none
 * of that name to remove; -ESTALE: somebody kept another one under the name. */
int saved_save(struct db *db, const struct saved_change *change, struct error *err);

#endif
