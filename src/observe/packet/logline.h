/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* Lines that the kernel's packet filter logs (iptables and nftables LOG; netfilter's nf_log_syslog):
 *
 *	Jan  5 12:00:01 gate kernel: [123.456] DROP IN=eth0 OUT= MAC=… SRC=192.0.2.1 DST=198.51.100.2 LEN=60
 *	    TOS=0x00 PREC=0x00 TTL=52 ID=54321 PROTO=TCP SPT=40000 DPT=22 WINDOW=1024 RES=0x00 SYN URGP=0
 */
#ifndef OBSERVE_PACKET_LOGLINE_H
#define OBSERVE_PACKET_LOGLINE_H

#include "observe/packet/reader_int.h"

/* How times are meant, and what the lines before have taught. */
struct log_context {
	struct zone zone;
	int year;       /* of the next line without one; 0: the latest that is not after now */
	int64_t now_us; /* 0 with year 0: such lines are bad */
	int month, day; /* of the line before, 0 for none */
};

/* A whole line of a syslog: RFC 3164 or ISO times, with or without a priority, RFC 5424's form too. The host is the
 * sensor. Lines of other programs, or without a packet, are LINE_OTHER.
 * A parser of the type line_parser; `context` is a struct log_context. */
enum line_kind logline_parse(void *context, struct bytes line, struct line_packet *ret);

/* The message alone, as the journal has it: all but the time and the sensor. */
enum line_kind logline_message(struct bytes message, struct line_packet *ret);

#endif
