/*
 * attribution: shapes of attribution lines and header blocks. See attribution.h.
 *
 * Looks at a bounded number of lines from each start, so a whole text costs linear time. Never
 * decides what is quoted: reply.c does.
 */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* memmem */
#endif
#include "attribution.h"

#include <ctype.h>
#include <string.h>

#define ATTRIBUTION_LINES 6 /* clients break the sentence at 72 columns, and in odd places */
#define ATTRIBUTION_BYTES 400
#define FIELD_LINES 24 /* a header block with long To: and Cc: */

/* "wrote" at the end of the sentence, before the colon. */
static const char *const verbs[] = { "wrote",
				     "writes",
				     "a \xc3\xa9"
				     "crit",
				     "schrieb",
				     "escribi\xc3\xb3",
				     "ha scritto",
				     "escreveu",
				     "schreef",
				     "geschreven",
				     "skrev",
				     "написал",
				     "написала",
				     "пишет",
				     "писал",
				     "napisał",
				     "napisała",
				     "napsal",
				     "napsala",
				     "kirjoitti",
				     "yazdı",
				     "írta",
				     "έγραψε",
				     "写道",
				     "寫道",
				     "写入",
				     "書きました",
				     "のメール",
				     "のメッセージ",
				     "작성",
				     "쓴 글",
				     "썼습니다",
				     "님의 말",
				     "보낸 메일",
				     "님이 씀",
				     "đã viết",
				     "menulis",
				     NULL };

/* How such a sentence begins when it does not begin with the date itself. */
static const char *const openers[] = { "on ",   "at ",  "am ",   "le ",     "el ",      "il ",
				       "em ",   "op ",  "den ",  "på ",     "pe ",      "w dniu ",
				       "dnia ", "dne ", "в ",    "в ",      "在",       "于",
				       "於",    "vào ", "pada ", "--- on ", "---- on ", "--- ",
				       "在 ",   NULL };

/*
 * Joins lines into one, single spaces between; stops at the bound. Returns false when it does not
 * fit.
 */
static bool
join(char *out, size_t *len, struct line l)
{
	size_t gap = *len > 0;

	if (*len + gap + l.len > ATTRIBUTION_BYTES)
		return false;
	if (gap)
		out[(*len)++] = ' ';
	memcpy(out + *len, l.at, l.len);
	*len += l.len;
	return true;
}

static bool
ends_with_colon(struct line l)
{
	return line_ends(l, ":") || line_ends(l, "：");
}

/*
 * A line that opens an attribution by itself: an opener or figures first, and a date or time in it.
 */
static bool
opens(struct line l)
{
	if (!l.len || (!isdigit((unsigned char)*l.at) && !line_starts_any(l, openers)))
		return false;
	return line_has_date(l) || line_has_time(l);
}

static bool
ends_with_verb(struct line l)
{
	/* "... schrieb am Di., 16. Aug. 2016 um 12:52 Uhr:" has it earlier: look everywhere. */
	return line_has_any(l, verbs);
}

/* Judges one joined candidate. */
static enum trust
judge_sentence(struct line l)
{
	bool date = line_has_date(l), time = line_has_time(l), address = line_has_address(l), verb;

	if (!ends_with_colon(l))
		return date && address && l.len < 200 ? TRUST_WITH_QUOTE : TRUST_NONE;
	verb = ends_with_verb(l);
	if (date && time && (address || verb))
		return TRUST_ALL;
	return (date && time) || verb || address ? TRUST_WITH_QUOTE : TRUST_NONE;
}

enum trust
attribution_find(const struct line *lines, size_t count, size_t *ret_lines)
{
	char text[ATTRIBUTION_BYTES];
	size_t len = 0, start = 0;
	bool opened;

	if (!count || !lines[0].len || lines[0].len > ATTRIBUTION_BYTES)
		return TRUST_NONE;
	opened = opens(lines[0]);
	if (!opened && !line_has_date(lines[0]) && !line_has_address(lines[0]) &&
	    !ends_with_colon(lines[0]))
		return TRUST_NONE;
	for (size_t n = 0; n < count && n < ATTRIBUTION_LINES; n++) {
		enum trust trust;

		/* Only a sentence that was clearly opened runs on past an empty line. */
		if (!lines[n].len && !opened)
			break;
		/* The sentence before was somebody's words when a better opening comes. */
		if (n && !opened && opens(lines[n]))
			return TRUST_NONE;
		if (!lines[n].len || !join(text, &len, lines[n]))
			continue;
		trust = judge_sentence((struct line){ text + start, len - start });
		if (trust == TRUST_NONE || (trust == TRUST_WITH_QUOTE && !opened && n))
			continue;
		/* A first line that is a whole sentence is somebody's words, not a client's. */
		if (n && !opened &&
		    (line_ends(lines[0], ".") || line_ends(lines[0], "!") ||
		     line_ends(lines[0], "?")))
			return TRUST_NONE;
		*ret_lines = n + 1;
		if (trust == TRUST_WITH_QUOTE && !ends_with_colon((struct line){ text, len }) &&
		    n + 1 < count && ends_with_colon(lines[n + 1]))
			continue;
		return trust;
	}
	return TRUST_NONE;
}

enum field {
	FIELD_FROM = 1 << 0,
	FIELD_DATE = 1 << 1,
	FIELD_TO = 1 << 2,
	FIELD_SUBJECT = 1 << 3,
	FIELD_OTHER = 1 << 4,
};

static unsigned
field_named(struct line name)
{
	static const struct {
		const char *name;
		unsigned field;
	} fields[] = {
		{ "from", FIELD_FROM },
		{ "보낸사람", FIELD_FROM },
		{ "보낸 사람", FIELD_FROM },
		{ "보낸이", FIELD_FROM },
		{ "발신", FIELD_FROM },
		{ "발신자", FIELD_FROM },
		{ "발신인", FIELD_FROM },
		{ "von", FIELD_FROM },
		{ "de", FIELD_FROM },
		{ "da", FIELD_FROM },
		{ "van", FIELD_FROM },
		{ "från", FIELD_FROM },
		{ "fra", FIELD_FROM },
		{ "od", FIELD_FROM },
		{ "от", FIELD_FROM },
		{ "От", FIELD_FROM },
		{ "差出人", FIELD_FROM },
		{ "发件人", FIELD_FROM },
		{ "寄件者", FIELD_FROM },
		{ "lähettäjä", FIELD_FROM },
		{ "kimden", FIELD_FROM },
		{ "送信元", FIELD_FROM },
		{ "expéditeur", FIELD_FROM },
		{ "mittente", FIELD_FROM },
		{ "date", FIELD_DATE },
		{ "sent", FIELD_DATE },
		{ "날짜", FIELD_DATE },
		{ "보낸날짜", FIELD_DATE },
		{ "보낸 날짜", FIELD_DATE },
		{ "보낸시간", FIELD_DATE },
		{ "보낸 시간", FIELD_DATE },
		{ "일시", FIELD_DATE },
		{ "gesendet", FIELD_DATE },
		{ "datum", FIELD_DATE },
		{ "envoyé", FIELD_DATE },
		{ "enviado", FIELD_DATE },
		{ "enviada", FIELD_DATE },
		{ "enviado el", FIELD_DATE },
		{ "fecha", FIELD_DATE },
		{ "data", FIELD_DATE },
		{ "inviato", FIELD_DATE },
		{ "verzonden", FIELD_DATE },
		{ "skickat", FIELD_DATE },
		{ "sendt", FIELD_DATE },
		{ "dato", FIELD_DATE },
		{ "wysłano", FIELD_DATE },
		{ "Отправлено", FIELD_DATE },
		{ "Дата", FIELD_DATE },
		{ "送信日時", FIELD_DATE },
		{ "日時", FIELD_DATE },
		{ "日付", FIELD_DATE },
		{ "发送时间", FIELD_DATE },
		{ "日期", FIELD_DATE },
		{ "寄件日期", FIELD_DATE },
		{ "lähetetty", FIELD_DATE },
		{ "tarih", FIELD_DATE },
		{ "to", FIELD_TO },
		{ "받는사람", FIELD_TO },
		{ "받는 사람", FIELD_TO },
		{ "받은사람", FIELD_TO },
		{ "받은 사람", FIELD_TO },
		{ "받는이", FIELD_TO },
		{ "수신", FIELD_TO },
		{ "수신자", FIELD_TO },
		{ "수신인", FIELD_TO },
		{ "an", FIELD_TO },
		{ "à", FIELD_TO },
		{ "a", FIELD_TO },
		{ "para", FIELD_TO },
		{ "aan", FIELD_TO },
		{ "till", FIELD_TO },
		{ "til", FIELD_TO },
		{ "do", FIELD_TO },
		{ "Кому", FIELD_TO },
		{ "宛先", FIELD_TO },
		{ "收件人", FIELD_TO },
		{ "收件者", FIELD_TO },
		{ "vastaanottaja", FIELD_TO },
		{ "kime", FIELD_TO },
		{ "destinataire", FIELD_TO },
		{ "subject", FIELD_SUBJECT },
		{ "제목", FIELD_SUBJECT },
		{ "betreff", FIELD_SUBJECT },
		{ "objet", FIELD_SUBJECT },
		{ "asunto", FIELD_SUBJECT },
		{ "assunto", FIELD_SUBJECT },
		{ "oggetto", FIELD_SUBJECT },
		{ "onderwerp", FIELD_SUBJECT },
		{ "ämne", FIELD_SUBJECT },
		{ "emne", FIELD_SUBJECT },
		{ "temat", FIELD_SUBJECT },
		{ "Тема", FIELD_SUBJECT },
		{ "件名", FIELD_SUBJECT },
		{ "主题", FIELD_SUBJECT },
		{ "主旨", FIELD_SUBJECT },
		{ "aihe", FIELD_SUBJECT },
		{ "konu", FIELD_SUBJECT },
		{ "cc", FIELD_OTHER },
		{ "bcc", FIELD_OTHER },
		{ "참조", FIELD_OTHER },
		{ "숨은참조", FIELD_OTHER },
		{ "reply-to", FIELD_OTHER },
		{ "importance", FIELD_OTHER },
		{ "attachments", FIELD_OTHER },
		{ "첨부", FIELD_OTHER },
		{ "중요도", FIELD_OTHER },
		{ "kopie", FIELD_OTHER },
		{ "copie", FIELD_OTHER },
		{ "cópia", FIELD_OTHER },
		{ "kopia", FIELD_OTHER },
		{ "Копия", FIELD_OTHER },
		{ "抄送", FIELD_OTHER },
		{ "副本", FIELD_OTHER },
		{ "risposta", FIELD_OTHER },
		{ "rispondi a", FIELD_OTHER },
		{ "antwort an", FIELD_OTHER },
		{ "message-id", FIELD_OTHER },
		{ "sender", FIELD_OTHER },
	};
	int first = tolower((unsigned char)*name.at);

	for (size_t i = 0; i < sizeof fields / sizeof *fields; i++)
		if (tolower((unsigned char)*fields[i].name) == first &&
		    strlen(fields[i].name) == name.len && line_starts(name, fields[i].name))
			return fields[i].field;
	return 0;
}

/*
 * The field a line is, 0 when it is none. Clients set names in bold (*From:*) and quote marks or
 * dashes around them.
 */
static unsigned
field_of(struct line l)
{
	static const char *const wide_colon = "：";
	const char *colon;
	struct line name;

	while (l.len && strchr("*_>| ", *l.at))
		l = (struct line){ l.at + 1, l.len - 1 };
	name.len = l.len < 40 ? l.len : 40;
	name.at = l.at;
	if (!(colon = memchr(name.at, ':', name.len)) &&
	    !(colon = memmem(name.at, name.len, wide_colon, 3)))
		return 0;
	name = line_trim(name.at, (size_t)(colon - name.at));
	while (name.len && strchr("*_", name.at[name.len - 1]))
		name.len--;
	name = line_trim(name.at, name.len);
	return name.len ? field_named(name) : 0;
}

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
	    (dashes < 3 && !line_starts(l, "begin forwarded") && !ends_with_colon(l)))
		return false;
	if (line_has_any(l, forwarded)) {
		*ret_forwarded = true;
		return true;
	}
	return dashes >= 3 && line_has_any(l, original);
}

/* A line of nothing but dashes or underlines, which Outlook and webmail put above the block. */
static bool
ruler(struct line l)
{
	size_t i = 0;

	while (i < l.len && strchr("-_=", l.at[i]))
		i++;
	return l.len >= 5 && i == l.len;
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

size_t
header_block_find(const struct line *lines, size_t count, bool *ret_forwarded)
{
	unsigned seen = 0;
	size_t n = 0, end, blank = 0;
	bool forwarded = false, address = false;
	bool separated = separator(lines[0], &forwarded);

	if (!separated && !field_of(lines[0]) && !ruler(lines[0]))
		return 0;
	if (separated || ruler(lines[0]))
		for (n = 1; n < count && n < 4 && (!lines[n].len || ruler(lines[n]));)
			n++;
	for (end = n; n < count && n < FIELD_LINES && blank < 2; n++) {
		unsigned field = field_of(lines[n]);

		if (field) {
			seen |= field;
			end = n + 1;
			blank = 0;
		} else if (!lines[n].len) {
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
		address |= (seen != 0) && line_has_address(lines[n]);
	}
	*ret_forwarded = forwarded;
	if (separated && !(seen & (FIELD_FROM | FIELD_SUBJECT | FIELD_DATE)))
		return line_starts(lines[0], "---") ? 1 : 0;
	return separated || whole_block(seen, address) ? end : 0;
}
