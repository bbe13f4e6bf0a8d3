/*
 * gate_spots: see gate_spots.h.
 */
#include "gate_spots.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define NONE UINT32_MAX
#define MET_MAX 63 /* places of a literal that are told apart in one text */

/* Where a literal begins in the text; the next place of the same one. */
struct place {
	uint32_t start, next;
};

/* What is known of a literal that stands in the text. */
struct met {
	uint32_t first, last; /* places */
	uint32_t count;
	uint32_t rest, end; /* beyond MET_MAX of them: from where to where more begin */
};

/* Windows in the pool: of a need in the text numbered `text`, or of a pattern. */
struct kept {
	uint32_t text;
	uint32_t first, count;
};

struct windows {
	unsigned count;
	struct gate_window list[GATE_WINDOWS + 1];
};

struct gate_spots {
	uint32_t text; /* number of the current one */
	uint64_t *met; /* set of the literals that stand in it */
	struct met *literals;
	size_t literal_room;
	struct place *places;
	size_t place_count, place_room;
	struct kept *needs;
	uint32_t *called; /* leading needs of which a literal was met */
	uint32_t *calls;  /* of each need: the text in which it was called */
	size_t call_count, need_room;
	struct kept *patterns; /* those whose bit is set */
	size_t pattern_room;
	struct gate_window *pool;
	size_t pool_count, pool_room;
};

struct gate_spots *
gate_spots_new(void)
{
	return calloc(1, sizeof(struct gate_spots));
}

/* Words of a set of so many. */
static size_t
words_of(size_t count)
{
	return (count + 63) / 64;
}

/* Makes room for count entries, all zero; those there were are of former texts. */
static bool
renew(void **list, size_t count, size_t size)
{
	void *new = calloc(count + 1, size);

	if (new == NULL)
		return false;
	free(*list);
	*list = new;
	return true;
}

int
gate_spots_fit(struct gate_spots *s, const struct gate_index *x)
{
	if (x->literal_count > s->literal_room) {
		if (!renew((void **)&s->literals, x->literal_count, sizeof(*s->literals)) ||
		    !renew((void **)&s->met, words_of(x->literal_count), sizeof(*s->met)))
			return -ENOMEM;
		s->literal_room = x->literal_count;
	}
	if (x->need_count > s->need_room) {
		if (!renew((void **)&s->needs, x->need_count, sizeof(*s->needs)) ||
		    !renew((void **)&s->called, x->need_count, sizeof(*s->called)) ||
		    !renew((void **)&s->calls, x->need_count, sizeof(*s->calls)))
			return -ENOMEM;
		s->need_room = x->need_count;
	}
	if (x->pattern_count > s->pattern_room) {
		if (!renew((void **)&s->patterns, x->pattern_count, sizeof(*s->patterns)))
			return -ENOMEM;
		s->pattern_room = x->pattern_count;
	}
	return 0;
}

void
gate_spots_free(struct gate_spots *s)
{
	if (s == NULL)
		return;
	free(s->met);
	free(s->literals);
	free(s->places);
	free(s->needs);
	free(s->called);
	free(s->calls);
	free(s->patterns);
	free(s->pool);
	free(s);
}

/* Room for `more` behind count entries. */
static bool
make_room(void **list, size_t *room, size_t count, size_t more, size_t size)
{
	size_t enough = 2 * (count + more);
	void *new;

	if (count + more <= *room)
		return true;
	new = realloc(*list, enough * size);
	if (new == NULL)
		return false;
	*list = new;
	*room = enough;
	return true;
}

void
gate_spots_begin(struct gate_spots *s)
{
	if (++s->text == 0) { /* the number was used before */
		memset(s->needs, 0, s->need_room * sizeof(*s->needs));
		memset(s->calls, 0, s->need_room * sizeof(*s->calls));
		s->text = 1;
	}
	if (s->met != NULL)
		memset(s->met, 0, words_of(s->literal_room) * sizeof(*s->met));
	s->place_count = s->call_count = s->pool_count = 0;
}

bool
gate_spots_meet(struct gate_spots *s, const struct gate_index *x, size_t literal, size_t end)
{
	struct met *m = &s->literals[literal];
	uint32_t start = (uint32_t)end - x->lens[literal];
	uint64_t bit = UINT64_C(1) << (literal % 64);

	if (!(s->met[literal / 64] & bit)) {
		s->met[literal / 64] |= bit;
		*m = (struct met){ .first = NONE, .rest = NONE };
		for (uint32_t i = x->call_first[literal]; i < x->call_first[literal + 1]; i++) {
			uint32_t need = x->calls[i];

			if (s->calls[need] != s->text)
				s->called[s->call_count++] = need;
			s->calls[need] = s->text;
		}
	}
	if (m->count == MET_MAX) {
		m->rest = m->rest != NONE ? m->rest : start;
		m->end = start;
		return true;
	}
	if (!make_room((void **)&s->places, &s->place_room, s->place_count, 1, sizeof(*s->places)))
		return false;
	s->places[s->place_count] = (struct place){ start, NONE };
	if (m->count++ == 0)
		m->first = (uint32_t)s->place_count;
	else
		s->places[m->last].next = (uint32_t)s->place_count;
	m->last = (uint32_t)s->place_count++;
	return true;
}

/* Adds a window; where there is no room for it, the last two become one. */
static void
add_window(struct windows *w, struct gate_window new)
{
	unsigned i = w->count, n;

	while (i > 0 && w->list[i - 1].to >= new.from)
		i--;
	for (n = i; n < w->count && w->list[n].from <= new.to; n++) {
		new.from = w->list[n].from < new.from ? w->list[n].from : new.from;
		new.to = w->list[n].to > new.to ? w->list[n].to : new.to;
	}
	/* It takes the place of those from i to n, which it touches. */
	if (n != i + 1 && n < w->count)
		memmove(&w->list[i + 1], &w->list[n], (w->count - n) * sizeof(*w->list));
	w->list[i] = new;
	w->count = w->count + 1 + i - n;
	if (w->count > GATE_WINDOWS) {
		w->count = GATE_WINDOWS;
		w->list[GATE_WINDOWS - 1].to = w->list[GATE_WINDOWS].to;
	}
}

static bool
is_letter(char c)
{
	return c >= 'a' && c <= 'z';
}

/* Whether a literal that begins there stands as it should. */
static bool
stands_well(const struct ask *a, const char *text, size_t len, size_t start, size_t literal_len)
{
	return !(a->word && start > 0 && is_letter(text[start - 1])) &&
	       !(a->end && start + literal_len < len && is_letter(text[start + literal_len]));
}

static void
add_met(struct windows *w, const struct ask *a, uint32_t from, uint32_t to)
{
	if (to >= a->least)
		add_window(w, (struct gate_window){ !a->far && from > a->most ? from - a->most : 0,
						    to - a->least });
}

/* Where a need can be met in the text. */
static void
find_need(const struct gate_spots *s, const struct gate_index *x, uint32_t need, const char *text,
	  size_t len, struct windows *w)
{
	w->count = 0;
	for (uint32_t i = x->ask_first[need]; i < x->ask_first[need + 1]; i++) {
		uint32_t literal = x->ask_literals[i];
		const struct ask *a = &x->asks[i];
		const struct met *m = &s->literals[literal];

		if (!(s->met[literal / 64] & (UINT64_C(1) << (literal % 64))))
			continue;
		for (uint32_t p = m->first; p != NONE; p = s->places[p].next)
			if (stands_well(a, text, len, s->places[p].start, x->lens[literal]))
				add_met(w, a, s->places[p].start, s->places[p].start);
		if (m->rest != NONE)
			add_met(w, a, m->rest, m->end);
	}
}

static bool
keep(struct gate_spots *s, const struct windows *w, struct kept *ret)
{
	if (!make_room((void **)&s->pool, &s->pool_room, s->pool_count, w->count, sizeof(*s->pool)))
		return false;
	if (w->count > 0)
		memcpy(s->pool + s->pool_count, w->list, w->count * sizeof(*w->list));
	*ret = (struct kept){ s->text, (uint32_t)s->pool_count, w->count };
	s->pool_count += w->count;
	return true;
}

/* The windows of a need, found when they are first asked for. NULL when out of memory. */
static const struct kept *
get_need(struct gate_spots *s, const struct gate_index *x, uint32_t need, const char *text,
	 size_t len)
{
	struct kept *k = &s->needs[need];
	struct windows w;

	if (k->text != s->text) {
		find_need(s, x, need, text, len, &w);
		if (!keep(s, &w, k))
			return NULL;
	}
	return k;
}

/* Adds a window behind all others; where there is no room for it, the last one reaches to its end.
 */
static void
append(struct windows *w, uint32_t from, uint32_t to)
{
	struct gate_window *last = w->count > 0 ? &w->list[w->count - 1] : NULL;

	if (last != NULL && (from <= last->to || from - last->to == 1 || w->count == GATE_WINDOWS))
		last->to = to > last->to ? to : last->to;
	else
		w->list[w->count++] = (struct gate_window){ from, to };
}

/* Leaves of the windows what a need allows. */
static void
narrow(struct windows *w, const struct want *want, const struct gate_window *list, unsigned count)
{
	struct windows out;
	unsigned first = 0;

	out.count = 0;
	for (unsigned k = 0; k < w->count; k++) {
		struct gate_window old = w->list[k];

		for (unsigned i = first; i < count; i++) {
			uint32_t from = list[i].from, to = list[i].to;

			if (to < want->least || to - want->least < old.from) {
				first = i + 1;
				continue;
			}
			from = from > want->most ? from - want->most : 0;
			to -= want->least;
			if (from > old.to)
				break;
			append(&out, from > old.from ? from : old.from, to < old.to ? to : old.to);
		}
	}
	w->count = out.count;
	memcpy(w->list, out.list, out.count * sizeof(*out.list));
}

/* Finds the windows in which a pattern can match. False when out of memory. */
static bool
find_pattern(struct gate_spots *s, const struct gate_index *x, uint32_t pattern, const char *text,
	     size_t len, struct windows *w)
{
	w->count = 1;
	w->list[0] = (struct gate_window){ 0, (uint32_t)len };
	for (uint32_t i = x->want_first[pattern]; i < x->want_first[pattern + 1] && w->count > 0;
	     i++) {
		const struct kept *k = get_need(s, x, x->wants[i].need, text, len);

		if (k == NULL)
			return false;
		narrow(w, &x->wants[i], s->pool + k->first, k->count);
	}
	return true;
}

bool
gate_spots_conclude(struct gate_spots *s, const struct gate_index *x, const char *text, size_t len,
		    uint64_t *bits)
{
	struct windows w;

	memcpy(bits, x->always, x->words * sizeof(*bits));
	for (size_t i = 0; i < s->call_count; i++) {
		uint32_t need = s->called[i];

		for (uint32_t k = x->lead_first[need]; k < x->lead_first[need + 1]; k++) {
			uint32_t pattern = x->leads[k];

			if (!find_pattern(s, x, pattern, text, len, &w))
				return false;
			if (w.count == 0)
				continue;
			bits[pattern / 64] |= UINT64_C(1) << (pattern % 64);
			if (!keep(s, &w, &s->patterns[pattern]))
				return false;
		}
	}
	return true;
}

void
gate_spots_give_up(struct gate_spots *s, const struct gate_index *x, uint64_t *bits)
{
	memset(bits, 0xff, x->words * sizeof(*bits));
	for (size_t i = 0; i < x->pattern_count; i++)
		s->patterns[i].count = 0;
}

size_t
gate_spots_windows(const struct gate_spots *s, const struct gate_index *x, size_t pattern,
		   const struct gate_window **ret)
{
	if (x->want_first[pattern] == x->want_first[pattern + 1])
		return 0;
	*ret = s->pool + s->patterns[pattern].first;
	return s->patterns[pattern].count;
}
