/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* Logs and tables: each form, with the events it must give. */
#include "packet_help.h"

#include "base/calendar.h"

#include <errno.h>

#define NOW INT64_C(1709251200000000) /* 2024-03-01T00:00:00Z */
#define UTC(text) instant(text)

static int64_t instant(const char *text)
{
	int64_t time = -1;

	assert_true(time_parse(BYTES_TEXT(text), true, &time));
	return time;
}

/* Reads one text; fails unless it gives one event. */
static struct event one_event(const char *text, const struct reader_options *options, const char *sensor)
{
	struct reader *reader = NULL;
	struct error err = ERROR_NONE;
	struct event events[4];
	size_t n;

	if (reader_open_bytes(BYTES_TEXT(text), options, &reader, &err) != 0)
		fail_msg("%s", err.line);
	assert_int_equal(reader_read(reader, events, 4, &n, &err), 0);
	if (n != 1)
		fail_msg("%zu events of: %s", n, text);
	assert_string_equal(reader_sensor_name(reader, events[0].sensor), sensor);
	reader_close(reader);
	return events[0];
}

#define LOG_SYN                                                                                                   \
	"IN=eth0 OUT= MAC=02:00:00:00:00:01:02:00:00:00:00:02:08:00 SRC=192.0.2.1 DST=198.51.100.2 LEN=60 TOS=0x00 " \
	"PREC=0x00 TTL=52 ID=1234 DF PROTO=TCP SPT=40000 DPT=22 WINDOW=1024 RES=0x00 SYN URGP=0"

static void assert_log_syn(const struct event *e)
{
	assert_address(event_source(e), "192.0.2.1");
	assert_address(event_destination(e), "198.51.100.2");
	assert_int_equal(e->source_port, 40000);
	assert_int_equal(e->port, 22);
	assert_int_equal(e->length, 60);
	assert_int_equal(e->known, 0xff);
	assert_int_equal(e->family, 4);
	assert_int_equal(e->protocol, PROTOCOL_TCP);
	assert_int_equal(e->flags, TCP_SYN);
	assert_int_equal(e->ttl, 52);
	assert_int_equal(e->kind, EVENT_PROBE);
	assert_int_equal(e->marks, 0);
}

static void log_times_in_all_forms(void **state)
{
	const struct {
		const char *head;
		int year;
		const char *zone;
		const char *time;
		const char *sensor;
	} rows[] = {
		{ "Feb  5 12:00:01 gate kernel: [123.456789] DROP ", 0, "UTC", "2024-02-05T12:00:01Z", "gate" },
		{ "Feb  5 12:00:01 gate kernel: DROP", 0, "UTC", "2024-02-05T12:00:01Z", "gate" },
		{ "<4>Feb  5 12:00:01 gate kernel: ", 0, "+09:00", "2024-02-05T03:00:01Z", "gate" },
		/* December is not yet over: last year's; so is the second of March */
		{ "Dec 31 23:59:59 gate kernel: ", 0, "UTC", "2023-12-31T23:59:59Z", "gate" },
		{ "Mar  2 00:00:00 gate kernel: ", 0, "UTC", "2023-03-02T00:00:00Z", "gate" },
		{ "Feb 29 00:00:00 gate kernel: ", 0, "UTC", "2024-02-29T00:00:00Z", "gate" },
		{ "Feb  5 12:00:01 gate kernel: ", 2013, "UTC", "2013-02-05T12:00:01Z", "gate" },
		{ "Feb  5 2012 12:00:01 gate kernel: ", 2013, "UTC", "2012-02-05T12:00:01Z", "gate" },
		{ "Feb  5 12:00:01.250 gate kernel: ", 0, "UTC", "2024-02-05T12:00:01.25Z", "gate" },
		{ "Feb  5 12:00:01 kernel: ", 0, "UTC", "2024-02-05T12:00:01Z", "local" },
		{ "2024-02-05T12:00:01.123456+09:00 gate kernel: ", 0, NULL, "2024-02-05T03:00:01.123456Z", "gate" },
		{ "2024-02-05T12:00:01+0900 gate kernel: ", 0, NULL, "2024-02-05T03:00:01Z", "gate" },
		{ "2024-02-05T12:00:01Z gate kernel: [UFW BLOCK] ", 0, NULL, "2024-02-05T12:00:01Z", "gate" },
		{ "2024-02-05 12:00:01 gate kernel: ", 0, "-01:00", "2024-02-05T13:00:01Z", "gate" },
		{ "<4>1 2024-02-05T12:00:01.5Z gate kernel - - - ", 0, NULL, "2024-02-05T12:00:01.5Z", "gate" },
		{ "Feb  5 12:00:01 gate ulogd[123]: ", 0, "UTC", "2024-02-05T12:00:01Z", "gate" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct reader_options options = { .year = rows[i].year, .zone = rows[i].zone, .now_us = NOW };
		char line[1024];
		struct event e;
		snprintf(line, sizeof line, "%s%s\n", rows[i].head, LOG_SYN);
		e = one_event(line, &options, rows[i].sensor);
		assert_log_syn(&e);
		if (e.time_us != UTC(rows[i].time))
			fail_msg("%s is at %lld", rows[i].head, (long long)e.time_us);
	}
}

static void log_years_go_on_behind_december(void **state)
{
	static const char text[] = "Dec 31 23:59:59 gate kernel: " LOG_SYN "\n"
				   "Jan  1 00:00:00 gate kernel: " LOG_SYN "\n";
	struct reader_options options = { .year = 2019, .zone = "UTC" };
	struct reader_report report;
	struct event events[4];

	(void)state;
	assert_int_equal(read_events(BYTES_TEXT(text), &options, events, 4, &report), 2);
	assert_int_equal(events[0].time_us, UTC("2019-12-31T23:59:59Z"));
	assert_int_equal(events[1].time_us, UTC("2020-01-01T00:00:00Z"));
}

/* What a line gives; -1 is unknown. */
struct expected {
	const char *fields;
	const char *source, *destination;
	int protocol, source_port, port, flags, length, ttl;
	uint8_t kind, marks;
};

static void assert_column(int expected, bool is_known, int value)
{
	assert_int_equal(is_known ? value : -1, expected);
}

static void assert_expected(const struct expected *row, const struct event *e)
{
	assert_address(event_source(e), row->source);
	assert_address(event_destination(e), row->destination);
	assert_column(row->protocol, e->known & EVENT_HAS_PROTOCOL, e->protocol);
	assert_column(row->source_port, e->known & EVENT_HAS_SOURCE_PORT, e->source_port);
	assert_column(row->port, e->known & EVENT_HAS_PORT, e->port);
	assert_column(row->flags, e->known & EVENT_HAS_FLAGS, e->flags);
	assert_column(row->length, e->known & EVENT_HAS_LENGTH, e->length);
	assert_column(row->ttl, e->known & EVENT_HAS_TTL, e->ttl);
	assert_int_equal(e->kind, row->kind);
	assert_int_equal(e->marks, row->marks);
}

#define FROM "SRC=192.0.2.1 DST=198.51.100.2 "
#define FROM6 "SRC=2001:0db8:0000:0000:0000:0000:0000:0001 DST=2001:0db8:0000:0000:0000:0000:0000:0002 "
#define NAMES "192.0.2.1", "198.51.100.2"
#define NAMES6 "2001:db8::1", "2001:db8::2"

static void log_fields_of_each_protocol(void **state)
{
	const struct expected rows[] = {
		{ FROM "LEN=44 TOS=0x00 PREC=0x00 TTL=240 ID=54321 PROTO=TCP SPT=1 DPT=23 WINDOW=65535 "
		  "RES=0x00 SYN URGP=0",
		  NAMES, 6, 1, 23, 2, 44, 240, EVENT_PROBE, EVENT_MARK_ZMAP },
		/* with --log-tcp-sequence; 3325256706 is 198.51.100.2 */
		{ FROM "LEN=44 TTL=240 ID=7 PROTO=TCP SPT=1 DPT=23 SEQ=3325256706 ACK=0 WINDOW=5 RES=0x00 SYN "
		  "URGP=0",
		  NAMES, 6, 1, 23, 2, 44, 240, EVENT_PROBE, EVENT_MARK_MIRAI },
		/* 6402 ^ 0017 ^ 0001 = 6414 = 25620 */
		{ FROM "LEN=44 TTL=240 ID=25620 PROTO=TCP SPT=1 DPT=23 SEQ=1 ACK=0 WINDOW=5 RES=0x00 SYN URGP=0",
		  NAMES, 6, 1, 23, 2, 44, 240, EVENT_PROBE, EVENT_MARK_MASSCAN },
		{ FROM "LEN=40 TTL=240 ID=54321 PROTO=TCP SPT=80 DPT=2 WINDOW=5 RES=0x00 ACK SYN URGP=0",
		  NAMES, 6, 80, 2, 0x12, 40, 240, EVENT_BACKSCATTER, 0 },
		{ FROM "LEN=40 TTL=240 ID=1 PROTO=TCP SPT=80 DPT=2 WINDOW=5 RES=0x00 RST URGP=0",
		  NAMES, 6, 80, 2, 4, 40, 240, EVENT_BACKSCATTER, 0 },
		{ FROM "LEN=40 TTL=240 ID=1 PROTO=TCP SPT=80 DPT=2 WINDOW=5 RES=0x00 URGP=0",
		  NAMES, 6, 80, 2, 0, 40, 240, EVENT_OTHER, 0 },
		{ FROM "LEN=40 TTL=240 ID=1 PROTO=TCP SPT=80 DPT=2", NAMES, 6, 80, 2, -1, 40, 240, EVENT_UNKNOWN, 0 },
		{ FROM "LEN=78 TTL=1 ID=9 PROTO=UDP SPT=137 DPT=138 LEN=58",
		  NAMES, 17, 137, 138, -1, 78, 1, EVENT_PROBE, 0 },
		{ FROM "LEN=84 TTL=1 ID=9 DF PROTO=ICMP TYPE=8 CODE=0 ID=54321 SEQ=1",
		  NAMES, 1, -1, 0x800, -1, 84, 1, EVENT_PROBE, 0 },
		/* an error quotes the packet it answers */
		{ FROM "LEN=84 TTL=1 ID=9 PROTO=ICMP TYPE=3 CODE=3 [SRC=198.51.100.2 DST=203.0.113.9 LEN=40 "
		  "TTL=5 ID=1 PROTO=UDP SPT=5 DPT=6 LEN=20 ]",
		  NAMES, 1, -1, 0x303, -1, 84, 1, EVENT_BACKSCATTER, 0 },
		{ FROM "LEN=84 TTL=1 ID=54321 FRAG:185 PROTO=UDP", NAMES, 17, -1, -1, -1, 84, 1, EVENT_OTHER, 0 },
		{ FROM "LEN=84 TTL=1 ID=9 PROTO=47", NAMES, 47, -1, -1, -1, 84, 1, EVENT_OTHER, 0 },
		{ FROM "LEN=84 TTL=1 ID=9 PROTO=ESP SPI=0x1", NAMES, 50, -1, -1, -1, 84, 1, EVENT_OTHER, 0 },
		{ FROM6 "LEN=80 TC=0 HOPLIMIT=64 FLOWLBL=0 PROTO=TCP SPT=1 DPT=23 WINDOW=1 RES=0x00 SYN URGP=0",
		  NAMES6, 6, 1, 23, 2, 80, 64, EVENT_PROBE, 0 },
		{ FROM6 "LEN=80 TC=0 HOPLIMIT=64 FLOWLBL=0 PROTO=ICMPv6 TYPE=128 CODE=0 ID=1 SEQ=1",
		  NAMES6, 58, -1, 0x8000, -1, 80, 64, EVENT_PROBE, 0 },
	};
	struct reader_options options = { .now_us = NOW };

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		char line[1024];
		struct event e;
		snprintf(line, sizeof line, "2024-02-05T12:00:01Z gate kernel: IN=eth0 OUT= %s\n", rows[i].fields);
		e = one_event(line, &options, "gate");
		assert_expected(&rows[i], &e);
	}
}

static void log_years_go_back_for_late_lines(void **state)
{
	static const char text[] = "Dec 31 23:59:59 gate kernel: " LOG_SYN "\n"
				   "Jan  1 00:00:00 roof kernel: " LOG_SYN "\n"
				   "Dec 31 23:59:59 gate kernel: " LOG_SYN "\n"
				   "Jan  1 00:00:00 gate kernel: " LOG_SYN "\n";
	struct reader_options options = { .year = 2019, .zone = "UTC" };
	struct reader_report report;
	struct event events[8];

	(void)state;
	assert_int_equal(read_events(BYTES_TEXT(text), &options, events, 8, &report), 4);
	assert_int_equal(events[2].time_us, UTC("2019-12-31T23:59:59Z"));
	assert_int_equal(events[3].time_us, UTC("2020-01-01T00:00:00Z"));
}

static void log_lines_that_are_no_packets_are_counted(void **state)
{
	static const char text[] =
		"2024-02-05T12:00:01Z gate kernel: " LOG_SYN "\n"
		"2024-02-05T12:00:01Z gate systemd[1]: Started something.\n"
		"\n"
		"2024-02-05T12:00:01Z gate sshd[9]: Invalid user " LOG_SYN "\n" /* anyone can write that */
		"not a time gate kernel: " LOG_SYN "\n"
		"2024-02-05T12:00:01Z gate kernel: IN=eth0 OUT= SRC=192.0.2.999 DST=198.51.100.2 LEN=1 PROTO=TCP\n"
		"2024-02-05T12:00:01Z gate kernel: OUTIN= OUT=eth0 SRC=192.0.2.1 DST=198.51.100.2 LEN=1 PROTO=UDP\n"
		"2024-02-05T12:00:01Z roof kernel: IN=eth0 OUT=eth1 SRC=192.0.2.1 DST=198.51.100.2 LEN=9 PROTO=UDP";
	struct reader_report report;
	struct reader_options options = { .now_us = NOW };
	struct event events[8];

	(void)state;
	assert_int_equal(read_events(BYTES_TEXT(text), &options, events, 8, &report), 2);
	assert_string_equal(report.format, "log");
	assert_int_equal(events[1].sensor, 1);
	assert_int_equal(report.lines, 8);
	assert_int_equal(report.lines_other, 3);
	assert_int_equal(report.lines_bad, 2);
	assert_int_equal(report.first_bad_line, 5);
	assert_int_equal(report.packets, 3);
	assert_int_equal(report.skipped[SKIP_OUTGOING], 1);
	assert_false(report.is_truncated);
}

static void log_without_a_year_needs_to_know_now(void **state)
{
	struct reader_options options = { .format = "log" };
	struct reader_report report;
	struct event events[4];

	(void)state;
	assert_int_equal(read_events(BYTES_TEXT("Feb  5 12:00:01 gate kernel: " LOG_SYN "\n"), &options, events, 4,
				     &report), 0);
	assert_int_equal(report.lines_bad, 1);
}

static void lines_too_long_are_passed_over(void **state)
{
	_cleanup_(buf_clear) struct buf b;
	struct reader_options options = { .format = "log", .now_us = NOW };
	struct reader_report report;
	struct event events[4];

	(void)state;
	buf_init(&b, 1 << 20);
	for (int i = 0; i < 200000; i++)
		buf_add_char(&b, 'x');
	buf_add_text(&b, "\r\n2024-02-05T12:00:01Z gate kernel: " LOG_SYN "\r\n");
	assert_int_equal(read_events(buf_bytes(&b), &options, events, 4, &report), 1);
	assert_log_syn(&events[0]);
	assert_int_equal(report.lines, 2);
	assert_int_equal(report.first_bad_line, 1);
}

#define JOURNAL(members) "{ \"__CURSOR\" : \"s=1\", \"__REALTIME_TIMESTAMP\" : \"1707134401123456\", " members "}\n"

static void journal_entries(void **state)
{
	static const char *const rows[] = {
		JOURNAL("\"_HOSTNAME\":\"gate\",\"_TRANSPORT\":\"kernel\",\"MESSAGE\":\"DROP " LOG_SYN "\""),
		JOURNAL("\"MESSAGE\":\"D\\u0052\\\"OP\\\\ " LOG_SYN "\",\"_HOSTNAME\":\"g\\u0061te\""),
		JOURNAL("\"_HOSTNAME\":\"gate\",\"PRIORITY\":4,\"X\":[{\"a\":[1,\"]\"]}],\"MESSAGE\":\"" LOG_SYN "\""),
	};
	struct reader_options options = { .now_us = NOW };

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct event e = one_event(rows[i], &options, "gate");
		assert_log_syn(&e);
		assert_int_equal(e.time_us, 1707134401123456);
	}
}

static void journal_messages_may_be_bytes(void **state)
{
	_cleanup_(buf_clear) struct buf b;
	struct reader_options options = { .now_us = NOW };
	struct event e;

	(void)state;
	buf_init(&b, 8192);
	buf_add_text(&b, "{\"__REALTIME_TIMESTAMP\":\"1707134401123456\",\"_HOSTNAME\":\"gate\",\"MESSAGE\":[255");
	for (const char *c = " " LOG_SYN; *c; c++)
		buf_addf(&b, ",%d", *c);
	buf_add_text(&b, "]}\n");
	e = one_event(b.p, &options, "gate");
	assert_log_syn(&e);
}

static void journal_entries_of_others_and_broken_ones(void **state)
{
	static const char text[] =
		JOURNAL("\"_HOSTNAME\":\"gate\",\"_TRANSPORT\":\"kernel\",\"MESSAGE\":\"" LOG_SYN "\"")
		JOURNAL("\"_HOSTNAME\":\"gate\",\"_TRANSPORT\":\"syslog\",\"MESSAGE\":\"" LOG_SYN "\"")
		JOURNAL("\"_HOSTNAME\":\"gate\",\"_TRANSPORT\":\"kernel\",\"MESSAGE\":\"eth0: link is up\"")
		"{\"__REALTIME_TIMESTAMP\":\"1707134401123456\",\"MESSAGE\":\"" LOG_SYN "\n"
		"{\"__REALTIME_TIMESTAMP\":\"soon\",\"MESSAGE\":\"" LOG_SYN "\"}\n";
	struct reader_options options = { .now_us = NOW };
	struct reader_report report;
	struct event events[8];

	(void)state;
	assert_int_equal(read_events(BYTES_TEXT(text), &options, events, 8, &report), 1);
	assert_string_equal(report.format, "journal");
	assert_int_equal(report.lines_other, 2);
	assert_int_equal(report.lines_bad, 2);
	assert_int_equal(report.first_bad_line, 4);
}

static void dshield_rows(void **state)
{
	const struct {
		const char *time;
		const char *sensor;
		struct expected e;
	} rows[] = {
		{ "2013-05-18T19:00:01Z", "4711",
		  { "2013-05-18 19:00:01 +00:00\t4711\t1\t192.0.2.1\t40000\t198.51.100.2\t22\t6\tS\n",
		    NAMES, 6, 40000, 22, 2, -1, -1, EVENT_PROBE, 0 } },
		{ "2013-05-18T10:00:01Z", "local",
		  { "2013-05-18 19:00:01 +0900\t0\t1\t192.000.002.001\t40000\t198.051.100.002\t22\tTCP\t12S\n",
		    NAMES, 6, 40000, 22, 0xc2, -1, -1, EVENT_PROBE, 0 } },
		{ "2013-05-18T19:00:01Z", "a",
		  { "2013-05-18 19:00:01\ta\t1\t192.0.2.1\t???\t198.51.100.2\t53\tUDP\n",
		    NAMES, 17, -1, 53, -1, -1, -1, EVENT_PROBE, 0 } },
		{ "2013-05-18T19:00:01Z", "a",
		  { "2013-05-18 19:00:01 -00:00\ta\t1\t192.0.2.1\t8\t198.51.100.2\t0\t1\t\n",
		    NAMES, 1, -1, 0x800, -1, -1, -1, EVENT_PROBE, 0 } },
		{ "2013-05-18T19:00:01Z", "a",
		  { "2013-05-18 19:00:01 +00:00\ta\t1\t192.0.2.1\t40000\t198.51.100.2\t22\t6\t\n",
		    NAMES, 6, 40000, 22, -1, -1, -1, EVENT_UNKNOWN, 0 } },
	};
	struct reader_options options = { .now_us = NOW };

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct event e = one_event(rows[i].e.fields, &options, rows[i].sensor);
		assert_expected(&rows[i].e, &e);
		assert_int_equal(e.time_us, UTC(rows[i].time));
	}
}

#define DSHIELD(count) "2013-05-18 19:00:01 +00:00\ta\t" count "\t192.0.2.1\t1\t198.51.100.2\t22\t6\tS\n"

static void dshield_counts_are_events_up_to_a_limit(void **state)
{
	static struct event events[100100];
	static const char text[] = "# a comment\n" DSHIELD("3") DSHIELD("0") DSHIELD("99999999999") DSHIELD("100005");
	struct reader_options options = { .now_us = NOW };
	struct reader_report report;

	(void)state;
	assert_int_equal(read_events(BYTES_TEXT(text), &options, events, 100100, &report), 100003);
	assert_string_equal(report.format, "dshield");
	assert_int_equal(report.packets, 100008);
	assert_int_equal(report.skipped[SKIP_REPEAT_LIMIT], 5);
	assert_int_equal(report.lines_bad, 2);
	assert_int_equal(report.first_bad_line, 3);
}

static void csv_of_the_honeypots_is_known(void **state)
{
	static const char text[] = "datetime,host,src,proto,type,spt,dpt\n"
				   "2013-03-03 21:53:59,groucho-oregon,1032051418,TCP,,6000,1433\n"
				   "2013-03-03 21:54:00,groucho-tokyo,1347834426,UDP,,5270,5060\n"
				   "2013-03-03 21:54:01,groucho-oregon,1347834426,ICMP,8,,\n";
	const struct reader_options options = { .year = 0 };
	struct reader_report report;
	struct event events[8];

	(void)state;
	assert_int_equal(read_events(BYTES_TEXT(text), &options, events, 8, &report), 3);
	assert_string_equal(report.format, "csv");
	assert_int_equal(events[0].time_us, UTC("2013-03-03T21:53:59Z"));
	assert_address(event_source(&events[0]), "61.131.218.218");
	assert_address(event_destination(&events[0]), "unknown");
	assert_int_equal(events[0].known,
			 EVENT_HAS_SOURCE | EVENT_HAS_SOURCE_PORT | EVENT_HAS_PORT | EVENT_HAS_PROTOCOL);
	assert_int_equal(events[0].port, 1433);
	assert_int_equal(events[0].source_port, 6000);
	assert_int_equal(events[0].kind, EVENT_UNKNOWN);
	assert_int_equal(events[1].kind, EVENT_PROBE);
	assert_int_equal(events[1].sensor, 1);
	assert_int_equal(events[2].sensor, 0);
	assert_int_equal(events[2].port, 8 << 8);
	assert_int_equal(events[2].known, EVENT_HAS_SOURCE | EVENT_HAS_PORT | EVENT_HAS_PROTOCOL);
	assert_int_equal(events[2].kind, EVENT_PROBE);
	assert_int_equal(report.lines, 4);
	assert_int_equal(report.lines_other, 1);
}

static void csv_with_our_own_columns(void **state)
{
	static const char text[] =
		"\xef\xbb\xbftime,sensor,source,destination,protocol,source_port,port,flags,ttl,length,kind,marks,"
		"\"a \"\"note\"\"\"\r\n"
		"2024-02-05T12:00:01.5Z,\"tokyo, \"\"one\"\"\",192.0.2.1,198.51.100.2,tcp,40000,22,S,52,40,probe,"
		"zmap mirai,\"two\r\nlines\"\r\n"
		"1707134401.25,,2001:db8::1,2001:db8::2,icmp6,,128/0,,64,48,,,\r\n"
		"2024-02-05T12:00:01Z,a,192.0.2.1,,udp,,,,,,other,,\r\n"
		"2024-02-05T12:00:01Z,a,192.0.2.1,2001:db8::1,udp,,,,,,,,\r\n"
		"2024-02-05T12:00:01Z,a,192.0.2.1,,udp,,,\r\n"
		"2024-02-05T12:00:01Z,a,,,,,,,,,,,\r\n";
	struct reader_options options = { .sensor = "none" };
	struct reader_report report;
	struct event events[8];

	(void)state;
	assert_int_equal(read_events(BYTES_TEXT(text), &options, events, 8, &report), 4);
	assert_int_equal(events[0].time_us, UTC("2024-02-05T12:00:01.5Z"));
	assert_int_equal(events[0].known, 0xff);
	assert_int_equal(events[0].marks, EVENT_MARK_ZMAP | EVENT_MARK_MIRAI);
	assert_int_equal(events[0].flags, TCP_SYN);
	assert_int_equal(events[1].time_us, INT64_C(1707134401250000));
	assert_int_equal(events[1].port, 0x8000);
	assert_int_equal(events[1].family, 6);
	assert_true(events[1].known & EVENT_HAS_CODE);
	assert_int_equal(events[2].kind, EVENT_OTHER);
	assert_int_equal(events[3].known, 0);
	assert_int_equal(events[3].family, 0);
	assert_int_equal(events[3].kind, EVENT_UNKNOWN);
	assert_int_equal(report.lines, 8);
	assert_int_equal(report.lines_bad, 2);
	assert_int_equal(report.first_bad_line, 6);
}

static void csv_with_a_mapping(void **state)
{
	static const char text[] = "when,what,to\n2024-02-05 12:00:01,TCP,443\n";
	struct reader_options options = { .map = "time=when, protocol=what,port=to", .zone = "+09:00" };
	struct event e = one_event(text, &options, "local");

	(void)state;
	assert_int_equal(e.time_us, UTC("2024-02-05T03:00:01Z"));
	assert_int_equal(e.port, 443);
}

static void csv_headers_that_do_not_fit_give_a_line(void **state)
{
	const struct {
		const char *text, *map, *line;
		int result;
	} rows[] = {
		{ "when,to\n", NULL, "the header has no time column", -EBADMSG },
		{ "when,to\n", "time=when,port=dport", "the header has no column 'dport'", -EBADMSG },
		{ "when,to\n", "tim=when", "the mapping 'tim=when' names 'tim', which is no column", -EINVAL },
		{ "when,to\n", "time=when,,port=to",
		  "the mapping 'time=when,,port=to' names '', which is no column", -EINVAL },
		{ "time,time\n", NULL, "the header has the column 'time' twice", -EBADMSG },
		{ "time,\"po\n", NULL, "the header is not CSV", -EBADMSG },
		{ "", NULL, "the CSV file has no header line", -EBADMSG },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct reader_options options = { .format = "csv", .map = rows[i].map };
		struct error err = ERROR_NONE;
		struct reader *reader;
		assert_int_equal(reader_open_bytes(BYTES_TEXT(rows[i].text), &options, &reader, &err), rows[i].result);
		assert_string_equal(err.line, rows[i].line);
	}
}

static void options_that_are_wrong_give_a_line(void **state)
{
	const struct {
		struct reader_options options;
		const char *line;
	} rows[] = {
		{ { .zone = "Mars" }, "no such zone 'Mars'" },
		{ { .sensor = "a\nb" }, "'a?b' is not a name for a sensor" },
		{ { .year = -1 }, "year -1 is not one" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct error err = ERROR_NONE;
		struct reader *reader;
		assert_int_equal(reader_open_bytes(BYTES_TEXT("x"), &rows[i].options, &reader, &err), -EINVAL);
		assert_string_equal(err.line, rows[i].line);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(log_times_in_all_forms),
		cmocka_unit_test(log_years_go_on_behind_december),
		cmocka_unit_test(log_years_go_back_for_late_lines),
		cmocka_unit_test(log_fields_of_each_protocol),
		cmocka_unit_test(log_lines_that_are_no_packets_are_counted),
		cmocka_unit_test(log_without_a_year_needs_to_know_now),
		cmocka_unit_test(lines_too_long_are_passed_over),
		cmocka_unit_test(journal_entries),
		cmocka_unit_test(journal_messages_may_be_bytes),
		cmocka_unit_test(journal_entries_of_others_and_broken_ones),
		cmocka_unit_test(dshield_rows),
		cmocka_unit_test(dshield_counts_are_events_up_to_a_limit),
		cmocka_unit_test(csv_of_the_honeypots_is_known),
		cmocka_unit_test(csv_with_our_own_columns),
		cmocka_unit_test(csv_with_a_mapping),
		cmocka_unit_test(csv_headers_that_do_not_fit_give_a_line),
		cmocka_unit_test(options_that_are_wrong_give_a_line),
	};
	return cmocka_run_group_tests_name("packet_line", tests, NULL, NULL);
}
