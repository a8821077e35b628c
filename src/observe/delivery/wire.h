/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* What sensor and centre say to each other, as bytes. Pure; hinomi-sensor(1) describes the format. All numbers are
 * little-endian. Each message begins with a line that names it, which keeps the signatures of one kind of message
 * from being taken for another's, and ends with an Ed25519 signature (RFC 8032) over all before it.
 *
 * A batch is a head, which delivery writes when it sends, and a content, which capture made and nobody changes. */
#ifndef OBSERVE_DELIVERY_WIRE_H
#define OBSERVE_DELIVERY_WIRE_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/error.h"
#include "observe/packet/event.h"
#include "observe/store/encode.h"

#define WIRE_EVENTS_MAX 2000u
#define WIRE_INTERVALS_MAX 256u
#define WIRE_COUNTERS_MAX 64u
#define WIRE_COUNTER_NAME_MAX 31
#define WIRE_CONTENT_MAX (160u << 10)
#define WIRE_MESSAGE_MAX (162u << 10)
#define WIRE_KEY_BYTES 32      /* Ed25519, public */
#define WIRE_SECRET_BYTES 64   /* Ed25519, secret, as libsodium keeps it */
#define WIRE_SIGNATURE_BYTES 64
#define WIRE_CODE_BYTES 16     /* secret of an enrolment code */
#define WIRE_HASH_BYTES 32
#define WIRE_PREFIXES_MAX 2048 /* text, with commas */
#define WIRE_UNKNOWN INT64_MIN

/* A heartbeat: up from one instant to another by the sensor's wall clock, and how long that took by a clock that never
 * jumps. A sensor ends an interval where its wall clock jumped, so the two agree. */
struct heartbeat {
	int64_t from_us, to_us;
	uint64_t elapsed_us;
};

/* How much a number grew since the batch before: "kernel-dropped", "rule-dns" … */
struct counter {
	char name[WIRE_COUNTER_NAME_MAX + 1]; /* a-z, 0-9 and '-' */
	uint64_t value;
};

struct content {
	const struct heartbeat *heartbeats;
	const struct counter *counters;
	const struct event *events;
	uint32_t heartbeat_count, counter_count, event_count;
};

/* -E2BIG: more than the limits above. */
int content_write(const struct content *c, struct buf *out, struct error *err);
/* What is read lives in the arena. -EBADMSG: not a content. */
int content_read(struct bytes bytes, struct arena *arena, struct content *ret, struct error *err);

struct batch_head {
	char sensor[SENSOR_NAME_MAX + 1];
	uint64_t boot, number;         /* random for each start of the capture; from 1 */
	int64_t sent_us;               /* by the sensor's clock */
	int64_t clock_error_us;        /* centre's clock less sensor's, by the last receipt; WIRE_UNKNOWN */
	uint64_t clock_error_most_us;  /* that may be wrong by as much */
	uint64_t backlog_batches, backlog_bytes;
	int64_t oldest_us;             /* first time of the oldest batch in the spool; 0: none */
	uint64_t dropped_batches, dropped_events; /* by a full spool, since the sensor was enrolled */
};

void batch_write(const struct batch_head *head, struct bytes content, const uint8_t secret[WIRE_SECRET_BYTES],
		 struct buf *out);
/* Reads without looking at the signature; `ret_content` points into `message`. */
int batch_read(struct bytes message, struct batch_head *ret, struct bytes *ret_content, struct error *err);

/* Is the last signature of a message (batch, receipt, enrolment) by that key? */
bool message_is_by(struct bytes message, const uint8_t key[WIRE_KEY_BYTES]);

enum receipt_result {
	RECEIPT_STORED = 0,
	RECEIPT_STORED_BEFORE = 1,
	RECEIPT_REFUSED = 2, /* it cannot be decoded and never will be */
	RECEIPT_RESULT_COUNT,
};

/* What the centre answers; only a receipt allows a sensor to forget a batch. */
struct receipt {
	char sensor[SENSOR_NAME_MAX + 1];
	uint64_t boot, number;
	uint8_t result;
	int64_t centre_us;              /* the centre's clock */
	uint8_t hash[WIRE_HASH_BYTES];  /* BLAKE2b of the message that is answered */
};

void receipt_write(const struct receipt *r, const uint8_t secret[WIRE_SECRET_BYTES], struct buf *out);
int receipt_read(struct bytes message, struct receipt *ret, struct error *err);
void message_hash(struct bytes message, uint8_t ret[WIRE_HASH_BYTES]);

/* Enrolment: the sensor gives its public key and the code's secret, signed by that key. */
struct enrolment {
	char sensor[SENSOR_NAME_MAX + 1];
	uint8_t key[WIRE_KEY_BYTES], secret[WIRE_CODE_BYTES];
};

void enrolment_write(const struct enrolment *e, const uint8_t secret[WIRE_SECRET_BYTES], struct buf *out);
int enrolment_read(struct bytes message, struct enrolment *ret, struct error *err);

/* The centre's answer to it: the key of its receipts and what the sensor watches. Signed by that key. */
struct enrolled {
	char sensor[SENSOR_NAME_MAX + 1];
	uint8_t key[WIRE_KEY_BYTES];
	char prefixes[WIRE_PREFIXES_MAX + 1];
};

void enrolled_write(const struct enrolled *e, const uint8_t secret[WIRE_SECRET_BYTES], struct buf *out);
int enrolled_read(struct bytes message, struct enrolled *ret, struct error *err);

/* The one-time code that an operator carries from the centre to the sensor: `hinomi1-` and base64url. */
#define CODE_URL_MAX 200
#define CODE_TEXT_MAX 512

struct code {
	char sensor[SENSOR_NAME_MAX + 1];
	char url[CODE_URL_MAX + 1];
	uint8_t pin[WIRE_HASH_BYTES]; /* SHA-256 of the public key of the centre's TLS certificate */
	uint8_t secret[WIRE_CODE_BYTES];
};

void code_format(const struct code *c, char into[CODE_TEXT_MAX]);
int code_parse(struct bytes text, struct code *ret, struct error *err);

#endif
