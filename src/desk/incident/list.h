/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* Lists: one report of many lines. Its lines are kept, each finds the contact that answers for its address, they become incidents
 * (one for each address, for each administrator, or one), and each administrator gets a letter with its own lines alone.
 *
 * All of it is long work in short transactions that goes on where it was stopped: the same command again finishes it. */
#ifndef DESK_INCIDENT_LIST_H
#define DESK_INCIDENT_LIST_H

#include "desk/incident/request.h"
#include "engine/blob/blob.h"
#include "ground/intake/read_list.h"
#include "ground/people/network.h"

enum list_per { LIST_PER_ADDRESS, LIST_PER_ADMINISTRATOR, LIST_PER_ONE };
/* "address", "administrator", "one"; false for any other. */
bool list_per_parse(const char *text, enum list_per *ret);

struct list_new {
	int64_t message_id;  /* of ground/intake; the report is made of it where there is none */
	const char *subject, *reporter_name, *reporter_address;
	enum list_per per;
	const char *category;
	int64_t received_at;
	struct doing doing;
};

struct list {
	int64_t report_id, rows, faults, lines;   /* lines: kept by now */
	int64_t addresses, without_contact, contacts, incidents, requests;
	const char *ref, *per, *category, *state; /* 'reading', 'read', 'made' */
};

/* Makes the list's report, or gives the one there is. -EINVAL: not a category. */
int list_begin(struct db *db, const struct list_new *n, int64_t *ret_report, struct error *err);
int list_load(struct db *db, int64_t report_id, struct arena *arena, struct list *ret, struct error *err);

/* Keeps rows, each with who answers for its address; those of a line that is there change nothing. One transaction. */
int list_keep(struct db *db, int64_t report_id, const struct network_table *networks, const struct read_row *rows, size_t count,
	      struct error *err);
/* All lines are there. */
int list_read(struct db *db, int64_t report_id, const struct doing *doing, struct error *err);

/* Finds who answers for each address that has no contact yet, as networks may have come since. `progress` may be NULL. */
typedef void list_progress(void *context, int64_t done);
int list_choose(struct db *db, int64_t report_id, const struct network_table *networks, list_progress *progress, void *context,
		struct error *err);

/* Makes the incidents of lines that have none. Of lines without a contact, too, unless it is by administrator: those stay. */
int list_make(struct db *db, int64_t report_id, const struct doing *doing, list_progress *progress, void *context,
	      struct error *err);

/* A letter to each contact that was not asked yet, about all its incidents of the list, its lines as a table beside it. */
struct list_letters {
	const char *subject, *text, *home;
	bool can_sign, wants_plain;
	bool only_confirmed; /* lines whose address was confirmed (check.h), and incidents of these */
	struct blobs *blobs;
	struct doing doing;
};
int list_ask(struct db *db, int64_t report_id, const struct list_letters *o, list_progress *progress, void *context,
	     struct error *err);

#endif
