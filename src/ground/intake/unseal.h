/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* Encrypted and signed mails: hinomi-open decrypts and checks, the reader reads what was inside. */
#ifndef GROUND_INTAKE_UNSEAL_H
#define GROUND_INTAKE_UNSEAL_H

#include "engine/db/db.h"
#include "engine/keys/keys.h"
#include "ground/intake/read.h"

struct unsealed {
	const char *protection; /* 'none', 'signed', 'encrypted', 'both' */
	const char *signature;  /* '', 'good', 'bad', 'unknown key'; good: by a key of the sender's contact */
	const char *failure;    /* why it could not be opened, for people; "" */
};

/* Opens what `m` holds; its text and files then are those inside. `keys` is hinomi-open; NULL: nothing can be opened, which is
 * said and is no failure. What is encrypted in an encrypted mail is opened too, three deep. */
int unseal_mail(struct keys *keys, struct db *db, const struct mail_centre *centre, struct arena *arena, struct read_mail *m,
		struct unsealed *ret, struct error *err);

#endif
