/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* Nodes and values → text. */
#include "base/cleanup.h"
#include "engine/template/template_int.h"

#include <errno.h>

/* The objects around a tag, innermost first. */
struct scope {
	const struct value *value;
	const struct scope *up;
};

struct render {
	const struct templates *set;
	const struct template *template;
	enum lang lang;
	struct buf *out;
	struct arena *arena; /* for words with placeholders */
	const char *indent;
	unsigned depth, steps;
	struct error *err;
};

struct words_scope {
	struct render *r;
	const struct scope *scope;
};

static int render_nodes(struct render *r, const struct node *node, const struct scope *scope);

static const struct value *resolve(const struct scope *scope, const char *name, size_t n)
{
	const char *dot = memchr(name, '.', n);
	size_t first = dot ? (size_t)(dot - name) : n;
	const struct value *v = NULL;

	if (n == 1 && dot)
		return scope->value;
	for (; scope && !v; scope = scope->up)
		v = value_member(scope->value, name, first);
	while (v && first < n) {
		name += first + 1;
		n -= first + 1;
		dot = memchr(name, '.', n);
		first = dot ? (size_t)(dot - name) : n;
		v = value_member(v, name, first);
	}
	return v;
}

static int fault(struct render *r, const struct node *node, const char *what, const struct value *v)
{
	return error_set(r->err, -EINVAL, "%s:%u: '%.*s' %s and is %s", r->template->name, node->line, (int)node->n,
	                 node->text, what, value_kind_name(value_kind(v)));
}

static void add_escaped(struct buf *out, const char *text)
{
	for (;;) {
		size_t plain = strcspn(text, "&<>\"'");
		buf_add(out, text, plain);
		text += plain;
		switch (*text++) {
		case '&':
			buf_add_text(out, "&amp;");
			break;
		case '<':
			buf_add_text(out, "&lt;");
			break;
		case '>':
			buf_add_text(out, "&gt;");
			break;
		case '"':
			buf_add_text(out, "&quot;");
			break;
		case '\'':
			buf_add_text(out, "&#39;");
			break;
		default:
			return;
		}
	}
}

/* RFC 3986 §2.3: all but the unreserved signs. */
static void add_percent(struct buf *out, const char *text)
{
	static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";

	for (; *text; text++) {
		if (strchr(plain, *text))
			buf_add_char(out, *text);
		else
			buf_addf(out, "%%%02X", (unsigned char)*text);
	}
}

static void add_in_place(struct render *r, const struct node *node, enum value_kind kind, const char *text)
{
	bool is_escaped = strcmp(r->template->suffix, ".txt") != 0;

	if (node->place == PLACE_URL_PART && kind != VALUE_URL)
		add_percent(r->out, text);
	else if (is_escaped)
		add_escaped(r->out, text);
	else
		buf_add_text(r->out, text);
}

static int render_value(struct render *r, const struct node *node, const struct scope *scope)
{
	const struct value *v = resolve(scope, node->text, node->n);
	char number[24];
	const char *text = value_as_text(v, number);

	if (node->place == PLACE_URL_START && value_kind(v) != VALUE_URL)
		return fault(r, node, "begins a link, where only a url may stand,", v);
	if (!text)
		return fault(r, node, "is printed", v);
	add_in_place(r, node, value_kind(v), text);
	return 0;
}

static int render_raw(struct render *r, const struct node *node, const struct scope *scope)
{
	const struct value *v = resolve(scope, node->text, node->n);
	bool is_any = r->set->flags & TEMPLATE_ANY_HTML;
	char number[24];
	const char *text = value_as_text(v, number);

	if (!text || (!is_any && value_kind(v) != VALUE_HTML && value_kind(v) != VALUE_NONE))
		return fault(r, node, "stands where only html may,", v);
	buf_add_text(r->out, text);
	return 0;
}

static const char *words_from_scope(void *context, const char *name)
{
	struct words_scope *w = context;
	char number[24];
	const char *text = value_as_text(resolve(w->scope, name, strlen(name)), number);

	return text == number ? arena_text(w->r->arena, text) : text;
}

static int render_words(struct render *r, const struct node *node, const struct scope *scope)
{
	const char *text = words(r->lang, (enum message)node->message);
	struct words_scope w = { .r = r, .scope = scope };

	if (strchr(text, '{'))
		text = words_fill_with(r->arena, r->lang, (enum message)node->message, words_from_scope, &w);
	add_in_place(r, node, VALUE_TEXT, text);
	return 0;
}

static int render_in(struct render *r, const struct node *node, const struct value *v, const struct scope *up)
{
	struct scope scope = { .value = v, .up = up };

	return render_nodes(r, node->child, &scope);
}

static int render_section(struct render *r, const struct node *node, const struct scope *scope)
{
	const struct value *v = resolve(scope, node->text, node->n);

	if (!value_is_true(v))
		return 0;
	if (value_kind(v) != VALUE_LIST)
		return render_in(r, node, v, scope);
	for (const struct value *item = value_first(v); item; item = value_next(item)) {
		int code = render_in(r, node, item, scope);
		if (code < 0)
			return code;
	}
	return 0;
}

static int render_inverted(struct render *r, const struct node *node, const struct scope *scope)
{
	return value_is_true(resolve(scope, node->text, node->n)) ? 0 : render_nodes(r, node->child, scope);
}

static int render_partial(struct render *r, const struct node *node, const struct scope *scope)
{
	const struct template *template = templates_find(r->set, node->text), *outer = r->template;
	const char *indent = r->indent;
	int code;

	if (!template && r->set->flags & TEMPLATE_ANY_HTML)
		return 0;
	if (!template)
		return error_set(r->err, -ENOENT, "%s:%u: there is no template '%s'", outer->name, node->line,
		                 node->text);
	r->template = template;
	r->indent = node->indent ? arena_printf(r->arena, "%s%s", indent, node->indent) : "";
	code = render_nodes(r, template->first, scope);
	r->template = outer;
	r->indent = indent;
	return code;
}

static int render_node(struct render *r, const struct node *node, const struct scope *scope)
{
	switch (node->kind) {
	case NODE_TEXT:
		buf_add(r->out, node->text, node->n);
		return 0;
	case NODE_INDENT:
		buf_add_text(r->out, r->indent);
		return 0;
	case NODE_VALUE:
		return render_value(r, node, scope);
	case NODE_RAW:
		return render_raw(r, node, scope);
	case NODE_WORDS:
		return render_words(r, node, scope);
	case NODE_SECTION:
		return render_section(r, node, scope);
	case NODE_INVERTED:
		return render_inverted(r, node, scope);
	case NODE_PARTIAL:
		return render_partial(r, node, scope);
	}
	return 0;
}

static int render_nodes(struct render *r, const struct node *node, const struct scope *scope)
{
	int code = 0;

	if (++r->depth > TEMPLATE_DEPTH_MAX)
		return error_set(r->err, -ELOOP, "%s: partials or sections are nested deeper than %d",
		                 r->template->name, TEMPLATE_DEPTH_MAX);
	for (; node && code == 0; node = node->next) {
		code = render_node(r, node, scope);
		if (code == 0 && ++r->steps > TEMPLATE_STEPS_MAX)
			code = error_set(r->err, -E2BIG, "%s: more than %d steps", r->template->name,
			                 TEMPLATE_STEPS_MAX);
		if (code == 0 && r->out->is_full)
			code = error_set(r->err, -E2BIG, "%s: the page is larger than %zu bytes", r->template->name,
			                 r->out->max);
	}
	r->depth--;
	return code;
}

int template_render(const struct templates *t, const char *name, enum lang lang, const struct value *context,
                    struct buf *out, struct error *err)
{
	struct render r = { .set = t, .lang = lang, .out = out, .indent = "", .err = err };
	struct scope scope = { .value = context };
	int code;

	r.template = templates_find(t, name);
	if (!r.template)
		return error_set(err, -ENOENT, "there is no template '%s'", name);
	r.arena = arena_new();
	code = render_nodes(&r, r.template->first, &scope);
	arena_free(r.arena);
	return code;
}
