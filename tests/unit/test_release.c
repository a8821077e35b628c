/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* Releases: one switch, unchanged files kept, crashes cleared away, one at a time. */
#include "base/cleanup.h"
#include "publish/release/release.h"

#include <errno.h>
#include <ftw.h>
#include <setjmp.h>
#include <sys/stat.h>
#include <stdarg.h>
#include <cmocka.h>

static char out[] = "/tmp/hinomi-release-XXXXXX";

static struct release *begin(void)
{
	struct error err = ERROR_NONE;
	struct release *r;

	if (release_begin(out, &r, &err) < 0)
		fail_msg("%s", err.line);
	return r;
}

static void add(struct release *r, const char *path, const char *text)
{
	assert_int_equal(release_file(r, path, BYTES_TEXT(text), NULL), 0);
}

static struct release_counts finish(struct release *r)
{
	struct release_counts counts;

	assert_int_equal(release_finish(r, &counts, NULL), 0);
	return counts;
}

static bool exists(const char *path, struct stat *st)
{
	char full[200];

	snprintf(full, sizeof full, "%s/%s", out, path);
	return stat(full, st) == 0;
}

static void a_release_switches_once(void **state)
{
	struct release *r = begin();
	struct release_counts counts;
	struct stat st, again;

	(void)state;
	add(r, "a/one.html", "1");
	add(r, "two.html", "2");
	assert_false(exists("current", &st));
	counts = finish(r);
	assert_true(counts.is_switched);
	assert_int_equal(counts.files, 2);
	assert_true(exists("current/a/one.html", &st));

	r = begin();
	add(r, "a/one.html", "1");
	add(r, "two.html", "2");
	assert_false(finish(r).is_switched);

	r = begin();
	add(r, "a/one.html", "1");
	add(r, "two.html", "changed");
	assert_true(release_is_same(r, "a/one.html"));
	assert_false(release_is_same(r, "two.html"));
	counts = finish(r);
	assert_true(counts.is_switched);
	assert_int_equal(counts.written, 1);
	assert_true(exists("current/a/one.html", &again));
	assert_true(st.st_ino == again.st_ino && st.st_mtim.tv_nsec == again.st_mtim.tv_nsec);
}

static void a_file_that_is_gone_is_a_change(void **state)
{
	struct release *r = begin();
	struct stat st;

	(void)state;
	add(r, "a/one.html", "1");
	assert_true(finish(r).is_switched);
	assert_false(exists("current/two.html", &st));
}

static void what_a_crash_left_is_cleared(void **state)
{
	char path[200];
	struct release *r;
	struct stat st;

	(void)state;
	snprintf(path, sizeof path, "%s/trees/99", out);
	assert_int_equal(mkdir(path, 0755), 0);
	r = begin();
	assert_false(exists("trees/99", &st));
	add(r, "a/one.html", "2");
	release_abandon(r);
	assert_true(exists("current/a/one.html", &st));
}

static void one_at_a_time(void **state)
{
	struct release *r = begin(), *other;

	(void)state;
	assert_int_equal(release_begin(out, &other, NULL), -EBUSY);
	release_abandon(r);
}

static int setup(void **state)
{
	(void)state;
	return mkdtemp(out) ? 0 : -1;
}

static int remove_entry(const char *path, const struct stat *st, int kind, struct FTW *at)
{
	(void)st;
	(void)kind;
	(void)at;
	return remove(path);
}

static int teardown(void **state)
{
	(void)state;
	return nftw(out, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_release_switches_once),
		cmocka_unit_test(a_file_that_is_gone_is_a_change),
		cmocka_unit_test(what_a_crash_left_is_cleared),
		cmocka_unit_test(one_at_a_time),
	};
	return cmocka_run_group_tests_name("release", tests, setup, teardown);
}
