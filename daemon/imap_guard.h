/*
 * imap_guard: looks at what the server sends before libetpan's grammar does, and refuses what would
 * hurt it.
 *
 * A literal that announces more than may still be read (the grammar allocates what is announced, up
 * to 4 GiB), and lists nested deeper than any answer that we ask for (the grammar recurses, and
 * tries alternatives at each level). It keeps no data and allocates nothing.
 */
#ifndef DAEMON_IMAP_GUARD_H
#define DAEMON_IMAP_GUARD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define IMAP_GUARD_DEPTH 8

/* Zero-initialise. */
struct imap_guard {
	uint64_t literal; /* bytes of the running literal that are still to come */
	uint64_t number;  /* of "{number}" at the end of the line so far */
	enum { GUARD_NONE, GUARD_DIGITS, GUARD_CLOSED } brace;
	unsigned depth, column;
	bool quoted, escaped, text; /* text: a status or continuation line, free words without lists
				       or literals */
	bool continued;             /* the line goes on after a literal */
	char start[5];              /* first characters of the line, lower case */
};

/*
 * Takes the next bytes in order; left: how many bytes may follow them. 0, or -EPROTO with a static
 * sentence.
 */
int
imap_guard_feed(struct imap_guard *guard, const char *bytes, size_t len, uint64_t left,
		const char **ret_text);

#endif
