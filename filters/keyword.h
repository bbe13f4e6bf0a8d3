/*
 * keyword: the words that tell what a mail is about, and pairs of them that stand together.
 *
 * From the subject first, then from the writer's own new words. Folded (fold.h); words that every
 * mail has are left out, and Korean particles and the English plural are taken off, simply: the
 * measure that counts these words needs the same form for the same thing, not good grammar. Words
 * of digits only are left out: they name one order, not a trouble. Pure.
 */
#ifndef FILTERS_KEYWORD_H
#define FILTERS_KEYWORD_H

#include "arena.h"
#include "message.h"

#define KEYWORD_MAX 96 /* words and pairs of one mail; what comes later is left out */
#define KEYWORD_BYTES_MAX 40

/* A stretch of the mail whose words are not to be kept: abuse. */
struct keyword_hidden {
	const char *part; /* "subject" or "body" */
	size_t offset, length;
};

/* Each word once, in the order of the mail, in the arena. 0 or -ENOMEM. */
int
keywords_read(struct arena *arena, const struct message *m, const struct keyword_hidden *hidden,
	      size_t hidden_count, const char ***ret, size_t *ret_count);

#endif
