/*
 * fold: the three readings of a text, with their offset maps. See fold.h.
 *
 * ASCII and Hangul syllables, which is nearly all of every mail, are copied in bulk; everything
 * else goes through utf8proc one cluster (a character and the marks on it) at a time. Never reads
 * more than CLUSTER_MAX characters into one cluster, so a tower of combining marks costs linear
 * time.
 */
#include "fold.h"

#include <errno.h>
#include <string.h>
#include <utf8proc.h>

#include "fold_char.h"

#define CLUSTER_MAX 32
#define EXPANDED_MAX (CLUSTER_MAX * 20) /* NFKC makes at most 18 code points of one */
#define WORD_LOOKAHEAD 64 /* characters looked ahead for a Latin letter in the same word */
#define JAMO_PENDING 16   /* more than JAMO_JOIN_MAX */

struct folder {
	struct arena *arena;
	enum view view;
	const char *in;
	size_t len;
	char *out;
	size_t out_len, out_room;
	struct fold_run *runs;
	size_t run_count, run_room;
	bool failed;
	bool space;         /* the last character written was a space */
	bool latin_word;    /* the word being written has a Latin letter */
	size_t decided_end; /* look-alikes before this source offset share decided_latin */
	bool decided_latin;
	int32_t jamo[JAMO_PENDING]; /* typed letters that may yet join to a syllable */
	size_t jamo_at[JAMO_PENDING], jamo_end[JAMO_PENDING];
	size_t jamo_count;
};

static const char *const view_names[VIEW_COUNT] = { "plain", "folded", "squeezed" };

const char *
view_name(enum view v)
{
	return view_names[v];
}

int
view_by_name(const char *name)
{
	for (int i = 0; i < VIEW_COUNT; i++)
		if (strcmp(name, view_names[i]) == 0)
			return i;
	return -1;
}

static void
reserve(struct folder *f, size_t more)
{
	size_t room = f->out_room;
	char *out;

	if (f->failed || f->out_len + more <= room)
		return;
	while (room < f->out_len + more)
		room *= 2;
	out = arena_grow(f->arena, f->out, f->out_room, room);
	if (out == NULL) {
		f->failed = true;
		return;
	}
	f->out = out;
	f->out_room = room;
}

static void
add_run(struct folder *f, size_t source, size_t source_len, bool linear)
{
	struct fold_run *runs;

	if (f->failed)
		return;
	if (f->run_count == f->run_room) {
		runs = arena_grow(f->arena, f->runs, f->run_room * sizeof(*runs),
				  2 * f->run_room * sizeof(*runs));
		if (runs == NULL) {
			f->failed = true;
			return;
		}
		f->runs = runs;
		f->run_room *= 2;
	}
	f->runs[f->run_count++] = (struct fold_run){ f->out_len, source, source_len, linear };
}

/* What is written next stands one to one for the source from `source` on, `len` bytes of it. */
static void
linear(struct folder *f, size_t source, size_t len)
{
	struct fold_run *last = f->run_count > 0 ? &f->runs[f->run_count - 1] : NULL;

	if (last != NULL && last->linear && last->source + last->source_len == source)
		last->source_len += len;
	else
		add_run(f, source, len, true);
}

static void
put(struct folder *f, const char *s, size_t n)
{
	reserve(f, n);
	if (f->failed)
		return;
	memcpy(f->out + f->out_len, s, n);
	f->out_len += n;
}

/* Writes one character that source bytes [at, end) stand behind. */
static void
put_char(struct folder *f, int32_t cp, size_t at, size_t end)
{
	char bytes[4];
	size_t n = utf8_put(cp, bytes);
	struct fold_run *last = f->run_count > 0 ? &f->runs[f->run_count - 1] : NULL;

	/* Several characters out of one cluster share its run. */
	if (last != NULL && !last->linear && last->source == at && last->source_len == end - at)
		;
	else if (n == end - at && memcmp(bytes, f->in + at, n) == 0)
		linear(f, at, n);
	else
		add_run(f, at, end - at, false);
	put(f, bytes, n);
	f->space = cp == ' ';
}

static void
flush_jamo(struct folder *f, bool more)
{
	size_t done = 0, taken;
	int32_t cp;

	while (done < f->jamo_count) {
		taken = jamo_join(f->jamo + done, f->jamo_count - done, more, &cp);
		if (taken == 0)
			break;
		put_char(f, cp, f->jamo_at[done], f->jamo_end[done + taken - 1]);
		done += taken;
	}
	f->jamo_count -= done;
	memmove(f->jamo, f->jamo + done, f->jamo_count * sizeof(f->jamo[0]));
	memmove(f->jamo_at, f->jamo_at + done, f->jamo_count * sizeof(f->jamo_at[0]));
	memmove(f->jamo_end, f->jamo_end + done, f->jamo_count * sizeof(f->jamo_end[0]));
}

static void
add_jamo(struct folder *f, int32_t cp, size_t at, size_t end)
{
	f->jamo[f->jamo_count] = cp;
	f->jamo_at[f->jamo_count] = at;
	f->jamo_end[f->jamo_count++] = end;
	if (f->jamo_count == JAMO_PENDING)
		flush_jamo(f, true);
}

/* A Latin letter as Europe writes it, or in full width. */
static bool
is_latin(int32_t cp)
{
	return ((cp | 0x20) >= 'a' && (cp | 0x20) <= 'z') ||
	       (cp >= 0xc0 && cp < 0x250 && cp != 0xd7 && cp != 0xf7) ||
	       (cp >= 0xff21 && cp <= 0xff5a) || latin_letter(cp) != 0;
}

/*
 * Whether the word that goes on at source offset `at` (a Greek or Cyrillic letter) has a Latin
 * letter in it.
 */
static bool
word_is_latin(struct folder *f, size_t at)
{
	size_t i = at;
	int32_t cp;

	if (f->latin_word)
		return true;
	if (at < f->decided_end)
		return f->decided_latin;
	f->decided_latin = false;
	for (int n = 0; i < f->len && n < WORD_LOOKAHEAD && !f->decided_latin; n++) {
		size_t took = utf8_next(f->in + i, f->len - i, &cp);

		if (is_latin(cp))
			f->decided_latin = true;
		else if (latin_lookalike(cp) == 0 && !is_invisible(cp) &&
			 !(cp >= 0x300 && cp < 0x530))
			break;
		i += took;
	}
	f->decided_end = i;
	return f->decided_latin;
}

/*
 * One character of a folded or squeezed view, already decomposed, case folded and composed again.
 */
static void
fold_one(struct folder *f, int32_t cp, size_t at, size_t end)
{
	int32_t latin;

	cp = jamo_lone(cp);
	if (cp == 0 || is_invisible(cp))
		return;
	if (is_white(cp)) {
		f->latin_word = false;
		if (f->view == VIEW_SQUEEZED)
			return;
		flush_jamo(f, false);
		if (!f->space)
			put_char(f, ' ', at, end);
		return;
	}
	if (is_jamo(cp)) {
		f->latin_word = false;
		add_jamo(f, cp, at, end);
		return;
	}
	latin = latin_letter(cp);
	if (latin != 0) {
		cp = latin;
	} else if ((latin = latin_lookalike(cp)) != 0) {
		if (word_is_latin(f, at))
			cp = latin;
	} else {
		f->latin_word = cp < 0x250 && is_letter(cp);
	}
	if (f->view == VIEW_SQUEEZED && !spells(cp) && !is_mark(cp))
		return;
	flush_jamo(f, false);
	put_char(f, cp, at, end);
}

/*
 * A cluster [at, end) that needs Unicode's tables. Only the first CLUSTER_MAX characters of it get
 * here.
 */
static void
fold_cluster(struct folder *f, size_t at, size_t end)
{
	int32_t cps[EXPANDED_MAX];
	utf8proc_option_t decompose = UTF8PROC_DECOMPOSE,
			  compose = UTF8PROC_COMPOSE | UTF8PROC_STABLE;
	utf8proc_ssize_t count;

	if (f->view != VIEW_PLAIN)
		decompose |= UTF8PROC_COMPAT | UTF8PROC_CASEFOLD;
	else
		decompose |= UTF8PROC_STABLE;
	count = utf8proc_decompose((const utf8proc_uint8_t *)f->in + at,
				   (utf8proc_ssize_t)(end - at), cps, EXPANDED_MAX, decompose);
	if (count < 0 || count > EXPANDED_MAX) {
		put_char(f, 0xfffd, at, end);
		return;
	}
	if (f->view != VIEW_PLAIN)
		count = (utf8proc_ssize_t)drop_marks(cps, (size_t)count);
	count = utf8proc_normalize_utf32(cps, count, compose);
	for (utf8proc_ssize_t i = 0; i < count; i++) {
		if (f->view == VIEW_PLAIN)
			put_char(f, cps[i], at, end);
		else
			fold_one(f, cps[i], at, end);
	}
}

/*
 * Folded or squeezed bulk. Bytes that go one to one are gathered into stretches so that runs stay
 * few.
 */
static void
fold_bulk(struct folder *f, size_t at, size_t end)
{
	const unsigned char *p = (const unsigned char *)f->in;
	size_t from = at, i = at;
	char *out;

	reserve(f, end - at);
	if (f->failed)
		return;
	out = f->out + f->out_len;
	while (i < end) {
		unsigned char c = p[i];
		bool keep;

		if (c >= 0x80) {
			f->space = f->latin_word = false;
			memcpy(out, p + i, 3);
			out += 3;
			i += 3;
			continue;
		}
		c = ascii_fold(c);
		keep = c != 0 && !(c == ' ' && f->space) &&
		       (f->view != VIEW_SQUEEZED || ascii_letter(c));
		if (keep) {
			*out++ = (char)c;
			f->space = c == ' ';
			f->latin_word = ascii_letter(c);
			i++;
			continue;
		}
		if (c != 0)
			f->latin_word = false;
		if (i > from) {
			linear(f, from, i - from);
			f->out_len = (size_t)(out - f->out);
		}
		from = ++i;
	}
	if (i > from)
		linear(f, from, i - from);
	f->out_len = (size_t)(out - f->out);
}

/*
 * A stretch of ASCII and Hangul. Pending typed letters go first, unless squeezing drops what lies
 * between them: "ㅅ.ㅣ.ㅂ" must still join.
 */
static void
add_bulk(struct folder *f, size_t at, size_t end)
{
	if (f->view == VIEW_PLAIN) {
		linear(f, at, end - at);
		put(f, f->in + at, end - at);
		return;
	}
	if (f->jamo_count > 0 && f->view == VIEW_SQUEEZED)
		while (at < end && (unsigned char)f->in[at] < 0x80 &&
		       !ascii_letter(ascii_fold((unsigned char)f->in[at])))
			at++;
	else if (f->jamo_count > 0)
		while (at < end && (unsigned char)f->in[at] < 0x80 &&
		       ascii_fold((unsigned char)f->in[at]) == 0)
			at++;
	if (at == end)
		return;
	flush_jamo(f, false);
	fold_bulk(f, at, end);
}

/* The end of the cluster that begins at `at`. */
static size_t
cluster_end(const struct folder *f, size_t at)
{
	int32_t cp;
	size_t i = at;

	for (int n = 0; i < f->len && n < CLUSTER_MAX; n++) {
		size_t took = utf8_next(f->in + i, f->len - i, &cp);

		if (n > 0 && (cp < 0 || !is_continuing(cp)))
			break;
		i += took;
	}
	return i;
}

/*
 * A character and the marks on it. In a Latin word capitals of other scripts count by their shape
 * (Η is an H), which folding their case would take from them.
 */
static void
fold_character(struct folder *f, int32_t cp, size_t at, size_t end)
{
	int32_t latin = f->view == VIEW_PLAIN ? 0 : latin_lookalike(cp);

	if (latin != 0 && word_is_latin(f, at))
		fold_one(f, latin, at, end);
	else
		fold_cluster(f, at, end);
}

/* Source bytes from `i` to f->len. */
static void
fold_rest(struct folder *f, size_t i)
{
	size_t n;
	int32_t cp;

	while (i < f->len && !f->failed) {
		n = bulk_length(f->in, f->len, i);
		if (i + n < f->len) {
			size_t took = utf8_next(f->in + i + n, f->len - i - n, &cp);

			if (n > 0 && cp >= 0 &&
			    is_continuing(cp)) /* belongs to the last character of the bulk */
				n -= (unsigned char)f->in[i + n - 1] < 0x80 ? 1 : 3;
			else if (n == 0 && cp < 0) {
				flush_jamo(f, false);
				put_char(f, 0xfffd, i, i + took);
				i += took;
				continue;
			}
		}
		if (n > 0) {
			add_bulk(f, i, i + n);
			i += n;
		} else {
			/* Jamo are so common in Korean chat that they skip the tables. */
			if (f->view != VIEW_PLAIN && is_jamo(cp) && cluster_end(f, i) == i + 3) {
				fold_one(f, cp, i, i + 3);
				i += 3;
				continue;
			}
			n = cluster_end(f, i) - i;
			fold_character(f, cp, i, i + n);
			i += n;
		}
	}
}

static int
begin(struct folder *f)
{
	f->run_room = 16 + f->len / 64;
	f->runs = arena_alloc(f->arena, f->run_room * sizeof(*f->runs));
	f->out_room = f->len + f->len / 8 + 64;
	f->out = arena_alloc(f->arena, f->out_room);
	return f->runs == NULL || f->out == NULL ? -ENOMEM : 0;
}

static int
finish(struct folder *f, struct folded *ret)
{
	flush_jamo(f, false);
	reserve(f, 1);
	if (f->failed)
		return -ENOMEM;
	f->out[f->out_len] = '\0';
	*ret = (struct folded){ f->out, f->out_len, f->runs, f->run_count };
	return 0;
}

int
fold_text(struct arena *arena, enum view view, const char *text, size_t len, struct folded *ret)
{
	struct folder f = { .arena = arena, .view = view, .in = text, .len = len };
	int rc = begin(&f);

	if (rc < 0)
		return rc;
	fold_rest(&f, 0);
	return finish(&f, ret);
}

/* One stretch of a reading. Returns the first respelling behind it. */
static size_t
fold_stretch(struct folder *f, const struct readings *r, unsigned reading, const struct stretch *s,
	     size_t next)
{
	size_t at = s->from;

	for (; next < r->length && r->list[next].at < s->to; next++) {
		const struct respelling *one = &r->list[next];

		f->len = one->at;
		fold_rest(f, at);
		if (one->as[reading] != 0)
			fold_one(f, one->as[reading], one->at, one->end);
		at = one->end;
	}
	f->len = s->to;
	fold_rest(f, at);
	return next;
}

int
fold_reading(struct arena *arena, enum view view, const char *text, const struct readings *r,
	     unsigned reading, struct folded *ret)
{
	struct folder f = { .arena = arena, .view = view, .in = text };
	size_t next = 0;
	int rc;

	for (size_t i = 0; i < r->stretch_count; i++)
		f.len += r->stretches[i].to - r->stretches[i].from + 1;
	rc = begin(&f);
	for (size_t i = 0; i < r->stretch_count && rc == 0; i++) {
		const struct stretch *s = &r->stretches[i];

		/* Nothing matches across: no rule steps over the end of a sentence. */
		if (i > 0) {
			flush_jamo(&f, false);
			put_char(&f, view == VIEW_SQUEEZED ? '\n' : '.', s->from, s->from);
		}
		next = fold_stretch(&f, r, reading, s, next);
	}
	return rc < 0 ? rc : finish(&f, ret);
}
