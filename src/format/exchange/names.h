/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* Words that centres share: the marking of TLP 2.0 and the categories of RSIT. */
#ifndef FORMAT_EXCHANGE_NAMES_H
#define FORMAT_EXCHANGE_NAMES_H

#include "base/bytes.h"

/* A greater value may go to fewer people. */
enum tlp {
#define TLP(constant, name, colour, iodef) TLP_##constant,
#include "format/exchange/tlp.tbl.h"
#undef TLP
	TLP_COUNT
};

/* `TLP:AMBER+STRICT`, to be printed as it is; the colour `#FFC000`; IODEF's restriction. */
const char *tlp_label(enum tlp t);
const char *tlp_colour(enum tlp t);
const char *tlp_iodef(enum tlp t);

/* With or without `TLP:`, whatever the case; WHITE of TLP 1 is CLEAR. False for everything else. */
bool tlp_parse(struct bytes text, enum tlp *ret);

struct rsit {
	const char *class_id, *type_id, *class_en, *type_en, *type_ja;
};

extern const struct rsit rsit_table[];
extern const size_t rsit_count;

/* By `class/type`, or the machine tag `rsit:class="type"`; NULL when there is none. */
const struct rsit *rsit_find(struct bytes text);

#endif
