/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* Contacts: the list, and adding one. */
#include "face/staff/page_desk_int.h"
#include "ground/people/contact.h"

#include <errno.h>

static const struct sheet_column columns[] = {
	{ "ref", MSG_DESK_REF, SHEET_TEXT },	     { "name", MSG_STAFF_NAME, SHEET_LONG },
	{ "organisation", MSG_DESK_ORGANISATION, SHEET_LONG }, { "address", MSG_DESK_ADDRESS, SHEET_TEXT },
	{ "language", MSG_DESK_LANGUAGE, SHEET_TEXT }, { "country", MSG_DESK_COUNTRY, SHEET_TEXT },
	{ "reach", MSG_DESK_REACH, SHEET_TEXT },     { 0 },
};

int page_contacts(struct page *p, struct error *err)
{
	static const char *const fields[] = { "name", "address", "organisation", "country", "letter_lang", NULL };
	static const struct page_button buttons[] = { { ACT_ADD, MSG_DESK_ADD, false }, { 0 } };
	struct contact *list = NULL;
	struct sheet *sheet;
	size_t count = 0;
	int r;

	if (!page_has_cases(p))
		return 0;
	r = contact_list(p->staff->db, p->viewer.id, p->arena, &list, &count, err);
	sheet = page_sheet(p, "contacts", MSG_DESK_CONTACTS, columns);
	sheet_empty(sheet, words(p->lang, MSG_DESK_NO_CONTACTS));
	for (size_t i = 0; i < count; i++) {
		sheet_text(sheet, list[i].ref, NULL);
		sheet_said(sheet, list[i].name);
		sheet_said(sheet, list[i].organisation);
		sheet_text(sheet, list[i].address, NULL);
		sheet_text(sheet, list[i].language, NULL);
		sheet_text(sheet, list[i].country, NULL);
		desk_state_cell(p, sheet, list[i].reach);
	}
	page_form(p, "add", MSG_DESK_ADD_CONTACT, words(p->lang, MSG_DESK_ADD_INTRO), fields, buttons);
	return r;
}

int page_contacts_act(struct page *p, struct error *err)
{
	static const char *const roles[] = { "other", NULL };
	const char *lang = http_value(p->rq, "letter_lang")->text, *organisation = http_value(p->rq, "organisation")->text;
	struct contact_new n = { .organisation_ja = organisation, .organisation_en = organisation,
				 .name = http_value(p->rq, "name")->text, .address = http_value(p->rq, "address")->text, .phone = "",
				 .language = lang[0] ? lang : "ja", .country = http_value(p->rq, "country")->text, .note = "",
				 .roles = roles, .doing = page_doing(p) };
	struct error inner = ERROR_NONE;
	char ref[RECORD_REF_MAX];

	(void)err;
	if (!n.name[0])
		ask_fault(p, "name", MSG_STAFF_FAULT_NEEDED, NULL);
	if (!n.address[0])
		ask_fault(p, "address", MSG_STAFF_FAULT_NEEDED, NULL);
	if (p->fault_count)
		return 0;
	record_uuid(n.uuid);
	record_uuid(n.organisation_uuid);
	return desk_wrote(p, "address", contact_add(p->staff->db, &n, ref, &inner), &inner, "/desk/contacts");
}
