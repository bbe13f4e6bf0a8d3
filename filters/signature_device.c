/*
 * signature_device: lines that a device or a program signs for its owner. See signature.h.
 */
#include "signature.h"

#include <string.h>

/* Devices, makers and programs that sign for their owners. */
static const char *const devices[] = {
	"iphon",        "ipad",       "ipod",       "android",  "galaxy",
	"samsung",      "blackberry", "huawei",     "xiaomi",   "nokia",
	"htc",          "mobile",     "smartphone", "phone",    "tablet",
	"outlook",      "mail",       "mobil",      "handy",    "t\xc3\xa9l\xc3\xa9phone",
	"m\xc3\xb3vil", "telef",      "cellulare",  "телефон",  "мобильн",
	"Почты",        "携帯",       "手机",       "手機",     "갤럭시",
	"아이폰",       "아이패드",   "휴대폰",     "스마트폰", "핸드폰",
	"모바일",       "삼성",       "메일",       "device",   "cell",
	"windows",      "my ti-",     NULL
};

static struct line
without_ornament(struct line l)
{
	while (l.len && strchr("<(*_[-~>", *l.at))
		l = line_trim(l.at + 1, l.len - 1);
	while (l.len && strchr(">)*_]-~.", l.at[l.len - 1]))
		l = line_trim(l.at, l.len - 1);
	return l;
}

static bool
korean_device(struct line l)
{
	static const char *const ends[] = { "에서 보냄", "에서 보낸 메일", "으로 보냄", "로 보냄",
					    NULL };
	static const char *const polite[] = { "에서 보냈습니다", "에서 보낸 메일입니다",
					      "에서 발송되었습니다", "에서 보낸 메시지입니다",
					      NULL };
	static const char *const owners[] = {
		"나의 ",     "내 ",      "제 ",    "삼성",    "갤럭시",   "samsung", "galaxy",
		"iphone",    "ipad",     "아이폰", "android", "ios",      "lg",      "네이버",
		"다음 메일", "다음메일", "카카오", "outlook", "windows",  "gmail",   "naver",
		"yahoo",     "daum",     "kakao",  "모바일",  "스마트폰", "휴대폰",  NULL
	};

	if (!line_starts_any(l, owners))
		return false;
	return line_ends_any(l, ends) || line_ends_any(l, polite);
}

/* "Get Outlook for iOS": a program that offers itself, told by its two names and the verb. */
static bool
offer(struct line l)
{
	static const char *const starts[] = {
		"get ",    "[get ",  "télécharge", "obten",    "obtém",    "obter ", "ottieni",
		"scarica", "hämta",  "hent ",      "hanki",    "pobierz",  "získ",   "stáhn",
		"загруз",  "Загруз", "Скача",      "завантаж", "Завантаж", "tải ",   "Λήψη",
		"获取",    "取得",   "下载",       "下載",     NULL
	};
	static const char *const ends[] = { "beziehen", "herunterladen", "downloaden", "入手",
					    "入手する", "받기",          "다운로드",   "가져오기",
					    "edinin",   "indir",         "letöltése",  "beszerzése",
					    NULL };
	struct line words = l;
	const char *link = memchr(l.at, '<', l.len);

	if (!line_has(l, "outlook") || !(line_has(l, "ios") || line_has(l, "android")))
		return false;
	if (link)
		words = line_trim(l.at, (size_t)(link - l.at));
	if (words.len > 60 || line_ends(words, "?") || line_ends(words, "!"))
		return false;
	return line_starts_any(words, starts) || line_ends_any(words, ends);
}

/* Whether somebody goes on speaking in the line: no client says "I", or begins a second sentence.
 */
static bool
goes_on(struct line l)
{
	static const char *const breaks[] = { ". ", "! ", "? ", "; ", " i ", " i'", NULL };

	/* "Please excuse my brevity" is the device's, too. */
	return line_has_any(l, breaks) && !line_has(l, "excuse ");
}

bool
signature_device(struct line l)
{
	static const char *const starts[] = { "sent from",
					      "sent via",
					      "sent with",
					      "sent by",
					      "sent using",
					      "from my ",
					      "envoy\xc3\xa9 de",
					      "envoy\xc3\xa9 \xc3\xa0 partir de",
					      "envoy\xc3\xa9 via",
					      "gesendet von",
					      "gesendet mit",
					      "von meinem",
					      "verzonden met",
					      "verzonden vanaf",
					      "verstuurd vanaf",
					      "enviado desde",
					      "enviado do",
					      "enviado de",
					      "enviado a partir",
					      "enviado através",
					      "inviato da",
					      "skickat fr\xc3\xa5n",
					      "sendt fra",
					      "wys\xc5\x82"
					      "ane z",
					      "wysłano z",
					      "l\xc3\xa4hetetty",
					      "отправлено с",
					      "Отправлено с",
					      "Отправлено из",
					      "надіслано з",
					      "Надіслано з",
					      "odesláno z",
					      "odoslané z",
					      "đã gửi từ",
					      "Đã gửi từ",
					      "Được gửi từ",
					      "Στάλθηκε από",
					      "trimis de pe",
					      "dikirim dari",
					      "從我的",
					      "从我的",
					      "發自",
					      "发自",
					      "發送自",
					      "发送自",
					      "iphoneから",
					      "私のiphone",
					      "via mobile",
					      NULL };
	static const char *const programs[] = { "sent from ",
						"sent with airmail",
						"sent with sparrow",
						"sent with proton",
						"sent with shortwave",
						"sent with spark",
						"sent via ",
						"yahoo mail: ",
						"diese nachricht wurde von meinem android",
						"this message was sent from my android",
						NULL };
	static const char *const tails[] = { "から送信", "gesendet", "gönderildi", "küldve",
					     "傳送",     "送信",     NULL };
	bool program, signs;

	l = without_ornament(l);
	if (!l.len || l.len > 140)
		return false;
	if (korean_device(l) || offer(l))
		return !goes_on(l);
	program = line_starts_any(l, programs);
	signs = line_starts_any(l, starts) || (l.len <= 80 && line_ends_any(l, tails)) ||
		(l.len <= 30 && (line_ends(l, " from mobile") || line_ends(l, " via mobile")));
	if (!program && !signs)
		return false;
	return ((program && l.len <= 40) || line_has_any(l, devices)) && !goes_on(l);
}
