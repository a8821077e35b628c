/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* Walls: after its start-up a process drops to what its row in design section 3 needs, in one call that cannot be
 * taken back:
 *
 *	sandbox_enter(SANDBOX_DECODE, &err);
 *
 * seccomp carries the wall: a system call that is not on the row's list kills the process. Landlock, where the kernel
 * has it, takes the file system away as well, and resource limits bound memory, file sizes and new processes. */
#ifndef ENGINE_PROC_SANDBOX_H
#define ENGINE_PROC_SANDBOX_H

#include "base/error.h"

enum sandbox {
	SANDBOX_DECODE, /* reads and writes descriptors it has: no files, no network, no exec, no new process */
	SANDBOX_DRAW,   /* the same, with the folder of fonts readable, and threads: Pango wants both */
	SANDBOX_PUBLIC, /* accepts on sockets it has, reads files beneath one folder: no connecting, no writing */
	SANDBOX_STAFF,  /* the same, with the store's folder, and writes to a case database it has open */
	SANDBOX_SENSE,  /* reads the capture socket, writes to descriptors 1 and 2 alone: it cannot send a packet */
	SANDBOX_DELIVER, /* connects, and keeps files in folders it has open: no listening, no exec, no new process */
	SANDBOX_COUNT,
};

/* -errno when a wall could not be built: the caller must not go on. Landlock missing from the kernel is no failure. */
int sandbox_enter(enum sandbox which, struct error *err);

/* For the rows that read: files beneath `folder`, an open directory, stay readable. Where the kernel has no Landlock,
 * what may be opened rests on the program and its user's rights. */
int sandbox_enter_beneath(enum sandbox which, int folder, struct error *err);

#endif
