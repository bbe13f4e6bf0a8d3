/*
 * claim_sum: sums of money and order numbers as people write them. See claim_internal.h.
 */
#include <ctype.h>
#include <string.h>

#include "claim_internal.h"

enum place {
	AROUND, /* before or behind the number */
	BEHIND,
	WORD, /* behind, and other words begin with it: see claim_money_ends() */
};

static const struct currency {
	const char *code, *name;
	int cents;
	enum place place;
} currencies[] = {
	{ "KRW", "₩", 1, AROUND },
	{ "KRW", "\\", 1, AROUND }, /* how Korean keyboards and fonts have it */
	{ "KRW", "krw", 1, AROUND },
	{ "KRW", "원", 1, WORD },
	{ "KRW", "won", 1, WORD },
	{ "USD", "usd", 100, AROUND },
	{ "USD", "us$", 100, AROUND },
	{ "USD", "$", 100, AROUND },
	{ "USD", "달러", 100, BEHIND },
	{ "USD", "불", 100, WORD },
	{ "USD", "us dollars", 100, BEHIND },
	{ "USD", "u.s. dollars", 100, BEHIND },
	{ "USD", "american dollars", 100, BEHIND },
	{ "USD", "dollars", 100, BEHIND },
	{ "USD", "dollar", 100, BEHIND },
	{ "USD", "bucks", 100, BEHIND },
	{ "USD", "cents", 1, BEHIND },
	{ "USD", "cent", 1, BEHIND },
	{ "USD", "센트", 1, BEHIND },
	{ "USD", "¢", 1, BEHIND },
	{ "GBP", "pence", 1, BEHIND },
	{ "GBP", "£", 100, AROUND },
	{ "GBP", "gbp", 100, AROUND },
	{ "GBP", "파운드", 100, BEHIND },
	{ "GBP", "pounds", 100, WORD },
	{ "GBP", "pound", 100, WORD },
	{ "GBP", "quid", 100, BEHIND },
	{ "EUR", "€", 100, AROUND },
	{ "EUR", "eur", 100, AROUND },
	{ "EUR", "유로", 100, BEHIND },
	{ "EUR", "euros", 100, BEHIND },
	{ "EUR", "euro", 100, BEHIND },
	{ "JPY", "¥", 1, AROUND },
	{ "JPY", "jpy", 1, AROUND },
	{ "JPY", "엔", 1, WORD },
	{ "JPY", "円", 1, BEHIND },
	{ "JPY", "yen", 1, BEHIND },
	{ "CNY", "cny", 100, AROUND },
	{ "CNY", "rmb", 100, AROUND },
	{ "CNY", "위안", 100, BEHIND },
	{ "CNY", "元", 100, BEHIND },
	{ "CNY", "yuan", 100, BEHIND },
	{ "CHF", "chf", 100, AROUND },
	{ "CHF", "francs", 100, BEHIND },
};

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

static bool
is_letter(unsigned char c)
{
	return isalnum(c);
}

bool
claim_word_at(const char *text, size_t len, size_t at, const char *word)
{
	size_t n = strlen(word);

	if (at > len || n > len - at || memcmp(text + at, word, n) != 0)
		return false;
	if (isalpha((unsigned char)word[0]) && at > 0 && is_letter((unsigned char)text[at - 1]))
		return false;
	return !isalpha((unsigned char)word[n - 1]) || at + n >= len ||
	       !is_letter((unsigned char)text[at + n]);
}

/* Unlike other words, a currency may touch its number: "20usd". */
static const struct currency *
take_currency(const char *text, size_t len, size_t *at, bool behind)
{
	for (size_t i = 0; i < COUNT(currencies); i++) {
		size_t n = strlen(currencies[i].name);

		if ((!behind && currencies[i].place != AROUND) || n > len - *at ||
		    memcmp(text + *at, currencies[i].name, n) != 0)
			continue;
		if (isalpha((unsigned char)currencies[i].name[n - 1]) && *at + n < len &&
		    isalpha((unsigned char)text[*at + n]))
			continue;
		/* "three $20 vouchers": the sign is the next number's. */
		if (behind && currencies[i].place == AROUND &&
		    !isalpha((unsigned char)currencies[i].name[n - 1]) && *at + n < len &&
		    isdigit((unsigned char)text[*at + n]))
			continue;
		*at += n;
		return &currencies[i];
	}
	return NULL;
}

static void
skip_blank(const char *text, size_t len, size_t *at)
{
	if (*at < len && text[*at] == ' ')
		++*at;
}

/* Behind a digit, a dot or a letter, or in "A-1234", is no beginning. */
static bool
begins(const char *text, size_t at)
{
	unsigned char c = at > 0 ? (unsigned char)text[at - 1] : ' ';

	if (c == '-' && at > 1)
		c = (unsigned char)text[at - 2];
	return c != '.' && c != ',' && c != '#' && !isalnum(c);
}

/* A dot parts thousands where a comma begins the cents, and where there are none. */
static bool
has_dots(const struct currency *c)
{
	return c->cents == 1 || strcmp(c->code, "EUR") == 0;
}

static bool
sum_at(const char *text, size_t len, size_t at, bool ranged, struct claim *ret, size_t *ret_length)
{
	size_t i = at, number, end;
	const struct currency *before, *c;
	int64_t hundredths, units;
	bool dotted;

	before = take_currency(text, len, &i, false);
	/* A sign begins wherever it stands: "refund-$5". */
	if (!ranged && !begins(text, at) && (!before || isalpha((unsigned char)before->name[0])))
		return false;
	if (before)
		skip_blank(text, len, &i);
	number = i;
	if (!claim_number_at(text, len, &i, &hundredths, &dotted))
		return false;
	end = i;
	/* "30 dollars", "a 30-dollar voucher" */
	if (i < len && text[i] == '-' && i + 1 < len && isalpha((unsigned char)text[i + 1]))
		i++;
	else
		skip_blank(text, len, &i);
	c = take_currency(text, len, &i, true);
	if (!before && c && c->place == WORD &&
	    !claim_money_ends(text, len, i, (unsigned char)text[number] >= 0x80, hundredths / 100))
		return false;
	if (c && (!before || before->code == c->code))
		end = i;
	c = before ? before : c;
	if (!c && claim_bare_won(text, len, at, end))
		c = &currencies[0];
	if (!c || (c->cents == 1 && hundredths % 100) || (dotted && !has_dots(c)))
		return false;
	units = c->cents == 1 ? hundredths / 100 : hundredths;
	if (units > CLAIM_UNITS_MAX)
		return false;
	ret->kind = CLAIM_SUM;
	ret->currency = c->code;
	ret->units = units;
	ret->times = 1;
	*ret_length = end - at;
	return true;
}

bool
claim_sum_at(const char *text, size_t len, size_t at, struct claim *ret, size_t *ret_length)
{
	return sum_at(text, len, at, false, ret, ret_length);
}

bool
claim_ranged_sum_at(const char *text, size_t len, size_t at, struct claim *ret, size_t *ret_length)
{
	return sum_at(text, len, at, true, ret, ret_length);
}

/* What stands before the number of an order. The longer come first. */
static const char *const order_words[] = {
	"order number",   "order no.",   "order no",   "order id",  "order",
	"invoice number", "invoice no.", "invoice no", "invoice",   "tracking number",
	"주문 번호",      "주문번호",    "주문",       "송장 번호", "송장번호",
	"송장",           "운송장 번호", "운송장번호", "운송장",    "접수 번호",
	"접수번호",       "인보이스",
};

size_t
claim_order_at(const char *text, size_t len, size_t at, char ret[ORDER_BYTES_MAX + 1])
{
	size_t i = at, n = 0, digits = 0;

	for (size_t w = 0; w < COUNT(order_words) && i == at; w++)
		if (claim_word_at(text, len, at, order_words[w]))
			i = at + strlen(order_words[w]);
	if (i == at)
		return 0;
	for (size_t signs = 0; signs < 4 && i < len && strchr(" :#", text[i]) && text[i]; signs++)
		i++;
	for (; i < len &&
	       (isalnum((unsigned char)text[i]) ||
		(text[i] == '-' && n > 0 && i + 1 < len && isalnum((unsigned char)text[i + 1])));
	     i++) {
		if (n == ORDER_BYTES_MAX)
			return 0; /* no number is so long */
		digits += isdigit((unsigned char)text[i]) != 0;
		ret[n++] = (char)toupper((unsigned char)text[i]);
	}
	ret[n] = '\0';
	/* "order 2" is a count, "order today" a word. */
	return digits >= 3 && n >= 4 ? i - at : 0;
}
