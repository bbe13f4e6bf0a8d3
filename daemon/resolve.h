/*
 * resolve: name to addresses, with a deadline that the C library does not have.
 *
 * Each look-up runs in a thread of its own that nobody ever has to wait for: a look-up that is
 * given up goes on alone and frees what it holds when the resolver lets it go. Numeric addresses
 * need no thread.
 */
#ifndef DAEMON_RESOLVE_H
#define DAEMON_RESOLVE_H

#include <stdint.h>
#include <netdb.h>

struct resolve;

/*
 * Starts looking for stream sockets of host:port. 0, or -ENOMEM, -EAGAIN (no thread), -EMFILE and
 * the like.
 */
int
resolve_start(const char *host, uint16_t port, struct resolve **ret);

/* Readable when the answer is there. */
int
resolve_fd(const struct resolve *resolve);

/* After resolve_fd() became readable: 0 or an EAI_ number; the list stays the resolve's. */
int
resolve_answer(const struct resolve *resolve, const struct addrinfo **ret_list);

/* Frees, or gives up, at any time. NULL is fine. */
void
resolve_free(struct resolve *resolve);

#endif
