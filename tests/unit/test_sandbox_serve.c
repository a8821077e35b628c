/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* Trying to get out of the rows of the serving and drawing processes. Each attempt is a process of its own. */
#include "base/cleanup.h"
#include "engine/proc/sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <signal.h>
#include <stdbool.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <stdarg.h>
#include <cmocka.h>

enum { DONE = 0, REFUSED = 40, NO_SANDBOX = 41 };

static char folder[] = "/tmp/hinomi-sandbox-XXXXXX";
static int folder_fd, spare_fd;

/* Attempts return 0 when they got through, else -errno. */
static int read_inside(void)
{
	int fd = openat(folder_fd, "inside", O_RDONLY | O_CLOEXEC);
	char c;

	return fd < 0 ? -errno : read(fd, &c, 1) == 1 ? 0 : -EIO;
}

static int read_outside(void)
{
	return open("/etc/passwd", O_RDONLY | O_CLOEXEC) < 0 ? -errno : 0;
}

static int write_inside(void)
{
	return openat(folder_fd, "new", O_WRONLY | O_CREAT | O_CLOEXEC, 0644) < 0 ? -errno : 0;
}

static int make_socket(void)
{
	return socket(AF_INET, SOCK_STREAM, 0) < 0 ? -errno : 0;
}

static int connect_out(void)
{
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons(9), .sin_addr = { htonl(0x7f000001) } };

	return connect(spare_fd, (struct sockaddr *)&to, sizeof to) < 0 ? -errno : 0;
}

static int bind_more(void)
{
	struct sockaddr_in at = { .sin_family = AF_INET, .sin_addr = { htonl(0x7f000001) } };

	return bind(spare_fd, (struct sockaddr *)&at, sizeof at) < 0 ? -errno : 0;
}

static int start_program(void)
{
	execl("/bin/true", "true", (char *)NULL);
	return -errno;
}

static int start_process(void)
{
	return syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0) < 0 ? -errno : 0;
}

static int remove_inside(void)
{
	return unlinkat(folder_fd, "inside", 0) < 0 ? -errno : 0;
}

/* DONE, REFUSED or the signal as a negative number. */
static int attempt(enum sandbox which, int (*what)(void))
{
	pid_t pid = fork();
	int status;

	if (pid == 0) {
		if (sandbox_enter_beneath(which, folder_fd, NULL) < 0)
			_exit(NO_SANDBOX);
		_exit(what() == 0 ? DONE : REFUSED);
	}
	waitpid(pid, &status, 0);
	return WIFSIGNALED(status) ? -WTERMSIG(status) : WEXITSTATUS(status);
}

static bool has_landlock(void)
{
	return syscall(SYS_landlock_create_ruleset, NULL, 0, 1u) >= 1;
}

static void serving_reads_its_folder_and_no_more(void **state)
{
	static const enum sandbox rows[] = { SANDBOX_PUBLIC, SANDBOX_STAFF };

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		assert_int_equal(attempt(rows[i], read_inside), DONE);
		if (has_landlock())
			assert_int_equal(attempt(rows[i], read_outside), REFUSED);
		assert_int_equal(attempt(rows[i], write_inside), -SIGSYS);
		assert_int_equal(attempt(rows[i], remove_inside), -SIGSYS);
		assert_int_equal(attempt(rows[i], make_socket), -SIGSYS);
		assert_int_equal(attempt(rows[i], connect_out), -SIGSYS);
		assert_int_equal(attempt(rows[i], bind_more), -SIGSYS);
		assert_int_equal(attempt(rows[i], start_program), -SIGSYS);
		assert_int_equal(attempt(rows[i], start_process), -SIGSYS);
	}
}

static void drawing_has_no_network_and_no_process(void **state)
{
	(void)state;
	assert_int_equal(attempt(SANDBOX_DRAW, read_inside), DONE);
	if (has_landlock())
		assert_int_equal(attempt(SANDBOX_DRAW, read_outside), REFUSED);
	assert_int_equal(attempt(SANDBOX_DRAW, write_inside), -SIGSYS);
	assert_int_equal(attempt(SANDBOX_DRAW, make_socket), -SIGSYS);
	assert_int_equal(attempt(SANDBOX_DRAW, connect_out), -SIGSYS);
	assert_int_equal(attempt(SANDBOX_DRAW, start_program), -SIGSYS);
	assert_int_equal(attempt(SANDBOX_DRAW, start_process), -SIGSYS);
}

static int setup(void **state)
{
	int fd;

	(void)state;
	if (!mkdtemp(folder))
		return -1;
	folder_fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	fd = openat(folder_fd, "inside", O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
	if (write(fd, "x", 1) != 1)
		return -1;
	close(fd);
	spare_fd = socket(AF_INET, SOCK_STREAM, 0);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	unlinkat(folder_fd, "inside", 0);
	rmdir(folder);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(serving_reads_its_folder_and_no_more),
		cmocka_unit_test(drawing_has_no_network_and_no_process),
	};
	return cmocka_run_group_tests_name("sandbox_serve", tests, setup, teardown);
}
