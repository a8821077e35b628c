/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* One object, for people or for programs. */
#include "face/cmd/sheet.h"

#include "base/calendar.h"

#define SHEET_MAX (64u << 20)

void sheet_begin(struct sheet *s, const struct invocation *in)
{
	*s = (struct sheet){ .is_json = in->value[OPTION_JSON] };
	buf_init(&s->out, SHEET_MAX);
	s->json = json_to(&s->out);
	if (s->is_json)
		json_object(&s->json);
}

static void title_of(struct sheet *s, const char *title)
{
	buf_addf(&s->out, "%*s%-*s ", (int)s->depth * 2, "", 16 - (int)s->depth * 2, title);
}

void sheet_text(struct sheet *s, const char *key, const char *title, const char *text)
{
	if (s->is_json) {
		json_key(&s->json, key);
		if (text[0])
			json_text(&s->json, text);
		else
			json_null(&s->json);
	} else if (text[0]) {
		title_of(s, title);
		buf_addf(&s->out, "%s\n", text);
	}
}

void sheet_number(struct sheet *s, const char *key, const char *title, int64_t number)
{
	if (s->is_json) {
		json_key(&s->json, key);
		json_number(&s->json, number);
	} else {
		title_of(s, title);
		buf_addf(&s->out, "%lld\n", (long long)number);
	}
}

void sheet_rate(struct sheet *s, const char *key, const char *title, int64_t micro, const char *unit)
{
	if (s->is_json) {
		json_key(&s->json, key);
		json_real(&s->json, (double)micro / 1e6);
	} else {
		title_of(s, title);
		buf_addf(&s->out, "%lld.%03lld %s\n", (long long)(micro / 1000000), (long long)(micro / 1000 % 1000), unit);
	}
}

void sheet_time(struct sheet *s, const char *key, const char *title, int64_t time_us)
{
	char text[CALENDAR_TEXT_MAX];

	if (time_us)
		time_format_utc(time_us / SECOND_US * SECOND_US, text);
	sheet_text(s, key, title, time_us ? text : "");
}

void sheet_list(struct sheet *s, const char *key, const char *title)
{
	if (s->is_json) {
		json_key(&s->json, key);
		json_array(&s->json);
	} else {
		buf_addf(&s->out, "\n%s\n", title);
	}
}

void sheet_item(struct sheet *s)
{
	if (s->is_json)
		json_object(&s->json);
	s->depth++;
}

void sheet_item_end(struct sheet *s)
{
	s->depth--;
	if (s->is_json)
		json_end(&s->json);
	else
		buf_add_char(&s->out, '\n');
}

void sheet_list_end(struct sheet *s)
{
	if (s->is_json)
		json_end(&s->json);
}

void sheet_body(struct sheet *s, const char *key, const char *text)
{
	if (s->is_json) {
		json_key(&s->json, key);
		json_text(&s->json, text);
		return;
	}
	for (const char *end; *text; text = *end ? end + 1 : end) {
		end = strchrnul(text, '\n');
		buf_addf(&s->out, "    %.*s\n", (int)(end - text), text);
	}
}

void sheet_print(struct sheet *s)
{
	if (s->is_json) {
		json_end(&s->json);
		buf_add_char(&s->out, '\n');
	}
	fwrite(s->out.p, 1, s->out.n, stdout);
	buf_clear(&s->out);
}
