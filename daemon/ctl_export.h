/*
 * ctl_export: what export and verify share: a folder with the record of a case.
 *
 *   events.ndjson   the events as they are kept; the chain is checked by them
 *   case.json       all that is known of the case, nothing hidden
 *   timeline.txt    the same for people, abusive words hidden; and what became of the mails
 *   timeline.html
 *   mails/0001.eml  the mails as they lie in the mailbox
 *   manifest.json   the case, the end of its chain, each mail with its digests, its verdict's rule
 *                   set and what became of it, each of the files above with its SHA-256
 *   SHA256SUMS      of all of them, for sha256sum -c
 */
#ifndef DAEMON_CTL_EXPORT_H
#define DAEMON_CTL_EXPORT_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <jansson.h>

#include "config.h"

#define EXPORT_EVENTS "events.ndjson"
#define EXPORT_PAGE "case.json"
#define EXPORT_TEXT "timeline.txt"
#define EXPORT_HTML "timeline.html"
#define EXPORT_MAILS "mails"
#define EXPORT_MANIFEST "manifest.json"
#define EXPORT_SUMS "SHA256SUMS"

#define EXPORT_FILE_MAX (256u << 20) /* of one file, also of a mail */

/* What became of a mail in the export: the manifest's "state". */
#define MAIL_SAME "as judged"
#define MAIL_DIFFERS "differs from what was judged"
#define MAIL_GONE "gone"
#define MAIL_UNREAD "could not be fetched"
#define MAIL_LEFT_OUT "left out"

struct folder {
	const char *path;
	char name[4096];
};

/* The path of a file in it; valid until the next call. */
const char *
folder_path(struct folder *f, const char *file);

/* Makes a file that must not be there; NULL (said) when it cannot. */
FILE *
folder_make(struct folder *f, const char *file);

/* Ends a file; false (said) when it could not be written. */
bool
folder_done(struct folder *f, FILE *out, bool well);

/* A whole file, malloc'd, with a NUL after it; NULL (said) when it cannot be read. */
char *
folder_read(struct folder *f, const char *file, size_t *ret_len);

/* SHA-256 of a file and its size; false (said) when it cannot be read. */
bool
folder_sum(struct folder *f, const char *file, char ret_hex[65], size_t *ret_len);

/* Member of an object as a string, "" when there is none; as a number, 0. */
const char *
export_string(const json_t *object, const char *name);

json_int_t
export_number(const json_t *object, const char *name);

struct fetcher;

/*
 * Logs into the mailbox of that account, to read only. config NULL: the usual file. CTL_FAILED
 * (said, with what to do) when that cannot be.
 */
int
fetcher_open(const struct config *config, const char *account, const char *name,
	     struct fetcher **ret);

/* NULL is fine. */
void
fetcher_close(struct fetcher *fetcher);

/*
 * Fetches each mail of the list (view_mails()) into the folder and adds to its entry: "state", and
 * when there is one "file", "sha256" and "bytes", "found" (where, when not at its place), "why".
 * fetcher NULL: all are left out. Returns how many are not there as they were judged; each is said.
 */
size_t
fetcher_fetch(struct fetcher *fetcher, struct folder *f, const json_t *answer);

#endif
