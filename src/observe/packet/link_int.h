/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* The layers below IP: where in a frame the IP header begins. */
#ifndef OBSERVE_PACKET_LINK_INT_H
#define OBSERVE_PACKET_LINK_INT_H

#include "observe/packet/decode.h"

#define ETHERTYPE_IP4 0x0800
#define ETHERTYPE_IP6 0x86dd

/* Leaves in `frame` the bytes from the IP header on, and says in `ret_family` (4 or 6) which the link layer names,
 * 0 when it names none. SKIP_TRUNCATED when the bytes end before. */
enum packet_skip link_find_ip(uint32_t link_type, struct bytes *frame, uint8_t *ret_family);

#endif
