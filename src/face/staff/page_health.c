/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* How the sensors are that deliver, as the collector saw them last: the fields of `hinomi observe sensors`. */
#include "base/cleanup.h"
#include "base/clock.h"
#include "base/log.h"
#include "face/staff/page.h"

static const struct sheet_column columns[] = {
	{ "sensor", MSG_STAFF_SENSOR, SHEET_TEXT },
	{ "state", MSG_STAFF_STATE, SHEET_LIST },
	{ "place_ja", MSG_STAFF_PLACE, SHEET_FILE_TEXT },
	{ "place_en", MSG_STAFF_PLACE, SHEET_TEXT },
	{ "addresses", MSG_STAFF_ADDRESSES, SHEET_NUMBER },
	{ "last_batch", MSG_STAFF_LAST_BATCH, SHEET_TEXT },
	{ "last_heartbeat", MSG_STAFF_LAST_HEARTBEAT, SHEET_TEXT },
	{ "up_seconds_24h", MSG_STAFF_UP_DAY, SHEET_NUMBER },
	{ "backlog_batches", MSG_STAFF_BACKLOG_BATCHES, SHEET_NUMBER },
	{ "oldest_waiting", MSG_STAFF_OLDEST_WAITING, SHEET_TEXT },
	{ "clock_error_us", MSG_STAFF_CLOCK_ERROR, SHEET_NUMBER },
	{ "clock_jumps", MSG_STAFF_CLOCK_JUMPS, SHEET_FILE_NUMBER },
	{ "events", MSG_STAFF_EVENTS, SHEET_NUMBER },
	{ "left_out", MSG_STAFF_LEFT_OUT, SHEET_NUMBER },
	{ "lost", MSG_STAFF_LOST, SHEET_NUMBER }, /* the sum of the three that follow */
	{ "kernel_dropped", MSG_STAFF_KERNEL_DROPPED, SHEET_FILE_NUMBER },
	{ "queue_dropped", MSG_STAFF_QUEUE_DROPPED, SHEET_FILE_NUMBER },
	{ "spool_dropped_events", MSG_STAFF_SPOOL_DROPPED, SHEET_FILE_NUMBER },
	{ "repeated", MSG_STAFF_REPEATED, SHEET_FILE_NUMBER },
	{ "refused", MSG_STAFF_REFUSED_BATCHES, SHEET_NUMBER },
	{ 0 },
};

static const struct {
	unsigned bit;
	enum message words;
} health_words[] = {
	{ HEALTH_REVOKED, MSG_STAFF_HEALTH_REVOKED }, { HEALTH_INVITED, MSG_STAFF_HEALTH_INVITED },
	{ HEALTH_SILENT, MSG_STAFF_SILENT },	      { HEALTH_BACKLOG, MSG_STAFF_HEALTH_BACKLOG },
	{ HEALTH_CLOCK, MSG_STAFF_HEALTH_CLOCK },
};

int page_watch(struct page *p, struct watched *ret)
{
	struct error err = ERROR_NONE;
	int r = watch_look(p->staff->watch, ret, &err);

	if (r < 0) {
		log_error(err.line, "path", p->rq->path);
		page_notice(p, words(p->lang, MSG_STAFF_NO_HEALTH), true);
	}
	return r;
}

unsigned page_health(const struct page *p, const struct watched *w, const struct roster_sensor *sensor)
{
	return health_of(sensor, status_find(&w->status, sensor->name), clock_now(), p->staff->silence_us);
}

bool page_is_unwell(const struct page *p, const struct watched *w, const struct roster_sensor *sensor)
{
	return page_health(p, w, sensor) & HEALTH_WRONG;
}

const char *page_health_words(const struct page *p, unsigned health)
{
	const char *text = "";

	for (size_t i = 0; i < COUNT(health_words); i++)
		if (health & health_words[i].bit)
			text = arena_printf(p->arena, "%s%s%s", text, text[0] ? words(p->lang, MSG_STAFF_AND) : "",
					    words(p->lang, health_words[i].words));
	return text[0] ? text : words(p->lang, MSG_STAFF_UP);
}

void page_health_cell(struct page *p, struct sheet *sheet, unsigned health)
{
	enum sheet_state state = health & HEALTH_SILENT ? SHEET_BAD : health & HEALTH_WRONG ? SHEET_WARN :
				 health		       ? SHEET_PLAIN : SHEET_GOOD;
	_cleanup_(buf_clear) struct buf raw;

	buf_init(&raw, 128);
	health_format(health, &raw);
	sheet_state(sheet, state, page_health_words(p, health), arena_bytes(p->arena, raw.p, raw.n));
}

static void time_cell(struct page *p, struct sheet *sheet, int64_t time_us)
{
	if (time_us)
		sheet_both(sheet, page_time(p, time_us), page_time_utc(p, time_us));
	else
		sheet_nothing(sheet);
}

/* People read hours of the last day, programs seconds. */
static void up_cell(struct page *p, struct sheet *sheet, const char *name)
{
	int64_t seconds;

	if (!p->store) {
		sheet_nothing(sheet);
		return;
	}
	seconds = health_up_seconds(p->store, name, clock_now());
	sheet_both(sheet, arena_printf(p->arena, "%.1f", (double)seconds / 3600),
		   arena_printf(p->arena, "%lld", (long long)seconds));
}

/* People read seconds, programs microseconds. */
static void clock_cell(struct page *p, struct sheet *sheet, int64_t error_us)
{
	if (error_us == WIRE_UNKNOWN)
		sheet_nothing(sheet);
	else
		sheet_both(sheet, arena_printf(p->arena, "%s%lld.%03lld", error_us < 0 ? "−" : "+",
					       llabs((long long)error_us / SECOND_US), llabs((long long)error_us / 1000 % 1000)),
			   arena_printf(p->arena, "%lld", (long long)error_us));
}

/* Where it stands in the page's language, and how much it watches. */
static void place_cells(struct page *p, struct sheet *sheet, const struct roster_sensor *sensor)
{
	const char *ja = arena_text(p->arena, sensor->place_ja), *en = arena_text(p->arena, roster_place(sensor));
	uint64_t addresses;

	sheet_text(sheet, ja, NULL);
	sheet_both(sheet, p->lang == LANG_JA && ja[0] ? ja : en, en);
	if (roster_addresses(sensor, &addresses))
		sheet_number(sheet, (int64_t)MIN(addresses, (uint64_t)INT64_MAX));
	else
		sheet_nothing(sheet);
}

static void sensor_row(struct page *p, struct sheet *sheet, const struct watched *w, const struct roster_sensor *sensor)
{
	static const struct sensor_status nothing = { .clock_error_us = WIRE_UNKNOWN };
	const struct sensor_status *found = status_find(&w->status, sensor->name), *s = found ? found : &nothing;
	const char *filter = arena_printf(p->arena, "sensor %s", sensor->name);

	sheet_link(sheet, arena_text(p->arena, sensor->name), arena_text(p->arena, sensor->name),
		   page_url(p, "/observe/top", "filter", filter, NULL));
	page_health_cell(p, sheet, page_health(p, w, sensor));
	place_cells(p, sheet, sensor);
	time_cell(p, sheet, s->batch_us);
	time_cell(p, sheet, s->heartbeat_us);
	up_cell(p, sheet, sensor->name);
	sheet_number(sheet, (int64_t)s->backlog_batches);
	time_cell(p, sheet, s->oldest_us);
	clock_cell(p, sheet, s->clock_error_us);
	sheet_number(sheet, (int64_t)s->clock_jumps);
	sheet_number(sheet, (int64_t)s->events);
	sheet_number(sheet, (int64_t)s->left_out);
	sheet_number(sheet, (int64_t)(s->kernel_dropped + s->queue_dropped + s->dropped_events));
	sheet_number(sheet, (int64_t)s->kernel_dropped);
	sheet_number(sheet, (int64_t)s->queue_dropped);
	sheet_number(sheet, (int64_t)s->dropped_events);
	sheet_number(sheet, (int64_t)s->repeated);
	sheet_number(sheet, (int64_t)s->refused);
}

static const char *note(const struct page *p, const struct watched *w)
{
	char minutes[WORDS_NUMBER_MAX], refused[WORDS_NUMBER_MAX];
	const char *text = words_fill(p->arena, p->lang, MSG_STAFF_HEALTH_NOTE, "time", page_time(p, clock_now()), "minutes",
				      words_number(p->staff->silence_us / (60 * SECOND_US), minutes), NULL);

	if (!w->status.refused)
		return text;
	return arena_printf(p->arena, "%s %s", text,
			    words_fill(p->arena, p->lang, MSG_STAFF_REFUSED_NOBODY, "count",
				       words_number((int64_t)w->status.refused, refused), NULL));
}

void page_health_sheet(struct page *p, const struct watched *w)
{
	struct sheet *sheet = page_sheet(p, "health", MSG_STAFF_HEALTH_TABLE, columns);

	sheet_note(sheet, note(p, w));
	/* What needs somebody stands first. */
	for (int wrong = 1; wrong >= 0; wrong--)
		for (size_t i = 0; i < w->roster.count; i++)
			if (page_is_unwell(p, w, &w->roster.sensors[i]) == (bool)wrong)
				sensor_row(p, sheet, w, &w->roster.sensors[i]);
}
