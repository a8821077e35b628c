/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* The observatory's public pages as one release: rendered, drawn where they changed, switched. */
#ifndef PUBLISH_RELEASE_GRAPHS_H
#define PUBLISH_RELEASE_GRAPHS_H

#include "engine/draw/drawer.h"
#include "publish/release/release.h"
#include "publish/render/isdas.h"

/* `drawer` may be NULL: no PNG. After a failure what is served is as it was. */
int graphs_release(const char *out, const struct isdas_options *o, struct drawer *drawer, struct release_counts *ret,
		   struct error *err);

#endif
