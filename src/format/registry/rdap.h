/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* RDAP answers (RFC 9083, JSON; contacts as jCard, RFC 7095): ip network, domain, autnum, entity. */
#ifndef FORMAT_REGISTRY_RDAP_H
#define FORMAT_REGISTRY_RDAP_H

#include "format/registry/answer.h"

/* -ENOENT: the registry knows nothing of it; -EAGAIN: it refuses for now (errorCode 429, 503); -EBADMSG: no RDAP. */
int rdap_parse(struct bytes json, struct arena *arena, struct registry_answer *ret, struct error *err);

#endif
