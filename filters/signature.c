/*
 * signature: words and shapes of contact blocks and legal notices. See signature.h.
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

/* Words of a legal notice. Three of them, and whom it is meant for, make one. */
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
static const char *const legal[] = { "confidential", "privileged", "unauthorized", "unauthorised",
				     "disclos",      "in error",   "delete",       "prohibited",
				     "distribution", "copying",    "virus",        "기밀",
				     "비밀",         "무단",       "삭제",         "잘못 수신",
				     "잘못 전송",    "잘못 전달",  "오류로",       "법률",
				     "법적",         "유출",       "배포",         "금지",
				     "누설",         NULL };
static const char *const scanned[] = {
	"checked for viruses", "scanned for viruses", "virus-free", "avast.com",
	"바이러스가 없",       "바이러스 검사",       NULL
};

/* A notice that speaks of the mail it stands in: what it threatens with is for whoever passes it
 * on. */
static bool
speaks_of_itself(struct line l)
{
	static const char *const starts[] = { "본 메일",   "본 이메일", "본 전자우편", "본 메시지",
					      "이 메일",   "이 이메일", "이 전자우편", "이 메시지",
					      "본 e-mail", "본 email",  "이 e-mail",   "이 email",
					      NULL };

	return line_starts_any(l, starts);
}

bool
signature_notice(struct line l)
{
	return line_has_any(l, addressee) || line_has_any(l, scanned) || speaks_of_itself(l);
}

bool
signature_legal(struct line l)
{
	return line_has_any(l, legal) || line_has_any(l, addressee) || line_has_any(l, scanned);
}

/* Whoever speaks of themselves threatens with the law, rather than quoting it. */
static bool
own_voice(struct line l)
{
	static const char *const persons[] = { " 제 ",   "제가", "저는", "저의",
					       "않으면", "환불", "보상", NULL };
	static const char *const words[] = { "i will", "i'll", "i am ",      "i have", "i want",
					     " my ",   "sue ", "lawsuit",    "제 ",    "제가",
					     "저는",   "저의", "하겠습니다", "않으면", "고소",
					     "신고",   "경고", NULL };

	return line_has_any(l, speaks_of_itself(l) ? persons : words);
}

bool
signature_disclaimer(struct line l)
{
	static const char *const notices[] = { "this e",  "this m",    "virus-free", "diese ",
					       "scanned", "이 메",     "이 이메일",  "이 전자",
					       "본 메",   "본 이메일", "<",          "[",
					       NULL };

	if (l.len < 20 || l.len > 4000)
		return false;
	if (line_has_any(l, scanned) && line_starts_any(l, notices))
		return l.len < 300 && !own_voice(l);
	return l.len >= 40 && (line_has_any(l, addressee) || speaks_of_itself(l)) &&
	       line_count(l, legal) >= 3 && !own_voice(l);
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

static bool
is_sentence(struct line l)
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

bool
signature_postscript(struct line l)
{
	static const char *const starts[] = { "ps:", "ps.",  "ps ",    "ps,",  "p.s", "p. s",
					      "pps", "추신", "덧붙임", "追伸", NULL };

	return line_starts_any(l, starts);
}

/* A word with nothing but letters' ends around it. */
static bool
has_word(struct line l, const char *word)
{
	size_t n = strlen(word);

	for (size_t i = 0; i + n <= l.len; i++)
		if ((i == 0 || !isalnum((unsigned char)l.at[i - 1])) &&
		    line_starts((struct line){ l.at + i, l.len - i }, word) &&
		    (i + n == l.len || !isalnum((unsigned char)l.at[i + n])))
			return true;
	return false;
}

bool
signature_said(struct line l)
{
	/* Somebody is spoken to or of. */
	static const char *const persons[] = { "i", "i'll", "i'm", "you", "me", "my", NULL };

	if (is_sentence(l))
		return true;
	for (size_t i = 0; persons[i]; i++)
		if (has_word(l, persons[i]))
			return true;
	return false;
}

bool
signature_announced(struct line l)
{
	static const char *const words[] = {
		"contact", "address",  "phone",      "number",  "reach me",  "call me", "account",
		"deliver", "here you", "here it is", "here is", "below",     "연락처",  "주소",
		"번호",    "계좌",     "아래",       "adresse", "dirección", "telefon", "teléfono",
		"住所",    "電話",     "地址",       "电话",    "адрес",     "телефон", NULL
	};

	return line_ends_colon(l) || line_has_any(l, words);
}

/* Bank accounts and orders look like telephone numbers. */
static bool
is_matter(struct line l)
{
	static const char *const words[] = { "은행",     "뱅크",    "계좌",       "예금주",
					     "농협",     "신협",    "새마을금고", "우체국",
					     "주문",     "송장",    "접수",       "bank",
					     "iban",     "bic",     "swift",      "account",
					     "order",    "invoice", "tracking",   "konto",
					     "commande", "pedido",  NULL };

	return line_has_any(l, words);
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

/* Enough of telephone, address and site to be a contact block. */
static bool
has_contacts(const struct line *lines, size_t count)
{
	unsigned telephone = 0, other = 0;

	for (size_t i = 0; i < count; i++) {
		struct line l = lines[i];

		telephone += has_telephone(l);
		other += line_has_address(l) || line_has(l, "www.") || line_has(l, "http") ||
			 line_has(l, "주소") || line_starts(l, "fax") || line_has(l, "팩스");
	}
	return telephone >= 1 && telephone + other >= 2;
}

bool
signature_contact(const struct line *lines, size_t count)
{
	if (count < 2 || count > 12 || !lines[0].len || has_telephone(lines[0]) ||
	    memchr(lines[0].at, ':', lines[0].len) || !has_contacts(lines, count))
		return false;
	for (size_t i = 0; i < count; i++) {
		struct line l = lines[i];

		if (l.len > 120 || labelled_matter(l) || is_matter(l) ||
		    (has_telephone(l) ? has_word(l, "me") : signature_said(l)))
			return false;
	}
	return true;
}
