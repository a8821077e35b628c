/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* Known research scanners: a list of prefixes as a filter that hides them. */
#include "base/address.h"
#include "base/buf.h"
#include "base/cleanup.h"
#include "base/memory.h"
#include "face/staff/staff.h"

#include <errno.h>
#include <fcntl.h>

#define FILE_MAX (64u << 10)
#define HIDDEN_MAX 2400 /* what the form's own filter leaves of FILTER_TEXT_MAX */

static int add_line(struct bytes line, unsigned number, struct buf *out, size_t *count, struct error *err)
{
	struct bytes text = bytes_trim(line), word;
	struct prefix prefix;

	if (text.n == 0 || text.p[0] == '#')
		return 0;
	if (!take_until(&text, ' ', &word) || !prefix_parse(word, &prefix))
		return error_set(err, -EINVAL, "line %u does not begin with a prefix such as 192.0.2.0/24", number);
	buf_addf(out, "%ssrc net %.*s", *count ? " or " : "", (int)word.n, (const char *)word.p);
	++*count;
	return 0;
}

/* Events of unknown source stay: nobody knows that they are a scanner's. */
static int make_filter(struct bytes text, char **ret_hidden, size_t *ret_count, struct error *err)
{
	_cleanup_(buf_clear) struct buf nets, whole;
	struct bytes line;
	size_t count = 0;
	int r = 0;

	buf_init(&nets, HIDDEN_MAX);
	buf_init(&whole, HIDDEN_MAX + 100);
	for (unsigned number = 1; r == 0 && take_until(&text, '\n', &line); number++)
		r = add_line(line, number, &nets, &count, err);
	if (r == 0 && nets.is_full)
		return error_set(err, -E2BIG, "more prefixes than a filter takes (%d bytes)", HIDDEN_MAX);
	if (r < 0 || count == 0)
		return r;
	buf_addf(&whole, "(not known source or not (%s))", nets.p);
	*ret_hidden = memory_copy_text(whole.p, whole.n);
	*ret_count = count;
	return 0;
}

int staff_scanners_load(const char *path, char **ret_hidden, size_t *ret_count, struct error *err)
{
	_cleanup_free_ char *text = memory_new(1, FILE_MAX + 1);
	_cleanup_close_ int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? -1 : read(fd, text, FILE_MAX);
	int r;

	if (n < 0)
		return error_errno(err, -errno, "cannot read '%s'", path);
	if (n == FILE_MAX)
		return error_set(err, -E2BIG, "'%s' is larger than %u bytes", path, FILE_MAX);
	r = make_filter(BYTES(text, (size_t)n), ret_hidden, ret_count, err);
	if (r < 0)
		error_prefix(err, "%s", path);
	return r;
}
