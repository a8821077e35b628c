/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* Pages, feeds and letters out of templates: the core of Mustache (mustache(5)), one interpreter, parsed once.
 *
 *	{{name}}  {{a.b}}  {{.}}      a value, escaped by the suffix of the template's name
 *	{{#list}}…{{/list}}           for each item; for an object or a true value once
 *	{{^list}}…{{/list}}           when there is nothing
 *	{{>part/nav}}                 another template, of the same suffix: part/nav.html; a partial alone on its line
 *	                              indents what it brings
 *	{{!a remark}}
 *	{{{chart}}} or {{&chart}}     markup as it is: only a value of type html, anything else is an error
 *	{{t.observe.title}}           words of the render's language (engine/words); {placeholders} in them are filled
 *	                              from the context
 *
 * Suffixes: .html .svg .xml (five signs escaped) and .txt (nothing). In markup the place of a tag is looked at:
 * at the start of href, src, action and the like only a value of type url may stand; further inside such an
 * attribute text is percent-encoded; in script, style, on… attributes and outside of quotes no tag may stand.
 * Delimiter change ({{= =}}) and lambdas are left out: an error.
 *
 *	const struct templates *t = templates_embedded();
 *	r = template_render(t, "observe_page.html", LANG_JA, page, &out, &err);
 */
#ifndef ENGINE_TEMPLATE_H
#define ENGINE_TEMPLATE_H

#include "engine/template/value.h"
#include "engine/words/words.h"

#define TEMPLATE_TEXT_MAX (1u << 20)
#define TEMPLATE_DEPTH_MAX 64
#define TEMPLATE_STEPS_MAX 5000000

enum {
	/* For the Mustache suite alone: {{{x}}} takes any value, places are not looked at, a partial that is not
	 * there is empty. Never set in a process. */
	TEMPLATE_ANY_HTML = 1,
};

/* A set of parsed templates that find each other by name. Not changed by rendering. */
struct templates;

struct templates *templates_new(unsigned flags);
struct templates *templates_free(struct templates *t);

/* Parses and keeps a copy under `name` (with its suffix; a later one of the same name wins).
 * -EINVAL: a fault, `observe_page.html:12: section 'rows' is not closed`. -E2BIG: over TEMPLATE_TEXT_MAX. */
int templates_add(struct templates *t, const char *name, const char *text, size_t length, struct error *err);

/* Every partial named by a template is there; -ENOENT names the first that is not, with file and line. */
int templates_check(const struct templates *t, struct error *err);

/* Appends to `out`. -ENOENT: no such template; -EINVAL: a value of the wrong type, named with file and line;
 * -ELOOP: partials or sections nested deeper than TEMPLATE_DEPTH_MAX; -E2BIG: `out` is full, or over
 * TEMPLATE_STEPS_MAX tags and lines were rendered. After an error `out`
 * holds a part of the page: throw it away. */
int template_render(const struct templates *t, const char *name, enum lang lang, const struct value *context,
                    struct buf *out, struct error *err);

/* The templates of this program (templates/), parsed at the first call, which must come before threads do. The
 * build has checked them: a fault ends the process. */
const struct templates *templates_embedded(void);

#endif
