/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* hinomi publish: what goes out. */
#include "base/cleanup.h"
#include "base/text.h"
#include "face/cmd/cmd_int.h"
#include "face/cmd/common.h"
#include "face/cmd/common_cases.h"
#include "publish/release/graphs.h"
#include "publish/render/figure.h"

#include <errno.h>
#include <fcntl.h>

static int parse_now(const struct invocation *in, int64_t *ret, struct error *err)
{
	const char *text = in->value[OPTION_NOW];

	*ret = clock_now();
	if (text && !time_parse(BYTES_TEXT(text), false, ret))
		return error_set(err, -EINVAL, "--now '%s' is not a time such as 2013-07-01T00:00", text);
	return 0;
}

/* --place, else the setting; neither: no table. */
static int load_places(const struct invocation *in, struct place_table **ret, struct error *err)
{
	const struct conf *conf;
	const char *path = in->value[OPTION_PLACE];
	int r = common_conf(in, &conf, err);

	if (r < 0)
		return r;
	if (!path)
		path = conf_text(conf, SETTING_OBSERVE_PLACES);
	return path[0] ? place_table_load(path, ret, err) : 0;
}

static int publish_graphs(const struct invocation *in, struct isdas_options *o, struct release_counts *ret, struct error *err)
{
	struct place_table *places = NULL;
	struct arena *arena = arena_new();
	struct drawer *drawer = NULL;
	struct db *db = NULL;
	struct store *s;
	int r = common_store(in, &s, err);

	if (r < 0) {
		arena_free(arena);
		return r;
	}
	r = parse_now(in, &o->now_us, err);
	o->store = s;
	if (r == 0)
		r = load_places(in, &places, err);
	graphs_use_places(o, places);
	if (r == 0)
		r = common_cases_read(in, &db, err);
	if (r == 0)
		r = graphs_use_notes(o, db, arena, err);
	if (r == 0)
		r = drawer_open(&drawer, err);
	if (r == 0)
		r = graphs_release(in->value[OPTION_OUT], o, drawer, ret, err);
	drawer_close(drawer);
	place_table_free(places);
	db_close(db);
	arena_free(arena);
	store_close(s);
	return r;
}

int cmd_publish_graphs(const struct invocation *in)
{
	struct isdas_options o = { .rules = PUBLISH_RULES_DEFAULT };
	struct error err = ERROR_NONE;
	struct release_counts counts;
	enum lang lang = LANG_COUNT;
	int r = common_lang(in, &lang, &err);

	if (r == 0 && !in->value[OPTION_OUT])
		r = error_set(&err, -EINVAL, "'hinomi publish graphs' needs --output, the folder of the released tree");
	if (r < 0)
		return command_usage(&err);
	if (lang != LANG_COUNT)
		o.skips[lang_other(lang)] = true;
	r = publish_graphs(in, &o, &counts, &err);
	if (r < 0)
		return r == -EINVAL ? command_usage(&err) : command_fail(&err);
	if (!in->value[OPTION_QUIET])
		fprintf(stderr, "%zu files, %zu of them new or changed%s\n", counts.files, counts.written,
			counts.is_switched ? "; released" : "; nothing to release");
	return EXIT_YES;
}
