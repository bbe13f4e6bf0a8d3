/*
 * resolve: getaddrinfo() in a detached thread. The two sides share one reference-counted struct, so
 * that neither waits for the other: whoever comes last frees it.
 */
#include "resolve.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

/* Name services (NSS modules) run on this stack. */
#define RESOLVE_STACK (256u << 10)

struct resolve {
	_Atomic int references;
	int done_fd;
	_Atomic bool done; /* set last: who sees it may read error and list */
	int error;
	struct addrinfo *list;
	char service[8];
	char host[];
};

static void
resolve_unref(struct resolve *r)
{
	if (atomic_fetch_sub(&r->references, 1) != 1)
		return;
	if (r->list != NULL)
		freeaddrinfo(r->list);
	if (r->done_fd >= 0)
		close(r->done_fd);
	free(r);
}

static void
look_up(struct resolve *r, int flags)
{
	struct addrinfo hints = {
		.ai_family = AF_UNSPEC,
		.ai_socktype = SOCK_STREAM,
		.ai_flags = AI_NUMERICSERV | flags,
	};

	r->error = getaddrinfo(r->host, r->service, &hints, &r->list);
	if (r->error != 0)
		r->list = NULL;
}

static void
announce(struct resolve *r)
{
	atomic_store(&r->done, true);
	eventfd_write(r->done_fd, 1);
}

static void *
resolve_thread(void *argument)
{
	struct resolve *r = argument;

	look_up(r, AI_ADDRCONFIG);
	announce(r);
	resolve_unref(r);
	return NULL;
}

/* The thread takes no signals: they belong to the threads that handle them. */
static int
start_thread(struct resolve *r)
{
	pthread_attr_t attributes;
	pthread_t thread;
	sigset_t all, before;
	int error;

	error = pthread_attr_init(&attributes);
	if (error != 0)
		return -error;
	pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
	pthread_attr_setstacksize(&attributes, RESOLVE_STACK);
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	error = pthread_create(&thread, &attributes, resolve_thread, r);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	pthread_attr_destroy(&attributes);
	return -error;
}

int
resolve_start(const char *host, uint16_t port, struct resolve **ret)
{
	size_t size = strlen(host) + 1;
	struct resolve *r = calloc(1, sizeof(*r) + size);
	int error;

	if (r == NULL)
		return -ENOMEM;
	r->references = 2;
	memcpy(r->host, host, size);
	snprintf(r->service, sizeof(r->service), "%u", port);
	r->done_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (r->done_fd < 0) {
		error = -errno;
		free(r);
		return error;
	}
	look_up(r, AI_NUMERICHOST);
	if (r->error == 0) {
		r->references = 1;
		announce(r);
		*ret = r;
		return 0;
	}
	error = start_thread(r);
	if (error != 0) {
		r->references = 1;
		resolve_unref(r);
		return error;
	}
	*ret = r;
	return 0;
}

int
resolve_fd(const struct resolve *r)
{
	return r->done_fd;
}

int
resolve_answer(const struct resolve *r, const struct addrinfo **ret_list)
{
	if (!atomic_load(&r->done))
		return EAI_AGAIN;
	if (r->error != 0)
		return r->error;
	*ret_list = r->list;
	return 0;
}

void
resolve_free(struct resolve *r)
{
	if (r != NULL)
		resolve_unref(r);
}
