/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* Forms of staff pages (page_form and page_prefill of page.h are its other half). */
#ifndef FACE_STAFF_FORM_H
#define FACE_STAFF_FORM_H

#include "face/staff/page.h"

/* The question's form, with what was typed. */
void form_put(struct page *p);
/* The words of a field's choice. */
enum message form_choice(const char *field, const char *choice);
/* What is wrong with a form, in its order, over the page. */
void form_put_faults(struct page *p);

#endif
