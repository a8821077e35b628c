/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* A staff page being made: the request's fields as a question, the store's snapshot, and what is shown. Adding a page
 * is a row in pages[] (pages.c) and a function that fills it. */
#ifndef FACE_STAFF_PAGE_H
#define FACE_STAFF_PAGE_H

#include "desk/observatory/review.h"
#include "face/staff/entry.h"
#include "face/staff/sheet.h"
#include "face/staff/staff.h"
#include "observe/delivery/health.h"
#include "observe/series/point.h"
#include "observe/view/view.h"

#define PAGE_SHEETS_MAX 8
#define PAGE_FAULTS_MAX 12
#define PAGE_FIELDS_MAX 96

/* Fields that a page's form shows. */
enum page_form {
	FORM_FILTER = 1 << 0,
	FORM_PERIOD = 1 << 1, /* with from and to */
	FORM_BEFORE = 1 << 2, /* a second period */
	FORM_KIND = 1 << 3,
	FORM_COUNT = 1 << 4,
	FORM_UNIT = 1 << 5,
	FORM_PORT = 1 << 6,
	FORM_HIDE = 1 << 7,
};

struct page;

struct staff_page {
	const char *path;
	enum message label, title, intro; /* in the navigation; over the page */
	unsigned form;
	int (*fill)(struct page *p, struct error *err);
	/* Of a page that writes: what its forms ask for. 0: p->done says where to go on, unless there are faults now, which
	 * the page shows beside what was typed. -ENOENT: no such thing. */
	int (*act)(struct page *p, struct error *err);
	unsigned flags;
	enum object object; /* it shows: whose right to see is asked, and to act the right to change */
};

enum page_flags {
	PAGE_HAS_FILES = 1 << 0, /* CSV and JSON, without a form */
	PAGE_OF_DESK = 1 << 1,   /* needs no store */
	PAGE_SORTS = 1 << 2,     /* heads sort, without files */
	PAGE_OF_SENSORS = 1 << 3, /* has something to say before the first event: its fill is called without a store */
	PAGE_OF_VIEWER = 1 << 4, /* of whoever is logged in: no right is asked, no store opened */
	PAGE_IS_HIDDEN = 1 << 5, /* not in the navigation */
};

extern const struct staff_page staff_pages[]; /* ends with a row without path */

/* What an act does. */
enum page_act { ACT_KEEP, ACT_CONFIRM, ACT_REJECT, ACT_REOPEN, ACT_SAVE, ACT_REMOVE, ACT_PASSWORD, ACT_TOTP_BEGIN, ACT_TOTP_CONFIRM,
		ACT_TOTP_REMOVE, ACT_MAKE, ACT_JOIN, ACT_MERGE, ACT_UNMERGE, ACT_CLOSE, ACT_OPEN, ACT_BIN, ACT_ASK, ACT_SEND,
		ACT_WITHDRAW, ACT_RESEND, ACT_SETTLE, ACT_ADD, ACT_REMIND, ACT_THANK,
		ACT_CLAIM, ACT_RELEASE };
struct page_button {
	enum page_act act;
	enum message label;
	bool is_plain;
};
extern const struct http_field staff_fields[];

struct page {
	struct http_request *rq;
	const struct staff_page *page;
	struct staff *staff;
	struct viewer viewer;     /* who asks; queries made for this page are told its id */
	struct arena *arena;
	enum lang lang;
	struct store *store;      /* NULL: it could not be opened, or is empty; `notice` says so */
	struct view_question q;   /* filter, period, kind, ports of the form */
	struct filter *filter;
	const char *filter_text;  /* of `filter`, with hidden scanners; "": all */
	uint32_t keys[8];
	int64_t before_first, before_end; /* of FORM_BEFORE */
	int64_t data_first, data_end;
	enum point_unit unit;
	size_t count;             /* rows wanted */
	struct {
		const char *field, *detail;
		enum message fault;
	} faults[PAGE_FAULTS_MAX];
	size_t fault_count;
	const char *prefill[PAGE_FIELDS_MAX]; /* by field: what a form shows where nothing was typed */
	const char *title;        /* NULL: the page's */
	const char *done;         /* where to go on, once it is written */
	const char *cookie;       /* to set then */
	int64_t session;          /* 0: there are no accounts */
	bool must_change;         /* the viewer's password, before anything else */
	bool is_failed;           /* it could not be written */
	bool lacks_cases;         /* and that was said */
	bool is_stale;            /* it was not: somebody wrote since the form was made */
	int64_t version;          /* of what a form is about, as it is now; 0: it is not there yet */
	struct value *value;
	struct sheet *sheets[PAGE_SHEETS_MAX]; /* the first is what CSV and JSON give where none is named */
	size_t sheet_count;
};

struct sheet *page_sheet(struct page *p, const char *id, enum message title, const struct sheet_column *columns);
/* A line that must be seen, over the tables. */
void page_notice(struct page *p, const char *text, bool is_warning);
/* The chart over the tables. */
void page_chart(struct page *p, const struct series *hourly);

/* Whether the viewer may do what the page's forms and buttons offer. */
bool page_may_act(const struct page *p);

/* A link that keeps what the form holds; pairs of field and value (NULL: leave it out) change it, up to NULL. */
const char *page_url(const struct page *p, const char *path, ...) __attribute__((sentinel));
/* The filter of the form, narrowed to one key; the other also leaves hidden scanners out. */
const char *page_filter_of(const struct page *p, uint32_t key);
const char *page_question_of(const struct page *p, uint32_t key);
const char *page_key(const struct page *p, uint32_t key);
/* Local time of an hour, and of an instant to the second. */
const char *page_hour(const struct page *p, int64_t hour);
const char *page_time(const struct page *p, int64_t time_us);
const char *page_time_utc(const struct page *p, int64_t time_us);

/* Whether a database is there; says so on the page otherwise, once. */
bool page_has_cases(struct page *p);
struct doing page_doing(const struct page *p);
void page_prefill(struct page *p, const char *field, const char *text);
/* A form that posts to this page, with the version it is made from and the question; `fields` ends with NULL, `buttons` with one
 * without label. */
void page_form(struct page *p, const char *id, enum message title, const char *intro, const char *const *fields,
	       const struct page_button *buttons);
/* The version that a form was made from. */
int64_t page_version(const struct page *p);
/* What could not be written is said on the page, where the form still stands. */
int page_wrote(struct page *p, int r, const struct error *inner, const char *done);
/* Where the form was too old: who wrote the record, and when; since the form was made, or before, unseen. */
int page_say_stale(struct page *p, int64_t record, bool is_since, struct error *err);

const char *page_evidence(const struct page *p, uint32_t evidence); /* SURGE_… */
uint32_t page_evidence_of(const struct review_found *found);
/* A rise's page: as the whole store shows it, or as the question of this page does. */
const char *page_surge_url(const struct page *p, const char *port, int64_t start_hour);
const char *page_surge_here(const struct page *p, const char *port, int64_t start_hour);
/* A review's state as a cell; `v` may be NULL. */
const char *page_state(const struct page *p, const struct review *v);
void page_state_cell(struct page *p, struct sheet *sheet, const struct review *v);

/* How the sensors are that deliver (observe/delivery/health.h). A failure is said on the page. */
int page_watch(struct page *p, struct watched *ret);
unsigned page_health(const struct page *p, const struct watched *w, const struct roster_sensor *sensor);
bool page_is_unwell(const struct page *p, const struct watched *w, const struct roster_sensor *sensor);
const char *page_health_words(const struct page *p, unsigned health);
void page_health_cell(struct page *p, struct sheet *sheet, unsigned health);
void page_health_sheet(struct page *p, const struct watched *w);

/* Roles in words. */
const char *page_roles(const struct page *p, unsigned roles);

/* Text as it came, under a title, with its URLs made harmless; `heading`, its subject, may be NULL. */
void page_text(struct page *p, const char *title, const char *note, const char *heading, const char *text);

int page_queue(struct page *p, struct error *err);
int page_queue_act(struct page *p, struct error *err);
int page_reports(struct page *p, struct error *err);
int page_report(struct page *p, struct error *err);
int page_report_act(struct page *p, struct error *err);
int page_incidents(struct page *p, struct error *err);
int page_incident(struct page *p, struct error *err);
int page_incident_act(struct page *p, struct error *err);
int page_incident_more(struct page *p, struct error *err);
int page_incident_more_act(struct page *p, struct error *err);
int page_letters(struct page *p, struct error *err);
int page_letter(struct page *p, struct error *err);
int page_letter_act(struct page *p, struct error *err);
int page_contacts(struct page *p, struct error *err);
int page_contacts_act(struct page *p, struct error *err);
int page_accounts(struct page *p, struct error *err);
int page_audit(struct page *p, struct error *err);
int page_account(struct page *p, struct error *err);
int page_account_act(struct page *p, struct error *err);
int page_surge(struct page *p, struct error *err);
int page_surge_act(struct page *p, struct error *err);
int page_confirmed(struct page *p, struct error *err);
int page_filters(struct page *p, struct error *err);
int page_filters_act(struct page *p, struct error *err);
int page_notes(struct page *p, struct error *err);
int page_notes_act(struct page *p, struct error *err);
int page_start(struct page *p, struct error *err);
int page_top(struct page *p, struct error *err);
int page_series(struct page *p, struct error *err);
int page_sources(struct page *p, struct error *err);
int page_events(struct page *p, struct error *err);
int page_compare(struct page *p, struct error *err);
int page_new(struct page *p, struct error *err);
int page_surges(struct page *p, struct error *err);
int page_sensors(struct page *p, struct error *err);

#endif
