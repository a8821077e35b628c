/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* TLP and RSIT. */
#include "format/exchange/names.h"

#include "base/cleanup.h"

static const struct {
	const char *label, *colour, *iodef;
} tlp_table[TLP_COUNT] = {
#define TLP(constant, name, colour, iodef) { "TLP:" name, colour, iodef },
#include "format/exchange/tlp.tbl.h"
#undef TLP
};

const struct rsit rsit_table[] = {
#define RSIT(class_id, type_id, class_en, type_en, type_ja) { class_id, type_id, class_en, type_en, type_ja },
#include "format/exchange/rsit.tbl.h"
#undef RSIT
};
const size_t rsit_count = COUNT(rsit_table);

const char *tlp_label(enum tlp t)
{
	return tlp_table[t].label;
}

const char *tlp_colour(enum tlp t)
{
	return tlp_table[t].colour;
}

const char *tlp_iodef(enum tlp t)
{
	return tlp_table[t].iodef;
}

static bool is_word(struct bytes text, const char *word)
{
	return text.n == strlen(word) && strncasecmp((const char *)text.p, word, text.n) == 0;
}

bool tlp_parse(struct bytes text, enum tlp *ret)
{
	text = bytes_trim(text);
	if (text.n > 4 && strncasecmp((const char *)text.p, "TLP:", 4) == 0)
		take_skip(&text, 4);
	for (int t = 0; t < TLP_COUNT; t++)
		if (is_word(text, tlp_table[t].label + 4)) {
			*ret = (enum tlp)t;
			return true;
		}
	if (!is_word(text, "WHITE"))
		return false;
	*ret = TLP_CLEAR;
	return true;
}

/* Class and type out of `class/type` or `rsit:class="type"`. */
static bool split(struct bytes text, struct bytes *ret_class, struct bytes *ret_type)
{
	if (!bytes_starts(text, "rsit:"))
		return take_until(&text, '/', ret_class) && ((*ret_type = text).n > 0);
	take_skip(&text, 5);
	if (!take_until(&text, '=', ret_class) || text.n < 2 || text.p[0] != '"' || text.p[text.n - 1] != '"')
		return false;
	*ret_type = BYTES(text.p + 1, text.n - 2);
	return true;
}

const struct rsit *rsit_find(struct bytes text)
{
	struct bytes class_id, type_id;

	if (!split(text, &class_id, &type_id))
		return NULL;
	for (size_t i = 0; i < rsit_count; i++)
		if (bytes_is(class_id, rsit_table[i].class_id) && bytes_is(type_id, rsit_table[i].type_id))
			return &rsit_table[i];
	return NULL;
}
