/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* The analyst's pages, behind accounts: each needs a session (entry.h) and the right for its object. Until accounts exist they
 * are for whoever reaches a loopback or Unix socket of this machine (design decision 7.12), and say how to make the first
 * one. The process refuses any other listener but with accounts and TLS or a proxy; the server refuses other names and origins. */
#ifndef FACE_STAFF_STAFF_H
#define FACE_STAFF_STAFF_H

#include "base/holiday.h"
#include "engine/db/db.h"
#include "engine/http/http.h"
#include "face/staff/watch.h"
#include "ground/access/session.h"
#include "observe/query/filter.h"

#include <signal.h>

struct staff {
	const char *store;   /* path of the event store; opened anew for each page */
	const char *hidden;  /* a filter that takes all but known research scanners; NULL: there is no list */
	size_t hidden_count; /* prefixes in that list */
	double surge_threshold;
	struct db *db;       /* the case database, which pages read and write; NULL: there is none, and they say so */
	volatile sig_atomic_t *stop; /* set where only a new process helps: the database's server went away */
	struct watch *watch; /* the collector's folder; NULL: no sensor delivers here */
	int64_t silence_us;  /* without a heartbeat, after which a sensor counts as silent */
	const char *actor;   /* who does what is done here before there are accounts: 'local:suzuki' */
	struct session_limits limits;
	bool has_accounts;   /* known to be so: it does not change back */
	bool is_secure;      /* browsers come by TLS, here or at the proxy */
	bool is_public;      /* the listener can be reached from other machines */
	const char *mail_address; /* that letters come from; "": none are sent */
	const char *name_ja, *name_en; /* the centre's, as letters say it */
	const char *home;    /* the centre's own country */
	bool can_sign;
	struct business_calendar calendar;
	int64_t patience_us; /* after which a party that has not answered is overdue */
	int64_t delay_us;    /* before a letter goes out, in which it can be taken back */
	const char *proxy;   /* whose X-Forwarded-For counts: an address or "unix"; "": nobody's */
	const char *names;   /* of this site, in Host, with commas; "": loopback's alone */
	/* Where sources belong, for filters by country and AS; NULL: unknown. */
	struct place (*place)(void *context, const struct address *source);
	void *place_context;
};

/* Reads a list of research scanners, one prefix a line, the rest of the line a name, # a remark, and makes the filter
 * of `hidden`, which the caller frees. -EINVAL names the line; -E2BIG: more prefixes than a filter takes. */
int staff_scanners_load(const char *path, char **ret_hidden, size_t *ret_count, struct error *err);

/* `staff` must outlive the server. Call before the sandbox: templates are parsed here. */
struct http_config staff_config(struct staff *staff);

/* Calls for the path of each page, for tests: none of them exists on the public listener. */
void staff_each_path(void (*each)(void *context, const char *path), void *context);

#endif
