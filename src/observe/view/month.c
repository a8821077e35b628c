/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* A month of hours: bytes ↔ struct. */
#include "observe/view/month.h"

#include "base/cleanup.h"
#include "base/memory.h"

#include <errno.h>
#define XXH_INLINE_ALL
#include <xxhash.h>

#define MAGIC "HINOMIh1"
#define FIXED_BYTES 64
#define HOUR_BYTES 40
#define LEADING_BYTES 12
#define LEAF_BYTES 24
#define LEAF_KEYS 128
#define LEAF_FULL 16384
#define KEY_MAX (1u << 25)

/* Where things stand in the fixed part and in a leaf's row. */
enum { AT_CHECK = 8, AT_FINGERPRINT = 16, AT_FIRST = 24, AT_HOURS = 32, AT_LEAVES = 36, AT_LEADING = 40, AT_ALL = 44, AT_HEAD = 48 };
enum { LEAF_AT_KEY = 0, LEAF_AT_BYTES = 4, LEAF_AT_OFFSET = 8, LEAF_AT_CHECK = 16 };

/* What is in front of an hour's packets. */
enum { HOUR_IS_DAMPED = 1, HOUR_HAS_UNKNOWN = 2 };

/* --- making --- */

struct leaf {
	uint32_t first_key, bytes;
	uint64_t offset, check;
};

struct month_maker {
	int64_t first_hour;
	int32_t hours;
	int32_t *up_s;
	uint16_t *sensors_up;
	struct series_hour *total;
	struct month_leading *sums;
	size_t count, room;
	struct leaf *leaves;
	size_t leaf_count, leaf_room;
	size_t leaf_keys;    /* of the last one */
	uint32_t last_key;
	struct buf body, stream;
};

struct month_maker *month_maker_new(int64_t first_hour, int32_t hours, const int32_t *up_s, const uint16_t *sensors_up)
{
	struct month_maker *m = memory_new(1, sizeof *m);

	m->first_hour = first_hour;
	m->hours = hours;
	m->up_s = memory_new((size_t)hours, sizeof *m->up_s);
	m->sensors_up = memory_new((size_t)hours, sizeof *m->sensors_up);
	m->total = memory_new((size_t)hours, sizeof *m->total);
	memcpy(m->up_s, up_s, (size_t)hours * sizeof *up_s);
	memcpy(m->sensors_up, sensors_up, (size_t)hours * sizeof *sensors_up);
	buf_init(&m->body, MONTH_BYTES_MAX);
	buf_init(&m->stream, MONTH_BYTES_MAX);
	return m;
}

static void add_hour(struct buf *out, const struct series_hour *h, int32_t before)
{
	uint64_t flags = (h->damped ? HOUR_IS_DAMPED : 0) | (h->unknown ? HOUR_HAS_UNKNOWN : 0);

	buf_add_varint(out, (uint64_t)(h->hour - before - 1));
	buf_add_varint(out, h->packets << 2 | flags);
	if (h->packets > 1)
		buf_add_varint(out, h->sensors);
	if (h->damped) {
		buf_add_varint(out, h->damped);
		buf_add_varint(out, (uint64_t)h->micro);
	}
	if (h->unknown)
		buf_add_varint(out, h->unknown);
}

static void end_leaf(struct month_maker *m)
{
	struct leaf *l = &m->leaves[m->leaf_count - 1];

	l->bytes = (uint32_t)(m->body.n - l->offset);
	l->check = XXH3_64bits(m->body.p + l->offset, l->bytes);
}

static void begin_leaf(struct month_maker *m, uint32_t key)
{
	if (m->leaf_count)
		end_leaf(m);
	m->leaves = memory_grow(m->leaves, &m->leaf_room, m->leaf_count + 1, sizeof *m->leaves);
	m->leaves[m->leaf_count++] = (struct leaf){ .first_key = key, .offset = m->body.n };
	m->leaf_keys = 0;
	m->last_key = key;
}

void month_maker_add(struct month_maker *m, uint32_t key, const struct series_hour *hours, size_t count)
{
	struct month_leading sum = { .key = key };
	int32_t before = -1;

	if (count == 0)
		return;
	buf_reset(&m->stream);
	for (size_t i = 0; i < count; i++) {
		struct series_hour *total = &m->total[hours[i].hour];
		add_hour(&m->stream, &hours[i], before);
		before = hours[i].hour;
		sum.sum += series_value(hours[i].micro, m->up_s[before]);
		total->micro += hours[i].micro;
		total->packets += hours[i].packets;
		total->unknown += hours[i].unknown;
		total->damped += hours[i].damped;
	}
	if (m->leaf_count == 0 || m->leaf_keys == LEAF_KEYS || m->body.n - m->leaves[m->leaf_count - 1].offset >= LEAF_FULL)
		begin_leaf(m, key);
	m->leaf_keys++;
	buf_add_varint(&m->body, key - m->last_key);
	buf_add_varint(&m->body, m->stream.n);
	buf_add_bytes(&m->body, buf_bytes(&m->stream));
	m->last_key = key;
	m->sums = memory_grow(m->sums, &m->room, m->count + 1, sizeof *m->sums);
	m->sums[m->count++] = sum;
}

static int compare_leading(const void *a, const void *b)
{
	const struct month_leading *x = a, *y = b;

	if (x->sum != y->sum)
		return x->sum > y->sum ? -1 : 1;
	return x->key < y->key ? -1 : x->key > y->key;
}

static void add_head(const struct month_maker *m, uint64_t fingerprint, size_t leading, struct buf *out)
{
	size_t head = FIXED_BYTES + (size_t)m->hours * HOUR_BYTES + leading * LEADING_BYTES + m->leaf_count * LEAF_BYTES;
	uint8_t fixed[FIXED_BYTES] = MAGIC;

	put_u64le(fixed + AT_FINGERPRINT, fingerprint);
	put_u64le(fixed + AT_FIRST, (uint64_t)m->first_hour);
	put_u32le(fixed + AT_HOURS, (uint32_t)m->hours);
	put_u32le(fixed + AT_LEAVES, (uint32_t)m->leaf_count);
	put_u32le(fixed + AT_LEADING, (uint32_t)leading);
	put_u32le(fixed + AT_ALL, leading == m->count);
	put_u64le(fixed + AT_HEAD, head);
	buf_add(out, fixed, sizeof fixed);
	for (int32_t i = 0; i < m->hours; i++) {
		const struct series_hour *h = &m->total[i];
		buf_add_u32le(out, (uint32_t)m->up_s[i]);
		buf_add_u32le(out, m->sensors_up[i]);
		buf_add_u64le(out, (uint64_t)h->micro);
		buf_add_u64le(out, h->packets);
		buf_add_u64le(out, h->unknown);
		buf_add_u64le(out, h->damped);
	}
	for (size_t i = 0; i < leading; i++) {
		buf_add_u32le(out, m->sums[i].key);
		buf_add_u64le(out, (uint64_t)m->sums[i].sum);
	}
	for (size_t i = 0; i < m->leaf_count; i++) {
		buf_add_u32le(out, m->leaves[i].first_key);
		buf_add_u32le(out, m->leaves[i].bytes);
		buf_add_u64le(out, head + m->leaves[i].offset);
		buf_add_u64le(out, m->leaves[i].check);
	}
}

void month_maker_end(struct month_maker *m, uint64_t fingerprint, struct buf *out)
{
	size_t at = out->n;

	if (m->leaf_count)
		end_leaf(m);
	if (m->count)
		qsort(m->sums, m->count, sizeof *m->sums, compare_leading);
	add_head(m, fingerprint, MIN(m->count, (size_t)MONTH_LEADING_MAX), out);
	if (!out->is_full)
		put_u64le((uint8_t *)out->p + at + AT_CHECK, XXH3_64bits(out->p + at + AT_FINGERPRINT, out->n - at - AT_FINGERPRINT));
	buf_add_bytes(out, buf_bytes(&m->body));
	out->is_full |= m->body.is_full || m->stream.is_full;
	buf_clear(&m->body);
	buf_clear(&m->stream);
	free(m->up_s);
	free(m->sensors_up);
	free(m->total);
	free(m->sums);
	free(m->leaves);
	free(m);
}

/* --- reading --- */

static int damaged(struct error *err)
{
	return error_set(err, -EBADMSG, "a month of hours is damaged");
}

int32_t month_up(const struct month *m, int32_t hour, uint16_t *ret_sensors)
{
	const uint8_t *p = m->rows + (size_t)hour * HOUR_BYTES;

	*ret_sensors = (uint16_t)get_u32le(p + 4);
	return (int32_t)get_u32le(p);
}

struct series_hour month_total(const struct month *m, int32_t hour)
{
	const uint8_t *p = m->rows + (size_t)hour * HOUR_BYTES;

	return (struct series_hour){ .hour = hour, .micro = (int64_t)get_u64le(p + 8), .packets = get_u64le(p + 16),
				     .unknown = get_u64le(p + 24), .damped = get_u32le(p + 32) };
}

struct month_leading month_leading(const struct month *m, uint32_t place)
{
	const uint8_t *p = m->leading + (size_t)place * LEADING_BYTES;

	return (struct month_leading){ get_u32le(p), (int64_t)get_u64le(p + 4) };
}

static bool are_leaves_inside(const struct month *m, uint64_t head)
{
	uint64_t at = head;

	for (uint32_t i = 0; i < m->leaf_count; i++) {
		const uint8_t *leaf = m->leaves + (size_t)i * LEAF_BYTES;
		if (get_u64le(leaf + LEAF_AT_OFFSET) != at || get_u32le(leaf + LEAF_AT_BYTES) > m->file.n - at)
			return false;
		at += get_u32le(leaf + LEAF_AT_BYTES);
	}
	return at == m->file.n;
}

int month_open(struct month *ret, struct bytes file, struct error *err)
{
	struct month m = { .file = file };
	const uint8_t *p = file.p;
	uint64_t head;

	if (file.n < FIXED_BYTES || memcmp(p, MAGIC, 8) != 0)
		return damaged(err);
	m.fingerprint = get_u64le(p + AT_FINGERPRINT);
	m.first_hour = (int64_t)get_u64le(p + AT_FIRST);
	m.hours = (int32_t)MIN(get_u32le(p + AT_HOURS), MONTH_HOURS_MAX + 1u);
	m.leaf_count = get_u32le(p + AT_LEAVES);
	m.leading_count = get_u32le(p + AT_LEADING);
	m.is_leading_all = get_u32le(p + AT_ALL) == 1;
	head = get_u64le(p + AT_HEAD);
	if (head > file.n || m.hours > MONTH_HOURS_MAX || m.leading_count > MONTH_LEADING_MAX ||
	    head != FIXED_BYTES + (uint64_t)m.hours * HOUR_BYTES + (uint64_t)m.leading_count * LEADING_BYTES +
			    (uint64_t)m.leaf_count * LEAF_BYTES ||
	    XXH3_64bits(p + AT_FINGERPRINT, head - AT_FINGERPRINT) != get_u64le(p + AT_CHECK))
		return damaged(err);
	m.rows = p + FIXED_BYTES;
	m.leading = m.rows + (size_t)m.hours * HOUR_BYTES;
	m.leaves = m.leading + (size_t)m.leading_count * LEADING_BYTES;
	if (!are_leaves_inside(&m, head))
		return damaged(err);
	m.is_leaf_known = memory_new(m.leaf_count, 1);
	*ret = m;
	return 0;
}

void month_clear(struct month *m)
{
	free(m->is_leaf_known);
	*m = (struct month){ 0 };
}

static int leaf_bytes(struct month *m, uint32_t i, struct bytes *ret, struct error *err)
{
	const uint8_t *leaf = m->leaves + (size_t)i * LEAF_BYTES;

	*ret = BYTES(m->file.p + get_u64le(leaf + LEAF_AT_OFFSET), get_u32le(leaf + LEAF_AT_BYTES));
	if (!m->is_leaf_known[i] && XXH3_64bits(ret->p, ret->n) != get_u64le(leaf + LEAF_AT_CHECK))
		return damaged(err);
	m->is_leaf_known[i] = true;
	return 0;
}

static bool take_key(struct bytes *leaf, uint32_t *key, struct bytes *ret_hours)
{
	uint64_t step, bytes;

	if (!take_varint(leaf, &step) || !take_varint(leaf, &bytes) || step >= KEY_MAX - *key || bytes > leaf->n)
		return false;
	*key += (uint32_t)step;
	return take_bytes(leaf, (size_t)bytes, ret_hours);
}

/* The last leaf that does not begin after the key; -1: none. */
static int64_t leaf_of(const struct month *m, uint32_t key)
{
	int64_t low = 0, high = m->leaf_count;

	while (low < high) {
		int64_t middle = low + (high - low) / 2;
		if (get_u32le(m->leaves + (size_t)middle * LEAF_BYTES) <= key)
			low = middle + 1;
		else
			high = middle;
	}
	return low - 1;
}

int month_find(struct month *m, uint32_t key, struct bytes *ret_hours, struct error *err)
{
	int64_t leaf = leaf_of(m, key);
	struct bytes rest;
	uint32_t here;
	int r;

	if (leaf < 0)
		return 0;
	r = leaf_bytes(m, (uint32_t)leaf, &rest, err);
	here = get_u32le(m->leaves + (size_t)leaf * LEAF_BYTES);
	while (r == 0 && rest.n) {
		if (here >= KEY_MAX || !take_key(&rest, &here, ret_hours))
			return damaged(err);
		if (here >= key)
			return here == key;
	}
	return r;
}

/* Nearly all are below 128. */
static inline bool take_small(struct bytes *c, uint64_t *ret)
{
	if (c->n && c->p[0] < 128) {
		*ret = c->p[0];
		return take_skip(c, 1);
	}
	return take_varint(c, ret);
}

bool month_take_hour(struct bytes *hours, struct series_hour *h)
{
	uint64_t step, packets, sensors = 1, damped = 0, micro, unknown = 0;
	int64_t hour;

	if (hours->n == 0 || !take_small(hours, &step) || !take_small(hours, &packets) || step >= MONTH_HOURS_MAX)
		return false;
	hour = h->hour + 1 + (int64_t)step;
	micro = (packets >> 2) * (uint64_t)SERIES_MICRO;
	if (hour >= MONTH_HOURS_MAX || (packets >> 2 > 1 && !take_small(hours, &sensors)) ||
	    (packets & HOUR_IS_DAMPED && (!take_small(hours, &damped) || !take_small(hours, &micro))) ||
	    (packets & HOUR_HAS_UNKNOWN && !take_small(hours, &unknown)))
		return false;
	*h = (struct series_hour){ .hour = (int32_t)hour, .sensors = (uint32_t)sensors, .damped = (uint32_t)damped,
				   .packets = packets >> 2, .unknown = unknown, .micro = (int64_t)micro };
	return true;
}

int month_next(struct month_walk *w, struct error *err)
{
	if (w->rest.n == 0) {
		int r;
		if (w->leaf == w->month->leaf_count)
			return 0;
		w->key = get_u32le(w->month->leaves + (size_t)w->leaf * LEAF_BYTES);
		r = leaf_bytes(w->month, w->leaf++, &w->rest, err);
		if (r < 0)
			return r;
	}
	if (w->key >= KEY_MAX || !take_key(&w->rest, &w->key, &w->hours))
		return damaged(err);
	return 1;
}
