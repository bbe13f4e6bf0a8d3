/*
 * thread_set: stored mails, and which of them belong together by what they refer to alone.
 *
 * Mails that share a Message-ID, be it that one has it and the other refers to it or that both
 * refer to it, are of one thread. Not believed: a Message-ID that mails have which are not copies
 * of each other (a mail that refers to it belongs to the one with its subject, if there is just
 * one), and a "Message-ID" that nobody has and that is a writer's address. Knows nothing of cases
 * and participants.
 */
#ifndef DAEMON_THREAD_SET_H
#define DAEMON_THREAD_SET_H

#include <stdbool.h>
#include <stdint.h>

#include "filters/message.h"

#define THREAD_SET_BYTES (1ul << 30) /* all mails of a set */
#define THREAD_SET_TWINS 16          /* different mails with one Message-ID: with more it is none */
#define THREAD_SET_ADDRESSES 32      /* kept of From, Sender and Reply-To each */

/* All in the set's memory. */
struct thread_mail {
	const char *name;              /* where it was found */
	const struct message *message; /* ids, subject, date and who wrote it; nothing else */
	const char *subject;           /* subject_plain() */
	uint64_t gmail_thread;         /* X-GM-THRID, as Gmail's export has it; 0: none */
	/* After thread_set_link(): */
	const char *thread; /* the Message-ID of the thread's oldest mail; its name when it has
			       none, or one that others have */
	size_t place;       /* in the set's order */
	size_t first;       /* the place of the thread's oldest mail */
};

struct thread_set;

/* NULL when out of memory. */
struct thread_set *
thread_set_new(void);

/* NULL is fine. */
void
thread_set_free(struct thread_set *set);

/*
 * Adds a copy of what matters of a mail. 0, or -ENOMEM when memory or THREAD_SET_BYTES is
 * exhausted.
 */
int
thread_set_add(struct thread_set *set, const char *name, const struct message *message);

/*
 * Finds the threads, once, after the last mail was added. 0 or -ENOMEM. *ret_mails is the set's:
 * the mails by date, those without one last, but what a mail answers always before it.
 */
int
thread_set_link(struct thread_set *set, struct thread_mail *const **ret_mails, size_t *ret_count);

#endif
