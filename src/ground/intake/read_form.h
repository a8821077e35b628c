/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* Reading a form of the public pages: in a child of its own that can do nothing but answer, as for mails (read.h). */
#ifndef GROUND_INTAKE_READ_FORM_H
#define GROUND_INTAKE_READ_FORM_H

#include "base/arena.h"
#include "format/form/form.h"

/* Texts are of the arena, files' bytes of `raw`. -EBADMSG: it is no form; -ECHILD: the reader was ended; -ETIMEDOUT. */
int read_form(struct bytes raw, struct arena *arena, struct form *ret, struct error *err);

#endif
