/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* Handing mails to a mail server, through hinomi-mailer: it alone reaches the network and has neither a database nor a
 * key.
 *
 *	struct mailer_settings s = { .server = "smtp://mail.example.org:25", .name = "csirt.example.org" };
 *	mailer_open(&s, &m, &err);                 (before the caller's own walls stand: it starts the program)
 *	mailer_send(m, &mail, &answer, &err);      (one after the other, over one connection)
 *	mailer_close(m);
 *
 * What an answer means for the promise that nothing is lost and nothing is sent twice unasked (design decision 7.7) is in
 * enum mailer_fate. */
#ifndef ENGINE_MAIL_MAILER_H
#define ENGINE_MAIL_MAILER_H

#include "base/bytes.h"
#include "base/error.h"

#define MAILER_MAIL_MAX (15u << 20)
#define MAILER_RECIPIENTS_MAX 100
#define MAILER_WHY_MAX 400

struct mailer_settings {
	const char *server;   /* smtp:// or smtps://, a host or an address, a port */
	const char *name;     /* what is said in EHLO */
	const char *user, *password; /* NULL: none */
	bool needs_tls;       /* refuse a server without STARTTLS */
	const char *authority; /* file of the certificates that are trusted; NULL: the system's */
};

struct mailer_mail {
	const char *from; /* of the envelope; "" is the empty sender of RFC 5321 §4.5.5 */
	const char *const *to; /* ends with NULL */
	struct bytes bytes; /* RFC 5322, lines end in CR LF */
};

enum mailer_fate {
	MAILER_TAKEN,   /* the server answers for it now */
	MAILER_REFUSED, /* for good: 5yz; it was not sent */
	MAILER_NOT_NOW, /* it was not sent; another attempt is safe */
	MAILER_UNKNOWN, /* the end was sent and no answer came: it may have been taken */
};

struct mailer_answer {
	enum mailer_fate fate;
	char why[MAILER_WHY_MAX]; /* one line for people; "" where it was taken */
};

struct mailer;

/* -ENOENT: the program is not there; -EHOSTUNREACH: it cannot work with that server, whose name it has looked up. */
int mailer_open(const struct mailer_settings *settings, struct mailer **ret, struct error *err);
/* 0 with an answer. A failure of the program itself is -EPIPE and the like, after which the mail's fate is unknown. */
int mailer_send(struct mailer *m, const struct mailer_mail *mail, struct mailer_answer *ret, struct error *err);
/* Accepts NULL and returns NULL. */
struct mailer *mailer_close(struct mailer *m);

/* The program: reads requests from `in` until its end. */
int mailer_serve(int in, int out, struct error *err);

#endif
