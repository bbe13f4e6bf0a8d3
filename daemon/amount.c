/*
 * amount: see amount.h.
 */
#include "amount.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "filters/claim.h"

static const struct currency {
	const char *code, *before, *behind; /* behind the number, in Korean; NULL: before it too */
	int decimals;
} currencies[] = {
	{ "KRW", "₩", "원", 0 },    { "USD", "$", NULL, 2 }, { "GBP", "£", NULL, 2 },
	{ "EUR", "€", NULL, 2 },    { "JPY", "¥", "엔", 0 }, { "CNY", "CNY ", NULL, 2 },
	{ "CHF", "CHF ", NULL, 2 },
};

#define CURRENCIES (sizeof(currencies) / sizeof(currencies[0]))

static const struct currency *
currency_of(const struct amount *amount)
{
	for (size_t i = 0; i < CURRENCIES; i++)
		if (strcmp(currencies[i].code, amount->currency) == 0)
			return &currencies[i];
	return NULL;
}

const char *
amount_currency(const char *code)
{
	for (size_t i = 0; code && i < CURRENCIES; i++)
		if (strcmp(currencies[i].code, code) == 0)
			return currencies[i].code;
	return "";
}

/* Between groups of three digits, or nowhere: "10,00" may be ten or a thousand. */
static bool
commas_are_right(const char *s)
{
	const char *comma = strchr(s, ',');
	const char *digits = comma;

	if (!comma)
		return true;
	while (digits > s && digits[-1] >= '0' && digits[-1] <= '9')
		digits--;
	if (comma - digits > 3)
		return false;
	for (; *comma == ','; comma += 4)
		if (strspn(comma + 1, "0123456789") != 3)
			return false;
	return !strchr(comma, ',');
}

/* The sum that is all of a text. */
struct alone {
	size_t count;
	struct claim sum;
};

static int
visit_sum(void *context, const struct claim *sum)
{
	struct alone *alone = context;

	alone->sum = *sum;
	return ++alone->count > 1;
}

int
amount_read(struct arena *arena, const char *text, struct amount *ret)
{
	struct alone alone = { 0 };
	size_t len;
	int r;

	text += strspn(text, " ");
	len = strlen(text);
	while (len > 0 && text[len - 1] == ' ')
		len--;
	if (len > AMOUNT_BYTES_MAX || !commas_are_right(text))
		return -EINVAL;
	r = claim_sums_each(arena, text, len, visit_sum, &alone);
	if (r < 0)
		return r;
	if (alone.count != 1 || alone.sum.offset != 0 || alone.sum.length != len ||
	    alone.sum.times != 1 || !*alone.sum.currency ||
	    strcmp(alone.sum.currency, CLAIM_FOREIGN) == 0 || alone.sum.units <= 0 ||
	    alone.sum.units > AMOUNT_MAX)
		return -EINVAL;
	*ret = (struct amount){ alone.sum.currency, alone.sum.units };
	return 0;
}

int64_t
amount_hundredths(const struct amount *amount)
{
	const struct currency *c = currency_of(amount);

	return c && c->decimals == 0 ? amount->units * 100 : amount->units;
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
	const struct currency *c = currency_of(amount);
	int64_t whole = amount_hundredths(amount) / 100, cents = amount_hundredths(amount) % 100;
	const char *digits = grouped(arena, whole);

	if (digits && cents > 0)
		digits = arena_printf(arena, "%s.%02" PRId64, digits, cents);
	if (!digits || !c)
		return digits;
	if (korean && c->behind)
		return arena_printf(arena, "%s%s", digits, c->behind);
	return arena_printf(arena, "%s%s", c->before, digits);
}
