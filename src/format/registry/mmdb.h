/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* MaxMind's .mmdb files ("MaxMind DB File Format Specification", version 2): a binary tree over address bits whose leaves
 * point to records, and a description at the end. The tree is walked whole; of a record country.iso_code (else
 * registered_country.iso_code) and autonomous_system_number are read.
 *
 * Our own reader, because libmaxminddb 1.7 reads outside of a crafted file while it opens it. */
#ifndef FORMAT_REGISTRY_MMDB_H
#define FORMAT_REGISTRY_MMDB_H

#include "format/registry/registry.h"

/* Whether the file ends as one. */
bool mmdb_is(struct bytes file);

/* -EBADMSG: the description or the tree is broken. The date is that of the build. Prefixes come in the order of addresses,
 * IPv4 (which stands under ::/96) first. */
int mmdb_parse(struct bytes file, registry_prefix_fn *each, void *context, struct registry_about *ret_about,
	       struct error *err);

#endif
