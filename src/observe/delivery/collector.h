/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* The centre's end of the wire: decides about batches and enrolments, and stores. Knows no HTTP.
 *
 * Signature and size of a batch are checked first; what the right key signed is decoded by one long-lived locked child,
 * which is started again when it dies on its input or stops at it; that batch is refused for good. Several batches wait for the disk
 * together. */
#ifndef OBSERVE_DELIVERY_COLLECTOR_H
#define OBSERVE_DELIVERY_COLLECTOR_H

#include "observe/delivery/identity.h"
#include "observe/delivery/roster.h"
#include "observe/delivery/status.h"
#include "observe/store/writer.h"

#define COLLECTOR_GROUP_MAX 64
#define ANSWER_MAX 8192

struct collector;

/* A batch that came, and what is to be answered. */
struct delivered {
	struct bytes message;
	unsigned status;     /* as of HTTP: 200 with a receipt, else a line for a human */
	struct buf answer;   /* begun and cleared by the caller, ANSWER_MAX */
};

/* Starts the child; nothing else of the process may be threaded. `folder` and `writer` stay the caller's. */
int collector_open(int folder, struct writer *writer, const uint8_t receipts[WIRE_SECRET_BYTES], struct collector **ret,
		   struct error *err);
struct collector *collector_close(struct collector *c);

/* Told of each batch of a known sensor that is refused for good; `why` is one line. */
typedef void collector_refused_fn(void *context, const char *sensor, uint64_t number, const char *why);
void collector_on_refused(struct collector *c, collector_refused_fn *each, void *context);

/* Stores up to COLLECTOR_GROUP_MAX batches with one wait for the disk. `err` tells of the store's own failure, after
 * which all that were good are answered with 503. */
int collector_batches(struct collector *c, struct delivered *batches, size_t count, struct error *err);

/* Answers an enrolment. */
void collector_enrol(struct collector *c, struct delivered *request);

/* Writes the status where it changed, at most once a second unless `is_last`. */
int collector_tick(struct collector *c, bool is_last, struct error *err);

/* Calls `each` for every sensor whose health (enum health) is another than at the call before; all are up at first. */
void collector_health(struct collector *c, int64_t silence_us,
		      void (*each)(void *context, const char *sensor, unsigned was, unsigned is), void *context);

/* The locked child's work on one content; shown here for its fuzz program. */
void collector_decode(struct bytes content, struct arena *arena, struct buf *ret_answer);
/* Reads what the child answered. False: damaged. `ret_is_refused` when the content was. */
bool collector_answer(struct bytes answer, struct arena *arena, struct content *ret, bool *ret_is_refused);

#endif
