/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* What a sensor and a centre are, on disk: keys that never leave their folder, and what the other end is known by.
 *
 * A sensor's folder: `key` (secret, hexadecimal), `centre` (lines of key=value: sensor, url, pin, receipts, prefixes),
 * `spool/`. A collector's folder: `receipt.key` (secret), `tls.key`, `tls.crt`, `sensors` (roster.h), `status`. */
#ifndef OBSERVE_DELIVERY_IDENTITY_H
#define OBSERVE_DELIVERY_IDENTITY_H

#include "observe/delivery/wire.h"

/* What a sensor knows of its centre since its enrolment. */
struct centre {
	char sensor[SENSOR_NAME_MAX + 1]; /* our own name there */
	char url[CODE_URL_MAX + 1];
	uint8_t pin[WIRE_HASH_BYTES];
	uint8_t receipts[WIRE_KEY_BYTES];
	char prefixes[WIRE_PREFIXES_MAX + 1];
};

int centre_load(int folder, struct centre *ret, struct error *err);
int centre_save(int folder, const struct centre *c, struct error *err);

/* Reads the secret key `name`, which must be readable by its owner alone; the public key is its second half. */
int secret_load(int folder, const char *name, uint8_t ret[WIRE_SECRET_BYTES], struct error *err);
/* As secret_load; makes the key where there is none. */
int secret_make(int folder, const char *name, uint8_t ret[WIRE_SECRET_BYTES], struct error *err);

static inline const uint8_t *secret_public(const uint8_t secret[WIRE_SECRET_BYTES])
{
	return secret + WIRE_SECRET_BYTES - WIRE_KEY_BYTES;
}

/* Host and port of a URL `https://host[:port]`; brackets of an IPv6 address are taken away. */
int url_split(const char *url, char host[CODE_URL_MAX + 1], uint16_t *ret_port, struct error *err);

/* Two hexadecimal digits a byte, and back (exactly `n` bytes). */
void hex_write(struct buf *out, const uint8_t *p, size_t n);
bool hex_read(struct bytes text, uint8_t *into, size_t n);

#endif
