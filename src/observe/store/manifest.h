/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* The manifest: one text file that says which files are the store. It is replaced by rename; what it does not name
 * does not exist, so a commit is one rename, and a crash before it leaves the store as it was. */
#ifndef OBSERVE_STORE_MANIFEST_H
#define OBSERVE_STORE_MANIFEST_H

#include "base/buf.h"
#include "base/error.h"
#include "observe/store/encode.h"

#define MANIFEST_NAME "MANIFEST"
#define MANIFEST_MAX (64u << 20)
#define IMPORT_NAME_MAX 200

struct manifest_segment {
	uint32_t number;
	uint64_t bytes, events;
	int64_t first_us, last_us; /* first > last: no events, only up-time */
};

/* An input that was imported: known by a keyed XXH3-128 of its bytes. */
struct manifest_import {
	uint64_t hash[2];
	int64_t time_us;
	uint64_t events;
	char name[IMPORT_NAME_MAX + 1];
};

/* Batches of one start of one sensor that are stored: all numbers in the ranges. */
struct manifest_batches {
	char sensor[SENSOR_NAME_MAX + 1];
	uint64_t boot;
	struct {
		uint64_t first, last;
	} *ranges;
	size_t range_count, range_room;
};

struct manifest {
	uint64_t key[2]; /* of the imports' hash; random, made with the store */
	bool is_simulated;
	uint64_t simulated_seed;
	uint32_t next_number; /* of the next segment or journal file */
	uint32_t journal;     /* number of the journal, 0: none */
	struct manifest_segment *segments;
	size_t segment_count, segment_room;
	struct manifest_import *imports;
	size_t import_count, import_room;
	struct manifest_batches *batches;
	size_t batch_count, batch_room;
};

void manifest_clear(struct manifest *m);
struct manifest manifest_copy(const struct manifest *m);
void manifest_format(const struct manifest *m, struct buf *out);
/* Reads the manifest of a store's folder. */
int manifest_load(int folder, struct manifest *ret, struct error *err);
int manifest_parse(struct bytes text, struct manifest *ret, struct error *err);

void manifest_add_segment(struct manifest *m, const struct manifest_segment *segment);
void manifest_add_import(struct manifest *m, const struct manifest_import *import);
const struct manifest_import *manifest_find_import(const struct manifest *m, const uint64_t hash[2]);

/* Notes that a batch is stored; false when it was already. */
bool manifest_add_batch(struct manifest *m, struct bytes sensor, uint64_t boot, uint64_t number);
bool manifest_has_batch(const struct manifest *m, struct bytes sensor, uint64_t boot, uint64_t number);

#endif
