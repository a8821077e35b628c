/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* Names → addresses. */
#include "engine/net/resolve.h"

#include "base/cleanup.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <resolv.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define ANSWER_MAX 16384

/* Of this process, which asks one question after the other. */
static struct __res_state state;

static int use_server(const char *server, struct error *err)
{
	const char *colon = strrchr(server, ':');
	struct sockaddr_in *at = &state.nsaddr_list[0];
	long port = colon ? strtol(colon + 1, NULL, 10) : 53;
	char host[64];

	snprintf(host, sizeof host, "%.*s", (int)(colon ? colon - server : (long)strlen(server)), server);
	*at = (struct sockaddr_in){ .sin_family = AF_INET, .sin_port = htons((uint16_t)port) };
	if (inet_pton(AF_INET, host, &at->sin_addr) != 1 || port <= 0 || port > 65535)
		return error_set(err, -EINVAL, "'%s' is no name server: an IPv4 address and a port", server);
	state.nscount = 1;
	return 0;
}

int resolve_init(const char *server, unsigned seconds, struct error *err)
{
	if (res_ninit(&state) < 0)
		return error_set(err, -EIO, "cannot read the name servers");
	state.retry = 2;
	state.retrans = seconds > 8 ? 4 : (int)seconds / 2 + 1;
	return server[0] ? use_server(server, err) : 0;
}

static int compare(const void *a, const void *b)
{
	return address_compare(a, b);
}

static void add(struct resolved *r, const uint8_t *bytes, size_t n)
{
	struct address a = { .family = n == 4 ? 4 : 6 };

	memcpy(a.byte, bytes, n);
	for (size_t i = 0; i < r->count; i++)
		if (address_compare(&r->list[i], &a) == 0)
			return;
	if (r->count < RESOLVE_MAX)
		r->list[r->count++] = a;
}

static void take_records(const uint8_t *answer, int length, ns_type type, struct resolved *ret)
{
	size_t wanted = type == ns_t_a ? 4 : 16;
	ns_msg message;
	ns_rr record;

	if (ns_initparse(answer, length, &message) < 0)
		return;
	for (int i = 0; i < ns_msg_count(message, ns_s_an); i++)
		if (ns_parserr(&message, ns_s_an, i, &record) == 0 && ns_rr_type(record) == type && ns_rr_rdlen(record) == wanted)
			add(ret, ns_rr_rdata(record), wanted);
}

static enum fetch_outcome ask(const char *name, ns_type type, struct resolved *ret)
{
	static uint8_t answer[ANSWER_MAX];
	int n = res_nquery(&state, name, ns_c_in, (int)type, answer, sizeof answer);

	if (n > 0) {
		take_records(answer, MIN(n, ANSWER_MAX), type, ret);
		return FETCH_ANSWERED;
	}
	if (state.res_h_errno == HOST_NOT_FOUND)
		return FETCH_NO_NAME;
	return state.res_h_errno == NO_DATA ? FETCH_ANSWERED : FETCH_NO_RESOLVER;
}

static bool is_localhost(const char *name)
{
	size_t n = strlen(name);

	return strcasecmp(name, "localhost") == 0 || (n > 10 && strcasecmp(name + n - 10, ".localhost") == 0);
}

enum fetch_outcome resolve_name(const char *name, struct resolved *ret)
{
	enum fetch_outcome four, six;

	ret->count = 0;
	if (address_parse(BYTES_TEXT(name), &ret->list[0])) {
		ret->count = 1;
		return FETCH_ANSWERED;
	}
	if (is_localhost(name)) {
		ret->list[ret->count++] = address_v4(0x7f000001);
		return FETCH_ANSWERED;
	}
	four = ask(name, ns_t_a, ret);
	if (four == FETCH_NO_NAME)
		return four;
	six = ask(name, ns_t_aaaa, ret);
	if (ret->count == 0)
		return four == FETCH_NO_RESOLVER || six == FETCH_NO_RESOLVER ? FETCH_NO_RESOLVER : FETCH_NO_ADDRESS;
	qsort(ret->list, ret->count, sizeof ret->list[0], compare);
	return FETCH_ANSWERED;
}
