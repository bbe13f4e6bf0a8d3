/*
 * steer_thread: who else may write into a case. See steer_internal.h.
 */
#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "participant.h"
#include "steer_internal.h"

int
turn_allow_colleagues(struct turn *t)
{
	bool allow = strcmp(t->steer->value, "no") != 0;
	const char *at = strrchr(t->c.customer, '@');

	if (allow && *t->steer->value && strcmp(t->steer->value, "yes") != 0)
		return err_set(
			t->err, -EINVAL,
			"\"%.60s\" is neither yes nor no; say case allow-colleagues C%" PRIu64
			" [no]",
			t->steer->value, t->c.id);
	if (allow == t->c.colleagues)
		return err_set(t->err, -EINVAL,
			       allow ? "colleagues may join C%" PRIu64 " already"
				     : "colleagues may not join C%" PRIu64 " anyhow",
			       t->c.id);
	if (allow && (!at || !at[1]))
		return err_set(t->err, -EINVAL, "C%" PRIu64 " has no customer with an address",
			       t->c.id);
	if (allow && participant_public(t->c.customer))
		return err_set(
			t->err, -EINVAL,
			"anybody can have an address at %.100s: whoever writes from there is "
			"no colleague of %.100s for that; answer with them in Cc instead",
			at + 1, t->c.customer);
	t->c.colleagues = allow;
	t->said =
		allow ? arena_printf(t->arena, "whoever writes from %s may join C%" PRIu64, at + 1,
				     t->c.id)
		      : arena_printf(t->arena, "only its participants may join C%" PRIu64, t->c.id);
	return turn_put(t, "colleagues",
			json_pack("{s:s, s:s, s:s}", "allowed", allow ? "yes" : "no", "domain",
				  at ? at + 1 : "", "reason", t->steer->reason));
}
