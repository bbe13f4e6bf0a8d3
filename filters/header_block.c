/*
 * header_block: the header of an earlier mail as clients write it into the text. See attribution.h.
 *
 * Field names are words, in every language that a client writes them in; everything else is shape.
 * Looks at a bounded number of lines from each start, so a whole text costs linear time.
 */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* memmem */
#endif
#include "attribution.h"

#include <string.h>

#include "header_field.h"

#define FIELD_LINES 24 /* a header block with long To: and Cc: */

/* "-----Original Message-----", "---------- 원본 메일 ----------", "Begin forwarded message:". */
static bool
separator(struct line l, bool *ret_forwarded)
{
	static const char *const original[] = { "original message",
						"original appointment",
						"원본 메일",
						"원본메일",
						"원본 메시지",
						"원본 이메일",
						"원본메시지",
						"원문",
						"Ursprüngliche Nachricht",
						"message d'origine",
						"message original",
						"mensaje original",
						"mensagem original",
						"messaggio originale",
						"oorspronkelijk bericht",
						"ursprungligt meddelande",
						"opprinnelig melding",
						"oprindelig meddelelse",
						"wiadomość oryginalna",
						"oryginalna wiadomość",
						"исходное сообщение",
						"Исходное сообщение",
						"元のメッセージ",
						"原始邮件",
						"原始郵件",
						"reply message",
						"received message",
						NULL };
	static const char *const forwarded[] = { "forwarded message",
						 "forwarded by",
						 "전달된 메시지",
						 "전달된 메일",
						 "전달 메일",
						 "전달된 이메일",
						 "전달 메시지",
						 "weitergeleitete nachricht",
						 "message transféré",
						 "mensaje reenviado",
						 "mensagem encaminhada",
						 "messaggio inoltrato",
						 "doorgestuurd bericht",
						 "vidarebefordrat",
						 "videresendt",
						 "przekazana wiadomość",
						 "Пересылаемое сообщение",
						 "Пересланное сообщение",
						 "転送メッセージ",
						 "转发的邮件",
						 "轉寄",
						 NULL };
	size_t dashes = 0;

	while (l.len && strchr("*_> ", *l.at))
		l = (struct line){ l.at + 1, l.len - 1 };
	while (dashes < l.len && strchr("-=", l.at[dashes]))
		dashes++;
	if (l.len > 120 ||
	    (dashes < 3 && !line_starts(l, "begin forwarded") && !line_ends_colon(l)))
		return false;
	if (line_has_any(l, forwarded)) {
		*ret_forwarded = true;
		return true;
	}
	return dashes >= 3 && line_has_any(l, original);
}

/*
 * A line of nothing but dashes or underlines, which Outlook and webmail put above the block, or
 * words between dashes, in whatever language.
 */
static bool
ruler(struct line l)
{
	size_t before = 0, after = 0;

	while (before < l.len && strchr("-_=", l.at[before]))
		before++;
	while (after < l.len && strchr("-_=", l.at[l.len - after - 1]))
		after++;
	if (before == l.len)
		return l.len >= 5;
	return before >= 3 && after >= 3 && l.len <= 120;
}

/* Enough fields to be a mail's header and not, say, a journey's From, To and Date. */
static bool
whole_block(unsigned seen, bool address)
{
	if (!(seen & FIELD_FROM))
		return false;
	if (seen & FIELD_SUBJECT)
		return seen & (FIELD_DATE | FIELD_TO);
	return address && seen & FIELD_DATE && seen & FIELD_TO;
}

static struct line
without_marks(struct line l)
{
	while (l.len && *l.at == '>')
		l = line_trim(l.at + 1, l.len - 1);
	return l;
}

/* The lines above the first field: a separator, rulers, and empty lines. */
static size_t
block_head(const struct line *lines, size_t count, bool *ret_separated, bool *ret_forwarded)
{
	size_t n = 0;

	*ret_forwarded = false;
	*ret_separated = separator(lines[0], ret_forwarded);
	if (*ret_separated || ruler(lines[0]))
		for (n = 1; n < count && n < 4;) {
			struct line l = without_marks(lines[n]);

			if (l.len && !ruler(l))
				break;
			n++;
		}
	return n;
}

size_t
header_block_find(const struct line *lines, size_t count, bool *ret_forwarded)
{
	unsigned seen = 0;
	bool forwarded, address = false, separated;
	size_t n = block_head(lines, count, &separated, &forwarded), end = n, blank = 0;

	if (!n && !header_field_of(without_marks(lines[0]), NULL))
		return 0;
	for (; n < count && n < FIELD_LINES && blank < 2; n++) {
		struct line l = without_marks(lines[n]);
		unsigned field = header_field_of(l, NULL);

		if (field & seen & ~(unsigned)FIELD_OTHER)
			break;
		if (field) {
			seen |= field;
			end = n + 1;
			blank = 0;
		} else if (!l.len) {
			/*
			 * An empty line ends the block once it is whole; some clients put one
			 * between fields.
			 */
			if ((seen & FIELD_FROM) && (seen & FIELD_SUBJECT))
				break;
			blank++;
		} else if (end == 0 || n - end > 4 || blank) {
			break;
		}
		address |= (seen != 0) && line_has_address(l);
	}
	*ret_forwarded = forwarded;
	if (separated && !(seen & (FIELD_FROM | FIELD_SUBJECT | FIELD_DATE)))
		return line_starts(lines[0], "---") ? 1 : 0;
	return separated || whole_block(seen, address) ? end : 0;
}

/* Without the quotes, bold marks and brackets that stand around a name. */
static struct line
bare_name(struct line l)
{
	while (l.len && strchr("\"'*_<|;,", *l.at))
		l = line_trim(l.at + 1, l.len - 1);
	while (l.len && strchr("\"'*_<[(|;,", l.at[l.len - 1]))
		l = line_trim(l.at, l.len - 1);
	return l;
}

/* What stands behind an address in brackets of its own: "a@b.c [Hana Kim]", "a@b.c (Hana Kim)". */
static struct line
name_behind(struct line l)
{
	const char *close;

	while (l.len && strchr("*>\"' ", *l.at))
		l = line_trim(l.at + 1, l.len - 1);
	if (!l.len || !strchr("[(", *l.at) ||
	    !(close = memchr(l.at, *l.at == '[' ? ']' : ')', l.len)))
		return (struct line){ l.at, 0 };
	return bare_name(line_trim(l.at + 1, (size_t)(close - l.at) - 1));
}

/* Where to look for the address: behind "<" or "[mailto:" when there is one with an '@' in it. */
static struct line
bracketed(struct line l)
{
	const char *at = memchr(l.at, '<', l.len);

	if (!at)
		at = memmem(l.at, l.len, "[mailto:", 8);
	if (at) {
		struct line rest = { at, (size_t)(l.at + l.len - at) };

		if (line_has_address(rest))
			return rest;
	}
	return l;
}

/* "Hana Kim <hana@example.com>" and its many other spellings. */
static void
read_sender(struct line value, struct header_block *b)
{
	struct line address = line_address(bracketed(value));
	const char *end = value.at + value.len;

	if (!address.len) {
		if (!b->name.len)
			b->name = bare_name(value);
		return;
	}
	b->address = address;
	/* A name that an earlier line gave, when this one is its wrapped rest. */
	if (b->name.len)
		return;
	b->name = line_trim(value.at, (size_t)(address.at - value.at));
	if (line_ends(b->name, "mailto:"))
		b->name.len -= 7;
	b->name = bare_name(b->name);
	if (!b->name.len) {
		address.at += address.len;
		b->name = name_behind((struct line){ address.at, (size_t)(end - address.at) });
	}
	/* An address for a name says nothing new. */
	if (line_address(b->name).len == b->name.len)
		b->name.len = 0;
}

static void
read_value(unsigned field, struct line value, struct header_block *b)
{
	if (field == FIELD_FROM && !b->address.len)
		read_sender(value, b);
	else if (field == FIELD_DATE && !b->date.len)
		b->date = value;
	else if (field == FIELD_SUBJECT && !b->subject.len)
		b->subject = value;
}

size_t
header_block_read(const struct line *lines, size_t count, struct header_block *ret)
{
	struct header_block b = { .forwarded = false };
	size_t end = count ? header_block_find(lines, count, &b.forwarded) : 0;
	unsigned last = 0;

	if (!end)
		return 0;
	for (size_t n = 0; n < end; n++) {
		struct line l = without_marks(lines[n]), value = l;
		unsigned field = header_field_of(l, &value);

		if (field)
			last = field;
		if (value.len)
			read_value(last, value, &b);
	}
	*ret = b;
	return end;
}
