/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* The one writer of a store. Finished segment bytes come in pieces (from a locked child, say) and go to files that
 * nobody sees; `writer_commit` makes them all part of the store at once, by one rename of the manifest. Batches are
 * appended to the journal and are stored when `writer_batch` returns 0.
 *
 *	writer_open(path, WRITER_CREATE, &w, &err);
 *	writer_put(w, bytes, &err); … writer_segment_end(w, &err);
 *	writer_commit(w, &import, &err);
 *	writer_close(w);
 *
 * After a kill at any moment the next writer finds the store as of the last commit and removes what is left over. */
#ifndef OBSERVE_STORE_WRITER_H
#define OBSERVE_STORE_WRITER_H

#include "observe/store/journal.h"
#include "observe/store/manifest.h"

enum writer_flags {
	WRITER_CREATE = 1 << 0,    /* make the store where there is none */
	WRITER_SIMULATOR = 1 << 1, /* the simulator: may make a simulated store, and write to one */
	WRITER_MAINTENANCE = 1 << 2, /* writer_open_any */
	WRITER_AGENT = 1 << 3,     /* where another process is the writer and takes imports: put for it (handover.h) */
};

struct writer;

/* -EBUSY: another writer has it; -EPERM: a simulated store, or not one for the simulator; `simulated_seed` counts
 * with WRITER_SIMULATOR. */
int writer_open(const char *path, unsigned flags, uint64_t simulated_seed, struct writer **ret, struct error *err);
/* For maintenance, which changes no event: simulated or not. */
int writer_open_any(const char *path, struct writer **ret, struct error *err);
struct writer *writer_close(struct writer *w);

const struct manifest *writer_manifest(const struct writer *w);
/* The store's folder, open. */
int writer_folder(const struct writer *w);

/* For a child of the writer's process (maker.h): it can put segments and end them, no more. Its files have names of their
 * own, and stay until the writer takes them. */
int writer_open_maker(const char *path, struct writer **ret, struct error *err);
uint32_t writer_made_count(const struct writer *made);
/* In the writer: the `index`th file that the child made, from 1, is one of its finished segments now; it is checked. */
int writer_adopt(struct writer *w, uint32_t index, struct error *err);
void writer_drop_made(struct writer *w);

/* Bytes of the segment that is being written, and its end; the finished file is checked there. */
/* Begins a segment whose bytes somebody else writes to the file: the child that makes them, which must have ended before
 * the commit. The descriptor stays the writer's. */
int writer_segment_begin(struct writer *w, int *ret_fd, struct error *err);
int writer_put(struct writer *w, struct bytes bytes, struct error *err);
int writer_segment_end(struct writer *w, struct error *err);

/* Makes the finished segments part of the store; `import` may be NULL. `ret_events` (may be NULL) is how many events
 * they hold. -EEXIST: that import is there already, nothing was changed. */
int writer_commit(struct writer *w, const struct manifest_import *import, uint64_t *ret_events, struct error *err);
/* Drops what was put since the last commit. */
void writer_abort(struct writer *w);

/* Replaces the segments of those numbers by the finished ones (compaction, retention). */
int writer_replace(struct writer *w, const uint32_t *numbers, size_t count, struct error *err);

/* Stores a batch: 0 done, 1 it was stored before. It is on disk when this returns. */
int writer_batch(struct writer *w, const struct batch *batch, struct error *err);
/* As writer_batch for several with one wait for the disk; `ret_results` says 0 or 1 for each. */
int writer_batches(struct writer *w, const struct batch *batches, size_t count, int *ret_results, struct error *err);
/* Makes a segment of the journal. Done by itself when the journal is large. */
int writer_flush(struct writer *w, struct error *err);

#endif
