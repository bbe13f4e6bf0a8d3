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

/*
 * Names by their first letter, so that few are compared, each behind the letter of its field: From,
 * Date, To, Subject, Other.
 */
static const char *const latin[26] = {
	['a' - 'a'] = "|Ta|Taan|Fabsender|Tadresat|Fafsender|Fafzender|Saihe|Talıcı|Tan|Oanlagen|"
		      "Oantwort an|Sassunto|Sasunto|Oattachment|Oattachments|Favsender|"
		      "Favsändare|",
	['b' - 'a'] = "|Obcc|Sbetreff|Obilgi|",
	['c' - 'a'] = "|Occ|Schủ đề|Ocopie|Tcímzett|Ocópia|Tcătre|",
	['d' - 'a'] = "|Fda|Fdari|Ddata|Ddata wysłania|Ddate|Ddato|Odatos adjuntos|Ddatum|Fde|"
		      "Fde la|Tdestinataire|Tdestinatario|Tdestinatário|Ddikirim|Tdo|Odw|Ddátum|",
	['e' - 'a'] = "|Delküldve|Semne|Tempfänger|Denviada|Denviada em|Denviado|Denviado el|"
		      "Denviado em|Denvoyé|Denvoyé le|Fexpéditeur|",
	['f' - 'a'] = "|Dfecha|Dfecha de envío|Ffeladó|Ffra|Ffrom|Ffrån|",
	['g' - 'a'] = "|Dgesendet|Dgesendet am|Fgönderen|Dgönderildi|Dgönderilme|"
		      "Dgönderme tarihi|Dgửi|",
	['i' - 'a'] = "|Oimportance|Dinviato|",
	['k' - 'a'] = "|Tkepada|Fkimden|Tkime|Tkomu|Skonu|Okopi|Okopia|Okopie|Okopio|Dküldve|"
		      "Dküldés|",
	['l' - 'a'] = "|Olist-id|Dlähetetty|Flähettäjä|",
	['m' - 'a'] = "|Omessage-id|Fmittente|Omásolat|Omásolatot kap|",
	['n' - 'a'] = "|FNgười gửi|Fnadawca|Dngày|Fngười gửi|Tngười nhận|",
	['o' - 'a'] = "|Sobjet|Fod|Dodesláno|Fodesílatel|Fodosielateľ|Dodoslané|Soggetto|"
		      "Sonderwerp|Oorganization|",
	['p' - 'a'] = "|Tpara|Tper|Sperihal|Opièces jointes|Tpour|Spredmet|Opriority|Opriorité|"
		      "Dpäivämäärä|Dpäiväys|Spředmět|",
	['r' - 'a'] = "|Fremetente|Fremitente|Oreply-to|Orispondi a|Orisposta|",
	['s' - 'a'] = "|Osender|Dsendt|Dsent|Dsent at|Dskickat|Ssubiect|Ssubject|Ssubjek|Ssujet|",
	['t' - 'a'] = "|FTừ|Dtanggal|Dtarih|Stemat|Ttil|Ttill|Stiêu đề|Tto|Dtrimis|Stárgy|Ttới|"
		      "Ftừ|",
	['v' - 'a'] = "|Fvan|Tvastaanottaja|Dverzonden|Fvon|",
	['w' - 'a'] = "|Owichtigkeit|Dwysłane|Dwysłano|",
	['x' - 'a'] = "|Ox-mailer|",
};

static const char hangul[] =
	"|F보낸사람|F보낸 사람|F보낸이|F보낸 이|F발신|F발신자|F발신인|D날짜|"
	"D보낸날짜|D보낸 날짜|D보낸시간|D보낸 시간|D보낸일시|D보낸 일시|D발신일시|"
	"D일시|T받는사람|T받는 사람|T받은사람|T받은 사람|T받는이|T받는 이|T수신|"
	"T수신자|T수신인|S제목|O참조|O숨은참조|O숨은 참조|O답장|O첨부|O첨부파일|"
	"O첨부 파일|O중요도|";

static const char others[] =
	"|FОт|Fот|FОт кого|FОтправитель|FВід|FВід кого|FВідправник|FΑπό|"
	"FΑποστολέας|F差出人|F送信元|F送信者|F发件人|F寄件者|F寄件人|F發件人|Fمن|"
	"Fמאת|Fจาก|DОтправлено|DДата|DДата отправки|DНадіслано|DВідправлено|"
	"Dđã gửi|DĐã gửi|DΕστάλη|DΣτάλθηκε|DΗμερομηνία|D送信日時|D日時|D日付|"
	"D发送时间|D发送日期|D時間|D时间|D日期|D寄件日期|D傳送日期|D發送時間|"
	"Dتاريخ|Dالتاريخ|Dנשלח|Dתאריך|Dวันที่|Dส่ง|Tà|TÀ|TКому|TПолучатель|"
	"TОдержувач|Tđến|TĐến|TΠρος|T宛先|T送信先|T收件人|T收件者|Tإلى|Tאל|Tถึง|"
	"Sämne|SÄmne|SТема|SΘέμα|S件名|S题目|S主题|S主題|S主旨|Sالموضوع|Sנושא|"
	"Sเรื่อง|OКопия|OКопія|OΚοιν|OΚοιν.|OΚοινοποίηση|O抄送|O副本|O重要度|"
	"O添付ファイル|O返信先|O附件|O重要性|";

/* The list in which a name would stand, NULL when there is none. */
static const char *
list_for(struct line name)
{
	int first = tolower((unsigned char)*name.at);

	if (first >= 'a' && first <= 'z')
		return latin[first - 'a'];
	if (first < 0x80)
		return NULL;
	return first >= 0xea && first <= 0xed ? hangul : others;
}

static unsigned
field_named(struct line name)
{
	static const char letters[] = "FDTSO";
	const char *at = list_for(name);

	if (!at)
		return 0;
	for (const char *bar; (bar = strchr(at + 1, '|')); at = bar)
		if ((size_t)(bar - at) == name.len + 2 &&
		    strncasecmp(at + 2, name.at, name.len) == 0)
			return 1u << (strchr(letters, at[1]) - letters);
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
