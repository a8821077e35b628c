/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* Sensors and their health; the start page, which tells what waits. */
#include "base/cleanup.h"
#include "base/clock.h"
#include "base/memory.h"
#include "face/staff/page.h"
#include "publish/render/figure.h"

#define SILENT_HOURS 24 /* without up-time */
#define HEALTH_HOURS (28 * 24)
#define DAY_HOURS 24
#define NAMES_SHOWN 5
#define LATE_HOURS 2    /* since anything came, until the start page speaks of it */

/* What is known of a sensor in the hours looked at. */
struct seen {
	int64_t last_up, last_packet; /* hours; INT64_MIN: none in the range */
	uint64_t up_s, packets, day_packets;
	bool is_silent;
};

struct seen_question {
	int64_t first_hour, end_hour;
	struct seen *list;
};

static int count_cell(void *context, int64_t hour, uint32_t key, uint16_t sensor, uint64_t packets)
{
	struct seen_question *q = context;
	struct seen *h = &q->list[sensor];

	(void)key;
	h->packets += packets;
	h->last_packet = MAX(h->last_packet, hour);
	if (hour >= q->end_hour - DAY_HOURS)
		h->day_packets += packets;
	return 0;
}

static void add_uptime(const struct store *s, struct seen_question *q)
{
	size_t hours = (size_t)(q->end_hour - q->first_hour);
	_cleanup_free_ uint16_t *up = store_uptime(s, q->first_hour, hours);

	for (size_t sensor = 0; sensor < s->sensor_count; sensor++)
		for (size_t i = 0; i < hours; i++) {
			uint16_t seconds = up[sensor * hours + i];
			q->list[sensor].up_s += seconds;
			if (seconds)
				q->list[sensor].last_up = q->first_hour + (int64_t)i;
		}
}

/* In the arena, one for each of the store's sensors. Silence is judged at the end of the period. */
static int find_seen(struct page *p, int64_t first_hour, int64_t end_hour, struct seen **ret, struct error *err)
{
	struct seen_question q = { first_hour, end_hour, ARENA_ARRAY(p->arena, p->store->sensor_count + 1, struct seen) };
	int r;

	for (size_t i = 0; i < p->store->sensor_count; i++)
		q.list[i].last_up = q.list[i].last_packet = INT64_MIN;
	r = store_cells(p->store, first_hour, end_hour, count_cell, &q, err);
	if (r < 0)
		return r;
	add_uptime(p->store, &q);
	for (size_t i = 0; i < p->store->sensor_count; i++)
		q.list[i].is_silent = q.list[i].last_up < end_hour - SILENT_HOURS;
	*ret = q.list;
	return 0;
}

/* --- sensors --- */

static const struct sheet_column sensor_columns[] = {
	{ "sensor", MSG_STAFF_SENSOR, SHEET_TEXT },	    { "state", MSG_STAFF_STATE, SHEET_TEXT },
	{ "last_packet", MSG_STAFF_LAST_PACKET, SHEET_TEXT }, { "up", MSG_STAFF_UP_SHARE, SHEET_NUMBER },
	{ "packets_day", MSG_STAFF_PACKETS_DAY, SHEET_NUMBER }, { "packets", MSG_STAFF_PACKETS, SHEET_NUMBER },
	{ "average", MSG_STAFF_PER_UP_HOUR, SHEET_NUMBER }, { "events", MSG_STAFF_BEHIND_TOO, SHEET_WAY },
	{ 0 },
};

static void hour_or_nothing(struct page *p, struct sheet *sheet, int64_t hour)
{
	if (hour == INT64_MIN)
		sheet_nothing(sheet);
	else
		sheet_both(sheet, page_hour(p, hour), page_time_utc(p, hour * HOUR_US));
}

/* Of a sensor that delivers its heartbeats tell; of one whose packets were imported, what the store knows of its up-time. */
static void state_cell(struct page *p, struct sheet *sheet, const struct watched *w, const char *name, const struct seen *h)
{
	const struct roster_sensor *delivers = roster_find(&w->roster, name);

	if (delivers)
		page_health_cell(p, sheet, page_health(p, w, delivers));
	else if (h->is_silent)
		sheet_state(sheet, SHEET_BAD, words(p->lang, MSG_STAFF_SILENT), "silent");
	else
		sheet_state(sheet, SHEET_GOOD, words(p->lang, MSG_STAFF_UP), "up");
}

static void sensor_row(struct page *p, struct sheet *sheet, const struct watched *w, size_t sensor, const struct seen *h)
{
	int64_t hours = p->q.end_hour - p->q.first_hour;
	const char *name = p->store->sensors[sensor];

	sheet_text(sheet, name, page_url(p, "/observe/top", "filter", arena_printf(p->arena, "sensor %s", name), NULL));
	state_cell(p, sheet, w, name, h);
	hour_or_nothing(p, sheet, h->last_packet);
	sheet_share(sheet, (int64_t)h->up_s, hours * 3600);
	sheet_number(sheet, (int64_t)h->day_packets);
	sheet_number(sheet, (int64_t)h->packets);
	sheet_micro(sheet, series_value((int64_t)h->packets * SERIES_MICRO, (int64_t)h->up_s));
	sheet_way(sheet, words(p->lang, MSG_STAFF_EVENTS),
		  page_url(p, "/observe/events", "filter", arena_printf(p->arena, "sensor %s", name), NULL));
}

static int put_seen(struct page *p, const struct watched *w, struct error *err)
{
	struct seen *list;
	struct sheet *sheet;
	int r = find_seen(p, p->q.first_hour, p->q.end_hour, &list, err);

	if (r < 0)
		return r;
	sheet = page_sheet(p, "sensors", MSG_STAFF_SENSORS_TABLE, sensor_columns);
	sheet_note(sheet, words_fill(p->arena, p->lang, MSG_STAFF_SENSORS_NOTE, "time", page_hour(p, p->q.end_hour), "hours",
				     arena_printf(p->arena, "%d", SILENT_HOURS), NULL));
	/* What needs somebody stands first. */
	for (int silent = 1; silent >= 0; silent--)
		for (size_t i = 0; i < p->store->sensor_count; i++)
			if (list[i].is_silent == (bool)silent)
				sensor_row(p, sheet, w, i, &list[i]);
	return 0;
}

int page_sensors(struct page *p, struct error *err)
{
	struct watched w;
	int r = 0;

	page_watch(p, &w);
	if (w.roster.count)
		page_health_sheet(p, &w);
	if (p->store)
		r = put_seen(p, &w, err);
	watched_clear(&w);
	return r;
}

/* --- the start --- */

static const struct sheet_column waiting_columns[] = {
	{ "what", MSG_STAFF_WHAT, SHEET_LONG }, { "count", MSG_STAFF_HOW_MANY, SHEET_NUMBER },
	{ "which", MSG_STAFF_WHICH, SHEET_LONG }, { 0 },
};

/* The first few names, and how many there are. */
struct names {
	struct buf text;
	size_t count;
};

static void names_clear(struct names *n)
{
	buf_clear(&n->text);
}

static void add_name(const struct page *p, struct names *n, const char *name)
{
	if (n->count++ < NAMES_SHOWN)
		buf_addf(&n->text, "%s%s", n->text.n ? words(p->lang, MSG_STAFF_AND) : "", name);
	else if (n->count == NAMES_SHOWN + 1)
		buf_add_text(&n->text, " …");
}

static void waiting_row(struct page *p, struct sheet *sheet, enum message what, const struct names *names, const char *url)
{
	size_t count = names->count;

	sheet_text(sheet, words(p->lang, what), url);
	if (count)
		sheet_state(sheet, SHEET_WARN, arena_printf(p->arena, "%zu", count), arena_printf(p->arena, "%zu", count));
	else
		sheet_number(sheet, 0);
	sheet_text(sheet, arena_bytes(p->arena, names->text.p, names->text.n), NULL);
}

static const struct sheet_column store_columns[] = {
	{ "what", MSG_STAFF_WHAT, SHEET_LONG }, { "value", MSG_STAFF_VALUE, SHEET_TEXT }, { 0 },
};

static void put_store(struct page *p)
{
	struct sheet *sheet = page_sheet(p, "store", MSG_STAFF_STORE_TABLE, store_columns);
	char events[WORDS_NUMBER_MAX], sensors[WORDS_NUMBER_MAX];

	sheet_text(sheet, words(p->lang, MSG_STAFF_STORE_EVENTS), NULL);
	sheet_text(sheet, arena_text(p->arena, words_number((int64_t)p->store->events, events)), NULL);
	sheet_text(sheet, words(p->lang, MSG_STAFF_SENSORS), NULL);
	sheet_text(sheet, arena_text(p->arena, words_number((int64_t)p->store->sensor_count, sensors)), NULL);
	sheet_text(sheet, words(p->lang, MSG_STAFF_STORE_FIRST), NULL);
	sheet_text(sheet, page_time(p, p->store->first_us), NULL);
	sheet_text(sheet, words(p->lang, MSG_STAFF_STORE_LAST), NULL);
	sheet_text(sheet, page_time(p, p->store->last_us), NULL);
	if (p->staff->hidden) {
		sheet_text(sheet, words(p->lang, MSG_STAFF_STORE_SCANNERS), NULL);
		sheet_text(sheet, arena_printf(p->arena, "%zu", p->staff->hidden_count), NULL);
	}
}

static int find_proposed(struct page *p, struct names *into, struct error *err)
{
	struct view_question q = p->q;
	struct series *s;
	int r;

	q.first_hour = MAX(p->data_first, p->data_end - HEALTH_HOURS);
	q.end_hour = p->data_end;
	q.rank_count = 0;
	q.is_without_hours = true;
	q.surge_threshold = p->staff->surge_threshold;
	r = view_series(p->store, &q, &s, err);
	if (r < 0)
		return r;
	r = view_weigh(p->store, &q, s, err);
	for (size_t i = 0; i < s->surge_count; i++)
		if (s->surges[i].is_proposed)
			add_name(p, into, page_key(p, s->surges[i].key));
	series_free(s);
	return r;
}

/* Sensors that deliver and are not well, with what is wrong; then those of imports that fell silent. */
static int find_unwell(struct page *p, struct names *into, struct error *err)
{
	struct seen *list;
	struct watched w;
	int r = 0;

	page_watch(p, &w);
	for (size_t i = 0; i < w.roster.count; i++)
		if (page_is_unwell(p, &w, &w.roster.sensors[i]))
			add_name(p, into, words_fill(p->arena, p->lang, MSG_STAFF_IN_BRACKETS, "what", w.roster.sensors[i].name, "why",
						     page_health_words(p, page_health(p, &w, &w.roster.sensors[i])), NULL));
	if (p->store)
		r = find_seen(p, MAX(p->data_first, p->data_end - HEALTH_HOURS), p->data_end, &list, err);
	for (size_t i = 0; p->store && r == 0 && i < p->store->sensor_count; i++)
		if (list[i].is_silent && !roster_find(&w.roster, p->store->sensors[i]))
			add_name(p, into, p->store->sensors[i]);
	watched_clear(&w);
	return r;
}

static void say_late(struct page *p)
{
	if (clock_now() - p->store->last_us > LATE_HOURS * HOUR_US)
		page_notice(p, words_fill(p->arena, p->lang, MSG_STAFF_NOTHING_CAME, "time", page_time(p, p->store->last_us), NULL),
			    false);
}

int page_start(struct page *p, struct error *err)
{
	_cleanup_(names_clear) struct names proposed = { .count = 0 }, unwell = { .count = 0 };
	struct sheet *sheet;
	int r;

	buf_init(&proposed.text, 1000);
	buf_init(&unwell.text, 1000);
	r = p->store ? find_proposed(p, &proposed, err) : 0;
	if (r == 0)
		r = find_unwell(p, &unwell, err);
	if (r < 0)
		return r;
	sheet = page_sheet(p, "waiting", MSG_STAFF_WAITING, waiting_columns);
	waiting_row(p, sheet, MSG_STAFF_WAITING_SURGES, &proposed, "/observe/surges");
	waiting_row(p, sheet, MSG_STAFF_WAITING_SENSORS, &unwell, "/observe/sensors");
	if (p->store) {
		say_late(p);
		put_store(p);
	}
	return 0;
}
