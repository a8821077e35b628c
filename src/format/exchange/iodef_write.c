/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* Writes IODEF version 2. The order of elements is the schema's. */
#include "base/cleanup.h"
#include "base/xml.h"
#include "format/exchange/iodef.h"

#include <errno.h>

static const char *const purposes[] = { "traceback", "mitigation", "reporting", "watch", "other", NULL };
static const char *const roles[] = { "creator", "reporter", "admin",  "tech",   "provider",	  "user",   "billing",	       "legal",
				     "abuse",	"irt",	    "cc",     "cc-irt", "leo",		  "vendor", "vendor-support", "victim",
				     "victim-notified", NULL };
static const char *const contact_types[] = { "person", "organization", NULL };
static const char *const system_categories[] = { "source", "target", "intermediate", "sensor", "infrastructure", NULL };
static const char *const restrictions[] = { "public", "partner", "need-to-know", "private", "default", "white", "green", "amber",
					    "red", NULL };
static const char *const address_categories[] = { "asn",	   "e-mail",	"mac",	    "ipv4-addr",       "ipv4-net",
						  "ipv6-addr",	   "ipv6-net",	"site-uri", "ipv4-net-masked", "ipv6-net-masked",
						  "ipv4-net-mask", NULL };
static const char *const impacts[] = {
	"takeover-account",	"takeover-service",    "takeover-system",      "cps-manipulation",   "cps-damage",
	"availability-data",	"availability-account", "availability-service", "availability-system", "damaged-system",
	"damaged-data",		"breach-proprietary",  "breach-privacy",       "breach-credential",  "breach-configuration",
	"integrity-data",	"integrity-configuration", "integrity-hardware", "traffic-redirection", "monitoring-traffic",
	"monitoring-host",	"policy",	       "unknown",	       NULL,
};
static const char *const node_roles[] = {
	"client", "server-public", "www", "mail", "webmail", "ftp", "p2p", "name", "database", "infra-router", "camera", "proxy",
	"remote-access", "scada", "sinkhole", "honeypot", "anonymization", "c2-server", "malware-distribution", "drop-server",
	"hop-point", "reflector", "phishing-site", "spear-phishing-site", "recruiting-site", "fraudulent-site", NULL,
};

static bool is_one_of(const char *word, const char *const *words)
{
	for (; word && *words; words++)
		if (strcmp(word, *words) == 0)
			return true;
	return false;
}

/* --- checks --- */

static int check_word(const char *word, bool is_required, const char *const *words, const char *what, struct error *err)
{
	if ((!word && !is_required) || is_one_of(word, words))
		return 0;
	return error_set(err, -EINVAL, "IODEF has no %s '%.40s'", what, word ? word : "");
}

static int check_system(const struct iodef_system *s, struct error *err)
{
	int r = check_word(s->category, false, system_categories, "system category", err);

	r = r ? r : check_word(s->role, false, node_roles, "node role", err);
	for (size_t i = 0; r == 0 && i < s->address_count; i++)
		r = check_word(s->addresses[i].category, true, address_categories, "address category", err);
	if (r == 0 && s->address_count + s->name_count == 0)
		r = error_set(err, -EINVAL, "an IODEF system needs an address or a name");
	return r;
}

static int check_incident(const struct iodef_incident *i, struct error *err)
{
	int r;

	if (!i->id || !i->id_name || !i->generation.is_set || i->contact_count == 0)
		return error_set(err, -EINVAL, "an IODEF incident needs an id, the time of its making and a contact");
	r = check_word(i->purpose, true, purposes, "purpose", err);
	r = r ? r : check_word(i->restriction, false, restrictions, "restriction", err);
	r = r ? r : check_word(i->impact, false, impacts, "impact", err);
	for (size_t k = 0; r == 0 && k < i->contact_count; k++) {
		r = check_word(i->contacts[k].role, true, roles, "contact role", err);
		r = r ? r : check_word(i->contacts[k].type, true, contact_types, "contact type", err);
	}
	for (size_t k = 0; r == 0 && k < i->event_count; k++)
		for (size_t s = 0; r == 0 && s < i->events[k].system_count; s++)
			r = check_system(&i->events[k].systems[s], err);
	return r;
}

/* --- writing --- */

static void add_time(struct xml *x, const char *name, const struct iodef_time *t)
{
	char text[CALENDAR_TEXT_MAX];

	if (t->is_set && t->instant.date.year)
		xml_element(x, name, instant_format(&t->instant, text));
}

static void add_contact(struct xml *x, const struct iodef_contact *c)
{
	xml_open(x, "Contact");
	xml_attribute(x, "role", c->role);
	xml_attribute(x, "type", c->type);
	xml_element(x, "ContactName", c->name);
	if (c->email) {
		xml_open(x, "Email");
		xml_element(x, "EmailTo", c->email);
		xml_close(x);
	}
	if (c->telephone) {
		xml_open(x, "Telephone");
		xml_element(x, "TelephoneNumber", c->telephone);
		xml_close(x);
	}
	xml_close(x);
}

static void add_node(struct xml *x, const struct iodef_system *s)
{
	xml_open(x, "Node");
	for (size_t i = 0; i < s->name_count; i++) {
		xml_open(x, "DomainData");
		xml_attribute(x, "system-status", "unknown");
		xml_attribute(x, "domain-status", "unknown");
		xml_element(x, "Name", s->names[i]);
		xml_close(x);
	}
	for (size_t i = 0; i < s->address_count; i++) {
		xml_open(x, "Address");
		xml_attribute(x, "category", s->addresses[i].category);
		xml_text(x, s->addresses[i].text);
		xml_close(x);
	}
	xml_close(x);
}

static void add_service(struct xml *x, const struct iodef_system *s)
{
	char number[16];

	if (!s->has_port && !s->protocol)
		return;
	xml_open(x, "Service");
	if (s->protocol) {
		snprintf(number, sizeof number, "%u", s->protocol);
		xml_attribute(x, "ip-protocol", number);
	}
	if (s->has_port) {
		snprintf(number, sizeof number, "%u", s->port);
		xml_element(x, "Port", number);
	}
	xml_close(x);
}

static void add_system(struct xml *x, const struct iodef_system *s)
{
	xml_open(x, "System");
	xml_attribute(x, "category", s->category);
	add_node(x, s);
	if (s->role) {
		xml_open(x, "NodeRole");
		xml_attribute(x, "category", s->role);
		xml_close(x);
	}
	add_service(x, s);
	xml_close(x);
}

static void add_records(struct xml *x, const struct iodef_event *e)
{
	if (e->record_count == 0)
		return;
	xml_open(x, "Record");
	xml_open(x, "RecordData");
	for (size_t i = 0; i < e->record_count; i++) {
		xml_open(x, "RecordItem");
		xml_attribute(x, "dtype", "string");
		xml_text(x, e->records[i]);
		xml_close(x);
	}
	xml_close(x);
	xml_close(x);
}

static void add_event(struct xml *x, const struct iodef_event *e)
{
	xml_open(x, "EventData");
	xml_element(x, "Description", e->description);
	add_time(x, "DetectTime", &e->detect);
	add_time(x, "StartTime", &e->start);
	add_time(x, "EndTime", &e->end);
	if (e->system_count) {
		xml_open(x, "Flow");
		for (size_t i = 0; i < e->system_count; i++)
			add_system(x, &e->systems[i]);
		xml_close(x);
	}
	add_records(x, e);
	xml_close(x);
}

/* An Assessment needs an impact; one that is not known is said to be so. */
static void add_assessment(struct xml *x, const struct iodef_incident *i)
{
	if (!i->category && !i->impact)
		return;
	xml_open(x, "Assessment");
	xml_element(x, "IncidentCategory", i->category);
	xml_open(x, "SystemImpact");
	xml_attribute(x, "type", i->impact ? i->impact : "unknown");
	xml_close(x);
	xml_close(x);
}

static void add_incident(struct xml *x, const struct iodef_incident *i)
{
	xml_open(x, "Incident");
	xml_attribute(x, "purpose", i->purpose);
	xml_attribute(x, "restriction", i->restriction);
	xml_open(x, "IncidentID");
	xml_attribute(x, "name", i->id_name);
	xml_text(x, i->id);
	xml_close(x);
	add_time(x, "DetectTime", &i->detect);
	add_time(x, "StartTime", &i->start);
	add_time(x, "EndTime", &i->end);
	add_time(x, "ReportTime", &i->report);
	add_time(x, "GenerationTime", &i->generation);
	xml_element(x, "Description", i->description);
	add_assessment(x, i);
	for (size_t k = 0; k < i->contact_count; k++)
		add_contact(x, &i->contacts[k]);
	for (size_t k = 0; k < i->event_count; k++)
		add_event(x, &i->events[k]);
	xml_close(x);
}

int iodef_format(const struct iodef_document *d, struct buf *into, struct error *err)
{
	struct xml x;
	int r = d->incident_count ? 0 : error_set(err, -EINVAL, "an IODEF document needs an incident");

	for (size_t i = 0; r == 0 && i < d->incident_count; i++)
		r = check_incident(&d->incidents[i], err);
	if (r < 0)
		return r;
	x = xml_to(into);
	xml_open(&x, "IODEF-Document");
	xml_attribute(&x, "version", "2.00");
	xml_attribute(&x, "xml:lang", d->language);
	xml_attribute(&x, "xmlns", "urn:ietf:params:xml:ns:iodef-2.0");
	for (size_t i = 0; i < d->incident_count; i++)
		add_incident(&x, &d->incidents[i]);
	xml_close(&x);
	return into->is_full ? error_set(err, -E2BIG, "the IODEF document is too long") : 0;
}
