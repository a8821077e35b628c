/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* multipart/form-data (RFC 7578), as browsers send it (WHATWG HTML, "multipart form data"). */
#include "format/form/form.h"

#include "base/cleanup.h"

#include <errno.h>
#include <strings.h>

#define BOUNDARY_MAX 70
#define FORM_TYPE "multipart/form-data"

static bool starts_alike(struct bytes text, const char *prefix)
{
	size_t n = strlen(prefix);

	return text.n >= n && strncasecmp((const char *)text.p, prefix, n) == 0;
}

bool multipart_boundary(const char *content_type, struct bytes *ret)
{
	struct bytes rest = BYTES_TEXT(content_type), part;

	if (!starts_alike(rest, FORM_TYPE) || !take_until(&rest, ';', &part) || bytes_trim(part).n != strlen(FORM_TYPE))
		return false;
	while (take_until(&rest, ';', &part)) {
		part = bytes_trim(part);
		if (!starts_alike(part, "boundary="))
			continue;
		take_skip(&part, strlen("boundary="));
		if (part.n >= 2 && part.p[0] == '"' && part.p[part.n - 1] == '"')
			part = BYTES(part.p + 1, part.n - 2);
		*ret = part;
		return part.n > 0 && part.n <= BOUNDARY_MAX;
	}
	return false;
}

static bool find(struct bytes in, struct bytes what, size_t *ret_at)
{
	const uint8_t *found = memmem(in.p, in.n, what.p, what.n);

	if (!found)
		return false;
	*ret_at = (size_t)(found - in.p);
	return true;
}

/* The value of name="…" in a header; browsers write quotes inside as %22. */
static bool take_parameter(struct bytes header, const char *name, struct bytes *ret)
{
	struct bytes part, quoted;

	while (take_until(&header, ';', &part)) {
		part = bytes_trim(part);
		if (!starts_alike(part, name) || part.n < strlen(name) + 2 || part.p[strlen(name)] != '=' || part.p[strlen(name) + 1] != '"')
			continue;
		/* A semicolon inside of the quotes does not end it. */
		quoted = BYTES(part.p + strlen(name) + 2, (size_t)(header.p + header.n - part.p) - strlen(name) - 2);
		return take_until(&quoted, '"', ret);
	}
	return false;
}

static bool take_header(struct bytes line, struct form_part *ret)
{
	struct bytes name;

	if (!take_until(&line, ':', &name))
		return false;
	if (starts_alike(name, "Content-Disposition") && name.n == strlen("Content-Disposition")) {
		if (!take_parameter(line, "name", &ret->name))
			return false;
		ret->is_file = take_parameter(line, "filename", &ret->filename);
	} else if (starts_alike(name, "Content-Type") && name.n == strlen("Content-Type")) {
		ret->type = bytes_trim(line);
	}
	return true;
}

static bool take_headers(struct bytes *rest, struct form_part *ret)
{
	struct bytes line;
	size_t end;

	while (find(*rest, BYTES("\r\n", 2), &end)) {
		line = BYTES(rest->p, end);
		take_skip(rest, end + 2);
		if (line.n == 0)
			return ret->name.n > 0;
		if (!take_header(line, ret))
			return false;
	}
	return false;
}

int multipart_take(struct bytes *rest, struct bytes boundary, struct form_part *ret)
{
	uint8_t mark[BOUNDARY_MAX + 4] = { '\r', '\n', '-', '-' };
	struct bytes whole = BYTES(mark, boundary.n + 4), opening = BYTES(mark + 2, boundary.n + 2), after;
	size_t end;

	if (boundary.n == 0 || boundary.n > BOUNDARY_MAX)
		return -EBADMSG;
	memcpy(mark + 4, boundary.p, boundary.n);
	if (rest->n < opening.n || memcmp(rest->p, opening.p, opening.n) != 0)
		return -EBADMSG;
	take_skip(rest, opening.n);
	if (bytes_starts(*rest, "--"))
		return 0;
	*ret = (struct form_part){ .is_file = false };
	if (!take_bytes(rest, 2, &after) || !bytes_is(after, "\r\n") || !take_headers(rest, ret) || !find(*rest, whole, &end))
		return -EBADMSG;
	ret->bytes = BYTES(rest->p, end);
	take_skip(rest, end + 2);
	return 1;
}
