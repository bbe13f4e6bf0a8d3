/*
 * reading_word: what people put between and instead of letters, undone. See reading_word.h.
 *
 * The steps work on one array of cells, each on what those before it left: marks between letters
 * are dropped, figures become letters, drawn out letters one. No step knows any word.
 */
#include "reading_word.h"

#include <string.h>

#include "fold_char.h"

#define LIST_MIN 4      /* more syllables with marks between are a list */
#define APART_MIN 3     /* letters that stand apart by the same mark: fewer are initials */
#define GROUP_MAX 5     /* letters on either side of a mark within a word */
#define MARKS_MAX 3     /* marks between two letters */
#define FIGURES_MAX 4   /* that stand for letters in one word */
#define HANGUL_IEUNG 11 /* place of silent ㅇ among the initials */

/* What a character is here. */
enum kind {
	KIND_OTHER,
	KIND_LATIN,
	KIND_SYLLABLE,
	KIND_CONSONANT, /* ㄱ-ㅎ by itself */
	KIND_FIGURE,    /* stands for a letter: 0 1 3 4 5 7 @ $ ! */
	KIND_DIGIT,     /* any other */
	KIND_MARK,
};

static const uint8_t ascii_kinds[0x80] = {
	['a' ... 'z'] = KIND_LATIN, ['0'] = KIND_FIGURE, ['1'] = KIND_FIGURE, ['3'] = KIND_FIGURE,
	['4'] = KIND_FIGURE,        ['5'] = KIND_FIGURE, ['7'] = KIND_FIGURE, ['@'] = KIND_FIGURE,
	['$'] = KIND_FIGURE,        ['!'] = KIND_FIGURE, ['2'] = KIND_DIGIT,  ['6'] = KIND_DIGIT,
	['8'] = KIND_DIGIT,         ['9'] = KIND_DIGIT,  [' '] = KIND_MARK,   ['.'] = KIND_MARK,
	['-'] = KIND_MARK,          ['_'] = KIND_MARK,   ['*'] = KIND_MARK,   ['~'] = KIND_MARK,
	['^'] = KIND_MARK,          ['+'] = KIND_MARK,   ['|'] = KIND_MARK,   ['#'] = KIND_MARK,
	[','] = KIND_MARK,          ['/'] = KIND_MARK,   ['%'] = KIND_MARK,   ['&'] = KIND_MARK,
	['='] = KIND_MARK,          ['`'] = KIND_MARK,   [';'] = KIND_MARK,   [':'] = KIND_MARK,
};

static enum kind
kind_of(int32_t cp)
{
	if (cp >= 'a' && cp <= 'z')
		return KIND_LATIN;
	if (is_hangul_syllable(cp))
		return KIND_SYLLABLE;
	if (cp >= 0x3131 && cp <= 0x314e)
		return KIND_CONSONANT;
	if (cp >= 0x80)
		return cp == 0x3161 || cp == 0x3163 || cp == 0xb7 ? KIND_MARK : KIND_OTHER;
	return ascii_kinds[cp < 0 ? 0 : cp];
}

/* The cells of a word and, step by step, those that are still read as something. */
struct word {
	struct cell *cells;
	size_t count;
	size_t live[WORD_CELLS], live_count;
	bool list; /* of syllables, which say nothing together */
};

static void
drop(struct cell *c)
{
	c->as[0] = c->as[1] = 0;
}

static void
take_stock(struct word *w)
{
	w->live_count = 0;
	for (size_t i = 0; i < w->count; i++)
		if (w->cells[i].as[0] != 0 || w->cells[i].as[1] != 0)
			w->live[w->live_count++] = i;
}

/* The kind of the i-th live cell as it is read by now; KIND_OTHER past the ends. */
static enum kind
live_kind(const struct word *w, size_t i)
{
	return i < w->live_count ? kind_of(w->cells[w->live[i]].as[0]) : KIND_OTHER;
}

static bool
stands_apart(enum kind kind, enum kind first)
{
	return kind == first || (kind == KIND_FIGURE && first == KIND_LATIN);
}

/* Whether so many letters with the same mark between are a word and no initials or list
 * (월.화.수.목.금). */
static bool
is_spelled(enum kind kind, int32_t mark, size_t count)
{
	if (kind == KIND_CONSONANT)
		return count >= 2;
	return count >= APART_MIN && (kind != KIND_SYLLABLE || mark == ' ' || count <= LIST_MIN);
}

/* s.h.i.t, f u c k, 개 새 끼, ㅅ.ㅂ: the same mark between each two letters. */
static void
join_apart(struct word *w)
{
	size_t next;

	for (size_t i = 0; i + 2 < w->count; i = next) {
		enum kind first = kind_of(w->cells[i].as[0]);
		int32_t mark = w->cells[i + 1].cp;
		size_t last = i;

		next = i + 1;
		if ((first != KIND_LATIN && first != KIND_SYLLABLE && first != KIND_CONSONANT) ||
		    kind_of(mark) != KIND_MARK)
			continue;
		while (last + 2 < w->count && w->cells[last + 1].cp == mark &&
		       stands_apart(kind_of(w->cells[last + 2].as[0]), first))
			last += 2;
		next = last + 1;
		if (!is_spelled(first, mark, (last - i) / 2 + 1)) {
			w->list |= first == KIND_SYLLABLE && last - i >= 2 * LIST_MIN;
			continue;
		}
		for (size_t k = i + 1; k < last; k += 2)
			drop(&w->cells[k]);
	}
	take_stock(w);
}

/* Whether figures between two syllables are a number or a date rather than a disguise. */
static bool
is_number(const struct word *w, size_t from, size_t to)
{
	static const char counters[] =
		"월일시분초년개번명원층호회차건주박인점위등만천백대장권병살세편"
		"종곳급단동반째배";
	char right[5] = "", left[5] = "";

	for (size_t i = from; i < to; i++)
		if (kind_of(w->cells[i].cp) != KIND_DIGIT && kind_of(w->cells[i].cp) != KIND_FIGURE)
			return false;
	if (to - from > 1 || w->cells[from].cp == '@' || w->cells[from].cp == '!')
		return to - from > 1;
	right[utf8_put(w->cells[to].cp, right)] = '\0';
	left[utf8_put(w->cells[from - 1].cp, left)] = '\0';
	return strstr(counters, right) != NULL || !strcmp(left, "제");
}

static bool
ends_sentence(const struct word *w, size_t from, size_t to)
{
	for (size_t i = from; i < to; i++)
		if (w->cells[i].cp == 0 || w->cells[i].cp > 0x7f ||
		    !strchr(".,!?:;/", (int)w->cells[i].cp))
			return false;
	return true;
}

/* A space between two syllables is only spelling. */
static bool
may_hide(const struct word *w, size_t i)
{
	enum kind kind = kind_of(w->cells[i].cp);

	if (w->cells[i].cp == ' ')
		return false;
	return kind == KIND_MARK || kind == KIND_DIGIT || kind == KIND_FIGURE;
}

/* 시1발, 시.발, 병~~신, ㅅ1ㅂ: marks between two letters of Hangul. */
static void
join_hangul(struct word *w)
{
	size_t begun = 0, to;

	for (size_t i = 0; !w->list && i + 2 < w->count; i++) {
		enum kind kind = kind_of(w->cells[i].cp), after;

		if (kind != KIND_SYLLABLE && kind != KIND_CONSONANT) {
			begun = i + 1;
			continue;
		}
		for (to = i + 1; to < w->count && may_hide(w, to); to++)
			;
		after = to < w->count ? kind_of(w->cells[to].cp) : KIND_OTHER;
		if (to == i + 1 || to - i - 1 > MARKS_MAX ||
		    (after != KIND_SYLLABLE && after != KIND_CONSONANT))
			continue;
		/* A full stop without a space behind it is as common as one syllable before it is
		 * rare. */
		if (i - begun >= (ends_sentence(w, i + 1, to) ? 1 : GROUP_MAX) ||
		    is_number(w, i + 1, to))
			continue;
		for (size_t k = i + 1; k < to; k++)
			drop(&w->cells[k]);
		i = to - 1;
	}
	take_stock(w);
}

/*
 * fu*ck, sh~it: marks between a few letters on either side. Not a full stop: that is a name on the
 * net, or a space forgotten.
 */
static void
join_latin(struct word *w)
{
	size_t left = 0, marks = 0, right = 0;
	int32_t mark;

	while (live_kind(w, left) == KIND_LATIN)
		left++;
	while (live_kind(w, left + marks) == KIND_MARK)
		marks++;
	while (live_kind(w, left + marks + right) == KIND_LATIN)
		right++;
	if (left == 0 || left > GROUP_MAX || marks == 0 || marks > MARKS_MAX || right == 0 ||
	    right > GROUP_MAX || live_kind(w, left + marks + right) != KIND_OTHER)
		return;
	mark = w->cells[w->live[left]].cp;
	if (mark > 0x7f || !strchr("*~^", (int)mark))
		return;
	for (size_t i = left; i < left + marks; i++)
		drop(&w->cells[w->live[i]]);
	take_stock(w);
}

/* Whether the figures [from, to) of the live cells stand where letters stand. */
static bool
figures_fit(const struct word *w, size_t from, size_t to)
{
	bool left = from > 0 && live_kind(w, from - 1) == KIND_LATIN;
	bool right = live_kind(w, to) == KIND_LATIN;
	int32_t first = w->cells[w->live[from]].cp;

	if (left && right)
		return to - from <= 2;
	if (right) /* 5hit, @sshole; not 3pm, 1st, 4th */
		return from == 0 && to == 1 && strchr("10@$5", (int)first) &&
		       live_kind(w, to + 1) == KIND_LATIN && live_kind(w, to + 2) == KIND_LATIN;
	if (!left)
		return false;
	for (size_t i = from; i < to; i++)
		if (w->cells[w->live[i]].cp != '$')
			return false;
	return true;
}

static void
read_figure(struct cell *c)
{
	static const char letters[] = "0o3e4a5s7t@a$s!i1i";

	for (const char *p = letters; *p; p += 2)
		if (c->cp == p[0])
			c->as[0] = c->as[1] = (unsigned char)p[1];
	if (c->cp == '1')
		c->as[1] = 'l';
}

/* sh1t, a$$hole, b00bs: figures among letters, in a word that has more letters than figures. */
static void
read_figures(struct word *w)
{
	size_t letters = 0, figures = 0, to;

	for (size_t i = 0; i < w->live_count; i++) {
		enum kind kind = live_kind(w, i);

		letters += kind == KIND_LATIN;
		figures += kind == KIND_FIGURE;
		/* Other digits make a number, a domain behind @ an address. */
		if (kind == KIND_DIGIT ||
		    (kind == KIND_MARK && figures > 0 && i > 0 && w->cells[w->live[i]].cp == '.'))
			return;
	}
	if (figures == 0 || figures > FIGURES_MAX || letters <= figures)
		return;
	for (size_t from = 0; from < w->live_count; from = to + 1) {
		for (to = from; live_kind(w, to) == KIND_FIGURE; to++)
			;
		if (to > from && figures_fit(w, from, to))
			for (size_t i = from; i < to; i++)
				read_figure(&w->cells[w->live[i]]);
	}
}

/*
 * fuuuuck: a Latin letter three times or more is one, or two, unless it is all there is (zzz)
 * or begins a name on the net.
 */
static void
shorten_latin(struct word *w)
{
	size_t to, letters = 0;

	for (size_t i = 0; i < w->live_count; i++)
		letters += live_kind(w, i) == KIND_LATIN;
	for (size_t from = 0; from < w->live_count; from = to) {
		int32_t letter = w->cells[w->live[from]].as[0];

		for (to = from + 1; to < w->live_count && w->cells[w->live[to]].as[0] == letter;
		     to++)
			;
		if (kind_of(letter) != KIND_LATIN || to - from < 3 || to - from == letters ||
		    (letter == 'w' && live_kind(w, to) == KIND_MARK))
			continue;
		w->cells[w->live[from + 1]].as[0] = 0;
		for (size_t i = from + 2; i < to; i++)
			drop(&w->cells[w->live[i]]);
	}
	take_stock(w);
}

/* 씨이이발, 조오온나: a vowel that goes on in syllables of its own belongs to the one before. */
static void
shorten_hangul(struct word *w)
{
	size_t next;

	for (size_t i = 0; i + 1 < w->live_count; i = next) {
		struct cell *c = &w->cells[w->live[i]];
		int32_t vowel = (c->cp - 0xac00) / 28 % 21, silent;

		next = i + 1;
		if (kind_of(c->cp) != KIND_SYLLABLE || (c->cp - 0xac00) % 28 != 0 ||
		    (c->cp - 0xac00) / 588 == HANGUL_IEUNG)
			continue;
		silent = 0xac00 + (HANGUL_IEUNG * 21 + vowel) * 28;
		while (next < w->live_count && w->cells[w->live[next]].cp == silent)
			drop(&w->cells[w->live[next++]]);
		if (next < w->live_count && w->cells[w->live[next]].cp > silent &&
		    w->cells[w->live[next]].cp < silent + 28) {
			c->as[0] = c->as[1] = c->cp + w->cells[w->live[next]].cp - silent;
			drop(&w->cells[w->live[next++]]);
		}
	}
	take_stock(w);
}

/* 시바ㄹ, 벼ㅇ신: a consonant typed by itself that ends the syllable before it. */
static void
join_final(struct word *w)
{
	for (size_t i = 0; i + 1 < w->live_count; i++) {
		struct cell *c = &w->cells[w->live[i]], *next = &w->cells[w->live[i + 1]];
		int32_t after = i + 2 < w->live_count ? w->cells[w->live[i + 2]].cp : 0, joined;

		if (live_kind(w, i) != KIND_SYLLABLE || live_kind(w, i + 1) != KIND_CONSONANT ||
		    after == next->cp || (after >= 0x314f && after <= 0x3163))
			continue;
		joined = jamo_final(c->as[0], next->cp);
		if (joined == 0)
			continue;
		c->as[0] = c->as[1] = joined;
		drop(next);
	}
	take_stock(w);
}

/*
 * ѕһіт, f.u.с.k: letters that only look Latin, where all do or where others are Latin. Where a word
 * holds another letter of such a script it is one of that script's words.
 */
static void
read_lookalikes(struct word *w)
{
	size_t alike = 0, latin = 0;

	for (size_t i = 0; i < w->count; i++) {
		int32_t cp = w->cells[i].cp;

		latin += kind_of(cp) == KIND_LATIN;
		if (latin_lookalike(cp) != 0)
			alike++;
		else if (kind_of(cp) == KIND_OTHER && cp >= 0x80)
			return;
	}
	if (alike == 0 || (latin == 0 && alike < APART_MIN))
		return;
	for (size_t i = 0; i < w->count; i++) {
		struct cell *c = &w->cells[i];
		int32_t letter = latin_lookalike(c->cp);

		if (letter != 0)
			c->as[0] = c->as[1] = letter;
	}
}

bool
word_read(struct cell *cells, size_t count)
{
	struct word w = { .cells = cells, .count = count };

	for (size_t i = 0; i < count; i++)
		cells[i].as[0] = cells[i].as[1] = cells[i].cp;
	read_lookalikes(&w);
	join_apart(&w);
	join_hangul(&w);
	join_latin(&w);
	read_figures(&w);
	shorten_latin(&w);
	shorten_hangul(&w);
	join_final(&w);
	for (size_t i = 0; i < count; i++)
		if (cells[i].as[0] != cells[i].cp || cells[i].as[1] != cells[i].cp)
			return true;
	return false;
}
