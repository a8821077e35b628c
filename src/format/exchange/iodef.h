/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* IODEF version 2 (RFC 7970): incidents as XML. Read and written is what a coordination centre acts on: ids, times, words,
 * contacts, categories, and the systems of each event with their addresses, names and ports. What else a document holds
 * is left out when it is read; a nested EventData is an event of its own.
 *
 *	struct iodef_document d;
 *	r = iodef_parse(body, arena, &d, &err);
 *
 * libxml2 reads without network; a document that brings a DTD is refused, so that there are no entities. */
#ifndef FORMAT_EXCHANGE_IODEF_H
#define FORMAT_EXCHANGE_IODEF_H

#include "base/address.h"
#include "base/arena.h"
#include "base/buf.h"
#include "base/error.h"
#include "format/exchange/exchange.h"
#include "format/text/instant.h"

/* All texts are UTF-8, NULL where there is none, and live in the arena of the reader, or are the writer's. */

/* dateTime may lack its zone: `instant.has_zone`. */
struct iodef_time {
	bool is_set;
	struct instant instant;
};

struct iodef_contact {
	const char *role, *type; /* required: creator, irt, …; person, organization */
	const char *name, *email, *telephone;
};

/* An address of a node. Categories: ipv4-addr, ipv6-addr, ipv4-net, ipv6-net, asn, e-mail, site-uri, … */
struct iodef_address {
	const char *category, *text;
	struct address address; /* of *-addr; else family 0 */
};

struct iodef_system {
	const char *category; /* source, target, intermediate, sensor, infrastructure */
	const char *role;     /* of the node: c2-server, phishing-site, www, … */
	struct iodef_address *addresses;
	size_t address_count;
	const char **names; /* of DomainData */
	size_t name_count;
	unsigned protocol; /* IP protocol: 6 TCP, 17 UDP; 0 not said */
	bool has_port;
	uint16_t port;
};

struct iodef_event {
	const char *description;
	struct iodef_time detect, start, end;
	struct iodef_system *systems;
	size_t system_count;
	const char **records; /* RecordItem: lines of logs */
	size_t record_count;
};

struct iodef_incident {
	const char *id, *id_name; /* required: the number, and who gave it */
	const char *purpose;      /* required: reporting, mitigation, … */
	const char *restriction;  /* TLP as IODEF has it: public, green, amber, red, … */
	const char *description;
	const char *category; /* IncidentCategory: free words, RSIT here */
	const char *impact;   /* SystemImpact: takeover-system, … */
	struct iodef_time detect, start, end, report, generation; /* generation is required */
	struct iodef_contact *contacts;                           /* at least one */
	size_t contact_count;
	struct iodef_event *events;
	size_t event_count;
};

struct iodef_document {
	const char *language;
	struct iodef_incident *incidents;
	size_t incident_count;
};

/* -EBADMSG: no IODEF version 2, a DTD, or an incident without id; -E2BIG. */
int iodef_parse(struct bytes xml, struct arena *arena, struct iodef_document *ret, struct error *err);

/* -EINVAL: something required is missing, or a word is none of the schema's; -E2BIG. */
int iodef_format(const struct iodef_document *d, struct buf *into, struct error *err);

#endif
