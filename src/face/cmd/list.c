/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* hinomi list import, show, ask: lists of addresses, from file to letters. */
#include "desk/incident/list.h"

#include "base/calendar.h"
#include "base/cleanup.h"
#include "base/memory.h"
#include "desk/incident/check.h"
#include "face/cmd/cmd_int.h"
#include "face/cmd/common.h"
#include "face/cmd/common_cases.h"
#include "face/cmd/desk_find.h"
#include "face/cmd/sheet.h"
#include "ground/intake/intake.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>

#define LETTER_TEXT_MAX (1u << 20)

/* --- import --- */

struct importing {
	const struct invocation *in;
	struct cases c;
	struct network_table *networks;
	int64_t report;
	uint64_t rows, faults, unknown; /* unknown: nobody answers for the address */
};

static void tell(void *context, int64_t done)
{
	struct importing *m = context;

	if (m->in->is_terminal && !m->in->value[OPTION_QUIET])
		common_progress("working", (uint64_t)done, "done");
}

static void count_rows(struct importing *m, const struct read_row *rows, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		m->rows += !rows[i].why;
		m->faults += rows[i].why != NULL;
		m->unknown += !rows[i].why && !network_find(m->networks, &rows[i].address);
		if (rows[i].why && m->faults <= 5 && !m->in->value[OPTION_QUIET])
			fprintf(stderr, "line %llu: %s\n", (unsigned long long)rows[i].number, rows[i].why);
	}
	tell(m, (int64_t)(m->rows + m->faults));
}

static int take_rows(void *context, const struct read_row *rows, size_t count, struct error *err)
{
	struct importing *m = context;

	count_rows(m, rows, count);
	return m->in->value[OPTION_DRY_RUN] ? 0 : list_keep(m->c.db, m->report, m->networks, rows, count, err);
}

static int zone_of(const struct invocation *in, struct read_list_options *o, struct error *err)
{
	const char *text = in->value[OPTION_INPUT_ZONE];
	int64_t t;
	char time[80];

	if (!text)
		return 0;
	snprintf(time, sizeof time, "2000-01-01T00:00:00%.20s", strcmp(text, "UTC") == 0 ? "Z" : text);
	if (!time_parse(BYTES_TEXT(time), true, &t)) {
		error_hint(err, "UTC or an offset: +09:00");
		return error_set(err, -EINVAL, "'%.40s' is not a zone", text);
	}
	o->has_offset = true;
	o->offset_s = (int)((INT64_C(946684800) * SECOND_US - t) / SECOND_US);
	return 0;
}

static int read_file(struct importing *m, int fd, struct error *err)
{
	struct read_list_options o = { .received_us = m->c.doing.at, .rows = take_rows, .context = m };
	int r = zone_of(m->in, &o, err);

	if (r == 0 && lseek(fd, 0, SEEK_SET) < 0)
		r = error_errno(err, -errno, "cannot read the list from its begin");
	return r < 0 ? r : read_list(fd, &o, err);
}

struct filing {
	int64_t message, report;
	const struct list_new *n;
};

static int file_message(struct db *db, void *context, struct error *err)
{
	const struct filing *f = context;
	const struct intake_filing filing = { .state = "filed", .kind = "list", .reason = "imported", .message_id = "",
					      .from_name = "", .from_address = f->n->reporter_address, .subject = f->n->subject,
					      .protection = "none", .signature = "", .text = "", .about_id = f->report };

	return intake_file(db, f->message, &filing, err);
}

/* The file itself is kept before its first line is looked at. */
static int begin(struct importing *m, const char *path, int fd, struct error *err)
{
	struct list_new n = { .subject = cases_option(m->in, OPTION_TITLE, path), .reporter_name = "",
			      .reporter_address = cases_option(m->in, OPTION_SENDER, ""),
			      .category = cases_option(m->in, OPTION_CATEGORY, ""), .received_at = m->c.doing.at, .doing = m->c.doing };
	const char *per = cases_option(m->in, OPTION_FOR_EACH, "address");
	int r;

	if (!list_per_parse(per, &n.per))
		return error_set(err, -EINVAL, "'%.40s' is not address, administrator or one", per);
	r = intake_keep_file(m->c.db, m->c.blobs, "list", fd, m->c.doing.at, &n.message_id, err);
	if (r >= 0)
		r = list_begin(m->c.db, &n, &m->report, err);
	return r < 0 ? r : db_transaction(m->c.db, file_message, &(struct filing){ n.message_id, m->report, &n }, err);
}

static int finish(struct importing *m, struct error *err)
{
	int r = list_read(m->c.db, m->report, &m->c.doing, err);

	if (r == 0)
		r = list_choose(m->c.db, m->report, m->networks, tell, m, err);
	return r < 0 ? r : list_make(m->c.db, m->report, &m->c.doing, tell, m, err);
}

static void print_list(const struct invocation *in, const struct list *l, const struct check_counts *checks)
{
	struct sheet s;

	sheet_begin(&s, in);
	sheet_text(&s, "report", "report", l->ref);
	sheet_text(&s, "state", "state", l->state);
	sheet_text(&s, "category", "category", l->category);
	sheet_text(&s, "each", "each", l->per);
	sheet_number(&s, "lines", "lines", l->lines);
	sheet_number(&s, "faults", "not understood", l->faults);
	sheet_number(&s, "addresses", "addresses", l->addresses);
	sheet_number(&s, "confirmed", "confirmed", checks->confirmed);
	sheet_number(&s, "not_confirmed", "not confirmed", checks->refuted);
	sheet_number(&s, "contacts", "contacts", l->contacts);
	sheet_number(&s, "without_contact", "without contact", l->without_contact);
	sheet_number(&s, "incidents", "incidents", l->incidents);
	sheet_number(&s, "requests", "requests", l->requests);
	sheet_print(&s);
}

static int show(struct importing *m, struct error *err)
{
	struct check_counts checks;
	struct list l;
	int r = list_load(m->c.db, m->report, m->c.arena, &l, err);

	if (r == 0)
		return error_set(err, -ENOENT, "the report is not a list");
	if (r > 0)
		r = check_count(m->c.db, m->report, &checks, err);
	if (r == 0)
		print_list(m->in, &l, &checks);
	return r;
}

static int import(struct importing *m, const char *path, struct error *err)
{
	_cleanup_close_ int fd = open(path, O_RDONLY | O_CLOEXEC);
	bool is_trial = m->in->value[OPTION_DRY_RUN];
	int r = fd < 0 ? error_errno(err, -errno, "cannot open '%s'", path) : 0;

	if (r == 0)
		r = network_table_load(m->c.db, &m->networks, err);
	if (r == 0 && !is_trial)
		r = begin(m, path, fd, err);
	if (r == 0)
		r = read_file(m, fd, err);
	if (m->in->is_terminal)
		common_progress_end();
	if (r == 0 && is_trial)
		printf("%llu lines would be kept, %llu were not understood; for %llu nobody is known who answers for the address\n",
		       (unsigned long long)m->rows, (unsigned long long)m->faults, (unsigned long long)m->unknown);
	if (r == 0 && !is_trial)
		r = finish(m, err);
	if (m->in->is_terminal)
		common_progress_end();
	if (r == 0 && !is_trial)
		r = show(m, err);
	network_table_free(m->networks);
	return r;
}

int cmd_list_import(const struct invocation *in)
{
	struct importing m = { .in = in };
	struct error err = ERROR_NONE;
	int r = cases_open(in, true, &m.c, &err);

	if (r < 0)
		return common_failed(r, &err);
	r = import(&m, in->arguments[0], &err);
	return cases_end(&m.c, r, &err);
}

/* --- show and ask --- */

static int find(struct importing *m, const char *ref, struct error *err)
{
	struct report p;
	int r = find_report(&m->c, ref, &p, err);

	if (r == 0)
		m->report = p.id;
	return r;
}

int cmd_list_show(const struct invocation *in)
{
	struct importing m = { .in = in };
	struct error err = ERROR_NONE;
	int r = cases_open(in, false, &m.c, &err);

	if (r < 0)
		return common_failed(r, &err);
	r = find(&m, in->arguments[0], &err);
	if (r == 0)
		r = show(&m, &err);
	return cases_end(&m.c, r, &err);
}

static int ask(struct importing *m, struct error *err)
{
	struct list_letters o = { .subject = cases_option(m->in, OPTION_SUBJECT, ""),
				  .home = conf_text(m->c.conf, SETTING_CENTRE_COUNTRY),
				  .wants_plain = m->in->value[OPTION_PLAIN], .only_confirmed = m->in->value[OPTION_CONFIRMED],
				  .can_sign = conf_text(m->c.conf, SETTING_KEYS_SIGN)[0], .blobs = m->c.blobs, .doing = m->c.doing };
	int r = find(m, m->in->arguments[0], err);

	if (r == 0 && (!o.subject[0] || !m->in->value[OPTION_TEXT]))
		r = error_set(err, -EINVAL, "a letter needs a subject and a text: --subject, --text");
	if (r == 0)
		r = cases_text_of(&m->c, m->in->value[OPTION_TEXT], LETTER_TEXT_MAX, &o.text, err);
	if (r == 0)
		r = list_ask(m->c.db, m->report, &o, tell, m, err);
	if (m->in->is_terminal)
		common_progress_end();
	return r < 0 ? r : show(m, err);
}

int cmd_list_ask(const struct invocation *in)
{
	struct importing m = { .in = in };
	struct error err = ERROR_NONE;
	int r = cases_open(in, true, &m.c, &err);

	if (r < 0)
		return common_failed(r, &err);
	r = ask(&m, &err);
	return cases_end(&m.c, r, &err);
}
