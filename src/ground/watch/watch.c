/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* Targets, looks and intervals in the case database. */
#include "ground/watch/watch.h"

#include "base/address.h"
#include "base/cleanup.h"
#include "base/memory.h"
#include "format/text/url.h"
#include "ground/access/sight.h"
#include "ground/watch/watch.sql.gen.h"

#include <errno.h>

/* --- what a person wrote --- */

static bool starts(const char *text, const char *with)
{
	return strncmp(text, with, strlen(with)) == 0;
}

static int not_a_target(struct error *err, const char *text)
{
	error_hint(err, "a URL, a name, ADDRESS:PORT, or tls://HOST:PORT");
	return error_set(err, -EINVAL, "'%.200s' is nothing that can be watched", text);
}

static int read_url(const char *text, struct arena *arena, const char **ret, struct error *err)
{
	_cleanup_(buf_clear) struct buf b;

	buf_init(&b, URL_MAX);
	if (url_canonical(BYTES_TEXT(text), &b) < 0 || b.is_full)
		return not_a_target(err, text);
	*ret = arena_bytes(arena, b.p, b.n);
	return starts(*ret, "http://") || starts(*ret, "https://") ? 0 : not_a_target(err, text);
}

static int read_host(struct bytes host, struct arena *arena, const char **ret)
{
	_cleanup_(buf_clear) struct buf b;

	if (host.n > 2 && host.p[0] == '[' && host.p[host.n - 1] == ']')
		host = BYTES(host.p + 1, host.n - 2);
	buf_init(&b, URL_HOST_MAX);
	if (host.n == 0 || url_host_canonical(host, &b) < 0 || b.n == 0)
		return -EINVAL;
	*ret = arena_bytes(arena, b.p, b.n);
	return 0;
}

/* `host:port`, with an IPv6 address in brackets. */
static int read_port(const char *text, struct arena *arena, const char **ret, struct error *err)
{
	const char *colon = strrchr(text, ':'), *host = "";
	char *end = NULL;
	long port = colon ? strtol(colon + 1, &end, 10) : 0;

	if (port < 1 || port > 65535 || *end || read_host(BYTES(text, (size_t)(colon - text)), arena, &host) < 0)
		return not_a_target(err, text);
	*ret = arena_printf(arena, strchr(host, ':') ? "[%s]:%ld" : "%s:%ld", host, port);
	return 0;
}

static int read_name(const char *text, struct arena *arena, const char **ret, struct error *err)
{
	struct address a;

	if (strpbrk(text, "/ @") || read_host(BYTES_TEXT(text), arena, ret) < 0)
		return not_a_target(err, text);
	if (address_parse(BYTES_TEXT(*ret), &a)) {
		error_hint(err, "%s:80", *ret);
		return error_set(err, -EINVAL, "an address is watched with a port");
	}
	return 0;
}

int watch_read_target(const char *text, struct arena *arena, enum fetch_kind *ret_kind, const char **ret, struct error *err)
{
	struct address a;

	if (starts(text, "tls://") || starts(text, "tcp://")) {
		*ret_kind = text[1] == 'l' ? FETCH_TLS : FETCH_TCP;
		return read_port(text + 6, arena, ret, err);
	}
	*ret_kind = FETCH_HTTP;
	if (strstr(text, "://"))
		return read_url(text, arena, ret, err);
	*ret_kind = FETCH_DNS;
	if (!strchr(text, ':') || address_parse(BYTES_TEXT(text), &a))
		return read_name(text, arena, ret, err);
	*ret_kind = FETCH_TCP;
	return read_port(text, arena, ret, err);
}

/* --- making --- */

struct making {
	const struct watch_new *n;
	char uuid[RECORD_UUID_TEXT], *ref;
	int64_t id;
	struct arena *arena;
};

static int add(struct db *db, struct making *m, const struct watch_marking_of_row *like, struct error *err)
{
	const struct watch_new *n = m->n;
	struct record_new record = { .kind = "watch", .series = "W", .marking = like->marking, .compartment = like->compartment,
				     .at = n->doing.at, .actor = n->doing.actor };
	int r;

	memcpy(record.uuid, m->uuid, sizeof record.uuid);
	r = record_add(db, &record, &m->id, m->ref, err);
	if (r == 0)
		r = watch_insert(db, m->id, n->about_id, fetch_kind_names[n->kind], n->text, n->every_s, n->by_proxy ? "proxy" : "direct",
				 n->failures, n->over_s, n->doing.at, n->doing.at, err);
	if (r == -EEXIST)
		return error_set(err, r, "'%.200s' is watched already", n->text);
	return r < 0 ? r : record_happened(db, n->about_id, n->doing.at, n->doing.actor, "watch", m->ref, err);
}

static int make(struct db *db, void *context, struct error *err)
{
	struct making *m = context;
	struct watch_marking_of_row like = { 0 };
	int r = watch_marking_of(db, m->n->about_id, m->arena, &like, err);

	if (r == 0)
		return error_set(err, -ENOENT, "there is no such case");
	return r < 0 ? r : add(db, m, &like, err);
}

int watch_make(struct db *db, const struct watch_new *n, int64_t *ret_id, char ret_ref[RECORD_REF_MAX], struct error *err)
{
	struct making m = { .n = n, .ref = ret_ref, .arena = arena_new() };
	int r;

	record_uuid(m.uuid);
	r = db_transaction(db, make, &m, err);
	if (r == 0)
		*ret_id = m.id;
	arena_free(m.arena);
	return r;
}

/* --- reading --- */

struct reading {
	void *list;
	size_t count, room;
	struct arena *arena;
};

static struct watch_run run_of(const struct watch_select_row *row)
{
	struct watch_run run = {
		.direct = (uint32_t)row->run_direct,
		.proxied = (uint32_t)row->run_proxied,
		.first_at = row->has_run_first_at ? row->run_first_at : 0,
		.last_at = row->has_run_last_at ? row->run_last_at : 0,
		.silent = (uint32_t)row->run_silent,
	};

	watch_state_parse(row->state, row->run_kind, &run);
	return run;
}

static enum fetch_kind kind_of(const char *word)
{
	enum fetch_kind kind = FETCH_HTTP;

	for (unsigned i = 0; i < FETCH_KINDS; i++)
		if (strcmp(word, fetch_kind_names[i]) == 0)
			kind = (enum fetch_kind)i;
	return kind;
}

static int take(void *context, const struct watch_select_row *row)
{
	struct reading *g = context;
	struct arena *a = g->arena;
	struct watch_target *list = g->list = memory_grow(g->list, &g->room, g->count + 1, sizeof *list);

	list[g->count++] = (struct watch_target){
		.id = row->id,
		.about_id = row->about_id,
		.every_s = row->every_s,
		.looks = row->looks,
		.next_at = row->has_next_at ? row->next_at : 0,
		.last_at = row->has_last_at ? row->last_at : 0,
		.ended_at = row->has_ended_at ? row->ended_at : 0,
		.ref = arena_text(a, row->ref),
		.about = arena_text(a, row->about),
		.text = arena_text(a, row->text),
		.home = arena_text(a, row->home),
		.ended_reason = arena_text(a, row->ended_reason),
		.state = arena_text(a, row->state),
		.kind = kind_of(row->kind),
		.by_proxy = strcmp(row->method, "proxy") == 0,
		.needs = { (uint32_t)row->failures_needed, row->over_s * SECOND_US },
		.run = run_of(row),
	};
	return 0;
}

static int finish(struct reading *g, int r, size_t size, void **ret, size_t *ret_count)
{
	if (r == 0) {
		*ret = arena_bytes(g->arena, g->list, g->count * size);
		*ret_count = g->count;
	}
	free(g->list);
	return r;
}

int watch_load(struct db *db, int64_t viewer, int64_t id, struct arena *arena, struct watch_target *ret, struct error *err)
{
	struct reading g = { .arena = arena };
	int r = watch_select(db, viewer, id, id, "", 1, 1, take, &g, err);

	if (r == 0 && g.count) {
		*ret = *(struct watch_target *)g.list;
		r = 1;
	}
	free(g.list);
	return r;
}

int watch_by_ref(struct db *db, int64_t viewer, const char *ref, struct arena *arena, struct watch_target *ret, struct error *err)
{
	struct watch_id_by_ref_row row = { 0 };
	int r = watch_id_by_ref(db, ref, NULL, &row, err);

	return r > 0 ? watch_load(db, viewer, row.id, arena, ret, err) : r;
}

int watch_list(struct db *db, int64_t viewer, int64_t about_id, const char *state, int64_t most, struct arena *arena,
	       struct watch_target **ret, size_t *ret_count, struct error *err)
{
	struct reading g = { .arena = arena };
	struct db_ids ids = { 0 };
	int r;

	if (about_id == 0)
		r = watch_select(db, viewer, 0, INT64_MAX, state, !state[0], most, take, &g, err);
	else
		r = watch_ids_about(db, about_id, state, !state[0], &ids, err);
	for (size_t i = 0; i < ids.count && (int64_t)g.count < most && r == 0; i++)
		r = watch_select(db, viewer, ids.list[i], ids.list[i], "", 1, 1, take, &g, err);
	free(ids.list);
	return finish(&g, r, sizeof **ret, (void **)ret, ret_count);
}

static int take_check(void *context, const struct watch_checks_of_row *row)
{
	struct reading *g = context;
	struct arena *a = g->arena;
	struct watch_check *list = g->list = memory_grow(g->list, &g->room, g->count + 1, sizeof *list);
	struct watch_check *c = &list[g->count++];

	*c = (struct watch_check){
		.id = row->id,
		.at = row->at,
		.is_proxied = strcmp(row->method, "proxy") == 0,
		.outcome = arena_text(a, row->outcome),
		.found = arena_text(a, row->finding),
		.blob = arena_text(a, row->blob ? row->blob : ""),
	};
	for (unsigned i = 0; i < WATCH_FINDINGS; i++)
		if (strcmp(row->finding, watch_finding_names[i]) == 0)
			c->finding = (enum watch_finding)i;
	c->answer = (struct fetch_answer){
		.status = (uint32_t)row->status,
		.redirects = (uint32_t)row->redirects,
		.url = arena_text(a, row->url),
		.address = arena_text(a, row->address),
		.certificate = arena_text(a, row->certificate),
		.certificate_names = arena_text(a, row->certificate_names),
		.certificate_state = arena_text(a, row->certificate_state),
		.content = arena_text(a, row->content),
		.content_bytes = (uint64_t)row->content_bytes,
		.is_cut = row->is_cut,
		.took_ms = (uint32_t)row->took_ms,
		.words = arena_text(a, row->words),
	};
	return 0;
}

int watch_checks(struct db *db, int64_t target_id, int64_t most, struct arena *arena, struct watch_check **ret, size_t *ret_count,
		 struct error *err)
{
	struct reading g = { .arena = arena };
	int r = watch_checks_of(db, target_id, most, take_check, &g, err);

	return finish(&g, r, sizeof **ret, (void **)ret, ret_count);
}

static int take_interval(void *context, const struct watch_intervals_of_row *row)
{
	struct reading *g = context;
	struct watch_interval *list = g->list = memory_grow(g->list, &g->room, g->count + 1, sizeof *list);

	list[g->count++] = (struct watch_interval){
		.number = row->number,
		.first_up_at = row->first_up_at,
		.ended_at = row->has_ended_at ? row->ended_at : 0,
		.confirmed_at = row->has_confirmed_at ? row->confirmed_at : 0,
		.ended_as = arena_text(g->arena, row->ended_as),
		.confirmed_by = arena_text(g->arena, row->confirmed_by),
		.reason = arena_text(g->arena, row->reason),
	};
	return 0;
}

int watch_intervals(struct db *db, int64_t target_id, struct arena *arena, struct watch_interval **ret, size_t *ret_count,
		    struct error *err)
{
	struct reading g = { .arena = arena };
	int r = watch_intervals_of(db, target_id, take_interval, &g, err);

	return finish(&g, r, sizeof **ret, (void **)ret, ret_count);
}

int watch_is_due(struct db *db, int64_t now, struct error *err)
{
	struct watch_count_due_row row = { 0 };
	int r = watch_count_due(db, now, NULL, &row, err);

	return r < 0 ? r : row.count > 0;
}

int watch_due(struct db *db, int64_t now, int64_t *ret_id, struct error *err)
{
	struct watch_next_due_row row = { 0 };
	int r = watch_next_due(db, now, NULL, &row, err);

	if (r > 0)
		*ret_id = row.id;
	return r;
}

/* --- a look --- */

struct keeping {
	int64_t target_id;
	const struct watch_check *check;
	double chance;
	const char *actor;
	struct arena *arena;
	enum watch_turn turn;
};

static int insert_check(struct db *db, const struct keeping *k, int64_t *ret, struct error *err)
{
	const struct watch_check *c = k->check;
	const struct fetch_answer *a = &c->answer;
	struct watch_check_insert_row row = { 0 };
	int r = watch_check_insert(db, k->target_id, c->at, c->is_proxied ? "proxy" : "direct", fetch_outcome_names[a->outcome],
				   watch_finding_names[c->finding], a->status, a->redirects, a->url, a->address, a->certificate,
				   a->certificate_names, a->certificate_state, a->content, (int64_t)a->content_bytes, a->is_cut,
				   c->blob[0] ? c->blob : NULL, a->took_ms, a->words, NULL, &row, err);

	*ret = row.id;
	return r < 0 ? r : 0;
}

static int write_run(struct db *db, const struct watch_target *t, const struct keeping *k, const struct watch_run *run, struct error *err)
{
	const struct watch_check *c = k->check;
	char host[WATCH_HOST_MAX] = "";
	int64_t next = watch_next(run, &t->needs, t->every_s * SECOND_US, c->at, k->chance);

	if (c->finding == WATCH_UP && t->kind == FETCH_HTTP && !t->home[0])
		watch_host(c->answer.url, host);
	return watch_write_run(db, t->id, watch_state_word(run), run->direct, run->proxied, run->first_at ? &run->first_at : NULL,
			       run->last_at ? &run->last_at : NULL, run->first_at ? watch_finding_names[run->failing] : "", run->silent,
			       host[0] ? host : t->home, t->ended_at ? NULL : &next, c->at, err);
}

/* What people are told, on the target's timeline and, where it matters to the case, on the case's. */
static int tell(struct db *db, const struct watch_target *t, const struct keeping *k, const struct watch_run *run, struct error *err)
{
	static const struct {
		const char *word; /* NULL: that of the state */
		bool is_for_case;
	} words[] = {
		[WATCH_SEEN] = { "up", true },		  [WATCH_FAILS] = { "unconfirmed", false },
		[WATCH_RECOVERED] = { "up again", false }, [WATCH_FOUND] = { NULL, true },
		[WATCH_CAME_BACK] = { "came back", true },
	};
	const char *word;
	int r;

	if (k->turn == WATCH_SAME)
		return 0;
	word = words[k->turn].word ? words[k->turn].word : watch_state_word(run);
	r = record_happened(db, t->id, k->check->at, k->actor, word, k->check->answer.words, err);
	if (r == 0 && words[k->turn].is_for_case)
		r = record_happened(db, t->about_id, k->check->at, k->actor, "watch", arena_printf(k->arena, "%s %s", t->ref, word), err);
	return r;
}

static int keep(struct db *db, void *context, struct error *err)
{
	struct keeping *k = context;
	const struct watch_check *c = k->check;
	struct watch_target t;
	struct watch_run run;
	int64_t id = 0;
	int r = watch_load(db, ACCESS_LOCAL, k->target_id, k->arena, &t, err);

	if (r <= 0)
		return r < 0 ? r : error_set(err, -ENOENT, "there is no such target");
	run = t.run;
	k->turn = watch_step(&run, &(struct watch_look){ c->at, c->finding, c->is_proxied }, &t.needs);
	r = insert_check(db, k, &id, err);
	if (r == 0)
		r = write_run(db, &t, k, &run, err);
	if (r >= 0 && c->finding == WATCH_UP)
		r = watch_interval_begin(db, t.id, id, c->at, err);
	return r < 0 ? r : tell(db, &t, k, &run, err);
}

int watch_keep(struct db *db, int64_t target_id, const struct watch_check *c, double chance, const char *actor,
	       enum watch_turn *ret_turn, struct error *err)
{
	struct keeping k = { .target_id = target_id, .check = c, .chance = chance, .actor = actor, .arena = arena_new() };
	int r = db_transaction(db, keep, &k, err);

	if (r >= 0)
		*ret_turn = k.turn;
	arena_free(k.arena);
	return r < 0 ? r : 0;
}

/* --- what a person decides --- */

struct deciding {
	int64_t id;
	const char *reason;
	const struct doing *doing;
	struct arena *arena;
};

static int close_interval(struct db *db, const struct deciding *d, const struct watch_target *t, struct error *err)
{
	struct watch_first_failure_row first = { 0 };
	int r = watch_first_failure(db, t->id, NULL, &first, err);

	if (r > 0)
		r = watch_interval_end(db, t->id, first.id, first.at, t->state, d->doing->at, d->doing->actor, d->reason, err);
	if (r == 0) {
		error_hint(err, "`hinomi watch end` stops watching it");
		return error_set(err, -EALREADY, "it was never seen up");
	}
	return r;
}

static int confirm(struct db *db, void *context, struct error *err)
{
	struct deciding *d = context;
	struct watch_target t;
	int r = watch_load(db, ACCESS_LOCAL, d->id, d->arena, &t, err);

	if (r == 0)
		return error_set(err, -ENOENT, "there is no such target");
	if (r > 0)
		r = watch_write_closed(db, d->id, d->doing->at, err);
	if (r == 0)
		return error_set(err, -EALREADY, "it is %s: there is nothing to confirm", t.state);
	if (r > 0)
		r = close_interval(db, d, &t, err);
	if (r > 0)
		r = record_happened(db, t.id, d->doing->at, d->doing->actor, "confirmed", arena_printf(d->arena, "%s %s", t.state, d->reason),
				    err);
	return r < 0 ? r
		     : record_happened(db, t.about_id, d->doing->at, d->doing->actor, "watch",
				       arena_printf(d->arena, "%s %s confirmed", t.ref, t.state), err);
}

int watch_confirm(struct db *db, int64_t id, const char *reason, const struct doing *doing, struct error *err)
{
	struct deciding d = { id, reason, doing, arena_new() };
	int r = db_transaction(db, confirm, &d, err);

	arena_free(d.arena);
	return r;
}

static int end(struct db *db, void *context, struct error *err)
{
	struct deciding *d = context;
	int r = watch_write_ended(db, d->id, d->reason, d->doing->at, err);

	if (r == 0)
		return error_set(err, -EALREADY, "watching it ended already");
	return r < 0 ? r : record_happened(db, d->id, d->doing->at, d->doing->actor, "ended", d->reason, err);
}

int watch_end(struct db *db, int64_t id, const char *reason, const struct doing *doing, struct error *err)
{
	return db_transaction(db, end, &(struct deciding){ id, reason, doing, NULL }, err);
}
