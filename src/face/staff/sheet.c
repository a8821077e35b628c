/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* One table, three forms. */
#include "face/staff/sheet.h"

#include "base/cleanup.h"
#include "base/json.h"
#include "publish/render/figure.h"

#define FIRST_ROOM 256

struct cell {
	const char *text, *raw, *url; /* raw: NULL is no value */
	enum sheet_state state;
	const char *lang;           /* of the text; NULL: the page's */
	const char *action, *field; /* a button: where to, and the name of what `raw` is */
	bool is_sum; /* of the row that it begins */
};

struct sheet {
	struct arena *arena;
	enum lang lang;
	const char *id, *title, *note, *empty;
	const struct sheet_column *columns;
	size_t column_count;
	struct cell *cells;
	size_t count, room;
	bool is_sum;
};

struct sheet *sheet_new(struct arena *a, enum lang lang, const char *id, const char *title,
			const struct sheet_column *columns)
{
	struct sheet *s = ARENA_NEW(a, struct sheet);

	*s = (struct sheet){ .arena = a, .lang = lang, .id = id, .title = title, .columns = columns };
	while (columns[s->column_count].key)
		s->column_count++;
	s->empty = words(lang, MSG_STAFF_EMPTY);
	return s;
}

void sheet_note(struct sheet *s, const char *note)
{
	s->note = note;
}

void sheet_empty(struct sheet *s, const char *text)
{
	s->empty = text;
}

static void add(struct sheet *s, struct cell c)
{
	if (s->count == s->room) {
		size_t room = s->room ? 2 * s->room : FIRST_ROOM;
		struct cell *cells = ARENA_ARRAY(s->arena, room, struct cell);
		if (s->count)
			memcpy(cells, s->cells, s->count * sizeof *cells);
		s->cells = cells;
		s->room = room;
	}
	c.is_sum = s->is_sum;
	s->is_sum = false;
	s->cells[s->count++] = c;
}

void sheet_text(struct sheet *s, const char *text, const char *url)
{
	add(s, (struct cell){ .text = text, .raw = text, .url = url });
}

static bool is_ascii(const char *text)
{
	while (*text && (uint8_t)*text < 0x80)
		text++;
	return *text == '\0';
}

void sheet_said(struct sheet *s, const char *text)
{
	add(s, (struct cell){ .text = text, .raw = text, .lang = is_ascii(text) ? "en" : "ja" });
}

void sheet_link(struct sheet *s, const char *text, const char *raw, const char *url)
{
	add(s, (struct cell){ .text = text, .raw = raw, .url = url });
}

void sheet_both(struct sheet *s, const char *text, const char *raw)
{
	add(s, (struct cell){ .text = text, .raw = raw });
}

void sheet_number(struct sheet *s, int64_t number)
{
	char text[WORDS_NUMBER_MAX];

	sheet_both(s, arena_text(s->arena, words_number(number, text)), arena_printf(s->arena, "%lld", (long long)number));
}

void sheet_micro(struct sheet *s, int64_t micro)
{
	char text[FIGURE_NUMBER_MAX];

	if (micro == SERIES_NO_DATA) {
		sheet_nothing(s);
		return;
	}
	sheet_both(s, arena_text(s->arena, figure_number(micro, text)),
		   arena_printf(s->arena, "%s%lld.%06lld", micro < 0 ? "-" : "", llabs(micro / SERIES_MICRO),
				llabs(micro % SERIES_MICRO)));
}

void sheet_nothing(struct sheet *s)
{
	add(s, (struct cell){ .text = "–" });
}

void sheet_remove(struct sheet *s, const char *action, const char *label, const char *field, const char *value)
{
	add(s, (struct cell){ .text = label, .raw = value, .action = action, .field = field });
}

void sheet_state(struct sheet *s, enum sheet_state state, const char *text, const char *raw)
{
	add(s, (struct cell){ .text = text, .raw = raw, .state = state });
}

void sheet_sum(struct sheet *s)
{
	s->is_sum = true;
}

size_t sheet_rows(const struct sheet *s)
{
	return s->count / s->column_count;
}

/* --- HTML --- */

static void put_cell(const struct sheet *s, size_t i, struct value *row)
{
	static const char *const states[] = { NULL, "good", "warn", "bad" };
	const struct cell *c = &s->cells[i];
	struct value *v = value_add_object(row);

	value_put_text(v, "text", c->text);
	value_put_bool(v, "is_number", s->columns[i % s->column_count].is_number);
	value_put_bool(v, "is_long", s->columns[i % s->column_count].is_long);
	if (c->url)
		value_put_url(v, "url", c->url);
	if (c->lang)
		value_put_text(v, "text_lang", c->lang);
	if (c->action) {
		struct value *button = value_put_object(v, "button");
		value_put_url(button, "action", c->action);
		value_put_text(button, "field", c->field);
		value_put_text(button, "value", c->raw);
	}
	if (c->state)
		value_put_text(v, "state", states[c->state]);
}

void sheet_put(const struct sheet *s, struct value *list)
{
	struct value *v = value_add_object(list), *heads = value_put_list(v, "columns"), *rows = value_put_list(v, "rows");

	value_put_text(v, "id", s->id);
	value_put_text(v, "title", s->title);
	value_put_text(v, "note", s->note);
	if (s->count == 0)
		value_put_text(v, "empty", s->empty);
	for (size_t i = 0; i < s->column_count; i++) {
		struct value *head = value_add_object(heads);
		value_put_text(head, "title", words(s->lang, s->columns[i].title));
		value_put_bool(head, "is_number", s->columns[i].is_number);
	}
	for (size_t i = 0; i < s->count; i += s->column_count) {
		struct value *object = value_add_object(rows), *row = value_put_list(object, "cells");
		value_put_bool(object, "is_sum", s->cells[i].is_sum);
		for (size_t c = 0; c < s->column_count && i + c < s->count; c++)
			put_cell(s, i + c, row);
	}
}

/* --- programs --- */

/* RFC 4180 §2; a text that a spreadsheet would compute gets a quote mark first. */
static void csv_text(struct buf *out, const char *text, bool is_number)
{
	bool is_formula = !is_number && text[0] && strchr("=+-@\t", text[0]);

	if (!is_formula && !strpbrk(text, ",\"\r\n")) {
		buf_add_text(out, text);
		return;
	}
	buf_add_text(out, is_formula ? "\"'" : "\"");
	for (const char *p = text; *p; p++) {
		if (*p == '"')
			buf_add_char(out, '"');
		buf_add_char(out, *p);
	}
	buf_add_char(out, '"');
}

void sheet_csv(const struct sheet *s, struct buf *out)
{
	for (size_t i = 0; i < s->column_count; i++)
		buf_addf(out, "%s%s", i ? "," : "", s->columns[i].key);
	for (size_t i = 0; i < s->count; i++) {
		buf_add_char(out, i % s->column_count ? ',' : '\n');
		if (s->cells[i].raw)
			csv_text(out, s->cells[i].raw, s->columns[i % s->column_count].is_number);
	}
	buf_add_char(out, '\n');
}

static void json_cell(struct json *j, const struct sheet_column *column, const struct cell *c)
{
	json_key(j, column->key);
	if (!c->raw)
		json_null(j);
	else if (column->is_number && !strchr(c->raw, '.'))
		json_number(j, strtoll(c->raw, NULL, 10));
	else if (column->is_number)
		json_real(j, strtod(c->raw, NULL));
	else
		json_text(j, c->raw);
}

void sheet_json(const struct sheet *s, struct buf *out)
{
	for (size_t i = 0; i + s->column_count <= s->count; i += s->column_count) {
		struct json j = json_to(out);
		json_object(&j);
		for (size_t c = 0; c < s->column_count; c++)
			json_cell(&j, &s->columns[c], &s->cells[i + c]);
		json_end(&j);
		buf_add_char(out, '\n');
	}
}
