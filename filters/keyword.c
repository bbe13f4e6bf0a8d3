/*
 * keyword: see keyword.h.
 */
#include "keyword.h"

#include <ctype.h>
#include <errno.h>
#include <stdbool.h>
#include <string.h>

#include "fold.h"

#define LOOKED_MAX 2000 /* words of a mail that are looked at */
#define BODY_MAX (32u << 10)

/* In their folded form, after what is taken off. */
static const char *const stop_words[] = {
	"the",
	"and",
	"for",
	"you",
	"your",
	"are",
	"was",
	"were",
	"have",
	"has",
	"had",
	"not",
	"but",
	"this",
	"that",
	"with",
	"from",
	"they",
	"them",
	"their",
	"there",
	"what",
	"when",
	"where",
	"which",
	"who",
	"why",
	"how",
	"all",
	"any",
	"can",
	"could",
	"would",
	"should",
	"will",
	"shall",
	"may",
	"might",
	"must",
	"did",
	"doe",
	"does",
	"done",
	"been",
	"being",
	"our",
	"out",
	"his",
	"her",
	"its",
	"she",
	"him",
	"into",
	"over",
	"under",
	"again",
	"then",
	"than",
	"too",
	"very",
	"just",
	"only",
	"also",
	"now",
	"here",
	"some",
	"such",
	"more",
	"most",
	"other",
	"own",
	"same",
	"about",
	"after",
	"before",
	"because",
	"until",
	"while",
	"please",
	"hello",
	"dear",
	"thank",
	"thanks",
	"regard",
	"regards",
	"kind",
	"sincerely",
	"best",
	"want",
	"need",
	"get",
	"got",
	"let",
	"say",
	"said",
	"tell",
	"told",
	"know",
	"see",
	"one",
	"two",
	"day",
	"week",
	"month",
	"today",
	"time",
	"still",
	"never",
	"ever",
	"yet",
	"nobody",
	"hear",
	"don",
	"isn",
	"won",
	"back",
	"money",
	"refund",
	"order",
	"product",
	"item",
	"lawyer",
	"sue",
	"sued",
	"complaint",
	"if",
	"re",
	"fwd",
	"by",
	"to",
	"of",
	"in",
	"on",
	"at",
	"is",
	"it",
	"me",
	"my",
	"we",
	"us",
	"or",
	"so",
	"no",
	"do",
	"be",
	"as",
	"an",
	"am",
	"he",
	"up",
	"안녕하세",
	"안녕하세요",
	"안녕하십니까",
	"감사합니다",
	"부탁드립니다",
	"문의",
	"문의드립니다",
	"고객",
	"고객센터",
	"주문",
	"주문번호",
	"제품",
	"상품",
	"물건",
	"환불",
	"교환",
	"그리고",
	"그런데",
	"하지만",
	"그래서",
	"정말",
	"너무",
	"진짜",
	"계속",
	"지금",
	"오늘",
	"어제",
	"내일",
	"이번",
	"지난",
	"지난주",
	"금요일",
	"다시",
	"이것",
	"그것",
	"저희",
	"제가",
	"저는",
	"여기",
	"거기",
	"무슨",
	"어떻게",
	"언제",
	"왜",
	"많이",
	"아직",
	"이미",
	"바로",
	"있습니다",
	"없습니다",
	"합니다",
	"했습니다",
	"됩니다",
	"입니다",
	"주세요",
	"바랍니다",
	"하겠습니다",
	"있는",
	"없는",
	"하는",
	"해서",
	"해도",
	"때문",
	"경우",
	"정도",
	"이상",
	"관련",
	"확인",
	"연락",
	"요청",
	"해주세요",
	"주시기",
	"주십시오",
	"안되면",
	"되면",
	"신고하겠습니다",
	"고소하겠습니다",
	"않으면",
	"번이나",
	"매번",
};

/* The longer first. Taken off when two syllables are left. */
static const char *const particles[] = {
	"에서는", "으로는", "이라고", "에게서", "입니다", "이에요", "예요", "에서",
	"에게",   "한테",   "으로",   "까지",   "부터",   "처럼",   "보다", "이나",
	"이랑",   "하고",   "은",     "는",     "이",     "가",     "을",   "를",
	"의",     "에",     "도",     "로",     "와",     "과",     "만",
};

/*
 * What makes verbs of nouns ("환불하다", "고장되다"), taken off likewise: who asks for a refund in
 * whatever form names the same thing.
 */
static const char *const verb_endings[] = {
	"하였습니다", "되었습니다", "했습니다", "됐습니다", "합니다", "됩니다", "했는데",
	"됐는데",     "하는데",     "되는데",   "했어요",   "됐어요", "하세요", "해주세",
	"해줘요",     "하지만",     "하지",     "되지",     "하면",   "되면",   "하고",
	"되고",       "하는",       "되는",     "하게",     "하여",   "되어",   "해야",
	"해서",       "돼서",       "해도",     "돼도",     "해요",   "돼요",   "해줘",
	"했던",       "됐던",       "했다",     "됐다",     "한다",   "된다",   "해",
	"돼",         "한",         "된",       "할",       "될",     "함",     "됨",
};

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

struct found {
	struct arena *arena;
	const char **list;
	size_t count, looked;
	char last[KEYWORD_BYTES_MAX + 1]; /* the word just before, "" when none stands there */
};

static bool
is_hangul(const char *s)
{
	return (unsigned char)s[0] >= 0xea && (unsigned char)s[0] <= 0xed;
}

/* A letter, a digit, or a byte of one that is not ASCII; signs of U+2000 to U+303F are none. */
static bool
is_word(const char *s)
{
	unsigned char c = (unsigned char)*s;

	return isalnum(c) ||
	       (c >= 0x80 && c != 0xe2 && c != 0xc2 && !(c == 0xe3 && (unsigned char)s[1] == 0x80));
}

/* How long the character is that begins here. */
static size_t
step(const char *s, size_t len)
{
	size_t n = 1;

	while (n < len && ((unsigned char)s[n] & 0xc0) == 0x80)
		n++;
	return n;
}

static bool
is_stop(const char *word)
{
	for (size_t i = 0; i < COUNT(stop_words); i++)
		if (strcmp(stop_words[i], word) == 0)
			return true;
	return false;
}

/* Takes the first of the endings off that leaves two syllables, of three bytes each. */
static bool
take_off(char *word, const char *const *endings, size_t count)
{
	size_t len = strlen(word);

	for (size_t i = 0; i < count; i++) {
		size_t n = strlen(endings[i]);

		if (len >= n + 6 && strcmp(word + len - n, endings[i]) == 0) {
			word[len - n] = '\0';
			return true;
		}
	}
	return false;
}

/* Takes off what only grammar puts there. */
static void
strip(char *word)
{
	size_t len = strlen(word);

	if (is_hangul(word)) {
		if (!take_off(word, verb_endings, COUNT(verb_endings)))
			take_off(word, particles, COUNT(particles));
	} else if (len > 5 && strcmp(word + len - 3, "ies") == 0) {
		strcpy(word + len - 3, "y");
	} else if (len > 4 && word[len - 1] == 's' && word[len - 2] != 's') {
		word[len - 1] = '\0';
	}
}

/* Long enough to mean something: two syllables, or three letters. */
static bool
says_something(const char *word)
{
	size_t len = strlen(word);

	return len >= (is_hangul(word) ? 6 : 3) && strspn(word, "0123456789") < len;
}

static int
keep(struct found *f, const char *word)
{
	for (size_t i = 0; i < f->count; i++)
		if (strcmp(f->list[i], word) == 0)
			return 0;
	if (f->count == KEYWORD_MAX)
		return 0;
	f->list[f->count] = arena_strdup(f->arena, word);
	return f->list[f->count++] ? 0 : -ENOMEM;
}

static int
take_word(struct found *f, const char *at, size_t len)
{
	char word[KEYWORD_BYTES_MAX + 1], pair[2 * KEYWORD_BYTES_MAX + 2];
	bool kept = len <= KEYWORD_BYTES_MAX;
	int r;

	if (kept) {
		memcpy(word, at, len);
		word[len] = '\0';
		kept = !is_stop(word);
		strip(word);
		kept = kept && !is_stop(word) && says_something(word);
	}
	if (!kept) {
		f->last[0] = '\0';
		return 0;
	}
	r = keep(f, word);
	if (r == 0 && f->last[0] && strlen(f->last) + 1 + strlen(word) <= KEYWORD_BYTES_MAX) {
		strcpy(pair, f->last);
		strcat(pair, " ");
		strcat(pair, word);
		r = keep(f, pair);
	}
	strcpy(f->last, word);
	return r;
}

static bool
is_hidden(const struct keyword_hidden *hidden, size_t count, const char *part, size_t offset,
	  size_t length)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(hidden[i].part, part) == 0 &&
		    offset < hidden[i].offset + hidden[i].length &&
		    hidden[i].offset < offset + length)
			return true;
	return false;
}

/* The words of one stretch; `start` is where it begins in its part. */
static int
take_stretch(struct found *f, const char *part, const char *text, size_t start, size_t len,
	     const struct keyword_hidden *hidden, size_t hidden_count)
{
	struct folded view;
	size_t at = 0, end, offset, length;
	int r = fold_text(f->arena, VIEW_FOLDED, text + start, len, &view);

	f->last[0] = '\0';
	while (r == 0 && at < view.len && f->count < KEYWORD_MAX && f->looked < LOOKED_MAX) {
		for (end = at; end < view.len && is_word(view.text + end);)
			end += step(view.text + end, view.len - end);
		if (end == at) {
			/* Only blanks may stand between a pair. */
			if (view.text[at] != ' ')
				f->last[0] = '\0';
			at += step(view.text + at, view.len - at);
			continue;
		}
		f->looked++;
		fold_source(&view, at, end - at, &offset, &length);
		if (is_hidden(hidden, hidden_count, part, start + offset, length))
			f->last[0] = '\0';
		else
			r = take_word(f, view.text + at, end - at);
		at = end;
	}
	return r;
}

int
keywords_read(struct arena *arena, const struct message *m, const struct keyword_hidden *hidden,
	      size_t hidden_count, const char ***ret, size_t *ret_count)
{
	struct found f = { .arena = arena,
			   .list = arena_calloc(arena, KEYWORD_MAX, sizeof(*f.list)) };
	size_t room = BODY_MAX;
	int r = f.list ? 0 : -ENOMEM;

	if (r == 0)
		r = take_stretch(&f, "subject", m->subject, 0, strlen(m->subject), hidden,
				 hidden_count);
	for (size_t i = 0; r == 0 && i < m->segment_count && room > 0; i++) {
		const struct segment *s = &m->segments[i];
		size_t len = s->length < room ? s->length : room;

		if (s->kind != SEGMENT_NEW)
			continue;
		r = take_stretch(&f, "body", m->body, s->offset, len, hidden, hidden_count);
		room -= len;
	}
	if (r < 0)
		return r;
	*ret = f.list;
	*ret_count = f.count;
	return 0;
}
