/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* A function in several copies, of which the loader takes the one for the machine's instructions. */
#ifndef BASE_CLONES_H
#define BASE_CLONES_H

/* Sanitizers do not know resolvers. */
#if defined __x86_64__ && defined __GNUC__ && !defined __clang__ && !defined __SANITIZE_ADDRESS__
#define CLONES __attribute__((target_clones("avx2", "popcnt", "default")))
#else
#define CLONES
#endif

#endif
