/*
 * store_key: how every kind of store orders keys: by bytes, a key before those it begins.
 */
#ifndef DAEMON_STORE_KEY_H
#define DAEMON_STORE_KEY_H

#include <stdbool.h>
#include <string.h>

#include "filters/message.h"

static inline int
key_compare(struct span a, struct span b)
{
	size_t len = a.len < b.len ? a.len : b.len;
	int c = len > 0 ? memcmp(a.at, b.at, len) : 0;

	return c != 0 ? c : (a.len > b.len) - (a.len < b.len);
}

static inline bool
key_begins_with(struct span key, struct span prefix)
{
	return key.len >= prefix.len &&
	       (prefix.len == 0 || memcmp(key.at, prefix.at, prefix.len) == 0);
}

/*
 * Whether a backward range begins at `from`, rather than at the last key with the prefix: `from` is
 * given and is not past all of those.
 */
static inline bool
key_starts_back(struct span from, struct span prefix)
{
	return from.len > 0 && (key_begins_with(from, prefix) || key_compare(from, prefix) < 0);
}

#endif
