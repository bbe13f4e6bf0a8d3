/*
 * limits: every bound on what a stranger can send us, in one place. Each is crossed by a test.
 * Bytes unless the name says otherwise.
 */
#ifndef FILTERS_LIMITS_H
#define FILTERS_LIMITS_H

/* A message as it came. */
#define LIMIT_MESSAGE_BYTES                                                                        \
	(32u << 20)                    /* what message_read() looks at; the rest is noted as cut   \
					*/
#define LIMIT_HEADERS 1000             /* header fields of one entity */
#define LIMIT_HEADER_BYTES (64u << 10) /* one unfolded field value */
#define LIMIT_HEADER_BLOCK (1u << 20)  /* the whole header block of one entity */
#define LIMIT_ADDRESSES 500            /* addresses of one field */
#define LIMIT_REFERENCES 100 /* message-ids kept of References: the first and the last ones */
#define LIMIT_MESSAGE_ID 512 /* a longer one is not used for threading */

/* MIME (RFC 2045-2049). */
#define LIMIT_PARTS 1000    /* entities in one message */
#define LIMIT_DEPTH 32      /* multipart and message/rfc822 nesting */
#define LIMIT_BOUNDARY 8000 /* RFC 2046 allows 70; mailers exceed it */
#define LIMIT_PARAMETERS 64 /* parameters of one Content-Type or Content-Disposition */
#define LIMIT_FILENAME 512

/* Text. */
#define LIMIT_TEXT_BYTES (1u << 20) /* decoded UTF-8 text of one message that is judged */
#define LIMIT_HTML_BYTES (4u << 20) /* HTML source that is parsed */
#define LIMIT_HTML_DEPTH 256        /* open elements */
#define LIMIT_HTML_NODES 200000
#define LIMIT_HTML_VALUES (64u << 10) /* attribute values of one tag with references in them */
#define LIMIT_HTML_UNCLOSED 16        /* tags without a '>': past it every '<' is a word */
#define LIMIT_HTML_FORMATTING 32      /* formatting elements that go on in the next block */
#define LIMIT_HTML_DECLARATIONS 256   /* of one style attribute or rule */
#define LIMIT_HTML_RULES 1000         /* of all style sheets; with more, none hides anything */
#define LIMIT_HTML_CLASSES 1024       /* bytes of a class attribute that sheets are applied to */
#define LIMIT_HTML_WALK 50000000      /* elements and rules looked at; past it tags are left out */
#define LIMIT_HTML_URL 1000           /* shown of a link's target */
#define LIMIT_LINES 50000             /* lines that reply detection looks at */
#define LIMIT_SEGMENTS 2000           /* new, quoted, signature ... stretches of one body */

/* Rules. */
#define LIMIT_RULES 50000
#define LIMIT_RULE_FILE_BYTES (8u << 20)
#define LIMIT_PATTERN_BYTES 8192 /* after macros are filled in */
#define LIMIT_PATTERNS_PER_RULE 64
#define LIMIT_WITHIN 1000 /* characters between the patterns of `all` */
#define LIMIT_MACRO_DEPTH 16
#define LIMIT_WHEN_NODES 256
#define LIMIT_YAML_DEPTH 32
#define LIMIT_YAML_NODES 1000000
#define LIMIT_MATCHES_PER_RULE 16   /* evidence kept of one rule in one message */
#define LIMIT_MATCH_STEPS 100000    /* of one match at one place, as match.h counts them */
#define LIMIT_MATCH_CALLS 1000000   /* PCRE2 match limit: never met before that */
#define LIMIT_MATCH_DEPTH 8000      /* PCRE2 depth (backtracking) limit */
#define LIMIT_MATCH_HEAP_KIB 2048   /* PCRE2 heap limit */
#define LIMIT_MESSAGE_STEPS 5000000 /* all matches of one message together */

#define PROBLEMS_MAX 1000

#endif
