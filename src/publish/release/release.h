/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* One moment: a whole new tree is written beside the one that is served, then one rename switches to it.
 *
 *	OUT/trees/7/…     what is served; files that did not change are the same files (hard links) as in trees/6
 *	OUT/trees/6/…     the tree before, for readers that still hold it
 *	OUT/current       a symbolic link to trees/7
 *
 * A crash leaves either the old or the new tree, and the next release removes what was left over. One release at a
 * time: OUT/lock. */
#ifndef PUBLISH_RELEASE_RELEASE_H
#define PUBLISH_RELEASE_RELEASE_H

#include "base/bytes.h"
#include "base/error.h"

#define RELEASE_CURRENT "current"

struct release;

struct release_counts {
	size_t files, written; /* in the tree; of these, not the same as before */
	bool is_switched;      /* false: nothing changed, and the old tree stays */
};

/* Makes OUT where it is missing. -EBUSY: another release is at work. */
int release_begin(const char *out, struct release **ret, struct error *err);

/* A file below the tree ("isdas/index.html"); a path twice is an error. */
int release_file(struct release *r, const char *path, struct bytes content, struct error *err);
/* Takes a file from the current tree as it is, and says so with 1; 0: there is none. */
int release_keep(struct release *r, const char *path, struct error *err);
/* Whether this release has the file already. */
bool release_has(const struct release *r, const char *path);
/* Whether the last release_file or release_keep of this path was the same as in the current tree. */
bool release_is_same(const struct release *r, const char *path);

/* Syncs, switches, and removes trees older than the one before. Consumes the release, as release_abandon does. */
int release_finish(struct release *r, struct release_counts *ret, struct error *err);
struct release *release_abandon(struct release *r);

#endif
