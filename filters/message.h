/*
 * message: one mail, read. Bytes in; headers, parts, the writer's own words, quote and signature
 * out.
 *
 * message_read() is a pure function of the bytes. It never refuses a mail: what cannot be read is
 * noted
 * (`notes`), what was cut by a bound makes the message `undetermined`. All memory is the arena's;
 * spans into the raw bytes stay valid only while the caller keeps those bytes.
 */
#ifndef FILTERS_MESSAGE_H
#define FILTERS_MESSAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "arena.h"

/* A stretch of bytes, not NUL-terminated. */
struct span {
	const char *at;
	size_t len;
};

struct header {
	struct span name;  /* as written */
	struct span raw;   /* value, folded as it came, without the final line break */
	const char *value; /* unfolded, RFC 2047 decoded, valid UTF-8, NUL-terminated, never NULL */
};

struct address {
	const char *name;    /* decoded display name, "" when none */
	const char *address; /* local@domain as written, domain in lower case; "" in a broken or
				group entry */
};

struct addresses {
	struct address *list;
	size_t count;
};

struct part {
	int parent; /* index of the enclosing part, -1 for the root */
	unsigned depth;
	const char *type;       /* lower case "text/html"; "text/plain" when missing or broken (RFC
				   2045 5.2) */
	const char *charset;    /* as declared, lower case, "" when none */
	const char *filename;   /* decoded (RFC 2231, RFC 2047), "" when none */
	const char *content_id; /* without <>, "" when none */
	bool attachment; /* Content-Disposition: attachment, or a file name on a part that is not
			    inline text */
	bool encrypted;  /* S/MIME or PGP: named, not read */
	enum part_encoding {
		ENCODING_NONE,
		ENCODING_QUOTED_PRINTABLE,
		ENCODING_BASE64,
		ENCODING_UUENCODE
	} encoding;
	struct span body; /* the encoded body in the raw bytes */
	struct header *headers;
	size_t header_count;
};

/* What a stretch of the body is. They cover body.text without gaps or overlaps, in order. */
enum segment_kind {
	SEGMENT_NEW,       /* the writer's own new words */
	SEGMENT_QUOTED,    /* somebody's earlier words, with their attribution line */
	SEGMENT_SIGNATURE, /* signature, "sent from my", disclaimer */
	SEGMENT_FORWARDED, /* a forwarded mail, with its header block */
};

struct segment {
	enum segment_kind kind;
	size_t offset, length; /* in body.text */
};

/* What is known of a mail that this one forwards, as its text says it: not proven. */
struct forwarded {
	bool alone;          /* nothing of the sender's own beside it: its words are the new ones */
	struct address from; /* who wrote it; "" when not known */
	const char *date_text, *subject; /* "" when not known */
	struct address by;               /* who passed it on, after forward_let_speak() */
};

/* Why a mail is not from a person, or not from this customer (RFC 3834 and practice). */
enum automatic {
	AUTOMATIC_NO,
	AUTOMATIC_BOUNCE,
	AUTOMATIC_REPLY,
	AUTOMATIC_LIST,
	AUTOMATIC_CALENDAR,
	AUTOMATIC_RECEIPT,
	AUTOMATIC_BULK,
	AUTOMATIC_OWN, /* says that we wrote it: our token in Message-ID or X-Triaged header */
};

/* "no", "bounce", "reply", "list", "calendar", "receipt", "bulk", "own" */
const char *
automatic_name(enum automatic a);

/* What was odd. Bits of message.notes. */
enum message_note {
	NOTE_NO_HEADERS = 1 << 0,
	NOTE_TWO_MESSAGE_IDS = 1 << 1,
	NOTE_BROKEN_MIME = 1 << 2, /* missing boundary, bad encoding: read as well as possible */
	NOTE_BROKEN_TEXT = 1 << 3, /* bytes that fit no charset: U+FFFD put in */
	NOTE_CHARSET_GUESSED = 1 << 4,
	NOTE_ENCRYPTED = 1 << 5,
	NOTE_CUT_SIZE =
		1 << 6, /* past LIMIT_MESSAGE_BYTES, or the caller gave a part of the mail only */
	NOTE_CUT_PARTS = 1 << 7,
	NOTE_CUT_DEPTH = 1 << 8,
	NOTE_CUT_HEADERS = 1 << 9,
	NOTE_CUT_TEXT = 1 << 10,
	NOTE_CUT_HTML = 1 << 11,
	NOTE_UNREAD = 1 << 12, /* the only text there is in a form that is not read (RTF) */
};

/* Notes that mean that something the writer wrote may not have been judged. */
#define NOTES_UNDETERMINED                                                                         \
	(NOTE_ENCRYPTED | NOTE_CUT_SIZE | NOTE_CUT_PARTS | NOTE_CUT_DEPTH | NOTE_CUT_HEADERS |     \
	 NOTE_CUT_TEXT | NOTE_CUT_HTML | NOTE_UNREAD)

/* Writes the notes as "broken MIME, charset guessed" into buf ("" when none). Returns buf. */
const char *
message_notes_text(unsigned notes, char *buf, size_t size);

struct message {
	struct arena *arena;
	struct span raw;
	struct header *headers;
	size_t header_count;

	const char *message_id;  /* with <>, "" when missing or unusable; the first of two */
	const char **references; /* message-ids with <>, oldest first: References, then In-Reply-To
				    if not among them */
	size_t reference_count;
	const char *in_reply_to; /* the first one that is no address of a phrase, "" when none */
	const char *subject;     /* decoded, "" when none */
	const char *date_text;   /* as written, "" when none */
	int64_t date;            /* seconds since the epoch, 0 when missing or broken */
	struct addresses from, sender, reply_to, to, cc;

	struct part *parts; /* parts[0] is the message itself */
	size_t part_count;
	const char **attachment_names;
	size_t attachment_count;

	const char *body; /* decoded text of the inline parts, valid UTF-8, \n line ends,
			     NUL-terminated */
	size_t body_len;
	const char *hidden; /* text that a reader would not see (display:none ...), "" when none */
	struct segment *segments;
	size_t segment_count;
	struct forwarded forwarded;

	const char *language; /* "ko", "en" or "und": of the new words */
	enum automatic automatic;
	const char *automatic_why; /* "Auto-Submitted: auto-replied"; with AUTOMATIC_NO "", or
				      "no: ..." when something spoke against it */
	unsigned notes;
};

/*
 * Reads a mail. `bytes` need not be a whole mail or a mail at all; cut says that the caller has
 * more than it gives. Returns 0, or -ENOMEM when the arena is exhausted.
 */
int
message_read(struct arena *arena, const void *bytes, size_t len, bool cut,
	     struct message **ret_message);

/* The first header field of that name (case-insensitive), or NULL. */
const struct header *
message_header(const struct message *m, const char *name);

/*
 * The text of all segments of one kind, joined by line breaks where they were apart; and where each
 * byte came from: ret_map has one entry per segment taken. Allocated in m->arena. Returns 0 or
 * -ENOMEM.
 */
struct text_map {
	size_t offset; /* in the joined text */
	size_t source; /* in m->body */
};

int
message_segments_text(const struct message *m, enum segment_kind kind, const char **ret_text,
		      size_t *ret_len, struct text_map **ret_map, size_t *ret_map_count);

#endif
