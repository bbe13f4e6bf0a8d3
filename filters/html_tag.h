/*
 * html_tag: the elements of HTML, what each does to the text and how the standard nests it.
 */
#ifndef FILTERS_HTML_TAG_H
#define FILTERS_HTML_TAG_H

#include <stddef.h>

enum html_tag_flag {
	/* To the text. */
	TAG_BLOCK = 1 << 0,
	TAG_PARAGRAPH = 1 << 1, /* a block with an empty line around it */
	TAG_UNSEEN = 1 << 2,    /* display: none, unless the page says otherwise */
	TAG_PRE = 1 << 3,
	TAG_ORDERED = 1 << 4, /* a list with numbers */
	TAG_ITEM = 1 << 5,
	TAG_BREAK = 1 << 6,
	TAG_RULE = 1 << 7,
	TAG_FIELD = 1 << 8, /* of a form: has colours and a size of its own */

	/* To the tree. */
	TAG_VOID = 1 << 9,        /* has no content */
	TAG_SPECIAL = 1 << 10,    /* an end tag of another kind does not reach past it */
	TAG_SCOPE = 1 << 11,      /* no end tag reaches past it but a table's */
	TAG_MARKER = 1 << 12,     /* formatting begun within ends with it */
	TAG_CLOSES_P = 1 << 13,   /* its start tag ends an open <p> */
	TAG_FORMATTING = 1 << 14, /* goes on after what it was begun in has ended */
	TAG_TABLE_PART =
		1 << 15, /* table, tbody, tr: words directly in it stand before the table */
	TAG_HEADING = 1 << 16,
	TAG_FOREIGN_ENDS = 1 << 17, /* cannot be within svg or math */

	/* To the tokenizer. */
	TAG_RAW = 1 << 18,       /* its content is no HTML */
	TAG_RAW_WORDS = 1 << 19, /* nor that, but references are read */
	TAG_PLAINTEXT = 1 << 20,
};

/* The elements that the tree has to know by name. */
enum html_tag_id {
	TAG_OTHER,
	TAG_UNKNOWN,
	TAG_A,
	TAG_BDO,
	TAG_BODY,
	TAG_BR,
	TAG_BUTTON,
	TAG_CAPTION,
	TAG_CELL,
	TAG_COL,
	TAG_DD,
	TAG_FONT,
	TAG_FOREIGN,      /* svg, math */
	TAG_FOREIGN_HTML, /* what has HTML in it again */
	TAG_FORM,
	TAG_HEAD,
	TAG_HTML,
	TAG_IMG,
	TAG_INPUT,
	TAG_LI,
	TAG_LIST,
	TAG_MARK,
	TAG_NOBR,
	TAG_OPTION,
	TAG_OPTGROUP,
	TAG_P,
	TAG_ROW,
	TAG_ROWS,      /* tbody, thead, tfoot */
	TAG_RUBY_TEXT, /* rt, rp */
	TAG_STYLE,
	TAG_TABLE,
	TAG_DIV, /* div, address: an <li> may end past one */
	TAG_BLOCKQUOTE,
};

struct html_tag {
	const char *name;
	unsigned flags;
	enum html_tag_id id;
};

/* Never NULL: what HTML does not know is one entry of id TAG_UNKNOWN. */
const struct html_tag *
html_tag_find(const char *name, size_t len);

#endif
