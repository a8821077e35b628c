/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* Frames between drawer.c and serve.c. */
#ifndef ENGINE_DRAW_WIRE_INT_H
#define ENGINE_DRAW_WIRE_INT_H

enum draw_frame {
	DRAW_LAYOUT = 1, /* scale in thousandths (u32), the layout */
	DRAW_PICTURE,    /* PNG */
	DRAW_FAILED,     /* a line */
};

#endif
