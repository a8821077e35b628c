/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* Queues: what is to be done, and by whom. */
#include "base/cleanup.h"
#include "desk/incident/queue.h"
#include "face/staff/page_desk_int.h"

#include <errno.h>

static const struct sheet_column columns[] = {
	{ "ref", MSG_DESK_REF, SHEET_TEXT },	  { "category", MSG_DESK_CATEGORY, SHEET_TEXT },
	{ "title", MSG_DESK_TITLE, SHEET_LONG },  { "requests", MSG_DESK_REQUESTS, SHEET_NUMBER },
	{ "claimed_by", MSG_DESK_CLAIMED_BY, SHEET_TEXT }, { "claim", MSG_DESK_CLAIM, SHEET_WAY }, { 0 },
};

static const enum message titles[QUEUES] = {
	[QUEUE_MINE] = MSG_DESK_QUEUE_MINE, [QUEUE_OVERDUE] = MSG_DESK_QUEUE_OVERDUE, [QUEUE_WAITING] = MSG_DESK_QUEUE_WAITING,
	[QUEUE_NEW] = MSG_DESK_QUEUE_NEW,   [QUEUE_SNOOZED] = MSG_DESK_QUEUE_SNOOZED,
};

static void put_incident(struct page *p, struct sheet *sheet, const struct incident *i)
{
	bool is_mine = strcmp(i->claimed_by, p->viewer.actor) == 0;

	desk_ref_cell(p, sheet, i->ref);
	sheet_both(sheet, p->lang == LANG_JA ? i->category_ja : i->category_en, i->category);
	desk_said_cell(p, sheet, i->title);
	sheet_number(sheet, i->requests);
	sheet_text(sheet, i->claimed_by, NULL);
	if (page_may_act(p) && (is_mine || !i->claimed_by[0]))
		sheet_button(sheet, &(struct sheet_button){ "/desk/queue", is_mine ? "release" : "claim",
							     words(p->lang, is_mine ? MSG_DESK_RELEASE : MSG_DESK_CLAIM), "incident", i->ref, 0 });
	else
		sheet_nothing(sheet);
}

static int queue_sheet(struct page *p, enum queue queue, struct error *err)
{
	const struct queue_question q = { .queue = queue, .viewer = p->viewer.id, .actor = p->viewer.actor, .now = page_doing(p).at,
					  .patience_us = p->staff->patience_us, .most = DESK_PAGE };
	struct sheet *sheet = page_sheet(p, queue_names[queue], titles[queue], columns);
	struct incident *list = NULL;
	size_t count = 0;
	int r = queue_list(p->staff->db, &q, p->arena, &list, &count, err);

	sheet_empty(sheet, words(p->lang, MSG_DESK_QUEUE_NONE));
	for (size_t i = 0; i < count; i++)
		put_incident(p, sheet, &list[i]);
	return r;
}

int page_queue(struct page *p, struct error *err)
{
	int r = 0;

	if (!page_has_cases(p))
		return 0;
	for (int q = 0; q < QUEUES && r == 0; q++)
		r = queue_sheet(p, (enum queue)q, err);
	return r;
}

/* Two who claim the same at once: the second sees whose it is. */
int page_queue_act(struct page *p, struct error *err)
{
	struct doing doing = page_doing(p);
	struct error inner = ERROR_NONE;
	struct incident other;
	int64_t id = 0;
	int r = desk_find_incident(p, "incident", &id, err);

	if (r <= 0)
		return r;
	switch (http_value(p->rq, "act")->number) {
	case ACT_CLAIM:
		r = queue_claim(p->staff->db, id, false, &doing, &inner);
		break;
	case ACT_RELEASE:
		r = queue_release(p->staff->db, id, &doing, &inner);
		break;
	default:
		return -EINVAL;
	}
	if (r == -EBUSY) {
		r = incident_load(p->staff->db, p->viewer.id, id, p->arena, &other, err);
		if (r > 0)
			page_notice(p, words_fill(p->arena, p->lang, MSG_DESK_FAULT_CLAIMED, "who", other.claimed_by, NULL), true);
		return r < 0 ? r : 0;
	}
	return page_wrote(p, r == -EALREADY ? 0 : r, &inner, "/desk/queue");
}
