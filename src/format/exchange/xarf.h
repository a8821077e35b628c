/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* X-ARF version 4 (github.com/xarf/xarf-spec): an abuse report as one JSON object. What all reports have is in the
 * struct; every other member is kept as it stood, in its order, so that what was read can be written again.
 *
 *	struct xarf x;
 *	r = xarf_parse(body, arena, &x, &err);
 *	const char *url = xarf_text(&x, "url", arena);
 */
#ifndef FORMAT_EXCHANGE_XARF_H
#define FORMAT_EXCHANGE_XARF_H

#include "base/address.h"
#include "base/arena.h"
#include "base/buf.h"
#include "base/error.h"
#include "format/exchange/exchange.h"
#include "format/text/instant.h"

#define XARF_VERSION "4.2.0" /* that we write */
#define XARF_EVIDENCE_MAX 50
#define XARF_TAGS_MAX 20

/* All texts are UTF-8, NULL where there is none, and live in the arena of the reader, or are the writer's. */
struct xarf_party {
	const char *org, *contact, *domain;
};

struct xarf_evidence {
	const char *content_type, *description, *hash;
	struct bytes payload; /* out of its base64 */
};

/* A member that not every report has; `json` is its value. */
struct xarf_member {
	const char *name, *json;
};

struct xarf {
	const char *version, *report_id, *timestamp, *source_identifier, *category, *type, *evidence_source, *description;
	struct xarf_party reporter, sender;
	struct address source;  /* of source_identifier; family 0: it is a name or a URL */
	uint16_t source_port;   /* 0: none */
	bool has_instant;
	struct instant instant; /* of timestamp */
	struct xarf_evidence *evidence;
	size_t evidence_count;
	const char **tags;
	size_t tag_count;
	struct xarf_member *more;
	size_t more_count;
};

/* Whether a JSON text is one, of any version 4. */
bool xarf_is(struct bytes json);

/* -EBADMSG: no JSON, or without what all reports must have; -E2BIG. Kinds that we do not know are read too. */
int xarf_parse(struct bytes json, struct arena *arena, struct xarf *ret, struct error *err);

/* The text of another member; NULL when it is missing or no text. */
const char *xarf_text(const struct xarf *x, const char *name, struct arena *arena);

/* -EINVAL with what the schema misses. */
int xarf_check(const struct xarf *x, struct error *err);

/* Writes a report that xarf_check() accepts; -EINVAL, -E2BIG. The version is always ours. */
int xarf_format(const struct xarf *x, struct buf *into, struct error *err);

/* A member of a text, for a report that is to be written. */
struct xarf_member xarf_member_text(const char *name, const char *text, struct arena *arena);

#endif
