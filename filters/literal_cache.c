/*
 * literal_cache: see literal_cache.h.
 */
#include "literal_cache.h"

#include <stdint.h>
#include <string.h>

#define BUCKETS 512

struct node {
	struct node *next;
	uint64_t hash;
	enum view view;
	const char *text;
	size_t len;
	struct cached_group group;
};

struct literal_cache {
	struct arena *arena;
	struct node *buckets[BUCKETS];
};

struct literal_cache *
literal_cache_new(struct arena *arena)
{
	struct literal_cache *c = arena_calloc(arena, 1, sizeof(*c));

	if (c != NULL)
		c->arena = arena;
	return c;
}

/* FNV-1a, http://www.isthe.com/chongo/tech/comp/fnv/ */
static uint64_t
hash_of(const char *text, size_t len)
{
	uint64_t hash = UINT64_C(0xcbf29ce484222325);

	for (size_t i = 0; i < len; i++)
		hash = (hash ^ (unsigned char)text[i]) * UINT64_C(0x100000001b3);
	return hash;
}

const struct cached_group *
literal_cache_find(const struct literal_cache *c, enum view view, const char *text, size_t len)
{
	uint64_t hash = hash_of(text, len);

	for (const struct node *n = c->buckets[hash % BUCKETS]; n != NULL; n = n->next)
		if (n->hash == hash && n->view == view && n->len == len &&
		    memcmp(n->text, text, len) == 0)
			return &n->group;
	return NULL;
}

static bool
copy_need(struct arena *arena, const struct literal_need *need, struct literal_need *ret)
{
	struct literal_need out = { .count = need->count };

	out.list = arena_alloc(arena, (need->count + 1) * sizeof(*out.list));
	for (size_t i = 0; out.list != NULL && i < need->count; i++) {
		out.list[i] = need->list[i];
		out.list[i].text = arena_strndup(arena, need->list[i].text, need->list[i].len);
		if (out.list[i].text == NULL)
			return false;
	}
	*ret = out;
	return out.list != NULL;
}

bool
literal_cache_put(struct literal_cache *c, enum view view, const char *text, size_t len,
		  const struct cached_group *group)
{
	struct node *n = arena_calloc(c->arena, 1, sizeof(*n));
	size_t bytes = group->stop_count * sizeof(*group->stops);

	if (n == NULL)
		return false;
	n->hash = hash_of(text, len);
	n->view = view;
	n->text = arena_strndup(c->arena, text, len);
	n->len = len;
	n->group = *group;
	n->group.stops = arena_alloc(c->arena, bytes + 1);
	if (n->text == NULL || n->group.stops == NULL)
		return false;
	if (bytes > 0)
		memcpy(n->group.stops, group->stops, bytes);
	for (size_t i = 0; i < LITERAL_NEEDS; i++)
		if (!copy_need(c->arena, &group->set.needs[i], &n->group.set.needs[i]))
			return false;
	if (!copy_need(c->arena, &group->set.begin, &n->group.set.begin))
		return false;
	n->next = c->buckets[n->hash % BUCKETS];
	c->buckets[n->hash % BUCKETS] = n;
	return true;
}
