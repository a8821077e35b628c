/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* Settings. */
#include "engine/conf/conf.h"

#include "base/cleanup.h"
#include "base/memory.h"

#include <confuse.h>
#include <errno.h>
#include <unistd.h>

#define BLOCKS_MAX 32

const struct setting_row setting_rows[SETTING_COUNT] = {
#define SETTING(constant, block, name, type, otherwise, least, most, help) \
	[SETTING_##constant] = { block, name, SETTING_##type, otherwise, least, most, help },
#include "engine/conf/settings.tbl.h"
#undef SETTING
};

struct conf {
	char *text[SETTING_COUNT];
	int64_t number[SETTING_COUNT];
};

/* The line that libConfuse complains with; it has no context argument. */
static struct error *complaint;

static void complain(cfg_t *cfg, const char *format, va_list args)
{
	char line[300];

	vsnprintf(line, sizeof line, format, args);
	error_set(complaint, -EINVAL, "%s:%d: %s", cfg && cfg->filename ? cfg->filename : "configuration",
		  cfg ? cfg->line : 0, line);
}

static size_t list_blocks(const char *blocks[BLOCKS_MAX])
{
	size_t count = 0;

	for (int s = 0; s < SETTING_COUNT; s++) {
		size_t b = 0;
		while (b < count && strcmp(blocks[b], setting_rows[s].block) != 0)
			b++;
		if (b == count)
			blocks[count++] = setting_rows[s].block;
	}
	return count;
}

/* The options of one block, for libConfuse; the array is the caller's. */
static void fill_block(cfg_opt_t *options, const char *block)
{
	size_t n = 0;

	for (int s = 0; s < SETTING_COUNT; s++) {
		const struct setting_row *row = &setting_rows[s];
		if (strcmp(row->block, block) != 0)
			continue;
		if (row->type == SETTING_NUMBER)
			options[n++] = (cfg_opt_t)CFG_INT(row->name, strtol(row->otherwise, NULL, 10), CFGF_NONE);
		else
			options[n++] = (cfg_opt_t)CFG_STR(row->name, row->otherwise, CFGF_NONE);
	}
	options[n] = (cfg_opt_t)CFG_END();
}

static char *path_from(const char *file, const char *path)
{
	const char *slash = strrchr(file, '/');
	size_t folder = slash ? (size_t)(slash - file) + 1 : 0, n = strlen(path);
	char *whole;

	/* A database may be a server's. */
	if (path[0] == '/' || path[0] == '\0' || folder == 0 || strstr(path, "://"))
		return memory_copy_text(path, n);
	whole = memory_new(folder + n + 1, 1);
	memcpy(whole, file, folder);
	memcpy(whole + folder, path, n + 1);
	return whole;
}

static int take_values(struct conf *c, cfg_t *cfg, const char *file, struct error *err)
{
	for (int s = 0; s < SETTING_COUNT; s++) {
		const struct setting_row *row = &setting_rows[s];
		cfg_t *block = cfg_getsec(cfg, row->block);
		if (row->type == SETTING_NUMBER) {
			c->number[s] = cfg_getint(block, row->name);
			if (c->number[s] < row->least || c->number[s] > row->most)
				return error_set(err, -EINVAL, "%s: %s.%s = %lld is not between %lld and %lld", file, row->block,
						 row->name, (long long)c->number[s], (long long)row->least,
						 (long long)row->most);
		} else {
			const char *text = cfg_getstr(block, row->name);
			text = text ? text : "";
			c->text[s] = row->type == SETTING_PATH ? path_from(file, text)
							       : memory_copy_text(text, strlen(text));
		}
	}
	return 0;
}

static int parse(cfg_t *cfg, const char *path, bool may_miss, struct error *err)
{
	int r;

	complaint = err;
	cfg_set_error_function(cfg, complain);
	if (access(path, R_OK) < 0) {
		if (may_miss && errno == ENOENT)
			return cfg_parse_buf(cfg, "") == CFG_SUCCESS ? 0 : -EINVAL;
		return error_errno(err, -errno, "cannot read '%s'", path);
	}
	r = cfg_parse(cfg, path);
	complaint = NULL;
	if (r == CFG_SUCCESS)
		return 0;
	error_hint(err, "`hinomi config show` prints every setting");
	return err->line[0] ? -EINVAL : error_set(err, -EINVAL, "'%s' is not a configuration", path);
}

/* What arrives lies beside the case database, unless it is told otherwise; beside where that would be, if it is a server's. */
static void complete(struct conf *c)
{
	const char *set = c->text[SETTING_CENTRE_DATABASE];
	const char *database = strstr(set, "://") ? setting_rows[SETTING_CENTRE_DATABASE].otherwise : set;
	const char *slash = strrchr(database, '/');
	char *blobs = NULL;

	if (c->text[SETTING_CENTRE_BLOBS][0])
		return;
	if (asprintf(&blobs, "%.*sblobs", slash ? (int)(slash - database) + 1 : 0, database) < 0)
		abort();
	free(c->text[SETTING_CENTRE_BLOBS]);
	c->text[SETTING_CENTRE_BLOBS] = blobs;
}

int conf_load(const char *path, struct conf **ret, struct error *err)
{
	cfg_opt_t top[BLOCKS_MAX + 1], options[BLOCKS_MAX][SETTING_COUNT + 1];
	const char *blocks[BLOCKS_MAX];
	const char *file = path ? path : CONF_PATH_DEFAULT;
	size_t count = list_blocks(blocks);
	struct conf *c;
	cfg_t *cfg;
	int r;

	for (size_t b = 0; b < count; b++) {
		fill_block(options[b], blocks[b]);
		top[b] = (cfg_opt_t)CFG_SEC(blocks[b], options[b], CFGF_NONE);
	}
	top[count] = (cfg_opt_t)CFG_END();
	cfg = cfg_init(top, CFGF_NONE);
	if (!cfg)
		return error_set(err, -ENOMEM, "cannot read the configuration");
	c = memory_new(1, sizeof *c);
	r = parse(cfg, file, !path, err);
	if (r == 0)
		r = take_values(c, cfg, file, err);
	cfg_free(cfg);
	if (r < 0) {
		conf_free(c);
		return r;
	}
	complete(c);
	*ret = c;
	return 0;
}

struct conf *conf_free(struct conf *c)
{
	if (!c)
		return NULL;
	for (int s = 0; s < SETTING_COUNT; s++)
		free(c->text[s]);
	free(c);
	return NULL;
}

const char *conf_text(const struct conf *c, enum setting s)
{
	return c->text[s];
}

int64_t conf_number(const struct conf *c, enum setting s)
{
	return c->number[s];
}

static void show_value(const struct conf *c, int s, struct buf *out)
{
	if (setting_rows[s].type == SETTING_NUMBER) {
		buf_addf(out, "%lld", (long long)c->number[s]);
		return;
	}
	buf_add_char(out, '"');
	for (const char *p = c->text[s]; *p; p++) {
		if (*p == '"' || *p == '\\')
			buf_add_char(out, '\\');
		buf_add_char(out, *p);
	}
	buf_add_char(out, '"');
}

void conf_show(const struct conf *c, struct buf *out)
{
	const char *blocks[BLOCKS_MAX];
	size_t count = list_blocks(blocks);

	for (size_t b = 0; b < count; b++) {
		buf_addf(out, "%s%s {\n", b ? "\n" : "", blocks[b]);
		for (int s = 0; s < SETTING_COUNT; s++) {
			if (strcmp(setting_rows[s].block, blocks[b]) != 0)
				continue;
			buf_addf(out, "\t# %s\n\t%s = ", setting_rows[s].help, setting_rows[s].name);
			show_value(c, s, out);
			buf_add_char(out, '\n');
		}
		buf_add_text(out, "}\n");
	}
}
