/*
 * store_memory: the store of tests and of `simulate`. Dies with the process.
 *
 * A treap whose nodes are never changed while anybody else can see them: a writer copies the path
 * it touches, readers keep the root they began with. So readers see one snapshot and block nobody,
 * and abort only has to let go of the new root. Never writes to disk; a commit always succeeds.
 */
#include "store.h"
#include "store_key.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

/* A key and its value; never changed once made. */
struct pair {
	_Atomic unsigned refs;
	size_t key_len, value_len;
	char bytes[];
};

struct node {
	_Atomic unsigned refs;
	uint32_t priority;     /* never below its children's: keeps the tree flat */
	struct node *child[2]; /* smaller keys, larger keys */
	struct pair *pair;
};

struct memory_store {
	struct store store;
	pthread_mutex_t writer;    /* held as long as a write transaction lasts */
	pthread_mutex_t root_lock; /* held to read or change root only */
	struct node *root;
	uint32_t seed; /* the writer's */
};

struct memory_txn {
	struct store_txn txn;
	struct node *root;
};

static struct span
pair_key(const struct pair *p)
{
	return (struct span){ p->bytes, p->key_len };
}

static struct span
pair_value(const struct pair *p)
{
	return (struct span){ p->bytes + p->key_len, p->value_len };
}

static void
pair_unref(struct pair *p)
{
	if (atomic_fetch_sub(&p->refs, 1) == 1)
		free(p);
}

static struct node *
node_ref(struct node *n)
{
	if (n)
		atomic_fetch_add(&n->refs, 1);
	return n;
}

/*
 * The recursion is as deep as the tree, which its random priorities keep at a few times log2 of its
 * size.
 */
static void
node_unref(struct node *n)
{
	if (!n || atomic_fetch_sub(&n->refs, 1) != 1)
		return;
	node_unref(n->child[0]);
	node_unref(n->child[1]);
	pair_unref(n->pair);
	free(n);
}

static struct pair *
pair_new(struct span key, struct span value)
{
	struct pair *p = malloc(sizeof(*p) + key.len + value.len);

	if (!p)
		return NULL;
	atomic_init(&p->refs, 1);
	p->key_len = key.len;
	p->value_len = value.len;
	memcpy(p->bytes, key.at, key.len);
	if (value.len > 0)
		memcpy(p->bytes + key.len, value.at, value.len);
	return p;
}

/* Makes the node at *at ours alone, by copying it when others hold it too. */
static int
node_own(struct node **at)
{
	struct node *old = *at, *n;

	if (atomic_load(&old->refs) == 1)
		return 0;
	n = malloc(sizeof(*n));
	if (!n)
		return -ENOMEM;
	atomic_init(&n->refs, 1);
	n->priority = old->priority;
	n->child[0] = node_ref(old->child[0]);
	n->child[1] = node_ref(old->child[1]);
	n->pair = old->pair;
	atomic_fetch_add(&n->pair->refs, 1);
	*at = n;
	node_unref(old);
	return 0;
}

static void
rotate(struct node **at, int side)
{
	struct node *n = *at, *up = n->child[side];

	n->child[side] = up->child[!side];
	up->child[!side] = n;
	*at = up;
}

/* Takes over `pair` when it succeeds. */
static int
node_put(struct node **at, struct pair *pair, uint32_t priority)
{
	int r, c, side;

	if (!*at) {
		struct node *n = calloc(1, sizeof(*n));

		if (!n)
			return -ENOMEM;
		atomic_init(&n->refs, 1);
		n->priority = priority;
		n->pair = pair;
		*at = n;
		return 0;
	}
	r = node_own(at);
	if (r < 0)
		return r;
	c = key_compare(pair_key(pair), pair_key((*at)->pair));
	if (c == 0) {
		pair_unref((*at)->pair);
		(*at)->pair = pair;
		return 0;
	}
	side = c > 0;
	r = node_put(&(*at)->child[side], pair, priority);
	if (r < 0)
		return r;
	if ((*at)->child[side]->priority > (*at)->priority)
		rotate(at, side);
	return 0;
}

/*
 * Takes the node at *at out. When memory runs out halfway keys may be missing: the transaction
 * cannot be committed.
 */
static int
node_cut(struct node **at)
{
	struct node *n = *at, *a = node_ref(n->child[0]), *b = node_ref(n->child[1]);
	int r = 0;

	*at = NULL;
	node_unref(n);
	while (a && b && r == 0) {
		bool first = a->priority > b->priority;
		struct node **top = first ? &a : &b;

		r = node_own(top);
		if (r == 0) {
			*at = *top;
			*top = (*at)->child[first];
			(*at)->child[first] = NULL;
			at = &(*at)->child[first];
		}
	}
	if (r < 0) {
		node_unref(a);
		node_unref(b);
	} else {
		*at = a ? a : b;
	}
	return r;
}

static struct pair *
node_find(const struct node *n, struct span key)
{
	while (n) {
		int c = key_compare(key, pair_key(n->pair));

		if (c == 0)
			return n->pair;
		n = n->child[c > 0];
	}
	return NULL;
}

/*
 * The nearest pair to `key` on one side: forward the first that is not smaller, backward the last
 * that is not larger. With `past` the key itself does not count.
 */
static struct pair *
node_near(const struct node *n, struct span key, bool backward, bool past)
{
	struct pair *best = NULL;

	while (n) {
		int c = key_compare(pair_key(n->pair), key);

		if (c == 0 && !past)
			return n->pair;
		bool fits = backward ? c < 0 : c > 0;

		if (fits)
			best = n->pair;
		n = n->child[fits == backward];
	}
	return best;
}

/*
 * The last pair that begins with prefix, if any does: the way down leaves all larger ones on the
 * right.
 */
static struct pair *
node_last(const struct node *n, struct span prefix)
{
	struct pair *best = NULL;

	while (n) {
		struct span key = pair_key(n->pair);
		bool right = key_begins_with(key, prefix) || key_compare(key, prefix) < 0;

		if (right)
			best = n->pair;
		n = n->child[right];
	}
	return best;
}

static void
memory_close(struct store *store)
{
	struct memory_store *s = (struct memory_store *)store;

	node_unref(s->root);
	pthread_mutex_destroy(&s->writer);
	pthread_mutex_destroy(&s->root_lock);
	free(s);
}

static int
memory_begin(struct store *store, bool write, struct store_txn **ret_txn)
{
	struct memory_store *s = (struct memory_store *)store;
	struct memory_txn *t = calloc(1, sizeof(*t));

	if (!t)
		return -ENOMEM;
	if (write)
		pthread_mutex_lock(&s->writer);
	pthread_mutex_lock(&s->root_lock);
	t->root = node_ref(s->root);
	pthread_mutex_unlock(&s->root_lock);
	*ret_txn = &t->txn;
	return 0;
}

static void
memory_abort(struct store_txn *txn)
{
	struct memory_txn *t = (struct memory_txn *)txn;
	struct memory_store *s = (struct memory_store *)txn->store;

	node_unref(t->root);
	if (txn->write)
		pthread_mutex_unlock(&s->writer);
	free(t);
}

static int
memory_commit(struct store_txn *txn)
{
	struct memory_txn *t = (struct memory_txn *)txn;
	struct memory_store *s = (struct memory_store *)txn->store;

	if (txn->write) {
		struct node *old;

		pthread_mutex_lock(&s->root_lock);
		old = s->root;
		s->root = t->root;
		pthread_mutex_unlock(&s->root_lock);
		t->root = old;
	}
	memory_abort(txn);
	return 0;
}

static int
memory_get(struct store_txn *txn, struct span key, struct span *ret_value)
{
	const struct pair *p = node_find(((struct memory_txn *)txn)->root, key);

	if (!p)
		return -ENOENT;
	*ret_value = pair_value(p);
	return 0;
}

/* xorshift32 (Marsaglia): even enough for priorities, and the same in every run. */
static uint32_t
next_priority(struct memory_store *s)
{
	s->seed ^= s->seed << 13;
	s->seed ^= s->seed >> 17;
	s->seed ^= s->seed << 5;
	return s->seed;
}

static int
memory_put(struct store_txn *txn, struct span key, struct span value)
{
	struct memory_txn *t = (struct memory_txn *)txn;
	struct pair *p = pair_new(key, value);
	int r;

	if (!p)
		return -ENOMEM;
	r = node_put(&t->root, p, next_priority((struct memory_store *)txn->store));
	if (r < 0)
		pair_unref(p);
	return r;
}

static int
memory_delete(struct store_txn *txn, struct span key)
{
	struct memory_txn *t = (struct memory_txn *)txn;
	struct node **at = &t->root;

	if (!node_find(t->root, key))
		return -ENOENT;
	for (;;) {
		int c = key_compare(key, pair_key((*at)->pair));
		int r;

		if (c == 0)
			return node_cut(at);
		r = node_own(at);
		if (r < 0)
			return r;
		at = &(*at)->child[c > 0];
	}
}

static int
memory_range(struct store_txn *txn, struct span prefix, struct span from, bool backward,
	     store_visit *visit, void *context)
{
	const struct node *root = ((struct memory_txn *)txn)->root;
	const struct pair *p;

	if (!backward)
		p = node_near(root, key_compare(from, prefix) > 0 ? from : prefix, false, false);
	else if (key_starts_back(from, prefix))
		p = node_near(root, from, true, false);
	else
		p = node_last(root, prefix);

	while (p && key_begins_with(pair_key(p), prefix)) {
		int r = visit(context, pair_key(p), pair_value(p));

		if (r != 0)
			return r < 0 ? r : 0;
		p = node_near(root, pair_key(p), backward, true);
	}
	return 0;
}

static const struct store_ops memory_ops = {
	.close = memory_close,
	.begin = memory_begin,
	.commit = memory_commit,
	.abort = memory_abort,
	.get = memory_get,
	.put = memory_put,
	.delete = memory_delete,
	.range = memory_range,
};

int
store_open_memory(struct store **ret_store)
{
	struct memory_store *s = calloc(1, sizeof(*s));

	if (!s)
		return -ENOMEM;
	s->store.ops = &memory_ops;
	s->seed = 2463534242u;
	pthread_mutex_init(&s->writer, NULL);
	pthread_mutex_init(&s->root_lock, NULL);
	*ret_store = &s->store;
	return 0;
}
