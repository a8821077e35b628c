/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* The command line: words → command, options → values, help. */
#include "face/cmd/command.h"

#include "base/bytes.h"
#include "base/cleanup.h"
#include "base/text.h"
#include "engine/proc/helper.h"

#include <errno.h>
#include <getopt.h>
#include <unistd.h>

#define DESK "hinomi-desk"

static const struct option_row {
	const char *name;
	char letter;
	const char *argument, *help;
} option_rows[OPTION_COUNT_] = {
#define OPTION(constant, name, letter, argument, help) [OPTION_##constant] = { name, letter, argument, help },
#include "face/cmd/options.tbl.h"
#undef OPTION
};

int command_fail(const struct error *err)
{
	error_print(err);
	return EXIT_FAILED;
}

int command_usage(const struct error *err)
{
	error_print(err);
	return EXIT_USAGE;
}

int command_number(const struct invocation *in, enum command_option option, uint64_t max, uint64_t otherwise, uint64_t *ret,
		   struct error *err)
{
	const char *text = in->value[option];

	*ret = otherwise;
	if (!text || bytes_number(BYTES_TEXT(text), max, ret))
		return 0;
	return error_set(err, -EINVAL, "--%s '%s' is not a number up to %llu", option_rows[option].name, text,
			 (unsigned long long)max);
}

/* --- help --- */

static const char general_help[] =
	"hinomi, the watchtower: the operations platform of an incident response centre.\n"
	"\n"
	"An example, from packets to a graph:\n"
	"  hinomi observe import --data store capture.pcap     read packets into a store\n"
	"  hinomi observe top --data store                     which ports were knocked at most\n"
	"  hinomi observe surges --data store                  what rose suddenly, and whether one sensor did it\n"
	"  hinomi observe graph --data store -o ports.svg      the same as a picture\n"
	"\n"
	"Commands:\n";

static void print_general_help(void)
{
	fputs(general_help, stdout);
	for (const struct command *c = commands; c->noun; c++)
		printf("  hinomi %-8s %-9s %s\n", c->noun, c->verb, c->summary);
	fputs("\n`hinomi <noun> <verb> --help` tells more; so do the manual pages, hinomi(1) first.\n", stdout);
}

static void print_command_help(const struct command *c)
{
	printf("hinomi %s %s: %s\n\n", c->noun, c->verb, c->summary);
	printf("Example:\n%s\n", c->example);
	printf("Usage: hinomi %s %s [options]%s%s\n\nOptions:\n", c->noun, c->verb, c->arguments[0] ? " " : "", c->arguments);
	for (int i = 0; i < OPTION_COUNT_; i++) {
		const struct option_row *o = &option_rows[i];
		char left[64], letter[5] = "    ";
		if (!(c->options >> i & 1))
			continue;
		if (o->letter)
			snprintf(letter, sizeof letter, "-%c, ", o->letter);
		snprintf(left, sizeof left, "%s--%s%s%s", letter, o->name, o->argument ? "=" : "",
			 o->argument ? o->argument : "");
		printf("  %-26s %s\n", left, o->help);
	}
}

/* --- finding the command --- */

static const struct command *find(const char *noun, const char *verb)
{
	for (const struct command *c = commands; c->noun; c++)
		if (strcmp(c->noun, noun) == 0 && strcmp(c->verb, verb) == 0)
			return c;
	return NULL;
}

static void suggest(const char *word, const char *noun, struct error *err)
{
	const char *words[200];
	const char *near;
	size_t count = 0;

	for (const struct command *c = commands; c->noun && count < COUNT(words) - 1; c++)
		if (!noun || strcmp(c->noun, noun) == 0)
			words[count++] = noun ? c->verb : c->noun;
	words[count] = NULL;
	near = text_nearest(word, words);
	if (near)
		error_hint(err, "did you mean 'hinomi %s%s%s'?", noun ? noun : "", noun ? " " : "", near);
	else
		error_hint(err, "`hinomi --help` lists the commands");
}

static bool is_noun(const char *word)
{
	for (const struct command *c = commands; c->noun; c++)
		if (strcmp(c->noun, word) == 0)
			return true;
	return false;
}

static int unknown_command(int argc, char **argv)
{
	struct error err = ERROR_NONE;

	if (!is_noun(argv[1])) {
		error_set(&err, -EINVAL, "no such command '%s'", argv[1]);
		suggest(argv[1], NULL, &err);
	} else if (argc < 3 || argv[2][0] == '-') {
		error_set(&err, -EINVAL, "'hinomi %s' needs a verb", argv[1]);
		error_hint(&err, "`hinomi --help` lists them");
	} else {
		error_set(&err, -EINVAL, "no such command '%s %s'", argv[1], argv[2]);
		suggest(argv[2], argv[1], &err);
	}
	return command_usage(&err);
}

/* --- options --- */

static void fill_getopt(const struct command *c, struct option longs[OPTION_COUNT_ + 1], char shorts[3 * OPTION_COUNT_ + 3])
{
	size_t n = 0, at = 0;

	shorts[at++] = ':';
	for (int i = 0; i < OPTION_COUNT_; i++) {
		const struct option_row *o = &option_rows[i];
		if (!(c->options >> i & 1))
			continue;
		longs[n++] = (struct option){ o->name, o->argument ? required_argument : no_argument, NULL, 256 + i };
		if (o->letter) {
			shorts[at++] = o->letter;
			if (o->argument)
				shorts[at++] = ':';
		}
	}
	longs[n] = (struct option){ 0 };
	shorts[at] = '\0';
}

static int by_letter(int letter)
{
	for (int i = 0; i < OPTION_COUNT_; i++)
		if (option_rows[i].letter == letter)
			return i;
	return -1;
}

static int parse_options(const struct command *c, int argc, char **argv, struct invocation *in, struct error *err)
{
	struct option longs[OPTION_COUNT_ + 1];
	char shorts[3 * OPTION_COUNT_ + 3];
	int got;

	fill_getopt(c, longs, shorts);
	opterr = 0;
	optind = 1;
	while ((got = getopt_long(argc, argv, shorts, longs, NULL)) != -1) {
		int option = got >= 256 ? got - 256 : by_letter(got);
		if (got == ':')
			return error_set(err, -EINVAL, "option '%s' needs an argument", argv[optind - 1]);
		if (got == '?' || option < 0) {
			error_hint(err, "`hinomi %s %s --help` lists its options", c->noun, c->verb);
			return error_set(err, -EINVAL, "option '%s' is not one of 'hinomi %s %s'", argv[optind - 1], c->noun,
					 c->verb);
		}
		in->value[option] = option_rows[option].argument ? optarg : "";
	}
	in->arguments = argv + optind;
	in->argument_count = (size_t)(argc - optind);
	return 0;
}

static int check_arguments(const struct command *c, const struct invocation *in, struct error *err)
{
	if (in->argument_count >= c->arguments_least && in->argument_count <= c->arguments_most)
		return 0;
	error_hint(err, "usage: hinomi %s %s [options] %s", c->noun, c->verb, c->arguments);
	if (in->argument_count < c->arguments_least)
		return error_set(err, -EINVAL, "'hinomi %s %s' needs %s", c->noun, c->verb, c->arguments);
	return error_set(err, -EINVAL, "'%s' is one argument too many", in->arguments[c->arguments_most]);
}

static int find_color(struct invocation *in, struct error *err)
{
	const char *when = in->value[OPTION_COLOR];

	if (when && strcmp(when, "auto") != 0 && strcmp(when, "always") != 0 && strcmp(when, "never") != 0)
		return error_set(err, -EINVAL, "--color '%s' is not auto, always or never", when);
	in->has_color = isatty(STDOUT_FILENO) && !getenv("NO_COLOR");
	if (when && strcmp(when, "auto") != 0)
		in->has_color = strcmp(when, "always") == 0;
	in->is_terminal = isatty(STDERR_FILENO) && !in->value[OPTION_QUIET];
	return 0;
}

/* The same command line in hinomi-desk. `argv` begins with the verb; the noun and the program stand before it. */
static int become_desk(const struct command *c, char **argv)
{
	struct error err = ERROR_NONE;
	char path[HELPER_PATH_MAX];

	if (strcmp(argv[-2], DESK) == 0) {
		error_set(&err, -ENOSYS, "'hinomi %s %s' is missing from " DESK, c->noun, c->verb);
		return command_fail(&err);
	}
	if (helper_path("desk", path, &err) < 0)
		return command_fail(&err);
	argv[-2] = (char *)DESK;
	execv(path, argv - 2);
	error_errno(&err, -errno, "cannot run '%s'", path);
	return command_fail(&err);
}

static int run(const struct command *c, int argc, char **argv)
{
	struct invocation in = { .command = c };
	struct error err = ERROR_NONE;
	int r = parse_options(c, argc, argv, &in, &err);

	if (r < 0)
		return command_usage(&err);
	if (in.value[OPTION_HELP]) {
		print_command_help(c);
		return EXIT_YES;
	}
	r = check_arguments(c, &in, &err);
	if (r == 0)
		r = find_color(&in, &err);
	if (r < 0)
		return command_usage(&err);
	r = c->run ? c->run(&in) : become_desk(c, argv);
	if (fflush(stdout) != 0 && r == EXIT_YES) {
		error_errno(&err, -errno, "cannot write to standard output");
		return command_fail(&err);
	}
	return r;
}

/* For the checks of manual pages and for shell completion: every command with its options. */
static void print_table(void)
{
	for (const struct command *c = commands; c->noun; c++) {
		printf("%s\t%s\t%s", c->noun, c->verb, c->summary);
		for (int i = 0; i < OPTION_COUNT_; i++)
			if (c->options >> i & 1)
				printf("\t--%s%s", option_rows[i].name, option_rows[i].argument ? "=" : "");
		putchar('\n');
	}
}

int command_main(int argc, char **argv)
{
	const struct command *c;

	if (argc < 2) {
		print_general_help();
		return EXIT_USAGE;
	}
	if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0 || strcmp(argv[1], "help") == 0) {
		print_general_help();
		return EXIT_YES;
	}
	if (strcmp(argv[1], "--version") == 0) {
		puts("hinomi " HINOMI_VERSION);
		return EXIT_YES;
	}
	if (strcmp(argv[1], "--list-commands") == 0) {
		print_table();
		return EXIT_YES;
	}
	c = argc >= 3 ? find(argv[1], argv[2]) : NULL;
	return c ? run(c, argc - 2, argv + 2) : unknown_command(argc, argv);
}
