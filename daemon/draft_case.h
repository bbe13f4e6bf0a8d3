/*
 * draft_case: what a case tells a draft to a customer: its record, its promises and what is done
 * about it.
 *
 * Words that name a sum which nobody approved stay out (practice: nothing is given without an
 * approval); a question to our own house has them all.
 */
#ifndef DAEMON_DRAFT_CASE_H
#define DAEMON_DRAFT_CASE_H

#include "draft.h"
#include "store.h"

struct draft_case {
	struct case_record shown; /* the case without what stays out */
	struct promise_record promise, done, question;
	struct customer_record customer; /* without minds when nobody is known */
	json_t *record;                  /* the caller json_decref()s it */
	const char *withheld;            /* the first words that stay out; NULL: none */
	const char *sum;                 /* that they name */
};

/*
 * Reads what belongs to input->case_ (may be NULL) and fills in the members of input that come from
 * it; account, language, template_name and now_ms are set already. Everything lives in the arena,
 * in ret and in ret->record. 0 or a negative errno; ret->record is to be released in either case.
 */
int
draft_case_read(struct store_txn *txn, struct arena *arena, struct draft_input *input,
		struct draft_case *ret);

#endif
