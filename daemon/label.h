/*
 * label: what a careful reader said of a mail, against which rules are measured.
 *
 * A label says of each flag that it is in the mail, that it is not, or nothing; and of a whole
 * family that at least one of its flags is in the mail. A rule is judged on nothing else.
 */
#ifndef DAEMON_LABEL_H
#define DAEMON_LABEL_H

#include <jansson.h>

#include "filters/err.h"
#include "filters/flag.h"

#define LABEL_ID_BYTES 128

/*
 * Families stand in these sets as all of their flags. present and absent have nothing in common;
 * a flag in neither is not judged.
 */
struct label {
	flag_set present; /* named, and in the mail */
	flag_set absent;  /* labelled, and not in the mail */
	flag_set some;    /* families of which at least one flag is in the mail */
	flag_set whole; /* families that were labelled as a whole: judge them as one. Those of some,
			   and those that the scope names and that have no flag in present */
	flag_set unsure; /* readers differ on these; in none of the sets above but some and whole */
	char id[LABEL_ID_BYTES]; /* "" when it has none; cut between characters */
};

/* Every flag that people label: all but extortion, which is derived. */
flag_set
label_flags(void);

/*
 * Reads the members flags, scope, unsure and id of a row. 0; -EINVAL with a sentence that names the
 * member, without a place, also when they contradict each other (flags beyond the scope or in
 * unsure) or another member looks like one of them misspelt.
 */
int
label_read(const json_t *row, struct label *ret, struct err *err);

/*
 * The label that the name of a folder gives to the mails in it: a flag or a family, or several
 * joined by '+', which are in its mails while nothing is said of the others; "clean" and "none" say
 * that no flag is in them. 0; -ENOENT when the name is no such name.
 */
int
label_of_folder(const char *name, struct label *ret);

#endif
