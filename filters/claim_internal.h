/*
 * claim_internal: what the files of claim share. Text here is folded (fold.h), of one part.
 */
#ifndef FILTERS_CLAIM_INTERNAL_H
#define FILTERS_CLAIM_INTERNAL_H

#include <stdbool.h>

#include "claim.h"

/* A sentence, and something in it. */
struct claim_spot {
	const char *text;      /* the sentence begins here */
	size_t len;            /* of the sentence */
	size_t offset, length; /* what was found, in the sentence */
};

/* A sum written at the place: whether there is one; how long it is. */
bool
claim_sum_at(const char *text, size_t len, size_t at, struct claim *ret, size_t *ret_length);

/* The same of the second number of a range, "20-30 dollars". */
bool
claim_ranged_sum_at(const char *text, size_t len, size_t at, struct claim *ret, size_t *ret_length);

/*
 * A number at *at, which moves behind it, in hundredths: in digits ("20,000", "3만 5천", "30k"), or
 * written out in Korean or English ("삼만", "a hundred and fifty"). dotted: a dot parts its
 * thousands, "30.000". False: none, or one that is too large.
 */
bool
claim_number_at(const char *text, size_t len, size_t *at, int64_t *ret_hundredths,
		bool *ret_dotted);

/*
 * Whether a word for a currency that other words begin with ends at the place: "백 원장" is a
 * person, "2 원격 점검" no price, "5 pounds of sugar" a weight. written_out: its number is.
 */
bool
claim_money_ends(const char *text, size_t len, size_t at, bool written_out, int64_t value);

/*
 * Korean leaves the currency away where it is clear: "30만 환불". Whether the number there, from 만
 * on, is money by the words near it.
 */
bool
claim_bare_won(const char *text, size_t len, size_t at, size_t end);

/*
 * A number at the place that its neighbours tell to be a sum ("a refund of 30", "현금 30000"), or
 * one in a currency that nothing can be approved in ("₹500", foreign): in hundredths, and how long
 * it is.
 */
bool
claim_bare_sum_at(const char *text, size_t len, size_t at, int64_t *ret_hundredths,
		  size_t *ret_length, bool *ret_foreign);

/*
 * How often the sum in [at, end) of the clause [from, to) is given; 0: again and again, without a
 * number; 1 when nothing is said.
 */
int64_t
claim_times(const char *text, size_t from, size_t at, size_t end, size_t to);

/* Whether the sum in [at, end) of the sentence [from, to) is given by it. */
bool
claim_is_offer(const char *text, size_t from, size_t at, size_t end, size_t to);

/* As claim_sum_at(), of our own words: see claim_sums_each(). */
bool
claim_own_sum_at(const char *text, size_t len, size_t at, struct claim *ret, size_t *ret_length);

/* Whether the words around a sum, or around a kind of remedy, ask for it. */
bool
claim_sum_wanted(const struct claim_spot *spot);

bool
claim_kind_wanted(const struct claim_spot *spot);

/* An order number written at the place, upper case, into `ret`; how long all of it is, or 0. */
size_t
claim_order_at(const char *text, size_t len, size_t at, char ret[ORDER_BYTES_MAX + 1]);

/* Whether the word stands at the place; a word of ASCII letters begins and ends there. */
bool
claim_word_at(const char *text, size_t len, size_t at, const char *word);

/* A list of words for the functions below. */
#define CLAIM_WORDS(...) ((const char *const[]){ __VA_ARGS__, NULL })

/* The length of the first of the words that begins at the place; 0: none. */
size_t
claim_begins_with(const char *text, size_t len, size_t at, const char *const *words);

/* The same of one that ends there. */
size_t
claim_ends_with(const char *text, size_t end, const char *const *words);

/* The same of one that stands there by claim_word_at(). */
size_t
claim_any_word_at(const char *text, size_t len, size_t at, const char *const *words);

/* Whether no ASCII character is there. */
bool
claim_is_wide(const char *text, size_t len, size_t at);

#endif
