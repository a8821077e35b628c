/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* Writes mails, a JSON line each: what was asked for and the bytes. tests/replay/mail/peer.py reads them with another
 * library. */
#include "base/cleanup.h"
#include "base/clock.h"
#include "base/json.h"
#include "format/mail/compose.h"

static struct mail_address sender[] = { { "情報調整センター, 受付", "info@example.jp" } };
static struct mail_address recipients[] = {
	{ "", "a@example.jp" },
	{ "山田 太郎（ネットワーク管理責任者・情報システム部門・東京本社・第二運用グループ）", "taro@example.jp" },
	{ "O'Brien \"Bob\", Jr.", "bob@example.com" },
};

static const char *const subjects[] = {
	"plain", "【重要】Webサイト改ざんに関するご連絡とお願い (INC-2024-000123) - please act by 2024-01-31",
	"many short words that go on and on until the line has to be folded at one of the blanks between them", "①髙﨑 𠮷野家",
};

static const char *const texts[] = {
	"plain\n", "From here\n.\n-- \nme\n", "caf\xc3\xa9 = trailing \nlast line without its end", "日本語の文章です。\n二行目\n",
};

static const struct compose_file files[] = {
	{ .name = "list.csv", .type = "text/csv", .bytes = BYTES("a,b\r\n1,2\r\n", 10) },
	{ .name = "対象一覧（2024年1月・第一報・Webサイト改ざん・確認済みのもの）.zip", .bytes = BYTES("PK\0\1\xff\r\n", 7) },
};

static void add_expected(struct json *j, const struct compose *c)
{
	json_key(j, "subject");
	json_text(j, c->subject);
	json_key(j, "text");
	json_text(j, c->text);
	json_key(j, "people");
	json_array(j);
	for (size_t i = 0; i < c->to.count; i++) {
		json_text(j, c->to.item[i].name);
		json_text(j, c->to.item[i].address);
	}
	json_end(j);
	json_key(j, "files");
	json_array(j);
	for (size_t i = 0; i < c->file_count; i++)
		json_text(j, c->files[i].name);
	json_end(j);
}

static int write_one(const struct compose *c, bool is_signed)
{
	struct buf part, mail, line;
	struct json j = json_to(&line);
	int r;

	buf_init(&part, COMPOSE_BYTES_MAX);
	buf_init(&mail, COMPOSE_BYTES_MAX);
	buf_init(&line, COMPOSE_BYTES_MAX);
	r = compose_signed_part(c, &part, NULL);
	if (r == 0 && is_signed)
		r = compose_signed(c, COMPOSE_PGP, buf_bytes(&part), BYTES_TEXT("-----BEGIN PGP SIGNATURE-----\n"), "pgp-sha256", &mail,
				   NULL);
	else if (r == 0)
		r = compose_message(c, &mail, NULL);
	json_object(&j);
	add_expected(&j, c);
	json_key(&j, "signed");
	json_text(&j, is_signed ? part.p : "");
	json_key(&j, "mail");
	json_text(&j, mail.p);
	json_end(&j);
	(void)printf("%s\n", line.p);
	buf_clear(&part);
	buf_clear(&mail);
	buf_clear(&line);
	return r;
}

int main(void)
{
	int r = 0;

	for (size_t i = 0; i < 4 * COUNT(texts) && r == 0; i++) {
		struct compose c = { .from = { sender, 1 }, .to = { recipients, COUNT(recipients) },
				     .subject = subjects[(i + i / 4) % COUNT(subjects)], .text = texts[i % COUNT(texts)],
				     .message_id = "1@example.jp", .date_us = INT64_C(1136181845) * SECOND_US,
				     .offset_minutes = 540, .boundary = "0123456789abcdef", .files = files,
				     .file_count = i / 4 % 2 ? COUNT(files) : 0 };
		r = write_one(&c, i >= 8);
	}
	return r < 0 ? 3 : 0;
}
