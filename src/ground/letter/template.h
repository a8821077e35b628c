/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* Letters out of templates that are records: engine/template's language, without markup. */
#ifndef GROUND_LETTER_TEMPLATE_H
#define GROUND_LETTER_TEMPLATE_H

#include "engine/db/db.h"
#include "engine/template/value.h"

struct letter_rendered {
	const char *subject, *text; /* of the arena */
};

/* Fills the newest template of a name. What `context` does not have is empty. -ENOENT: no template of that name and language;
 * -EINVAL: a fault in it, with its line. A subject becomes one line. */
int letter_render(struct db *db, const char *name, const char *language, const struct value *context, struct arena *arena,
		  struct letter_rendered *ret, struct error *err);

#endif
