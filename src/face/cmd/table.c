/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* What a command lists, for people and for programs. */
#include "face/cmd/table.h"

#include "base/calendar.h"
#include "base/cleanup.h"
#include "base/json.h"
#include "base/memory.h"
#include "base/text.h"

#include <inttypes.h>

#define TABLE_MAX (1u << 30)

struct table table_begin(const struct invocation *in, const struct column *columns, size_t column_count)
{
	struct table t = { .in = in, .columns = columns, .column_count = column_count };

	buf_init(&t.out, TABLE_MAX);
	return t;
}

/* --- for programs --- */

static void csv_field(struct buf *out, const char *text)
{
	bool is_plain = !strpbrk(text, ",\"\r\n");

	if (!is_plain)
		buf_add_char(out, '"');
	for (const char *p = text; *p; p++) {
		if (*p == '"')
			buf_add_char(out, '"');
		buf_add_char(out, *p);
	}
	if (!is_plain)
		buf_add_char(out, '"');
}

static void csv_header(struct table *t)
{
	for (size_t i = 0; i < t->column_count; i++)
		printf("%s%s", i ? "," : "", t->columns[i].key);
	putchar('\n');
	t->has_header = true;
}

/* Adds the cell to the row and prints the row when it is whole. `text` NULL: nothing. */
static void program_cell(struct table *t, const char *text, bool is_bare)
{
	const struct column *c = &t->columns[t->at];

	if (t->in->value[OPTION_CSV]) {
		if (!t->has_header)
			csv_header(t);
		if (t->at)
			buf_add_char(&t->out, ',');
		if (text)
			csv_field(&t->out, text);
	} else {
		struct json j = json_to(&t->out);
		buf_add_char(&t->out, t->at ? ',' : '{');
		json_text(&j, c->key);
		buf_add_char(&t->out, ':');
		if (!text)
			json_null(&j);
		else if (is_bare)
			buf_add_text(&t->out, text);
		else if (c->type == COLUMN_LIST)
			json_list(&j, text);
		else
			json_text(&j, text);
	}
	if (++t->at == t->column_count) {
		printf("%s%s\n", t->out.p, t->in->value[OPTION_CSV] ? "" : "}");
		buf_reset(&t->out);
		t->at = 0;
	}
}

/* --- for people --- */

static void person_cell(struct table *t, const char *text)
{
	t->cells = memory_grow(t->cells, &t->cell_room, t->cell_count + 1, sizeof *t->cells);
	t->cells[t->cell_count++] = t->out.n;
	buf_add(&t->out, text, strlen(text) + 1);
}

static bool is_right(const struct column *c)
{
	return c->type == COLUMN_NUMBER || c->type == COLUMN_MICRO;
}

static void print_cell(const char *text, size_t width, bool right, bool is_last)
{
	size_t have = text_width(text), pad = width > have ? width - have : 0;

	if (right)
		printf("%*s%s", (int)pad, "", text);
	else
		printf("%s%*s", text, is_last ? 0 : (int)pad, "");
}

static void print_people(struct table *t)
{
	size_t *widths = memory_new(t->column_count, sizeof *widths);
	size_t rows = t->cell_count / t->column_count, shown = 0, last = 0;

	for (size_t c = 0; c < t->column_count; c++) {
		if (!t->columns[c].title)
			continue;
		last = c;
		widths[c] = text_width(t->columns[c].title);
		for (size_t r = 0; r < rows; r++)
			widths[c] = MAX(widths[c], text_width(t->out.p + t->cells[r * t->column_count + c]));
	}
	if (t->in->has_color)
		fputs("\033[1m", stdout);
	for (size_t c = 0; c < t->column_count; c++)
		if (t->columns[c].title) {
			fputs(shown++ ? "  " : "", stdout);
			print_cell(t->columns[c].title, widths[c], is_right(&t->columns[c]), c == last);
		}
	fputs(t->in->has_color ? "\033[0m\n" : "\n", stdout);
	for (size_t r = 0; r < rows; r++) {
		shown = 0;
		for (size_t c = 0; c < t->column_count; c++)
			if (t->columns[c].title) {
				fputs(shown++ ? "  " : "", stdout);
				print_cell(t->out.p + t->cells[r * t->column_count + c], widths[c],
					   is_right(&t->columns[c]), c == last);
			}
		putchar('\n');
	}
	free(widths);
}

/* --- cells --- */

static bool is_for_programs(const struct table *t)
{
	return t->in->value[OPTION_JSON] || t->in->value[OPTION_CSV];
}

static void cell(struct table *t, const char *for_program, const char *for_person, bool is_bare)
{
	if (is_for_programs(t))
		program_cell(t, for_program, is_bare);
	else
		person_cell(t, for_person);
	if (!is_for_programs(t))
		t->at = (t->at + 1) % t->column_count;
}

void table_text(struct table *t, const char *text)
{
	cell(t, text, text, false);
}

void table_number(struct table *t, int64_t value)
{
	char plain[24], pretty[32];

	snprintf(plain, sizeof plain, "%" PRId64, value);
	if (value >= 0)
		text_thousands((uint64_t)value, pretty);
	cell(t, plain, value >= 0 ? pretty : plain, true);
}

void table_micro(struct table *t, int64_t micro)
{
	char plain[40], pretty[48], whole[28];
	uint64_t size = (uint64_t)(micro < 0 ? -micro : micro);
	uint64_t milli = (size + 500) / 1000;

	snprintf(plain, sizeof plain, "%s%" PRIu64 ".%06" PRIu64, micro < 0 ? "-" : "", size / 1000000, size % 1000000);
	snprintf(pretty, sizeof pretty, "%s%s.%03" PRIu64, micro < 0 ? "-" : "", text_thousands(milli / 1000, whole),
		 milli % 1000);
	cell(t, plain, pretty, true);
}

void table_bool(struct table *t, bool value)
{
	cell(t, value ? "true" : "false", value ? "yes" : "no", true);
}

void table_nothing(struct table *t)
{
	cell(t, NULL, "–", true);
}

void table_time(struct table *t, int64_t time_us)
{
	char text[CALENDAR_TEXT_MAX];

	if (time_us)
		table_text(t, time_format_utc(time_us / SECOND_US * SECOND_US, text));
	else
		table_nothing(t);
}

void table_end(struct table *t)
{
	if (t->in->value[OPTION_CSV] && !t->has_header)
		csv_header(t);
	if (!is_for_programs(t))
		print_people(t);
	table_drop(t);
}

void table_drop(struct table *t)
{
	buf_clear(&t->out);
	free(t->cells);
	*t = (struct table){ 0 };
}
