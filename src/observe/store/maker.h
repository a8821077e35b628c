/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* A child of the writer's process that makes segment files while the writer goes on storing batches: compaction, and
 * imports that are handed over. What it made becomes part of the store when the writer adopts and commits it, in a moment.
 * One at a time; it ends with its parent, and what it left is removed when the store is opened for writing again. */
#ifndef OBSERVE_STORE_MAKER_H
#define OBSERVE_STORE_MAKER_H

#include "engine/proc/child.h"
#include "observe/store/maintain.h"
#include "observe/store/writer.h"

enum making { MAKING_NOTHING, MAKING_COMPACTION, MAKING_IMPORT };

struct maker {
	struct writer *writer; /* the caller's */
	const char *path;      /* of the store */
	int listener;
	enum making making;
	struct child child;
	int connection; /* of the import */
};

/* What has ended. */
struct made {
	enum making what;
	int result; /* 0, -EEXIST for an import that is there already, or -errno with `error` */
	struct error error;
	struct compact_report report;  /* of a compaction */
	struct manifest_import import; /* of an import */
	uint64_t events;
};

/* `path` must last. Begins to listen for imports. */
int maker_open(struct writer *writer, const char *path, struct maker *ret, struct error *err);
/* What is being made is dropped. */
void maker_close(struct maker *m);

/* Flushes the journal and begins. -EBUSY: something else is being made. */
int maker_compact(struct maker *m, const struct compact_options *options, struct error *err);

/* Looks after what is being made; when there is nothing, begins with an import that waits. Returns 1 with what has ended,
 * else 0. Never waits longer than for a commit. */
int maker_turn(struct maker *m, struct made *ret);

#endif
