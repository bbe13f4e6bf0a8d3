/*
 * amount: see amount.h.
 */
#include "amount.h"

#include <ctype.h>
#include <inttypes.h>
#include <string.h>

#define MAN 10000 /* 만 */

static const struct currency {
	const char *code, *symbol, *word; /* word: behind the number */
	int decimals;
} currencies[] = {
	{ "KRW", "₩", "원", 0 },   { "USD", "$", "달러", 2 }, { "GBP", "£", "파운드", 2 },
	{ "EUR", "€", "유로", 2 }, { "JPY", "¥", "엔", 0 },
};

#define CURRENCIES (sizeof(currencies) / sizeof(currencies[0]))

static void
skip_blanks(const char **at)
{
	while (**at == ' ')
		(*at)++;
}

static bool
take(const char **at, const char *word)
{
	size_t len = strlen(word);

	if (strncmp(*at, word, len) != 0)
		return false;
	*at += len;
	return true;
}

/* A currency's sign or code, before or behind the number. */
static const struct currency *
take_currency(const char **at, bool behind)
{
	for (size_t i = 0; i < CURRENCIES; i++) {
		const struct currency *c = &currencies[i];

		if (take(at, c->code) || take(at, c->symbol) || (behind && take(at, c->word)))
			return c;
	}
	return NULL;
}

/* Between groups of three digits, or nowhere: "10,00" may be ten or a thousand. */
static bool
commas_are_right(const char *s)
{
	size_t digits = strspn(s, "0123456789");

	if (s[digits] != ',')
		return true;
	if (digits > 3)
		return false;
	for (s += digits; *s == ','; s += 4)
		if (strspn(s + 1, "0123456789") != 3)
			return false;
	return true;
}

/* "20,000", "50.25": the whole part, and the hundredths (-1: not written). */
static bool
take_number(const char **at, int64_t *ret_whole, int *ret_hundredths)
{
	const char *s = *at;
	int64_t whole = 0;

	if (!isdigit((unsigned char)*s) || !commas_are_right(s))
		return false;
	for (; isdigit((unsigned char)*s) || (*s == ',' && isdigit((unsigned char)s[1])); s++) {
		if (*s != ',')
			whole = whole * 10 + (*s - '0');
		if (whole > AMOUNT_MAX)
			return false;
	}
	*ret_hundredths = -1;
	if (*s == '.') {
		if (!isdigit((unsigned char)s[1]) || !isdigit((unsigned char)s[2]) ||
		    isdigit((unsigned char)s[3]))
			return false;
		*ret_hundredths = (s[1] - '0') * 10 + (s[2] - '0');
		s += 3;
	}
	*ret_whole = whole;
	*at = s;
	return true;
}

bool
amount_parse(const char *text, struct amount *ret)
{
	const char *at = text;
	const struct currency *c;
	int64_t whole;
	int hundredths;

	skip_blanks(&at);
	c = take_currency(&at, false);
	skip_blanks(&at);
	if (!take_number(&at, &whole, &hundredths))
		return false;
	skip_blanks(&at);
	if (take(&at, "만")) {
		if (hundredths >= 0)
			return false;
		whole *= MAN;
		skip_blanks(&at);
	}
	if (!c)
		c = take_currency(&at, true);
	skip_blanks(&at);
	if (!c || *at || (hundredths >= 0 && c->decimals == 0))
		return false;
	if (c->decimals > 0)
		whole = whole * 100 + (hundredths > 0 ? hundredths : 0);
	if (whole <= 0 || whole > AMOUNT_MAX)
		return false;
	*ret = (struct amount){ c->code, whole };
	return true;
}

/* "1,234,567" */
static const char *
grouped(struct arena *arena, int64_t n)
{
	const char *rest;

	if (n < 1000)
		return arena_printf(arena, "%" PRId64, n);
	rest = grouped(arena, n / 1000); /* at most six times: AMOUNT_MAX */
	return rest ? arena_printf(arena, "%s,%03" PRId64, rest, n % 1000) : NULL;
}

const char *
amount_text(struct arena *arena, const struct amount *amount, bool korean)
{
	const struct currency *c = &currencies[0];
	const char *whole;

	for (size_t i = 0; i < CURRENCIES; i++)
		if (strcmp(currencies[i].code, amount->currency) == 0)
			c = &currencies[i];
	whole = grouped(arena, c->decimals ? amount->units / 100 : amount->units);
	if (!whole)
		return NULL;
	if (korean && c->decimals == 0)
		return arena_printf(arena, "%s%s", whole, c->word);
	if (c->decimals > 0 && amount->units % 100 > 0)
		return arena_printf(arena, "%s%s.%02" PRId64, c->symbol, whole,
				    amount->units % 100);
	return arena_printf(arena, "%s%s", c->symbol, whole);
}
