/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* The forms of the public pages (報告フォーム). This process knows no case: it drops what is sent into a folder, one file each,
 * which the jobs take; and of a report it knows the one small file that the jobs write for who has its secret link. */
#ifndef FACE_PUBLIC_FORMS_H
#define FACE_PUBLIC_FORMS_H

#include "engine/http/http.h"
#include "format/form/form.h"

#define FORMS_KEY_BYTES 32
#define FORMS_VISITORS 4096

/* What is left of an address's allowance. */
struct forms_visitor {
	uint64_t who;
	double left;
	int64_t at_us;
};

struct public_forms {
	int spool, states;  /* open folders */
	const char *proxy;  /* the address whose X-Forwarded-For is believed; "": none */
	uint8_t key[FORMS_KEY_BYTES]; /* made at the start */
	struct forms_visitor visitors[FORMS_VISITORS];
};

/* --- guard.c: who may send, without sessions --- */

enum forms_stamp { STAMP_GOOD, STAMP_EARLY, STAMP_OLD };

/* A hidden field: when the form was shown, signed. */
char *forms_stamp(const struct public_forms *f, struct arena *arena, int64_t now_us);
/* STAMP_OLD too where it was signed by nobody here. */
enum forms_stamp forms_check_stamp(const struct public_forms *f, const char *stamp, int64_t now_us);

/* Whether a form comes from a page of this site, as far as the browser says. */
bool forms_is_own(const struct http_request *rq);

/* Whether this address may send one more now; it is counted. */
bool forms_may_send(struct public_forms *f, const char *address, int64_t now_us);
/* The visitor's address, behind the proxy. */
const char *forms_visitor_of(const struct public_forms *f, const struct http_request *rq);

/* --- spool.c --- */

/* Drops a file: on disk under its name when it returns. -ENOSPC: the spool is full. */
int forms_drop(const struct public_forms *f, const char *name, struct bytes bytes, struct error *err);

/* SHA-256 of the secret in a link, whatever its shape. */
void forms_hash(const char *secret, char into[FORM_HASH_TEXT + 1]);
/* What may be said of a report; -ENOENT after the same work. */
int forms_look(const struct public_forms *f, const char *hash, struct form_state *ret, struct error *err);

/* --- pages: routes of public.c --- */

/* Of the site that a request is for; -ENOENT where it has no forms. */
int forms_of(const struct http_request *rq, struct public_forms **ret, struct error *err);
enum lang forms_lang(const struct http_request *rq);

extern const struct http_field forms_fields[], forms_status_fields[], forms_more_fields[];
http_function page_report, page_report_form, post_report_form, page_report_receipt, page_report_status, post_report_status;

/* Shared by the pages. */
struct forms_faults {
	struct { enum message text; const char *field; } list[FORM_FIELD_COUNT + 8];
	size_t count;
	int status; /* of the answer; 0: nothing is wrong */
};
void forms_fault(struct forms_faults *f, int status, enum message text, const char *field);
/* Stamp, trap: the fields "stamp" and "website". */
void forms_check_guard(const struct public_forms *f, const struct http_request *rq, struct forms_faults *faults);
/* The files, of which `count` were sent. */
void forms_check_files(const struct http_file *files, size_t count, struct forms_faults *faults);
void forms_use_files(struct form *form, const struct http_file *files, size_t count);
/* The spool has it, or `faults` says why not. 0 also then. */
int forms_keep(struct public_forms *f, const struct http_request *rq, const struct form *form, const char *name,
	       struct forms_faults *faults, struct error *err);
/* A page's values, with those of part/head and part/nav. `path`: below /en where English. */
struct value *forms_page(const struct http_request *rq, enum message title, const char *path);
void forms_put_faults(struct value *page, const struct http_request *rq, const struct forms_faults *faults, bool has_files);
/* For part/report_guard: the one that came, where it was only sent too early. */
void forms_put_stamp(struct value *page, const struct public_forms *f, const struct http_request *rq);
void forms_put_limits(struct value *page, struct arena *a);
int forms_render(const struct http_request *rq, const char *template, const struct value *page, struct http_response *rs,
		 struct error *err);

#endif
