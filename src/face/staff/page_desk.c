/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* What the pages of the incident desk share. */
#include "base/cleanup.h"
#include "face/staff/page_desk_int.h"
#include "format/text/extract.h"
#include "format/text/refang.h"
#include "ground/indicator/indicator.h"

#include <errno.h>
#include <strings.h>

#define SHOWN_MAX (1u << 20)

const char *desk_ref(const struct page *p)
{
	return p->rq->segments[0];
}

int desk_slice(struct page *p, struct desk_slice *ret, struct error *err)
{
	const char *until = http_value(p->rq, "until")->text;
	int r;

	*ret = (struct desk_slice){ 0, http_value(p->rq, "format")->number ? DESK_ROWS_MAX : DESK_PAGE };
	if (!until[0])
		return 0;
	r = record_find(p->staff->db, p->viewer.id, until, &ret->through, err);
	return r == 0 ? error_set(err, -ENOENT, "no such record") : r < 0 ? r : 0;
}

void desk_slice_links(struct page *p, const char *next)
{
	if (http_value(p->rq, "until")->text[0])
		value_put_url(p->value, "less", p->page->path);
	if (next)
		value_put_url(p->value, "more", arena_printf(p->arena, "%s?until=%s", p->page->path, next));
}

const char *desk_url(const struct page *p, const char *ref)
{
	const char *kind = ref[0] == 'R' ? "report" : ref[0] == 'I' ? "incident" : ref[0] == 'L' ? "letter" : NULL;

	return kind ? arena_printf(p->arena, "/desk/%s/%s", kind, ref) : NULL;
}

void desk_ref_cell(struct page *p, struct sheet *sheet, const char *ref)
{
	sheet_text(sheet, ref, desk_url(p, ref));
}

static const struct {
	const char *state;
	enum message label;
	enum sheet_state colour;
} states[] = {
	{ "new", MSG_DESK_STATE_NEW, SHEET_WARN },	     { "open", MSG_DESK_STATE_OPEN, SHEET_PLAIN },
	{ "closed", MSG_DESK_STATE_CLOSED, SHEET_GOOD },     { "withdrawn", MSG_DESK_STATE_WITHDRAWN, SHEET_PLAIN },
	{ "bin", MSG_DESK_STATE_BIN, SHEET_PLAIN },	     { "waiting", MSG_DESK_STATE_WAITING, SHEET_PLAIN },
	{ "draft", MSG_DESK_STATE_DRAFT, SHEET_PLAIN },	     { "queued", MSG_DESK_STATE_QUEUED, SHEET_PLAIN },
	{ "sending", MSG_DESK_STATE_SENDING, SHEET_PLAIN },  { "sent", MSG_DESK_STATE_SENT, SHEET_GOOD },
	{ "uncertain", MSG_DESK_STATE_UNCERTAIN, SHEET_BAD }, { "failed", MSG_DESK_STATE_FAILED, SHEET_BAD },
	{ "prepared", MSG_DESK_STATE_PREPARED, SHEET_PLAIN }, { "asked", MSG_DESK_STATE_ASKED, SHEET_WARN },
	{ "answered", MSG_DESK_STATE_ANSWERED, SHEET_GOOD }, { "returned", MSG_DESK_STATE_RETURNED, SHEET_BAD },
	{ "untried", MSG_DESK_STATE_UNTRIED, SHEET_PLAIN },  { "worked", MSG_DESK_STATE_WORKED, SHEET_GOOD },
	{ "bounced", MSG_DESK_STATE_BOUNCED, SHEET_BAD },
};

void desk_state_cell(struct page *p, struct sheet *sheet, const char *state)
{
	for (size_t i = 0; i < COUNT(states); i++)
		if (strcmp(states[i].state, state) == 0) {
			sheet_state(sheet, states[i].colour, words(p->lang, states[i].label), state);
			return;
		}
	sheet_text(sheet, state, NULL);
}

void desk_time_cell(struct page *p, struct sheet *sheet, int64_t time_us)
{
	if (time_us)
		sheet_both(sheet, page_time(p, time_us), page_time_utc(p, time_us));
	else
		sheet_nothing(sheet);
}

/* Whoever wrote it took care of that: hxxp, [.]. */
static bool is_harmless(const struct extract_item *item)
{
	size_t n = strcspn(item->text, ":"); /* of the scheme that it means */

	if (memchr(item->found.p, '[', item->found.n) && !strchr(item->text, '['))
		return true;
	return item->has_scheme && (item->found.n < n || strncasecmp((const char *)item->found.p, item->text, n) != 0);
}

/* URLs are shown so that no program takes them for links. */
static const char *harmless(struct page *p, const char *text)
{
	_cleanup_(buf_clear) struct buf b;
	struct extract_items items;
	size_t at = 0;

	buf_init(&b, 2 * SHOWN_MAX);
	extract(BYTES_TEXT(text), p->arena, &items);
	for (size_t i = 0; i < items.count; i++) {
		const struct extract_item *item = &items.item[i];
		if (item->kind != EXTRACT_URL || item->offset < at || is_harmless(item))
			continue;
		buf_add(&b, text + at, item->offset - at);
		defang(item->found, &b);
		at = item->offset + item->found.n;
	}
	buf_add_text(&b, text + at);
	return arena_bytes(p->arena, b.p, b.n);
}

void desk_said_cell(struct page *p, struct sheet *sheet, const char *text)
{
	sheet_said(sheet, harmless(p, text));
}

void page_text(struct page *p, const char *title, const char *note, const char *heading, const char *text)
{
	struct value *v = value_add_object((struct value *)(uintptr_t)value_member(p->value, "texts", 5));

	value_put_text(v, "title", title);
	value_put_text(v, "note", note);
	value_put_text(v, "heading", heading ? harmless(p, heading) : NULL);
	if (heading)
		value_put_text(v, "heading_lang", sheet_lang_of(heading));
	value_put_text(v, "text", harmless(p, text));
	value_put_text(v, "text_lang", sheet_lang_of(text));
}

static const struct sheet_column report_columns[] = {
	{ "ref", MSG_DESK_REF, SHEET_TEXT },	    { "received", MSG_DESK_RECEIVED, SHEET_TEXT },
	{ "channel", MSG_DESK_CHANNEL, SHEET_TEXT }, { "state", MSG_DESK_STATE, SHEET_TEXT },
	{ "from", MSG_DESK_FROM, SHEET_TEXT },	    { "subject", MSG_DESK_SUBJECT, SHEET_LONG },
	{ "incidents", MSG_DESK_INCIDENTS, SHEET_NUMBER }, { "split", MSG_DESK_SPLIT, SHEET_WAY }, { 0 },
};

void desk_reports_sheet(struct page *p, const struct report *list, size_t count, const char *incident)
{
	struct sheet *sheet = page_sheet(p, "reports", MSG_DESK_REPORTS, report_columns);

	sheet_empty(sheet, words(p->lang, MSG_DESK_NO_REPORTS));
	for (size_t i = 0; i < count; i++) {
		desk_ref_cell(p, sheet, list[i].ref);
		desk_time_cell(p, sheet, list[i].received_at);
		sheet_text(sheet, list[i].channel, NULL);
		desk_state_cell(p, sheet, list[i].state);
		sheet_text(sheet, list[i].reporter_address, NULL);
		desk_said_cell(p, sheet, list[i].subject);
		sheet_number(sheet, list[i].incidents);
		if (incident && page_may_act(p))
			sheet_button(sheet, &(struct sheet_button){ desk_url(p, incident), "remove", words(p->lang, MSG_DESK_SPLIT), "report",
							     list[i].ref, 0 });
		else
			sheet_nothing(sheet);
	}
}

int desk_texts(struct page *p, int64_t about, struct error *err)
{
	struct intake_line *list = NULL;
	size_t count = 0;
	int r = intake_about(p->staff->db, about, p->arena, &list, &count, err);

	for (size_t i = 0; i < count; i++)
		page_text(p, words(p->lang, MSG_DESK_ARRIVED),
			  words_fill(p->arena, p->lang, MSG_DESK_ARRIVED_NOTE, "time", page_time(p, list[i].received_at), "from",
				     list[i].from_address, "signature",
				     list[i].signature[0] ? list[i].signature : words(p->lang, MSG_DESK_NO_SIGNATURE), "sha",
				     list[i].blob, NULL),
			  list[i].subject, list[i].text);
	return r;
}

void desk_thing_cell(struct page *p, struct sheet *sheet, const char *text)
{
	_cleanup_(buf_clear) struct buf b;

	buf_init(&b, SHOWN_MAX);
	defang(BYTES_TEXT(text), &b);
	sheet_both(sheet, arena_bytes(p->arena, b.p, b.n), text);
}

int desk_found_sheet(struct page *p, int64_t about, struct error *err)
{
	static const struct sheet_column columns[] = {
		{ "kind", MSG_DESK_KIND, SHEET_TEXT }, { "text", MSG_DESK_INDICATOR, SHEET_LONG }, { 0 },
	};
	struct sheet *sheet = page_sheet(p, "named", MSG_DESK_NAMED, columns);
	struct indicator_thing *list = NULL;
	size_t count = 0;
	int r = indicator_found(p->staff->db, about, DESK_ROWS_MAX, p->arena, &list, &count, err);

	sheet_empty(sheet, words(p->lang, MSG_DESK_NAMED_NONE));
	for (size_t i = 0; i < count; i++) {
		sheet_text(sheet, list[i].kind, NULL);
		desk_thing_cell(p, sheet, list[i].text);
	}
	return r;
}

int desk_timeline(struct page *p, int64_t record, struct error *err)
{
	static const struct sheet_column columns[] = {
		{ "time", MSG_DESK_TIME, SHEET_TEXT },	 { "actor", MSG_DESK_ACTOR, SHEET_TEXT },
		{ "what", MSG_DESK_WHAT, SHEET_TEXT },	 { "detail", MSG_DESK_DETAIL, SHEET_LONG }, { 0 },
	};
	struct sheet *sheet = page_sheet(p, "timeline", MSG_DESK_TIMELINE, columns);
	struct record_moment *list = NULL;
	size_t count = 0;
	int r = record_moments(p->staff->db, record, p->arena, &list, &count, err);

	for (size_t i = 0; i < count; i++) {
		desk_time_cell(p, sheet, list[i].at);
		sheet_said(sheet, list[i].actor);
		sheet_said(sheet, list[i].what);
		desk_said_cell(p, sheet, list[i].detail);
	}
	return r;
}

int desk_find_report(struct page *p, const char *field, int64_t *ret, struct error *err)
{
	struct report found;
	int r = report_by_ref(p->staff->db, p->viewer.id, http_value(p->rq, field)->text, p->arena, &found, err);

	if (r == 0)
		ask_fault(p, field, MSG_DESK_FAULT_NONE, NULL);
	if (r > 0)
		*ret = found.id;
	return r;
}

int desk_find_incident(struct page *p, const char *field, int64_t *ret, struct error *err)
{
	struct incident found;
	int r = incident_by_ref(p->staff->db, p->viewer.id, http_value(p->rq, field)->text, p->arena, &found, err);

	if (r == 0)
		ask_fault(p, field, MSG_DESK_FAULT_NONE, NULL);
	if (r > 0)
		*ret = found.id;
	return r;
}

struct telling_centre desk_centre(const struct page *p)
{
	return (struct telling_centre){ .name_ja = p->staff->name_ja, .name_en = p->staff->name_en, .can_sign = p->staff->can_sign,
					.doing = page_doing(p) };
}

int desk_wrote(struct page *p, const char *field, int r, const struct error *inner, const char *done)
{
	if (r == -EALREADY || r == -EEXIST || r == -EINVAL) {
		ask_fault(p, field, r == -EALREADY ? MSG_DESK_FAULT_DONE : r == -EEXIST ? MSG_DESK_FAULT_TWICE : MSG_DESK_FAULT_WRONG,
			  inner->line[0] ? arena_text(p->arena, inner->line) : NULL);
		return 0;
	}
	if (r == -EPERM) {
		ask_fault(p, field, MSG_DESK_FAULT_JUDGED, NULL);
		return 0;
	}
	return page_wrote(p, r, inner, done);
}
