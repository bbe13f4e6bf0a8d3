/*
 * replay_internal: what the files of the replay share; for nobody else. replay_store.c keeps the
 * folders, replay.c is the transport over them, replay_look.c is what its owner may do to it from
 * outside.
 */
#ifndef DAEMON_REPLAY_INTERNAL_H
#define DAEMON_REPLAY_INTERNAL_H

#include "replay.h"

#include <pthread.h>

struct replay_mail {
	uint32_t uid;
	char *bytes;
	size_t len;
	int64_t received_ms;
	char *flags; /* malloc'd, never NULL */
};

struct replay_folder {
	char *name;
	uint32_t uidvalidity, uidnext;
	struct replay_mail *mails; /* in UID order */
	size_t count, room;
};

struct replay_store {
	struct replay_folder **folders;
	size_t count;
	uint32_t last_validity;
};

struct replay {
	struct transport transport;
	pthread_mutex_t lock;
	struct replay_store store;
	struct replay_folder *selected;
	bool open;
	_Atomic bool woken, stopped;
	int fail_error; /* 0: nothing planned */
	bool fail_done;
	char fail_operation[24]; /* "" any */
};

static inline struct replay *
replay_of(struct transport *t)
{
	return (struct replay *)t; /* its first member */
}

void
replay_store_free(struct replay_store *store);

/* NULL when there is none. INBOX is found in any case. */
struct replay_folder *
replay_store_find(const struct replay_store *store, const char *name);

/* Finds or makes. NULL when out of memory. */
struct replay_folder *
replay_store_make(struct replay_store *store, const char *name);

void
replay_store_delete(struct replay_store *store, struct replay_folder *folder);

/* Adds a copy. flags: "" or words with spaces between. 0 or -ENOMEM. */
int
replay_folder_add(struct replay_folder *folder, const char *bytes, size_t len, int64_t received_ms,
		  const char *flags, uint32_t *ret_uid);

struct replay_mail *
replay_folder_mail(const struct replay_folder *folder, uint32_t uid);

void
replay_folder_remove(struct replay_folder *folder, struct replay_mail *mail);

/* Adds a flag that is not there yet. 0 or -ENOMEM. */
int
replay_mail_flag(struct replay_mail *mail, const char *flag);

#endif
