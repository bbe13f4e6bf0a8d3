/*
 * claim_own: sums in our own words, where none may be missed. See claim_internal.h.
 *
 * What a customer asks for is read with more doubt (claim_cue.c); here a number counts as money as
 * soon as the words on either side of it say so.
 */
#include <ctype.h>
#include <string.h>

#include "claim_internal.h"

#define CLAUSE_BYTES 60 /* of what belongs to a sum */

/* Where the clause around a place begins and ends. */
static size_t
clause_from(const char *text, size_t at)
{
	size_t from = at > CLAUSE_BYTES ? at - CLAUSE_BYTES : 0;

	while (at > from && !strchr(";!?", text[at - 1]) &&
	       !(text[at - 1] == '.' && text[at] == ' '))
		at--;
	return at;
}

static size_t
clause_to(const char *text, size_t len, size_t end)
{
	size_t to = end + CLAUSE_BYTES < len ? end + CLAUSE_BYTES : len;

	while (end < to && !strchr(";!?", text[end]) &&
	       !(text[end] == '.' && (end + 1 == len || text[end + 1] == ' ')))
		end++;
	return end;
}

/* "A$50", "HK$50" are not US dollars. */
static bool
has_other_sign(const char *text, size_t at)
{
	size_t from = at;

	if (text[at] != '$')
		return false;
	while (from > 0 && isalpha((unsigned char)text[from - 1]))
		from--;
	return from < at && at - from <= 2 && !claim_ends_with(text, at, CLAIM_WORDS("us"));
}

/* "$20-30", "20-30 dollars", "2~3만 원": the second of the two is meant as well. */
static void
take_range(const char *text, size_t len, size_t at, struct claim *ret, size_t *ret_length)
{
	size_t i = at + *ret_length;
	size_t n =
		claim_begins_with(text, len, i, CLAIM_WORDS("-", "~", "–", " - ", " ~ ", " to "));
	struct claim other = { .currency = "" };
	size_t length;
	int64_t hundredths;
	bool dotted;

	i += n;
	if (n == 0 || i >= len || !isdigit((unsigned char)text[i]))
		return;
	if (claim_sum_at(text, len, i, &other, &length)) {
		if (strcmp(other.currency, ret->currency) != 0)
			return;
	} else {
		/* The marks of a list may stand between: "$15 - 28 November". */
		length = i;
		if (text[at + *ret_length] == ' ' ||
		    !claim_number_at(text, len, &length, &hundredths, &dotted))
			return;
		length -= i;
		other.units = ret->units > 0 && strcmp(ret->currency, "KRW") != 0 &&
					      strcmp(ret->currency, "JPY") != 0
				      ? hundredths
				      : hundredths / 100;
	}
	/* "$20 to 2 cards" is none. */
	if (other.units <= ret->units)
		return;
	ret->units = other.units;
	*ret_length = i + length - at;
}

/* The first number of a range whose currency stands behind the second: "20-30 dollars". */
static bool
range_at(const char *text, size_t len, size_t at, struct claim *ret, size_t *ret_length)
{
	size_t i = at, n;
	int64_t hundredths;
	bool dotted;

	if (!isdigit((unsigned char)text[at]) || (at > 0 && isalnum((unsigned char)text[at - 1])) ||
	    (at > 0 && strchr("-.,#/", text[at - 1]) && text[at - 1]))
		return false;
	if (!claim_number_at(text, len, &i, &hundredths, &dotted))
		return false;
	n = claim_begins_with(text, len, i, CLAIM_WORDS("-", "–", " - "));
	if (n == 0 || !claim_ranged_sum_at(text, len, i + n, ret, ret_length))
		return false;
	*ret_length += i + n - at;
	return true;
}

bool
claim_own_sum_at(const char *text, size_t len, size_t at, struct claim *ret, size_t *ret_length)
{
	size_t from, to, end;
	bool foreign = false;

	ret->kind = CLAIM_SUM;
	if (!claim_sum_at(text, len, at, ret, ret_length) &&
	    !range_at(text, len, at, ret, ret_length)) {
		if (!claim_bare_sum_at(text, len, at, &ret->units, ret_length, &foreign))
			return false;
		ret->currency = foreign ? CLAIM_FOREIGN : "";
	} else if (has_other_sign(text, at)) {
		ret->currency = CLAIM_FOREIGN;
	}
	take_range(text, len, at, ret, ret_length);
	/* More than anybody gives is no less a sum. */
	if (ret->units > CLAIM_UNITS_MAX)
		ret->units = CLAIM_UNITS_MAX;
	end = at + *ret_length;
	from = clause_from(text, at);
	to = clause_to(text, len, end);
	ret->times = claim_times(text, from, at, end, to);
	return true;
}
