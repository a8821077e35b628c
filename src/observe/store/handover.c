/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* Handing finished segments to the writer of a store. */
#include "observe/store/handover.h"

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/text.h"
#include "engine/proc/pass.h"
#include "observe/store/writer.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#define SOCKET_NAME "handover"
#define BACKLOG 16
#define PATIENCE_S 30
#define COPY_BYTES (1u << 20)
#define MESSAGE_MAX (1 + 16 + IMPORT_NAME_MAX)
#define ANSWER_MAX (4 + ERROR_LINE_MAX)

/* A path has 107 bytes at most, a store's may be longer: it is reached through its descriptor. */
static struct sockaddr_un place_of(int folder)
{
	struct sockaddr_un a = { .sun_family = AF_UNIX };

	snprintf(a.sun_path, sizeof a.sun_path, "/proc/self/fd/%d/" SOCKET_NAME, folder);
	return a;
}

/* --- the writer's end --- */

int handover_listen(int folder, int *ret_fd, struct error *err)
{
	_cleanup_close_ int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	struct sockaddr_un place = place_of(folder);
	mode_t mask;
	int r;

	if (fd < 0)
		return error_errno(err, -errno, "cannot make a socket");
	unlinkat(folder, SOCKET_NAME, 0);
	mask = umask(0177);
	r = bind(fd, (const struct sockaddr *)&place, sizeof place) < 0 || listen(fd, BACKLOG) < 0 ? -errno : 0;
	umask(mask);
	if (r < 0)
		return error_errno(err, r, "cannot listen on '" SOCKET_NAME "' of the store");
	*ret_fd = fd;
	fd = -1;
	return 0;
}

void handover_remove(int folder)
{
	unlinkat(folder, SOCKET_NAME, 0);
}

/* Copied, so that the file is the writer's own and nobody else has it open. */
static int take_segment(int fd, struct writer *made, struct error *err)
{
	static uint8_t piece[COPY_BYTES];
	struct stat st;
	off_t at = 0;
	int r = 0;

	if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode) || st.st_size == 0)
		return error_set(err, -EBADMSG, "what was handed over is no segment");
	while (r == 0 && at < st.st_size) {
		ssize_t n = pread(fd, piece, MIN(sizeof piece, (size_t)(st.st_size - at)), at);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return error_set(err, -EBADMSG, "a segment that was handed over cannot be read");
		r = writer_put(made, BYTES(piece, (size_t)n), err);
		at += n;
	}
	return r < 0 ? r : writer_segment_end(made, err);
}

static int take_import(struct bytes message, struct manifest_import *ret, struct error *err)
{
	struct manifest_import row = { .time_us = clock_now() };

	if (!take_u64le(&message, &row.hash[0]) || !take_u64le(&message, &row.hash[1]) ||
	    !text_copy(row.name, sizeof row.name, message))
		return error_set(err, -EBADMSG, "what was handed over has no name");
	/* The name stands in a line of the manifest. */
	for (const char *p = row.name; *p; p++)
		if ((unsigned char)*p < 0x20 || *p == 0x7f)
			return error_set(err, -EBADMSG, "what was handed over has no name");
	*ret = row;
	return 0;
}

int handover_take(int connection, struct writer *made, struct manifest_import *ret, struct error *err)
{
	struct timeval patience = { .tv_sec = PATIENCE_S };
	uint8_t room[MESSAGE_MAX + 1];
	bool has_begun = false;

	setsockopt(connection, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
	for (;;) {
		int with, r;
		ssize_t n = pass_receive(connection, room, sizeof room, &with);
		if (n == 0)
			return error_set(err, has_begun ? -EBADMSG : -ECANCELED, "the command that handed over has gone");
		has_begun = true;
		if (n < 0)
			return error_errno(err, (int)n, "cannot take what is handed over");
		if (room[0] == 'C' && with < 0)
			return take_import(BYTES(room + 1, (size_t)n - 1), ret, err);
		if (room[0] != 'S' || with < 0)
			r = error_set(err, -EBADMSG, "what was handed over is not understood");
		else
			r = take_segment(with, made, err);
		if (with >= 0)
			close(with);
		if (r < 0)
			return r;
	}
}

void handover_answer(int connection, int result, const struct error *err)
{
	uint8_t message[ANSWER_MAX];
	size_t n = result < 0 ? strlen(err->line) : 0;

	put_u32le(message, (uint32_t)-result);
	memcpy(message + 4, err->line, n);
	pass_send(connection, BYTES(message, 4 + n), -1);
}

/* --- the command's end --- */

static int connect_to(int folder, int *ret, struct error *err)
{
	_cleanup_close_ int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
	struct sockaddr_un place = place_of(folder);

	if (fd < 0 || connect(fd, (const struct sockaddr *)&place, sizeof place) < 0)
		return error_errno(err, -errno, "cannot reach the process that writes to this store");
	*ret = fd;
	fd = -1;
	return 0;
}

bool handover_is_there(int folder)
{
	_cleanup_close_ int fd = -1;

	return connect_to(folder, &fd, NULL) == 0;
}

static int give_all(int fd, const int *segments, size_t count, const struct manifest_import *import)
{
	uint8_t message[MESSAGE_MAX] = { 'C' };
	size_t n = strlen(import->name);
	int r = 0;

	for (size_t i = 0; i < count && r == 0; i++)
		r = pass_send(fd, BYTES_TEXT("S"), segments[i]);
	put_u64le(message + 1, import->hash[0]);
	put_u64le(message + 9, import->hash[1]);
	memcpy(message + 17, import->name, n);
	return r < 0 ? r : pass_send(fd, BYTES(message, 17 + n), -1);
}

static int read_answer(int fd, struct error *err)
{
	uint8_t room[ANSWER_MAX];
	uint32_t code;
	int with;
	ssize_t n = pass_receive(fd, room, sizeof room, &with);
	struct bytes answer;

	/* The other end closed with something unread: that is told once, before its answer. */
	if (n == -ECONNRESET)
		n = pass_receive(fd, room, sizeof room, &with);
	answer = BYTES(room, n > 0 ? (size_t)n : 0);
	if (with >= 0)
		close(with);
	if (!take_u32le(&answer, &code)) {
		error_hint(err, "import it again: what is stored already is not stored twice");
		return error_set(err, -ECONNRESET, "the process that writes to this store ended meanwhile");
	}
	return code ? error_set(err, -(int)MIN(code, 4095u), "%.*s", (int)answer.n, (const char *)answer.p) : 0;
}

int handover_give(int folder, const int *segments, size_t count, const struct manifest_import *import, struct error *err)
{
	_cleanup_close_ int fd = -1;
	int r = connect_to(folder, &fd, err);

	if (r < 0)
		return r;
	r = give_all(fd, segments, count, import);
	/* It may have said why before it closed. */
	if (r < 0 && r != -EPIPE && r != -ECONNRESET)
		return error_errno(err, r, "cannot hand over to the process that writes to this store");
	return read_answer(fd, err);
}
