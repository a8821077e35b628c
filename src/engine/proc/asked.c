/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* Programs that are asked. */
#include "engine/proc/asked.h"

#include <errno.h>
#include <signal.h>
#include <unistd.h>

int asked_open(struct asked *ret, const char *program, struct error *err)
{
	*ret = (struct asked){ .program = program };
	return child_start_program(&ret->child, program, &ret->to, err);
}

int asked_send(struct asked *a, uint32_t kind, const struct buf *question, struct error *err)
{
	struct sigaction ignore = { .sa_handler = SIG_IGN }, before;
	int r;

	if (question->is_full)
		return error_set(err, -E2BIG, "that is larger than what hinomi-%s takes", a->program);
	sigaction(SIGPIPE, &ignore, &before);
	r = child_send(a->to, kind, buf_bytes(question));
	sigaction(SIGPIPE, &before, NULL);
	return r < 0 ? error_errno(err, r, "cannot ask hinomi-%s", a->program) : 0;
}

int asked_receive(struct asked *a, uint32_t *ret_kind, struct bytes *ret, struct error *err)
{
	int r = child_receive(&a->child, ret_kind, ret, err);

	if (r < 0)
		return r;
	return r == 0 ? error_set(err, -EPIPE, "hinomi-%s ended without an answer", a->program) : 0;
}

int asked_garbled(const struct asked *a, struct error *err)
{
	return error_set(err, -EBADMSG, "hinomi-%s gave an answer that is none", a->program);
}

void asked_close(struct asked *a)
{
	close(a->to);
	child_end(&a->child, NULL);
}
