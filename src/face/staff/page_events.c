/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* What is behind the figures: sources and events. */
#include "base/cleanup.h"
#include "face/staff/page.h"
#include "observe/view/list.h"

/* --- sources --- */

static const struct sheet_column source_columns[] = {
	{ "source", MSG_STAFF_SOURCE, SHEET_TEXT },
	{ "region", MSG_OBSERVE_REGION, SHEET_TEXT },
	{ "packets", MSG_STAFF_PACKETS, SHEET_NUMBER },
	{ "sensors", MSG_STAFF_SENSORS_SEEN, SHEET_NUMBER },
	{ "ports", MSG_STAFF_PORTS_SEEN, SHEET_NUMBER },
	{ "events", MSG_STAFF_BEHIND_TOO, SHEET_WAY },
	{ 0 },
};

/* The name for people, the code for programs. */
static void region_cell(struct page *p, struct sheet *sheet, const struct address *source)
{
	struct place place = { .country = "" };
	const char *code, *name;

	if (p->staff->place)
		place = p->staff->place(p->staff->place_context, source);
	code = arena_text(p->arena, place.country);
	name = words_region(p->lang, code);
	if (code[0])
		sheet_both(sheet, name ? name : code, code);
	else
		sheet_nothing(sheet);
}

static void source_row(struct page *p, struct sheet *sheet, const struct view_source *source)
{
	const char *filter = http_value(p->rq, "filter")->text, *narrowed;
	char text[ADDRESS_TEXT_MAX];

	address_format(&source->source, text);
	narrowed = filter[0] ? arena_printf(p->arena, "(%s) and src %s", filter, text) : arena_printf(p->arena, "src %s", text);
	sheet_text(sheet, arena_text(p->arena, text), NULL);
	region_cell(p, sheet, &source->source);
	sheet_number(sheet, (int64_t)source->packets);
	sheet_number(sheet, source->sensors);
	sheet_number(sheet, source->ports);
	sheet_way(sheet, words(p->lang, MSG_STAFF_EVENTS), page_url(p, "/observe/events", "filter", narrowed, NULL));
}

int page_sources(struct page *p, struct error *err)
{
	char sources[WORDS_NUMBER_MAX], packets[WORDS_NUMBER_MAX];
	struct view_source_list list;
	struct sheet *sheet;
	int r = view_sources(p->store, &p->q, &list, err);

	if (r == 0) {
		sheet = page_sheet(p, "sources", MSG_STAFF_SOURCES_TABLE, source_columns);
		sheet_note(sheet, words_fill(p->arena, p->lang, MSG_STAFF_SOURCES_NOTE, "sources",
					     words_number((int64_t)list.count, sources), "packets",
					     words_number((int64_t)list.packets, packets), NULL));
		for (size_t i = 0; i < list.count && i < p->count; i++)
			source_row(p, sheet, &list.sources[i]);
	}
	free(list.sources);
	return r;
}

/* --- events --- */

static const struct sheet_column event_columns[] = {
	{ "time", MSG_STAFF_TIME, SHEET_TEXT },	  { "sensor", MSG_STAFF_SENSOR, SHEET_TEXT },
	{ "source", MSG_STAFF_SOURCE, SHEET_TEXT },	  { "protocol", MSG_STAFF_PROTOCOL, SHEET_TEXT },
	{ "source_port", MSG_STAFF_SOURCE_PORT, SHEET_NUMBER }, { "port", MSG_OBSERVE_PORT, SHEET_NUMBER },
	{ "icmp_type", MSG_STAFF_ICMP_TYPE, SHEET_NUMBER }, { "flags", MSG_STAFF_FLAGS, SHEET_TEXT },
	{ "ttl", MSG_STAFF_TTL, SHEET_NUMBER },		  { "length", MSG_STAFF_LENGTH, SHEET_NUMBER },
	{ "kind", MSG_STAFF_KIND, SHEET_TEXT },	  { "marks", MSG_STAFF_MARKS, SHEET_TEXT },
	{ 0 },
};

static void known_number(struct sheet *sheet, bool is_known, int64_t number)
{
	if (is_known)
		sheet_number(sheet, number);
	else
		sheet_nothing(sheet);
}

/* Ports are names, not amounts: no thousands. */
static void known_port(struct page *p, struct sheet *sheet, bool is_known, uint16_t port)
{
	if (is_known)
		sheet_text(sheet, arena_printf(p->arena, "%u", port), NULL);
	else
		sheet_nothing(sheet);
}

static void flags_cell(struct page *p, struct sheet *sheet, const struct event *e)
{
	static const char letters[] = "FSRPAUEC";
	char text[9];
	size_t n = 0;

	for (int i = 0; i < 8; i++)
		if (e->flags >> i & 1)
			text[n++] = letters[i];
	text[n] = '\0';
	if (e->known & EVENT_HAS_FLAGS)
		sheet_text(sheet, arena_text(p->arena, text), NULL);
	else
		sheet_nothing(sheet);
}

static const char *marks_text(uint8_t marks)
{
	static const char *const names[] = { "", "ZMap", "masscan", "ZMap, masscan", "Mirai", "ZMap, Mirai", "masscan, Mirai",
					     "ZMap, masscan, Mirai" };

	return names[marks & 7];
}

static enum message kind_label(uint8_t kind)
{
	static const enum message labels[] = { MSG_STAFF_EVENT_PROBE, MSG_STAFF_EVENT_BACKSCATTER, MSG_STAFF_EVENT_OTHER,
					       MSG_STAFF_EVENT_UNKNOWN };

	return labels[kind & 3];
}

static void event_row(struct page *p, struct sheet *sheet, const struct event *e)
{
	bool is_icmp = event_is_icmp(e), has_port = e->known & EVENT_HAS_PORT;
	struct address source = event_source(e);
	char text[ADDRESS_TEXT_MAX], number[4];

	sheet_both(sheet, page_time(p, e->time_us), page_time_utc(p, e->time_us));
	sheet_text(sheet, p->store->sensors[e->sensor], NULL);
	if (source.family)
		sheet_text(sheet, arena_text(p->arena, address_format(&source, text)), NULL);
	else
		sheet_nothing(sheet);
	if (e->known & EVENT_HAS_PROTOCOL)
		sheet_text(sheet, arena_text(p->arena, protocol_name(e->protocol, number)), NULL);
	else
		sheet_nothing(sheet);
	known_port(p, sheet, e->known & EVENT_HAS_SOURCE_PORT, e->source_port);
	known_port(p, sheet, has_port && !is_icmp, e->port);
	known_number(sheet, has_port && is_icmp, e->port >> 8);
	flags_cell(p, sheet, e);
	known_number(sheet, e->known & EVENT_HAS_TTL, e->ttl);
	known_number(sheet, e->known & EVENT_HAS_LENGTH, e->length);
	sheet_both(sheet, words(p->lang, kind_label(e->kind)), event_kind_name(e->kind));
	if (e->marks & 7)
		sheet_text(sheet, marks_text(e->marks), NULL);
	else
		sheet_nothing(sheet);
}

static void put_more(struct page *p, size_t skip, uint64_t all)
{
	if (skip)
		value_put_url(p->value, "less", page_url(p, p->page->path, "skip",
							 arena_printf(p->arena, "%zu", skip > p->count ? skip - p->count : 0),
							 NULL));
	if (skip + p->count < all)
		value_put_url(p->value, "more", page_url(p, p->page->path, "skip",
							 arena_printf(p->arena, "%zu", skip + p->count), NULL));
}

int page_events(struct page *p, struct error *err)
{
	size_t skip = (size_t)http_value(p->rq, "skip")->number;
	char first[WORDS_NUMBER_MAX], last[WORDS_NUMBER_MAX], all[WORDS_NUMBER_MAX];
	struct view_event_list list;
	struct sheet *sheet;
	int r;

	if (!http_value(p->rq, "kind")->is_given)
		p->q.kind = VIEW_ALL;
	r = view_first_events(p->store, &p->q, skip + p->count, &list, err);
	if (r == 0) {
		sheet = page_sheet(p, "events", MSG_STAFF_EVENTS_TABLE, event_columns);
		sheet_note(sheet, words_fill(p->arena, p->lang, MSG_STAFF_EVENTS_NOTE, "first",
					     words_number((int64_t)MIN(skip + 1, list.count), first), "last",
					     words_number((int64_t)list.count, last), "all", words_number((int64_t)list.all, all),
					     NULL));
		for (size_t i = skip; i < list.count; i++)
			event_row(p, sheet, &list.events[i]);
		put_more(p, skip, list.all);
	}
	free(list.events);
	return r;
}
