/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* Messages over a Unix socket, with an open file or without. */
#ifndef ENGINE_PROC_PASS_H
#define ENGINE_PROC_PASS_H

#include "base/bytes.h"

#include <sys/types.h>

/* `with` is a descriptor, which stays the caller's, or -1. Returns 0 or -errno. */
int pass_send(int fd, struct bytes bytes, int with);
/* Bytes read, 0 at the end, or -errno; `ret_with` is -1 or a descriptor of the caller's. */
ssize_t pass_receive(int fd, void *into, size_t room, int *ret_with);

#endif
