/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* Messages that are written: their content, and what wraps it. */
#include "format/mail/compose.h"

#include "format/mail/compose_int.h"
#include "format/mail/mail_int.h"
#include "format/mail/transfer_int.h"

#include "base/text.h"

#include <errno.h>

#define PLAIN_LINE_MAX 78

static int check_boundary(const struct compose *c, struct error *err)
{
	const char *p = c->boundary ? c->boundary : "";
	size_t n = strlen(p);

	if (n == 0 || n > COMPOSE_BOUNDARY_MAX)
		return error_set(err, -EINVAL, "a boundary has 1 to %d signs", COMPOSE_BOUNDARY_MAX);
	for (; *p; p++)
		if (!((*p >= 'a' && *p <= 'z') || (*p >= 'A' && *p <= 'Z') || (*p >= '0' && *p <= '9') || strchr("._-", *p)))
			return error_set(err, -EINVAL, "a boundary has letters, digits and ._- alone");
	return 0;
}

static int check_full(const struct buf *out, struct error *err)
{
	return out->is_full ? error_set(err, -E2BIG, "the mail is too large") : 0;
}

/* A line that no mail system on the way touches. */
static bool is_safe_line(struct bytes line)
{
	if (line.n > PLAIN_LINE_MAX || bytes_starts(line, "From ") || bytes_starts(line, ".") || bytes_starts(line, "-"))
		return false;
	if (line.n && (line.p[line.n - 1] == ' ' || line.p[line.n - 1] == '\t'))
		return false;
	for (size_t i = 0; i < line.n; i++)
		if (line.p[i] >= 0x7f || (line.p[i] < ' ' && line.p[i] != '\t'))
			return false;
	return true;
}

/* Text that may go as seven bits: safe lines, each with its end. */
static bool is_safe(struct bytes text)
{
	struct bytes line;

	if (text.n == 0 || text.p[text.n - 1] != '\n')
		return false;
	while (mail_take_line(&text, &line))
		if (!is_safe_line(line))
			return false;
	return true;
}

static void add_lines(struct buf *out, struct bytes text)
{
	struct bytes line;

	while (mail_take_line(&text, &line)) {
		buf_add_bytes(out, line);
		buf_add_text(out, "\r\n");
	}
}

/* Quoted-printable stays readable up to a sixth of other letters; Japanese goes as base64. */
static bool is_mostly_ascii(struct bytes text)
{
	size_t high = 0;

	for (size_t i = 0; i < text.n; i++)
		high += text.p[i] >= 0x80;
	return high * 6 <= text.n;
}

static void add_text_base64(struct buf *out, struct bytes text)
{
	struct buf crlf;

	buf_init(&crlf, 2 * text.n + 1);
	for (size_t i = 0; i < text.n; i++) {
		if (text.p[i] == '\n' && (i == 0 || text.p[i - 1] != '\r'))
			buf_add_char(&crlf, '\r');
		buf_add_char(&crlf, (char)text.p[i]);
	}
	transfer_add_base64(out, buf_bytes(&crlf), true);
	buf_clear(&crlf);
}

/* The encoded text ends with a line end of its own, which in quoted-printable says that it is none of the text's. */
static void add_text_body(struct buf *out, struct bytes text)
{
	if (is_safe(text)) {
		buf_add_text(out, "Content-Type: text/plain; charset=us-ascii\r\nContent-Transfer-Encoding: 7bit\r\n\r\n");
		add_lines(out, text);
	} else if (is_mostly_ascii(text)) {
		buf_add_text(out, "Content-Type: text/plain; charset=utf-8\r\n"
				  "Content-Transfer-Encoding: quoted-printable\r\n\r\n");
		transfer_add_quoted(out, text);
		if (text.n && text.p[text.n - 1] != '\n')
			buf_add_text(out, "=\r\n");
	} else {
		buf_add_text(out, "Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n");
		add_text_base64(out, text);
	}
}

static bool is_type(const char *type)
{
	const char *slash = strchr(type, '/');

	for (const char *p = type; *p; p++)
		if (!((*p >= 'a' && *p <= 'z') || (*p >= 'A' && *p <= 'Z') || (*p >= '0' && *p <= '9') || strchr("/.+-_", *p)))
			return false;
	return slash && slash != type && slash[1] && strlen(type) < 60 && !mail_text_starts(type, "multipart/") &&
	       !mail_text_starts(type, "message/");
}

static int add_file(const struct compose_file *file, struct buf *out, struct error *err)
{
	const char *type = file->type ? file->type : "application/octet-stream";
	int r = compose_check("file name", file->name, err);

	if (r < 0)
		return r;
	if (!is_type(type))
		return error_set(err, -EINVAL, "'%s' is no type for a file", type);
	buf_addf(out, "Content-Type: %s%s", type, mail_text_starts(type, "text/") ? "; charset=utf-8" : "");
	compose_add_param(out, "name", file->name);
	buf_add_text(out, "\r\nContent-Disposition: attachment");
	compose_add_param(out, "filename", file->name);
	buf_add_text(out, "\r\nContent-Transfer-Encoding: base64\r\n\r\n");
	transfer_add_base64(out, file->bytes, true);
	return 0;
}

static void add_delimiter(struct buf *out, const char *prefix, const char *boundary)
{
	buf_addf(out, "\r\n--%s.%s\r\n", prefix, boundary);
}

static void add_last_delimiter(struct buf *out, const char *prefix, const char *boundary)
{
	buf_addf(out, "\r\n--%s.%s--\r\n", prefix, boundary);
}

static int add_mixed(const struct compose *c, struct bytes text, struct buf *out, struct error *err)
{
	int r = 0;

	buf_addf(out, "Content-Type: multipart/mixed;\r\n boundary=\"m.%s\"\r\n", c->boundary);
	add_delimiter(out, "m", c->boundary);
	add_text_body(out, text);
	for (size_t i = 0; i < c->file_count && r == 0; i++) {
		add_delimiter(out, "m", c->boundary);
		r = add_file(&c->files[i], out, err);
	}
	add_last_delimiter(out, "m", c->boundary);
	return r;
}

int compose_content(const struct compose *c, struct buf *out, struct error *err)
{
	struct bytes text = BYTES_TEXT(c->text ? c->text : "");
	int r = check_boundary(c, err);

	if (r < 0)
		return r;
	if (!text_is_utf8(text))
		return error_set(err, -EINVAL, "the text is not UTF-8");
	if (c->file_count)
		r = add_mixed(c, text, out, err);
	else
		add_text_body(out, text);
	return r < 0 ? r : check_full(out, err);
}

int compose_message(const struct compose *c, struct buf *out, struct error *err)
{
	int r = compose_header(c, out, err);

	return r < 0 ? r : compose_content(c, out, err);
}

static const struct {
	const char *protocol, *type, *name;
} signatures[] = {
	[COMPOSE_PGP] = { "application/pgp-signature", "application/pgp-signature", "signature.asc" },
	[COMPOSE_SMIME] = { "application/pkcs7-signature", "application/pkcs7-signature", "smime.p7s" },
};

static bool is_seven_bit(struct bytes bytes)
{
	for (size_t i = 0; i < bytes.n; i++)
		if (bytes.p[i] >= 0x80 || bytes.p[i] == 0)
			return false;
	return true;
}

/* Armour stands as it is, DER as base64. */
static void add_wrapped(struct buf *out, struct bytes bytes)
{
	bool is_armour = bytes_starts(bytes, "-----BEGIN") && is_seven_bit(bytes);

	buf_addf(out, "Content-Transfer-Encoding: %s\r\n\r\n", is_armour ? "7bit" : "base64");
	if (is_armour)
		add_lines(out, bytes);
	else
		transfer_add_base64(out, bytes, true);
}

static bool is_micalg(const char *micalg)
{
	for (const char *p = micalg; *p; p++)
		if (!((*p >= 'a' && *p <= 'z') || (*p >= '0' && *p <= '9') || *p == '-'))
			return false;
	return *micalg && strlen(micalg) < 30;
}

int compose_signed_content(const struct compose *c, enum compose_protocol protocol, struct bytes part,
			   struct bytes signature, const char *micalg, struct buf *out, struct error *err)
{
	int r = check_boundary(c, err);

	if (r < 0)
		return r;
	if (!is_micalg(micalg))
		return error_set(err, -EINVAL, "'%s' is no name of a digest", micalg);
	buf_addf(out, "Content-Type: multipart/signed; micalg=%s;\r\n protocol=\"%s\";\r\n boundary=\"s.%s\"\r\n", micalg,
		 signatures[protocol].protocol, c->boundary);
	add_delimiter(out, "s", c->boundary);
	buf_add_bytes(out, part);
	add_delimiter(out, "s", c->boundary);
	buf_addf(out, "Content-Type: %s; name=\"%s\"\r\n", signatures[protocol].type, signatures[protocol].name);
	buf_addf(out, "Content-Disposition: attachment; filename=\"%s\"\r\n", signatures[protocol].name);
	add_wrapped(out, signature);
	add_last_delimiter(out, "s", c->boundary);
	return check_full(out, err);
}

int compose_signed(const struct compose *c, enum compose_protocol protocol, struct bytes part, struct bytes signature,
		   const char *micalg, struct buf *out, struct error *err)
{
	int r = compose_header(c, out, err);

	return r < 0 ? r : compose_signed_content(c, protocol, part, signature, micalg, out, err);
}

static void add_pgp_encrypted(const struct compose *c, struct bytes ciphertext, struct buf *out)
{
	buf_addf(out,
		 "Content-Type: multipart/encrypted;\r\n protocol=\"application/pgp-encrypted\";\r\n boundary=\"e.%s\"\r\n",
		 c->boundary);
	add_delimiter(out, "e", c->boundary);
	buf_add_text(out, "Content-Type: application/pgp-encrypted\r\n\r\nVersion: 1\r\n");
	add_delimiter(out, "e", c->boundary);
	buf_add_text(out, "Content-Type: application/octet-stream; name=\"encrypted.asc\"\r\n"
			  "Content-Disposition: inline; filename=\"encrypted.asc\"\r\n");
	add_wrapped(out, ciphertext);
	add_last_delimiter(out, "e", c->boundary);
}

static void add_smime_encrypted(struct bytes ciphertext, struct buf *out)
{
	buf_add_text(out, "Content-Type: application/pkcs7-mime; smime-type=enveloped-data;\r\n name=\"smime.p7m\"\r\n"
			  "Content-Disposition: attachment; filename=\"smime.p7m\"\r\n"
			  "Content-Transfer-Encoding: base64\r\n\r\n");
	transfer_add_base64(out, ciphertext, true);
}

int compose_encrypted(const struct compose *c, enum compose_protocol protocol, struct bytes ciphertext, struct buf *out,
		      struct error *err)
{
	int r = compose_header(c, out, err);

	if (r == 0)
		r = check_boundary(c, err);
	if (r < 0)
		return r;
	if (protocol == COMPOSE_PGP)
		add_pgp_encrypted(c, ciphertext, out);
	else
		add_smime_encrypted(ciphertext, out);
	return check_full(out, err);
}
