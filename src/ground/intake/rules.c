/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* Where a mail belongs. A number in a subject is easily written by a stranger: it files nothing unless the sender may
 * write to that case. */
#include "ground/intake/rules.h"

#include "base/text.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

static struct intake_verdict ordinary(const struct intake_facts *f)
{
	if (f->names_letter && f->is_party)
		return (struct intake_verdict){ INTAKE_TO_CASE, false, "reply", "answers a letter, from whom it went to" };
	if (f->names_letter && f->is_colleague)
		return (struct intake_verdict){ INTAKE_TO_CASE, false, "reply", "answers a letter, from the same domain" };
	if (f->names_ref && f->is_party)
		return (struct intake_verdict){ INTAKE_TO_CASE, false, "addition", "names a case whose party the sender is" };
	if (f->names_letter)
		return (struct intake_verdict){ INTAKE_TO_REPORT, true, "report",
						"names a letter that did not go to this sender: a report of its own" };
	if (f->names_ref)
		return (struct intake_verdict){ INTAKE_TO_REPORT, true, "report",
						"names a case that this sender has no part in: a report of its own" };
	return (struct intake_verdict){ INTAKE_TO_REPORT, true, "report", "new" };
}

struct intake_verdict intake_decide(const struct intake_facts *f)
{
	switch (f->kind) {
	case INTAKE_BOUNCE:
		if (!f->names_letter)
			return (struct intake_verdict){ INTAKE_TO_BIN, false, "bounce", "a bounce of nothing that was sent here" };
		return (struct intake_verdict){ INTAKE_TO_LETTER, false, "bounce",
						f->is_warning ? "the letter is late" : "the letter came back" };
	case INTAKE_AUTOMATIC:
		if (!f->names_letter && !f->names_ref)
			return (struct intake_verdict){ INTAKE_TO_BIN, false, "automatic", "an automatic answer to nothing" };
		return (struct intake_verdict){ INTAKE_TO_TIMELINE, false, "automatic", "an automatic answer" };
	case INTAKE_LOOP:
		return (struct intake_verdict){ INTAKE_TO_BIN, false, "loop", "a mail of this centre that came round" };
	case INTAKE_FEEDBACK:
		return (struct intake_verdict){ INTAKE_TO_REPORT, false, "feedback", "a feedback report (RFC 5965)" };
	case INTAKE_LIST:
		return (struct intake_verdict){ INTAKE_TO_REPORT, false, "list", "sent to a mailing list" };
	default:
		return ordinary(f);
	}
}

bool intake_find_ref(const char *subject, char *into, size_t size)
{
	for (const char *c = subject; *c; c++) {
		size_t n = 1;
		if ((*c != 'R' && *c != 'I') || (c > subject && isalnum((unsigned char)c[-1])))
			continue;
		while (isdigit((unsigned char)c[n]))
			n++;
		if (n != 5 || c[n] != '-')
			continue;
		n++;
		while (isdigit((unsigned char)c[n]) && n < 20)
			n++;
		if (n < 10)
			continue;
		text_copy(into, size, BYTES(c, n));
		return true;
	}
	return false;
}

bool intake_is_same_address(const char *a, const char *b)
{
	return a[0] && strcasecmp(a, b) == 0;
}

bool intake_is_same_domain(const char *a, const char *b)
{
	const char *at_a = strrchr(a, '@'), *at_b = strrchr(b, '@');

	return at_a && at_b && strcasecmp(at_a, at_b) == 0;
}

bool intake_is_japanese(const char *text)
{
	for (const unsigned char *c = (const unsigned char *)text; *c; c++)
		if ((c[0] == 0xe3 && c[1] >= 0x81 && c[1] <= 0x83) || (c[0] >= 0xe4 && c[0] <= 0xe9))
			return true;
	return false;
}
