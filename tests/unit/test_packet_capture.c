/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* pcap and pcapng files by hand, plain, compressed, cut, and through a pipe. */
#include "packet_help.h"

#include "base/memory.h"

#include <errno.h>
#include <sys/wait.h>
#include <zlib.h>
#include <zstd.h>

#define FRAME "020000000001020000000002 0800" IP4_SYN
#define FRAME_BYTES 54

static const struct reader_options no_options;

static void add_u16(struct buf *b, bool is_big, uint16_t v)
{
	uint8_t p[2] = { (uint8_t)v, (uint8_t)(v >> 8) };

	if (is_big)
		v = (uint16_t)(p[0] << 8 | p[1]);
	put_u16le(p, v);
	buf_add(b, p, 2);
}

static void add_u32(struct buf *b, bool is_big, uint32_t v)
{
	add_u16(b, is_big, (uint16_t)(is_big ? v >> 16 : v));
	add_u16(b, is_big, (uint16_t)(is_big ? v : v >> 16));
}

static void add_pcap_header(struct buf *b, bool is_big, uint32_t magic)
{
	add_u32(b, is_big, magic);
	add_u16(b, is_big, 2);
	add_u16(b, is_big, 4);
	add_u32(b, is_big, 0);
	add_u32(b, is_big, 0);
	add_u32(b, is_big, 65535);
	add_u32(b, is_big, LINK_ETHERNET);
}

static void add_pcap_record(struct buf *b, bool is_big, uint32_t seconds, uint32_t fraction)
{
	add_u32(b, is_big, seconds);
	add_u32(b, is_big, fraction);
	add_u32(b, is_big, FRAME_BYTES);
	add_u32(b, is_big, FRAME_BYTES);
	add_hex(b, FRAME);
}

static void pcap_in_both_orders_and_units(void **state)
{
	(void)state;
	for (int i = 0; i < 4; i++) {
		bool is_big = i & 1, is_nano = i & 2;
		_cleanup_(buf_clear) struct buf b;
		struct reader_report report;
		struct event events[4];
		buf_init(&b, 4096);
		add_pcap_header(&b, is_big, is_nano ? 0xa1b23c4d : 0xa1b2c3d4);
		add_pcap_record(&b, is_big, 1700000001, is_nano ? 123456789 : 123456);
		add_pcap_record(&b, is_big, 1700000000, 0);
		assert_int_equal(read_events(buf_bytes(&b), &no_options, events, 4, &report), 2);
		assert_int_equal(events[0].time_us, 1700000001123456);
		assert_int_equal(events[1].time_us, 1700000000000000);
		assert_int_equal(events[0].port, 22);
		assert_string_equal(report.format, "pcap");
		assert_string_equal(report.compression, "none");
		assert_int_equal(report.packets, 2);
		assert_int_equal(report.events, 2);
		assert_int_equal(report.first_us, 1700000000000000);
		assert_int_equal(report.last_us, 1700000001123456);
		assert_false(report.is_truncated);
	}
}

static void pcap_of_kuznetsov_has_longer_records(void **state)
{
	_cleanup_(buf_clear) struct buf b;
	struct reader_report report;
	struct event events[4];

	(void)state;
	buf_init(&b, 4096);
	add_pcap_header(&b, false, 0xa1b2cd34);
	for (int i = 0; i < 2; i++) {
		add_u32(&b, false, 1700000000);
		add_u32(&b, false, 5);
		add_u32(&b, false, FRAME_BYTES);
		add_u32(&b, false, FRAME_BYTES);
		add_hex(&b, "01000000 0008 00 00" FRAME);
	}
	assert_int_equal(read_events(buf_bytes(&b), &no_options, events, 4, &report), 2);
	assert_int_equal(events[1].port, 22);
}

static void pcap_of_other_links_is_counted(void **state)
{
	_cleanup_(buf_clear) struct buf b;
	struct reader_report report;
	struct event events[4];

	(void)state;
	buf_init(&b, 4096);
	add_pcap_header(&b, false, 0xa1b2c3d4);
	/* the upper half of the link type is the length of a check sequence */
	memcpy(b.p + 20, "\x93\0\0\x44", 4);
	add_pcap_record(&b, false, 1700000000, 0);
	assert_int_equal(read_events(buf_bytes(&b), &no_options, events, 4, &report), 0);
	assert_int_equal(report.packets, 1);
	assert_int_equal(report.skipped[SKIP_UNSUPPORTED_LINK], 1);
	assert_int_equal(report.unsupported_link, 147);
}

static void pcap_tails_are_told(void **state)
{
	_cleanup_(buf_clear) struct buf b;
	struct reader_report report;
	struct event events[4];

	(void)state;
	buf_init(&b, 4096);
	add_pcap_header(&b, false, 0xa1b2c3d4);
	add_pcap_record(&b, false, 1700000000, 0);
	add_pcap_record(&b, false, 1700000000, 1000000); /* a fraction of a whole second is none */
	add_pcap_record(&b, false, 1700000000, 1);
	for (size_t cut = 1; cut < FRAME_BYTES + 16; cut++) {
		assert_int_equal(read_events(BYTES(b.p, b.n - cut), &no_options, events, 4, &report), 1);
		assert_true(report.is_truncated);
		assert_string_equal(report.tail, "the record after 2 packets is cut");
	}
	assert_int_equal(report.skipped[SKIP_NO_TIME], 1);
	b.p[24 + 2 * (16 + FRAME_BYTES) + 10] = 5; /* 0x00050036 bytes */
	assert_int_equal(read_events(buf_bytes(&b), &no_options, events, 4, &report), 1);
	assert_string_equal(report.tail, "the record after 2 packets claims 327734 bytes");
}

static void inputs_that_are_none_give_a_line(void **state)
{
	const struct {
		const char *bytes;
		size_t n;
		const char *line;
	} rows[] = {
		{ "", 0, "the input is empty" },
		{ "what is this\n", 13, "the input is of no known format" },
		{ "\xd4\xc3\xb2\xa1\x02\0\x04\0", 8, "the header of the pcap file is cut" },
	};
	struct reader_options unknown = { .format = "pcapx" };
	struct error err = ERROR_NONE;
	struct reader *reader;

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct bytes input = BYTES(rows[i].bytes, rows[i].n);
		assert_int_equal(reader_open_bytes(input, &no_options, &reader, &err), -EBADMSG);
		assert_string_equal(err.line, rows[i].line);
	}
	assert_int_equal(reader_open_bytes(BYTES("x", 1), &unknown, &reader, &err), -EINVAL);
	assert_string_equal(err.line, "no such format 'pcapx'");
	assert_int_equal(reader_open(-1, &no_options, &reader, &err), -EBADF);
}

/* A pcapng block; its length is filled in at the end. */
static size_t begin_block(struct buf *b, bool is_big, uint32_t type)
{
	size_t at = b->n;

	add_u32(b, is_big, type);
	add_u32(b, is_big, 0);
	return at;
}

static void end_block(struct buf *b, bool is_big, size_t at)
{
	_cleanup_(buf_clear) struct buf length;

	while (b->n % 4)
		buf_add_char(b, 0);
	buf_init(&length, 4);
	add_u32(&length, is_big, (uint32_t)(b->n + 4 - at));
	memcpy(b->p + at + 4, length.p, 4);
	buf_add(b, length.p, 4);
}

static void add_section(struct buf *b, bool is_big)
{
	size_t at = begin_block(b, is_big, 0x0a0d0d0a);

	add_u32(b, is_big, 0x1a2b3c4d);
	add_u16(b, is_big, 1);
	add_u16(b, is_big, 0);
	add_hex(b, "ffffffffffffffff");
	end_block(b, is_big, at);
}

/* Options: a resolution, and an offset in seconds where it is not 0. */
static void add_interface(struct buf *b, bool is_big, uint32_t snap, int resolution, uint32_t offset)
{
	size_t at = begin_block(b, is_big, 1);

	add_u16(b, is_big, LINK_ETHERNET);
	add_u16(b, is_big, 0);
	add_u32(b, is_big, snap);
	if (resolution >= 0) {
		add_u16(b, is_big, 9);
		add_u16(b, is_big, 1);
		add_u32(b, false, (uint32_t)resolution);
	}
	if (offset) {
		add_u16(b, is_big, 14);
		add_u16(b, is_big, 8);
		add_u32(b, is_big, is_big ? 0 : offset);
		add_u32(b, is_big, is_big ? offset : 0);
	}
	add_u32(b, is_big, 0);
	end_block(b, is_big, at);
}

static void add_enhanced(struct buf *b, bool is_big, uint32_t interface, uint64_t time)
{
	size_t at = begin_block(b, is_big, 6);

	add_u32(b, is_big, interface);
	add_u32(b, is_big, (uint32_t)(time >> 32));
	add_u32(b, is_big, (uint32_t)time);
	add_u32(b, is_big, FRAME_BYTES);
	add_u32(b, is_big, FRAME_BYTES);
	add_hex(b, FRAME);
	end_block(b, is_big, at);
}

static void add_simple(struct buf *b, bool is_big)
{
	size_t at = begin_block(b, is_big, 3);

	add_u32(b, is_big, FRAME_BYTES);
	add_hex(b, FRAME);
	end_block(b, is_big, at);
}

static void add_obsolete(struct buf *b, bool is_big, uint16_t interface, uint64_t time)
{
	size_t at = begin_block(b, is_big, 2);

	add_u16(b, is_big, interface);
	add_u16(b, is_big, 0xffff);
	add_u32(b, is_big, (uint32_t)(time >> 32));
	add_u32(b, is_big, (uint32_t)time);
	add_u32(b, is_big, FRAME_BYTES);
	add_u32(b, is_big, FRAME_BYTES);
	add_hex(b, FRAME);
	end_block(b, is_big, at);
}

static void pcapng_with_sections_interfaces_and_units(void **state)
{
	_cleanup_(buf_clear) struct buf b;
	struct reader_report report;
	struct event events[16];

	(void)state;
	buf_init(&b, 1 << 16);
	for (int is_big = 0; is_big < 2; is_big++) {
		add_section(&b, is_big);
		add_interface(&b, is_big, 0, -1, 0);
		add_interface(&b, is_big, 0, 9, 0);
		add_interface(&b, is_big, 0, 0x80 | 10, 1000);
		add_interface(&b, is_big, 0, 0, 0);
		end_block(&b, is_big, begin_block(&b, is_big, 0x0bad));
		add_enhanced(&b, is_big, 0, UINT64_C(1700000000123456));
		add_enhanced(&b, is_big, 1, UINT64_C(1700000000123456789));
		add_enhanced(&b, is_big, 2, (UINT64_C(1699999000) << 10) + 512);
		add_enhanced(&b, is_big, 3, 1700000000);
		add_obsolete(&b, is_big, 1, UINT64_C(1700000000123456789));
		add_simple(&b, is_big);
		add_enhanced(&b, is_big, 4, 0);
	}
	assert_int_equal(read_events(buf_bytes(&b), &no_options, events, 16, &report), 10);
	for (int i = 0; i < 10; i += 5) {
		assert_int_equal(events[i].time_us, 1700000000123456);
		assert_int_equal(events[i + 1].time_us, 1700000000123456);
		assert_int_equal(events[i + 2].time_us, 1700000000500000);
		assert_int_equal(events[i + 3].time_us, 1700000000000000);
		assert_int_equal(events[i + 4].time_us, 1700000000123456);
	}
	assert_string_equal(report.format, "pcapng");
	assert_int_equal(report.packets, 14);
	assert_int_equal(report.sections, 2);
	assert_int_equal(report.interfaces, 8);
	assert_int_equal(report.skipped[SKIP_NO_TIME], 2);
	assert_int_equal(report.skipped[SKIP_NO_INTERFACE], 2);
	assert_false(report.is_truncated);
	/* Wherever it is cut, what came before stands and the tail is told, but between blocks. */
	for (size_t cut = 1; cut < 80; cut++) {
		read_events(BYTES(b.p, b.n - cut), &no_options, events, 16, &report);
		assert_int_equal(report.packets, 13);
	}
	assert_true(report.is_truncated);
}

static void pcapng_that_contradicts_itself_ends_there(void **state)
{
	_cleanup_(buf_clear) struct buf b;
	struct reader_report report;
	struct event events[4];
	size_t at;

	(void)state;
	buf_init(&b, 4096);
	add_section(&b, false);
	add_interface(&b, false, 0, -1, 0);
	add_enhanced(&b, false, 0, UINT64_C(1700000000123456));
	at = b.n;
	add_enhanced(&b, false, 0, UINT64_C(1700000000123456));
	b.p[at + 20] = 120; /* captured */
	assert_int_equal(read_events(buf_bytes(&b), &no_options, events, 4, &report), 1);
	assert_string_equal(report.tail, "the block after 1 packets (type 6) contradicts itself");
	b.p[at + 4] = 8; /* length */
	assert_int_equal(read_events(buf_bytes(&b), &no_options, events, 4, &report), 1);
	assert_string_equal(report.tail, "the block after 1 packets has an impossible head");
}

/* Enough records for the window to move many times. */
#define MANY 20000

static void add_many(struct buf *b)
{
	add_pcap_header(b, false, 0xa1b2c3d4);
	for (uint32_t i = 0; i < MANY; i++)
		add_pcap_record(b, false, 1700000000 + i, 0);
}

static size_t gzip_member(struct bytes plain, uint8_t *into, size_t room)
{
	z_stream z = { .next_in = (Bytef *)(uintptr_t)plain.p, .avail_in = (uInt)plain.n };

	assert_int_equal(deflateInit2(&z, 1, Z_DEFLATED, 16 + MAX_WBITS, 8, Z_DEFAULT_STRATEGY), Z_OK);
	z.next_out = into;
	z.avail_out = (uInt)room;
	assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
	deflateEnd(&z);
	return room - z.avail_out;
}

static size_t pack(bool is_zstd, struct bytes plain, uint8_t *into, size_t room)
{
	size_t n;

	if (!is_zstd)
		return gzip_member(plain, into, room);
	n = ZSTD_compress(into, room, plain.p, plain.n, 1);
	assert_false(ZSTD_isError(n));
	return n;
}

static void assert_many(struct bytes input, const char *compression)
{
	struct event *events = memory_new(MANY + 1, sizeof *events);
	struct reader_report report;

	assert_int_equal(read_events(input, &no_options, events, MANY + 1, &report), MANY);
	for (uint32_t i = 0; i < MANY; i++)
		assert_int_equal(events[i].time_us, (1700000000 + i) * INT64_C(1000000));
	assert_string_equal(report.compression, compression);
	assert_false(report.is_truncated);
	free(events);
}

static void packed_captures_are_read(void **state)
{
	_cleanup_(buf_clear) struct buf b;
	size_t room = 4 << 20, n;
	_cleanup_free_ uint8_t *packed = memory_new(room, 1);
	struct event *events = memory_new(MANY + 1, sizeof *events);
	struct reader_report report;

	(void)state;
	buf_init(&b, 16 << 20);
	add_many(&b);
	assert_many(buf_bytes(&b), "none");
	for (int is_zstd = 0; is_zstd < 2; is_zstd++) {
		const char *name = is_zstd ? "zstd" : "gzip";
		/* two members, divided inside a record */
		n = pack(is_zstd, BYTES(b.p, 1000001), packed, room);
		n += pack(is_zstd, BYTES(b.p + 1000001, b.n - 1000001), packed + n, room - n);
		assert_many(BYTES(packed, n), name);
		/* cut: what came before stands */
		assert_in_range(read_events(BYTES(packed, n - 100), &no_options, events, MANY + 1, &report), 1,
				MANY - 1);
		assert_true(report.is_truncated);
		assert_string_equal(report.tail, "the compressed data end before their end");
		/* something else behind it */
		memcpy(packed + n, "what", 4);
		assert_int_equal(read_events(BYTES(packed, n + 4), &no_options, events, MANY + 1, &report), MANY);
		assert_true(report.is_truncated);
	}
	free(events);
}

/* A child writes in pieces of odd sizes. */
static void write_to_pipe(struct bytes input, int *ret_fd)
{
	int ends[2];
	pid_t child;

	assert_int_equal(pipe(ends), 0);
	child = fork();
	assert_true(child >= 0);
	if (child > 0) {
		close(ends[1]);
		*ret_fd = ends[0];
		return;
	}
	close(ends[0]);
	for (size_t step = 1; input.n; step = step * 3 % 7919 + 1) {
		ssize_t n = write(ends[1], input.p, MIN(step, input.n));
		if (n <= 0)
			_exit(1);
		take_skip(&input, (size_t)n);
	}
	_exit(0);
}

static size_t count_from(int fd, struct reader_report *ret_report)
{
	struct event events[100];
	struct error err = ERROR_NONE;
	struct reader *reader;
	size_t count = 0, n;

	assert_int_equal(reader_open(fd, &no_options, &reader, &err), 0);
	do {
		assert_int_equal(reader_read(reader, events, 100, &n, &err), 0);
		for (size_t i = 0; i < n; i++)
			assert_int_equal(events[i].time_us, (1700000000 + count + i) * INT64_C(1000000));
		count += n;
	} while (n);
	assert_int_equal(reader_sensor_count(reader), 1);
	assert_string_equal(reader_sensor_name(reader, 0), "local");
	reader_report(reader, ret_report);
	reader_close(reader);
	return count;
}

static void pipes_are_read_in_any_pieces(void **state)
{
	_cleanup_(buf_clear) struct buf b;
	size_t room = 4 << 20, n;
	_cleanup_free_ uint8_t *packed = memory_new(room, 1);
	struct reader_report report;
	int fd, status;

	(void)state;
	buf_init(&b, 16 << 20);
	add_many(&b);
	for (int kind = 0; kind < 3; kind++) {
		n = kind ? pack(kind == 2, buf_bytes(&b), packed, room) : 0;
		write_to_pipe(kind ? BYTES(packed, n) : buf_bytes(&b), &fd);
		assert_int_equal(count_from(fd, &report), MANY);
		assert_false(report.is_truncated);
		close(fd);
		assert_true(wait(&status) > 0);
		assert_int_equal(status, 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(pcap_in_both_orders_and_units),
		cmocka_unit_test(pcap_of_kuznetsov_has_longer_records),
		cmocka_unit_test(pcap_of_other_links_is_counted),
		cmocka_unit_test(pcap_tails_are_told),
		cmocka_unit_test(inputs_that_are_none_give_a_line),
		cmocka_unit_test(pcapng_with_sections_interfaces_and_units),
		cmocka_unit_test(pcapng_that_contradicts_itself_ends_there),
		cmocka_unit_test(packed_captures_are_read),
		cmocka_unit_test(pipes_are_read_in_any_pieces),
	};
	return cmocka_run_group_tests_name("packet_capture", tests, NULL, NULL);
}
