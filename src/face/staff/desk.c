/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* What pages that write through the desk share. */
#include "base/clock.h"
#include "base/log.h"
#include "base/cleanup.h"
#include "face/staff/page.h"
#include "observe/series/weigh.h"

#include <errno.h>

bool page_has_cases(struct page *p)
{
	if (p->staff->db)
		return true;
	if (!p->lacks_cases)
		page_notice(p, words(p->lang, MSG_STAFF_NO_CASES), true);
	p->lacks_cases = true;
	p->is_failed = p->rq->method == HTTP_POST;
	return false;
}

struct doing page_doing(const struct page *p)
{
	return (struct doing){ clock_now(), p->viewer.actor };
}

int64_t page_version(const struct page *p)
{
	return http_value(p->rq, "version")->number;
}

int page_wrote(struct page *p, int r, const struct error *inner, const char *done)
{
	if (r >= 0) {
		p->done = done;
		return 0;
	}
	if (r == -ESTALE) {
		p->is_stale = true;
		return 0;
	}
	log_error(inner->line, "path", p->rq->path);
	page_notice(p, words(p->lang, MSG_STAFF_NOT_WRITTEN), true);
	p->is_failed = true;
	return 0;
}

/* By somebody: what jobs say of a rise's end refuses nobody's words. */
static const struct record_moment *last_written(const struct record_moment *list, size_t count)
{
	while (count > 1 && (strcmp(list[count - 1].what, "ended") == 0 || strcmp(list[count - 1].what, "reopened") == 0))
		count--;
	return &list[count - 1];
}

int page_say_stale(struct page *p, int64_t record, bool is_since, struct error *err)
{
	const struct record_moment *last;
	struct record_moment *list;
	size_t count;
	int r = record_moments(p->staff->db, record, p->arena, &list, &count, err);

	if (r < 0 || count == 0)
		return r;
	last = last_written(list, count);
	page_notice(p, words_fill(p->arena, p->lang, is_since ? MSG_STAFF_STALE : MSG_STAFF_STALE_NEW, "who", last->actor,
				  "time", page_time(p, last->at), NULL), true);
	return 0;
}

/* --- surges --- */

const char *page_surge_url(const struct page *p, const char *port, int64_t start_hour)
{
	char *name = arena_text(p->arena, port), *slash = strchr(name, '/');

	if (slash)
		*slash = '-';
	return arena_printf(p->arena, "/observe/surge/%s/%s", name, page_time_utc(p, start_hour * HOUR_US));
}

const char *page_surge_here(const struct page *p, const char *port, int64_t start_hour)
{
	return page_url(p, page_surge_url(p, port, start_hour), "period", NULL, "from", NULL, "to", NULL, NULL);
}

static const struct {
	uint32_t bit;
	enum message words;
} evidence_words[] = {
	{ SURGE_MORE_PACKETS, MSG_STAFF_MORE_PACKETS },	 { SURGE_MORE_SOURCES, MSG_STAFF_MORE_SOURCES },
	{ SURGE_MORE_SENSORS, MSG_STAFF_MORE_SENSORS },	 { SURGE_ONE_SOURCE, MSG_STAFF_ONE_SOURCE },
	{ SURGE_ONE_SENSOR, MSG_STAFF_ONE_SENSOR },	 { SURGE_SOURCES_UNKNOWN, MSG_STAFF_SOURCES_UNKNOWN },
};

const char *page_evidence(const struct page *p, uint32_t evidence)
{
	const char *text = "";

	for (size_t i = 0; i < COUNT(evidence_words); i++)
		if (evidence & evidence_words[i].bit)
			text = arena_printf(p->arena, "%s%s%s", text, text[0] ? words(p->lang, MSG_STAFF_AND) : "",
					    words(p->lang, evidence_words[i].words));
	return text;
}

/* From the words that are kept, which are those of programs. */
uint32_t page_evidence_of(const struct review_found *found)
{
	uint32_t evidence = found->sources < 0 ? SURGE_SOURCES_UNKNOWN : 0;

	for (size_t i = 0; i < COUNT(evidence_words); i++) {
		char raw[WEIGH_TEXT_MAX];
		surge_evidence_format(evidence_words[i].bit, raw);
		if (raw[0] && strstr(found->evidence, raw))
			evidence |= evidence_words[i].bit;
	}
	return evidence;
}

const char *page_state(const struct page *p, const struct review *v)
{
	enum review_state state = v ? v->state : REVIEW_OPEN;

	return words(p->lang, state == REVIEW_CONFIRMED ? MSG_STAFF_CONFIRMED : state == REVIEW_REJECTED ? MSG_STAFF_REJECTED :
												   MSG_STAFF_UNDECIDED);
}

void page_state_cell(struct page *p, struct sheet *sheet, const struct review *v)
{
	static const enum sheet_state colours[] = { SHEET_WARN, SHEET_GOOD, SHEET_BAD };

	sheet_state(sheet, colours[v ? v->state : REVIEW_OPEN], page_state(p, v), v ? review_state_name(v->state) : "new");
}
