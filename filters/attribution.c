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

	if (!line_ends_colon(l))
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
	    !line_ends_colon(lines[0]))
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
		if (trust == TRUST_WITH_QUOTE && !line_ends_colon((struct line){ text, len }) &&
		    n + 1 < count && line_ends_colon(lines[n + 1]))
			continue;
		return trust;
	}
	return TRUST_NONE;
}
