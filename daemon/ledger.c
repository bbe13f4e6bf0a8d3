/*
 * ledger: the entries of one folder as an array, for work that must read before it writes.
 */
#include <errno.h>

#include "ledger.h"

struct list {
	struct arena *arena;
	void *at;
	size_t count, room;
};

static void *
list_add(struct list *list, size_t size)
{
	if (list->count == list->room) {
		size_t room = list->room ? list->room * 2 : 64;
		void *at = arena_grow(list->arena, list->at, list->room * size, room * size);

		if (!at)
			return NULL;
		list->at = at;
		list->room = room;
	}
	return (char *)list->at + size * list->count++;
}

static int
add_entry(void *context, const struct ledger_record *record)
{
	struct ledger_record *entry = list_add(context, sizeof(*entry));

	if (!entry)
		return -ENOMEM;
	*entry = *record;
	return 0;
}

int
ledger_list(struct store_txn *txn, struct arena *arena, const char *account, const char *folder,
	    uint32_t uidvalidity, uint32_t from, struct ledger_record **ret_entries,
	    size_t *ret_count)
{
	struct list list = { .arena = arena };
	int r = record_ledger_each(txn, arena, account, folder, uidvalidity, from, add_entry,
				   &list);

	if (r < 0)
		return r;
	*ret_entries = list.at;
	*ret_count = list.count;
	return 0;
}

static int
add_outbox(void *context, const struct outbox_record *record)
{
	struct outbox_record *entry = list_add(context, sizeof(*entry));

	if (!entry)
		return -ENOMEM;
	*entry = *record;
	return 0;
}

int
ledger_outbox(struct store_txn *txn, struct arena *arena, const char *account,
	      struct outbox_record **ret_entries, size_t *ret_count)
{
	struct list list = { .arena = arena };
	int r = record_outbox_each(txn, arena, account, 0, add_outbox, &list);

	if (r < 0)
		return r;
	*ret_entries = list.at;
	*ret_count = list.count;
	return 0;
}
