/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* What happens by the clock: the table jobs[] says what and when. Each job is a process of its own, which opens the case
 * database, starts the programs that it needs, opens what it may hold and locks itself in (SANDBOX_JOBS: no connection but the
 * database's, no program); the parent holds nothing but the clock.
 *
 *	hinomi-jobs -c FILE */
#include "base/calendar.h"
#include "base/cleanup.h"
#include "base/log.h"
#include "base/memory.h"
#include "desk/observatory/found.h"
#include "engine/conf/conf.h"
#include "engine/proc/file.h"
#include "engine/proc/sandbox.h"
#include "flow/flow.h"
#include "format/mail/mail.h"
#include "ground/access/audit.h"
#include "ground/access/session.h"
#include "ground/access/sight.h"
#include "ground/intake/intake.h"
#include "ground/watch/look.h"
#include "publish/release/graphs.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>

static volatile sig_atomic_t is_stopping;

static void stop(int number)
{
	(void)number;
	is_stopping = 1;
}

/* A job that failed says why itself, with this code, and is tried again before its hour. */
#define JOB_FAILED 1
#define RETRY_US (60 * SECOND_US)

/* --- publish --- */

/* What a job was given before its walls stood. */
struct held {
	struct db *db; /* NULL: nobody has written anything yet */
	struct drawer *drawer;
	struct keys *sign, *open;
	struct mailer *mailer;
	struct fetch *fetch;
	bool is_idle; /* there is nothing to do */
};

static int release(const struct conf *c, const struct store *s, const struct place_table *places, struct db *db,
		   struct drawer *drawer, struct release_counts *ret, struct error *err)
{
	struct isdas_options o = { .store = s, .now_us = clock_now(), .rules = PUBLISH_RULES_DEFAULT };
	struct arena *arena = arena_new();
	int r;

	o.rules.min_sensors = (uint32_t)conf_number(c, SETTING_PUBLIC_SENSORS);
	o.rules.late_hours = (int32_t)conf_number(c, SETTING_PUBLIC_LATE);
	graphs_use_places(&o, places);
	r = graphs_use_notes(&o, db, arena, err);
	if (r == 0)
		r = graphs_release(conf_text(c, SETTING_PUBLIC_TREE), &o, drawer, ret, err);
	arena_free(arena);
	return r;
}

/* Before the walls, behind which a server cannot be reached. */
static int open_cases(const struct conf *c, unsigned flags, struct held *held, struct error *err)
{
	struct error inner = ERROR_NONE;
	int r = db_open(conf_text(c, SETTING_CENTRE_DATABASE), flags, &held->db, &inner);

	if (r == -ENOENT && !(flags & DB_CREATE))
		return 0;
	if (r < 0)
		*err = inner;
	return r;
}

/* Of a job that changes what is there. */
static int hold_cases(const struct conf *c, struct held *held, struct error *err)
{
	int r = open_cases(c, 0, held, err);

	held->is_idle = !held->db;
	return r;
}

static int hold_drawer(const struct conf *c, struct held *held, struct error *err)
{
	int r = open_cases(c, DB_READS, held, err);

	return r < 0 ? r : drawer_open(&held->drawer, err);
}

/* The observatory's public pages. A store that is not there yet, or holds nothing to show, is no failure. */
static int publish(const struct conf *c, const struct held *held, struct error *err)
{
	const char *table = conf_text(c, SETTING_OBSERVE_PLACES);
	struct release_counts counts = { 0 };
	struct place_table *places = NULL;
	struct store *s;
	char written[24];
	int r = store_open(conf_text(c, SETTING_STORE_FOLDER), &s, err);

	if (r == -ENOENT)
		return 0;
	if (r < 0)
		return r;
	if (table[0])
		r = place_table_load(table, &places, err);
	if (r == 0)
		r = release(c, s, places, held->db, held->drawer, &counts, err);
	place_table_free(places);
	store_close(s);
	if (r == -ENODATA)
		return 0;
	snprintf(written, sizeof written, "%zu", counts.written);
	if (r == 0)
		log_info("published", "changed", written);
	return r;
}

/* --- surges --- */

/* Whether rises under review have ended. Without a store or a database there are none. */
static int refresh(const struct conf *c, const struct held *held, struct error *err)
{
	struct doing doing = { clock_now(), "job:surges" };
	struct found found;
	struct store *s;
	char changed[16];
	int r = store_open(conf_text(c, SETTING_STORE_FOLDER), &s, err);

	if (r < 0)
		return r == -ENOENT ? 0 : r;
	r = found_load(s, (double)conf_number(c, SETTING_OBSERVE_THRESHOLD), &found, err);
	if (r == 0) {
		r = review_refresh(held->db, found.list, found.count, &doing, err);
		found_clear(&found);
	}
	store_close(s);
	snprintf(changed, sizeof changed, "%d", r);
	if (r > 0)
		log_info("reviewed rises changed", "count", changed);
	return r == -ENOENT ? 0 : r;
}

/* --- audit --- */

/* Seals the audit log, forgets old sessions, and brings what everybody may see up to date where this program has other rules. */
static int seal(const struct conf *c, const struct held *held, struct error *err)
{
	int r = access_prepare(held->db, err);

	(void)c;
	if (r == 0)
		r = audit_seal(held->db, clock_now(), err);
	if (r >= 0)
		r = session_forget(held->db, clock_now(), err);
	return r < 0 ? r : 0;
}

/* --- the incident desk --- */

static struct flow_centre centre_of(const struct conf *c)
{
	return (struct flow_centre){
		.name_ja = conf_text(c, SETTING_CENTRE_NAME_JA),
		.name_en = conf_text(c, SETTING_CENTRE_NAME_EN),
		.address = conf_text(c, SETTING_MAIL_ADDRESS),
		.sign_key = "",
		.can_sign = conf_text(c, SETTING_KEYS_SIGN)[0],
		.delay_us = conf_number(c, SETTING_MAIL_DELAY) * SECOND_US,
	};
}

static int open_desk(const struct conf *c, const struct held *held, struct blobs **ret, struct error *err)
{
	/* Who may see what must be there with the first record. */
	int r = access_prepare(held->db, err);

	return r < 0 ? r : blobs_open(conf_text(c, SETTING_CENTRE_BLOBS), ret, err);
}

/* Whether there is anything to do is asked before walls are built and programs started. */
static int ask_desk(const struct conf *c, struct held *held, int (*waits)(struct db *db, struct error *err), struct error *err)
{
	int r = hold_cases(c, held, err);

	if (r == 0 && held->db)
		r = waits(held->db, err);
	held->is_idle = r == 0;
	return r < 0 ? r : 0;
}

static bool has_forms(const struct conf *c)
{
	return conf_text(c, SETTING_PUBLIC_SPOOL)[0] && conf_text(c, SETTING_PUBLIC_STATES)[0];
}

/* Folders that are missing are made: whichever process comes first. */
static int open_forms(const struct conf *c, struct flow_forms *ret, struct error *err)
{
	int r = folder_open(conf_text(c, SETTING_PUBLIC_SPOOL), 0700, &ret->spool, err);

	if (r < 0)
		return r;
	r = folder_open(conf_text(c, SETTING_PUBLIC_STATES), 0700, &ret->states, err);
	if (r < 0)
		close(ret->spool);
	return r;
}

static void close_forms(const struct flow_forms *forms)
{
	close(forms->spool);
	close(forms->states);
}

static int forms_wait(const struct conf *c, struct error *err)
{
	struct flow_forms forms;
	int r = has_forms(c) ? open_forms(c, &forms, err) : -ENOENT;

	if (r < 0)
		return r == -ENOENT ? 0 : r;
	r = flow_forms_wait(forms.spool, err);
	close_forms(&forms);
	return r;
}

static int hold_reader(const struct conf *c, struct held *held, struct error *err)
{
	const char *folder = conf_text(c, SETTING_KEYS_OPEN);
	int r = ask_desk(c, held, intake_is_waiting, err), waits = r == 0 ? forms_wait(c, err) : 0;

	if (waits < 0)
		return waits;
	held->is_idle &= !waits;
	/* What comes by form may be the first that is written. */
	if (r == 0 && waits && !held->db)
		r = open_cases(c, DB_CREATE, held, err);
	return r == 0 && !held->is_idle && folder[0] ? keys_open(KEYS_UNSEAL, folder, &held->open, err) : r;
}

/* What the public pages took is kept, and taken away there. */
static int take_forms(const struct conf *c, struct db *db, struct blobs *blobs, const struct doing *doing, struct error *err)
{
	struct flow_forms forms;
	int r;

	if (!has_forms(c))
		return 0;
	r = open_forms(c, &forms, err);
	if (r < 0)
		return r;
	r = flow_forms_take(db, blobs, &forms, doing, err);
	close_forms(&forms);
	return r;
}

/* What the reporters' links show. Without a database there is nothing to tell. */
static int states(const struct conf *c, const struct held *held, struct error *err)
{
	struct flow_forms forms;
	int r = open_forms(c, &forms, err);

	if (r < 0)
		return r;
	r = flow_forms_tell(held->db, &forms, err);
	close_forms(&forms);
	return r;
}

static int hold_states(const struct conf *c, struct held *held, struct error *err)
{
	struct flow_forms forms;
	int r;

	held->is_idle = true;
	if (!has_forms(c))
		return 0;
	r = open_forms(c, &forms, err);
	if (r < 0)
		return r;
	close_forms(&forms); /* they are made now, before the walls */
	r = open_cases(c, DB_READS, held, err);
	held->is_idle = !held->db;
	return r;
}

/* What arrived is read and filed. */
static int intake(const struct conf *c, const struct held *held, struct error *err)
{
	struct doing doing = { clock_now(), "job:intake" };
	struct flow_centre centre = centre_of(c);
	struct blobs *blobs = NULL;
	char count[16];
	int r = open_desk(c, held, &blobs, err);

	if (r == 0)
		r = take_forms(c, held->db, blobs, &doing, err);
	if (r >= 0)
		r = flow_mails(held->db, blobs, &centre, held->open, &doing, err);
	snprintf(count, sizeof count, "%d", r);
	if (r > 0)
		log_info("messages filed", "count", count);
	blobs_close(blobs);
	return r < 0 ? r : 0;
}

/* The password's first line; "" without a file. */
static int read_password(const char *path, char into[256], struct error *err)
{
	_cleanup_(buf_clear) struct buf b = { .p = NULL };
	int r = path[0] ? file_read(AT_FDCWD, path, 4096, &b, err) : 0;

	snprintf(into, 256, "%.*s", b.p ? (int)strcspn(b.p, "\r\n") : 0, b.p ? b.p : "");
	return r;
}

static int hold_mailer(const struct conf *c, struct held *held, struct error *err)
{
	const char *address = conf_text(c, SETTING_MAIL_ADDRESS), *at = strrchr(address, '@');
	char password[256];
	struct mailer_settings s = {
		.server = conf_text(c, SETTING_MAIL_SERVER),
		.name = at ? at + 1 : "",
		.user = conf_text(c, SETTING_MAIL_USER),
		.password = password,
		.authority = conf_text(c, SETTING_MAIL_AUTHORITY),
		.needs_tls = strcmp(conf_text(c, SETTING_MAIL_TLS), "demand") == 0,
	};
	int r = read_password(conf_text(c, SETTING_MAIL_PASSWORD), password, err);

	return r < 0 ? r : mailer_open(&s, &held->mailer, err);
}

static int outbox_waits(struct db *db, struct error *err)
{
	return flow_outbox_waits(db, clock_now(), err);
}

static int hold_senders(const struct conf *c, struct held *held, struct error *err)
{
	int r = ask_desk(c, held, outbox_waits, err);

	if (r < 0 || held->is_idle)
		return r;
	if (conf_text(c, SETTING_KEYS_SIGN)[0])
		r = keys_open(KEYS_SIGN, conf_text(c, SETTING_KEYS_SIGN), &held->sign, err);
	if (r == 0 && conf_text(c, SETTING_MAIL_SERVER)[0])
		r = hold_mailer(c, held, err);
	return r;
}

/* What is due goes out. */
static int outbox(const struct conf *c, const struct held *held, struct error *err)
{
	struct doing doing = { clock_now(), "job:outbox" };
	struct flow_centre centre = centre_of(c);
	struct blobs *blobs = NULL;
	char count[16];
	int r = open_desk(c, held, &blobs, err);

	if (r == 0)
		r = flow_outbox(held->db, blobs, &centre, held->sign, held->mailer, &doing, err);
	snprintf(count, sizeof count, "%d", r);
	if (r > 0)
		log_info("letters sent", "count", count);
	blobs_close(blobs);
	return r < 0 ? r : 0;
}

/* --- watching --- */

#define WATCH_MOST_US (20 * SECOND_US) /* of looks in one go: mails wait behind them */

static int watch_waits(struct db *db, struct error *err)
{
	return watch_is_due(db, clock_now(), err);
}

static int hold_fetcher(const struct conf *c, struct held *held, struct error *err)
{
	struct fetch_settings s = watch_fetch_settings(c);
	int r = ask_desk(c, held, watch_waits, err);

	return r == 0 && !held->is_idle ? fetch_open(&s, &held->fetch, err) : r;
}

/* What is due is looked at. */
static int watch(const struct conf *c, const struct held *held, struct error *err)
{
	struct watch_office office = { .db = held->db, .fetch = held->fetch, .has_proxy = conf_text(c, SETTING_FETCH_PROXY)[0], .actor = "job:watch" };
	char count[16];
	int r = open_desk(c, held, &office.blobs, err);

	if (r == 0)
		r = watch_look_due(&office, WATCH_MOST_US, err);
	snprintf(count, sizeof count, "%d", r);
	if (r > 0)
		log_info("targets looked at", "count", count);
	blobs_close(office.blobs);
	return r < 0 ? r : 0;
}

/* --- the table --- */

static struct job {
	const char *name;
	int64_t every_us, at_us; /* at so long after each multiple of so long; 0: of the setting centre.pace */
	int (*hold)(const struct conf *c, struct held *held, struct error *err); /* before the walls stand; NULL */
	int (*run)(const struct conf *c, const struct held *held, struct error *err);
	int64_t next_us;
} jobs[] = {
	{ "audit", 60 * SECOND_US, 0, hold_cases, seal, 0 },
	{ "intake", 0, 0, hold_reader, intake, 0 },
	{ "states", 0, 0, hold_states, states, 0 },
	{ "outbox", 0, 0, hold_senders, outbox, 0 },
	{ "watch", 0, 0, hold_fetcher, watch, 0 },
	{ "surges", HOUR_US, 3 * 60 * SECOND_US, hold_cases, refresh, 0 },
	{ "publish", HOUR_US, 5 * 60 * SECOND_US, hold_drawer, publish, 0 },
};

/* --- a job's process --- */

/* -1 where there is nothing yet: then there is nothing to do either. */
static int open_place(const char *path)
{
	return path[0] ? open(path, O_RDONLY | O_CLOEXEC) : -1;
}

/* SQLite makes its files beside the database. A server's are its own. */
static int open_folder_of(const char *path)
{
	_cleanup_free_ char *copy = memory_copy_text(path, strlen(path));
	char *slash = strrchr(copy, '/');

	if (db_is_server(path))
		return -1;
	if (!slash)
		return open_place(".");
	slash[slash == copy] = '\0';
	return open_place(copy);
}

/* Where there is no place for it, the desk's jobs say so themselves. */
static int open_blobs(const char *path)
{
	int fd;

	return folder_open(path, 0700, &fd, NULL) < 0 ? -1 : fd;
}

static int lock_in(const struct conf *c, struct error *err)
{
	const char *tree = conf_text(c, SETTING_PUBLIC_TREE);
	int out = -1, r = folder_open(tree, 0755, &out, err);
	const struct sandbox_place places[] = {
		{ .fd = out, .is_kept = true },
		{ .fd = open_folder_of(conf_text(c, SETTING_CENTRE_DATABASE)), .is_kept = true },
		{ .fd = open_blobs(conf_text(c, SETTING_CENTRE_BLOBS)), .is_kept = true },
		{ .fd = open_place(conf_text(c, SETTING_PUBLIC_SPOOL)), .is_kept = true },
		{ .fd = open_place(conf_text(c, SETTING_PUBLIC_STATES)), .is_kept = true },
		{ .fd = open_place(conf_text(c, SETTING_STORE_FOLDER)) },
		{ .fd = open_place(conf_text(c, SETTING_OBSERVE_PLACES)) },
	};

	if (r == 0)
		r = sandbox_enter_places(db_is_server(conf_text(c, SETTING_CENTRE_DATABASE)) ? SANDBOX_JOBS_SERVED : SANDBOX_JOBS,
					 places, COUNT(places), err);
	for (size_t i = 0; i < COUNT(places); i++)
		if (places[i].fd >= 0)
			close(places[i].fd);
	return r;
}

static int work(const struct conf *c, const struct job *j)
{
	struct error err = ERROR_NONE;
	struct held held = { .drawer = NULL };
	int r = j->hold ? j->hold(c, &held, &err) : 0;

	if (r == 0 && !held.is_idle)
		r = lock_in(c, &err);
	if (r == 0 && !held.is_idle)
		r = j->run(c, &held, &err);
	db_close(held.db);
	drawer_close(held.drawer);
	keys_close(held.sign);
	keys_close(held.open);
	mailer_close(held.mailer);
	fetch_close(held.fetch);
	if (r < 0)
		log_error("a job failed", "job", j->name, "why", err.line);
	return r < 0 ? JOB_FAILED : 0;
}

static void log_end(const struct job *j, int status)
{
	char why[40];

	if (WIFEXITED(status) && WEXITSTATUS(status) == JOB_FAILED)
		return;
	snprintf(why, sizeof why, WIFSIGNALED(status) ? "signal %d" : "exit %d",
		 WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status));
	log_error("a job failed", "job", j->name, "why", why);
}

/* No child of engine/proc/child.h: it starts a program, which may be reached through a descriptor of its parent's. A job
 * ends with its parent, but when that is told to stop, what was begun is ended first. */
static bool run_job(const struct conf *c, const struct job *j)
{
	pid_t parent = getpid(), pid;
	int status = 0;

	fflush(NULL);
	pid = fork();
	if (pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		_exit(getppid() == parent ? work(c, j) : 3);
	}
	if (pid < 0) {
		log_error("cannot start a job", "job", j->name);
		return false;
	}
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	if (status)
		log_end(j, status);
	return status == 0;
}

static void run_due(const struct conf *c, int64_t pace_us)
{
	for (size_t i = 0; i < COUNT(jobs); i++) {
		struct job *j = &jobs[i];
		int64_t now = clock_now(), every = j->every_us ? j->every_us : pace_us;
		bool is_done;
		/* A clock that was set back must not stop the job for long. */
		if (j->next_us > now && j->next_us <= now + every)
			continue;
		is_done = run_job(c, j);
		now = clock_now();
		j->next_us = floor_div(now - j->at_us, every) * every + every + j->at_us;
		if (!is_done)
			j->next_us = MIN(j->next_us, now + RETRY_US);
	}
}

int main(int argc, char **argv)
{
	struct sigaction action = { .sa_handler = stop };
	struct error err = ERROR_NONE;
	struct conf *c;
	int64_t pace;
	int r;

	log_init("hinomi-jobs", LOG_LEVEL_INFO);
	if (argc != 3 || strcmp(argv[1], "-c") != 0) {
		fputs("usage: hinomi-jobs -c FILE\n", stderr);
		return 2;
	}
	sigaction(SIGTERM, &action, NULL);
	sigaction(SIGINT, &action, NULL);
	r = conf_load(argv[2], &c, &err);
	if (r == 0)
		r = calendar_set_zone(conf_text(c, SETTING_CENTRE_ZONE), &err);
	/* Inherited by every job: the tables that reading mails needs cannot be opened inside the walls. */
	if (r == 0)
		r = mail_library_init(&err);
	if (r < 0) {
		error_print(&err);
		return 3;
	}
	pace = conf_number(c, SETTING_CENTRE_PACE);
	while (!is_stopping) {
		run_due(c, pace * SECOND_US);
		if (!is_stopping)
			poll(NULL, 0, (int)pace * 1000);
	}
	conf_free(c);
	return 0;
}
