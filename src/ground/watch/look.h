/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* Looking at targets: hinomi-fetch is asked, its bytes are kept as evidence, and one transaction keeps the look. */
#ifndef GROUND_WATCH_LOOK_H
#define GROUND_WATCH_LOOK_H

#include "engine/blob/blob.h"
#include "engine/conf/conf.h"
#include "ground/watch/watch.h"

struct watch_office {
	struct db *db;
	struct blobs *blobs;
	struct fetch *fetch;
	bool has_proxy;
	const char *actor;
};

/* Settings of the fetcher; texts are the configuration's. */
struct fetch_settings watch_fetch_settings(const struct conf *c);

/* One look at one target, whether it is due or not. -EALREADY: watching it ended; -EPIPE: the fetcher itself is gone, which is kept as a
 * look that says nothing. */
int watch_look(const struct watch_office *o, int64_t id, struct error *err);

/* Those that are due, one after the other, for at most `most_us` or until the fetcher is gone: how many. */
int watch_look_due(const struct watch_office *o, int64_t most_us, struct error *err);

#endif
