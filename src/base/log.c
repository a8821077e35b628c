/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* A line per happening. */
#include "base/log.h"

#include "base/buf.h"
#include "base/cleanup.h"

#define LOG_LINE_MAX 2048

static const char *log_process = "hinomi";
static enum log_level log_most = LOG_LEVEL_INFO;
static const char level_words[][8] = { "error", "warn", "info", "debug" };
static const char journal_prefixes[][4] = { "<3>", "<4>", "<6>", "<7>" };

void log_init(const char *process, enum log_level most)
{
	log_process = process;
	log_most = most;
}

static void add_value(struct buf *line, const char *value)
{
	bool is_plain = value[0] && !strpbrk(value, " \"=\\");

	if (!is_plain)
		buf_add_char(line, '"');
	for (const unsigned char *p = (const unsigned char *)value; *p; p++) {
		if (*p == '"' || *p == '\\')
			buf_add_char(line, '\\');
		buf_add_char(line, *p < 0x20 || *p == 0x7f ? '?' : (char)*p);
	}
	if (!is_plain)
		buf_add_char(line, '"');
}

void log_line(enum log_level level, const char *message, ...)
{
	_cleanup_(buf_clear) struct buf line;
	const char *key, *value;
	va_list args;

	if (level > log_most)
		return;
	buf_init(&line, LOG_LINE_MAX);
	if (getenv("JOURNAL_STREAM"))
		buf_add_text(&line, journal_prefixes[level]);
	buf_addf(&line, "%s: %s: %s", log_process, level_words[level], message);
	va_start(args, message);
	while ((key = va_arg(args, const char *)) != NULL) {
		value = va_arg(args, const char *);
		buf_addf(&line, " %s=", key);
		add_value(&line, value ? value : "");
	}
	va_end(args);
	fprintf(stderr, "%s\n", line.p);
}
