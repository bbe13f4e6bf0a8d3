/*
 * store: what every kind of store has in common.
 *
 * Checks arguments once for all of them, makes a transaction in which a write failed impossible to
 * commit, numbers the sequences, and (in test builds only) stops the program at a chosen journal
 * step.
 */
#include "store.h"

#include <endian.h>
#include <errno.h>
#include <string.h>

#ifdef TRIAGED_TEST_HOOKS
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <unistd.h>

/* Counts the moments before and after each durable commit, and dies at number TRIAGED_CRASH_AT. */
static void
journal_step(void)
{
	static _Atomic unsigned long steps;
	const char *at = getenv("TRIAGED_CRASH_AT");
	unsigned long step = atomic_fetch_add(&steps, 1) + 1;

	if (at && strtoul(at, NULL, 10) == step)
		kill(getpid(), SIGKILL);
}
#endif

void
store_close(struct store *store)
{
	if (store)
		store->ops->close(store);
}

int
store_begin(struct store *store, bool write, struct store_txn **ret_txn)
{
	struct store_txn *txn;
	int r;

	r = store->ops->begin(store, write, &txn);
	if (r < 0)
		return r;
	txn->store = store;
	txn->write = write;
	txn->failed = 0;
	*ret_txn = txn;
	return 0;
}

int
store_commit(struct store_txn *txn)
{
	int r = txn->failed;

	if (r < 0) {
		store_abort(txn);
		return r;
	}
#ifdef TRIAGED_TEST_HOOKS
	bool write = txn->write;

	if (write)
		journal_step();
#endif
	r = txn->store->ops->commit(txn);
#ifdef TRIAGED_TEST_HOOKS
	if (write)
		journal_step();
#endif
	return r;
}

void
store_abort(struct store_txn *txn)
{
	if (txn)
		txn->store->ops->abort(txn);
}

static bool
key_fits(struct span key)
{
	return key.len > 0 && key.len <= STORE_KEY_MAX;
}

int
store_get(struct store_txn *txn, struct span key, struct span *ret_value)
{
	if (!key_fits(key))
		return -EINVAL;
	if (txn->failed < 0)
		return txn->failed;
	return txn->store->ops->get(txn, key, ret_value);
}

/* Remembers a failure that may have left half a write behind, so that it cannot be committed. */
static int
note(struct store_txn *txn, int r)
{
	if (r < 0 && r != -ENOENT)
		txn->failed = r;
	return r;
}

int
store_put(struct store_txn *txn, struct span key, struct span value)
{
	if (!txn->write)
		return -EACCES;
	if (!key_fits(key) || value.len > STORE_VALUE_MAX)
		return -EINVAL;
	if (txn->failed < 0)
		return txn->failed;
	return note(txn, txn->store->ops->put(txn, key, value));
}

int
store_delete(struct store_txn *txn, struct span key)
{
	if (!txn->write)
		return -EACCES;
	if (!key_fits(key))
		return -EINVAL;
	if (txn->failed < 0)
		return txn->failed;
	return note(txn, txn->store->ops->delete (txn, key));
}

int
store_range(struct store_txn *txn, struct span prefix, struct span from, bool backward,
	    store_visit *visit, void *context)
{
	if (prefix.len > STORE_KEY_MAX || from.len > STORE_KEY_MAX)
		return -EINVAL;
	if (txn->failed < 0)
		return txn->failed;
	return txn->store->ops->range(txn, prefix, from, backward, visit, context);
}

int
store_next(struct store_txn *txn, const char *name, uint64_t *ret_number)
{
	/* Table 's' of what all accounts share (record.h): a zero byte, the letter, the name. */
	char key[STORE_KEY_MAX] = { '\0', 's' };
	size_t len = strlen(name);
	struct span value;
	uint64_t number = 0;
	int r;

	if (!txn->write)
		return -EACCES;
	if (len == 0 || len > sizeof(key) - 2)
		return -EINVAL;
	memcpy(key + 2, name, len);
	r = store_get(txn, (struct span){ key, len + 2 }, &value);
	if (r < 0 && r != -ENOENT)
		return r;
	if (r == 0) {
		if (value.len != sizeof(number))
			return -EIO;
		memcpy(&number, value.at, sizeof(number));
		number = be64toh(number);
	}
	uint64_t next = htobe64(number + 1);

	r = store_put(txn, (struct span){ key, len + 2 },
		      (struct span){ (const char *)&next, sizeof(next) });
	if (r < 0)
		return r;
	*ret_number = number + 1;
	return 0;
}
