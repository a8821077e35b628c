/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* Looking at targets. */
#include "ground/watch/look.h"

#include "base/clock.h"
#include "ground/access/sight.h"

#include <errno.h>
#include <sys/random.h>

struct fetch_settings watch_fetch_settings(const struct conf *c)
{
	return (struct fetch_settings){
		.allow = conf_text(c, SETTING_FETCH_ALLOW),
		.proxy = conf_text(c, SETTING_FETCH_PROXY),
		.dns = conf_text(c, SETTING_FETCH_DNS),
		.agent = conf_text(c, SETTING_FETCH_AGENT),
		.seconds = (uint32_t)conf_number(c, SETTING_FETCH_SECONDS),
		.redirects = (uint32_t)conf_number(c, SETTING_FETCH_REDIRECTS),
		.keep_bytes = (uint32_t)conf_number(c, SETTING_FETCH_KEEP) << 10,
		.read_bytes = (uint32_t)conf_number(c, SETTING_FETCH_READ) << 10,
	};
}

static double chance(void)
{
	uint32_t random;

	return getrandom(&random, sizeof random, GRND_NONBLOCK) == sizeof random ? random / 4294967296.0 : 0.5;
}

static struct fetch_answer died(const char *words)
{
	return (struct fetch_answer){ .outcome = FETCH_DIED, .url = "", .address = "", .certificate = "", .certificate_names = "",
				      .certificate_state = "", .content = "", .words = words };
}

static int look(const struct watch_office *o, const struct watch_target *t, struct arena *arena, struct error *err)
{
	struct watch_check c = { .at = clock_now(), .is_proxied = watch_is_proxied(&t->run, t->by_proxy, o->has_proxy), .blob = "" };
	struct fetch_question q = { t->kind, t->text, c.is_proxied };
	struct error inner = ERROR_NONE;
	char name[BLOB_NAME_MAX];
	enum watch_turn turn;
	int asked = fetch_ask(o->fetch, &q, arena, &c.answer, &inner), r = 0;

	/* Even that is a look: the target waits then as others do. */
	if (asked < 0)
		c.answer = died(inner.line);
	if (c.answer.head.n) {
		r = blob_put(o->blobs, c.answer.head, name, err);
		c.blob = name;
	}
	if (r < 0)
		return r;
	c.finding = watch_judge(t->kind, t->text, t->home, &c.answer);
	r = watch_keep(o->db, t->id, &c, chance(), o->actor, &turn, err);
	return r < 0 || asked == 0 ? r : error_set(err, -EPIPE, "%s", inner.line);
}

int watch_look(const struct watch_office *o, int64_t id, struct error *err)
{
	struct arena *arena = arena_new();
	struct watch_target t;
	int r = watch_load(o->db, ACCESS_LOCAL, id, arena, &t, err);

	if (r == 0)
		r = error_set(err, -ENOENT, "there is no such target");
	else if (r > 0 && t.ended_at)
		r = error_set(err, -EALREADY, "watching it ended");
	if (r > 0)
		r = look(o, &t, arena, err);
	arena_free(arena);
	return r;
}

int watch_look_due(const struct watch_office *o, int64_t most_us, struct error *err)
{
	int64_t until = clock_steady() + most_us, id;
	int looked = 0, r = 0;

	while (clock_steady() < until) {
		r = watch_due(o->db, clock_now(), &id, err);
		if (r > 0)
			r = watch_look(o, id, err);
		else
			break;
		if (r < 0)
			break;
		looked++;
	}
	/* The others wait for the next time, with another fetcher. */
	if (r == -EPIPE)
		return looked + 1;
	return r < 0 ? r : looked;
}
