/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* What commands on the case database share. */
#include "face/cmd/common_cases.h"

#include "base/calendar.h"
#include "base/cleanup.h"
#include "base/clock.h"
#include "base/text.h"
#include "desk/incident/telling.h"
#include "face/cmd/common.h"
#include "ground/access/sight.h"

#include <errno.h>
#include <pwd.h>
#include <unistd.h>

static int open_cases(const struct invocation *in, unsigned flags, struct db **ret, struct error *err)
{
	const char *path = in->value[OPTION_DATABASE], *store;
	const struct conf *conf;
	int r = common_begin(in, &store, err);

	if (r == 0)
		r = common_conf(in, &conf, err);
	if (r < 0)
		return r == -EINVAL ? -EBADMSG : r;
	return db_open(path ? path : conf_text(conf, SETTING_CENTRE_DATABASE), flags, ret, err);
}

int common_cases(const struct invocation *in, struct db **ret, struct error *err)
{
	int r = open_cases(in, DB_CREATE, ret, err);

	if (r < 0) {
		error_hint(err, "--db FILE says where the case database is");
		return r;
	}
	r = access_prepare(*ret, err);
	if (r < 0)
		*ret = db_close(*ret);
	return r;
}

int common_cases_read(const struct invocation *in, struct db **ret, struct error *err)
{
	struct error inner = ERROR_NONE;
	int r = open_cases(in, DB_READS, ret, &inner);

	if (r == -ENOENT) {
		*ret = NULL;
		return 0;
	}
	if (r < 0)
		*err = inner;
	return r;
}

struct doing common_doing(void)
{
	static char actor[80];
	const struct passwd *user = getpwuid(getuid());

	if (user)
		snprintf(actor, sizeof actor, "local:%s", user->pw_name);
	else
		snprintf(actor, sizeof actor, "local:%u", (unsigned)getuid());
	return (struct doing){ clock_now(), actor };
}

int cases_open(const struct invocation *in, bool writes, struct cases *ret, struct error *err)
{
	int r;

	*ret = (struct cases){ .arena = arena_new(), .doing = common_doing() };
	r = common_conf(in, &ret->conf, err);
	if (r == 0)
		r = writes ? common_cases(in, &ret->db, err) : common_cases_read(in, &ret->db, err);
	if (r == 0 && ret->db)
		r = blobs_open(conf_text(ret->conf, SETTING_CENTRE_BLOBS), &ret->blobs, err);
	if (r < 0)
		cases_close(ret);
	return r;
}

void cases_close(struct cases *c)
{
	c->blobs = blobs_close(c->blobs);
	c->db = db_close(c->db);
	c->arena = arena_free(c->arena);
}

int cases_end(struct cases *c, int r, const struct error *err)
{
	cases_close(c);
	return r < 0 ? common_failed(r, err) : EXIT_YES;
}

struct telling_centre cases_centre(const struct invocation *in, const struct cases *c)
{
	return (struct telling_centre){ .name_ja = conf_text(c->conf, SETTING_CENTRE_NAME_JA),
					.name_en = conf_text(c->conf, SETTING_CENTRE_NAME_EN),
					.can_sign = conf_text(c->conf, SETTING_KEYS_SIGN)[0],
					.wants_plain = in->value[OPTION_PLAIN],
					.doing = c->doing };
}

const char *cases_option(const struct invocation *in, enum command_option option, const char *otherwise)
{
	return in->value[option] ? in->value[option] : otherwise;
}

int cases_time(const struct invocation *in, const struct cases *c, int64_t *ret, struct error *err)
{
	const char *text = in->value[OPTION_AT];

	*ret = c->doing.at;
	if (!text)
		return 0;
	if (!time_parse(BYTES_TEXT(text), false, ret)) {
		error_hint(err, "2009-03-03T14:46, with Z or +09:00 where it is not the centre's zone");
		return error_set(err, -EINVAL, "'%.40s' is not a time", text);
	}
	return *ret > c->doing.at ? error_set(err, -EINVAL, "'%.40s' is still to come", text) : 0;
}

int cases_text_of(struct cases *c, const char *path, size_t max, const char **ret, struct error *err)
{
	_cleanup_(buf_clear) struct buf b;
	int r = common_read_file(path, max, &b, err);

	if (r == 0 && (!text_is_utf8(buf_bytes(&b)) || memchr(b.p, '\0', b.n)))
		r = error_set(err, -EINVAL, "'%s' is not text in UTF-8", path);
	if (r == 0)
		*ret = arena_bytes(c->arena, b.p, b.n);
	return r;
}

int common_failed(int r, const struct error *err)
{
	return r == -EINVAL ? command_usage(err) : command_fail(err);
}
