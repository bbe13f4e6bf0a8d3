/*
 * engine: the running daemon: one thread per account, workers, couriers, and an event loop for
 * signals, the API and the watchdog.
 */
#ifndef DAEMON_ENGINE_H
#define DAEMON_ENGINE_H

#include "bundle.h"
#include "config.h"
#include "store.h"

/*
 * How long an account may be in one step before the watchdog is no longer fed. Every outside call
 * ends much earlier.
 */
#define ENGINE_STUCK_MS 600000

/* How long stopping waits for actions under way before it cuts them short. */
#define ENGINE_GRACE_MS 2500

/*
 * Runs until SIGTERM or SIGINT, or with `once` until everything that is waiting now has been dealt
 * with. Takes over the caller's reference to the bundle. Returns 0; with once 1 when an account
 * failed (said in the log); negative errno with err when it could not start.
 */
int
engine_run(const struct config *config, struct bundle *bundle, struct store *store, bool once,
	   struct err *err);

/* Rules as the engine loads them: JIT and gate on. */
extern const struct ruleset_options engine_ruleset_options;

#endif
