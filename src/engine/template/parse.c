/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* Text of a template → nodes. */
#include "base/cleanup.h"
#include "base/memory.h"
#include "base/text.h"
#include "engine/template/template_int.h"

#include <errno.h>

static const char *const suffixes[] = { ".html", ".svg", ".xml", ".txt" };

/* One tag of the source: `{{#name}}` stands at [start, end). */
struct tag {
	size_t start, end;
	char sign; /* one of # ^ / > ! = & { or 0 for a value */
	struct bytes name;
};

struct parser {
	struct templates *set;
	struct template *template;
	const char *source;
	size_t n, at, counted; /* `counted`: lines are counted up to here */
	unsigned line;
	struct markup place;
	struct node **tail;
	struct node *open[TEMPLATE_DEPTH_MAX];
	unsigned depth;
	struct error *err;
};

static unsigned line_at(struct parser *p, size_t at)
{
	for (; p->counted < at; p->counted++)
		p->line += p->source[p->counted] == '\n';
	return p->line;
}

static int fault(struct parser *p, size_t at, const char *what, struct bytes name)
{
	return error_set(p->err, -EINVAL, "%s:%u: %s '%.*s'", p->template->name, line_at(p, at), what,
	                 (int)MIN(name.n, (size_t)60), (const char *)name.p);
}

static struct node *node_add(struct parser *p, enum node_kind kind, size_t at)
{
	struct node *node = ARENA_NEW(p->set->arena, struct node);

	node->kind = kind;
	node->line = line_at(p, at);
	*p->tail = node;
	p->tail = &node->next;
	return node;
}

static bool is_line_start(const struct parser *p, size_t at)
{
	return at == 0 || p->source[at - 1] == '\n';
}

/* Text, line by line: each start of a line gets its mark. */
static void add_text(struct parser *p, size_t from, size_t to)
{
	while (from < to) {
		const char *newline = memchr(p->source + from, '\n', to - from);
		size_t end = newline ? (size_t)(newline - p->source) + 1 : to;
		struct node *node;
		if (is_line_start(p, from))
			node_add(p, NODE_INDENT, from);
		node = node_add(p, NODE_TEXT, from);
		node->text = p->source + from;
		node->n = end - from;
		markup_follow(&p->place, node->text, node->n);
		from = end;
	}
}

static size_t find(const struct parser *p, size_t from, const char *what)
{
	const char *found = memmem(p->source + from, p->n - from, what, strlen(what));

	return found ? (size_t)(found - p->source) : p->n;
}

static int take_tag(struct parser *p, size_t start, struct tag *tag)
{
	size_t name = start + 2;
	const char *close = "}}";
	size_t end;

	tag->start = start;
	tag->sign = name < p->n && strchr("#^/>!=&{", p->source[name]) ? p->source[name] : '\0';
	if (tag->sign)
		name++;
	if (tag->sign == '{')
		close = "}}}";
	end = find(p, name, close);
	if (end == p->n)
		return fault(p, start, "a tag is not closed:", BYTES(p->source + start, MIN(p->n - start, (size_t)20)));
	tag->name = bytes_trim(BYTES(p->source + name, end - name));
	tag->end = end + strlen(close);
	return 0;
}

static bool is_space(char c)
{
	return c == ' ' || c == '\t';
}

/* A tag that prints nothing and is alone on its line takes the line with it: [*from, *to). */
static bool is_standalone(const struct parser *p, const struct tag *tag, size_t *from, size_t *to)
{
	size_t start = tag->start, end = tag->end;

	if (!tag->sign || tag->sign == '&' || tag->sign == '{')
		return false;
	while (start > 0 && is_space(p->source[start - 1]))
		start--;
	while (end < p->n && is_space(p->source[end]))
		end++;
	if (!is_line_start(p, start))
		return false;
	if (end < p->n && p->source[end] == '\r')
		end++;
	if (end < p->n && p->source[end] != '\n')
		return false;
	*from = start;
	*to = MIN(end + 1, p->n);
	return true;
}

static int check_name(struct parser *p, const struct tag *tag)
{
	if (tag->name.n == 0)
		return fault(p, tag->start, "a tag has no name:", BYTES(p->source + tag->start, tag->end - tag->start));
	for (size_t i = 0; i < tag->name.n; i++)
		if (tag->name.p[i] <= ' ' || tag->name.p[i] == '{')
			return fault(p, tag->start, "not a name:", tag->name);
	return 0;
}

static void set_name(struct node *node, const struct tag *tag)
{
	node->text = (const char *)tag->name.p;
	node->n = tag->name.n;
}

static int find_words(struct parser *p, const struct tag *tag, struct node *node)
{
	if (!bytes_starts(tag->name, "t.") || p->set->flags & TEMPLATE_ANY_HTML)
		return 0;
	node->message = message_find(node->text + 2, node->n - 2);
	if (node->message < 0)
		return fault(p, tag->start, "no words in po/ for", tag->name);
	node->kind = NODE_WORDS;
	return 0;
}

static int add_value(struct parser *p, const struct tag *tag)
{
	bool is_raw = tag->sign == '{' || tag->sign == '&';
	struct node *node = node_add(p, is_raw ? NODE_RAW : NODE_VALUE, tag->start);

	set_name(node, tag);
	node->place = markup_take(&p->place);
	if (node->place == PLACE_FORBIDDEN)
		return fault(p, tag->start, "no value may stand here (script, style, on…, or outside of quotes):",
		             tag->name);
	if (is_raw && node->place != PLACE_TEXT && node->place != PLACE_PLAIN)
		return fault(p, tag->start, "markup may not stand inside a tag:", tag->name);
	return is_raw ? 0 : find_words(p, tag, node);
}

static int open_section(struct parser *p, const struct tag *tag)
{
	struct node *node = node_add(p, tag->sign == '#' ? NODE_SECTION : NODE_INVERTED, tag->start);

	set_name(node, tag);
	if (p->depth == TEMPLATE_DEPTH_MAX)
		return fault(p, tag->start, "sections are nested too deep:", tag->name);
	p->open[p->depth++] = node;
	p->tail = &node->child;
	return 0;
}

static int close_section(struct parser *p, const struct tag *tag)
{
	struct node *open;

	if (p->depth == 0)
		return fault(p, tag->start, "no section is open for", tag->name);
	open = p->open[p->depth - 1];
	if (!bytes_equal(tag->name, BYTES(open->text, open->n)))
		return error_set(p->err, -EINVAL, "%s:%u: '%.*s' closes section '%.*s' of line %u", p->template->name,
		                 line_at(p, tag->start), (int)tag->name.n, (const char *)tag->name.p, (int)open->n,
		                 open->text, open->line);
	p->depth--;
	p->tail = &open->next;
	return 0;
}

static int add_partial(struct parser *p, const struct tag *tag, struct bytes indent)
{
	struct node *node = node_add(p, NODE_PARTIAL, tag->start);

	if (markup_take(&p->place) > PLACE_TEXT)
		return fault(p, tag->start, "a partial may not stand inside a tag:", tag->name);
	node->text = arena_printf(p->set->arena, "%.*s%s", (int)tag->name.n, (const char *)tag->name.p,
	                          p->template->suffix);
	node->n = strlen(node->text);
	if (indent.p)
		node->indent = arena_bytes(p->set->arena, indent.p, indent.n);
	return 0;
}

static int add_tag(struct parser *p, const struct tag *tag, struct bytes indent)
{
	int r;

	if (tag->sign == '!')
		return 0;
	if (tag->sign == '=')
		return fault(p, tag->start, "delimiters cannot be changed:", tag->name);
	r = check_name(p, tag);
	if (r < 0)
		return r;
	switch (tag->sign) {
	case '#':
	case '^':
		return open_section(p, tag);
	case '/':
		return close_section(p, tag);
	case '>':
		return add_partial(p, tag, indent);
	default:
		return add_value(p, tag);
	}
}

static int parse_tag(struct parser *p, size_t start)
{
	struct bytes indent = { 0 };
	struct tag tag = { 0 };
	size_t from, to;
	int r = take_tag(p, start, &tag);

	if (r < 0)
		return r;
	if (is_standalone(p, &tag, &from, &to)) {
		indent = BYTES(p->source + from, start - from);
		add_text(p, p->at, MAX(from, p->at));
	} else {
		to = tag.end;
		add_text(p, p->at, start);
		if (is_line_start(p, start))
			node_add(p, NODE_INDENT, start);
	}
	p->at = to;
	return add_tag(p, &tag, indent);
}

static int parse_all(struct parser *p)
{
	while (p->at < p->n) {
		size_t start = find(p, p->at, "{{");
		int r;
		if (start == p->n)
			break;
		r = parse_tag(p, start);
		if (r < 0)
			return r;
	}
	add_text(p, p->at, p->n);
	if (p->depth > 0) {
		const struct node *open = p->open[p->depth - 1];
		return error_set(p->err, -EINVAL, "%s:%u: section '%.*s' is not closed", p->template->name, open->line,
		                 (int)open->n, open->text);
	}
	return 0;
}

static const char *suffix_of(const char *name)
{
	const char *dot = strrchr(name, '.');

	for (size_t i = 0; dot && i < COUNT(suffixes); i++)
		if (strcmp(dot, suffixes[i]) == 0)
			return suffixes[i];
	return NULL;
}

int templates_add(struct templates *t, const char *name, const char *text, size_t length, struct error *err)
{
	const char *suffix = suffix_of(name);
	struct template *new_one = ARENA_NEW(t->arena, struct template);
	struct parser p = { .set = t, .template = new_one, .n = length, .line = 1, .err = err };
	int r;

	if (!suffix)
		return error_set(err, -EINVAL, "template '%s' ends in none of .html .svg .xml .txt", name);
	if (length > TEMPLATE_TEXT_MAX)
		return error_set(err, -E2BIG, "template '%s' is larger than %u bytes", name, TEMPLATE_TEXT_MAX);
	new_one->name = arena_text(t->arena, name);
	new_one->suffix = suffix;
	p.source = arena_bytes(t->arena, text, length);
	p.tail = &new_one->first;
	p.place.is_markup = strcmp(suffix, ".txt") != 0 && !(t->flags & TEMPLATE_ANY_HTML);
	r = parse_all(&p);
	if (r < 0)
		return r;
	new_one->next = t->first;
	t->first = new_one;
	return 0;
}

struct templates *templates_new(unsigned flags)
{
	struct templates *t = memory_new(1, sizeof *t);

	t->flags = flags;
	t->arena = arena_new();
	return t;
}

struct templates *templates_free(struct templates *t)
{
	if (!t)
		return NULL;
	arena_free(t->arena);
	free(t);
	return NULL;
}

const struct template *templates_find(const struct templates *t, const char *name)
{
	for (const struct template *one = t->first; one; one = one->next)
		if (strcmp(one->name, name) == 0)
			return one;
	return NULL;
}

static int check_nodes(const struct templates *t, const struct template *one, const struct node *node,
                       struct error *err)
{
	for (; node; node = node->next) {
		int r = node->child ? check_nodes(t, one, node->child, err) : 0;
		if (r < 0)
			return r;
		if (node->kind == NODE_PARTIAL && !templates_find(t, node->text))
			return error_set(err, -ENOENT, "%s:%u: there is no template '%s'", one->name, node->line,
			                 node->text);
	}
	return 0;
}

int templates_check(const struct templates *t, struct error *err)
{
	for (const struct template *one = t->first; one; one = one->next) {
		int r = check_nodes(t, one, one->first, err);
		if (r < 0)
			return r;
	}
	return 0;
}
