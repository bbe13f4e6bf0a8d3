/*
 * body_choice: parts weighed, one of each set of alternatives taken. See body_choice.h.
 *
 * Parts stand behind their parents, so a pass from the last part to the first tells what a subtree
 * has to offer and which alternative is the best, and one from the first to the last what is read:
 * no recursion.
 *
 * Of alternatives the HTML is taken: it is the last one that can be shown (RFC 2046 section 5.1.4),
 * so it is what people see, and its structure tells quotes from new words. Plain text stands in for
 * an HTML that is empty, says much less, or could not be read whole.
 */
#include "body_choice.h"

#include "mime_part.h"

#include <errno.h>
#include <string.h>

/* An HTML text with more letters than this is nobody's "see the plain text". */
#define POOR_TEXT 300

/*
 * Texts for programs (calendars, styles, cards) and renderings that few readers are shown. All
 * other texts are read as plain text when their type is not known (RFC 2046 section 4.1.4).
 */
static bool
is_unread_text(const char *type)
{
	static const char *const names[] = {
		"calendar",   "css",        "csv",         "directory",      "ecmascript",
		"javascript", "rtf",        "xml",         "rfc822-headers", "vcard",
		"watch-html", "x-amp-html", "x-vcalendar", "x-vcard",
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (!strcmp(type + 5, names[i]))
			return true;
	return false;
}

static enum worth
leaf_worth(const struct work *w, size_t i)
{
	const struct part *p = &w->parts[i];

	if (!w->leaves[i].childless)
		return WORTH_NOTHING;
	if (leaf_is_tnef(p))
		return w->desperate ? WORTH_PLAIN : WORTH_NOTHING;
	/*
	 * A mail that is nothing but a text "attachment" is that text, and a text that has no name
	 * is no file.
	 */
	if (p->attachment && i > 0 && p->filename[0] && !w->desperate)
		return WORTH_NOTHING;
	/* What could not be split or opened is shown as it stands. */
	if (!strcmp(p->type, "text/plain") || (mime_part_is_multipart(p) && !p->encrypted) ||
	    (mime_part_is_message(p) && p->encoding == ENCODING_NONE))
		return WORTH_PLAIN;
	if (leaf_is_html(p))
		return WORTH_HTML;
	if (!strcmp(p->type, "message/partial"))
		return WORTH_PLAIN;
	if (!strncmp(p->type, "text/", 5) && !p->filename[0] && !is_unread_text(p->type))
		return WORTH_OTHER;
	return WORTH_NOTHING;
}

/* What each subtree has to offer. */
static void
weigh(struct work *w)
{
	struct leaf *l;

	for (size_t i = 0; i < w->count; i++) {
		w->leaves[i].childless = true;
		w->leaves[i].worth = WORTH_NOTHING;
		if (w->parts[i].parent >= 0)
			w->leaves[w->parts[i].parent].childless = false;
	}
	for (size_t i = w->count; i-- > 0;) {
		enum worth worth = leaf_worth(w, i);

		l = &w->leaves[i];
		if (worth > l->worth)
			l->worth = worth;
		worth = l->worth;
		if (mime_part_is_message(&w->parts[i]) && worth > WORTH_OTHER)
			worth = WORTH_OTHER;
		if (w->parts[i].parent >= 0 && worth > w->leaves[w->parts[i].parent].worth)
			w->leaves[w->parts[i].parent].worth = worth;
	}
}

/* Whether parts[i] is text below parts[top] that is not skipped and no other message's. */
static bool
counts(const struct work *w, size_t i, size_t top)
{
	int up = (int)i;

	if (!w->leaves[i].childless || w->leaves[i].worth < WORTH_PLAIN)
		return false;
	for (; up > (int)top; up = w->parts[up].parent)
		if (w->leaves[up].skipped || mime_part_is_message(&w->parts[up]))
			return false;
	return up == (int)top;
}

/* How much a subtree says: letters, and bytes before decoding, which are never fewer. */
struct amount {
	size_t letters, raw;
	bool whole; /* nothing was cut */
};

static int
measure(struct work *w, size_t top, bool read, struct amount *ret)
{
	int code;

	*ret = (struct amount){ 0, 0, true };
	for (size_t i = top; i < w->count; i++) {
		if (!counts(w, i, top))
			continue;
		ret->raw += w->parts[i].body.len;
		if (!read)
			continue;
		code = leaf_read(w, i);
		if (code < 0)
			return code;
		ret->letters += leaf_letters(&w->leaves[i].result);
		if (w->leaves[i].notes & (NOTE_CUT_HTML | NOTE_CUT_TEXT))
			ret->whole = false;
	}
	return 0;
}

/*
 * Whether the plain text has to stand in for the HTML beside it. The plain text is not even decoded
 * when it cannot be.
 */
static int
is_better(struct work *w, size_t plain, size_t html, bool *ret)
{
	struct amount p, h;
	int code;

	*ret = false;
	code = measure(w, html, true, &h);
	if (code == 0)
		code = measure(w, plain, false, &p);
	if (code < 0 ||
	    (h.whole && (h.letters >= POOR_TEXT || p.raw <= 3 * h.letters + 20) && h.letters > 0))
		return code;
	code = measure(w, plain, true, &p);
	if (code < 0)
		return code;
	if (!h.whole)
		*ret = p.whole && 3 * p.letters + 20 >= h.letters;
	else
		*ret = p.letters > 0 && (h.letters == 0 || p.letters > 3 * h.letters + 20);
	return 0;
}

/* All children of the multipart/alternative but one are skipped. */
static int
choose(struct work *w, size_t alternative)
{
	int plain = -1, best = -1, code;
	bool better;

	for (size_t i = alternative + 1; i < w->count; i++) {
		if (w->parts[i].parent != (int)alternative)
			continue;
		/* Alternatives come in the order of richness: of equals the last. */
		if (w->leaves[i].worth == WORTH_PLAIN)
			plain = (int)i;
		if (best < 0 || w->leaves[i].worth >= w->leaves[best].worth)
			best = (int)i;
	}
	if (plain >= 0 && w->leaves[best].worth == WORTH_HTML) {
		code = is_better(w, (size_t)plain, (size_t)best, &better);
		if (code < 0)
			return code;
		best = better ? plain : best;
	}
	for (size_t i = alternative + 1; i < w->count; i++)
		if (w->parts[i].parent == (int)alternative && (int)i != best)
			w->leaves[i].skipped = true;
	return 0;
}

int
choice_make(struct work *w)
{
	int code;

	weigh(w);
	for (size_t i = w->count; i-- > 0;) {
		w->leaves[i].skipped = false;
		if (strcmp(w->parts[i].type, "multipart/alternative") != 0)
			continue;
		code = choose(w, i);
		if (code < 0)
			return code;
	}
	/* What is read, and what belongs to a forwarded or returned message. */
	for (size_t i = 0; i < w->count; i++) {
		const struct part *p = &w->parts[i];
		struct leaf *l = &w->leaves[i];

		if (p->parent >= 0) {
			const struct part *up = &w->parts[p->parent];

			l->skipped |= w->leaves[p->parent].skipped || up->encrypted;
			l->forwarded = w->leaves[p->parent].forwarded || mime_part_is_message(up);
		}
	}
	return 0;
}
