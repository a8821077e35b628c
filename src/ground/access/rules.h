/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* Who may see and do what: decisions, without database and clock. One table of rights (rules.c) says which role may do
 * what with which object up to which marking; a record of a compartment is for its members alone, whatever their role.
 *
 *	if (!access_may(&viewer, OBJECT_INCIDENT, MARKING_RED, "op-kite", MAY_SEE))
 *		return error_set(err, -ENOENT, "no such incident");
 *
 * Roles are sets; who has several may do what any of them may. Being told less than everything is the rule: the
 * administrator makes accounts and reads no reports, the auditor reads who did what and not what was in it. */
#ifndef GROUND_ACCESS_RULES_H
#define GROUND_ACCESS_RULES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum role {
	ROLE_HANDLER, /* reports, incidents, requests: classify, notify, close */
	ROLE_ANALYST, /* the observatory */
	ROLE_EDITOR,  /* reports and notes that go out; no contact data */
	ROLE_AUDITOR, /* the audit log */
	ROLE_ADMIN,   /* accounts and settings */
	ROLE_COUNT,
};
#define ROLES_ALL ((1u << ROLE_COUNT) - 1)

enum object {
#define OBJECT(constant, name, is_record) OBJECT_##constant,
#include "ground/access/objects.tbl.h"
#undef OBJECT
	OBJECT_COUNT,
};

/* Traffic Light Protocol 2.0, from the widest to the narrowest. */
enum marking { MARKING_CLEAR, MARKING_GREEN, MARKING_AMBER, MARKING_AMBER_STRICT, MARKING_RED, MARKING_COUNT };

enum action {
	MAY_SEE,
	MAY_MAKE,
	MAY_CHANGE,
	MAY_SEND,    /* to somebody outside; access_may_send() says to whom */
	MAY_APPROVE, /* what somebody else made */
	MAY_EXPORT,  /* as a file */
	MAY_ERASE,   /* personal data, or the whole of what is one's own */
	ACTION_COUNT,
};

/* Who is asking. Texts are the caller's. */
struct viewer {
	int64_t id;        /* of the account; ACCESS_LOCAL */
	const char *actor; /* as timelines say it: the login name, 'local:suzuki', 'job:surges' */
	unsigned roles;    /* bits 1 << ROLE_… */
	const char *const *compartments; /* those the account is a member of */
	size_t compartment_count;
};

/* This machine: its command line and its jobs, which can open the database's file anyway; and whoever reaches its pages
 * as long as there are no accounts. It may do everything. */
#define ACCESS_LOCAL 0

bool access_may(const struct viewer *v, enum object object, enum marking marking, const char *compartment, enum action action);
/* Whether there is any marking at which it may: for menus and pages. */
bool access_may_at_all(const struct viewer *v, enum object object, enum action action);
/* The same of roles alone. */
bool access_roles_may(unsigned roles, enum object object, enum marking marking, enum action action);

/* To whom something goes. */
enum recipient {
	RECIPIENT_NAMED,        /* a person whom the record names as its recipient */
	RECIPIENT_ORGANISATION, /* anybody of the organisation concerned */
	RECIPIENT_CLIENT,       /* those whom that organisation serves, and who need to know */
	RECIPIENT_COMMUNITY,    /* partners, members, other response teams */
	RECIPIENT_ANYBODY,
	RECIPIENT_COUNT,
};
/* TLP 2.0: RED to named persons only, AMBER+STRICT within the organisation, AMBER also to its clients, GREEN within the community,
 * CLEAR to anybody. */
bool access_may_send(enum marking marking, enum recipient recipient);

/* Reading it is noted in the audit log. */
bool access_is_restricted(enum marking marking, const char *compartment);
/* Four eyes: whoever made it does not approve it. */
bool access_may_approve(const struct viewer *v, enum object object, enum marking marking, const char *compartment,
			const char *made_by);

/* Names, as on the command line and in the database. -1, or false: no such name. */
const char *role_name(enum role role);
bool role_parse(const char *name, enum role *ret);
/* "handler,analyst" or "all"; an empty text is no role. */
bool roles_parse(const char *text, unsigned *ret);
#define ROLES_TEXT_MAX 80
char *roles_format(unsigned roles, char into[ROLES_TEXT_MAX]);
const char *object_name(enum object object);
bool object_is_record(enum object object);
bool object_parse(const char *name, enum object *ret);
const char *marking_name(enum marking marking);
bool marking_parse(const char *name, enum marking *ret);
const char *action_name(enum action action);

/* --- logging in --- */

#define LOGIN_MAX 32
#define NAME_MAX_BYTES 120
#define PASSWORD_LEAST 12 /* characters */
#define PASSWORD_MAX 256  /* bytes */

/* Small letters, digits, '-', '_' and '.', a letter first. */
bool login_is_name(const char *login);

enum password_fault { PASSWORD_GOOD, PASSWORD_SHORT, PASSWORD_LONG, PASSWORD_PLAIN, PASSWORD_IS_NAME, PASSWORD_NOT_TEXT };
/* Length counts, kinds of signs do not (NIST SP 800-63B §5.1.1.2). PLAIN: fewer than five different signs; IS_NAME: it is
 * little more than the login name. */
enum password_fault password_check(const char *password, const char *login);
const char *password_fault_words(enum password_fault fault);

/* How long to wait after so many failures in a row, the last of them so long ago. Attempts meanwhile are refused and do not
 * count, so nobody's trying makes it longer than DELAY_MOST; an hour without failures forgets them. A browser in which the
 * account has logged in before is counted by itself, so that strangers' failures do not keep its owner out. */
#define DELAY_AFTER 5
#define DELAY_MOST_US (60 * INT64_C(1000000))
#define FAILURES_FORGOTTEN_US (3600 * INT64_C(1000000))
int64_t login_wait_us(int64_t failures, int64_t last_at, int64_t now);

/* NULL while it lasts; else why it is over: 'idle', 'long'. */
const char *session_over(int64_t created_at, int64_t seen_at, int64_t now, int64_t idle_us, int64_t longest_us);

#endif
