/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* The filter language: words → tree → three-valued answer. */
#include "observe/query/filter.h"

#include "base/cleanup.h"
#include "base/memory.h"
#include "base/text.h"

#include <errno.h>
#include <strings.h>

#define DEPTH_MAX 64
#define NODES_MAX 512
#define LIST_MAX 64
#define WORD_MAX 128

enum truth { IS_FALSE, IS_UNKNOWN, IS_TRUE };

enum node_kind { NODE_AND, NODE_OR, NODE_NOT, NODE_TEST };

enum subject {
	SUBJECT_ANY,
	SUBJECT_PROTOCOL,
	SUBJECT_FAMILY,
	SUBJECT_PORT,
	SUBJECT_SOURCE_PORT,
	SUBJECT_SOURCE,
	SUBJECT_DESTINATION,
	SUBJECT_COUNTRY,
	SUBJECT_AS,
	SUBJECT_SENSOR,
	SUBJECT_KIND,
	SUBJECT_FLAGS,
	SUBJECT_TTL,
	SUBJECT_LENGTH,
	SUBJECT_ICMP_TYPE,
	SUBJECT_ICMP_CODE,
	SUBJECT_MARK,
	SUBJECT_KNOWN,
};

struct range {
	uint64_t first, last;
};

struct node {
	enum node_kind kind;
	enum subject subject;
	struct node *left, *right;
	struct range *ranges;
	size_t range_count;
	struct prefix prefix;
	char word[WORD_MAX]; /* country, or pattern of a sensor */
};

struct filter {
	struct node *root;
	unsigned needs;
};

/* --- reading --- */

struct parser {
	struct bytes all, rest;
	unsigned depth, nodes;
	unsigned needs;
	struct error *err;
};

static void node_free(struct node *n)
{
	if (!n)
		return;
	node_free(n->left);
	node_free(n->right);
	free(n->ranges);
	free(n);
}

static void skip_blanks(struct parser *p)
{
	while (p->rest.n && strchr(" \t\r\n", p->rest.p[0]) && p->rest.p[0])
		take_skip(&p->rest, 1);
}

/* The next word without taking it: a parenthesis, a comparison, or what stands up to the next of those or a blank. */
static struct bytes peek(struct parser *p)
{
	size_t n = 0;

	skip_blanks(p);
	if (p->rest.n == 0)
		return p->rest;
	if (strchr("()!", p->rest.p[0]))
		return BYTES(p->rest.p, 1);
	if (strchr("<>", p->rest.p[0]))
		return BYTES(p->rest.p, p->rest.n > 1 && p->rest.p[1] == '=' ? 2 : 1);
	while (n < p->rest.n && !(p->rest.p[n] && strchr(" \t\r\n()<>!", p->rest.p[n])))
		n++;
	return BYTES(p->rest.p, n);
}

static struct bytes next(struct parser *p)
{
	struct bytes word = peek(p);

	take_skip(&p->rest, word.n);
	return word;
}

static bool word_is(struct bytes word, const char *text)
{
	return word.n == strlen(text) && strncasecmp((const char *)word.p, text, word.n) == 0;
}

static struct node *fail(struct parser *p, struct bytes at, const char *what)
{
	int n = (int)(at.n < 40 ? at.n : 40);

	if (at.n)
		error_set(p->err, -EINVAL, "filter: %s at '%.*s'", what, n, (const char *)at.p);
	else
		error_set(p->err, -EINVAL, "filter: %s at its end", what);
	error_hint(p->err, "for example: proto tcp and dport 1433 and src net 203.0.113.0/24 and sensor tokyo*");
	return NULL;
}

static struct node *node_new(struct parser *p, enum node_kind kind, enum subject subject)
{
	struct node *n;

	if (++p->nodes > NODES_MAX)
		return fail(p, p->rest, "too many conditions");
	n = memory_new(1, sizeof *n);
	n->kind = kind;
	n->subject = subject;
	return n;
}

/* N, N-M or a list of these; a name (of a port, say) through `named`. */
static bool take_ranges(struct bytes list, uint64_t max, bool (*named)(struct bytes, uint64_t *), struct node *n)
{
	struct bytes item;

	n->ranges = memory_new(LIST_MAX, sizeof *n->ranges);
	if (list.n && list.p[list.n - 1] == ',')
		return false;
	while (take_until(&list, ',', &item)) {
		struct range *r = &n->ranges[n->range_count];
		struct bytes first;
		if (n->range_count == LIST_MAX)
			return false;
		if (named && named(item, &r->first)) {
			r->last = r->first;
		} else {
			bool is_range = memchr(item.p, '-', item.n) != NULL;
			if (!take_until(&item, '-', &first) || !bytes_number(first, max, &r->first))
				return false;
			r->last = r->first;
			if (is_range && !bytes_number(item, max, &r->last))
				return false;
			if (r->last < r->first)
				return false;
		}
		n->range_count++;
	}
	return n->range_count > 0;
}

static bool take_comparison(struct parser *p, struct bytes sign, uint64_t max, struct node *n)
{
	uint64_t number;

	if (!bytes_number(next(p), max, &number))
		return false;
	n->ranges = memory_new(1, sizeof *n->ranges);
	n->range_count = 1;
	n->ranges[0] = (struct range){ 0, max };
	if (bytes_is(sign, "<")) {
		if (number == 0)
			return false;
		n->ranges[0].last = number - 1;
	} else if (bytes_is(sign, "<=")) {
		n->ranges[0].last = number;
	} else if (bytes_is(sign, ">")) {
		if (number == max)
			return false;
		n->ranges[0].first = number + 1;
	} else {
		n->ranges[0].first = number;
	}
	return true;
}

static struct node *parse_numbers(struct parser *p, enum subject subject, uint64_t max,
				  bool (*named)(struct bytes, uint64_t *))
{
	struct node *n = node_new(p, NODE_TEST, subject);
	struct bytes word;
	bool is_good;

	if (!n)
		return NULL;
	word = next(p);
	if (word.n && strchr("<>", word.p[0]))
		is_good = take_comparison(p, word, max, n);
	else
		is_good = take_ranges(word, max, named, n);
	if (is_good)
		return n;
	node_free(n);
	return fail(p, word, "not a number, range or list");
}

static bool protocol_named(struct bytes word, uint64_t *ret)
{
	uint8_t protocol;

	if (!protocol_parse(word, &protocol))
		return false;
	*ret = protocol;
	return true;
}

static bool kind_named(struct bytes word, uint64_t *ret)
{
	for (int k = EVENT_PROBE; k <= EVENT_UNKNOWN; k++)
		if (word_is(word, event_kind_name((uint8_t)k))) {
			*ret = (uint64_t)k;
			return true;
		}
	return false;
}

static bool mark_named(struct bytes word, uint64_t *ret)
{
	static const char names[][8] = { "zmap", "masscan", "mirai" };

	if (word_is(word, "any")) {
		*ret = 0;
		return true;
	}
	for (size_t i = 0; i < COUNT(names); i++)
		if (word_is(word, names[i])) {
			*ret = UINT64_C(1) << i;
			return true;
		}
	return false;
}

static const struct {
	const char *name;
	uint16_t bit;
} columns[] = {
	{ "source", EVENT_HAS_SOURCE },	      { "destination", EVENT_HAS_DESTINATION },
	{ "sport", EVENT_HAS_SOURCE_PORT },   { "dport", EVENT_HAS_PORT },
	{ "flags", EVENT_HAS_FLAGS },	      { "ttl", EVENT_HAS_TTL },
	{ "length", EVENT_HAS_LENGTH },	      { "protocol", EVENT_HAS_PROTOCOL },
	{ "icmpcode", EVENT_HAS_CODE },
};

static bool column_named(struct bytes word, uint64_t *ret)
{
	for (size_t i = 0; i < COUNT(columns); i++)
		if (word_is(word, columns[i].name)) {
			*ret = columns[i].bit;
			return true;
		}
	return false;
}

/* Letters of TCP flags (FSRPAUEC), all of which must be set, or a number. */
static bool flags_named(struct bytes word, uint64_t *ret)
{
	static const char letters[] = "FSRPAUEC";
	uint64_t bits = 0;

	for (size_t i = 0; i < word.n; i++) {
		const char *found = word.p[i] ? strchr(letters, word.p[i] & ~0x20) : NULL;
		if (!found)
			return false;
		bits |= UINT64_C(1) << (found - letters);
	}
	*ret = bits;
	return word.n > 0;
}

static struct node *parse_address(struct parser *p, enum subject subject)
{
	struct node *n = node_new(p, NODE_TEST, subject);
	struct bytes word;

	if (!n)
		return NULL;
	word = next(p);
	if (word_is(word, "net") || word_is(word, "host") || word_is(word, "ip"))
		word = next(p);
	if (prefix_parse(word, &n->prefix))
		return n;
	node_free(n);
	return fail(p, word, "not an address or a prefix (its host bits must be zero)");
}

static struct node *parse_word(struct parser *p, enum subject subject)
{
	struct node *n = node_new(p, NODE_TEST, subject);
	struct bytes word;

	if (!n)
		return NULL;
	word = next(p);
	if (word.n && text_copy(n->word, sizeof n->word, word) && (subject != SUBJECT_COUNTRY || word.n == 2)) {
		for (char *c = n->word; subject == SUBJECT_COUNTRY && *c; c++)
			if (*c >= 'a' && *c <= 'z')
				*c = (char)(*c - 'a' + 'A');
		return n;
	}
	node_free(n);
	return fail(p, word, subject == SUBJECT_COUNTRY ? "not a country code of two letters" : "not a sensor's name");
}

static struct node *parse_family(struct parser *p, uint64_t family)
{
	struct node *n = node_new(p, NODE_TEST, SUBJECT_FAMILY);

	if (!n)
		return NULL;
	n->ranges = memory_new(1, sizeof *n->ranges);
	n->ranges[0] = (struct range){ family, family };
	n->range_count = 1;
	return n;
}

static struct node *parse_protocol_alone(struct parser *p, uint8_t protocol)
{
	struct node *n = node_new(p, NODE_TEST, SUBJECT_PROTOCOL);

	if (!n)
		return NULL;
	n->ranges = memory_new(1, sizeof *n->ranges);
	n->ranges[0] = (struct range){ protocol, protocol };
	n->range_count = 1;
	return n;
}

/* The words that take a number: name, subject, largest value, names, needs. */
static const struct {
	const char *word;
	enum subject subject;
	uint64_t max;
	bool (*named)(struct bytes, uint64_t *);
	unsigned needs;
} number_words[] = {
	{ "proto", SUBJECT_PROTOCOL, 255, protocol_named, 0 },
	{ "dport", SUBJECT_PORT, 65535, NULL, 0 },
	{ "port", SUBJECT_PORT, 65535, NULL, 0 },
	{ "sport", SUBJECT_SOURCE_PORT, 65535, NULL, FILTER_NEEDS_SOURCE_PORT },
	{ "as", SUBJECT_AS, UINT32_MAX, NULL, FILTER_NEEDS_PLACE | FILTER_NEEDS_SOURCE },
	{ "kind", SUBJECT_KIND, 3, kind_named, 0 },
	{ "flags", SUBJECT_FLAGS, 255, flags_named, FILTER_NEEDS_FLAGS },
	{ "ttl", SUBJECT_TTL, 255, NULL, FILTER_NEEDS_TTL },
	{ "length", SUBJECT_LENGTH, 65535, NULL, FILTER_NEEDS_LENGTH },
	{ "icmptype", SUBJECT_ICMP_TYPE, 255, NULL, 0 },
	{ "icmpcode", SUBJECT_ICMP_CODE, 255, NULL, FILTER_NEEDS_CODE },
	{ "mark", SUBJECT_MARK, 7, mark_named, FILTER_NEEDS_MARKS },
	{ "known", SUBJECT_KNOWN, 65535, column_named, FILTER_NEEDS_SOURCE | FILTER_NEEDS_DESTINATION | FILTER_NEEDS_TTL },
};

static struct node *parse_or(struct parser *p);

static struct node *parse_test(struct parser *p)
{
	static const char *const all[] = { "proto", "dport", "sport", "src",  "dst",  "country",  "as",	      "kind", "flags",
					   "ttl",   "length", "icmptype", "icmpcode", "mark", "known", "sensor", "any",
					   "and",   "or", "not", NULL };
	struct bytes word = next(p);
	char text[WORD_MAX];
	const char *near;
	uint8_t protocol;

	for (size_t i = 0; i < COUNT(number_words); i++)
		if (word_is(word, number_words[i].word)) {
			p->needs |= number_words[i].needs;
			return parse_numbers(p, number_words[i].subject, number_words[i].max, number_words[i].named);
		}
	if (word_is(word, "src")) {
		p->needs |= FILTER_NEEDS_SOURCE;
		return parse_address(p, SUBJECT_SOURCE);
	}
	if (word_is(word, "dst")) {
		p->needs |= FILTER_NEEDS_DESTINATION;
		return parse_address(p, SUBJECT_DESTINATION);
	}
	if (word_is(word, "country")) {
		p->needs |= FILTER_NEEDS_PLACE | FILTER_NEEDS_SOURCE;
		return parse_word(p, SUBJECT_COUNTRY);
	}
	if (word_is(word, "sensor"))
		return parse_word(p, SUBJECT_SENSOR);
	if (word_is(word, "any"))
		return node_new(p, NODE_TEST, SUBJECT_ANY);
	if (word_is(word, "ip") || word_is(word, "ip6")) {
		p->needs |= FILTER_NEEDS_FAMILY;
		return parse_family(p, word_is(word, "ip") ? 4 : 6);
	}
	if (word.n && (word.p[0] < '0' || word.p[0] > '9') && protocol_parse(word, &protocol))
		return parse_protocol_alone(p, protocol);
	fail(p, word, word.n ? "not a word of the filter language" : "something is missing");
	near = text_copy(text, sizeof text, word) ? text_nearest(text, all) : NULL;
	if (near)
		error_hint(p->err, "did you mean '%s'?", near);
	return NULL;
}

static struct node *parse_not(struct parser *p)
{
	struct bytes word = peek(p);
	struct node *n, *inner;

	if (++p->depth > DEPTH_MAX)
		return fail(p, word, "too deep");
	if (word_is(word, "not") || word_is(word, "!")) {
		next(p);
		inner = parse_not(p);
		n = inner ? node_new(p, NODE_NOT, SUBJECT_ANY) : NULL;
		if (n)
			n->left = inner;
		else
			node_free(inner);
	} else if (word_is(word, "(")) {
		next(p);
		n = parse_or(p);
		if (n && !word_is(word = next(p), ")")) {
			node_free(n);
			n = fail(p, word, "')' is missing");
		}
	} else {
		n = parse_test(p);
	}
	p->depth--;
	return n;
}

static struct node *join(struct parser *p, enum node_kind kind, struct node *left, struct node *right)
{
	struct node *n = right ? node_new(p, kind, SUBJECT_ANY) : NULL;

	if (!n) {
		node_free(left);
		node_free(right);
		return NULL;
	}
	n->left = left;
	n->right = right;
	return n;
}

static struct node *parse_and(struct parser *p)
{
	struct node *n = parse_not(p);

	while (n) {
		struct bytes word = peek(p);
		if (word.n == 0 || word_is(word, "or") || word_is(word, ")"))
			break;
		if (word_is(word, "and"))
			next(p);
		n = join(p, NODE_AND, n, parse_not(p));
	}
	return n;
}

static struct node *parse_or(struct parser *p)
{
	struct node *n = parse_and(p);

	while (n && word_is(peek(p), "or")) {
		next(p);
		n = join(p, NODE_OR, n, parse_and(p));
	}
	return n;
}

int filter_parse(struct bytes text, struct filter **ret, struct error *err)
{
	struct parser p = { .all = text, .rest = text, .err = err };
	struct node *root;
	struct filter *f;

	if (text.n > FILTER_TEXT_MAX)
		return error_set(err, -EINVAL, "filter: longer than %d bytes", FILTER_TEXT_MAX);
	root = peek(&p).n ? parse_or(&p) : node_new(&p, NODE_TEST, SUBJECT_ANY);
	if (root && peek(&p).n) {
		node_free(root);
		root = fail(&p, peek(&p), "something is left over");
	}
	if (!root)
		return -EINVAL;
	f = memory_new(1, sizeof *f);
	f->root = root;
	f->needs = p.needs;
	*ret = f;
	return 0;
}

struct filter *filter_free(struct filter *f)
{
	if (f)
		node_free(f->root);
	free(f);
	return NULL;
}

unsigned filter_needs(const struct filter *f)
{
	return f->needs;
}

/* --- answering --- */

static enum truth truth_of(bool is_true)
{
	return is_true ? IS_TRUE : IS_FALSE;
}

static enum truth in_ranges(const struct node *n, bool is_known, uint64_t value)
{
	if (!is_known)
		return IS_UNKNOWN;
	for (size_t i = 0; i < n->range_count; i++)
		if (value >= n->ranges[i].first && value <= n->ranges[i].last)
			return IS_TRUE;
	return IS_FALSE;
}

static enum truth in_prefix(const struct node *n, const struct address *a)
{
	return a->family ? truth_of(prefix_holds(&n->prefix, a)) : IS_UNKNOWN;
}

/* Any of the listed bit sets is wholly there; 0 asks for any bit. */
static enum truth has_bits(const struct node *n, bool is_known, uint64_t bits)
{
	if (!is_known)
		return IS_UNKNOWN;
	for (size_t i = 0; i < n->range_count; i++) {
		uint64_t wanted = n->ranges[i].first;
		if (wanted ? (bits & wanted) == wanted : bits != 0)
			return IS_TRUE;
	}
	return IS_FALSE;
}

static enum truth test_place(const struct node *n, const struct event *e, const struct filter_context *c)
{
	struct address source = event_source(e);
	struct place place;

	if (!c || !c->place || source.family == 0)
		return IS_UNKNOWN;
	place = c->place(c->context, &source);
	if (n->subject == SUBJECT_AS)
		return in_ranges(n, place.as != 0, place.as);
	return place.country[0] ? truth_of(strcmp(place.country, n->word) == 0) : IS_UNKNOWN;
}

/* `is_partial`: only class, and the port where has_port, are given; the rest is unknown. */
static enum truth test(const struct node *n, const struct event *e, const struct filter_context *c, bool is_partial,
		       bool has_port)
{
	bool port_known = (e->known & EVENT_HAS_PORT) != 0, is_icmp = event_is_icmp(e);
	struct address a;

	switch (n->subject) {
	case SUBJECT_ANY:
		return IS_TRUE;
	case SUBJECT_PROTOCOL:
		return in_ranges(n, e->known & EVENT_HAS_PROTOCOL, e->protocol);
	case SUBJECT_FAMILY:
		return in_ranges(n, e->family != 0, e->family);
	case SUBJECT_KIND:
		return in_ranges(n, true, e->kind);
	case SUBJECT_FLAGS:
		return has_bits(n, e->known & EVENT_HAS_FLAGS, e->flags);
	case SUBJECT_MARK:
		return has_bits(n, true, e->marks);
	case SUBJECT_KNOWN:
		return has_bits(n, true, e->known);
	case SUBJECT_PORT:
		if (is_partial && !has_port)
			return port_known && !is_icmp ? IS_UNKNOWN : is_icmp ? IS_FALSE : IS_UNKNOWN;
		return is_icmp ? IS_FALSE : in_ranges(n, port_known, e->port);
	case SUBJECT_ICMP_TYPE:
		if (!is_icmp)
			return IS_FALSE;
		return is_partial && !has_port ? IS_UNKNOWN : in_ranges(n, port_known, e->port >> 8);
	case SUBJECT_ICMP_CODE:
		if (!is_icmp)
			return IS_FALSE;
		return is_partial && !has_port ? IS_UNKNOWN : in_ranges(n, e->known & EVENT_HAS_CODE, e->port & 0xff);
	default:
		break;
	}
	if (is_partial)
		return IS_UNKNOWN;
	switch (n->subject) {
	case SUBJECT_SOURCE_PORT:
		return in_ranges(n, e->known & EVENT_HAS_SOURCE_PORT, e->source_port);
	case SUBJECT_TTL:
		return in_ranges(n, e->known & EVENT_HAS_TTL, e->ttl);
	case SUBJECT_LENGTH:
		return in_ranges(n, e->known & EVENT_HAS_LENGTH, e->length);
	case SUBJECT_SOURCE:
		a = event_source(e);
		return in_prefix(n, &a);
	case SUBJECT_DESTINATION:
		a = event_destination(e);
		return in_prefix(n, &a);
	case SUBJECT_SENSOR:
		return c && c->sensor ? truth_of(text_matches(n->word, c->sensor(c->context, e->sensor))) : IS_UNKNOWN;
	default:
		return test_place(n, e, c);
	}
}

static enum truth answer(const struct node *n, const struct event *e, const struct filter_context *c, bool is_partial,
			 bool has_port)
{
	enum truth left, right;

	if (n->kind == NODE_TEST)
		return test(n, e, c, is_partial, has_port);
	left = answer(n->left, e, c, is_partial, has_port);
	if (n->kind == NODE_NOT)
		return IS_TRUE - left;
	if (n->kind == NODE_AND ? left == IS_FALSE : left == IS_TRUE)
		return left;
	right = answer(n->right, e, c, is_partial, has_port);
	if (n->kind == NODE_AND)
		return right < left ? right : left;
	return right > left ? right : left;
}

bool filter_matches(const struct filter *f, const struct event *e, const struct filter_context *context)
{
	return answer(f->root, e, context, false, true) == IS_TRUE;
}

bool filter_may_match(const struct filter *f, const struct event *class, bool has_port)
{
	return answer(f->root, class, NULL, true, has_port) != IS_FALSE;
}

static bool one_source(const struct node *n, struct address *ret)
{
	if (n->kind == NODE_AND)
		return one_source(n->left, ret) || one_source(n->right, ret);
	if (n->kind != NODE_TEST || n->subject != SUBJECT_SOURCE ||
	    n->prefix.bits != (n->prefix.address.family == 4 ? 32 : 128))
		return false;
	*ret = n->prefix.address;
	return true;
}

bool filter_one_source(const struct filter *f, struct address *ret)
{
	return one_source(f->root, ret);
}
