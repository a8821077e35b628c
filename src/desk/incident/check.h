/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* Checks of a list's addresses: whether what the list says is so, before anybody is asked to act. Results are entered from a
 * file, or made here (NTP monlist, through hinomi-fetch, where the setting check.ntp_monlist allows it). A later result takes the
 * place of an earlier one; each says how and when. */
#ifndef DESK_INCIDENT_CHECK_H
#define DESK_INCIDENT_CHECK_H

#include "engine/net/fetch.h"
#include "ground/record/doing.h"
#include "ground/record/record.h"

struct check_result {
	char address[48]; /* canonical (base/address.h) */
	bool is_confirmed;
	int64_t at;
};

/* "confirmed", "yes", "open", "vulnerable", "1" or "not confirmed", "no", "closed", "0": false for any other. */
bool check_parse(const char *text, bool *ret_is_confirmed);

/* Keeps results in one transaction; gives how many of the addresses are on the list. */
int check_keep(struct db *db, int64_t report_id, const struct check_result *list, size_t count, const char *method,
	       struct error *err);

/* A line in the report's timeline: what was entered, how. */
int check_say(struct db *db, int64_t report_id, const char *method, int64_t confirmed, int64_t refuted, const struct doing *doing,
	      struct error *err);

/* Addresses that were checked. */
struct check_counts {
	int64_t confirmed, refuted;
};
int check_count(struct db *db, int64_t report_id, struct check_counts *ret, struct error *err);

/* Asks NTP servers of addresses that nobody has checked for their monlist (ntpd's mode 7, request 42), several at a time. Addresses
 * that could not be asked from here stay as they are. Can be stopped and done again. */
#define CHECK_AT_ONCE 8
struct check_ntp {
	struct fetch_settings settings;
	unsigned port; /* 123 */
	void (*progress)(void *context, int64_t done);
	void *context;
	struct doing doing;
};
int check_ntp(struct db *db, int64_t report_id, const struct check_ntp *o, struct check_counts *ret, struct error *err);

#endif
