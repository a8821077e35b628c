/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* A program of the package that answers questions, one after the other: hinomi-draw, -fetch, -mailer, -open, -sign. Questions
 * and answers are frames (engine/proc/child.h); fields are put and taken with engine/proc/frame.h.
 *
 *	asked_open(&a, "sign", err);
 *	asked_send(&a, KEYS_F_SIGN, &question, err);
 *	asked_receive(&a, &kind, &answer, err);
 *	asked_close(&a); */
#ifndef ENGINE_PROC_ASKED_H
#define ENGINE_PROC_ASKED_H

#include "engine/proc/child.h"

struct asked {
	struct child child;
	int to;
	const char *program; /* without "hinomi-"; lives as long as this */
};

/* Starts the program. What failed to open needs no close. */
int asked_open(struct asked *ret, const char *program, struct error *err);
/* -E2BIG: the question was larger than its buffer. A program that died is an error, not a signal. */
int asked_send(struct asked *a, uint32_t kind, const struct buf *question, struct error *err);
/* The answer, which lasts until the next. -EPIPE: the program ended. */
int asked_receive(struct asked *a, uint32_t *ret_kind, struct bytes *ret, struct error *err);
/* Says that the answer was none: -EBADMSG. */
int asked_garbled(const struct asked *a, struct error *err);
/* Closes its input, which ends it, and waits for that. */
void asked_close(struct asked *a);

#endif
