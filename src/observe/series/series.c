/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* Series: one pass over the keys. A key's cells are merged, damped, summed hour by hour into the total, and kept as a
 * row only where it is asked for or among the leading ones so far. */
#include "observe/series/series.h"

#include "base/cleanup.h"
#include "base/memory.h"
#include "observe/series/weigh.h"

#include <assert.h>

#define SURGE_PACKETS_LEAST 20

struct kept {
	struct series_row row;
	int64_t sum, raw_sum; /* of the hourly values */
};

/* What an hour of a key is in its row. */
struct shown {
	int64_t value, raw;
	int32_t hour;
};

struct series_work {
	struct series_input in;
	struct series_scope scope;
	int32_t hours;               /* of the input */
	int32_t first, last;         /* the period in them */
	int32_t *up_s;               /* [hour] all sensors */
	uint16_t *sensors_up;        /* [hour] */
	double sensors_usual;
	struct odd *odd;
	int64_t *total, *raw_total;  /* [hour of the period] micro-packets */
	bool has_key;
	uint32_t last_key;
	/* The key at work: cells merged, what counts for each; per hour for the surge detector. */
	struct series_cell *cells;
	uint64_t *unknown;           /* [cell] packets of unknown kind */
	int64_t *micro;
	size_t count, cell_room, unknown_room, micro_room;
	struct series_hour *key_hours;
	size_t key_hour_count, key_hour_room;
	struct kept at_work;         /* its sums so far */
	bool has_hours;
	struct shown *shown;         /* its hours that count in its row */
	size_t shown_count, shown_room;
	int64_t *hourly;
	struct kept *ranked, *asked;
	size_t ranked_count, worst;
	struct kept icmp;
	size_t damped_room, surge_room;
	uint64_t packets;
	struct series *out;
};

int64_t series_value(int64_t micro, int64_t up_s)
{
	if (up_s <= 0)
		return SERIES_NO_DATA;
	if (micro <= INT64_MAX / 3600)
		return micro * 3600 / up_s;
	return (int64_t)((__int128)micro * 3600 / up_s);
}

static bool has_data(const struct series_work *w, int32_t hour)
{
	return w->up_s[hour] > 0 && w->sensors_up[hour] >= w->scope.min_sensors;
}

static void sum_up_time(struct series_work *w)
{
	for (uint32_t sensor = 0; sensor < w->in.sensor_count; sensor++)
		for (int32_t hour = 0; hour < w->hours; hour++) {
			uint16_t up_s = w->in.up_s[(size_t)sensor * (size_t)w->hours + (size_t)hour];

			assert(up_s <= 3600);
			w->up_s[hour] += up_s;
			w->sensors_up[hour] += up_s > 0;
		}
}

static int64_t *hours_new(const struct series_work *w)
{
	int64_t *hours = memory_resize(NULL, (size_t)(w->last - w->first) * sizeof *hours);

	for (int32_t hour = w->first; hour < w->last; hour++)
		hours[hour - w->first] = has_data(w, hour) ? 0 : SERIES_NO_DATA;
	return hours;
}

static struct series *series_new(const struct series_work *w)
{
	struct series *s = memory_new(1, sizeof *s);
	int32_t hours = w->last - w->first;

	s->first_hour = w->scope.first_hour;
	s->hours = hours;
	s->min_sensors = w->scope.min_sensors;
	s->sensors_up = memory_new((size_t)hours, sizeof *s->sensors_up);
	return s;
}

static void count_hours(const struct series_work *w)
{
	for (int32_t hour = 0; hour < w->out->hours; hour++) {
		w->out->sensors_up[hour] = w->sensors_up[w->first + hour];
		w->out->hours_with_data += has_data(w, w->first + hour);
	}
}

static struct series_work *work_new(int64_t first_hour, int64_t last_hour, const struct series_scope *scope)
{
	struct series_work *w = memory_new(1, sizeof *w);
	int32_t shown = (int32_t)(scope->last_hour - scope->first_hour);

	assert(first_hour <= scope->first_hour && scope->first_hour <= scope->last_hour);
	assert(scope->last_hour <= last_hour && last_hour - first_hour < INT32_MAX / 2);
	w->scope = *scope;
	w->hours = (int32_t)(last_hour - first_hour);
	w->first = (int32_t)(scope->first_hour - first_hour);
	w->last = w->first + shown;
	w->up_s = memory_new((size_t)w->hours, sizeof *w->up_s);
	w->sensors_up = memory_new((size_t)w->hours, sizeof *w->sensors_up);
	w->total = memory_new((size_t)shown, sizeof *w->total);
	w->raw_total = memory_new((size_t)shown, sizeof *w->raw_total);
	w->ranked = memory_new(scope->rank_count, sizeof *w->ranked);
	w->asked = memory_new(scope->key_count, sizeof *w->asked);
	for (size_t i = 0; i < scope->key_count; i++)
		w->asked[i].row.key = scope->keys[i];
	w->icmp.row.key = scope->icmp_key;
	return w;
}

struct series_work *series_begin(const struct series_input *in, const struct series_scope *scope)
{
	struct series_work *w = work_new(in->first_hour, in->last_hour, scope);

	w->in = *in;
	sum_up_time(w);
	w->sensors_usual = surge_usual(w->up_s, w->hours);
	w->odd = odd_new(&scope->odd, in->first_hour, w->hours, in->sensor_count, in->up_s);
	w->hourly = memory_new((size_t)w->hours, sizeof *w->hourly);
	w->out = series_new(w);
	count_hours(w);
	return w;
}

static bool is_same(const struct series_cell *a, const struct series_cell *b)
{
	return a->hour == b->hour && a->sensor == b->sensor;
}

static bool is_in_order(const struct series_cell *a, const struct series_cell *b)
{
	return a->key == b->key && (a->hour < b->hour || (a->hour == b->hour && a->sensor <= b->sensor));
}

static bool is_in_period(const struct series_work *w, int32_t hour)
{
	return hour >= w->first && hour < w->last;
}

/* Takes the cells of a key: adds those of one hour and sensor, leaves out those without up-time. */
static void take_cells(struct series_work *w, const struct series_cell *cells, size_t count)
{
	w->count = 0;
	w->packets = 0;
	w->cells = memory_grow(w->cells, &w->cell_room, count, sizeof *w->cells);
	w->unknown = memory_grow(w->unknown, &w->unknown_room, count, sizeof *w->unknown);
	w->micro = memory_grow(w->micro, &w->micro_room, count, sizeof *w->micro);
	for (size_t i = 0; i < count; i++) {
		const struct series_cell *cell = &cells[i];

		assert(cell->hour >= 0 && cell->hour < w->hours && cell->sensor < w->in.sensor_count);
		assert(i == 0 || is_in_order(cell - 1, cell));
		if (w->in.up_s[(size_t)cell->sensor * (size_t)w->hours + (size_t)cell->hour] == 0) {
			w->out->packets_without_up += is_in_period(w, cell->hour) ? cell->packets : 0;
			continue;
		}
		if (cell->packets == 0)
			continue;
		w->packets += cell->packets;
		if (w->count && is_same(&w->cells[w->count - 1], cell)) {
			w->cells[w->count - 1].packets += cell->packets;
		} else {
			w->unknown[w->count] = 0;
			w->cells[w->count++] = *cell;
		}
		if (cell->flags & SERIES_CELL_UNKNOWN)
			w->unknown[w->count - 1] += cell->packets;
	}
}

/* The damped cells of the key at work become its hours. */
static void make_hours(struct series_work *w)
{
	w->key_hour_count = 0;
	w->key_hours = memory_grow(w->key_hours, &w->key_hour_room, w->count, sizeof *w->key_hours);
	for (size_t i = 0; i < w->count;) {
		struct series_hour h = { .hour = w->cells[i].hour };

		for (; i < w->count && w->cells[i].hour == h.hour; i++) {
			h.micro += w->micro[i];
			h.packets += w->cells[i].packets;
			h.unknown += w->unknown[i];
			h.damped += odd_reason_of(w->odd, i) != 0;
			h.sensors++;
		}
		w->key_hours[w->key_hour_count++] = h;
	}
}

static int64_t raw_micro(const struct series_hour *h)
{
	return (int64_t)h->packets * SERIES_MICRO;
}

/* Does the hour count in the key's own row? Otherwise it is in "other" alone (publish.h). */
static bool is_shown(const struct series_work *w, const struct series_hour *h)
{
	return is_in_period(w, h->hour) && has_data(w, h->hour) && h->sensors >= w->scope.min_sensors;
}

/* Adds to the total what lies in hour `hour`. */
static void add_total(struct series_work *w, int32_t hour, const struct series_hour *h)
{
	if (!is_in_period(w, hour))
		return;
	w->out->total.damped_cells += h->damped;
	if (!has_data(w, hour))
		return;
	w->total[hour - w->first] += h->micro;
	w->raw_total[hour - w->first] += raw_micro(h);
	w->out->total.packets += h->packets;
	w->out->total.unknown += h->unknown;
}

/* --- the key at work: its hours, one by one, then its row --- */

static void key_begin(struct series_work *w, uint32_t key)
{
	w->at_work = (struct kept){ .row.key = key };
	w->has_hours = false;
	w->shown_count = 0;
}

static void key_hour(struct series_work *w, const struct series_hour *h)
{
	struct kept *k = &w->at_work;
	struct shown *shown;

	w->has_hours = true;
	if (!is_in_period(w, h->hour))
		return;
	k->row.damped_cells += h->damped;
	if (has_data(w, h->hour))
		k->row.unknown += h->unknown;
	if (!is_shown(w, h))
		return;
	if (w->shown_count == w->shown_room)
		w->shown = memory_grow(w->shown, &w->shown_room, w->shown_count + 1, sizeof *w->shown);
	shown = &w->shown[w->shown_count++];
	shown->hour = h->hour - w->first;
	shown->raw = series_value(raw_micro(h), w->up_s[h->hour]);
	shown->value = h->damped ? series_value(h->micro, w->up_s[h->hour]) : shown->raw;
	k->row.packets += h->packets;
	k->sum += shown->value;
	k->raw_sum += shown->raw;
}

static void empty_hours(const struct series_work *w, struct series_row *row)
{
	row->value = hours_new(w);
	row->raw = w->scope.is_without_raw ? NULL : hours_new(w);
}

static void fill_hours(const struct series_work *w, struct series_row *row)
{
	if (w->scope.is_without_hours)
		return;
	empty_hours(w, row);
	for (const struct shown *h = w->shown; h < w->shown + w->shown_count; h++) {
		row->value[h->hour] = h->value;
		if (row->raw)
			row->raw[h->hour] = h->raw;
	}
}

static void row_clear(struct series_row *row)
{
	free(row->value);
	free(row->raw);
	*row = (struct series_row){ .key = row->key };
}

static void keep(const struct series_work *w, struct kept *into)
{
	row_clear(&into->row);
	*into = w->at_work;
	fill_hours(w, &into->row);
}

/* Higher sums stand first; of equal ones the lower key. */
static bool stands_before(const struct kept *a, const struct kept *b)
{
	return a->sum > b->sum || (a->sum == b->sum && a->row.key < b->row.key);
}

static void find_worst(struct series_work *w)
{
	w->worst = 0;
	for (size_t i = 1; i < w->ranked_count; i++)
		if (stands_before(&w->ranked[w->worst], &w->ranked[i]))
			w->worst = i;
}

static void rank(struct series_work *w)
{
	const struct kept *k = &w->at_work;

	if (k->row.packets == 0 || (w->scope.min_sensors && k->sum == 0))
		return;
	if (w->ranked_count < w->scope.rank_count)
		keep(w, &w->ranked[w->ranked_count++]);
	else if (w->ranked_count && stands_before(k, &w->ranked[w->worst]))
		keep(w, &w->ranked[w->worst]);
	else
		return;
	if (w->ranked_count == w->scope.rank_count)
		find_worst(w);
}

/* The key is kept where it is wanted. */
static void key_end(struct series_work *w)
{
	uint32_t key = w->at_work.row.key;

	if (!w->has_hours)
		return;
	for (size_t i = 0; i < w->scope.key_count; i++)
		if (w->scope.keys[i] == key)
			keep(w, &w->asked[i]);
	if (w->scope.has_icmp && key == w->scope.icmp_key)
		keep(w, &w->icmp);
	else
		rank(w);
}

static int compare_damped(const void *a, const void *b)
{
	const struct odd_cell *x = a, *y = b;

	if (x->sensor != y->sensor)
		return x->sensor < y->sensor ? -1 : 1;
	return (x->hour > y->hour) - (x->hour < y->hour);
}

/* Lists what was replaced in the period. */
static void list_damped(struct series_work *w)
{
	struct series *s = w->out;
	size_t before = s->damped_count;

	for (size_t i = 0; i < w->count; i++) {
		const struct series_cell *cell = &w->cells[i];

		if (!odd_reason_of(w->odd, i) || !is_in_period(w, cell->hour))
			continue;
		s->damped = memory_grow(s->damped, &w->damped_room, s->damped_count + 1, sizeof *s->damped);
		s->damped[s->damped_count++] =
			(struct odd_cell){ .key = cell->key, .sensor = cell->sensor, .packets = cell->packets,
					   .reason = odd_reason_of(w->odd, i), .replaced_by = w->micro[i],
					   .hour = w->in.first_hour + cell->hour };
	}
	if (s->damped_count > before)
		qsort(s->damped + before, s->damped_count - before, sizeof *s->damped, compare_damped);
}

/* Can the key alarm at all? Most cannot, and cost no more than this. */
static bool may_surge(const struct series_work *w)
{
	uint64_t least = w->scope.surge.packets_least ? w->scope.surge.packets_least : SURGE_PACKETS_LEAST;
	double bound = 0;
	int32_t before = 0;

	if (w->scope.surge.threshold <= 0 || w->packets < least)
		return false;
	for (const struct series_hour *h = w->key_hours; h < w->key_hours + w->key_hour_count; h++) {
		bound = surge_bound(bound, h->hour - before,
				    (double)h->micro / SERIES_MICRO * w->sensors_usual * 3600 / w->up_s[h->hour]);
		if (bound > w->scope.surge.threshold)
			return true;
		before = h->hour;
	}
	return false;
}

static bool touches_period(const struct series_work *w, const struct surge *s)
{
	return s->first_hour < w->scope.last_hour && s->last_hour > w->scope.first_hour;
}

/* Evidence for the surges from `from` on; those outside the period are dropped. */
static void weigh_found(struct series_work *w, size_t from)
{
	struct weigh_cells in = { .cells = w->cells, .micro = w->micro, .count = w->count,
				  .first_hour = w->in.first_hour, .hours = w->hours,
				  .sensor_count = w->in.sensor_count, .up_s = w->in.up_s };
	struct series *s = w->out;
	size_t n = from;

	for (size_t i = from; i < s->surge_count; i++) {
		if (!touches_period(w, &s->surges[i]))
			continue;
		s->surges[n] = s->surges[i];
		weigh_sensors(&s->surges[n++], &in);
	}
	s->surge_count = n;
}

static void find_surges(struct series_work *w, uint32_t key)
{
	struct surge_series series = { .first_hour = w->in.first_hour, .hours = w->hours, .micro = w->hourly,
				       .up_s = w->up_s, .sensors_usual = w->sensors_usual };
	size_t before = w->out->surge_count;

	if (!may_surge(w))
		return;
	for (size_t i = 0; i < w->key_hour_count; i++)
		w->hourly[w->key_hours[i].hour] = w->key_hours[i].micro;
	surge_find(&series, &w->scope.surge, key, &w->out->surges, &w->out->surge_count, &w->surge_room);
	for (size_t i = 0; i < w->key_hour_count; i++)
		w->hourly[w->key_hours[i].hour] = 0;
	weigh_found(w, before);
}

static void take_key(struct series_work *w, uint32_t key)
{
	assert(!w->has_key || key > w->last_key);
	w->has_key = true;
	w->last_key = key;
}

void series_add(struct series_work *w, const struct series_cell *cells, size_t count)
{
	if (count == 0)
		return;
	take_key(w, cells[0].key);
	take_cells(w, cells, count);
	odd_damp(w->odd, w->cells, w->count, w->micro);
	list_damped(w);
	make_hours(w);
	key_begin(w, w->last_key);
	for (size_t i = 0; i < w->key_hour_count; i++) {
		add_total(w, w->key_hours[i].hour, &w->key_hours[i]);
		key_hour(w, &w->key_hours[i]);
	}
	key_end(w);
	if (w->scope.each_key)
		w->scope.each_key(w->scope.each_context, w->last_key, w->key_hours, w->key_hour_count);
	find_surges(w, w->last_key);
}

struct series_work *series_begin_kept(const struct series_kept *in, const struct series_scope *scope)
{
	struct series_work *w = work_new(in->first_hour, in->last_hour, scope);

	w->out = series_new(w);
	for (int32_t hour = 0; hour < w->hours; hour++) {
		struct series_hour total;
		w->up_s[hour] = in->hour(in->context, hour, &w->sensors_up[hour], &total);
		add_total(w, hour, &total);
	}
	count_hours(w);
	return w;
}

void series_key_begin(struct series_work *w, uint32_t key)
{
	take_key(w, key);
	key_begin(w, key);
}

void series_key_hour(struct series_work *w, const struct series_hour *h)
{
	assert(h->hour >= 0 && h->hour < w->hours);
	key_hour(w, h);
}

void series_key_end(struct series_work *w)
{
	key_end(w);
}

static int compare_kept(const void *a, const void *b)
{
	return stands_before(a, b) ? -1 : stands_before(b, a);
}

static int64_t mean_of(const struct series *s, int64_t sum)
{
	return s->hours_with_data ? sum / s->hours_with_data : SERIES_NO_DATA;
}

static void finish_row(const struct series_work *w, struct kept *k)
{
	k->row.mean = mean_of(w->out, k->sum);
	k->row.raw_mean = mean_of(w->out, k->raw_sum);
	if (!k->row.value && !w->scope.is_without_hours)
		empty_hours(w, &k->row);
}

static bool is_ranked(const struct series *s, uint32_t key)
{
	for (size_t i = 0; i < s->ranked_count; i++)
		if (s->rows[i].key == key)
			return true;
	return false;
}

static void finish_rows(struct series_work *w)
{
	struct series *s = w->out;

	s->rows = memory_new(w->ranked_count + w->scope.key_count, sizeof *s->rows);
	qsort(w->ranked, w->ranked_count, sizeof *w->ranked, compare_kept);
	for (size_t i = 0; i < w->ranked_count; i++) {
		finish_row(w, &w->ranked[i]);
		w->ranked[i].row.rank = (uint32_t)i + 1;
		s->rows[s->ranked_count++] = w->ranked[i].row;
	}
	s->row_count = s->ranked_count;
	for (size_t i = 0; i < w->scope.key_count; i++) {
		uint32_t key = w->asked[i].row.key;

		if (is_ranked(s, key) || (w->scope.has_icmp && key == w->scope.icmp_key)) {
			row_clear(&w->asked[i].row);
			continue;
		}
		finish_row(w, &w->asked[i]);
		s->rows[s->row_count++] = w->asked[i].row;
	}
	s->has_icmp = w->scope.has_icmp;
	if (s->has_icmp) {
		finish_row(w, &w->icmp);
		s->icmp = w->icmp.row;
	}
}

static void finish_total(struct series_work *w)
{
	struct series *s = w->out;
	struct kept total = { .row = s->total };

	empty_hours(w, &total.row);
	for (int32_t i = 0; i < s->hours; i++) {
		int64_t raw = series_value(w->raw_total[i], w->up_s[w->first + i]);
		if (total.row.value[i] == SERIES_NO_DATA)
			continue;
		total.sum += total.row.value[i] = series_value(w->total[i], w->up_s[w->first + i]);
		total.raw_sum += raw;
		if (total.row.raw)
			total.row.raw[i] = raw;
	}
	finish_row(w, &total);
	s->total = total.row;
}

static void subtract_hours(int64_t *from, const int64_t *row, int32_t hours)
{
	for (int32_t i = 0; i < hours; i++)
		if (from[i] != SERIES_NO_DATA)
			from[i] -= row[i];
}

static void subtract(struct series_row *other, const struct series_row *row, const struct series *s)
{
	other->packets -= row->packets;
	other->unknown -= row->unknown;
	other->damped_cells -= row->damped_cells;
	if (s->hours_with_data) {
		other->mean -= row->mean;
		other->raw_mean -= row->raw_mean;
	}
	if (row->value)
		subtract_hours(other->value, row->value, s->hours);
	if (row->raw)
		subtract_hours(other->raw, row->raw, s->hours);
}

static int64_t *hours_copy(const int64_t *hours, int32_t count)
{
	int64_t *copy = memory_resize(NULL, (size_t)count * sizeof *copy);

	memcpy(copy, hours, (size_t)count * sizeof *copy);
	return copy;
}

static void finish_other(struct series *s)
{
	s->other = s->total;
	s->other.value = hours_copy(s->total.value, s->hours);
	s->other.raw = s->total.raw ? hours_copy(s->total.raw, s->hours) : NULL;
	for (size_t i = 0; i < s->row_count; i++)
		subtract(&s->other, &s->rows[i], s);
	if (s->has_icmp)
		subtract(&s->other, &s->icmp, s);
}

static void forget_hours(struct series_row *row)
{
	free(row->value);
	free(row->raw);
	row->value = row->raw = NULL;
}

struct series *series_end(struct series_work *w)
{
	struct series *s = w->out;

	finish_rows(w);
	finish_total(w);
	finish_other(s);
	if (w->scope.is_without_hours) {
		forget_hours(&s->total);
		forget_hours(&s->other);
	}
	s->bursts = odd_bursts(s->damped, s->damped_count, &s->burst_count);
	odd_free(w->odd);
	free(w->up_s);
	free(w->sensors_up);
	free(w->total);
	free(w->raw_total);
	free(w->cells);
	free(w->unknown);
	free(w->micro);
	free(w->key_hours);
	free(w->shown);
	free(w->hourly);
	free(w->ranked);
	free(w->asked);
	free(w);
	return s;
}

struct series *series_make(const struct series_input *in, const struct series_cell *cells, size_t count,
			   const struct series_scope *scope)
{
	struct series_work *w = series_begin(in, scope);

	for (size_t begin = 0, end; begin < count; begin = end) {
		for (end = begin; end < count && cells[end].key == cells[begin].key;)
			end++;
		series_add(w, cells + begin, end - begin);
	}
	return series_end(w);
}

size_t series_rows(const struct series *s, const struct series_row **into, size_t most)
{
	size_t count = 0;

	for (size_t i = 0; i < s->row_count && count + 3 < most; i++)
		into[count++] = &s->rows[i];
	if (s->has_icmp)
		into[count++] = &s->icmp;
	into[count++] = &s->other;
	into[count++] = &s->total;
	return count;
}

struct series *series_free(struct series *s)
{
	if (!s)
		return NULL;
	for (size_t i = 0; i < s->row_count; i++)
		forget_hours(&s->rows[i]);
	forget_hours(&s->icmp);
	forget_hours(&s->other);
	forget_hours(&s->total);
	free(s->rows);
	free(s->sensors_up);
	free(s->damped);
	free(s->bursts);
	free(s->surges);
	free(s);
	return NULL;
}
