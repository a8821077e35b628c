/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* From a form's fields to a question. */
#ifndef FACE_STAFF_ASK_H
#define FACE_STAFF_ASK_H

#include "face/staff/page.h"

#define PAGE_PORTS_MAX 5

/* Fills the question of a page whose store is open; what is wrong goes to the page's faults. */
void ask(struct page *p);
void ask_fault(struct page *p, const char *field, enum message fault, const char *detail);

#endif
