/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* What the processes that serve pages share: stopping on a signal, one line when ready. */
#ifndef PROCESS_SERVE_H
#define PROCESS_SERVE_H

#include "engine/http/http.h"

#include <signal.h>

/* Set by SIGTERM and SIGINT after serve_signals(). */
extern volatile sig_atomic_t serve_stop;

void serve_signals(void);

/* Logs "listening" with the address that a browser needs: a listener on port 0 has chosen one. */
void serve_say(int fd, const char *address);

/* Prints usage or an error; the exit code. */
int serve_usage(const char *usage, const struct error *err);

#endif
