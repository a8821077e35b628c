/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* The terms of a search index. */
#include "format/text/bigram.h"

#include "base/cleanup.h"
#include "base/memory.h"
#include "base/text.h"
#include "format/text/fold.h"

#include <glib.h>

/* One or two characters in a number: the first above, the second below, 0 where there is none. */
#define PAIR(first, second) ((uint64_t)(first) << 32 | (second))

enum { RUN_NONE, RUN_JAPANESE, RUN_OTHER };

struct collection {
	uint64_t *pairs;
	struct bytes *words;
	size_t pair_count, pair_room, word_count, word_room;
};

/* A run that is being read. */
struct run {
	int kind;
	const uint8_t *start;
	size_t bytes, characters;
	size_t word_bytes; /* of the first BIGRAM_WORD_MAX characters */
	uint32_t last;
};

/* Which parts of a run are wanted. */
enum wanted { PAIRS = 1, END = 2, WORD = 4, ONLY_CHARACTER = 8 };

static void collection_clear(struct collection *c)
{
	free(c->pairs);
	free(c->words);
}

static void add_pair(struct collection *c, uint64_t pair)
{
	c->pairs = memory_grow(c->pairs, &c->pair_room, c->pair_count + 1, sizeof *c->pairs);
	c->pairs[c->pair_count++] = pair;
}

static void add_word(struct collection *c, struct bytes word)
{
	c->words = memory_grow(c->words, &c->word_room, c->word_count + 1, sizeof *c->words);
	c->words[c->word_count++] = word;
}

static int kind_of(uint32_t c)
{
	if (c < 0x80)
		return g_ascii_isalnum((char)c) ? RUN_OTHER : RUN_NONE;
	if (fold_is_japanese(c))
		return RUN_JAPANESE;
	return g_unichar_isalnum(c) || g_unichar_ismark(c) ? RUN_OTHER : RUN_NONE;
}

static unsigned wanted_of(int kind, bool is_query, enum bigram_mode mode)
{
	if (!is_query)
		return kind == RUN_OTHER ? PAIRS | END | WORD : PAIRS | END;
	return kind == RUN_OTHER && mode == BIGRAM_WORDS ? WORD : PAIRS | ONLY_CHARACTER;
}

static void end_run(struct collection *c, const struct run *run, unsigned wanted)
{
	if (run->kind == RUN_NONE)
		return;
	if ((wanted & END) || ((wanted & ONLY_CHARACTER) && run->characters == 1))
		add_pair(c, PAIR(run->last, 0));
	if (wanted & WORD)
		add_word(c, BYTES(run->start, run->word_bytes));
}

static void collect(struct bytes text, bool is_query, enum bigram_mode mode, struct collection *ret)
{
	struct run run = { .kind = RUN_NONE };
	uint32_t c;

	for (const uint8_t *at = text.p; text_take_character(&text, &c); at = text.p) {
		int kind = kind_of(c);
		if (kind != run.kind) {
			end_run(ret, &run, wanted_of(run.kind, is_query, mode));
			run = (struct run){ .kind = kind, .start = at };
		} else if (kind != RUN_NONE && (wanted_of(kind, is_query, mode) & PAIRS)) {
			add_pair(ret, PAIR(run.last, c));
		}
		run.last = c;
		run.bytes += (size_t)(text.p - at);
		if (++run.characters <= BIGRAM_WORD_MAX)
			run.word_bytes = run.bytes;
	}
	end_run(ret, &run, wanted_of(run.kind, is_query, mode));
}

static int compare_pairs(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

static int compare_words(const void *a, const void *b)
{
	const struct bytes *x = a, *y = b;
	int order = memcmp(x->p, y->p, MIN(x->n, y->n));

	return order ? order : (x->n > y->n) - (x->n < y->n);
}

static const char *pair_text(uint64_t pair, struct arena *arena)
{
	char text[8];
	size_t n = text_put_character((uint32_t)(pair >> 32), text);

	if ((uint32_t)pair)
		n += text_put_character((uint32_t)pair, text + n);
	return arena_bytes(arena, text, n);
}

static void give(struct collection *c, bool is_query, struct arena *arena, struct bigram_terms *ret)
{
	struct bigram_terms t = { .terms = ARENA_ARRAY(arena, c->pair_count + c->word_count + 1, struct bigram_term) };

	if (c->pair_count)
		qsort(c->pairs, c->pair_count, sizeof *c->pairs, compare_pairs);
	if (c->word_count)
		qsort(c->words, c->word_count, sizeof *c->words, compare_words);
	for (size_t i = 0; i < c->pair_count; i++)
		if (i == 0 || c->pairs[i] != c->pairs[i - 1])
			t.terms[t.count++] = (struct bigram_term){ pair_text(c->pairs[i], arena),
								   is_query && (uint32_t)c->pairs[i] == 0 };
	for (size_t i = 0; i < c->word_count; i++)
		if (i == 0 || !bytes_equal(c->words[i], c->words[i - 1]))
			t.terms[t.count++].text =
				arena_printf(arena, "=%.*s", (int)c->words[i].n, (const char *)c->words[i].p);
	*ret = t;
}

static struct bytes cut(struct bytes text, size_t max)
{
	return BYTES(text.p, MIN(text.n, max));
}

void bigram_index(struct bytes folded, struct arena *arena, struct bigram_terms *ret)
{
	_cleanup_(collection_clear) struct collection c = { .pair_count = 0 };

	collect(cut(folded, BIGRAM_TEXT_MAX), false, BIGRAM_PARTS, &c);
	give(&c, false, arena, ret);
}

void bigram_query(struct bytes folded, enum bigram_mode mode, struct arena *arena, struct bigram_terms *ret)
{
	_cleanup_(collection_clear) struct collection c = { .pair_count = 0 };

	collect(cut(folded, BIGRAM_QUERY_MAX), true, mode, &c);
	give(&c, true, arena, ret);
}

static bool is_blank(uint8_t c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

bool bigram_holds(struct bytes text, struct bytes query)
{
	size_t at = 0;

	query = cut(query, BIGRAM_QUERY_MAX);
	while (at < query.n) {
		size_t start = at;
		while (at < query.n && !is_blank(query.p[at]))
			at++;
		if (at > start && (text.n == 0 || !memmem(text.p, text.n, query.p + start, at - start)))
			return false;
		at++;
	}
	return true;
}
