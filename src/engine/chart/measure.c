/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* How wide text is, without a font library: the advances of Noto Sans CJK JP, rounded up. */
#include "base/cleanup.h"
#include "base/text.h"
#include "engine/chart/chart_int.h"

#define NARROW_EM 0.57

static double advance(const char *at, size_t length)
{
	char one[5] = "";

	memcpy(one, at, length);
	if (length == 1 && strchr("ijl.,:;|'!()[] /", *at))
		return 0.34;
	if (length == 1 && (strchr("mMW%@", *at)))
		return 0.92;
	if (length == 1 && *at >= 'A' && *at <= 'Z')
		return 0.67;
	return text_width(one) == 2 ? 1.0 : NARROW_EM;
}

static size_t step(const char *at)
{
	size_t n = text_utf8_length(BYTES_TEXT(at));

	return n ? n : 1;
}

double text_px(const char *text, double size)
{
	double em = 0;

	for (; *text; text += step(text))
		em += advance(text, step(text));
	return em * size;
}

/* Bytes of the longest start that is at most `width` wide. */
static size_t start_that_fits(const char *text, double size, double width)
{
	const char *at = text;

	while (*at && (width -= advance(at, step(at)) * size) >= 0)
		at += step(at);
	return (size_t)(at - text);
}

const char *text_fit(struct arena *a, const char *text, double size, double width)
{
	if (text_px(text, size) <= width)
		return text;
	return arena_printf(a, "%.*s…", (int)start_that_fits(text, size, width - size), text);
}

/* A line may end before `at`: a blank there, or a wide sign on one side and no closing sign after (JIS X 4051). */
static bool may_break(const char *text, const char *at)
{
	static const char *const closing[] = { "、", "。", "）", "」", "』", "ー", "・", "：", "～", "”", "," , "." };
	bool is_wide = (unsigned char)at[0] >= 0xe3 || (at - text >= 3 && (unsigned char)at[-3] >= 0xe3);

	if (*at == ' ' || *at == '\0')
		return true;
	for (size_t i = 0; i < COUNT(closing); i++)
		if (strncmp(at, closing[i], strlen(closing[i])) == 0)
			return false;
	if (at - text >= 3 && (memcmp(at - 3, "（", 3) == 0 || memcmp(at - 3, "「", 3) == 0))
		return false;
	return is_wide && at > text;
}

const char *text_wrap(struct arena *a, const char **text, double size, double width)
{
	const char *line = *text, *end;

	while (*line == ' ')
		line++;
	if (!*line)
		return NULL;
	end = line + start_that_fits(line, size, width);
	while (end > line && !may_break(line, end))
		end--;
	while (end > line && ((unsigned char)*end & 0xc0) == 0x80)
		end--;
	if (end == line)
		end = line + MAX(start_that_fits(line, size, width), step(line));
	*text = end;
	return arena_bytes(a, line, (size_t)(end - line));
}
