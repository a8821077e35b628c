/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* Letters out of templates. */
#include "ground/letter/template.h"

#include "base/cleanup.h"
#include "engine/template/template.h"
#include "ground/letter/template.sql.gen.h"

#include <errno.h>

#define LETTER_MAX (1u << 20)

static int fill(const char *text, enum lang lang, const struct value *context, struct arena *arena, const char **ret,
		struct error *err)
{
	struct templates *t = templates_new(0);
	_cleanup_(buf_clear) struct buf b;
	int r;

	buf_init(&b, LETTER_MAX);
	r = templates_add(t, "letter.txt", text, strlen(text), err);
	if (r == 0)
		r = template_render(t, "letter.txt", lang, context, &b, err);
	if (r == 0)
		*ret = arena_bytes(arena, b.p, b.n);
	templates_free(t);
	return r;
}

/* What a reporter wrote may stand in a subject: it stays one line. */
static const char *one_line(struct arena *arena, const char *text)
{
	char *line = arena_text(arena, text);

	for (char *c = line; *c; c++)
		if ((unsigned char)*c < ' ' || *c == 0x7f)
			*c = ' ';
	return line;
}

int letter_render(struct db *db, const char *name, const char *language, const struct value *context, struct arena *arena,
		  struct letter_rendered *ret, struct error *err)
{
	struct letter_template_newest_row row = { 0 };
	enum lang lang = strcmp(language, "ja") == 0 ? LANG_JA : LANG_EN;
	int r = letter_template_newest(db, name, language, arena, &row, err);

	if (r == 0)
		return error_set(err, -ENOENT, "there is no letter '%s' in %s", name, language);
	if (r > 0)
		r = fill(row.subject, lang, context, arena, &ret->subject, err);
	if (r >= 0)
		ret->subject = one_line(arena, ret->subject);
	return r < 0 ? r : fill(row.text, lang, context, arena, &ret->text, err);
}
