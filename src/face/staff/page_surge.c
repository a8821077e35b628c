/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* One rise: evidence, chart, timeline, and what an analyst says of it; the table of confirmed rises. */
#include "base/calendar.h"
#include "base/cleanup.h"
#include "base/clock.h"
#include "desk/observatory/found.h"
#include "face/staff/ask.h"
#include "ground/access/sight.h"

#include <errno.h>

#define AROUND_HOURS 84

/* A rise as it is found now, and its review; one of them may be missing. */
struct meant {
	const struct review_found *found;
	const struct review *review;
};

/* --- which one is meant --- */

static const struct review_found *found_at(const struct found *all, const struct review_found *wanted)
{
	const struct review_found *near = NULL;

	for (size_t i = 0; i < all->count; i++) {
		if (strcmp(all->list[i].port, wanted->port) != 0)
			continue;
		if (all->list[i].span.start_hour == wanted->span.start_hour)
			return &all->list[i];
		if (rules_is_same_rise(&all->list[i].span, &wanted->span))
			near = &all->list[i];
	}
	return near;
}

/* The path's port and beginning. */
static bool wanted_parse(const struct page *p, struct review_found *ret, uint32_t *ret_key)
{
	char *port = arena_text(p->arena, p->rq->segments[0]), *dash = strchr(port, '-');
	char *name = arena_alloc(p->arena, VIEW_KEY_TEXT_MAX);
	int64_t t;

	if (dash)
		*dash = '/';
	if (!view_key_parse(BYTES_TEXT(port), ret_key) || !time_parse(BYTES_TEXT(p->rq->segments[1]), false, &t))
		return false;
	*ret = (struct review_found){ .port = view_key_format(*ret_key, name), .method = SERIES_METHOD };
	ret->span.start_hour = floor_div(t, HOUR_US);
	ret->span.end_hour = ret->span.start_hour + 1;
	ret->span.seen_hour = p->data_end;
	return true;
}

static int find_in(struct page *p, const struct found *all, const struct review_found *wanted, struct meant *ret,
		   struct error *err)
{
	struct review *list = NULL;
	size_t count = 0;
	int r = p->staff->db ? review_list(p->staff->db, p->viewer.id, wanted->port, p->arena, &list, &count, err) : 0;

	if (r < 0)
		return r;
	ret->found = found_at(all, wanted);
	ret->review = review_of(list, count, ret->found ? ret->found : wanted);
	if (!ret->found && !ret->review)
		return error_set(err, -ENOENT, "no such rise");
	if (!ret->found)
		ret->found = &ret->review->found;
	return 0;
}

/* What the page's question finds of one port. */
static int look(struct page *p, uint32_t key, int64_t hour, struct found *all, struct error *err)
{
	struct view_question q = p->q;
	struct filter *filter;
	int r = filter_parse(BYTES_TEXT(page_question_of(p, key)), &filter, err);

	if (r < 0)
		return r;
	q.filter = filter;
	r = found_near(p->store, &q, p->staff->surge_threshold, hour, all, err);
	filter_free(filter);
	return r;
}

/* Texts of what is found are the caller's: found_clear(). */
static int find(struct page *p, struct found *all, struct meant *ret, uint32_t *ret_key, struct error *err)
{
	struct review_found wanted;
	int r;

	if (!wanted_parse(p, &wanted, ret_key))
		return error_set(err, -ENOENT, "no such rise");
	r = look(p, *ret_key, wanted.span.start_hour, all, err);
	if (r < 0)
		return r;
	r = find_in(p, all, &wanted, ret, err);
	if (r < 0)
		found_clear(all);
	return r;
}

/* --- what is shown --- */

static const struct sheet_column fact_columns[] = {
	{ "what", MSG_STAFF_WHAT, SHEET_TEXT }, { "value", MSG_STAFF_VALUE, SHEET_LONG }, { 0 },
};

static struct sheet *fact(struct page *p, struct sheet *sheet, enum message what)
{
	sheet_text(sheet, words(p->lang, what), NULL);
	return sheet;
}

static void hour_fact(struct page *p, struct sheet *sheet, enum message what, int64_t hour)
{
	sheet_both(fact(p, sheet, what), page_hour(p, hour), page_time_utc(p, hour * HOUR_US));
}

static const char *near_url(struct page *p, const char *path, uint32_t key, const struct review_found *f, int64_t margin)
{
	int64_t end = f->span.end_hour == RULES_OPEN ? f->span.seen_hour : f->span.end_hour;

	return page_url(p, path, "from", page_time_utc(p, (f->span.start_hour - margin) * HOUR_US), "to",
			page_time_utc(p, (end + margin) * HOUR_US), "filter", page_filter_of(p, key), NULL);
}

/* NULL: the detector's own, of the whole store. For people and programs alike, as timelines are. */
static const char *question(const struct page *p)
{
	const char *filter = http_value(p->rq, "filter")->text, *kind = http_value(p->rq, "kind")->text;
	bool hides = http_value(p->rq, "hide")->number && p->staff->hidden, is_kind = p->q.kind != VIEW_PROBES;

	if (!filter[0] && !hides && !is_kind)
		return NULL;
	return arena_printf(p->arena, "%s%s%s%s%s", filter, filter[0] && is_kind ? "; " : "", is_kind ? kind : "",
			    hides && (filter[0] || is_kind) ? "; " : "", hides ? "scanners hidden" : "");
}

static void put_facts(struct page *p, const struct meant *m, uint32_t key)
{
	struct sheet *sheet = page_sheet(p, "evidence", MSG_STAFF_EVIDENCE, fact_columns);
	const struct review_found *f = m->found;

	page_state_cell(p, fact(p, sheet, MSG_STAFF_REVIEW), m->review);
	if (question(p))
		sheet_said(fact(p, sheet, MSG_STAFF_FILTER), question(p));
	if (m->review)
		sheet_text(fact(p, sheet, MSG_STAFF_REF), m->review->ref, NULL);
	sheet_text(fact(p, sheet, MSG_STAFF_EVIDENCE), page_evidence(p, page_evidence_of(f)), NULL);
	hour_fact(p, sheet, MSG_STAFF_BEGIN, f->span.start_hour);
	hour_fact(p, sheet, MSG_STAFF_PEAK, f->peak_hour);
	if (f->span.end_hour == RULES_OPEN)
		sheet_text(fact(p, sheet, MSG_STAFF_END), words(p->lang, MSG_STAFF_GOES_ON), NULL);
	else
		hour_fact(p, sheet, MSG_STAFF_END, f->span.end_hour);
	sheet_micro(fact(p, sheet, MSG_STAFF_USUAL), f->baseline);
	sheet_micro(fact(p, sheet, MSG_STAFF_AT_PEAK), f->peak);
	sheet_number(fact(p, sheet, MSG_STAFF_PACKETS), f->packets);
	sheet_number(fact(p, sheet, MSG_STAFF_SENSORS_SEEN), f->sensors);
	if (f->sources >= 0)
		sheet_number(fact(p, sheet, MSG_STAFF_SOURCES), f->sources);
	sheet_text(fact(p, sheet, MSG_STAFF_BEHIND), words(p->lang, MSG_STAFF_SOURCES), near_url(p, "/observe/sources", key, f, 0));
	sheet_text(fact(p, sheet, MSG_STAFF_BEHIND_TOO), words(p->lang, MSG_STAFF_EVENTS), near_url(p, "/observe/events", key, f, 0));
}

static const struct sheet_column moment_columns[] = {
	{ "time", MSG_STAFF_TIME, SHEET_TEXT },
	{ "actor", MSG_STAFF_ACTOR, SHEET_TEXT },
	{ "what", MSG_STAFF_HAPPENED, SHEET_TEXT },
	{ "detail", MSG_STAFF_DETAIL, SHEET_LONG },
	{ 0 },
};

static const struct {
	const char *what;
	enum message words;
} moment_words[] = {
	{ "made", MSG_STAFF_MOMENT_MADE },	   { "confirmed", MSG_STAFF_CONFIRMED }, { "rejected", MSG_STAFF_REJECTED },
	{ "open", MSG_STAFF_MOMENT_OPEN },	   { "noted", MSG_STAFF_MOMENT_NOTED },  { "ended", MSG_STAFF_MOMENT_ENDED },
	{ "reopened", MSG_STAFF_MOMENT_REOPENED }, { "asked", MSG_STAFF_MOMENT_ASKED },
};

static const char *moment(const struct page *p, const char *what)
{
	for (size_t i = 0; i < COUNT(moment_words); i++)
		if (strcmp(moment_words[i].what, what) == 0)
			return words(p->lang, moment_words[i].words);
	return what;
}

static int put_timeline(struct page *p, const struct review *v, struct error *err)
{
	struct sheet *sheet = page_sheet(p, "timeline", MSG_STAFF_TIMELINE, moment_columns);
	struct record_moment *list = NULL;
	size_t count = 0;
	int r = v ? record_moments(p->staff->db, v->id, p->arena, &list, &count, err) : 0;

	if (v && r >= 0)
		r = access_was_read(p->staff->db, &p->viewer, v->id, clock_now(), err);
	sheet_empty(sheet, words(p->lang, MSG_STAFF_NO_TIMELINE));
	for (size_t i = 0; i < count && r >= 0; i++) {
		sheet_both(sheet, page_time(p, list[i].at), page_time_utc(p, list[i].at));
		sheet_text(sheet, list[i].actor, NULL);
		sheet_both(sheet, moment(p, list[i].what), list[i].what);
		sheet_said(sheet, list[i].detail);
	}
	return r;
}

static int put_chart(struct page *p, uint32_t key, const struct review_found *f, struct error *err)
{
	int64_t end = f->span.end_hour == RULES_OPEN ? f->span.seen_hour : f->span.end_hour;
	struct series *s;
	int r;

	p->q.first_hour = MAX(p->data_first, f->span.start_hour - AROUND_HOURS);
	p->q.end_hour = MIN(p->data_end, end + AROUND_HOURS);
	p->q.rank_count = 0;
	p->keys[0] = key;
	p->q.keys = p->keys;
	p->q.key_count = key == VIEW_KEY_ICMP ? 0 : 1;
	if (p->q.first_hour >= p->q.end_hour)
		return 0;
	p->unit = p->q.end_hour - p->q.first_hour <= 800 ? POINT_HOUR : POINT_DAY;
	r = view_series(p->store, &p->q, &s, err);
	if (r < 0)
		return r;
	page_chart(p, s);
	series_free(s);
	return 0;
}

static void put_form(struct page *p, const struct review *v)
{
	static const char *const fields[] = { "cause_ja", "cause_en",   "reference", "reference_date", "alert",
					      "alert_date", "note_ja", "note_en",   NULL };
	static const struct page_button undecided[] = {
		{ ACT_KEEP, MSG_STAFF_KEEP, true }, { ACT_CONFIRM, MSG_STAFF_CONFIRM, false }, { ACT_REJECT, MSG_STAFF_REJECT, false },
		{ 0 },
	};
	static const struct page_button decided[] = {
		{ ACT_SAVE, MSG_STAFF_SAVE, false }, { ACT_REOPEN, MSG_STAFF_REOPEN, true }, { 0 },
	};

	if (v) {
		p->version = v->version;
		page_prefill(p, "cause_ja", v->words.cause_ja);
		page_prefill(p, "cause_en", v->words.cause_en);
		page_prefill(p, "reference", v->words.reference);
		page_prefill(p, "reference_date", v->words.reference_date);
		page_prefill(p, "alert", v->words.alert);
		page_prefill(p, "alert_date", v->words.alert_date);
		page_prefill(p, "note_ja", v->words.note_ja);
		page_prefill(p, "note_en", v->words.note_en);
	}
	page_form(p, "review", MSG_STAFF_REVIEW, words(p->lang, MSG_STAFF_REVIEW_INTRO), fields,
		  v && v->state != REVIEW_OPEN ? decided : undecided);
}

/* What somebody else wrote, where it is not what was typed. */
static int put_meanwhile(struct page *p, const struct review *v, struct error *err)
{
	const struct {
		const char *field, *text;
		enum message what;
	} written[] = {
		{ "cause_ja", v->words.cause_ja, MSG_STAFF_CAUSE_JA },
		{ "cause_en", v->words.cause_en, MSG_STAFF_CAUSE_EN },
		{ "reference", v->words.reference, MSG_STAFF_REFERENCE },
		{ "reference_date", v->words.reference_date, MSG_STAFF_REFERENCE_DATE },
		{ "alert", v->words.alert, MSG_STAFF_ALERT },
		{ "alert_date", v->words.alert_date, MSG_STAFF_ALERT_DATE },
		{ "note_ja", v->words.note_ja, MSG_STAFF_NOTE_JA },
		{ "note_en", v->words.note_en, MSG_STAFF_NOTE_EN },
	};
	struct sheet *sheet = page_sheet(p, "meanwhile", MSG_STAFF_MEANWHILE, fact_columns);

	sheet_empty(sheet, words(p->lang, MSG_STAFF_MEANWHILE_SAME));
	for (size_t i = 0; i < COUNT(written); i++)
		if (strcmp(written[i].text, http_value(p->rq, written[i].field)->text) != 0)
			sheet_said(fact(p, sheet, written[i].what), written[i].text[0] ? written[i].text : "–");
	return page_say_stale(p, v->id, true, err);
}

int page_surge(struct page *p, struct error *err)
{
	struct found all;
	struct meant m;
	uint32_t key;
	int r = find(p, &all, &m, &key, err);

	if (r < 0)
		return r;
	p->title = arena_printf(p->arena, "%s · %s", page_key(p, key), page_hour(p, m.found->span.start_hour));
	r = put_chart(p, key, m.found, err);
	put_facts(p, &m, key);
	if (r == 0)
		r = put_timeline(p, m.review, err);
	if (r >= 0 && p->is_stale && m.review)
		r = put_meanwhile(p, m.review, err);
	if (r >= 0 && page_has_cases(p))
		put_form(p, m.review);
	found_clear(&all);
	return r < 0 ? r : 0;
}

/* --- writing --- */

static void check_dates(struct page *p, const struct review_change *c)
{
	struct error inner = ERROR_NONE;

	if (rules_check_reference(c->words.reference_date, calendar_date(c->doing.at), &inner) < 0)
		ask_fault(p, "reference_date", MSG_STAFF_FAULT_REFERENCE_DATE, NULL);
	if (rules_check_alert(&c->found.span, c->words.alert_date, &inner) < 0)
		ask_fault(p, "alert_date", MSG_STAFF_FAULT_ALERT_DATE, NULL);
}

static struct review_words typed_words(const struct page *p)
{
	return (struct review_words){
		.cause_ja = http_value(p->rq, "cause_ja")->text,
		.cause_en = http_value(p->rq, "cause_en")->text,
		.reference = http_value(p->rq, "reference")->text,
		.reference_date = http_value(p->rq, "reference_date")->text,
		.alert = http_value(p->rq, "alert")->text,
		.alert_date = http_value(p->rq, "alert_date")->text,
		.note_ja = http_value(p->rq, "note_ja")->text,
		.note_en = http_value(p->rq, "note_en")->text,
	};
}

int page_surge_act(struct page *p, struct error *err)
{
	static const enum review_state states[] = {
		[ACT_KEEP] = REVIEW_KEEP,   [ACT_CONFIRM] = REVIEW_CONFIRMED, [ACT_REJECT] = REVIEW_REJECTED,
		[ACT_REOPEN] = REVIEW_OPEN, [ACT_SAVE] = REVIEW_KEEP,	      [ACT_REMOVE] = REVIEW_KEEP,
	};
	struct review_change c = { .state = states[http_value(p->rq, "act")->number], .words = typed_words(p),
				   .version = page_version(p), .question = question(p), .doing = page_doing(p) };
	struct error inner = ERROR_NONE;
	char ref[RECORD_REF_MAX];
	struct found all;
	struct meant m;
	uint32_t key;
	int r = find(p, &all, &m, &key, err);

	if (r < 0)
		return r;
	c.found = *m.found;
	check_dates(p, &c);
	if (p->fault_count == 0) {
		record_uuid(c.uuid);
		r = review_save(p->staff->db, &c, ref, &inner);
		r = page_wrote(p, r, &inner, page_surge_here(p, c.found.port, c.found.span.start_hour));
	}
	found_clear(&all);
	return r;
}

/* --- the table of confirmed rises --- */

static const struct sheet_column confirmed_columns[] = {
	{ "observed_from", MSG_STAFF_OBSERVED_FROM, SHEET_TEXT },
	{ "port", MSG_OBSERVE_PORT, SHEET_TEXT },
	{ "suspected_cause", MSG_STAFF_CAUSE, SHEET_LONG },
	{ "trigger_published", MSG_STAFF_TRIGGER_PUBLISHED, SHEET_TEXT },
	{ "alert_date", MSG_STAFF_ALERT_OF, SHEET_TEXT },
	{ "ended_about", MSG_STAFF_ENDED_ABOUT, SHEET_TEXT },
	{ 0 },
};

static void text_cell(struct sheet *sheet, const char *text)
{
	if (text[0])
		sheet_text(sheet, text, NULL);
	else
		sheet_nothing(sheet);
}

/* Ports as documents print them: 5900/TCP. */
static const char *printed_port(const struct page *p, const char *port)
{
	char *text = arena_text(p->arena, port);

	for (char *c = text; *c; c++)
		if (*c >= 'a' && *c <= 'z')
			*c = (char)(*c - 'a' + 'A');
	return text;
}

static void confirmed_row(struct page *p, struct sheet *sheet, const struct review *v)
{
	char from[CALENDAR_TEXT_MAX], ended[CALENDAR_TEXT_MAX], seen[CALENDAR_TEXT_MAX];
	const char *raw = arena_text(p->arena, rules_ended_format(&v->found.span, ended)), *shown = raw;

	if (v->found.span.end_hour == RULES_OPEN)
		shown = words_fill(p->arena, p->lang, MSG_STAFF_STILL_SEEN, "day",
				   arena_text(p->arena, date_format(calendar_date(v->found.span.seen_hour * HOUR_US), seen)), NULL);
	sheet_text(sheet, arena_text(p->arena, rules_started_format(&v->found.span, from)),
		   page_surge_url(p, v->found.port, v->found.span.start_hour));
	sheet_text(sheet, printed_port(p, v->found.port), NULL);
	text_cell(sheet, p->lang == LANG_JA ? v->words.cause_ja : v->words.cause_en);
	text_cell(sheet, v->words.reference_date);
	text_cell(sheet, v->words.alert_date);
	sheet_both(sheet, shown, raw);
}

int page_confirmed(struct page *p, struct error *err)
{
	struct sheet *sheet = page_sheet(p, "confirmed", MSG_STAFF_SURGES_TABLE, confirmed_columns);
	struct review *list = NULL;
	size_t count = 0;
	int r = page_has_cases(p) ? review_list(p->staff->db, p->viewer.id, "", p->arena, &list, &count, err) : 0;

	sheet_empty(sheet, words(p->lang, MSG_STAFF_NO_CONFIRMED));
	for (size_t i = 0; i < count && r >= 0; i++)
		if (list[i].state == REVIEW_CONFIRMED)
			confirmed_row(p, sheet, &list[i]);
	return r < 0 ? r : 0;
}
