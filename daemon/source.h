/*
 * source: stored mail, whatever it lies in, as one stream of mails in a stable order.
 *
 * A path is a mail (.eml or any other file), an mbox (recognised by its From_ line, RFC 4155), a
 * Maildir (cur and new, by delivery order, and its Maildir++ subfolders), any other folder (its
 * files and folders by name, hidden ones left out), a pipe, or "-" for standard input. A named pipe
 * that nobody has opened for writing is an error, not a wait; in a folder it always is, and so are
 * a link that leads nowhere and a file of labelled rows (see labelled.h). Large files
 * are mapped and never copied; mbox mails are copied only when ">From " lines must be unescaped.
 * Symbolic links to files are followed, to folders below a given one not.
 */
#ifndef DAEMON_SOURCE_H
#define DAEMON_SOURCE_H

#include <stdbool.h>
#include <stddef.h>

#include "filters/err.h"

#define SOURCE_DEPTH_MAX 64           /* folders within folders */
#define SOURCE_STREAM_MAX (1ul << 30) /* bytes taken from a pipe or a device */

struct source;
struct source_file;

/* One mail. Valid until source_mail_free(), also after the source is closed. */
struct source_mail {
	char *name;               /* the path; "path#3" for the third of several mails of an mbox */
	const char *bytes;        /* without the From_ line */
	size_t len;               /* at most LIMIT_MESSAGE_BYTES */
	bool cut;                 /* there was more */
	char *unescaped;          /* owned copy behind bytes, or NULL */
	struct source_file *file; /* what bytes lie in, or NULL */
};

/* paths must outlive the source. 0 or -ENOMEM; nothing is opened yet. */
int
source_open(char *const *paths, size_t count, struct source **ret_source);

/* Walks one mail or mbox that is in memory already; bytes must outlive the source and its mails. */
int
source_open_bytes(const char *name, const void *bytes, size_t len, struct source **ret_source);

/*
 * The next mail: 1 and *ret_mail; 0 at the end; negative errno with a sentence when an input could
 * not be read: that input is passed over and the next call goes on behind it. Not from two threads
 * at once.
 */
int
source_next(struct source *s, struct source_mail *ret_mail, struct err *err);

/* From any thread. A zeroed mail is fine. */
void
source_mail_free(struct source_mail *mail);

/* NULL is fine. */
void
source_close(struct source *s);

#endif
