/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* Between the capture and the delivery of one sensor. */
#include "observe/delivery/link.h"

#include <errno.h>
#include <sys/socket.h>
#include <unistd.h>

#define HEAD_BYTES 28

int link_open(int *ret_capture, int *ret_delivery, struct error *err)
{
	int ends[2], room = 1 << 20;

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, ends) < 0)
		return error_errno(err, -errno, "cannot make a pair of sockets");
	for (int i = 0; i < 2; i++)
		if (setsockopt(ends[i], SOL_SOCKET, SO_SNDBUFFORCE, &room, sizeof room) < 0)
			setsockopt(ends[i], SOL_SOCKET, SO_SNDBUF, &room, sizeof room);
	*ret_capture = ends[0];
	*ret_delivery = ends[1];
	return 0;
}

static int send_message(int fd, const void *p, size_t n)
{
	ssize_t done;

	do
		done = write(fd, p, n);
	while (done < 0 && errno == EINTR);
	if (done >= 0)
		return 1;
	return errno == EAGAIN || errno == ENOBUFS ? 0 : -errno;
}

int link_send_batch(int fd, const struct spool_item *item, struct bytes content)
{
	static uint8_t message[LINK_MESSAGE_MAX];

	put_u64le(message, item->boot);
	put_u64le(message + 8, item->number);
	put_u64le(message + 16, (uint64_t)item->time_us);
	put_u32le(message + 24, item->events);
	if (content.n > sizeof message - HEAD_BYTES)
		return -E2BIG;
	memcpy(message + HEAD_BYTES, content.p, content.n);
	return send_message(fd, message, HEAD_BYTES + content.n);
}

int link_send_number(int fd, uint64_t number)
{
	uint8_t message[8];

	put_u64le(message, number);
	return send_message(fd, message, sizeof message);
}

static int receive_message(int fd, void *into, size_t room, struct bytes *ret)
{
	ssize_t got;

	do
		got = read(fd, into, room);
	while (got < 0 && errno == EINTR);
	if (got == 0)
		return -EPIPE;
	if (got < 0)
		return errno == EAGAIN ? 0 : errno == ECONNRESET ? -EPIPE : -errno;
	*ret = BYTES(into, (size_t)got);
	return 1;
}

int link_receive_batch(int fd, uint8_t *room, struct spool_item *ret, struct bytes *ret_content)
{
	struct spool_item item = { .bytes = 0 };
	struct bytes c;
	uint64_t time_us;
	int r = receive_message(fd, room, LINK_MESSAGE_MAX, &c);

	if (r != 1)
		return r;
	if (!take_u64le(&c, &item.boot) || !take_u64le(&c, &item.number) || !take_u64le(&c, &time_us) ||
	    !take_u32le(&c, &item.events) || item.number == 0)
		return -EBADMSG;
	item.time_us = (int64_t)time_us;
	*ret = item;
	*ret_content = c;
	return 1;
}

int link_receive_number(int fd, uint64_t *ret)
{
	uint8_t room[16];
	struct bytes c = { 0 };
	int r = receive_message(fd, room, sizeof room, &c);

	if (r != 1)
		return r;
	return take_u64le(&c, ret) && c.n == 0 ? 1 : -EBADMSG;
}
