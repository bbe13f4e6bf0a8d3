/*
 * automatic_sign: what the tests for machines have in common: header values, words, who is on the
 * envelope.
 */
#ifndef FILTERS_AUTOMATIC_SIGN_H
#define FILTERS_AUTOMATIC_SIGN_H

#include <stdbool.h>

#include "message.h"

/* The value of a header without white space before it, "" when there is none. */
const char *
sign_value(const struct message *m, const char *name);

/* Whether a value is one word: "auto-replied; owner-email=..." is "auto-replied". */
bool
sign_is(const char *value, const char *word);

/* The first of the words (NULL-terminated) that s starts with, or NULL. Ignores ASCII case. */
const char *
sign_starts(const char *s, const char *const *words);

/* Whether s has one of the words (NULL-terminated). Ignores ASCII case. */
bool
sign_has(const char *s, const char *const *words);

/* Whether the first bytes of the body have one of the words: a machine says at once what it is. */
bool
sign_body_has(const struct message *m, size_t top, const char *const *words);

/* "Name: value" and what it means, the value cut to something a person reads. Never NULL. */
const char *
sign_because(const struct message *m, const char *name, const char *value, const char *meaning);

/* Return-Path: <> (RFC 3834 section 2): whoever sent it wants no answer. */
bool
sign_null_return(const struct message *m);

/* A null return path, or Auto-Submitted with anything but "no". */
bool
sign_machine(const struct message *m);

/* Whether the mail says that it answers another one: In-Reply-To or References. */
bool
sign_answers(const struct message *m);

/* Whether parts[part] is the mail's own and not of a message forwarded inside it. */
bool
sign_outermost(const struct message *m, size_t part);

#endif
