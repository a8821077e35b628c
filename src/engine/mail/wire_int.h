/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* Between a process and hinomi-mailer: frames of engine/proc/child.h, fields of engine/proc/frame.h. */
#ifndef ENGINE_MAIL_WIRE_INT_H
#define ENGINE_MAIL_WIRE_INT_H

#include "engine/proc/frame.h"

enum mailer_frame {
	MAILER_BEGIN = 1, /* server, name, user, password, authority: texts, "" for none; needs_tls u32; it is answered too */
	MAILER_SEND,      /* from, number u32, to…, mail */
	MAILER_ANSWER,    /* fate u32, why */
};

#endif
