/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* What a form says, in the order of the page: FORM_FIELD(constant, name, type, most bytes). Types: LINE, LINES, ANSWER (yes, no),
 * NUMBER, MAIL. The words are po/'s form.<constant>. */
FORM_FIELD(WHAT, "what", LINES, 20000)
FORM_FIELD(ADDRESSES, "addresses", LINES, 20000)
FORM_FIELD(PRODUCT, "product", LINES, 2000)
FORM_FIELD(EFFECT, "effect", LINES, 4000)
FORM_FIELD(WHEN, "when", LINE, 200)
FORM_FIELD(ZONE, "zone", LINE, 60)
FORM_FIELD(CLOCK, "clock", NUMBER, 7)
FORM_FIELD(LOG, "log", LINES, 200000)
FORM_FIELD(DETAILED, "detailed", ANSWER, 3)
FORM_FIELD(LOG_SHARE, "log_share", ANSWER, 3)
FORM_FIELD(NAME, "name", LINE, 200)
FORM_FIELD(ORGANISATION, "organisation", LINE, 200)
FORM_FIELD(MAIL, "mail", MAIL, 254)
FORM_FIELD(CONTACT, "contact", ANSWER, 3)
FORM_FIELD(COORDINATE, "coordinate", ANSWER, 3)
FORM_FIELD(TOLD, "told", ANSWER, 3)
FORM_FIELD(SHARE, "share", ANSWER, 3)
FORM_FIELD(ANONYMOUS, "anonymous", ANSWER, 3)
