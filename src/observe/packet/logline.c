/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* What the kernel's packet filter logs: net/netfilter/nf_log_syslog.c of Linux has the forms. */
#include "observe/packet/logline.h"

#include "base/calendar.h"
#include "base/cleanup.h"
#include "observe/packet/field_int.h"
#include "observe/packet/mark.h"

/* The next word; blanks before it are passed over. */
static bool take_word(struct bytes *c, struct bytes *ret)
{
	while (c->n && c->p[0] == ' ')
		take_skip(c, 1);
	return c->n && take_until(c, ' ', ret);
}

static size_t find(struct bytes text, const char *what)
{
	const uint8_t *at = text.n ? memmem(text.p, text.n, what, strlen(what)) : NULL;

	return at ? (size_t)(at - text.p) : text.n;
}

/* The fields of one message, in the order in which they may come. */
struct message {
	struct event *event;
	bool is_fragment; /* not the first one */
	bool has_sequence, has_identification, has_protocol, is_bad;
	uint32_t sequence;
	uint16_t identification;
};

static void take_length(struct message *m, struct bytes value)
{
	/* UDP has a second one, of its own. */
	if (!(m->event->known & EVENT_HAS_LENGTH))
		field_length(value, m->event);
}

static void take_identification(struct message *m, struct bytes value)
{
	uint64_t number;

	/* Behind the protocol it is ICMP's. */
	if (m->has_protocol || !bytes_number(value, 65535, &number))
		return;
	m->identification = (uint16_t)number;
	m->has_identification = true;
}

static void take_sequence(struct message *m, struct bytes value)
{
	uint64_t number;

	if (m->event->protocol != PROTOCOL_TCP || !bytes_number(value, UINT32_MAX, &number))
		return;
	m->sequence = (uint32_t)number;
	m->has_sequence = true;
}

static void take_source(struct message *m, struct bytes value)
{
	m->is_bad = m->is_bad || !field_source(value, m->event);
}

static void take_destination(struct message *m, struct bytes value)
{
	m->is_bad = m->is_bad || !field_destination(value, m->event);
}

static void take_protocol(struct message *m, struct bytes value)
{
	m->has_protocol = true;
	m->is_bad = m->is_bad || !field_protocol(value, m->event);
}

static void take_ttl(struct message *m, struct bytes value)
{
	field_ttl(value, m->event);
}

static void take_source_port(struct message *m, struct bytes value)
{
	field_source_port(value, m->event);
}

static void take_port(struct message *m, struct bytes value)
{
	field_port(value, m->event);
}

static void take_type(struct message *m, struct bytes value)
{
	if (event_is_icmp(m->event))
		field_type(value, m->event);
}

static void take_code(struct message *m, struct bytes value)
{
	if (event_is_icmp(m->event))
		field_code(value, m->event);
}

/* RES= stands before the flags of TCP, so that a line with it has them all, and perhaps none is set. */
static void take_reserved(struct message *m, struct bytes value)
{
	(void)value;
	if (m->event->protocol == PROTOCOL_TCP)
		m->event->known |= EVENT_HAS_FLAGS;
}

static const struct {
	const char *key;
	void (*take)(struct message *m, struct bytes value);
} keys[] = {
	{ "SRC", take_source },        { "DST", take_destination },   { "LEN", take_length },
	{ "TTL", take_ttl },           { "HOPLIMIT", take_ttl },      { "ID", take_identification },
	{ "PROTO", take_protocol },    { "SPT", take_source_port },   { "DPT", take_port },
	{ "SEQ", take_sequence },      { "TYPE", take_type },         { "CODE", take_code },
	{ "RES", take_reserved },
};

static const struct {
	const char *word;
	uint8_t flag;
} flag_words[] = {
	{ "CWR", 0x80 }, { "ECE", 0x40 }, { "URG", 0x20 }, { "ACK", TCP_ACK },
	{ "PSH", 0x08 }, { "RST", TCP_RST }, { "SYN", TCP_SYN }, { "FIN", TCP_FIN },
};

static void take_flag(struct message *m, struct bytes word)
{
	if (bytes_starts(word, "FRAG:"))
		m->is_fragment = !bytes_is(word, "FRAG:0");
	if (m->event->protocol != PROTOCOL_TCP)
		return;
	for (size_t i = 0; i < COUNT(flag_words); i++)
		if (bytes_is(word, flag_words[i].word)) {
			m->event->flags |= flag_words[i].flag;
			m->event->known |= EVENT_HAS_FLAGS;
		}
}

static void take_field(struct message *m, struct bytes word)
{
	struct bytes value = word, key;

	if (!take_until(&value, '=', &key) || key.n == word.n) {
		take_flag(m, word);
		return;
	}
	for (size_t i = 0; i < COUNT(keys); i++)
		if (bytes_is(key, keys[i].key))
			keys[i].take(m, value);
}

/* "IN= OUT=eth0": the packet left. What stands before IN= is the rule's prefix, perhaps without a blank. */
static bool is_outgoing(struct bytes before)
{
	size_t at = find(before, "OUT=");
	struct bytes out = BYTES(before.p + at, before.n - at), in = BYTES(before.p, at);

	if (at == before.n || at < 4)
		return false;
	in = bytes_trim(in);
	return in.n >= 3 && memcmp(in.p + in.n - 3, "IN=", 3) == 0 && out.n > 4 && out.p[4] != ' ';
}

/* An ICMP error quotes the packet it answers in brackets; that one is not ours. */
static void take_fields(struct message *m, struct bytes fields)
{
	struct bytes word;

	while (take_word(&fields, &word) && word.p[0] != '[')
		take_field(m, word);
}

enum line_kind logline_message(struct bytes message, struct line_packet *ret)
{
	struct message m = { .event = &ret->event };
	struct event *e = &ret->event;
	size_t at = find(message, " SRC=");

	if (at == message.n)
		return LINE_OTHER;
	take_fields(&m, BYTES(message.p + at, message.n - at));
	if (m.is_bad)
		return LINE_BAD;
	if (is_outgoing(BYTES(message.p, at)))
		ret->skip = SKIP_OUTGOING;
	e->kind = m.is_fragment ? EVENT_OTHER : event_kind_of(e);
	e->marks = marks_of(e, m.has_identification ? &m.identification : NULL, m.has_sequence ? &m.sequence : NULL);
	return LINE_PACKET;
}

static int month_of(struct bytes word)
{
	static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";

	for (int i = 0; word.n == 3 && i < 12; i++)
		if (memcmp(word.p, months + i * 3, 3) == 0)
			return i + 1;
	return 0;
}

/* Microseconds of day from HH:MM:SS and perhaps a fraction: those of a day that is known. */
static bool clock_parse(struct bytes text, int64_t *ret_us)
{
	uint8_t whole[40] = "1970-01-01T";

	if (text.n < 8 || text.n > sizeof whole - 11)
		return false;
	memcpy(whole + 11, text.p, text.n);
	if (text.p[text.n - 1] < '0' || text.p[text.n - 1] > '9')
		return false;
	return time_parse(BYTES(whole, 11 + text.n), true, ret_us);
}

static bool instant_in_year(const struct log_context *context, int year, int month, int day, int64_t of_day,
			    int64_t *ret_us)
{
	struct date d = { year, month, day };

	if (!date_is_valid(d))
		return false;
	*ret_us = zone_instant(&context->zone, date_to_days(d) * DAY_US + of_day);
	return time_is_possible(*ret_us);
}

/* The latest year in which the day exists (29 February) and is not after now. */
static bool instant_before_now(const struct log_context *context, int month, int day, int64_t of_day, int64_t *ret_us)
{
	int last = date_from_days(context->now_us / DAY_US).year + 1;

	for (int year = last; context->now_us > 0 && year > last - 10; year--)
		if (instant_in_year(context, year, month, day, of_day, ret_us) && *ret_us <= context->now_us)
			return true;
	return false;
}

/* January behind December is of the next year. Where several hosts write one log, the last day's lines may still
 * come behind the first's. */
static int follow_year(struct log_context *context, int month, int day)
{
	if (context->month == 12 && month == 1)
		context->year++;
	else if (context->month == 1 && context->day == 1 && month == 12 && day == 31)
		context->year--;
	context->month = month;
	context->day = day;
	return context->year;
}

/* RFC 3164 §4.1.2: "Jan  5 12:00:01"; some write the year before the clock. */
static bool take_old_time(struct log_context *context, struct bytes *c, int64_t *ret_us)
{
	struct bytes month_word, day_word, word;
	uint64_t day, year = 0;
	int64_t of_day;
	int month;

	if (!take_word(c, &month_word) || !take_word(c, &day_word) || !take_word(c, &word))
		return false;
	month = month_of(month_word);
	if (!month || !bytes_number(day_word, 31, &day))
		return false;
	if (word.n == 4 && (!bytes_number(word, 9999, &year) || !take_word(c, &word)))
		return false;
	if (!clock_parse(word, &of_day))
		return false;
	if (year == 0 && context->year == 0)
		return instant_before_now(context, month, (int)day, of_day, ret_us);
	if (year == 0)
		year = (uint64_t)follow_year(context, month, (int)day);
	return instant_in_year(context, (int)year, month, (int)day, of_day, ret_us);
}

static bool take_time(struct log_context *context, struct bytes *c, int64_t *ret_us)
{
	struct bytes word;

	if (c->n == 0 || c->p[0] < '0' || c->p[0] > '9')
		return take_old_time(context, c, ret_us);
	if (!take_word(c, &word))
		return false;
	/* "2024-01-05 12:00:01" with a blank. */
	if (word.n == 10 && c->n && take_until(c, ' ', &word))
		word = BYTES(word.p - 11, word.n + 11);
	return field_time(word, &context->zone, ret_us);
}

/* "<4>" and, in RFC 5424's form, the version behind it. */
static bool take_priority(struct bytes *c, bool *ret_is_5424)
{
	struct bytes word;
	uint64_t number;

	*ret_is_5424 = false;
	if (c->n && c->p[0] == '<') {
		take_skip(c, 1);
		if (!take_until(c, '>', &word) || !bytes_number(word, 191, &number))
			return false;
	}
	if (bytes_starts(*c, "1 ")) {
		take_skip(c, 2);
		*ret_is_5424 = true;
	}
	return true;
}

static bool is_logger(struct bytes tag)
{
	return bytes_starts(tag, "kernel") || bytes_starts(tag, "ulogd");
}

/* The host, and whether the line is of a program that logs packets: else anyone who gets a text into any log could
 * write events. */
static bool take_sender(struct bytes *c, bool is_5424, struct bytes *ret_host)
{
	struct bytes rest = *c, tag;

	if (!take_word(&rest, ret_host))
		return false;
	if (ret_host->p[ret_host->n - 1] == ':') {
		tag = *ret_host;
		ret_host->n = 0;
	} else {
		*c = rest;
		if (!take_word(&rest, &tag))
			return false;
	}
	return is_logger(tag) || (!is_5424 && tag.p[tag.n - 1] != ':');
}

enum line_kind logline_parse(void *context, struct bytes line, struct line_packet *ret)
{
	struct log_context *log = context;
	bool is_5424;

	if (find(line, " SRC=") == line.n)
		return LINE_OTHER;
	if (!take_priority(&line, &is_5424) || !take_time(log, &line, &ret->event.time_us))
		return LINE_BAD;
	if (!take_sender(&line, is_5424, &ret->sensor))
		return LINE_OTHER;
	return logline_message(line, ret);
}
