/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* A file of packets or log lines becomes part of the store. */
#include "observe/import/import.h"

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/memory.h"
#include "base/text.h"
#include "base/write.h"
#include "engine/proc/child.h"
#include "engine/proc/pass.h"
#include "engine/proc/sandbox.h"

#include <errno.h>
#include <unistd.h>
#define XXH_STATIC_LINKING_ONLY
#include <xxhash.h>
#if defined __x86_64__
#include <xxh_x86dispatch.h> /* the library's choice by processor: the input is hashed byte for byte */
#endif

#define BATCH 512
#define PROGRESS_EVERY (1u << 18)
#define SECRET_BYTES 192

/* What the child sends. */
enum frame { FRAME_SEGMENT_BEGIN = 1, FRAME_SEGMENT_END, FRAME_PROGRESS, FRAME_REPORT, FRAME_ERROR };

/* --- the child --- */

struct span {
	int64_t first, last;
};

/* Which sensor watches an address: the last answers stand in front of the table. */
#define WATCHED_FRONT 1024

struct watched_front {
	uint32_t v4; /* as it lies in the packet */
	uint16_t sensor;
	bool is_set;
};

struct work {
	const struct import_options *options;
	uint64_t key[2];
	int out, segment; /* to the parent; the segment's file, -1 between segments */
	XXH3_state_t *hash;
	uint64_t bytes;
	uint16_t *sensor_of; /* the reader's number of a sensor → the encoder's */
	size_t reader_sensors, sensor_room;
	struct span *spans;  /* by the encoder's number */
	size_t span_count, span_room;
	uint16_t *watched_sensor; /* row of the table → the encoder's number */
	struct watched_front *front;
};

static void tap(void *context, struct bytes bytes)
{
	struct work *w = context;

	w->bytes += bytes.n;
	XXH3_128bits_update(w->hash, bytes.p, bytes.n);
}

/* The parent answers with the file of the next segment. */
static int begin_segment(struct work *w, struct error *err)
{
	int r = child_send(w->out, FRAME_SEGMENT_BEGIN, BYTES(NULL, 0));
	ssize_t n;
	char byte;

	if (r < 0)
		return error_errno(err, r, "cannot answer");
	n = pass_receive(CHILD_FILES, &byte, 1, &w->segment);
	if (n < 0)
		return error_errno(err, (int)n, "cannot take a segment's file");
	return w->segment < 0 ? error_set(err, -ECONNRESET, "there is no file for a segment") : 0;
}

static int put_bytes(void *context, struct bytes bytes, struct error *err)
{
	struct work *w = context;
	int r = w->segment < 0 && !w->options->is_dry_run ? begin_segment(w, err) : 0;

	if (r < 0 || w->options->is_dry_run)
		return r;
	r = write_whole(w->segment, bytes);
	return r < 0 ? error_errno(err, r, "cannot write a segment") : 0;
}

static int end_segment(void *context, struct error *err)
{
	struct work *w = context;

	(void)err;
	if (w->options->is_dry_run)
		return 0;
	close(w->segment);
	w->segment = -1;
	return child_send(w->out, FRAME_SEGMENT_END, BYTES(NULL, 0));
}

static int name_sensor(struct work *w, struct encoder *encoder, const char *name, uint16_t *ret, struct error *err)
{
	int r = encoder_sensor(encoder, BYTES_TEXT(name), ret, err);

	if (r < 0 || *ret < w->span_count)
		return r;
	w->spans = memory_grow(w->spans, &w->span_room, *ret + 1ul, sizeof *w->spans);
	w->spans[w->span_count++] = (struct span){ INT64_MAX, INT64_MIN };
	return 0;
}

static int learn_sensors(struct work *w, const struct reader *reader, struct encoder *encoder, struct error *err)
{
	size_t count = reader_sensor_count(reader);

	w->sensor_of = memory_grow(w->sensor_of, &w->sensor_room, count, sizeof *w->sensor_of);
	for (; w->reader_sensors < count; w->reader_sensors++) {
		const char *name = reader_sensor_name(reader, w->reader_sensors);
		int r = name_sensor(w, encoder, name, &w->sensor_of[w->reader_sensors], err);
		if (r < 0)
			return r;
	}
	return 0;
}

static int learn_watched(struct work *w, struct encoder *encoder, struct error *err)
{
	w->watched_sensor = memory_new(w->options->watched_count, sizeof *w->watched_sensor);
	w->front = memory_new(WATCHED_FRONT, sizeof *w->front);
	for (size_t i = 0; i < w->options->watched_count; i++) {
		int r = name_sensor(w, encoder, w->options->watched[i].sensor, &w->watched_sensor[i], err);
		if (r < 0)
			return r;
	}
	return 0;
}

/* The sensor of the longest prefix that holds the destination, else the input's own. */
static bool find_watching(const struct work *w, const struct event *e, uint16_t *ret)
{
	struct address to = event_destination(e);

	*ret = w->sensor_of[e->sensor];
	for (size_t i = 0; to.family && i < w->options->watched_count; i++)
		if (prefix_holds(&w->options->watched[i].prefix, &to)) {
			*ret = w->watched_sensor[i];
			return true;
		}
	return false;
}

static inline uint16_t watching(struct work *w, const struct event *e)
{
	struct watched_front *front;
	uint32_t v4 = get_u32le(e->destination);
	uint16_t sensor;

	if (e->family != 4 || !(e->known & EVENT_HAS_DESTINATION)) {
		find_watching(w, e, &sensor);
		return sensor;
	}
	front = &w->front[(v4 * UINT64_C(0x9e3779b97f4a7c15)) >> 54];
	_Static_assert(WATCHED_FRONT == 1024, "the hash has as many bits");
	if (front->is_set && front->v4 == v4)
		return front->sensor;
	if (find_watching(w, e, &sensor))
		*front = (struct watched_front){ v4, sensor, true };
	return sensor;
}

static int take_events(struct work *w, const struct reader *reader, struct encoder *encoder, struct event *events, size_t n,
		       struct error *err)
{
	int r = reader_sensor_count(reader) == w->reader_sensors ? 0 : learn_sensors(w, reader, encoder, err);

	if (r < 0)
		return r;
	for (size_t i = 0; i < n; i++) {
		uint16_t sensor = w->options->watched_count ? watching(w, &events[i]) : w->sensor_of[events[i].sensor];
		struct span *span = &w->spans[sensor];
		span->first = events[i].time_us < span->first ? events[i].time_us : span->first;
		span->last = events[i].time_us > span->last ? events[i].time_us : span->last;
		events[i].sensor = sensor;
	}
	return encoder_add(encoder, events, n, err);
}

static bool is_deployed(const struct work *w, const char *sensor)
{
	for (size_t i = 0; i < w->options->deployment_count; i++)
		if (strcmp(w->options->deployments[i].sensor, sensor) == 0)
			return true;
	return false;
}

/* Up-time by the deployment table, else from a sensor's first to its last packet. */
static int add_uptime(struct work *w, struct encoder *encoder, struct error *err)
{
	int r = 0;

	for (size_t i = 0; i < w->span_count && r == 0; i++) {
		struct uptime u = { w->spans[i].first, w->spans[i].last + 1, (uint16_t)i, UPTIME_DERIVED };
		if (u.from_us < u.to_us && !is_deployed(w, encoder_sensor_name(encoder, (uint16_t)i)))
			r = encoder_uptime(encoder, &u, err);
	}
	for (size_t i = 0; i < w->options->deployment_count && r == 0; i++) {
		const struct deployment *d = &w->options->deployments[i];
		struct uptime u = { d->from_us, d->to_us, 0, UPTIME_DEPLOYMENT };
		r = encoder_sensor(encoder, BYTES_TEXT(d->sensor), &u.sensor, err);
		if (r == 0)
			r = encoder_uptime(encoder, &u, err);
	}
	return r;
}

static uint32_t sensors_seen(const struct work *w)
{
	uint32_t seen = 0;

	for (size_t i = 0; i < w->span_count; i++)
		seen += w->spans[i].first <= w->spans[i].last;
	return seen;
}

static void add_text(struct buf *out, const char *text)
{
	buf_add_u16le(out, (uint16_t)strlen(text));
	buf_add_text(out, text);
}

static int send_report(struct work *w, const struct reader *reader)
{
	_cleanup_(buf_clear) struct buf out;
	struct reader_report report;
	XXH128_hash_t hash = XXH3_128bits_digest(w->hash);

	reader_report(reader, &report);
	buf_init(&out, 65536);
	buf_add_u64le(&out, hash.high64);
	buf_add_u64le(&out, hash.low64);
	buf_add_u64le(&out, w->bytes);
	buf_add_u64le(&out, report.packets);
	buf_add_u64le(&out, report.events);
	for (int i = 0; i < SKIP_COUNT; i++)
		buf_add_u64le(&out, report.skipped[i]);
	buf_add_u64le(&out, report.lines);
	buf_add_u64le(&out, report.lines_other);
	buf_add_u64le(&out, report.lines_bad);
	buf_add_u64le(&out, report.first_bad_line);
	buf_add_u32le(&out, report.sections);
	buf_add_u32le(&out, report.interfaces);
	buf_add_u32le(&out, sensors_seen(w));
	buf_add_u32le(&out, (uint32_t)report.has_time | (uint32_t)report.is_truncated << 1);
	buf_add_u64le(&out, (uint64_t)report.first_us);
	buf_add_u64le(&out, (uint64_t)report.last_us);
	add_text(&out, report.format);
	add_text(&out, report.compression);
	add_text(&out, report.tail);
	return child_send(w->out, FRAME_REPORT, buf_bytes(&out));
}

static int read_all(struct work *w, struct reader *reader, struct encoder *encoder, struct error *err)
{
	struct event events[BATCH];
	uint64_t told = 0, seen = 0;
	size_t n;
	int r = 0;

	do {
		r = reader_read(reader, events, BATCH, &n, err);
		if (r == 0 && n)
			r = take_events(w, reader, encoder, events, n, err);
		seen += n;
		if (seen - told >= PROGRESS_EVERY) {
			uint8_t number[8];
			told = seen;
			put_u64le(number, seen);
			child_send(w->out, FRAME_PROGRESS, BYTES(number, 8));
		}
	} while (r == 0 && n);
	return r;
}

static int send_failure(int out, const struct error *err)
{
	_cleanup_(buf_clear) struct buf text;

	buf_init(&text, 4 * ERROR_LINE_MAX);
	add_text(&text, err->line);
	add_text(&text, err->hint);
	child_send(out, FRAME_ERROR, buf_bytes(&text));
	return 3;
}

/* The key makes 192 bytes of secret, so that nobody outside can make two inputs of one hash. */
static void hash_begin(struct work *w)
{
	static uint8_t secret[SECRET_BYTES];

	XXH3_generateSecret_fromSeed(secret, w->key[0] ^ w->key[1] * 0x9e3779b97f4a7c15);
	w->hash = XXH3_createState();
	XXH3_128bits_reset_withSecret(w->hash, secret, sizeof secret);
	XXH3_128bits_update(w->hash, w->key, sizeof w->key);
}

static int work(void *context, int in, int out)
{
	struct work *w = context;
	struct encoder_output output = { w, put_bytes, end_segment };
	struct reader_options options = w->options->reader;
	struct error err = ERROR_NONE;
	struct encoder *encoder = encoder_new(&output);
	struct reader *reader = NULL;
	int r;

	w->out = out;
	w->segment = -1;
	hash_begin(w);
	options.tap = (struct input_tap){ w, tap };
	r = sandbox_enter(SANDBOX_IMPORT, &err);
	if (r == 0)
		r = reader_open(in, &options, &reader, &err);
	if (r == 0)
		r = learn_watched(w, encoder, &err);
	if (r == 0)
		r = read_all(w, reader, encoder, &err);
	if (r == 0)
		r = add_uptime(w, encoder, &err);
	if (r == 0)
		r = encoder_finish(encoder, &err);
	if (r == 0)
		r = send_report(w, reader);
	return r < 0 ? send_failure(out, &err) : 0;
}

/* --- the parent --- */

struct answer {
	struct import_report *report;
	uint64_t hash[2];
	bool has_report;
};

static bool take_text(struct bytes *c, char *into, size_t room)
{
	struct bytes text;
	uint16_t n;

	if (!take_u16le(c, &n) || !take_bytes(c, n, &text))
		return false;
	text_copy(into, room, text);
	return true;
}

static bool parse_report(struct bytes c, struct answer *a)
{
	struct import_report *r = a->report;
	uint32_t flags;

	if (!take_u64le(&c, &a->hash[0]) || !take_u64le(&c, &a->hash[1]) || !take_u64le(&c, &r->bytes) ||
	    !take_u64le(&c, &r->packets) || !take_u64le(&c, &r->events))
		return false;
	for (int i = 0; i < SKIP_COUNT; i++)
		if (!take_u64le(&c, &r->skipped[i]))
			return false;
	if (!take_u64le(&c, &r->lines) || !take_u64le(&c, &r->lines_other) || !take_u64le(&c, &r->lines_bad) ||
	    !take_u64le(&c, &r->first_bad_line) || !take_u32le(&c, &r->sections) || !take_u32le(&c, &r->interfaces) ||
	    !take_u32le(&c, &r->sensors) || !take_u32le(&c, &flags) || !take_u64le(&c, (uint64_t *)&r->first_us) ||
	    !take_u64le(&c, (uint64_t *)&r->last_us))
		return false;
	r->has_time = flags & 1;
	r->is_truncated = flags >> 1 & 1;
	return take_text(&c, r->format, sizeof r->format) && take_text(&c, r->compression, sizeof r->compression) &&
	       take_text(&c, r->tail, sizeof r->tail) && c.n == 0;
}

static int child_error(struct bytes c, struct error *err)
{
	char line[ERROR_LINE_MAX], hint[ERROR_LINE_MAX];

	if (!take_text(&c, line, sizeof line) || !take_text(&c, hint, sizeof hint))
		return error_set(err, -EBADMSG, "the locked child failed without a word");
	if (hint[0])
		error_hint(err, "%s", hint);
	return error_set(err, -EBADMSG, "%s", line);
}

static int give_file(struct writer *w, struct child *child, struct error *err)
{
	int fd, r = writer_segment_begin(w, &fd, err);

	if (r < 0)
		return r;
	r = pass_send(child->files, BYTES("F", 1), fd);
	return r < 0 ? error_errno(err, r, "cannot give a segment's file") : 0;
}

static int take_frame(struct writer *w, struct child *child, const struct import_options *options, uint32_t kind,
		      struct bytes frame, struct answer *a, struct error *err)
{
	uint64_t packets;

	switch (kind) {
	case FRAME_SEGMENT_BEGIN:
		return give_file(w, child, err);
	case FRAME_SEGMENT_END:
		return writer_segment_end(w, err);
	case FRAME_PROGRESS:
		if (options->progress && take_u64le(&frame, &packets))
			options->progress(options->progress_context, packets);
		return 0;
	case FRAME_REPORT:
		a->has_report = parse_report(frame, a);
		return a->has_report ? 0 : error_set(err, -EBADMSG, "the locked child's report is damaged");
	case FRAME_ERROR:
		return child_error(frame, err);
	default:
		return error_set(err, -EBADMSG, "the locked child sent something unknown");
	}
}

static int receive(struct writer *w, struct child *child, const struct import_options *options, struct answer *a,
		   struct error *err)
{
	struct bytes frame;
	uint32_t kind;
	int r, status;

	while ((r = child_receive(child, &kind, &frame, err)) == 1) {
		r = take_frame(w, child, options, kind, frame, a, err);
		if (r < 0)
			break;
	}
	if (r < 0) {
		child_kill(child);
		return r;
	}
	status = child_end(child, err);
	if (status < 0)
		return status;
	if (status != 0 || !a->has_report)
		return error_set(err, -ECHILD, "the locked child ended early");
	return 0;
}

static int commit(struct writer *w, const char *name, const struct answer *a, struct error *err)
{
	struct manifest_import row = { .time_us = clock_now() };
	size_t n = 0;
	int r;

	row.hash[0] = a->hash[0];
	row.hash[1] = a->hash[1];
	/* The name stands in a line of the manifest. */
	for (const char *p = name; *p && n < IMPORT_NAME_MAX; p++)
		row.name[n++] = (unsigned char)*p < 0x20 || *p == 0x7f ? '?' : *p;
	r = writer_commit(w, &row, NULL, err);
	if (r != -EEXIST)
		return r;
	a->report->is_known = true;
	writer_abort(w);
	return 0;
}

int import_file(struct writer *w, int fd, const char *name, const struct import_options *options,
		struct import_report *ret, struct error *err)
{
	struct work job = { .options = options };
	struct import_report report = { .format = "" };
	struct answer a = { .report = &report };
	struct child child;
	int r;

	memcpy(job.key, writer_manifest(w)->key, sizeof job.key);
	r = child_start_with_files(&child, work, &job, fd, err);
	if (r == 0)
		r = receive(w, &child, options, &a, err);
	if (r == 0)
		r = options->is_dry_run ? 0 : commit(w, name, &a, err);
	if (r < 0) {
		writer_abort(w);
		error_prefix(err, "'%s'", name);
		return r;
	}
	*ret = report;
	return 0;
}
