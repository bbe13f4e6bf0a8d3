/*
 * commitment_internal: what the files of commitment share. Texts are sentences as VIEW_FOLDED gives
 * them, NUL-terminated, without a NUL inside.
 */
#ifndef FILTERS_COMMITMENT_INTERNAL_H
#define FILTERS_COMMITMENT_INTERNAL_H

#include "commitment.h"
#include "commitment_lex.h"

#define DUES_MAX 8 /* of one sentence */

/* A due time found at a place of a sentence. */
struct due_words {
	struct due due;
	const char *start, *end;
	bool firm;    /* a limit ("by", "within", 까지); else only a day that is named */
	bool counted; /* hours or days from some moment on */
	bool dayless; /* a time alone: of today, or of a day named before */
};

/*
 * Reads the due time that begins at s (the start of a word); before: the byte before s, or '\0'.
 */
bool
due_read(const char *s, char before, struct due_words *ret);

/* A time alone is of the day (today, tomorrow) that the sentence named before it, at `before`. */
void
due_inherit(struct due_words *due, const struct due_words *before);

extern const struct due due_nothing;

/* "이틀", "하루 이틀", "half an hour", "the hour", "영업일 기준 3일", "the next two days". */
bool
due_read_span(const char **s, struct due *due);

/* "tomorrow", "다음 주 화요일", "12 December", "the end of next week". */
bool
due_read_day(const char **s, struct due *due);

/* Whether an English day that ends at s is meant as a time: no noun follows that it belongs to. */
bool
due_stands_free(const char *s);

/* What a sentence says, before it is known which of the sentences around it lean on it. */
struct reading_of {
	struct {
		struct due_words words;
		bool by_mail;
	} found[DUES_MAX];
	size_t count;
	bool asks_if; /* "if anything is missing, please tell us" */
};

void
commitment_read_korean(const char *sentence, struct reading_of *ret);

void
commitment_read_english(const char *sentence, struct reading_of *ret);

/* Whether a mail of ours does what the words say. */
bool
commitment_mails_korean(const char *words);

bool
commitment_mails_english(const char *words);

#endif
