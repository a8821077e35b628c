/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* The command line: `hinomi <noun> <verb> [options] [arguments]`. Commands are a table, options are a table
 * (options.tbl.h); a command says which options it takes. Data goes to standard output, talk to standard error.
 *
 * Exit: 0 yes or done, 1 the answer is no, 2 wrong usage, 3 failed. */
#ifndef FACE_CMD_COMMAND_H
#define FACE_CMD_COMMAND_H

#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum exit_code { EXIT_YES = 0, EXIT_NO = 1, EXIT_USAGE = 2, EXIT_FAILED = 3 };

enum command_option {
#define OPTION(constant, name, letter, argument, help) OPTION_##constant,
#include "face/cmd/options.tbl.h"
#undef OPTION
	OPTION_COUNT_,
};

/* There are more than 64. */
#define TAKES(constant) ((unsigned __int128)1 << OPTION_##constant)
#define TAKES_COMMON (TAKES(HELP) | TAKES(VERBOSE) | TAKES(QUIET) | TAKES(CONFIG) | TAKES(COLOR))
#define TAKES_STORE (TAKES_COMMON | TAKES(DATA) | TAKES(ZONE))
#define TAKES_OUTPUT (TAKES(JSON) | TAKES(CSV))
#define TAKES_PERIOD (TAKES(FROM) | TAKES(TO) | TAKES(PERIOD))

/* What was asked. `value` of an option that takes no argument is "" when given; NULL when not. */
struct invocation {
	const struct command *command;
	const char *value[OPTION_COUNT_];
	char *const *arguments;
	size_t argument_count;
	bool is_terminal; /* standard error is one: progress is drawn */
	bool has_color;   /* standard output takes colours */
};

struct command {
	const char *noun, *verb;
	int (*run)(const struct invocation *in);
	unsigned __int128 options; /* TAKES(…) */
	const char *arguments; /* for the synopsis: "FILE…" */
	size_t arguments_least, arguments_most;
	const char *summary;
	const char *example;
};

extern const struct command commands[]; /* ends with a row without noun */

/* Runs a command line; the process's exit code. */
int command_main(int argc, char **argv);

/* Prints the error and gives EXIT_FAILED. */
int command_fail(const struct error *err);
/* The same for a wrong argument: EXIT_USAGE. */
int command_usage(const struct error *err);

/* Number of an option's value, or `otherwise` when it was not given; -EINVAL with a line when it is not one. */
int command_number(const struct invocation *in, enum command_option option, uint64_t max, uint64_t otherwise, uint64_t *ret,
		   struct error *err);

#endif
