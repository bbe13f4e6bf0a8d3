/*
 * subject: subjects compared without the marks of an answer. See subject.h.
 */
#include "subject.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

#define WIDE_COLON "\xef\xbc\x9a" /* U+FF1A */
#define DIGITS_MAX 3              /* of "Re[2]:" */

static const char *
skip_space(const char *p)
{
	while (isspace((unsigned char)*p))
		p++;
	return p;
}

/* "[2]" or "(2)", "^2" of some mailers; p when there is none. */
static const char *
skip_count(const char *p)
{
	const char *digits = *p == '[' || *p == '(' || *p == '^' ? p + 1 : p;
	size_t count = strspn(digits, "0123456789");

	if (digits == p || count == 0 || count > DIGITS_MAX)
		return p;
	if (*p == '^')
		return digits + count;
	return digits[count] == (*p == '[' ? ']' : ')') ? digits + count + 1 : p;
}

/* Behind one mark of an answer and the space after it; NULL when there is none. */
static const char *
skip_mark(const char *p)
{
	static const char *const marks[] = { "re",   "ＲＥ", "aw",   "sv",
					     "antw", "답장", "회신", "답변" };

	for (size_t i = 0; i < sizeof(marks) / sizeof(marks[0]); i++) {
		size_t len = strlen(marks[i]);
		const char *end;

		if (strncasecmp(p, marks[i], len) != 0)
			continue;
		end = skip_space(skip_count(p + len));
		if (*end == ':')
			return skip_space(end + 1);
		if (strncmp(end, WIDE_COLON, sizeof(WIDE_COLON) - 1) == 0)
			return skip_space(end + sizeof(WIDE_COLON) - 1);
	}
	return NULL;
}

bool
subject_is_answer(const char *subject)
{
	return subject && skip_mark(skip_space(subject));
}

/* Single spaces in it, none at the end. */
static void
tidy_space(char *s)
{
	char *out = s;

	for (const char *p = s; *p; p++) {
		if (!isspace((unsigned char)*p))
			*out++ = *p;
		else if (out > s && out[-1] != ' ')
			*out++ = ' ';
	}
	if (out > s && out[-1] == ' ')
		out--;
	*out = '\0';
}

static size_t
characters(const char *s)
{
	size_t count = 0;

	for (; *s; s++)
		count += ((unsigned char)*s & 0xc0) != 0x80;
	return count;
}

/* Whether it is `plain` but for case, spaces and signs. */
static bool
reads_as(const char *s, const char *plain)
{
	for (; *s; s++) {
		if ((unsigned char)*s < 0x80 && !isalnum((unsigned char)*s))
			continue;
		if (*plain == '\0' || tolower((unsigned char)*s) != (unsigned char)*plain)
			return false;
		plain++;
	}
	return *plain == '\0';
}

/* What two strangers, or one person twice, write over different matters. */
static bool
is_generic(const char *s)
{
	static const char *const generic[] = {
		"",
		"aquestion",
		"complaint",
		"contactform",
		"contactus",
		"customercomplaint",
		"customerservice",
		"customersupport",
		"emptysubject",
		"feedback",
		"generalinquiry",
		"helpneeded",
		"helpplease",
		"ihaveaquestion",
		"importantmessage",
		"newmessage",
		"nosubject",
		"orderinquiry",
		"pleasehelp",
		"pleasereply",
		"pleaserespond",
		"question",
		"questions",
		"refundrequest",
		"requestforrefund",
		"supportrequest",
		"urgentplease",
		"withoutsubject",
		"yourorder",
		"고객문의드립니다",
		"교환문의드립니다",
		"교환요청드립니다",
		"답변부탁드립니다",
		"문의드립니다",
		"문의사항이있습니다",
		"반품문의드립니다",
		"반품요청드립니다",
		"배송문의드립니다",
		"빠른답변부탁드립니다",
		"안녕하세요문의드립니다",
		"제목없음",
		"주문문의드립니다",
		"취소요청드립니다",
		"환불문의드립니다",
		"환불부탁드립니다",
		"환불요청드립니다",
	};

	for (size_t i = 0; i < sizeof(generic) / sizeof(generic[0]); i++)
		if (reads_as(s, generic[i]))
			return true;
	return false;
}

const char *
subject_plain(struct arena *arena, const char *subject)
{
	const char *p, *next;
	char *base;

	if (!subject || strlen(subject) > SUBJECT_BYTES_MAX)
		return "";
	p = skip_space(subject);
	for (int i = 0; i < SUBJECT_PREFIXES_MAX && (next = skip_mark(p)); i++)
		p = next;
	base = arena_strdup(arena, p);
	if (!base)
		return NULL;
	tidy_space(base);
	return base;
}

const char *
subject_base(struct arena *arena, const char *subject)
{
	const char *base = subject_plain(arena, subject);

	if (!base)
		return NULL;
	return characters(base) < SUBJECT_CHARACTERS_MIN || is_generic(base) ? "" : base;
}
