/*
 * attribution: shapes of attribution lines. See attribution.h.
 *
 * Looks at a bounded number of lines from each start, so a whole text costs linear time. Never
 * decides what is quoted: reply.c does.
 */
#include "attribution.h"

#include <ctype.h>
#include <string.h>

#define ATTRIBUTION_LINES 6 /* clients break the sentence at 72 columns, and in odd places */
#define ATTRIBUTION_BYTES 400

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
				     "쓰신 글",
				     "đã viết",
				     "viết",
				     "пише",
				     "написав",
				     "pisze",
				     "a scris",
				     "เขียน",
				     "提到",
				     "menulis",
				     NULL };

/* How such a sentence begins when it does not begin with the date itself. */
static const char *const openers[] = {
	"on ",     "at ",     "am ",      "le ",   "el ",
	"il ",     "em ",     "op ",      "den ",  "på ",
	"pe ",     "w dniu ", "dnia ",    "dne ",  "в ",
	"в ",      "在",      "于",       "於",    "vào ",
	"pada ",   "--- on ", "---- on ", "--- ",  "in a message dated ",
	"în ",     "dne ",    "στις ",    "Στις ", "เมื่อ ",
	"no dia ", "在 ",     NULL
};

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

/* Somebody who tells a story: no client writes so. */
static const char *const own_voice[] = { "i wrote", "i said", "i told", "i sent", "i asked", "제가",
					 "내가",    "저는",   "나는",   "저희가", NULL };

/* "... wrote:", or "---- ... wrote ----" as one webmail has it. */
static bool
is_closed(struct line l)
{
	return line_ends_colon(l) || (line_starts(l, "---") && line_ends(l, "---"));
}

/*
 * A line that opens an attribution by itself: an opener or figures first, and a date or time in it.
 */
static bool
opens(struct line l)
{
	if (!l.len)
		return false;
	if (line_starts(l, "wiadomość napisana przez"))
		return true;
	if (!isdigit((unsigned char)*l.at) && !line_starts_any(l, openers))
		return false;
	return line_has_date(l) || line_has_time(l);
}

/* "Chair Shop wrote:": the verb is the last word. */
static bool
ends_with_verb(struct line l)
{
	while (l.len && strchr(":(a)-/", l.at[l.len - 1]) && !line_ends_any(l, verbs))
		l = line_trim(l.at, l.len - 1);
	if (line_ends(l, "：") || line_ends(l, "("))
		l = line_trim(l.at, l.len - strlen(line_ends(l, "(") ? "(" : "："));
	return line_ends_any(l, verbs) && (!line_ends(l, "작성") || line_ends(l, "님이 작성"));
}

/*
 * An address that a client set apart: in brackets, behind a comma or the verb. In a sentence it
 * stands behind a word: "your agent kim@example.com wrote:".
 */
static bool
address_apart(struct line l)
{
	struct line address = line_address(l), before;

	if (!address.len)
		return false;
	before = line_trim(l.at, (size_t)(address.at - l.at));
	return !before.len || strchr("<[(,:\"'|;", before.at[before.len - 1]) ||
	       line_ends_any(before, verbs);
}

/* Judges one joined candidate. */
static enum trust
judge_sentence(struct line l)
{
	bool date = line_has_date(l), address = line_has_address(l), time, verb, apart;

	if (!is_closed(l))
		return date && address && l.len < 200 ? TRUST_WITH_QUOTE : TRUST_NONE;
	time = line_has_time(l);
	/* "... schrieb am Di., 16. Aug. 2016 um 12:52 Uhr:" has it earlier: look everywhere. */
	verb = line_has_any(l, verbs);
	apart = address && address_apart(l);
	if (date && (time || verb) && apart)
		return TRUST_ALL;
	if (line_has_any(l, own_voice))
		return TRUST_NONE;
	if ((date && time) || (address && (verb || apart || date)))
		return TRUST_WITH_QUOTE;
	return verb && ends_with_verb(l) ? TRUST_WITH_QUOTE : TRUST_NONE;
}

/* How many '(' wait for their ')'; less than nothing when there is one too many. */
static int
open_brackets(struct line l)
{
	int n = 0;

	for (size_t i = 0; i < l.len; i++)
		n += (l.at[i] == '(') - (l.at[i] == ')');
	return n;
}

/*
 * Whether line n, which could open an attribution, goes on with the one that lines[0] began rather
 * than leaving it as somebody's words.
 */
static bool
goes_on(const struct line *lines, size_t n, bool opened)
{
	if (opened)
		return judge_sentence(lines[n]) != TRUST_ALL;
	if (!line_has_address(lines[0]))
		return false;
	return !line_has_date(lines[n]) || line_has_any(lines[0], verbs) ||
	       open_brackets(lines[n]) < 0;
}

enum trust
attribution_find(const struct line *lines, size_t count, size_t *ret_lines)
{
	char text[ATTRIBUTION_BYTES];
	size_t len = 0;
	bool opened;

	if (!count || !lines[0].len || lines[0].len > ATTRIBUTION_BYTES)
		return TRUST_NONE;
	opened = opens(lines[0]);
	if (!opened && !line_has_date(lines[0]) && !line_has_address(lines[0]) &&
	    !line_ends_colon(lines[0]))
		return TRUST_NONE;
	for (size_t n = 0; n < count && n < ATTRIBUTION_LINES; n++) {
		enum trust trust;

		/* Only a sentence that was clearly opened runs on past an empty line. */
		if (!lines[n].len && (!opened || line_ends_sentence(lines[n - 1])))
			break;
		/* The sentence before was somebody's words when a better opening comes. */
		if (n && opens(lines[n]) && !goes_on(lines, n, opened))
			return TRUST_NONE;
		if (!lines[n].len || !join(text, &len, lines[n]))
			continue;
		trust = judge_sentence((struct line){ text, len });
		if (trust == TRUST_NONE || (trust == TRUST_WITH_QUOTE && !opened && n))
			continue;
		/* A first line that is a whole sentence is somebody's words, not a client's. */
		if (n && !opened && line_ends_sentence(lines[0]) && open_brackets(lines[0]) <= 0)
			return TRUST_NONE;
		*ret_lines = n + 1;
		if (trust == TRUST_WITH_QUOTE && n + 1 < count && line_ends_colon(lines[n + 1]) &&
		    (!is_closed((struct line){ text, len }) || open_brackets(lines[n]) > 0))
			continue;
		return trust;
	}
	return TRUST_NONE;
}

bool
attribution_marker(struct line l)
{
	static const char *const above[] = { "above this line",
					     "above the line",
					     "above this text",
					     "위에 답장",
					     "위에 회신",
					     "위에 답변",
					     "위로 답장",
					     "위에 작성",
					     "über dieser zeile",
					     "oberhalb dieser",
					     "au-dessus de cette ligne",
					     "encima de esta línea",
					     "acima desta linha",
					     "sopra questa riga",
					     "boven deze regel",
					     "この行より上",
					     "この線より上",
					     "在此行上方",
					     "在这行上面",
					     NULL };
	struct line inner = l;

	while (inner.len && strchr("#-=_*~> ", *inner.at))
		inner = (struct line){ inner.at + 1, inner.len - 1 };
	if (l.len > 160 || !inner.len)
		return false;
	if (l.len - inner.len < 2 && !line_starts(inner, "please type your reply above") &&
	    !line_starts(inner, "reply above this line"))
		return false;
	return line_has_any(inner, above);
}
