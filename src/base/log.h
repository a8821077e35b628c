/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* A line per happening: what happened to which object, then key=value. `log_warn("batch refused: bad signature",
 * "sensor", name, NULL)`. Only face/ and process loops log. Never contents, keys or personal data. On a terminal
 * the line stands as it is; under systemd it carries the journal's priority prefix (sd-daemon(3)). */
#ifndef BASE_LOG_H
#define BASE_LOG_H

enum log_level { LOG_LEVEL_ERROR, LOG_LEVEL_WARN, LOG_LEVEL_INFO, LOG_LEVEL_DEBUG };

/* The name of the process, before each line, and the least urgent level that is written. */
void log_init(const char *process, enum log_level most);

/* The message, then pairs of key and text up to NULL. Values with blanks or quotes are quoted. */
void log_line(enum log_level level, const char *message, ...) __attribute__((sentinel));

#define log_error(...) log_line(LOG_LEVEL_ERROR, __VA_ARGS__, NULL)
#define log_warn(...) log_line(LOG_LEVEL_WARN, __VA_ARGS__, NULL)
#define log_info(...) log_line(LOG_LEVEL_INFO, __VA_ARGS__, NULL)
#define log_debug(...) log_line(LOG_LEVEL_DEBUG, __VA_ARGS__, NULL)

#endif
