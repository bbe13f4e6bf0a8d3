/*
 * Every promise of store.h, held to both kinds of store; then what only the durable one can get
 * wrong: a full map, a full disk, a second process, readers while a writer writes, and dying at a
 * journal step.
 */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <ftw.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "daemon/store.h"

#define MIB ((size_t)1 << 20)

struct fixture {
	bool durable;
	char path[64];
	struct store *store;
};

static int
remove_entry(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st;
	(void)type;
	(void)ftw;
	return remove(path);
}

static void
remove_tree(const char *path)
{
	nftw(path, remove_entry, 8, FTW_DEPTH | FTW_PHYS);
}

static void
open_with(struct fixture *f, size_t map_max)
{
	struct err err;

	if (f->durable)
		assert_int_equal(store_open_lmdb(f->path, map_max, &err, &f->store), 0);
	else
		assert_int_equal(store_open_memory(&f->store), 0);
}

static int
setup(void **state)
{
	bool durable = *state != NULL;
	struct fixture *f = calloc(1, sizeof(*f));

	f->durable = durable;
	strcpy(f->path, "/tmp/test-store-XXXXXX");
	if (!mkdtemp(f->path))
		return -1;
	*state = f;
	return 0;
}

static int
setup_open(void **state)
{
	int r = setup(state);

	if (r == 0)
		open_with(*state, 1024 * MIB);
	return r;
}

static int
teardown(void **state)
{
	struct fixture *f = *state;

	store_close(f->store);
	remove_tree(f->path);
	free(f);
	return 0;
}

static struct span
text(const char *s)
{
	return (struct span){ s, strlen(s) };
}

static struct store_txn *
begin(struct fixture *f, bool write)
{
	struct store_txn *txn = NULL;

	assert_int_equal(store_begin(f->store, write, &txn), 0);
	return txn;
}

static void
put(struct store_txn *txn, const char *key, const char *value)
{
	assert_int_equal(store_put(txn, text(key), text(value)), 0);
}

static void
expect(struct store_txn *txn, const char *key, const char *value)
{
	struct span got;
	int r = store_get(txn, text(key), &got);

	if (!value) {
		assert_int_equal(r, -ENOENT);
		return;
	}
	assert_int_equal(r, 0);
	assert_int_equal(got.len, strlen(value));
	assert_memory_equal(got.at, value, got.len);
}

static void
put_alone(struct fixture *f, const char *key, const char *value)
{
	struct store_txn *txn = begin(f, true);

	put(txn, key, value);
	assert_int_equal(store_commit(txn), 0);
}

static void
a_transaction_sees_its_own_writes(void **state)
{
	struct store_txn *txn = begin(*state, true);

	expect(txn, "a", NULL);
	put(txn, "a", "1");
	expect(txn, "a", "1");
	put(txn, "a", "longer than before");
	expect(txn, "a", "longer than before");
	put(txn, "empty", "");
	expect(txn, "empty", "");
	assert_int_equal(store_delete(txn, text("a")), 0);
	expect(txn, "a", NULL);
	assert_int_equal(store_delete(txn, text("a")), -ENOENT);
	put(txn, "b", "2");
	assert_int_equal(store_commit(txn), 0);

	txn = begin(*state, false);
	expect(txn, "a", NULL);
	expect(txn, "b", "2");
	expect(txn, "empty", "");
	store_abort(txn);
}

static void
abort_undoes_everything(void **state)
{
	struct store_txn *txn;

	put_alone(*state, "kept", "old");
	put_alone(*state, "deleted", "old");
	txn = begin(*state, true);
	put(txn, "kept", "new");
	put(txn, "added", "new");
	assert_int_equal(store_delete(txn, text("deleted")), 0);
	store_abort(txn);
	store_abort(NULL);

	txn = begin(*state, false);
	expect(txn, "kept", "old");
	expect(txn, "added", NULL);
	expect(txn, "deleted", "old");
	assert_int_equal(store_commit(txn), 0);
}

static void
arguments_are_checked(void **state)
{
	static char bytes[STORE_VALUE_MAX + 1];
	struct store_txn *txn = begin(*state, true);
	struct span value;
	uint64_t number;

	memset(bytes, 'x', sizeof(bytes));
	assert_int_equal(store_put(txn, (struct span){ bytes, 0 }, text("v")), -EINVAL);
	assert_int_equal(store_put(txn, (struct span){ bytes, STORE_KEY_MAX + 1 }, text("v")),
			 -EINVAL);
	assert_int_equal(store_put(txn, text("k"), (struct span){ bytes, STORE_VALUE_MAX + 1 }),
			 -EINVAL);
	assert_int_equal(store_get(txn, (struct span){ bytes, 0 }, &value), -EINVAL);
	assert_int_equal(store_get(txn, (struct span){ bytes, STORE_KEY_MAX + 1 }, &value),
			 -EINVAL);
	assert_int_equal(store_delete(txn, (struct span){ bytes, STORE_KEY_MAX + 1 }), -EINVAL);
	assert_int_equal(store_range(txn, (struct span){ bytes, STORE_KEY_MAX + 1 }, text(""),
				     false, NULL, NULL),
			 -EINVAL);
	assert_int_equal(store_next(txn, "", &number), -EINVAL);
	/* None of that spoils the transaction, and what is exactly as large as allowed goes in. */
	assert_int_equal(store_put(txn, (struct span){ bytes, STORE_KEY_MAX },
				   (struct span){ bytes, STORE_VALUE_MAX }),
			 0);
	assert_int_equal(store_commit(txn), 0);

	txn = begin(*state, false);
	assert_int_equal(store_get(txn, (struct span){ bytes, STORE_KEY_MAX }, &value), 0);
	assert_int_equal(value.len, STORE_VALUE_MAX);
	assert_int_equal(store_put(txn, text("k"), text("v")), -EACCES);
	assert_int_equal(store_delete(txn, text("k")), -EACCES);
	assert_int_equal(store_next(txn, "n", &number), -EACCES);
	store_abort(txn);
}

static void
sequences_count_from_one(void **state)
{
	struct store_txn *txn = begin(*state, true);
	uint64_t n;

	for (uint64_t i = 1; i <= 3; i++) {
		assert_int_equal(store_next(txn, "case", &n), 0);
		assert_int_equal(n, i);
	}
	assert_int_equal(store_next(txn, "message", &n), 0);
	assert_int_equal(n, 1);
	assert_int_equal(store_commit(txn), 0);
	txn = begin(*state, true);
	assert_int_equal(store_next(txn, "case", &n), 0);
	assert_int_equal(n, 4);
	store_abort(txn);
	txn = begin(*state, true);
	assert_int_equal(store_next(txn, "case", &n), 0);
	assert_int_equal(n, 4);
	store_abort(txn);
}

struct seen {
	char keys[256];
	int stop_after, answer;
};

static int
see(void *context, struct span key, struct span value)
{
	struct seen *seen = context;

	(void)value;
	strncat(seen->keys, key.at, key.len);
	strcat(seen->keys, " ");
	return seen->stop_after > 0 && --seen->stop_after == 0 ? seen->answer : 0;
}

static void
expect_range(struct store_txn *txn, const char *prefix, const char *from, bool backward,
	     const char *keys)
{
	struct seen seen = { .keys = "" };

	assert_int_equal(store_range(txn, text(prefix), text(from), backward, see, &seen), 0);
	assert_string_equal(seen.keys, keys);
}

static void
ranges_are_in_byte_order(void **state)
{
	struct store_txn *txn = begin(*state, true);

	expect_range(txn, "", "", false, "");
	expect_range(txn, "", "", true, "");
	expect_range(txn, "a", "a", true, "");
	put(txn, "b2", "");
	put(txn, "a", "");
	put(txn, "b", "");
	put(txn, "b10", "");
	put(txn, "c\xff", "");
	put(txn, "b1", "");
	put(txn, "\xff", "");
	put(txn, "\xff\xff", "");
	put(txn, "\xff\xff\x01", "");

	expect_range(txn, "", "", false, "a b b1 b10 b2 c\xff \xff \xff\xff \xff\xff\x01 ");
	expect_range(txn, "", "", true, "\xff\xff\x01 \xff\xff \xff c\xff b2 b10 b1 b a ");
	expect_range(txn, "b", "", false, "b b1 b10 b2 ");
	expect_range(txn, "b", "", true, "b2 b10 b1 b ");
	expect_range(txn, "b", "b1", false, "b1 b10 b2 ");
	expect_range(txn, "b", "b1", true, "b1 b ");
	expect_range(txn, "b", "b11", false, "b2 ");
	expect_range(txn, "b", "b11", true, "b10 b1 b ");
	/* From outside the prefix: before it, after it. */
	expect_range(txn, "b", "a", false, "b b1 b10 b2 ");
	expect_range(txn, "b", "a", true, "");
	expect_range(txn, "b", "c", false, "");
	expect_range(txn, "b", "c", true, "b2 b10 b1 b ");
	expect_range(txn, "bb", "", false, "");
	expect_range(txn, "bb", "", true, "");
	expect_range(txn, "0", "", true, "");
	/* A prefix that has no next one. */
	expect_range(txn, "\xff", "", false, "\xff \xff\xff \xff\xff\x01 ");
	expect_range(txn, "\xff", "", true, "\xff\xff\x01 \xff\xff \xff ");
	expect_range(txn, "\xff\xff", "", true, "\xff\xff\x01 \xff\xff ");
	expect_range(txn, "c\xff", "", true, "c\xff ");
	store_abort(txn);
}

static void
a_visitor_can_stop_a_range(void **state)
{
	struct store_txn *txn = begin(*state, true);
	struct seen one = { "", 1, 1 }, failing = { "", 2, -ECANCELED };

	put(txn, "a", "");
	put(txn, "b", "");
	put(txn, "c", "");
	assert_int_equal(store_range(txn, text(""), text(""), false, see, &one), 0);
	assert_string_equal(one.keys, "a ");
	assert_int_equal(store_range(txn, text(""), text(""), true, see, &failing), -ECANCELED);
	assert_string_equal(failing.keys, "c b ");
	store_abort(txn);
}

#define MANY 100000

static struct span
many_key(char buf[32], unsigned i)
{
	/* An odd multiplier visits every number once, in no order. */
	return (struct span){ buf, (size_t)snprintf(buf, 32, "many %08x", i * 2654435761u) };
}

static int
count_ordered(void *context, struct span key, struct span value)
{
	struct {
		char last[32];
		unsigned count;
	} *c = context;

	(void)value;
	assert_true(strncmp(c->last, key.at, key.len) < 0);
	memcpy(c->last, key.at, key.len);
	c->count++;
	return 0;
}

static void
a_hundred_thousand_keys(void **state)
{
	struct {
		char last[32];
		unsigned count;
	} c = { "", 0 };
	struct store_txn *txn = begin(*state, true);
	struct span value;
	char buf[32];

	for (unsigned i = 0; i < MANY; i++)
		assert_int_equal(
			store_put(txn, many_key(buf, i), (struct span){ (char *)&i, sizeof(i) }),
			0);
	assert_int_equal(store_commit(txn), 0);
	txn = begin(*state, true);
	for (unsigned i = 0; i < MANY; i += 2)
		assert_int_equal(store_delete(txn, many_key(buf, i)), 0);
	assert_int_equal(store_commit(txn), 0);
	txn = begin(*state, false);
	for (unsigned i = 0; i < MANY; i++) {
		int r = store_get(txn, many_key(buf, i), &value);

		assert_int_equal(r, i % 2 ? 0 : -ENOENT);
		if (r == 0)
			assert_memory_equal(value.at, &i, sizeof(i));
	}
	assert_int_equal(store_range(txn, text("many "), text(""), false, count_ordered, &c), 0);
	assert_int_equal(c.count, MANY / 2);
	store_abort(txn);
}

struct reader {
	struct fixture *f;
	pthread_barrier_t began, committed;
};

static void *
read_across_a_commit(void *context)
{
	struct reader *r = context;
	struct store_txn *txn = begin(r->f, false);

	pthread_barrier_wait(&r->began);
	pthread_barrier_wait(&r->committed);
	expect(txn, "a", "old");
	expect(txn, "b", NULL);
	expect(txn, "c", "gone later");
	store_abort(txn);
	return NULL;
}

static void
readers_keep_their_snapshot(void **state)
{
	struct reader r = { .f = *state };
	struct store_txn *txn;
	pthread_t thread;

	put_alone(*state, "a", "old");
	put_alone(*state, "c", "gone later");
	pthread_barrier_init(&r.began, NULL, 2);
	pthread_barrier_init(&r.committed, NULL, 2);
	assert_int_equal(pthread_create(&thread, NULL, read_across_a_commit, &r), 0);
	pthread_barrier_wait(&r.began);
	txn = begin(*state, true);
	put(txn, "a", "new");
	put(txn, "b", "new");
	assert_int_equal(store_delete(txn, text("c")), 0);
	assert_int_equal(store_commit(txn), 0);
	pthread_barrier_wait(&r.committed);
	pthread_join(thread, NULL);
	pthread_barrier_destroy(&r.began);
	pthread_barrier_destroy(&r.committed);
	txn = begin(*state, false);
	expect(txn, "a", "new");
	store_abort(txn);
}

#define WRITERS 4
#define ROUNDS 50

static void *
count_up(void *context)
{
	struct fixture *f = context;

	for (int i = 0; i < ROUNDS; i++) {
		struct store_txn *txn = begin(f, true);
		uint64_t n;

		assert_int_equal(store_next(txn, "shared", &n), 0);
		assert_int_equal(store_commit(txn), 0);
	}
	return NULL;
}

static void
writers_take_turns(void **state)
{
	pthread_t threads[WRITERS];
	struct store_txn *txn;
	uint64_t n;

	for (int i = 0; i < WRITERS; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, count_up, *state), 0);
	for (int i = 0; i < WRITERS; i++)
		pthread_join(threads[i], NULL);
	txn = begin(*state, true);
	assert_int_equal(store_next(txn, "shared", &n), 0);
	assert_int_equal(n, WRITERS * ROUNDS + 1);
	store_abort(txn);
}

/* What a closed store gives back. */

static void
reopen_finds_everything(void **state)
{
	struct fixture *f = *state;
	struct store_txn *txn;

	put_alone(f, "a", "1");
	store_close(f->store);
	f->store = NULL;
	open_with(f, 1024 * MIB);
	txn = begin(f, false);
	expect(txn, "a", "1");
	store_abort(txn);
}

/*
 * One transaction of count values of half a MiB each. Returns what commit or the failing put said.
 */
static int
put_large(struct store *store, char name, unsigned count)
{
	static char value[MIB / 2];
	struct store_txn *txn;
	int r;

	r = store_begin(store, true, &txn);
	if (r < 0)
		return r;
	for (unsigned i = 0; i < count && r == 0; i++) {
		char key[16] = { name, (char)(i >> 8), (char)i };

		r = store_put(txn, (struct span){ key, 3 }, (struct span){ value, sizeof(value) });
	}
	if (r < 0) {
		struct span found;

		/*
		 * Even if the caller does not look: what failed says so again, and cannot be
		 * committed.
		 */
		assert_int_equal(store_get(txn, text("a"), &found), r);
		assert_int_equal(store_put(txn, text("a"), text("b")), r);
		assert_int_equal(store_commit(txn), r);
		return r;
	}
	return store_commit(txn);
}

static void
the_map_grows(void **state)
{
	struct fixture *f = *state;
	int r = -ENOSPC, tries = 0;

	/* 150 MiB into 64: fails once or twice, each next transaction has a larger map. */
	while (r == -ENOSPC && tries++ < 3)
		r = put_large(f->store, 'x', 300);
	assert_int_equal(r, 0);
	assert_int_equal(tries, 3);
	store_close(f->store);
	f->store = NULL;
	open_with(f, 1024 * MIB);
	/* The map begins with room to spare over what is there. */
	assert_int_equal(put_large(f->store, 'y', 10), 0);
}

static void *
hold_reader(void *context)
{
	struct reader *r = context;
	struct store_txn *txn = begin(r->f, false);

	pthread_barrier_wait(&r->began);
	pthread_barrier_wait(&r->committed);
	expect(txn, "a", "1");
	store_abort(txn);
	return NULL;
}

static void
the_map_grows_when_the_reader_ends(void **state)
{
	struct reader r = { .f = *state };
	pthread_t thread;

	put_alone(*state, "a", "1");
	pthread_barrier_init(&r.began, NULL, 2);
	pthread_barrier_init(&r.committed, NULL, 2);
	assert_int_equal(pthread_create(&thread, NULL, hold_reader, &r), 0);
	pthread_barrier_wait(&r.began);
	assert_int_equal(put_large(r.f->store, 'x', 200), -ENOSPC);
	pthread_barrier_wait(&r.committed);
	/* Whether the reader has ended yet or not, this waits for it. */
	assert_int_equal(put_large(r.f->store, 'x', 200), 0);
	pthread_join(thread, NULL);
	pthread_barrier_destroy(&r.began);
	pthread_barrier_destroy(&r.committed);
}

static void
the_map_stops_at_its_bound(void **state)
{
	struct fixture *f = *state;
	struct store_txn *txn;

	open_with(f, 4 * MIB);
	put_alone(f, "a", "1");
	assert_int_equal(put_large(f->store, 'x', 10), -ENOSPC);
	assert_int_equal(put_large(f->store, 'x', 10), -ENOSPC);
	/* Still good for reading, and for what fits. */
	txn = begin(f, false);
	expect(txn, "a", "1");
	store_abort(txn);
	assert_int_equal(put_large(f->store, 'x', 4), 0);
	txn = begin(f, true);
	for (char i = 0; i < 4; i++)
		assert_int_equal(store_delete(txn, (struct span){ (char[]){ 'x', 0, i }, 3 }), 0);
	assert_int_equal(store_commit(txn), 0);
	assert_int_equal(put_large(f->store, 'z', 2), 0);
}

/* In a process of its own: says with its exit status where it failed, 0 nowhere. */
#define CHECK(what)                                                                                \
	do {                                                                                       \
		if (!(what)) {                                                                     \
			fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, #what);                 \
			_exit(1);                                                                  \
		}                                                                                  \
	} while (0)

static int
wait_for(pid_t pid)
{
	int status;

	assert_int_equal(waitpid(pid, &status, 0), pid);
	return status;
}

static bool
holds(struct store *store, const char *key)
{
	struct store_txn *txn;
	struct span value;
	int r;

	if (store_begin(store, false, &txn) < 0)
		return false;
	r = store_get(txn, text(key), &value);
	store_abort(txn);
	return r == 0;
}

static int
put_one(struct store *store, const char *key)
{
	struct store_txn *txn;
	int r = store_begin(store, true, &txn);

	if (r < 0)
		return r;
	r = store_put(txn, text(key), text("1"));
	if (r < 0) {
		store_abort(txn);
		return r;
	}
	return store_commit(txn);
}

/*
 * A disk of 8 MiB in a mount namespace of our own; or, where that is not allowed, a bound on the
 * size of files.
 */
static bool
make_small_disk(const char *path)
{
	if (unshare(CLONE_NEWNS) == 0 && mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0 &&
	    mount("tmpfs", path, "tmpfs", 0, "size=8m") == 0)
		return true;
	signal(SIGXFSZ, SIG_IGN);
	CHECK(setrlimit(RLIMIT_FSIZE, &(struct rlimit){ 8 * MIB, 64 * MIB }) == 0);
	return false;
}

static void
make_room(const char *path, bool mounted)
{
	if (mounted)
		CHECK(mount("tmpfs", path, "tmpfs", MS_REMOUNT, "size=64m") == 0);
	else
		CHECK(setrlimit(RLIMIT_FSIZE, &(struct rlimit){ 64 * MIB, 64 * MIB }) == 0);
}

static void
fill_disk(const char *path)
{
	bool mounted = make_small_disk(path);
	struct store *store;
	struct err err;
	int r;

	CHECK(store_open_lmdb(path, 1024 * MIB, &err, &store) == 0);
	CHECK(put_one(store, "before") == 0);
	r = put_large(store, 'x', 40);
	/*
	 * A bound on files shows as a short write with room on the disk, which is an I/O error like
	 * any other.
	 */
	CHECK(r == -ENOSPC || (!mounted && r == -EIO));
	CHECK(holds(store, "before"));
	make_room(path, mounted);
	CHECK(put_large(store, 'x', 40) == 0);
	CHECK(put_one(store, "after") == 0);
	store_close(store);
	CHECK(store_open_lmdb(path, 1024 * MIB, &err, &store) == 0);
	CHECK(holds(store, "before") && holds(store, "after"));
	store_close(store);
	_exit(0);
}

static void
a_full_disk_is_enospc(void **state)
{
	struct fixture *f = *state;
	pid_t pid = fork();

	if (pid == 0)
		fill_disk(f->path);
	assert_int_equal(wait_for(pid), 0);
}

static void
one_process_at_a_time(void **state)
{
	struct fixture *f = *state;
	struct store *second;
	struct err err;
	int ready[2];
	char pid_text[32], byte;
	pid_t pid;

	assert_int_equal(pipe(ready), 0);
	pid = fork();
	if (pid == 0) {
		CHECK(store_open_lmdb(f->path, 64 * MIB, &err, &second) == 0);
		CHECK(put_one(second, "theirs") == 0);
		CHECK(write(ready[1], "x", 1) == 1);
		for (;;)
			pause();
	}
	assert_int_equal(read(ready[0], &byte, 1), 1);
	assert_int_equal(store_open_lmdb(f->path, 64 * MIB, &err, &second), -EBUSY);
	snprintf(pid_text, sizeof(pid_text), "process %ld has it open", (long)pid);
	assert_non_null(strstr(err.text, pid_text));
	assert_non_null(strstr(err.text, f->path));
	/* However it dies, the lock dies with it. */
	kill(pid, SIGKILL);
	wait_for(pid);
	open_with(f, 64 * MIB);
	assert_true(holds(f->store, "theirs"));
	assert_int_equal(store_open_lmdb(f->path, 64 * MIB, &err, &second), -EBUSY);
	close(ready[0]);
	close(ready[1]);
}

static void
opening_says_what_is_wrong(void **state)
{
	struct fixture *f = *state;
	struct store *store;
	struct err err;
	char path[128];
	FILE *file;

	snprintf(path, sizeof(path), "%s/no/parent", f->path);
	assert_int_equal(store_open_lmdb(path, 64 * MIB, &err, &store), -ENOENT);
	assert_non_null(strstr(err.text, path));

	snprintf(path, sizeof(path), "%s/data.mdb", f->path);
	file = fopen(path, "w");
	assert_non_null(file);
	for (int i = 0; i < 10000; i++)
		fputs("not a store\n", file);
	fclose(file);
	assert_int_equal(store_open_lmdb(f->path, 64 * MIB, &err, &store), -EIO);
	assert_non_null(strstr(err.text, "damaged or not a store"));
	assert_int_equal(store_open_lmdb(path, 64 * MIB, &err, &store), -ENOTDIR);
}

static void
the_directory_is_private(void **state)
{
	struct fixture *f = *state;
	char path[128];
	struct stat st;

	snprintf(path, sizeof(path), "%s/state", f->path);
	rmdir(f->path);
	mkdir(f->path, 0700);
	strcat(f->path, "/state");
	open_with(f, 64 * MIB);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0700);
	strcat(path, "/data.mdb");
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	*strrchr(f->path, '/') = '\0';
}

static void
open_without_standard_fds(const char *path)
{
	struct store *store;
	struct stat st;

	for (int fd = 0; fd <= 2; fd++)
		close(fd);
	if (store_open_lmdb(path, 64 * MIB, NULL, &store) < 0)
		_exit(2);
	for (int fd = 0; fd <= 2; fd++)
		if (fstat(fd, &st) < 0 || !S_ISCHR(st.st_mode))
			_exit(3);
	_exit(0);
}

static void
standard_descriptors_are_never_ours(void **state)
{
	struct fixture *f = *state;
	pid_t pid = fork();

	if (pid == 0)
		open_without_standard_fds(f->path);
	assert_int_equal(wait_for(pid), 0);
}

#ifdef TRIAGED_TEST_HOOKS
#define DIE "die"

/* Commits "a", looks at the store, commits "b"; dies where it is told. */
static int
die_where_told(const char *path)
{
	struct store *store;

	CHECK(store_open_lmdb(path, 64 * MIB, NULL, &store) == 0);
	CHECK(put_one(store, "a") == 0);
	CHECK(holds(store, "a"));
	CHECK(put_one(store, "b") == 0);
	_exit(0);
}

/* In a fresh program: this one has made steps already. */
static void
die_at(const char *path, const char *step)
{
	setenv("TRIAGED_CRASH_AT", step, 1);
	execl("/proc/self/exe", "test_store", DIE, path, (char *)NULL);
	_exit(127);
}

static void
a_crash_keeps_what_was_committed(void **state)
{
	static const struct {
		const char *step;
		bool a, b, survives;
	} cases[] = {
		{ "1", false, false, false }, { "2", true, false, false },
		{ "3", true, false, false },  { "4", true, true, false },
		{ "5", true, true, true },
	};
	struct fixture *f = *state;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		pid_t pid = fork();
		int status;

		if (pid == 0)
			die_at(f->path, cases[i].step);
		status = wait_for(pid);
		if (cases[i].survives)
			assert_int_equal(status, 0);
		else
			assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
		open_with(f, 64 * MIB);
		assert_int_equal(holds(f->store, "a"), cases[i].a);
		assert_int_equal(holds(f->store, "b"), cases[i].b);
		store_close(f->store);
		f->store = NULL;
		remove_tree(f->path);
	}
}
#else
static void
a_crash_keeps_what_was_committed(void **state)
{
	(void)state;
	skip();
}
#endif

#define BOTH(test)                                                                                 \
	{ "memory: " #test, test, setup_open, teardown, NULL },                                    \
	{                                                                                          \
		"lmdb: " #test, test, setup_open, teardown, "durable"                              \
	}
#define LMDB(test, how)                                                                            \
	{                                                                                          \
		"lmdb: " #test, test, how, teardown, "durable"                                     \
	}

int
main(int argc, char **argv)
{
#ifdef TRIAGED_TEST_HOOKS
	if (argc == 3 && strcmp(argv[1], DIE) == 0)
		return die_where_told(argv[2]);
#else
	(void)argc;
	(void)argv;
#endif
	const struct CMUnitTest tests[] = {
		BOTH(a_transaction_sees_its_own_writes),
		BOTH(abort_undoes_everything),
		BOTH(arguments_are_checked),
		BOTH(sequences_count_from_one),
		BOTH(ranges_are_in_byte_order),
		BOTH(a_visitor_can_stop_a_range),
		BOTH(a_hundred_thousand_keys),
		BOTH(readers_keep_their_snapshot),
		BOTH(writers_take_turns),
		LMDB(reopen_finds_everything, setup_open),
		LMDB(the_map_grows, setup_open),
		LMDB(the_map_grows_when_the_reader_ends, setup_open),
		LMDB(the_map_stops_at_its_bound, setup),
		LMDB(a_full_disk_is_enospc, setup),
		LMDB(one_process_at_a_time, setup),
		LMDB(opening_says_what_is_wrong, setup),
		LMDB(the_directory_is_private, setup),
		LMDB(standard_descriptors_are_never_ours, setup),
		LMDB(a_crash_keeps_what_was_committed, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
