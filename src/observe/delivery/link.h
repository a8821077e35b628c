/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* Between the capture and the delivery of one sensor: a pair of SOCK_SEQPACKET sockets, a batch a message one way, the
 * numbers that are on disk the other way. The capture keeps a batch until its number came back; a delivery that starts
 * anew says 0, and the capture sends again what it keeps. */
#ifndef OBSERVE_DELIVERY_LINK_H
#define OBSERVE_DELIVERY_LINK_H

#include "observe/delivery/spool.h"

#define LINK_HELLO 0
#define LINK_MESSAGE_MAX (WIRE_CONTENT_MAX + 32)

/* The two ends; both do not block. */
int link_open(int *ret_capture, int *ret_delivery, struct error *err);

/* 1 sent, 0 the other end is busy, -EPIPE it is gone. Uses write(2) and read(2) alone. */
int link_send_batch(int fd, const struct spool_item *item, struct bytes content);
int link_send_number(int fd, uint64_t number);

/* 1 received, 0 nothing there, -EPIPE the other end is gone, -EBADMSG it talks nonsense. `ret_content` points into
 * `room`, which has LINK_MESSAGE_MAX bytes. */
int link_receive_batch(int fd, uint8_t *room, struct spool_item *ret, struct bytes *ret_content);
int link_receive_number(int fd, uint64_t *ret);

#endif
