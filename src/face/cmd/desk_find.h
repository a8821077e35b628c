/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* The records that arguments name. All give 0 or -errno: -ENOENT, with a hint, where there is none. */
#ifndef FACE_CMD_DESK_FIND_H
#define FACE_CMD_DESK_FIND_H

#include "desk/incident/incident.h"
#include "desk/incident/report.h"
#include "face/cmd/common_cases.h"
#include "ground/people/contact.h"

int find_report(struct cases *c, const char *ref, struct report *ret, struct error *err);
int find_incident(struct cases *c, const char *ref, struct incident *ret, struct error *err);
/* By ref or address. */
int find_contact(struct cases *c, const char *who, struct contact *ret, struct error *err);

#endif
