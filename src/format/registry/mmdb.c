/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* MaxMind's .mmdb files. */
#include "format/registry/mmdb.h"

#include "base/cleanup.h"

#include <errno.h>

#define MARK "\xab\xcd\xefMaxMind.com"
#define MARK_BYTES (sizeof MARK - 1)
#define DESCRIPTION_MAX (128u << 10) /* the description stands in the last 128 KiB */
#define GAP_BYTES 16                 /* zeros between tree and data */
#define NEST_MAX 16
#define STEPS_MAX (UINT64_C(1) << 29) /* nodes and fields looked at: more than any real file needs */
#define DAYS_MAX 2932896              /* 9999-12-31 */

enum type { POINTER = 1, TEXT = 2, UINT16 = 5, UINT32 = 6, MAP = 7, UINT64 = 9, ARRAY = 11, BOOLEAN = 14 };

struct head {
	unsigned type;
	uint32_t size;   /* bytes, or members; of a pointer where it points to */
};

struct file {
	struct bytes tree, data;
	uint32_t nodes, record_bits, version;
	uint32_t ipv4_node; /* == nodes: IPv4 addresses have no tree of their own */
	uint64_t steps;
	registry_prefix_fn *each;
	void *context;
	struct registry_about *about;
	uint32_t last_offset; /* the record that `last` was read from; UINT32_MAX: none */
	struct registry_prefix last;
};

/* --- fields --- */

static bool take_be(struct bytes *c, unsigned n, uint32_t *ret)
{
	uint32_t v = 0;
	uint8_t byte;

	while (n--) {
		if (!take_u8(c, &byte))
			return false;
		v = v << 8 | byte;
	}
	*ret = v;
	return true;
}

static bool take_pointer(struct bytes *c, uint8_t control, uint32_t *ret)
{
	static const uint32_t more[] = { 0, 2048, 526336, 0 };
	unsigned size = control >> 3 & 3;
	uint32_t rest;

	if (!take_be(c, size + 1, &rest))
		return false;
	*ret = size == 3 ? rest : ((uint32_t)(control & 7) << (8 * (size + 1)) | rest) + more[size];
	return true;
}

static bool take_head(struct bytes *c, struct head *ret)
{
	static const uint32_t more[] = { 29, 285, 65821 };
	uint32_t rest;
	uint8_t control, extended;

	if (!take_u8(c, &control))
		return false;
	ret->type = control >> 5;
	ret->size = control & 31;
	if (ret->type == POINTER)
		return take_pointer(c, control, &ret->size);
	if (ret->type == 0) {
		if (!take_u8(c, &extended))
			return false;
		ret->type = extended + 7u;
	}
	if (ret->size >= 29) {
		unsigned n = ret->size - 28;
		if (!take_be(c, n, &rest))
			return false;
		ret->size = more[n - 1] + rest;
	}
	return true;
}

/* The head at `c`, or at the place to which it points; `*ret` is what follows it. */
static bool head_at(struct bytes section, struct bytes c, struct head *ret_head, struct bytes *ret)
{
	if (!take_head(&c, ret_head))
		return false;
	if (ret_head->type == POINTER) {
		uint32_t where = ret_head->size;
		c = section;
		if (!take_skip(&c, where) || !take_head(&c, ret_head) || ret_head->type == POINTER)
			return false;
	}
	*ret = c;
	return true;
}

/* Past a field with all that is in it; what a pointer points to is not in it. */
static bool skip_field(struct file *f, struct bytes *c, unsigned depth)
{
	struct head h;
	uint64_t members;

	if (depth > NEST_MAX || ++f->steps > STEPS_MAX || !take_head(c, &h))
		return false;
	if (h.type == POINTER || h.type == BOOLEAN)
		return true;
	if (h.type != MAP && h.type != ARRAY)
		return take_skip(c, h.size);
	members = h.type == MAP ? 2 * (uint64_t)h.size : h.size;
	for (uint64_t i = 0; i < members; i++)
		if (!skip_field(f, c, depth + 1))
			return false;
	return true;
}

static bool text_at(struct bytes section, struct bytes c, struct bytes *ret)
{
	struct head h;

	return head_at(section, c, &h, &c) && h.type == TEXT && take_bytes(&c, h.size, ret);
}

static bool number_at(struct bytes section, struct bytes c, uint64_t *ret)
{
	struct head h;
	uint64_t v = 0;
	uint8_t byte;

	if (!head_at(section, c, &h, &c) || (h.type != UINT16 && h.type != UINT32 && h.type != UINT64) || h.size > 8)
		return false;
	while (h.size--) {
		if (!take_u8(&c, &byte))
			return false;
		v = v << 8 | byte;
	}
	*ret = v;
	return true;
}

/* The value of a key in the map at `c`. */
static bool find(struct file *f, struct bytes section, struct bytes c, const char *key, struct bytes *ret)
{
	struct bytes name;
	struct head h;

	if (!head_at(section, c, &h, &c) || h.type != MAP)
		return false;
	for (uint32_t i = 0; i < h.size; i++) {
		bool is_it = text_at(section, c, &name) && bytes_is(name, key);
		if (!skip_field(f, &c, 0))
			return false;
		if (is_it) {
			*ret = c;
			return true;
		}
		if (!skip_field(f, &c, 0))
			return false;
	}
	return false;
}

/* --- records --- */

static bool country_of(struct file *f, struct bytes record, const char *key, char ret[3])
{
	struct bytes map, value, text;

	return find(f, f->data, record, key, &map) && find(f, f->data, map, "iso_code", &value) &&
	       text_at(f->data, value, &text) && registry_country(text, ret);
}

static void read_record(struct file *f, struct bytes record)
{
	struct bytes value;
	uint64_t as;

	f->last = (struct registry_prefix){ .as = 0 };
	if (!country_of(f, record, "country", f->last.country))
		country_of(f, record, "registered_country", f->last.country);
	if (find(f, f->data, record, "autonomous_system_number", &value) && number_at(f->data, value, &as) && as <= UINT32_MAX)
		f->last.as = (uint32_t)as;
}

/* A leaf; `path` holds the bits that led here. */
static int leaf(struct file *f, uint32_t offset, const uint8_t path[16], unsigned depth, bool is_ipv4)
{
	struct bytes record = f->data;

	if (offset != f->last_offset) {
		if (!take_skip(&record, offset))
			return -EBADMSG;
		read_record(f, record);
		f->last_offset = offset;
	}
	f->last.prefix = (struct prefix){ .bits = (uint8_t)depth };
	f->last.prefix.address.family = is_ipv4 ? 4 : 6;
	memcpy(f->last.prefix.address.byte, path, is_ipv4 ? 4 : 16);
	if (f->last.country[0] == '\0' && f->last.as == 0) {
		f->about->left_out++;
		return 0;
	}
	f->about->rows++;
	return f->each(f->context, &f->last);
}

/* --- the tree --- */

/* The node is inside the tree: nodes * record_bits was compared with the file. */
static void read_node(const struct file *f, uint32_t node, uint32_t ret[2])
{
	const uint8_t *p = f->tree.p + (size_t)node * f->record_bits / 4;

	if (f->record_bits == 24) {
		ret[0] = get_u32be(p) >> 8;
		ret[1] = (uint32_t)p[3] << 16 | get_u16be(p + 4);
	} else if (f->record_bits == 28) {
		ret[0] = (uint32_t)(p[3] >> 4) << 24 | get_u32be(p) >> 8;
		ret[1] = get_u32be(p + 3) & 0x0fffffff;
	} else {
		ret[0] = get_u32be(p);
		ret[1] = get_u32be(p + 4);
	}
}

static int walk_node(struct file *f, uint32_t node, uint8_t path[16], unsigned depth, bool is_ipv4);

static int walk_record(struct file *f, uint32_t record, uint8_t path[16], unsigned depth, bool is_ipv4)
{
	static const uint8_t zero[12];

	if (record == f->nodes)
		return 0;
	if (record > f->nodes)
		return record - f->nodes < GAP_BYTES ? -EBADMSG : leaf(f, record - f->nodes - GAP_BYTES, path, depth, is_ipv4);
	if (depth >= (is_ipv4 ? 32u : 128u))
		return -EBADMSG;
	if (!is_ipv4 && depth == 96 && memcmp(path, zero, sizeof zero) == 0) {
		uint8_t below[16] = { 0 };
		return walk_node(f, record, below, 0, true);
	}
	/* 6to4, Teredo and mapped addresses point to the IPv4 part again. */
	if (!is_ipv4 && record == f->ipv4_node)
		return 0;
	return walk_node(f, record, path, depth, is_ipv4);
}

static int walk_node(struct file *f, uint32_t node, uint8_t path[16], unsigned depth, bool is_ipv4)
{
	uint32_t records[2];
	int r;

	if (++f->steps > STEPS_MAX)
		return -EBADMSG;
	read_node(f, node, records);
	r = walk_record(f, records[0], path, depth + 1, is_ipv4);
	if (r != 0)
		return r;
	path[depth / 8] |= (uint8_t)(0x80 >> depth % 8);
	r = walk_record(f, records[1], path, depth + 1, is_ipv4);
	path[depth / 8] &= (uint8_t)~(0x80 >> depth % 8);
	return r;
}

static void find_ipv4(struct file *f)
{
	uint32_t node = 0, records[2];
	unsigned depth = 0;

	for (; f->version == 6 && depth < 96 && node < f->nodes; depth++) {
		read_node(f, node, records);
		node = records[0];
	}
	f->ipv4_node = depth == 96 && node < f->nodes ? node : f->nodes;
}

/* --- the description --- */

static bool find_mark(struct bytes file, size_t *ret)
{
	size_t least = file.n > DESCRIPTION_MAX ? file.n - DESCRIPTION_MAX : 0;

	for (size_t at = file.n; at-- > least;)
		if (file.p[at] == 0xab && file.n - at >= MARK_BYTES && memcmp(file.p + at, MARK, MARK_BYTES) == 0) {
			*ret = at;
			return true;
		}
	return false;
}

bool mmdb_is(struct bytes file)
{
	size_t at;

	return find_mark(file, &at);
}

static bool described(struct file *f, struct bytes description, const char *key, uint64_t max, uint64_t *ret)
{
	struct bytes value;

	return find(f, description, description, key, &value) && number_at(description, value, ret) && *ret <= max;
}

static bool read_description(struct file *f, struct bytes file, size_t mark)
{
	struct bytes description = BYTES(file.p + mark + MARK_BYTES, file.n - mark - MARK_BYTES);
	uint64_t nodes, bits, version, build = 0, tree;

	if (!described(f, description, "node_count", UINT32_MAX, &nodes) || !described(f, description, "record_size", 32, &bits) ||
	    !described(f, description, "ip_version", 6, &version) || (version != 4 && version != 6) ||
	    (bits != 24 && bits != 28 && bits != 32) || nodes == 0)
		return false;
	tree = nodes * bits / 4;
	if (tree + GAP_BYTES > mark)
		return false;
	if (described(f, description, "build_epoch", UINT64_MAX, &build))
		f->about->date = date_from_days((int64_t)MIN(build / 86400, (uint64_t)DAYS_MAX));
	f->tree = BYTES(file.p, tree);
	f->data = BYTES(file.p + tree + GAP_BYTES, mark - tree - GAP_BYTES);
	f->nodes = (uint32_t)nodes;
	f->record_bits = (uint32_t)bits;
	f->version = (uint32_t)version;
	return true;
}

int mmdb_parse(struct bytes file, registry_prefix_fn *each, void *context, struct registry_about *ret_about,
	       struct error *err)
{
	struct registry_about about = { .rows = 0 };
	struct file f = { .each = each, .context = context, .about = &about, .last_offset = UINT32_MAX };
	uint8_t path[16] = { 0 };
	size_t mark;
	int r;

	if (!find_mark(file, &mark) || !read_description(&f, file, mark))
		return error_set(err, -EBADMSG, "the description of the mmdb file is broken");
	find_ipv4(&f);
	r = walk_node(&f, 0, path, 0, f.version == 4);
	if (r == -EBADMSG)
		return error_set(err, r, "the tree of the mmdb file is broken");
	if (r == 0)
		*ret_about = about;
	return r;
}
