/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* hinomi watch add, list, show, check, confirm, end. */
#include "ground/watch/watch.h"

#include "base/cleanup.h"
#include "face/cmd/cmd_int.h"
#include "face/cmd/desk_find.h"
#include "face/cmd/desk_show.h"
#include "face/cmd/table.h"
#include "ground/access/sight.h"
#include "ground/watch/look.h"

#include <errno.h>

static int find(struct cases *c, const char *ref, struct watch_target *ret, struct error *err)
{
	int r = c->db ? watch_by_ref(c->db, ACCESS_LOCAL, ref, c->arena, ret, err) : 0;

	if (r == 0) {
		error_hint(err, "`hinomi watch list` shows them");
		return error_set(err, -ENOENT, "nothing that is watched has the ref '%s'", ref);
	}
	return r < 0 ? r : 0;
}

/* --- add --- */

static int add(const struct invocation *in, struct cases *c, char ref[RECORD_REF_MAX], struct error *err)
{
	struct watch_new n = {
		.failures = conf_number(c->conf, SETTING_WATCH_FAILURES),
		.over_s = conf_number(c->conf, SETTING_WATCH_OVER),
		.by_proxy = in->value[OPTION_BY_PROXY],
		.doing = c->doing,
	};
	struct incident about;
	uint64_t every;
	int64_t id;
	int r = command_number(in, OPTION_EVERY, WATCH_EVERY_MOST, (uint64_t)conf_number(c->conf, SETTING_WATCH_EVERY), &every, err);

	if (r == 0 && every < WATCH_EVERY_LEAST)
		r = error_set(err, -EINVAL, "a look needs a second");
	if (r == 0 && n.by_proxy && !conf_text(c->conf, SETTING_FETCH_PROXY)[0])
		r = error_set(err, -EINVAL, "there is no proxy: the setting fetch.proxy");
	if (r == 0)
		r = watch_read_target(in->arguments[1], c->arena, &n.kind, &n.text, err);
	if (r == 0)
		r = find_incident(c, in->arguments[0], &about, err);
	n.about_id = r == 0 ? about.id : 0;
	n.every_s = (int64_t)every;
	return r < 0 ? r : watch_make(c->db, &n, &id, ref, err);
}

int cmd_watch_add(const struct invocation *in)
{
	struct error err = ERROR_NONE;
	char ref[RECORD_REF_MAX];
	struct cases c;
	int r = cases_open(in, true, &c, &err);

	if (r < 0)
		return common_failed(r, &err);
	r = add(in, &c, ref, &err);
	if (r == 0)
		puts(ref);
	return cases_end(&c, r, &err);
}

/* --- list and show --- */

static const struct column columns[] = {
	{ "ref", "Ref", COLUMN_TEXT },	     { "about", "About", COLUMN_TEXT },
	{ "kind", "Kind", COLUMN_TEXT },     { "target", "Target", COLUMN_TEXT },
	{ "state", "State", COLUMN_TEXT },   { "looks", "Looks", COLUMN_NUMBER },
	{ "looked", "Looked (UTC)", COLUMN_TEXT }, { "next", "Next (UTC)", COLUMN_TEXT },
	{ "ended", "Watched until (UTC)", COLUMN_TEXT },
};

static void print_target(struct table *t, const struct watch_target *w)
{
	table_text(t, w->ref);
	table_text(t, w->about);
	table_text(t, fetch_kind_names[w->kind]);
	table_text(t, w->text);
	table_text(t, w->state);
	table_number(t, w->looks);
	table_time(t, w->last_at);
	table_time(t, w->next_at);
	table_time(t, w->ended_at);
}

int cmd_watch_list(const struct invocation *in)
{
	struct error err = ERROR_NONE;
	struct watch_target *list = NULL;
	struct incident about = { .id = 0 };
	size_t count = 0;
	struct table t;
	struct cases c;
	uint64_t most;
	int r = command_number(in, OPTION_COUNT, 100000, 100, &most, &err);

	if (r < 0)
		return common_failed(r, &err);
	r = cases_open(in, false, &c, &err);
	if (r < 0)
		return common_failed(r, &err);
	if (in->argument_count)
		r = find_incident(&c, in->arguments[0], &about, &err);
	if (r == 0 && c.db)
		r = watch_list(c.db, ACCESS_LOCAL, about.id, cases_option(in, OPTION_STATE, ""), (int64_t)most, c.arena, &list, &count, &err);
	if (r == 0) {
		t = table_begin(in, columns, COUNT(columns));
		for (size_t i = 0; i < count; i++)
			print_target(&t, &list[i]);
		table_end(&t);
	}
	return cases_end(&c, r, &err);
}

static void show_target(struct sheet *s, const struct watch_target *t)
{
	sheet_text(s, "ref", "ref", t->ref);
	sheet_text(s, "about", "about", t->about);
	sheet_text(s, "kind", "kind", fetch_kind_names[t->kind]);
	sheet_text(s, "target", "target", t->text);
	sheet_text(s, "state", "state", t->state);
	sheet_number(s, "every", "every (s)", t->every_s);
	sheet_text(s, "method", "method", t->by_proxy ? "proxy" : "direct");
	sheet_number(s, "failures_needed", "failures needed", t->needs.failures);
	sheet_number(s, "over", "over (s)", t->needs.over_us / SECOND_US);
	sheet_number(s, "failures", "failures", (int64_t)t->run.direct + t->run.proxied);
	sheet_time(s, "first_failure", "first failure", t->run.first_at);
	sheet_text(s, "home", "home", t->home);
	sheet_number(s, "looks", "looks", t->looks);
	sheet_time(s, "next", "next", t->next_at);
	sheet_time(s, "ended", "watched until", t->ended_at);
	sheet_text(s, "ended_reason", "because", t->ended_reason);
}

static void show_check(struct sheet *s, const struct watch_check *c)
{
	const struct fetch_answer *a = &c->answer;

	sheet_item(s);
	sheet_time(s, "time", "at", c->at);
	sheet_text(s, "finding", "finding", c->found);
	sheet_text(s, "outcome", "outcome", c->outcome);
	sheet_text(s, "method", "method", c->is_proxied ? "proxy" : "direct");
	if (a->status)
		sheet_number(s, "status", "status", a->status);
	sheet_number(s, "redirects", "redirects", a->redirects);
	sheet_text(s, "url", "url", a->url);
	sheet_text(s, "address", "address", a->address);
	sheet_text(s, "certificate", "certificate", a->certificate);
	sheet_text(s, "certificate_names", "names", a->certificate_names);
	sheet_text(s, "certificate_state", "is", a->certificate_state);
	sheet_text(s, "content", "content", a->content);
	sheet_number(s, "content_bytes", "bytes", (int64_t)a->content_bytes);
	sheet_text(s, "cut", "", a->is_cut ? "there was more" : "");
	sheet_text(s, "sha256", "evidence", c->blob);
	sheet_number(s, "took_ms", "took (ms)", a->took_ms);
	sheet_text(s, "words", "words", a->words);
	sheet_item_end(s);
}

static int show_checks(struct sheet *s, struct cases *c, int64_t id, int64_t most, struct error *err)
{
	struct watch_check *list = NULL;
	size_t count = 0;
	int r = watch_checks(c->db, id, most, c->arena, &list, &count, err);

	sheet_list(s, "checks", "Looks");
	for (size_t i = 0; i < count; i++)
		show_check(s, &list[i]);
	sheet_list_end(s);
	return r;
}

int cmd_watch_show(const struct invocation *in)
{
	struct error err = ERROR_NONE;
	struct watch_target t;
	struct sheet s;
	struct cases c;
	uint64_t most;
	int r = command_number(in, OPTION_COUNT, 100000, 20, &most, &err);

	if (r < 0)
		return common_failed(r, &err);
	r = cases_open(in, false, &c, &err);
	if (r < 0)
		return common_failed(r, &err);
	r = find(&c, in->arguments[0], &t, &err);
	if (r == 0) {
		sheet_begin(&s, in);
		show_target(&s, &t);
		r = show_intervals(&s, &c, &t, 1, &err);
		if (r == 0)
			r = show_checks(&s, &c, t.id, (int64_t)most, &err);
		if (r == 0)
			r = show_timeline(&s, &c, t.id, &err);
		sheet_print(&s);
	}
	return cases_end(&c, r, &err);
}

/* --- check --- */

static int look_at_each(const struct invocation *in, struct cases *c, struct table *t, struct error *err)
{
	struct fetch_settings settings = watch_fetch_settings(c->conf);
	struct watch_office office = { .db = c->db, .blobs = c->blobs, .has_proxy = settings.proxy[0], .actor = c->doing.actor };
	struct watch_target w;
	int r = fetch_open(&settings, &office.fetch, err);

	for (size_t i = 0; i < in->argument_count && r == 0; i++) {
		r = find(c, in->arguments[i], &w, err);
		if (r == 0)
			r = watch_look(&office, w.id, err);
		if (r == 0)
			r = find(c, in->arguments[i], &w, err);
		if (r == 0)
			print_target(t, &w);
		else
			error_prefix(err, "%s", in->arguments[i]);
	}
	fetch_close(office.fetch);
	return r;
}

int cmd_watch_check(const struct invocation *in)
{
	struct error err = ERROR_NONE;
	struct table t;
	struct cases c;
	int r = cases_open(in, true, &c, &err);

	if (r < 0)
		return common_failed(r, &err);
	t = table_begin(in, columns, COUNT(columns));
	r = look_at_each(in, &c, &t, &err);
	table_end(&t);
	return cases_end(&c, r, &err);
}

/* --- decisions --- */

static int decide_each(const struct invocation *in, int (*decide)(struct db *, int64_t, const char *, const struct doing *, struct error *))
{
	struct error err = ERROR_NONE;
	struct watch_target t;
	struct cases c;
	int r = cases_open(in, true, &c, &err);

	if (r < 0)
		return common_failed(r, &err);
	for (size_t i = 0; i < in->argument_count && r == 0; i++) {
		r = find(&c, in->arguments[i], &t, &err);
		if (r == 0)
			r = decide(c.db, t.id, cases_option(in, OPTION_REASON, ""), &c.doing, &err);
		if (r < 0)
			error_prefix(&err, "%s", in->arguments[i]);
	}
	return cases_end(&c, r, &err);
}

int cmd_watch_confirm(const struct invocation *in)
{
	return decide_each(in, watch_confirm);
}

int cmd_watch_end(const struct invocation *in)
{
	return decide_each(in, watch_end);
}
