/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* The released tree over HTTP. */
#include "face/public/public.h"

#include "base/cleanup.h"
#include "base/log.h"
#include "engine/template/template.h"
#include "face/public/forms.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#define CURRENT "current"
#define START "/isdas/index.html"
#define PAGE_MAX (256u << 10)
#define FORM_SEND_MAX (16u << 20) /* above the limit of the files, so that one file too many is told of beside its field */
#define FORM_DRAIN_MAX (64u << 20)
#define BODIES_MAX (128u << 20)
#define FORM_SECONDS 180

/* --- files --- */

static const struct {
	const char *suffix, *type, *policy;
} types[] = {
	{ ".html", "text/html; charset=utf-8", NULL },
	{ ".css", "text/css; charset=utf-8", NULL },
	/* A picture brings its own colours for dark paper, and no script. */
	{ ".svg", "image/svg+xml", "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'" },
	{ ".png", "image/png", NULL },
	{ ".csv", "text/csv; charset=utf-8", NULL },
	{ ".json", "application/json", NULL },
	{ ".txt", "text/plain; charset=utf-8", NULL },
	{ ".xml", "application/xml", NULL },
};

/* False: a kind of file that is not served. */
static bool put_type(const char *path, struct http_response *rs)
{
	size_t n = strlen(path);

	for (size_t i = 0; i < COUNT(types); i++) {
		size_t length = strlen(types[i].suffix);
		if (n > length && strcmp(path + n - length, types[i].suffix) == 0) {
			rs->type = types[i].type;
			rs->policy = types[i].policy;
			return true;
		}
	}
	return false;
}

static int open_beneath(int at, const char *path, uint64_t flags, uint64_t resolve)
{
	struct open_how how = { .flags = flags | O_CLOEXEC, .resolve = resolve | RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS };

	return (int)syscall(SYS_openat2, at, path, &how, sizeof how);
}

/* One link is followed, that of the release; below it none is. */
static int open_released(const struct public_site *site, const char *path)
{
	_cleanup_close_ int tree = open_beneath(site->out, CURRENT, O_RDONLY | O_DIRECTORY, 0);

	return tree < 0 ? -1 : open_beneath(tree, path, O_RDONLY | O_NONBLOCK, RESOLVE_NO_SYMLINKS);
}

/* The tag changes with the file: files of a released tree are never written again. */
static int public_file(struct http_request *rq, struct http_response *rs, struct error *err)
{
	const char *path = rq->segments[0];
	struct stat st;
	int fd;

	if (!put_type(path, rs))
		return error_set(err, -ENOENT, "no such page");
	fd = open_released(rq->context, path);
	if (fd < 0)
		return error_set(err, -ENOENT, "no such page");
	if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode)) {
		close(fd);
		return error_set(err, -ENOENT, "no such page");
	}
	rs->file = fd;
	rs->file_size = (uint64_t)st.st_size;
	rs->cache = "public, max-age=300";
	rs->etag = arena_printf(rq->arena, "%llx-%llx-%llx", (unsigned long long)st.st_ino,
				(unsigned long long)st.st_mtim.tv_sec * 1000000000ull + (unsigned long long)st.st_mtim.tv_nsec,
				(unsigned long long)st.st_size);
	return 0;
}

static int public_start(struct http_request *rq, struct http_response *rs, struct error *err)
{
	(void)rq;
	(void)err;
	http_redirect(rs, START);
	rs->status = 302;
	return 0;
}

static int public_start_en(struct http_request *rq, struct http_response *rs, struct error *err)
{
	(void)rq;
	(void)err;
	http_redirect(rs, "/en" START);
	rs->status = 302;
	return 0;
}

static const struct http_route routes[] = {
	{ HTTP_GET, "/", NULL, public_start, 0, false },
	{ HTTP_GET, "/isdas", NULL, public_start, 0, false },
	{ HTTP_GET, "/isdas/", NULL, public_start, 0, false },
	{ HTTP_GET, "/en", NULL, public_start_en, 0, false },
	{ HTTP_GET, "/en/", NULL, public_start_en, 0, false },
	{ HTTP_GET, "/report", NULL, page_report, 0, false },
	{ HTTP_GET, "/report/", NULL, page_report, 0, false },
	{ HTTP_GET, "/report/{form}", NULL, page_report_form, 0, false },
	{ HTTP_POST, "/report/{form}", forms_fields, post_report_form, FORM_SEND_MAX, true },
	{ HTTP_GET, "/report/receipt/{secret}", NULL, page_report_receipt, 0, false },
	{ HTTP_GET, "/report/status/{secret}", forms_status_fields, page_report_status, 0, false },
	{ HTTP_POST, "/report/status/{secret}", forms_more_fields, post_report_status, FORM_SEND_MAX, true },
	{ HTTP_GET, "/en/report", NULL, page_report, 0, false },
	{ HTTP_GET, "/en/report/", NULL, page_report, 0, false },
	{ HTTP_GET, "/en/report/{form}", NULL, page_report_form, 0, false },
	{ HTTP_POST, "/en/report/{form}", forms_fields, post_report_form, FORM_SEND_MAX, true },
	{ HTTP_GET, "/en/report/receipt/{secret}", NULL, page_report_receipt, 0, false },
	{ HTTP_GET, "/en/report/status/{secret}", forms_status_fields, page_report_status, 0, false },
	{ HTTP_POST, "/en/report/status/{secret}", forms_more_fields, post_report_status, FORM_SEND_MAX, true },
	{ HTTP_GET, "/{path...}", NULL, public_file, 0, false },
	{ 0 },
};

/* --- faults --- */

static enum message title_of(int status)
{
	if (status == 413 || status == 503)
		return status == 413 ? MSG_FORM_TOO_LARGE_TITLE : MSG_FORM_BUSY_TITLE;
	return status == 404 ? MSG_SITE_NOT_FOUND_TITLE : status >= 500 ? MSG_SITE_FAILED_TITLE : MSG_SITE_REFUSED_TITLE;
}

static enum message text_of(int status)
{
	if (status == 413 || status == 503)
		return status == 413 ? MSG_FORM_TOO_LARGE : MSG_FORM_BUSY;
	return status == 404 ? MSG_SITE_NOT_FOUND : status >= 500 ? MSG_SITE_FAILED : MSG_SITE_REFUSED;
}

/* With the limits, of which one of them tells. */
static char *text_in(struct arena *a, enum lang lang, int status)
{
	return words_fill(a, lang, text_of(status), "count", arena_printf(a, "%d", FORM_FILES_MAX), "each",
			  arena_printf(a, "%u", FORM_FILE_BYTES_MAX >> 20), "sum", arena_printf(a, "%u", FORM_FILES_BYTES_MAX >> 20), NULL);
}

/* The language of the part of the site that was asked for, the other one below. */
static void error_page(struct http_request *rq, struct http_response *rs)
{
	enum lang lang = strncmp(rq->path, "/en/", 4) == 0 ? LANG_EN : LANG_JA, other = lang_other(lang);
	struct value *page = value_object(rq->arena), *again;
	_cleanup_(buf_clear) struct buf b;

	buf_init(&b, PAGE_MAX);
	value_put_text(page, "lang", lang_code(lang));
	value_put_text(page, "title", words(lang, title_of(rs->status)));
	value_put_text(page, "text", text_in(rq->arena, lang, rs->status));
	value_put_url(page, "root", lang == LANG_EN ? "/en" START : START);
	value_put_url(page, "stylesheet", "/hinomi.css");
	again = value_put_object(page, "again");
	value_put_text(again, "lang", lang_code(other));
	value_put_text(again, "title", words(other, title_of(rs->status)));
	value_put_text(again, "text", text_in(rq->arena, other, rs->status));
	if (template_render(templates_embedded(), "error.html", lang, page, &b, NULL) == 0)
		rs->body = BYTES(arena_bytes(rq->arena, b.p, b.n), b.n);
}

static void failed(const struct http_request *rq, const struct error *err)
{
	log_error(err->line, "path", rq->path);
}

struct http_config public_config(struct public_site *site)
{
	templates_embedded();
	return (struct http_config){
		.routes = routes,
		.context = site,
		.error_page = error_page,
		.failed = failed,
		.drain_max = site->forms ? FORM_DRAIN_MAX : 0,
		.bodies_max = BODIES_MAX,
		.request_seconds = site->forms ? FORM_SECONDS : 0,
	};
}
