/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* Open files from process to process: unix(7), SCM_RIGHTS. */
#include "engine/proc/pass.h"

#include <errno.h>
#include <sys/socket.h>

int pass_send(int fd, struct bytes bytes, int with)
{
	union {
		char room[CMSG_SPACE(sizeof(int))];
		struct cmsghdr align;
	} control = { .room = "" };
	struct iovec part = { (void *)(uintptr_t)bytes.p, bytes.n };
	struct msghdr m = { .msg_iov = &part, .msg_iovlen = 1 };
	ssize_t n;

	if (with >= 0) {
		struct cmsghdr *head;
		m.msg_control = control.room;
		m.msg_controllen = sizeof control.room;
		head = CMSG_FIRSTHDR(&m);
		*head = (struct cmsghdr){ .cmsg_level = SOL_SOCKET, .cmsg_type = SCM_RIGHTS, .cmsg_len = CMSG_LEN(sizeof(int)) };
		memcpy(CMSG_DATA(head), &with, sizeof with);
	}
	do
		n = sendmsg(fd, &m, MSG_NOSIGNAL);
	while (n < 0 && errno == EINTR);
	return n < 0 ? -errno : 0;
}

ssize_t pass_receive(int fd, void *into, size_t room, int *ret_with)
{
	union {
		char room[CMSG_SPACE(sizeof(int))];
		struct cmsghdr align;
	} control;
	struct iovec part = { into, room };
	struct msghdr m = { .msg_iov = &part, .msg_iovlen = 1, .msg_control = control.room,
			    .msg_controllen = sizeof control.room };
	ssize_t n;

	*ret_with = -1;
	do
		n = recvmsg(fd, &m, MSG_CMSG_CLOEXEC);
	while (n < 0 && errno == EINTR);
	if (n < 0)
		return -errno;
	for (struct cmsghdr *head = CMSG_FIRSTHDR(&m); head; head = CMSG_NXTHDR(&m, head))
		if (head->cmsg_level == SOL_SOCKET && head->cmsg_type == SCM_RIGHTS && head->cmsg_len == CMSG_LEN(sizeof(int)))
			memcpy(ret_with, CMSG_DATA(head), sizeof *ret_with);
	return n;
}
