/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* hinomi sense run, enrol, check: a sensor on this machine. What needs libpcap or libcurl is done by hinomi-sense, which
 * this replaces itself by. */
#include "base/cleanup.h"
#include "base/text.h"
#include "engine/conf/conf.h"
#include "engine/proc/helper.h"
#include "face/cmd/cmd_int.h"
#include "face/cmd/table.h"
#include "observe/sensor/quiet.h"

#include <errno.h>
#include <unistd.h>

#define PROGRAM "hinomi-sense"
#define ARGUMENTS_MAX 32

static int become(const struct invocation *in, const char *verb)
{
	static const struct {
		enum command_option option;
		const char *name;
	} passed[] = { { OPTION_CONFIG, "--config" },   { OPTION_INTERFACE, "--interface" }, { OPTION_FOLDER, "--folder" },
		       { OPTION_PREFIX, "--prefix" },   { OPTION_OPERATOR, "--operator" },   { OPTION_DNS, "--dns" },
		       { OPTION_NTP, "--ntp" },         { OPTION_USER, "--user" } };
	char *arguments[ARGUMENTS_MAX] = { (char *)PROGRAM, (char *)verb };
	struct error err = ERROR_NONE;
	char path[HELPER_PATH_MAX];
	size_t n = 2;

	if (helper_path("sense", path, &err) < 0)
		return command_fail(&err);
	for (size_t i = 0; i < COUNT(passed); i++) {
		if (!in->value[passed[i].option])
			continue;
		arguments[n++] = (char *)passed[i].name;
		arguments[n++] = (char *)in->value[passed[i].option];
	}
	arguments[n++] = (char *)"--";
	for (size_t i = 0; i < in->argument_count && n < ARGUMENTS_MAX - 1; i++)
		arguments[n++] = in->arguments[i];
	arguments[n] = NULL;
	execv(path, arguments);
	error_errno(&err, -errno, "cannot run '%s'", path);
	return command_fail(&err);
}

int cmd_sense_run(const struct invocation *in)
{
	return become(in, "run");
}

int cmd_sense_enrol(const struct invocation *in)
{
	return become(in, "enrol");
}

static const struct column columns[] = {
	{ "check", "Check", COLUMN_TEXT },
	{ "result", "Result", COLUMN_TEXT },
	{ "found", "Found", COLUMN_TEXT },
	{ "todo", NULL, COLUMN_TEXT },
};

struct checking {
	struct table table;
	bool is_wrong, is_quiet;
};

static void print_finding(void *context, const struct quiet_finding *f)
{
	static const char *const words[] = { "good", "unknown", "wrong" };
	struct checking *c = context;

	c->is_wrong = c->is_wrong || f->level == QUIET_WRONG;
	table_text(&c->table, f->what);
	table_text(&c->table, words[f->level]);
	table_text(&c->table, f->line);
	if (f->todo)
		table_text(&c->table, f->todo);
	else
		table_nothing(&c->table);
	if (f->todo && !c->is_quiet)
		fprintf(stderr, "hint: %s\n", f->todo);
}

int cmd_sense_check(const struct invocation *in)
{
	static struct rules watched;
	const char *interface = in->value[OPTION_INTERFACE], *prefixes = in->value[OPTION_PREFIX];
	struct checking c = { .is_quiet = in->value[OPTION_QUIET] };
	struct error err = ERROR_NONE;
	struct conf *conf = NULL;
	int r = conf_load(in->value[OPTION_CONFIG], &conf, &err);

	if (r < 0)
		return command_fail(&err);
	if (!interface)
		interface = conf_text(conf, SETTING_SENSE_INTERFACE);
	if (!prefixes)
		prefixes = conf_text(conf, SETTING_SENSE_PREFIXES);
	r = rules_add(&watched, RULE_NOT_WATCHED, prefixes, 0, &err);
	if (r == 0 && !interface[0]) {
		error_hint(&err, "`ip link` lists the interfaces; name one with -i");
		r = error_set(&err, -EINVAL, "no interface to check");
	}
	if (r < 0) {
		conf_free(conf);
		return command_usage(&err);
	}
	c.table = table_begin(in, columns, COUNT(columns));
	r = quiet_check(interface, &watched, print_finding, &c, &err);
	table_end(&c.table);
	conf_free(conf);
	if (r < 0)
		return command_fail(&err);
	return c.is_wrong ? EXIT_NO : EXIT_YES;
}
