/*
 * store_dir: the directory a store lives in, held by one process at a time.
 */
#ifndef DAEMON_STORE_DIR_H
#define DAEMON_STORE_DIR_H

#include "filters/err.h"

struct store_dir {
	int fd;   /* the directory */
	int lock; /* its lock file, held until closed */
};

/*
 * Makes the directory (mode 0700) when it is not there, and locks it: -EBUSY when another process
 * has it, or this one a second time. Also sees to it that descriptors 0-2 are taken, so that no
 * later file gets one of them.
 */
int
store_dir_open(const char *path, struct err *err, struct store_dir *ret_dir);

void
store_dir_close(struct store_dir *dir);

#endif
