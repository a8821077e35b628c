/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* The sensors that a centre knows: one text file, `sensors` in the collector's folder, replaced by rename. Whoever
 * changes it holds the lock `sensors.lock` meanwhile; the collector reads it again when it was replaced.
 *
 *	hinomi sensors 1
 *	sensor tokyo-1 key=<64 digits|-> code=<64 digits|-> until=<UTC|-> revoked=<yes|no> from=<UTC> to=<UTC>
 *		place_ja=… place_en=… prefixes=192.0.2.0/28        (all in one line)
 *
 * `from` is when the sensor was first enrolled, `to` when it was revoked; these and the places are left out where there is
 * nothing to say. In places, blanks and what is no printable byte are written %20, as is the percent sign.
 *
 * `code` is the BLAKE2b of an enrolment code's secret. A code that was used stays until it ends, for the same key
 * only: an enrolment whose answer was lost can be repeated. */
#ifndef OBSERVE_DELIVERY_ROSTER_H
#define OBSERVE_DELIVERY_ROSTER_H

#include "observe/delivery/wire.h"

#define ROSTER_NAME "sensors"
#define ROSTER_PLACE_MAX 200 /* bytes of UTF-8 */

struct roster_sensor {
	char name[SENSOR_NAME_MAX + 1];
	uint8_t key[WIRE_KEY_BYTES], code[WIRE_HASH_BYTES];
	bool has_key, has_code, is_revoked;
	int64_t until_us; /* of the code */
	int64_t from_us, to_us; /* enrolled, revoked; 0: not */
	char place_ja[ROSTER_PLACE_MAX + 1], place_en[ROSTER_PLACE_MAX + 1]; /* where it stands; "": not said */
	char prefixes[WIRE_PREFIXES_MAX + 1];
};

struct roster {
	struct roster_sensor *sensors;
	size_t count, room;
};

void roster_clear(struct roster *r);
int roster_parse(struct bytes text, struct roster *ret, struct error *err);
void roster_format(const struct roster *r, struct buf *out);
struct roster_sensor *roster_find(const struct roster *r, const char *name);
/* Adds one, with only its name set. */
struct roster_sensor *roster_add(struct roster *r, const char *name);

/* A missing file is an empty roster. */
int roster_load(int folder, struct roster *ret, struct error *err);

/* Runs `change` on the roster under its lock and saves what it made; -errno of `change` leaves all as it was. */
typedef int roster_change_fn(struct roster *r, void *context, struct error *err);
int roster_change(int folder, roster_change_fn *change, void *context, struct error *err);

/* The decision about an enrolment at an instant: 0 and the key is set, -EACCES: no such sensor or code, -ETIMEDOUT: the
 * code is too old, -EEXIST: the code was used by another key. One line for all, so that nobody learns which. */
int roster_enrol(struct roster *r, const struct enrolment *e, int64_t now_us, struct error *err);

/* Nothing more is taken from it. */
void roster_revoke(struct roster_sensor *s, int64_t now_us);

/* Is that a place: printable UTF-8 of at most ROSTER_PLACE_MAX bytes? */
bool place_check(const char *text);

/* Where it stands, in English, else in Japanese; "" when that is not known. */
const char *roster_place(const struct roster_sensor *s);

/* How many addresses it watches, as prefixes_check counts; false when its prefixes are not known. */
bool roster_addresses(const struct roster_sensor *s, uint64_t *ret);

void roster_hash_code(const uint8_t secret[WIRE_CODE_BYTES], uint8_t ret[WIRE_HASH_BYTES]);

/* Are all of "a,b,c" prefixes? -EINVAL with the one that is not. `ret_addresses` is how many addresses they have
 * together, UINT64_MAX when more. */
int prefixes_check(const char *text, uint64_t *ret_addresses, struct error *err);

#endif
