/*
 * arena: all memory of one message, given back at once. See arena.h.
 *
 * Blocks in a list, the newest first; an allocation comes from the newest or opens another. Under
 * ASan what is not handed out is poisoned, with a gap behind each allocation, so that an overrun
 * inside a block is seen.
 */
#include "arena.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#if defined(__SANITIZE_ADDRESS__)
#define ARENA_ASAN 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define ARENA_ASAN 1
#endif
#endif
#ifdef ARENA_ASAN
#include <sanitizer/asan_interface.h>
#define GAP 16
#else
#define ASAN_POISON_MEMORY_REGION(at, len) ((void)(at), (void)(len))
#define ASAN_UNPOISON_MEMORY_REGION(at, len) ((void)(at), (void)(len))
#define GAP 0
#endif

#define ALIGN _Alignof(max_align_t)
#define BLOCK_MIN ((size_t)64 << 10)
#define BLOCK_MAX ((size_t)4 << 20)

struct block {
	struct block *next;
	size_t size, used; /* of bytes[] */
	_Alignas(max_align_t) char bytes[];
};

struct arena {
	struct block *block;
	char *latest; /* the allocation that can still grow in place, always in *block */
	size_t latest_size;
	size_t used, limit;
	size_t next_size;
};

/* SIZE_MAX when size cannot be rounded up. */
static size_t
rounded(size_t size)
{
	if (size > SIZE_MAX / 2)
		return SIZE_MAX;
	return ((size ? size : 1) + GAP + ALIGN - 1) & ~(size_t)(ALIGN - 1);
}

struct arena *
arena_new(size_t limit)
{
	struct arena *a = calloc(1, sizeof(*a));

	if (!a)
		return NULL;
	a->limit = limit ? limit : SIZE_MAX;
	a->next_size = BLOCK_MIN;
	return a;
}

void
arena_reset(struct arena *a)
{
	struct block *b, *next;

	for (b = a->block; b && b->next; b = next) {
		next = b->next;
		ASAN_UNPOISON_MEMORY_REGION(b->bytes, b->size);
		free(b);
	}
	/*
	 * The first block is an ordinary one unless the first allocation was huge: do not keep that
	 * for ever.
	 */
	if (b && b->size > BLOCK_MAX) {
		ASAN_UNPOISON_MEMORY_REGION(b->bytes, b->size);
		free(b);
		b = NULL;
	}
	if (b) {
		b->used = 0;
		ASAN_POISON_MEMORY_REGION(b->bytes, b->size);
	}
	a->block = b;
	a->latest = NULL;
	a->latest_size = 0;
	a->used = 0;
	a->next_size = BLOCK_MIN;
}

void
arena_free(struct arena *a)
{
	struct block *b, *next;

	if (!a)
		return;
	for (b = a->block; b; b = next) {
		next = b->next;
		ASAN_UNPOISON_MEMORY_REGION(b->bytes, b->size);
		free(b);
	}
	free(a);
}

size_t
arena_used(const struct arena *a)
{
	return a->used;
}

static struct block *
block_new(struct arena *a, size_t need)
{
	size_t size = need > a->next_size ? need : a->next_size;
	struct block *b;

	if (size > SIZE_MAX - sizeof(*b))
		return NULL;
	b = malloc(sizeof(*b) + size);
	if (!b)
		return NULL;
	b->size = size;
	b->used = 0;
	b->next = a->block;
	a->block = b;
	if (a->next_size < BLOCK_MAX)
		a->next_size *= 2;
	ASAN_POISON_MEMORY_REGION(b->bytes, b->size);
	return b;
}

void *
arena_alloc(struct arena *a, size_t size)
{
	size_t need = rounded(size);
	struct block *b = a->block;

	if (need == SIZE_MAX || need > a->limit - a->used)
		return NULL;
	if (!b || need > b->size - b->used) {
		b = block_new(a, need);
		if (!b)
			return NULL;
	}
	a->latest = b->bytes + b->used;
	a->latest_size = need;
	b->used += need;
	a->used += need;
	ASAN_UNPOISON_MEMORY_REGION(a->latest, size);
	return a->latest;
}

void *
arena_calloc(struct arena *a, size_t count, size_t size)
{
	size_t bytes;
	void *p;

	if (__builtin_mul_overflow(count, size, &bytes))
		return NULL;
	p = arena_alloc(a, bytes);
	if (p)
		memset(p, 0, bytes);
	return p;
}

char *
arena_strndup(struct arena *a, const char *s, size_t len)
{
	char *copy = len < SIZE_MAX ? arena_alloc(a, len + 1) : NULL;

	if (!copy)
		return NULL;
	if (len > 0)
		memcpy(copy, s, len);
	copy[len] = '\0';
	return copy;
}

char *
arena_strdup(struct arena *a, const char *s)
{
	return arena_strndup(a, s, strlen(s));
}

char *
arena_printf(struct arena *a, const char *fmt, ...)
{
	va_list ap, again;
	char *s = NULL;
	int len;

	va_start(ap, fmt);
	va_copy(again, ap);
	len = vsnprintf(NULL, 0, fmt, ap);
	if (len >= 0)
		s = arena_alloc(a, (size_t)len + 1);
	if (s)
		vsnprintf(s, (size_t)len + 1, fmt, again);
	va_end(again);
	va_end(ap);
	return s;
}

static bool
grow_in_place(struct arena *a, void *old, size_t new_size)
{
	size_t need = rounded(new_size), more;
	struct block *b = a->block;

	if (!old || (char *)old != a->latest || need == SIZE_MAX)
		return false;
	if (need > a->latest_size) {
		more = need - a->latest_size;
		if (more > b->size - b->used || more > a->limit - a->used)
			return false;
		b->used += more;
		a->used += more;
		a->latest_size = need;
	}
	ASAN_UNPOISON_MEMORY_REGION(a->latest, new_size);
	return true;
}

void *
arena_grow(struct arena *a, void *old, size_t old_size, size_t new_size)
{
	void *p;

	if (new_size < old_size)
		new_size = old_size;
	if (grow_in_place(a, old, new_size))
		return old;
	p = arena_alloc(a, new_size);
	if (p && old_size > 0)
		memcpy(p, old, old_size);
	return p;
}

/* Makes room for `more` bytes and a NUL. */
static bool
buf_room(struct buf *b, size_t more)
{
	size_t need, room;
	char *at;

	if (b->failed)
		return false;
	if (b->room - b->len > more)
		return true;
	b->failed = 1;
	if (__builtin_add_overflow(b->len, more, &need) || need >= SIZE_MAX / 2)
		return false;
	room = b->room * 2 > need + 1 ? b->room * 2 : need + 1;
	if (room < 64)
		room = 64;
	at = arena_grow(b->arena, b->at, b->room, room);
	if (!at)
		return false;
	b->at = at;
	b->room = room;
	b->failed = 0;
	return true;
}

void
buf_add(struct buf *b, const char *s, size_t len)
{
	if (len == 0 || !buf_room(b, len))
		return;
	memcpy(b->at + b->len, s, len);
	b->len += len;
}

void
buf_add_char(struct buf *b, char c)
{
	if (b->failed || (b->room - b->len < 2 && !buf_room(b, 1)))
		return;
	b->at[b->len++] = c;
}

void
buf_printf(struct buf *b, const char *fmt, ...)
{
	va_list ap, again;
	int len;

	va_start(ap, fmt);
	va_copy(again, ap);
	len = vsnprintf(NULL, 0, fmt, ap);
	if (len < 0)
		b->failed = 1;
	else if (buf_room(b, (size_t)len)) {
		vsnprintf(b->at + b->len, (size_t)len + 1, fmt, again);
		b->len += (size_t)len;
	}
	va_end(again);
	va_end(ap);
}

char *
buf_string(struct buf *b)
{
	if (!buf_room(b, 0))
		return NULL;
	b->at[b->len] = '\0';
	return b->at;
}
