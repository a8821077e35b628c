/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* Lines of text that are no table: the first of each kind of thing that stands in them. */
#include "base/cleanup.h"
#include "format/exchange/list_int.h"
#include "format/text/extract.h"

#include <ctype.h>

bool list_address(struct bytes text, struct arena *arena, struct address *ret)
{
	struct extract_items items;

	if (address_parse(text, ret))
		return true;
	if (text.n > 100)
		return false;
	extract(text, arena, &items);
	if (items.count != 1 || items.item[0].kind != EXTRACT_ADDRESS || items.item[0].found.n != text.n)
		return false;
	*ret = items.item[0].address;
	return true;
}

/* AS64500, ASN 64500 */
static bool as_at(struct bytes text, uint32_t *ret)
{
	uint64_t n = 0;
	size_t digits = 0;

	take_skip(&text, text.n > 2 && (text.p[2] | 0x20) == 'n' ? 3 : 2);
	if (text.n && text.p[0] == ' ')
		take_skip(&text, 1);
	while (digits < text.n && digits < 11 && isdigit(text.p[digits]))
		n = n * 10 + (text.p[digits++] - '0');
	if (digits == 0 || n > UINT32_MAX || (digits < text.n && isalnum(text.p[digits])))
		return false;
	*ret = (uint32_t)n;
	return true;
}

static uint32_t find_as(struct bytes line)
{
	uint32_t n;

	for (size_t i = 0; i + 2 < line.n; i++)
		if ((line.p[i] == 'A' || line.p[i] == 'a') && (line.p[i + 1] | 0x20) == 's' &&
		    (i == 0 || !isalnum(line.p[i - 1])) && as_at(BYTES(line.p + i, line.n - i), &n))
			return n;
	return 0;
}

/* Ten or thirteen digits between blanks or separators. */
static bool find_epoch(struct bytes line, struct instant *ret)
{
	for (size_t i = 0; i < line.n; i++) {
		size_t n = 0;
		while (i + n < line.n && isdigit(line.p[i + n]))
			n++;
		if (n && (i == 0 || strchr(" \t,;|[\"", line.p[i - 1])) && list_time(BYTES(line.p + i, n), ret) &&
		    (i + n == line.n || (line.p[i + n] && strchr(" \t,;|]\".\r\n", line.p[i + n]))))
			return true;
		i += n;
	}
	return false;
}

static void take_item(struct list_row *row, const struct extract_item *item)
{
	switch (item->kind) {
	case EXTRACT_ADDRESS:
		if (row->address.family == 0)
			row->address = item->address;
		return;
	case EXTRACT_INSTANT:
		if (!row->has_instant)
			row->instant = item->instant;
		row->has_instant = true;
		return;
	case EXTRACT_PORT:
		if (row->has_port)
			return;
		row->has_port = true;
		row->port = item->port;
		if (strchr(item->text, '/'))
			row->protocol = BYTES_TEXT(strchr(item->text, '/') + 1);
		return;
	case EXTRACT_URL:
		if (row->url.n == 0)
			row->url = BYTES_TEXT(item->text);
		return;
	case EXTRACT_HOST:
		if (row->host.n == 0)
			row->host = BYTES_TEXT(item->text);
		return;
	default:
		return;
	}
}

const char *list_read_line(struct list_row *row, const struct list_options *options, struct arena *arena)
{
	struct extract_items items;

	extract(row->raw, arena, &items);
	for (size_t i = 0; i < items.count; i++)
		take_item(row, &items.item[i]);
	if (row->address.family == 0 && row->url.n == 0 && row->host.n == 0)
		return "it has no address, URL or host";
	row->asn = find_as(row->raw);
	if (!row->has_instant)
		row->has_instant = find_epoch(row->raw, &row->instant);
	if (row->has_instant)
		list_place_time(row, options->has_offset ? LIST_ZONE_GIVEN : LIST_ZONE_UNKNOWN, options->offset_s,
				options->received_us);
	return NULL;
}
