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

/* What stands between dashes above the header of a mail that is answered. */
static const char *const original[] = { "original message",
					"original appointment",
					"reply message",
					"received message",
					"원본 메일",
					"원본메일",
					"원본 메시지",
					"원본 이메일",
					"원본메시지",
					"원래 메시지",
					"원문 메일",
					"원문 메시지",
					"Ursprüngliche Nachricht",
					"originalnachricht",
					"message d'origine",
					"message d’origine",
					"message original",
					"mensaje original",
					"mensagem original",
					"messaggio originale",
					"oorspronkelijk bericht",
					"ursprungligt meddelande",
					"originalmeddelande",
					"opprinnelig melding",
					"oprindelig meddelelse",
					"alkuperäinen viesti",
					"wiadomość oryginalna",
					"oryginalna wiadomość",
					"původní zpráva",
					"исходное сообщение",
					"Исходное сообщение",
					"Вихідне повідомлення",
					"özgün ileti",
					"Özgün ileti",
					"thư gốc",
					"eredeti üzenet",
					"Αρχικό μήνυμα",
					"mesaj original",
					"元のメッセージ",
					"原始邮件",
					"邮件原件",
					"原始郵件",
					NULL };

/* The same above one that is passed on: whole titles, and word stems that tell only with a block.
 */
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
					 "vidarebefordrat meddelande",
					 "videresendt",
					 "przekazana wiadomość",
					 "Пересылаемое сообщение",
					 "Пересланное сообщение",
					 "転送メッセージ",
					 "转发的邮件",
					 "轉寄",
					 NULL };

static const char *const stems[] = { "forward",        "전달",
				     "weitergeleitet", "transféré",
				     "réexpédié",      "transmis",
				     "reenviad",       "encaminhad",
				     "inoltrat",       "doorgestuurd",
				     "vidarebefordr",  "videresend",
				     "välitetty",      "edelleenlähet",
				     "przekazan",      "przesłana dalej",
				     "přepos",         "prepos",
				     "Пересыла",       "Переслан",
				     "переслан",       "Перенаправ",
				     "переадрес",      "iletil",
				     "İletil",         "yönlendiril",
				     "Προωθ",          "προωθ",
				     "továbbít",       "redirec",
				     "chuyển tiếp",    "diteruskan",
				     "proslijeđ",      "転送",
				     "转发",           "轉寄",
				     "轉發",           NULL };

/* How Apple's programs begin a forwarded mail: no dashes, but a colon at the end. */
static const char *const openers[] = { "begin forwarded",
				       "forwarded message",
				       "전달된 메시지",
				       "전달된 메일",
				       "전달된 이메일",
				       "anfang der weiterg",
				       "début du message",
				       "inicio del mensaje reenv",
				       "início da mensagem",
				       "Início da mensagem",
				       "inizio messaggio",
				       "inizio del messaggio",
				       "begin doorgestuurd",
				       "vidarebefordrat",
				       "start på videresendt",
				       "videresendt",
				       "välitetty viesti",
				       "początek przek",
				       "začátek přepos",
				       "začiatok prepos",
				       "Начало пере",
				       "Початок листа",
				       "ileti başlangıcı",
				       "İleti başlangıcı",
				       "Αρχή προωθ",
				       "továbbított",
				       "începe mesajul",
				       "Începe mesajul",
				       "転送された",
				       "转发的邮件",
				       "开始转发",
				       "以下是转发",
				       "開始轉寄",
				       "以下是轉寄",
				       "以下為轉寄",
				       "bắt đầu thư",
				       "Bắt đầu thư",
				       NULL };

enum head {
	HEAD_NONE,
	HEAD_SHAPE, /* may stand above a header block, and above anything else */
	HEAD_TITLE, /* a client's words */
};

static size_t
ornament(struct line l)
{
	size_t n = 0;

	while (n < l.len && strchr("-_=", l.at[n]))
		n++;
	return n;
}

/*
 * The line above the fields: "-----Original Message-----", "Begin forwarded message:", a line of
 * nothing but dashes or underlines, or words between dashes in whatever language.
 */
static enum head
head_of(struct line l, bool *ret_forwarded)
{
	size_t dashes, after = 0;

	while (l.len && strchr("*_> ", *l.at) && !(l.len >= 5 && ornament(l) == l.len))
		l = (struct line){ l.at + 1, l.len - 1 };
	dashes = ornament(l);
	*ret_forwarded = false;
	if (l.len > 120)
		return HEAD_NONE;
	if (dashes < 3) {
		*ret_forwarded = line_ends_colon(l) && line_starts_any(l, openers);
		return *ret_forwarded ? HEAD_SHAPE : HEAD_NONE;
	}
	if (dashes == l.len)
		return l.len >= 5 ? HEAD_SHAPE : HEAD_NONE;
	*ret_forwarded = line_has_any(l, stems);
	if (line_has_any(l, forwarded) || line_has_any(l, original))
		return HEAD_TITLE;
	while (after < l.len && strchr("-_=", l.at[l.len - after - 1]))
		after++;
	return after >= 3 || *ret_forwarded ? HEAD_SHAPE : HEAD_NONE;
}

/*
 * Enough fields to be a mail's header and not, say, a journey's From, To and Date, or the head of a
 * letter: programs write an address, or the hour, or both.
 */
static bool
whole_block(unsigned seen, bool address, bool hour)
{
	if (!(seen & FIELD_FROM))
		return false;
	if (seen & FIELD_SUBJECT)
		return seen & (FIELD_DATE | FIELD_TO) && (address || hour);
	return address && seen & FIELD_DATE && seen & FIELD_TO;
}

static struct line
without_marks(struct line l)
{
	while (l.len && *l.at == '>')
		l = line_trim(l.at + 1, l.len - 1);
	return l;
}

/* The lines above the first field: one of those, and what stands between. */
static size_t
block_head(const struct line *lines, size_t count, enum head *ret_head, bool *ret_forwarded)
{
	size_t n = 0;
	bool unused;

	*ret_head = head_of(lines[0], ret_forwarded);
	if (*ret_head != HEAD_NONE)
		for (n = 1; n < count && n < 4; n++) {
			struct line l = without_marks(lines[n]);

			if (l.len && head_of(l, &unused) != HEAD_SHAPE)
				break;
		}
	return n;
}

size_t
header_block_find(const struct line *lines, size_t count, bool *ret_forwarded)
{
	unsigned seen = 0;
	bool address = false, hour = false;
	enum head head;
	size_t n = block_head(lines, count, &head, ret_forwarded), end = n, blank = 0;

	if (!n && !(header_field_of(without_marks(lines[0]), NULL) & ~(unsigned)FIELD_OTHER))
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
		hour |= (field & FIELD_DATE) && line_has_time(l);
	}
	if (head != HEAD_TITLE)
		return whole_block(seen, address, hour) ? end : 0;
	if (seen & (FIELD_FROM | FIELD_SUBJECT | FIELD_DATE))
		return end;
	return line_starts(lines[0], "---") ? 1 : 0;
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
