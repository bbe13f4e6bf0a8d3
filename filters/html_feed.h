/*
 * html_feed: hands HTML to libxml2's SAX parser in pieces such that no input costs more than linear
 * time.
 */
#ifndef FILTERS_HTML_FEED_H
#define FILTERS_HTML_FEED_H

#include <libxml/HTMLparser.h>
#include <stddef.h>

struct html_feed {
	htmlSAXHandler *sax;
	void *context;         /* the callbacks' first argument */
	const unsigned *depth; /* elements open now, kept by the callbacks */
	const unsigned *nodes; /* elements seen, kept by the callbacks */
	unsigned notes;        /* NOTE_CUT_HTML when something had to be simplified */
};

/*
 * Parses html. Past LIMIT_HTML_BYTES it stops; past LIMIT_HTML_NODES or LIMIT_HTML_WALK the rest is
 * fed without its tags, so that its words still arrive; a tag ends after LIMIT_HTML_ATTRIBUTES.
 * Returns 0 or -ENOMEM.
 */
int
html_feed(struct html_feed *feed, const char *html, size_t len);

#endif
