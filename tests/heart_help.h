/*
 * heart_help: the daemon's heart without a world: replayed mail, a store in memory that can fail, a
 * clock that stands still, and a server that plays tricks. One at a time in a process; the account
 * is called "shop".
 *
 * Rules: the word "lawyer" is threat.legal. Templates: hello (en). What follows from a threat is
 * the test's policy.
 */
#ifndef TESTS_HEART_HELP_H
#define TESTS_HEART_HELP_H

#include "daemon/clock.h"
#include "daemon/outbox.h"
#include "daemon/replay.h"
#include "daemon/service.h"
#include "daemon/sync.h"

#define HEART_NOW INT64_C(1800000000000)

/* What the server and the store do wrong. Zero: nothing. Errors last until they are taken away. */
struct heart_tricks {
	uint32_t hidden;       /* fetch passes over this UID */
	uint32_t refused_from; /* fetch answers NO from this UID on */
	uint32_t lost_at;      /* fetch loses the connection before this UID */
	bool no_uidnext;       /* select does not say UIDNEXT */
	bool no_keywords;      /* PERMANENTFLAGS without \* */
	uint32_t lost_move;    /* the connection breaks before this UID is moved */
	bool half_move;        /* the next move copies, then the connection breaks */
	int add_flag, copy, move, append_draft, status;
	int commit, begin;             /* of write transactions */
	unsigned commits;              /* so many more succeed first */
	bool commit_once;              /* only one fails */
	void (*selected)(void);        /* called before every select */
	void (*listed)(void);          /* called once, after the next list */
	void (*fetched)(uint32_t uid); /* called before every mail that is fetched */
	unsigned lists, fetches, selects, finds;
	char log[65536]; /* "keyword:uid draft copy:uid move:uid " in the order they were done */
};

struct heart {
	struct store *store;
	struct clock_manual clock;
	struct transport *transport;
	struct config config;
	struct account_config account;
	struct bundle *bundle;
	struct pool *pool;
	struct service service;
	struct intake intake;
	struct intake_counts counts;
	struct outbox_counts outbox;
	struct sync *sync;
	struct arena *arena; /* of what the helpers return */
	struct err err;
	uint32_t uidnext;
};

extern struct heart_tricks tricks;

/*
 * Starts with an open transport and an empty INBOX that is already watched (from UID 1). actions:
 * what follows from a threat.
 */
struct heart *
heart_new(const char *actions);

void
heart_free(struct heart *h);

/* A bundle with these actions; NULL fails the test. */
struct bundle *
heart_bundle(const struct config *config, const char *actions);

/* Tricks and log for another transport of the same kind. */
void
heart_trick(struct transport *t);

/* Puts a mail into a folder: Message-ID <id@example.org>, from id@customer.example. Its UID. */
uint32_t
heart_mail(struct heart *h, const char *folder, const char *id, const char *words);

/* sync_folder. */
int
heart_sync(struct heart *h, const char *folder);

/* outbox_run_mailbox, on a new connection when the last one broke. */
int
heart_act(struct heart *h);

uint32_t
heart_cursor(struct heart *h, const char *folder);

/* "uid:state " of the current numbering's entries */
const char *
heart_ledger(struct heart *h, const char *folder);

/* "kind:state " of unfinished entries */
const char *
heart_waiting(struct heart *h);

/* "reason;" of parked mails, "error;" of troubled entries */
const char *
heart_parked(struct heart *h);

const char *
heart_troubled(struct heart *h);

/* "uid[flags] " */
const char *
heart_folder(struct heart *h, const char *folder);

/* The first entry that is not finished. */
struct outbox_record
heart_first(struct heart *h);

/* Makes it look as if the program had died: puts that state on all unfinished entries. */
void
heart_mark(struct heart *h, enum outbox_state state);

/* Gives a replay a wait() that waits. Counts waits of all such transports. */
void
heart_patient(struct transport *t);

extern _Atomic unsigned heart_waits;

#define HEART_URL 64

/*
 * A server on loopback that takes one request a connection and answers as told ("": closes, NULL:
 * says nothing until it is stopped).
 */
struct heart_sink {
	const char *answer;
	int listener, silent;
	_Atomic unsigned requests;
	char keys[4][128]; /* Idempotency-Key of the first ones */
	pthread_t thread;
};

void
heart_sink_start(struct heart_sink *s, const char *answer, char ret_url[HEART_URL]);

void
heart_sink_stop(struct heart_sink *s);

#endif
