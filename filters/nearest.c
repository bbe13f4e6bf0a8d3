/*
 * nearest: compares the words that patterns need with those of a mail. See nearest.h.
 */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* memmem */
#endif
#include "nearest.h"

#include <errno.h>
#include <string.h>

#include "loaded.h"

static int
copy_need(struct arena *arena, const struct literal_need *need, struct literal_need *ret)
{
	ret->list = arena_calloc(arena, need->count + 1, sizeof(*ret->list));
	if (ret->list == NULL)
		return -ENOMEM;
	for (ret->count = 0; ret->count < need->count; ret->count++) {
		struct literal *to = &ret->list[ret->count];

		*to = need->list[ret->count];
		to->text = arena_strndup(arena, to->text, to->len);
		if (to->text == NULL)
			return -ENOMEM;
	}
	return 0;
}

static int
copy_pattern(struct arena *arena, const struct rule *r, const struct pattern *p,
	     struct pattern_words *ret)
{
	int rc = 0;

	*ret = (struct pattern_words){ .rule = arena_strdup(arena, r->id),
				       .file = arena_strdup(arena, r->file),
				       .line = r->line,
				       .flag = r->flag,
				       .view = r->view,
				       .score = r->score,
				       .pattern_line = p->line,
				       .pattern = arena_strdup(arena, p->written) };
	if (ret->rule == NULL || ret->file == NULL || ret->pattern == NULL)
		return -ENOMEM;
	for (; ret->need_count < p->literals.need_count && rc == 0; ret->need_count++)
		rc = copy_need(arena, &p->literals.needs[ret->need_count],
			       &ret->needs[ret->need_count]);
	return rc;
}

static bool
is_wanted(const struct rule *r, flag_set flags)
{
	return !r->disabled && r->when == NULL && ((flag_set)1 << r->flag & flags) != 0 &&
	       (r->sections & (1u << SECTION_SUBJECT | 1u << SECTION_BODY)) != 0;
}

int
ruleset_words(const struct loaded *loaded, struct arena *arena, flag_set flags,
	      struct pattern_words **ret, size_t *ret_count)
{
	const struct ruleset *set = loaded->set;
	struct pattern_words *list;
	size_t room = 0, count = 0;
	int rc = 0;

	for (size_t i = 0; i < set->rule_count; i++)
		room += is_wanted(&set->rules[i], flags) ? set->rules[i].match_count : 0;
	list = arena_calloc(arena, room + 1, sizeof(*list));
	if (list == NULL)
		return -ENOMEM;
	for (size_t i = 0; i < set->rule_count && rc == 0; i++) {
		const struct rule *r = &set->rules[i];

		for (size_t k = 0; is_wanted(r, flags) && k < r->match_count && rc == 0; k++)
			if (r->match[k].literals.need_count > 0)
				rc = copy_pattern(arena, r, &r->match[k], &list[count++]);
	}
	if (rc < 0)
		return rc;
	*ret = list;
	*ret_count = count;
	return 0;
}

static bool
is_letter(char c)
{
	return c >= 'a' && c <= 'z';
}

static bool
holds(const struct folded *f, const struct literal *l)
{
	const char *at = f->text, *end = f->text + f->len;

	while ((at = memmem(at, (size_t)(end - at), l->text, l->len)) != NULL) {
		if (!(l->word && at > f->text && is_letter(at[-1])) &&
		    !(l->end && is_letter(at[l->len]))) /* the text ends with a NUL */
			return true;
		at++;
	}
	return false;
}

static void
compare(const struct pattern_words *p, const struct folded *f, struct nearest *ret)
{
	*ret = (struct nearest){ .pattern = p };
	for (size_t n = 0; n < p->need_count; n++) {
		const struct literal *best = NULL;

		for (size_t i = 0; i < p->needs[n].count; i++) {
			const struct literal *l = &p->needs[n].list[i];

			if ((best == NULL || l->len > best->len) && holds(f, l))
				best = l;
		}
		ret->found[n] = best;
		ret->found_count += best != NULL;
		ret->bytes += best != NULL ? best->len : 0;
	}
}

/*
 * Whether its rarest word is there (needs are sorted so; the others may be in any mail), then
 * whether more of its words are, then whether these are longer.
 */
static bool
is_nearer(const struct nearest *a, const struct nearest *b)
{
	bool rare = a->found[0] != NULL, other = b->found[0] != NULL;
	size_t x = a->found_count * b->pattern->need_count,
	       y = b->found_count * a->pattern->need_count;

	if (rare != other)
		return rare;
	return x != y ? x > y : a->bytes > b->bytes;
}

/* Whether something else than its words kept the rule from hitting, or nothing did. */
static bool
is_told_elsewhere(const struct explanation *why, const struct pattern_words *p)
{
	const struct flag_verdict *flag = &why->verdict->flags[p->flag];

	for (size_t i = 0; i < flag->evidence_count; i++)
		if (strcmp(flag->evidence[i].rule, p->rule) == 0)
			return true;
	for (size_t i = 0; i < why->near_count; i++)
		if (strcmp(why->near[i].rule, p->rule) == 0)
			return true;
	for (size_t i = 0; i < why->shadow_count; i++)
		if (strcmp(why->shadow[i].rule, p->rule) == 0)
			return true;
	for (size_t i = 0; i < why->skipped_count; i++)
		if (why->skipped[i].kind != SKIP_GATE && strcmp(why->skipped[i].rule, p->rule) == 0)
			return true;
	return false;
}

/* Puts it into its place among the nearest, one of a rule. Returns how many there are then. */
static size_t
insert(struct nearest ret[NEAREST_MAX], size_t count, const struct nearest *fresh)
{
	size_t at;

	for (at = 0; at < count; at++)
		if (strcmp(ret[at].pattern->rule, fresh->pattern->rule) == 0)
			break;
	if (at < count) {
		if (!is_nearer(fresh, &ret[at]))
			return count;
	} else if (count < NEAREST_MAX) {
		count++;
	} else if (!is_nearer(fresh, &ret[--at])) {
		return count;
	}
	for (; at > 0 && is_nearer(fresh, &ret[at - 1]); at--)
		ret[at] = ret[at - 1];
	ret[at] = *fresh;
	return count;
}

/* Subject and new words of a mail, in every view. */
static int
fold_mail(const struct message *m, struct folded views[VIEW_COUNT])
{
	struct buf b = { .arena = m->arena };
	struct text_map *map;
	const char *text;
	size_t len, maps;
	int rc = message_segments_text(m, SEGMENT_NEW, &text, &len, &map, &maps);

	if (rc < 0)
		return rc;
	buf_printf(&b, "%s\n", m->subject);
	buf_add(&b, text, len);
	if (buf_string(&b) == NULL)
		return -ENOMEM;
	for (int v = 0; v < VIEW_COUNT && rc == 0; v++)
		rc = fold_text(m->arena, (enum view)v, b.at, b.len, &views[v]);
	return rc;
}

int
nearest_find(const struct pattern_words *list, size_t count, const struct message *m,
	     const struct explanation *why, struct nearest ret[NEAREST_MAX])
{
	struct folded views[VIEW_COUNT];
	size_t found = 0;
	int rc = fold_mail(m, views);

	for (size_t i = 0; i < count && rc == 0; i++) {
		struct nearest one;

		compare(&list[i], &views[list[i].view], &one);
		if (one.found_count > 0 && !is_told_elsewhere(why, &list[i]))
			found = insert(ret, found, &one);
	}
	return rc < 0 ? rc : (int)found;
}
