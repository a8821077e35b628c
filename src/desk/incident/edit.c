/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* Changing an incident. */
#include "desk/incident/edit.h"

#include "base/calendar.h"
#include "base/text.h"
#include "desk/incident/edit.sql.gen.h"

#include <ctype.h>
#include <errno.h>

#define PORTS_MAX 100

static const char *const names[EDIT_FIELDS] = {
	[EDIT_TITLE] = "title",	    [EDIT_CATEGORY] = "category", [EDIT_BRAND] = "brand",     [EDIT_INDUSTRY] = "industry",
	[EDIT_ORIGIN] = "origin",   [EDIT_HOSTING] = "hosting",	  [EDIT_CARRIER] = "carrier", [EDIT_COUNTRY] = "country",
	[EDIT_FIRST_SEEN] = "first seen", [EDIT_LEAD_IN] = "lead-in", [EDIT_CAMPAIGN] = "campaign", [EDIT_PORTS] = "ports",
};

struct editing {
	int64_t id, first_seen;
	const char *before[EDIT_FIELDS], *after[EDIT_FIELDS];
	const char *ports[PORTS_MAX];
	size_t port_count;
	struct arena *arena;
	const struct doing *doing;
	int changed;
};

/* --- ports --- */

struct listing {
	const char *text;
	struct arena *arena;
};

static int take_port(void *context, const struct edit_ports_row *row)
{
	struct listing *l = context;

	l->text = l->text[0] ? arena_printf(l->arena, "%s,%s", l->text, row->port) : arena_text(l->arena, row->port);
	return 0;
}

int edit_ports_of(struct db *db, int64_t incident_id, struct arena *arena, const char **ret, struct error *err)
{
	struct listing l = { "", arena };
	int r = edit_ports(db, incident_id, take_port, &l, err);

	*ret = l.text;
	return r;
}

/* A number and a protocol, or a protocol alone: 22/tcp, icmp. */
static bool is_port(const char *text)
{
	static const char *const protocols[] = { "tcp", "udp", "icmp", "icmp6", "sctp" };
	size_t n = strspn(text, "0123456789");
	const char *protocol = n && text[n] == '/' ? text + n + 1 : text;
	uint64_t number;

	if (n && (!bytes_number(BYTES(text, n), 65535, &number) || text[n] != '/'))
		return false;
	for (size_t i = 0; i < sizeof protocols / sizeof *protocols; i++)
		if (strcmp(protocol, protocols[i]) == 0)
			return true;
	return false;
}

static int read_ports(struct editing *e, struct error *err)
{
	char *text = arena_text(e->arena, e->after[EDIT_PORTS]);

	for (char *next; *text; text = next) {
		next = text + strcspn(text, ", ");
		if (*next)
			*next++ = '\0';
		if (!*text)
			continue;
		if (!is_port(text) || e->port_count == PORTS_MAX)
			return error_set(err, -EINVAL, "'%.40s' is no port: 22/tcp, 53/udp, icmp", text);
		e->ports[e->port_count++] = text;
	}
	return 0;
}

/* --- what may stand there --- */

static int check(struct editing *e, struct error *err)
{
	const char *origin = e->after[EDIT_ORIGIN], *country = e->after[EDIT_COUNTRY], *seen = e->after[EDIT_FIRST_SEEN];

	if (!e->after[EDIT_TITLE][0])
		return error_set(err, -EINVAL, "an incident needs a title");
	if (origin[0] && strcmp(origin, "domestic") != 0 && strcmp(origin, "foreign") != 0 && strcmp(origin, "unknown") != 0)
		return error_set(err, -EINVAL, "'%.40s' is not domestic, foreign or unknown", origin);
	if (country[0] && (strlen(country) != 2 || !isupper((unsigned char)country[0]) || !isupper((unsigned char)country[1])))
		return error_set(err, -EINVAL, "'%.40s' is not a country: two capital letters", country);
	if (seen[0] && !time_parse(BYTES_TEXT(seen), false, &e->first_seen))
		return error_set(err, -EINVAL, "'%.40s' is not a time", seen);
	return read_ports(e, err);
}

/* --- writing --- */

static int tell(struct db *db, struct editing *e, struct error *err)
{
	int r = 0;

	for (int f = 0; f < EDIT_FIELDS && r == 0; f++) {
		if (strcmp(e->before[f], e->after[f]) == 0)
			continue;
		e->changed++;
		r = record_happened(db, e->id, e->doing->at, e->doing->actor, "changed",
				    arena_printf(e->arena, "%s: %s → %s", names[f], e->before[f][0] ? e->before[f] : "–",
						 e->after[f][0] ? e->after[f] : "–"), err);
	}
	return r;
}

static int write_ports(struct db *db, const struct editing *e, struct error *err)
{
	int r = edit_ports_delete(db, e->id, err);

	for (size_t i = 0; i < e->port_count && r >= 0; i++)
		r = edit_port_insert(db, e->id, e->ports[i], err);
	return r;
}

static int write_all(struct db *db, void *context, struct error *err)
{
	struct editing *e = context;
	const char **v = e->after;
	int r = edit_write(db, e->id, v[EDIT_TITLE], v[EDIT_CATEGORY], v[EDIT_BRAND], v[EDIT_INDUSTRY], v[EDIT_ORIGIN], v[EDIT_HOSTING],
			   v[EDIT_CARRIER], v[EDIT_COUNTRY], e->first_seen ? &e->first_seen : NULL, v[EDIT_LEAD_IN], v[EDIT_CAMPAIGN],
			   e->doing->at, err);

	e->changed = 0;
	if (r == -ENOENT) {
		error_hint(err, "phishing, defacement, malware_site, scan, dos, ics, targeted, other");
		return error_set(err, -EINVAL, "'%.40s' is not a category", v[EDIT_CATEGORY]);
	}
	if (r >= 0)
		r = write_ports(db, e, err);
	return r < 0 ? r : tell(db, e, err);
}

static int edit(struct db *db, struct editing *e, const struct incident *i, const char *const values[EDIT_FIELDS], struct error *err)
{
	char time[CALENDAR_TEXT_MAX] = "";
	const char *ports;
	int r = edit_ports_of(db, i->id, e->arena, &ports, err);
	const char *now[EDIT_FIELDS] = {
		[EDIT_TITLE] = i->title,     [EDIT_CATEGORY] = i->category, [EDIT_BRAND] = i->brand,	 [EDIT_INDUSTRY] = i->industry,
		[EDIT_ORIGIN] = i->origin,   [EDIT_HOSTING] = i->hosting,   [EDIT_CARRIER] = i->carrier, [EDIT_COUNTRY] = i->country,
		[EDIT_FIRST_SEEN] = time,    [EDIT_LEAD_IN] = i->lead_in,   [EDIT_CAMPAIGN] = i->campaign, [EDIT_PORTS] = ports,
	};

	if (r < 0)
		return r;
	if (i->first_seen)
		time_format_utc(i->first_seen, time);
	for (int f = 0; f < EDIT_FIELDS; f++) {
		e->before[f] = now[f];
		e->after[f] = values[f] ? values[f] : now[f];
	}
	r = check(e, err);
	return r < 0 ? r : db_transaction(db, write_all, e, err);
}

int edit_incident(struct db *db, const struct incident *i, const char *const values[EDIT_FIELDS], const struct doing *doing,
		  struct error *err)
{
	struct editing e = { .id = i->id, .arena = arena_new(), .doing = doing };
	int r = edit(db, &e, i, values, err);

	arena_free(e.arena);
	return r < 0 ? r : e.changed;
}
