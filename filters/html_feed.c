/*
 * html_feed: the pieces in which HTML reaches the parser, and the three ways in which libxml2 2.9
 * is quadratic.
 *
 * Its search for the start tag of an end tag walks all open elements; its search for a doubled
 * attribute walks all attributes of the tag; and a character or entity cut in two by a piece's end
 * is misread. So pieces end before a '<' where they can, tags are counted as they pass, and
 * attributes are bounded. It also takes </html> for the end of the mail, and an end tag at the top
 * too, and throws away the rest: so it gets an <html> of ours that nothing closes. Keeps no state
 * between calls and prints nothing.
 */
#include "html_feed.h"

#include <ctype.h>
#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <strings.h>

#include "limits.h"
#include "message.h"

#define PIECE 8192
#define CONDITION 128 /* of <![if ...]>: longer ones are left to the parser */

struct feeder {
	struct html_feed *out;
	htmlParserCtxtPtr parser;
	char piece[PIECE + 8];
	size_t used;
	uint64_t walked;     /* see LIMIT_HTML_WALK */
	unsigned tags;       /* in this piece */
	unsigned attributes; /* in this tag */
	bool in_tag, words_only;
	char quote, last; /* inside a tag: the open quotation mark, the last character that is no
			     space */
	bool space;       /* inside a tag: a space since `last` */
};

static htmlParserCtxtPtr
parser_new(struct html_feed *out)
{
	htmlParserCtxtPtr parser = htmlCreatePushParserCtxt(out->sax, out->context, NULL, 0, NULL,
							    XML_CHAR_ENCODING_UTF8);

	/* The text is UTF-8 already: a meta tag that says otherwise lies. */
	if (!parser)
		return NULL;
	htmlCtxtUseOptions(parser, HTML_PARSE_RECOVER | HTML_PARSE_NOERROR | HTML_PARSE_NOWARNING |
					   HTML_PARSE_NONET | HTML_PARSE_IGNORE_ENC);
	htmlParseChunk(parser, "<html>", 6, 0);
	return parser;
}

/* Ends the document; elements still open are closed by callbacks. */
static void
parser_end(struct feeder *f)
{
	htmlParseChunk(f->parser, "", 0, 1);
	if (f->parser->myDoc)
		xmlFreeDoc(f->parser->myDoc);
	htmlFreeParserCtxt(f->parser);
	f->parser = NULL;
}

static int
flush(struct feeder *f)
{
	if (f->used)
		htmlParseChunk(f->parser, f->piece, (int)f->used, 0);
	f->used = 0;
	f->walked += (uint64_t)f->tags * (*f->out->depth + 1);
	f->tags = 0;
	if (f->words_only || (f->walked <= LIMIT_HTML_WALK && *f->out->nodes <= LIMIT_HTML_NODES))
		return 0;
	f->words_only = true;
	f->out->notes |= NOTE_CUT_HTML;
	parser_end(f);
	f->parser = parser_new(f->out);
	return f->parser ? 0 : -ENOMEM;
}

static void
put(struct feeder *f, char c)
{
	f->piece[f->used++] = c;
}

/*
 * Looks at one character inside a tag. Returns false when the tag has too many attributes and must
 * end before it.
 */
static bool
tag_char(struct feeder *f, char c)
{
	if (f->quote) {
		if (c != f->quote)
			return true;
		f->quote = 0;
		f->attributes++;
	} else if (isspace((unsigned char)c)) {
		f->space = true;
		return true;
	} else if ((c == '"' || c == '\'') && f->last == '=') {
		f->quote = c;
	} else if (c == '>') {
		f->in_tag = false;
	} else if (f->space) {
		f->attributes++;
	}
	f->space = false;
	f->last = c;
	return f->attributes <= LIMIT_HTML_ATTRIBUTES;
}

static void
tag_begin(struct feeder *f)
{
	f->in_tag = true;
	f->tags++;
	f->attributes = 0;
	f->quote = f->last = 0;
	f->space = false;
}

/*
 * Whether the piece should end before this character: full, or nearly full at a place where nothing
 * is cut in two.
 */
static bool
piece_ends(const struct feeder *f, char c)
{
	if ((c & 0xc0) == 0x80 &&
	    f->used < PIECE + 4) /* inside a character; one of 5 bytes is none */
		return false;
	if (f->used >= PIECE)
		return true;
	return (c == '<' && f->used >= PIECE / 2) ||
	       (isspace((unsigned char)c) && f->used >= PIECE / 4 * 3);
}

/*
 * Bytes of a conditional section's mark at s, which Outlook opens outside comments and no reader
 * shows; else 0.
 */
static size_t
condition(const char *s, size_t len)
{
	static const char endif[] = "<![endif]>";
	size_t n = 5;

	if (len >= sizeof endif - 1 && memcmp(s, endif, sizeof endif - 1) == 0)
		return sizeof endif - 1;
	if (len <= n || memcmp(s, "<![if", n) != 0)
		return 0;
	while (n < len && n < CONDITION && s[n] != '>' && s[n] != '<')
		n++;
	return n < len && s[n] == '>' && s[n - 1] == ']' ? n + 1 : 0;
}

/* Whether an end tag begins here that the parser would take for the end of the mail. */
static bool
ends_page(const char *s, size_t len)
{
	return len > 6 && (strncasecmp(s, "</html", 6) == 0 || strncasecmp(s, "</body", 6) == 0) &&
	       !isalnum((unsigned char)s[6]);
}

static int
feed_char(struct feeder *f, char c, char next)
{
	int r;

	if (piece_ends(f, c) && (r = flush(f)) < 0)
		return r;
	if (!f->in_tag) {
		if (c == '<' && (isalpha((unsigned char)next) || next == '/'))
			tag_begin(f);
		if (!f->words_only || !f->in_tag)
			put(f, c);
		return 0;
	}
	if (!tag_char(f, c)) {
		f->out->notes |= NOTE_CUT_HTML;
		f->in_tag = false;
		put(f, f->words_only ? ' ' : '>');
	}
	if (!f->words_only)
		put(f, c);
	else if (!f->in_tag)
		put(f, c == '>' ? ' ' : c);
	return 0;
}

/* Feeds "/x-end" for "/html" or "/body" after the '<' at *i, and moves *i to its last letter. */
static int
feed_other_name(struct feeder *f, size_t *i)
{
	static const char name[] = "/x-end";
	int r = 0;

	for (size_t n = 0; n < sizeof name - 1 && r == 0; n++)
		r = feed_char(f, name[n], name[n + 1]);
	*i += 5;
	return r;
}

int
html_feed(struct html_feed *feed, const char *html, size_t len)
{
	struct feeder f = { .out = feed };
	int r = 0;

	if (len > LIMIT_HTML_BYTES) {
		feed->notes |= NOTE_CUT_HTML;
		for (len = LIMIT_HTML_BYTES; len && (html[len] & 0xc0) == 0x80;)
			len--;
	}
	if (!(f.parser = parser_new(feed)))
		return -ENOMEM;
	for (size_t i = 0; i < len && r == 0; i++) {
		size_t skip = html[i] == '<' && !f.in_tag ? condition(html + i, len - i) : 0;

		if (skip)
			i += skip - 1;
		else if (html[i])
			r = feed_char(&f, html[i], i + 1 < len ? html[i + 1] : 0);
		/* "</html" becomes the end tag of an element that nobody opens. */
		if (r == 0 && !skip && html[i] == '<' && ends_page(html + i, len - i))
			r = feed_other_name(&f, &i);
	}
	if (r == 0)
		r = flush(&f);
	if (f.parser)
		parser_end(&f);
	return r;
}
