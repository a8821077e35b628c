/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* Between the public pages and the desk: what their process dropped into its spool is kept as it is, and what the reporters' links
 * show is written for it. */
#include "flow/flow.h"

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/memory.h"
#include "base/text.h"
#include "desk/incident/report.h"
#include "engine/proc/file.h"
#include "format/form/form.h"
#include "ground/intake/intake.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <sys/stat.h>

#define AT_ONCE 200
#define STATE_MAX 512
#define SINCE "since"
/* Who changes a report looks at the clock before the change is committed. */
#define OVERLAP_US (10 * 60 * SECOND_US)
#define NEIGHBOUR_DAYS 1

/* --- the spool --- */

static bool has_ending(const char *name, const char *ending)
{
	size_t n = strlen(name), length = strlen(ending);

	return n > length && strcmp(name + n - length, ending) == 0;
}

/* <hash>.report or <hash>.<sixteen digits>.more */
static bool is_form(const char *name)
{
	size_t n = strlen(name);

	if (n < FORM_HASH_TEXT || !form_is_hash(BYTES(name, FORM_HASH_TEXT)))
		return false;
	return strcmp(name + FORM_HASH_TEXT, ".report") == 0 ||
	       (n == FORM_HASH_TEXT + strlen(".0123456789abcdef.more") && has_ending(name, ".more"));
}

/* What was being written when its process ended was never acknowledged. */
static void remove_old_neighbour(int spool, const char *name, int64_t now)
{
	struct stat st;

	if (has_ending(name, ".new") && fstatat(spool, name, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
	    st.st_mtim.tv_sec < now / SECOND_US - NEIGHBOUR_DAYS * 86400)
		unlinkat(spool, name, 0);
}

struct names {
	char (*list)[FORM_HASH_TEXT + 32];
	size_t count, room;
};

/* Reports before what is added to them. */
static int compare(const void *a, const void *b)
{
	int is_more_a = has_ending(a, ".more"), is_more_b = has_ending(b, ".more");

	return is_more_a != is_more_b ? is_more_a - is_more_b : strcmp(a, b);
}

static int list_spool(int spool, int64_t now, struct names *ret, struct error *err)
{
	int fd = openat(spool, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *entry;

	if (!dir)
		return error_errno(err, -errno, "cannot list the spool of forms");
	while ((entry = readdir(dir))) {
		remove_old_neighbour(spool, entry->d_name, now);
		if (!is_form(entry->d_name))
			continue;
		ret->list = memory_grow(ret->list, &ret->room, ret->count + 1, sizeof *ret->list);
		if (text_copy(ret->list[ret->count], sizeof *ret->list, BYTES_TEXT(entry->d_name)))
			ret->count++;
	}
	closedir(dir);
	if (ret->count)
		qsort(ret->list, ret->count, sizeof *ret->list, compare);
	return 0;
}

static int write_state(int states, const char *hash, const struct form_state *s, struct error *err)
{
	_cleanup_(buf_clear) struct buf b, old;
	bool is_same;

	buf_init(&b, STATE_MAX);
	form_state_format(s, &b);
	is_same = file_read(states, hash, STATE_MAX, &old, NULL) == 0 && bytes_equal(buf_bytes(&b), buf_bytes(&old));
	return is_same ? 0 : file_replace(states, hash, buf_bytes(&b), 0600, err);
}

/* Its link goes on to work while it waits to be read; what is said of another report stays. */
static int write_first_state(int states, const char *name, int64_t at, struct error *err)
{
	const struct form_state s = { .progress = FORM_NEW, .ref = "", .received_at = at };
	char hash[FORM_HASH_TEXT + 1];
	struct stat st;

	snprintf(hash, sizeof hash, "%.*s", FORM_HASH_TEXT, name);
	if (!has_ending(name, ".report") || fstatat(states, hash, &st, AT_SYMLINK_NOFOLLOW) == 0)
		return 0;
	return write_state(states, hash, &s, err);
}

/* What is no file of ours, or too large, stays for a person, under a name that is not taken again. */
static int set_aside(int spool, const char *name, struct error *err)
{
	char aside[FORM_HASH_TEXT + 40];

	snprintf(aside, sizeof aside, "%s.bad", name);
	log_error("a file of the spool of forms cannot be taken; a person must look", "file", aside);
	return renameat(spool, name, spool, aside) < 0 ? error_errno(err, -errno, "cannot set '%s' aside", name) : 0;
}

static int read_file(int spool, const char *name, struct buf *ret, int64_t *ret_at, struct error *err)
{
	struct stat st;

	buf_init(ret, 0);
	if (fstatat(spool, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return error_errno(err, -errno, "cannot look at '%s'", name);
	if (!S_ISREG(st.st_mode) || st.st_size == 0)
		return error_set(err, -E2BIG, "'%s' is no file of a form", name);
	*ret_at = (int64_t)st.st_mtim.tv_sec * SECOND_US + st.st_mtim.tv_nsec / 1000;
	return file_read(spool, name, FORM_BYTES_MAX, ret, err);
}

/* Received when it was written, not when the jobs came round to it; the time inside is the other process' word. */
static int take_one(struct db *db, struct blobs *blobs, const struct flow_forms *forms, const char *name, const struct doing *doing,
		    struct error *err)
{
	_cleanup_(buf_clear) struct buf b;
	int64_t at = 0, id;
	int r = read_file(forms->spool, name, &b, &at, err);

	if (r == -E2BIG)
		return set_aside(forms->spool, name, err);
	if (r < 0)
		return r;
	r = intake_keep(db, blobs, &(struct intake_new){ "web", buf_bytes(&b), MIN(at, doing->at) }, &id, err);
	if (r >= 0)
		r = write_first_state(forms->states, name, at, err);
	if (r == 0 && unlinkat(forms->spool, name, 0) < 0)
		r = error_errno(err, -errno, "cannot remove '%s' from the spool", name);
	return r;
}

int flow_forms_take(struct db *db, struct blobs *blobs, const struct flow_forms *forms, const struct doing *doing, struct error *err)
{
	struct names names = { .list = NULL };
	size_t i = 0;
	int r = list_spool(forms->spool, doing->at, &names, err);

	for (; i < names.count && i < AT_ONCE && r == 0; i++)
		r = take_one(db, blobs, forms, names.list[i], doing, err);
	free(names.list);
	return r < 0 ? r : (int)i;
}

int flow_forms_wait(int spool, struct error *err)
{
	struct names names = { .list = NULL };
	int r = list_spool(spool, 0, &names, err);

	free(names.list);
	return r < 0 ? r : names.count > 0;
}

/* --- the states --- */

struct telling {
	const struct flow_forms *forms;
	int64_t latest_us;
	int count;
	struct error *err;
};

static enum form_progress progress_of(const char *state)
{
	return strcmp(state, "open") == 0 ? FORM_OPEN : strcmp(state, "closed") == 0 ? FORM_CLOSED :
	       strcmp(state, "withdrawn") == 0 ? FORM_WITHDRAWN : FORM_NEW;
}

static int tell(void *context, const struct report_secret *s)
{
	struct form_state state = { .progress = progress_of(s->state), .received_at = s->received_at };
	struct telling *t = context;

	if (!form_is_hash(BYTES_TEXT(s->token_hash)))
		return 0;
	snprintf(state.ref, sizeof state.ref, "%s", s->ref);
	t->latest_us = MAX(t->latest_us, s->changed_at);
	t->count++;
	return write_state(t->forms->states, s->token_hash, &state, t->err);
}

/* Up to when all was told. Without the file, all is told again. */
static int64_t since_of(int states)
{
	_cleanup_(buf_clear) struct buf b;
	uint64_t at;

	if (file_read(states, SINCE, 64, &b, NULL) < 0 || !bytes_number(bytes_trim(buf_bytes(&b)), INT64_MAX, &at))
		return 0;
	return (int64_t)at;
}

int flow_forms_tell(struct db *db, const struct flow_forms *forms, struct error *err)
{
	int64_t since = since_of(forms->states);
	struct telling t = { .forms = forms, .latest_us = since, .err = err };
	char text[24];
	int r = report_secrets(db, since - OVERLAP_US, INT64_MAX, tell, &t, err);

	if (r < 0 || t.latest_us == since)
		return r;
	snprintf(text, sizeof text, "%" PRId64 "\n", t.latest_us);
	return file_replace(forms->states, SINCE, BYTES_TEXT(text), 0600, err);
}
