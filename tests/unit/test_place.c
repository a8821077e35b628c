/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* Tables of places: the three kinds of file, the longest prefix, wrong files, and ranges against plain prefixes. */
#include "base/cleanup.h"
#include "engine/place/place_int.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

static char path[] = "/tmp/hinomi-place.XXXXXX";

static void save(const void *bytes, size_t n)
{
	int fd = open(path, O_WRONLY | O_TRUNC | O_CREAT, 0600);

	assert_int_equal(write(fd, bytes, n), (ssize_t)n);
	close(fd);
}

static struct place_table *load_text(const char *text)
{
	struct error err = ERROR_NONE;
	struct place_table *t;

	save(text, strlen(text));
	if (place_table_load(path, &t, &err) < 0)
		fail_msg("%s", err.line);
	return t;
}

static void expect(const struct place_table *t, const char *address, const char *country, uint32_t as)
{
	struct address a;
	struct place p;

	assert_true(address_parse(BYTES_TEXT(address), &a));
	p = place_find(t, &a);
	if (strcmp(p.country, country) != 0 || p.as != as)
		fail_msg("%s is '%s' %u, not '%s' %u", address, p.country, p.as, country, as);
}

static void expect_wrong(const char *text, int code, const char *words)
{
	struct error err = ERROR_NONE;
	struct place_table *t;

	save(text, strlen(text));
	assert_int_equal(place_table_load(path, &t, &err), code);
	if (!strstr(err.line, words))
		fail_msg("'%s' does not say '%s'", err.line, words);
}

/* --- the registries' statistics --- */

static void test_delegated(void **state)
{
	struct place_table *t = load_text("# comment\n"
					  "2|apnic|20130518|5|19830613|20130517|+1000\n"
					  "apnic|*|ipv4|*|2|summary\n"
					  "apnic|JP|asn|173|1|20020801|allocated|A91A7381\n"
					  "apnic|JP|ipv4|1.0.16.0|4096|20110412|allocated|A92D9378\n"
					  "apnic|AU|ipv4|1.0.1.0|768|20110811|assigned|A91872ED\n"
					  "apnic||ipv4|1.1.1.0|256||reserved|\n"
					  "apnic|JP|ipv6|2001:200::|35|19990813|allocated|A91A560A\n"
					  "2|ripencc|1368828000|2|19830705|20130516|+0200\n"
					  "ripencc|EU|ipv4|255.255.255.0|256|20100712|allocated\n");
	char date[CALENDAR_TEXT_MAX];

	(void)state;
	expect(t, "1.0.0.255", "", 0);
	expect(t, "1.0.1.0", "AU", 0);
	expect(t, "1.0.2.1", "AU", 0);
	expect(t, "1.0.3.255", "AU", 0);
	expect(t, "1.0.4.0", "", 0);
	expect(t, "1.0.16.0", "JP", 0);
	expect(t, "1.0.31.255", "JP", 0);
	expect(t, "1.0.32.0", "", 0);
	expect(t, "1.1.1.1", "", 0);
	expect(t, "255.255.255.255", "EU", 0);
	expect(t, "2001:200:1fff::1", "JP", 0);
	expect(t, "2001:200:2000::1", "", 0);
	assert_string_equal(date_format(place_table_about(t)->date, date), "2013-05-16");
	assert_false(place_table_about(t)->is_file_date);
	assert_string_equal(place_table_about(t)->format, "delegated statistics");
	assert_int_equal(place_table_about(t)->prefixes, 4);
	place_table_free(t);
}

/* --- CSV --- */

static void test_csv(void **state)
{
	struct place_table *t = load_text("prefix,country,as\n"
					  "192.0.2.0/24,JP,64500\n"
					  "192.0.2.128/25,US,AS64501\r\n"
					  "192.0.2.192/32,fr\n"
					  "0.0.0.0/0,ZZ,1\n"
					  "\"2001:db8::/32\",DE,\n"
					  "192.0.2.192/32,KR,5\n");
	struct timespec times[2] = { { 0, 0 }, { 1369008000 + 7200, 0 } };
	struct address none = { .family = 0 };
	char date[CALENDAR_TEXT_MAX];
	struct error err = ERROR_NONE;

	(void)state;
	expect(t, "192.0.2.0", "JP", 64500);
	expect(t, "192.0.2.127", "JP", 64500);
	expect(t, "192.0.2.128", "US", 64501);
	expect(t, "192.0.2.192", "KR", 5); /* the later of two equal ones */
	expect(t, "192.0.2.193", "US", 64501);
	expect(t, "192.0.3.0", "", 1);
	expect(t, "::ffff:192.0.2.1", "", 0);
	expect(t, "2001:db8:ffff::", "DE", 0);
	assert_int_equal(place_find(t, &none).as, 0);
	place_table_free(t);
	utimensat(AT_FDCWD, path, times, 0);
	assert_int_equal(place_table_load(path, &t, &err), 0);
	assert_string_equal(date_format(place_table_about(t)->date, date), "2013-05-20");
	assert_true(place_table_about(t)->is_file_date);
	place_table_free(t);
}

static void test_wrong(void **state)
{
	(void)state;
	expect_wrong("", -EBADMSG, "not a table of places");
	expect_wrong("hello\n", -EBADMSG, "not a table of places");
	expect_wrong("prefix,country,as\n192.0.2.1/24,JP,1\n", -EBADMSG, "line 2");
	expect_wrong("prefix,country,as\n\n192.0.2.0/24,J1,1\n", -EBADMSG, "line 3");
	expect_wrong("prefix,country,as\n192.0.2.0/24,JP,4294967296\n", -EBADMSG, "line 2");
	expect_wrong("2|x|1|1|1|1|+0\nx|JP|ipv4|255.255.255.0|257|20100712|allocated\n", -EBADMSG, "line 2");
	expect_wrong("2|x|1|1|1|1|+0\nx|JP|ipv6|::|129|20100712|allocated\n", -EBADMSG, "line 2");
}

/* --- ranges say what the prefixes say --- */

#define RANDOM_PREFIXES 300

static uint32_t random_state = 20130518;

static uint32_t next_random(void)
{
	random_state = random_state * 1664525 + 1013904223;
	return random_state >> 8;
}

struct plain {
	struct registry_prefix list[RANDOM_PREFIXES];
	size_t count;
};

static uint32_t slow_find(const struct plain *p, const struct address *a)
{
	const struct registry_prefix *best = NULL;

	for (size_t i = 0; i < p->count; i++)
		if (prefix_holds(&p->list[i].prefix, a) && (!best || p->list[i].prefix.bits >= best->prefix.bits))
			best = &p->list[i];
	return best ? best->as : 0;
}

static void take(void *table, uint8_t family, const struct place_range *range)
{
	_cleanup_(buf_clear) struct buf b;

	buf_init(&b, PLACE_RANGE_BYTES);
	place_range_put(&b, range);
	assert_int_equal(place_take(table, family, buf_bytes(&b)), 0);
}

/* Addresses of few bits, so that prefixes lie in one another and touch. */
static void test_random(void **state)
{
	(void)state;
	for (int round = 0; round < 200; round++) {
		struct place_table *t = place_table_new();
		struct place_builder b = { 0 };
		struct plain p = { .count = 0 };

		for (p.count = 0; p.count < RANDOM_PREFIXES; p.count++) {
			struct registry_prefix *one = &p.list[p.count];
			uint32_t bits = next_random() % 9, number = bits ? next_random() << 24 & (UINT32_MAX << (32 - bits)) : 0;
			*one = (struct registry_prefix){ .as = 1 + next_random() % 7, .prefix = { address_v4(number), (uint8_t)bits } };
			if (next_random() % 2)
				one->prefix.address.family = 6;
			if (next_random() % 3 == 0)
				p.count--;
			else
				assert_int_equal(place_builder_add(&b, one), 0);
		}
		place_builder_finish(&b, take, t);
		place_builder_clear(&b);
		place_table_index(t);
		for (uint32_t i = 0; i < 512; i++) {
			struct address a = address_v4((i & 255) << 24 | (next_random() & (next_random() % 2 ? 0xffffff : 0)));
			if (i >= 256)
				a.family = 6;
			assert_int_equal(place_find(t, &a).as, slow_find(&p, &a));
		}
		place_table_free(t);
	}
}

/* --- MaxMind --- */

/* A tree of 24-bit records over IPv6, written as the format's description says. */
struct tree {
	uint32_t record[512][2]; /* 0: empty; else a node, or a leaf: 0x800000 | offset in the data */
	uint32_t count;
};

static void tree_add(struct tree *t, const char *prefix, uint32_t leaf)
{
	struct prefix p;
	uint32_t node = 0;
	uint8_t bytes[16] = { 0 };
	unsigned bits;

	assert_true(prefix_parse(BYTES_TEXT(prefix), &p));
	bits = p.address.family == 4 ? 96u + p.bits : p.bits;
	memcpy(bytes + (p.address.family == 4 ? 12 : 0), p.address.byte, p.address.family == 4 ? 4 : 16);
	for (unsigned i = 0; i < bits; i++) {
		uint32_t *slot = &t->record[node][bytes[i / 8] >> (7 - i % 8) & 1];
		if (i + 1 == bits)
			*slot = leaf;
		else if (*slot == 0)
			*slot = t->count++;
		node = *slot;
	}
}

static void add_text(struct buf *b, const char *text)
{
	buf_add_char(b, (char)(0x40 | strlen(text)));
	buf_add_text(b, text);
}

static void add_number(struct buf *b, const char *key, unsigned type, uint32_t n)
{
	add_text(b, key);
	if (type > 7) { /* extended: uint64 */
		buf_add_char(b, 4);
		buf_add_char(b, (char)(type - 7));
	} else {
		buf_add_char(b, (char)(type << 5 | (type == 5 ? 2 : 4)));
	}
	if (type != 5) {
		buf_add_char(b, (char)(n >> 24));
		buf_add_char(b, (char)(n >> 16));
	}
	buf_add_char(b, (char)(n >> 8));
	buf_add_char(b, (char)n);
}

static void write_be(struct buf *out, uint64_t v, unsigned bytes)
{
	while (bytes--)
		buf_add_char(out, (char)(v >> 8 * bytes));
}

static uint32_t record_of(const struct tree *t, uint32_t node, int side)
{
	uint32_t r = t->record[node][side];

	return r == 0 ? t->count : r & 0x800000 ? t->count + 16 + (r & 0x7fffff) : r;
}

static void write_mmdb(const struct tree *t, unsigned bits, const struct buf *data, struct buf *out)
{
	buf_reset(out);
	for (uint32_t i = 0; i < t->count; i++) {
		uint32_t left = record_of(t, i, 0), right = record_of(t, i, 1);
		write_be(out, bits == 28 ? left & 0xffffff : left, bits == 28 ? 3 : bits / 8);
		if (bits == 28)
			write_be(out, left >> 24 << 4 | right >> 24, 1);
		write_be(out, bits == 28 ? right & 0xffffff : right, bits == 28 ? 3 : bits / 8);
	}
	buf_add(out, "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 16);
	buf_add_bytes(out, buf_bytes(data));
	buf_add_text(out, "\xab\xcd\xefMaxMind.com");
	buf_add_char(out, (char)0xe9); /* a map of 9 */
	add_number(out, "binary_format_major_version", 5, 2);
	add_number(out, "binary_format_minor_version", 5, 0);
	add_number(out, "build_epoch", 9, 1368835200); /* 2013-05-18 */
	add_text(out, "database_type");
	add_text(out, "test");
	add_number(out, "ip_version", 5, 6);
	add_number(out, "node_count", 6, t->count);
	add_number(out, "record_size", 5, bits);
	add_text(out, "languages");
	buf_add(out, "\0\4", 2); /* an array of none */
	add_text(out, "description");
	buf_add_char(out, (char)0xe0);
}

static uint32_t add_record(struct buf *data, const char *country, uint32_t as)
{
	uint32_t at = (uint32_t)data->n;

	buf_add_char(data, (char)0xe2);
	add_text(data, "country");
	buf_add_char(data, (char)0xe1);
	add_text(data, "iso_code");
	add_text(data, country);
	add_number(data, "autonomous_system_number", 6, as);
	return 0x800000 | at;
}

static void test_mmdb(void **state)
{
	_cleanup_(buf_clear) struct buf data, file;
	static struct tree t = { .count = 1 };
	struct error err = ERROR_NONE;
	struct place_table *table;
	uint32_t japan, germany;
	char date[CALENDAR_TEXT_MAX];

	(void)state;
	buf_init(&data, 4096);
	buf_init(&file, 65536);
	japan = add_record(&data, "JP", 64500);
	germany = add_record(&data, "DE", 64501);
	tree_add(&t, "192.0.2.0/24", japan);
	tree_add(&t, "198.51.100.128/25", germany);
	tree_add(&t, "2001:db8::/32", germany);
	for (unsigned bits = 32; bits >= 24; bits -= 4) {
		write_mmdb(&t, bits, &data, &file);
		save(file.p, file.n);
		if (place_table_load(path, &table, &err) < 0)
			fail_msg("%s", err.line);
		expect(table, "192.0.2.9", "JP", 64500);
		expect(table, "192.0.3.0", "", 0);
		expect(table, "198.51.100.127", "", 0);
		expect(table, "198.51.100.128", "DE", 64501);
		expect(table, "2001:db8::1", "DE", 64501);
		expect(table, "2001:db9::1", "", 0);
		assert_string_equal(date_format(place_table_about(table)->date, date), "2013-05-18");
		assert_string_equal(place_table_about(table)->format, "mmdb");
		place_table_free(table);
	}
	if (getenv("HINOMI_SAVE_MMDB"))
		assert_int_equal(link(path, getenv("HINOMI_SAVE_MMDB")), 0);
	/* A node that points to itself: no end is no harm. */
	for (uint32_t i = 0; i < t.count; i++)
		t.record[i][0] = i == 1 ? 2 : 1, t.record[i][1] = i ? i : 1;
	write_mmdb(&t, 24, &data, &file);
	save(file.p, file.n);
	assert_int_equal(place_table_load(path, &table, &err), -EBADMSG);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_delegated), cmocka_unit_test(test_csv),	cmocka_unit_test(test_wrong),
		cmocka_unit_test(test_random),	  cmocka_unit_test(test_mmdb),
	};
	int r;

	close(mkstemp(path));
	r = cmocka_run_group_tests_name("place", tests, NULL, NULL);
	unlink(path);
	return r;
}
