/*
 * judging: many mails judged on several threads, what is said of them in the order in which they
 * came.
 *
 * Workers take small batches of mails from the one feed, look at each with an arena and judges of
 * their own, and hand in what they wrote; whoever hands in the next batch due passes on what is
 * ready. A bounded window keeps memory flat.
 */
#ifndef DAEMON_JUDGING_H
#define DAEMON_JUDGING_H

#include <stdio.h>

#include "bundle.h"
#include "filters/arena.h"
#include "filters/message.h"
#include "filters/verdict.h"
#include "labelled.h"
#include "source.h"

#define JUDGING_THREADS_MAX 64u
#define JUDGING_SETS_MAX 2u /* rule sets that one mail is judged by */
#define JUDGING_ERROR_BYTES 320u

/* A mail with what its feed knows beside it. */
struct judging_mail {
	struct source_mail mail;
	void *more; /* the feed's; freed with free() */
};

/* What stands beside a labelled mail. */
struct judging_label {
	struct label label;
	size_t group; /* see labelled_group() */
};

/* What one thread works with. */
struct bench {
	struct arena *arena;                    /* empty when a mail is begun */
	struct judge *judges[JUDGING_SETS_MAX]; /* one for each rule set; a judge is slow to change
						 from one set to another */
};

struct judging {
	/*
	 * The next mail: 1; 0 at the end; negative errno with a sentence for what cannot be read
	 * and is passed over. Never called from two threads at once.
	 */
	int (*next)(void *feed, struct judging_mail *ret, struct err *err);
	void *feed;

	/*
	 * Looks at one mail, on any thread, and writes to out. 0, or negative errno when it could
	 * not be judged: that is then complained of and makes the whole a failure. *ret_marked:
	 * whether it counts as marked.
	 */
	int (*look)(void *context, struct bench *bench, const struct judging_mail *mail, FILE *out,
		    bool *ret_marked);
	void *context;

	FILE *out;          /* gets what look() wrote, in the order of the feed */
	unsigned threads;   /* at most JUDGING_THREADS_MAX */
	bool progress;      /* shown on stderr */
	const char *marked; /* how progress calls marked mails: "flagged" */
};

struct judging_sum {
	size_t mails, marked;
	bool failed; /* an input or a mail could not be read or judged; each was complained of */
};

/* Goes through the whole feed. 0 or -ENOMEM. */
int
judging_run(const struct judging *work, struct judging_sum *ret_sum);

/* judging.next for a struct source as feed. */
int
judging_next_stored(void *feed, struct judging_mail *ret, struct err *err);

/* judging.next for a struct labelled as feed: more is a struct judging_label. */
int
judging_next_labelled(void *feed, struct judging_mail *ret, struct err *err);

/* What became of one mail. */
struct judged {
	const struct message *message;                    /* NULL when it could not be read */
	const struct verdict *verdicts[JUDGING_SETS_MAX]; /* NULL when it could not be judged */
	char error[JUDGING_ERROR_BYTES]; /* "" when all is well; else "read in part: ..." or "not
					  judged: ..." */
};

/*
 * Reads a mail and judges it by each of the rule sets. *ret points into the bench's arena. 0 or
 * negative errno, with *ret filled in either way.
 */
int
judging_read(struct bench *bench, const struct source_mail *mail, const struct bundle *const *sets,
	     size_t set_count, struct judged *ret);

/* As many threads as there are processors for us. */
unsigned
judging_processors(void);

/*
 * Reads the argument of --threads: a number from 1 to JUDGING_THREADS_MAX. CTL_OK, or CTL_USAGE
 * with a sentence. command is "scan".
 */
int
judging_threads(const char *command, const char *text, unsigned *ret);

/*
 * Whether progress is wanted: people wait at a terminal, and the answer does not itself show how
 * far it is. at_end: it comes when all is done.
 */
bool
judging_progress_wanted(bool at_end);

#endif
