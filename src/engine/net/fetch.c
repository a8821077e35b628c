/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* Asking hinomi-fetch. */
#include "engine/net/fetch.h"

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/memory.h"
#include "engine/net/wire_int.h"
#include "engine/proc/asked.h"

#include <errno.h>
#include <signal.h>
#include <unistd.h>

#define QUESTION_MAX (64u << 10)
#define GRACE_US (10 * SECOND_US) /* its own limit comes first */

const char *const fetch_outcome_names[FETCH_OUTCOMES] = {
	[FETCH_ANSWERED] = "answered",	       [FETCH_NO_NAME] = "no name",	    [FETCH_NO_ADDRESS] = "no address",
	[FETCH_NO_RESOLVER] = "no resolver",   [FETCH_FORBIDDEN] = "forbidden",	    [FETCH_NO_CONNECTION] = "no connection",
	[FETCH_SLOW] = "slow",		       [FETCH_NO_TLS] = "no TLS",	    [FETCH_NOT_HTTP] = "not HTTP",
	[FETCH_NO_NETWORK] = "no network",     [FETCH_NO_PROXY] = "no proxy",	    [FETCH_WRONG] = "wrong",
	[FETCH_DIED] = "died",
};

const char *const fetch_kind_names[FETCH_KINDS] = {
	[FETCH_HTTP] = "http",
	[FETCH_TCP] = "tcp",
	[FETCH_TLS] = "tls",
	[FETCH_DNS] = "dns",
	[FETCH_NTP] = "ntp",
};

struct fetch {
	struct asked asked;
	int64_t patience_us;
};

static int receive(struct fetch *f, uint32_t wanted, struct bytes *ret, struct error *err)
{
	uint32_t kind;
	int r;

	f->asked.child.until_us = clock_steady() + f->patience_us;
	r = asked_receive(&f->asked, &kind, ret, err);
	return r == 0 && kind != wanted ? asked_garbled(&f->asked, err) : r;
}

static int begin(struct fetch *f, const struct fetch_settings *s, struct error *err)
{
	_cleanup_(buf_clear) struct buf b;
	struct bytes answer, why = { .n = 0 };
	int r;

	buf_init(&b, QUESTION_MAX);
	frame_put_text(&b, s->allow);
	frame_put_text(&b, s->proxy);
	frame_put_text(&b, s->dns);
	frame_put_text(&b, s->agent);
	buf_add_u32le(&b, s->seconds);
	buf_add_u32le(&b, s->redirects);
	buf_add_u32le(&b, s->keep_bytes);
	buf_add_u32le(&b, s->read_bytes);
	r = asked_send(&f->asked, FETCH_BEGIN, &b, err);
	if (r == 0)
		r = receive(f, FETCH_READY, &answer, err);
	if (r == 0 && !frame_take(&answer, &why))
		r = asked_garbled(&f->asked, err);
	if (r == 0 && why.n)
		r = error_set(err, -EINVAL, "%.*s", (int)why.n, (const char *)why.p);
	return r;
}

int fetch_open(const struct fetch_settings *s, struct fetch **ret, struct error *err)
{
	struct fetch *f = memory_new(1, sizeof *f);
	int r = asked_open(&f->asked, "fetch", err);

	if (r < 0) {
		free(f);
		return r;
	}
	f->patience_us = s->seconds * SECOND_US + GRACE_US;
	r = begin(f, s, err);
	if (r < 0)
		fetch_close(f);
	else
		*ret = f;
	return r;
}

static bool take_answer(struct bytes c, struct arena *arena, struct fetch_answer *ret)
{
	struct bytes head;
	uint32_t outcome, is_cut;
	bool is_right = take_u32le(&c, &outcome) && outcome < FETCH_OUTCOMES && take_u32le(&c, &ret->status) &&
			take_u32le(&c, &ret->redirects) && take_u32le(&c, &ret->took_ms) && take_u32le(&c, &is_cut) &&
			take_u64le(&c, &ret->content_bytes) && ret->content_bytes <= INT64_MAX && frame_take_utf8(&c, arena, &ret->url) &&
			frame_take_utf8(&c, arena, &ret->address) && frame_take_utf8(&c, arena, &ret->certificate) &&
			frame_take_utf8(&c, arena, &ret->certificate_names) &&
			frame_take_utf8(&c, arena, &ret->certificate_state) && frame_take_utf8(&c, arena, &ret->content) &&
			frame_take_utf8(&c, arena, &ret->words) && frame_take(&c, &head) && c.n == 0;

	if (!is_right)
		return false;
	ret->outcome = (enum fetch_outcome)outcome;
	ret->is_cut = is_cut;
	ret->head = BYTES(arena_bytes(arena, head.p, head.n), head.n);
	return true;
}

int fetch_send(struct fetch *f, const struct fetch_question *q, struct error *err)
{
	_cleanup_(buf_clear) struct buf b;

	buf_init(&b, QUESTION_MAX);
	buf_add_u32le(&b, q->kind);
	buf_add_u32le(&b, q->is_proxied);
	frame_put_text(&b, q->target);
	return asked_send(&f->asked, FETCH_QUESTION, &b, err);
}

int fetch_receive(struct fetch *f, struct arena *arena, struct fetch_answer *ret, struct error *err)
{
	static const struct fetch_answer none = { .outcome = FETCH_DIED, .url = "", .address = "", .certificate = "",
						  .certificate_names = "", .certificate_state = "", .content = "",
						  .words = "an answer that is none" };
	struct bytes answer;
	int r = receive(f, FETCH_ANSWER, &answer, err);

	/* Who answered has read hostile bytes: what he says is looked at as closely. */
	if (r == 0 && !take_answer(answer, arena, ret))
		*ret = none;
	return r;
}

int fetch_ask(struct fetch *f, const struct fetch_question *q, struct arena *arena, struct fetch_answer *ret, struct error *err)
{
	int r = fetch_send(f, q, err);

	return r < 0 ? r : fetch_receive(f, arena, ret, err);
}

struct fetch *fetch_close(struct fetch *f)
{
	if (!f)
		return NULL;
	/* Behind walls it may be out of reach, as it was started before them; then it ends with its input, or with this process. */
	if (kill(f->asked.child.pid, SIGKILL) == 0) {
		asked_close(&f->asked);
	} else {
		close(f->asked.to);
		close(f->asked.child.from);
		buf_clear(&f->asked.child.frame);
	}
	free(f);
	return NULL;
}
