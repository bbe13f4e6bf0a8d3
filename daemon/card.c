/*
 * card: see card.h.
 *
 * A wish is kept as a line of four fields with tabs between: "wish" or "never", when
 * (milliseconds), who, the text. The text is one harmless line before it is kept (mime_one_line),
 * so it holds no tab and can stand in a header.
 */
#include "card.h"

#include <errno.h>
#include <inttypes.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "case.h"
#include "draft_mime.h"
#include "moment.h"

#define COUNT(list) (sizeof(list) / sizeof(*(list)))
#define VALUE_DIGITS 15u

const char *const card_standings[] = { "keep", "share", "part", NULL };

/* In the order of acts. */
const struct steer_verb card_verbs[] = {
	{ "wish", "customer wish ADDRESS TEXT" },
	{ "never", "customer never ADDRESS TEXT" },
	{ "unwish", "customer unwish ADDRESS NUMBER" },
	{ "standing", "customer standing ADDRESS keep|share|part|none --reason TEXT" },
};

const size_t card_verb_count = COUNT(card_verbs);

struct turn_card {
	struct store_txn *txn;
	struct arena *arena;
	const struct steer *steer;
	struct customer_record c;
	const char *said;
	struct err *err;
};

bool
card_mind(struct arena *arena, const char *line, struct mind *ret)
{
	const char *when = strchr(line, '\t'), *by = when ? strchr(when + 1, '\t') : NULL,
		   *text = by ? strchr(by + 1, '\t') : NULL;
	struct mind mind;

	if (!text)
		return false;
	mind.never = strncmp(line, "never\t", 6) == 0;
	mind.at_ms = strtoll(when + 1, NULL, 10);
	mind.by = arena_strndup(arena, by + 1, (size_t)(text - by - 1));
	mind.text = text + 1;
	if (!mind.by)
		return false;
	*ret = mind;
	return true;
}

const char *
card_standing(const struct customer_record *customer)
{
	return customer->standing ? customer->standing : "";
}

/* A list with one line more, which is in the arena; the oldest goes where there would be too many.
 */
static int
add_line(struct arena *arena, const char ***list, size_t *count, size_t max, const char *line)
{
	size_t kept = *count < max ? *count : max - 1;
	const char **longer = arena_calloc(arena, kept + 1, sizeof(*longer));

	if (!longer || !line)
		return -ENOMEM;
	for (size_t i = 0; i < kept; i++)
		longer[i] = (*list)[*count - kept + i];
	longer[kept] = line;
	*list = longer;
	*count = kept + 1;
	return 0;
}

/* Puts the card with a line of what was done. */
static int
put_card(struct turn_card *t, const char *what)
{
	const char *line = arena_printf(t->arena, "%s UTC, %s: %s",
					moment_text(t->arena, NULL, t->steer->now_ms),
					t->steer->actor, what ? what : "");
	int r = what ? add_line(t->arena, &t->c.card_log, &t->c.card_log_count, CARD_LOG_MAX, line)
		     : -ENOMEM;

	return r < 0 ? r : record_customer_put(t->txn, &t->c);
}

static int
add_mind(struct turn_card *t, const char *kind)
{
	const char *text = mime_one_line(t->arena, t->steer->value, CARD_TEXT_MAX), *line;
	struct mind old;
	int r, there = 0;

	if (!text)
		return -ENOMEM;
	if (!*text)
		return err_set(t->err, -EINVAL,
			       "there are no words in it; say: customer %s %s \"...\"", kind,
			       t->c.address);
	for (size_t i = 0; i < t->c.mind_count; i++)
		there += card_mind(t->arena, t->c.minds[i], &old);
	if (there >= CARD_MINDS_MAX || t->c.mind_count >= CARD_MINDS_EVER)
		return err_set(t->err, -EINVAL,
			       "%s has %d wishes and deal-breakers already; take one back first: "
			       "customer unwish %s NUMBER",
			       t->c.address, CARD_MINDS_MAX, t->c.address);
	line = arena_printf(t->arena, "%s\t%" PRId64 "\t%s\t%s", kind, t->steer->now_ms,
			    t->steer->actor, text);
	r = add_line(t->arena, &t->c.minds, &t->c.mind_count, CARD_MINDS_EVER, line);
	if (r < 0)
		return r;
	t->said = arena_printf(t->arena, "remembered of %s, %s: %s (number %zu)", t->c.address,
			       kind, text, t->c.mind_count);
	return put_card(t, arena_printf(t->arena, "%s: %s", kind, text));
}

static int
do_wish(struct turn_card *t)
{
	return add_mind(t, "wish");
}

static int
do_never(struct turn_card *t)
{
	return add_mind(t, "never");
}

static int
do_unwish(struct turn_card *t)
{
	size_t digits = strspn(t->steer->value, "0123456789");
	unsigned long n = digits > 0 && digits < 9 && !t->steer->value[digits]
				  ? strtoul(t->steer->value, NULL, 10)
				  : 0;
	const char **rest = arena_calloc(t->arena, t->c.mind_count + 1, sizeof(*rest));
	struct mind gone;

	if (n == 0 || n > t->c.mind_count)
		return err_set(t->err, -EINVAL,
			       "%s has no wish or deal-breaker \"%.20s\"; customer show numbers "
			       "them",
			       t->c.address, t->steer->value);
	if (!rest)
		return -ENOMEM;
	if (!card_mind(t->arena, t->c.minds[n - 1], &gone))
		return err_set(t->err, -EINVAL, "number %lu of %s was taken back already", n,
			       t->c.address);
	/* Its place stays: the others keep their numbers. */
	for (size_t i = 0; i < t->c.mind_count; i++)
		rest[i] = i == n - 1 ? "" : t->c.minds[i];
	t->c.minds = rest;
	t->said = arena_printf(t->arena, "taken back of %s: %s", t->c.address, gone.text);
	return put_card(t, arena_printf(t->arena, "took back %s: %s", gone.never ? "never" : "wish",
					gone.text));
}

static int
do_standing(struct turn_card *t)
{
	const char *value = t->steer->value, *before = card_standing(&t->c), *reason;
	bool none = strcmp(value, "none") == 0, known = none;

	for (size_t i = 0; card_standings[i]; i++)
		known |= strcmp(card_standings[i], value) == 0;
	if (!known)
		return err_set(t->err, -EINVAL,
			       "\"%.60s\" is no standing; say keep, share, part or none", value);
	reason = mime_one_line(t->arena, t->steer->reason, CARD_TEXT_MAX);
	if (!reason)
		return -ENOMEM;
	if (!*reason)
		return err_set(t->err, -EINVAL,
			       "say what it is decided by, best the figures: --reason \"...\"");
	if (none && !*before)
		return err_set(t->err, -EINVAL, "nothing was decided about %s", t->c.address);
	t->c.standing = none ? "" : value;
	t->c.standing_by = none ? "" : t->steer->actor;
	t->c.standing_ms = none ? 0 : t->steer->now_ms;
	t->c.standing_reason = none ? "" : reason;
	t->said =
		none ? arena_printf(t->arena, "the standing of %s is open again", t->c.address)
		     : arena_printf(t->arena, "the standing of %s is now: %s", t->c.address, value);
	return put_card(t, arena_printf(t->arena, "standing %s%s%s: %s", value,
					*before ? ", before " : "", before, reason));
}

static int (*const acts[])(struct turn_card *t) = { do_wish, do_never, do_unwish, do_standing };

_Static_assert(COUNT(card_verbs) == COUNT(acts), "every verb has its act");

const struct steer_verb *
card_verb(const char *name)
{
	for (size_t i = 0; i < card_verb_count; i++)
		if (strcmp(card_verbs[i].name, name) == 0)
			return &card_verbs[i];
	return NULL;
}

/* The card of an address, an empty one when nobody knows it yet. */
static int
get_card(struct store_txn *txn, struct arena *arena, const char *address,
	 struct customer_record *ret, struct err *err)
{
	const char *lower = address_lower(arena, address);
	int r;

	if (!lower)
		return -ENOMEM;
	if (!mime_address_plain(lower))
		return err_set(err, -EINVAL, "\"%.100s\" is no mail address", address);
	r = record_customer_get(txn, arena, lower, ret);
	if (r == -ENOENT) {
		*ret = (struct customer_record){ .address = lower };
		r = 0;
	}
	return r;
}

int
card_steer(struct store_txn *txn, struct arena *arena, const char *address,
	   const struct steer *steer, struct customer_record *ret, const char **ret_said,
	   struct err *err)
{
	const struct steer_verb *verb = card_verb(steer->verb);
	struct turn_card t = { .txn = txn, .arena = arena, .steer = steer, .err = err };
	int r;

	if (!verb)
		return err_set(err, -EINVAL, "a customer's card has no \"%.40s\"", steer->verb);
	if (!*steer->value)
		return err_set(err, -EINVAL, "say: %s", verb->usage);
	if (strlen(steer->value) > CARD_TEXT_MAX || strlen(steer->reason) > CARD_TEXT_MAX)
		return err_set(err, -EINVAL, "the text is longer than %d bytes; say it shorter",
			       CARD_TEXT_MAX);
	r = get_card(txn, arena, address, &t.c, err);
	if (r == 0)
		r = acts[verb - card_verbs](&t);
	if (r == 0 && !t.said)
		r = -ENOMEM;
	if (r < 0)
		return r == -EINVAL ? r
				    : err_set(err, r, "writing to the card of %.100s: %s", address,
					      strerror(-r));
	*ret = t.c;
	*ret_said = t.said;
	return 0;
}

/* "1200000" or "1200000.50" */
static bool
is_value(const char *text)
{
	size_t whole = strspn(text, "0123456789"), cents;

	if (whole == 0 || whole > VALUE_DIGITS)
		return false;
	if (!text[whole])
		return true;
	cents = strspn(text + whole + 1, "0123456789");
	return text[whole] == '.' && cents >= 1 && cents <= 2 && !text[whole + 1 + cents];
}

static bool
is_currency(const char *text)
{
	return strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") == 3 && !text[3];
}

int
card_row_check(const struct card_row *row, struct err *err)
{
	if (!mime_address_plain(row->address))
		return err_set(err, -EINVAL, "\"%.100s\" is no mail address", row->address);
	if (strlen(row->name) > CARD_TEXT_MAX || strlen(row->remark) > CARD_TEXT_MAX)
		return err_set(err, -EINVAL, "name and note have at most %d bytes", CARD_TEXT_MAX);
	if (*row->value && !is_value(row->value))
		return err_set(err, -EINVAL,
			       "the value \"%.40s\" is no number such as 1200000 or 99.50",
			       row->value);
	if (*row->value && !is_currency(row->currency))
		return err_set(err, -EINVAL,
			       "a value needs a currency of three capital letters such as KRW, not "
			       "\"%.20s\"",
			       row->currency);
	if (!*row->value && *row->currency)
		return err_set(err, -EINVAL, "there is a currency but no value");
	if (*row->since && (strlen(row->since) != 10 || moment_parse(NULL, 0, row->since) == -1))
		return err_set(err, -EINVAL, "\"%.40s\" is no day; write it like 2024-03-01",
			       row->since);
	return 0;
}

int
card_import(struct store_txn *txn, struct arena *arena, const struct card_row *row,
	    const char *actor, int64_t now_ms, struct err *err)
{
	const struct steer by = { .actor = actor, .now_ms = now_ms };
	struct turn_card t = { .txn = txn, .arena = arena, .steer = &by, .err = err };
	const char *name = mime_one_line(arena, row->name, CARD_TEXT_MAX),
		   *remark = mime_one_line(arena, row->remark, CARD_TEXT_MAX);
	int r = name && remark ? card_row_check(row, err) : -ENOMEM;

	if (r == 0)
		r = get_card(txn, arena, row->address, &t.c, err);
	if (r < 0)
		return r;
	if (!t.c.name || !*t.c.name)
		t.c.name = name;
	t.c.value = row->value;
	t.c.currency = row->currency;
	t.c.since = row->since;
	t.c.remark = remark;
	t.c.imported_ms = now_ms;
	return put_card(
		&t, *row->value ? arena_printf(arena, "imported %s %s", row->value, row->currency)
				: "imported");
}

static const char *
member(struct arena *arena, const json_t *row, const char *name)
{
	const char *text = json_string_value(json_object_get(row, name));

	return arena_strdup(arena, text ? text : "");
}

static int
import_one(struct store_txn *txn, struct arena *arena, const json_t *one, const char *actor,
	   int64_t now_ms, struct err *err)
{
	const struct card_row row = {
		.address = member(arena, one, "address"),
		.name = member(arena, one, "name"),
		.value = member(arena, one, "value"),
		.currency = member(arena, one, "currency"),
		.since = member(arena, one, "since"),
		.remark = member(arena, one, "note"),
	};

	if (!row.address || !row.name || !row.value || !row.currency || !row.since || !row.remark)
		return -ENOMEM;
	return card_import(txn, arena, &row, actor, now_ms, err);
}

int
card_import_rows(struct store_txn *txn, struct arena *arena, const char *rows, const char *actor,
		 int64_t now_ms, size_t *ret_count, struct err *err)
{
	json_t *list = json_loads(rows, 0, NULL);
	size_t count = json_array_size(list);
	int r = 0;

	if (!json_is_array(list) || count > CARD_ROWS_MAX)
		r = err_set(err, -EINVAL, "rows must be a JSON array of at most %d customers",
			    CARD_ROWS_MAX);
	for (size_t i = 0; r == 0 && i < count; i++)
		r = import_one(txn, arena, json_array_get(list, i), actor, now_ms, err);
	json_decref(list);
	if (r < 0 && r != -EINVAL)
		return err_set(err, r, "writing imported customers: %s", strerror(-r));
	if (r == 0)
		*ret_count = count;
	return r;
}
