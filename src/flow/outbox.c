/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* What is due goes out: written, protected as the recipient can, marked on its way, handed over, and its end kept. A letter that
 * was on its way when a process ended is uncertain until a person decides; nothing is sent twice unasked (design decision 7.7). */
#include "flow/flow.h"

#include "base/clock.h"
#include "base/log.h"
#include "desk/incident/request.h"
#include "ground/letter/letter.h"
#include "ground/letter/post.h"

#include <errno.h>

#define AT_ONCE 200

int flow_outbox_waits(struct db *db, int64_t now, struct error *err)
{
	int r = letter_is_due(db, now, err);

	return r == 0 ? request_is_behind(db, err) : r;
}

int flow_outbox(struct db *db, struct blobs *blobs, const struct flow_centre *centre, struct keys *keys, struct mailer *mailer,
		const struct doing *doing, struct error *err)
{
	const struct post_office office = { .db = db, .blobs = blobs, .keys = keys, .mailer = mailer, .address = centre->address,
					    .name_ja = centre->name_ja, .name_en = centre->name_en, .sign_key = centre->sign_key };
	int sent = 0, r = letter_find_uncertain(db, doing, err);

	if (r > 0)
		log_warn("letters were on their way when a process ended; a person must decide");
	for (int i = 0; i < AT_ONCE && r >= 0 && mailer; i++) {
		struct doing now = { clock_now(), doing->actor };
		r = post_next(&office, &now, err);
		if (r <= 0)
			break;
		sent++;
	}
	if (r >= 0)
		r = request_follow(db, doing, err);
	return r < 0 ? r : sent;
}
