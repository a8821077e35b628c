/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* The fetcher: reads what it needs of the machine, locks itself in, then starts a process for each question, which locks
 * itself in further and is ended where it takes too long. HTTP and TLS are libcurl's. */
#include "base/cleanup.h"
#include "base/clock.h"
#include "base/text.h"
#include "engine/net/certificate.h"
#include "engine/net/fetch.h"
#include "engine/net/forbidden.h"
#include "engine/net/resolve.h"
#include "engine/net/wire_int.h"
#include "engine/proc/child.h"
#include "engine/proc/sandbox.h"
#include "format/text/url.h"

#include <curl/curl.h>
#include <errno.h>
#include <fcntl.h>
#include <gnutls/gnutls.h>
#include <netinet/in.h>
#include <poll.h>
#include <sodium.h>
#include <sys/socket.h>
#include <unistd.h>

#define WORDS_MAX 400
#define URL_ROOM (URL_MAX + 1)
#define HEADERS_MAX (256u << 10)
#define SECONDS_MAX 600u
#define LATE_US (2 * SECOND_US) /* after a question's own limit its process is ended */

struct fetcher {
	char *allow, *proxy, *dns, *agent;
	uint32_t seconds, redirects, keep_bytes, read_bytes;
	struct forbidden_allowed allowed;
	char proxy_host[URL_HOST_MAX];
	unsigned proxy_port;
	struct resolved proxy_at;
	int null; /* what a question's process reads instead of the others' questions */
};

/* One question on its way. */
struct looking {
	const struct fetcher *fetcher;
	struct fetch_question q;
	struct fetch_answer answer;
	int64_t until_us;
	char url[URL_ROOM], words[WORDS_MAX], address[RESOLVE_MAX * ADDRESS_TEXT_MAX], content[65];
	struct certificate certificate;
	crypto_hash_sha256_state hash;
	struct buf head;
	size_t headers;
	bool is_refused; /* the socket's address was one that is not reached */
};

/* --- words --- */

__attribute__((format(printf, 3, 4)))
static void say(struct looking *l, enum fetch_outcome outcome, const char *format, ...)
{
	va_list list;

	va_start(list, format);
	vsnprintf(l->words, sizeof l->words, format, list);
	va_end(list);
	for (char *c = l->words; *c; c++)
		if (*c < ' ' || *c > '~')
			*c = '?';
	l->answer.outcome = outcome;
}

/* --- where it leads --- */

struct where {
	char scheme[8], host[URL_HOST_MAX];
	unsigned port;
	struct resolved at;
};

static unsigned number_of(struct bytes text)
{
	unsigned n = 0;

	for (size_t i = 0; i < text.n && n <= 65535; i++)
		n = n * 10 + (unsigned)(text.p[i] - '0');
	return n;
}

/* Of a canonical URL. */
static bool parse_where(const char *url, struct where *ret)
{
	_cleanup_(buf_clear) struct buf host;
	struct url u;
	bool is_right;

	buf_init(&host, URL_HOST_MAX);
	is_right = url_parse(BYTES_TEXT(url), &u) && text_copy(ret->scheme, sizeof ret->scheme, u.scheme) &&
		   url_host(BYTES_TEXT(url), &host) == 0 && text_copy(ret->host, sizeof ret->host, buf_bytes(&host));
	if (is_right)
		ret->port = u.port.n ? number_of(u.port) : strcmp(ret->scheme, "https") == 0 ? 443 : 80;
	return is_right && ret->port > 0 && ret->port <= 65535;
}

static bool is_web(const struct where *w)
{
	return strcmp(w->scheme, "http") == 0 || strcmp(w->scheme, "https") == 0;
}

/* Through a proxy the name is the proxy's to look up; what we know of it must be right all the same. */
static bool look_up(struct looking *l, struct where *w)
{
	static const char *const words[FETCH_OUTCOMES] = {
		[FETCH_NO_NAME] = "there is no such name",
		[FETCH_NO_ADDRESS] = "the name has no address",
		[FETCH_NO_RESOLVER] = "no name server answers",
	};
	enum fetch_outcome found = resolve_name(w->host, &w->at);
	const char *why = NULL;
	char text[ADDRESS_TEXT_MAX];

	if (found != FETCH_ANSWERED && !l->q.is_proxied) {
		say(l, found, "'%s': %s", w->host, words[found]);
		return false;
	}
	/* One that we do not reach is enough: a name of such a mixture is no accident. */
	for (size_t i = 0; i < w->at.count && !why; i++)
		if ((why = forbidden_why(&w->at.list[i], &l->fetcher->allowed)))
			say(l, FETCH_FORBIDDEN, "'%s' is %s: %s", w->host, address_format(&w->at.list[i], text), why);
	return !why;
}

/* --- libcurl --- */

/* The address that was looked up is the one that is connected to; and once more, whether it may be. */
static curl_socket_t open_socket(void *context, curlsocktype purpose, struct curl_sockaddr *at)
{
	struct looking *l = context;
	struct address a = { .family = 0 };
	const char *why;

	(void)purpose;
	address_of_socket(&at->addr, &a);
	for (size_t i = 0; l->q.is_proxied && i < l->fetcher->proxy_at.count; i++)
		if (address_compare(&a, &l->fetcher->proxy_at.list[i]) == 0)
			return socket(at->family, at->socktype | SOCK_CLOEXEC, at->protocol);
	why = forbidden_why(&a, &l->fetcher->allowed);
	if (why || l->q.is_proxied) {
		l->is_refused = true;
		return CURL_SOCKET_BAD;
	}
	return socket(at->family, at->socktype | SOCK_CLOEXEC, at->protocol);
}

static size_t take_body(char *bytes, size_t one, size_t n, void *context)
{
	struct looking *l = context;
	size_t have = one * n, room = l->fetcher->read_bytes - (size_t)l->answer.content_bytes, most = MIN(have, room);

	crypto_hash_sha256_update(&l->hash, (const uint8_t *)bytes, most);
	l->answer.content_bytes += most;
	buf_add(&l->head, bytes, MIN(most, l->fetcher->keep_bytes - l->head.n));
	l->answer.is_cut = most < have;
	return most;
}

static size_t take_header(char *bytes, size_t one, size_t n, void *context)
{
	struct looking *l = context;

	(void)bytes;
	l->headers += one * n;
	return l->headers > HEADERS_MAX ? 0 : one * n;
}

static struct curl_slist *pin(struct curl_slist *list, const char *host, unsigned port, const struct resolved *at)
{
	char line[URL_HOST_MAX + 16 + RESOLVE_MAX * (ADDRESS_TEXT_MAX + 3)], text[ADDRESS_TEXT_MAX];
	struct address numeric;
	int n;

	if (address_parse(BYTES_TEXT(host), &numeric) || at->count == 0)
		return list;
	n = snprintf(line, sizeof line, "%s:%u:", host, port);
	for (size_t i = 0; i < at->count; i++)
		n += snprintf(line + n, sizeof line - (size_t)n, at->list[i].family == 6 ? "%s[%s]" : "%s%s", i ? "," : "",
			      address_format(&at->list[i], text));
	return curl_slist_append(list, line);
}

static void set_limits(CURL *easy, struct looking *l)
{
	int64_t left_ms = MAX((l->until_us - clock_steady()) / 1000, 1);

	curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, (long)left_ms);
	curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
	curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
	curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, open_socket);
	curl_easy_setopt(easy, CURLOPT_OPENSOCKETDATA, l);
	curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, take_body);
	curl_easy_setopt(easy, CURLOPT_WRITEDATA, l);
	curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, take_header);
	curl_easy_setopt(easy, CURLOPT_HEADERDATA, l);
}

static void set_up(CURL *easy, struct looking *l, const char *url, struct curl_slist *pinned, char *why)
{
	set_limits(easy, l);
	curl_easy_setopt(easy, CURLOPT_URL, url);
	curl_easy_setopt(easy, CURLOPT_RESOLVE, pinned);
	curl_easy_setopt(easy, CURLOPT_PROXY, l->q.is_proxied ? l->fetcher->proxy : "");
	curl_easy_setopt(easy, CURLOPT_NOPROXY, l->q.is_proxied ? "" : "*");
	curl_easy_setopt(easy, CURLOPT_HTTPPROXYTUNNEL, l->q.kind == FETCH_HTTP ? 0L : 1L);
	curl_easy_setopt(easy, CURLOPT_USERAGENT, l->fetcher->agent);
	curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
	curl_easy_setopt(easy, CURLOPT_HTTP09_ALLOWED, 0L);
	curl_easy_setopt(easy, CURLOPT_PATH_AS_IS, 1L);
	curl_easy_setopt(easy, CURLOPT_CONNECT_ONLY, l->q.kind == FETCH_HTTP ? 0L : 1L);
	/* A wrong certificate keeps no victim away: it is told, not demanded. */
	curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, 0L);
	curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, 0L);
	curl_easy_setopt(easy, CURLOPT_CAINFO, NULL);
	curl_easy_setopt(easy, CURLOPT_CAPATH, NULL);
	curl_easy_setopt(easy, CURLOPT_CERTINFO, 1L);
	curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, why);
}

static void read_certificate(CURL *easy, struct looking *l, const char *host)
{
	const char *pems[CERTIFICATE_CHAIN_MAX];
	struct curl_certinfo *info = NULL;
	size_t n = 0;

	if (curl_easy_getinfo(easy, CURLINFO_CERTINFO, &info) != CURLE_OK || !info)
		return;
	for (int i = 0; i < info->num_of_certs && n < CERTIFICATE_CHAIN_MAX; i++)
		for (struct curl_slist *s = info->certinfo[i]; s; s = s->next)
			if (strncmp(s->data, "Cert:", 5) == 0 && n < CERTIFICATE_CHAIN_MAX)
				pems[n++] = s->data + 5;
	if (n && certificate_read(pems, n, host, &l->certificate)) {
		l->answer.certificate = l->certificate.sha256;
		l->answer.certificate_names = l->certificate.names;
		l->answer.certificate_state = l->certificate.state;
	}
}

/* What its failure says of the other side. */
static enum fetch_outcome outcome_of(CURLcode code, const struct looking *l, long error_number)
{
	static const struct {
		CURLcode code;
		enum fetch_outcome outcome;
	} outcomes[] = {
		{ CURLE_OK, FETCH_ANSWERED },
		{ CURLE_COULDNT_CONNECT, FETCH_NO_CONNECTION },
		{ CURLE_OPERATION_TIMEDOUT, FETCH_SLOW },
		{ CURLE_SSL_CONNECT_ERROR, FETCH_NO_TLS },
		{ CURLE_PEER_FAILED_VERIFICATION, FETCH_NO_TLS },
		{ CURLE_COULDNT_RESOLVE_PROXY, FETCH_NO_PROXY },
		{ CURLE_PROXY, FETCH_NO_PROXY },
		{ CURLE_URL_MALFORMAT, FETCH_WRONG },
		{ CURLE_UNSUPPORTED_PROTOCOL, FETCH_WRONG },
	};

	if (code == CURLE_WRITE_ERROR && l->answer.is_cut)
		return FETCH_ANSWERED;
	if (l->is_refused && code != CURLE_OK)
		return FETCH_FORBIDDEN;
	if (code == CURLE_COULDNT_CONNECT && (error_number == ENETUNREACH || error_number == ENETDOWN))
		return FETCH_NO_NETWORK;
	if (code == CURLE_COULDNT_CONNECT && l->q.is_proxied)
		return FETCH_NO_PROXY;
	for (size_t i = 0; i < COUNT(outcomes); i++)
		if (outcomes[i].code == code)
			return outcomes[i].outcome;
	return FETCH_NOT_HTTP;
}

static void read_answer(CURL *easy, struct looking *l, CURLcode code, const char *why)
{
	long status = 0, number = 0, tunnel = 0;
	char *at = NULL;

	curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
	curl_easy_getinfo(easy, CURLINFO_OS_ERRNO, &number);
	curl_easy_getinfo(easy, CURLINFO_PRIMARY_IP, &at);
	l->answer.status = status > 0 && status < 1000 ? (uint32_t)status : 0;
	if (at && !l->q.is_proxied)
		text_copy(l->address, sizeof l->address, BYTES_TEXT(at));
	l->answer.outcome = outcome_of(code, l, number);
	if (l->answer.outcome == FETCH_FORBIDDEN)
		say(l, FETCH_FORBIDDEN, "it leads to an address that is not reached");
	else if (l->answer.outcome != FETCH_ANSWERED)
		say(l, l->answer.outcome, "%s", why[0] ? why : curl_easy_strerror(code));
	/* What the proxy refuses says nothing of the site; what it could not reach does. */
	curl_easy_getinfo(easy, CURLINFO_HTTP_CONNECTCODE, &tunnel);
	if (l->q.is_proxied && code != CURLE_OK && tunnel >= 400)
		l->answer.outcome = tunnel >= 500 ? FETCH_NO_CONNECTION : FETCH_NO_PROXY;
}

/* One hop. `next` is where it leads then, "" where it ends. */
static void go(struct looking *l, const char *url, const struct where *w, char next[URL_ROOM])
{
	char why[CURL_ERROR_SIZE] = "", *to = NULL;
	struct curl_slist *pinned = pin(NULL, w->host, w->port, &w->at);
	CURL *easy = curl_easy_init();
	CURLcode code;

	next[0] = '\0';
	if (l->q.is_proxied)
		pinned = pin(pinned, l->fetcher->proxy_host, l->fetcher->proxy_port, &l->fetcher->proxy_at);
	buf_reset(&l->head);
	crypto_hash_sha256_init(&l->hash);
	l->answer.content_bytes = l->headers = 0;
	l->answer.is_cut = false;
	l->answer.certificate = l->answer.certificate_names = l->answer.certificate_state = "";
	set_up(easy, l, url, pinned, why);
	code = curl_easy_perform(easy);
	read_answer(easy, l, code, why);
	read_certificate(easy, l, w->host);
	if (l->answer.outcome == FETCH_ANSWERED && l->q.kind == FETCH_HTTP &&
	    curl_easy_getinfo(easy, CURLINFO_REDIRECT_URL, &to) == CURLE_OK && to && !text_copy(next, URL_ROOM, BYTES_TEXT(to)))
		next[0] = '\0';
	curl_easy_cleanup(easy);
	curl_slist_free_all(pinned);
}

/* --- the kinds --- */

static bool canonical(const char *text, char into[URL_ROOM])
{
	_cleanup_(buf_clear) struct buf b;

	buf_init(&b, URL_MAX);
	return url_canonical(BYTES_TEXT(text), &b) == 0 && !b.is_full && text_copy(into, URL_ROOM, buf_bytes(&b));
}

static void finish_content(struct looking *l)
{
	uint8_t hash[crypto_hash_sha256_BYTES];

	if (l->answer.outcome != FETCH_ANSWERED)
		return;
	crypto_hash_sha256_final(&l->hash, hash);
	sodium_bin2hex(l->content, sizeof l->content, hash, sizeof hash);
	l->answer.head = buf_bytes(&l->head);
}

static void look_http(struct looking *l)
{
	char next[URL_ROOM], last[URL_ROOM];
	struct where w;

	if (!text_copy(next, sizeof next, BYTES_TEXT(l->q.target)))
		next[0] = '\0';
	for (;;) {
		if (!canonical(next, last) || !parse_where(last, &w) || !is_web(&w)) {
			say(l, l->answer.redirects ? FETCH_ANSWERED : FETCH_WRONG, "it leads to what is no http or https URL");
			break;
		}
		memcpy(l->url, last, sizeof last);
		if (!look_up(l, &w))
			break;
		go(l, last, &w, next);
		if (!next[0])
			break;
		if (l->answer.redirects == l->fetcher->redirects) {
			say(l, FETCH_ANSWERED, "more than %u redirects", l->fetcher->redirects);
			if (!canonical(next, l->url))
				l->url[0] = '\0';
			break;
		}
		l->answer.redirects++;
	}
	finish_content(l);
}

/* `host:port`, `[address]:port`. */
static void look_port(struct looking *l)
{
	char url[URL_ROOM], none[URL_ROOM];
	struct where w;
	int n = snprintf(url, sizeof url, "%s://%s/", l->q.kind == FETCH_TLS ? "https" : "http", l->q.target);

	if (n < 0 || n >= URL_ROOM || !canonical(url, none) || !parse_where(none, &w)) {
		say(l, FETCH_WRONG, "it is no address and port");
		return;
	}
	if (look_up(l, &w))
		go(l, none, &w, url);
	l->answer.status = 0;
}

static void look_dns(struct looking *l)
{
	struct where w = { .port = 0 };
	size_t n = 0;

	text_copy(w.host, sizeof w.host, BYTES_TEXT(l->q.target));
	l->q.is_proxied = false;
	if (!look_up(l, &w))
		return;
	l->answer.outcome = FETCH_ANSWERED;
	for (size_t i = 0; i < w.at.count; i++) {
		char text[ADDRESS_TEXT_MAX];
		n += (size_t)snprintf(l->address + n, sizeof l->address - n, "%s%s", i ? " " : "", address_format(&w.at.list[i], text));
	}
}

/* ntpd's private mode: version 2, mode 7, implementation XNTPD, request MON_GETLIST_1 (include/ntp_request.h of ntp-4.2). An answer
 * has the response bit, the same mode and request, an error of 0, and how many entries it carries. */
static const uint8_t monlist[8] = { 0x17, 0x00, 0x03, 0x2a };
#define NTP_RESPONSE 0x80
#define NTP_TRIES 2

static bool take_monlist(struct looking *l, const uint8_t *p, ssize_t n)
{
	bool is_answer = n >= 8 && (p[0] & NTP_RESPONSE) && (p[0] & 7) == 7 && p[3] == monlist[3];

	if (!is_answer)
		return false;
	l->answer.outcome = FETCH_ANSWERED;
	l->answer.status = p[4] >> 4 ? 0 : (uint32_t)(p[4] & 0x0f) << 8 | p[5];
	return true;
}

static void ask_monlist(struct looking *l, int fd)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };
	uint8_t answer[2048];

	for (int i = 0; i < NTP_TRIES; i++) {
		int64_t until = clock_steady() + (l->until_us - clock_steady()) / (NTP_TRIES - i), left;
		if (send(fd, monlist, sizeof monlist, MSG_NOSIGNAL) < 0 && errno == ECONNREFUSED) {
			say(l, FETCH_NO_CONNECTION, "nobody is at that port");
			return;
		}
		while ((left = (until - clock_steady()) / 1000) > 0 && poll(&p, 1, (int)left) > 0) {
			ssize_t n = recv(fd, answer, sizeof answer, 0);
			if (n < 0 && errno == ECONNREFUSED) {
				say(l, FETCH_NO_CONNECTION, "nobody is at that port");
				return;
			}
			if (take_monlist(l, answer, n))
				return;
		}
	}
	say(l, FETCH_SLOW, "no answer");
}

static socklen_t put_socket(const struct address *a, unsigned port, struct sockaddr_storage *ret)
{
	struct sockaddr_in6 six = { .sin6_family = AF_INET6, .sin6_port = htons((uint16_t)port) };
	struct sockaddr_in four = { .sin_family = AF_INET, .sin_port = htons((uint16_t)port) };

	memset(ret, 0, sizeof *ret);
	if (a->family == 6) {
		memcpy(&six.sin6_addr, a->byte, 16);
		memcpy(ret, &six, sizeof six);
		return sizeof six;
	}
	memcpy(&four.sin_addr, a->byte, 4);
	memcpy(ret, &four, sizeof four);
	return sizeof four;
}

static void look_ntp(struct looking *l)
{
	struct sockaddr_storage to;
	struct where w;
	socklen_t n;
	char url[URL_ROOM], none[URL_ROOM];
	int fd, length = snprintf(url, sizeof url, "http://%s/", l->q.target);

	l->q.is_proxied = false;
	if (length < 0 || length >= URL_ROOM || !canonical(url, none) || !parse_where(none, &w)) {
		say(l, FETCH_WRONG, "it is no address and port");
		return;
	}
	if (!look_up(l, &w))
		return;
	n = put_socket(&w.at.list[0], w.port, &to);
	fd = socket(to.ss_family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	/* Connected: answers from elsewhere are none, and a refusal is heard. */
	if (fd < 0 || connect(fd, (struct sockaddr *)&to, n) < 0)
		say(l, FETCH_NO_NETWORK, "the address cannot be reached from here");
	else
		ask_monlist(l, fd);
	if (fd >= 0)
		close(fd);
	address_format(&w.at.list[0], l->address);
}

static void look(struct looking *l)
{
	static void (*const kinds[FETCH_KINDS])(struct looking *) = {
		[FETCH_HTTP] = look_http,
		[FETCH_TCP] = look_port,
		[FETCH_TLS] = look_port,
		[FETCH_DNS] = look_dns,
		[FETCH_NTP] = look_ntp,
	};

	if (l->q.is_proxied && !l->fetcher->proxy[0])
		say(l, FETCH_NO_PROXY, "there is no proxy: the setting fetch.proxy");
	else
		kinds[l->q.kind](l);
}

/* --- a question's process --- */

static int answer(int out, struct looking *l)
{
	_cleanup_(buf_clear) struct buf b;

	buf_init(&b, CHILD_FRAME_MAX);
	l->answer.url = l->url;
	l->answer.address = l->address;
	l->answer.content = l->content;
	l->answer.words = l->words;
	fetch_put_answer(&b, &l->answer);
	return child_send(out, FETCH_ANSWER, buf_bytes(&b));
}

static void looking_init(struct looking *l, const struct fetcher *f, const struct fetch_question *q)
{
	*l = (struct looking){ .fetcher = f, .q = *q, .until_us = clock_steady() + f->seconds * SECOND_US };
	l->answer.certificate = l->answer.certificate_names = l->answer.certificate_state = "";
	buf_init(&l->head, f->keep_bytes + 1);
}

static int work(void *context, int in, int out)
{
	struct looking *l = context;
	int64_t from = clock_steady();
	int r = sandbox_enter(SANDBOX_FETCH, NULL);

	(void)in;
	if (r < 0)
		return 1;
	look(l);
	l->answer.took_ms = (uint32_t)((clock_steady() - from) / 1000);
	return answer(out, l) < 0;
}

/* --- the program --- */

static int run(struct looking *l, int out, struct error *err)
{
	struct error inner = ERROR_NONE;
	struct bytes frame;
	struct child c;
	uint32_t kind;
	int r = child_start(&c, work, l, l->fetcher->null, err);

	if (r < 0)
		return r;
	c.until_us = l->until_us + LATE_US;
	r = child_receive(&c, &kind, &frame, &inner);
	if (r == 1 && kind == FETCH_ANSWER) {
		r = child_send(out, FETCH_ANSWER, frame);
		child_kill(&c);
		return r < 0 ? error_errno(err, r, "cannot answer") : 0;
	}
	say(l, r == -ETIMEDOUT ? FETCH_SLOW : FETCH_DIED, "%s", r == -ETIMEDOUT ? "it took too long" : "who looked at it died");
	child_kill(&c);
	r = answer(out, l);
	return r < 0 ? error_errno(err, r, "cannot answer") : 0;
}

static int handle(const struct fetcher *f, struct bytes c, int out, struct error *err)
{
	struct fetch_question q;
	struct looking *l;
	uint32_t kind, is_proxied;
	char *target;
	int r;

	if (!take_u32le(&c, &kind) || kind >= FETCH_KINDS || !take_u32le(&c, &is_proxied) || !(target = frame_take_text(&c)))
		return error_set(err, -EBADMSG, "not a question");
	q = (struct fetch_question){ (enum fetch_kind)kind, target, is_proxied };
	l = malloc(sizeof *l);
	if (!l)
		abort();
	looking_init(l, f, &q);
	r = run(l, out, err);
	buf_clear(&l->head);
	free(l);
	free(target);
	return r;
}

static bool take_begin(struct bytes c, struct fetcher *f)
{
	return (f->allow = frame_take_text(&c)) && (f->proxy = frame_take_text(&c)) && (f->dns = frame_take_text(&c)) &&
	       (f->agent = frame_take_text(&c)) && take_u32le(&c, &f->seconds) && take_u32le(&c, &f->redirects) &&
	       take_u32le(&c, &f->keep_bytes) && take_u32le(&c, &f->read_bytes) && c.n == 0 && f->seconds > 0 &&
	       f->seconds <= SECONDS_MAX && f->keep_bytes <= FETCH_KEEP_MAX;
}

static int find_proxy(struct fetcher *f, struct error *err)
{
	struct where w;

	if (!f->proxy[0])
		return 0;
	if (!parse_where(f->proxy, &w) || !is_web(&w))
		return error_set(err, -EINVAL, "'%s' is no proxy: http://host:port", f->proxy);
	if (resolve_name(w.host, &f->proxy_at) != FETCH_ANSWERED)
		return error_set(err, -EINVAL, "cannot find the proxy '%s'", w.host);
	text_copy(f->proxy_host, sizeof f->proxy_host, BYTES_TEXT(w.host));
	f->proxy_port = w.port;
	return 0;
}

static int begin(struct fetcher *f, struct child *questions, struct error *err)
{
	struct bytes frame;
	uint32_t kind;
	int r = child_receive(questions, &kind, &frame, err);

	if (r >= 0)
		r = r == 1 && kind == FETCH_BEGIN && take_begin(frame, f) ? 0 : error_set(err, -EBADMSG, "not a beginning");
	if (r == 0)
		r = forbidden_allow(f->allow, &f->allowed, err);
	if (r == 0)
		r = resolve_init(f->dns, f->seconds, err);
	if (r == 0)
		r = certificate_init(err);
	if (r == 0)
		r = find_proxy(f, err);
	f->null = open("/dev/null", O_RDONLY | O_CLOEXEC);
	return r < 0 ? r : sandbox_enter_places(SANDBOX_FETCHER, NULL, 0, err);
}

static int say_ready(int out, int r, const struct error *err)
{
	_cleanup_(buf_clear) struct buf b;

	buf_init(&b, 4096);
	frame_put_text(&b, r < 0 ? err->line : "");
	return child_send(out, FETCH_READY, buf_bytes(&b));
}

static void fetcher_clear(struct fetcher *f)
{
	free(f->allow);
	free(f->proxy);
	free(f->dns);
	free(f->agent);
}

int fetch_serve(int in, int out, struct error *err)
{
	struct child questions = { .from = in };
	struct fetcher f = { .null = -1 };
	struct bytes frame;
	uint32_t kind;
	int r = sodium_init() < 0 || curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK ? error_set(err, -EIO, "cannot set up a client") : 0;

	buf_init(&questions.frame, CHILD_FRAME_MAX);
	if (r == 0)
		r = begin(&f, &questions, err);
	say_ready(out, r, err);
	while (r == 0) {
		r = child_receive(&questions, &kind, &frame, err);
		if (r <= 0)
			break;
		r = kind == FETCH_QUESTION ? handle(&f, frame, out, err) : error_set(err, -EBADMSG, "not a question");
	}
	fetcher_clear(&f);
	buf_clear(&questions.frame);
	return r;
}
