/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* Walls: seccomp, Landlock, limits. */
#include "engine/proc/sandbox.h"

#include "base/cleanup.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <seccomp.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#define MIB (1ul << 20)
#define PIDS_MOST (1u << 22) /* so -1, everybody, is none */
/* Neither threads, nor shared memory, nor namespaces: what fork(2) asks for. */
#define CLONE_NEW_ANY \
	(CLONE_NEWNS | CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWNET | CLONE_NEWIPC | CLONE_NEWUTS | CLONE_NEWCGROUP)
#define CLONE_ANY (CLONE_THREAD | CLONE_VM | CLONE_FILES | CLONE_NEW_ANY)

#if defined __SANITIZE_ADDRESS__
#define IS_SANITIZED true
#elif defined __has_feature
#if __has_feature(address_sanitizer)
#define IS_SANITIZED true
#endif
#endif
#ifndef IS_SANITIZED
#define IS_SANITIZED false
#endif

/* Calls of every row: memory, time, signals' return, the end. */
static const int calls_always[] = {
	SCMP_SYS(exit_group), SCMP_SYS(exit),      SCMP_SYS(brk),           SCMP_SYS(mmap),
	SCMP_SYS(munmap),     SCMP_SYS(mremap),    SCMP_SYS(madvise),       SCMP_SYS(mprotect),
	SCMP_SYS(futex),      SCMP_SYS(getrandom), SCMP_SYS(clock_gettime), SCMP_SYS(rt_sigreturn),
	SCMP_SYS(rt_sigprocmask), SCMP_SYS(restart_syscall), SCMP_SYS(sysinfo), /* qsort() asks how much memory there is */
};

/* What the sanitizers' runtimes call besides. */
static const int calls_sanitized[] = {
	SCMP_SYS(sched_yield), SCMP_SYS(sigaltstack), SCMP_SYS(rt_sigaction), SCMP_SYS(getpid),
	SCMP_SYS(gettid),      SCMP_SYS(getrlimit),   SCMP_SYS(prlimit64),    SCMP_SYS(sched_getaffinity),
};

static const int calls_decode[] = {
	SCMP_SYS(read), SCMP_SYS(write), SCMP_SYS(writev), SCMP_SYS(lseek), SCMP_SYS(close),
};

/* libpcap reads its ring after poll, and asks the socket what was dropped. */
static const int calls_sense[] = {
	SCMP_SYS(read), SCMP_SYS(pread64), SCMP_SYS(poll), SCMP_SYS(ppoll), SCMP_SYS(recvfrom), SCMP_SYS(getsockopt),
	SCMP_SYS(close),
};

static const int calls_deliver[] = {
	SCMP_SYS(read),       SCMP_SYS(write),       SCMP_SYS(writev),     SCMP_SYS(close),       SCMP_SYS(poll),
	SCMP_SYS(ppoll),      SCMP_SYS(lseek),       SCMP_SYS(openat),     SCMP_SYS(unlinkat),    SCMP_SYS(renameat),
	SCMP_SYS(fsync),      SCMP_SYS(fstat),       SCMP_SYS(newfstatat), SCMP_SYS(getdents64),  SCMP_SYS(fcntl),
	SCMP_SYS(socket),     SCMP_SYS(connect),     SCMP_SYS(getsockopt), SCMP_SYS(setsockopt),  SCMP_SYS(getsockname),
	SCMP_SYS(getpeername), SCMP_SYS(sendto),     SCMP_SYS(sendmsg),    SCMP_SYS(recvfrom),    SCMP_SYS(recvmsg),
	SCMP_SYS(socketpair), SCMP_SYS(pipe2),       SCMP_SYS(eventfd2),   SCMP_SYS(shutdown),    SCMP_SYS(faccessat),
	SCMP_SYS(rt_sigaction), SCMP_SYS(getpid),    SCMP_SYS(uname),      SCMP_SYS(access),      SCMP_SYS(clock_nanosleep),
	SCMP_SYS(getuid),     SCMP_SYS(geteuid),     SCMP_SYS(epoll_create1), SCMP_SYS(epoll_ctl), SCMP_SYS(epoll_wait),
};

/* SMTP: what connects of the above, and reading certificates. */
static const int calls_mailer[] = {
	SCMP_SYS(read),       SCMP_SYS(write),       SCMP_SYS(writev),     SCMP_SYS(close),       SCMP_SYS(poll),
	SCMP_SYS(ppoll),      SCMP_SYS(lseek),       SCMP_SYS(fstat),      SCMP_SYS(newfstatat),  SCMP_SYS(getdents64),
	SCMP_SYS(fcntl),      SCMP_SYS(socket),      SCMP_SYS(connect),    SCMP_SYS(getsockopt),  SCMP_SYS(setsockopt),
	SCMP_SYS(getsockname), SCMP_SYS(getpeername), SCMP_SYS(sendto),    SCMP_SYS(sendmsg),     SCMP_SYS(recvfrom),
	SCMP_SYS(recvmsg),    SCMP_SYS(socketpair),  SCMP_SYS(pipe2),      SCMP_SYS(eventfd2),    SCMP_SYS(shutdown),
	SCMP_SYS(access),     SCMP_SYS(faccessat),   SCMP_SYS(rt_sigaction), SCMP_SYS(getpid),    SCMP_SYS(uname),
	SCMP_SYS(clock_nanosleep), SCMP_SYS(getuid), SCMP_SYS(geteuid),
};

/* HTTP, TLS and DNS. A socket is of IPv4 or IPv6 (allow_internet). */
static const int calls_fetch[] = {
	SCMP_SYS(read),       SCMP_SYS(write),       SCMP_SYS(writev),     SCMP_SYS(close),       SCMP_SYS(poll),
	SCMP_SYS(ppoll),      SCMP_SYS(lseek),       SCMP_SYS(fcntl),      SCMP_SYS(connect),     SCMP_SYS(getsockopt),
	SCMP_SYS(setsockopt), SCMP_SYS(getsockname), SCMP_SYS(getpeername), SCMP_SYS(sendto),     SCMP_SYS(sendmsg),
	SCMP_SYS(sendmmsg),   SCMP_SYS(recvfrom),    SCMP_SYS(recvmsg),    SCMP_SYS(socketpair),  SCMP_SYS(pipe2),
	SCMP_SYS(eventfd2),   SCMP_SYS(shutdown),    SCMP_SYS(rt_sigaction), SCMP_SYS(getpid),    SCMP_SYS(uname),
	SCMP_SYS(clock_nanosleep), SCMP_SYS(getuid), SCMP_SYS(geteuid),    SCMP_SYS(gettimeofday),
};

/* What libraries would look at if they could; they go on without. */
static const int calls_files[] = {
	SCMP_SYS(openat), SCMP_SYS(open), SCMP_SYS(access), SCMP_SYS(faccessat), SCMP_SYS(faccessat2), SCMP_SYS(stat),
	SCMP_SYS(lstat), SCMP_SYS(readlink), SCMP_SYS(getcwd),
};

/* GnuPG's programs, their agent among them, which wait for each other on a socket of the file system. */
static const int calls_keys[] = {
	SCMP_SYS(read),     SCMP_SYS(write),    SCMP_SYS(writev),   SCMP_SYS(close),    SCMP_SYS(lseek),     SCMP_SYS(pread64),
	SCMP_SYS(openat),   SCMP_SYS(access),   SCMP_SYS(faccessat), SCMP_SYS(faccessat2), SCMP_SYS(newfstatat), SCMP_SYS(statfs),
	SCMP_SYS(fstatfs),  SCMP_SYS(getdents64), SCMP_SYS(readlink), SCMP_SYS(getcwd), SCMP_SYS(chdir),     SCMP_SYS(umask),
	SCMP_SYS(chmod),    SCMP_SYS(fchmod),   SCMP_SYS(mkdir),    SCMP_SYS(rename),   SCMP_SYS(link),      SCMP_SYS(unlink),
	SCMP_SYS(unlinkat), SCMP_SYS(ftruncate), SCMP_SYS(fsync),   SCMP_SYS(fcntl),    SCMP_SYS(flock),     SCMP_SYS(dup),
	SCMP_SYS(dup2),     SCMP_SYS(dup3),     SCMP_SYS(pipe),     SCMP_SYS(pipe2),    SCMP_SYS(poll),      SCMP_SYS(ppoll),
	SCMP_SYS(pselect6), SCMP_SYS(select),   SCMP_SYS(connect),  SCMP_SYS(bind),     SCMP_SYS(listen),    SCMP_SYS(accept),
	SCMP_SYS(accept4),  SCMP_SYS(getsockopt), SCMP_SYS(setsockopt), SCMP_SYS(getsockname), SCMP_SYS(getpeername),
	SCMP_SYS(sendto),   SCMP_SYS(recvfrom), SCMP_SYS(sendmsg),  SCMP_SYS(recvmsg),  SCMP_SYS(shutdown),  SCMP_SYS(execve),
	SCMP_SYS(wait4),    SCMP_SYS(vfork),    SCMP_SYS(setsid),   SCMP_SYS(setpgid),  SCMP_SYS(getpgrp),   SCMP_SYS(kill),
	SCMP_SYS(tgkill),   SCMP_SYS(getpid),   SCMP_SYS(getppid),  SCMP_SYS(gettid),   SCMP_SYS(getuid),    SCMP_SYS(geteuid),
	SCMP_SYS(getgid),   SCMP_SYS(getegid),  SCMP_SYS(uname),    SCMP_SYS(getrusage), SCMP_SYS(times),    SCMP_SYS(prlimit64),
	SCMP_SYS(getrlimit), SCMP_SYS(setrlimit), SCMP_SYS(prctl),  SCMP_SYS(mlock),    SCMP_SYS(munlock),   SCMP_SYS(arch_prctl),
	SCMP_SYS(set_tid_address), SCMP_SYS(set_robust_list), SCMP_SYS(rseq), SCMP_SYS(rt_sigaction), SCMP_SYS(sigaltstack),
	SCMP_SYS(inotify_init), SCMP_SYS(inotify_init1), SCMP_SYS(inotify_add_watch), SCMP_SYS(clock_nanosleep),
	SCMP_SYS(nanosleep), SCMP_SYS(gettimeofday), SCMP_SYS(sched_yield), SCMP_SYS(sched_getaffinity), SCMP_SYS(close_range),
};

/* Pango 1.50 starts a thread for each font pattern. */
static const int calls_draw[] = {
	SCMP_SYS(read), SCMP_SYS(write), SCMP_SYS(writev), SCMP_SYS(lseek), SCMP_SYS(close), SCMP_SYS(set_robust_list),
	SCMP_SYS(rseq), SCMP_SYS(sched_yield), SCMP_SYS(sched_getaffinity), SCMP_SYS(gettid), SCMP_SYS(getpid),
	SCMP_SYS(access), SCMP_SYS(stat), SCMP_SYS(newfstatat),
};

/* What fontconfig, GLib and Pango try; they go on without. */
static const int calls_fonts[] = {
	SCMP_SYS(prctl),  SCMP_SYS(open),     SCMP_SYS(faccessat),  SCMP_SYS(faccessat2), SCMP_SYS(lstat),
	SCMP_SYS(statfs), SCMP_SYS(readlink), SCMP_SYS(readlinkat), SCMP_SYS(getcwd),     SCMP_SYS(getpeername),
};

/* What libmicrohttpd does with connections, and reading files. Never socket, bind, connect. */
static const int calls_serve[] = {
	SCMP_SYS(read), SCMP_SYS(write), SCMP_SYS(writev), SCMP_SYS(lseek), SCMP_SYS(close), SCMP_SYS(pread64),
	SCMP_SYS(openat2), SCMP_SYS(faccessat), SCMP_SYS(faccessat2), SCMP_SYS(getdents64), SCMP_SYS(fcntl), SCMP_SYS(readv), SCMP_SYS(fadvise64),
	SCMP_SYS(accept4), SCMP_SYS(recvfrom), SCMP_SYS(recvmsg), SCMP_SYS(sendto), SCMP_SYS(sendmsg),
	SCMP_SYS(sendfile), SCMP_SYS(shutdown), SCMP_SYS(setsockopt), SCMP_SYS(getsockopt), SCMP_SYS(getsockname),
	SCMP_SYS(getpeername), SCMP_SYS(epoll_wait), SCMP_SYS(epoll_pwait), SCMP_SYS(epoll_ctl), SCMP_SYS(poll),
	SCMP_SYS(ppoll), SCMP_SYS(clock_nanosleep), SCMP_SYS(gettimeofday), SCMP_SYS(getpid), SCMP_SYS(gettid),
};

/* And SQLite with a database that is open: it writes and locks its files, and asks whether the name still leads there.
 * Nothing is opened for writing, made or removed. */
static const int calls_cases[] = {
	SCMP_SYS(pwrite64), SCMP_SYS(fsync), SCMP_SYS(fdatasync), SCMP_SYS(ftruncate), SCMP_SYS(newfstatat),
};

/* And making a file of its own whole: a neighbour that is synced, named, or removed; what is there is counted. */
static const int calls_forms[] = {
	SCMP_SYS(fsync), SCMP_SYS(renameat), SCMP_SYS(unlinkat), SCMP_SYS(newfstatat),
};

/* Starting a child that locks itself in: fork without exec, its end, and the calls of the wall itself. */
static const int calls_parent[] = {
	SCMP_SYS(wait4),    SCMP_SYS(pipe2),   SCMP_SYS(dup2),      SCMP_SYS(dup3),        SCMP_SYS(close_range),
	SCMP_SYS(prctl),    SCMP_SYS(seccomp), SCMP_SYS(setrlimit), SCMP_SYS(prlimit64),   SCMP_SYS(getppid),
	SCMP_SYS(getpid),   SCMP_SYS(gettid),  SCMP_SYS(rt_sigaction), SCMP_SYS(set_robust_list), SCMP_SYS(rseq),
	SCMP_SYS(landlock_create_ruleset), SCMP_SYS(landlock_add_rule), SCMP_SYS(landlock_restrict_self),
};

/* Files in folders of its own: small ones replaced by rename, the store's, locks. */
static const int calls_keep[] = {
	SCMP_SYS(read),     SCMP_SYS(write),    SCMP_SYS(writev),     SCMP_SYS(lseek),      SCMP_SYS(close),
	SCMP_SYS(pread64),  SCMP_SYS(pwrite64), SCMP_SYS(openat),     SCMP_SYS(unlinkat),   SCMP_SYS(renameat),
	SCMP_SYS(fsync),    SCMP_SYS(fdatasync), SCMP_SYS(ftruncate), SCMP_SYS(newfstatat), SCMP_SYS(getdents64),
	SCMP_SYS(fcntl),    SCMP_SYS(flock),    SCMP_SYS(faccessat),  SCMP_SYS(faccessat2), SCMP_SYS(access),
	SCMP_SYS(poll),     SCMP_SYS(ppoll),    SCMP_SYS(mkdir),      SCMP_SYS(mkdirat),    SCMP_SYS(umask),
	SCMP_SYS(fadvise64), SCMP_SYS(clock_nanosleep), SCMP_SYS(gettimeofday),
};

/* A tree of pages beside the one before, and SQLite, which makes and removes its files. */
static const int calls_jobs[] = {
	SCMP_SYS(linkat),   SCMP_SYS(symlinkat), SCMP_SYS(readlink), SCMP_SYS(readlinkat), SCMP_SYS(rmdir),
	SCMP_SYS(unlink),   SCMP_SYS(syncfs),    SCMP_SYS(open),     SCMP_SYS(lstat),      SCMP_SYS(stat),
	SCMP_SYS(getcwd),   SCMP_SYS(geteuid),   SCMP_SYS(getuid),   SCMP_SYS(fchmod),     SCMP_SYS(fchown),
};

static const struct {
	const char *name;
	const int *calls;
	size_t call_count;
	const int *refused;  /* fail with EACCES instead of killing; may be NULL */
	size_t refused_count;
	size_t memory_bytes; /* address space */
	bool is_reader;      /* may open for reading what Landlock leaves: the folder of sandbox_enter_beneath */
	int files;           /* RLIMIT_NOFILE: no descriptor of this number or above may be opened, nor so many polled;
			      * -1: not limited */
	bool is_keeper;      /* makes, changes and removes files in its places */
	bool makes_trees;    /* and folders */
	bool writes_low;     /* write(2) to the descriptors 0, 1 and 2 alone */
	bool connects;       /* and to which places, Landlock does not say well enough */
	bool is_parent;      /* starts children that lock themselves in further */
	bool is_given;       /* recvmsg(2) from descriptor 3 alone */
	bool is_served;      /* talks over a connection that is there, to no other address */
	bool is_internet;    /* sockets of IPv4 and IPv6 alone */
	bool runs;           /* the programs that Landlock leaves, and sockets of the file system */
} rows[SANDBOX_COUNT] = {
	[SANDBOX_DECODE] = { .name = "decode", .calls = calls_decode, .call_count = COUNT(calls_decode),
			     .memory_bytes = 512 * MIB },
	[SANDBOX_IMPORT] = { .name = "import", .calls = calls_decode, .call_count = COUNT(calls_decode),
			     .memory_bytes = 512 * MIB, .files = 5, .is_given = true },
	[SANDBOX_DRAW] = { .name = "draw", .calls = calls_draw, .call_count = COUNT(calls_draw), .refused = calls_fonts,
			   .refused_count = COUNT(calls_fonts), .memory_bytes = 1024 * MIB, .is_reader = true, .files = -1 },
	[SANDBOX_PUBLIC] = { .name = "public", .calls = calls_serve, .call_count = COUNT(calls_serve),
			     .memory_bytes = 1024 * MIB, .is_reader = true, .files = -1 },
	[SANDBOX_FORMS] = { .name = "forms", .calls = calls_serve, .call_count = COUNT(calls_serve),
			    .memory_bytes = 1024 * MIB, .is_reader = true, .files = -1 },
	[SANDBOX_STAFF] = { .name = "staff", .calls = calls_serve, .call_count = COUNT(calls_serve), .is_reader = true,
			    .files = -1 },
	[SANDBOX_SENSE] = { .name = "sense", .calls = calls_sense, .call_count = COUNT(calls_sense),
			    .memory_bytes = 1024 * MIB, .files = 3, .writes_low = true },
	[SANDBOX_DELIVER] = { .name = "deliver", .calls = calls_deliver, .call_count = COUNT(calls_deliver),
			      .memory_bytes = 1024 * MIB, .files = 64, .is_keeper = true, .connects = true },
	[SANDBOX_MAILER] = { .name = "mailer", .calls = calls_mailer, .call_count = COUNT(calls_mailer),
			     .memory_bytes = 1024 * MIB, .files = 64, .is_reader = true, .connects = true },
	[SANDBOX_FETCHER] = { .name = "fetcher", .calls = calls_fetch, .call_count = COUNT(calls_fetch), .refused = calls_files,
			      .refused_count = COUNT(calls_files), .memory_bytes = 1024 * MIB, .files = 64, .connects = true,
			      .is_internet = true, .is_parent = true },
	[SANDBOX_FETCH] = { .name = "fetch", .calls = calls_fetch, .call_count = COUNT(calls_fetch), .refused = calls_files,
			    .refused_count = COUNT(calls_files), .memory_bytes = 1024 * MIB, .files = 64, .connects = true,
			    .is_internet = true },
	[SANDBOX_KEYS] = { .name = "keys", .calls = calls_keys, .call_count = COUNT(calls_keys), .files = -1, .is_keeper = true,
			   .runs = true },
	[SANDBOX_COLLECT] = { .name = "collect", .calls = calls_serve, .call_count = COUNT(calls_serve), .files = -1,
			      .is_keeper = true, .is_parent = true },
	[SANDBOX_JOBS] = { .name = "jobs", .calls = calls_jobs, .call_count = COUNT(calls_jobs), .files = -1,
			   .is_keeper = true, .makes_trees = true, .is_parent = true },
	[SANDBOX_JOBS_SERVED] = { .name = "jobs beside a server", .calls = calls_jobs, .call_count = COUNT(calls_jobs), .files = -1,
				  .is_keeper = true, .makes_trees = true, .is_parent = true, .is_served = true },
};

/* --- Landlock (the header of Debian 12 knows its first two versions only) --- */

struct landlock_rules {
	uint64_t files, network, scoped;
};

#define LANDLOCK_VERSION 1u /* LANDLOCK_CREATE_RULESET_VERSION */

/* The rights of each version of the interface, as in the kernel's include/uapi/linux/landlock.h. */
static struct landlock_rules landlock_all(int version)
{
	struct landlock_rules r = { .files = (1ull << 13) - 1 };

	if (version >= 2)
		r.files |= 1ull << 13; /* REFER */
	if (version >= 3)
		r.files |= 1ull << 14; /* TRUNCATE */
	if (version >= 4)
		r.network = 3; /* BIND_TCP, CONNECT_TCP */
	if (version >= 5)
		r.files |= 1ull << 15; /* IOCTL_DEV */
	if (version >= 6)
		r.scoped = 3; /* ABSTRACT_UNIX_SOCKET, SIGNAL */
	return r;
}

#define LANDLOCK_READ (1ull << 2 | 1ull << 3) /* READ_FILE, READ_DIR */
/* And WRITE_FILE, REMOVE_FILE, MAKE_REG, REFER, TRUNCATE. */
#define LANDLOCK_KEEP (LANDLOCK_READ | 1ull << 1 | 1ull << 5 | 1ull << 8 | 1ull << 13 | 1ull << 14)
/* READ_DIR, WRITE_FILE, REMOVE_FILE, MAKE_REG: no READ_FILE. */
#define LANDLOCK_DROP (1ull << 3 | 1ull << 1 | 1ull << 5 | 1ull << 8)
/* And REMOVE_DIR, MAKE_DIR, MAKE_SYM: a tree. */
#define LANDLOCK_TREE (LANDLOCK_KEEP | 1ull << 4 | 1ull << 7 | 1ull << 12)
#define LANDLOCK_OF_FILES (1ull << 0 | 1ull << 2 | 1ull << 1 | 1ull << 14) /* the rights that a file alone can have */

static uint64_t rights_of(enum sandbox which, const struct sandbox_place *p)
{
	uint64_t rights = !p->is_kept ? LANDLOCK_READ : rows[which].makes_trees ? LANDLOCK_TREE : LANDLOCK_KEEP;
	struct stat st;

	if (rows[which].runs && p->is_kept)
		rights |= LANDLOCK_TREE | 1ull << 9; /* MAKE_SOCK */
	if (rows[which].runs && p->is_run)
		rights |= 1ull; /* EXECUTE */
	if (which == SANDBOX_FORMS && p->is_dropped)
		rights = LANDLOCK_DROP;
	return fstat(p->fd, &st) == 0 && !S_ISDIR(st.st_mode) ? rights & LANDLOCK_OF_FILES : rights;
}

static int landlock_allow(int ruleset, int fd, uint64_t rights, struct error *err)
{
	struct {
		uint64_t access;
		int32_t parent;
	} __attribute__((packed)) rule = { rights, fd };

	if (syscall(SYS_landlock_add_rule, ruleset, 1 /* PATH_BENEATH */, &rule, 0) < 0)
		return error_errno(err, -errno, "cannot make a Landlock rule");
	return 0;
}

static int landlock_enter(enum sandbox which, const struct sandbox_place *places, size_t count, struct error *err)
{
	int version = (int)syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_VERSION);
	struct landlock_rules rules;
	size_t size;
	int fd, r = 0;

	if (version < 1)
		return 0;
	rules = landlock_all(version);
	if (rows[which].connects)
		rules.network = 0;
	size = version >= 6 ? 24 : version >= 4 ? 16 : 8;
	fd = (int)syscall(SYS_landlock_create_ruleset, &rules, size, 0);
	if (fd < 0)
		return error_errno(err, -errno, "cannot make a Landlock ruleset");
	for (size_t i = 0; i < count && r == 0; i++)
		if (places[i].fd >= 0)
			r = landlock_allow(fd, places[i].fd, rights_of(which, &places[i]) & rules.files, err);
	if (r == 0 && syscall(SYS_landlock_restrict_self, fd, 0) < 0)
		r = error_errno(err, -errno, "cannot enter Landlock");
	close(fd);
	return r;
}

/* --- limits --- */

static int limit(int what, rlim_t to, struct error *err)
{
	struct rlimit l = { to, to };

	return setrlimit((__rlimit_resource_t)what, &l) < 0 ? error_errno(err, -errno, "cannot set a resource limit") : 0;
}

static int limits_enter(enum sandbox which, struct error *err)
{
	int r = limit(RLIMIT_CORE, 0, err);

	if (r == 0 && !IS_SANITIZED && rows[which].memory_bytes)
		r = limit(RLIMIT_AS, rows[which].memory_bytes, err);
	if (r == 0 && rows[which].files >= 0)
		r = limit(RLIMIT_NOFILE, (rlim_t)rows[which].files, err);
	return r;
}

/* --- seccomp --- */

static int add_rules(scmp_filter_ctx filter, uint32_t action, const int *calls, size_t count)
{
	int r = 0;

	for (size_t i = 0; i < count && r == 0; i++)
		r = seccomp_rule_add(filter, action, calls[i], 0);
	return r;
}

static int allow(scmp_filter_ctx filter, const int *calls, size_t count)
{
	return add_rules(filter, SCMP_ACT_ALLOW, calls, count);
}

/* A thread is a clone with CLONE_THREAD; clone3 hides its flags behind a pointer, and glibc does without it. */
static int allow_threads(scmp_filter_ctx filter)
{
	int r = seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(clone), 1,
				 SCMP_A0(SCMP_CMP_MASKED_EQ, CLONE_THREAD, CLONE_THREAD));

	return r < 0 ? r : seccomp_rule_add(filter, SCMP_ACT_ERRNO(ENOSYS), SCMP_SYS(clone3), 0);
}

/* A process without exec. To be ended: by SIGKILL alone, and where Landlock keeps signals in, nobody but those started
 * since. */
static int allow_children(scmp_filter_ctx filter)
{
	int r = allow(filter, calls_parent, COUNT(calls_parent));

	if (r == 0)
		r = seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(clone), 1, SCMP_A0(SCMP_CMP_MASKED_EQ, CLONE_ANY, 0));
	if (r == 0)
		r = seccomp_rule_add(filter, SCMP_ACT_ERRNO(ENOSYS), SCMP_SYS(clone3), 0);
	if (r == 0)
		r = seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(kill), 2, SCMP_A0(SCMP_CMP_LE, PIDS_MOST, 0),
				     SCMP_A1(SCMP_CMP_EQ, SIGKILL, 0));
	return r;
}

/* Opening for reading alone: neither O_WRONLY, O_RDWR nor O_CREAT. */
static int allow_reading(scmp_filter_ctx filter)
{
	return seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(openat), 1,
				SCMP_A2(SCMP_CMP_MASKED_EQ, O_ACCMODE | O_CREAT | O_TRUNC, O_RDONLY));
}

/* A file that is not there yet, for writing. */
static int allow_new_files(scmp_filter_ctx filter)
{
	return seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(openat), 1,
				SCMP_A2(SCMP_CMP_MASKED_EQ, O_ACCMODE | O_CREAT | O_EXCL | O_TRUNC, O_WRONLY | O_CREAT | O_EXCL));
}

/* Processes and threads, but no namespaces; sockets of the file system alone. */
static int allow_programs(scmp_filter_ctx filter)
{
	int r = seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(clone), 1, SCMP_A0(SCMP_CMP_MASKED_EQ, CLONE_NEW_ANY, 0));

	if (r == 0)
		r = seccomp_rule_add(filter, SCMP_ACT_ERRNO(ENOSYS), SCMP_SYS(clone3), 0);
	if (r == 0)
		r = seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(socket), 1, SCMP_A0(SCMP_CMP_EQ, AF_UNIX, 0));
	if (r == 0)
		r = seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(socketpair), 1, SCMP_A0(SCMP_CMP_EQ, AF_UNIX, 0));
	return r;
}

/* Sockets of other families (libraries ask the kernel which addresses there are) fail instead of killing. */
static int allow_internet(scmp_filter_ctx filter)
{
	int r = seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(socket), 1, SCMP_A0(SCMP_CMP_EQ, AF_INET, 0));

	if (r == 0)
		r = seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(socket), 1, SCMP_A0(SCMP_CMP_EQ, AF_INET6, 0));
	if (r == 0)
		r = seccomp_rule_add(filter, SCMP_ACT_ERRNO(EAFNOSUPPORT), SCMP_SYS(socket), 1, SCMP_A0(SCMP_CMP_EQ, AF_NETLINK, 0));
	return r < 0 ? r : seccomp_rule_add(filter, SCMP_ACT_ERRNO(EAFNOSUPPORT), SCMP_SYS(socket), 1, SCMP_A0(SCMP_CMP_EQ, AF_UNIX, 0));
}

static int allow_server(scmp_filter_ctx filter)
{
	int r = seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(sendto), 1, SCMP_A4(SCMP_CMP_EQ, 0, 0));

	return r < 0 ? r : seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(recvfrom), 0);
}

static int seccomp_enter(enum sandbox which, struct error *err)
{
	scmp_filter_ctx filter = seccomp_init(SCMP_ACT_KILL_PROCESS);
	int r = filter ? 0 : -ENOMEM;

	if (r == 0)
		r = allow(filter, calls_always, COUNT(calls_always));
	if (r == 0 && IS_SANITIZED)
		r = allow(filter, calls_sanitized, COUNT(calls_sanitized));
	if (r == 0)
		r = allow(filter, rows[which].calls, rows[which].call_count);
	if (r == 0 && rows[which].is_keeper && rows[which].is_parent)
		r = allow(filter, calls_keep, COUNT(calls_keep));
	if (r == 0 && rows[which].is_served)
		r = allow_server(filter);
	if (r == 0 && rows[which].is_parent)
		r = allow_children(filter);
	if (r == 0 && which == SANDBOX_STAFF)
		r = allow(filter, calls_cases, COUNT(calls_cases));
	if (r == 0 && which == SANDBOX_FORMS)
		r = allow(filter, calls_forms, COUNT(calls_forms));
	if (r == 0 && which == SANDBOX_FORMS)
		r = allow_new_files(filter);
	if (r == 0)
		r = add_rules(filter, SCMP_ACT_ERRNO(EACCES), rows[which].refused, rows[which].refused_count);
	if (r == 0 && which == SANDBOX_DRAW)
		r = allow_threads(filter);
	if (r == 0 && rows[which].is_reader)
		r = allow_reading(filter);
	if (r == 0 && rows[which].is_internet)
		r = allow_internet(filter);
	if (r == 0 && rows[which].runs)
		r = allow_programs(filter);
	if (r == 0 && rows[which].writes_low)
		r = seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(write), 1, SCMP_A0(SCMP_CMP_LE, 2, 0));
	if (r == 0 && rows[which].is_given)
		r = seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(recvmsg), 1, SCMP_A0(SCMP_CMP_EQ, 3, 0));
	/* Whether a descriptor is a terminal may be asked: stdio does before its first write. */
	if (r == 0)
		r = seccomp_rule_add(filter, SCMP_ACT_ERRNO(ENOTTY), SCMP_SYS(ioctl), 0);
	if (r == 0)
		r = seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(fstat), 0);
	if (r == 0 && which != SANDBOX_DRAW && which != SANDBOX_STAFF && which != SANDBOX_FORMS && !rows[which].is_keeper)
		r = seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(newfstatat), 1,
				     SCMP_A3(SCMP_CMP_MASKED_EQ, 0x1000, 0x1000)); /* AT_EMPTY_PATH: fstat of glibc */
	if (r == 0)
		r = seccomp_load(filter);
	seccomp_release(filter);
	return r < 0 ? error_errno(err, r, "cannot enter the sandbox '%s'", rows[which].name) : 0;
}

int sandbox_enter(enum sandbox which, struct error *err)
{
	return sandbox_enter_beneath(which, -1, err);
}

int sandbox_enter_beneath(enum sandbox which, int folder, struct error *err)
{
	struct sandbox_place place = { .fd = folder, .is_kept = rows[which].is_keeper };

	return sandbox_enter_places(which, &place, 1, err);
}

int sandbox_enter_places(enum sandbox which, const struct sandbox_place *places, size_t count, struct error *err)
{
	int r;

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		return error_errno(err, -errno, "cannot give up new privileges");
	r = landlock_enter(which, places, count, err);
	if (r == 0)
		r = limits_enter(which, err);
	if (r == 0)
		r = seccomp_enter(which, err);
	return r;
}
