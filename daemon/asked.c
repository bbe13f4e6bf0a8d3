/*
 * asked: see asked.h.
 */
#include "asked.h"

#include <errno.h>
#include <string.h>

#include "amount.h"
#include "filters/keyword.h"
#include "filters/sentence.h"

#define TOPIC_WORDS_MAX 160 /* of one case */
#define HIDDEN_MAX 64

const char *
asked_label(struct arena *arena, const struct claim *claim)
{
	struct amount amount = { claim->currency, claim->units };

	return claim->kind == CLAIM_SUM ? amount_text(arena, &amount, false)
					: claim_kind_name(claim->kind);
}

const char *
asked_line(struct arena *arena, const struct claims *claims)
{
	struct buf line = { .arena = arena };

	for (size_t i = 0; i < claims->count; i++) {
		const char *label = asked_label(arena, &claims->list[i]);

		if (!label)
			return NULL;
		buf_printf(&line, "%s%s", i ? "; " : "", label);
	}
	return buf_string(&line);
}

const char *
asked_orders_line(struct arena *arena, const struct claims *claims)
{
	struct buf line = { .arena = arena };

	for (size_t i = 0; i < claims->order_count; i++)
		buf_printf(&line, "%s%s", i ? ", " : "", claims->orders[i]);
	return buf_string(&line);
}

/* The texts of two lists, each once, at most max. Moves nothing when there is nothing new. */
static int
join(struct arena *arena, const char ***list, size_t *count, const char *const *more,
     size_t more_count, size_t max)
{
	const char **all = arena_calloc(arena, *count + more_count + 1, sizeof(*all));
	size_t n = 0;

	if (!all)
		return -ENOMEM;
	for (size_t i = 0; i < *count && n < max; i++)
		all[n++] = (*list)[i];
	for (size_t i = 0; i < more_count && n < max; i++) {
		bool known = false;

		for (size_t k = 0; k < n && !known; k++)
			known = strcmp(all[k], more[i]) == 0;
		if (!known)
			all[n++] = more[i];
	}
	*list = all;
	*count = n;
	return 0;
}

/* The sentences in which the mail's evidence of abuse lies: no words are kept from there. */
static size_t
find_hidden(const struct message *m, const struct verdict *v,
	    struct keyword_hidden hidden[HIDDEN_MAX])
{
	size_t n = 0;

	for (int f = 0; f < FLAG_COUNT; f++) {
		if (strncmp(flag_name((enum flag)f), "abuse.", 6) != 0)
			continue;
		for (size_t i = 0; i < v->flags[f].evidence_count && n < HIDDEN_MAX; i++) {
			const struct evidence *e = &v->flags[f].evidence[i];
			bool subject = strcmp(e->part, "subject") == 0;

			if (!subject && strcmp(e->part, "body") != 0)
				continue;
			hidden[n].part = e->part;
			sentence_around(subject ? m->subject : m->body,
					subject ? strlen(m->subject) : m->body_len, e->offset,
					e->length, &hidden[n].offset, &hidden[n].length);
			n++;
		}
	}
	return n;
}

static int
keep_topic(struct store_txn *txn, struct arena *arena, const struct message *message,
	   const struct verdict *verdict, const struct case_record *c)
{
	struct keyword_hidden hidden[HIDDEN_MAX];
	struct topic_record topic = { 0 };
	const char **words;
	size_t count;
	int r = keywords_read(arena, message, hidden, find_hidden(message, verdict, hidden), &words,
			      &count);

	if (r < 0)
		return r;
	r = record_topic_get(txn, arena, c, &topic);
	if (r < 0 && r != -ENOENT)
		return r;
	topic.account = c->account;
	topic.opened_ms = c->opened_ms;
	topic.case_id = c->id;
	topic.cause = c->cause ? c->cause : "";
	r = join(arena, &topic.words, &topic.word_count, words, count, TOPIC_WORDS_MAX);
	return r < 0 ? r : record_topic_put(txn, &topic);
}

/* What the mail asks for and names, added to the case. */
static int
add_to_case(struct arena *arena, const struct claims *claims, struct case_record *c)
{
	const char *labels[CLAIM_MAX];
	int r;

	for (size_t i = 0; i < claims->count; i++) {
		labels[i] = asked_label(arena, &claims->list[i]);
		if (!labels[i])
			return -ENOMEM;
	}
	r = join(arena, &c->asks, &c->ask_count, labels, claims->count, ASKED_MAX);
	return r < 0 ? r
		     : join(arena, &c->orders, &c->order_count, claims->orders, claims->order_count,
			    ASKED_MAX);
}

static int
link_orders(struct store_txn *txn, const struct case_record *c)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < c->order_count; i++)
		r = record_link_put(txn, c->account, CASE_LINK_ORDER, c->orders[i], c->id);
	return r;
}

static int
unlink_orders(struct store_txn *txn, struct case_record *c)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < c->order_count; i++)
		r = record_link_delete(txn, c->account, CASE_LINK_ORDER, c->orders[i], c->id);
	c->asks = c->orders = NULL;
	c->ask_count = c->order_count = 0;
	return r;
}

int
asked_keep(struct store_txn *txn, struct arena *arena, const struct message *message,
	   const struct verdict *verdict, struct message_record *mail, struct case_record *c)
{
	int r;

	if (message->automatic != AUTOMATIC_NO || mail->outgoing)
		return 0;
	r = claims_read(arena, message, &mail->claims);
	if (r == 0)
		r = add_to_case(arena, &mail->claims, c);
	if (r == 0)
		r = record_link_put(txn, c->account, CASE_LINK_CUSTOMER, c->customer, c->id);
	if (r == 0)
		r = link_orders(txn, c);
	return r < 0 ? r : keep_topic(txn, arena, message, verdict, c);
}

int
asked_again(struct store_txn *txn, struct arena *arena, struct case_record *c,
	    const struct claims *const *mails, size_t count)
{
	int r = unlink_orders(txn, c);

	for (size_t i = 0; r == 0 && i < count; i++)
		r = add_to_case(arena, mails[i], c);
	if (r == 0 && count > 0)
		r = record_link_put(txn, c->account, CASE_LINK_CUSTOMER, c->customer, c->id);
	return r < 0 ? r : link_orders(txn, c);
}

int
asked_forget(struct store_txn *txn, struct case_record *c)
{
	int r = record_topic_delete(txn, c);

	c->cause = "";
	return r < 0 ? r : unlink_orders(txn, c);
}
