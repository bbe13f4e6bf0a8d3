/*
 * sentence: where sentences begin and end in Korean and English mail.
 *
 * A boundary is: a blank line; a line break after a short line or before a list mark; . ! ? … and
 * their wide forms before white space or a closing quote (not after common abbreviations, initials
 * or inside numbers); and in Korean, where people leave the full stop out, a final ending (-니다,
 * -세요, -어요 ...) before a space unless what follows turns it into a quotation or a subordinate
 * clause. When unsure the sentence goes on.
 */
#ifndef FILTERS_SENTENCE_H
#define FILTERS_SENTENCE_H

#include <stddef.h>

#define SENTENCE_REACH 2000 /* bytes looked at on each side of a place */

/*
 * The range of the sentences that [offset, offset+length) touches, at most SENTENCE_REACH to each
 * side.
 */
void
sentence_around(const char *text, size_t len, size_t offset, size_t length, size_t *ret_offset,
		size_t *ret_length);

#endif
