/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* Checks of addresses. */
#include "desk/incident/check.h"

#include "base/clock.h"
#include "base/memory.h"
#include "base/text.h"
#include "desk/incident/check.sql.gen.h"

#include <errno.h>
#include <strings.h>

#define NTP_METHOD "NTP monlist (mode 7, request 42)"

bool check_parse(const char *text, bool *ret_is_confirmed)
{
	static const struct {
		const char *word;
		bool is_confirmed;
	} answers[] = {
		{ "confirmed", true }, { "yes", true }, { "open", true },   { "vulnerable", true },	{ "1", true },
		{ "not confirmed", false }, { "no", false }, { "closed", false }, { "not vulnerable", false }, { "0", false },
	};

	for (size_t i = 0; i < sizeof answers / sizeof *answers; i++)
		if (strcasecmp(text, answers[i].word) == 0) {
			*ret_is_confirmed = answers[i].is_confirmed;
			return true;
		}
	return false;
}

/* --- keeping --- */

struct keeping {
	int64_t report;
	const struct check_result *list;
	size_t count;
	const char *method;
};

static int keep(struct db *db, void *context, struct error *err)
{
	const struct keeping *k = context;
	int known = 0, r = 0;

	for (size_t i = 0; i < k->count && r >= 0; i++) {
		r = check_write(db, k->report, k->list[i].address, k->list[i].is_confirmed ? "confirmed" : "not confirmed", k->method,
				k->list[i].at, err);
		known += r > 0;
	}
	return r < 0 ? r : known;
}

int check_keep(struct db *db, int64_t report_id, const struct check_result *list, size_t count, const char *method,
	       struct error *err)
{
	return db_transaction(db, keep, &(struct keeping){ report_id, list, count, method }, err);
}

struct saying {
	int64_t report;
	const char *text;
	const struct doing *doing;
};

static int say(struct db *db, void *context, struct error *err)
{
	const struct saying *s = context;

	return record_happened(db, s->report, s->doing->at, s->doing->actor, "checked", s->text, err);
}

int check_say(struct db *db, int64_t report_id, const char *method, int64_t confirmed, int64_t refuted, const struct doing *doing,
	      struct error *err)
{
	struct arena *arena = arena_new();
	const char *text = arena_printf(arena, "%lld confirmed, %lld not: %s", (long long)confirmed, (long long)refuted, method);
	int r = db_transaction(db, say, &(struct saying){ report_id, text, doing }, err);

	arena_free(arena);
	return r;
}

int check_count(struct db *db, int64_t report_id, struct check_counts *ret, struct error *err)
{
	struct check_counts_row row = { 0 };
	int r = check_counts(db, report_id, NULL, &row, err);

	*ret = (struct check_counts){ row.confirmed, row.refuted };
	return r < 0 ? r : 0;
}

/* --- NTP --- */

struct addresses {
	char list[CHECK_AT_ONCE][48];
	size_t count;
};

static int take_address(void *context, const struct check_open_row *row)
{
	struct addresses *a = context;

	if (text_copy(a->list[a->count], sizeof a->list[0], BYTES_TEXT(row->address)))
		a->count++;
	return 0;
}

/* A server that gives its list is one; one that refuses, or says nothing, is none. Whatever hinders this side says nothing. */
static bool is_told(const struct fetch_answer *a, bool *ret_is_confirmed)
{
	*ret_is_confirmed = a->outcome == FETCH_ANSWERED && a->status > 0;
	return a->outcome == FETCH_ANSWERED || a->outcome == FETCH_SLOW || a->outcome == FETCH_NO_CONNECTION;
}

/* All are asked before the first is heard. Gives how many results there are. */
static int ask_all(struct fetch **fetches, const struct addresses *a, unsigned port, struct arena *arena,
		   struct check_result *results, struct error *err)
{
	struct fetch_answer answer;
	int count = 0, r = 0;

	for (size_t i = 0; i < a->count && r == 0; i++) {
		bool is_v6 = strchr(a->list[i], ':');
		const char *target = arena_printf(arena, "%s%s%s:%u", is_v6 ? "[" : "", a->list[i], is_v6 ? "]" : "", port);
		r = fetch_send(fetches[i], &(struct fetch_question){ FETCH_NTP, target, false }, err);
	}
	for (size_t i = 0; i < a->count && r == 0; i++) {
		struct check_result *result = &results[count];
		r = fetch_receive(fetches[i], arena, &answer, err);
		if (r == 0 && is_told(&answer, &result->is_confirmed)) {
			memcpy(result->address, a->list[i], sizeof result->address);
			result->at = clock_now();
			count++;
		}
	}
	return r < 0 ? r : count;
}

static int ask_rest(struct db *db, int64_t report, const struct check_ntp *o, struct fetch **fetches, struct check_counts *ret,
		    struct error *err)
{
	struct check_result results[CHECK_AT_ONCE];
	struct arena *arena = arena_new();
	struct addresses a;
	char after[48] = "";
	int64_t done = 0;
	int count, r = 0;

	do {
		a.count = 0;
		r = check_open(db, report, after, CHECK_AT_ONCE, take_address, &a, err);
		count = r == 0 && a.count ? ask_all(fetches, &a, o->port, arena, results, err) : r;
		r = count > 0 ? check_keep(db, report, results, (size_t)count, NTP_METHOD, err) : count;
		for (int i = 0; i < count; i++) {
			ret->confirmed += results[i].is_confirmed;
			ret->refuted += !results[i].is_confirmed;
		}
		if (a.count)
			memcpy(after, a.list[a.count - 1], sizeof after);
		done += (int64_t)a.count;
		if (o->progress)
			o->progress(o->context, done);
		arena_reset(arena);
	} while (r >= 0 && a.count);
	arena_free(arena);
	return r < 0 ? r : 0;
}

int check_ntp(struct db *db, int64_t report_id, const struct check_ntp *o, struct check_counts *ret, struct error *err)
{
	struct fetch *fetches[CHECK_AT_ONCE] = { NULL };
	int r = 0;

	*ret = (struct check_counts){ 0, 0 };
	for (size_t i = 0; i < CHECK_AT_ONCE && r == 0; i++)
		r = fetch_open(&o->settings, &fetches[i], err);
	if (r == 0)
		r = ask_rest(db, report_id, o, fetches, ret, err);
	for (size_t i = 0; i < CHECK_AT_ONCE; i++)
		fetch_close(fetches[i]);
	return r < 0 ? r : check_say(db, report_id, NTP_METHOD, ret->confirmed, ret->refuted, &o->doing, err);
}
