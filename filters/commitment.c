/*
 * commitment: see commitment.h. Here: the sentences of a text, and which of them lean on another.
 */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* memmem */
#endif
#include "commitment.h"

#include <ctype.h>
#include <errno.h>
#include <string.h>
#include <strings.h>

#include "commitment_internal.h"
#include "fold.h"
#include "sentence.h"

#define QUOTE_MAX 1000 /* bytes in quotation marks; a longer stretch is none */
#define GREETING_MAX 60
#define SENTENCE_MAX 4000 /* bytes read of one sentence */
#define MASK '_'

struct search {
	struct arena *arena;
	const struct folded *plain;
	char *masked; /* plain without what is quoted, byte for byte */
	/* Of the same paragraph: */
	bool asked_if; /* the sentence before asks, on a condition */
	bool item;     /* the latest "what: ..." line that is no date, at item_offset */
	size_t item_offset, item_end;
	struct commitment *list;
	size_t count;
};

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static void
mask(char *text, size_t from, size_t to)
{
	for (size_t i = from; i < to; i++)
		if (!is_blank(text[i]))
			text[i] = MASK;
}

/* What is in quotation marks, in one paragraph. */
static void
mask_quotes(char *text, size_t len)
{
	static const struct {
		const char *open, *close;
	} quotes[] = { { "\"", "\"" }, { "“", "”" }, { "「", "」" }, { "『", "』" }, { "«", "»" } };

	for (size_t i = 0; i < len; i++)
		for (size_t q = 0; q < sizeof(quotes) / sizeof(*quotes); q++) {
			size_t open = strlen(quotes[q].open), room = len - i - open;
			const char *close, *paragraph;

			if (len - i < open || memcmp(text + i, quotes[q].open, open) != 0)
				continue;
			room = room < QUOTE_MAX ? room : QUOTE_MAX;
			close = memmem(text + i + open, room, quotes[q].close,
				       strlen(quotes[q].close));
			paragraph = memmem(text + i + open, room, "\n\n", 2);
			if (!close || (paragraph && paragraph < close))
				continue;
			mask(text, i + open, (size_t)(close - text));
			i = (size_t)(close - text) + strlen(quotes[q].close) - 1;
			break;
		}
}

static void
mask_quoted_lines(char *text, size_t len)
{
	for (size_t i = 0; i < len;) {
		const char *eol = memchr(text + i, '\n', len - i);
		size_t end = eol ? (size_t)(eol - text) : len;

		if (text[i] == '>')
			mask(text, i, end);
		i = end + 1;
	}
}

/* Dashes, apostrophes and list marks as ASCII has them; a NUL would end the sentence early. */
static char *
plain_marks(struct arena *arena, const char *text, size_t len)
{
	static const struct {
		const char *from;
		char to;
	} marks[] = { { "’", '\'' }, { "‘", '\'' }, { "“", '"' }, { "”", '"' },
		      { "–", '-' },  { "—", '-' },  { "−", '-' }, { "∼", '~' },
		      { "〜", '~' }, { "·", ' ' },  { "•", ' ' } };
	char *copy = arena_alloc(arena, len + 1);
	size_t n = 0;

	if (!copy)
		return NULL;
	for (size_t i = 0; i < len;) {
		size_t used = 1;
		char c = text[i] ? text[i] : ' ';

		for (size_t m = 0; (unsigned char)c >= 0x80 && m < sizeof(marks) / sizeof(*marks);
		     m++)
			if (len - i >= strlen(marks[m].from) &&
			    memcmp(text + i, marks[m].from, strlen(marks[m].from)) == 0) {
				c = marks[m].to;
				used = strlen(marks[m].from);
				break;
			}
		copy[n++] = c;
		i += used;
	}
	copy[n] = '\0';
	return copy;
}

static bool
is_korean(const char *sentence)
{
	size_t korean = 0, latin = 0;

	for (const char *s = sentence; *s; s++) {
		korean += is_hangul(s);
		latin += isalpha((unsigned char)*s) != 0;
	}
	return korean * 2 > latin;
}

static bool
is_question(const char *sentence)
{
	const char *end = sentence + strlen(sentence);

	while (end > sentence && strchr(" \"')!.", end[-1]))
		end--;
	return end > sentence && end[-1] == '?';
}

/* The sentence on one line, without its full stop, at most COMMITMENT_TEXT_MAX bytes. */
static const char *
shown(struct arena *arena, const char *text, size_t len)
{
	static const char more[] = "…";
	struct buf b = { .arena = arena };
	size_t room = COMMITMENT_TEXT_MAX - (sizeof(more) - 1);

	while (len > 0 && (is_blank(text[len - 1]) || text[len - 1] == '.'))
		len--;
	for (size_t i = 0; i < len; i++) {
		if (b.len >= room && ((unsigned char)text[i] & 0xc0) != 0x80 &&
		    len - i > sizeof(more) - 1) {
			while (b.len >
			       room) /* the last character crosses the bound: leave it out */
				while (b.len > 0 && ((unsigned char)b.at[--b.len] & 0xc0) == 0x80)
					;
			buf_add(&b, more, sizeof(more) - 1);
			break;
		}
		if (!is_blank(text[i]) && text[i] != '\0')
			buf_add_char(&b, text[i]);
		else if (b.len > 0 && b.at[b.len - 1] != ' ')
			buf_add_char(&b, ' ');
	}
	return buf_string(&b);
}

/*
 * A line of a list that gives the date of what the line before it names, as letters with a plan in
 * them do: "- 기한: 12월 3일(목) 오후 2시", "- By when: 5 pm on Tuesday".
 */
static bool
read_label(const char *sentence, struct due_words *due)
{
	static const char *const labels[] = { "by when",     "new date",    "기한",
					      "새 기한",     "완료 예정일", "처리 예정일",
					      "발송 예정일", "도착 예정일", "방문 예정일",
					      "받으실 때",   NULL };
	const char *s = sentence + strspn(sentence, " -*");

	for (size_t i = 0; labels[i]; i++) {
		const char *p = s;

		if (!word_at(p, labels[i]))
			continue;
		p = spaces_skip(p + strlen(labels[i]));
		if (*p != ':')
			continue;
		p = spaces_skip(p + 1);
		return due_read(p, ' ', due) && strspn(due->end, " .") == strlen(due->end);
	}
	return false;
}

/* Whether the line names something ("조치: 교환품 발송"), and neither a date nor who does it. */
static bool
is_item(const char *sentence)
{
	const char *colon = strchr(sentence, ':'), *s = sentence + strspn(sentence, " -*");
	struct due_words due;

	return colon && strncmp(s, "담당", strlen("담당")) != 0 && !word_at(s, "who") &&
	       !due_read(spaces_skip(colon + 1), ' ', &due);
}

static int
add(struct search *s, size_t offset, size_t length, const char *text, const struct reading_of *r)
{
	size_t source, source_length;

	if (!text)
		return -ENOMEM;
	fold_source(s->plain, offset, length, &source, &source_length);
	for (size_t i = 0; i < r->count && s->count < COMMITMENTS_MAX; i++) {
		if (r->found[i].words.counted && s->asked_if)
			continue;
		s->list[s->count++] = (struct commitment){
			.offset = source,
			.length = source_length,
			.text = text,
			.due = r->found[i].words.due,
			.by_mail = r->found[i].by_mail,
		};
	}
	return 0;
}

/* A stretch as the readers of a language want it; NULL when memory is out. */
static char *
prepared(struct arena *arena, const char *text, size_t len)
{
	struct folded folded;

	if (fold_text(arena, VIEW_FOLDED, text, len, &folded) < 0)
		return NULL;
	return plain_marks(arena, folded.text, folded.len);
}

/* What the latest item names: "교환품 발송". */
static const char *
item_shown(const struct search *s)
{
	const char *at = s->plain->text + s->item_offset, *end = s->plain->text + s->item_end;
	const char *colon = memchr(at, ':', (size_t)(end - at));

	at = colon ? colon + 1 : at;
	return shown(s->arena, at, (size_t)(end - at));
}

static int
read_sentence(struct search *s, size_t offset, size_t length)
{
	struct reading_of r = { .count = 0 };
	const char *text = NULL;
	char *sentence;
	int error;

	if (length > SENTENCE_MAX)
		length = SENTENCE_MAX;
	sentence = prepared(s->arena, s->masked + offset, length);
	if (!sentence)
		return -ENOMEM;
	if (is_question(sentence)) {
		s->asked_if = false;
		return 0;
	}
	if (is_item(sentence)) {
		s->item = true;
		s->item_offset = offset;
		s->item_end = offset + length;
	}
	if (read_label(sentence, &r.found[0].words)) {
		r.count = 1;
		length += s->item ? offset - s->item_offset : 0;
		offset = s->item ? s->item_offset : offset;
		text = s->item ? item_shown(s) : NULL;
	} else if (is_korean(sentence))
		commitment_read_korean(sentence, &r);
	else
		commitment_read_english(sentence, &r);
	if (r.count > 0 && (!text || !*text))
		text = shown(s->arena, s->plain->text + offset, length);
	error = r.count > 0 ? add(s, offset, length, text, &r) : 0;
	s->asked_if = r.asks_if;
	return error;
}

static bool
ends_with_any(const char *text, size_t len, const char *const *words)
{
	for (; *words; words++) {
		size_t n = strlen(*words);

		if (len >= n && memcmp(text + len - n, *words, n) == 0)
			return true;
	}
	return false;
}

/* "Hello Jane,", "고객님,": a line that greets and is no part of what follows it. */
static bool
is_greeting(const char *line, size_t len)
{
	static const char *const words[] = { "hello",        "hi",           "dear",
					     "hey",          "good morning", "good afternoon",
					     "good evening", "greetings" };

	if (len > GREETING_MAX || len == 0 || line[len - 1] != ',')
		return false;
	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++) {
		size_t n = strlen(words[i]);

		if (len > n && strncasecmp(line, words[i], n) == 0 &&
		    !isalpha((unsigned char)line[n]))
			return true;
	}
	return len > strlen("님,") && memcmp(line + len - strlen("님,"), "님,", strlen("님,")) == 0;
}

/*
 * Whether what sentence_around() took for a boundary at `next` is none: "2026. 12. 3.까지", or a
 * line that was broken by hand in the middle of a clause.
 */
static bool
goes_on(const char *text, size_t at, size_t end, size_t next, size_t len)
{
	static const char *const open[] = { "까지", "이내에", "안에", "중으로", "내로",
					    "에",   ",",      "고",   "면",     NULL };
	unsigned breaks = 0;

	for (size_t i = end; i < next; i++)
		breaks += text[i] == '\n';
	if (next >= len || end == 0 || breaks > 1)
		return false;
	if (breaks == 0)
		return end > 1 && text[end - 1] == '.' && isdigit((unsigned char)text[end - 2]) &&
		       (isdigit((unsigned char)text[next]) || text[next] == '(' ||
			(unsigned char)text[next] >= 0x80);
	if (text[next] == '-' || text[next] == '*' || is_greeting(text + at, end - at))
		return false;
	return ends_with_any(text, end, open) ||
	       (islower((unsigned char)text[end - 1]) && islower((unsigned char)text[next]));
}

static size_t
trimmed(const char *text, size_t start, size_t end)
{
	while (end > start && is_blank(text[end - 1]))
		end--;
	return end;
}

static int
read_text(struct search *s)
{
	const char *text = s->masked;
	size_t len = s->plain->len, at = 0;
	int r = 0;

	while (at < len && s->count < COMMITMENTS_MAX && r == 0) {
		size_t end, next = at, from, length;
		unsigned breaks = 0;

		do {
			sentence_around(text, len, next, 1, &from, &length);
			next = from + length > next ? from + length : next + 1;
			end = trimmed(text, at, next);
		} while (next < len && next - at < SENTENCE_MAX &&
			 goes_on(text, at, end, next, len));
		if (end > at)
			r = read_sentence(s, at, end - at);
		for (size_t i = end; i < next; i++)
			breaks += text[i] == '\n';
		if (breaks > 1)
			s->asked_if = false;
		/* Mail programs part the lines of a list by empty ones. */
		if (breaks > 1 && next < len && text[next] != '-' && text[next] != '*')
			s->item = false;
		at = next;
	}
	return r;
}

int
commitments_find(struct arena *arena, const char *text, size_t len, struct commitment **ret,
		 size_t *ret_count)
{
	struct search s = { .arena = arena };
	struct folded plain;
	int r;

	if (len > COMMITMENT_LOOK_AT)
		for (len = COMMITMENT_LOOK_AT;
		     len > 0 && ((unsigned char)text[len] & 0xc0) == 0x80;)
			len--;
	r = fold_text(arena, VIEW_PLAIN, text, len, &plain);
	if (r < 0)
		return r;
	s.plain = &plain;
	s.masked = arena_strndup(arena, plain.text, plain.len);
	s.list = arena_calloc(arena, COMMITMENTS_MAX, sizeof(*s.list));
	if (!s.masked || !s.list)
		return -ENOMEM;
	mask_quoted_lines(s.masked, plain.len);
	mask_quotes(s.masked, plain.len);
	r = read_text(&s);
	if (r < 0)
		return r;
	*ret = s.list;
	*ret_count = s.count;
	return 0;
}

int
commitment_by_mail(struct arena *arena, const char *text, bool *ret)
{
	const char *words = prepared(arena, text, strnlen(text, SENTENCE_MAX));

	if (!words)
		return -ENOMEM;
	*ret = is_korean(words) ? commitment_mails_korean(words) : commitment_mails_english(words);
	return 0;
}
