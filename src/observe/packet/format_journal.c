/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* The journal as JSON lines. */
#include "format/text/json_line.h"
#include "observe/packet/field_int.h"
#include "observe/packet/journal.h"
#include "observe/packet/logline.h"

/* Where in the scratch of a line the texts are unescaped to: the host in front, the message behind. */
#define HOST_ROOM 512

/* What is wanted of an entry. */
struct entry {
	struct bytes message, host, time, transport, identifier;
};

static void take_member(const struct json_member *m, struct entry *entry, uint8_t *scratch, size_t room)
{
	if (bytes_is(m->name, "MESSAGE"))
		entry->message = json_member_text(m, scratch + HOST_ROOM, room - HOST_ROOM);
	else if (bytes_is(m->name, "_HOSTNAME"))
		entry->host = json_member_text(m, scratch, HOST_ROOM);
	else if (bytes_is(m->name, "__REALTIME_TIMESTAMP"))
		entry->time = m->value;
	else if (bytes_is(m->name, "_TRANSPORT"))
		entry->transport = m->value;
	else if (bytes_is(m->name, "SYSLOG_IDENTIFIER"))
		entry->identifier = m->value;
}

/* An entry of neither field is taken, as exports may have been thinned. */
static bool is_logger(const struct entry *entry)
{
	if (entry->transport.n)
		return bytes_is(entry->transport, "kernel") || bytes_is(entry->identifier, "ulogd");
	return entry->identifier.n == 0 || bytes_is(entry->identifier, "kernel") ||
	       bytes_is(entry->identifier, "ulogd");
}

static bool read_entry(struct bytes line, struct entry *ret, uint8_t *scratch, size_t room)
{
	struct json_member member;

	*ret = (struct entry){ .message = BYTES("", 0) };
	if (!json_line_begin(&line))
		return false;
	while (json_line_next(&line, &member))
		take_member(&member, ret, scratch, room);
	return json_line_ended(line);
}

enum line_kind journal_parse(void *context, struct bytes line, struct line_packet *ret)
{
	struct entry entry;
	enum line_kind kind;
	uint64_t time;

	(void)context;
	line = bytes_trim(line);
	if (line.n == 0)
		return LINE_OTHER;
	if (!read_entry(line, &entry, ret->scratch, sizeof ret->scratch))
		return LINE_BAD;
	if (!is_logger(&entry))
		return LINE_OTHER;
	kind = logline_message(entry.message, ret);
	if (kind != LINE_PACKET)
		return kind;
	if (!bytes_number(entry.time, INT64_MAX, &time) || !time_is_possible((int64_t)time))
		return LINE_BAD;
	ret->event.time_us = (int64_t)time;
	ret->sensor = entry.host;
	return LINE_PACKET;
}

bool journal_detect(struct bytes head)
{
	struct bytes line = bytes_trim(lines_first(head));

	return line.n && line.p[0] == '{' && memmem(line.p, line.n, "__REALTIME_TIMESTAMP", 20);
}

int journal_open(struct reader *r, struct error *err)
{
	(void)err;
	r->lines.parse = journal_parse;
	return 0;
}
