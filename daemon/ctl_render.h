/*
 * ctl_render: the API's answers as text for people. Pure: everything comes from the JSON and
 * now_ms. Times are shown in local time.
 */
#ifndef DAEMON_CTL_RENDER_H
#define DAEMON_CTL_RENDER_H

#include <stdbool.h>
#include <jansson.h>

#include "term.h"

/*
 * The words that raised flags, a line each, behind the indent. Of the same words under one flag
 * only the longest are shown. rules: which rule it was, too.
 */
void
render_evidence(const struct term *term, const json_t *evidence, const char *indent, bool rules);

void
render_status(const struct term *term, const json_t *status);

void
render_queue(const struct term *term, const json_t *queue, int64_t now_ms);

void
render_customer(const struct term *term, const json_t *customer, int64_t now_ms);

/* Its conduct alone. */
void
render_conduct(const struct term *term, const json_t *customer);

void
render_case(const struct term *term, const json_t *page, int64_t now_ms);

/* Why a mail belongs to its case, in words; "" for a reason that is not known. */
const char *
render_join(const char *joined);

/* Whether its writer is no participant but a colleague of the customer's. */
bool
render_join_colleague(const char *joined);

#endif
