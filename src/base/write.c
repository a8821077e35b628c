/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* Writing all of it. */
#include "base/write.h"

#include "base/clock.h"

#include <errno.h>
#include <poll.h>
#include <unistd.h>

#define POLL_MOST_MS 60000

/* Polls until then; rounded up, so that it does not turn quickly at the end. */
static int wait_until(int fd, short events, int64_t until_us)
{
	struct pollfd p = { .fd = fd, .events = events };

	for (;;) {
		int64_t left_ms = (until_us - clock_steady() + 999) / 1000;
		int n;
		if (left_ms <= 0)
			return -ETIMEDOUT;
		n = poll(&p, 1, left_ms < POLL_MOST_MS ? (int)left_ms : POLL_MOST_MS);
		if (n > 0)
			return 0;
		if (n < 0 && errno != EINTR)
			return -errno;
	}
}

static int write_some(int fd, struct bytes *bytes)
{
	ssize_t n = write(fd, bytes->p, bytes->n);

	if (n < 0)
		return errno == EINTR ? 0 : -errno;
	take_skip(bytes, (size_t)n);
	return 0;
}

int write_whole(int fd, struct bytes bytes)
{
	int r = 0;

	while (bytes.n && r == 0)
		r = write_some(fd, &bytes);
	return r;
}

int write_whole_until(int fd, struct bytes bytes, int64_t until_us)
{
	int r = 0;

	while (bytes.n && r == 0) {
		r = write_some(fd, &bytes);
		if (r == -EAGAIN)
			r = wait_until(fd, POLLOUT, until_us);
	}
	return r;
}

int wait_readable_until(int fd, int64_t until_us)
{
	return wait_until(fd, POLLIN, until_us);
}
