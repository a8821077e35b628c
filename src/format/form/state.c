/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* What the public pages may know of a report, as a file: three lines. */
#include "base/cleanup.h"
#include "base/text.h"
#include "format/form/form.h"

#include <errno.h>
#include <inttypes.h>

#define MAGIC "hinomi state 1"

static const char *const words[FORM_PROGRESS_COUNT] = { "new", "open", "closed", "withdrawn" };

void form_state_format(const struct form_state *s, struct buf *out)
{
	buf_addf(out, MAGIC "\n%s %s\n%" PRId64 "\n", words[s->progress], s->ref[0] ? s->ref : "-", s->received_at);
}

static bool take_progress(struct bytes *line, enum form_progress *ret)
{
	struct bytes word;

	if (!take_until(line, ' ', &word))
		return false;
	for (int i = 0; i < FORM_PROGRESS_COUNT; i++)
		if (bytes_is(word, words[i])) {
			*ret = (enum form_progress)i;
			return true;
		}
	return false;
}

int form_state_parse(struct bytes input, struct form_state *ret, struct error *err)
{
	struct bytes magic, line, at;
	struct form_state s = { .ref = "" };
	uint64_t received;

	if (!take_until(&input, '\n', &magic) || !bytes_is(magic, MAGIC) || !take_until(&input, '\n', &line) ||
	    !take_progress(&line, &s.progress) || !take_until(&input, '\n', &at) || !bytes_number(at, INT64_MAX, &received) ||
	    !text_copy(s.ref, sizeof s.ref, bytes_is(line, "-") ? BYTES("", 0) : line))
		return error_set(err, -EBADMSG, "the state of a report is damaged");
	s.received_at = (int64_t)received;
	*ret = s;
	return 0;
}
