/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* Reads IODEF version 2. */
#include "format/exchange/iodef.h"

#include "base/cleanup.h"
#include "base/memory.h"

#include <errno.h>
#include <libxml/parser.h>
#include <libxml/tree.h>

#define NAMESPACE "urn:ietf:params:xml:ns:iodef-2.0"
#define EVENTS_MAX 100000
#define NEST_MAX 16

struct reading {
	struct arena *arena;
	struct iodef_incident *incident;
	struct iodef_event *events;
	size_t event_count, event_room;
};

/* --- elements --- */

static bool is_element(const xmlNode *n, const char *name)
{
	return n->type == XML_ELEMENT_NODE && n->ns && n->ns->href &&
	       strcmp((const char *)n->ns->href, NAMESPACE) == 0 && (!name || strcmp((const char *)n->name, name) == 0);
}

static const xmlNode *child_of(const xmlNode *parent, const char *name)
{
	for (const xmlNode *n = parent ? parent->children : NULL; n; n = n->next)
		if (is_element(n, name))
			return n;
	return NULL;
}

static size_t count_of(const xmlNode *parent, const char *name)
{
	size_t count = 0;

	for (const xmlNode *n = parent->children; n; n = n->next)
		count += is_element(n, name);
	return count;
}

/* The text of an element, blanks at its ends left out; NULL where there is none. Text and CDATA only: there are no
 * entities. */
static const char *text_of(struct reading *r, const xmlNode *element)
{
	_cleanup_(buf_clear) struct buf b;
	struct bytes text;

	buf_init(&b, EXCHANGE_DOCUMENT_MAX);
	for (const xmlNode *n = element ? element->children : NULL; n; n = n->next)
		if ((n->type == XML_TEXT_NODE || n->type == XML_CDATA_SECTION_NODE) && n->content)
			buf_add_text(&b, (const char *)n->content);
	text = bytes_trim(buf_bytes(&b));
	return text.n ? arena_bytes(r->arena, text.p, text.n) : NULL;
}

static const char *text_at(struct reading *r, const xmlNode *parent, const char *name)
{
	return text_of(r, child_of(parent, name));
}

static const char *attribute(struct reading *r, const xmlNode *element, const char *name)
{
	const char *text = NULL;
	xmlChar *value = element ? xmlGetNoNsProp(element, (const xmlChar *)name) : NULL;

	if (value)
		text = arena_text(r->arena, (const char *)value);
	xmlFree(value);
	return text;
}

static struct iodef_time time_at(struct reading *r, const xmlNode *parent, const char *name)
{
	const char *text = text_at(r, parent, name);
	struct iodef_time t = { .is_set = false };

	t.is_set = text && instant_parse(BYTES_TEXT(text), &t.instant);
	return t;
}

/* --- parts --- */

static void read_addresses(struct reading *r, const xmlNode *node, struct iodef_system *s)
{
	s->addresses = ARENA_ARRAY(r->arena, count_of(node, "Address") + 1, struct iodef_address);
	for (const xmlNode *n = node->children; n; n = n->next) {
		struct iodef_address *a = &s->addresses[s->address_count];
		if (!is_element(n, "Address") || !(a->text = text_of(r, n)))
			continue;
		a->category = attribute(r, n, "category");
		if (!a->category)
			a->category = "ipv6-addr"; /* the schema's default */
		if (strstr(a->category, "-addr"))
			address_parse(BYTES_TEXT(a->text), &a->address);
		s->address_count++;
	}
}

static void read_names(struct reading *r, const xmlNode *node, struct iodef_system *s)
{
	s->names = ARENA_ARRAY(r->arena, count_of(node, "DomainData") + 1, const char *);
	for (const xmlNode *n = node->children; n; n = n->next) {
		const char *name = is_element(n, "DomainData") ? text_at(r, n, "Name") : NULL;
		if (name)
			s->names[s->name_count++] = name;
	}
}

static void read_service(struct reading *r, const xmlNode *service, struct iodef_system *s)
{
	const char *protocol = attribute(r, service, "ip-protocol"), *port = text_at(r, service, "Port");
	uint64_t n;

	if (protocol && bytes_number(bytes_trim(BYTES_TEXT(protocol)), 255, &n))
		s->protocol = (unsigned)n;
	s->has_port = port && bytes_number(BYTES_TEXT(port), 65535, &n);
	if (s->has_port)
		s->port = (uint16_t)n;
}

static void read_system(struct reading *r, const xmlNode *system, struct iodef_system *s)
{
	const xmlNode *node = child_of(system, "Node");

	s->category = attribute(r, system, "category");
	s->role = attribute(r, child_of(system, "NodeRole"), "category");
	read_service(r, child_of(system, "Service"), s);
	if (!node)
		return;
	read_addresses(r, node, s);
	read_names(r, node, s);
}

static void read_systems(struct reading *r, const xmlNode *event, struct iodef_event *e)
{
	size_t count = 0;

	for (const xmlNode *flow = event->children; flow; flow = flow->next)
		count += is_element(flow, "Flow") ? count_of(flow, "System") : 0;
	e->systems = ARENA_ARRAY(r->arena, count + 1, struct iodef_system);
	for (const xmlNode *flow = event->children; flow; flow = flow->next)
		for (const xmlNode *n = is_element(flow, "Flow") ? flow->children : NULL; n; n = n->next)
			if (is_element(n, "System"))
				read_system(r, n, &e->systems[e->system_count++]);
}

static void read_records(struct reading *r, const xmlNode *event, struct iodef_event *e)
{
	const xmlNode *record = child_of(event, "Record");
	size_t count = 0;

	for (const xmlNode *data = record ? record->children : NULL; data; data = data->next)
		count += is_element(data, "RecordData") ? count_of(data, "RecordItem") : 0;
	e->records = ARENA_ARRAY(r->arena, count + 1, const char *);
	for (const xmlNode *data = count ? record->children : NULL; data; data = data->next)
		for (const xmlNode *n = is_element(data, "RecordData") ? data->children : NULL; n; n = n->next) {
			const char *text = is_element(n, "RecordItem") ? text_of(r, n) : NULL;
			if (text)
				e->records[e->record_count++] = text;
		}
}

static int read_events(struct reading *r, const xmlNode *parent, unsigned depth, struct error *err)
{
	for (const xmlNode *n = parent->children; n; n = n->next) {
		struct iodef_event e = { .description = NULL };
		int ret;
		if (!is_element(n, "EventData"))
			continue;
		if (depth == NEST_MAX || r->event_count == EVENTS_MAX)
			return error_set(err, -E2BIG, "the IODEF document has too many events");
		e.description = text_at(r, n, "Description");
		e.detect = time_at(r, n, "DetectTime");
		e.start = time_at(r, n, "StartTime");
		e.end = time_at(r, n, "EndTime");
		read_systems(r, n, &e);
		read_records(r, n, &e);
		r->events = memory_grow(r->events, &r->event_room, r->event_count + 1, sizeof e);
		r->events[r->event_count++] = e;
		ret = read_events(r, n, depth + 1, err);
		if (ret < 0)
			return ret;
	}
	return 0;
}

static void read_contacts(struct reading *r, const xmlNode *incident, struct iodef_incident *i)
{
	i->contacts = ARENA_ARRAY(r->arena, count_of(incident, "Contact") + 1, struct iodef_contact);
	for (const xmlNode *n = incident->children; n; n = n->next) {
		if (!is_element(n, "Contact"))
			continue;
		i->contacts[i->contact_count++] = (struct iodef_contact){
			.role = attribute(r, n, "role"),
			.type = attribute(r, n, "type"),
			.name = text_at(r, n, "ContactName"),
			.email = text_at(r, child_of(n, "Email"), "EmailTo"),
			.telephone = text_at(r, child_of(n, "Telephone"), "TelephoneNumber"),
		};
	}
}

static int read_incident(struct reading *r, const xmlNode *n, struct iodef_incident *i, struct error *err)
{
	const xmlNode *assessment = child_of(n, "Assessment");
	int ret;

	i->id = text_at(r, n, "IncidentID");
	i->id_name = attribute(r, child_of(n, "IncidentID"), "name");
	if (!i->id || !i->id_name)
		return error_set(err, -EBADMSG, "an IODEF incident has no IncidentID");
	i->purpose = attribute(r, n, "purpose");
	i->restriction = attribute(r, n, "restriction");
	i->description = text_at(r, n, "Description");
	i->category = text_at(r, assessment, "IncidentCategory");
	i->impact = attribute(r, child_of(assessment, "SystemImpact"), "type");
	i->detect = time_at(r, n, "DetectTime");
	i->start = time_at(r, n, "StartTime");
	i->end = time_at(r, n, "EndTime");
	i->report = time_at(r, n, "ReportTime");
	i->generation = time_at(r, n, "GenerationTime");
	read_contacts(r, n, i);
	r->event_count = 0;
	ret = read_events(r, n, 0, err);
	if (ret < 0)
		return ret;
	i->events = ARENA_ARRAY(r->arena, r->event_count + 1, struct iodef_event);
	if (r->event_count)
		memcpy(i->events, r->events, r->event_count * sizeof *r->events);
	i->event_count = r->event_count;
	return 0;
}

/* --- the document --- */

/* Called at a DOCTYPE, before its entities are read. */
static void refuse_dtd(void *context, const xmlChar *name, const xmlChar *public_id, const xmlChar *system_id)
{
	xmlParserCtxt *parser = context;

	(void)name;
	(void)public_id;
	(void)system_id;
	*(bool *)parser->_private = true;
	xmlStopParser(parser);
}

static int load(struct bytes xml, xmlDoc **ret, struct error *err)
{
	xmlParserCtxt *parser;
	xmlDoc *doc;
	bool has_dtd = false;

	if (xml.n > EXCHANGE_DOCUMENT_MAX)
		return error_set(err, -E2BIG, "the IODEF document is longer than %u bytes", EXCHANGE_DOCUMENT_MAX);
	parser = xmlNewParserCtxt();
	if (!parser)
		return error_set(err, -ENOMEM, "libxml2 has no memory");
	parser->_private = &has_dtd;
	parser->sax->internalSubset = refuse_dtd;
	doc = xmlCtxtReadMemory(parser, xml.n ? (const char *)xml.p : "", (int)xml.n, NULL, NULL,
				XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING | XML_PARSE_NOBLANKS);
	xmlFreeParserCtxt(parser);
	if (has_dtd || !doc) {
		xmlFreeDoc(doc);
		return error_set(err, -EBADMSG, has_dtd ? "an IODEF document must not bring a DTD" : "the document is no XML");
	}
	*ret = doc;
	return 0;
}

static int read_document(struct reading *r, const xmlNode *root, struct iodef_document *d, struct error *err)
{
	xmlChar *language;

	if (!root || !is_element(root, "IODEF-Document"))
		return error_set(err, -EBADMSG, "the document is no IODEF version 2");
	language = xmlGetNsProp(root, (const xmlChar *)"lang", XML_XML_NAMESPACE);
	d->language = language ? arena_text(r->arena, (const char *)language) : NULL;
	xmlFree(language);
	d->incidents = ARENA_ARRAY(r->arena, count_of(root, "Incident") + 1, struct iodef_incident);
	for (const xmlNode *n = root->children; n; n = n->next)
		if (is_element(n, "Incident")) {
			int ret = read_incident(r, n, &d->incidents[d->incident_count++], err);
			if (ret < 0)
				return ret;
		}
	return d->incident_count ? 0 : error_set(err, -EBADMSG, "the IODEF document holds no incident");
}

int iodef_parse(struct bytes xml, struct arena *arena, struct iodef_document *ret, struct error *err)
{
	struct reading r = { .arena = arena };
	struct iodef_document d = { .language = NULL };
	xmlDoc *doc = NULL;
	int ret_code = load(xml, &doc, err);

	if (ret_code < 0)
		return ret_code;
	ret_code = read_document(&r, xmlDocGetRootElement(doc), &d, err);
	free(r.events);
	xmlFreeDoc(doc);
	if (ret_code == 0)
		*ret = d;
	return ret_code;
}
