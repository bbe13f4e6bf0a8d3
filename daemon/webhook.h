/*
 * webhook: POSTs one JSON text (libcurl). Headers: Content-Type: application/json, Idempotency-Key,
 * and X-Triaged-Signature: sha256=<hex HMAC of the body> when the webhook has a secret. No
 * redirects, TLS verified, answer read up to 64 KiB and dropped.
 */
#ifndef DAEMON_WEBHOOK_H
#define DAEMON_WEBHOOK_H

#include <stddef.h>
#include "config.h"

/* 0 on 2xx; -EPERM on 4xx but 408, 425, 429; -EAGAIN otherwise. Deadline 30 s. */
int
webhook_post(const struct webhook_config *webhook, const char *idempotency_key, const char *json,
	     size_t len, const _Atomic int *cancelled, struct err *err);

#endif
