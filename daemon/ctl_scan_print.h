/*
 * ctl_scan_print: one judged mail as a JSON line, as a few lines for people, or as the whole
 * explanation.
 */
#ifndef DAEMON_CTL_SCAN_PRINT_H
#define DAEMON_CTL_SCAN_PRINT_H

#include "filters/message.h"
#include "filters/verdict.h"
#include "term.h"

/*
 * A mail with what became of it. message and verdict are NULL when error says that it could not be
 * judged.
 */
struct scanned {
	const char *source;
	const struct message *message;
	const struct verdict *verdict;
	const char *severity;
	const char *
		error; /* NULL when all is well; "read in part: ..." when not all could be judged */
};

/* The object of DESIGN section 7, one line. */
void
scan_print_json(FILE *out, const struct scanned *mail);

/*
 * Severity, sender and subject, of what has no header of a mail its source; under it a line a flag
 * with the words that raised it.
 */
void
scan_print_line(const struct term *term, const struct scanned *mail);

/* The parts of which an explanation is made: what mail it is, with its severity; */
void
scan_print_head(const struct term *term, const struct scanned *mail);

/* a flag's score, threshold, rules and places; */
void
scan_print_flag(const struct term *term, enum flag f, const struct flag_verdict *flag);

/* the text by its parts, what rules matched in [brackets] and in colour. */
void
scan_print_text(const struct term *term, const struct message *m, const struct verdict *v);

/*
 * Everything about one mail: flags with scores, rules and places, then the text with the hits
 * marked.
 */
void
scan_print_explain(const struct term *term, const struct scanned *mail);

#endif
