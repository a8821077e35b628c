/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* Where a mail belongs: no database, no clock. */
#ifndef GROUND_INTAKE_RULES_H
#define GROUND_INTAKE_RULES_H

#include <stdbool.h>

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

#endif
