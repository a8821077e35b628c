/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* hinomi list check: whether what a list says of its addresses is so, from a file or by asking. */
#include "desk/incident/check.h"

#include "base/cleanup.h"
#include "base/memory.h"
#include "face/cmd/cmd_int.h"
#include "face/cmd/common.h"
#include "face/cmd/common_cases.h"
#include "face/cmd/desk_find.h"
#include "face/cmd/sheet.h"
#include "ground/intake/read_list.h"
#include "ground/watch/look.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

struct checking {
	const struct invocation *in;
	struct cases c;
	int64_t report;
	const char *method;
	struct check_counts counts;
	int64_t faults, strangers; /* strangers: not on the list */
};

static void tell(void *context, int64_t done)
{
	const struct checking *k = context;

	if (k->in->is_terminal && !k->in->value[OPTION_QUIET])
		common_progress("asking", (uint64_t)done, "asked");
}

/* --- from a file --- */

static bool take_row(const struct checking *k, const struct read_row *row, struct check_result *ret)
{
	if (row->why || row->address.family == 0 || !check_parse(row->kind, &ret->is_confirmed))
		return false;
	address_format(&row->address, ret->address);
	ret->at = row->has_time ? row->time_us : k->c.doing.at;
	return true;
}

static void complain(struct checking *k, const struct read_row *row)
{
	if (++k->faults <= 5 && !k->in->value[OPTION_QUIET])
		fprintf(stderr, "line %llu: %s\n", (unsigned long long)row->number,
			row->why ? row->why : "no address, or a result that is neither confirmed nor not confirmed");
}

static int take_rows(void *context, const struct read_row *rows, size_t count, struct error *err)
{
	struct checking *k = context;
	_cleanup_free_ struct check_result *results = memory_new(count + 1, sizeof *results);
	size_t n = 0;
	int known = 0;

	for (size_t i = 0; i < count; i++) {
		if (!take_row(k, &rows[i], &results[n])) {
			complain(k, &rows[i]);
			continue;
		}
		k->counts.confirmed += results[n].is_confirmed;
		k->counts.refuted += !results[n].is_confirmed;
		n++;
	}
	if (!k->in->value[OPTION_DRY_RUN])
		known = check_keep(k->c.db, k->report, results, n, k->method, err);
	k->strangers += known < 0 || k->in->value[OPTION_DRY_RUN] ? 0 : (int64_t)n - known;
	return known < 0 ? known : 0;
}

static int from_file(struct checking *k, const char *path, struct error *err)
{
	struct read_list_options o = { .received_us = k->c.doing.at, .rows = take_rows, .context = k };
	_cleanup_close_ int fd = open(path, O_RDONLY | O_CLOEXEC);
	int r = fd < 0 ? error_errno(err, -errno, "cannot open '%s'", path) : read_list(fd, &o, err);

	if (r == 0 && !k->in->value[OPTION_DRY_RUN])
		r = check_say(k->c.db, k->report, k->method, k->counts.confirmed, k->counts.refuted, &k->c.doing, err);
	return r;
}

/* --- by asking --- */

static int by_asking(struct checking *k, struct error *err)
{
	struct check_ntp o = { .settings = watch_fetch_settings(k->c.conf), .port = (unsigned)conf_number(k->c.conf, SETTING_CHECK_NTP_PORT),
			       .progress = tell, .context = k, .doing = k->c.doing };
	int r;

	o.settings.seconds = (uint32_t)conf_number(k->c.conf, SETTING_CHECK_SECONDS);
	if (strcmp(conf_text(k->c.conf, SETTING_CHECK_NTP_MONLIST), "on") != 0) {
		error_hint(err, "it sends datagrams to the addresses of the list; the setting check.ntp_monlist = \"on\" allows it");
		return error_set(err, -EPERM, "asking NTP servers is off");
	}
	r = check_ntp(k->c.db, k->report, &o, &k->counts, err);
	if (k->in->is_terminal)
		common_progress_end();
	return r;
}

static void print(const struct checking *k, const struct check_counts *all)
{
	struct sheet s;

	sheet_begin(&s, k->in);
	sheet_number(&s, "confirmed_now", "confirmed now", k->counts.confirmed);
	sheet_number(&s, "not_confirmed_now", "not, now", k->counts.refuted);
	sheet_number(&s, "not_on_list", "not on the list", k->strangers);
	sheet_number(&s, "faults", "not understood", k->faults);
	sheet_number(&s, "confirmed", "confirmed", all->confirmed);
	sheet_number(&s, "not_confirmed", "not confirmed", all->refuted);
	sheet_print(&s);
}

static int check(struct checking *k, struct error *err)
{
	struct check_counts all = { 0, 0 };
	struct report p;
	int r = find_report(&k->c, k->in->arguments[0], &p, err);

	k->report = r == 0 ? p.id : 0;
	k->method = cases_option(k->in, OPTION_SOURCE, "");
	if (r == 0 && k->in->value[OPTION_BY_NTP])
		r = k->in->argument_count == 1 ? by_asking(k, err) : error_set(err, -EINVAL, "either a file or --ask-ntp");
	else if (r == 0 && (k->in->argument_count != 2 || !k->method[0]))
		r = error_set(err, -EINVAL, "a file of results, and --source that says how they were found; or --ask-ntp");
	else if (r == 0)
		r = from_file(k, k->in->arguments[1], err);
	if (r == 0)
		r = check_count(k->c.db, k->report, &all, err);
	if (r == 0)
		print(k, &all);
	return r;
}

int cmd_list_check(const struct invocation *in)
{
	struct checking k = { .in = in };
	struct error err = ERROR_NONE;
	int r = cases_open(in, true, &k.c, &err);

	if (r == 0)
		r = check(&k, &err);
	return cases_end(&k.c, r, &err);
}
