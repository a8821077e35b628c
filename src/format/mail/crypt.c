/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* Encrypted and signed mail, recognised. */
#include "format/mail/crypt.h"

#include "format/mail/mail_int.h"
#include "format/mail/transfer_int.h"

#include "base/buf.h"
#include "base/cleanup.h"

#include <strings.h>

static const char *const kind_names[CRYPT_KIND_COUNT] = {
	[CRYPT_PGP_ENCRYPTED] = "pgp-encrypted",
	[CRYPT_PGP_SIGNED] = "pgp-signed",
	[CRYPT_PGP_INLINE_ENCRYPTED] = "pgp-inline-encrypted",
	[CRYPT_PGP_INLINE_SIGNED] = "pgp-inline-signed",
	[CRYPT_PGP_KEY] = "pgp-key",
	[CRYPT_SMIME_ENCRYPTED] = "smime-encrypted",
	[CRYPT_SMIME_OPAQUE] = "smime-opaque",
	[CRYPT_SMIME_SIGNED] = "smime-signed",
	[CRYPT_SMIME_CERTIFICATES] = "smime-certificates",
};

const char *crypt_kind_name(enum crypt_kind kind)
{
	return kind_names[kind];
}

/* Signed mails within signed mails: deeper ones are not copied. */
#define SIGNED_DEPTH_MAX 5

struct search {
	struct bytes raw;
	const struct mail *mail;
	struct arena *arena;
	struct crypt *found;
};

static void add_item(struct search *s, struct crypt_item item)
{
	if (!s->found->items)
		s->found->items = ARENA_ARRAY(s->arena, CRYPT_ITEMS_MAX, struct crypt_item);
	if (s->found->count == CRYPT_ITEMS_MAX)
		return;
	item.micalg = item.micalg ? item.micalg : "";
	item.charset = item.charset ? item.charset : "";
	s->found->items[s->found->count++] = item;
}

/* What was signed has CRLF (RFC 3156 §5, RFC 8551 §3.1.1), whatever the mail store made of it. */
static struct bytes with_crlf(struct bytes text, struct arena *arena)
{
	struct buf b;
	struct bytes copy;

	buf_init(&b, 2 * text.n + 1);
	for (size_t i = 0; i < text.n; i++) {
		if (text.p[i] == '\n' && (i == 0 || text.p[i - 1] != '\r'))
			buf_add_char(&b, '\r');
		buf_add_char(&b, (char)text.p[i]);
	}
	copy = BYTES(arena_bytes(arena, b.p, b.n), b.n);
	buf_clear(&b);
	return copy;
}

/* The child of that number, -1 where there is none. */
static int child_of(const struct mail *mail, int parent, int number)
{
	for (size_t i = (size_t)parent + 1; i < mail->part_count; i++)
		if (mail->parts[i].parent == parent && number-- == 0)
			return (int)i;
	return -1;
}

static bool is_pgp_signature(const struct mail_part *part)
{
	return strcmp(part->type, "application/pgp-signature") == 0;
}

static bool is_smime_signature(const struct mail_part *part)
{
	return strcmp(part->type, "application/pkcs7-signature") == 0 ||
	       strcmp(part->type, "application/x-pkcs7-signature") == 0;
}

static void find_signed(struct search *s, int index)
{
	const struct mail_part *part = &s->mail->parts[index], *text, *signature;
	int first = child_of(s->mail, index, 0), second = child_of(s->mail, index, 1);
	bool is_smime = mail_text_has(part->protocol, "pkcs7");
	struct crypt_item item = { .part = index, .micalg = part->micalg };

	if (first < 0 || part->depth > SIGNED_DEPTH_MAX)
		return;
	text = &s->mail->parts[first];
	signature = second >= 0 ? &s->mail->parts[second] : NULL;
	if (signature && (is_pgp_signature(signature) || is_smime_signature(signature)))
		is_smime = is_smime_signature(signature);
	item.kind = is_smime ? CRYPT_SMIME_SIGNED : CRYPT_PGP_SIGNED;
	item.data = with_crlf(BYTES(s->raw.p + text->offset, text->length), s->arena);
	if (signature)
		item.signature = signature->bytes;
	add_item(s, item);
}

/* A control part and the ciphertext behind it; Exchange makes multipart/mixed of the multipart around them. */
static void find_pgp_encrypted(struct search *s, int index)
{
	int parent = s->mail->parts[index].parent;

	for (size_t i = (size_t)index + 1; parent >= 0 && i < s->mail->part_count; i++) {
		if (s->mail->parts[i].parent != parent)
			continue;
		add_item(s, (struct crypt_item){ .kind = CRYPT_PGP_ENCRYPTED, .part = (int)i, .data = s->mail->parts[i].bytes });
		return;
	}
}

/* The object identifiers of CMS contents (RFC 5652 §14, RFC 5083 §2), DER without tag. */
static const struct {
	const char *oid;
	size_t n;
	enum crypt_kind kind;
} contents[] = {
	{ "\x2a\x86\x48\x86\xf7\x0d\x01\x07\x02", 9, CRYPT_SMIME_OPAQUE },
	{ "\x2a\x86\x48\x86\xf7\x0d\x01\x07\x03", 9, CRYPT_SMIME_ENCRYPTED },
	{ "\x2a\x86\x48\x86\xf7\x0d\x01\x09\x10\x01\x17", 11, CRYPT_SMIME_ENCRYPTED },
};

/* A length of BER, definite or not. */
static bool take_length(struct bytes *c, size_t *ret)
{
	uint8_t first, byte;

	if (!take_u8(c, &first))
		return false;
	*ret = first;
	if (first < 0x80)
		return true;
	*ret = 0;
	for (unsigned i = 0; i < (first & 0x7fu); i++) {
		if (i >= 8 || !take_u8(c, &byte))
			return false;
		*ret = *ret << 8 | byte;
	}
	return true;
}

/* ContentInfo: SEQUENCE { OBJECT IDENTIFIER … */
static bool cms_kind(struct bytes der, enum crypt_kind *ret)
{
	struct bytes oid;
	uint8_t tag;
	size_t n;

	if (!take_u8(&der, &tag) || tag != 0x30 || !take_length(&der, &n))
		return false;
	if (!take_u8(&der, &tag) || tag != 0x06 || !take_length(&der, &n) || !take_bytes(&der, n, &oid))
		return false;
	for (size_t i = 0; i < COUNT(contents); i++) {
		if (!bytes_equal(oid, BYTES(contents[i].oid, contents[i].n)))
			continue;
		*ret = contents[i].kind;
		return true;
	}
	return false;
}

static bool has_suffix(const char *name, const char *suffix)
{
	size_t n = strlen(name), k = strlen(suffix);

	return n > k && mail_text_is(name + n - k, suffix);
}

static bool is_smime_part(const struct mail_part *part)
{
	if (strcmp(part->type, "application/pkcs7-mime") == 0 || strcmp(part->type, "application/x-pkcs7-mime") == 0)
		return true;
	return has_suffix(part->name, ".p7m") || has_suffix(part->name, ".p7c");
}

/* CMS that was packed in base64 or PEM within its transfer encoding. */
static struct bytes unwrapped(struct bytes bytes, struct arena *arena)
{
	struct bytes inner = bytes_trim(bytes), line;
	struct buf b;

	if (inner.n == 0 || inner.p[0] == 0x30)
		return bytes;
	if (bytes_starts(inner, "-----BEGIN"))
		(void)mail_take_line(&inner, &line);
	buf_init(&b, inner.n);
	const uint8_t *end = memmem(inner.p, inner.n, "-----END", 8);
	transfer_decode(TRANSFER_BASE64, BYTES(inner.p, end ? (size_t)(end - inner.p) : inner.n), &b);
	inner = BYTES(arena_bytes(arena, b.p, b.n), b.n);
	buf_clear(&b);
	return inner.n && inner.p[0] == 0x30 ? inner : bytes;
}

static enum crypt_kind labelled_kind(const struct mail_part *part)
{
	if (strcmp(part->smime_type, "signed-data") == 0)
		return CRYPT_SMIME_OPAQUE;
	if (strcmp(part->smime_type, "certs-only") == 0 || has_suffix(part->name, ".p7c"))
		return CRYPT_SMIME_CERTIFICATES;
	return CRYPT_SMIME_ENCRYPTED;
}

static void find_smime(struct search *s, int index)
{
	const struct mail_part *part = &s->mail->parts[index];
	struct crypt_item item = { .part = index, .kind = labelled_kind(part), .data = unwrapped(part->bytes, s->arena) };
	enum crypt_kind real;

	if (cms_kind(item.data, &real) && !(real == CRYPT_SMIME_OPAQUE && item.kind == CRYPT_SMIME_CERTIFICATES))
		item.kind = real;
	add_item(s, item);
}

/* Blocks of armour (RFC 9580 §6.2, §7). */
static const struct {
	const char *begin, *end;
	enum crypt_kind kind;
} blocks[] = {
	{ "-----BEGIN PGP MESSAGE-----", "-----END PGP MESSAGE-----", CRYPT_PGP_INLINE_ENCRYPTED },
	{ "-----BEGIN PGP SIGNED MESSAGE-----", "-----END PGP SIGNATURE-----", CRYPT_PGP_INLINE_SIGNED },
	{ "-----BEGIN PGP PUBLIC KEY BLOCK-----", "-----END PGP PUBLIC KEY BLOCK-----", CRYPT_PGP_KEY },
};

static bool is_line(struct bytes line, const char *words)
{
	return bytes_is(bytes_trim(line), words);
}

static int block_of(struct bytes line)
{
	for (size_t i = 0; i < COUNT(blocks); i++)
		if (is_line(line, blocks[i].begin))
			return (int)i;
	return -1;
}

/* The block up to its end line, or to the end of the text where that is missing. */
static struct bytes take_block(struct bytes *rest, struct bytes begin, const char *end)
{
	struct bytes line;

	while (mail_take_line(rest, &line))
		if (is_line(line, end))
			break;
	return BYTES(begin.p, rest->p - begin.p);
}

/* Some mail programs write a no-break space in the empty line that ends the armour's header. */
static struct bytes without_nbsp(struct bytes block, struct arena *arena)
{
	uint8_t *copy = arena_alloc(arena, block.n + 1);
	size_t n = 0;

	for (size_t i = 0; i < block.n; i++) {
		if (block.p[i] == 0xa0)
			continue;
		if (block.p[i] == 0xc2 && i + 1 < block.n && block.p[i + 1] == 0xa0)
			continue;
		copy[n++] = block.p[i];
	}
	return BYTES(copy, n);
}

static void find_blocks(struct search *s, int index, struct bytes text)
{
	struct bytes rest = text, line, before, block;

	while (mail_take_line(&rest, &line)) {
		int which = block_of(line);
		if (which < 0)
			continue;
		before = BYTES(text.p, line.p - text.p);
		block = take_block(&rest, line, blocks[which].end);
		if (blocks[which].kind != CRYPT_PGP_INLINE_SIGNED)
			block = without_nbsp(block, s->arena);
		else
			block = BYTES(arena_bytes(s->arena, block.p, block.n), block.n);
		add_item(s, (struct crypt_item){ .kind = blocks[which].kind, .part = index, .data = block,
						 .charset = s->mail->parts[index].charset_label,
						 .is_whole_text = bytes_trim(before).n == 0 && bytes_trim(rest).n == 0 });
	}
}

/* A file in OpenPGP's binary form, by its name alone: a program will say what it is. */
static bool is_pgp_file(const struct mail_part *part)
{
	return (has_suffix(part->name, ".pgp") || has_suffix(part->name, ".gpg")) && part->bytes.n && part->bytes.p[0] >= 0x80;
}

static void find_in_leaf(struct search *s, int index)
{
	const struct mail_part *part = &s->mail->parts[index];
	size_t before = s->found->count;

	if (strcmp(part->type, "text/html") == 0 && s->mail->is_text_from_html && !part->is_attachment)
		find_blocks(s, index, BYTES_TEXT(mail_html_text(BYTES_TEXT(part->text), s->arena)));
	else
		find_blocks(s, index, part->bytes);
	if (s->found->count == before && strcmp(part->type, "application/pgp-keys") == 0)
		add_item(s, (struct crypt_item){ .kind = CRYPT_PGP_KEY, .part = index, .data = part->bytes });
	else if (s->found->count == before && is_pgp_file(part))
		add_item(s, (struct crypt_item){ .kind = CRYPT_PGP_INLINE_ENCRYPTED, .part = index, .data = part->bytes });
}

/* Parts that belong to one found already. */
static bool is_taken(const struct search *s, int index)
{
	for (size_t i = 0; i < s->found->count; i++)
		if (s->found->items[i].part == index)
			return true;
	return false;
}

static void look_at(struct search *s, int index)
{
	const struct mail_part *part = &s->mail->parts[index];

	if (is_taken(s, index))
		return;
	if (part->is_multipart && strcmp(part->type, "multipart/signed") == 0)
		find_signed(s, index);
	else if (strcmp(part->type, "application/pgp-encrypted") == 0)
		find_pgp_encrypted(s, index);
	else if (!part->is_multipart && is_smime_part(part))
		find_smime(s, index);
	else if (!part->is_multipart && !is_pgp_signature(part) && !is_smime_signature(part))
		find_in_leaf(s, index);
}

void crypt_find(struct bytes raw, const struct mail *mail, struct arena *arena, struct crypt *ret)
{
	struct search s = { .raw = raw, .mail = mail, .arena = arena, .found = ret };

	*ret = (struct crypt){ 0 };
	for (size_t i = 0; i < mail->part_count; i++)
		look_at(&s, (int)i);
}
