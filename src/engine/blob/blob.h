/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* Bytes as they came, each kept once under its SHA-256 and never changed (design decision 7.6): mails, uploads, letters.
 *
 *	struct blobs *b;
 *	blobs_open("/var/lib/hinomi/blobs", &b, &err);
 *	blob_put(b, mail, name, &err);        (on disk when it returns: then the row that names it may be committed)
 *	blob_get(b, name, BLOB_MAX, &buf, &err);
 *
 * Below the folder the first two digits are a folder, the rest the file's name. A file that no row names is left over from
 * a crash between the two. */
#ifndef ENGINE_BLOB_BLOB_H
#define ENGINE_BLOB_BLOB_H

#include "base/buf.h"
#include "base/error.h"

#define BLOB_NAME_MAX 65 /* SHA-256 in small hexadecimal digits, with its end */
#define BLOB_MAX (256u << 20)

struct blobs;

/* Opens the folder, which is made where it is missing. Free with blobs_close, which accepts NULL. */
int blobs_open(const char *folder, struct blobs **ret, struct error *err);
struct blobs *blobs_close(struct blobs *b);

/* The name of bytes. */
void blob_name(struct bytes bytes, char into[BLOB_NAME_MAX]);

/* Keeps the bytes, synced with their name, and says the name. What is there already is not written again. */
int blob_put(struct blobs *b, struct bytes bytes, char ret_name[BLOB_NAME_MAX], struct error *err);

/* The same of an open file, from where it stands to its end, in pieces: memory does not grow with it. Says how many bytes. -E2BIG:
 * more than `max`. */
int blob_put_file(struct blobs *b, int fd, uint64_t max, char ret_name[BLOB_NAME_MAX], uint64_t *ret_bytes, struct error *err);

/* Reads into `ret`, which is begun here and must be cleared in any case. -ENOENT; -E2BIG: more than `max`; -EBADMSG: not
 * the bytes of that name any more. */
int blob_get(struct blobs *b, const char *name, size_t max, struct buf *ret, struct error *err);

#endif
