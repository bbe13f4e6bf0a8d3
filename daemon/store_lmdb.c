/*
 * store_lmdb: the durable store.
 *
 * One environment, one process (store_dir), one writer at a time. A commit returns when the disk
 * has it: LMDB's default, no WRITEMAP, no NOSYNC. The map grows between transactions: its size may
 * only change while none is open (lmdb.h, mdb_env_set_mapsize), so this file counts them and lets
 * the one who grows it wait, with a deadline.
 */
#include "store.h"
#include "store_dir.h"
#include "store_key.h"

#include <errno.h>
#include <lmdb.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <time.h>
#include <unistd.h>

#define MAP_START ((size_t)64 << 20)
#define MAP_UNIT ((size_t)64 << 10) /* a multiple of every page size in use */
#define READERS_MAX 512
#define WAIT_SECONDS 5 /* for readers to end, before the map grows or another begins */
#define BEGIN_TRIES 4
#define DISK_RESERVE (1u << 20) /* less room than this explains a short write */

struct lmdb_store {
	struct store store;
	MDB_env *env;
	MDB_dbi dbi;
	struct store_dir dir;
	size_t map_max;
	pthread_mutex_t mutex; /* for all below */
	pthread_cond_t changed;
	size_t map;
	unsigned readers;
	bool writing;  /* somebody has the writer's place */
	bool resizing; /* no reader may begin */
	bool full;     /* the map was too small: grow it before the next writer */
	bool lost;     /* the map could not be put back: nothing works any more */
};

struct lmdb_txn {
	struct store_txn txn;
	MDB_txn *mdb;
};

static struct lmdb_store *
lmdb_of(struct store_txn *txn)
{
	return (struct lmdb_store *)txn->store;
}

static MDB_txn *
mdb_of(struct store_txn *txn)
{
	return ((struct lmdb_txn *)txn)->mdb;
}

/* What LMDB said as a negative errno of store.h. */
static int
code_of(int rc)
{
	switch (rc) {
	case MDB_SUCCESS:
		return 0;
	case MDB_NOTFOUND:
		return -ENOENT;
	case MDB_MAP_FULL:
	case MDB_TXN_FULL:
	case ENOSPC:
	case EDQUOT:
	case EFBIG:
		return -ENOSPC;
	case MDB_BAD_VALSIZE:
		return -EINVAL;
	case MDB_READERS_FULL:
		return -EAGAIN;
	default:
		return rc > 0 ? -rc : -EIO;
	}
}

/* The same for a write; remembers that the map was too small. */
static int
code_of_write(struct lmdb_store *s, int rc)
{
	if (rc == MDB_MAP_FULL) {
		pthread_mutex_lock(&s->mutex);
		s->full = true;
		pthread_mutex_unlock(&s->mutex);
	}
	return code_of(rc);
}

/* LMDB reports a short write, which is how a filling disk shows itself first, as EIO. */
static bool
disk_is_full(struct lmdb_store *s)
{
	struct statvfs room;

	return fstatvfs(s->dir.fd, &room) == 0 &&
	       (uint64_t)room.f_bavail * room.f_frsize < DISK_RESERVE;
}

static struct timespec
wait_deadline(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	t.tv_sec += WAIT_SECONDS;
	return t;
}

/* Takes the writer's place, or counts one more reader. Returns whether the store is lost. */
static bool
enter(struct lmdb_store *s, bool write)
{
	bool lost;

	pthread_mutex_lock(&s->mutex);
	while (write ? s->writing : s->resizing)
		pthread_cond_wait(&s->changed, &s->mutex);
	if (write)
		s->writing = true;
	else
		s->readers++;
	lost = s->lost;
	pthread_mutex_unlock(&s->mutex);
	return lost;
}

static void
leave(struct lmdb_store *s, bool write)
{
	pthread_mutex_lock(&s->mutex);
	if (write)
		s->writing = false;
	else
		s->readers--;
	pthread_cond_broadcast(&s->changed);
	pthread_mutex_unlock(&s->mutex);
}

/* Waits until one reader ends, or the deadline passes. Called with the mutex held. */
static int
wait_for_reader(struct lmdb_store *s, const struct timespec *deadline)
{
	unsigned before = s->readers;

	while (s->readers >= before && before > 0)
		if (pthread_cond_timedwait(&s->changed, &s->mutex, deadline) == ETIMEDOUT)
			return -EAGAIN;
	return 0;
}

static size_t
larger_map(const struct lmdb_store *s)
{
	return s->map > s->map_max / 2 ? s->map_max : s->map * 2;
}

/*
 * Sets the map; 0 takes the size that is in the file. When the new size cannot be mapped LMDB has
 * unmapped the old one.
 */
static void
remap(struct lmdb_store *s, size_t size)
{
	MDB_envinfo info;

	if (mdb_env_set_mapsize(s->env, size) != 0 && mdb_env_set_mapsize(s->env, s->map) != 0)
		s->lost = true;
	mdb_env_info(s->env, &info);
	s->map = info.me_mapsize;
}

/*
 * Grows the map (or takes over the file's size) once no transaction is open. When readers stay past
 * the deadline it is left as it is: the caller's transaction then fails as the one before did,
 * which is better than waiting for ever.
 */
static void
resize(struct lmdb_store *s, bool adopt)
{
	struct timespec deadline = wait_deadline();
	int r = 0;

	enter(s, true);
	pthread_mutex_lock(&s->mutex);
	s->resizing = true;
	while (s->readers > 0 && r == 0)
		r = wait_for_reader(s, &deadline);
	if (r == 0 && adopt) {
		remap(s, 0);
	} else if (r == 0 && s->full) {
		if (larger_map(s) > s->map)
			remap(s, larger_map(s));
		s->full = false;
	}
	s->resizing = false;
	pthread_mutex_unlock(&s->mutex);
	leave(s, true);
}

static void
wait_for_readers_room(struct lmdb_store *s)
{
	struct timespec deadline = wait_deadline();
	int dead;

	mdb_reader_check(s->env, &dead);
	pthread_mutex_lock(&s->mutex);
	if (s->readers >= READERS_MAX)
		wait_for_reader(s, &deadline);
	pthread_mutex_unlock(&s->mutex);
}

static int
lmdb_begin(struct store *store, bool write, struct store_txn **ret_txn)
{
	struct lmdb_store *s = (struct lmdb_store *)store;
	struct lmdb_txn *t = calloc(1, sizeof(*t));
	bool full, lost;
	int rc = 0;

	if (!t)
		return -ENOMEM;
	pthread_mutex_lock(&s->mutex);
	full = s->full;
	pthread_mutex_unlock(&s->mutex);
	if (write && full)
		resize(s, false);

	for (int i = 0; i < BEGIN_TRIES; i++) {
		lost = enter(s, write);
		rc = lost ? MDB_PANIC
			  : mdb_txn_begin(s->env, NULL, write ? 0 : MDB_RDONLY, &t->mdb);
		if (rc == 0) {
			*ret_txn = &t->txn;
			return 0;
		}
		leave(s, write);
		if (rc == MDB_MAP_RESIZED)
			resize(s, true);
		else if (rc == MDB_READERS_FULL)
			wait_for_readers_room(s);
		else
			break;
	}
	free(t);
	return code_of(rc);
}

static int
lmdb_commit(struct store_txn *txn)
{
	struct lmdb_store *s = lmdb_of(txn);
	int r = code_of_write(s, mdb_txn_commit(mdb_of(txn)));

	leave(s, txn->write);
	free(txn);
	return r == -EIO && disk_is_full(s) ? -ENOSPC : r;
}

static void
lmdb_abort(struct store_txn *txn)
{
	mdb_txn_abort(mdb_of(txn));
	leave(lmdb_of(txn), txn->write);
	free(txn);
}

static MDB_val
val_of(struct span s)
{
	return (MDB_val){ .mv_size = s.len, .mv_data = (void *)s.at };
}

static struct span
span_of(MDB_val v)
{
	return (struct span){ v.mv_data, v.mv_size };
}

static int
lmdb_get(struct store_txn *txn, struct span key, struct span *ret_value)
{
	MDB_val k = val_of(key), v;
	int rc = mdb_get(mdb_of(txn), lmdb_of(txn)->dbi, &k, &v);

	if (rc == 0)
		*ret_value = span_of(v);
	return code_of(rc);
}

static int
lmdb_put(struct store_txn *txn, struct span key, struct span value)
{
	MDB_val k = val_of(key), v = val_of(value);

	return code_of_write(lmdb_of(txn), mdb_put(mdb_of(txn), lmdb_of(txn)->dbi, &k, &v, 0));
}

static int
lmdb_delete(struct store_txn *txn, struct span key)
{
	MDB_val k = val_of(key);

	return code_of_write(lmdb_of(txn), mdb_del(mdb_of(txn), lmdb_of(txn)->dbi, &k, NULL));
}

/* The first key at or after `at`. LMDB takes no empty key. */
static int
seek_forward(MDB_cursor *cursor, struct span at, MDB_val *k, MDB_val *v)
{
	*k = val_of(at);
	return mdb_cursor_get(cursor, k, v, at.len > 0 ? MDB_SET_RANGE : MDB_FIRST);
}

/* The last key before `at`, or at it. */
static int
seek_backward(MDB_cursor *cursor, struct span at, bool inclusive, MDB_val *k, MDB_val *v)
{
	int rc = seek_forward(cursor, at, k, v);

	if (rc == MDB_NOTFOUND)
		return mdb_cursor_get(cursor, k, v, MDB_LAST);
	if (rc == 0 && !(inclusive && key_compare(span_of(*k), at) == 0))
		return mdb_cursor_get(cursor, k, v, MDB_PREV);
	return rc;
}

/*
 * The last key that begins with prefix or is smaller: the one before the next prefix of that
 * length.
 */
static int
seek_last(MDB_cursor *cursor, struct span prefix, MDB_val *k, MDB_val *v)
{
	unsigned char after[STORE_KEY_MAX];
	size_t len = prefix.len;

	while (len > 0 && (unsigned char)prefix.at[len - 1] == 0xff)
		len--;
	if (len == 0)
		return mdb_cursor_get(cursor, k, v, MDB_LAST);
	memcpy(after, prefix.at, len);
	after[len - 1]++;
	return seek_backward(cursor, (struct span){ (char *)after, len }, false, k, v);
}

static int
lmdb_range(struct store_txn *txn, struct span prefix, struct span from, bool backward,
	   store_visit *visit, void *context)
{
	MDB_cursor *cursor;
	MDB_val k, v;
	int rc, r = 0;

	rc = mdb_cursor_open(mdb_of(txn), lmdb_of(txn)->dbi, &cursor);
	if (rc != 0)
		return code_of(rc);
	if (!backward)
		rc = seek_forward(cursor, key_compare(from, prefix) > 0 ? from : prefix, &k, &v);
	else if (key_starts_back(from, prefix))
		rc = seek_backward(cursor, from, true, &k, &v);
	else
		rc = seek_last(cursor, prefix, &k, &v);

	while (rc == 0 && r == 0 && key_begins_with(span_of(k), prefix)) {
		r = visit(context, span_of(k), span_of(v));
		if (r == 0)
			rc = mdb_cursor_get(cursor, &k, &v, backward ? MDB_PREV : MDB_NEXT);
	}
	mdb_cursor_close(cursor);
	if (r != 0)
		return r < 0 ? r : 0;
	return rc == MDB_NOTFOUND ? 0 : code_of(rc);
}

static void
lmdb_close(struct store *store)
{
	struct lmdb_store *s = (struct lmdb_store *)store;

	if (s->env)
		mdb_env_close(s->env);
	store_dir_close(&s->dir);
	pthread_cond_destroy(&s->changed);
	pthread_mutex_destroy(&s->mutex);
	free(s);
}

static const struct store_ops lmdb_ops = {
	.close = lmdb_close,
	.begin = lmdb_begin,
	.commit = lmdb_commit,
	.abort = lmdb_abort,
	.get = lmdb_get,
	.put = lmdb_put,
	.delete = lmdb_delete,
	.range = lmdb_range,
};

/* A map that holds what is there with a quarter to spare. */
static size_t
first_map(int directory, size_t map_max)
{
	struct stat st;
	size_t map = MAP_START < map_max ? MAP_START : map_max, have = 0;

	if (fstatat(directory, "data.mdb", &st, 0) == 0)
		have = (size_t)st.st_size;
	while (map < have + have / 4 && map < map_max)
		map = map > map_max / 2 ? map_max : map * 2;
	return map;
}

static int
open_environment(struct lmdb_store *s, const char *path)
{
	MDB_txn *txn;
	int rc, dead;

	rc = mdb_env_create(&s->env);
	if (rc != 0)
		return rc;
	if ((rc = mdb_env_set_mapsize(s->env, s->map)) != 0 ||
	    (rc = mdb_env_set_maxreaders(s->env, READERS_MAX)) != 0 ||
	    (rc = mdb_env_open(s->env, path, MDB_NOTLS, 0600)) != 0 ||
	    (rc = mdb_reader_check(s->env, &dead)) != 0 ||
	    (rc = mdb_txn_begin(s->env, NULL, 0, &txn)) != 0)
		return rc;
	rc = mdb_dbi_open(txn, NULL, 0, &s->dbi);
	if (rc != 0) {
		mdb_txn_abort(txn);
		return rc;
	}
	rc = mdb_txn_commit(txn);
	if (rc == 0) {
		MDB_envinfo info;

		mdb_env_info(s->env, &info);
		s->map = info.me_mapsize;
	}
	return rc;
}

static struct lmdb_store *
lmdb_new(struct store_dir dir, size_t map_max)
{
	struct lmdb_store *s = calloc(1, sizeof(*s));
	pthread_condattr_t attr;

	if (!s)
		return NULL;
	s->store.ops = &lmdb_ops;
	s->dir = dir;
	s->map_max = map_max < MAP_UNIT ? MAP_UNIT : map_max / MAP_UNIT * MAP_UNIT;
	s->map = first_map(dir.fd, s->map_max);
	pthread_mutex_init(&s->mutex, NULL);
	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_cond_init(&s->changed, &attr);
	pthread_condattr_destroy(&attr);
	return s;
}

int
store_open_lmdb(const char *path, size_t map_max, struct err *err, struct store **ret_store)
{
	struct lmdb_store *s;
	struct store_dir dir;
	int r, rc;

	r = store_dir_open(path, err, &dir);
	if (r < 0)
		return r;
	s = lmdb_new(dir, map_max);
	if (!s) {
		store_dir_close(&dir);
		return err_set(err, -ENOMEM, "cannot open the store %s: out of memory", path);
	}
	rc = open_environment(s, path);
	if (rc == MDB_INVALID || rc == MDB_CORRUPTED || rc == MDB_VERSION_MISMATCH)
		r = err_set(err, -EIO,
			    "cannot open the store %s: data.mdb is damaged or not a store (%s); "
			    "move it away, or "
			    "put a backup in its place",
			    path, mdb_strerror(rc));
	else if (rc != 0)
		r = err_set(err, code_of(rc),
			    "cannot open the store %s: %s; check its disk and permissions", path,
			    mdb_strerror(rc));
	else if (fsync(dir.fd) < 0) /* the files' names must be as durable as what is in them */
		r = err_set(err, -errno, "cannot make the store %s durable: %s; check its disk",
			    path, strerror(errno));
	if (r < 0) {
		lmdb_close(&s->store);
		return r;
	}
	*ret_store = &s->store;
	return 0;
}
