/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* Forms of staff pages: the question over the tables, and what an analyst writes. */
#include "face/staff/form.h"

#include "base/cleanup.h"
#include "face/staff/ask.h"

static const struct form_field {
	unsigned form;
	const char *name;
	enum message label, hint;
	bool has_hint;
} form_fields[] = {
	{ FORM_FILTER, "filter", MSG_STAFF_FILTER, MSG_STAFF_FILTER_HINT, true },
	{ FORM_PERIOD, "period", MSG_STAFF_PERIOD, MSG_STAFF_PERIOD_HINT, true },
	{ FORM_PERIOD, "from", MSG_STAFF_FROM, MSG_STAFF_TIME_HINT, true },
	{ FORM_PERIOD, "to", MSG_STAFF_TO, MSG_STAFF_TIME_HINT, true },
	{ FORM_BEFORE, "before", MSG_STAFF_BEFORE, MSG_STAFF_BEFORE_HINT, true },
	{ FORM_PORT, "port", MSG_STAFF_PORTS, MSG_STAFF_PORTS_HINT, true },
	{ FORM_KIND, "kind", MSG_STAFF_KIND, 0, false },
	{ FORM_UNIT, "unit", MSG_STAFF_UNIT, 0, false },
	{ FORM_COUNT, "n", MSG_STAFF_COUNT, 0, false },
	{ FORM_HIDE, "hide", MSG_STAFF_HIDE, 0, false },
	{ 0, "sort", MSG_STAFF_SORT, 0, false },
	{ 0, "table", MSG_STAFF_TABLE, 0, false },
	{ 0, "name", MSG_STAFF_NAME, MSG_STAFF_NAME_HINT, true },
	{ 0, "about", MSG_STAFF_PERIOD, MSG_STAFF_ABOUT_HINT, true },
	{ 0, "old_password", MSG_STAFF_PASSWORD_NOW, 0, false },
	{ 0, "password", MSG_STAFF_PASSWORD_NEW, MSG_STAFF_PASSWORD_HINT, true },
	{ 0, "again", MSG_STAFF_PASSWORD_AGAIN, 0, false },
	{ 0, "code", MSG_STAFF_CODE, MSG_STAFF_CODE_HINT, true },
	{ 0, "cause_ja", MSG_STAFF_CAUSE_JA, 0, false },
	{ 0, "cause_en", MSG_STAFF_CAUSE_EN, 0, false },
	{ 0, "reference", MSG_STAFF_REFERENCE, MSG_STAFF_REFERENCE_HINT, true },
	{ 0, "reference_date", MSG_STAFF_REFERENCE_DATE, MSG_STAFF_DATE_HINT, true },
	{ 0, "alert", MSG_STAFF_ALERT, MSG_STAFF_ALERT_HINT, true },
	{ 0, "alert_date", MSG_STAFF_ALERT_DATE, MSG_STAFF_DATE_HINT, true },
	{ 0, "note_ja", MSG_STAFF_NOTE_JA, 0, false },
	{ 0, "note_en", MSG_STAFF_NOTE_EN, 0, false },
	{ 0, "title", MSG_DESK_TITLE, 0, false },
	{ 0, "category", MSG_DESK_CATEGORY, 0, false },
	{ 0, "report", MSG_DESK_REPORT, MSG_DESK_REPORT_HINT, true },
	{ 0, "incident", MSG_DESK_INCIDENT, MSG_DESK_INCIDENT_HINT, true },
	{ 0, "contact", MSG_DESK_CONTACT, MSG_DESK_CONTACT_HINT, true },
	{ 0, "address", MSG_DESK_ADDRESS, 0, false },
	{ 0, "organisation", MSG_DESK_ORGANISATION, 0, false },
	{ 0, "country", MSG_DESK_COUNTRY, MSG_DESK_COUNTRY_HINT, true },
	{ 0, "letter_lang", MSG_DESK_LETTER_LANG, 0, false },
	{ 0, "subject", MSG_DESK_SUBJECT, 0, false },
	{ 0, "text", MSG_DESK_TEXT, 0, false },
	{ 0, "reason", MSG_DESK_REASON, 0, false },
	{ 0, "indicator", MSG_DESK_INDICATOR, MSG_DESK_INDICATOR_HINT, true },
	{ 0, "role", MSG_DESK_ROLE, 0, false },
	{ 0, "source", MSG_DESK_SOURCE, MSG_DESK_SOURCE_HINT, true },
	{ 0, "note", MSG_DESK_NOTE, 0, false },
	{ 0, "brand", MSG_DESK_BRAND, 0, false },
	{ 0, "industry", MSG_DESK_INDUSTRY, 0, false },
	{ 0, "origin", MSG_DESK_ORIGIN, 0, false },
	{ 0, "hosting", MSG_DESK_HOSTING, MSG_DESK_HOSTING_HINT, true },
	{ 0, "carrier", MSG_DESK_CARRIER, 0, false },
	{ 0, "first_seen", MSG_DESK_FIRST_SEEN, 0, false },
	{ 0, "lead_in", MSG_DESK_LEAD_IN, 0, false },
	{ 0, "campaign", MSG_DESK_CAMPAIGN, 0, false },
	{ 0, "ports", MSG_DESK_PORTS, MSG_DESK_PORTS_HINT, true },
	{ 0, "because", MSG_DESK_BECAUSE, MSG_DESK_BECAUSE_HINT, true },
	{ 0, "decide", MSG_DESK_DECISION, 0, false },
	{ 0, "at", MSG_DESK_AT, MSG_DESK_AT_HINT, true },
	{ 0, "moment", MSG_DESK_MOMENT, 0, false },
	{ 0, "what", MSG_DESK_HAPPENED, 0, false },
};

static const struct {
	const char *field, *choice;
	enum message label;
} choice_labels[] = {
	{ "kind", "probe", MSG_STAFF_KIND_PROBE },   { "kind", "backscatter", MSG_STAFF_KIND_BACKSCATTER },
	{ "kind", "other", MSG_STAFF_KIND_OTHER },   { "kind", "all", MSG_STAFF_KIND_ALL },
	{ "unit", "hour", MSG_STAFF_UNIT_HOUR },     { "unit", "day", MSG_STAFF_UNIT_DAY },
	{ "unit", "week", MSG_STAFF_UNIT_WEEK },     { "unit", "month", MSG_STAFF_UNIT_MONTH },
	{ "category", "phishing", MSG_DESK_PHISHING }, { "category", "defacement", MSG_DESK_DEFACEMENT },
	{ "category", "malware_site", MSG_DESK_MALWARE_SITE }, { "category", "scan", MSG_DESK_SCAN },
	{ "category", "dos", MSG_DESK_DOS },	     { "category", "ics", MSG_DESK_ICS },
	{ "category", "targeted", MSG_DESK_TARGETED }, { "category", "other", MSG_DESK_OTHER },
	{ "role", "lure", MSG_DESK_ROLE_LURE },	     { "role", "site", MSG_DESK_ROLE_SITE },
	{ "role", "exploit", MSG_DESK_ROLE_EXPLOIT }, { "role", "download", MSG_DESK_ROLE_DOWNLOAD },
	{ "role", "command", MSG_DESK_ROLE_COMMAND }, { "role", "drop", MSG_DESK_ROLE_DROP },
	{ "role", "source", MSG_DESK_ROLE_SOURCE },  { "role", "target", MSG_DESK_ROLE_TARGET },
	{ "role", "other", MSG_DESK_ROLE_OTHER },
	{ "origin", "none", MSG_DESK_ORIGIN_NONE },  { "origin", "domestic", MSG_DESK_ORIGIN_DOMESTIC },
	{ "origin", "foreign", MSG_DESK_ORIGIN_FOREIGN }, { "origin", "unknown", MSG_DESK_ORIGIN_UNKNOWN },
	{ "decide", "rule", MSG_DESK_DECIDE_RULE },  { "decide", "notify", MSG_DESK_DECIDE_NOTIFY },
	{ "decide", "none", MSG_DESK_DECIDE_NONE },  { "moment", "seen", MSG_DESK_MOMENT_SEEN },
	{ "moment", "received", MSG_DESK_MOMENT_RECEIVED }, { "moment", "notified", MSG_DESK_MOMENT_NOTIFIED },
	{ "moment", "answered", MSG_DESK_MOMENT_ANSWERED }, { "moment", "ended", MSG_DESK_MOMENT_ENDED },
	{ "moment", "other", MSG_DESK_MOMENT_OTHER },
	{ "letter_lang", "ja", MSG_DESK_JAPANESE },  { "letter_lang", "en", MSG_DESK_ENGLISH },
};

enum message form_choice(const char *field, const char *choice)
{
	for (size_t i = 0; i < COUNT(choice_labels); i++)
		if (strcmp(choice_labels[i].field, field) == 0 && strcmp(choice_labels[i].choice, choice) == 0)
			return choice_labels[i].label;
	return MSG_STAFF_EMPTY;
}

static size_t field_index(const char *name)
{
	size_t i = 0;

	while (strcmp(staff_fields[i].name, name) != 0)
		i++;
	return i;
}

static void put_options(const struct page *p, const struct http_field *f, const struct http_value *given, struct value *v)
{
	struct value *options = value_put_list(v, "options");
	const char *prefill = p->rq->method == HTTP_GET && !given->is_given ? p->prefill[f - staff_fields] : NULL;
	int64_t selected = given->number;

	/* What counts where nothing was chosen is the page's to say. */
	if (!given->is_given && strcmp(f->name, "kind") == 0)
		selected = p->q.kind;
	if (f->otherwise < 0) {
		struct value *none = value_add_object(options);
		value_put_text(none, "value", "");
		value_put_text(none, "label", words(p->lang, MSG_STAFF_AUTOMATIC));
	}
	for (size_t i = 0; f->choices[i]; i++) {
		struct value *option = value_add_object(options);
		value_put_text(option, "value", f->choices[i]);
		value_put_text(option, "label", words(p->lang, form_choice(f->name, f->choices[i])));
		value_put_bool(option, "is_selected", prefill ? strcmp(prefill, f->choices[i]) == 0 : selected == (int64_t)i);
	}
}

/* What was typed stays, right or wrong. */
static const char *shown_text(const struct page *p, const struct http_field *f, const struct http_value *given)
{
	if (f->type == HTTP_NUMBER && !given->is_given)
		return arena_printf(p->arena, "%lld", (long long)f->otherwise);
	if (p->rq->method == HTTP_GET && !given->is_given && p->prefill[f - staff_fields])
		return p->prefill[f - staff_fields];
	return given->text;
}

static void put_field(const struct page *p, const struct form_field *field, struct value *list)
{
	size_t index = field_index(field->name);
	const struct http_field *f = &staff_fields[index];
	const struct http_value *given = &p->rq->values[index];
	struct value *v = value_add_object(list);

	value_put_text(v, "name", field->name);
	value_put_text(v, "label", words(p->lang, field->label));
	value_put_bool(v, "is_wide", (f->type == HTTP_TEXT && f->most > 1000) || (f->type == HTTP_LINES && f->most > 10000));
	if (field->has_hint)
		value_put_text(v, "hint", words(p->lang, field->hint));
	for (size_t i = 0; i < p->fault_count; i++)
		if (strcmp(p->faults[i].field, field->name) == 0) {
			value_put_text(v, "fault", words(p->lang, p->faults[i].fault));
			value_put_text(v, "detail", p->faults[i].detail);
		}
	if (f->type == HTTP_CHOICE) {
		value_put_bool(v, "is_choice", true);
		put_options(p, f, given, v);
	} else if (f->type == HTTP_FLAG) {
		value_put_bool(v, "is_flag", true);
		value_put_bool(v, "is_checked", given->number);
	} else if (f->type == HTTP_SECRET) {
		value_put_bool(v, "is_secret", true);
		value_put_text(v, "complete", strcmp(f->name, "old_password") == 0 ? "current-password" : "new-password");
	} else {
		value_put_bool(v, f->type == HTTP_LINES ? "is_lines" : "is_text", true);
		if (f->type == HTTP_LINES)
			value_put_text(v, "text_lang", strcmp(f->name, "note_ja") == 0 ? "ja" : strcmp(f->name, "note_en") == 0 ? "en" : NULL);
		value_put_text(v, "value", shown_text(p, f, given));
	}
}

/* In the order of the form. */
static void put_faults_of(struct page *p, const struct form_field *field, struct value *faults)
{
	for (size_t i = 0; i < p->fault_count; i++) {
		struct value *fault;
		if (strcmp(p->faults[i].field, field->name) != 0)
			continue;
		fault = value_add_object(faults);
		value_put_text(fault, "label", words(p->lang, field->label));
		value_put_text(fault, "text", words(p->lang, p->faults[i].fault));
		value_put_url(fault, "url", arena_printf(p->arena, "#field-%s", field->name));
	}
}

void form_put(struct page *p)
{
	struct value *v = value_put_object(p->value, "form"), *fields = value_put_list(v, "fields");
	value_put_url(v, "action", p->page->path);
	for (size_t i = 0; i < COUNT(form_fields); i++)
		if ((p->page->form & form_fields[i].form) && (form_fields[i].form != FORM_HIDE || p->staff->hidden))
			put_field(p, &form_fields[i], fields);
	value_put_bool(v, "has_filter", p->page->form & FORM_FILTER);
	if (p->fault_count == 0)
		value_put_text(v, "sort", http_value(p->rq, "sort")->text);
}

void form_put_faults(struct page *p)
{
	struct value *faults;

	value_put_bool(p->value, "has_faults", p->fault_count > 0);
	faults = value_put_list(p->value, "faults");
	for (size_t i = 0; i < COUNT(form_fields); i++)
		put_faults_of(p, &form_fields[i], faults);
}

static const struct form_field *form_field_of(const char *name)
{
	const struct form_field *f = form_fields;

	while (strcmp(f->name, name) != 0)
		f++;
	return f;
}

void page_prefill(struct page *p, const char *field, const char *text)
{
	p->prefill[field_index(field)] = text;
}

/* A hint of the question's form does not hold where the field is to be kept. */
static void put_desk_field(const struct page *p, const char *name, struct value *list)
{
	struct form_field f = *form_field_of(name);

	f.has_hint = f.has_hint && f.form == 0;
	put_field(p, &f, list);
}

static void keep(struct value *list, const char *name, const char *text)
{
	struct value *v = value_add_object(list);

	value_put_text(v, "name", name);
	value_put_text(v, "value", text);
}

static bool is_among(const char *const *fields, const char *name)
{
	while (*fields && strcmp(*fields, name) != 0)
		fields++;
	return *fields;
}

/* A form that is shown again because of a fault is as old as it was; one that was too old is made anew. */
static void put_kept(const struct page *p, const char *const *fields, struct value *list)
{
	static const char *const question[] = { "filter", "kind", "hide" };
	bool is_old = p->rq->method == HTTP_POST && !p->is_stale;

	keep(list, "version", arena_printf(p->arena, "%lld", (long long)(is_old ? page_version(p) : p->version)));
	for (size_t i = 0; i < COUNT(question); i++)
		if (http_value(p->rq, question[i])->is_given && !is_among(fields, question[i]))
			keep(list, question[i], http_value(p->rq, question[i])->text);
}

void page_form(struct page *p, const char *id, enum message title, const char *intro, const char *const *fields,
	       const struct page_button *buttons)
{
	struct value *v, *list;

	if (!page_may_act(p))
		return;
	v = value_add_object((struct value *)(uintptr_t)value_member(p->value, "desk", 4));
	value_put_text(v, "id", id);
	value_put_text(v, "title", words(p->lang, title));
	value_put_text(v, "intro", intro);
	value_put_url(v, "action", p->rq->path);
	put_kept(p, fields, value_put_list(v, "keeps"));
	list = value_put_list(v, "fields");
	for (; *fields; fields++)
		put_desk_field(p, *fields, list);
	list = value_put_list(v, "buttons");
	for (; buttons->label; buttons++) {
		struct value *button = value_add_object(list);
		value_put_text(button, "value", staff_fields[field_index("act")].choices[buttons->act]);
		value_put_text(button, "label", words(p->lang, buttons->label));
		value_put_bool(button, "is_plain", buttons->is_plain);
	}
}
