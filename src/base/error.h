/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* One printable line for the operator. A function that can fail returns 0 or a negative errno value and fills
 * a `struct error` that its caller owns; on success the error is untouched. Libraries return, the edge speaks:
 *
 *	struct error err = ERROR_NONE;
 *	int r = store_open(path, 0, &store, &err);
 *	if (r < 0)
 *		return error_print(&err);
 *
 * Wording: what first, the subject quoted, no capital, no full stop: `cannot open 'x.conf': permission denied`. */
#ifndef BASE_ERROR_H
#define BASE_ERROR_H

#include <stdarg.h>
#include <stddef.h>

#define ERROR_LINE_MAX 512

struct error {
	char line[ERROR_LINE_MAX]; /* empty when nothing failed */
	char hint[ERROR_LINE_MAX]; /* empty when there is none */
};

#define ERROR_NONE ((struct error){ .line = "", .hint = "" })

/* Writes the line and returns `code`, so that a failure is one statement. `err` may be NULL. Bytes that are not
 * printable (from hostile names, say) are replaced by '?', so that a line stays one line. */
int error_set(struct error *err, int code, const char *format, ...) __attribute__((format(printf, 3, 4)));

/* The same with `: <text of -code>` at its end. */
int error_errno(struct error *err, int code, const char *format, ...) __attribute__((format(printf, 3, 4)));

/* Adds the hint line (what to try). */
void error_hint(struct error *err, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Puts words before the line: `<prefix>: <line>`. */
void error_prefix(struct error *err, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Prints `hinomi: <line>` and, where given, `hint: <hint>` on stderr. Only the edge calls this. */
void error_print(const struct error *err);

#endif
