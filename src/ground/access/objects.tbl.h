/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* What rights are about: OBJECT(constant, name, is_record). The name of a record is its kind (ground/record); a kind that is
 * not here is seen by nobody. A new row wants its rows in tests/data/access_matrix.csv too. */
OBJECT(REPORT, "report", true)             /* a message by web, mail or fax, counted once */
OBJECT(MESSAGE, "message", true)           /* whatever arrived, as it came */
OBJECT(INCIDENT, "incident", true)
OBJECT(REQUEST, "request", true)           /* one ask to one party about one incident */
OBJECT(LETTER, "letter", true)
OBJECT(DOCUMENT, "document", true)         /* what is written for publication */
OBJECT(ORGANISATION, "organisation", true)
OBJECT(CONTACT, "contact", true)
OBJECT(INDICATOR, "indicator", true)
OBJECT(WATCH, "watch", true)               /* a target that is looked at on a schedule */
OBJECT(OBSERVATION, "observation", false)  /* the observatory's events and figures */
OBJECT(REVIEW, "review", true)             /* of a surge */
OBJECT(FILTER, "filter", true)
OBJECT(NOTE, "note", true)                 /* what public pages say about a period */
OBJECT(QUARTER, "quarter", true)           /* frozen figures */
OBJECT(ACCOUNT, "account", false)
OBJECT(AUDIT, "audit", false)
OBJECT(SETTINGS, "settings", false)
