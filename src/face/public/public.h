/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* What everybody may read: the released tree, and nothing else. There is no database behind these pages; a file that
 * was not released does not exist here. */
#ifndef FACE_PUBLIC_PUBLIC_H
#define FACE_PUBLIC_PUBLIC_H

#include "engine/http/http.h"

struct public_forms;

struct public_site {
	int out; /* the folder that publish/release writes; its link `current` is followed for each request */
	struct public_forms *forms; /* forms.h; NULL: this site takes no reports */
};

/* The site must outlive the server. Call before the sandbox: templates are parsed here. */
struct http_config public_config(struct public_site *site);

#endif
