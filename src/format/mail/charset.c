/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* Charsets of mail -> UTF-8. */
#include "format/mail/charset_int.h"

#include "base/cleanup.h"
#include "base/text.h"

#include <assert.h>
#include <errno.h>
#include <iconv.h>
#include <strings.h>

#define ESC 0x1b
#define REPLACEMENT "\xef\xbf\xbd"

enum family {
	FAMILY_ASCII,
	FAMILY_UTF8,
	FAMILY_JIS,   /* our own decoder of ISO-2022-JP */
	FAMILY_WIDE,  /* UTF-16 and UTF-32: NULs belong to it */
	FAMILY_SHIFT, /* seven bits with shifts: ASCII bytes are not ASCII */
	FAMILY_MULTI, /* multi-byte: bytes can be wrong */
	FAMILY_BYTE,  /* one byte a character: nothing is wrong, so a label proves nothing */
};

struct charset {
	const char *name;    /* as we say it */
	const char *iconv;   /* as iconv is asked, NULL where our own code reads it */
	const char *aliases; /* blank on both sides of each, lower case */
	enum family family;
	unsigned unit; /* bytes left out at a wrong one */
	bool is_needed;
};

/* Rows that the code asks for; they stand first. */
enum { ASCII, UTF8, JIS, SJIS, EUC, UTF16BE, UTF16LE, LATIN };

static const struct charset charsets[] = {
	[ASCII] = { "us-ascii", NULL, " us-ascii ascii ansi_x3.4-1968 iso646-us cp367 646 7bit ", FAMILY_ASCII, 1, false },
	[UTF8] = { "utf-8", NULL, " utf-8 utf8 unicode-1-1-utf-8 cp65001 x-utf-8 ", FAMILY_UTF8, 1, false },
	[JIS] = { "iso-2022-jp", NULL,
	  " iso-2022-jp iso2022jp iso-2022-jp-1 iso-2022-jp-ms csiso2022jp cp50220 cp50221 cp50222 x-iso-2022-jp jis ",
	  FAMILY_JIS, 1, false },
	[SJIS] = { "cp932", "CP932",
	  " shift_jis shift-jis shiftjis sjis x-sjis ms_kanji cp932 ms932 windows-31j csshiftjis cswindows31j x-ms-cp932 ",
	  FAMILY_MULTI, 1, true },
	[EUC] = { "euc-jp", "EUC-JP-MS", " euc-jp eucjp x-euc-jp x-euc ujis eucjp-ms eucjp-win euc-jp-ms cp51932 cseucpkdfmtjapanese ",
	  FAMILY_MULTI, 1, true },
	[UTF16BE] = { "utf-16be", "UTF-16BE", " utf-16be utf-16 utf16 csutf16 unicode iso-10646-ucs-2 ", FAMILY_WIDE, 2, false },
	[UTF16LE] = { "utf-16le", "UTF-16LE", " utf-16le ", FAMILY_WIDE, 2, false },
	[LATIN] = { "windows-1252", "CP1252",
	  " iso-8859-1 iso8859-1 iso_8859-1 latin1 l1 windows-1252 cp1252 cp-1252 x-ansi ansi x-cp1252 csisolatin1 iso-8859-1:1987 "
	  "default ",
	  FAMILY_BYTE, 1, true },
	{ "utf-32be", "UTF-32BE", " utf-32be utf-32 utf32 ", FAMILY_WIDE, 4, false },
	{ "utf-32le", "UTF-32LE", " utf-32le ", FAMILY_WIDE, 4, false },
	{ "utf-7", "UTF-7", " utf-7 utf7 unicode-1-1-utf-7 ", FAMILY_SHIFT, 1, false },
	{ "iso-2022-kr", "ISO-2022-KR", " iso-2022-kr csiso2022kr ", FAMILY_SHIFT, 1, false },
	{ "iso-8859-2", "ISO-8859-2", " iso-8859-2 iso8859-2 latin2 ", FAMILY_BYTE, 1, false },
	{ "iso-8859-3", "ISO-8859-3", " iso-8859-3 iso8859-3 latin3 ", FAMILY_BYTE, 1, false },
	{ "iso-8859-4", "ISO-8859-4", " iso-8859-4 iso8859-4 latin4 ", FAMILY_BYTE, 1, false },
	{ "iso-8859-5", "ISO-8859-5", " iso-8859-5 iso8859-5 cyrillic ", FAMILY_BYTE, 1, false },
	{ "iso-8859-6", "ISO-8859-6", " iso-8859-6 iso8859-6 iso-8859-6-i arabic ", FAMILY_BYTE, 1, false },
	{ "iso-8859-7", "ISO-8859-7", " iso-8859-7 iso8859-7 greek ", FAMILY_BYTE, 1, false },
	{ "iso-8859-8", "ISO-8859-8", " iso-8859-8 iso8859-8 iso-8859-8-i hebrew ", FAMILY_BYTE, 1, false },
	{ "windows-1254", "CP1254", " iso-8859-9 iso8859-9 latin5 windows-1254 cp1254 ", FAMILY_BYTE, 1, false },
	{ "iso-8859-10", "ISO-8859-10", " iso-8859-10 iso8859-10 latin6 ", FAMILY_BYTE, 1, false },
	{ "windows-874", "CP874", " iso-8859-11 tis-620 windows-874 cp874 ", FAMILY_BYTE, 1, false },
	{ "iso-8859-13", "ISO-8859-13", " iso-8859-13 iso8859-13 ", FAMILY_BYTE, 1, false },
	{ "iso-8859-14", "ISO-8859-14", " iso-8859-14 iso8859-14 ", FAMILY_BYTE, 1, false },
	{ "iso-8859-15", "ISO-8859-15", " iso-8859-15 iso8859-15 latin9 latin-9 ", FAMILY_BYTE, 1, false },
	{ "iso-8859-16", "ISO-8859-16", " iso-8859-16 iso8859-16 ", FAMILY_BYTE, 1, false },
	{ "windows-1250", "CP1250", " windows-1250 cp1250 x-cp1250 ", FAMILY_BYTE, 1, false },
	{ "windows-1251", "CP1251", " windows-1251 cp1251 x-cp1251 ", FAMILY_BYTE, 1, false },
	{ "windows-1253", "CP1253", " windows-1253 cp1253 ", FAMILY_BYTE, 1, false },
	{ "windows-1255", "CP1255", " windows-1255 cp1255 ", FAMILY_BYTE, 1, false },
	{ "windows-1256", "CP1256", " windows-1256 cp1256 ", FAMILY_BYTE, 1, false },
	{ "windows-1257", "CP1257", " windows-1257 cp1257 ", FAMILY_BYTE, 1, false },
	{ "windows-1258", "CP1258", " windows-1258 cp1258 ", FAMILY_BYTE, 1, false },
	{ "koi8-r", "KOI8-R", " koi8-r koi8 koi cskoi8r ", FAMILY_BYTE, 1, false },
	{ "koi8-u", "KOI8-U", " koi8-u koi8-ru ", FAMILY_BYTE, 1, false },
	{ "macintosh", "MACINTOSH", " macintosh mac x-mac-roman ", FAMILY_BYTE, 1, false },
	{ "cp437", "CP437", " cp437 ibm437 ", FAMILY_BYTE, 1, false },
	{ "cp850", "CP850", " cp850 ibm850 ", FAMILY_BYTE, 1, false },
	{ "cp866", "CP866", " cp866 ibm866 ", FAMILY_BYTE, 1, false },
	{ "gb18030", "GB18030", " gb18030 gb2312 gb_2312-80 gbk cp936 ms936 x-gbk euc-cn csgb2312 chinese ", FAMILY_MULTI, 1, false },
	{ "big5", "BIG5-HKSCS", " big5 big5-hkscs cp950 cn-big5 csbig5 x-x-big5 ", FAMILY_MULTI, 1, false },
	{ "euc-kr", "UHC", " euc-kr euckr ks_c_5601-1987 ks_c_5601-1989 ksc5601 ksc_5601 korean uhc cp949 windows-949 cseuckr ",
	  FAMILY_MULTI, 1, false },
};

/* The one state of this room: descriptors that stay open. A process has one thread that parses. */
static iconv_t descriptors[COUNT(charsets)];
static bool is_open;

/* A conversion loads what it needs at its first run, so there is one. */
static bool run_once(iconv_t descriptor)
{
	char in[] = "A", out[16], *from = in, *to = out;
	size_t left = 1, room = sizeof out;

	(void)iconv(descriptor, &from, &left, &to, &room);
	(void)iconv(descriptor, NULL, NULL, NULL, NULL);
	return true;
}

int charset_open_all(struct error *err)
{
	if (is_open)
		return 0;
	for (size_t i = 0; i < COUNT(charsets); i++) {
		descriptors[i] = charsets[i].iconv ? iconv_open("UTF-8", charsets[i].iconv) : (iconv_t)-1;
		if (descriptors[i] != (iconv_t)-1)
			run_once(descriptors[i]);
		else if (charsets[i].is_needed)
			return error_set(err, -ENOENT, "the C library does not know the charset '%s'", charsets[i].name);
	}
	is_open = true;
	return 0;
}

void charset_close_all(void)
{
	for (size_t i = 0; is_open && i < COUNT(charsets); i++)
		if (descriptors[i] != (iconv_t)-1)
			iconv_close(descriptors[i]);
	is_open = false;
}

static bool is_readable(const struct charset *c)
{
	return !c->iconv || descriptors[c - charsets] != (iconv_t)-1;
}

const struct charset *charset_find(struct bytes label)
{
	char key[48];
	size_t n = 0;

	key[n++] = ' ';
	for (size_t i = 0; i < label.n; i++) {
		uint8_t c = label.p[i];
		if (c <= ' ' || c == '"' || c == '\'')
			continue;
		if (c >= 0x7f || n + 2 >= sizeof key)
			return NULL;
		key[n++] = (char)(c >= 'A' && c <= 'Z' ? c + 32 : c);
	}
	if (n == 1)
		return NULL;
	key[n++] = ' ';
	key[n] = '\0';
	for (size_t i = 0; i < COUNT(charsets); i++)
		if (strstr(charsets[i].aliases, key))
			return is_readable(&charsets[i]) ? &charsets[i] : NULL;
	return NULL;
}

bool charset_add_clean(struct buf *out, struct bytes raw)
{
	bool is_clean = true;

	while (raw.n) {
		size_t n = text_utf8_length(raw);
		if (n && raw.p[0]) {
			buf_add(out, raw.p, n);
		} else {
			n = 1;
			is_clean = false;
			buf_add_text(out, REPLACEMENT);
		}
		(void)take_skip(&raw, n);
	}
	return is_clean;
}

/* Converts all of it; what cannot be becomes U+FFFD and is counted. */
static size_t run_iconv(size_t which, struct bytes raw, struct buf *out)
{
	iconv_t descriptor = descriptors[which];
	char chunk[4096], *from = (char *)(uintptr_t)raw.p;
	size_t left = raw.n, bad = 0, skip;

	(void)iconv(descriptor, NULL, NULL, NULL, NULL);
	while (left && !out->is_full) {
		char *to = chunk;
		size_t room = sizeof chunk;
		size_t r = iconv(descriptor, &from, &left, &to, &room);
		buf_add(out, chunk, (size_t)(to - chunk));
		if (r != (size_t)-1 || errno == E2BIG)
			continue;
		skip = MIN((size_t)charsets[which].unit, left);
		buf_add_text(out, REPLACEMENT);
		bad++;
		from += skip;
		left -= skip;
	}
	return bad;
}

/* What ISO-2022-JP is decoded with. Characters of JIS X 0208 wait in `sjis`, as CP932 has them: its rows beyond the
 * standard are those that CP50220 adds. */
struct jis {
	enum { JIS_ASCII, JIS_KANA, JIS_DOUBLE, JIS_SUPPLEMENT } state;
	struct buf sjis, *out;
	size_t bad;
	bool has_escape;
};

static void jis_flush(struct jis *j)
{
	j->bad += run_iconv(SJIS, buf_bytes(&j->sjis), j->out);
	buf_reset(&j->sjis);
}

static void jis_add_double(struct jis *j, uint8_t a, uint8_t b)
{
	unsigned lead = (a - 0x21u) / 2 + 0x81;
	unsigned trail = a % 2 ? b + 0x1fu + (b >= 0x60) : b + 0x7eu;

	buf_add_char(&j->sjis, (char)(lead > 0x9f ? lead + 0x40 : lead));
	buf_add_char(&j->sjis, (char)trail);
}

static void jis_add_supplement(struct jis *j, uint8_t a, uint8_t b)
{
	const uint8_t euc[3] = { 0x8f, a | 0x80, b | 0x80 };

	jis_flush(j);
	j->bad += run_iconv(EUC, BYTES(euc, 3), j->out);
}

static const struct {
	const char *bytes; /* behind ESC */
	int state;
} jis_escapes[] = {
	{ "(B", JIS_ASCII },   { "(J", JIS_ASCII },      { "(H", JIS_ASCII },  { "(I", JIS_KANA },
	{ "$@", JIS_DOUBLE },  { "$B", JIS_DOUBLE },     { "$(@", JIS_DOUBLE }, { "$(B", JIS_DOUBLE },
	{ "$(D", JIS_SUPPLEMENT }, { "&@", JIS_DOUBLE },
};

static bool jis_take_escape(struct jis *j, struct bytes *c)
{
	for (size_t i = 0; i < COUNT(jis_escapes); i++) {
		struct bytes rest = BYTES(c->p + 1, c->n - 1);
		if (!bytes_starts(rest, jis_escapes[i].bytes))
			continue;
		j->state = jis_escapes[i].state;
		j->has_escape = true;
		return take_skip(c, 1 + strlen(jis_escapes[i].bytes));
	}
	return false;
}

static struct charset_result guess(struct bytes raw, const struct charset *hint, struct buf *out);

/* Raw 8-bit bytes between escapes: half-width kana where they can be nothing else. */
static void jis_add_raw(struct jis *j, struct bytes run)
{
	bool is_kana = true;

	for (size_t i = 0; i < run.n; i++)
		is_kana = is_kana && (run.p[i] < 0x80 || (run.p[i] >= 0xa1 && run.p[i] <= 0xdf));
	if (is_kana && !text_is_utf8(run)) {
		buf_add_bytes(&j->sjis, run);
		return;
	}
	jis_flush(j);
	j->bad += guess(run, NULL, j->out).is_lossy;
}

static size_t ascii_run(struct bytes c, bool *has_high)
{
	size_t n = 0;

	*has_high = false;
	while (n < c.n && c.p[n] != ESC && c.p[n] != '\n' && c.p[n] != 0x0e && c.p[n] != 0x0f) {
		*has_high = *has_high || c.p[n] >= 0x80;
		n++;
	}
	return n;
}

static void jis_take_ascii(struct jis *j, struct bytes *c)
{
	struct bytes run;
	bool has_high;

	(void)take_bytes(c, ascii_run(*c, &has_high), &run);
	if (has_high)
		jis_add_raw(j, run);
	else
		buf_add_bytes(&j->sjis, run);
}

static void jis_take_character(struct jis *j, struct bytes *c)
{
	uint8_t a = c->p[0] & 0x7f, b = c->n > 1 ? c->p[1] & 0x7f : 0;

	if (j->state == JIS_KANA && a >= 0x21 && a <= 0x5f) {
		buf_add_char(&j->sjis, (char)(a | 0x80));
		(void)take_skip(c, 1);
	} else if (j->state != JIS_KANA && a >= 0x21 && a <= 0x7e && b >= 0x21 && b <= 0x7e) {
		if (j->state == JIS_DOUBLE)
			jis_add_double(j, a, b);
		else
			jis_add_supplement(j, a, b);
		(void)take_skip(c, 2);
	} else {
		if (a >= 0x20) {
			jis_flush(j);
			j->bad++;
			buf_add_text(j->out, REPLACEMENT);
		} else {
			buf_add_char(&j->sjis, (char)a);
		}
		(void)take_skip(c, 1);
	}
}

static void jis_take(struct jis *j, struct bytes *c)
{
	uint8_t first = c->p[0];

	if (first == ESC && jis_take_escape(j, c))
		return;
	if (first == '\n' || first == 0x0f || first == ESC) {
		/* Each line begins in ASCII (RFC 1468), whatever the one before forgot. */
		j->state = first == ESC ? j->state : JIS_ASCII;
		if (first == '\n')
			buf_add_char(&j->sjis, '\n');
		j->bad += first == ESC;
		(void)take_skip(c, 1);
	} else if (first == 0x0e) {
		j->state = JIS_KANA;
		(void)take_skip(c, 1);
	} else if (j->state == JIS_ASCII) {
		jis_take_ascii(j, c);
	} else {
		jis_take_character(j, c);
	}
}

/* The number of bytes that could not be read. */
static size_t run_jis(struct bytes raw, struct buf *out)
{
	struct jis j = { .out = out };

	buf_init(&j.sjis, raw.n + 2);
	while (raw.n)
		jis_take(&j, &raw);
	jis_flush(&j);
	buf_clear(&j.sjis);
	return j.bad;
}

static bool is_plain_ascii(struct bytes raw)
{
	for (size_t i = 0; i < raw.n; i++)
		if (raw.p[i] >= 0x80 || raw.p[i] == ESC || raw.p[i] == 0x0e || raw.p[i] == 0)
			return false;
	return true;
}

static bool has_high_byte(struct bytes raw)
{
	for (size_t i = 0; i < raw.n; i++)
		if (raw.p[i] >= 0x80)
			return true;
	return false;
}

/* A text that was cut, or joined from two, is still UTF-8: at most one wrong place in four characters. */
static bool is_mostly_utf8(struct bytes raw)
{
	size_t good = 0, bad = 0, before = 1;

	while (raw.n) {
		size_t n = text_utf8_length(raw);
		good += n > 1;
		bad += n == 0 && before != 0;
		before = n;
		(void)take_skip(&raw, n ? n : 1);
	}
	return good > 0 && good >= 4 * bad;
}

static bool has_jis_escape(struct bytes raw)
{
	for (size_t i = 0; i + 2 < raw.n; i++)
		if (raw.p[i] == ESC && (raw.p[i + 1] == '$' || raw.p[i + 1] == '('))
			return true;
	return false;
}

static size_t run_charset(const struct charset *c, struct bytes raw, struct buf *out)
{
	switch (c->family) {
	case FAMILY_ASCII:
	case FAMILY_UTF8:
		return charset_add_clean(out, raw) ? 0 : 1;
	case FAMILY_JIS:
		return run_jis(raw, out);
	default:
		return run_iconv((size_t)(c - charsets), raw, out);
	}
}

/* Adds the text only where all of it can be read. */
static bool run_whole(const struct charset *c, struct bytes raw, struct buf *out)
{
	size_t before = out->n;

	if (run_charset(c, raw, out) == 0)
		return true;
	if (!out->is_full) {
		out->n = before;
		if (out->room)
			out->p[before] = '\0';
	}
	return false;
}

static struct charset_result result_of(size_t which, bool is_lossy)
{
	return (struct charset_result){ .used = charsets[which].name, .is_guessed = true, .is_lossy = is_lossy };
}

static bool has_mark(struct bytes raw, uint8_t a, uint8_t b)
{
	return raw.n >= 2 && raw.p[0] == a && raw.p[1] == b;
}

static struct charset_result guess_high(struct bytes raw, const struct charset *hint, struct buf *out)
{
	enum charset_japanese japanese;
	size_t which;

	/* Latin is what programs write when they do not know: it proves nothing. */
	if (hint && hint->family >= FAMILY_MULTI && hint != &charsets[LATIN] && run_whole(hint, raw, out))
		return result_of((size_t)(hint - charsets), false);
	japanese = charset_guess_japanese(raw);
	which = japanese == CHARSET_EUC ? EUC : SJIS;
	if (japanese != CHARSET_NOT_JAPANESE && run_whole(&charsets[which], raw, out))
		return result_of(which, false);
	return result_of(LATIN, run_iconv(LATIN, raw, out) > 0);
}

static struct charset_result guess(struct bytes raw, const struct charset *hint, struct buf *out)
{
	if (is_plain_ascii(raw)) {
		buf_add_bytes(out, raw);
		return result_of(ASCII, false);
	}
	if (has_mark(raw, 0xff, 0xfe))
		return result_of(UTF16LE, run_iconv(UTF16LE, BYTES(raw.p + 2, raw.n - 2), out) > 0);
	if (has_mark(raw, 0xfe, 0xff))
		return result_of(UTF16BE, run_iconv(UTF16BE, BYTES(raw.p + 2, raw.n - 2), out) > 0);
	if (is_mostly_utf8(raw))
		return result_of(UTF8, !charset_add_clean(out, raw));
	if (has_jis_escape(raw))
		return result_of(JIS, run_jis(raw, out) > 0);
	if (!has_high_byte(raw))
		return result_of(ASCII, !charset_add_clean(out, raw));
	return guess_high(raw, hint, out);
}

/* UTF-16 without a mark is big-endian (RFC 2781 §4.3). */
static struct charset_result decode_wide(struct bytes raw, const struct charset *label, struct buf *out)
{
	size_t which = (size_t)(label - charsets);

	if (has_mark(raw, 0xff, 0xfe) && label->unit == 2)
		which = UTF16LE;
	if (has_mark(raw, 0xff, 0xfe) || has_mark(raw, 0xfe, 0xff))
		(void)take_skip(&raw, 2);
	return (struct charset_result){ .used = charsets[which].name, .is_lossy = run_iconv(which, raw, out) > 0 };
}

/* True when the bytes say something else than their label, whether or not they can be read by it. */
static bool is_label_refuted(struct bytes raw, const struct charset *label)
{
	if (!has_high_byte(raw))
		return label->family == FAMILY_ASCII ||
		       (label->family != FAMILY_JIS && label->family != FAMILY_SHIFT && has_jis_escape(raw));
	if (label->family == FAMILY_JIS)
		return !has_jis_escape(raw);
	return label->family == FAMILY_ASCII || (label->family == FAMILY_BYTE && text_is_utf8(raw));
}

struct charset_result charset_decode(struct bytes raw, const struct charset *label, const struct charset *hint,
				     struct buf *out)
{
	struct charset_result result;

	assert(is_open);
	if (label && label->family == FAMILY_WIDE)
		return decode_wide(raw, label, out);
	if (is_plain_ascii(raw) && (!label || label->family != FAMILY_SHIFT)) {
		buf_add_bytes(out, raw);
		return (struct charset_result){ .used = label ? label->name : "us-ascii" };
	}
	if (!label)
		return guess(raw, hint, out);
	if (!is_label_refuted(raw, label) && run_whole(label, raw, out))
		return (struct charset_result){ .used = label->name };
	if (label->family == FAMILY_JIS && has_jis_escape(raw))
		return (struct charset_result){ .used = label->name, .is_lossy = run_jis(raw, out) > 0 };
	if (label->family == FAMILY_MULTI && !text_is_utf8(raw) && charset_guess_japanese(raw) == CHARSET_NOT_JAPANESE)
		return (struct charset_result){ .used = label->name, .is_lossy = run_charset(label, raw, out) > 0 };
	result = guess(raw, hint != label ? hint : NULL, out);
	result.is_label_wrong = strcmp(result.used, label->name) != 0;
	result.is_guessed = result.is_label_wrong;
	return result;
}
