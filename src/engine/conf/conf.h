/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* Settings: one file, blocks of `key = value` (libConfuse's form):
 *
 *	centre { zone = "Asia/Tokyo" }
 *	public { listen = "127.0.0.1:8080"  tree = "/var/lib/hinomi/public" }
 *
 * Each setting is one row of settings.tbl.h. A path that does not begin with '/' counts from the file's folder. */
#ifndef ENGINE_CONF_CONF_H
#define ENGINE_CONF_CONF_H

#include "base/buf.h"
#include "base/error.h"

#define CONF_PATH_DEFAULT "/etc/hinomi/hinomi.conf"

enum setting {
#define SETTING(constant, block, name, type, otherwise, least, most, help) SETTING_##constant,
#include "engine/conf/settings.tbl.h"
#undef SETTING
	SETTING_COUNT,
};

enum setting_type { SETTING_TEXT, SETTING_NUMBER, SETTING_PATH };

struct setting_row {
	const char *block, *name;
	enum setting_type type;
	const char *otherwise; /* the default, as it is written */
	int64_t least, most;
	const char *help;
};
extern const struct setting_row setting_rows[SETTING_COUNT];

struct conf;

/* Reads the file. NULL: the default path, where a missing file means all defaults. -EINVAL with the line that is
 * wrong. Free with conf_free, which accepts NULL. */
int conf_load(const char *path, struct conf **ret, struct error *err);
struct conf *conf_free(struct conf *c);

const char *conf_text(const struct conf *c, enum setting s);
int64_t conf_number(const struct conf *c, enum setting s);

/* What is in force, as a file that conf_load reads back to the same. */
void conf_show(const struct conf *c, struct buf *out);

#endif
