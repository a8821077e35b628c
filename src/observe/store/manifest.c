/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* The manifest: which files are the store. */
#include "observe/store/manifest.h"

#include "base/memory.h"
#include "base/text.h"

#include <errno.h>
#include <inttypes.h>
#define XXH_INLINE_ALL
#include <xxhash.h>

#define MANIFEST_FIRST_LINE "hinomi-store 1"

void manifest_clear(struct manifest *m)
{
	for (size_t i = 0; i < m->batch_count; i++)
		free(m->batches[i].ranges);
	free(m->batches);
	free(m->segments);
	free(m->imports);
	*m = (struct manifest){ 0 };
}

#define COPY_ARRAY(copy, field, count)                                                  \
	do {                                                                            \
		(copy).field = memory_new((copy).count, sizeof *(copy).field);          \
		if ((copy).count)                                                       \
			memcpy((copy).field, m->field, (copy).count * sizeof *m->field); \
	} while (0)

struct manifest manifest_copy(const struct manifest *m)
{
	struct manifest copy = *m;

	copy.segment_room = copy.segment_count;
	copy.import_room = copy.import_count;
	copy.batch_room = copy.batch_count;
	COPY_ARRAY(copy, segments, segment_count);
	COPY_ARRAY(copy, imports, import_count);
	COPY_ARRAY(copy, batches, batch_count);
	for (size_t i = 0; i < copy.batch_count; i++) {
		struct manifest_batches *b = &copy.batches[i];
		size_t bytes = b->range_count * sizeof *b->ranges;
		b->ranges = memory_new(b->range_count, sizeof *b->ranges);
		memcpy(b->ranges, m->batches[i].ranges, bytes);
		b->range_room = b->range_count;
	}
	return copy;
}

void manifest_format(const struct manifest *m, struct buf *out)
{
	size_t start = out->n;

	buf_add_text(out, MANIFEST_FIRST_LINE "\n");
	buf_addf(out, "key %016" PRIx64 "%016" PRIx64 "\n", m->key[0], m->key[1]);
	if (m->is_simulated)
		buf_addf(out, "simulated %" PRIu64 "\n", m->simulated_seed);
	buf_addf(out, "next %" PRIu32 "\n", m->next_number);
	if (m->journal)
		buf_addf(out, "journal %" PRIu32 "\n", m->journal);
	for (size_t i = 0; i < m->segment_count; i++) {
		const struct manifest_segment *s = &m->segments[i];
		buf_addf(out, "segment %" PRIu32 " %" PRIu64 " %" PRIu64 " %" PRId64 " %" PRId64 "\n", s->number,
			 s->bytes, s->events, s->first_us, s->last_us);
	}
	for (size_t i = 0; i < m->import_count; i++) {
		const struct manifest_import *import = &m->imports[i];
		buf_addf(out, "import %016" PRIx64 "%016" PRIx64 " %" PRId64 " %" PRIu64 " %s\n", import->hash[0],
			 import->hash[1], import->time_us, import->events, import->name);
	}
	for (size_t i = 0; i < m->batch_count; i++) {
		const struct manifest_batches *b = &m->batches[i];
		buf_addf(out, "batches %s %016" PRIx64, b->sensor, b->boot);
		for (size_t r = 0; r < b->range_count; r++)
			buf_addf(out, " %" PRIu64 "-%" PRIu64, b->ranges[r].first, b->ranges[r].last);
		buf_add_char(out, '\n');
	}
	buf_addf(out, "end %016" PRIx64 "\n", (uint64_t)XXH3_64bits(out->p + start, out->n - start));
}

/* --- reading --- */

static bool take_word(struct bytes *line, struct bytes *ret)
{
	return take_until(line, ' ', ret) && ret->n;
}

static bool take_number(struct bytes *line, uint64_t max, uint64_t *ret)
{
	struct bytes word;

	return take_word(line, &word) && bytes_number(word, max, ret);
}

static bool take_signed(struct bytes *line, int64_t *ret)
{
	struct bytes word;
	uint64_t value;
	bool is_minus;

	if (!take_word(line, &word))
		return false;
	is_minus = word.p[0] == '-';
	if (is_minus)
		take_skip(&word, 1);
	if (!bytes_number(word, INT64_MAX, &value))
		return false;
	*ret = is_minus ? -(int64_t)value : (int64_t)value;
	return true;
}

static bool take_hex(struct bytes *word, uint64_t *ret)
{
	uint64_t value = 0;

	for (int i = 0; i < 16; i++) {
		static const char digits[] = "0123456789abcdef";
		const char *digit;
		uint8_t c;
		if (!take_u8(word, &c) || !c || !(digit = strchr(digits, c)))
			return false;
		value = value << 4 | (uint64_t)(digit - digits);
	}
	*ret = value;
	return true;
}

static bool parse_segment(struct bytes line, struct manifest *m)
{
	struct manifest_segment s;
	uint64_t number;

	if (!take_number(&line, UINT32_MAX, &number) || !take_number(&line, INT64_MAX, &s.bytes) ||
	    !take_number(&line, INT64_MAX, &s.events) || !take_signed(&line, &s.first_us) ||
	    !take_signed(&line, &s.last_us) || line.n)
		return false;
	s.number = (uint32_t)number;
	manifest_add_segment(m, &s);
	return true;
}

static bool parse_import(struct bytes line, struct manifest *m)
{
	struct manifest_import import = { .time_us = 0 };
	struct bytes hash;

	if (!take_word(&line, &hash) || !take_hex(&hash, &import.hash[0]) || !take_hex(&hash, &import.hash[1]) ||
	    hash.n || !take_signed(&line, &import.time_us) || !take_number(&line, INT64_MAX, &import.events) ||
	    !text_copy(import.name, sizeof import.name, line))
		return false;
	manifest_add_import(m, &import);
	return true;
}

static struct manifest_batches *batches_of(struct manifest *m, struct bytes sensor, uint64_t boot)
{
	struct manifest_batches *b;

	for (size_t i = 0; i < m->batch_count; i++)
		if (m->batches[i].boot == boot && bytes_is(sensor, m->batches[i].sensor))
			return &m->batches[i];
	m->batches = memory_grow(m->batches, &m->batch_room, m->batch_count + 1, sizeof *m->batches);
	b = &m->batches[m->batch_count++];
	*b = (struct manifest_batches){ .boot = boot };
	text_copy(b->sensor, sizeof b->sensor, sensor);
	return b;
}

static bool parse_batches(struct bytes line, struct manifest *m)
{
	struct manifest_batches *b;
	struct bytes sensor, boot, range;
	uint64_t number, last = 0;

	if (!take_word(&line, &sensor) || !sensor_name_is_valid(sensor) || !take_word(&line, &boot) ||
	    !take_hex(&boot, &number) || boot.n)
		return false;
	b = batches_of(m, sensor, number);
	while (take_word(&line, &range)) {
		struct bytes first;
		uint64_t from, to;
		if (!take_until(&range, '-', &first) || !bytes_number(first, UINT64_MAX - 2, &from) ||
		    !bytes_number(range, UINT64_MAX - 2, &to) || from > to || (b->range_count && from <= last + 1))
			return false;
		b->ranges = memory_grow(b->ranges, &b->range_room, b->range_count + 1, sizeof *b->ranges);
		b->ranges[b->range_count].first = from;
		b->ranges[b->range_count++].last = to;
		last = to;
	}
	return line.n == 0;
}

static bool parse_small_number(struct bytes line, uint32_t *ret)
{
	uint64_t number;

	if (!take_number(&line, UINT32_MAX, &number) || line.n)
		return false;
	*ret = (uint32_t)number;
	return true;
}

static bool parse_line(struct bytes line, struct manifest *m)
{
	struct bytes word;

	if (!take_word(&line, &word))
		return false;
	if (bytes_is(word, "key"))
		return take_hex(&line, &m->key[0]) && take_hex(&line, &m->key[1]) && line.n == 0;
	if (bytes_is(word, "simulated")) {
		m->is_simulated = true;
		return take_number(&line, UINT64_MAX, &m->simulated_seed) && line.n == 0;
	}
	if (bytes_is(word, "next"))
		return parse_small_number(line, &m->next_number);
	if (bytes_is(word, "journal"))
		return parse_small_number(line, &m->journal);
	if (bytes_is(word, "segment"))
		return parse_segment(line, m);
	if (bytes_is(word, "import"))
		return parse_import(line, m);
	if (bytes_is(word, "batches"))
		return parse_batches(line, m);
	return false;
}

static int parse_end(struct bytes all, struct bytes line, struct bytes rest, struct error *err)
{
	uint64_t check;
	struct bytes body = BYTES(all.p, (size_t)(line.p - all.p));

	take_skip(&line, 4);
	if (!take_hex(&line, &check) || line.n || rest.n || check != XXH3_64bits(body.p, body.n))
		return error_set(err, -EBADMSG, "manifest is damaged: wrong checksum");
	return 0;
}

int manifest_parse(struct bytes text, struct manifest *ret, struct error *err)
{
	struct manifest m = { .next_number = 1 };
	struct bytes rest = text, line;

	if (!take_until(&rest, '\n', &line) || !bytes_is(line, MANIFEST_FIRST_LINE)) {
		error_hint(err, "a store is made by `hinomi observe import` or `./dev run`");
		return error_set(err, -EBADMSG, "not a manifest of a store that this hinomi knows");
	}
	while (take_until(&rest, '\n', &line)) {
		int r;
		if (bytes_starts(line, "end ")) {
			r = parse_end(text, line, rest, err);
			if (r < 0)
				manifest_clear(&m);
			else
				*ret = m;
			return r;
		}
		if (!parse_line(line, &m))
			break;
	}
	manifest_clear(&m);
	return error_set(err, -EBADMSG, "manifest is damaged: a line is not understood or its end is missing");
}

/* --- changes --- */

void manifest_add_segment(struct manifest *m, const struct manifest_segment *segment)
{
	m->segments = memory_grow(m->segments, &m->segment_room, m->segment_count + 1, sizeof *m->segments);
	m->segments[m->segment_count++] = *segment;
}

void manifest_add_import(struct manifest *m, const struct manifest_import *import)
{
	m->imports = memory_grow(m->imports, &m->import_room, m->import_count + 1, sizeof *m->imports);
	m->imports[m->import_count++] = *import;
}

const struct manifest_import *manifest_find_import(const struct manifest *m, const uint64_t hash[2])
{
	for (size_t i = 0; i < m->import_count; i++)
		if (m->imports[i].hash[0] == hash[0] && m->imports[i].hash[1] == hash[1])
			return &m->imports[i];
	return NULL;
}

/* The first range that ends at `number` - 1 or later. */
static size_t range_place(const struct manifest_batches *b, uint64_t number)
{
	size_t i = 0;

	while (i < b->range_count && b->ranges[i].last + 1 < number)
		i++;
	return i;
}

bool manifest_has_batch(const struct manifest *m, struct bytes sensor, uint64_t boot, uint64_t number)
{
	for (size_t i = 0; i < m->batch_count; i++) {
		const struct manifest_batches *b = &m->batches[i];
		if (b->boot != boot || !bytes_is(sensor, b->sensor))
			continue;
		for (size_t r = 0; r < b->range_count; r++)
			if (number >= b->ranges[r].first && number <= b->ranges[r].last)
				return true;
	}
	return false;
}

bool manifest_add_batch(struct manifest *m, struct bytes sensor, uint64_t boot, uint64_t number)
{
	struct manifest_batches *b;
	size_t i;

	if (manifest_has_batch(m, sensor, boot, number))
		return false;
	b = batches_of(m, sensor, boot);
	i = range_place(b, number);
	if (i < b->range_count && b->ranges[i].last + 1 == number) {
		b->ranges[i].last = number;
		if (i + 1 < b->range_count && b->ranges[i + 1].first == number + 1) {
			b->ranges[i].last = b->ranges[i + 1].last;
			memmove(&b->ranges[i + 1], &b->ranges[i + 2], (b->range_count - i - 2) * sizeof *b->ranges);
			b->range_count--;
		}
	} else if (i < b->range_count && b->ranges[i].first == number + 1) {
		b->ranges[i].first = number;
	} else {
		b->ranges = memory_grow(b->ranges, &b->range_room, b->range_count + 1, sizeof *b->ranges);
		memmove(&b->ranges[i + 1], &b->ranges[i], (b->range_count - i) * sizeof *b->ranges);
		b->ranges[i].first = b->ranges[i].last = number;
		b->range_count++;
	}
	return true;
}
