/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* Filters kept by name: list, use, save, remove. */
#include "desk/observatory/saved.h"
#include "face/staff/ask.h"

#include <errno.h>

static const struct sheet_column columns[] = {
	{ "name", MSG_STAFF_NAME, SHEET_TEXT },     { "filter", MSG_STAFF_FILTER, SHEET_LONG },
	{ "saved", MSG_STAFF_SAVED_AT, SHEET_TEXT }, { "top", MSG_STAFF_TOP, SHEET_WAY },
	{ "series", MSG_STAFF_SERIES, SHEET_WAY }, { "events", MSG_STAFF_EVENTS, SHEET_WAY },
	{ "remove", MSG_STAFF_REMOVE, SHEET_WAY }, { 0 },
};

static void use_cell(struct page *p, struct sheet *sheet, const char *path, const char *filter)
{
	sheet_text(sheet, words(p->lang, MSG_STAFF_USE), page_url(p, path, "filter", filter, NULL));
}

/* The one of the name that was typed stands in the table; saving again replaces it. */
static int say_stale(struct page *p, const struct saved *list, size_t count, struct error *err)
{
	for (size_t i = 0; p->is_stale && i < count; i++)
		if (strcmp(list[i].name, http_value(p->rq, "name")->text) == 0) {
			p->version = list[i].version;
			return page_say_stale(p, list[i].id, page_version(p) > 0, err);
		}
	return 0;
}

int page_filters(struct page *p, struct error *err)
{
	static const char *const fields[] = { "name", "filter", NULL };
	static const struct page_button buttons[] = { { ACT_SAVE, MSG_STAFF_SAVE, false }, { 0 } };
	struct sheet *sheet;
	struct saved *list;
	size_t count;
	int r;

	if (!page_has_cases(p))
		return 0;
	r = saved_list(p->staff->db, p->viewer.id, "", p->arena, &list, &count, err);
	if (r < 0)
		return r;
	sheet = page_sheet(p, "filters", MSG_STAFF_FILTERS, columns);
	sheet_empty(sheet, words(p->lang, MSG_STAFF_NO_FILTERS));
	for (size_t i = 0; i < count; i++) {
		sheet_text(sheet, list[i].name, NULL);
		sheet_said(sheet, list[i].text);
		sheet_both(sheet, page_time(p, list[i].saved_at), page_time_utc(p, list[i].saved_at));
		use_cell(p, sheet, "/observe/top", list[i].text);
		use_cell(p, sheet, "/observe/series", list[i].text);
		use_cell(p, sheet, "/observe/events", list[i].text);
		if (page_may_act(p))
			sheet_button(sheet, &(struct sheet_button){ "/observe/filters", "remove", words(p->lang, MSG_STAFF_REMOVE), "name",
							     list[i].name,
				     list[i].version });
		else
			sheet_nothing(sheet);
	}
	r = say_stale(p, list, count, err);
	page_form(p, "save", MSG_STAFF_FILTER_SAVE, words(p->lang, MSG_STAFF_FILTER_SAVE_INTRO), fields, buttons);
	return r;
}

int page_filters_act(struct page *p, struct error *err)
{
	struct saved_change c = { .name = http_value(p->rq, "name")->text, .text = http_value(p->rq, "filter")->text,
				  .version = page_version(p), .doing = page_doing(p) };
	bool removes = http_value(p->rq, "act")->number == ACT_REMOVE;
	struct error inner = ERROR_NONE;
	int r;

	(void)err;
	if (removes)
		c.text = NULL;
	if (!c.name[0])
		ask_fault(p, "name", MSG_STAFF_FAULT_NEEDED, NULL);
	if (!removes && !c.text[0])
		ask_fault(p, "filter", MSG_STAFF_FAULT_NEEDED, NULL);
	if (p->fault_count)
		return 0;
	record_uuid(c.uuid);
	r = saved_save(p->staff->db, &c, &inner);
	/* The filter was parsed before: what is left is the name. */
	if (r == -EINVAL) {
		ask_fault(p, "name", MSG_STAFF_FAULT_NAME, NULL);
		return 0;
	}
	return page_wrote(p, removes && r == -ENOENT ? 0 : r, &inner, "/observe/filters");
}
