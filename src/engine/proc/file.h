/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* Small files as a whole: read at once, replaced by rename, so that a reader or a crash sees the old one or the new. */
#ifndef ENGINE_PROC_FILE_H
#define ENGINE_PROC_FILE_H

#include "base/buf.h"
#include "base/error.h"

#include <sys/types.h>

/* Reads `name` in `folder` (a descriptor, or AT_FDCWD) into `ret`, which is begun here with `max` and must be cleared in
 * any case. -E2BIG when it is larger. */
int file_read(int folder, const char *name, size_t max, struct buf *ret, struct error *err);

/* Writes a neighbour, syncs it, gives it the name, syncs the folder. */
int file_replace(int folder, const char *name, struct bytes bytes, mode_t mode, struct error *err);

/* Makes the folder where there is none and opens it. */
int folder_open(const char *path, mode_t mode, int *ret, struct error *err);

#endif
