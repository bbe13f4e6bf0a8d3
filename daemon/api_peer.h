/*
 * api_peer: the API's listening socket, and who is at the other end of a connection.
 */
#ifndef DAEMON_API_PEER_H
#define DAEMON_API_PEER_H

#include <stdbool.h>
#include <sys/types.h>

#include "filters/err.h"

#define PEER_NO_GROUP ((gid_t)-1)

/* The group's number; -ENOENT with a sentence. NULL gives PEER_NO_GROUP. */
int
peer_group(const char *name, struct err *err, gid_t *ret_group);

/*
 * A listening, non-blocking socket at path, mode 0660, of that group. A socket file that nobody
 * listens on is replaced. -EADDRINUSE when somebody listens there, else the errno of what failed.
 * Returns the descriptor.
 */
int
peer_listen(const char *path, gid_t group, struct err *err);

/*
 * Whether the peer of this connection is root, our own user or a member (also a supplementary one)
 * of the group.
 */
bool
peer_allowed(int fd, gid_t group);

/* The login name of the peer's user, or "uid 1000" when it has none. "?" for no connection. */
void
peer_name(int fd, char *ret, size_t size);

#endif
