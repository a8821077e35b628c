/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* Rows of a CSV file whose header line names the columns. Our own names need no mapping: time, sensor, source,
 * destination, protocol, type, code, source_port, port, flags, ttl, length, kind, marks. The header of the honeypot
 * file `datetime,host,src,proto,type,spt,dpt` is known by itself. Any other needs a mapping like
 * "time=datetime,sensor=host,source=src,protocol=proto,type=type,source_port=spt,port=dpt". An empty field is unknown.
 * Addresses may be one decimal number. Of ICMP, `type` and `code` are used where the file has them, else `port` as
 * type/code or as type * 256 + code. TCP without flags is of kind unknown, unless `kind` says more. */
#ifndef OBSERVE_PACKET_CSV_ROW_H
#define OBSERVE_PACKET_CSV_ROW_H

#include "observe/packet/reader_int.h"

#define CSV_COLUMNS_MAX 256

/* Which column of ours each column of the file is. */
struct csv_columns {
	struct zone zone;
	uint8_t of[CSV_COLUMNS_MAX]; /* a number of the table in format_csv.c, or 0 for none */
	size_t count;
};

/* Understands a header line. `map` may be NULL. -EBADMSG: no time column, or one that the mapping names is missing;
 * -EINVAL: the mapping is wrong. */
int csv_header_parse(struct bytes header, const char *map, struct csv_columns *ret, struct error *err);

/* A parser of the type line_parser; `context` is a struct csv_columns. */
enum line_kind csv_row_parse(void *context, struct bytes line, struct line_packet *ret);

#endif
