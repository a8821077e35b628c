/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* Indicators: URLs, names, addresses, hashes. What the text of a message names is found by a program when it is filed; what a
 * thing was in a case (its role) is said by a person or an analysis, with who says so. All in canonical form (format/text/url.h,
 * base/address.h), so that equal things are equal texts.
 *
 *	indicator_find(text, arena, &found, &count);                     (before the transaction)
 *	indicator_keep(db, message, report, found, count, &err);         (inside it)
 *	indicator_read("hxxp://phish[.]example", arena, &n, &err);
 *	indicator_add(db, &n, &id, ref, &err); */
#ifndef GROUND_INDICATOR_INDICATOR_H
#define GROUND_INDICATOR_INDICATOR_H

#include "ground/access/rules.h"
#include "ground/record/doing.h"
#include "ground/record/record.h"

/* Of one message so many things are kept. */
#define INDICATOR_FOUND_MAX 2000

/* "url", "host", "address", "prefix", "mail", "md5", "sha1", "sha256". */
struct indicator_thing {
	const char *kind, *text, *host; /* host: of a URL or mail address; of a name or address itself; "" */
};

/* What a text names, each thing once, in its order; of the arena. Times and ports are no indicators. */
void indicator_find(const char *text, struct arena *arena, struct indicator_thing **ret, size_t *ret_count);

/* Inside a transaction. */
int indicator_keep(struct db *db, int64_t message_id, int64_t about_id, const struct indicator_thing *list, size_t count,
		   struct error *err);

/* What the messages of a record name; of the arena. */
int indicator_found(struct db *db, int64_t about_id, int64_t most, struct arena *arena, struct indicator_thing **ret,
		    size_t *ret_count, struct error *err);

/* One thing, as a person writes it. -EINVAL: none, or more than one. */
int indicator_read(const char *text, struct arena *arena, struct indicator_thing *ret, struct error *err);

struct indicator_new {
	int64_t about_id;
	struct indicator_thing thing;
	const char *role, *source, *note;
	struct doing doing;
};

struct indicator {
	int64_t id, about_id, made_at;
	struct indicator_thing thing;
	const char *ref, *about, *role, *source, *note;
};

/* 'lure', 'site', 'exploit', 'download', 'command', 'drop', 'source', 'target', 'other'; ends with NULL. */
extern const char *const indicator_roles[];

/* A transaction of its own. -EEXIST: the case has it in that role; -EINVAL: no such role; -ENOENT: no such case. */
int indicator_add(struct db *db, const struct indicator_new *n, int64_t *ret_id, char ret_ref[RECORD_REF_MAX], struct error *err);
/* It was none after all; a transaction of its own. -EALREADY. */
int indicator_remove(struct db *db, int64_t id, int64_t about_id, const char *text, const struct doing *doing, struct error *err);

/* Of a case, or (0) of all; as they were given; of the arena. */
int indicator_list(struct db *db, int64_t viewer, int64_t about_id, int64_t most, struct arena *arena, struct indicator **ret,
		   size_t *ret_count, struct error *err);
/* 1 and its id, its case and text (of the arena); 0. */
int indicator_by_ref(struct db *db, int64_t viewer, const char *ref, struct arena *arena, struct indicator *ret, struct error *err);

/* Where a thing is named, by its text or as the host of another: `role` "" in a report's text. The newest first; of the arena. */
int indicator_search(struct db *db, int64_t viewer, const char *text, int64_t most, struct arena *arena, struct indicator **ret,
		     size_t *ret_count, struct error *err);

#endif
