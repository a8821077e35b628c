/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* One printable line for the operator. */
#include "base/error.h"

#include <errno.h>

static void make_printable(char *text)
{
	for (unsigned char *p = (unsigned char *)text; *p; p++)
		if (*p < 0x20 || *p == 0x7f)
			*p = '?';
}

static void put(char *into, const char *format, va_list args)
{
	char line[ERROR_LINE_MAX];

	vsnprintf(line, sizeof line, format, args);
	make_printable(line);
	memcpy(into, line, sizeof line);
}

int error_set(struct error *err, int code, const char *format, ...)
{
	if (err) {
		va_list args;
		va_start(args, format);
		put(err->line, format, args);
		va_end(args);
	}
	return code;
}

int error_errno(struct error *err, int code, const char *format, ...)
{
	if (err) {
		va_list args;
		char text[128];
		size_t n;

		va_start(args, format);
		put(err->line, format, args);
		va_end(args);
		n = strlen(err->line);
		snprintf(err->line + n, sizeof err->line - n, ": %s",
			 strerror_r(-code, text, sizeof text)); /* GNU variant: returns the text */
	}
	return code;
}

void error_hint(struct error *err, const char *format, ...)
{
	va_list args;

	if (!err)
		return;
	va_start(args, format);
	put(err->hint, format, args);
	va_end(args);
}

void error_prefix(struct error *err, const char *format, ...)
{
	char prefix[ERROR_LINE_MAX], line[ERROR_LINE_MAX];
	va_list args;

	if (!err)
		return;
	va_start(args, format);
	put(prefix, format, args);
	va_end(args);
	memcpy(line, err->line, sizeof line);
	snprintf(err->line, sizeof err->line, "%.200s: %.300s", prefix, line);
}

void error_print(const struct error *err)
{
	fprintf(stderr, "hinomi: %s\n", err->line[0] ? err->line : "failed without a word");
	if (err->hint[0])
		fprintf(stderr, "hint: %s\n", err->hint);
}
