/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* What reports, incidents and letters show of each other. */
#include "face/cmd/desk_show.h"

#include "base/cleanup.h"
#include "engine/proc/file.h"
#include "ground/access/sight.h"
#include "ground/intake/intake.h"
#include "ground/letter/letter.h"
#include "ground/record/record.h"
#include "ground/watch/watch.h"

#include <fcntl.h>

#define LETTERS_MAX 1000
#define WATCHES_MAX 1000
#define HOLIDAYS_BYTES_MAX (1u << 20)

int show_timeline(struct sheet *s, struct cases *c, int64_t id, struct error *err)
{
	struct record_moment *moments = NULL;
	size_t count = 0;
	int r = record_moments(c->db, id, c->arena, &moments, &count, err);

	sheet_list(s, "timeline", "Timeline");
	for (size_t i = 0; i < count; i++) {
		sheet_item(s);
		sheet_time(s, "time", "at", moments[i].at);
		sheet_text(s, "actor", "by", moments[i].actor);
		sheet_text(s, "what", "what", moments[i].what);
		sheet_text(s, "detail", "", moments[i].detail);
		sheet_item_end(s);
	}
	sheet_list_end(s);
	return r;
}

int show_letters(struct sheet *s, struct cases *c, int64_t about_id, struct error *err)
{
	struct letter *list = NULL;
	size_t count = 0;
	int r = letter_list(c->db, ACCESS_LOCAL, about_id, "", 0, LETTERS_MAX, c->arena, &list, &count, err);

	sheet_list(s, "letters", "Letters");
	for (size_t i = count; i-- > 0;) {
		sheet_item(s);
		sheet_text(s, "ref", "ref", list[i].ref);
		sheet_text(s, "kind", "kind", list[i].kind);
		sheet_text(s, "to", "to", list[i].to_address);
		sheet_text(s, "subject", "subject", list[i].subject);
		sheet_text(s, "state", "state", list[i].state);
		sheet_text(s, "returned", "returned", list[i].returned);
		sheet_text(s, "failure", "failure", list[i].failure);
		sheet_text(s, "protection", "protection", list[i].protection);
		sheet_time(s, "sent", "sent", list[i].sent_at);
		sheet_item_end(s);
	}
	sheet_list_end(s);
	return r;
}

int show_messages(struct sheet *s, struct cases *c, int64_t about_id, struct error *err)
{
	struct intake_line *list = NULL;
	size_t count = 0;
	int r = intake_about(c->db, about_id, c->arena, &list, &count, err);

	sheet_list(s, "messages", "What arrived");
	for (size_t i = 0; i < count; i++) {
		sheet_item(s);
		sheet_time(s, "received", "received", list[i].received_at);
		sheet_text(s, "channel", "channel", list[i].channel);
		sheet_text(s, "kind", "kind", list[i].kind);
		sheet_text(s, "from", "from", list[i].from_address);
		sheet_text(s, "subject", "subject", list[i].subject);
		sheet_text(s, "protection", "protection", list[i].protection);
		sheet_text(s, "signature", "signature", list[i].signature);
		sheet_text(s, "sha256", "sha256", list[i].blob);
		sheet_body(s, "text", list[i].text);
		sheet_item_end(s);
	}
	sheet_list_end(s);
	return r;
}

/* --- watching --- */

int cases_holidays(const struct cases *c, struct holiday_table **ret, struct error *err)
{
	const char *path = conf_text(c->conf, SETTING_CENTRE_HOLIDAYS);
	_cleanup_(buf_clear) struct buf b = { .p = NULL };
	int r = path[0] ? file_read(AT_FDCWD, path, HOLIDAYS_BYTES_MAX, &b, err) : 0;

	return r < 0 || !path[0] ? r : holiday_table_parse(buf_bytes(&b), ret, err);
}

static void show_interval(struct sheet *s, const struct watch_target *t, const struct watch_interval *i,
			  const struct business_calendar *calendar)
{
	struct watch_elapsed e = watch_elapsed(calendar, i->first_up_at, i->ended_at);

	sheet_item(s);
	sheet_text(s, "ref", "ref", t->ref);
	sheet_number(s, "number", "number", i->number);
	sheet_time(s, "first_up", "first seen up", i->first_up_at);
	sheet_time(s, "ended", "ended", i->ended_at);
	sheet_text(s, "ended_as", "as", i->ended_as);
	sheet_time(s, "confirmed", "confirmed", i->confirmed_at);
	sheet_text(s, "confirmed_by", "by", i->confirmed_by);
	sheet_text(s, "reason", "because", i->reason);
	if (i->ended_at) {
		sheet_number(s, "business_days", "business days", e.days);
		sheet_text(s, "bucket", "class", business_bucket_names[e.bucket]);
	}
	sheet_item_end(s);
}

int show_intervals(struct sheet *s, struct cases *c, const struct watch_target *list, size_t count, struct error *err)
{
	struct business_calendar calendar = { .table = NULL };
	struct holiday_table *table = NULL;
	int r = cases_holidays(c, &table, err);

	calendar.table = table;
	sheet_list(s, "intervals", "From when to when");
	for (size_t i = 0; i < count && r == 0; i++) {
		struct watch_interval *intervals = NULL;
		size_t n = 0;
		r = watch_intervals(c->db, list[i].id, c->arena, &intervals, &n, err);
		for (size_t k = 0; k < n; k++)
			show_interval(s, &list[i], &intervals[k], &calendar);
	}
	sheet_list_end(s);
	holiday_table_free(table);
	return r;
}

int show_watches(struct sheet *s, struct cases *c, int64_t about_id, struct error *err)
{
	struct watch_target *list = NULL;
	size_t count = 0;
	int r = watch_list(c->db, ACCESS_LOCAL, about_id, "", WATCHES_MAX, c->arena, &list, &count, err);

	sheet_list(s, "watches", "Watched");
	for (size_t i = count; i-- > 0;) {
		sheet_item(s);
		sheet_text(s, "ref", "ref", list[i].ref);
		sheet_text(s, "kind", "kind", fetch_kind_names[list[i].kind]);
		sheet_text(s, "target", "target", list[i].text);
		sheet_text(s, "state", "state", list[i].state);
		sheet_time(s, "looked", "looked at", list[i].last_at);
		sheet_item_end(s);
	}
	sheet_list_end(s);
	return r < 0 ? r : show_intervals(s, c, list, count, err);
}
