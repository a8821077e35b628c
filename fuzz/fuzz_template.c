/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* Any text as a template that may include itself, rendered over a small tree. */
#include "base/cleanup.h"
#include "engine/template/template.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void render(struct templates *t, const char *name)
{
	struct arena *a = arena_new();
	struct value *v = value_object(a), *list = value_put_list(v, "list");
	_cleanup_(buf_clear) struct buf out;

	value_put_text(v, "a", "<text>");
	value_put_html(v, "html", "<b>");
	value_put_url(v, "url", "/");
	value_add_text(list, "x");
	value_add_object(list);
	buf_init(&out, 1 << 16);
	template_render(t, name, LANG_JA, v, &out, NULL);
	arena_free(a);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const names[] = { "x.html", "x.txt" };

	for (size_t i = 0; i < COUNT(names); i++) {
		struct templates *t = templates_new(0);
		if (templates_add(t, names[i], (const char *)data, size, NULL) == 0)
			render(t, names[i]);
		templates_free(t);
	}
	return 0;
}
