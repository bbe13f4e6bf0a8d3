/*
 * ctl_client: triagectl's side of the API: HTTP over the Unix socket (libcurl).
 */
#ifndef DAEMON_CTL_CLIENT_H
#define DAEMON_CTL_CLIENT_H

#include <jansson.h>

#include "filters/err.h"

#define CLIENT_SOCKET "/run/triaged/api.sock"

/*
 * Calls the running daemon. 0 with the HTTP status and the JSON answer (a new reference) whatever
 * the status is; negative errno with a sentence that says what to do when there is no answer.
 * Bounded in time and size.
 */
int
client_call(const char *socket, const char *method, const char *path, long *ret_status,
	    json_t **ret_answer, struct err *err);

/* A string for a path or query: percent-encoded, malloc'd. NULL when out of memory. */
char *
client_escape(const char *text);

#endif
