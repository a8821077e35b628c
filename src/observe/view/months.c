/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* Series from kept months. A question by port without filter is answered from the months that its period touches; a
 * month that is not kept, or was made of other data, is made from the roll-ups and kept beside the segments where the
 * folder can be written. So a graph of a year reads some pages of twelve files. */
#include "base/cleanup.h"
#include "base/clock.h"
#include "base/memory.h"
#include "observe/series/point.h"
#include "observe/view/month.h"
#include "observe/view/view_int.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#define XXH_INLINE_ALL
#include <xxhash.h>

#define NAME_MAX_BYTES 64
/* More leading keys than this are found by reading all. */
#define LEADING_ROWS_MAX 64

/* A month of the period, from the disk or just made. */
struct held {
	int64_t first_hour, end_hour;
	uint64_t fingerprint;
	struct month month;
	bool is_there;
	struct bytes map; /* to unmap */
	struct buf made;
};

struct months {
	const struct store *store;
	const struct view_question *q;
	struct store_up up;
	struct held *list;
	size_t count;
};

/* --- which --- */

static void file_name(const struct months *m, const struct held *h, char into[NAME_MAX_BYTES])
{
	static const char kinds[][12] = { "probes", "backscatter", "other", "all" };

	snprintf(into, NAME_MAX_BYTES, STORE_HOURS_PREFIX "%lld-%lld-%s", (long long)h->first_hour, (long long)h->end_hour,
		 kinds[m->q->kind]);
}

static void hash_i64(XXH3_state_t *state, int64_t v)
{
	uint8_t bytes[8];

	put_u64le(bytes, (uint64_t)v);
	XXH3_64bits_update(state, bytes, sizeof bytes);
}

static void hash_segments(XXH3_state_t *state, const struct months *m, int64_t first_us, int64_t end_us)
{
	const struct store *s = m->store;

	for (size_t i = 0; i < s->segment_count; i++) {
		const struct segment *g = &s->segments[i].segment;
		if (g->events == 0 || g->first_us >= end_us || g->last_us < first_us)
			continue;
		/* A journal only grows, a segment never changes. */
		hash_i64(state, s->segments[i].number ? 0 : (int64_t)s->manifest.journal);
		hash_i64(state, s->segments[i].number);
		hash_i64(state, (int64_t)g->events);
	}
}

static void hash_up(XXH3_state_t *state, const struct months *m, int64_t first_us, int64_t end_us)
{
	for (size_t i = 0; i < m->up.count; i++) {
		const struct store_interval *up = &m->up.list[i];
		if (up->from_us >= end_us || up->to_us <= first_us)
			continue;
		XXH3_64bits_update(state, m->store->sensors[up->sensor], sizeof *m->store->sensors);
		hash_i64(state, MAX(up->from_us, first_us));
		hash_i64(state, MIN(up->to_us, end_us));
	}
}

/* Of all that the month's figures depend on: its hours, the method, the packets and the up-time of these hours and of the
 * history before them. */
static uint64_t fingerprint(const struct months *m, int64_t first_hour, int64_t end_hour)
{
	int64_t from = first_hour - VIEW_HISTORY_HOURS;
	XXH3_state_t state;

	XXH3_INITSTATE(&state);
	XXH3_64bits_reset(&state);
	hash_i64(&state, SERIES_METHOD);
	hash_i64(&state, m->q->kind);
	hash_i64(&state, first_hour);
	hash_i64(&state, end_hour);
	XXH3_64bits_update(&state, m->store->manifest.key, sizeof m->store->manifest.key);
	hash_segments(&state, m, from * HOUR_US, end_hour * HOUR_US);
	hash_up(&state, m, from * HOUR_US, end_hour * HOUR_US);
	return XXH3_64bits_digest(&state);
}

static void list_months(struct months *m)
{
	size_t room = 0;

	for (int64_t hour = m->q->first_hour; hour < m->q->end_hour; hour = m->list[m->count - 1].end_hour) {
		int64_t first, end;
		point_unit_around(hour, POINT_MONTH, &first, &end);
		m->list = memory_grow(m->list, &room, m->count + 1, sizeof *m->list);
		m->list[m->count++] = (struct held){ .first_hour = first, .end_hour = end,
						     .fingerprint = fingerprint(m, first, end) };
	}
}

/* --- reading and keeping --- */

static void held_clear(struct held *h)
{
	if (h->is_there)
		month_clear(&h->month);
	if (h->map.p)
		munmap((void *)(uintptr_t)h->map.p, h->map.n);
	buf_clear(&h->made);
	h->is_there = false;
	h->map = BYTES(NULL, 0);
}

/* A month that cannot be read is as good as none: it will be made. */
static void load(const struct months *m, struct held *h)
{
	struct error err = ERROR_NONE;
	char name[NAME_MAX_BYTES];
	_cleanup_close_ int fd = -1;
	struct stat st;
	void *map;

	file_name(m, h, name);
	fd = openat(m->store->folder, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	if (fd < 0 || fstat(fd, &st) < 0 || st.st_size <= 0 || st.st_size > MONTH_BYTES_MAX)
		return;
	map = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_SHARED, fd, 0);
	if (map == MAP_FAILED)
		return;
	h->map = BYTES(map, (size_t)st.st_size);
	h->is_there = month_open(&h->month, h->map, &err) == 0;
	if (!h->is_there || h->month.fingerprint != h->fingerprint || h->month.first_hour != h->first_hour ||
	    h->month.hours != h->end_hour - h->first_hour)
		held_clear(h);
}

/* What cannot be kept is made again next time; a reader may well have no right to write here. */
static void save(const struct months *m, const struct held *h)
{
	char name[NAME_MAX_BYTES], fresh[NAME_MAX_BYTES + 16];
	_cleanup_close_ int fd = -1;

	if (h->made.n == 0)
		return;
	file_name(m, h, name);
	snprintf(fresh, sizeof fresh, "%s.%ld", name, (long)getpid());
	fd = openat(m->store->folder, fresh, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0640);
	if (fd < 0)
		return;
	if (write(fd, h->made.p, h->made.n) != (ssize_t)h->made.n ||
	    renameat(m->store->folder, fresh, m->store->folder, name) < 0)
		unlinkat(m->store->folder, fresh, 0);
}

/* --- making --- */

/* Months in the making: neighbours that are not there. */
struct making {
	struct held *list;
	struct month_maker **makers;
	size_t count;
	int64_t input_first; /* hour from which the series' hours count */
	struct series_hour *hours;
	size_t room;
};

static void take_key(void *context, uint32_t key, const struct series_hour *hours, size_t count)
{
	struct making *k = context;
	size_t i = 0;

	for (size_t month = 0; month < k->count; month++) {
		int32_t first = (int32_t)(k->list[month].first_hour - k->input_first);
		int32_t end = (int32_t)(k->list[month].end_hour - k->input_first);
		size_t n = 0;
		for (; i < count && hours[i].hour < end; i++) {
			if (hours[i].hour < first)
				continue;
			k->hours = memory_grow(k->hours, &k->room, n + 1, sizeof *k->hours);
			k->hours[n] = hours[i];
			k->hours[n++].hour -= first;
		}
		month_maker_add(k->makers[month], key, k->hours, n);
	}
}

static void sum_up_time(const uint16_t *up, size_t sensors, size_t hours, int32_t *up_s, uint16_t *sensors_up)
{
	for (size_t s = 0; s < sensors; s++)
		for (size_t h = 0; h < hours; h++) {
			up_s[h] += up[s * hours + h];
			sensors_up[h] += up[s * hours + h] > 0;
		}
}

static void begin_makers(struct making *k, const struct months *m)
{
	size_t hours = (size_t)(k->list[k->count - 1].end_hour - k->list[0].first_hour);
	_cleanup_free_ uint16_t *up = store_uptime(m->store, k->list[0].first_hour, hours);
	_cleanup_free_ int32_t *up_s = memory_new(hours, sizeof *up_s);
	_cleanup_free_ uint16_t *sensors_up = memory_new(hours, sizeof *sensors_up);

	sum_up_time(up, m->store->sensor_count, hours, up_s, sensors_up);
	for (size_t i = 0; i < k->count; i++) {
		const struct held *h = &k->list[i];
		size_t at = (size_t)(h->first_hour - k->list[0].first_hour);
		k->makers[i] = month_maker_new(h->first_hour, (int32_t)(h->end_hour - h->first_hour), up_s + at, sensors_up + at);
	}
}

/* Months [from, to) of the list, all from one pass over the roll-ups. */
static int make(struct months *m, size_t from, size_t to, struct error *err)
{
	struct making k = { .list = m->list + from, .count = to - from };
	struct view_question q = VIEW_QUESTION(k.list[0].first_hour, k.list[k.count - 1].end_hour);
	struct series *s = NULL;
	int r = 0;

	k.makers = memory_new(k.count, sizeof *k.makers);
	begin_makers(&k, m);
	q.kind = m->q->kind;
	q.rank_count = 0;
	q.is_without_hours = true;
	r = view_series_of_cells(m->store, &q, take_key, &k, &k.input_first, &s, err);
	series_free(s);
	for (size_t i = 0; i < k.count; i++) {
		struct held *h = &k.list[i];
		buf_init(&h->made, MONTH_BYTES_MAX);
		month_maker_end(k.makers[i], h->fingerprint, &h->made);
		if (r == 0)
			r = month_open(&h->month, buf_bytes(&h->made), err);
		h->is_there = r == 0;
		if (r == 0)
			save(m, h);
	}
	free(k.makers);
	free(k.hours);
	return r;
}

/* Every month of the period is there afterwards. Those beyond the data cost next to nothing, apart from the others. */
static int make_missing(struct months *m, struct error *err)
{
	int64_t first, end;
	int r = 0;

	view_hours(m->store, &first, &end);
	for (size_t i = 0; i < m->count && r == 0;) {
		size_t from = i;
		if (m->list[i].is_there) {
			i++;
			continue;
		}
		do
			i++;
		while (i < m->count && !m->list[i].is_there && m->list[i].end_hour > first && m->list[i].first_hour < end);
		r = make(m, from, i, err);
	}
	return r;
}

/* --- answering --- */

static void undamp(struct series_hour *h)
{
	h->micro = (int64_t)h->packets * SERIES_MICRO;
	h->damped = 0;
}

/* Hours of the key at work, counted from the period's first. */
static int add_hours(const struct months *m, const struct held *h, struct bytes stream, struct series_work *work,
		     struct error *err)
{
	int64_t shift = h->first_hour - m->q->first_hour, hours = m->q->end_hour - m->q->first_hour;
	struct series_hour hour = { .hour = -1 };

	while (stream.n) {
		struct series_hour here;
		if (!month_take_hour(&stream, &hour) || hour.hour >= h->month.hours)
			return error_set(err, -EBADMSG, "a month of hours is damaged");
		if (hour.hour + shift < 0 || hour.hour + shift >= hours)
			continue;
		here = hour;
		here.hour = (int32_t)(hour.hour + shift);
		if (m->q->is_undamped)
			undamp(&here);
		series_key_hour(work, &here);
	}
	return 0;
}

static int add_key(struct months *m, struct series_work *work, uint32_t key, struct error *err)
{
	series_key_begin(work, key);
	for (size_t i = 0; i < m->count; i++) {
		struct bytes stream;
		int r = month_find(&m->list[i].month, key, &stream, err);
		if (r == 1)
			r = add_hours(m, &m->list[i], stream, work, err);
		if (r < 0)
			return r;
	}
	series_key_end(work);
	return 0;
}

/* All keys of all months, in order. */
static int add_all(struct months *m, struct series_work *work, struct error *err)
{
	struct month_walk *walks = memory_new(m->count, sizeof *walks);
	bool *is_open = memory_new(m->count, sizeof *is_open);
	int r = 0;

	for (size_t i = 0; i < m->count && r >= 0; i++) {
		walks[i].month = &m->list[i].month;
		r = month_next(&walks[i], err);
		is_open[i] = r == 1;
	}
	while (r >= 0) {
		uint32_t key = UINT32_MAX;
		for (size_t i = 0; i < m->count; i++)
			if (is_open[i] && walks[i].key < key)
				key = walks[i].key;
		if (key == UINT32_MAX)
			break;
		series_key_begin(work, key);
		for (size_t i = 0; i < m->count && r >= 0; i++) {
			if (!is_open[i] || walks[i].key != key)
				continue;
			r = add_hours(m, &m->list[i], walks[i].hours, work, err);
			if (r == 0)
				r = month_next(&walks[i], err);
			is_open[i] = r == 1;
		}
		if (r >= 0)
			series_key_end(work);
	}
	free(walks);
	free(is_open);
	return r < 0 ? r : 0;
}

/* --- the leading keys --- */

/* Fagin's threshold algorithm (PODS 2001): walk down the months' lists of leading keys together and add up each key met;
 * the sum over the months of what stands at the place reached is the most that a key not yet met can have. */
struct leading {
	uint32_t keys[LEADING_ROWS_MAX];
	int64_t sums[LEADING_ROWS_MAX];
	size_t count, wanted;
	uint32_t *met;
	size_t met_count, met_room;
};

static bool is_met(struct leading *l, uint32_t key)
{
	for (size_t i = 0; i < l->met_count; i++)
		if (l->met[i] == key)
			return true;
	l->met = memory_grow(l->met, &l->met_room, l->met_count + 1, sizeof *l->met);
	l->met[l->met_count++] = key;
	return false;
}

/* The month's sum of a key: among the leading ones, or of its hours. */
static int month_sum(struct month *month, uint32_t key, int64_t *ret, struct error *err)
{
	struct series_hour hour = { .hour = -1 };
	struct bytes stream;
	uint16_t sensors;
	int r;

	*ret = 0;
	for (uint32_t i = 0; i < month->leading_count; i++)
		if (month_leading(month, i).key == key) {
			*ret = month_leading(month, i).sum;
			return 0;
		}
	r = month_find(month, key, &stream, err);
	if (r <= 0)
		return r;
	while (stream.n) {
		if (!month_take_hour(&stream, &hour) || hour.hour >= month->hours)
			return error_set(err, -EBADMSG, "a month of hours is damaged");
		*ret += series_value(hour.micro, month_up(month, hour.hour, &sensors));
	}
	return 0;
}

static int sum_of(struct months *m, uint32_t key, int64_t *ret, struct error *err)
{
	int64_t sum;
	int r = 0;

	*ret = 0;
	for (size_t i = 0; i < m->count && r == 0; i++) {
		r = month_sum(&m->list[i].month, key, &sum, err);
		*ret += sum;
	}
	return r;
}

/* Puts a key into its place; equal sums stand by key. */
static void leading_add(struct leading *l, uint32_t key, int64_t sum)
{
	size_t at = l->count;

	while (at > 0 && (l->sums[at - 1] < sum || (l->sums[at - 1] == sum && l->keys[at - 1] > key)))
		at--;
	if (at == l->wanted)
		return;
	if (l->count < l->wanted)
		l->count++;
	for (size_t i = l->count - 1; i > at; i--) {
		l->keys[i] = l->keys[i - 1];
		l->sums[i] = l->sums[i - 1];
	}
	l->keys[at] = key;
	l->sums[at] = sum;
}

/* The place `depth` of all lists. Returns 1 with the threshold, 0 when a list ends before its month's keys do. */
static int go_down(struct months *m, struct leading *l, uint32_t depth, int64_t *ret_threshold, struct error *err)
{
	*ret_threshold = 0;
	for (size_t i = 0; i < m->count; i++) {
		const struct month *month = &m->list[i].month;
		struct month_leading here;
		int64_t sum;
		int r;
		if (depth >= month->leading_count) {
			if (!month->is_leading_all)
				return 0;
			continue;
		}
		here = month_leading(month, depth);
		*ret_threshold += here.sum;
		if (here.key == VIEW_KEY_ICMP || is_met(l, here.key))
			continue;
		r = sum_of(m, here.key, &sum, err);
		if (r < 0)
			return r;
		leading_add(l, here.key, sum);
	}
	return 1;
}

static bool is_whole(const struct months *m)
{
	return m->count && m->list[0].first_hour == m->q->first_hour && m->list[m->count - 1].end_hour == m->q->end_hour;
}

/* 1: the leading keys are found; 0: they cannot be without reading all. */
static int find_leading(struct months *m, struct leading *l, struct error *err)
{
	int64_t threshold = 0;
	int r = 1;

	l->wanted = m->q->rank_count;
	if (l->wanted == 0)
		return 1;
	if (l->wanted > LEADING_ROWS_MAX || m->q->min_sensors || m->q->is_undamped || !is_whole(m))
		return 0;
	for (uint32_t depth = 0; r == 1 && depth <= MONTH_LEADING_MAX; depth++) {
		r = go_down(m, l, depth, &threshold, err);
		if (r == 1 && (threshold == 0 || (l->count == l->wanted && l->sums[l->count - 1] > threshold)))
			return 1;
	}
	return r < 0 ? r : 0;
}

static int compare_keys(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return x < y ? -1 : x > y;
}

/* The leading keys, those asked for, and ICMP. */
static int add_wanted(struct months *m, const struct leading *l, struct series_work *work, struct error *err)
{
	size_t count = 0;
	_cleanup_free_ uint32_t *keys = memory_new(l->count + m->q->key_count + 1, sizeof *keys);
	int r = 0;

	for (size_t i = 0; i < l->count; i++)
		keys[count++] = l->keys[i];
	for (size_t i = 0; i < m->q->key_count; i++)
		keys[count++] = m->q->keys[i];
	keys[count++] = VIEW_KEY_ICMP;
	qsort(keys, count, sizeof *keys, compare_keys);
	for (size_t i = 0; i < count && r == 0; i++)
		if (i == 0 || keys[i] != keys[i - 1])
			r = add_key(m, work, keys[i], err);
	return r;
}

/* --- the series --- */

/* Where the walk over the period's hours stands. */
struct walk {
	const struct months *m;
	size_t month;
};

static int32_t hour_of_all(void *context, int32_t hour, uint16_t *ret_sensors_up, struct series_hour *ret_total)
{
	struct walk *w = context;
	int64_t at = w->m->q->first_hour + hour;
	const struct held *h = &w->m->list[w->month];

	if (at >= h->end_hour)
		h = &w->m->list[++w->month];
	*ret_total = month_total(&h->month, (int32_t)(at - h->first_hour));
	if (w->m->q->is_undamped)
		undamp(ret_total);
	return month_up(&h->month, (int32_t)(at - h->first_hour), ret_sensors_up);
}

static struct series_work *begin(const struct months *m, const struct series_scope *scope)
{
	struct walk walk = { .m = m };
	struct series_kept in = { m->q->first_hour, m->q->end_hour, hour_of_all, &walk };

	return series_begin_kept(&in, scope);
}

static int answer(struct months *m, const struct series_scope *scope, struct series **ret, struct error *err)
{
	struct leading leading = { .count = 0 };
	struct series_work *work;
	int r = make_missing(m, err);

	if (r == 0)
		r = find_leading(m, &leading, err);
	if (r >= 0) {
		work = begin(m, scope);
		r = r == 1 ? add_wanted(m, &leading, work, err) : add_all(m, work, err);
		*ret = series_end(work);
		if (r < 0)
			*ret = series_free(*ret);
	}
	free(leading.met);
	return r;
}

int view_series_of_months(const struct store *s, const struct view_question *q, const struct series_scope *scope,
			  struct series **ret, struct error *err)
{
	struct months m = { .store = s, .q = q, .up = store_up(s) };
	int r;

	list_months(&m);
	for (size_t i = 0; i < m.count; i++)
		load(&m, &m.list[i]);
	r = answer(&m, scope, ret, err);
	if (r == -EBADMSG) {
		/* What is kept can be made again; if the segments are damaged that says so. */
		for (size_t i = 0; i < m.count; i++)
			held_clear(&m.list[i]);
		r = answer(&m, scope, ret, err);
	}
	for (size_t i = 0; i < m.count; i++)
		held_clear(&m.list[i]);
	free(m.list);
	store_up_clear(&m.up);
	return r;
}
