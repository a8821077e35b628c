/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* What public pages say about a period: list, write, remove. */
#include "desk/observatory/note.h"
#include "face/staff/ask.h"

#include <errno.h>

static const struct sheet_column columns[] = {
	{ "period", MSG_STAFF_PERIOD, SHEET_TEXT },  { "text_ja", MSG_STAFF_NOTE_JA, SHEET_LONG },
	{ "text_en", MSG_STAFF_NOTE_EN, SHEET_LONG }, { "changed", MSG_STAFF_CHANGED_AT, SHEET_TEXT },
	{ "remove", MSG_STAFF_REMOVE, SHEET_WAY },  { 0 },
};

static int say_stale(struct page *p, const struct note *list, size_t count, struct error *err)
{
	for (size_t i = 0; p->is_stale && i < count; i++)
		if (strcmp(list[i].period, http_value(p->rq, "about")->text) == 0) {
			p->version = list[i].version;
			return page_say_stale(p, list[i].id, page_version(p) > 0, err);
		}
	return 0;
}

/* An address chooses the note that the form begins with: ?about=2013Q2. */
static void note_row(struct page *p, struct sheet *sheet, const struct note *n)
{
	sheet_text(sheet, n->period, arena_printf(p->arena, "/observe/notes?about=%s", http_encode(p->arena, n->period)));
	sheet_said(sheet, n->text_ja);
	sheet_said(sheet, n->text_en);
	sheet_both(sheet, page_time(p, n->changed_at), page_time_utc(p, n->changed_at));
	if (page_may_act(p))
		sheet_button(sheet, &(struct sheet_button){ "/observe/notes", "remove", words(p->lang, MSG_STAFF_REMOVE), "about",
							     n->period, n->version });
	else
		sheet_nothing(sheet);
	if (strcmp(n->period, http_value(p->rq, "about")->text) == 0) {
		p->version = n->version;
		page_prefill(p, "note_ja", n->text_ja);
		page_prefill(p, "note_en", n->text_en);
	}
}

int page_notes(struct page *p, struct error *err)
{
	static const char *const fields[] = { "about", "note_ja", "note_en", NULL };
	static const struct page_button buttons[] = { { ACT_SAVE, MSG_STAFF_SAVE, false }, { 0 } };
	struct sheet *sheet;
	struct note *list;
	size_t count;
	int r;

	if (!page_has_cases(p))
		return 0;
	r = note_list(p->staff->db, p->viewer.id, "", p->arena, &list, &count, err);
	if (r < 0)
		return r;
	sheet = page_sheet(p, "notes", MSG_STAFF_NOTES, columns);
	sheet_empty(sheet, words(p->lang, MSG_STAFF_NO_NOTES));
	/* A note that was removed keeps its record, without words. */
	for (size_t i = 0; i < count; i++)
		if (list[i].text_ja[0] || list[i].text_en[0])
			note_row(p, sheet, &list[i]);
	r = say_stale(p, list, count, err);
	page_form(p, "write", MSG_STAFF_NOTE_WRITE, words(p->lang, MSG_STAFF_NOTE_WRITE_INTRO), fields, buttons);
	return r;
}

int page_notes_act(struct page *p, struct error *err)
{
	bool removes = http_value(p->rq, "act")->number == ACT_REMOVE;
	struct note_change c = { .period = http_value(p->rq, "about")->text,
				 .text_ja = removes ? "" : http_value(p->rq, "note_ja")->text,
				 .text_en = removes ? "" : http_value(p->rq, "note_en")->text,
				 .version = page_version(p),
				 .doing = page_doing(p) };
	struct error inner = ERROR_NONE;
	int r;

	(void)err;
	/* They go out in both languages or not at all. */
	if (!removes && !c.text_ja[0])
		ask_fault(p, "note_ja", MSG_STAFF_FAULT_NEEDED, NULL);
	if (!removes && !c.text_en[0])
		ask_fault(p, "note_en", MSG_STAFF_FAULT_NEEDED, NULL);
	if (p->fault_count)
		return 0;
	record_uuid(c.uuid);
	r = note_save(p->staff->db, &c, &inner);
	if (r == -EINVAL) {
		ask_fault(p, "about", MSG_STAFF_FAULT_PERIOD, NULL);
		return 0;
	}
	return page_wrote(p, r, &inner, "/observe/notes");
}
