/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* Queues: who works on which incident, and what waits for whom. An incident is in at most one of: new (nobody's, nobody was told),
 * overdue (a party was asked long ago), waiting (asked of late); and beside that somebody's own, or asleep until a time, when it is
 * in no other queue. */
#ifndef DESK_INCIDENT_QUEUE_H
#define DESK_INCIDENT_QUEUE_H

#include "desk/incident/incident.h"

enum queue { QUEUE_MINE, QUEUE_OVERDUE, QUEUE_WAITING, QUEUE_NEW, QUEUE_SNOOZED, QUEUES };
/* "mine", "overdue", "waiting", "new", "snoozed". */
extern const char *const queue_names[QUEUES];
/* False for another word. */
bool queue_parse(const char *word, enum queue *ret);

struct queue_question {
	enum queue queue;
	int64_t viewer;
	const char *actor;  /* whose are "mine" */
	int64_t now, patience_us; /* after which a party is overdue */
	int64_t most;
};
/* Those that the viewer may see; of the arena. */
int queue_list(struct db *db, const struct queue_question *q, struct arena *arena, struct incident **ret, size_t *ret_count,
	       struct error *err);

/* It is the actor's. -EBUSY: it is another's, unless `takes_over`; -EALREADY: it is the actor's own. */
int queue_claim(struct db *db, int64_t id, bool takes_over, const struct doing *doing, struct error *err);
/* It is nobody's. -EALREADY. */
int queue_release(struct db *db, int64_t id, const struct doing *doing, struct error *err);
/* It sleeps until then; 0: it wakes. -EINVAL: that is over. */
int queue_snooze(struct db *db, int64_t id, int64_t until, const struct doing *doing, struct error *err);

#endif
