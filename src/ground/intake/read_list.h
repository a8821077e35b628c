/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* Reading a list of any size: a locked child reads the file and gives rows in batches, so that memory does not grow with it. */
#ifndef GROUND_INTAKE_READ_LIST_H
#define GROUND_INTAKE_READ_LIST_H

#include "base/address.h"
#include "base/error.h"

#include <stddef.h>

#define READ_ROWS_MAX 10000
#define READ_RAW_MAX 4096

/* Texts are valid UTF-8, "" where there is nothing, and end with the call. */
struct read_row {
	uint64_t number;     /* of its line, from 1 */
	const char *why;     /* NULL; else the line was not understood, and only `raw` holds */
	struct address address; /* family 0: none */
	bool has_time, has_port;
	int64_t time_us;
	uint16_t port;
	const char *time_text, *host, *url, *kind, *raw;
};

struct read_list_options {
	bool has_offset;     /* times without a zone are of this one */
	int offset_s;
	int64_t received_us; /* for times without a year */
	/* Other than 0 ends the reading with that value. */
	int (*rows)(void *context, const struct read_row *rows, size_t count, struct error *err);
	void *context;
};

/* Reads an open file to its end. */
int read_list(int fd, const struct read_list_options *o, struct error *err);

#endif
