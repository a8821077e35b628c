/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* What looks say of a target. */
#include "ground/watch/rules.h"

#include "base/cleanup.h"
#include "base/text.h"
#include "format/text/url.h"

#include <ctype.h>
#include <string.h>

#define SILENT_FIRST_US (60 * SECOND_US)
#define SILENT_DOUBLINGS 6u
#define CLOSED_TIMES 4 /* a closed target is looked at so much more rarely */
#define AGAIN_LEAST_US SECOND_US

const char *const watch_finding_names[WATCH_FINDINGS] = {
	[WATCH_UP] = "up",	   [WATCH_DOWN] = "down", [WATCH_MOVED] = "moved",
	[WATCH_PARKED] = "parked", [WATCH_GONE] = "gone", [WATCH_NOTHING] = "nothing",
};

/* Of a failed one the finding's name. */
static const char *const state_names[WATCH_STATES] = {
	[WATCH_STATE_NEW] = "new",
	[WATCH_STATE_UP] = "up",
	[WATCH_STATE_UNCONFIRMED] = "unconfirmed",
	[WATCH_STATE_CLOSED] = "closed",
};

/* --- a look --- */

/* HTTP status, from … to …: what it says. */
static const struct {
	uint32_t first, last;
	enum watch_finding finding;
} statuses[] = {
	{ 200, 299, WATCH_UP },
	{ 300, 399, WATCH_UP }, /* not followed any further: something answers */
	{ 401, 401, WATCH_UP },
	{ 407, 407, WATCH_NOTHING },
	{ 429, 429, WATCH_NOTHING }, /* we ask too often */
	{ 400, 499, WATCH_DOWN },
	{ 500, 599, WATCH_DOWN },
};

static enum watch_finding judge_status(uint32_t status)
{
	for (size_t i = 0; i < COUNT(statuses); i++)
		if (statuses[i].first <= status && status <= statuses[i].last)
			return statuses[i].finding;
	return WATCH_DOWN;
}

void watch_host(const char *url, char into[WATCH_HOST_MAX])
{
	_cleanup_(buf_clear) struct buf b;
	struct bytes host;

	buf_init(&b, WATCH_HOST_MAX);
	into[0] = '\0';
	if (url_host(BYTES_TEXT(url), &b) < 0)
		return;
	host = buf_bytes(&b);
	if (host.n > 4 && memcmp(host.p, "www.", 4) == 0)
		host = BYTES(host.p + 4, host.n - 4);
	if (!text_copy(into, WATCH_HOST_MAX, host))
		into[0] = '\0';
}

static bool is_moved(const char *text, const char *home, const char *url)
{
	char from[WATCH_HOST_MAX], to[WATCH_HOST_MAX];

	watch_host(text, from);
	watch_host(url, to);
	return home[0] && to[0] && strcmp(from, to) != 0 && strcmp(home, to) != 0;
}

bool watch_is_parked(struct bytes head)
{
	static const char *const words[] = {
#define PARKED(text) text,
#include "ground/watch/parked.tbl.h"
#undef PARKED
	};
	_cleanup_(buf_clear) struct buf small;

	buf_init(&small, head.n + 1);
	for (size_t i = 0; i < head.n; i++)
		buf_add_char(&small, (char)tolower(head.p[i]));
	for (size_t i = 0; i < COUNT(words); i++)
		if (small.n && memmem(small.p, small.n, words[i], strlen(words[i])))
			return true;
	return false;
}

static enum watch_finding judge_page(const char *text, const char *home, const struct fetch_answer *a)
{
	enum watch_finding found = judge_status(a->status);

	if (a->redirects && is_moved(text, home, a->url))
		return watch_is_parked(a->head) ? WATCH_PARKED : WATCH_MOVED;
	return found == WATCH_UP && watch_is_parked(a->head) ? WATCH_PARKED : found;
}

enum watch_finding watch_judge(enum fetch_kind kind, const char *text, const char *home, const struct fetch_answer *a)
{
	static const enum watch_finding findings[FETCH_OUTCOMES] = {
		[FETCH_ANSWERED] = WATCH_UP,	    [FETCH_NO_NAME] = WATCH_GONE,	  [FETCH_NO_ADDRESS] = WATCH_DOWN,
		[FETCH_NO_RESOLVER] = WATCH_NOTHING, [FETCH_FORBIDDEN] = WATCH_NOTHING,	  [FETCH_NO_CONNECTION] = WATCH_DOWN,
		[FETCH_SLOW] = WATCH_DOWN,	    [FETCH_NO_TLS] = WATCH_DOWN,	  [FETCH_NOT_HTTP] = WATCH_DOWN,
		[FETCH_NO_NETWORK] = WATCH_NOTHING, [FETCH_NO_PROXY] = WATCH_NOTHING,	  [FETCH_WRONG] = WATCH_NOTHING,
		[FETCH_DIED] = WATCH_NOTHING,
	};

	if (a->outcome == FETCH_ANSWERED && kind == FETCH_HTTP)
		return judge_page(text, home, a);
	/* It answered, and what stands where it leads is not seen: another name that is gone, an address that is not reached. */
	if (kind == FETCH_HTTP && a->redirects && is_moved(text, text, a->url) && findings[a->outcome] != WATCH_UP)
		return home[0] ? WATCH_MOVED : WATCH_DOWN;
	return findings[a->outcome];
}

/* --- a run of looks --- */

static enum watch_turn step_up(struct watch_run *run)
{
	enum watch_state before = run->state;

	*run = (struct watch_run){ .state = WATCH_STATE_UP };
	switch (before) {
	case WATCH_STATE_UP:
		return WATCH_SAME;
	case WATCH_STATE_CLOSED:
		return WATCH_CAME_BACK;
	case WATCH_STATE_NEW:
		return WATCH_SEEN;
	default:
		return WATCH_RECOVERED;
	}
}

static bool is_enough(const struct watch_run *run, const struct watch_needs *needs)
{
	return (run->direct && run->proxied) ||
	       (run->direct + run->proxied >= needs->failures && run->last_at - run->first_at >= needs->over_us);
}

enum watch_turn watch_step(struct watch_run *run, const struct watch_look *look, const struct watch_needs *needs)
{
	if (look->finding == WATCH_NOTHING) {
		run->silent++;
		return WATCH_SAME;
	}
	run->silent = 0;
	if (look->finding == WATCH_UP)
		return step_up(run);
	if (run->state == WATCH_STATE_CLOSED)
		return WATCH_SAME;
	run->direct += !look->is_proxied;
	run->proxied += look->is_proxied;
	if (!run->first_at)
		run->first_at = look->at;
	run->last_at = look->at;
	run->failing = look->finding;
	if (run->state == WATCH_STATE_FAILED)
		return WATCH_SAME;
	if (is_enough(run, needs)) {
		run->state = WATCH_STATE_FAILED;
		return WATCH_FOUND;
	}
	if (run->state == WATCH_STATE_UNCONFIRMED)
		return WATCH_SAME;
	run->state = WATCH_STATE_UNCONFIRMED;
	return WATCH_FAILS;
}

const char *watch_state_word(const struct watch_run *run)
{
	return run->state == WATCH_STATE_FAILED ? watch_finding_names[run->failing] : state_names[run->state];
}

bool watch_state_parse(const char *word, const char *failing, struct watch_run *ret)
{
	bool is_known = false;

	for (unsigned i = WATCH_DOWN; i < WATCH_NOTHING; i++) {
		if (strcmp(failing, watch_finding_names[i]) == 0)
			ret->failing = (enum watch_finding)i;
		if (strcmp(word, watch_finding_names[i]) == 0) {
			ret->state = WATCH_STATE_FAILED;
			is_known = true;
		}
	}
	for (unsigned i = 0; i < WATCH_STATES; i++)
		if (state_names[i] && strcmp(word, state_names[i]) == 0) {
			ret->state = (enum watch_state)i;
			is_known = true;
		}
	return is_known;
}

/* --- when, and how --- */

bool watch_is_proxied(const struct watch_run *run, bool by_proxy, bool has_proxy)
{
	/* A failure is looked at from the other side; where that says nothing, by turns. */
	if (has_proxy && run->state == WATCH_STATE_UNCONFIRMED && run->silent % 2 == 0)
		return run->direct > 0;
	return by_proxy;
}

int64_t watch_next(const struct watch_run *run, const struct watch_needs *needs, int64_t every_us, int64_t at, double chance)
{
	int64_t after = every_us;

	if (run->silent)
		after = MIN(every_us, SILENT_FIRST_US << MIN(run->silent - 1, SILENT_DOUBLINGS));
	else if (run->state == WATCH_STATE_UNCONFIRMED)
		after = MIN(every_us, MAX(needs->over_us / MAX(needs->failures - 1, 1u), AGAIN_LEAST_US));
	else if (run->state == WATCH_STATE_CLOSED)
		after = every_us * CLOSED_TIMES;
	return at + after + (int64_t)((chance - 0.5) * 0.2 * (double)after);
}

struct watch_elapsed watch_elapsed(const struct business_calendar *c, int64_t from, int64_t to)
{
	struct watch_elapsed e = { .days = business_days_between(c, calendar_date(from), calendar_date(to)) };

	e.bucket = business_bucket(e.days);
	return e;
}
