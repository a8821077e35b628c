/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* An XML 1.0 writer in UTF-8. It knows which element ends; texts are escaped, and what XML cannot hold (control characters,
 * bytes that are not UTF-8) becomes U+FFFD.
 *
 *	struct xml x = xml_to(&buf);
 *	xml_open(&x, "System");
 *	xml_attribute(&x, "category", "source");
 *	xml_element(&x, "Name", "www.example.jp");
 *	xml_close(&x);
 */
#ifndef BASE_XML_H
#define BASE_XML_H

#include "base/buf.h"

#define XML_DEPTH_MAX 32

struct xml {
	struct buf *out;
	unsigned depth;
	const char *open[XML_DEPTH_MAX]; /* names must live until their end */
	bool is_in_tag, has_child;
};

/* Begins a document with its declaration. */
struct xml xml_to(struct buf *out);
void xml_open(struct xml *x, const char *name);
/* Before the text and the children of the element that was opened last; NULL writes nothing. */
void xml_attribute(struct xml *x, const char *name, const char *value);
void xml_text(struct xml *x, const char *text);
/* An element with a text only; nothing at all for NULL. */
void xml_element(struct xml *x, const char *name, const char *text);
void xml_close(struct xml *x);

#endif
