/*
 * transport: a mailbox server, seen through one small table of functions.
 *
 * Implemented by IMAP (imap.c) and by a replay of stored mail (replay.c: simulate, tests). One
 * thread at a time. Every call has a deadline of its own; after an error that tells of a lost
 * connection the transport must be closed and opened again.
 *
 * Errors, with a sentence in *err: -ENOENT no such folder; -EACCES the server refused the login;
 * -EPERM the server refused this command (NO); -EDQUOT over quota; -EPROTO the server speaks
 * nonsense or more than the bounds allow; -EPIPE connection lost or refused; -ETIMEDOUT; -ECANCELED
 * transport_wake() with stop; -EKEYREJECTED certificate or TLS policy; -EHOSTUNREACH name not
 * found. transport_lost(error) tells whether the connection is gone.
 */
#ifndef DAEMON_TRANSPORT_H
#define DAEMON_TRANSPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "filters/err.h"

struct folder_state {
	uint32_t uidvalidity, uidnext, exists;
	bool keywords; /* PERMANENTFLAGS has \*: new keywords can be made */
};

/* One message as FETCH (UID RFC822.SIZE INTERNALDATE) shows it, and X-GM-THRID where there is. */
struct listed {
	uint32_t uid;
	uint64_t size;
	int64_t received_ms;
	uint64_t gmail_thread; /* 0: the server has none */
};

/* One message's bytes; only valid during the call. cut: the server has more than is given here. */
typedef int
transport_fetched(void *context, uint32_t uid, const void *bytes, size_t len, bool cut);

/* Message-ID and Date as written ("" when none), for re-matching after a UIDVALIDITY change. */
struct identity_listed {
	struct listed listed;
	const char *message_id, *date_text;
};

enum transport_event {
	TRANSPORT_TIMEOUT, /* nothing happened */
	TRANSPORT_CHANGED, /* the selected folder may have new mail */
	TRANSPORT_WOKEN,   /* transport_wake() */
};

/* What became of a draft that was to be taken out again. */
enum withdrawn {
	WITHDRAWN_NONE,    /* it was not there */
	WITHDRAWN_CHANGED, /* somebody changed it, and it stays */
	WITHDRAWN_DONE,
};

/* Whether these bytes are the message that is meant; only valid during the call. */
typedef bool
transport_same(void *context, const void *bytes, size_t len);

struct transport;

struct transport_ops {
	void (*free)(struct transport *t);
	/* Connects and logs in. */
	int (*open)(struct transport *t, struct err *err);
	/* Ends the connection, politely when it still stands. Safe at any time. */
	void (*close)(struct transport *t);
	/* Selects a folder read-write. */
	int (*select)(struct transport *t, const char *folder, struct folder_state *ret,
		      struct err *err);
	/* The same read-only (EXAMINE): nothing in it can be changed. IMAP only, else NULL. */
	int (*examine)(struct transport *t, const char *folder, struct folder_state *ret,
		       struct err *err);
	/* Makes a folder that people see, too (SUBSCRIBE); it may be there already. */
	int (*make)(struct transport *t, const char *folder, struct err *err);
	/* UIDVALIDITY and UIDNEXT of a folder that is not selected (STATUS). */
	int (*status)(struct transport *t, const char *folder, struct folder_state *ret,
		      struct err *err);
	/*
	 * Messages of the selected folder with UID >= first, ascending. malloc'd array, the caller
	 * frees.
	 */
	int (*list)(struct transport *t, uint32_t first, struct listed **ret, size_t *ret_count,
		    struct err *err);
	/*
	 * The same with Message-ID and Date. Strings live in the array's one allocation: free() the
	 * array.
	 */
	int (*identify)(struct transport *t, uint32_t first, struct identity_listed **ret,
			size_t *ret_count, struct err *err);
	/* The lowest UID that arrived on or after that day (SEARCH SINCE), 0 when none. */
	int (*since)(struct transport *t, int64_t since_ms, uint32_t *ret_uid, struct err *err);
	/*
	 * Fetches messages (BODY.PEEK[]: never sets \Seen) in as few round trips as their sizes
	 * allow; big ones in pieces and only up to max_bytes. A UID that is gone is passed over.
	 * Stops when fetched() returns non-zero and returns that.
	 */
	int (*fetch)(struct transport *t, const struct listed *wanted, size_t count,
		     size_t max_bytes, transport_fetched *fetched, void *context, struct err *err);
	/* Adds a keyword or system flag to a message. Gone messages are no error. */
	int (*add_flag)(struct transport *t, uint32_t uid, const char *flag, struct err *err);
	/* Copies; makes the target folder when it is missing. -ESTALE: the message is gone. */
	int (*copy)(struct transport *t, uint32_t uid, const char *folder, struct err *err);
	/*
	 * Moves by UID MOVE, or COPY + \Deleted + UID EXPUNGE of this UID only. already_copied: an
	 * earlier try got as far as the copy, only remove the original. ret_uid: the UID in the
	 * target when the server says (COPYUID), else 0. -ESTALE: the message is gone. -ENOTSUP:
	 * neither MOVE nor UIDPLUS (we never EXPUNGE more than the UID we copied).
	 */
	int (*move)(struct transport *t, uint32_t uid, const char *folder, bool already_copied,
		    uint32_t *ret_validity, uint32_t *ret_uid, struct err *err);
	/*
	 * Appends with flags \Draft \Seen. folder NULL: the SPECIAL-USE \Drafts one, else "Drafts".
	 * Made when missing.
	 */
	int (*append_draft)(struct transport *t, const char *folder, const void *bytes, size_t len,
			    struct err *err);
	/*
	 * Takes the draft with this Message-ID and size out of that folder (NULL as above) again
	 * when same() says that its bytes are ours: \Deleted, and UID EXPUNGE of it alone where the
	 * server has UIDPLUS. The selected folder is selected again, as find() does.
	 */
	int (*withdraw)(struct transport *t, const char *folder, const char *message_id,
			uint64_t size, transport_same *same, void *context, enum withdrawn *ret,
			struct err *err);
	/*
	 * Whether that folder (NULL as above) holds a message with this Message-ID ("" none) and
	 * size (0: any) at UID >= first. A missing folder holds none. The selected folder is
	 * selected again; -EPIPE when its UIDVALIDITY has changed.
	 */
	int (*find)(struct transport *t, const char *folder, const char *message_id, uint64_t size,
		    uint32_t first, bool *ret_found, struct err *err);
	/*
	 * UIDs of the messages with this Message-ID in the selected folder, ascending; free() them.
	 * IMAP only, else NULL.
	 */
	int (*search)(struct transport *t, const char *message_id, uint32_t **ret,
		      size_t *ret_count, struct err *err);
	/*
	 * Waits in IDLE (or sleeps and NOOPs where the server has none) for new mail in the
	 * selected folder, at most timeout_ms. Looks once at UIDNEXT after entering IDLE:
	 * known_uidnext is what the caller has seen.
	 */
	int (*wait)(struct transport *t, uint32_t known_uidnext, int64_t timeout_ms,
		    enum transport_event *ret, struct err *err);
	/*
	 * From any thread: ends wait(); with stop also every other call, for good.
	 * Async-signal-safe.
	 */
	void (*wake)(struct transport *t, bool stop);
	/*
	 * What the server is and can do, one line for people ("Dovecot, TLS 1.3, IDLE MOVE UIDPLUS
	 * SPECIAL-USE"). Valid until close.
	 */
	const char *(*describe)(struct transport *t);
};

struct transport {
	const struct transport_ops *ops;
};

/* Whether that error means that the connection can no longer be used. */
bool
transport_lost(int error);

#endif
