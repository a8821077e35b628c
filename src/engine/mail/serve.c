/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* The mailer: resolves its server's name, locks itself in, then takes mails from a pipe. SMTP is libcurl's. */
#include "base/cleanup.h"
#include "base/text.h"
#include "engine/mail/mailer.h"
#include "engine/mail/wire_int.h"
#include "engine/proc/child.h"
#include "engine/proc/sandbox.h"

#include <arpa/inet.h>
#include <curl/curl.h>
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>

#define ADDRESS_MAX 254 /* RFC 5321 §4.5.3.1.3 */
#define HOST_MAX 256
#define CERTIFICATES "/etc/ssl/certs"

struct server {
	CURL *easy;
	struct curl_slist *resolve;
	char why[CURL_ERROR_SIZE];
};

/* --- the server --- */

struct target {
	char host[HOST_MAX];
	long port;
};

static int parse_target(const char *url, struct target *ret, struct error *err)
{
	char *host = NULL, *port = NULL;
	CURLU *u = curl_url();
	bool is_right = u && curl_url_set(u, CURLUPART_URL, url, 0) == CURLUE_OK &&
		   curl_url_get(u, CURLUPART_HOST, &host, 0) == CURLUE_OK &&
		   curl_url_get(u, CURLUPART_PORT, &port, CURLU_DEFAULT_PORT) == CURLUE_OK && strlen(host) < HOST_MAX;
	if (is_right) {
		text_copy(ret->host, sizeof ret->host, BYTES_TEXT(host));
		ret->port = strtol(port, NULL, 10);
	}
	curl_free(host);
	curl_free(port);
	curl_url_cleanup(u);
	return is_right ? 0 : error_set(err, -EINVAL, "'%s' is not a mail server: smtp://host:port", url);
}

/* Names are looked up before the walls stand. */
static int resolve(struct server *s, const struct target *t, struct error *err)
{
	struct addrinfo hints = { .ai_socktype = SOCK_STREAM }, *list;
	char line[1024], address[NI_MAXHOST];
	size_t n;
	int r = getaddrinfo(t->host, NULL, &hints, &list);

	if (r != 0)
		return error_set(err, -EHOSTUNREACH, "cannot find the mail server '%s': %s", t->host, gai_strerror(r));
	n = (size_t)snprintf(line, sizeof line, "%s:%ld:", t->host, t->port);
	for (struct addrinfo *a = list; a && n < sizeof line - NI_MAXHOST - 4; a = a->ai_next)
		if (getnameinfo(a->ai_addr, a->ai_addrlen, address, sizeof address, NULL, 0, NI_NUMERICHOST) == 0)
			n += (size_t)snprintf(line + n, sizeof line - n, a->ai_family == AF_INET6 ? "%s[%s]" : "%s%s",
					      a == list ? "" : ",", address);
	freeaddrinfo(list);
	s->resolve = curl_slist_append(NULL, line);
	return 0;
}

struct begin {
	char *server, *name, *user, *password, *authority;
	uint32_t needs_tls;
};

static bool take_begin(struct bytes c, struct begin *ret)
{
	return (ret->server = frame_take_text(&c)) && (ret->name = frame_take_text(&c)) && (ret->user = frame_take_text(&c)) &&
	       (ret->password = frame_take_text(&c)) && (ret->authority = frame_take_text(&c)) && take_u32le(&c, &ret->needs_tls) && c.n == 0;
}

static void begin_clear(struct begin *b)
{
	free(b->server);
	free(b->name);
	free(b->user);
	free(b->password);
	free(b->authority);
}

static int set_up(struct server *s, const struct begin *b, struct error *err)
{
	struct target t;
	_cleanup_free_ char *url = NULL;
	int r = parse_target(b->server, &t, err);

	if (r == 0)
		r = resolve(s, &t, err);
	if (r < 0)
		return r;
	/* What stands behind the host is said in EHLO. */
	if (asprintf(&url, "%s/%s", b->server, b->name) < 0)
		return error_set(err, -ENOMEM, "cannot make an address");
	curl_easy_setopt(s->easy, CURLOPT_URL, url);
	curl_easy_setopt(s->easy, CURLOPT_RESOLVE, s->resolve);
	curl_easy_setopt(s->easy, CURLOPT_PROTOCOLS_STR, "smtp,smtps");
	curl_easy_setopt(s->easy, CURLOPT_PROXY, "");
	curl_easy_setopt(s->easy, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(s->easy, CURLOPT_ERRORBUFFER, s->why);
	curl_easy_setopt(s->easy, CURLOPT_CONNECTTIMEOUT, 20L);
	curl_easy_setopt(s->easy, CURLOPT_LOW_SPEED_LIMIT, 1L);
	curl_easy_setopt(s->easy, CURLOPT_LOW_SPEED_TIME, 120L);
	curl_easy_setopt(s->easy, CURLOPT_UPLOAD, 1L);
	curl_easy_setopt(s->easy, CURLOPT_USE_SSL, b->needs_tls ? (long)CURLUSESSL_ALL : (long)CURLUSESSL_TRY);
	/* Without a demand for TLS a certificate that nobody signed is as good as none. */
	curl_easy_setopt(s->easy, CURLOPT_SSL_VERIFYPEER, b->needs_tls ? 1L : 0L);
	curl_easy_setopt(s->easy, CURLOPT_SSL_VERIFYHOST, b->needs_tls ? 2L : 0L);
	if (b->authority[0])
		curl_easy_setopt(s->easy, CURLOPT_CAINFO, b->authority);
	if (b->user[0]) {
		curl_easy_setopt(s->easy, CURLOPT_USERNAME, b->user);
		curl_easy_setopt(s->easy, CURLOPT_PASSWORD, b->password);
	}
	return 0;
}

static int enter(const struct begin *b, struct error *err)
{
	const struct sandbox_place places[] = {
		{ .fd = open(CERTIFICATES, O_PATH | O_CLOEXEC) },
		{ .fd = open("/usr/share/ca-certificates", O_PATH | O_CLOEXEC) },
		{ .fd = b->authority[0] ? open(b->authority, O_PATH | O_CLOEXEC) : -1 },
	};
	int r = sandbox_enter_places(SANDBOX_MAILER, places, COUNT(places), err);

	for (size_t i = 0; i < COUNT(places); i++)
		if (places[i].fd >= 0)
			close(places[i].fd);
	return r;
}

/* --- a mail --- */

struct upload {
	struct bytes left;
	bool is_ended; /* libcurl was told that there is no more, so it may have sent the last line */
};

static size_t give(char *into, size_t one, size_t n, void *context)
{
	struct upload *u = context;
	size_t most = one * n < u->left.n ? one * n : u->left.n;

	memcpy(into, u->left.p, most);
	u->left.p += most;
	u->left.n -= most;
	u->is_ended |= most == 0;
	return most;
}

static enum mailer_fate fate_of(CURLcode code, long said, const struct upload *u)
{
	if (code == CURLE_OK)
		return MAILER_TAKEN;
	if (said >= 500)
		return MAILER_REFUSED;
	/* 354 came before the text; after its end only an answer to it tells more. */
	return u->is_ended && said < 400 ? MAILER_UNKNOWN : MAILER_NOT_NOW;
}

static bool is_address(const char *text)
{
	size_t n = strlen(text);

	for (size_t i = 0; i < n; i++)
		if ((unsigned char)text[i] <= ' ' || text[i] == 0x7f || strchr("<>", text[i]))
			return false;
	return n <= ADDRESS_MAX;
}

struct request {
	char *from;
	struct curl_slist *to;
	struct bytes mail;
};

static bool take_request(struct bytes c, struct request *ret)
{
	bool is_right = true;
	uint32_t count;

	ret->from = frame_take_text(&c);
	if (!ret->from || !is_address(ret->from) || !take_u32le(&c, &count) || count == 0 || count > MAILER_RECIPIENTS_MAX)
		return false;
	for (uint32_t i = 0; i < count && is_right; i++) {
		_cleanup_free_ char *to = frame_take_text(&c);
		is_right = to && to[0] && is_address(to);
		if (is_right)
			ret->to = curl_slist_append(ret->to, to);
	}
	return is_right && frame_take(&c, &ret->mail) && c.n == 0;
}

static void request_clear(struct request *q)
{
	free(q->from);
	curl_slist_free_all(q->to);
}

static int answer(int out, enum mailer_fate fate, const char *why)
{
	_cleanup_(buf_clear) struct buf b;

	buf_init(&b, 4096);
	buf_add_u32le(&b, fate);
	frame_put_text(&b, why);
	return child_send(out, MAILER_ANSWER, buf_bytes(&b));
}

static int send_mail(struct server *s, const struct request *q, int out)
{
	struct upload u = { .left = q->mail };
	char from[ADDRESS_MAX + 3], why[MAILER_WHY_MAX];
	CURLcode code;
	long said = 0;

	snprintf(from, sizeof from, "<%s>", q->from);
	curl_easy_setopt(s->easy, CURLOPT_MAIL_FROM, from);
	curl_easy_setopt(s->easy, CURLOPT_MAIL_RCPT, q->to);
	curl_easy_setopt(s->easy, CURLOPT_READFUNCTION, give);
	curl_easy_setopt(s->easy, CURLOPT_READDATA, &u);
	s->why[0] = '\0';
	code = curl_easy_perform(s->easy);
	curl_easy_getinfo(s->easy, CURLINFO_RESPONSE_CODE, &said);
	snprintf(why, sizeof why, "%s%s%ld", s->why[0] ? s->why : curl_easy_strerror(code), said ? ", server said " : "", said);
	if (!said)
		why[strlen(why) - 1] = '\0';
	return answer(out, fate_of(code, said, &u), code == CURLE_OK ? "" : why);
}

static int handle(struct server *s, struct bytes frame, int out)
{
	struct request q = { 0 };
	int r;

	if (take_request(frame, &q))
		r = send_mail(s, &q, out);
	else
		r = answer(out, MAILER_REFUSED, "an address or a mail that no server takes");
	request_clear(&q);
	return r;
}

static int begin(struct server *s, struct child *requests, struct error *err)
{
	struct begin b = { 0 };
	struct bytes frame;
	uint32_t kind;
	int r = child_receive(requests, &kind, &frame, err);

	if (r == 1)
		r = kind == MAILER_BEGIN && take_begin(frame, &b) ? 0 : error_set(err, -EBADMSG, "not a beginning");
	else if (r == 0)
		r = error_set(err, -EPIPE, "nobody said which mail server");
	if (r == 0)
		r = set_up(s, &b, err);
	if (r == 0)
		r = enter(&b, err);
	begin_clear(&b);
	return r;
}

int mailer_serve(int in, int out, struct error *err)
{
	struct child requests = { .from = in };
	struct server s = { .easy = curl_easy_init() };
	struct bytes frame;
	uint32_t kind;
	int r;

	buf_init(&requests.frame, CHILD_FRAME_MAX);
	r = s.easy ? begin(&s, &requests, err) : error_set(err, -ENOMEM, "cannot make an SMTP client");
	answer(out, r < 0 ? MAILER_NOT_NOW : MAILER_TAKEN, r < 0 ? err->line : "");
	while (r == 0) {
		r = child_receive(&requests, &kind, &frame, err);
		if (r <= 0)
			break;
		r = kind == MAILER_SEND ? handle(&s, frame, out) : error_set(err, -EBADMSG, "not a mail");
	}
	curl_easy_cleanup(s.easy);
	curl_slist_free_all(s.resolve);
	buf_clear(&requests.frame);
	return r;
}
