/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* Writing all of it: write(2) may take a part, or be interrupted. */
#ifndef BASE_WRITE_H
#define BASE_WRITE_H

#include "base/bytes.h"

/* 0 when all was written, or -errno. Nothing is synced. */
int write_whole(int fd, struct bytes bytes);

/* The same for a descriptor that does not block, until an instant of clock_steady(): -ETIMEDOUT after that. */
int write_whole_until(int fd, struct bytes bytes, int64_t until_us);

/* Waits until there is something to read, or the end. 0, or -ETIMEDOUT. */
int wait_readable_until(int fd, int64_t until_us);

#endif
