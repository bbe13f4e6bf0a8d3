/*
 * digest_page: the digest as a page of words, and the page as text and as HTML.
 *
 * What a stranger wrote (names, subjects) becomes one harmless line in the page and is escaped in
 * the HTML, which loads nothing from anywhere: its charts are tables. Pure.
 */
#ifndef DAEMON_DIGEST_PAGE_H
#define DAEMON_DIGEST_PAGE_H

#include <jansson.h>

#include "filters/arena.h"

/*
 * Makes the page of a digest (digest_collect) in "ko" or "en": {language, subject, title, lines
 * [...], chart {title, rows [{label, severity, count, share (of 100), note}]} or null, sections
 * [{title, rows [{id, label, severity, head, text}], more (or "")}], footer}. The zone is the one
 * that the digest names. 0, or -ENOMEM.
 */
int
digest_page(struct arena *arena, const json_t *digest, const char *language, json_t **ret);

/* In the arena, with \n line ends; NULL when it is exhausted. */
const char *
digest_text(struct arena *arena, const json_t *page);

/* The same; a whole document. */
const char *
digest_html(struct arena *arena, const json_t *page);

#endif
