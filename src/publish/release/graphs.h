/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* The observatory's public pages as one release: rendered, drawn where they changed, switched. */
#ifndef PUBLISH_RELEASE_GRAPHS_H
#define PUBLISH_RELEASE_GRAPHS_H

#include "engine/db/db.h"
#include "engine/draw/drawer.h"
#include "engine/place/place.h"
#include "publish/release/release.h"
#include "publish/render/isdas.h"

/* Regions by a table of places, which must outlive the release; NULL: none. */
void graphs_use_places(struct isdas_options *o, const struct place_table *places);

/* What analysts say, from the case database: of confirmed surges, with the alert that followed, and of periods. A note
 * that lacks a language waits. Texts live in the arena; `db` NULL: no notes. */
int graphs_use_notes(struct isdas_options *o, struct db *db, struct arena *arena, struct error *err);

/* `drawer` may be NULL: no PNG. After a failure what is served is as it was. */
int graphs_release(const char *out, const struct isdas_options *o, struct drawer *drawer, struct release_counts *ret,
		   struct error *err);

#endif
