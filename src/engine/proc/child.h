/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* One forked child that does one piece of work on hostile bytes and answers over a pipe in frames. The parent treats
 * the answers as hostile too: a frame has a kind and at most CHILD_FRAME_MAX bytes.
 *
 * Only single-threaded processes fork. */
#ifndef ENGINE_PROC_CHILD_H
#define ENGINE_PROC_CHILD_H

#include "base/buf.h"
#include "base/error.h"

#include <sys/types.h>

#define CHILD_FRAME_MAX (16u << 20)

struct child {
	pid_t pid;
	int from; /* the parent's end of the pipe */
	int files; /* the parent's end of the way for open files; -1: there is none */
	int64_t until_us; /* child_receive gives up at that instant of clock_steady(); 0: never. The caller's to set */
	struct buf frame;
};

/* Runs `work` in a new process whose only descriptors are `in` (may be -1), standard error and the pipe, which is
 * given as `out`. What it returns is the exit status. `work` enters its sandbox itself. */
int child_start(struct child *ret, int (*work)(void *context, int in, int out), void *context, int in, struct error *err);

/* The same, and the child can be given open files (engine/proc/pass.h), which it takes from the descriptor CHILD_FILES. */
#define CHILD_FILES 3
int child_start_with_files(struct child *ret, int (*work)(void *context, int in, int out), void *context, int in,
			   struct error *err);

/* Runs one of the package's own programs (beside this one, else in libexec) with a pipe to its standard input and one
 * from its output; the environment stays, other descriptors do not. `ret_to` is the caller's to close, which ends the
 * program. -ENOENT: it is not there. */
int child_start_program(struct child *ret, const char *name, int *ret_to, struct error *err);

/* In the child: sends a frame, whole. */
int child_send(int out, uint32_t kind, struct bytes bytes);

/* In the parent: the next frame. Returns 1 with the frame, valid until the next call, 0 at the end, or -errno;
 * -ETIMEDOUT: the frame was not whole at `until_us`. */
int child_receive(struct child *c, uint32_t *ret_kind, struct bytes *ret, struct error *err);

/* Waits for the child's end: its exit status, or -ECHILD with a line that names the signal. */
int child_end(struct child *c, struct error *err);

/* Ends a child that is not wanted any more. */
void child_kill(struct child *c);

#endif
