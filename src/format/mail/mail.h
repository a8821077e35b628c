/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* Electronic mail: bytes -> struct (RFC 5322, RFC 2045 to 2049, RFC 2231), and what mail really is: no MIME, broken
 * boundaries, Japanese under every label but its own. Pure: no I/O, and no state but the charset tables, which
 * mail_library_init() opens before a process locks itself in.
 *
 *	struct mail *mail;
 *	if (mail_library_init(&err) < 0 || mail_parse(bytes, arena, &mail, &err) < 0)
 *		return error_print(&err);
 *	puts(mail->text);
 *
 * Nothing is lost: what cannot be read is taken as text, what goes beyond a limit sets `is_cut`, and every oddity is a
 * bit of `notes`; the original bytes are the caller's to keep. Every text is valid UTF-8 without NUL.
 *
 * Beside it: `kind.h` (what a mail is: bounce, automatic reply, report of abuse …), `crypt.h` (what is encrypted or
 * signed), `reply.h` (new text and quoted text), `compose.h` (writing mail). `charset_int.h` says how a charset is
 * guessed. */
#ifndef FORMAT_MAIL_MAIL_H
#define FORMAT_MAIL_MAIL_H

#include "base/arena.h"
#include "base/bytes.h"
#include "base/error.h"

/* Beyond these a mail is cut. */
#define MAIL_BYTES_MAX (64u << 20)
#define MAIL_HEADERS_MAX 1000
#define MAIL_HEADER_BYTES_MAX (1u << 20)
#define MAIL_PARTS_MAX 1000
#define MAIL_DEPTH_MAX 24
#define MAIL_TEXT_MAX (16u << 20)
#define MAIL_ADDRESSES_MAX 2000

/* Opens what decoding needs (glibc loads a charset's tables when it is first used). Once, at the start of a process and
 * before its sandbox; a second call does nothing. Parsing without it is an error of the program. -ENOENT where the C
 * library lacks a charset of Japanese mail. */
int mail_library_init(struct error *err);
/* Closes it again, for tests that look for leaks. */
void mail_library_clear(void);

/* What was odd; bits of `notes`. */
enum mail_note {
	MAIL_NOTE_CUT = 1 << 0,             /* beyond a limit */
	MAIL_NOTE_HEADER_BROKEN = 1 << 1,   /* a line of the header is no field */
	MAIL_NOTE_HEADER_RAW = 1 << 2,      /* 8-bit bytes or escapes in the header */
	MAIL_NOTE_HEADER_TWICE = 1 << 3,    /* a field that may stand once stands twice; the first counts */
	MAIL_NOTE_BOUNDARY_MISSING = 1 << 4, /* a multipart without its boundary */
	MAIL_NOTE_BOUNDARY_OPEN = 1 << 5,   /* a multipart without its end */
	MAIL_NOTE_ENCODING_UNKNOWN = 1 << 6, /* a Content-Transfer-Encoding that nobody knows */
	MAIL_NOTE_ENCODING_BROKEN = 1 << 7, /* base64 or quoted-printable with foreign signs */
	MAIL_NOTE_CHARSET_GUESSED = 1 << 8, /* none was named, or one that nobody knows */
	MAIL_NOTE_CHARSET_WRONG = 1 << 9,   /* the one named did not fit */
	MAIL_NOTE_CHARSET_LOSSY = 1 << 10,  /* some bytes could not be read */
	MAIL_NOTE_DATE_MISSING = 1 << 11,   /* no date, or none that can be read */
};
#define MAIL_NOTE_COUNT 12

/* "charset-guessed" for one bit. */
const char *mail_note_name(enum mail_note note);

struct mail_address {
	const char *name;    /* display name, decoded; "" where there is none */
	const char *address; /* user@example.org as written; may lack its domain, "" for <> */
};

struct mail_addresses {
	struct mail_address *item;
	size_t count;
};

/* A field of the header. */
struct mail_header {
	const char *name;      /* as written; "" for a line that is no field */
	const char *value;     /* unfolded, trimmed; encoded words stand as they came */
	size_t offset, length; /* in the message, with its line end */
};

struct mail_headers {
	struct mail_header *item;
	size_t count;
};

/* Message-IDs, without their brackets. */
struct mail_ids {
	const char **item;
	size_t count;
};

struct mail_part {
	const char *type;        /* "text/plain", lower case */
	const char *name;        /* file name, "" where there is none; a name, not a path to be used */
	const char *disposition; /* "attachment", "inline", lower case, or "" */
	const char *content_id;  /* without brackets, or "" */
	const char *description; /* Content-Description, decoded, or "" */
	const char *charset_label; /* as the mail says, or "" */
	const char *charset;     /* as used for `text`, or "" */
	const char *protocol, *micalg, *smime_type, *report_type; /* parameters of the type, or "" */
	const char *text;        /* text types, as UTF-8 with LF; else NULL */
	struct bytes bytes;      /* decoded; empty for multiparts */
	size_t offset, length;   /* in the message: header and body, without the line end before the next boundary */
	size_t body_offset, body_length;
	int parent;              /* index, -1 for the first */
	unsigned depth;
	unsigned notes;
	bool is_multipart;
	bool is_attachment;      /* to be listed as a file: has a name or asks for it, or is no text and no machinery */
};

struct mail {
	struct mail_headers headers; /* all, in order */
	struct mail_addresses from, sender, reply_to, to, cc;
	const char *subject, *message_id, *in_reply_to; /* "" where there is none; ids without brackets */
	struct mail_ids references, in_reply_to_all;
	bool has_date;
	int64_t date_us;
	const char *date_text; /* as written, "" where there is none */
	const char *auto_submitted, *precedence, *list_id; /* as written, "" */
	bool has_return_path;
	const char *return_path; /* "" is the null sender, where has_return_path */
	struct mail_ids delivered_to;
	struct mail_ids loops; /* values of our own loop header */
	size_t received_count;

	struct mail_part *parts; /* the first is the message itself; children follow their parent, in order */
	size_t part_count;
	const char *text; /* the best plain text: text parts, or HTML made text; LF */
	bool is_text_from_html;

	unsigned notes; /* of the message and all its parts */
	bool is_cut;
};

/* Our own header: mail that carries it went out from a hinomi centre; its value says which (RFC 3834 §2, loops). */
#define MAIL_LOOP_HEADER "X-Hinomi-Loop"

/* Parses a message. Everything in it lives in the arena; `raw` need not outlive the call, offsets refer to it. Always
 * gives a mail, however little of one it is: the result is 0. */
int mail_parse(struct bytes raw, struct arena *arena, struct mail **ret, struct error *err);

/* The value of the first field of that name (letter case does not count), or NULL. */
const char *mail_header_value(const struct mail *mail, const char *name);

/* Text from HTML: no tag remains, nothing is loaded, links stand behind their words in < >, blocks are lines. */
const char *mail_html_text(struct bytes html, struct arena *arena);

#endif
