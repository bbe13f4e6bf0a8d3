/*
 * signature: what stands at the end of a mail without being said in it: device lines, contact
 * blocks, disclaimers.
 *
 * Each test is about one line or paragraph at the end of somebody's words; reply.c knows where that
 * is.
 */
#ifndef FILTERS_SIGNATURE_H
#define FILTERS_SIGNATURE_H

#include <stdbool.h>
#include <stddef.h>

#include "line.h"

/* "-- " (RFC 3676 4.3) or "--". */
bool
signature_delimiter(struct line l);

/* "Sent from my ...", "나의 iPhone에서 보냄": a line that a device or program added. */
bool
signature_device(struct line l);

/* A legal notice or virus-scanner's note; l may be a paragraph with line breaks in it. */
bool
signature_disclaimer(struct line l);

/* Whether a paragraph may hold such a notice, and whether a line has a word of one. */
bool
signature_notice(struct line l);

bool
signature_legal(struct line l);

/* A paragraph of name, telephone, address: at least two of them, and nothing that is a sentence. */
bool
signature_contact(const struct line *lines, size_t count);

/* Whether a line says that name, number or address are coming: they are an answer then. */
bool
signature_announced(struct line l);

/* Whether somebody says something in this line, rather than giving a name or number. */
bool
signature_said(struct line l);

/* "PS: ...", "추신: ...": begins words behind a signature. */
bool
signature_postscript(struct line l);

#endif
