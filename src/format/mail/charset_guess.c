/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* EUC-JP, Shift_JIS or neither, by weight. */
#include "format/mail/charset_int.h"

#include "base/cleanup.h"

#define GUESS_MAX 65536

/* How Japanese a text looks in one of its two 8-bit charsets. */
struct weight {
	int sum, characters, kana;
	bool is_broken, is_cut; /* a character that no text has; one that the end cuts */
};

static void weigh(struct weight *w, int value, bool is_kana)
{
	w->sum += value;
	w->characters++;
	w->kana += is_kana;
}

static size_t weigh_euc(struct weight *w, struct bytes c)
{
	uint8_t a = c.p[0];
	size_t n = a == 0x8f ? 3 : 2;

	if (a < 0x80)
		return 1;
	w->is_cut = c.n < n;
	if (w->is_cut)
		return c.n;
	if ((a != 0x8e && a != 0x8f && (a < 0xa1 || a == 0xff)) || c.p[1] < 0xa1 || c.p[n - 1] < 0xa1 || c.p[1] == 0xff)
		w->is_broken = true;
	else if (a == 0xa4 || a == 0xa5)
		weigh(w, 2, true);
	else if (a == 0xa1 || a == 0xa3 || (a >= 0xb0 && a <= 0xcf))
		weigh(w, 1, false);
	else if (a == 0x8e || a == 0xad || a == 0xa2)
		weigh(w, 0, a == 0x8e);
	else
		weigh(w, a >= 0xf5 ? -2 : -1, false);
	return n;
}

static bool is_sjis_trail(uint8_t b)
{
	return b >= 0x40 && b != 0x7f && b <= 0xfc;
}

static int sjis_value(uint8_t a, uint8_t b)
{
	if ((a == 0x82 && b >= 0x9f && b <= 0xf1) || (a == 0x83 && b <= 0x96))
		return 2;
	if (a == 0x81 || a == 0x82 || (a >= 0x88 && a <= 0x97))
		return 1;
	if (a >= 0xf0 && a <= 0xf9)
		return -2;
	return a == 0x87 || a >= 0xfa ? 0 : -1;
}

static size_t weigh_sjis(struct weight *w, struct bytes c)
{
	uint8_t a = c.p[0];

	if (a < 0x80)
		return 1;
	if (a >= 0xa1 && a <= 0xdf) {
		/* Half-width kana come in rows; one alone is a letter of another charset. */
		weigh(w, c.n > 1 && c.p[1] >= 0xa1 && c.p[1] <= 0xdf ? 1 : 0, true);
		return 1;
	}
	w->is_cut = c.n < 2;
	if (w->is_cut)
		return 1;
	if (a == 0x80 || a == 0xa0 || a > 0xfc || !is_sjis_trail(c.p[1]))
		w->is_broken = true;
	else
		weigh(w, sjis_value(a, c.p[1]), sjis_value(a, c.p[1]) == 2);
	return 2;
}

static struct weight weigh_all(struct bytes raw, size_t (*step)(struct weight *, struct bytes))
{
	struct weight w = { 0 };
	struct bytes c = BYTES(raw.p, MIN(raw.n, (size_t)GUESS_MAX));

	while (c.n && !w.is_broken)
		(void)take_skip(&c, step(&w, c));
	w.is_broken = w.is_broken || (w.is_cut && raw.n <= GUESS_MAX);
	return w;
}

static bool is_japanese(const struct weight *w)
{
	return !w->is_broken && w->characters > 0 && w->sum * 2 >= w->characters && w->sum > 0 &&
	       (w->kana > 0 || w->characters < 8);
}

enum charset_japanese charset_guess_japanese(struct bytes raw)
{
	struct weight euc = weigh_all(raw, weigh_euc), sjis = weigh_all(raw, weigh_sjis);
	bool is_euc = is_japanese(&euc), is_sjis = is_japanese(&sjis);

	if (is_euc && is_sjis)
		return (int64_t)euc.sum * sjis.characters >= (int64_t)sjis.sum * euc.characters ? CHARSET_EUC : CHARSET_SJIS;
	return is_euc ? CHARSET_EUC : is_sjis ? CHARSET_SJIS : CHARSET_NOT_JAPANESE;
}
