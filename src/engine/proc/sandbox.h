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

#include <stdbool.h>
#include <stddef.h>

enum sandbox {
	SANDBOX_DECODE, /* reads and writes descriptors it has: no files, no network, no exec, no new process */
	SANDBOX_IMPORT, /* the same, and takes one open file at a time from descriptor 3 */
	SANDBOX_DRAW,   /* as DECODE, with the folder of fonts readable, and threads: Pango wants both */
	SANDBOX_PUBLIC, /* accepts on sockets it has, reads files beneath one folder: no connecting, no writing */
	SANDBOX_FORMS,  /* the same, and drops files into the places for that, which it cannot read again */
	SANDBOX_STAFF,  /* the same as PUBLIC, with the store's folder, and writes to a case database it has open */
	SANDBOX_SENSE,  /* reads the capture socket, writes to descriptors 1 and 2 alone: it cannot send a packet */
	SANDBOX_DELIVER, /* connects, and keeps files in folders it has open: no listening, no exec, no new process */
	SANDBOX_COLLECT, /* accepts on sockets it has, keeps files in its folders, starts children that lock themselves in
			  * further: no connecting, no exec */
	SANDBOX_JOBS,    /* keeps files and trees in its folders, and starts such children: no network at all, no exec */
	SANDBOX_JOBS_SERVED, /* the same, and talks to the case database's server, to which it is connected: no connecting */
	SANDBOX_MAILER,  /* connects, and reads certificates: no listening, no files of its own, no exec, no new process */
	SANDBOX_FETCHER, /* opens no file; starts a process for each question, which goes into the next row: no exec, no listening */
	SANDBOX_FETCH,   /* connects, and that is all: no file, no listening, no exec, no new process */
	SANDBOX_KEYS,    /* runs GnuPG on its folder of keys: no network, no other program */
	SANDBOX_COUNT,
};

/* -errno when a wall could not be built: the caller must not go on. Landlock missing from the kernel is no failure. */
int sandbox_enter(enum sandbox which, struct error *err);

/* For the rows that read: files beneath `folder`, an open directory, stay readable. Where the kernel has no Landlock,
 * what may be opened rests on the program and its user's rights. */
int sandbox_enter_beneath(enum sandbox which, int folder, struct error *err);

/* A place that stays: an open folder with all beneath it, or an open file. */
struct sandbox_place {
	int fd;
	bool is_kept; /* files beneath may be written, made and removed; else they are for reading */
	bool is_dropped; /* of the row FORMS: files may be made, renamed and removed there, and listed; none can be read */
	bool is_run;  /* of the row that runs programs: this is one */
};

/* The same with several. */
int sandbox_enter_places(enum sandbox which, const struct sandbox_place *places, size_t count, struct error *err);

#endif
