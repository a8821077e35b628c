/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* The sensors that a centre knows. */
#include "observe/delivery/roster.h"

#include "base/calendar.h"
#include "base/cleanup.h"
#include "base/memory.h"
#include "base/text.h"
#include "engine/proc/file.h"
#include "observe/delivery/identity.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <sys/file.h>

#define FIRST_LINE "hinomi sensors 1"
#define ROSTER_MAX (64u << 20)

void roster_clear(struct roster *r)
{
	free(r->sensors);
	*r = (struct roster){ 0 };
}

struct roster_sensor *roster_find(const struct roster *r, const char *name)
{
	for (size_t i = 0; i < r->count; i++)
		if (strcmp(r->sensors[i].name, name) == 0)
			return &r->sensors[i];
	return NULL;
}

struct roster_sensor *roster_add(struct roster *r, const char *name)
{
	struct roster_sensor *s;

	r->sensors = memory_grow(r->sensors, &r->room, r->count + 1, sizeof *r->sensors);
	s = &r->sensors[r->count++];
	*s = (struct roster_sensor){ .name = "" };
	text_copy(s->name, sizeof s->name, BYTES_TEXT(name));
	return s;
}

/* --- text --- */

static bool take_yes(struct bytes value, bool *ret)
{
	*ret = bytes_is(value, "yes");
	return *ret || bytes_is(value, "no");
}

static bool take_hash(struct bytes value, uint8_t into[32], bool *ret_has)
{
	*ret_has = !bytes_is(value, "-");
	return !*ret_has || hex_read(value, into, 32);
}

static bool take_time(struct bytes value, int64_t *ret)
{
	return bytes_is(value, "-") || time_parse(value, true, ret);
}

static int hex_digit(uint8_t c)
{
	return c >= '0' && c <= '9' ? c - '0' : c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

static bool take_place(struct bytes value, char into[ROSTER_PLACE_MAX + 1])
{
	size_t n = 0;
	uint8_t c;

	while (take_u8(&value, &c)) {
		if (n == ROSTER_PLACE_MAX)
			return false;
		if (c == '%') {
			int high = value.n > 1 ? hex_digit(value.p[0]) : -1, low = value.n > 1 ? hex_digit(value.p[1]) : -1;
			if (high < 0 || low < 0)
				return false;
			c = (uint8_t)(high << 4 | low);
			take_skip(&value, 2);
		}
		into[n++] = (char)c;
	}
	into[n] = '\0';
	return strlen(into) == n && place_check(into);
}

bool place_check(const char *text)
{
	for (const char *p = text; *p; p++)
		if ((unsigned char)*p < 0x20 || *p == 0x7f)
			return false;
	return strlen(text) <= ROSTER_PLACE_MAX && text_is_utf8(BYTES_TEXT(text));
}

static bool take_value(struct bytes key, struct bytes value, struct roster_sensor *s)
{
	if (bytes_is(key, "key"))
		return take_hash(value, s->key, &s->has_key);
	if (bytes_is(key, "code"))
		return take_hash(value, s->code, &s->has_code);
	if (bytes_is(key, "until"))
		return take_time(value, &s->until_us);
	if (bytes_is(key, "from"))
		return take_time(value, &s->from_us);
	if (bytes_is(key, "to"))
		return take_time(value, &s->to_us);
	if (bytes_is(key, "place_ja"))
		return take_place(value, s->place_ja);
	if (bytes_is(key, "place_en"))
		return take_place(value, s->place_en);
	if (bytes_is(key, "revoked"))
		return take_yes(value, &s->is_revoked);
	if (bytes_is(key, "prefixes"))
		return text_copy(s->prefixes, sizeof s->prefixes, value);
	return false;
}

static bool parse_sensor(struct bytes line, struct roster *r)
{
	struct roster_sensor s = { .name = "" };
	struct bytes word, key;

	if (!take_until(&line, ' ', &word) || !bytes_is(word, "sensor") || !take_until(&line, ' ', &word) ||
	    !sensor_name_is_valid(word))
		return false;
	text_copy(s.name, sizeof s.name, word);
	while (take_until(&line, ' ', &word))
		if (!take_until(&word, '=', &key) || !take_value(key, word, &s))
			return false;
	if (roster_find(r, s.name))
		return false;
	*roster_add(r, s.name) = s;
	return true;
}

int roster_parse(struct bytes text, struct roster *ret, struct error *err)
{
	struct roster r = { 0 };
	struct bytes line;
	unsigned number = 1;

	if (!take_until(&text, '\n', &line) || !bytes_is(line, FIRST_LINE))
		return error_set(err, -EBADMSG, "'%s' is not a list of sensors", ROSTER_NAME);
	while (take_until(&text, '\n', &line)) {
		number++;
		if (line.n && !parse_sensor(line, &r)) {
			roster_clear(&r);
			return error_set(err, -EBADMSG, "'%s': line %u is not understood", ROSTER_NAME, number);
		}
	}
	*ret = r;
	return 0;
}

static void format_hash(struct buf *out, const char *key, const uint8_t hash[32], bool has)
{
	buf_addf(out, " %s=", key);
	if (has)
		hex_write(out, hash, 32);
	else
		buf_add_char(out, '-');
}

static void format_time(struct buf *out, const char *key, int64_t time_us)
{
	char text[CALENDAR_TEXT_MAX];

	if (time_us)
		buf_addf(out, " %s=%s", key, time_format_utc(time_us, text));
}

static void format_place(struct buf *out, const char *key, const char *place)
{
	if (!place[0])
		return;
	buf_addf(out, " %s=", key);
	for (const char *p = place; *p; p++)
		if ((unsigned char)*p <= 0x20 || *p == '%' || *p == 0x7f)
			buf_addf(out, "%%%02X", (unsigned char)*p);
		else
			buf_add_char(out, *p);
}

void roster_format(const struct roster *r, struct buf *out)
{
	char until[CALENDAR_TEXT_MAX];

	buf_add_text(out, FIRST_LINE "\n");
	for (size_t i = 0; i < r->count; i++) {
		const struct roster_sensor *s = &r->sensors[i];
		buf_addf(out, "sensor %s", s->name);
		format_hash(out, "key", s->key, s->has_key);
		format_hash(out, "code", s->code, s->has_code);
		buf_addf(out, " until=%s revoked=%s", s->has_code ? time_format_utc(s->until_us, until) : "-",
			 s->is_revoked ? "yes" : "no");
		format_time(out, "from", s->from_us);
		format_time(out, "to", s->to_us);
		format_place(out, "place_ja", s->place_ja);
		format_place(out, "place_en", s->place_en);
		buf_addf(out, " prefixes=%s\n", s->prefixes);
	}
}

/* --- the file --- */

int roster_load(int folder, struct roster *ret, struct error *err)
{
	_cleanup_(buf_clear) struct buf text;
	int r = file_read(folder, ROSTER_NAME, ROSTER_MAX, &text, err);

	if (r == -ENOENT) {
		*ret = (struct roster){ 0 };
		return 0;
	}
	return r < 0 ? r : roster_parse(buf_bytes(&text), ret, err);
}

int roster_change(int folder, roster_change_fn *change, void *context, struct error *err)
{
	_cleanup_close_ int lock = openat(folder, ROSTER_NAME ".lock", O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	_cleanup_(buf_clear) struct buf text;
	struct roster roster;
	int r;

	buf_init(&text, ROSTER_MAX);
	if (lock < 0 || flock(lock, LOCK_EX) < 0)
		return error_errno(err, -errno, "cannot lock the list of sensors");
	r = roster_load(folder, &roster, err);
	if (r < 0)
		return r;
	r = change(&roster, context, err);
	if (r == 0) {
		roster_format(&roster, &text);
		r = file_replace(folder, ROSTER_NAME, buf_bytes(&text), 0600, err);
	}
	roster_clear(&roster);
	return r;
}

/* --- decisions --- */

void roster_hash_code(const uint8_t secret[WIRE_CODE_BYTES], uint8_t ret[WIRE_HASH_BYTES])
{
	static const char domain[] = "hinomi code 1";

	crypto_generichash(ret, WIRE_HASH_BYTES, secret, WIRE_CODE_BYTES, (const uint8_t *)domain, sizeof domain);
}

int roster_enrol(struct roster *r, const struct enrolment *e, int64_t now_us, struct error *err)
{
	static const char refusal[] = "the code is wrong, too old or used";
	struct roster_sensor *s = roster_find(r, e->sensor);
	uint8_t hash[WIRE_HASH_BYTES];

	roster_hash_code(e->secret, hash);
	if (!s || !s->has_code || s->is_revoked || sodium_memcmp(hash, s->code, sizeof hash) != 0)
		return error_set(err, -EACCES, refusal);
	if (now_us >= s->until_us)
		return error_set(err, -ETIMEDOUT, refusal);
	if (s->has_key)
		return memcmp(s->key, e->key, sizeof s->key) == 0 ? 0 : error_set(err, -EEXIST, refusal);
	memcpy(s->key, e->key, sizeof s->key);
	s->has_key = true;
	if (!s->from_us)
		s->from_us = now_us;
	s->to_us = 0;
	return 0;
}

void roster_revoke(struct roster_sensor *s, int64_t now_us)
{
	if (!s->is_revoked && s->from_us)
		s->to_us = now_us;
	s->is_revoked = true;
	s->has_code = false;
}

int prefixes_check(const char *text, uint64_t *ret_addresses, struct error *err)
{
	struct bytes rest = BYTES_TEXT(text), word;
	uint64_t addresses = 0;
	struct prefix p;

	while (take_until(&rest, ',', &word)) {
		unsigned free_bits;
		if (!prefix_parse(word, &p)) {
			error_hint(err, "prefixes are written 192.0.2.0/28,2001:db8::/64");
			return error_set(err, -EINVAL, "'%.*s' is not a prefix", (int)MIN(word.n, (size_t)60),
					 (const char *)word.p);
		}
		free_bits = (p.address.family == 4 ? 32u : 128u) - p.bits;
		if (free_bits > 62 || addresses > UINT64_MAX / 2)
			addresses = UINT64_MAX;
		else
			addresses += UINT64_C(1) << free_bits;
	}
	*ret_addresses = addresses;
	return 0;
}

const char *roster_place(const struct roster_sensor *s)
{
	return s->place_en[0] ? s->place_en : s->place_ja;
}

bool roster_addresses(const struct roster_sensor *s, uint64_t *ret)
{
	return s->prefixes[0] && prefixes_check(s->prefixes, ret, NULL) == 0;
}
