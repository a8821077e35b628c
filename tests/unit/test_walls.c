/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* Tries to get out of each sandbox: the kernel must end who tries. Tested in the plain build. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "engine/proc/sandbox.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>

static int extra; /* a socket that is no log and no link */

static void try_open(void)
{
	open("/etc/passwd", O_RDONLY);
}

static void try_open_write(void)
{
	open("/tmp/hinomi-escaped", O_WRONLY | O_CREAT, 0600);
}

static void try_socket(void)
{
	socket(AF_INET, SOCK_STREAM, 0);
}

static void try_connect(void)
{
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons(9), .sin_addr = { htonl(INADDR_LOOPBACK) } };

	connect(extra, (struct sockaddr *)&to, sizeof to);
}

static void try_send(void)
{
	send(extra, "x", 1, MSG_NOSIGNAL);
}

static void try_write_to_socket(void)
{
	if (write(extra, "x", 1) == 1)
		_exit(1);
}

static void try_exec(void)
{
	char *const arguments[] = { NULL };

	execve("/bin/true", arguments, arguments);
}

static void try_fork(void)
{
	if (fork() == 0)
		_exit(0);
}

static void try_receive(void)
{
	struct msghdr m = { .msg_iovlen = 0 };

	recvmsg(extra, &m, MSG_DONTWAIT);
}

static void try_receive_three(void)
{
	struct msghdr m = { .msg_iovlen = 0 };

	recvmsg(3, &m, MSG_DONTWAIT);
}

static void try_listen(void)
{
	listen(extra, 1);
}

static void try_ptrace(void)
{
	ptrace(PTRACE_TRACEME, 0, NULL, NULL);
}

static void try_kill(void)
{
	kill(getppid(), 0);
}

static const struct {
	enum sandbox which;
	void (*try)(void);
	const char *name;
} cases[] = {
	{ SANDBOX_SENSE, try_open, "sense opens a file" },
	{ SANDBOX_SENSE, try_socket, "sense makes a socket" },
	{ SANDBOX_SENSE, try_connect, "sense connects" },
	{ SANDBOX_SENSE, try_send, "sense sends" },
	{ SANDBOX_SENSE, try_write_to_socket, "sense writes to a socket that is not its link" },
	{ SANDBOX_SENSE, try_exec, "sense runs a program" },
	{ SANDBOX_SENSE, try_fork, "sense starts a process" },
	{ SANDBOX_SENSE, try_ptrace, "sense traces" },
	{ SANDBOX_SENSE, try_kill, "sense kills" },
	{ SANDBOX_DELIVER, try_exec, "deliver runs a program" },
	{ SANDBOX_DELIVER, try_fork, "deliver starts a process" },
	{ SANDBOX_DELIVER, try_listen, "deliver listens" },
	{ SANDBOX_DELIVER, try_ptrace, "deliver traces" },
	{ SANDBOX_DELIVER, try_kill, "deliver kills" },
	{ SANDBOX_MAILER, try_open_write, "the mailer makes a file" },
	{ SANDBOX_MAILER, try_exec, "the mailer runs a program" },
	{ SANDBOX_MAILER, try_fork, "the mailer starts a process" },
	{ SANDBOX_MAILER, try_listen, "the mailer listens" },
	{ SANDBOX_MAILER, try_ptrace, "the mailer traces" },
	{ SANDBOX_MAILER, try_kill, "the mailer kills" },
	{ SANDBOX_KEYS, try_socket, "a key process makes a socket to elsewhere" },
	{ SANDBOX_KEYS, try_ptrace, "a key process traces" },
	{ SANDBOX_DECODE, try_open, "decode opens a file" },
	{ SANDBOX_DECODE, try_open_write, "decode makes a file" },
	{ SANDBOX_DECODE, try_socket, "decode makes a socket" },
	{ SANDBOX_DECODE, try_exec, "decode runs a program" },
	{ SANDBOX_DECODE, try_fork, "decode starts a process" },
	{ SANDBOX_DECODE, try_receive_three, "decode takes a file" },
	{ SANDBOX_IMPORT, try_receive, "import takes a file from another descriptor" },
	{ SANDBOX_IMPORT, try_open, "import opens a file" },
	{ SANDBOX_IMPORT, try_open_write, "import makes a file" },
	{ SANDBOX_IMPORT, try_socket, "import makes a socket" },
	{ SANDBOX_IMPORT, try_send, "import sends" },
	{ SANDBOX_IMPORT, try_exec, "import runs a program" },
	{ SANDBOX_IMPORT, try_fork, "import starts a process" },
};

static int run_try(size_t i)
{
	int status;
	pid_t pid = fork();

	assert_true(pid >= 0);
	if (pid == 0) {
		extra = fcntl(socket(AF_INET, SOCK_STREAM, 0), F_DUPFD, 10);
		if (sandbox_enter(cases[i].which, NULL) < 0)
			_exit(2);
		cases[i].try();
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return status;
}

static void test_who_tries_is_ended(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		int status = run_try(i);
		if (!WIFSIGNALED(status) || WTERMSIG(status) != SIGSYS)
			fail_msg("%s: status %d", cases[i].name, status);
	}
}

/* Without Landlock in the kernel the delivery is held by its user's rights alone. */
static void test_delivery_opens_nothing_elsewhere(void **state)
{
	bool has_landlock = syscall(SYS_landlock_create_ruleset, NULL, 0, 1u) >= 1;
	int status;
	pid_t pid = fork();

	(void)state;
	if (pid == 0) {
		int folder = open("/tmp", O_RDONLY | O_DIRECTORY);
		if (sandbox_enter_beneath(SANDBOX_DELIVER, folder, NULL) < 0)
			_exit(2);
		_exit(openat(AT_FDCWD, "/etc/passwd", O_RDONLY) < 0 ? 0 : 1);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status) && WEXITSTATUS(status) != 2);
	if (has_landlock)
		assert_int_equal(WEXITSTATUS(status), 0);
}

/* A key process runs GnuPG's programs, which Landlock names, and reads its own folder. */
static void test_keys_run_nothing_else(void **state)
{
	bool has_landlock = syscall(SYS_landlock_create_ruleset, NULL, 0, 1u) >= 1;
	char *const arguments[] = { (char *)(uintptr_t)"true", NULL };
	int status;
	pid_t pid = fork();

	(void)state;
	if (pid == 0) {
		struct sandbox_place places[] = { { .fd = open("/tmp", O_PATH), .is_kept = true }, { .fd = open("/usr/lib", O_PATH) } };
		if (sandbox_enter_places(SANDBOX_KEYS, places, COUNT(places), NULL) < 0)
			_exit(2);
		if (openat(AT_FDCWD, "/etc/shadow", O_RDONLY) >= 0)
			_exit(3);
		execv("/bin/true", arguments);
		_exit(4);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status) && WEXITSTATUS(status) != 2);
	if (has_landlock)
		assert_int_equal(WEXITSTATUS(status), 4);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_who_tries_is_ended),
		cmocka_unit_test(test_delivery_opens_nothing_elsewhere),
		cmocka_unit_test(test_keys_run_nothing_else),
	};

	return cmocka_run_group_tests_name("walls", tests, NULL, NULL);
}
