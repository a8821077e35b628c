/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* Lines of `journalctl -k -o json`: the packet filter's message in MESSAGE, the time in __REALTIME_TIMESTAMP, the
 * sensor in _HOSTNAME (systemd.journal-fields(7)). */
#ifndef OBSERVE_PACKET_JOURNAL_H
#define OBSERVE_PACKET_JOURNAL_H

#include "observe/packet/reader_int.h"

/* A parser of the type line_parser; `context` is not used. Entries that neither the kernel nor ulogd wrote are
 * LINE_OTHER. */
enum line_kind journal_parse(void *context, struct bytes line, struct line_packet *ret);

#endif
