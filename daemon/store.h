/*
 * store: ordered byte keys and values, in short transactions.
 *
 * One table of functions, implemented by LMDB (store_lmdb.c) and by memory (store_memory.c).
 * Nothing above knows which. A write transaction sees its own writes; read transactions see one
 * snapshot. One writer at a time: store_begin(write) waits for the other. A transaction belongs to
 * the thread that began it, and a thread must end its read transaction before it begins to write.
 *
 * Errors: -ENOENT no such key, -ENOSPC the disk or the map is full (the transaction can only be
 * aborted; the next write transaction has a larger map, if map_max allows one), -EINVAL key empty
 * or over STORE_KEY_MAX or value over STORE_VALUE_MAX, -EACCES a write in a read transaction,
 * -EAGAIN too many readers, -EIO the store is damaged, -ENOMEM.
 */
#ifndef DAEMON_STORE_H
#define DAEMON_STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "filters/err.h"
#include "filters/message.h"

#define STORE_KEY_MAX 511 /* LMDB's default bound */
#define STORE_VALUE_MAX (1u << 20)

struct store_txn;

/*
 * What a range visitor answers: 0 go on, 1 stop (the range then returns 0), negative errno stop
 * with that error.
 */
typedef int
store_visit(void *context, struct span key, struct span value);

struct store {
	const struct store_ops *ops;
};

struct store_ops {
	void (*close)(struct store *store);
	int (*begin)(struct store *store, bool write, struct store_txn **ret_txn);
	int (*commit)(struct store_txn *txn);
	void (*abort)(struct store_txn *txn);
	int (*get)(struct store_txn *txn, struct span key, struct span *ret_value);
	int (*put)(struct store_txn *txn, struct span key, struct span value);
	int (*delete)(struct store_txn *txn, struct span key);
	int (*range)(struct store_txn *txn, struct span prefix, struct span from, bool backward,
		     store_visit *visit, void *context);
};

struct store_txn {
	struct store *store;
	bool write;
	int failed; /* a write that failed: all that commit will return */
};

/*
 * Opens (makes, mode 0700) an LMDB environment in directory `path`; the map grows by itself up to
 * map_max bytes. One process at a time: -EBUSY when another triaged has it open.
 */
int
store_open_lmdb(const char *path, size_t map_max, struct err *err, struct store **ret_store);

/* A store that dies with the process. */
int
store_open_memory(struct store **ret_store);

/* NULL is fine. No transaction may be open. */
void
store_close(struct store *store);

int
store_begin(struct store *store, bool write, struct store_txn **ret_txn);

/* Ends the transaction whatever it returns; 0 means durable. */
int
store_commit(struct store_txn *txn);

/* NULL is fine. */
void
store_abort(struct store_txn *txn);

/*
 * *ret_value points into the store and is valid until the next write of, or the end of, this
 * transaction.
 */
int
store_get(struct store_txn *txn, struct span key, struct span *ret_value);

int
store_put(struct store_txn *txn, struct span key, struct span value);

/* -ENOENT when it was not there. */
int
store_delete(struct store_txn *txn, struct span key);

/*
 * Visits keys that begin with prefix, in byte order (or backward), starting at `from` (inclusive;
 * empty: the first, or backward the last). The visitor must not write to the transaction.
 */
int
store_range(struct store_txn *txn, struct span prefix, struct span from, bool backward,
	    store_visit *visit, void *context);

/*
 * The next number of a named sequence in this write transaction: 1, 2, 3 ... Never given twice once
 * committed.
 */
int
store_next(struct store_txn *txn, const char *name, uint64_t *ret_number);

#endif
