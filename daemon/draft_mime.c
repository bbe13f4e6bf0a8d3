/*
 * draft_mime: see draft_mime.h. The one place where header bytes of drafts and notices are made.
 */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "draft_mime.h"
#include "filters/limits.h"

#define LINE_MAX_BYTES                                                                             \
	76u            /* RFC 5322 2.1.1 advises 78, RFC 2047 and 2045 bind encoded text to 76 */
#define WORD_BYTES 45u /* of text in one encoded word: 60 in base64, 72 with its frame */
#define FIELD_CHARS 400u

static const char base64_digits[] =
	"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

uint32_t
mime_char(const char *at, size_t *ret_len)
{
	const unsigned char *p = (const unsigned char *)at;
	static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
	unsigned need = p[0] < 0x80                   ? 1
			: p[0] >= 0xc2 && p[0] < 0xe0 ? 2
			: (p[0] & 0xf0) == 0xe0       ? 3
			: p[0] >= 0xf0 && p[0] < 0xf5 ? 4
						      : 0;
	uint32_t c;
	unsigned i;

	*ret_len = 1;
	if (need == 0)
		return 0xfffd;
	if (need == 1)
		return p[0];
	c = p[0] & (0x7fu >> need);
	for (i = 1; i < need; i++) {
		if ((p[i] & 0xc0) != 0x80)
			return 0xfffd;
		c = c << 6 | (p[i] & 0x3fu);
	}
	if (c < least[need] || c > 0x10ffff || (c >= 0xd800 && c < 0xe000))
		return 0xfffd;
	*ret_len = need;
	return c;
}

static void
add_char(struct buf *out, uint32_t c)
{
	char b[4];
	size_t n = 0;

	if (c < 0x80) {
		b[n++] = (char)c;
	} else if (c < 0x800) {
		b[n++] = (char)(0xc0 | c >> 6);
		b[n++] = (char)(0x80 | (c & 0x3f));
	} else if (c < 0x10000) {
		b[n++] = (char)(0xe0 | c >> 12);
		b[n++] = (char)(0x80 | (c >> 6 & 0x3f));
		b[n++] = (char)(0x80 | (c & 0x3f));
	} else {
		b[n++] = (char)(0xf0 | c >> 18);
		b[n++] = (char)(0x80 | (c >> 12 & 0x3f));
		b[n++] = (char)(0x80 | (c >> 6 & 0x3f));
		b[n++] = (char)(0x80 | (c & 0x3f));
	}
	buf_add(out, b, n);
}

bool
mime_char_harmful(uint32_t c)
{
	return (c < 0x20 && c != '\t' && c != '\n') || (c >= 0x7f && c < 0xa0) || c == 0xad ||
	       c == 0x61c || c == 0x180e || (c >= 0x200b && c <= 0x200f) ||
	       (c >= 0x2028 && c <= 0x202e) || (c >= 0x2060 && c <= 0x206f) || c == 0xfeff ||
	       (c >= 0xfff9 && c <= 0xfffb) || (c >= 0xfdd0 && c <= 0xfdef) ||
	       (c & 0xfffe) == 0xfffe || (c >= 0xe0000 && c <= 0xe007f);
}

static bool
is_space(uint32_t c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\v' || c == '\f' ||
	       c == 0xa0 || c == 0x1680 || (c >= 0x2000 && c <= 0x200a) || c == 0x2028 ||
	       c == 0x2029 || c == 0x202f || c == 0x205f || c == 0x3000;
}

const char *
mime_one_line(struct arena *arena, const char *text, size_t max_chars)
{
	struct buf out = { .arena = arena };
	bool space = false;
	size_t chars = 0, len;

	/* Dropped characters must not make the way long either. */
	for (size_t i = 0, seen = 0; text[i] && chars < max_chars && seen < LIMIT_HEADER_BYTES;
	     i += len, seen++) {
		uint32_t c = mime_char(text + i, &len);

		if (is_space(c)) {
			space = chars > 0;
			continue;
		}
		if (mime_char_harmful(c))
			continue;
		if (space && ++chars < max_chars)
			buf_add_char(&out, ' ');
		if (space && chars >= max_chars)
			break;
		space = false;
		add_char(&out, c);
		chars++;
	}
	return buf_string(&out);
}

static bool
is_atext(unsigned char c)
{
	return isalnum(c) || (c && strchr("!#$%&'*+-/=?^_`{|}~", c));
}

bool
mime_address_plain(const char *address)
{
	const char *at = strchr(address, '@'), *p;
	size_t local = at ? (size_t)(at - address) : 0, label = 0;

	/* Some readers decode what looks like an encoded word even inside an address. */
	if (!at || strlen(address) > 254 || local == 0 || local > 64 || strstr(address, "=?"))
		return false;
	for (p = address; p < at; p++) {
		bool dot = *p == '.' && p > address && p + 1 < at && p[1] != '.';

		if (!dot && !is_atext((unsigned char)*p))
			return false;
	}
	for (p = at + 1; *p; p++) {
		if (*p == '.') {
			if (label == 0 || p[-1] == '-')
				return false;
			label = 0;
		} else if (isalnum((unsigned char)*p) || (*p == '-' && label > 0)) {
			if (++label > 63)
				return false;
		} else {
			return false;
		}
	}
	return label > 0 && p[-1] != '-';
}

bool
mime_message_id_plain(const char *id)
{
	size_t len = strlen(id), i;

	/* As with addresses: nothing that a reader might decode. */
	if (len < 3 || len > LIMIT_MESSAGE_ID || id[0] != '<' || id[len - 1] != '>' ||
	    strstr(id, "=?"))
		return false;
	for (i = 1; i + 1 < len; i++) {
		if (id[i] <= ' ' || id[i] >= 0x7f || id[i] == '<' || id[i] == '>')
			return false;
	}
	return true;
}

static void
add_base64(struct buf *out, const char *s, size_t len)
{
	const unsigned char *p = (const unsigned char *)s;

	for (size_t i = 0; i < len; i += 3) {
		uint32_t v = (uint32_t)p[i] << 16 | (i + 1 < len ? (uint32_t)p[i + 1] << 8 : 0) |
			     (i + 2 < len ? p[i + 2] : 0);
		char quad[4] = { base64_digits[v >> 18], base64_digits[v >> 12 & 63],
				 i + 1 < len ? base64_digits[v >> 6 & 63] : '=',
				 i + 2 < len ? base64_digits[v & 63] : '=' };

		buf_add(out, quad, sizeof(quad));
	}
}

/*
 * RFC 2047 encoded words of whole characters (section 5), one a line. column: where the line
 * stands.
 */
static void
add_encoded_words(struct buf *out, const char *text, size_t column)
{
	size_t len = strlen(text), from = 0;
	/* "=?UTF-8?B?" and "?=" take 12. */
	size_t room = column + 16 < LINE_MAX_BYTES ? (LINE_MAX_BYTES - column - 12) / 4 * 3 : 3;

	if (room > WORD_BYTES)
		room = WORD_BYTES;
	while (from < len) {
		size_t take = 0, n;

		while (from + take < len) {
			mime_char(text + from + take, &n);
			if (take + n > room && take)
				break;
			take += n;
		}
		if (from)
			buf_add(out, "\r\n ", 3);
		buf_add(out, "=?UTF-8?B?", 10);
		add_base64(out, text + from, take);
		buf_add(out, "?=", 2);
		from += take;
		room = WORD_BYTES;
	}
}

/*
 * Whether a cleaned text can stand in a header unencoded: ASCII, foldable, and not to be mistaken
 * for an encoded word.
 */
static bool
is_bare(const char *text)
{
	size_t word = 0;

	for (const char *p = text; *p; p++) {
		if ((unsigned char)*p >= 0x7f || (p[0] == '=' && p[1] == '?'))
			return false;
		word = *p == ' ' ? 0 : word + 1;
		if (word > 60)
			return false;
	}
	return true;
}

/* Words with single spaces between; folds before a word that would cross the line's end. */
static void
add_folded(struct buf *out, const char *text, size_t column)
{
	while (*text) {
		size_t word = strcspn(text, " ");

		if (column + 1 + word > LINE_MAX_BYTES) {
			buf_add(out, "\r\n", 2);
			column = 0;
		}
		/*
		 * The space that stands between the words is the one that a folded line begins
		 * with.
		 */
		buf_add_char(out, ' ');
		buf_add(out, text, word);
		column += 1 + word;
		text += word;
		if (*text == ' ')
			text++;
	}
}

void
mime_field(struct buf *out, const char *name, const char *text)
{
	const char *line = mime_one_line(out->arena, text, FIELD_CHARS);

	if (!line) {
		out->failed = 1;
		return;
	}
	buf_printf(out, "%s:", name);
	if (is_bare(line)) {
		add_folded(out, line, strlen(name) + 1);
	} else {
		buf_add_char(out, ' ');
		add_encoded_words(out, line, strlen(name) + 2);
	}
	buf_add(out, "\r\n", 2);
}

static bool
is_phrase(const char *text)
{
	for (; *text; text++) {
		if (*text != ' ' && !is_atext((unsigned char)*text))
			return false;
	}
	return true;
}

void
mime_field_mailbox(struct buf *out, const char *name, const char *display, const char *address)
{
	const char *line = mime_one_line(out->arena, display, 64);
	size_t column;

	if (!line) {
		out->failed = 1;
		return;
	}
	buf_printf(out, "%s: ", name);
	column = strlen(name) + 2 + strlen(line) + 2;
	if (!*line) {
		buf_printf(out, "%s\r\n", address);
		return;
	}
	if (is_bare(line) && is_phrase(line)) {
		buf_printf(out, "%s", line);
	} else if (is_bare(line)) {
		buf_add_char(out, '"');
		for (const char *p = line; *p; p++) {
			if (*p == '"' || *p == '\\')
				buf_add_char(out, '\\');
			buf_add_char(out, *p);
		}
		buf_add_char(out, '"');
	} else {
		add_encoded_words(out, line, strlen(name) + 2);
		column = LINE_MAX_BYTES;
	}
	buf_printf(out, "%s<%s>\r\n", column + strlen(address) + 3 > LINE_MAX_BYTES ? "\r\n " : " ",
		   address);
}

void
mime_field_date(struct buf *out, const struct zone *zone, int64_t seconds)
{
	static const char days[][4] = { "Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat" };
	static const char months[][4] = { "Jan", "Feb", "Mar", "Apr", "May", "Jun",
					  "Jul", "Aug", "Sep", "Oct", "Nov", "Dec" };
	struct wall w;
	int minutes;

	zone_wall(zone, seconds, &w);
	minutes = (w.offset < 0 ? -w.offset : w.offset) / 60;
	buf_printf(out, "Date: %s, %d %s %04d %02d:%02d:%02d %c%02d%02d\r\n", days[w.weekday],
		   w.day, months[w.month - 1], w.year, w.hour, w.minute, w.second,
		   w.offset < 0 ? '-' : '+', minutes / 60, minutes % 60);
}

/*
 * Less than in a line: joiners are part of emoji and of Persian words, which the customer's quote
 * must keep.
 */
static bool
harmful_in_body(uint32_t c)
{
	return (c < 0x20 && c != '\t' && c != '\n') || (c >= 0x7f && c < 0xa0) ||
	       (c >= 0x2028 && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069) ||
	       (c >= 0xfff9 && c <= 0xfffb);
}

/* The body with CRLF line ends, ending in one, without harmful characters. */
static const char *
clean_body(struct arena *arena, const char *body, size_t *ret_len)
{
	struct buf out = { .arena = arena };
	size_t len;

	for (const char *p = body; *p; p += len) {
		uint32_t c = mime_char(p, &len);

		if (c == '\n')
			buf_add(&out, "\r\n", 2);
		else if (!harmful_in_body(c))
			add_char(&out, c);
	}
	if (!out.len || out.at[out.len - 1] != '\n')
		buf_add(&out, "\r\n", 2);
	*ret_len = out.len;
	return buf_string(&out);
}

/* RFC 2045 6.7. text ends in CRLF. */
static void
add_quoted_printable(struct buf *out, const char *text, size_t len)
{
	size_t column = 0;

	for (size_t i = 0; i < len; i++) {
		unsigned char c = (unsigned char)text[i];
		bool line_end = text[i + 1] == '\r' || !text[i + 1];
		/* "From " at the start of a line is changed by some mailbox formats. */
		bool literal = (c > ' ' && c < 0x7f && c != '=' && !(c == 'F' && column == 0)) ||
			       ((c == ' ' || c == '\t') && !line_end);

		if (c == '\r') {
			buf_add(out, "\r\n", 2);
			column = 0;
			i++;
			continue;
		}
		if (column + (literal ? 1 : 3) > 75) {
			buf_add(out, "=\r\n", 3);
			column = 0;
		}
		if (literal)
			buf_add_char(out, (char)c);
		else
			buf_printf(out, "=%02X", c);
		column += literal ? 1 : 3;
	}
}

static size_t
quoted_printable_size(const char *text, size_t len)
{
	size_t size = 0;

	for (size_t i = 0; i < len; i++) {
		unsigned char c = (unsigned char)text[i];

		size += (c >= ' ' && c < 0x7f && c != '=') || c == '\t' || c == '\r' || c == '\n'
				? 1
				: 3;
	}
	return size + size / 75 * 3;
}

/* The fields of a part, the empty line and the part, in the shorter encoding. */
static void
add_part(struct buf *out, const char *type, const char *body)
{
	size_t len;
	const char *text = clean_body(out->arena, body, &len);
	bool base64;

	if (!text) {
		out->failed = 1;
		return;
	}
	base64 = (len + 2) / 3 * 4 + len / 57 * 2 < quoted_printable_size(text, len);
	buf_printf(out, "Content-Type: %s; charset=UTF-8\r\nContent-Transfer-Encoding: %s\r\n\r\n",
		   type, base64 ? "base64" : "quoted-printable");
	if (!base64) {
		add_quoted_printable(out, text, len);
		return;
	}
	for (size_t i = 0; i < len; i += 57) {
		add_base64(out, text + i, len - i < 57 ? len - i : 57);
		buf_add(out, "\r\n", 2);
	}
}

void
mime_body(struct buf *out, const char *body)
{
	buf_printf(out, "MIME-Version: 1.0\r\n");
	add_part(out, "text/plain", body);
}

/* No part can hold it: base64 has no underscore, quoted-printable writes = as =3D (RFC 2045 6.7).
 */
#define BOUNDARY "=_triaged_alternative_="

void
mime_alternative(struct buf *out, const char *plain, const char *html)
{
	buf_printf(out, "MIME-Version: 1.0\r\nContent-Type: multipart/alternative;\r\n "
			"boundary=\"" BOUNDARY "\"\r\n\r\n--" BOUNDARY "\r\n");
	add_part(out, "text/plain", plain);
	buf_printf(out, "\r\n--" BOUNDARY "\r\n");
	add_part(out, "text/html", html);
	buf_printf(out, "\r\n--" BOUNDARY "--\r\n");
}
