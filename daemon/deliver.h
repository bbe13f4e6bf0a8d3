/*
 * deliver: hands one finished mail to the configured SMTP server (libcurl). For notices to our own
 * people only.
 */
#ifndef DAEMON_DELIVER_H
#define DAEMON_DELIVER_H

#include <stddef.h>
#include "config.h"

/*
 * 0 delivered. -EAGAIN: certainly not delivered, may be tried again. -EIO: nobody knows (lost after
 * DATA): must not be repeated. -EPERM: refused for good. cancelled: polled; true ends the call with
 * -EAGAIN or -EIO. Deadline 60 s.
 */
int
deliver_mail(const struct smtp_config *smtp, const char *to, const char *text, size_t len,
	     const _Atomic int *cancelled, struct err *err);

#endif
