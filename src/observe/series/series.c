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
	int64_t *micro;
	size_t count, cell_room, micro_room;
	int64_t *hourly;
	struct kept *ranked, *asked;
	size_t ranked_count, worst;
	struct kept icmp;
	size_t damped_room, surge_room;
	uint64_t packets, unknown;
	struct series *out;
};

/* The cells of one hour of the key at work. */
struct run {
	size_t from, to;
	int32_t hour;
	int64_t micro, raw;
	uint64_t packets;
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
	int64_t *hours = memory_new((size_t)(w->last - w->first), sizeof *hours);

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
	for (int32_t hour = 0; hour < hours; hour++) {
		s->sensors_up[hour] = w->sensors_up[w->first + hour];
		s->hours_with_data += has_data(w, w->first + hour);
	}
	return s;
}

struct series_work *series_begin(const struct series_input *in, const struct series_scope *scope)
{
	struct series_work *w = memory_new(1, sizeof *w);

	assert(in->first_hour <= scope->first_hour && scope->first_hour <= scope->last_hour);
	assert(scope->last_hour <= in->last_hour && in->last_hour - in->first_hour < INT32_MAX / 2);
	w->in = *in;
	w->scope = *scope;
	w->hours = (int32_t)(in->last_hour - in->first_hour);
	w->first = (int32_t)(scope->first_hour - in->first_hour);
	w->last = (int32_t)(scope->last_hour - in->first_hour);
	w->up_s = memory_new((size_t)w->hours, sizeof *w->up_s);
	w->sensors_up = memory_new((size_t)w->hours, sizeof *w->sensors_up);
	sum_up_time(w);
	w->sensors_usual = surge_usual(w->up_s, w->hours);
	w->odd = odd_new(&scope->odd, in->first_hour, w->hours, in->sensor_count, in->up_s);
	w->total = memory_new((size_t)(w->last - w->first), sizeof *w->total);
	w->raw_total = memory_new((size_t)(w->last - w->first), sizeof *w->raw_total);
	w->hourly = memory_new((size_t)w->hours, sizeof *w->hourly);
	w->ranked = memory_new(scope->rank_count, sizeof *w->ranked);
	w->asked = memory_new(scope->key_count, sizeof *w->asked);
	for (size_t i = 0; i < scope->key_count; i++)
		w->asked[i].row.key = scope->keys[i];
	w->icmp.row.key = scope->icmp_key;
	w->out = series_new(w);
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
	w->unknown = w->packets = 0;
	w->cells = memory_grow(w->cells, &w->cell_room, count, sizeof *w->cells);
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
		if ((cell->flags & SERIES_CELL_UNKNOWN) && is_in_period(w, cell->hour) && has_data(w, cell->hour))
			w->unknown += cell->packets;
		w->packets += cell->packets;
		if (w->count && is_same(&w->cells[w->count - 1], cell))
			w->cells[w->count - 1].packets += cell->packets;
		else
			w->cells[w->count++] = *cell;
	}
}

/* The next hour of the key at work; false at the end. Start with a run of zeros. */
static bool run_next(const struct series_work *w, struct run *r)
{
	size_t i = r->to;

	if (i == w->count)
		return false;
	*r = (struct run){ .from = i, .hour = w->cells[i].hour };
	for (; i < w->count && w->cells[i].hour == r->hour; i++) {
		r->micro += w->micro[i];
		r->packets += w->cells[i].packets;
	}
	r->raw = (int64_t)r->packets * SERIES_MICRO;
	r->to = i;
	return true;
}

/* Does the hour count in the key's own row? Otherwise it is in "other" alone (publish.h). */
static bool is_shown(const struct series_work *w, const struct run *r)
{
	return r->to - r->from >= w->scope.min_sensors;
}

static void sum_key(struct series_work *w, struct kept *k)
{
	struct run r = { .to = 0 };

	while (run_next(w, &r)) {
		if (!is_in_period(w, r.hour) || !has_data(w, r.hour))
			continue;
		w->total[r.hour - w->first] += r.micro;
		w->raw_total[r.hour - w->first] += r.raw;
		w->out->total.packets += r.packets;
		if (!is_shown(w, &r))
			continue;
		k->row.packets += r.packets;
		k->sum += series_value(r.micro, w->up_s[r.hour]);
		k->raw_sum += series_value(r.raw, w->up_s[r.hour]);
	}
}

static void fill_hours(const struct series_work *w, struct series_row *row)
{
	struct run r = { .to = 0 };

	if (w->scope.is_without_hours)
		return;
	row->value = hours_new(w);
	row->raw = hours_new(w);
	while (run_next(w, &r)) {
		if (!is_in_period(w, r.hour) || !has_data(w, r.hour) || !is_shown(w, &r))
			continue;
		row->value[r.hour - w->first] = series_value(r.micro, w->up_s[r.hour]);
		row->raw[r.hour - w->first] = series_value(r.raw, w->up_s[r.hour]);
	}
}

static void row_clear(struct series_row *row)
{
	free(row->value);
	free(row->raw);
	*row = (struct series_row){ .key = row->key };
}

static void keep(const struct series_work *w, struct kept *into, const struct kept *k)
{
	row_clear(&into->row);
	*into = *k;
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

static void rank(struct series_work *w, const struct kept *k)
{
	if (k->row.packets == 0 || (w->scope.min_sensors && k->sum == 0))
		return;
	if (w->ranked_count < w->scope.rank_count)
		keep(w, &w->ranked[w->ranked_count++], k);
	else if (w->ranked_count && stands_before(k, &w->ranked[w->worst]))
		keep(w, &w->ranked[w->worst], k);
	else
		return;
	if (w->ranked_count == w->scope.rank_count)
		find_worst(w);
}

static void keep_where_wanted(struct series_work *w, const struct kept *k)
{
	for (size_t i = 0; i < w->scope.key_count; i++)
		if (w->scope.keys[i] == k->row.key)
			keep(w, &w->asked[i], k);
	if (w->scope.has_icmp && k->row.key == w->scope.icmp_key)
		keep(w, &w->icmp, k);
	else
		rank(w, k);
}

static int compare_damped(const void *a, const void *b)
{
	const struct odd_cell *x = a, *y = b;

	if (x->sensor != y->sensor)
		return x->sensor < y->sensor ? -1 : 1;
	return (x->hour > y->hour) - (x->hour < y->hour);
}

/* Lists what was replaced in the period; the number. */
static size_t list_damped(struct series_work *w)
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
	return s->damped_count - before;
}

/* Can the key alarm at all? Most cannot, and cost no more than this. */
static bool may_surge(const struct series_work *w)
{
	uint64_t least = w->scope.surge.packets_least ? w->scope.surge.packets_least : SURGE_PACKETS_LEAST;
	struct run r = { .to = 0 };
	double bound = 0;
	int32_t before = 0;

	if (w->scope.surge.threshold <= 0 || w->packets < least)
		return false;
	while (run_next(w, &r)) {
		bound = surge_bound(bound, r.hour - before,
				    (double)r.micro / SERIES_MICRO * w->sensors_usual * 3600 / w->up_s[r.hour]);
		if (bound > w->scope.surge.threshold)
			return true;
		before = r.hour;
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
	struct run r = { .to = 0 };
	size_t before = w->out->surge_count;

	if (!may_surge(w))
		return;
	while (run_next(w, &r))
		w->hourly[r.hour] = r.micro;
	surge_find(&series, &w->scope.surge, key, &w->out->surges, &w->out->surge_count, &w->surge_room);
	for (r.to = 0; run_next(w, &r);)
		w->hourly[r.hour] = 0;
	weigh_found(w, before);
}

void series_add(struct series_work *w, const struct series_cell *cells, size_t count)
{
	struct kept k = { .sum = 0 };

	if (count == 0)
		return;
	assert(!w->has_key || cells[0].key > w->last_key);
	w->has_key = true;
	w->last_key = k.row.key = cells[0].key;
	take_cells(w, cells, count);
	odd_damp(w->odd, w->cells, w->count, w->micro);
	k.row.damped_cells = (uint32_t)list_damped(w);
	k.row.unknown = w->unknown;
	sum_key(w, &k);
	w->out->total.unknown += k.row.unknown;
	w->out->total.damped_cells += k.row.damped_cells;
	w->out->key_count += k.row.packets > 0;
	keep_where_wanted(w, &k);
	find_surges(w, k.row.key);
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
	if (!k->row.value && !w->scope.is_without_hours) {
		k->row.value = hours_new(w);
		k->row.raw = hours_new(w);
	}
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
	int64_t *value = hours_new(w), *raw = hours_new(w);

	for (int32_t i = 0; i < s->hours; i++) {
		if (value[i] == SERIES_NO_DATA)
			continue;
		total.sum += value[i] = series_value(w->total[i], w->up_s[w->first + i]);
		total.raw_sum += raw[i] = series_value(w->raw_total[i], w->up_s[w->first + i]);
	}
	total.row.value = value;
	total.row.raw = raw;
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
	if (row->value) {
		subtract_hours(other->value, row->value, s->hours);
		subtract_hours(other->raw, row->raw, s->hours);
	}
}

static int64_t *hours_copy(const int64_t *hours, int32_t count)
{
	int64_t *copy = memory_new((size_t)count, sizeof *copy);

	memcpy(copy, hours, (size_t)count * sizeof *copy);
	return copy;
}

static void finish_other(struct series *s)
{
	s->other = s->total;
	s->other.value = hours_copy(s->total.value, s->hours);
	s->other.raw = hours_copy(s->total.raw, s->hours);
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
	free(w->micro);
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
