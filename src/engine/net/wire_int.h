/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* Between a process and hinomi-fetch: frames of engine/proc/child.h, fields of engine/proc/frame.h. */
#ifndef ENGINE_NET_WIRE_INT_H
#define ENGINE_NET_WIRE_INT_H

#include "engine/net/fetch.h"
#include "engine/proc/frame.h"

#define FETCH_KEEP_MAX (8u << 20)

enum fetch_frame {
	FETCH_BEGIN = 1, /* allow, proxy, dns, agent: texts; seconds, redirects, keep_bytes, read_bytes: u32 */
	FETCH_READY,     /* why not: text, "" */
	FETCH_QUESTION,  /* kind u32, is_proxied u32, target */
	FETCH_ANSWER,    /* fetch_put_answer */
};

static inline void fetch_put_answer(struct buf *b, const struct fetch_answer *a)
{
	buf_add_u32le(b, a->outcome);
	buf_add_u32le(b, a->status);
	buf_add_u32le(b, a->redirects);
	buf_add_u32le(b, a->took_ms);
	buf_add_u32le(b, a->is_cut);
	buf_add_u64le(b, a->content_bytes);
	frame_put_text(b, a->url);
	frame_put_text(b, a->address);
	frame_put_text(b, a->certificate);
	frame_put_text(b, a->certificate_names);
	frame_put_text(b, a->certificate_state);
	frame_put_text(b, a->content);
	frame_put_text(b, a->words);
	frame_put(b, a->head);
}

#endif
