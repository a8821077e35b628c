/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* What reports, incidents and letters show of each other. */
#include "face/cmd/desk_show.h"

#include "ground/intake/intake.h"
#include "ground/letter/letter.h"
#include "ground/record/record.h"

#define LETTERS_MAX 1000

int show_timeline(struct sheet *s, struct cases *c, int64_t id, struct error *err)
{
	struct record_moment *moments = NULL;
	size_t count = 0;
	int r = record_moments(c->db, id, c->arena, &moments, &count, err);

	sheet_list(s, "timeline", "Timeline");
	for (size_t i = 0; i < count; i++) {
		sheet_item(s);
		sheet_time(s, "time", "at", moments[i].at);
		sheet_text(s, "actor", "by", moments[i].actor);
		sheet_text(s, "what", "what", moments[i].what);
		sheet_text(s, "detail", "", moments[i].detail);
		sheet_item_end(s);
	}
	sheet_list_end(s);
	return r;
}

int show_letters(struct sheet *s, struct cases *c, int64_t about_id, struct error *err)
{
	struct letter *list = NULL;
	size_t count = 0;
	int r = letter_list(c->db, ACCESS_LOCAL, about_id, "", LETTERS_MAX, c->arena, &list, &count, err);

	sheet_list(s, "letters", "Letters");
	for (size_t i = count; i-- > 0;) {
		sheet_item(s);
		sheet_text(s, "ref", "ref", list[i].ref);
		sheet_text(s, "kind", "kind", list[i].kind);
		sheet_text(s, "to", "to", list[i].to_address);
		sheet_text(s, "subject", "subject", list[i].subject);
		sheet_text(s, "state", "state", list[i].state);
		sheet_text(s, "returned", "returned", list[i].returned);
		sheet_text(s, "failure", "failure", list[i].failure);
		sheet_text(s, "protection", "protection", list[i].protection);
		sheet_time(s, "sent", "sent", list[i].sent_at);
		sheet_item_end(s);
	}
	sheet_list_end(s);
	return r;
}

int show_messages(struct sheet *s, struct cases *c, int64_t about_id, struct error *err)
{
	struct intake_line *list = NULL;
	size_t count = 0;
	int r = intake_about(c->db, about_id, c->arena, &list, &count, err);

	sheet_list(s, "messages", "What arrived");
	for (size_t i = 0; i < count; i++) {
		sheet_item(s);
		sheet_time(s, "received", "received", list[i].received_at);
		sheet_text(s, "channel", "channel", list[i].channel);
		sheet_text(s, "kind", "kind", list[i].kind);
		sheet_text(s, "from", "from", list[i].from_address);
		sheet_text(s, "subject", "subject", list[i].subject);
		sheet_text(s, "protection", "protection", list[i].protection);
		sheet_text(s, "signature", "signature", list[i].signature);
		sheet_text(s, "sha256", "sha256", list[i].blob);
		sheet_body(s, "text", list[i].text);
		sheet_item_end(s);
	}
	sheet_list_end(s);
	return r;
}
