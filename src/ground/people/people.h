/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* Whom the centre knows: organisations, contacts to write to, what networks they answer for, their public keys, and what of
 * the letters to them arrived.
 *
 *	contact.h   contacts and their organisations
 *	key.h       OpenPGP keys and S/MIME certificates
 *
 * Each contact is a record (ground/record). */
#ifndef GROUND_PEOPLE_PEOPLE_H
#define GROUND_PEOPLE_PEOPLE_H

#include "ground/access/rules.h"
#include "ground/record/doing.h"
#include "ground/record/record.h"

#define PEOPLE_ADDRESS_MAX 254

/* A mail address in the form in which it is kept and compared: small letters, no blanks. -EINVAL: not one. */
int people_address(const char *text, char into[PEOPLE_ADDRESS_MAX + 1], struct error *err);

#endif
