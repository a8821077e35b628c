/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* Bulk lists of addresses from partners, read as they come, whatever their size: memory holds some lines at most.
 *
 *	struct list_options o = { .row = take, .fault = tell, .context = &import };
 *	struct list_reader *r = list_reader_new(&o);
 *	while ((n = read(fd, piece, sizeof piece)) > 0 && ret == 0)
 *		ret = list_reader_feed(r, BYTES(piece, n));
 *	ret = ret ? ret : list_reader_end(r);
 *	r = list_reader_free(r);
 *
 * A list is a table when the first line that is no comment holds names of list_columns.tbl.h between commas, semicolons,
 * tabulators or bars (Shadowserver, IntelMQ, Team Cymru); a field in quotes may then hold up to 8 line ends. Every
 * other list is lines of text, of which each gives its first address, instant, port, URL and host (extract.h): addresses
 * with times, access and C2 logs. Addresses may be written harmlessly. Lines that are empty or begin with '#' are
 * left out. Every other line gives one row or one fault. Text is UTF-8; other bytes are kept in `raw`.
 *
 * Times: `zone` says who knew the offset. It is in the field, or in a column of zones, or in the header (`timestamp
 * (UTC)`), or the caller gave it for the list; else the time is wall-clock time of nobody knows where, and
 * `has_time` is false while `instant` has it. Ten digits are seconds since 1970, thirteen milliseconds, UTC. */
#ifndef FORMAT_EXCHANGE_LIST_H
#define FORMAT_EXCHANGE_LIST_H

#include "base/address.h"
#include "format/text/instant.h"

#define LIST_LINE_MAX (64u << 10) /* a longer line is a fault */
#define LIST_COLUMNS_MAX 256

enum list_meaning {
	LIST_OTHER, /* kept as a field only */
	LIST_TIME,
	LIST_ZONE,
	LIST_ADDRESS,
	LIST_PORT,
	LIST_PROTOCOL,
	LIST_URL,
	LIST_HOST,
	LIST_ASN,
	LIST_COUNTRY,
	LIST_KIND,
	LIST_MEANINGS
};

enum list_zone { LIST_ZONE_UNKNOWN, LIST_ZONE_FIELD, LIST_ZONE_COLUMN, LIST_ZONE_HEADER, LIST_ZONE_GIVEN };

/* A field of a table under its header's name. */
struct list_field {
	struct bytes name, value;
	enum list_meaning meaning;
};

/* A row; all spans are the reader's and end with the call. */
struct list_row {
	uint64_t line; /* of its first line, from 1 */
	struct bytes raw;
	struct address address; /* family 0: none */
	bool has_instant, has_time, has_port;
	struct instant instant;
	enum list_zone zone;
	int64_t time_us; /* only with has_time */
	uint16_t port;
	struct bytes protocol, url, host, kind; /* as they stand in tables; canonical in lines; .n 0: none */
	uint32_t asn;                           /* 0: none */
	char country[3];
	const struct list_field *fields; /* of tables, all columns */
	size_t field_count;
};

/* Other than 0 ends the reading with that value. */
typedef int list_row_fn(void *context, const struct list_row *row);
typedef int list_fault_fn(void *context, uint64_t line, struct bytes raw, const char *why);

struct list_options {
	list_row_fn *row;
	list_fault_fn *fault;
	void *context;
	bool has_offset; /* times without a zone are of this one */
	int offset_s;
	int64_t received_us; /* for times without a year; see instant_time() */
};

struct list_reader;

struct list_reader *list_reader_new(const struct list_options *options);
/* Accepts NULL and returns NULL. */
struct list_reader *list_reader_free(struct list_reader *r);
int list_reader_feed(struct list_reader *r, struct bytes piece);
/* The last line, which may lack its line end. */
int list_reader_end(struct list_reader *r);

/* What is known so far: whether it is a table, and the rows and faults given. */
struct list_state {
	bool is_table;
	uint64_t lines, rows, faults;
};
struct list_state list_reader_state(const struct list_reader *r);

extern const char *const list_zone_names[];

#endif
