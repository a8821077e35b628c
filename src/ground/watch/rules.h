/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* What looks say of a target: pure, without database or clock.
 *
 *	finding = watch_judge(kind, home, &answer);        (one look)
 *	watch_step(&run, &(struct watch_look){ … }, &needs);  (after the looks before it)
 *
 * A single failure is unconfirmed. Enough of them over enough time, or one direct and one through the proxy, make it what the last of
 * them found: down, moved, parked, gone. Then a person confirms, and it is closed; the end is the first failing look of that run. Being
 * up again before the confirmation forgets the run; after it, it came back. Looks that say nothing (this side has no network,
 * no name server answers) count as nothing. */
#ifndef GROUND_WATCH_RULES_H
#define GROUND_WATCH_RULES_H

#include "base/holiday.h"
#include "engine/net/fetch.h"

/* What one look found. */
enum watch_finding { WATCH_UP, WATCH_DOWN, WATCH_MOVED, WATCH_PARKED, WATCH_GONE, WATCH_NOTHING, WATCH_FINDINGS };
extern const char *const watch_finding_names[WATCH_FINDINGS];

/* What the target is. The words of the four that fail are those of their findings. */
enum watch_state {
	WATCH_STATE_NEW, /* not seen yet */
	WATCH_STATE_UP,
	WATCH_STATE_UNCONFIRMED,
	WATCH_STATE_FAILED, /* down, moved, parked or gone: a person may confirm */
	WATCH_STATE_CLOSED,
	WATCH_STATES,
};

/* The target after its looks so far; begins as zeros. */
struct watch_run {
	enum watch_state state;
	enum watch_finding failing;   /* of the last failure */
	uint32_t direct, proxied;     /* failures since it was up */
	int64_t first_at, last_at;    /* of them; 0: none */
	uint32_t silent;              /* looks in a row that said nothing */
};

struct watch_look {
	int64_t at;
	enum watch_finding finding;
	bool is_proxied;
};

struct watch_needs {
	uint32_t failures;
	int64_t over_us;
};

/* What a look changed that people are told. */
enum watch_turn {
	WATCH_SAME,
	WATCH_SEEN,      /* up for the first time: an interval begins */
	WATCH_FAILS,     /* the first failure */
	WATCH_RECOVERED, /* up again, nothing had been confirmed */
	WATCH_FOUND,     /* failures enough */
	WATCH_CAME_BACK, /* up after it was closed: an interval begins */
};

enum watch_turn watch_step(struct watch_run *run, const struct watch_look *look, const struct watch_needs *needs);

/* The word of its state: 'new', 'up', 'unconfirmed', 'down', 'moved', 'parked', 'gone', 'closed'; and back: false for another. */
const char *watch_state_word(const struct watch_run *run);
bool watch_state_parse(const char *word, const char *failing, struct watch_run *ret);

/* `home` is the host where it ended when it was first seen; "" before. */
enum watch_finding watch_judge(enum fetch_kind kind, const char *text, const char *home, const struct fetch_answer *a);

/* Whether bytes are those of a page that says that nothing is there: a parked name, a suspended account. */
bool watch_is_parked(struct bytes head);

/* The host of a URL as it is compared: without "www."; "" where there is none. */
#define WATCH_HOST_MAX 256
void watch_host(const char *url, char into[WATCH_HOST_MAX]);

/* Whether the next look goes through the proxy. */
bool watch_is_proxied(const struct watch_run *run, bool by_proxy, bool has_proxy);

/* When the next look is due: sooner while failures are counted, later while nothing is said or it is closed, and by up to a tenth
 * later or earlier as `chance` (0 to 1) has it, so that not all targets are looked at in the same second. */
int64_t watch_next(const struct watch_run *run, const struct watch_needs *needs, int64_t every_us, int64_t at, double chance);

/* Business days that it was there, from the day of the first look to that of the last. */
struct watch_elapsed {
	int days;
	enum business_bucket bucket;
};
struct watch_elapsed watch_elapsed(const struct business_calendar *c, int64_t from, int64_t to);

#endif
