/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* The centre's first process: starts the others, starts them again when they die, stops them all. It holds no socket
 * and no database, and links neither.
 *
 *	hinomi-main -c FILE         the installed centre
 *	hinomi-main --local FOLDER  one that lives in a folder: makes its configuration, fills an empty store with a
 *	                            simulated year, prints the addresses
 *
 * As root with --local it becomes `nobody` first; the folder and the programs are reached through descriptors that
 * were opened before, so that they may stand below a folder that only root can enter. */
#include "base/buf.h"
#include "base/cleanup.h"
#include "base/clock.h"
#include "base/log.h"
#include "engine/conf/conf.h"
#include "engine/proc/helper.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <poll.h>
#include <pwd.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define LOCAL_CONF "hinomi.conf"
#define STOP_MS 10000
#define BACKOFF_FIRST_US SECOND_US
#define BACKOFF_MOST_US (60 * SECOND_US)
/* A process that has run so long did not die at its start. */
#define STEADY_US (30 * SECOND_US)

#define ARGUMENTS_MAX 16

static void public_arguments(const struct conf *c, const char *ret[ARGUMENTS_MAX])
{
	static const struct {
		const char *option;
		enum setting setting;
	} options[] = {
		{ "--listen", SETTING_PUBLIC_LISTEN }, { "--zone", SETTING_CENTRE_ZONE },    { "--spool", SETTING_PUBLIC_SPOOL },
		{ "--states", SETTING_PUBLIC_STATES }, { "--proxy", SETTING_PUBLIC_PROXY },
	};
	size_t n = 0;

	for (size_t i = 0; i < COUNT(options); i++) {
		if (!conf_text(c, options[i].setting)[0])
			continue;
		ret[n++] = options[i].option;
		ret[n++] = conf_text(c, options[i].setting);
	}
	ret[n] = conf_text(c, SETTING_PUBLIC_TREE);
}

/* The processes of the centre, in the order of their start. */
static struct process {
	const char *name;
	/* Its words after the name, from the settings; NULL: `-c FILE`. */
	void (*arguments)(const struct conf *c, const char *ret[ARGUMENTS_MAX]);
	pid_t pid; /* 0: not running */
	int64_t started_us, start_again_us, backoff_us;
} processes[] = {
	{ .name = "collect" },
	{ .name = "jobs" },
	{ .name = "public", .arguments = public_arguments },
	{ .name = "staff" },
};

static const char *conf_path;
static struct conf *conf;

/* --- starting --- */

static void run_helper(const char *name, const char *const arguments[])
{
	struct error err = ERROR_NONE;
	char path[HELPER_PATH_MAX];
	sigset_t none;

	if (helper_path(name, path, &err) < 0) {
		error_print(&err);
		_exit(127);
	}
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	execv(path, (char *const *)arguments);
	_exit(127);
}

static pid_t start_helper(const char *name, const char *const arguments[])
{
	pid_t parent = getpid(), pid = fork();

	if (pid != 0)
		return pid;
	prctl(PR_SET_PDEATHSIG, SIGTERM);
	if (getppid() != parent)
		_exit(127);
	run_helper(name, arguments);
	return 0;
}

static void start(struct process *p)
{
	const char *arguments[ARGUMENTS_MAX + 2] = { p->name, "-c", conf_path };

	if (p->arguments) {
		memset(arguments + 1, 0, sizeof arguments - sizeof *arguments);
		p->arguments(conf, arguments + 1);
	}
	p->pid = start_helper(p->name, arguments);
	p->started_us = clock_steady();
	if (p->pid < 0) {
		log_error("cannot start a process", "name", p->name);
		p->pid = 0;
		p->start_again_us = clock_steady() + BACKOFF_MOST_US;
	}
}

static void start_due(void)
{
	int64_t now = clock_steady();

	for (size_t i = 0; i < COUNT(processes); i++)
		if (processes[i].pid == 0 && processes[i].start_again_us <= now)
			start(&processes[i]);
}

/* --- watching --- */

static void note_death(struct process *p, int status)
{
	int64_t now = clock_steady();
	char how[40];

	snprintf(how, sizeof how, WIFSIGNALED(status) ? "signal %d" : "exit %d",
		 WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status));
	if (now - p->started_us > STEADY_US || p->backoff_us == 0)
		p->backoff_us = BACKOFF_FIRST_US;
	else
		p->backoff_us = MIN(p->backoff_us * 2, (int64_t)BACKOFF_MOST_US);
	p->pid = 0;
	p->start_again_us = now + p->backoff_us;
	log_warn("a process ended and is started again", "name", p->name, "how", how);
}

static void reap(bool is_stopping)
{
	int status;
	pid_t pid;

	while ((pid = waitpid(-1, &status, WNOHANG)) > 0)
		for (size_t i = 0; i < COUNT(processes); i++)
			if (processes[i].pid == pid) {
				if (is_stopping)
					processes[i].pid = 0;
				else
					note_death(&processes[i], status);
			}
}

static int next_timeout_ms(void)
{
	int64_t now = clock_steady(), least = 60 * SECOND_US;

	for (size_t i = 0; i < COUNT(processes); i++)
		if (processes[i].pid == 0)
			least = MIN(least, MAX(processes[i].start_again_us - now, INT64_C(0)));
	return (int)(least / 1000) + 1;
}

static bool any_runs(void)
{
	for (size_t i = 0; i < COUNT(processes); i++)
		if (processes[i].pid)
			return true;
	return false;
}

static void signal_all(int number)
{
	for (size_t i = 0; i < COUNT(processes); i++)
		if (processes[i].pid)
			kill(processes[i].pid, number);
}

static void stop_all(int signals)
{
	int64_t end = clock_steady() + STOP_MS * INT64_C(1000);
	struct pollfd wait = { .fd = signals, .events = POLLIN };
	struct signalfd_siginfo info;

	signal_all(SIGTERM);
	reap(true);
	while (any_runs() && clock_steady() < end) {
		if (poll(&wait, 1, 200) > 0 && read(signals, &info, sizeof info) < 0 && errno != EAGAIN)
			break;
		reap(true);
	}
	signal_all(SIGKILL);
}

static int watch(int signals)
{
	struct pollfd wait = { .fd = signals, .events = POLLIN };

	for (;;) {
		struct signalfd_siginfo info;
		start_due();
		if (poll(&wait, 1, next_timeout_ms()) <= 0)
			continue;
		if (read(signals, &info, sizeof info) != sizeof info)
			continue;
		if (info.ssi_signo == SIGCHLD) {
			reap(false);
		} else {
			log_info("stopping");
			stop_all(signals);
			return 0;
		}
	}
}

/* --- a centre in a folder --- */

static const char local_conf[] =
	"# Settings of this local centre; `hinomi config show -c hinomi.conf` prints all with what they mean.\n"
	"# Paths count from this folder.\n"
	"centre { database = \"cases.db\" }\n"
	"store { folder = \"store\" }\n"
	"observe { places = \"store/simulated-places.csv\" }\n"
	"public { listen = \"127.0.0.1:8080\"  tree = \"public\"  spool = \"spool\"  states = \"states\" }\n"
	"staff { listen = \"127.0.0.1:8081\" }\n"
	"collect { listen = \"127.0.0.1:8443\"  folder = \"collect\" }\n";

static int write_local_conf(struct error *err)
{
	_cleanup_close_ int fd = open(LOCAL_CONF, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);

	if (fd < 0)
		return errno == EEXIST ? 0 : error_errno(err, -errno, "cannot make '%s'", LOCAL_CONF);
	if (write(fd, local_conf, sizeof local_conf - 1) != (ssize_t)sizeof local_conf - 1)
		return error_errno(err, -errno, "cannot write '%s'", LOCAL_CONF);
	return 0;
}

/* The programs stay reachable after root is given up, wherever they stand. */
static int hold_programs(struct error *err)
{
	char folder[HELPER_PATH_MAX], held[64];
	int r = helper_folder(folder, err), fd;

	if (r < 0)
		return r;
	fd = open(folder, O_PATH | O_DIRECTORY);
	if (fd < 0)
		return error_errno(err, -errno, "cannot open '%s'", folder);
	snprintf(held, sizeof held, "/proc/self/fd/%d", fd);
	setenv("HINOMI_LIBEXEC", held, 1);
	return 0;
}

static int give_up_root(struct error *err)
{
	struct passwd *nobody = getuid() == 0 ? getpwnam("nobody") : NULL;

	if (getuid() != 0)
		return 0;
	if (!nobody)
		return error_set(err, -ENOENT, "there is no user 'nobody' to become");
	if (chown(".", nobody->pw_uid, nobody->pw_gid) < 0 || setgroups(0, NULL) < 0 || setgid(nobody->pw_gid) < 0 ||
	    setuid(nobody->pw_uid) < 0)
		return error_errno(err, -errno, "cannot become 'nobody'");
	prctl(PR_SET_DUMPABLE, 1); /* /proc/self/fd stays ours */
	return 0;
}

/* Runs a command of `hinomi` and waits for it. */
static int run_command(const char *const arguments[], struct error *err)
{
	pid_t pid = start_helper("", arguments);
	int status = -1;

	if (pid < 0 || waitpid(pid, &status, 0) < 0)
		return error_errno(err, -errno, "cannot run 'hinomi %s'", arguments[1]);
	if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
		return error_set(err, -ECHILD, "'hinomi %s %s' failed", arguments[1], arguments[2]);
	return 0;
}

static int fill_empty_store(const struct conf *c, struct error *err)
{
	const char *store = conf_text(c, SETTING_STORE_FOLDER);
	const char *const arguments[] = { "hinomi", "store", "simulate", "-c", conf_path, NULL };
	char manifest[4096];

	snprintf(manifest, sizeof manifest, "%s/MANIFEST", store);
	if (access(manifest, F_OK) == 0)
		return 0;
	fprintf(stderr, "an empty store: filling it with a simulated year of 20 sensors\n");
	return run_command(arguments, err);
}

/* Where nobody has logged in yet, an administrator for the newcomer: the command prints the name and the password. Nothing
 * else depends on it. */
static void offer_account(void)
{
	const char *const arguments[] = { "hinomi", "account", "first", "-c", conf_path, NULL };
	struct error err = ERROR_NONE;

	if (run_command(arguments, &err) < 0)
		error_print(&err);
}

/* The manifest is text, and its second or third line says so (hinomi-store(5)). */
static bool is_simulated(const struct conf *c)
{
	char path[4096], line[256];
	bool found = false;
	FILE *f;

	snprintf(path, sizeof path, "%s/MANIFEST", conf_text(c, SETTING_STORE_FOLDER));
	f = fopen(path, "re");
	while (f && !found && fgets(line, sizeof line, f))
		found = strncmp(line, "simulated ", 10) == 0;
	if (f)
		fclose(f);
	return found;
}

static void print_addresses(const struct conf *c)
{
	printf("public pages    http://%s/\n", conf_text(c, SETTING_PUBLIC_LISTEN));
	printf("staff pages     http://%s/\n", conf_text(c, SETTING_STAFF_LISTEN));
	if (is_simulated(c))
		printf("no sensor can deliver here: the store is simulated\n");
	else
		printf("sensors deliver https://%s/\n", conf_text(c, SETTING_COLLECT_LISTEN));
	fflush(stdout);
	offer_account();
	printf("^C stops\n");
	fflush(stdout);
}

static int prepare_local(const char *folder, struct error *err)
{
	int r = hold_programs(err);

	if (r < 0)
		return r;
	if (mkdir(folder, 0755) < 0 && errno != EEXIST)
		return error_errno(err, -errno, "cannot make the folder '%s'", folder);
	if (chdir(folder) < 0)
		return error_errno(err, -errno, "cannot enter the folder '%s'", folder);
	r = give_up_root(err);
	if (r == 0)
		r = write_local_conf(err);
	if (r < 0)
		return r;
	conf_path = LOCAL_CONF;
	r = conf_load(conf_path, &conf, err);
	if (r < 0)
		return r;
	r = fill_empty_store(conf, err);
	if (r == 0)
		print_addresses(conf);
	return r;
}

static int prepare(int argc, char **argv, struct error *err)
{
	int r;

	if (argc == 3 && strcmp(argv[1], "--local") == 0) {
		r = prepare_local(argv[2], err);
	} else if (argc == 3 && strcmp(argv[1], "-c") == 0) {
		conf_path = argv[2];
		r = conf_load(conf_path, &conf, err);
	} else {
		return error_set(err, -EINVAL, "usage: hinomi-main -c FILE | --local FOLDER");
	}
	/* The first release comes a little later than the process that serves it. */
	if (r == 0 && mkdir(conf_text(conf, SETTING_PUBLIC_TREE), 0755) < 0 && errno != EEXIST)
		r = error_errno(err, -errno, "cannot make the folder '%s'", conf_text(conf, SETTING_PUBLIC_TREE));
	return r;
}

int main(int argc, char **argv)
{
	struct error err = ERROR_NONE;
	sigset_t signals;
	int fd;

	log_init("hinomi-main", LOG_LEVEL_INFO);
	if (prepare(argc, argv, &err) < 0) {
		error_print(&err);
		return 3;
	}
	sigemptyset(&signals);
	sigaddset(&signals, SIGCHLD);
	sigaddset(&signals, SIGTERM);
	sigaddset(&signals, SIGINT);
	sigprocmask(SIG_BLOCK, &signals, NULL);
	fd = signalfd(-1, &signals, SFD_CLOEXEC | SFD_NONBLOCK);
	if (fd < 0) {
		error_errno(&err, -errno, "cannot wait for signals");
		error_print(&err);
		return 3;
	}
	return watch(fd);
}
