/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* Where the package's own programs are: in the folder that HINOMI_LIBEXEC names, else beside this program where it runs
 * from a build tree (a file `.hinomi-build-tree` says so), else in /usr/libexec/hinomi. Never in PATH. */
#ifndef ENGINE_PROC_HELPER_H
#define ENGINE_PROC_HELPER_H

#include "base/error.h"

#define HELPER_PATH_MAX 4096

/* Writes the folder; -ENAMETOOLONG. */
int helper_folder(char into[HELPER_PATH_MAX], struct error *err);

/* Writes the path of `hinomi-<name>` (or `hinomi` for ""). -ENOENT with a hint: it is not there. */
int helper_path(const char *name, char into[HELPER_PATH_MAX], struct error *err);

#endif
