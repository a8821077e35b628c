/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* One forked child that does one piece of work. */
#include "engine/proc/child.h"

#include "base/cleanup.h"
#include "base/write.h"
#include "engine/proc/helper.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/close_range.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define HEAD_BYTES 8
#define PIPE_BYTES (1 << 20)

/* The child keeps in, out and standard error, which become 0, 1 and 2, and CHILD_FILES unless `files` is -1. */
static void keep_few(int in, int out, int files, unsigned flags)
{
	int null = open("/dev/null", O_RDONLY | O_CLOEXEC);

	if (in < 0)
		in = null;
	/* Move them out of the way of 0 to 3 first. */
	in = fcntl(in, F_DUPFD, 10);
	out = fcntl(out, F_DUPFD, 10);
	files = files < 0 ? -1 : fcntl(files, F_DUPFD, 10);
	dup2(in, 0);
	dup2(out, 1);
	if (files >= 0)
		dup2(files, CHILD_FILES);
	close_range(files < 0 ? 3 : CHILD_FILES + 1, ~0u, flags); /* CLOEXEC: the program may be reached through one of them */
}

/* `files` are the two ends of a way for open files, the child's first, or -1. */
static int start(struct child *ret, int (*work)(void *context, int in, int out), void *context, int in, const int files[2],
		 struct error *err)
{
	int ends[2];
	pid_t pid, parent = getpid();

	if (pipe2(ends, O_CLOEXEC) < 0)
		return error_errno(err, -errno, "cannot make a pipe");
	fcntl(ends[1], F_SETPIPE_SZ, PIPE_BYTES);
	fflush(NULL);
	pid = fork();
	if (pid < 0) {
		int code = -errno;
		close(ends[0]);
		close(ends[1]);
		return error_errno(err, code, "cannot start a process");
	}
	if (pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		if (getppid() != parent)
			_exit(3);
		keep_few(in, ends[1], files[0], 0);
		_exit(work(context, 0, 1));
	}
	close(ends[1]);
	*ret = (struct child){ .pid = pid, .from = ends[0], .files = files[1] };
	buf_init(&ret->frame, CHILD_FRAME_MAX);
	return 0;
}

int child_start(struct child *ret, int (*work)(void *context, int in, int out), void *context, int in, struct error *err)
{
	static const int none[2] = { -1, -1 };

	return start(ret, work, context, in, none, err);
}

int child_start_with_files(struct child *ret, int (*work)(void *context, int in, int out), void *context, int in,
			   struct error *err)
{
	int files[2], r;

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, files) < 0)
		return error_errno(err, -errno, "cannot make a pair of sockets");
	r = start(ret, work, context, in, files, err);
	close(files[0]);
	if (r < 0)
		close(files[1]);
	return r;
}

/* --- programs --- */

static void run_program(const char *path, const char *name, int in, int out)
{
	char *const arguments[] = { (char *)(uintptr_t)name, NULL };

	keep_few(in, out, -1, CLOSE_RANGE_CLOEXEC);
	execv(path, arguments);
	_exit(127);
}

int child_start_program(struct child *ret, const char *name, int *ret_to, struct error *err)
{
	int in[2], out[2];
	pid_t pid, parent = getpid();
	char path[HELPER_PATH_MAX];
	int r = helper_path(name, path, err);

	if (r < 0)
		return r;
	if (pipe2(in, O_CLOEXEC) < 0)
		return error_errno(err, -errno, "cannot make a pipe");
	if (pipe2(out, O_CLOEXEC) < 0) {
		r = error_errno(err, -errno, "cannot make a pipe");
		goto close_in;
	}
	fflush(NULL);
	pid = fork();
	if (pid < 0) {
		r = error_errno(err, -errno, "cannot start a process");
		goto close_out;
	}
	if (pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		if (getppid() != parent)
			_exit(3);
		run_program(path, name, in[0], out[1]);
	}
	close(in[0]);
	close(out[1]);
	*ret = (struct child){ .pid = pid, .from = out[0], .files = -1 };
	buf_init(&ret->frame, CHILD_FRAME_MAX);
	*ret_to = in[1];
	return 0;

close_out:
	close(out[0]);
	close(out[1]);
close_in:
	close(in[0]);
	close(in[1]);
	return r;
}

/* --- frames --- */

int child_send(int out, uint32_t kind, struct bytes bytes)
{
	uint8_t head[HEAD_BYTES];
	int r;

	put_u32le(head, kind);
	put_u32le(head + 4, (uint32_t)bytes.n);
	r = write_whole(out, BYTES(head, sizeof head));
	return r < 0 ? r : write_whole(out, bytes);
}

/* Returns the bytes read: fewer than asked only at the end. */
static ssize_t read_all(const struct child *c, void *into, size_t n)
{
	size_t have = 0;

	while (have < n) {
		int r = c->until_us ? wait_readable_until(c->from, c->until_us) : 0;
		ssize_t got;
		if (r < 0)
			return r;
		got = read(c->from, (uint8_t *)into + have, n - have);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return -errno;
		if (got == 0)
			break;
		have += (size_t)got;
	}
	return (ssize_t)have;
}

static int cut(ssize_t got, struct error *err)
{
	if (got == -ETIMEDOUT)
		return error_set(err, -ETIMEDOUT, "a child did not answer in time");
	return error_set(err, -EBADMSG, "a child's answer is cut");
}

int child_receive(struct child *c, uint32_t *ret_kind, struct bytes *ret, struct error *err)
{
	uint8_t head[HEAD_BYTES];
	ssize_t got = read_all(c, head, sizeof head);
	uint32_t length;
	void *into;

	if (got == 0)
		return 0;
	if (got != sizeof head)
		return cut(got, err);
	length = get_u32le(head + 4);
	if (length > CHILD_FRAME_MAX)
		return error_set(err, -EBADMSG, "a child's answer is too long");
	buf_reset(&c->frame);
	into = buf_extend(&c->frame, length);
	got = length ? read_all(c, into, length) : 0;
	if (got != (ssize_t)length)
		return cut(got, err);
	*ret_kind = get_u32le(head);
	*ret = buf_bytes(&c->frame);
	return 1;
}

static int reap(struct child *c)
{
	int status = 0;

	if (c->from >= 0)
		close(c->from);
	if (c->files >= 0)
		close(c->files);
	c->from = c->files = -1;
	buf_clear(&c->frame);
	while (waitpid(c->pid, &status, 0) < 0 && errno == EINTR)
		;
	return status;
}

int child_end(struct child *c, struct error *err)
{
	int status = reap(c);

	if (WIFEXITED(status))
		return WEXITSTATUS(status);
	if (WTERMSIG(status) == SIGSYS)
		return error_set(err, -ECHILD, "the locked child tried something it may not and was ended");
	return error_set(err, -ECHILD, "the locked child was ended by signal %d", WTERMSIG(status));
}

void child_kill(struct child *c)
{
	kill(c->pid, SIGKILL);
	reap(c);
}
