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
	const char *action, *act, *field; /* a button: where to, what is done there, and the name of what `raw` is */
	int64_t version;            /* a button's */
	bool is_sum, stays; /* of the row that it begins */
};

struct sheet {
	struct arena *arena;
	enum lang lang;
	const char *id, *title, *note, *empty;
	const struct sheet_column *columns;
	size_t column_count;
	struct cell *cells;
	size_t count, room;
	bool is_sum, stays;
	const struct sheet_column *sorted; /* NULL: as the page gave them */
	bool is_down;
};

static bool is_number(const struct sheet_column *c)
{
	return c->kind == SHEET_NUMBER || c->kind == SHEET_FILE_NUMBER;
}

static bool is_shown(const struct sheet_column *c)
{
	return c->kind != SHEET_FILE_TEXT && c->kind != SHEET_FILE_NUMBER;
}

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
	c.stays = s->stays;
	s->is_sum = s->stays = false;
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

const char *sheet_lang_of(const char *text)
{
	return is_ascii(text) ? "en" : "ja";
}

void sheet_said(struct sheet *s, const char *text)
{
	add(s, (struct cell){ .text = text, .raw = text, .lang = sheet_lang_of(text) });
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

void sheet_share(struct sheet *s, int64_t part, int64_t whole)
{
	char text[FIGURE_NUMBER_MAX];

	if (whole <= 0 || part == SERIES_NO_DATA)
		sheet_nothing(s);
	else
		sheet_text(s, arena_text(s->arena, figure_share(part, whole, text)), NULL);
}

void sheet_nothing(struct sheet *s)
{
	add(s, (struct cell){ .text = "–" });
}

void sheet_way(struct sheet *s, const char *label, const char *url)
{
	sheet_link(s, label, url, url);
}

void sheet_button(struct sheet *s, const struct sheet_button *b)
{
	add(s, (struct cell){ .text = b->label, .raw = b->value, .action = b->action, .act = b->act, .field = b->field,
			      .version = b->version });
}

void sheet_state(struct sheet *s, enum sheet_state state, const char *text, const char *raw)
{
	add(s, (struct cell){ .text = text, .raw = raw, .state = state });
}

void sheet_stay(struct sheet *s)
{
	s->stays = true;
}

void sheet_sum(struct sheet *s)
{
	s->is_sum = s->stays = true;
}

const char *sheet_id(const struct sheet *s)
{
	return s->id;
}

/* --- order --- */

struct order {
	size_t column;
	bool is_number, is_down;
};

/* A row on its way; `at` keeps rows that are equal as they stood. */
struct ordered {
	const struct cell *cells;
	size_t at;
};

static int compare_values(const struct cell *a, const struct cell *b, bool is_number)
{
	long double x, y;

	if (!is_number)
		return strverscmp(a->raw, b->raw);
	x = strtold(a->raw, NULL);
	y = strtold(b->raw, NULL);
	return x < y ? -1 : x > y;
}

static int compare_rows(const void *a, const void *b, void *context)
{
	const struct ordered *x = a, *y = b;
	const struct order *o = context;
	const struct cell *p = &x->cells[o->column], *q = &y->cells[o->column];
	int by = 0;

	if (x->cells->stays != y->cells->stays)
		return x->cells->stays ? 1 : -1;
	if (!x->cells->stays && !p->raw != !q->raw)
		return p->raw ? -1 : 1;
	if (!x->cells->stays && p->raw)
		by = compare_values(p, q, o->is_number);
	if (by == 0)
		return x->at < y->at ? -1 : 1;
	return o->is_down ? -by : by;
}

static void order_rows(struct sheet *s, const struct order *o)
{
	size_t width = s->column_count, rows = s->count / width;
	struct ordered *list = ARENA_ARRAY(s->arena, rows + 1, struct ordered);
	struct cell *cells = ARENA_ARRAY(s->arena, s->count + 1, struct cell);

	for (size_t i = 0; i < rows; i++)
		list[i] = (struct ordered){ &s->cells[i * width], i };
	qsort_r(list, rows, sizeof *list, compare_rows, (void *)(uintptr_t)o);
	for (size_t i = 0; i < rows; i++)
		memcpy(&cells[i * width], list[i].cells, width * sizeof *cells);
	s->cells = cells;
	s->room = s->count + 1;
}

bool sheet_sort(struct sheet *s, const char *key, bool is_down)
{
	for (size_t i = 0; i < s->column_count; i++) {
		struct order o = { i, is_number(&s->columns[i]), is_down };
		if (strcmp(s->columns[i].key, key) != 0 || s->columns[i].kind == SHEET_WAY)
			continue;
		order_rows(s, &o);
		s->sorted = &s->columns[i];
		s->is_down = is_down;
		return true;
	}
	return false;
}

/* --- HTML --- */

static void put_cell(const struct sheet *s, size_t i, struct value *row)
{
	static const char *const states[] = { NULL, "good", "warn", "bad" };
	const struct cell *c = &s->cells[i];
	struct value *v = value_add_object(row);

	value_put_text(v, "text", c->text);
	value_put_bool(v, "is_number", is_number(&s->columns[i % s->column_count]));
	value_put_bool(v, "is_long", s->columns[i % s->column_count].kind == SHEET_LONG);
	if (c->url)
		value_put_url(v, "url", c->url);
	if (c->lang)
		value_put_text(v, "text_lang", c->lang);
	if (c->action) {
		struct value *button = value_put_object(v, "button");
		value_put_url(button, "action", c->action);
		value_put_text(button, "act", c->act);
		value_put_text(button, "field", c->field);
		value_put_text(button, "value", c->raw);
		value_put_text(button, "version", arena_printf(s->arena, "%lld", (long long)c->version));
	}
	if (c->state)
		value_put_text(v, "state", states[c->state]);
}

/* A number's first order is the largest first; the second time the other way round. */
static void put_head(const struct sheet *s, const struct sheet_column *c, struct value *heads, sheet_sort_url *url,
		     void *context)
{
	struct value *head = value_add_object(heads);
	bool is_here = s->sorted == c, is_down = is_here ? !s->is_down : is_number(c);

	value_put_text(head, "title", words(s->lang, c->title));
	value_put_bool(head, "is_number", is_number(c));
	if (url && c->kind != SHEET_WAY)
		value_put_url(head, "url", url(context, s, c->key, is_down));
	if (is_here)
		value_put_text(head, "order", s->is_down ? "descending" : "ascending");
}

struct value *sheet_put(const struct sheet *s, struct value *list, sheet_sort_url *url, void *context)
{
	struct value *v = value_add_object(list), *heads = value_put_list(v, "columns"), *rows = value_put_list(v, "rows");

	value_put_text(v, "id", s->id);
	value_put_text(v, "title", s->title);
	value_put_text(v, "note", s->note);
	if (s->count == 0)
		value_put_text(v, "empty", s->empty);
	for (size_t i = 0; i < s->column_count; i++)
		if (is_shown(&s->columns[i]))
			put_head(s, &s->columns[i], heads, url, context);
	for (size_t i = 0; i < s->count; i += s->column_count) {
		struct value *object = value_add_object(rows), *row = value_put_list(object, "cells");
		value_put_bool(object, "is_sum", s->cells[i].is_sum);
		for (size_t c = 0; c < s->column_count && i + c < s->count; c++)
			if (is_shown(&s->columns[c]))
				put_cell(s, i + c, row);
	}
	return v;
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
			csv_text(out, s->cells[i].raw, is_number(&s->columns[i % s->column_count]));
	}
	buf_add_char(out, '\n');
}

static void json_cell(struct json *j, const struct sheet_column *column, const struct cell *c)
{
	json_key(j, column->key);
	if (!c->raw)
		json_null(j);
	else if (is_number(column) && !strchr(c->raw, '.'))
		json_number(j, strtoll(c->raw, NULL, 10));
	else if (is_number(column))
		json_real(j, strtod(c->raw, NULL));
	else if (column->kind == SHEET_LIST)
		json_list(j, c->raw);
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
