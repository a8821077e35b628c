/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* What several commands share: the store that is meant, the period that is meant, progress. */
#ifndef FACE_CMD_COMMON_H
#define FACE_CMD_COMMON_H

#include "engine/conf/conf.h"
#include "engine/place/place.h"
#include "engine/words/words.h"
#include "face/cmd/command.h"
#include "observe/view/view.h"

/* Sets the centre's zone and says where the store is: --data, else the configuration. */
int common_begin(const struct invocation *in, const char **ret_path, struct error *err);

/* The settings in force; they live as long as the command. */
int common_conf(const struct invocation *in, const struct conf **ret, struct error *err);

/* Opens it for reading, after common_begin. */
int common_store(const struct invocation *in, struct store **ret, struct error *err);

/* The period asked for as hours: --period, or --from and --to, else all that the store holds. */
int common_period(const struct invocation *in, const struct store *s, int64_t *ret_first, int64_t *ret_end,
		  struct error *err);

/* --lang; where it is not given `ret` stays. */
int common_lang(const struct invocation *in, enum lang *ret, struct error *err);

/* Question from the options of a view: period, kind, filter (the arguments, joined), ports or regions. The table of
 * places is loaded where the filter or the regions need one. End with common_clear. */
struct common_question {
	struct view_question q;
	struct filter *filter;
	struct place_table *places; /* NULL: not needed */
	uint32_t keys[64];
};
int common_question(const struct invocation *in, const struct store *s, struct common_question *ret, struct error *err);
void common_clear(struct common_question *c);

/* A port, or where the question is by region a country, "unknown". */
char *common_key_format(const struct common_question *c, uint32_t key, char into[VIEW_KEY_TEXT_MAX]);

/* Says on standard error which table of places the figures were made with. */
void common_say_places(const struct invocation *in, const struct common_question *c);

/* Whole file into memory, at most `max` bytes; "-" is standard input. */
int common_read_file(const char *path, size_t max, struct buf *ret, struct error *err);

/* A line that is drawn over on a terminal: "name: 1,234,567 packets". */
void common_progress(const char *what, uint64_t count, const char *unit);
void common_progress_end(void);

#endif
