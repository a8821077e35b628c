/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* hinomi store simulate: a year to try the centre with. */
#include "base/calendar.h"
#include "base/cleanup.h"
#include "face/cmd/cmd_int.h"
#include "face/cmd/common.h"
#include "observe/simulate/simulate.h"
#include "observe/store/writer.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#define PLACES_NAME "simulated-places.csv"

struct output {
	struct writer *writer;
};

static int put(void *context, struct bytes bytes, struct error *err)
{
	return writer_put(((struct output *)context)->writer, bytes, err);
}

static int end(void *context, struct error *err)
{
	return writer_segment_end(((struct output *)context)->writer, err);
}

static void bar(void *context, unsigned day, unsigned days)
{
	unsigned width = 40, full = day * width / days;

	(void)context;
	if (day % 5 && day != days)
		return;
	fprintf(stderr, "\rsimulating [%.*s%*s] day %u of %u", (int)full,
		"########################################", (int)(width - full), "", day, days);
}

static int save_places(const char *path, struct error *err)
{
	_cleanup_(buf_clear) struct buf text;
	_cleanup_close_ int folder = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC), fd = -1;

	buf_init(&text, 65536);
	simulate_places(&text);
	if (folder >= 0)
		fd = openat(folder, PLACES_NAME, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0640);
	if (fd < 0 || write(fd, text.p, text.n) != (ssize_t)text.n)
		return error_errno(err, -errno, "cannot write '%s'", PLACES_NAME);
	return 0;
}

static int options(const struct invocation *in, struct simulation *s, struct error *err)
{
	uint64_t days, sensors, events, seed;
	int r = command_number(in, OPTION_DAYS, 3660, s->days, &days, err);

	if (r == 0)
		r = command_number(in, OPTION_SENSORS, 200, s->sensors, &sensors, err);
	if (r == 0)
		r = command_number(in, OPTION_COUNT, 1000000000, s->events, &events, err);
	if (r == 0)
		r = command_number(in, OPTION_SEED, UINT64_MAX, s->seed, &seed, err);
	if (r < 0)
		return r;
	s->days = (unsigned)days;
	s->sensors = (unsigned)sensors;
	s->events = events;
	s->seed = seed;
	s->end_us = clock_now();
	if (in->value[OPTION_TO] && !time_parse(BYTES_TEXT(in->value[OPTION_TO]), false, &s->end_us))
		return error_set(err, -EINVAL, "--to '%s' is not a time", in->value[OPTION_TO]);
	if (in->is_terminal)
		s->progress = bar;
	return 0;
}

int cmd_store_simulate(const struct invocation *in)
{
	struct simulation s = SIMULATION_DEFAULT;
	struct error err = ERROR_NONE;
	struct output out = { 0 };
	struct encoder_output output = { &out, put, end };
	struct encoder *encoder;
	uint64_t events = 0;
	const char *path;
	int r = common_begin(in, &path, &err);

	if (r == 0)
		r = options(in, &s, &err);
	if (r < 0)
		return command_usage(&err);
	r = writer_open(path, WRITER_CREATE | WRITER_SIMULATOR, s.seed, &out.writer, &err);
	if (r == 0 && writer_manifest(out.writer)->segment_count)
		r = error_set(&err, -EEXIST, "store '%s' holds a simulation already", path);
	if (r < 0) {
		writer_close(out.writer);
		return command_fail(&err);
	}
	encoder = encoder_new(&output);
	r = simulate(&s, encoder, &err);
	if (r == 0)
		r = encoder_finish(encoder, &err);
	encoder_free(encoder);
	if (r == 0)
		r = save_places(path, &err);
	if (r == 0)
		r = writer_commit(out.writer, NULL, &events, &err);
	writer_close(out.writer);
	if (r == 0)
		r = view_keep_months(path, &err);
	if (in->is_terminal)
		common_progress_end();
	if (r < 0)
		return command_fail(&err);
	if (!in->value[OPTION_QUIET])
		fprintf(stderr, "%llu simulated events of %u sensors, %u days\n", (unsigned long long)events, s.sensors, s.days);
	return EXIT_YES;
}
