/*
 * draft_internal: what the files of draft share.
 */
#ifndef DAEMON_DRAFT_INTERNAL_H
#define DAEMON_DRAFT_INTERNAL_H

#include "draft.h"

/* What a template made. */
struct draft_text {
	const char *subject, *body;
	const char *names; /* the largest sum that the body names, other than in names; "" */
};

/* Whom the draft answers; NULL when there is nobody. */
const struct address *
draft_recipient(const struct draft_input *in);

/*
 * The writer's display name: Reply-To often has none where From does. A web form's From is our own:
 * its name greets nobody.
 */
const char *
draft_display(const struct draft_input *in, const struct address *to);

/* Without marks of an answer, and without a token that an earlier draft left there. */
const char *
draft_plain_subject(struct arena *arena, const char *subject);

bool
draft_is_korean(const struct draft_input *in);

/*
 * Renders the template of a draft. What a customer would read names no sum that the case has no
 * approval for, wherever it came from: -EPERM then, and ret_unapproved says which. 0, or as
 * draft_build(). In the arena.
 */
int
draft_text(const struct draft_input *in, struct arena *arena, struct draft_text *ret,
	   struct unapproved *ret_unapproved);

#endif
