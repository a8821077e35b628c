/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* Public keys of contacts. What a text holds is told by hinomi-open (engine/keys) before it comes here. */
#ifndef GROUND_PEOPLE_KEY_H
#define GROUND_PEOPLE_KEY_H

#include "engine/keys/keys.h"
#include "ground/people/people.h"

/* Adds a key; the same again changes nothing. `described` is of the text. */
int key_add(struct db *db, int64_t contact_id, enum keys_kind kind, const struct keys_described *described, const char *text,
	    const struct doing *doing, struct error *err);

/* The newest key of a contact that can be used at `now`: 1 and its text, of the arena; 0: there is none. */
int key_usable(struct db *db, int64_t contact_id, enum keys_kind kind, int64_t now, struct arena *arena, const char **ret_text,
	       struct error *err);

/* The texts of all keys of an address, also old ones, for checking what they signed; ends with NULL, of the arena. */
int key_texts_of(struct db *db, const char *address, enum keys_kind kind, struct arena *arena, const char *const **ret,
		 struct error *err);

#endif
