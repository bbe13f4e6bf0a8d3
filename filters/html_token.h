/*
 * html_token: HTML cut into words, tags and comments as the HTML standard's tokenizer cuts it, and
 * so as browsers and mail programs do.
 *
 * Linear time, constant memory. Never fails: what is no tag is words. Of attributes only those are
 * kept that say something about text.
 */
#ifndef FILTERS_HTML_TOKEN_H
#define FILTERS_HTML_TOKEN_H

#include <stdbool.h>
#include <stddef.h>

#include "arena.h"
#include "html_tag.h"
#include "message.h"

enum html_attribute {
	ATTRIBUTE_CLASS,
	ATTRIBUTE_ID,
	ATTRIBUTE_STYLE,
	ATTRIBUTE_HREF,
	ATTRIBUTE_ALT,
	ATTRIBUTE_BGCOLOR,
	ATTRIBUTE_BACKGROUND,
	ATTRIBUTE_COLOR,
	ATTRIBUTE_TEXT,
	ATTRIBUTE_SIZE,
	ATTRIBUTE_TYPE,
	ATTRIBUTE_VALUE,
	ATTRIBUTE_PLACEHOLDER,
	ATTRIBUTE_LABEL,
	ATTRIBUTE_HIDDEN,
	ATTRIBUTE_DIR,
	ATTRIBUTE_NAME,
	ATTRIBUTE_START,
	ATTRIBUTE_MEDIA,
	ATTRIBUTE_SIGNATURE, /* data-signatureblock: Windows Mail */
	ATTRIBUTE_COUNT
};

struct html_token {
	enum html_token_kind {
		HTML_END_OF_PAGE,
		HTML_WORDS,   /* text: references are read, NULs are gone */
		HTML_START,   /* tag, name, attributes */
		HTML_END,     /* tag, name */
		HTML_COMMENT, /* text: whatever no reader sees between '<' and '>' */
	} kind;
	const struct html_tag *tag;
	struct span name; /* as written */
	struct span text;
	unsigned present; /* bits: which attributes there are; the first of equals counts */
	struct span attributes[ATTRIBUTE_COUNT];
	bool empty; /* <.../> */
};

struct html_lexer {
	const char *at, *end;
	const char *raw; /* only this element's end tag ends the words; NULL: any tag does */
	bool raw_references;
	bool plaintext;    /* words to the end of the page */
	bool foreign;      /* within svg or math: CDATA is words */
	unsigned unclosed; /* tags without their '>' so far */
	char small[8];     /* what a reference stands for */
	char *values;      /* of attributes with references */
	size_t values_used;
	struct arena *arena;
};

void
html_lexer_start(struct html_lexer *l, struct arena *arena, const char *html, size_t len);

/* The next token; it is good until the next call. */
void
html_lexer_next(struct html_lexer *l, struct html_token *ret);

/* After the start tag of an element whose content is words alone (TAG_RAW, TAG_RAW_WORDS ...). */
void
html_lexer_content(struct html_lexer *l, const struct html_tag *tag);

/* The value of an attribute, NULL when it is not there. */
static inline const struct span *
html_token_attribute(const struct html_token *t, enum html_attribute attribute)
{
	return t->present & 1u << attribute ? &t->attributes[attribute] : NULL;
}

#endif
