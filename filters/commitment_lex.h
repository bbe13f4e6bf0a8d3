/*
 * commitment_lex: the words of which due times are made, in Korean and English.
 *
 * Each lex function reads one thing at *s and moves *s behind it; it returns false, and leaves *s
 * alone, when that thing is not there. Texts are as commitment_internal.h says.
 */
#ifndef FILTERS_COMMITMENT_LEX_H
#define FILTERS_COMMITMENT_LEX_H

#include <stdbool.h>
#include <stddef.h>

/* A word and what it stands for. */
struct lex_word {
	const char *text;
	int value;
};

enum lexeme {
	LEX_COUNT_WORD, /* "two", 두 */
	LEX_UNIT,       /* enum unit */
	LEX_SPAN,       /* "a fortnight", 이틀: days */
	LEX_DAY,        /* "tomorrow": days from today */
	LEX_WEEKDAY,    /* 0 Sunday ... 6 Saturday */
	LEX_LETTER,     /* "(목": the same */
	LEX_MONTH,      /* 1 to 12 */
	LEX_AHEAD,      /* "next": 1; "this": 0; "this coming": DUE_COMING */
	LEX_AHEAD_WEEK, /* 차주: weeks ahead */
	LEX_PART,       /* enum due_part */
};

enum unit { UNIT_MINUTE, UNIT_HOUR, UNIT_DAY, UNIT_WORKING_DAY, UNIT_WEEK, UNIT_MONTH };

#define LEX_COUNT_OF(list) (sizeof(list) / sizeof((list)[0]))

bool
lex_take(const char **s, const char *word);

/* Any of the words; words ends with NULL. */
bool
lex_any(const char **s, const char *const *words);

/* Any of a table, in which a word stands before the ones that it begins with. */
bool
lex_word(const char **s, const struct lex_word *words, size_t count, int *ret);

bool
lex_named(const char **s, enum lexeme lexeme, int *ret);

/* At most four digits. */
bool
lex_number(const char **s, int *ret);

/* "3", "two", and of "2-3", "2~3", "one to two" the later one. */
bool
lex_count(const char **s, int *ret);

/* s without the spaces before it. */
const char *
spaces_skip(const char *s);

/* Whether the word is at s, and nothing of it is left behind it. */
bool
word_at(const char *s, const char *word);

/* Whether a Korean syllable is at s. */
bool
is_hangul(const char *s);

#endif
