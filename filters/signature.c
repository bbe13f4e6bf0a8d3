/*
 * signature: words and shapes of signatures. See signature.h.
 *
 * Strict on purpose: a signature left among the words does little harm, words taken for a signature
 * do.
 */
#include "signature.h"

#include <ctype.h>
#include <string.h>

bool
signature_delimiter(struct line l)
{
	return (l.len == 2 && memcmp(l.at, "--", 2) == 0) ||
	       (l.len == 3 && memcmp(l.at, "\xe2\x80\x94", 3) == 0);
}

/* Devices, makers and programs that sign for their owners. */
static const char *const devices[] = { "iphone",
				       "ipad",
				       "ipod",
				       "android",
				       "galaxy",
				       "samsung",
				       "blackberry",
				       "huawei",
				       "xiaomi",
				       "nokia",
				       "htc",
				       "mobile",
				       "smartphone",
				       "phone",
				       "tablet",
				       "outlook",
				       "mail",
				       "mobil",
				       "handy",
				       "t\xc3\xa9l\xc3\xa9phone",
				       "m\xc3\xb3vil",
				       "telef",
				       "cellulare",
				       "телефон",
				       "携帯",
				       "手机",
				       "手機",
				       "갤럭시",
				       "아이폰",
				       "아이패드",
				       "휴대폰",
				       "스마트폰",
				       "핸드폰",
				       "모바일",
				       "삼성",
				       "메일",
				       "device",
				       "cell",
				       "windows",
				       "my ti-",
				       NULL };

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
	static const char *const ends[] = { "에서 보냄", "에서 보낸 메일", "에서 보냄.",
					    "으로 보냄", "로 보냄",        NULL };
	static const char *const polite[] = { "에서 보냈습니다", "에서 보낸 메일입니다",
					      "에서 발송되었습니다", "에서 보낸 메시지입니다",
					      NULL };
	static const char *const owners[] = { "나의 ",   "내 ",     "제 ",     "삼성",     "갤럭시",
					      "samsung", "galaxy",  "iphone",  "ipad",     "아이폰",
					      "android", "ios",     "lg",      "네이버",   "다음",
					      "카카오",  "outlook", "windows", "gmail",    "naver",
					      "daum",    "kakao",   "모바일",  "스마트폰", NULL };
	static const char *const download[] = { "용 outlook", "용 메일", "outlook 다운로드", NULL };

	if (line_has_any(l, download) &&
	    (line_ends(l, "다운로드") || line_ends(l, "가져오기") || line_ends_any(l, ends)))
		return true;
	if (!line_starts_any(l, owners))
		return false;
	return line_ends_any(l, ends) || line_ends_any(l, polite);
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
					      "gesendet von",
					      "gesendet mit",
					      "von meinem",
					      "verzonden met",
					      "verzonden vanaf",
					      "verstuurd vanaf",
					      "enviado desde",
					      "enviado do",
					      "enviado de",
					      "inviato da",
					      "skickat fr\xc3\xa5n",
					      "sendt fra",
					      "wys\xc5\x82"
					      "ane z",
					      "wysłano z",
					      "l\xc3\xa4hetetty",
					      "отправлено с",
					      "Отправлено с",
					      "odesláno z",
					      "從我的",
					      "从我的",
					      "發自我的",
					      "发自我的",
					      "iphoneから",
					      "私のiphone",
					      "via mobile",
					      NULL };
	static const char *const programs[] = { "sent from ",
						"sent with airmail",
						"sent with sparrow",
						"sent with proton",
						"sent with shortwave",
						"sent via ",
						"get outlook for",
						"get [outlook for",
						"diese nachricht wurde von meinem android",
						"this message was sent from my android",
						NULL };
	static const char *const tails[] = { "から送信", "gesendet", "傳送", "送信", NULL };
	bool device;

	l = without_ornament(l);
	if (!l.len || l.len > 140)
		return false;
	if (korean_device(l))
		return true;
	device = line_has_any(l, devices);
	if (line_starts_any(l, programs) && (device || l.len <= 40))
		return true;
	if (!device)
		return false;
	return line_starts_any(l, starts) || (l.len <= 80 && line_ends_any(l, tails)) ||
	       (l.len <= 30 && (line_ends(l, " from mobile") || line_ends(l, " via mobile")));
}

bool
signature_disclaimer(struct line l)
{
	static const char *const addressee[] = { "intended recipient",
						 "intended solely",
						 "intended only",
						 "addressee",
						 "수신인",
						 "수취인",
						 "수신자",
						 "지정된",
						 "본 메일",
						 "본 이메일",
						 "본 전자우편",
						 "본 메시지",
						 "이 메일은",
						 "발신전용",
						 "발신 전용",
						 NULL };
	static const char *const legal[] = { "confidential", "privileged", "unauthorized",
					     "unauthorised", "disclos",    "in error",
					     "delete",       "prohibited", "distribution",
					     "copying",      "virus",      "기밀",
					     "비밀",         "무단",       "삭제",
					     "잘못 수신",    "잘못 전송",  "잘못 전달",
					     "오류로",       "법률",       "법적",
					     "유출",         "배포",       "금지",
					     "누설",         NULL };
	static const char *const scanned[] = { "checked for viruses", "scanned for viruses",
					       "virus-free", "avast.com", NULL };

	if (l.len < 40 || l.len > 4000)
		return false;
	if (line_has_any(l, scanned))
		return l.len < 300;
	return line_has_any(l, addressee) && line_count(l, legal) >= 3;
}

/*
 * "010-1234-5678", "+82 2 123 4567", "(555) 346-9947": seven figures or more, nothing but figures
 * and their separators between.
 */
static bool
has_telephone(struct line l)
{
	size_t digits = 0, groups = 0;
	bool in_group = false;

	for (size_t i = 0; i < l.len; i++) {
		if (isdigit((unsigned char)l.at[i])) {
			groups += !in_group;
			in_group = true;
			digits++;
		} else if (strchr("-. ()+/", l.at[i])) {
			in_group = false;
		} else if (digits >= 7) {
			break;
		} else {
			digits = groups = 0;
			in_group = false;
		}
	}
	return digits >= 8 && digits <= 16 && groups >= 2;
}

bool
signature_sentence(struct line l)
{
	static const char *const korean[] = { "요", "다", "죠", "까", "네", "함", "음",
					      "군", "래", "지", "냐", "라", NULL };
	size_t words = 1;

	while (l.len && strchr(".!?~^;)", l.at[l.len - 1])) {
		if (strchr("!?", l.at[l.len - 1]))
			return true;
		if (l.at[l.len - 1] == '.' && l.len > 25 && !line_has(l, "@"))
			words += 3;
		l = line_trim(l.at, l.len - 1);
	}
	for (size_t i = 0; i < l.len; i++)
		words += l.at[i] == ' ';
	return words > 12 || (words > 4 && l.len > 25 && words >= 8) ||
	       (words >= 2 && line_ends_any(l, korean));
}

/* A line whose label tells of an order or a matter, not of a person. */
static bool
labelled_matter(struct line l)
{
	static const char *const person[] = {
		"tel",    "t.",       "t:",    "t ",      "m.",     "m:",   "m ",
		"f.",     "f:",       "fax",   "phone",   "mobile", "cell", "office",
		"direct", "e-mail",   "email", "e.",      "e:",     "mail", "web",
		"www",    "http",     "skype", "address", "a.",     "전화", "휴대",
		"핸드폰", "연락처",   "팩스",  "이메일",  "메일",   "주소", "직통",
		"대표",   "홈페이지", "mob",   "h.p",     "hp",     NULL
	};
	const char *colon = memchr(l.at, ':', l.len);

	return colon && !line_starts_any(l, person);
}

bool
signature_contact(const struct line *lines, size_t count)
{
	unsigned telephone = 0, other = 0;

	if (count < 2 || count > 12 || !lines[0].len || has_telephone(lines[0]) ||
	    memchr(lines[0].at, ':', lines[0].len))
		return false;
	for (size_t i = 0; i < count; i++) {
		struct line l = lines[i];
		bool phone = has_telephone(l);

		if (l.len > 120 || labelled_matter(l) || (!phone && signature_sentence(l)))
			return false;
		telephone += phone;
		other += line_has_address(l) || line_has(l, "www.") || line_has(l, "http") ||
			 line_has(l, "주소") || line_starts(l, "fax") || line_has(l, "팩스");
	}
	return telephone >= 1 && telephone + other >= 2;
}
