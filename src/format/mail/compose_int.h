/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* Between compose.c and compose_header.c. */
#ifndef FORMAT_MAIL_COMPOSE_INT_H
#define FORMAT_MAIL_COMPOSE_INT_H

#include "format/mail/compose.h"

/* Adds the message's own fields, all but the content's. */
int compose_header(const struct compose *c, struct buf *out, struct error *err);

/* -EINVAL where the text holds a control or is not UTF-8. */
int compose_check(const char *what, const char *text, struct error *err);

/* Adds `; name="value"`, or by RFC 2231 what cannot stand so, each on a line of its own. */
void compose_add_param(struct buf *out, const char *name, const char *value);

#endif
