/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* The records that arguments name. */
#include "face/cmd/desk_find.h"

#include "ground/access/sight.h"

#include <errno.h>

/* What a look for one gave (1, 0 or -errno), as a command wants it. */
static int found(int r, const char *list, const char *kind, const char *name, struct error *err)
{
	if (r == 0) {
		error_hint(err, "`hinomi %s list` shows them", list);
		return error_set(err, -ENOENT, "no %s '%s'", kind, name);
	}
	return r < 0 ? r : 0;
}

int find_report(struct cases *c, const char *ref, struct report *ret, struct error *err)
{
	int r = c->db ? report_by_ref(c->db, ACCESS_LOCAL, ref, c->arena, ret, err) : 0;

	return found(r, "report", "report has the ref", ref, err);
}

int find_incident(struct cases *c, const char *ref, struct incident *ret, struct error *err)
{
	int r = c->db ? incident_by_ref(c->db, ACCESS_LOCAL, ref, c->arena, ret, err) : 0;

	return found(r, "incident", "incident has the ref", ref, err);
}

int find_contact(struct cases *c, const char *who, struct contact *ret, struct error *err)
{
	int r = c->db ? contact_find(c->db, ACCESS_LOCAL, who, c->arena, ret, err) : 0;

	return found(r, "contact", "contact has the ref or address", who, err);
}
