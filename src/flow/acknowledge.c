/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* What the ways in share: chances, attachments, and the letter that tells a reporter the number of a report. */
#include "flow/flow_int.h"

#include "engine/words/words.h"
#include "ground/letter/letter.h"
#include "ground/letter/template.h"

#include <errno.h>
#include <sys/random.h>

int flow_chances(struct flow_chances *ret, struct error *err)
{
	uint64_t random;

	if (getrandom(&random, sizeof random, 0) != sizeof random)
		return error_set(err, -EIO, "there is no chance to be had");
	snprintf(ret->nonce, sizeof ret->nonce, "%016llx", (unsigned long long)random);
	record_uuid(ret->report_uuid);
	record_uuid(ret->letter_uuid);
	return 0;
}

int flow_keep_file(struct blobs *blobs, const char *name, const char *type, struct bytes bytes, struct arena *arena,
		   struct intake_attachment *ret, struct error *err)
{
	char *blob = arena_alloc(arena, BLOB_NAME_MAX);

	*ret = (struct intake_attachment){ name, type, blob, (int64_t)bytes.n };
	return blob_put(blobs, bytes, blob, err);
}

int flow_acknowledge(struct db *db, const struct flow_thanks *t, const struct flow_chances *chances, struct arena *arena,
		     struct error *err)
{
	bool is_ja = strcmp(t->language, "ja") == 0;
	struct value *v = value_object(arena);
	struct letter_new n = { .about_id = t->report_id, .kind = "acknowledgement", .to_name = t->to_name,
				.to_address = t->to_address, .language = t->language, .in_reply_to = t->in_reply_to,
				.protection = t->centre->can_sign ? "signed" : "none", .doing = *t->doing };
	struct letter_queueing q = { strrchr(t->centre->address, '@') + 1, chances->nonce, t->doing->at, *t->doing };
	struct letter_rendered text;
	char letter_ref[RECORD_REF_MAX];
	int64_t id;
	int r;

	value_put_text(v, "ref", t->ref);
	value_put_text(v, "name", t->name);
	value_put_text(v, "subject", t->subject);
	value_put_text(v, "centre", is_ja ? t->centre->name_ja : t->centre->name_en);
	value_put_text(v, "received", words_time(arena, is_ja ? LANG_JA : LANG_EN, t->received_at));
	r = letter_render(db, "acknowledgement", t->language, v, arena, &text, err);
	n.subject = text.subject;
	n.text = text.text;
	if (r == 0)
		r = letter_draft(db, &n, chances->letter_uuid, &id, letter_ref, err);
	return r < 0 ? r : letter_queue(db, id, &q, err);
}
