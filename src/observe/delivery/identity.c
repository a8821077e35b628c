/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* What a sensor and a centre are, on disk. */
#include "observe/delivery/identity.h"

#include "base/cleanup.h"
#include "base/text.h"
#include "engine/proc/file.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <sys/stat.h>

#define FILE_MAX 16384
#define CENTRE_FILE "centre"

void hex_write(struct buf *out, const uint8_t *p, size_t n)
{
	for (size_t i = 0; i < n; i++)
		buf_addf(out, "%02x", p[i]);
}

bool hex_read(struct bytes text, uint8_t *into, size_t n)
{
	size_t got;

	return text.n == 2 * n && sodium_hex2bin(into, n, (const char *)text.p, text.n, NULL, &got, NULL) == 0 && got == n;
}

/* --- the centre, as its sensor knows it --- */

static bool take_value(struct bytes key, struct bytes value, struct centre *c)
{
	if (bytes_is(key, "sensor"))
		return sensor_name_is_valid(value) && text_copy(c->sensor, sizeof c->sensor, value);
	if (bytes_is(key, "url"))
		return text_copy(c->url, sizeof c->url, value);
	if (bytes_is(key, "pin"))
		return hex_read(value, c->pin, sizeof c->pin);
	if (bytes_is(key, "receipts"))
		return hex_read(value, c->receipts, sizeof c->receipts);
	if (bytes_is(key, "prefixes"))
		return text_copy(c->prefixes, sizeof c->prefixes, value);
	return false;
}

int centre_load(int folder, struct centre *ret, struct error *err)
{
	_cleanup_(buf_clear) struct buf text;
	struct centre c = { .sensor = "" };
	struct bytes rest, line, key;
	int r = file_read(folder, CENTRE_FILE, FILE_MAX, &text, err);

	if (r < 0) {
		if (r == -ENOENT) {
			error_set(err, r, "this sensor is not enrolled");
			error_hint(err, "`hinomi sensor add` at the centre prints a code; give it to `hinomi sense enrol` here");
		}
		return r;
	}
	rest = buf_bytes(&text);
	while (take_until(&rest, '\n', &line))
		if (!take_until(&line, '=', &key) || !take_value(key, line, &c))
			return error_set(err, -EBADMSG, "'%s': a line is not understood", CENTRE_FILE);
	if (!c.sensor[0] || !c.url[0])
		return error_set(err, -EBADMSG, "'%s' is not whole", CENTRE_FILE);
	*ret = c;
	return 0;
}

int centre_save(int folder, const struct centre *c, struct error *err)
{
	_cleanup_(buf_clear) struct buf text;

	buf_init(&text, FILE_MAX);
	buf_addf(&text, "sensor=%s\nurl=%s\npin=", c->sensor, c->url);
	hex_write(&text, c->pin, sizeof c->pin);
	buf_add_text(&text, "\nreceipts=");
	hex_write(&text, c->receipts, sizeof c->receipts);
	buf_addf(&text, "\nprefixes=%s\n", c->prefixes);
	return file_replace(folder, CENTRE_FILE, buf_bytes(&text), 0644, err);
}

/* --- keys --- */

int secret_load(int folder, const char *name, uint8_t ret[WIRE_SECRET_BYTES], struct error *err)
{
	_cleanup_(buf_clear) struct buf text;
	struct stat st;
	int r = file_read(folder, name, 1024, &text, err);

	if (r < 0)
		return r;
	if (fstatat(folder, name, &st, AT_SYMLINK_NOFOLLOW) < 0 || !S_ISREG(st.st_mode) || st.st_mode & 077) {
		error_hint(err, "chmod 600 %s, and think about who may have read it", name);
		return error_set(err, -EPERM, "the key '%s' can be read by others", name);
	}
	if (!hex_read(bytes_trim(buf_bytes(&text)), ret, WIRE_SECRET_BYTES))
		r = error_set(err, -EBADMSG, "'%s' is not a key", name);
	sodium_memzero(text.p, text.n);
	return r;
}

int secret_make(int folder, const char *name, uint8_t ret[WIRE_SECRET_BYTES], struct error *err)
{
	_cleanup_(buf_clear) struct buf text;
	uint8_t public[WIRE_KEY_BYTES];
	int r;

	if (faccessat(folder, name, F_OK, 0) == 0)
		return secret_load(folder, name, ret, err);
	crypto_sign_keypair(public, ret);
	buf_init(&text, 1024);
	hex_write(&text, ret, WIRE_SECRET_BYTES);
	buf_add_char(&text, '\n');
	r = file_replace(folder, name, buf_bytes(&text), 0600, err);
	sodium_memzero(text.p, text.n);
	return r;
}

int url_split(const char *url, char host[CODE_URL_MAX + 1], uint16_t *ret_port, struct error *err)
{
	struct bytes c = BYTES_TEXT(url), name;
	uint64_t port = 443;
	bool has_port;
	const uint8_t *colon = NULL;

	if (!bytes_starts(c, "https://") || !take_skip(&c, strlen("https://")) || c.n == 0)
		return error_set(err, -EINVAL, "'%s' does not begin with https://", url);
	for (size_t i = 0; i < c.n; i++) {
		if (c.p[i] == '/' && i + 1 < c.n)
			return error_set(err, -EINVAL, "'%s' has a path; the centre's address is https://host:port", url);
		if (c.p[i] == ':')
			colon = c.p + i;
		if (c.p[i] == ']')
			colon = NULL;
	}
	if (c.p[c.n - 1] == '/')
		c.n--;
	has_port = colon != NULL;
	name = has_port ? BYTES(c.p, (size_t)(colon - c.p)) : c;
	if (has_port && (!bytes_number(BYTES(colon + 1, (size_t)(c.p + c.n - colon - 1)), 65535, &port) || port == 0))
		return error_set(err, -EINVAL, "'%s' has no valid port", url);
	if (name.n > 2 && name.p[0] == '[' && name.p[name.n - 1] == ']')
		name = BYTES(name.p + 1, name.n - 2);
	if (name.n == 0 || !text_copy(host, CODE_URL_MAX + 1, name))
		return error_set(err, -EINVAL, "'%s' names no host", url);
	*ret_port = (uint16_t)port;
	return 0;
}
