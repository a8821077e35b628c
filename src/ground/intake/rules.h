/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* Where a mail belongs: no database, no clock. */
#ifndef GROUND_INTAKE_RULES_H
#define GROUND_INTAKE_RULES_H

#include <stdbool.h>
#include <stddef.h>

/* What the mail is, as format/mail says. */
enum intake_mail { INTAKE_ORDINARY, INTAKE_BOUNCE, INTAKE_FEEDBACK, INTAKE_AUTOMATIC, INTAKE_LOOP, INTAKE_LIST };

/* What is known about it. */
struct intake_facts {
	enum intake_mail kind;
	bool names_letter;   /* In-Reply-To, References or the returned mail name a letter of ours */
	bool names_ref;      /* the subject names a case that is there */
	bool is_party;       /* the sender is whom the letter went to, or the reporter of the case */
	bool is_colleague;   /* of the same domain as the party, and the letter is named (somebody else of the desk answers) */
	bool is_warning;     /* a bounce that says: later */
};

enum intake_goal {
	INTAKE_TO_REPORT,   /* a new report */
	INTAKE_TO_CASE,     /* a reply or an addition */
	INTAKE_TO_LETTER,   /* the letter came back, or will be late: its state changes, nobody needs to read it */
	INTAKE_TO_TIMELINE, /* an automatic answer: kept with the case, it is no answer */
	INTAKE_TO_BIN,      /* nothing of ours: can be restored */
};

struct intake_verdict {
	enum intake_goal goal;
	bool may_acknowledge; /* a new report gets its number by mail */
	const char *kind;     /* as intake_message.kind */
	const char *reason;   /* one line */
};

struct intake_verdict intake_decide(const struct intake_facts *f);

/* The first word of a subject that looks like the ref of a case (a capital letter, a year, a hyphen, digits); false: none. */
bool intake_find_ref(const char *subject, char *into, size_t size);

/* Whether two mail addresses are one; whether they are of one domain. Empty ones are not. */
bool intake_is_same_address(const char *a, const char *b);
bool intake_is_same_domain(const char *a, const char *b);

/* Hiragana, katakana or kanji in the text. */
bool intake_is_japanese(const char *text);

#endif
