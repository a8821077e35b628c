/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* The terms of a search index that SQLite and PostgreSQL can both keep as a plain table (term, record), so that a word
 * of two Japanese characters is found alike on both. All texts here are folded (fold.h) first.
 *
 * A run is an unbroken row of letters and digits, of one kind: Japanese (fold_is_japanese) or other. A run c1…cn gives
 *
 *	the pairs   c1c2 c2c3 … cn-1cn
 *	its end     cn alone, so that each character begins some term
 *	its word    "=" and the run, cut at BIGRAM_WORD_MAX characters; only runs that are not Japanese
 *
 * 「フィッシング url2」 gives フィ ィッ ッシ シン ング グ, ur rl l2 2 =url2. A query gives terms that all must occur: the
 * pairs of each of its runs, or for a run of one character every term that begins with it (`is_prefix`; in SQL
 * `term >= :t AND term < :t || U+10FFFF`, on PostgreSQL COLLATE "C"). What is found so may hold the pairs in other
 * places: `bigram_holds` looks at the text itself. With `BIGRAM_WORDS` runs that are not Japanese must be whole words.
 */
#ifndef FORMAT_TEXT_BIGRAM_H
#define FORMAT_TEXT_BIGRAM_H

#include "base/arena.h"
#include "base/bytes.h"

#define BIGRAM_TEXT_MAX (4u << 20) /* bytes of a text that are looked at */
#define BIGRAM_QUERY_MAX 1024      /* bytes of a query that are looked at */
#define BIGRAM_WORD_MAX 40         /* characters */

/* Terms, each once, in an order that depends on the text alone. They live in the arena. */
struct bigram_terms {
	struct bigram_term {
		const char *text;
		bool is_prefix; /* never in an index */
	} *terms;
	size_t count;
};

enum bigram_mode { BIGRAM_PARTS, BIGRAM_WORDS };

/* The terms under which a folded text is kept. */
void bigram_index(struct bytes folded, struct arena *arena, struct bigram_terms *ret);

/* The terms that must all occur; none when the query has no letter or digit. */
void bigram_query(struct bytes folded, enum bigram_mode mode, struct arena *arena, struct bigram_terms *ret);

/* Whether each word of a query, its parts between blanks, stands in the text. Both folded. */
bool bigram_holds(struct bytes folded_text, struct bytes folded_query);

#endif
