/*
 * customer: who writes, and what is remembered of them.
 *
 * A customer is an address in lower case. A mail whose writer cannot be told has none, and is
 * handled all the same.
 */
#include <errno.h>
#include <string.h>

#include "case.h"

const char *
address_lower(struct arena *arena, const char *address)
{
	char *lower = arena_strdup(arena, address ? address : "");

	if (!lower)
		return NULL;
	for (char *p = lower; *p; p++)
		if (*p >= 'A' && *p <= 'Z')
			*p = (char)(*p - 'A' + 'a');
	return lower;
}

/* The first entry that has an address, or NULL. */
static const struct address *
first_usable(const struct addresses *from)
{
	for (size_t i = 0; i < from->count; i++)
		if (from->list[i].address && from->list[i].address[0])
			return &from->list[i];
	return NULL;
}

struct address
customer_of(const struct message *message)
{
	const struct addresses *const fields[] = { &message->from, &message->sender,
						   &message->reply_to };

	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
		const struct address *found = first_usable(fields[i]);

		if (found)
			return (struct address){ found->name ? found->name : "", found->address };
	}
	return (struct address){ "", "" };
}

int
customer_note(struct store_txn *txn, struct arena *arena, const struct address *from, bool new_case,
	      int64_t now_ms, struct customer_record *ret_customer, bool *ret_known)
{
	struct customer_record c = { .name = "", .owner = "", .first_ms = now_ms };
	const char *address = address_lower(arena, from->address);
	bool known;
	int r;

	if (!address)
		return -ENOMEM;
	c.address = address;
	r = address[0] ? record_customer_get(txn, arena, address, &c) : -ENOENT;
	if (r < 0 && r != -ENOENT)
		return r;
	/* Who was only imported, or has a card, has not written before. */
	known = r == 0 && c.messages > 0;
	if (!known)
		c.first_ms = now_ms;
	c.messages++;
	if (new_case)
		c.cases++;
	if (from->name && from->name[0])
		c.name = from->name;
	if (c.last_ms < now_ms)
		c.last_ms = now_ms;
	r = address[0] ? record_customer_put(txn, &c) : 0;
	if (r < 0)
		return r;
	*ret_customer = c;
	*ret_known = known;
	return 0;
}
