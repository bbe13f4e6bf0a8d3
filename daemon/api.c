/*
 * api: the server. See api.h; what it answers is in api_routes.c.
 *
 * libmicrohttpd runs without a thread of its own, inside api_run(). A request's body is counted and
 * dropped: no call needs one.
 */
#include "api_internal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "api_peer.h"

#define CONNECTIONS_MAX 32u
#define CONNECTION_SECONDS 10u
#define CONNECTION_BYTES (32u << 10) /* request line and headers */
#define BODY_MAX (64u << 10)
#define ROUNDS_MAX 1000 /* of api_run(), so that no peer keeps the event loop to itself */

static enum MHD_Result
reply(struct MHD_Connection *connection, unsigned status, const char *allow, json_t *body)
{
	char *text = body ? json_dumps(body, JSON_COMPACT) : NULL;
	struct MHD_Response *response;
	enum MHD_Result result = MHD_NO;

	json_decref(body);
	if (!text)
		return MHD_NO;
	response = MHD_create_response_from_buffer(strlen(text), text, MHD_RESPMEM_MUST_FREE);
	if (!response) {
		free(text);
		return MHD_NO;
	}
	MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE, "application/json");
	if (allow)
		MHD_add_response_header(response, MHD_HTTP_HEADER_ALLOW, allow);
	result = MHD_queue_response(connection, status, response);
	MHD_destroy_response(response);
	return result;
}

static enum MHD_Result
refuse(struct MHD_Connection *connection, unsigned status, const char *allow, const char *sentence)
{
	return reply(connection, status, allow, json_pack("{s:s}", "error", sentence));
}

static bool
connection_allowed(const struct api *api, struct MHD_Connection *connection)
{
	int fd = api_connection_fd(connection);

	return fd >= 0 && peer_allowed(fd, api->group);
}

/* The first call of a request: refused here, its body is not read. */
static enum MHD_Result
begin(struct api *api, struct MHD_Connection *connection, const char *url, const char *method,
      void **ret_request)
{
	const char *length = MHD_lookup_connection_value(connection, MHD_HEADER_KIND,
							 MHD_HTTP_HEADER_CONTENT_LENGTH);
	const struct route *route = api_route(url, method);
	struct request *request;

	if (!connection_allowed(api, connection))
		return refuse(connection, MHD_HTTP_FORBIDDEN, NULL,
			      "not allowed: use the API as root, as triaged's own user or as a "
			      "member of socket_group");
	if (!route)
		return refuse(connection, MHD_HTTP_NOT_FOUND, NULL,
			      "there is nothing at this path");
	if (strcmp(method, route->method))
		return refuse(connection, MHD_HTTP_METHOD_NOT_ALLOWED, route->method,
			      "this path takes another method");
	if (length && strtoull(length, NULL, 10) > BODY_MAX)
		return refuse(connection, MHD_HTTP_CONTENT_TOO_LARGE, NULL,
			      "the request is too large");
	request = calloc(1, sizeof(*request));
	if (!request)
		return MHD_NO;
	*ret_request = request;
	return MHD_YES;
}

static enum MHD_Result
handle(void *context, struct MHD_Connection *connection, const char *url, const char *method,
       const char *version, const char *upload, size_t *upload_size, void **request_context)
{
	const struct route *route;
	struct request *request = *request_context;
	json_t *body = NULL;
	unsigned status;

	(void)version, (void)upload;
	if (!request)
		return begin(context, connection, url, method, request_context);
	if (*upload_size > 0) {
		request->body += *upload_size;
		*upload_size = 0;
		/*
		 * A chunked body that never ends: closing the connection is all that can be said in
		 * the middle of it.
		 */
		return request->body > BODY_MAX ? MHD_NO : MHD_YES;
	}
	route = api_route(url, method);
	request->api = context;
	request->connection = connection;
	request->rest = url + strlen(route->path);
	status = route->handle(request, &body);
	return reply(connection, status, NULL, body);
}

static void
finished(void *context, struct MHD_Connection *connection, void **request_context,
	 enum MHD_RequestTerminationCode why)
{
	(void)context, (void)connection, (void)why;
	free(*request_context);
	*request_context = NULL;
}

static int
start(struct api *api, int fd, struct err *err)
{
	const union MHD_DaemonInfo *info;

	api->daemon = MHD_start_daemon(
		MHD_USE_EPOLL, 0, NULL, NULL, handle, api, MHD_OPTION_LISTEN_SOCKET, fd,
		MHD_OPTION_CONNECTION_LIMIT, CONNECTIONS_MAX, MHD_OPTION_CONNECTION_TIMEOUT,
		CONNECTION_SECONDS, MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)CONNECTION_BYTES,
		MHD_OPTION_NOTIFY_COMPLETED, finished, NULL, MHD_OPTION_END);
	info = api->daemon ? MHD_get_daemon_info(api->daemon, MHD_DAEMON_INFO_EPOLL_FD) : NULL;
	if (!info)
		return err_set(err, -ENOMEM,
			       "cannot start the API: libmicrohttpd refused; look for a lack of "
			       "memory or descriptors");
	api->epoll_fd = info->epoll_fd;
	return 0;
}

int
api_open(const struct api_options *options, struct store *store, const struct api_hooks *hooks,
	 struct err *err, struct api **ret_api)
{
	struct api *api = calloc(1, sizeof(*api));
	int fd, r;

	if (!api)
		return err_set(err, -ENOMEM, "cannot start the API: out of memory");
	api->store = store;
	api->hooks = *hooks;
	r = peer_group(options->group, err, &api->group);
	if (r < 0)
		goto fail;
	fd = options->listen_fd;
	if (fd < 0) {
		fd = peer_listen(options->socket, api->group, err);
		if (fd < 0) {
			r = fd;
			goto fail;
		}
		api->path = strdup(options->socket);
	} else {
		fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK);
	}
	r = start(api, fd, err);
	if (r < 0) {
		/* The daemon owns the socket once it has started. */
		if (!api->daemon)
			close(fd);
		goto fail;
	}
	*ret_api = api;
	return 0;
fail:
	api_close(api);
	return r;
}

int
api_fd(const struct api *api)
{
	return api->epoll_fd;
}

void
api_run(struct api *api, int64_t *ret_timeout_ms)
{
	MHD_UNSIGNED_LONG_LONG timeout;

	/*
	 * A long request is read in many small steps, and between them the epoll fd says nothing.
	 * And a place that a connection leaves in one step is only offered to the listener in the
	 * next: so end after two idle ones.
	 */
	for (unsigned i = 0, idle = 0; i < ROUNDS_MAX && idle < 2; i++) {
		MHD_run(api->daemon);
		*ret_timeout_ms =
			MHD_get_timeout(api->daemon, &timeout) == MHD_YES ? (int64_t)timeout : -1;
		idle = *ret_timeout_ms == 0 ? 0 : idle + 1;
	}
}

void
api_close(struct api *api)
{
	if (!api)
		return;
	if (api->daemon)
		MHD_stop_daemon(api->daemon);
	if (api->path)
		unlink(api->path);
	free(api->path);
	free(api);
}
