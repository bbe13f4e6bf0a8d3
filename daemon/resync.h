/*
 * resync: a folder whose UIDVALIDITY changed (RFC 3501 2.3.1.1) is matched again with what we know
 * of it.
 */
#ifndef DAEMON_RESYNC_H
#define DAEMON_RESYNC_H

#include "intake.h"

/* In a folder of at least this many mails, fewer matches than this share are not believed. */
#define RESYNC_SMALL 20
#define RESYNC_PERCENT 80

/*
 * Matches the selected folder's mails by Message-ID, size and date. What was done stays done, what
 * was planned goes on under the new UID, what is unknown is new mail. When too few can be matched
 * the folder is parked (cursor.parked) and 1 is returned. 0 when it was matched; the transport's
 * and the store's errors. With cursor.next 0 it is never parked: a person said that it is to be
 * read again, or it was missing when it was first looked for.
 */
int
resync_folder(const struct intake *intake, struct transport *transport, const char *folder,
	      const struct folder_state *state, struct err *err);

/*
 * Takes the parking off a folder: the next synchronisation matches it again, however little fits.
 * -EALREADY: it is not parked, and left alone.
 */
int
resync_resume(struct store *store, const char *account, const char *folder);

#endif
