/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* The observatory's desk: what analysts add to the figures of observe/.
 *
 *	rules.h    decisions, without database and clock
 *	found.h    the rises that a store shows now
 *	review.h   surges confirmed or rejected, with cause, reference, alert and notes
 *	quarter.h  closed quarters, frozen, and what late data would change
 *	note.h     what public pages say about a period
 *	saved.h    filters that are kept by name
 *
 * Each of these is a record (ground/record) with a timeline. Times and names come in as arguments; queries made for a face
 * are told its viewer (ground/access/sight.h). */
#ifndef DESK_OBSERVATORY_OBSERVATORY_H
#define DESK_OBSERVATORY_OBSERVATORY_H

#include "ground/access/rules.h"
#include "ground/record/doing.h"

#endif
