/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* hinomi account …: accounts, their roles, passwords, sessions and compartments. */
#include "ground/access/account.h"

#include "base/buf.h"
#include "base/bytes.h"
#include "base/cleanup.h"
#include "base/clock.h"
#include "engine/conf/conf.h"
#include "face/cmd/cmd_int.h"
#include "face/cmd/common.h"
#include "face/cmd/common_cases.h"
#include "face/cmd/table.h"
#include "ground/access/session.h"
#include "ground/access/sight.h"

#include <errno.h>
#include <fcntl.h>
#include <termios.h>
#include <unistd.h>

/* --- passwords: from a terminal, or a line of standard input; never from the command line, which others can read --- */

static int read_line(int fd, char into[PASSWORD_MAX + 2], struct error *err)
{
	size_t n = 0;
	ssize_t got;
	char c;

	while ((got = read(fd, &c, 1)) == 1 && c != '\n') {
		if (c == '\0' || n > PASSWORD_MAX)
			return error_set(err, -EINVAL, "the password is refused: longer than %d bytes, or no text", PASSWORD_MAX);
		into[n++] = c;
	}
	into[n] = '\0';
	if (got < 0)
		return error_errno(err, -errno, "cannot read the password");
	return got == 0 && n == 0 ? error_set(err, -EINVAL, "no password was given") : 0;
}

static int ask(int terminal, const char *words, char into[PASSWORD_MAX + 2], struct error *err)
{
	struct termios before, quiet;
	int r;

	if (tcgetattr(terminal, &before) < 0)
		return error_errno(err, -errno, "cannot ask on the terminal");
	quiet = before;
	quiet.c_lflag &= ~(tcflag_t)ECHO;
	/* First quiet, then the question: what is typed at once must neither show nor be flushed away. */
	if (tcsetattr(terminal, TCSAFLUSH, &quiet) < 0 || write(terminal, words, strlen(words)) < 0)
		return error_errno(err, -errno, "cannot ask on the terminal");
	r = read_line(terminal, into, err);
	tcsetattr(terminal, TCSADRAIN, &before);
	if (write(terminal, "\n", 1) < 0)
		return error_errno(err, -errno, "cannot write to the terminal");
	return r;
}

static int ask_twice(char into[PASSWORD_MAX + 2], struct error *err)
{
	_cleanup_close_ int terminal = open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY);
	char again[PASSWORD_MAX + 2];
	int r;

	if (terminal < 0)
		return error_errno(err, -errno, "cannot open the terminal");
	r = ask(terminal, "New password: ", into, err);
	if (r == 0)
		r = ask(terminal, "Again: ", again, err);
	if (r == 0 && strcmp(into, again) != 0)
		r = error_set(err, -EINVAL, "the two are not the same");
	sodium_memzero(again, sizeof again);
	return r;
}

static int get_password(const struct invocation *in, char into[PASSWORD_MAX + 2], struct error *err)
{
	if (in->value[OPTION_ONE_TIME]) {
		password_random(into);
		return 0;
	}
	return isatty(STDIN_FILENO) ? ask_twice(into, err) : read_line(STDIN_FILENO, into, err);
}

static void say_one_time(const struct invocation *in, const char *login, const char *password)
{
	if (in->value[OPTION_ONE_TIME])
		printf("%s %s\n", login, password);
}

/* --- changing --- */

/* Opens, works, closes, and says what failed. */
struct job {
	const struct invocation *in;
	const char *login, *password;
	struct doing doing;
	int (*work)(struct db *db, struct job *j, struct error *err);
};

static int run(const struct invocation *in, int (*work)(struct db *db, struct job *j, struct error *err), const char *password)
{
	struct job j = { in, in->argument_count ? in->arguments[0] : "", password, common_doing(), work };
	struct error err = ERROR_NONE;
	struct db *db;
	int r = common_cases(in, &db, &err);

	if (r < 0)
		return command_fail(&err);
	r = work(db, &j, &err);
	db_close(db);
	return r < 0 ? common_failed(r, &err) : EXIT_YES;
}

static int run_with_password(const struct invocation *in, int (*work)(struct db *db, struct job *j, struct error *err))
{
	char password[PASSWORD_MAX + 2];
	struct error err = ERROR_NONE;
	int r = get_password(in, password, &err);

	if (r < 0)
		return common_failed(r, &err);
	r = run(in, work, password);
	if (r == EXIT_YES)
		say_one_time(in, in->arguments[0], password);
	sodium_memzero(password, sizeof password);
	return r;
}

static int parse_roles(const struct invocation *in, unsigned *ret, struct error *err)
{
	const char *text = in->value[OPTION_ROLES];

	if (!text || roles_parse(text, ret))
		return 0;
	error_hint(err, "roles are handler, analyst, editor, auditor and admin, with commas between; or all");
	return error_set(err, -EINVAL, "'%s' is not a list of roles", text);
}

static int add(struct db *db, struct job *j, struct error *err)
{
	const char *const *value = j->in->value;
	struct account_new n = { .login = j->login, .name_ja = value[OPTION_NAME_JA], .name_en = value[OPTION_NAME_EN],
				 .lang = value[OPTION_LANG], .password = j->password, .is_one_time = value[OPTION_ONE_TIME] };
	int r = parse_roles(j->in, &n.roles, err);

	return r < 0 ? r : account_add(db, &n, &j->doing, err);
}

int cmd_account_add(const struct invocation *in)
{
	struct error err = ERROR_NONE;
	unsigned roles;

	if (!login_is_name(in->arguments[0])) {
		error_hint(&err, "names have small letters, digits, '-', '_' and '.', %d at most, a letter first", LOGIN_MAX);
		error_set(&err, -EINVAL, "'%s' is not a login name", in->arguments[0]);
		return command_usage(&err);
	}
	/* Before anything is asked. */
	if (parse_roles(in, &roles, &err) < 0)
		return command_usage(&err);
	return run_with_password(in, add);
}

static int change(struct db *db, struct job *j, struct error *err)
{
	const char *const *value = j->in->value;
	struct account_change c = { value[OPTION_NAME_JA], value[OPTION_NAME_EN], value[OPTION_LANG], NULL };
	unsigned roles = 0;
	int r = parse_roles(j->in, &roles, err);

	if (value[OPTION_ROLES])
		c.roles = &roles;
	if (r == 0 && !c.name_ja && !c.name_en && !c.lang && !c.roles)
		return error_set(err, -EINVAL, "nothing to change was given");
	return r < 0 ? r : account_change(db, j->login, &c, &j->doing, err);
}

int cmd_account_change(const struct invocation *in)
{
	return run(in, change, NULL);
}

static int lock(struct db *db, struct job *j, struct error *err)
{
	return account_lock(db, j->login, true, &j->doing, err);
}

static int unlock(struct db *db, struct job *j, struct error *err)
{
	return account_lock(db, j->login, false, &j->doing, err);
}

int cmd_account_lock(const struct invocation *in)
{
	return run(in, lock, NULL);
}

int cmd_account_unlock(const struct invocation *in)
{
	return run(in, unlock, NULL);
}

static int set_password(struct db *db, struct job *j, struct error *err)
{
	return account_set_password(db, j->login, j->password, j->in->value[OPTION_ONE_TIME], &j->doing, err);
}

int cmd_account_password(const struct invocation *in)
{
	return run_with_password(in, set_password);
}

static int remove_totp(struct db *db, struct job *j, struct error *err)
{
	if (strcmp(j->in->arguments[0], "remove") != 0) {
		error_hint(err, "it is set up on one's own page, where its secret need not be shown to others");
		return error_set(err, -EINVAL, "'%s' is not what can be done with a second factor: remove", j->in->arguments[0]);
	}
	return account_remove_totp(db, j->in->arguments[1], &j->doing, err);
}

int cmd_account_totp(const struct invocation *in)
{
	return run(in, remove_totp, NULL);
}

/* --- compartments --- */

static int change_compartment(struct db *db, struct job *j, struct error *err)
{
	const char *verb = j->in->arguments[0], *name = j->in->arguments[1];
	bool joins = strcmp(verb, "join") == 0, leaves = strcmp(verb, "leave") == 0;

	if (strcmp(verb, "add") == 0 && j->in->argument_count == 2)
		return compartment_add(db, name, &j->doing, err);
	if ((joins || leaves) && j->in->argument_count == 3)
		return compartment_join(db, name, j->in->arguments[2], joins, &j->doing, err);
	error_hint(err, "add COMPARTMENT, join COMPARTMENT NAME or leave COMPARTMENT NAME");
	return error_set(err, -EINVAL, "'%s' is not what can be done with a compartment", verb);
}

int cmd_account_compartment(const struct invocation *in)
{
	return run(in, change_compartment, NULL);
}

/* --- listing --- */

static const struct column account_columns[] = {
	{ "name", "Name", COLUMN_TEXT },
	{ "name_ja", "Japanese", COLUMN_TEXT },
	{ "name_en", "English", COLUMN_TEXT },
	{ "lang", NULL, COLUMN_TEXT },
	{ "roles", "Roles", COLUMN_LIST },
	{ "state", "State", COLUMN_TEXT },
	{ "second_factor", "Second factor", COLUMN_BOOL },
	{ "compartments", "Compartments", COLUMN_LIST },
	{ "made", NULL, COLUMN_TEXT },
	{ "last_login", "Last login (UTC)", COLUMN_TEXT },
};

static const char *list_of_roles(struct arena *arena, unsigned roles)
{
	const char *text = "";

	for (int i = 0; i < ROLE_COUNT; i++)
		if (roles >> i & 1)
			text = arena_printf(arena, "%s%s%s", text, text[0] ? ", " : "", role_name((enum role)i));
	return text;
}

static void print_account(struct table *t, const struct account *a, struct arena *arena)
{
	table_text(t, a->login);
	table_text(t, a->name_ja);
	table_text(t, a->name_en);
	table_text(t, a->lang);
	table_text(t, list_of_roles(arena, a->roles));
	table_text(t, a->is_locked ? "locked" : a->must_change ? "one-time" : "active");
	table_bool(t, a->has_totp);
	table_text(t, a->compartments);
	table_time(t, a->created_at);
	table_time(t, a->last_login_at);
}

/* How many; where there is no database yet, none. */
static int print_accounts(const struct invocation *in, struct db *db, struct error *err)
{
	struct arena *arena = arena_new();
	struct account *list = NULL;
	size_t count = 0;
	int r = db ? account_list(db, in->argument_count ? in->arguments[0] : "", arena, &list, &count, err) : 0;

	if (r == 0) {
		struct table t = table_begin(in, account_columns, COUNT(account_columns));
		for (size_t i = 0; i < count; i++)
			print_account(&t, &list[i], arena);
		table_end(&t);
	}
	arena_free(arena);
	return r < 0 ? r : (int)count;
}

static const struct column session_columns[] = {
	{ "session", "Session", COLUMN_NUMBER },     { "name", "Name", COLUMN_TEXT },	   { "address", "From", COLUMN_TEXT },
	{ "since", "Since (UTC)", COLUMN_TEXT },     { "seen", "Seen (UTC)", COLUMN_TEXT }, { "agent", "Browser", COLUMN_TEXT },
};

static int find_limits(const struct invocation *in, struct session_limits *ret, struct error *err)
{
	const struct conf *c;
	int r = common_conf(in, &c, err);

	if (r == 0)
		*ret = (struct session_limits){ conf_number(c, SETTING_STAFF_IDLE) * 60 * SECOND_US,
						conf_number(c, SETTING_STAFF_SESSION) * HOUR_US };
	return r;
}

static int print_sessions(const struct invocation *in, struct db *db, struct error *err)
{
	struct arena *arena = arena_new();
	struct session_limits limits;
	struct session_row *list = NULL;
	size_t count = 0;
	int r = find_limits(in, &limits, err);

	if (r == 0 && db)
		r = session_list(db, in->argument_count ? in->arguments[0] : "", &limits, clock_now(), arena, &list, &count, err);
	if (r == 0) {
		struct table t = table_begin(in, session_columns, COUNT(session_columns));
		for (size_t i = 0; i < count; i++) {
			table_number(&t, list[i].id);
			table_text(&t, list[i].login);
			table_text(&t, list[i].address[0] ? list[i].address : "local");
			table_time(&t, list[i].created_at);
			table_time(&t, list[i].seen_at);
			table_text(&t, list[i].agent);
		}
		table_end(&t);
	}
	arena_free(arena);
	return r < 0 ? r : (int)count;
}

static int read_only(const struct invocation *in, int (*print)(const struct invocation *in, struct db *db, struct error *err))
{
	struct error err = ERROR_NONE;
	struct db *db;
	int r = common_cases_read(in, &db, &err);

	if (r < 0)
		return command_fail(&err);
	r = print(in, db, &err);
	db_close(db);
	if (r < 0)
		return command_fail(&err);
	return in->argument_count && r == 0 ? EXIT_NO : EXIT_YES;
}

int cmd_account_list(const struct invocation *in)
{
	return read_only(in, print_accounts);
}

int cmd_account_sessions(const struct invocation *in)
{
	return read_only(in, print_sessions);
}

static int remove_session(struct db *db, struct job *j, struct error *err)
{
	uint64_t number = 0;

	if (j->in->argument_count == 2 && !bytes_number(BYTES_TEXT(j->in->arguments[1]), INT64_MAX, &number))
		return error_set(err, -EINVAL, "'%s' is not the number of a session", j->in->arguments[1]);
	return session_remove(db, j->login, (int64_t)number, &j->doing, err);
}

int cmd_account_remove_session(const struct invocation *in)
{
	return run(in, remove_session, NULL);
}

/* --- the first account --- */

#define FIRST "admin"

/* Nobody has logged in yet, and the administrator is alone. 1: there is none either. */
static int is_first(struct db *db, struct arena *arena, bool *ret_is_there, struct error *err)
{
	struct account *list;
	size_t count;
	int r = account_list(db, "", arena, &list, &count, err);

	if (r < 0)
		return r;
	*ret_is_there = count == 1 && strcmp(list[0].login, FIRST) == 0 && list[0].must_change;
	return count == 0 || *ret_is_there;
}

static int make_first(struct db *db, struct job *j, struct error *err)
{
	struct account_new n = { .login = FIRST, .roles = ROLES_ALL, .password = j->password, .is_one_time = true };
	struct arena *arena = arena_new();
	bool is_there = false;
	int r = is_first(db, arena, &is_there, err);

	if (r == 1)
		r = is_there ? account_set_password(db, FIRST, j->password, true, &j->doing, err) :
			       account_add(db, &n, &j->doing, err);
	else if (r == 0)
		j->login = NULL;
	if (r == 0 && j->login)
		printf("log in as       %s\none-time password %s\n", FIRST, j->password);
	arena_free(arena);
	return r;
}

int cmd_account_first(const struct invocation *in)
{
	char password[PASSWORD_RANDOM_TEXT];
	int r;

	password_random(password);
	r = run(in, make_first, password);
	sodium_memzero(password, sizeof password);
	return r;
}
