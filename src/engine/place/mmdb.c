/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* MaxMind's .mmdb files: a binary tree over address bits whose leaves point to records ("MaxMind DB file format",
 * version 2.0). The tree is walked once, whole, in the locked child; looking up is then the table's own. */
#include "base/cleanup.h"
#include "engine/place/place_int.h"

#include <errno.h>
#include <maxminddb.h>

#define VISITS_MAX (64u << 20)

struct walk {
	MMDB_s *db;
	struct place_builder *builder;
	struct registry_about *about;
	uint64_t visits;
	uint32_t last_offset; /* of the record that `last` was read from */
	bool has_last;
	struct registry_prefix last;
};

static bool country_at(MMDB_entry_s *entry, const char *const *path, char ret[3])
{
	MMDB_entry_data_s data;

	return MMDB_aget_value(entry, &data, path) == MMDB_SUCCESS && data.has_data && data.type == MMDB_DATA_TYPE_UTF8_STRING &&
	       registry_country(BYTES(data.utf8_string, data.data_size), ret);
}

static void read_record(MMDB_entry_s *entry, struct registry_prefix *p)
{
	static const char *const country[] = { "country", "iso_code", NULL };
	static const char *const registered[] = { "registered_country", "iso_code", NULL };
	static const char *const as[] = { "autonomous_system_number", NULL };
	MMDB_entry_data_s data;

	*p = (struct registry_prefix){ .as = 0 };
	if (!country_at(entry, country, p->country))
		country_at(entry, registered, p->country);
	if (MMDB_aget_value(entry, &data, as) == MMDB_SUCCESS && data.has_data && data.type == MMDB_DATA_TYPE_UINT32)
		p->as = data.uint32;
}

/* A leaf: `path` holds the bits that led here. In a tree of IPv6 the IPv4 addresses stand under ::/96. */
static int leaf(struct walk *w, MMDB_entry_s *entry, const uint8_t path[16], unsigned depth, bool is_ipv4)
{
	if (!w->has_last || w->last_offset != entry->offset) {
		read_record(entry, &w->last);
		w->last_offset = entry->offset;
		w->has_last = true;
	}
	w->last.prefix = (struct prefix){ .bits = (uint8_t)depth };
	w->last.prefix.address.family = is_ipv4 ? 4 : 6;
	memcpy(w->last.prefix.address.byte, path, is_ipv4 ? 4 : 16);
	if (w->last.country[0] == '\0' && w->last.as == 0) {
		w->about->left_out++;
		return 0;
	}
	w->about->rows++;
	return place_builder_add(w->builder, &w->last);
}

static int walk_node(struct walk *w, uint32_t node, uint8_t path[16], unsigned depth, bool is_ipv4);

static int walk_record(struct walk *w, uint8_t type, uint64_t record, MMDB_entry_s *entry, uint8_t path[16], unsigned depth,
		       bool is_ipv4)
{
	static const uint8_t zero[12];

	if (type == MMDB_RECORD_TYPE_EMPTY)
		return 0;
	if (type == MMDB_RECORD_TYPE_DATA)
		return leaf(w, entry, path, depth, is_ipv4);
	if (type != MMDB_RECORD_TYPE_SEARCH_NODE || depth >= (is_ipv4 ? 32u : 128u))
		return -EBADMSG;
	if (!is_ipv4 && depth == 96 && memcmp(path, zero, sizeof zero) == 0) {
		uint8_t below[16] = { 0 };
		return walk_node(w, (uint32_t)record, below, 0, true);
	}
	/* 6to4, Teredo and mapped addresses point to the IPv4 part again. */
	if (!is_ipv4 && w->db->metadata.ip_version == 6 && record == w->db->ipv4_start_node.node_value &&
	    w->db->ipv4_start_node.netmask == 96)
		return 0;
	return walk_node(w, (uint32_t)record, path, depth, is_ipv4);
}

static int walk_node(struct walk *w, uint32_t node, uint8_t path[16], unsigned depth, bool is_ipv4)
{
	MMDB_search_node_s n;
	int r;

	if (++w->visits > VISITS_MAX || MMDB_read_node(w->db, node, &n) != MMDB_SUCCESS)
		return -EBADMSG;
	r = walk_record(w, n.left_record_type, n.left_record, &n.left_record_entry, path, depth + 1, is_ipv4);
	if (r < 0)
		return r;
	path[depth / 8] |= (uint8_t)(0x80 >> depth % 8);
	r = walk_record(w, n.right_record_type, n.right_record, &n.right_record_entry, path, depth + 1, is_ipv4);
	path[depth / 8] &= (uint8_t)~(0x80 >> depth % 8);
	return r;
}

/* libmaxminddb 1.7 multiplies in 32 bits when it asks this. */
static bool has_tree(const MMDB_s *db)
{
	uint64_t nodes = db->metadata.node_count, bytes = db->full_record_byte_size;

	return nodes > 0 && db->file_size > 16 && nodes * bytes <= (uint64_t)db->file_size - 16;
}

static int walk(struct walk *w, struct error *err)
{
	uint8_t path[16] = { 0 };
	int r;

	w->about->date = date_from_days((int64_t)MIN(w->db->metadata.build_epoch / 86400, (uint64_t)2932896)); /* 9999-12-31 */
	r = walk_node(w, 0, path, 0, w->db->metadata.ip_version == 4);
	return r == -EBADMSG ? error_set(err, r, "the tree of the mmdb file is broken") : r;
}

int place_mmdb(const char *path, int (*lock)(struct error *err), struct place_builder *b, struct registry_about *ret,
	       struct error *err)
{
	MMDB_s db;
	struct walk w = { .db = &db, .builder = b, .about = ret };
	int status = MMDB_open(path, MMDB_MODE_MMAP, &db), r;

	if (status != MMDB_SUCCESS)
		return error_set(err, -EBADMSG, "%s", MMDB_strerror(status));
	*ret = (struct registry_about){ .rows = 0 };
	r = lock(err);
	if (r == 0 && !has_tree(&db))
		r = error_set(err, -EBADMSG, "the tree of the mmdb file is longer than the file");
	if (r == 0)
		r = walk(&w, err);
	MMDB_close(&db);
	return r;
}
