/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* WHOIS answers, which are text for people: of JPNIC (whois.nic.ad.jp; addresses and AS numbers) and JPRS
 * (whois.jprs.jp; .jp names) in Japanese or, asked with `/e`, in English; and `key: value` of the other registries. What
 * is known of them stands in whois_keys.tbl.h.
 *
 * JPNIC and JPRS answer in ISO-2022-JP; the text comes here as UTF-8. Where several networks are named the narrowest
 * counts. JPNIC hides addresses of persons: a contact then has its handle alone, which can be asked for. Names of kinds:
 * [割振年月日] is an allocation to a provider, [割当年月日] an assignment to whom uses it, SUBA a provider's own. */
#ifndef FORMAT_REGISTRY_WHOIS_H
#define FORMAT_REGISTRY_WHOIS_H

#include "format/registry/answer.h"

/* -ENOENT: the registry knows nothing of it; -EAGAIN: it refuses for now (asked too often); -EBADMSG: no answer that
 * we can read. */
int whois_parse(struct bytes text, struct arena *arena, struct registry_answer *ret, struct error *err);

#endif
