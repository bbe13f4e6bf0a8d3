/*
 * labelled: labelled mail, as one stream in a stable order: rows of NDJSON files, and mails in
 * folders named by flag.
 *
 * A row is an object with the members body (text), flags, and if wanted id (once a file), subject,
 * scope and unsure; other members are left alone. No scope: all flags are labelled. It becomes a
 * whole mail, so that what is measured is the way of a mail and not of a text: quotes are cut, the
 * language is found. A folder is one named as label_of_folder() says, or one that holds such
 * folders and NDJSON files (named .ndjson or .jsonl); what else lies there is an error. What lies
 * in a flag's folder is read like source.h reads it.
 */
#ifndef DAEMON_LABELLED_H
#define DAEMON_LABELLED_H

#include "label.h"
#include "source.h"

#define LABELLED_LINE_MAX (4u << 20) /* bytes of a row */
#define LABELLED_PLACES_MAX 10000u   /* files and folders */

struct labelled;

struct labelled_mail {
	struct source_mail mail; /* named "path:line", or like source.h names it */
	struct label label;
	size_t group; /* the path that it was found through, see labelled_group() */
};

/* Finds the files and folders. 0 or -ENOMEM; what is wrong with them is said by labelled_next(). */
int
labelled_open(char *const *paths, size_t count, struct labelled **ret);

/*
 * The next mail: 1 and *ret, whose mail is freed with source_mail_free(); 0 at the end; negative
 * errno, with the sentence and its place, when a row, a file or a folder was wrong: it is passed
 * over. Not from two threads at once.
 */
int
labelled_next(struct labelled *l, struct labelled_mail *ret, struct err *err);

/* Groups: each NDJSON file, and each path that held folders named by flag. */
size_t
labelled_groups(const struct labelled *l);

/* Its path; valid until labelled_close(). */
const char *
labelled_group(const struct labelled *l, size_t group);

/* NULL is fine. */
void
labelled_close(struct labelled *l);

/*
 * A mail of a subject ("" for none) and a body, both UTF-8: malloc()ed bytes and their length.
 * 0, -EFBIG when it is longer than a mail may be, or -ENOMEM.
 */
int
labelled_write_mail(const char *subject, const char *body, char **ret_bytes, size_t *ret_len);

/*
 * Reads a row: its label, and the mail that it becomes, which has no name yet. 0, or a negative
 * errno with a sentence without a place.
 */
int
labelled_read_row(const json_t *row, struct labelled_mail *ret, struct err *err);

#endif
