/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* Frames: the first two bytes are the link type, big-endian. */
#include "observe/packet/decode.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct bytes frame = BYTES(data, size);
	struct event e;
	uint16_t link;

	if (!take_u16be(&frame, &link))
		return 0;
	packet_decode(link, frame, (uint32_t)frame.n, &e);
	packet_decode(link, frame, UINT32_MAX, &e);
	return 0;
}
