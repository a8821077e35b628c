/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* Looking at something on the network, through hinomi-fetch: it alone connects, and has neither a database nor a key nor a file.
 *
 *	struct fetch_settings s = { .agent = "Mozilla/5.0", .seconds = 20, .redirects = 5, … };
 *	fetch_open(&s, &f, &err);                  (before the caller's own walls stand: it starts the program)
 *	fetch_ask(f, &question, arena, &answer, &err);
 *	fetch_close(f);
 *
 * Each question is answered by a process of its own: what ends or stops it costs that answer alone. Addresses that
 * forbidden.h knows are not reached unless `allow` names them: every name is resolved once for each hop, the connection goes to
 * these addresses and no others, and the socket's address is looked at again before it connects. */
#ifndef ENGINE_NET_FETCH_H
#define ENGINE_NET_FETCH_H

#include "base/arena.h"
#include "base/bytes.h"
#include "base/error.h"

struct fetch_settings {
	const char *allow;  /* prefixes that are reached although they are private or the like; "" */
	const char *proxy;  /* http://host:port, for questions that ask for it; "": there is none */
	const char *dns;    /* an address and port of a name server; "": those of /etc/resolv.conf */
	const char *agent;  /* what it says it is */
	uint32_t seconds;   /* for all of a question */
	uint32_t redirects; /* followed, at the most */
	uint32_t keep_bytes; /* of the content that are given */
	uint32_t read_bytes; /* of the content that are read: a hash is of these */
};

enum fetch_kind {
	FETCH_HTTP, /* an http or https URL */
	FETCH_TCP,  /* host:port takes a connection */
	FETCH_TLS,  /* the same, and speaks TLS */
	FETCH_DNS,  /* a name has addresses */
	FETCH_NTP,  /* address:port, over UDP: an NTP server that gives its monlist; status is how many entries a packet of it has */
	FETCH_KINDS,
};

struct fetch_question {
	enum fetch_kind kind;
	const char *target;
	bool is_proxied;
};

enum fetch_outcome {
	FETCH_ANSWERED,  /* status says what, where it is HTTP */
	FETCH_NO_NAME,   /* the name does not exist */
	FETCH_NO_ADDRESS, /* it does, without an address */
	FETCH_NO_RESOLVER, /* no name server could say */
	FETCH_FORBIDDEN, /* it leads to where we do not go */
	FETCH_NO_CONNECTION, /* refused, or nobody is there */
	FETCH_SLOW,      /* the time was up */
	FETCH_NO_TLS,
	FETCH_NOT_HTTP,  /* an answer that is none, or cut */
	FETCH_NO_NETWORK, /* it is this side that has none */
	FETCH_NO_PROXY,  /* the proxy did not do it */
	FETCH_WRONG,     /* not a question: no URL, no port */
	FETCH_DIED,      /* who was asked died, or did not answer */
	FETCH_OUTCOMES,
};

/* A word of each, for databases and programs. */
extern const char *const fetch_outcome_names[FETCH_OUTCOMES];
extern const char *const fetch_kind_names[FETCH_KINDS];

/* Texts and bytes are the arena's; "" where there is none. */
struct fetch_answer {
	enum fetch_outcome outcome;
	uint32_t status, redirects;
	const char *url;     /* where it ended */
	const char *address; /* that was reached; of a name, all with blanks, in order */
	const char *certificate, *certificate_names, *certificate_state; /* SHA-256; names with blanks; 'right', 'expired', … */
	const char *content; /* SHA-256 of what was read */
	uint64_t content_bytes;
	bool is_cut;         /* there was more */
	struct bytes head;   /* its first bytes */
	uint32_t took_ms;
	const char *words;   /* what went wrong; "" */
};

struct fetch;

/* -ENOENT: the program is not there; -EINVAL: a setting is wrong. */
int fetch_open(const struct fetch_settings *settings, struct fetch **ret, struct error *err);
/* 0 with an answer; a failure is that of the program itself: nothing more can be asked of it. */
int fetch_ask(struct fetch *f, const struct fetch_question *q, struct arena *arena, struct fetch_answer *ret, struct error *err);
/* Its two halves, for asking several programs at once. */
int fetch_send(struct fetch *f, const struct fetch_question *q, struct error *err);
int fetch_receive(struct fetch *f, struct arena *arena, struct fetch_answer *ret, struct error *err);
/* Accepts NULL and returns NULL. */
struct fetch *fetch_close(struct fetch *f);

/* The program: reads questions from `in` until its end. */
int fetch_serve(int in, int out, struct error *err);

#endif
