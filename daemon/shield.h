/*
 * shield: what the front line need not read again. Abusive words are taken out of what is shown,
 * and what kind they were is said instead; the records keep them.
 */
#ifndef DAEMON_SHIELD_H
#define DAEMON_SHIELD_H

#include <stdbool.h>
#include <jansson.h>

#define SHIELD_SUBJECT "(abusive words are hidden)"

/* Whether a piece of evidence ({flag, part, text, ...}) is of abuse. */
bool
shield_hides(const json_t *evidence);

/* Whether the subject of a mail with that evidence is abusive. */
bool
shield_hides_subject(const json_t *evidence);

/*
 * A copy of a list of evidence in which the text of abuse is a word about it: "(insult hidden)". A
 * new reference, NULL when out of memory.
 */
json_t *
shield_evidence(const json_t *evidence);

#endif
