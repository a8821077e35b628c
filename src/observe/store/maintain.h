/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* Looking after a store: is everything as it was written, and small segments joined into large ones. */
#ifndef OBSERVE_STORE_MAINTAIN_H
#define OBSERVE_STORE_MAINTAIN_H

#include "observe/store/store.h"
#include "observe/store/writer.h"

struct store_faults {
	uint64_t blocks, chunks, events; /* compared */
};

/* Compares every checksum, decodes every row, and compares each segment's roll-ups with its events. -EBADMSG with a
 * line that names the segment at the first fault. */
int store_verify(const struct store *s, void (*progress)(void *context, uint64_t done, uint64_t all), void *context,
		 struct store_faults *ret, struct error *err);

struct compact_options {
	int64_t drop_before_us; /* events before it go; INT64_MIN: none */
	bool is_dry_run;
};

struct compact_report {
	uint64_t segments_before, segments_after, bytes_before, bytes_after, events_dropped;
};

/* Makes a segment of the journal, then writes the events of small or badly filled segments again, day by day, and
 * replaces them at once. Figures do not change, but for events dropped. */
int store_compact(const char *path, const struct compact_options *options, struct compact_report *ret,
		  struct error *err);

/* Half of it, for a maker: puts the new segments into `made` and says which they are to replace; the journal is as it is.
 * `ret_replaced` is the caller's to free. */
int store_compact_make(struct writer *made, const char *path, const struct compact_options *options,
		       struct compact_report *ret, uint32_t **ret_replaced, size_t *ret_count, struct error *err);

/* The same for a process that is the writer already. */
int store_compact_held(struct writer *w, const char *path, const struct compact_options *options,
		       struct compact_report *ret, struct error *err);

#endif
