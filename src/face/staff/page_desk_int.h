/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* What the pages of the incident desk share. */
#ifndef FACE_STAFF_PAGE_DESK_INT_H
#define FACE_STAFF_PAGE_DESK_INT_H

#include "desk/incident/incident.h"
#include "desk/incident/report.h"
#include "desk/incident/request.h"
#include "desk/incident/telling.h"
#include "face/staff/ask.h"
#include "ground/intake/intake.h"

#define DESK_ROWS_MAX 500
#define DESK_PAGE 50

/* Which part of a list the page shows: from the record named by `until` in the link, the newest where there is none. Files for
 * programs have more of it. */
struct desk_slice {
	int64_t through, rows;
};
/* 0, or -ENOENT: the link names nothing that the viewer may see. */
int desk_slice(struct page *p, struct desk_slice *ret, struct error *err);
/* Links to the rows before and after: `next` is the ref of the first row that is not shown, NULL: none. */
void desk_slice_links(struct page *p, const char *next);

/* The ref in the page's path. */
const char *desk_ref(const struct page *p);
/* Where a record's page is: "/desk/report/R2026-0001"; NULL for kinds that have none. */
const char *desk_url(const struct page *p, const char *ref);
/* A cell with a ref that leads to its page. */
void desk_ref_cell(struct page *p, struct sheet *sheet, const char *ref);
/* A cell with a state in words. */
void desk_state_cell(struct page *p, struct sheet *sheet, const char *state);
void desk_time_cell(struct page *p, struct sheet *sheet, int64_t time_us);

/* Tables that several pages have. */
void desk_reports_sheet(struct page *p, const struct report *list, size_t count, const char *incident);
void desk_incidents_sheet(struct page *p, const struct incident *list, size_t count);
int desk_letters_sheet(struct page *p, int64_t about, struct error *err);
int desk_texts(struct page *p, int64_t about, struct error *err);
/* What the messages of a record name. */
int desk_found_sheet(struct page *p, int64_t about, struct error *err);
/* A cell with words that people wrote, with their URLs made harmless. */
void desk_said_cell(struct page *p, struct sheet *sheet, const char *text);
/* A cell with a thing that no program takes for a link. */
void desk_thing_cell(struct page *p, struct sheet *sheet, const char *text);
int desk_timeline(struct page *p, int64_t record, struct error *err);

/* Looks a typed ref up; 1 found, 0 said beside the field. */
int desk_find_report(struct page *p, const char *field, int64_t *ret, struct error *err);
int desk_find_incident(struct page *p, const char *field, int64_t *ret, struct error *err);
/* The centre as letters have it. */
struct telling_centre desk_centre(const struct page *p);
/* What went wrong becomes a fault beside a field, or goes on as page_wrote says. */
int desk_wrote(struct page *p, const char *field, int r, const struct error *inner, const char *done);

#endif
