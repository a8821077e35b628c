/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* Listening sockets. */
#include "base/address.h"
#include "base/cleanup.h"
#include "engine/http/http.h"

#include <errno.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#define BACKLOG 128

union place {
	struct sockaddr any;
	struct sockaddr_in v4;
	struct sockaddr_in6 v6;
	struct sockaddr_un local;
};

/* "127.0.0.1:8080", "[::1]:8080", "8080". */
static bool parse(const char *text, union place *ret, socklen_t *ret_size)
{
	const char *colon = strrchr(text, ':');
	struct bytes host = colon ? BYTES(text, (size_t)(colon - text)) : BYTES_TEXT("127.0.0.1");
	struct address a;
	uint64_t port;

	if (host.n > 2 && host.p[0] == '[' && host.p[host.n - 1] == ']')
		host = BYTES(host.p + 1, host.n - 2);
	if (!bytes_number(BYTES_TEXT(colon ? colon + 1 : text), 65535, &port) || !address_parse(host, &a))
		return false;
	memset(ret, 0, sizeof *ret);
	if (a.family == 4) {
		ret->v4.sin_family = AF_INET;
		ret->v4.sin_port = htons((uint16_t)port);
		memcpy(&ret->v4.sin_addr, a.byte, 4);
		*ret_size = sizeof ret->v4;
	} else {
		ret->v6.sin6_family = AF_INET6;
		ret->v6.sin6_port = htons((uint16_t)port);
		memcpy(&ret->v6.sin6_addr, a.byte, 16);
		*ret_size = sizeof ret->v6;
	}
	return true;
}

static int open_socket(const union place *p, socklen_t size, const char *text, int *ret, struct error *err)
{
	_cleanup_close_ int fd = socket(p->any.sa_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	int yes = 1;

	if (fd < 0)
		return error_errno(err, -errno, "cannot make a socket");
	if (p->any.sa_family != AF_UNIX)
		setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
	if (p->any.sa_family == AF_INET6)
		setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &yes, sizeof yes);
	if (bind(fd, &p->any, size) < 0 || listen(fd, BACKLOG) < 0)
		return error_errno(err, -errno, "cannot listen on '%s'", text);
	*ret = fd;
	fd = -1;
	return 0;
}

int http_listen(const char *text, int *ret_fd, struct error *err)
{
	union place p;
	socklen_t size;

	if (!parse(text, &p, &size)) {
		error_hint(err, "addresses are written 127.0.0.1:8080 or [::1]:8080");
		return error_set(err, -EINVAL, "'%s' is not an address and port", text);
	}
	return open_socket(&p, size, text, ret_fd, err);
}

int http_listen_unix(const char *path, int *ret_fd, struct error *err)
{
	union place p = { .local = { .sun_family = AF_UNIX } };
	struct stat st;
	mode_t mask;
	int r;

	if (strlen(path) >= sizeof p.local.sun_path)
		return error_set(err, -EINVAL, "the path of a socket has %zu bytes at most: '%s'",
				 sizeof p.local.sun_path - 1, path);
	memcpy(p.local.sun_path, path, strlen(path));
	if (lstat(path, &st) == 0 && S_ISSOCK(st.st_mode))
		unlink(path);
	mask = umask(0177);
	r = open_socket(&p, sizeof p.local, path, ret_fd, err);
	umask(mask);
	return r;
}

static bool get_place(int fd, union place *ret)
{
	socklen_t size = sizeof *ret;

	memset(ret, 0, sizeof *ret);
	return getsockname(fd, &ret->any, &size) == 0;
}

bool http_is_local(int fd)
{
	union place p;

	if (!get_place(fd, &p))
		return false;
	if (p.any.sa_family == AF_INET)
		return ntohl(p.v4.sin_addr.s_addr) >> 24 == 127;
	return p.any.sa_family == AF_UNIX || (p.any.sa_family == AF_INET6 && IN6_IS_ADDR_LOOPBACK(&p.v6.sin6_addr));
}

unsigned http_port(int fd)
{
	union place p;

	if (!get_place(fd, &p))
		return 0;
	return p.any.sa_family == AF_INET ? ntohs(p.v4.sin_port) : p.any.sa_family == AF_INET6 ? ntohs(p.v6.sin6_port) : 0;
}
