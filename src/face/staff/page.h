/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* A staff page being made: the request's fields as a question, the store's snapshot, and what is shown. Adding a page
 * is a row in pages[] (pages.c) and a function that fills it. */
#ifndef FACE_STAFF_PAGE_H
#define FACE_STAFF_PAGE_H

#include "face/staff/sheet.h"
#include "face/staff/staff.h"
#include "observe/series/point.h"
#include "observe/view/view.h"

#define PAGE_SHEETS_MAX 4
#define PAGE_FAULTS_MAX 12

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
};

extern const struct staff_page staff_pages[]; /* ends with a row without path */
extern const struct http_field staff_fields[];

struct page {
	struct http_request *rq;
	const struct staff_page *page;
	struct staff *staff;
	struct arena *arena;
	enum lang lang;
	struct store *store;      /* NULL: it could not be opened, or is empty; `notice` says so */
	struct view_question q;   /* filter, period, kind, ports of the form */
	struct filter *filter;
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
	struct value *value;
	struct sheet *sheets[PAGE_SHEETS_MAX]; /* the first is what CSV and JSON give */
	size_t sheet_count;
};

struct sheet *page_sheet(struct page *p, const char *id, enum message title, const struct sheet_column *columns);
/* A line that must be seen, over the tables. */
void page_notice(struct page *p, const char *text, bool is_warning);
/* The chart over the tables. */
void page_chart(struct page *p, const struct series *hourly);
/* The rows of a series: ranked and asked for, ICMP, other, total; at most `most`. */
size_t page_rows(const struct series *s, const struct series_row **into, size_t most);

/* A link that keeps what the form holds; pairs of field and value (NULL: leave it out) change it, up to NULL. */
const char *page_url(const struct page *p, const char *path, ...) __attribute__((sentinel));
/* The filter of the form, narrowed to one key; NULL where the language has no words for it. */
const char *page_filter_of(const struct page *p, uint32_t key);
const char *page_key(const struct page *p, uint32_t key);
/* Local time of an hour, and of an instant to the second. */
const char *page_hour(const struct page *p, int64_t hour);
const char *page_time(const struct page *p, int64_t time_us);
const char *page_time_utc(const struct page *p, int64_t time_us);

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
