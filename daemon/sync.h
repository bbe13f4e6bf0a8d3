/*
 * sync: brings one folder up to date: what is new is fetched, judged and committed, in batches, in
 * UID order.
 *
 * Three things go on at once: the server sends the next mails, workers judge the last ones, and
 * those before are committed. Memory is bounded by two batches.
 */
#ifndef DAEMON_SYNC_H
#define DAEMON_SYNC_H

#include "intake.h"
#include "service.h"
#include "transport.h"

struct sync;

struct sync *
sync_new(struct service *service, const struct intake *intake, struct transport *transport);

/* NULL is fine. */
void
sync_free(struct sync *sync);

/*
 * Synchronises a folder. *ret_uidnext is the folder's UIDNEXT as it was seen, whenever the folder
 * could be selected. counts is added to. 1: the folder is parked (why is in the cursor record).
 * -ENOENT: no such folder. -EPERM: the server would not let it be read. -ECANCELED: stopping.
 * Otherwise the transport's or the store's error.
 */
int
sync_folder(struct sync *sync, const char *folder, uint32_t *ret_uidnext,
	    struct intake_counts *counts, struct err *err);

#endif
