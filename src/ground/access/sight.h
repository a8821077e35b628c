/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* Who may see stands in the query (design decision 7.2). The table access_sight holds, for each viewer, every kind, marking and
 * compartment of records that it may see; a query made for a face joins it, and so cannot give more:
 *
 *	-- name: incident_open
 *	-- Open incidents, newest first.
 *	-- in: viewer id      out: id id, ref text, title text
 *	SELECT r.id, r.ref, i.title FROM incident i JOIN record r ON r.id = i.id
 *	JOIN access_sight s ON s.viewer_id = :viewer AND s.kind = r.kind AND s.marking = r.marking AND s.compartment = r.compartment
 *	WHERE i.closed_at IS NULL ORDER BY i.opened_at DESC;
 *
 * `viewer` is struct viewer's id; ACCESS_LOCAL sees all. The table's key makes it one look-up for a row, and no row comes
 * twice. It is worked out from roles and compartments in the transaction that changes these, and anew by access_prepare()
 * where the rules themselves have changed. A count, a search, the other end of a link need the same join. A query that does
 * not have it says why after `-- unscoped:`; tools/check-sql refuses one that does neither.
 *
 * This table alone is read by every room, also by those below this one (tools/check-floors knows). */
#ifndef GROUND_ACCESS_SIGHT_H
#define GROUND_ACCESS_SIGHT_H

#include "engine/db/db.h"
#include "ground/access/rules.h"
#include "ground/record/doing.h"

/* Brings what everybody may see up to date with this program's rules. Whoever opens the database for writing calls it. */
int access_prepare(struct db *db, struct error *err);

/* Inside a transaction: works out anew what an account may see. */
int access_refresh(struct db *db, int64_t account, struct error *err);

/* What a page asks before it shows a record. */
struct access_head {
	int64_t id;
	const char *ref, *kind, *compartment;
	enum marking marking;
};

/* The record of a ref, where the viewer may see it; else -ENOENT, as if there were none. A restricted one is noted in the
 * audit log as read, in a transaction of its own. Texts are the arena's. */
int access_open(struct db *db, const struct viewer *v, const char *ref, int64_t at, struct arena *arena,
		struct access_head *ret, struct error *err);

/* The same note for a record that was shown in another way: in a list, a file. No more than a look where it is not
 * restricted. */
int access_was_read(struct db *db, const struct viewer *v, int64_t record, int64_t at, struct error *err);

/* --- compartments --- */

/* Makes one; again: no change. -EINVAL: not a name. */
int compartment_add(struct db *db, const char *name, const struct doing *doing, struct error *err);
/* Puts an account in it, or out. -ENOENT: no such account or compartment. */
int compartment_join(struct db *db, const char *name, const char *login, bool is_member, const struct doing *doing,
		     struct error *err);

#endif
