/*
 * change: how two verdicts on one mail differ, counted over many mails, and shown.
 */
#ifndef DAEMON_CHANGE_H
#define DAEMON_CHANGE_H

#include <jansson.h>

#include "filters/message.h"
#include "filters/verdict.h"
#include "policy.h"
#include "term.h"

/* One mail, judged twice. */
struct change {
	const char *source;
	const struct message *message;
	const struct verdict *old, *new;
	enum severity old_severity, new_severity;
	flag_set gained, lost; /* hits by the new rules, or by the old ones, alone */
	flag_set unclear;      /* the others that became, or ceased to be, undetermined */
};

/* Fills in the sets. Returns whether anything changed: a flag or the severity. */
bool
change_find(struct change *c);

struct change_sum {
	size_t gained[FLAG_COUNT], lost[FLAG_COUNT], unclear[FLAG_COUNT];
	size_t raised, lowered; /* severity */
};

void
change_count(struct change_sum *sum, const struct change *c);

/* A table of what change_count() counted. */
void
change_print_sum(const struct term *term, const struct change_sum *sum, size_t mails,
		 size_t changed);

/* A mail with its flags gained and lost, and under each the rules to blame. */
void
change_print(const struct term *term, const struct change *c);

/* The objects of triagectl(1). NULL when out of memory. */
json_t *
change_sum_json(const struct change_sum *sum, size_t mails, size_t changed);

json_t *
change_json(const struct change *c);

#endif
