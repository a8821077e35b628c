/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* Bulk lists: tables and lines, zones, what is not understood, pieces of any size, memory. */
#include "base/buf.h"
#include "base/cleanup.h"
#include "base/memory.h"
#include "format/exchange/list.h"

#include <malloc.h>
#include <setjmp.h>
#include <cmocka.h>

/* What was told, a line each: `2 192.0.2.1 2014-01-15T03:34:56Z field 80/tcp AS64500 JP host url kind`, `3! why`. */
static int tell_row(void *context, const struct list_row *row)
{
	struct buf *b = context;
	char text[CALENDAR_TEXT_MAX], address[ADDRESS_TEXT_MAX];

	buf_addf(b, "%llu", (unsigned long long)row->line);
	if (row->address.family)
		buf_addf(b, " %s", address_format(&row->address, address));
	if (row->has_instant)
		buf_addf(b, " %s %s", row->has_time ? time_format_utc(row->time_us, text) : instant_format(&row->instant, text),
			 list_zone_names[row->zone]);
	if (row->has_port)
		buf_addf(b, " :%u", row->port);
	if (row->protocol.n)
		buf_addf(b, "/%.*s", (int)row->protocol.n, (const char *)row->protocol.p);
	if (row->asn)
		buf_addf(b, " AS%u", row->asn);
	if (row->country[0])
		buf_addf(b, " %s", row->country);
	for (int i = 0; i < 3; i++) {
		struct bytes part = i == 0 ? row->host : i == 1 ? row->url : row->kind;
		if (part.n)
			buf_addf(b, " %.*s", (int)part.n, (const char *)part.p);
	}
	buf_add_char(b, '\n');
	return 0;
}

static int tell_fault(void *context, uint64_t line, struct bytes raw, const char *why)
{
	(void)raw;
	buf_addf(context, "%llu! %s\n", (unsigned long long)line, why);
	return 0;
}

static void read_in_pieces(const char *text, size_t piece, const struct list_options *like, struct buf *told)
{
	struct list_options o = *like;
	struct list_reader *r;
	struct bytes rest = BYTES_TEXT(text), part;

	o.row = tell_row;
	o.fault = tell_fault;
	o.context = told;
	o.received_us = INT64_C(1389760496) * SECOND_US;
	r = list_reader_new(&o);
	while (rest.n) {
		take_bytes(&rest, MIN(piece, rest.n), &part);
		assert_int_equal(list_reader_feed(r, part), 0);
	}
	assert_int_equal(list_reader_end(r), 0);
	list_reader_free(r);
}

static void expect(const char *text, const struct list_options *o, const char *expected)
{
	static const size_t pieces[] = { 1 << 20, 7, 1 };

	for (size_t i = 0; i < COUNT(pieces); i++) {
		_cleanup_(buf_clear) struct buf told;
		buf_init(&told, 1 << 20);
		buf_add_char(&told, '\n');
		read_in_pieces(text, pieces[i], o, &told);
		assert_string_equal(told.p + 1, expected);
	}
}

static const struct list_options plain = { .has_offset = false }, utc = { .has_offset = true };

static void tables(void **state)
{
	(void)state;
	expect("\"timestamp\",\"ip\",\"port\",\"protocol\",\"hostname\",\"asn\",\"geo\",\"infection\",\"naics\"\n"
	       "\"2014-01-15 03:34:56\",\"192.0.2.1\",\"1025\",\"tcp\",\"a.example.jp\",\"64500\",\"JP\",\"conficker\",\"0\"\r\n"
	       "\"2014-01-15 03:34:56\",\"192.0.2[.]2\",,,,,,,\n",
	       &utc,
	       "2 192.0.2.1 2014-01-15T03:34:56Z given :1025/tcp AS64500 JP a.example.jp conficker\n"
	       "3 192.0.2.2 2014-01-15T03:34:56Z given\n");
	expect("# AS | IP | CC | AS Name\nAS | IP | CC | AS Name\n64500   | 192.0.2.1 | JP | EXAMPLE-AS\n", &plain,
	       "3 192.0.2.1 AS64500 JP\n");
	expect("time_utc;ip;tag\n1389756896;2001:db8::1;scan\n", &plain, "2 2001:db8::1 2014-01-15T03:34:56Z field scan\n");
	expect("\xef\xbb\xbf" "日時(JST),IPアドレス,ポート\n2014/01/15 12:34:56,192.0.2.1,80\n", &plain,
	       "2 192.0.2.1 2014-01-15T03:34:56Z header :80\n");
	expect("time,tz,src_ip,ip\n2014-01-15 12:34:56,JST,198.51.100.1,192.0.2.1\n", &plain,
	       "2 192.0.2.1 2014-01-15T03:34:56Z column\n");
	expect("#dateadded,url\n2014-01-15 12:34:56,hxxp://example.jp/x\n", &plain,
	       "2 2014-01-15T12:34:56 unknown hxxp://example.jp/x\n");
}

static void table_faults(void **state)
{
	(void)state;
	expect("ip,timestamp,note\n"
	       "192.0.2.300,,\n"
	       "192.0.2.1,yesterday,\n"
	       ",,x\n"
	       "192.0.2.1,,\"two\nlines\"\n"
	       "192.0.2.1,,\"open\n"
	       "192.0.2.2,,a,b\n"
	       "\n# comment\n"
	       "192.0.2.3,,",
	       &plain,
	       "2! the address is none\n3! the time is none\n4! it has no address, URL or host\n5 192.0.2.1\n"
	       "7! its quotes are broken\n8! it has more fields than the header\n11 192.0.2.3\n");
}

static void lines(void **state)
{
	(void)state;
	expect("192.0.2.1 2014-01-15 12:34:56 +0900\n"
	       "192.0.2.2,2014/01/15 12:34:56\n"
	       "2014-01-15T03:34:56Z 192[.]0[.]2[.]3:4022 AS64500\n"
	       "192.0.2.4 - - [15/Jan/2014:12:34:56 +0900] \"GET /gate.php HTTP/1.1\" 200 5\n"
	       "Jan 15 12:34:56 gw sshd[1]: Failed password from 192.0.2.5 port 4022 ssh2\n"
	       "1389756896 192.0.2.6 http://c2.example.jp/gate.php?id=1\n"
	       "hxxp://example[.]jp/login\n"
	       "www.example.jp\n"
	       "\n# end\n"
	       "no address here\n"
	       "192.0.2.7",
	       &plain,
	       "1 192.0.2.1 2014-01-15T03:34:56Z field\n"
	       "2 192.0.2.2 2014-01-15T12:34:56 unknown\n"
	       "3 192.0.2.3 2014-01-15T03:34:56Z field :4022 AS64500\n"
	       "4 192.0.2.4 2014-01-15T03:34:56Z field\n"
	       "5 192.0.2.5 --01-15T12:34:56 unknown :4022\n"
	       "6 192.0.2.6 2014-01-15T03:34:56Z field http://c2.example.jp/gate.php?id=1\n"
	       "7 http://example.jp/login\n"
	       "8 www.example.jp\n"
	       "11! it has no address, URL or host\n"
	       "12 192.0.2.7\n");
}

static void long_lines_are_told(void **state)
{
	_cleanup_(buf_clear) struct buf text, told;

	(void)state;
	buf_init(&text, 1 << 20);
	buf_init(&told, 1 << 20);
	buf_add_text(&text, "192.0.2.1\n");
	for (int i = 0; i < 30000; i++)
		buf_add_text(&text, "192.0.2.2 ");
	buf_add_text(&text, "\n192.0.2.3\n");
	read_in_pieces(text.p, 5000, &plain, &told);
	assert_string_equal(told.p, "1 192.0.2.1\n2! it is too long\n3 192.0.2.3\n");
}

static int count_row(void *context, const struct list_row *row)
{
	(void)row;
	++*(uint64_t *)context;
	return 0;
}

static void memory_does_not_grow(void **state)
{
	uint64_t rows = 0;
	struct list_options o = { .row = count_row, .fault = tell_fault, .context = &rows };
	struct list_reader *r = list_reader_new(&o);
	size_t before = 0;

	(void)state;
	assert_int_equal(list_reader_feed(r, BYTES_TEXT("ip,timestamp,note\n")), 0);
	for (int i = 0; i < 100000; i++) {
		assert_int_equal(list_reader_feed(r, BYTES_TEXT("192.0.2.1,2014-01-15 12:34:56,\"some note\"\n")), 0);
		if (i == 1000)
			before = mallinfo2().uordblks;
	}
	assert_true(mallinfo2().uordblks <= before + 65536);
	assert_int_equal(list_reader_end(r), 0);
	assert_int_equal(rows, 100000);
	assert_int_equal(list_reader_state(r).lines, 100001);
	list_reader_free(r);
}

static int stop(void *context, const struct list_row *row)
{
	(void)context;
	(void)row;
	return -7;
}

static void a_row_can_end_it(void **state)
{
	struct list_options o = { .row = stop, .fault = tell_fault };
	struct list_reader *r = list_reader_new(&o);

	(void)state;
	assert_int_equal(list_reader_feed(r, BYTES_TEXT("192.0.2.1\n192.0.2.2\n")), -7);
	list_reader_free(r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tables),
		cmocka_unit_test(table_faults),
		cmocka_unit_test(lines),
		cmocka_unit_test(long_lines_are_told),
		cmocka_unit_test(memory_does_not_grow),
		cmocka_unit_test(a_row_can_end_it),
	};
	return cmocka_run_group_tests_name("list", tests, NULL, NULL);
}
