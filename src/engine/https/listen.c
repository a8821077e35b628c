/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* A listening socket. */
#include "base/cleanup.h"
#include "base/text.h"
#include "engine/https/https.h"

#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <sys/socket.h>

static bool split(const char *text, char host[128], char port[8])
{
	const char *colon = strrchr(text, ':');
	struct bytes name;
	uint64_t number;

	if (!colon || !bytes_number(BYTES_TEXT(colon + 1), 65535, &number))
		return false;
	name = BYTES(text, (size_t)(colon - text));
	if (name.n > 2 && name.p[0] == '[' && name.p[name.n - 1] == ']')
		name = BYTES(name.p + 1, name.n - 2);
	return name.n && text_copy(host, 128, name) && text_copy(port, 8, BYTES_TEXT(colon + 1));
}

static uint16_t port_of(int fd)
{
	struct sockaddr_storage a;
	socklen_t n = sizeof a;

	if (getsockname(fd, (struct sockaddr *)&a, &n) < 0)
		return 0;
	return ntohs(a.ss_family == AF_INET6 ? ((struct sockaddr_in6 *)&a)->sin6_port : ((struct sockaddr_in *)&a)->sin_port);
}

int https_listen(const char *text, int *ret_fd, uint16_t *ret_port, struct error *err)
{
	struct addrinfo hints = { .ai_flags = AI_NUMERICHOST | AI_NUMERICSERV, .ai_socktype = SOCK_STREAM }, *found;
	char host[128], port[8];
	int fd, one = 1, r = 0;

	if (!split(text, host, port) || getaddrinfo(host, port, &hints, &found) != 0) {
		error_hint(err, "addresses are written 127.0.0.1:8443 or [::1]:8443");
		return error_set(err, -EINVAL, "'%s' is not an address and port to listen on", text);
	}
	fd = socket(found->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		r = -errno;
	if (r == 0)
		setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
	if (r == 0 && (bind(fd, found->ai_addr, found->ai_addrlen) < 0 || listen(fd, 128) < 0))
		r = -errno;
	freeaddrinfo(found);
	if (r < 0) {
		if (fd >= 0)
			close(fd);
		return error_errno(err, r, "cannot listen on '%s'", text);
	}
	*ret_fd = fd;
	*ret_port = port_of(fd);
	return 0;
}
