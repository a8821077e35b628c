/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* How centres tell each other of incidents: bulk lists (list.h), X-ARF version 4 (xarf.h), IODEF version 2 (iodef.h), and
 * the words they share (names.h: RSIT, TLP). All are pure: bytes in, structs out, and back. What was read lives in the
 * caller's arena. */
#ifndef FORMAT_EXCHANGE_EXCHANGE_H
#define FORMAT_EXCHANGE_EXCHANGE_H

#define EXCHANGE_DOCUMENT_MAX (16u << 20) /* bytes of an X-ARF or IODEF document */

#endif
