/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* The formats that are read. To add one: a file format_<name>.c, named in meson.build, its functions in reader_int.h,
 * and a row here. */
#include "observe/packet/reader_int.h"

const struct capture_format capture_formats[] = {
	{ "pcap", "packet capture of tcpdump, either byte order, microseconds or nanoseconds",
	  pcap_detect, pcap_open, pcap_read, NULL },
	{ "pcapng", "packet capture of Wireshark, with sections and interfaces",
	  pcapng_detect, pcapng_open, pcapng_read, pcapng_close },
	{ "journal", "lines of `journalctl -k -o json` with packets that iptables or nftables logged",
	  journal_detect, journal_open, lines_read, NULL },
	{ "csv", "comma-separated values whose header line names the columns, ours or by a mapping",
	  csv_detect, csv_open, lines_read, NULL },
	{ "dshield", "tab-separated rows of DShield's clients; a count n is n events, 100,000 at most",
	  dshield_detect, dshield_open, lines_read, NULL },
	{ "log", "syslog with packets that iptables or nftables logged (LOG)",
	  log_detect, log_open, lines_read, NULL },
	{ .name = NULL },
};
