/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* Opens an input, finds its format, keeps the report. */
#include "observe/packet/reader.h"

#include "base/memory.h"
#include "base/text.h"
#include "observe/packet/field_int.h"
#include "observe/packet/reader_int.h"

#include <errno.h>

/* How much of an input is looked at to find its format. */
#define DETECT_MAX (16u << 10)

#define SENSOR_DEFAULT "local"

void reader_end_early(struct reader *r, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(r->report.tail, sizeof r->report.tail, format, args);
	va_end(args);
	r->report.is_truncated = true;
	take_skip(&r->input.window, r->input.window.n);
	r->input.is_end = true;
}

static const struct capture_format *format_by_name(const char *name)
{
	for (const struct capture_format *f = capture_formats; f->name; f++)
		if (strcmp(f->name, name) == 0)
			return f;
	return NULL;
}

static const struct capture_format *format_by_head(struct bytes head)
{
	for (const struct capture_format *f = capture_formats; f->name; f++)
		if (f->detect(head))
			return f;
	return NULL;
}

static void hint_formats(struct error *err)
{
	char names[200] = "";
	size_t n = 0;

	for (const struct capture_format *f = capture_formats; f->name && n < sizeof names; f++)
		n += (size_t)snprintf(names + n, sizeof names - n, "%s%s", n ? ", " : "", f->name);
	error_hint(err, "formats are %s; name one where the first bytes do not show it", names);
}

static int choose_format(struct reader *r, struct error *err)
{
	const char *name = r->options.format;
	struct bytes head = r->input.window;

	if (!name && r->options.map)
		name = "csv";
	if (name) {
		r->format = format_by_name(name);
		if (r->format)
			return 0;
		hint_formats(err);
		return error_set(err, -EINVAL, "no such format '%.40s'", name);
	}
	if (head.n == 0)
		return error_set(err, -EBADMSG, "the input is empty");
	head.n = head.n < DETECT_MAX ? head.n : DETECT_MAX;
	r->format = format_by_head(head);
	if (r->format)
		return 0;
	hint_formats(err);
	return error_set(err, -EBADMSG, "the input is of no known format");
}

static int take_options(struct reader *r, const struct reader_options *options, struct error *err)
{
	const char *sensor = options->sensor ? options->sensor : SENSOR_DEFAULT;

	r->options = *options;
	r->options.sensor = sensor;
	if (!sensor_name_is_good(BYTES_TEXT(sensor)))
		return error_set(err, -EINVAL, "'%.40s' is not a name for a sensor", sensor);
	if (options->year < 0 || options->year > 9999)
		return error_set(err, -EINVAL, "year %d is not one", options->year);
	if (options->zone && !zone_parse(BYTES_TEXT(options->zone), &r->zone)) {
		error_hint(err, "UTC, local, or an offset like +09:00");
		return error_set(err, -EINVAL, "no such zone '%.40s'", options->zone);
	}
	return 0;
}

static int open_format(struct reader *r, struct error *err)
{
	int e = input_fill(&r->input, DETECT_MAX, err);

	if (e < 0)
		return e;
	e = choose_format(r, err);
	if (e < 0)
		return e;
	r->report.format = r->format->name;
	r->report.compression = input_compression(&r->input);
	return r->format->open ? r->format->open(r, err) : 0;
}

static int open_with(struct reader *r, int input_result, const struct reader_options *options, struct reader **ret,
		     struct error *err)
{
	int e = input_result;

	if (e == 0)
		e = take_options(r, options, err);
	if (e == 0)
		e = open_format(r, err);
	if (e < 0) {
		reader_close(r);
		return e;
	}
	*ret = r;
	return 0;
}

int reader_open(int fd, const struct reader_options *options, struct reader **ret, struct error *err)
{
	struct reader *r = memory_new(1, sizeof *r);

	return open_with(r, input_open(&r->input, fd, &options->tap, err), options, ret, err);
}

int reader_open_bytes(struct bytes input, const struct reader_options *options, struct reader **ret,
		      struct error *err)
{
	struct reader *r = memory_new(1, sizeof *r);

	return open_with(r, input_open_bytes(&r->input, input, err), options, ret, err);
}

int reader_read(struct reader *r, struct event *events, size_t max, size_t *ret_count, struct error *err)
{
	int e = r->format->read(r, events, max, ret_count, err);

	if (e < 0)
		return e;
	r->report.events += *ret_count;
	if (r->input.damage && *ret_count == 0 && r->input.is_end) {
		r->report.is_truncated = true;
		snprintf(r->report.tail, sizeof r->report.tail, "%s", r->input.damage);
	}
	return 0;
}

void reader_report(const struct reader *r, struct reader_report *ret)
{
	*ret = r->report;
}

struct reader *reader_close(struct reader *r)
{
	if (!r)
		return NULL;
	if (r->format && r->format->close && r->state)
		r->format->close(r);
	free(r->state);
	sensors_clear(&r->sensors);
	input_clear(&r->input);
	free(r);
	return NULL;
}
