/*
 * api_internal: what the server of api.c and the answers of api_routes.c share.
 */
#ifndef DAEMON_API_INTERNAL_H
#define DAEMON_API_INTERNAL_H

#include <microhttpd.h>

#include "api.h"

struct api {
	struct MHD_Daemon *daemon;
	struct store *store;
	struct api_hooks hooks;
	gid_t group;
	int epoll_fd;
	char *path; /* to remove at the end, NULL when the socket is not ours */
};

/* One request; made at its first call-back. */
struct request {
	struct api *api;
	struct MHD_Connection *connection;
	const char *rest; /* what follows the route's prefix in the path */
	size_t body;      /* bytes dropped so far */
};

/* Answers with *ret and an HTTP status; *ret NULL: something was out of memory. */
typedef unsigned
api_handler(struct request *request, json_t **ret);

struct route {
	const char *method, *path;
	bool prefix; /* of the path; what follows it is request->rest */
	api_handler *handle;
};

/* The route of that path and method, else one of that path; NULL: there is none. */
const struct route *
api_route(const char *url, const char *method);

/* The socket of a connection, or -1. */
int
api_connection_fd(struct MHD_Connection *connection);

#endif
