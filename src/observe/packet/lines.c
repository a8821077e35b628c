/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* The loop that the formats of lines share. */
#include "base/cleanup.h"
#include "format/text/csv.h"
#include "observe/packet/field_int.h"
#include "observe/packet/reader_int.h"

#include <errno.h>

struct bytes lines_first(struct bytes head)
{
	struct bytes line;

	if (bytes_starts(head, "\xef\xbb\xbf"))
		take_skip(&head, 3);
	if (!take_until(&head, '\n', &line))
		return BYTES(head.p, 0);
	if (line.n && line.p[line.n - 1] == '\r')
		line.n--;
	return line;
}

static void count_bad(struct reader_report *report)
{
	report->lines_bad++;
	if (!report->first_bad_line)
		report->first_bad_line = report->lines;
}

/* How long the first line in the window is, with its end; 0 when it does not end there. */
static size_t line_end(const struct reader *r, size_t seen)
{
	struct bytes window = r->input.window;
	const uint8_t *end;

	window.n = MIN(window.n, (size_t)LINE_MAX_BYTES);
	if (r->lines.is_csv)
		return csv_record_end(window);
	if (seen >= window.n)
		return 0;
	end = memchr(window.p + seen, '\n', window.n - seen);
	return end ? (size_t)(end - window.p) + 1 : 0;
}

/* A line longer than the limit is passed over up to its end, and is bad. */
static int skip_long_line(struct reader *r, struct error *err)
{
	struct input *in = &r->input;
	const uint8_t *end = NULL;

	r->report.lines++;
	count_bad(&r->report);
	do {
		int e = input_fill(in, 1, err);
		if (e < 0)
			return e;
		end = in->window.n ? memchr(in->window.p, '\n', in->window.n) : NULL;
		take_skip(&in->window, end ? (size_t)(end - in->window.p) + 1 : in->window.n);
	} while (!end && !in->is_end);
	return 0;
}

static void count_line(struct reader *r, struct bytes line)
{
	r->report.lines++;
	/* Line ends inside a CSV record count too, so that the number is what an editor shows. */
	for (size_t i = 0; r->lines.is_csv && i + 1 < line.n; i++)
		r->report.lines += line.p[i] == '\n';
}

int lines_take(struct reader *r, struct bytes *ret_line, bool *ret_has, struct error *err)
{
	struct input *in = &r->input;
	size_t n = 0, seen = 0;

	while ((n = line_end(r, seen)) == 0) {
		int e;
		seen = in->window.n;
		if (seen >= LINE_MAX_BYTES) {
			e = skip_long_line(r, err);
			seen = 0;
		} else if (in->is_end) {
			n = in->window.n;
			break;
		} else {
			e = input_fill(in, seen + 1, err);
		}
		if (e < 0)
			return e;
	}
	*ret_has = take_bytes(&in->window, n, ret_line) && n > 0;
	if (!*ret_has)
		return 0;
	count_line(r, *ret_line);
	if (ret_line->p[ret_line->n - 1] == '\n')
		ret_line->n--;
	if (ret_line->n && ret_line->p[ret_line->n - 1] == '\r')
		ret_line->n--;
	return 0;
}

/* What the parser found becomes `left` events to be given out. */
static int take_packet(struct reader *r, struct line_packet *packet, struct error *err)
{
	struct reader_report *report = &r->report;
	struct bytes name = packet->sensor.n ? packet->sensor : BYTES_TEXT(r->options.sensor);
	int e = sensor_index(r, name, &packet->event.sensor, err);

	if (e == -EBADMSG) {
		count_bad(report);
		return 0;
	}
	if (e < 0)
		return e;
	report->packets += packet->repeat;
	reader_see_time(report, packet->event.time_us);
	if (packet->skip) {
		report->skipped[packet->skip] += packet->repeat;
		return 0;
	}
	r->lines.left = MIN(packet->repeat, (uint64_t)REPEAT_MAX);
	report->skipped[SKIP_REPEAT_LIMIT] += packet->repeat - r->lines.left;
	return 0;
}

/* Reads lines until one is a packet. */
static int next_packet(struct reader *r, bool *ret_has, struct error *err)
{
	struct line_packet *packet = &r->lines.packet;
	struct bytes line;

	do {
		int e = lines_take(r, &line, ret_has, err);
		if (e < 0 || !*ret_has)
			return e;
		packet->event = (struct event){ .known = 0 };
		packet->sensor = BYTES(line.p, 0);
		packet->repeat = 1;
		packet->skip = PACKET_OK;
		switch (r->lines.parse(r->lines.context, line, packet)) {
		case LINE_OTHER:
			r->report.lines_other++;
			break;
		case LINE_BAD:
			count_bad(&r->report);
			break;
		case LINE_PACKET:
			e = take_packet(r, packet, err);
			if (e < 0)
				return e;
		}
	} while (r->lines.left == 0);
	return 0;
}

int lines_read(struct reader *r, struct event *events, size_t max, size_t *ret_count, struct error *err)
{
	size_t count = 0;

	while (count < max) {
		bool has = true;
		int e = r->lines.left ? 0 : next_packet(r, &has, err);
		if (e < 0)
			return e;
		if (!has)
			break;
		for (; r->lines.left && count < max; r->lines.left--)
			events[count++] = r->lines.packet.event;
	}
	*ret_count = count;
	return 0;
}
