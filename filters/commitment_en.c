/*
 * commitment_en: who does what by when in an English sentence.
 *
 * One walk over the words with a mood: of the main clause, and of the clause at hand. Phrases
 * change it ("we will": ours; "please": asked of the reader; "if": a condition), commas and
 * conjunctions lead back to the main clause, and a due time is ours when the mood is. A due time
 * that opens a clause waits for the first phrase behind it.
 */
#include <ctype.h>
#include <string.h>

#include "commitment_internal.h"

enum mood {
	MOOD_NONE,      /* nothing said yet */
	MOOD_OURS,      /* we will */
	MOOD_ASKED,     /* the reader is asked to */
	MOOD_CONDITION, /* if, when: until the clause ends */
	MOOD_OTHER,     /* what happened, what may be: until the clause ends */
	MOOD_REPORTED,  /* "you wrote that ...": until the sentence ends */
};

/* A phrase before the ones that it is the beginning of. */
static const struct phrase {
	const char *text;
	enum mood mood;
} phrases[] = {
	{ "you can expect", MOOD_OURS },
	{ "please expect", MOOD_OURS },
	{ "i promise", MOOD_OURS },
	{ "we promise", MOOD_OURS },
	{ "scheduled to", MOOD_OURS },
	{ "due to arrive", MOOD_OURS },
	{ "i am sending", MOOD_OURS },
	{ "we are sending", MOOD_OURS },
	{ "we are shipping", MOOD_OURS },
	{ "i am calling", MOOD_OURS },
	{ "i'm sending", MOOD_OURS },
	{ "we're sending", MOOD_OURS },
	{ "we're shipping", MOOD_OURS },
	{ "i'm calling", MOOD_OURS },
	{ "am going to", MOOD_OURS },
	{ "are going to", MOOD_OURS },
	{ "i'm going to", MOOD_OURS },
	{ "we're going to", MOOD_OURS },
	{ "you need", MOOD_ASKED },
	{ "you must", MOOD_ASKED },
	{ "you should", MOOD_ASKED },
	{ "you have to", MOOD_ASKED },
	{ "you can", MOOD_ASKED },
	{ "you may", MOOD_ASKED },
	{ "you could", MOOD_ASKED },
	{ "could you", MOOD_ASKED },
	{ "can you", MOOD_ASKED },
	{ "would you", MOOD_ASKED },
	{ "will you", MOOD_ASKED },
	{ "please", MOOD_ASKED },
	{ "kindly", MOOD_ASKED },
	{ "let us know", MOOD_ASKED },
	{ "let me know", MOOD_ASKED },
	{ "let me", MOOD_OURS },
	{ "expect our", MOOD_OURS },
	{ "tell us", MOOD_ASKED },
	{ "tell me", MOOD_ASKED },
	{ "send us", MOOD_ASKED },
	{ "send me", MOOD_ASKED },
	{ "ask you to", MOOD_ASKED },
	{ "make sure", MOOD_ASKED },
	{ "feel free", MOOD_ASKED },
	{ "need you to", MOOD_ASKED },
	{ "need your", MOOD_ASKED },
	{ "we need", MOOD_OTHER },
	{ "i need", MOOD_OTHER },
	{ "if", MOOD_CONDITION },
	{ "when", MOOD_CONDITION },
	{ "once", MOOD_CONDITION },
	{ "unless", MOOD_CONDITION },
	{ "without", MOOD_CONDITION },
	{ "whether", MOOD_CONDITION },
	{ "should you", MOOD_CONDITION },
	{ "provided", MOOD_CONDITION },
	{ "as soon as possible", MOOD_NONE },
	{ "as soon as", MOOD_CONDITION },
	{ "after we", MOOD_CONDITION },
	{ "after i", MOOD_CONDITION },
	{ "after you", MOOD_CONDITION },
	{ "after it", MOOD_CONDITION },
	{ "after the", MOOD_CONDITION },
	{ "before you", MOOD_CONDITION },
	{ "until you", MOOD_CONDITION },
	{ "until we", MOOD_CONDITION },
	{ "can", MOOD_OTHER },
	{ "could", MOOD_OTHER },
	{ "would", MOOD_OTHER },
	{ "may", MOOD_OTHER },
	{ "might", MOOD_OTHER },
	{ "should", MOOD_OTHER },
	{ "hope to", MOOD_OTHER },
	{ "aim to", MOOD_OTHER },
	{ "try to", MOOD_OTHER },
	{ "not", MOOD_OTHER },
	{ "never", MOOD_OTHER },
	{ "because", MOOD_OTHER },
	{ "although", MOOD_OTHER },
	{ "was", MOOD_OTHER },
	{ "were", MOOD_OTHER },
	{ "had", MOOD_OTHER },
	{ "did", MOOD_OTHER },
	{ "has", MOOD_OTHER },
	{ "we have", MOOD_OTHER },
	{ "i have", MOOD_OTHER },
	{ "you have", MOOD_OTHER },
	{ "i've", MOOD_OTHER },
	{ "we've", MOOD_OTHER },
	{ "you wrote that", MOOD_REPORTED },
	{ "you say that", MOOD_REPORTED },
	{ "you said that", MOOD_REPORTED },
	{ "you said we", MOOD_REPORTED },
	{ "you mention that", MOOD_REPORTED },
	{ "you mentioned that", MOOD_REPORTED },
	{ "you asked", MOOD_REPORTED },
	{ "you claim", MOOD_REPORTED },
	{ "you were told", MOOD_REPORTED },
	{ "told you", MOOD_REPORTED },
};

/* Behind "will": what makes it no commitment of ours. */
static const char *const hedges[] = {
	"not",      "never",      "no longer",  "try",        "hope",        "aim",
	"probably", "perhaps",    "possibly",   "likely",     "do our best", "do my best",
	"need",     "wait",       "await",      "close",      "assume",      "consider",
	"expire",   "end",        "increase",   "rise",       "be closed",   "be open",
	"be away",  "be back in", "be back on", "be back at", "be out",      "be unavailable",
	"be glad",  "be happy",   "be due",     "be able",    "be a ",       "keep it open",
	"ask you",  "require",    NULL,
};

/* Behind "you will": what we give them. */
static const char *const given[] = { "have", "receive", "get", "hear", "be", "see", "find", NULL };
static const char *const taken[] = { "have to", "be asked", "be charged", "get back", NULL };

/* Days behind these are no limits. */
static const char *const blockers[] = {
	"since", "from", "until",   "till", "after", "for",          "of",    "dated", "last",
	"every", "each", "between", "your", "our",   "the previous", "as of", "than",  NULL,
};

/* "by Friday" behind these is when the reader acts. */
static const char *const customers[] = {
	"your reply",        "your response", "your answer", "hear from you",
	"your confirmation", "your payment",  "your order",  "your mail",
	"your email",        "your message",  NULL
};

static const char *const participles[] = {
	"sent",      "bought",   "paid",    "made",      "written",   "ordered",  "placed",
	"delivered", "received", "shipped", "purchased", "dated",     "called",   "visited",
	"wrote",     "reported", "asked",   "said",      "mentioned", "promised", NULL
};

/* What a mail of ours does; what is done by voice. Anything else is an act. */
static const char *const mail_words[] = {
	"write",
	"get back",
	"let you know",
	"hear",
	"reply",
	"respond",
	"answer",
	"email",
	"e-mail",
	"update you",
	"an update",
	"updates",
	"tell you",
	"inform",
	"contact you",
	"be in touch",
	"hearing from us",
	"come back to you",
	"result",
	"report back",
	"follow up",
	"feedback",
	"the schedule",
	"news",
	"confirm",
	"send you the details",
	NULL,
};
static const char *const not_mail_words[] = { "hear from you", "your reply", "your answer",
					      "your email", NULL };
static const char *const voice_words[] = { "call", "phone", "ring", "telephone", NULL };

struct walk {
	const char *start;
	const char *said; /* where the latest commitment begins */
	enum mood main, mood;
	bool conditional; /* a condition was said before */
	bool asked, reported;
	struct due_words before; /* the latest due time */
	struct due_words waiting[DUES_MAX];
	size_t waiting_count;
	struct reading_of *ret;
};

static bool
any_at(const char *s, const char *const *words)
{
	for (; *words; words++)
		if (word_at(s, *words))
			return true;
	return false;
}

static bool
is_letter(char c)
{
	return isalnum((unsigned char)c) || (unsigned char)c >= 0x80;
}

static const char *
next_word(const char *s)
{
	while (is_letter(*s) || *s == '\'')
		s++;
	while (*s && !is_letter(*s) && !strchr(",;:()-", *s))
		s++;
	return s;
}

/* Whether one of the words begins in [s, end), where none of the others does. */
static bool
any_within(const char *s, const char *end, const char *const *words, const char *const *others)
{
	for (const char *p = s; p < end; p++)
		if ((p == s || !is_letter(p[-1])) && any_at(p, words) && !any_at(p, others))
			return true;
	return false;
}

/* Whether the text before s ends with one of the words and a space; ret_before: where it begins. */
static bool
any_before(const struct walk *w, const char *s, const char *const *words, const char **ret_before)
{
	while (s > w->start && s[-1] == ' ')
		s--;
	for (; *words; words++) {
		size_t n = strlen(*words);

		if ((size_t)(s - w->start) >= n && strncmp(s - n, *words, n) == 0 &&
		    (s - n == w->start || !is_letter(s[-(ptrdiff_t)n - 1]))) {
			*ret_before = s - n;
			return true;
		}
	}
	return false;
}

static bool
by_mail(const char *from, const char *end)
{
	return any_within(from, end, mail_words, not_mail_words) &&
	       !any_within(from, end, voice_words, not_mail_words);
}

/* The end of the clause that begins at s. */
static const char *
clause_end(const char *s)
{
	const char *p = s;

	while (*p && !strchr(",;", *p))
		p++;
	return p;
}

static void
keep(struct walk *w, const struct due_words *due, const char *from, const char *end)
{
	struct reading_of *r = w->ret;

	if (r->count == DUES_MAX || (due->counted && w->conditional))
		return;
	r->found[r->count].words = *due;
	r->found[r->count++].by_mail = by_mail(from, end);
}

static void
settle_waiting(struct walk *w, bool ours)
{
	for (size_t i = 0; i < w->waiting_count && ours; i++)
		keep(w, &w->waiting[i], w->said, clause_end(w->said));
	w->waiting_count = 0;
}

static void
change(struct walk *w, const char *s, enum mood mood)
{
	if (w->reported)
		return;
	w->mood = mood;
	switch (mood) {
	case MOOD_OURS:
		w->said = s;
		w->main = mood;
		settle_waiting(w, true);
		break;
	case MOOD_ASKED:
		w->asked = true;
		w->main = mood;
		settle_waiting(w, false);
		break;
	case MOOD_CONDITION:
		w->conditional = true;
		break;
	case MOOD_REPORTED:
		w->reported = true;
		w->main = mood;
		settle_waiting(w, false);
		break;
	default:
		settle_waiting(w, false);
	}
}

/* The main clause says that it is not so. */
static void
deny(struct walk *w, const char *s)
{
	change(w, s, MOOD_OTHER);
	if (!w->reported)
		w->main = MOOD_OTHER;
}

/* "will" at s: who, and whether they really do. */
static void
read_will(struct walk *w, const char *s, bool you)
{
	const char *p = s;
	struct due_words due;

	for (int n = 0; n < 3 && *p && !strchr(",;", *p) && !due_read(p, ' ', &due);
	     n++, p = next_word(p))
		if (any_at(p, hedges)) {
			deny(w, s);
			return;
		}
	if (word_at(s, "you") || (you && (!any_at(s, given) || any_at(s, taken))))
		change(w, s, MOOD_ASKED);
	else
		change(w, s, MOOD_OURS);
}

static bool
read_future(struct walk *w, const char **s)
{
	static const char *const forms[] = { "will", "shall", "'ll", NULL };
	static const char *const negated[] = { "won't", "can't", "don't", "cannot", NULL };
	static const char *const reader[] = { "you", NULL };
	const char *before;

	if (any_at(*s, negated)) {
		deny(w, *s);
		*s = next_word(*s);
		return true;
	}
	for (size_t i = 0; forms[i]; i++)
		if (word_at(*s, forms[i])) {
			bool you = any_before(w, *s, reader, &before);

			*s = spaces_skip(*s + strlen(forms[i]));
			read_will(w, *s, you);
			return true;
		}
	return false;
}

static bool
read_phrase(struct walk *w, const char **s)
{
	for (size_t i = 0; i < sizeof(phrases) / sizeof(*phrases); i++)
		if (word_at(*s, phrases[i].text)) {
			/* "we will make sure that it reaches you" is no request. */
			if (phrases[i].mood != MOOD_NONE &&
			    !(w->mood == MOOD_OURS && word_at(*s, "make sure")))
				change(w, *s, phrases[i].mood);
			*s += strlen(phrases[i].text);
			return true;
		}
	return false;
}

/* "we sent", "you ordered": what happened. */
static bool
read_past(struct walk *w, const char *s)
{
	static const char *const who[] = { "we", "i", "you", "they", "he", "she", "which", NULL };
	const char *before;

	if (!any_at(s, participles) || !any_before(w, s, who, &before))
		return false;
	change(w, s, MOOD_OTHER);
	return true;
}

/* Whether the due time belongs to something that was done: "the order placed on 3 December". */
static bool
of_something(const struct walk *w, const struct due_words *due)
{
	static const char *const doing[] = { "be", "been", "is", "are", "it", "them", "get", NULL };
	const char *before;

	if ((w->mood == MOOD_NONE && any_before(w, due->start, customers, &before)) ||
	    any_before(w, due->start, blockers, &before))
		return true;
	return !due->firm && any_before(w, due->start, participles, &before) &&
	       !any_before(w, before, doing, &before);
}

/* "and by Friday please send": the phrase right behind a due time decides. */
static bool
decided_behind(const struct due_words *due)
{
	const char *p = due->end + (*due->end == ',');

	p = spaces_skip(p);
	for (size_t i = 0; i < sizeof(phrases) / sizeof(*phrases); i++)
		if (phrases[i].mood == MOOD_ASKED && word_at(p, phrases[i].text))
			return true;
	return false;
}

/* "on Monday or Tuesday": the later one is sure. */
static bool
has_alternative(const struct due_words *due)
{
	const char *p = spaces_skip(due->end);
	struct due_words other;

	return word_at(p, "or") && due_read(spaces_skip(p + 2), ' ', &other);
}

static void
meet_due(struct walk *w, const struct due_words *due)
{
	if (w->reported || of_something(w, due) || has_alternative(due))
		return;
	if (w->mood == MOOD_NONE || decided_behind(due)) {
		if (w->waiting_count < DUES_MAX)
			w->waiting[w->waiting_count++] = *due;
	} else if (w->mood == MOOD_OURS) {
		keep(w, due, w->said, due->start);
	}
}

/* Where the clause at hand ends, the mood is again the main clause's. */
static void
end_clause(struct walk *w, const char *s)
{
	static const char *const conjunctions[] = { "and", "or", "but", "so", "then", NULL };

	if (!w->reported && (strchr(",;:(-", *s) || any_at(s, conjunctions)))
		w->mood = w->main;
}

void
commitment_read_english(const char *sentence, struct reading_of *ret)
{
	struct walk w = { .start = sentence, .said = sentence, .ret = ret };
	struct due_words due;
	const char *s = sentence;

	while (*s) {
		char before = s > sentence ? s[-1] : '\0';

		if (is_letter(before) && *s != '\'' && !strchr(",;:(-", *s)) {
			s++;
			continue;
		}
		if (due_read(s, before, &due) && due.end > s) {
			due_inherit(&due, &w.before);
			w.before = due;
			meet_due(&w, &due);
			s = due.end;
		} else if (!read_future(&w, &s) && !read_phrase(&w, &s)) {
			read_past(&w, s);
			end_clause(&w, s);
			s++;
		}
	}
	ret->asks_if = w.asked && w.conditional;
}

bool
commitment_mails_english(const char *words)
{
	return by_mail(words, words + strlen(words));
}
