/*
 * imap: a mailbox server behind transport.h, spoken to in IMAP4rev1 (RFC 3501) with what libetpan
 * knows of its grammar.
 *
 * Promises: no login without verified TLS, unless the account says `tls: none` and the peer is this
 * machine; \Seen is never set; nothing is expunged but the UID that was copied; every command has a
 * deadline and a bound on the bytes of its answer. Folder names are UTF-8 with "/" between levels,
 * whatever the server's own form is.
 */
#ifndef DAEMON_IMAP_H
#define DAEMON_IMAP_H

#include "config.h"
#include "stream.h"
#include "transport.h"

/* Milliseconds. */
struct imap_deadlines {
	int64_t connect; /* name, socket and TLS together */
	int64_t command; /* one command with its answer */
	int64_t done;    /* leaving IDLE, and saying LOGOUT */
	int64_t noop;    /* between two NOOPs where the server has no IDLE */
	int64_t near;    /* a server that answers within this is near */
	int64_t alert; /* after news, how long a near server is asked by NOOP before IDLE; 0: not at
			  all */
};

/*
 * A transport for one account, not yet connected. The account must outlive it; trust is shared (a
 * reference is taken) and may be NULL when the account says `tls: none`. The password is read anew
 * at each open and wiped after the login.
 */
int
imap_transport_new(const struct account_config *account, struct stream_trust *trust,
		   struct err *err, struct transport **ret);

/* Other deadlines than the built-in ones; before open. For tests. */
void
imap_set_deadlines(struct transport *t, const struct imap_deadlines *deadlines);

#endif
