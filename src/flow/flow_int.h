/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* Shared by the ways in: mails and forms. */
#ifndef FLOW_FLOW_INT_H
#define FLOW_FLOW_INT_H

#include "flow/flow.h"
#include "ground/intake/intake.h"

/* What is made by chance, before the transaction, which may run twice. */
struct flow_chances {
	char report_uuid[RECORD_UUID_TEXT], letter_uuid[RECORD_UUID_TEXT], nonce[17];
};
int flow_chances(struct flow_chances *ret, struct error *err);

/* An attachment lies among the blobs before the transaction that names it. Name and type stay the caller's. */
int flow_keep_file(struct blobs *blobs, const char *name, const char *type, struct bytes bytes, struct arena *arena,
		   struct intake_attachment *ret, struct error *err);

/* The letter that says the number; inside the transaction that makes the report. */
struct flow_thanks {
	const struct flow_centre *centre;
	int64_t report_id, received_at;
	const char *ref, *language, *to_name, *to_address, *in_reply_to;
	const char *name, *subject; /* as the letter says them */
	const struct doing *doing;
};
int flow_acknowledge(struct db *db, const struct flow_thanks *t, const struct flow_chances *chances, struct arena *arena,
		     struct error *err);

/* Reads one message of the channel 'web' and files it. */
int flow_form(struct db *db, struct blobs *blobs, const struct flow_centre *centre, const struct intake_message *m,
	      const struct doing *doing, struct arena *arena, struct error *err);

#endif
