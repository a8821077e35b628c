/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* Who asks: the first step of every page. The session is known by a cookie, which is HttpOnly and SameSite=Strict; over TLS it
 * is Secure and has the prefix __Host-, so that no other host can set it. As long as there is no account at all, whoever
 * reaches the pages (on this machine alone, then) is the local user. */
#ifndef FACE_STAFF_ENTRY_H
#define FACE_STAFF_ENTRY_H

#include "face/staff/staff.h"
#include "ground/access/session.h"

struct entry {
	struct session session; /* its viewer; id 0: there are no accounts */
	bool is_open;           /* there are none: the local user */
};

/* 1: this is who asks; 0: nobody is logged in. */
int entry_find(struct http_request *rq, struct entry *ret, struct error *err);

/* The address behind a proxy, where one is configured; and the browser. */
struct session_origin entry_origin(const struct http_request *rq);

/* A local path to go on to, from a form or a query: "/" for anything else. */
const char *entry_next(const char *text);
/* To the login page and back to what was asked for. */
void entry_to_login(const struct http_request *rq, struct http_response *rs);

/* Set-Cookie values. */
const char *entry_cookie(const struct http_request *rq, const char *token);
const char *entry_cookie_gone(const struct http_request *rq);
const char *entry_device_cookie(const struct http_request *rq, const char *token);
const char *entry_lang_cookie(const struct http_request *rq, const char *lang);
/* The name of the session's cookie, which forms' tokens are bound to. */
const char *entry_cookie_name(const struct staff *staff);

/* The pages. */
int page_login(struct http_request *rq, struct http_response *rs, struct error *err);
int page_login_act(struct http_request *rq, struct http_response *rs, struct error *err);
int page_logout(struct http_request *rq, struct http_response *rs, struct error *err);
extern const struct http_field login_fields[];

#endif
