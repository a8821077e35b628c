/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* What a mail is, as rules without clock or database. They are asked in this order, the first that fits decides and is
 * named in the verdict with what it saw:
 *
 *	own-loop-header     LOOP        our own mail came back (X-Hinomi-Loop)
 *	feedback-report     FEEDBACK    a report of abuse (RFC 5965)
 *	delivery-status     BOUNCE      a delivery report (RFC 3464), its machine-readable part or its label
 *	failed-recipients   BOUNCE      X-Failed-Recipients, from nobody or a daemon
 *	bounce-text         BOUNCE      the words of a mail system, a recipient, and nobody or a daemon as sender (or a machine
 *	                                that returns the mail)
 *	bounce-subject      BOUNCE      from nobody or a daemon, with the subject of a mail system: the recipient may be missing
 *	own-address         LOOP        sent from one of our own addresses
 *	too-many-hops       LOOP        more Received fields than any honest way has
 *	disposition         AUTO_REPLY  a notice that a mail was read (RFC 8098)
 *	auto-submitted      AUTO_REPLY  Auto-Submitted: auto-replied (RFC 3834); auto-generated alone is no reply: machines
 *	                                report incidents too
 *	auto-reply-header   AUTO_REPLY  X-Autoreply and its like, Precedence: auto_reply
 *	auto-reply-subject  AUTO_REPLY  "Automatic reply:", [自動返信] …; weaker words only in an answer
 *	auto-reply-text     AUTO_REPLY  an answer that begins by saying that it is automatic
 *	list-header         LIST        List-Id and its like
 *	list-sender         LIST        owner-…@, …-bounces@, Precedence: list
 *	none                ORDINARY
 */
#ifndef FORMAT_MAIL_KIND_H
#define FORMAT_MAIL_KIND_H

#include "format/mail/mail.h"

enum mail_kind {
	MAIL_ORDINARY,
	MAIL_BOUNCE,
	MAIL_FEEDBACK,
	MAIL_AUTO_REPLY,
	MAIL_LOOP,
	MAIL_LIST,
	MAIL_KIND_COUNT,
};

enum bounce_reason {
	BOUNCE_OTHER,        /* none given, or none that is known */
	BOUNCE_USER_UNKNOWN, /* no such mailbox */
	BOUNCE_HOST_UNKNOWN, /* no such domain */
	BOUNCE_DISABLED,     /* the mailbox is closed */
	BOUNCE_FULL,         /* the mailbox is full */
	BOUNCE_TOO_LARGE,
	BOUNCE_POLICY,       /* we are refused: sender, address block, spam filter, authentication */
	BOUNCE_CONTENT,      /* this message is refused */
	BOUNCE_NETWORK,      /* not reached */
	BOUNCE_SYSTEM,       /* trouble at the other end */
	BOUNCE_REASON_COUNT,
};

enum bounce_action {
	BOUNCE_FAILED,
	BOUNCE_DELAYED,  /* a warning: still being tried */
	BOUNCE_RELAYED,  /* handed on to a system that does not report */
	BOUNCE_DELIVERED, /* also expanded */
	BOUNCE_ACTION_COUNT,
};

/* One recipient of a delivery report. */
struct mail_recipient {
	const char *address;       /* as we wrote it: Original-Recipient, else Final-Recipient, else from the text */
	const char *final_address; /* the mailbox behind it, "" where the same */
	const char *status;        /* 5.1.1, or ""; the diagnostic's code where Status says nothing (x.0.0) */
	const char *diagnostic;    /* the other end's words, or those of the text */
	enum bounce_action action;
	enum bounce_reason reason; /* by the words, then by the status: codes are more often wrong */
};

/* RFC 5965; "" where a field is missing. */
struct mail_feedback {
	const char *type, *user_agent, *source_address, *original_sender, *original_recipient, *reported_domain,
		*reported_uri, *reporting_mta, *arrival_text;
	bool has_arrival;
	int64_t arrival_us;
};

/* Who we are. */
struct mail_centre {
	const char *loop_name;        /* value of our loop header, NULL: not asked */
	const char *const *addresses; /* our own, NULL-ended; NULL: not asked */
	size_t hops_max;              /* of Received; 0 means MAIL_HOPS_MAX */
};
#define MAIL_HOPS_MAX 50
#define MAIL_RECIPIENTS_MAX 1000

struct mail_verdict {
	enum mail_kind kind;
	const char *rule;     /* as in the table above */
	const char *evidence; /* what the rule saw, or "" */
	bool may_answer;      /* an acknowledgement may go out: ordinary, and nothing forbids it (RFC 3834 §2) */
	bool is_delayed;      /* a bounce of which no recipient failed */
	struct mail_recipient *recipients;
	size_t recipient_count;
	struct mail_feedback *feedback; /* NULL but for FEEDBACK */
	struct mail *original;          /* the mail that is returned or reported, as far as it is there; else NULL */
};

/* Judges a mail; the verdict lives in the arena. */
void mail_judge(const struct mail *mail, const struct mail_centre *centre, struct arena *arena,
		struct mail_verdict *ret);

/* "auto-reply", "unknown-user", "delayed". */
const char *mail_kind_name(enum mail_kind kind);
const char *bounce_reason_name(enum bounce_reason reason);
const char *bounce_action_name(enum bounce_action action);

#endif
