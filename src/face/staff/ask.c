/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* From a form's fields to a question, and back to links. */
#include "face/staff/ask.h"

#include "base/calendar.h"
#include "base/cleanup.h"
#include "desk/incident/course.h"
#include "ground/indicator/indicator.h"
#include "observe/view/period.h"

#include <stdarg.h>

#define DEFAULT_HOURS (28 * 24)
#define FILTER_MOST 1500
#define SKIP_MOST 100000

static const char *const kinds[] = { "probe", "backscatter", "other", "all", NULL };
static const char *const units[] = { "hour", "day", "week", "month", NULL };
static const char *const formats[] = { "html", "csv", "json", NULL };
static const char *const acts[] = { "keep", "confirm", "reject", "reopen", "save", "remove", "password", "totp-begin",
				    "totp-confirm", "totp-remove", "make", "join", "merge", "unmerge", "close", "open",
				    "bin", "ask", "send", "withdraw", "resend", "settle", "add", "remind", "thank", "claim", "release", NULL }; /* enum page_act */

#define KEPT_FIELDS 11 /* those of a question */
#define WORDS_MOST 4000
#define LETTER_MOST 20000

/* Codes of the set in use today (incident_category). */
static const char *const categories[] = { "phishing", "defacement", "malware_site", "scan", "dos", "ics", "targeted", "other", NULL };
static const char *const letter_langs[] = { "ja", "en", NULL };
static const char *const origins[] = { "none", "domestic", "foreign", "unknown", NULL };
static const char *const decisions[] = { "rule", "notify", "none", NULL };

const struct http_field staff_fields[] = {
	{ "filter", HTTP_TEXT, 0, FILTER_MOST, 0, NULL },
	{ "period", HTTP_TEXT, 0, 20, 0, NULL },
	{ "from", HTTP_TEXT, 0, 40, 0, NULL },
	{ "to", HTTP_TEXT, 0, 40, 0, NULL },
	{ "before", HTTP_TEXT, 0, 20, 0, NULL },
	{ "kind", HTTP_CHOICE, 0, 0, VIEW_PROBES, kinds },
	{ "n", HTTP_NUMBER, 1, 500, 20, NULL },
	{ "unit", HTTP_CHOICE, 0, 0, -1, units },
	{ "port", HTTP_TEXT, 0, 100, 0, NULL },
	{ "hide", HTTP_FLAG, 0, 0, 0, NULL },
	{ "sort", HTTP_TEXT, 0, 60, 0, NULL },
	{ "table", HTTP_TEXT, 0, 30, 0, NULL },
	{ "skip", HTTP_NUMBER, 0, SKIP_MOST, 0, NULL },
	{ "format", HTTP_CHOICE, 0, 0, 0, formats },
	{ "act", HTTP_CHOICE, 0, 0, ACT_KEEP, acts },
	{ "cause_ja", HTTP_TEXT, 0, 300, 0, NULL },
	{ "cause_en", HTTP_TEXT, 0, 300, 0, NULL },
	{ "reference", HTTP_TEXT, 0, 500, 0, NULL },
	{ "reference_date", HTTP_TEXT, 0, 20, 0, NULL },
	{ "alert", HTTP_TEXT, 0, 60, 0, NULL },
	{ "alert_date", HTTP_TEXT, 0, 20, 0, NULL },
	{ "note_ja", HTTP_LINES, 0, WORDS_MOST, 0, NULL },
	{ "note_en", HTTP_LINES, 0, WORDS_MOST, 0, NULL },
	{ "name", HTTP_TEXT, 0, 60, 0, NULL },
	{ "about", HTTP_TEXT, 0, 20, 0, NULL },
	{ "version", HTTP_NUMBER, 0, INT64_MAX, 0, NULL },
	{ "old_password", HTTP_SECRET, 0, PASSWORD_MAX, 0, NULL },
	{ "password", HTTP_SECRET, 0, PASSWORD_MAX, 0, NULL },
	{ "again", HTTP_SECRET, 0, PASSWORD_MAX, 0, NULL },
	{ "code", HTTP_TEXT, 0, 40, 0, NULL },
	{ "session", HTTP_NUMBER, 0, INT64_MAX, 0, NULL },
	{ "title", HTTP_TEXT, 0, 200, 0, NULL },
	{ "category", HTTP_CHOICE, 0, 0, 0, categories },
	{ "report", HTTP_TEXT, 0, 40, 0, NULL },
	{ "incident", HTTP_TEXT, 0, 40, 0, NULL },
	{ "contact", HTTP_TEXT, 0, 254, 0, NULL },
	{ "address", HTTP_TEXT, 0, 254, 0, NULL },
	{ "organisation", HTTP_TEXT, 0, 200, 0, NULL },
	{ "country", HTTP_TEXT, 0, 2, 0, NULL },
	{ "letter_lang", HTTP_CHOICE, 0, 0, 0, letter_langs },
	{ "subject", HTTP_TEXT, 0, 300, 0, NULL },
	{ "text", HTTP_LINES, 0, LETTER_MOST, 0, NULL },
	{ "reason", HTTP_TEXT, 0, 300, 0, NULL },
	{ "indicator", HTTP_TEXT, 0, 2000, 0, NULL },
	{ "role", HTTP_CHOICE, 0, 0, 0, indicator_roles },
	{ "source", HTTP_TEXT, 0, 200, 0, NULL },
	{ "note", HTTP_TEXT, 0, 500, 0, NULL },
	{ "request", HTTP_TEXT, 0, 40, 0, NULL },
	{ "until", HTTP_TEXT, 0, 40, 0, NULL },
	{ "brand", HTTP_TEXT, 0, 200, 0, NULL },
	{ "industry", HTTP_TEXT, 0, 100, 0, NULL },
	{ "origin", HTTP_CHOICE, 0, 0, 0, origins },
	{ "hosting", HTTP_TEXT, 0, 100, 0, NULL },
	{ "carrier", HTTP_TEXT, 0, 100, 0, NULL },
	{ "first_seen", HTTP_TEXT, 0, 40, 0, NULL },
	{ "lead_in", HTTP_TEXT, 0, 500, 0, NULL },
	{ "campaign", HTTP_TEXT, 0, 200, 0, NULL },
	{ "ports", HTTP_TEXT, 0, 300, 0, NULL },
	{ "because", HTTP_TEXT, 0, 300, 0, NULL },
	{ "decide", HTTP_CHOICE, 0, 0, 0, decisions },
	{ "at", HTTP_TEXT, 0, 40, 0, NULL },
	{ "moment", HTTP_CHOICE, 0, 0, 5, course_kinds },
	{ "what", HTTP_TEXT, 0, 300, 0, NULL },
	{ 0 },
};

void ask_fault(struct page *p, const char *field, enum message fault, const char *detail)
{
	if (p->fault_count < PAGE_FAULTS_MAX) {
		p->faults[p->fault_count].field = field;
		p->faults[p->fault_count].fault = fault;
		p->faults[p->fault_count++].detail = detail;
	}
}

/* --- parts --- */

static void ask_period(struct page *p)
{
	const struct http_value *period = http_value(p->rq, "period"), *from = http_value(p->rq, "from");
	const struct http_value *to = http_value(p->rq, "to");

	p->q.end_hour = p->data_end;
	p->q.first_hour = MAX(p->data_first, p->data_end - DEFAULT_HOURS);
	if (period->is_given && strcmp(period->text, "all") == 0)
		p->q.first_hour = p->data_first;
	else if (period->is_given && !period_parse(BYTES_TEXT(period->text), &p->q.first_hour, &p->q.end_hour))
		ask_fault(p, "period", MSG_STAFF_FAULT_PERIOD, NULL);
	if (from->is_given && !period_bound_parse(BYTES_TEXT(from->text), false, &p->q.first_hour))
		ask_fault(p, "from", MSG_STAFF_FAULT_TIME, NULL);
	if (to->is_given && !period_bound_parse(BYTES_TEXT(to->text), true, &p->q.end_hour))
		ask_fault(p, "to", MSG_STAFF_FAULT_TIME, NULL);
	if (p->fault_count == 0 && p->q.first_hour >= p->q.end_hour)
		ask_fault(p, to->is_given ? "to" : from->is_given ? "from" : "period", MSG_STAFF_FAULT_ORDER, NULL);
	/* Series are made hour by hour: a period far outside of the data would only cost time. */
	p->q.first_hour = MAX(p->q.first_hour, p->data_first - DEFAULT_HOURS);
	p->q.end_hour = MIN(p->q.end_hour, p->data_end);
	if (p->fault_count == 0 && p->q.first_hour >= p->q.end_hour)
		ask_fault(p, "period", MSG_STAFF_FAULT_OUTSIDE, NULL);
}

/* Where none is given: as long, just before. */
static void ask_before(struct page *p)
{
	const struct http_value *before = http_value(p->rq, "before");

	p->before_end = p->q.first_hour;
	p->before_first = p->q.first_hour - (p->q.end_hour - p->q.first_hour);
	if (before->is_given && !period_parse(BYTES_TEXT(before->text), &p->before_first, &p->before_end))
		ask_fault(p, "before", MSG_STAFF_FAULT_PERIOD, NULL);
}

static void ask_filter(struct page *p)
{
	const char *text = http_value(p->rq, "filter")->text;
	struct error err = ERROR_NONE;

	if (filter_parse(BYTES_TEXT(text), &p->filter, &err) < 0) {
		ask_fault(p, "filter", MSG_STAFF_FAULT_FILTER, arena_text(p->arena, err.line));
		return;
	}
	p->filter_text = text;
	if (!http_value(p->rq, "hide")->number || !p->staff->hidden)
		return;
	/* The typed text is whole by itself, so parentheses join it safely. */
	p->filter = filter_free(p->filter);
	text = text[0] ? arena_printf(p->arena, "(%s) and %s", text, p->staff->hidden) : p->staff->hidden;
	if (filter_parse(BYTES_TEXT(text), &p->filter, &err) < 0)
		ask_fault(p, "filter", MSG_STAFF_FAULT_FILTER, arena_text(p->arena, err.line));
	p->filter_text = text;
}

static void ask_ports(struct page *p)
{
	struct bytes rest = BYTES_TEXT(http_value(p->rq, "port")->text), word;

	while (take_until(&rest, ',', &word)) {
		bool is_full = p->q.key_count == PAGE_PORTS_MAX;
		if (is_full || !view_key_parse(bytes_trim(word), &p->keys[p->q.key_count++])) {
			ask_fault(p, "port", is_full ? MSG_STAFF_FAULT_PORTS : MSG_STAFF_FAULT_PORT, NULL);
			return;
		}
	}
	p->q.keys = p->keys;
}

static void ask_wrong_fields(struct page *p)
{
	for (size_t i = 0; staff_fields[i].name; i++)
		if (p->rq->values[i].is_wrong)
			ask_fault(p, staff_fields[i].name, p->rq->values[i].fault, NULL);
}

void ask(struct page *p)
{
	int64_t unit = http_value(p->rq, "unit")->number;
	int64_t hours;

	p->q = VIEW_QUESTION(0, 0);
	ask_wrong_fields(p);
	if (p->page->form & FORM_PERIOD)
		ask_period(p);
	if (p->page->form & FORM_BEFORE)
		ask_before(p);
	ask_filter(p);
	ask_ports(p);
	p->q.filter = p->filter;
	p->q.place = p->staff->place;
	p->q.place_context = p->staff->place_context;
	p->q.kind = (enum view_kind)http_value(p->rq, "kind")->number;
	p->count = (size_t)http_value(p->rq, "n")->number;
	hours = p->q.end_hour - p->q.first_hour;
	p->unit = unit >= 0 ? (enum point_unit)unit : hours <= 96 ? POINT_HOUR : hours <= 800 * 24 ? POINT_DAY : POINT_WEEK;
}

/* --- links: they keep the question, not the place in a list, the form of the answer, or what was to be written --- */

static const char *change_of(va_list args, const char *field, bool *ret_is_changed)
{
	const char *name, *value;

	*ret_is_changed = false;
	while ((name = va_arg(args, const char *)) != NULL) {
		value = va_arg(args, const char *);
		if (strcmp(name, field) == 0) {
			*ret_is_changed = true;
			return value;
		}
	}
	return NULL;
}

/* The order of rows is a page's own. */
static bool is_kept(const struct page *p, const char *path, size_t field)
{
	if (field >= KEPT_FIELDS || !p->rq->values || !p->rq->values[field].is_given)
		return false;
	return strcmp(staff_fields[field].name, "sort") != 0 || strcmp(path, p->page->path) == 0;
}

const char *page_url(const struct page *p, const char *path, ...)
{
	_cleanup_(buf_clear) struct buf b;
	char sign = '?';

	buf_init(&b, 1 << 16);
	buf_add_text(&b, path);
	for (size_t i = 0; staff_fields[i].name; i++) {
		const char *name = staff_fields[i].name, *text;
		bool is_changed;
		va_list args;
		va_start(args, path);
		text = change_of(args, name, &is_changed);
		va_end(args);
		if (!is_changed && is_kept(p, path, i))
			text = p->rq->values[i].text;
		if (!text)
			continue;
		buf_addf(&b, "%c%s=%s", sign, name, http_encode(p->arena, text));
		sign = '&';
	}
	return arena_bytes(p->arena, b.p, b.n);
}

static const char *narrowed(const struct page *p, const char *text, uint32_t key)
{
	unsigned protocol = key >> 16 & 0xff;
	char number[4];
	const char *word;

	if (key == VIEW_KEY_ICMP)
		word = "(proto icmp or proto icmp6)";
	else if (key & VIEW_KEY_NO_PORT)
		word = arena_printf(p->arena, "proto %u", protocol);
	else
		word = arena_printf(p->arena, "proto %s and dport %u", protocol_name((uint8_t)protocol, number), key & 0xffff);
	return text[0] ? arena_printf(p->arena, "(%s) and %s", text, word) : word;
}

const char *page_filter_of(const struct page *p, uint32_t key)
{
	return narrowed(p, http_value(p->rq, "filter")->text, key);
}

const char *page_question_of(const struct page *p, uint32_t key)
{
	return narrowed(p, p->filter_text ? p->filter_text : "", key);
}

const char *page_key(const struct page *p, uint32_t key)
{
	char name[VIEW_KEY_TEXT_MAX];

	return key == VIEW_KEY_ICMP ? "ICMP" : arena_text(p->arena, view_key_format(key, name));
}

const char *page_hour(const struct page *p, int64_t hour)
{
	char text[CALENDAR_TEXT_MAX];

	return arena_text(p->arena, time_format_local(hour * HOUR_US, text));
}

const char *page_time(const struct page *p, int64_t time_us)
{
	int64_t local = floor_div(time_us, SECOND_US) * SECOND_US + calendar_offset_s(time_us) * SECOND_US;
	char text[CALENDAR_TEXT_MAX];

	time_format_utc(local, text);
	text[10] = ' ';
	text[19] = '\0';
	return arena_text(p->arena, text);
}

const char *page_time_utc(const struct page *p, int64_t time_us)
{
	char text[CALENDAR_TEXT_MAX];

	return arena_text(p->arena, time_format_utc(time_us, text));
}
