/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* For tests/replay/reports/test.py: `xarf` and `iodef` read a report from standard input and write it again; `own-xarf`
 * and `own-iodef` write reports made here, X-ARF one a line; `names` prints the tables of TLP and RSIT. */
#include "base/cleanup.h"
#include "base/memory.h"
#include "format/exchange/iodef.h"
#include "format/exchange/names.h"
#include "format/exchange/xarf.h"

static struct arena *arena;
static struct error err;

static int put(int r, const struct buf *b)
{
	if (r < 0)
		fprintf(stderr, "%s\n", err.line);
	else
		printf("%s", b->p);
	return r < 0;
}

static int rewrite(const char *what, struct bytes in, struct buf *b)
{
	struct iodef_document d;
	struct xarf x;
	int r;

	if (strcmp(what, "xarf") == 0) {
		r = xarf_parse(in, arena, &x, &err);
		return put(r < 0 ? r : xarf_format(&x, b, &err), b);
	}
	r = iodef_parse(in, arena, &d, &err);
	return put(r < 0 ? r : iodef_format(&d, b, &err), b);
}

/* What letters of a coordination centre need: the kind, then its members. */
static const struct {
	const char *category, *type, *members[8];
} own[] = {
	{ "connection", "login_attack", { "protocol", "tcp", "first_seen", "2014-01-15T03:34:56Z" } },
	{ "connection", "port_scan", { "protocol", "tcp", "first_seen", "2014-01-15T03:34:56Z", "destination_ip", "203.0.113.1" } },
	{ "connection", "ddos", { "protocol", "udp", "first_seen", "2014-01-15T03:34:56Z" } },
	{ "connection", "infected_host", { "protocol", "tcp", "bot_type", "malicious", "first_seen", "2014-01-15T03:34:56Z" } },
	{ "content", "phishing", { "url", "http://example.jp/login?a=\"b\"" } },
	{ "content", "malware", { "url", "http://example.jp/a.exe" } },
	{ "content", "remote_compromise", { "url", "http://example.jp/", "compromise_type", "webshell" } },
	{ "messaging", "spam", { "protocol", "smtp", "smtp_from", "a@example.jp" } },
	{ "infrastructure", "botnet", { "compromise_evidence", "C2 traffic" } },
	{ "infrastructure", "compromised_server", { "compromise_method", "unknown" } },
	{ "vulnerability", "open_service", { "service", "ntp" } },
};

static int own_xarf(struct buf *b)
{
	struct xarf_evidence evidence = { "text/plain", "ログ", NULL, BYTES_TEXT("Jan 15 12:34:56 192.0.2.1\n") };
	const char *tags[] = { "centre:hinomi" };

	for (size_t i = 0; i < COUNT(own); i++) {
		struct xarf_member more[4];
		struct xarf x = {
			.report_id = "0f8fad5b-d9cb-469f-a165-70867728950e",
			.timestamp = "2014-01-15T03:34:56Z",
			.reporter = { "例の調整機関", "info@example.jp", "example.jp" },
			.sender = { "Example CC", "info@example.jp", "example.jp" },
			.source_identifier = "192.0.2.1",
			.source_port = 4022,
			.category = own[i].category,
			.type = own[i].type,
			.evidence = &evidence,
			.evidence_count = 1,
			.tags = tags,
			.tag_count = 1,
			.more = more,
		};
		for (; own[i].members[2 * x.more_count]; x.more_count++)
			more[x.more_count] =
				xarf_member_text(own[i].members[2 * x.more_count], own[i].members[2 * x.more_count + 1], arena);
		if (xarf_format(&x, b, &err) < 0)
			return put(-1, b);
		buf_add_char(b, '\n');
	}
	return put(0, b);
}

static struct iodef_time at(const char *text)
{
	struct iodef_time t = { .is_set = true };

	t.is_set = instant_parse(BYTES_TEXT(text), &t.instant);
	return t;
}

static int own_iodef(struct buf *b)
{
	struct iodef_address address[] = { { .category = "ipv4-addr", .text = "192.0.2.1" },
					   { .category = "site-uri", .text = "http://example.jp/?a=1&b=<2>" } };
	const char *names[] = { "www.example.jp" }, *records[] = { "Jan 15 12:34:56 192.0.2.1 <&>" };
	struct iodef_system systems[] = {
		{ .category = "source", .role = "phishing-site", .addresses = address, .address_count = 2, .names = names,
		  .name_count = 1, .protocol = 6, .has_port = true, .port = 80 },
		{ .category = "target", .addresses = address, .address_count = 1 },
	};
	struct iodef_event event = { .description = "ログ", .start = at("2014-01-15T12:34:56+09:00"), .systems = systems,
				     .system_count = 2, .records = records, .record_count = 1 };
	struct iodef_contact contacts[] = { { "creator", "organization", "例の調整機関", "info@example.jp", "+81-3-0000-0000" },
					    { "admin", "organization", NULL, NULL, NULL } };
	struct iodef_incident incident = {
		.id = "2014-0001", .id_name = "cc.example.jp", .purpose = "mitigation", .restriction = tlp_iodef(TLP_AMBER_STRICT),
		.description = "フィッシングサイト", .category = "fraud/phishing", .impact = "takeover-service",
		.detect = at("2014-01-15T03:34:56Z"), .report = at("2014-01-15T03:34:56.5Z"),
		.generation = at("2014-01-16T00:00:00Z"), .contacts = contacts, .contact_count = 2, .events = &event,
		.event_count = 1 };
	struct iodef_document d = { "ja", &incident, 1 };

	return put(iodef_format(&d, b, &err), b);
}

static int names(void)
{
	for (int t = 0; t < TLP_COUNT; t++)
		printf("tlp\t%s\t%s\n", tlp_label((enum tlp)t), tlp_colour((enum tlp)t));
	for (size_t i = 0; i < rsit_count; i++)
		printf("rsit\t%s\t%s\t%s\t%s\n", rsit_table[i].class_id, rsit_table[i].type_id, rsit_table[i].class_en,
		       rsit_table[i].type_en);
	return 0;
}

int main(int argc, char **argv)
{
	_cleanup_(buf_clear) struct buf b;
	_cleanup_free_ char *in = memory_new(1, EXCHANGE_DOCUMENT_MAX);
	const char *what = argc > 1 ? argv[1] : "";
	int r;

	buf_init(&b, EXCHANGE_DOCUMENT_MAX);
	arena = arena_new();
	if (strcmp(what, "names") == 0)
		r = names();
	else if (strcmp(what, "own-xarf") == 0)
		r = own_xarf(&b);
	else if (strcmp(what, "own-iodef") == 0)
		r = own_iodef(&b);
	else
		r = rewrite(what, BYTES(in, fread(in, 1, EXCHANGE_DOCUMENT_MAX, stdin)), &b);
	arena_free(arena);
	return r;
}
