/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* Bytes by hand for the tests of observe/packet. */
#ifndef TESTS_PACKET_HELP_H
#define TESTS_PACKET_HELP_H

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/error.h"
#include "observe/packet/reader.h"

#include <setjmp.h>
#include <cmocka.h>

/* A SYN from 192.0.2.1:40000 to 198.51.100.2:22, 40 bytes, time to live 52, identification 1234, sequence 1. */
#define IP4_HEADER_TCP "4500 0028 1234 0000 3406 0000 c0000201 c6336402"
#define TCP_SYN_22 "9c40 0016 00000001 00000000 5002 0400 0000 0000"
#define IP4_SYN IP4_HEADER_TCP TCP_SYN_22

/* The same from 2001:db8::1 to 2001:db8::2, hop limit 64. */
#define IP6_ADDRESSES "20010db8000000000000000000000001 20010db8000000000000000000000002"
#define IP6_SYN "60000000 0014 06 40" IP6_ADDRESSES TCP_SYN_22

static inline int hex_value(char c)
{
	return c >= 'a' ? c - 'a' + 10 : c - '0';
}

/* Adds bytes written as hexadecimal digits; blanks count for nothing. */
static inline void add_hex(struct buf *b, const char *hex)
{
	int high = -1;

	for (; *hex; hex++) {
		if (*hex == ' ')
			continue;
		if (high < 0) {
			high = hex_value(*hex);
			continue;
		}
		buf_add_char(b, (char)(high << 4 | hex_value(*hex)));
		high = -1;
	}
	assert_int_equal(high, -1);
}

/* Reads all events of some bytes; fails where the reader does not open. */
static inline size_t read_events(struct bytes input, const struct reader_options *options, struct event *events,
				 size_t max, struct reader_report *ret_report)
{
	struct reader *reader = NULL;
	struct error err = ERROR_NONE;
	size_t count = 0, n;

	if (reader_open_bytes(input, options, &reader, &err) != 0)
		fail_msg("%s", err.line);
	do {
		assert_int_equal(reader_read(reader, events + count, max - count, &n, &err), 0);
		count += n;
	} while (n > 0 && count < max);
	if (count == max)
		assert_int_equal(reader_read(reader, events + count - 1, 0, &n, &err), 0);
	reader_report(reader, ret_report);
	reader_close(reader);
	return count;
}

static inline void assert_address(struct address a, const char *text)
{
	char into[ADDRESS_TEXT_MAX];

	assert_string_equal(address_format(&a, into), text);
}

#endif
