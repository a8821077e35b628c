/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* Trying to get out of the rows of the serving, keeping and drawing processes. Each attempt is a process of its own. */
#include "base/cleanup.h"
#include "engine/proc/sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <stdbool.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <stdarg.h>
#include <cmocka.h>

enum { DONE = 0, REFUSED = 40, NO_SANDBOX = 41 };

static char folder[] = "/tmp/hinomi-sandbox-XXXXXX";
static char other[] = "/tmp/hinomi-sandbox-XXXXXX";
static int folder_fd, other_fd, spare_fd;
static pid_t bystander; /* no child of who tries */

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

static int keep_inside(void)
{
	int fd = openat(folder_fd, "kept.new", O_WRONLY | O_CREAT | O_CLOEXEC, 0644);

	if (fd < 0 || write(fd, "x", 1) != 1 || fsync(fd) < 0 || renameat(folder_fd, "kept.new", folder_fd, "kept") < 0)
		return -errno;
	return unlinkat(folder_fd, "kept", 0) < 0 ? -errno : 0;
}

static int write_outside(void)
{
	return open("/tmp/hinomi-escaped", O_WRONLY | O_CREAT | O_CLOEXEC, 0600) < 0 ? -errno : 0;
}

static int write_what_is_for_reading(void)
{
	return openat(other_fd, "new", O_WRONLY | O_CREAT | O_CLOEXEC, 0644) < 0 ? -errno : 0;
}

static int read_what_is_for_reading(void)
{
	return openat(other_fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC) < 0 ? -errno : 0;
}

/* As a form becomes a file: made, written, synced, named, counted. */
static int drop_inside(void)
{
	int fd = openat(folder_fd, "dropped.new", O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	struct stat st;

	if (fd < 0 || write(fd, "x", 1) != 1 || fsync(fd) < 0 || renameat(folder_fd, "dropped.new", folder_fd, "dropped") < 0)
		return -errno;
	if (fstatat(folder_fd, "dropped", &st, AT_SYMLINK_NOFOLLOW) < 0 || openat(folder_fd, ".", O_RDONLY | O_DIRECTORY) < 0)
		return -errno;
	return unlinkat(folder_fd, "dropped", 0) < 0 ? -errno : 0;
}

static int drop_outside(void)
{
	return open("/tmp/hinomi-escaped", O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600) < 0 ? -errno : 0;
}

static int drop_where_it_reads(void)
{
	return openat(other_fd, "new", O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600) < 0 ? -errno : 0;
}

/* RESOLVE_… is behind a pointer: Landlock alone stands there. */
static int drop_by_openat2(void)
{
	uint64_t how[3] = { O_WRONLY | O_CREAT, 0600, 0 };

	return syscall(SYS_openat2, other_fd, "new", how, sizeof how) < 0 ? -errno : 0;
}

static int rename_out(void)
{
	return renameat(folder_fd, "inside", other_fd, "inside") < 0 ? -errno : 0;
}

static int make_folder(void)
{
	return mkdirat(folder_fd, "tree", 0700) < 0 ? -errno : 0;
}

static int open_to_change(void)
{
	return openat(folder_fd, "inside", O_RDWR | O_CLOEXEC) < 0 ? -errno : 0;
}

static int make_tree(void)
{
	if (mkdirat(folder_fd, "tree", 0755) < 0 || symlinkat("tree", folder_fd, "current") < 0)
		return -errno;
	return unlinkat(folder_fd, "current", 0) < 0 || unlinkat(folder_fd, "tree", AT_REMOVEDIR) < 0 ? -errno : 0;
}

static int listen_more(void)
{
	return listen(spare_fd, 1) < 0 ? -errno : 0;
}

static int start_thread(void)
{
	return syscall(SYS_clone, CLONE_VM | CLONE_THREAD | CLONE_SIGHAND, 0, 0, 0, 0) < 0 ? -errno : 0;
}

static int new_namespace(void)
{
	return syscall(SYS_clone, SIGCHLD | CLONE_NEWUSER, 0, 0, 0, 0) < 0 ? -errno : 0;
}

static int trace(void)
{
	return ptrace(PTRACE_TRACEME, 0, NULL, NULL) < 0 ? -errno : 0;
}

static int end_bystander(void)
{
	return kill(bystander, SIGKILL) < 0 ? -errno : 0;
}

static int signal_bystander(void)
{
	return kill(bystander, SIGTERM) < 0 ? -errno : 0;
}

/* It leads a group of its own. */
static int end_a_group(void)
{
	return kill(-bystander, SIGKILL) < 0 ? -errno : 0;
}

static int wait_for_child(pid_t pid)
{
	int status;

	if (pid < 0 || waitpid(pid, &status, 0) != pid)
		return -ECHILD;
	return WIFSIGNALED(status) ? -WTERMSIG(status) : WEXITSTATUS(status);
}

/* A child locks itself in further, and answers. */
static int start_locked_child(void)
{
	pid_t pid = fork();

	if (pid == 0)
		_exit(sandbox_enter(SANDBOX_DECODE, NULL) < 0 ? NO_SANDBOX : 7);
	return wait_for_child(pid) == 7 ? 0 : -ECHILD;
}

static int end_own_child(void)
{
	pid_t pid = fork();

	if (pid == 0)
		for (;;)
			poll(NULL, 0, 1000);
	return kill(pid, SIGKILL) < 0 || wait_for_child(pid) != -SIGKILL ? -ECHILD : 0;
}

/* A child has the same wall. */
static int program_of_child(void)
{
	pid_t pid = fork();

	if (pid == 0)
		_exit(start_program() == 0 ? DONE : REFUSED);
	return wait_for_child(pid) == -SIGSYS ? -EACCES : 0;
}

/* DONE, REFUSED or the signal as a negative number. */
static int attempt(enum sandbox which, int (*what)(void))
{
	pid_t pid = fork();
	int status;

	if (pid == 0) {
		const struct sandbox_place places[] = { { .fd = folder_fd, .is_kept = true }, { .fd = other_fd } };
		bool is_keeper = which == SANDBOX_COLLECT || which == SANDBOX_JOBS || which == SANDBOX_JOBS_SERVED;
		const struct sandbox_place drops[] = { { .fd = folder_fd, .is_dropped = true }, { .fd = other_fd } };
		if (which == SANDBOX_FORMS) {
			if (sandbox_enter_places(which, drops, COUNT(drops), NULL) < 0)
				_exit(NO_SANDBOX);
			_exit(what() == 0 ? DONE : REFUSED);
		}
		if ((is_keeper ? sandbox_enter_places(which, places, COUNT(places), NULL)
			       : sandbox_enter_beneath(which, folder_fd, NULL)) < 0)
			_exit(NO_SANDBOX);
		_exit(what() == 0 ? DONE : REFUSED);
	}
	waitpid(pid, &status, 0);
	return WIFSIGNALED(status) ? -WTERMSIG(status) : WEXITSTATUS(status);
}

static long landlock_version(void)
{
	return syscall(SYS_landlock_create_ruleset, NULL, 0, 1u);
}

static bool has_landlock(void)
{
	return landlock_version() >= 1;
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

static void forms_drop_into_their_folder_and_no_more(void **state)
{
	(void)state;
	assert_int_equal(attempt(SANDBOX_FORMS, drop_inside), DONE);
	assert_int_equal(attempt(SANDBOX_FORMS, read_what_is_for_reading), DONE);
	if (has_landlock()) {
		assert_int_equal(attempt(SANDBOX_FORMS, read_inside), REFUSED);
		assert_int_equal(attempt(SANDBOX_FORMS, read_outside), REFUSED);
		assert_int_equal(attempt(SANDBOX_FORMS, drop_outside), REFUSED);
		assert_int_equal(attempt(SANDBOX_FORMS, drop_where_it_reads), REFUSED);
		assert_int_equal(attempt(SANDBOX_FORMS, drop_by_openat2), REFUSED);
		assert_int_equal(attempt(SANDBOX_FORMS, rename_out), REFUSED);
	}
	assert_int_equal(attempt(SANDBOX_FORMS, open_to_change), -SIGSYS);
	assert_int_equal(attempt(SANDBOX_FORMS, write_outside), -SIGSYS);
	assert_int_equal(attempt(SANDBOX_FORMS, make_folder), -SIGSYS);
	assert_int_equal(attempt(SANDBOX_FORMS, make_socket), -SIGSYS);
	assert_int_equal(attempt(SANDBOX_FORMS, connect_out), -SIGSYS);
	assert_int_equal(attempt(SANDBOX_FORMS, bind_more), -SIGSYS);
	assert_int_equal(attempt(SANDBOX_FORMS, start_program), -SIGSYS);
	assert_int_equal(attempt(SANDBOX_FORMS, start_process), -SIGSYS);
}

static void keepers_keep_their_folders_and_start_locked_children(void **state)
{
	static const enum sandbox rows[] = { SANDBOX_COLLECT, SANDBOX_JOBS, SANDBOX_JOBS_SERVED };

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		assert_int_equal(attempt(rows[i], read_inside), DONE);
		assert_int_equal(attempt(rows[i], keep_inside), DONE);
		assert_int_equal(attempt(rows[i], read_what_is_for_reading), DONE);
		assert_int_equal(attempt(rows[i], start_locked_child), DONE);
		assert_int_equal(attempt(rows[i], end_own_child), DONE);
		assert_int_equal(attempt(rows[i], program_of_child), REFUSED);
		if (has_landlock()) {
			assert_int_equal(attempt(rows[i], read_outside), REFUSED);
			assert_int_equal(attempt(rows[i], write_outside), REFUSED);
			assert_int_equal(attempt(rows[i], write_what_is_for_reading), REFUSED);
		}
		if (landlock_version() >= 6)
			assert_int_equal(attempt(rows[i], end_bystander), REFUSED);
		assert_int_equal(attempt(rows[i], signal_bystander), -SIGSYS);
		assert_int_equal(attempt(rows[i], end_a_group), -SIGSYS);
		assert_int_equal(attempt(rows[i], make_socket), -SIGSYS);
		assert_int_equal(attempt(rows[i], connect_out), -SIGSYS);
		assert_int_equal(attempt(rows[i], bind_more), -SIGSYS);
		assert_int_equal(attempt(rows[i], listen_more), -SIGSYS);
		assert_int_equal(attempt(rows[i], start_program), -SIGSYS);
		assert_int_equal(attempt(rows[i], start_thread), -SIGSYS);
		assert_int_equal(attempt(rows[i], new_namespace), -SIGSYS);
		assert_int_equal(attempt(rows[i], trace), -SIGSYS);
	}
}

static int accept_there(void)
{
	return accept4(spare_fd, NULL, NULL, SOCK_CLOEXEC) < 0 && errno == ENOSYS ? -errno : 0;
}

static int send_there(void)
{
	return send(spare_fd, "x", 1, MSG_NOSIGNAL) < 0 ? -errno : 0;
}

static int send_elsewhere(void)
{
	struct sockaddr_in there = { .sin_family = AF_INET, .sin_port = htons(9), .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };

	return sendto(spare_fd, "x", 1, MSG_NOSIGNAL, (struct sockaddr *)&there, sizeof there) < 0 ? -errno : 0;
}

static void jobs_have_no_network_and_trees(void **state)
{
	(void)state;
	assert_int_equal(attempt(SANDBOX_JOBS, make_tree), DONE);
	assert_int_equal(attempt(SANDBOX_JOBS, accept_there), -SIGSYS);
	assert_int_equal(attempt(SANDBOX_JOBS, send_there), -SIGSYS);
	assert_int_equal(attempt(SANDBOX_JOBS_SERVED, make_tree), DONE);
	assert_int_equal(attempt(SANDBOX_JOBS_SERVED, send_there), REFUSED); /* it is connected to nobody */
	assert_int_equal(attempt(SANDBOX_JOBS_SERVED, send_elsewhere), -SIGSYS);
	assert_int_equal(attempt(SANDBOX_JOBS_SERVED, accept_there), -SIGSYS);
	assert_int_equal(attempt(SANDBOX_JOBS_SERVED, connect_out), -SIGSYS);
	assert_int_equal(attempt(SANDBOX_COLLECT, accept_there), DONE);
	assert_int_equal(attempt(SANDBOX_COLLECT, make_tree), has_landlock() ? REFUSED : -SIGSYS);
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

static int make_local_socket(void)
{
	return socket(AF_UNIX, SOCK_STREAM, 0) < 0 ? -errno : 0;
}

static int make_packet_socket(void)
{
	return socket(AF_PACKET, SOCK_RAW, 0) < 0 ? -errno : 0;
}

/* Nobody listens there: that the call is answered so is getting through. */
static int try_to_connect(void)
{
	int r = connect_out();

	return r == -ECONNREFUSED ? 0 : r;
}

static void fetching_connects_and_no_more(void **state)
{
	static const enum sandbox rows[] = { SANDBOX_FETCHER, SANDBOX_FETCH };

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		assert_int_equal(attempt(rows[i], make_socket), DONE);
		assert_int_equal(attempt(rows[i], try_to_connect), DONE);
		assert_int_equal(attempt(rows[i], make_local_socket), REFUSED);
		assert_int_equal(attempt(rows[i], make_packet_socket), -SIGSYS);
		assert_int_equal(attempt(rows[i], bind_more), -SIGSYS);
		assert_int_equal(attempt(rows[i], listen_more), -SIGSYS);
		assert_int_equal(attempt(rows[i], accept_there), -SIGSYS);
		assert_int_equal(attempt(rows[i], read_inside), REFUSED);
		assert_int_equal(attempt(rows[i], read_outside), REFUSED);
		assert_int_equal(attempt(rows[i], write_inside), REFUSED);
		assert_int_equal(attempt(rows[i], write_outside), REFUSED);
		assert_int_equal(attempt(rows[i], remove_inside), -SIGSYS);
		assert_int_equal(attempt(rows[i], start_program), -SIGSYS);
		assert_int_equal(attempt(rows[i], start_thread), -SIGSYS);
		assert_int_equal(attempt(rows[i], new_namespace), -SIGSYS);
		assert_int_equal(attempt(rows[i], trace), -SIGSYS);
		assert_int_equal(attempt(rows[i], signal_bystander), -SIGSYS);
	}
	assert_int_equal(attempt(SANDBOX_FETCHER, program_of_child), REFUSED);
	assert_int_equal(attempt(SANDBOX_FETCHER, end_own_child), DONE);
	assert_int_equal(attempt(SANDBOX_FETCH, start_process), -SIGSYS);
	assert_int_equal(attempt(SANDBOX_FETCH, end_bystander), -SIGSYS);
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
	if (!mkdtemp(other))
		return -1;
	other_fd = open(other, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	bystander = fork();
	if (bystander > 0)
		setpgid(bystander, bystander);
	while (bystander == 0)
			poll(NULL, 0, 1000);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	unlinkat(folder_fd, "inside", 0);
	rmdir(folder);
	rmdir(other);
	kill(bystander, SIGKILL);
	waitpid(bystander, NULL, 0);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(serving_reads_its_folder_and_no_more),
		cmocka_unit_test(forms_drop_into_their_folder_and_no_more),
		cmocka_unit_test(keepers_keep_their_folders_and_start_locked_children),
		cmocka_unit_test(jobs_have_no_network_and_trees),
		cmocka_unit_test(drawing_has_no_network_and_no_process),
		cmocka_unit_test(fetching_connects_and_no_more),
	};
	return cmocka_run_group_tests_name("sandbox_serve", tests, setup, teardown);
}
