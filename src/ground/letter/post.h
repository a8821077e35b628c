/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* Posting: one letter after the other, through the process that signs and the one that mails. */
#ifndef GROUND_LETTER_POST_H
#define GROUND_LETTER_POST_H

#include "engine/blob/blob.h"
#include "engine/keys/keys.h"
#include "engine/mail/mailer.h"
#include "ground/letter/letter.h"

struct post_office {
	struct db *db;
	struct blobs *blobs;
	struct keys *keys;     /* NULL: there is no key; protected letters fail */
	struct mailer *mailer;
	const char *address, *name_ja, *name_en, *sign_key;
};

/* Sends the letter that has been due longest at `doing->at`: 1 it was tried, however it ended; 0: none is due. What fails here is
 * the database or the disk; what fails with a letter is kept with it. */
int post_next(const struct post_office *o, const struct doing *doing, struct error *err);

#endif
