/*
 * flag: the names of what a writer can do in a message, and the family each belongs to.
 */
#ifndef FILTERS_FLAG_H
#define FILTERS_FLAG_H

#include <stdint.h>

enum flag {
	FLAG_THREAT_VIOLENCE,
	FLAG_THREAT_LEGAL,
	FLAG_THREAT_REGULATOR,
	FLAG_THREAT_PUBLICITY,
	FLAG_THREAT_MENACE,
	FLAG_ABUSE_PROFANITY,
	FLAG_ABUSE_INSULT,
	FLAG_ABUSE_HATE,
	FLAG_ABUSE_SEXUAL,
	FLAG_DEMAND_REFUND,
	FLAG_DEMAND_COMPENSATION,
	FLAG_DEMAND_SUPERIOR,
	FLAG_DEMAND_ULTIMATUM,
	FLAG_SIGNAL_REPEAT,
	FLAG_SIGNAL_CHURN,
	FLAG_SIGNAL_EVIDENCE,
	FLAG_SIGNAL_SELFHARM,
	FLAG_EXTORTION, /* derived: a threat made conditional on a demand */
	FLAG_COUNT
};

/* A set of flags: bit 1u << FLAG_x. */
typedef uint32_t flag_set;

/* "threat.legal"; never NULL for a valid flag. */
const char *
flag_name(enum flag flag);

/* The flag of that name, or -1. */
int
flag_by_name(const char *name);

/*
 * The set a name stands for: one flag, or all flags of a family ("threat", "abuse", "demand",
 * "signal"). 0 when the name is unknown.
 */
flag_set
flag_set_by_name(const char *name);

/* The known flag or family name nearest to a misspelt one, or NULL when none is near. */
const char *
flag_nearest(const char *name);

#endif
