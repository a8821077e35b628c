/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* A stable sort of 64-bit words by some of their bits (least significant digit first, 11 bits a pass). */
#ifndef OBSERVE_STORE_SORT_H
#define OBSERVE_STORE_SORT_H

#include <stddef.h>
#include <stdint.h>

/* Sorts `values` by the bits [first_bit, first_bit + bits); `scratch` holds as many. The result is in `values`. */
void sort_words(uint64_t *values, uint64_t *scratch, size_t count, unsigned first_bit, unsigned bits);

#endif
