/*
 * header_field: names of header fields by language. See header_field.h.
 */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* memmem */
#endif
#include "header_field.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

#define NAME_BYTES 48 /* the longest field name with its marks */

static const char from_names[] =
	"|from|보낸사람|보낸 사람|보낸이|보낸 이|발신|발신자|발신인|von|absender|de|"
	"expéditeur|remitente|remetente|da|mittente|van|afzender|från|avsändare|fra|"
	"afsender|avsender|lähettäjä|od|nadawca|odesílatel|odosielateľ|От|от|От кого|"
	"Отправитель|Від|Від кого|Відправник|kimden|gönderen|từ|Từ|người gửi|Người gửi|"
	"Από|Αποστολέας|feladó|de la|dari|差出人|送信元|送信者|发件人|寄件者|寄件人|"
	"發件人|من|מאת|จาก|";

static const char date_names[] =
	"|date|sent|sent at|날짜|보낸날짜|보낸 날짜|보낸시간|보낸 시간|보낸일시|보낸 일시|"
	"발신일시|일시|gesendet|gesendet am|datum|envoyé|envoyé le|enviado|enviada|"
	"enviado el|enviado em|enviada em|fecha|fecha de envío|data|inviato|verzonden|"
	"skickat|sendt|dato|lähetetty|päivämäärä|päiväys|wysłano|wysłane|data wysłania|"
	"odesláno|odoslané|dátum|Отправлено|Дата|Дата отправки|Надіслано|Відправлено|"
	"gönderildi|gönderilme|gönderme tarihi|tarih|đã gửi|Đã gửi|gửi|ngày|Εστάλη|"
	"Στάλθηκε|Ημερομηνία|elküldve|küldve|küldés|trimis|dikirim|tanggal|送信日時|日時|"
	"日付|发送时间|发送日期|時間|时间|日期|寄件日期|傳送日期|發送時間|تاريخ|"
	"التاريخ|נשלח|תאריך|วันที่|ส่ง|";

static const char to_names[] =
	"|to|받는사람|받는 사람|받은사람|받은 사람|받는이|받는 이|수신|수신자|수신인|"
	"an|empfänger|à|À|pour|destinataire|a|para|destinatario|destinatário|per|aan|"
	"till|til|vastaanottaja|do|adresat|komu|Кому|Получатель|Одержувач|kime|alıcı|"
	"tới|đến|Đến|người nhận|Προς|címzett|către|kepada|宛先|送信先|收件人|收件者|"
	"إلى|אל|ถึง|";

static const char subject_names[] =
	"|subject|제목|betreff|objet|sujet|asunto|assunto|oggetto|onderwerp|ämne|Ämne|"
	"emne|aihe|temat|předmět|predmet|Тема|konu|chủ đề|tiêu đề|Θέμα|tárgy|subiect|"
	"subjek|perihal|件名|题目|主题|主題|主旨|الموضوع|נושא|เรื่อง|";

static const char other_names[] =
	"|cc|bcc|참조|숨은참조|숨은 참조|reply-to|답장|importance|priority|attachments|"
	"attachment|첨부|첨부파일|첨부 파일|중요도|kopie|copie|cópia|kopia|kopio|kopi|"
	"Копия|Копія|Κοιν|Κοιν.|Κοινοποίηση|másolatot kap|másolat|bilgi|抄送|副本|重要度|"
	"添付ファイル|risposta|rispondi a|antwort an|dw|message-id|sender|anlagen|"
	"wichtigkeit|pièces jointes|datos adjuntos|priorité|list-id|organization|"
	"x-mailer|返信先|附件|重要性|";

/* Whether a name stands in a list, between bars. */
static bool
is_one_of(struct line name, const char *names)
{
	int first = tolower((unsigned char)*name.at);

	for (const char *at = names, *bar; (bar = strchr(at + 1, '|')); at = bar)
		if ((size_t)(bar - at) == name.len + 1 && tolower((unsigned char)at[1]) == first &&
		    strncasecmp(at + 1, name.at, name.len) == 0)
			return true;
	return false;
}

static unsigned
field_named(struct line name)
{
	static const struct {
		const char *names;
		unsigned field;
	} fields[] = {
		{ from_names, FIELD_FROM },   { date_names, FIELD_DATE },
		{ to_names, FIELD_TO },       { subject_names, FIELD_SUBJECT },
		{ other_names, FIELD_OTHER },
	};

	for (size_t i = 0; i < sizeof fields / sizeof *fields; i++)
		if (is_one_of(name, fields[i].names))
			return fields[i].field;
	return 0;
}

/* Bold and quote marks around a name or value. */
static struct line
without_bold(struct line l)
{
	while (l.len && strchr("*_", *l.at))
		l = line_trim(l.at + 1, l.len - 1);
	while (l.len && strchr("*_", l.at[l.len - 1]))
		l = line_trim(l.at, l.len - 1);
	return l;
}

unsigned
header_field_of(struct line l, struct line *ret_value)
{
	static const char wide_colon[] = "：";
	const char *colon, *wide, *end;
	size_t near, mark = 1;
	bool table = l.len && *l.at == '|';
	struct line name;
	unsigned field;

	while (l.len && strchr("*_>| ", *l.at))
		l = (struct line){ l.at + 1, l.len - 1 };
	end = l.at + l.len;
	near = l.len < NAME_BYTES ? l.len : NAME_BYTES;
	colon = memchr(l.at, table ? '|' : ':', near);
	wide = memmem(l.at, colon ? (size_t)(colon - l.at) : near, wide_colon, 3);
	if (wide) {
		colon = wide;
		mark = 3;
	}
	if (!colon)
		return 0;
	name = without_bold(line_trim(l.at, (size_t)(colon - l.at)));
	if (!name.len || !(field = field_named(name)))
		return 0;
	if (ret_value) {
		*ret_value = without_bold(line_trim(colon + mark, (size_t)(end - colon) - mark));
		if (table && line_ends(*ret_value, "|"))
			*ret_value = line_trim(ret_value->at, ret_value->len - 1);
	}
	return field;
}
