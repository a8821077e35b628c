/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* What sensor and centre say to each other, as bytes. */
#include "observe/delivery/wire.h"

#include "base/cleanup.h"
#include "base/memory.h"
#include "base/text.h"
#include "observe/packet/event_wire.h"

#include <errno.h>
#include <sodium.h>
#include <zstd.h>

#define BATCH_LINE "hinomi batch 1\n"
#define RECEIPT_LINE "hinomi receipt 1\n"
#define ENROL_LINE "hinomi enrol 1\n"
#define ENROLLED_LINE "hinomi enrolled 1\n"
#define CODE_START "hinomi1-"
#define CONTENT_VERSION 1
#define LEVEL 3

/* --- the content of a batch --- */

static void add_counter(struct buf *out, const struct counter *c)
{
	buf_add_char(out, (char)strlen(c->name));
	buf_add_text(out, c->name);
	buf_add_u64le(out, c->value);
}

static void add_events(struct buf *out, const struct content *c)
{
	size_t raw_bytes = (size_t)c->event_count * EVENT_WIRE_BYTES, bound = ZSTD_compressBound(raw_bytes), got;
	_cleanup_free_ uint8_t *raw = memory_new(raw_bytes + 1, 1);
	void *into;

	for (uint32_t i = 0; i < c->event_count; i++)
		event_write(raw + (size_t)i * EVENT_WIRE_BYTES, &c->events[i]);
	buf_add_u32le(out, c->event_count);
	into = buf_extend(out, bound);
	if (!into)
		return;
	got = ZSTD_compress(into, bound, raw, raw_bytes, LEVEL);
	if (ZSTD_isError(got))
		out->is_full = true;
	else
		out->n -= bound - got;
}

int content_write(const struct content *c, struct buf *out, struct error *err)
{
	if (c->heartbeat_count > WIRE_INTERVALS_MAX || c->counter_count > WIRE_COUNTERS_MAX || c->event_count > WIRE_EVENTS_MAX)
		return error_set(err, -E2BIG, "a batch holds too much");
	buf_add_char(out, CONTENT_VERSION);
	buf_add_u16le(out, (uint16_t)c->heartbeat_count);
	for (uint32_t i = 0; i < c->heartbeat_count; i++) {
		buf_add_u64le(out, (uint64_t)c->heartbeats[i].from_us);
		buf_add_u64le(out, (uint64_t)c->heartbeats[i].to_us);
		buf_add_u64le(out, c->heartbeats[i].elapsed_us);
	}
	buf_add_u16le(out, (uint16_t)c->counter_count);
	for (uint32_t i = 0; i < c->counter_count; i++)
		add_counter(out, &c->counters[i]);
	add_events(out, c);
	return out->is_full ? error_set(err, -E2BIG, "a batch is too large") : 0;
}

static bool take_i64(struct bytes *c, int64_t *ret)
{
	uint64_t v;

	if (!take_u64le(c, &v))
		return false;
	*ret = (int64_t)v;
	return true;
}

static bool take_heartbeat(struct bytes *c, struct heartbeat *h)
{
	return take_i64(c, &h->from_us) && take_i64(c, &h->to_us) && take_u64le(c, &h->elapsed_us) && h->from_us >= 0 &&
	       h->from_us <= h->to_us;
}

static bool is_counter_name(struct bytes name)
{
	for (size_t i = 0; i < name.n; i++)
		if (!(name.p[i] >= 'a' && name.p[i] <= 'z') && !(name.p[i] >= '0' && name.p[i] <= '9') && name.p[i] != '-')
			return false;
	return name.n > 0 && name.n <= WIRE_COUNTER_NAME_MAX;
}

static bool take_counter(struct bytes *c, struct counter *ret)
{
	struct bytes name;
	uint8_t n;

	if (!take_u8(c, &n) || !take_bytes(c, n, &name) || !is_counter_name(name))
		return false;
	text_copy(ret->name, sizeof ret->name, name);
	return take_u64le(c, &ret->value);
}

static bool take_events(struct bytes *c, struct arena *arena, struct content *ret)
{
	static uint8_t raw[WIRE_EVENTS_MAX * EVENT_WIRE_BYTES];
	struct event *events;
	size_t raw_bytes, got;

	if (!take_u32le(c, &ret->event_count) || ret->event_count > WIRE_EVENTS_MAX)
		return false;
	raw_bytes = (size_t)ret->event_count * EVENT_WIRE_BYTES;
	got = ZSTD_decompress(raw, raw_bytes, c->p, c->n);
	if (ZSTD_isError(got) || got != raw_bytes)
		return false;
	events = ARENA_ARRAY(arena, ret->event_count, struct event);
	for (uint32_t i = 0; i < ret->event_count; i++)
		if (!event_read(raw + (size_t)i * EVENT_WIRE_BYTES, &events[i]))
			return false;
	ret->events = events;
	return true;
}

static bool take_content(struct bytes c, struct arena *arena, struct content *ret)
{
	struct heartbeat *heartbeats;
	struct counter *counters;
	uint16_t count;
	uint8_t version;

	*ret = (struct content){ 0 };
	if (!take_u8(&c, &version) || version != CONTENT_VERSION || !take_u16le(&c, &count) || count > WIRE_INTERVALS_MAX)
		return false;
	ret->heartbeats = heartbeats = ARENA_ARRAY(arena, count, struct heartbeat);
	ret->heartbeat_count = count;
	for (uint32_t i = 0; i < ret->heartbeat_count; i++)
		if (!take_heartbeat(&c, &heartbeats[i]))
			return false;
	if (!take_u16le(&c, &count) || count > WIRE_COUNTERS_MAX)
		return false;
	ret->counters = counters = ARENA_ARRAY(arena, count, struct counter);
	ret->counter_count = count;
	for (uint32_t i = 0; i < ret->counter_count; i++)
		if (!take_counter(&c, &counters[i]))
			return false;
	return take_events(&c, arena, ret);
}

int content_read(struct bytes bytes, struct arena *arena, struct content *ret, struct error *err)
{
	struct content c;

	if (bytes.n > WIRE_CONTENT_MAX || !take_content(bytes, arena, &c))
		return error_set(err, -EBADMSG, "the content of a batch is damaged");
	*ret = c;
	return 0;
}

/* --- messages --- */

static void add_name(struct buf *out, const char *name)
{
	buf_add_char(out, (char)strlen(name));
	buf_add_text(out, name);
}

static bool take_name(struct bytes *c, char into[SENSOR_NAME_MAX + 1])
{
	struct bytes name;
	uint8_t n;

	if (!take_u8(c, &n) || !take_bytes(c, n, &name) || !sensor_name_is_valid(name))
		return false;
	return text_copy(into, SENSOR_NAME_MAX + 1, name);
}

static void add_signature(struct buf *out, const uint8_t secret[WIRE_SECRET_BYTES])
{
	uint8_t signature[WIRE_SIGNATURE_BYTES];

	crypto_sign_detached(signature, NULL, (const uint8_t *)out->p, out->n, secret);
	buf_add(out, signature, sizeof signature);
}

/* The message between its first line and its signature. */
static bool take_inside(struct bytes message, const char *line, struct bytes *ret)
{
	if (!bytes_starts(message, line) || message.n < strlen(line) + WIRE_SIGNATURE_BYTES)
		return false;
	*ret = BYTES(message.p + strlen(line), message.n - strlen(line) - WIRE_SIGNATURE_BYTES);
	return true;
}

static bool take_array(struct bytes *c, uint8_t *into, size_t n)
{
	struct bytes part;

	if (!take_bytes(c, n, &part))
		return false;
	memcpy(into, part.p, n);
	return true;
}

bool message_is_by(struct bytes message, const uint8_t key[WIRE_KEY_BYTES])
{
	size_t signed_bytes;

	if (message.n < WIRE_SIGNATURE_BYTES)
		return false;
	signed_bytes = message.n - WIRE_SIGNATURE_BYTES;
	return crypto_sign_verify_detached(message.p + signed_bytes, message.p, signed_bytes, key) == 0;
}

void message_hash(struct bytes message, uint8_t ret[WIRE_HASH_BYTES])
{
	crypto_generichash(ret, WIRE_HASH_BYTES, message.p, message.n, NULL, 0);
}

void batch_write(const struct batch_head *h, struct bytes content, const uint8_t secret[WIRE_SECRET_BYTES], struct buf *out)
{
	buf_add_text(out, BATCH_LINE);
	add_name(out, h->sensor);
	buf_add_u64le(out, h->boot);
	buf_add_u64le(out, h->number);
	buf_add_u64le(out, (uint64_t)h->sent_us);
	buf_add_u64le(out, (uint64_t)h->clock_error_us);
	buf_add_u64le(out, h->clock_error_most_us);
	buf_add_u64le(out, h->backlog_batches);
	buf_add_u64le(out, h->backlog_bytes);
	buf_add_u64le(out, (uint64_t)h->oldest_us);
	buf_add_u64le(out, h->dropped_batches);
	buf_add_u64le(out, h->dropped_events);
	buf_add_bytes(out, content);
	add_signature(out, secret);
}

int batch_read(struct bytes message, struct batch_head *ret, struct bytes *ret_content, struct error *err)
{
	struct batch_head h = { .boot = 0 };
	struct bytes c;

	if (message.n > WIRE_MESSAGE_MAX || !take_inside(message, BATCH_LINE, &c) || !take_name(&c, h.sensor) ||
	    !take_u64le(&c, &h.boot) || !take_u64le(&c, &h.number) || !take_i64(&c, &h.sent_us) ||
	    !take_i64(&c, &h.clock_error_us) || !take_u64le(&c, &h.clock_error_most_us) ||
	    !take_u64le(&c, &h.backlog_batches) || !take_u64le(&c, &h.backlog_bytes) || !take_i64(&c, &h.oldest_us) ||
	    !take_u64le(&c, &h.dropped_batches) || !take_u64le(&c, &h.dropped_events))
		return error_set(err, -EBADMSG, "not a batch");
	if (h.number == 0 || h.number == UINT64_MAX || c.n > WIRE_CONTENT_MAX)
		return error_set(err, -EBADMSG, "not a batch: its number or its size is impossible");
	*ret = h;
	*ret_content = c;
	return 0;
}

void receipt_write(const struct receipt *r, const uint8_t secret[WIRE_SECRET_BYTES], struct buf *out)
{
	buf_add_text(out, RECEIPT_LINE);
	add_name(out, r->sensor);
	buf_add_u64le(out, r->boot);
	buf_add_u64le(out, r->number);
	buf_add_char(out, (char)r->result);
	buf_add_u64le(out, (uint64_t)r->centre_us);
	buf_add(out, r->hash, sizeof r->hash);
	add_signature(out, secret);
}

int receipt_read(struct bytes message, struct receipt *ret, struct error *err)
{
	struct receipt r;
	struct bytes c;

	if (!take_inside(message, RECEIPT_LINE, &c) || !take_name(&c, r.sensor) || !take_u64le(&c, &r.boot) ||
	    !take_u64le(&c, &r.number) || !take_u8(&c, &r.result) || r.result >= RECEIPT_RESULT_COUNT ||
	    !take_i64(&c, &r.centre_us) || !take_array(&c, r.hash, sizeof r.hash) || c.n)
		return error_set(err, -EBADMSG, "the centre's answer is not a receipt");
	*ret = r;
	return 0;
}

void enrolment_write(const struct enrolment *e, const uint8_t secret[WIRE_SECRET_BYTES], struct buf *out)
{
	buf_add_text(out, ENROL_LINE);
	add_name(out, e->sensor);
	buf_add(out, e->key, sizeof e->key);
	buf_add(out, e->secret, sizeof e->secret);
	add_signature(out, secret);
}

int enrolment_read(struct bytes message, struct enrolment *ret, struct error *err)
{
	struct enrolment e;
	struct bytes c;

	if (!take_inside(message, ENROL_LINE, &c) || !take_name(&c, e.sensor) || !take_array(&c, e.key, sizeof e.key) ||
	    !take_array(&c, e.secret, sizeof e.secret) || c.n)
		return error_set(err, -EBADMSG, "not an enrolment");
	*ret = e;
	return 0;
}

void enrolled_write(const struct enrolled *e, const uint8_t secret[WIRE_SECRET_BYTES], struct buf *out)
{
	buf_add_text(out, ENROLLED_LINE);
	add_name(out, e->sensor);
	buf_add(out, e->key, sizeof e->key);
	buf_add_u16le(out, (uint16_t)strlen(e->prefixes));
	buf_add_text(out, e->prefixes);
	add_signature(out, secret);
}

int enrolled_read(struct bytes message, struct enrolled *ret, struct error *err)
{
	struct enrolled e;
	struct bytes c, prefixes;
	uint16_t n;

	if (!take_inside(message, ENROLLED_LINE, &c) || !take_name(&c, e.sensor) || !take_array(&c, e.key, sizeof e.key) ||
	    !take_u16le(&c, &n) || n > WIRE_PREFIXES_MAX || !take_bytes(&c, n, &prefixes) || c.n ||
	    !message_is_by(message, e.key))
		return error_set(err, -EBADMSG, "the centre's answer is not an enrolment");
	text_copy(e.prefixes, sizeof e.prefixes, prefixes);
	*ret = e;
	return 0;
}

/* --- the code --- */

void code_format(const struct code *c, char into[CODE_TEXT_MAX])
{
	_cleanup_(buf_clear) struct buf raw;
	size_t start = strlen(CODE_START);

	buf_init(&raw, CODE_TEXT_MAX);
	add_name(&raw, c->sensor);
	add_name(&raw, c->url);
	buf_add(&raw, c->pin, sizeof c->pin);
	buf_add(&raw, c->secret, sizeof c->secret);
	text_copy(into, CODE_TEXT_MAX, BYTES_TEXT(CODE_START));
	sodium_bin2base64(into + start, CODE_TEXT_MAX - start, (const uint8_t *)raw.p, raw.n,
			  sodium_base64_VARIANT_URLSAFE_NO_PADDING);
}

static bool take_url(struct bytes *c, char into[CODE_URL_MAX + 1])
{
	struct bytes url;
	uint8_t n;

	if (!take_u8(c, &n) || !take_bytes(c, n, &url) || n > CODE_URL_MAX || !bytes_starts(url, "https://"))
		return false;
	for (size_t i = 0; i < url.n; i++)
		if (url.p[i] <= ' ' || url.p[i] >= 0x7f)
			return false;
	return text_copy(into, CODE_URL_MAX + 1, url);
}

int code_parse(struct bytes text, struct code *ret, struct error *err)
{
	uint8_t raw[CODE_TEXT_MAX];
	struct code code;
	struct bytes c;
	size_t n, start = strlen(CODE_START);

	text = bytes_trim(text);
	if (!bytes_starts(text, CODE_START) ||
	    sodium_base642bin(raw, sizeof raw, (const char *)text.p + start, text.n - start, NULL, &n, NULL,
			      sodium_base64_VARIANT_URLSAFE_NO_PADDING) != 0)
		return error_set(err, -EINVAL, "this is not an enrolment code");
	c = BYTES(raw, n);
	if (!take_name(&c, code.sensor) || !take_url(&c, code.url) || !take_array(&c, code.pin, sizeof code.pin) ||
	    !take_array(&c, code.secret, sizeof code.secret) || c.n)
		return error_set(err, -EINVAL, "this enrolment code is damaged");
	*ret = code;
	return 0;
}
