/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* An import while another process is the store's writer: the command hands finished segments over, as open files, through
 * the Unix socket `handover` in the store's folder, and the writer makes them part of the store or says why not.
 *
 * Messages (SOCK_SEQPACKET): 'S' with one descriptor, for each segment; then 'C', u64 u64 hash of the input, its name. The
 * answer: u32 errno, 0 for done, and a line. Who may connect is said by the socket's rights: its owner and root. */
#ifndef OBSERVE_STORE_HANDOVER_H
#define OBSERVE_STORE_HANDOVER_H

#include "observe/store/manifest.h"

struct writer;

/* The writer's end. Makes the socket anew. */
int handover_listen(int folder, int *ret_fd, struct error *err);
void handover_remove(int folder);
/* Takes what one connection hands over, into `made`. -ECANCELED: nothing came, somebody
 * only looked whether we listen; -EBADMSG: a segment is damaged, or the other end went away. */
int handover_take(int connection, struct writer *made, struct manifest_import *ret, struct error *err);
/* Tells the result of it, 0 or -errno. */
void handover_answer(int connection, int result, const struct error *err);

/* The command's end: whether somebody listens. */
bool handover_is_there(int folder);
/* As writer_commit. -EEXIST: it was imported before; -ECONNRESET: the writer ended, and whether it had stored the input is
 * not known: the same input again tells. */
int handover_give(int folder, const int *segments, size_t count, const struct manifest_import *import, struct error *err);

#endif
