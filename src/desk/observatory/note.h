/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* What public pages say about a period, in both languages. */
#ifndef DESK_OBSERVATORY_NOTE_H
#define DESK_OBSERVATORY_NOTE_H

#include "desk/observatory/observatory.h"
#include "desk/observatory/rules.h"
#include "ground/record/record.h"

struct note {
	int64_t id;
	const char *ref, *period, *text_ja, *text_en;
	int64_t changed_at, version;
};

/* Of one period, or ("") of all, the latest first; of the arena. */
int note_list(struct db *db, int64_t viewer, const char *period, struct arena *arena, struct note **ret, size_t *ret_count,
	      struct error *err);

struct note_change {
	const char *period;            /* 2013, 2013Q2, 2013-05, 2013-05-18 */
	const char *text_ja, *text_en; /* NULL: as it is */
	int64_t version;               /* of the note that it was made from (rules.h); 0: there was none, or it had no words */
	struct doing doing;
	char uuid[RECORD_UUID_TEXT];
};

/* -EINVAL: not a period; -ESTALE: somebody wrote it since. */
int note_save(struct db *db, const struct note_change *change, struct error *err);

#endif
