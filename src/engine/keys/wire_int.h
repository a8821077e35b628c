/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* Between a process and the key processes: frames of engine/proc/child.h, fields of engine/proc/frame.h. */
#ifndef ENGINE_KEYS_WIRE_INT_H
#define ENGINE_KEYS_WIRE_INT_H

enum keys_frame {
	KEYS_F_BEGIN = 1, /* folder */
	KEYS_F_SIGN,      /* kind u32, key, text → text, micalg */
	KEYS_F_SEAL,      /* kind, key, number u32, recipients…, text → text */
	KEYS_F_UNSEAL,    /* kind, number, senders…, text → trust u32, fingerprint, text */
	KEYS_F_VERIFY,    /* kind, number, senders…, text, signature → the same */
	KEYS_F_DESCRIBE,  /* kind, key → fingerprint, expires u64, can encrypt u32 */
	KEYS_F_DONE,
	KEYS_F_FAILED,    /* -errno as u32, line */
};

#endif
