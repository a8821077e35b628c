/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* Watching it end: what of a case is looked at on a schedule until it is gone, and whether it comes back.
 *
 *	watch_read_target("http://phish.example.jp/", arena, &n.kind, &n.text, &err);
 *	watch_make(db, &n, &id, ref, &err);
 *	watch_look(&office, id, &err);             (look.h: what the job and `hinomi watch check` do)
 *	watch_confirm(db, id, "seen by two", &doing, &err);
 *
 *	rules.h  what looks say (pure)
 *	watch.h  targets, looks, intervals in the case database
 *	look.h   one look, through hinomi-fetch */
#ifndef GROUND_WATCH_WATCH_H
#define GROUND_WATCH_WATCH_H

#include "ground/record/doing.h"
#include "ground/record/record.h"
#include "ground/watch/rules.h"

#define WATCH_EVERY_LEAST 1
#define WATCH_EVERY_MOST (30 * 86400)

struct watch_new {
	int64_t about_id;
	enum fetch_kind kind;
	const char *text;
	int64_t every_s, failures, over_s;
	bool by_proxy;
	struct doing doing;
};

struct watch_target {
	int64_t id, about_id, every_s, looks;
	int64_t next_at, last_at, ended_at; /* 0: none */
	const char *ref, *about, *text, *home, *ended_reason;
	const char *state; /* watch_state_word() */
	enum fetch_kind kind;
	bool by_proxy;
	struct watch_needs needs;
	struct watch_run run;
};

/* One look, as it is kept. */
struct watch_check {
	int64_t id, at;
	bool is_proxied;
	enum watch_finding finding;
	struct fetch_answer answer; /* without its bytes */
	const char *outcome, *found; /* words of it, of the finding; when read */
	const char *blob; /* "": none */
};

struct watch_interval {
	int64_t number, first_up_at, ended_at, confirmed_at; /* 0: not yet */
	const char *ended_as, *confirmed_by, *reason;
};

/* What a person wrote: a URL; tcp://host:port or tls://host:port, where tcp:// may be left out; a name. Gives the canonical form, of
 * the arena. -EINVAL: none of these. */
int watch_read_target(const char *text, struct arena *arena, enum fetch_kind *ret_kind, const char **ret, struct error *err);

/* A new target, due at once. -EEXIST: the case watches it already. */
int watch_make(struct db *db, const struct watch_new *n, int64_t *ret_id, char ret_ref[RECORD_REF_MAX], struct error *err);

/* 1 and the target, of the arena; 0: there is none that the viewer may see. */
int watch_by_ref(struct db *db, int64_t viewer, const char *ref, struct arena *arena, struct watch_target *ret, struct error *err);
int watch_load(struct db *db, int64_t viewer, int64_t id, struct arena *arena, struct watch_target *ret, struct error *err);
/* Of a case, or (0) all; of a state, or (""); the newest first; of the arena. */
int watch_list(struct db *db, int64_t viewer, int64_t about_id, const char *state, int64_t most, struct arena *arena,
	       struct watch_target **ret, size_t *ret_count, struct error *err);
int watch_checks(struct db *db, int64_t target_id, int64_t most, struct arena *arena, struct watch_check **ret, size_t *ret_count,
		 struct error *err);
int watch_intervals(struct db *db, int64_t target_id, struct arena *arena, struct watch_interval **ret, size_t *ret_count,
		    struct error *err);

/* Whether any target is due: 1 or 0; the one that has waited longest: 1 and its id, or 0. */
int watch_is_due(struct db *db, int64_t now, struct error *err);
int watch_due(struct db *db, int64_t now, int64_t *ret_id, struct error *err);

/* Keeps a look, and what the target is after it, in one transaction. `chance` is watch_next()'s. */
int watch_keep(struct db *db, int64_t target_id, const struct watch_check *c, double chance, const char *actor,
	       enum watch_turn *ret_turn, struct error *err);

/* A person confirms that it is gone: the interval ends with the first failing look. -EALREADY: it has not failed enough, or was never
 * seen up. */
int watch_confirm(struct db *db, int64_t id, const char *reason, const struct doing *doing, struct error *err);
/* It is not looked at any more. -EALREADY. */
int watch_end(struct db *db, int64_t id, const char *reason, const struct doing *doing, struct error *err);

#endif
