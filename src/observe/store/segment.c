/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* A segment file, mapped for reading. */
#include "observe/store/segment.h"

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/memory.h"

#include <errno.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#define XXH_INLINE_ALL
#include <xxhash.h>

/* What the footer of a segment usually takes; a longer one is read a second time. */
#define FOOTER_USUAL_BYTES UINT64_C(16384)

static int damaged(struct error *err, const char *what)
{
	return error_set(err, -EBADMSG, "segment is damaged: %s", what);
}

static int read_at(int fd, uint64_t offset, uint8_t *into, size_t n, struct error *err)
{
	while (n) {
		ssize_t got = pread(fd, into, n, (off_t)offset);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return error_errno(err, -errno, "cannot read a segment");
		if (got == 0)
			return damaged(err, "it is too short");
		into += got;
		offset += (uint64_t)got;
		n -= (size_t)got;
	}
	return 0;
}

/* The end of a file from `offset`, which the caller frees, after a fault too. */
static int read_end(int fd, uint64_t offset, uint64_t size, uint8_t **ret, struct error *err)
{
	*ret = memory_resize(NULL, size - offset);
	return read_at(fd, offset, *ret, size - offset, err);
}

/* The footer in `ret`, to be freed at `ret_end`. It is read, not mapped: a question of kept months opens segments for
 * their footers alone, and the first touch of a mapping costs more than the read. */
static int find_footer(int fd, uint64_t size, uint8_t **ret_end, struct bytes *ret, uint64_t *ret_offset, struct error *err)
{
	uint64_t from = size > FOOTER_USUAL_BYTES ? size - FOOTER_USUAL_BYTES : 0, bytes;
	uint8_t head[SEGMENT_MAGIC_BYTES];
	const uint8_t *trailer;
	int r = read_at(fd, 0, head, sizeof head, err);

	if (r == 0)
		r = read_end(fd, from, size, ret_end, err);
	if (r < 0)
		return r;
	if (memcmp(head, SEGMENT_MAGIC, SEGMENT_MAGIC_BYTES) != 0)
		return damaged(err, "it does not begin as a segment");
	trailer = *ret_end + (size - from) - SEGMENT_TRAILER_BYTES;
	if (memcmp(trailer + 24, SEGMENT_END_MAGIC, SEGMENT_MAGIC_BYTES) != 0)
		return damaged(err, "its end is missing");
	*ret_offset = get_u64le(trailer);
	bytes = get_u64le(trailer + 8);
	if (*ret_offset > size || bytes > size - *ret_offset || *ret_offset + bytes != size - SEGMENT_TRAILER_BYTES)
		return damaged(err, "its end contradicts its size");
	if (*ret_offset < from) {
		free(*ret_end);
		from = *ret_offset;
		r = read_end(fd, from, size, ret_end, err);
		if (r < 0)
			return r;
		trailer = *ret_end + (size - from) - SEGMENT_TRAILER_BYTES;
	}
	*ret = BYTES(*ret_end + (*ret_offset - from), bytes);
	return XXH3_64bits(ret->p, ret->n) == get_u64le(trailer + 16) ? 0 : damaged(err, "wrong checksum of its footer");
}

static bool take_count(struct bytes *c, size_t least, uint32_t *ret)
{
	return take_u32le(c, ret) && *ret <= c->n / least;
}

static bool take_i32(struct bytes *c, int64_t *ret)
{
	uint32_t v;

	if (!take_u32le(c, &v))
		return false;
	*ret = (int32_t)v;
	return true;
}

static bool take_sensors(struct bytes *c, struct segment *s)
{
	if (!take_count(c, 3, &s->sensor_count) || s->sensor_count > SENSORS_MAX)
		return false;
	s->sensors = memory_new(s->sensor_count, sizeof *s->sensors);
	for (uint32_t i = 0; i < s->sensor_count; i++) {
		struct bytes name;
		uint16_t n;
		if (!take_u16le(c, &n) || !take_bytes(c, n, &name) || !sensor_name_is_valid(name))
			return false;
		memcpy(s->sensors[i], name.p, name.n);
	}
	return true;
}

static bool take_blocks(struct bytes *c, struct segment *s, uint64_t limit)
{
	if (!take_count(c, 44, &s->block_count))
		return false;
	s->blocks = memory_new(s->block_count, sizeof *s->blocks);
	s->is_known = memory_new(s->block_count, sizeof *s->is_known);
	for (uint32_t i = 0; i < s->block_count; i++) {
		struct segment_block *b = &s->blocks[i];
		if (!take_u64le(c, &b->offset) || !take_u32le(c, &b->bytes) || !take_u32le(c, &b->events) ||
		    !take_i32(c, &b->day) || !take_u64le(c, (uint64_t *)&b->first_us) ||
		    !take_u64le(c, (uint64_t *)&b->last_us) || !take_u32le(c, &b->first_id) ||
		    !take_u32le(c, &b->new_sources))
			return false;
		if (b->offset > limit || b->bytes > limit - b->offset || b->first_us > b->last_us ||
		    b->events > BLOCK_EVENTS_MAX || b->first_id > s->sources ||
		    b->new_sources > s->sources - b->first_id)
			return false;
		s->first_us = i == 0 || b->first_us < s->first_us ? b->first_us : s->first_us;
		s->last_us = i == 0 || b->last_us > s->last_us ? b->last_us : s->last_us;
	}
	return true;
}

static bool take_chunks(struct bytes *c, struct segment *s, uint64_t limit)
{
	if (!take_count(c, 28, &s->chunk_count))
		return false;
	s->chunks = memory_new(s->chunk_count, sizeof *s->chunks);
	for (uint32_t i = 0; i < s->chunk_count; i++) {
		struct segment_chunk *k = &s->chunks[i];
		if (!take_i32(c, &k->day) || !take_u64le(c, &k->offset) || !take_u32le(c, &k->bytes) ||
		    !take_u32le(c, &k->cells) || !take_u64le(c, &k->check) || k->offset > limit ||
		    k->bytes > limit - k->offset)
			return false;
	}
	return true;
}

static bool take_uptimes(struct bytes *c, struct segment *s)
{
	if (!take_count(c, 20, &s->uptime_count))
		return false;
	s->uptimes = memory_new(s->uptime_count, sizeof *s->uptimes);
	for (uint32_t i = 0; i < s->uptime_count; i++) {
		struct uptime *u = &s->uptimes[i];
		uint16_t kind;
		if (!take_u16le(c, &u->sensor) || !take_u16le(c, &kind) || !take_u64le(c, (uint64_t *)&u->from_us) ||
		    !take_u64le(c, (uint64_t *)&u->to_us))
			return false;
		if (u->sensor >= s->sensor_count || kind > UPTIME_DERIVED || u->from_us > u->to_us)
			return false;
		u->kind = (uint8_t)kind;
	}
	return true;
}

static int read_footer(struct segment *s, int fd, struct error *err)
{
	_cleanup_free_ uint8_t *end = NULL;
	struct bytes c = { 0 };
	uint32_t version;
	uint64_t limit = 0, events = 0;
	int r = find_footer(fd, s->file.n, &end, &c, &limit, err);

	if (r < 0)
		return r;
	if (!take_u32le(&c, &version))
		return damaged(err, "its footer is cut");
	if (version != SEGMENT_FOOTER_VERSION) {
		error_hint(err, version > SEGMENT_FOOTER_VERSION ? "a newer hinomi may have written it" :
							   "it was written before 0.1.0: import its packets again");
		return error_set(err, -EPROTONOSUPPORT, "segment has version %u, known is %u", version, SEGMENT_FOOTER_VERSION);
	}
	s->first_us = 1;
	s->last_us = 0;
	if (!take_u64le(&c, &s->events) || !take_u32le(&c, &s->sources) || s->sources > SEGMENT_SOURCES_MAX ||
	    !take_sensors(&c, s) || !take_blocks(&c, s, limit) || !take_chunks(&c, s, limit) ||
	    !take_uptimes(&c, s) || c.n)
		return damaged(err, "its footer contradicts itself");
	for (uint32_t i = 0; i < s->block_count; i++)
		events += s->blocks[i].events;
	return events == s->events ? 0 : damaged(err, "its blocks do not add up");
}

int segment_open(int fd, struct segment *ret, struct error *err)
{
	struct segment s = { 0 };
	struct stat st;
	void *map;
	int r;

	if (fstat(fd, &st) < 0)
		return error_errno(err, -errno, "cannot read a segment's size");
	if (st.st_size < SEGMENT_MAGIC_BYTES + SEGMENT_TRAILER_BYTES)
		return damaged(err, "it is too short");
	map = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_SHARED, fd, 0);
	if (map == MAP_FAILED)
		return error_errno(err, -errno, "cannot map a segment");
	s.file = BYTES(map, (size_t)st.st_size);
	r = read_footer(&s, fd, err);
	if (r < 0) {
		segment_close(&s);
		return r;
	}
	*ret = s;
	return 0;
}

void segment_close(struct segment *s)
{
	if (s->file.p)
		munmap((void *)s->file.p, s->file.n);
	free(s->sensors);
	free(s->blocks);
	free(s->is_known);
	free(s->chunks);
	free(s->uptimes);
	*s = (struct segment){ 0 };
}

int segment_block(const struct segment *s, uint32_t index, struct block *ret, struct error *err)
{
	const struct segment_block *i = &s->blocks[index];
	struct bytes bytes = BYTES(s->file.p + i->offset, i->bytes);
	struct block b;
	int r;

	if (s->is_known[index])
		return block_reopen(bytes, ret);
	r = block_open(bytes, &b, err);
	if (r < 0)
		return r;
	if (b.events != i->events || b.day != i->day || b.first_us != i->first_us || b.last_us != i->last_us ||
	    b.first_us > b.last_us || floor_div(b.first_us, DAY_US) != b.day || floor_div(b.last_us, DAY_US) != b.day)
		return damaged(err, "a block is not what the footer says");
	s->is_known[index] = true;
	*ret = b;
	return 0;
}

int segment_chunk(const struct segment *s, uint32_t index, struct bytes *ret, struct error *err)
{
	const struct segment_chunk *k = &s->chunks[index];

	if (XXH3_64bits(s->file.p + k->offset, k->bytes) != k->check)
		return damaged(err, "wrong checksum of a roll-up");
	*ret = BYTES(s->file.p + k->offset, k->bytes);
	return 0;
}

static int new_sources(const struct segment *s, uint32_t index, struct block_new *ret, struct error *err)
{
	struct block b;
	int r = segment_block(s, index, &b, err);

	if (r < 0)
		return r;
	if (!block_new_sources(&b, ret) || ret->first_id != s->blocks[index].first_id ||
	    ret->v4_count + ret->v6_count + ret->none_count != s->blocks[index].new_sources)
		return damaged(err, "a block lists other sources than the footer says");
	return 0;
}

static bool fill_sources(const struct block_new *n, uint64_t *v4, struct address *a, uint8_t *ttl)
{
	if (!block_new_v4(n, v4))
		return false;
	for (uint32_t i = 0; i < n->v4_count; i++, a++)
		*a = address_v4((uint32_t)v4[i]);
	for (uint32_t i = 0; i < n->v6_count; i++, a++) {
		a->family = 6;
		memcpy(a->byte, n->v6 + 16ul * i, 16);
	}
	memcpy(ttl, n->ttl, (size_t)n->v4_count + n->v6_count + n->none_count);
	return true;
}

int segment_sources(const struct segment *s, struct address **ret_addresses, uint8_t **ret_ttls, struct error *err)
{
	struct address *addresses = memory_new(s->sources + 1ul, sizeof *addresses);
	uint8_t *ttls = memory_new(s->sources + 1ul, 1);
	_cleanup_free_ uint64_t *v4 = memory_resize(NULL, BLOCK_EVENTS_MAX * sizeof *v4);

	for (uint32_t i = 0; i < s->block_count; i++) {
		struct block_new n;
		int r = s->blocks[i].new_sources ? new_sources(s, i, &n, err) : 0;
		if (r == 0 && s->blocks[i].new_sources && !fill_sources(&n, v4, addresses + n.first_id, ttls + n.first_id))
			r = damaged(err, "a block's list of sources ends early");
		if (r < 0) {
			free(addresses);
			free(ttls);
			return r;
		}
	}
	*ret_addresses = addresses;
	*ret_ttls = ttls;
	return 0;
}

static bool find_v6(const struct block_new *n, const uint8_t wanted[16], uint32_t *ret)
{
	uint32_t low = 0, high = n->v6_count;

	while (low < high) {
		uint32_t middle = low + (high - low) / 2;
		int order = memcmp(n->v6 + 16ul * middle, wanted, 16);
		if (order == 0) {
			*ret = n->first_id + n->v4_count + middle;
			return true;
		}
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return false;
}

static bool find_in(const struct block_new *n, const struct address *a, uint32_t *ret_id)
{
	if (a->family == 4) {
		bool is_found = block_new_find_v4(n, address_v4_number(a), ret_id);
		*ret_id += n->first_id;
		return is_found;
	}
	if (a->family == 6)
		return find_v6(n, a->byte, ret_id);
	*ret_id = n->first_id + n->v4_count + n->v6_count;
	return n->none_count;
}

bool segment_find_source(const struct segment *s, const struct address *a, uint32_t *ret_id, uint8_t *ret_ttl)
{
	for (uint32_t i = 0; i < s->block_count; i++) {
		struct error err = ERROR_NONE;
		struct block_new n;
		struct block b;
		if (s->blocks[i].new_sources == 0 || segment_block(s, i, &b, &err) < 0 || !block_new_sources(&b, &n) ||
		    n.first_id != s->blocks[i].first_id ||
		    n.v4_count + n.v6_count + n.none_count != s->blocks[i].new_sources)
			continue;
		if (find_in(&n, a, ret_id)) {
			*ret_ttl = n.ttl[*ret_id - n.first_id];
			return true;
		}
	}
	return false;
}
