/*
 * pattern: macros, refusals and folding of patterns. See pattern.h.
 */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* memmem */
#endif
#include "pattern.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "fold_char.h"
#include "limits.h"

struct builder {
	struct arena *arena;
	struct buf out;
	uint32_t *origin; /* LIMIT_PATTERN_BYTES + 1 entries */
	struct pattern_error *error;
	int rc;
};

static int __attribute__((format(printf, 4, 5)))
fail(struct builder *b, size_t offset, const char *hint, const char *fmt, ...)
{
	va_list ap;

	if (b->rc != 0)
		return b->rc;
	b->error->offset = offset;
	va_start(ap, fmt);
	vsnprintf(b->error->text, sizeof(b->error->text), fmt, ap);
	va_end(ap);
	snprintf(b->error->hint, sizeof(b->error->hint), "%s", hint);
	b->rc = -EINVAL;
	return b->rc;
}

static void
add(struct builder *b, const char *s, size_t len, size_t origin)
{
	if (b->rc != 0)
		return;
	if (b->out.len + len > LIMIT_PATTERN_BYTES) {
		fail(b, origin, "split it into several entries of match",
		     "the pattern is longer than %u bytes once its macros are filled in",
		     LIMIT_PATTERN_BYTES);
		return;
	}
	for (size_t i = 0; i < len; i++)
		b->origin[b->out.len + i] = (uint32_t)origin;
	buf_add(&b->out, s, len);
	if (b->out.failed)
		b->rc = -ENOMEM;
}

/* Copies s[from, to) where each byte has its own origin. */
static void
copy(struct builder *b, const char *s, size_t from, size_t to, const uint32_t *origin)
{
	for (size_t i = from; i < to && b->rc == 0; i++)
		add(b, s + i, 1, origin != NULL ? origin[i] : i);
}

size_t
pattern_escape_end(const char *s, size_t len, size_t at)
{
	size_t i = at + 1;
	int32_t cp;

	if (i >= len)
		return len;
	if (strchr("xpPNgko", s[i]) != NULL && i + 1 < len && s[i + 1] == '{') {
		const char *end = memchr(s + i, '}', len - i);

		return end != NULL ? (size_t)(end - s) + 1 : len;
	}
	if (s[i] == 'c' && i + 1 < len) /* \cX */
		return i + 2;
	return i + utf8_next(s + i, len - i, &cp);
}

size_t
pattern_class_end(const char *s, size_t len, size_t at)
{
	size_t i = at + 1;

	if (i < len && s[i] == '^')
		i++;
	if (i < len && s[i] == ']')
		i++;
	while (i < len && s[i] != ']') {
		if (s[i] == '\\') {
			i = pattern_escape_end(s, len, i);
		} else if (s[i] == '[' && i + 1 < len && s[i + 1] == ':') {
			const char *end = memmem(s + i + 2, len - i - 2, ":]", 2);

			i = end != NULL ? (size_t)(end - s) + 2 : i + 1;
		} else {
			i++;
		}
	}
	return i < len ? i + 1 : len;
}

static size_t
number(const char *s, size_t len, size_t at, long *ret)
{
	size_t i = at;

	*ret = -1;
	while (i < len && s[i] >= '0' && s[i] <= '9' && i - at < 6) {
		*ret = (*ret < 0 ? 0 : *ret) * 10 + (s[i] - '0');
		i++;
	}
	return i;
}

size_t
pattern_quantifier_end(const char *s, size_t len, size_t at, long *ret_min, long *ret_max)
{
	size_t i = at;

	if (at >= len)
		return at;
	*ret_max = -1;
	if (s[i] == '*' || s[i] == '+') {
		*ret_min = s[i] == '+';
		i++;
	} else if (s[i] == '?') {
		*ret_min = 0;
		*ret_max = 1;
		i++;
	} else if (s[i] == '{') {
		i = number(s, len, i + 1, ret_min);
		if (*ret_min < 0)
			return at;
		*ret_max = *ret_min;
		if (i < len && s[i] == ',')
			i = number(s, len, i + 1, ret_max);
		if (i >= len || s[i] != '}')
			return at;
		i++;
	} else {
		return at;
	}
	if (i < len && (s[i] == '?' || s[i] == '+'))
		i++;
	return i;
}

/* Length of a macro use "{name}" at s[at], 0 when it is something else. */
static size_t
macro_use(const char *s, size_t len, size_t at)
{
	size_t i = at + 1;

	if (i >= len ||
	    !((s[i] >= 'a' && s[i] <= 'z') || (s[i] >= 'A' && s[i] <= 'Z') || s[i] == '_'))
		return 0;
	while (i < len && s[i] != '}' && i - at < 64)
		i++;
	return i < len && s[i] == '}' ? i + 1 - at : 0;
}

/* A macro inside [...] would be read as the letters of its name. */
static void
check_class(struct builder *b, const char *s, size_t from, size_t to, size_t origin,
	    const struct macros *macros)
{
	for (size_t i = from; i < to; i++) {
		size_t use = s[i] == '{' ? macro_use(s, to, i) : 0;

		if (use > 2 && macro_find(macros, s + i + 1, use - 2) != NULL)
			fail(b, origin, "put the macro outside of the brackets",
			     "a macro is not filled in inside [...]");
	}
}

/* A name that no macro of this file has. */
static void
fail_macro(struct builder *b, size_t at, const struct macros *macros, const char *name, size_t len)
{
	const char *file = macro_elsewhere(macros, name, len), *near;
	char text[64], hint[160] = "write \\{ for a brace, or add the macro to define";

	snprintf(text, sizeof(text), "%.*s", (int)len, name);
	near = macro_nearest(b->arena, macros, text);
	if (file != NULL)
		snprintf(hint, sizeof(hint),
			 "%.80s defines it, and macros hold for their own file: copy it to define",
			 file);
	else if (near != NULL)
		snprintf(hint, sizeof(hint), "did you mean {%s}?", near);
	fail(b, at, hint, "there is no macro {%s}", text);
}

/* Fills in macros. `origin` is the place of the outermost use, SIZE_MAX at top level. */
static void
expand(struct builder *b, const char *s, size_t len, size_t origin, const struct macros *macros,
       unsigned depth)
{
	size_t i = 0;

	if (depth > LIMIT_MACRO_DEPTH) {
		fail(b, origin, "a macro must not use itself", "macros are nested deeper than %d",
		     LIMIT_MACRO_DEPTH);
		return;
	}
	while (i < len && b->rc == 0) {
		size_t here = origin == SIZE_MAX ? i : origin, use;
		size_t end = i + 1;

		if (s[i] == '\\') {
			end = pattern_escape_end(s, len, i);
		} else if (s[i] == '[') {
			end = pattern_class_end(s, len, i);
			check_class(b, s, i, end, here, macros);
		} else if (s[i] == '{' && (use = macro_use(s, len, i)) > 0) {
			const char *text = macro_find(macros, s + i + 1, use - 2);

			if (text == NULL) {
				fail_macro(b, here, macros, s + i + 1, use - 2);
				return;
			}
			add(b, "(?:", 3, here);
			expand(b, text, strlen(text), here, macros, depth + 1);
			add(b, ")", 1, here);
			i += use;
			continue;
		}
		for (; i < end; i++)
			add(b, s + i, 1, origin == SIZE_MAX ? i : origin);
	}
}

struct walk {
	struct builder *b;
	const char *s;
	size_t len;
	const uint32_t *origin;
	enum view view;
	struct prepared *ret;
};

/* Folds one literal run and writes it with everything escaped that folding made special. */
static void
fold_run_of(struct walk *w, size_t from, size_t to)
{
	struct folded f;
	size_t source, length;

	if (fold_text(w->b->arena, w->view, w->s + from, to - from, &f) < 0) {
		w->b->rc = -ENOMEM;
		return;
	}
	if (f.len == 0) /* keeps a following quantifier where it was */
		add(w->b, "(?:)", 4, w->origin[from]);
	for (size_t i = 0; i < f.len; i++) {
		fold_source(&f, i, 1, &source, &length);
		if (strchr("\\^$.[|()?*+{}", f.text[i]) != NULL)
			add(w->b, "\\", 1, w->origin[from + source]);
		add(w->b, f.text + i, 1, w->origin[from + source]);
	}
}

static size_t
walk_literal(struct walk *w, size_t at)
{
	size_t i = at, before = at;
	long min, max;
	int32_t cp;

	while (i < w->len && strchr("\\[]()|*+?.^$", w->s[i]) == NULL) {
		if (w->s[i] == '{' && pattern_quantifier_end(w->s, w->len, i, &min, &max) != i)
			break;
		before = i;
		i += utf8_next(w->s + i, w->len - i, &cp);
	}
	if (i == at) /* a lone ']' */
		before = at, i = at + 1;
	if (i > before && before > at && pattern_quantifier_end(w->s, w->len, i, &min, &max) != i) {
		fold_run_of(w, at, before);
		fold_run_of(w, before, i);
	} else {
		fold_run_of(w, at, i);
	}
	return i;
}

static size_t
walk_escape(struct walk *w, size_t at)
{
	size_t end = pattern_escape_end(w->s, w->len, at);
	char c = at + 1 < w->len ? w->s[at + 1] : '\0';

	if (c == 'C')
		fail(w->b, w->origin[at], "use . for a character",
		     "\\C matches half characters and is not allowed");
	else if (c == 'Q' || c == 'E')
		fail(w->b, w->origin[at], "escape the special characters one by one",
		     "\\%c is not allowed", c);
	else if (c != '\0' && strchr("wWbBdD", c) != NULL && w->ret->ascii_class < 0)
		w->ret->ascii_class = (long)w->origin[at];
	else if ((unsigned char)c >= 0x80) {
		fold_run_of(w, at + 1, end);
		return end;
	}
	copy(w->b, w->s, at, end, w->origin);
	return end;
}

static size_t
walk_class(struct walk *w, size_t at)
{
	size_t end = pattern_class_end(w->s, w->len, at), i = at, n;
	enum view view = w->view == VIEW_SQUEEZED ? VIEW_FOLDED : w->view;
	struct folded f;
	int32_t cp;

	while (i < end && w->b->rc == 0) {
		n = utf8_next(w->s + i, end - i, &cp);
		if (w->s[i] == '\\') {
			n = pattern_escape_end(w->s, end, i) - i;
			if (i + 1 < end && strchr("wWdD", w->s[i + 1]) != NULL &&
			    w->ret->ascii_class < 0)
				w->ret->ascii_class = (long)w->origin[i];
		} else if (w->s[i] == '[' && i > at && i + 1 < end && w->s[i + 1] == ':') {
			const char *close = memmem(w->s + i + 2, end - i - 2, ":]", 2);

			n = close != NULL ? (size_t)(close - w->s) + 2 - i : n;
		} else if (cp >= 0x80 || (cp >= 'A' && cp <= 'Z')) {
			if (fold_text(w->b->arena, view, w->s + i, n, &f) < 0) {
				w->b->rc = -ENOMEM;
				return end;
			}
			if (f.len > 0 && utf8_next(f.text, f.len, &cp) == f.len) {
				if (f.len == 1 && strchr("]\\^-[", f.text[0]) != NULL)
					add(w->b, "\\", 1, w->origin[i]);
				add(w->b, f.text, f.len, w->origin[i]);
				i += n;
				continue;
			}
		}
		copy(w->b, w->s, i, i + n, w->origin);
		i += n;
	}
	return end;
}

/* The length of "(?..." up to where the group's own pattern begins, or 0 after a refusal. */
static size_t
group_head(struct walk *w, size_t at)
{
	const char *s = w->s + at, *end;
	size_t left = w->len - at, n;

	if (left >= 2 && s[1] == '*') {
		fail(w->b, w->origin[at], "limits and modes are set by the program",
		     "(*...) is not allowed in a rule");
		return 0;
	}
	if (left < 3 || s[1] != '?')
		return 1;
	if (strchr(":>|=!", s[2]) != NULL)
		return 3;
	if (s[2] == '<' && left > 3 && (s[3] == '=' || s[3] == '!'))
		return 4;
	if (s[2] == '<' || s[2] == '\'' || (s[2] == 'P' && left > 3 && s[3] == '<')) {
		end = memchr(s + 4, s[2] == '\'' ? '\'' : '>', left > 4 ? left - 4 : 0);
		return end != NULL ? (size_t)(end - s) + 1 : left;
	}
	if (s[2] == 'P' && left > 3 && s[3] == '=') {
		end = memchr(s, ')', left);
		return end != NULL ? (size_t)(end - s) : left;
	}
	n = 2 + strspn(s + 2, "imsnJUx^-");
	if (n < left && n > 2 && (s[n] == ':' || s[n] == ')')) {
		if (memchr(s + 2, 'x', n - 2) != NULL) {
			fail(w->b, w->origin[at], "write the pattern without extra spaces",
			     "the option x is not allowed");
			return 0;
		}
		return s[n] == ':' ? n + 1 : n;
	}
	fail(w->b, w->origin[at],
	     s[2] == 'C' ? "callouts belong to the program"
			 : "use plain groups, macros and several entries of match",
	     s[2] == 'C' ? "(?C...) is not allowed in a rule"
			 : "this kind of group is not allowed in a rule");
	return 0;
}

static void
walk(struct walk *w)
{
	size_t i = 0, end;
	long min, max;

	while (i < w->len && w->b->rc == 0) {
		switch (w->s[i]) {
		case '\\':
			i = walk_escape(w, i);
			break;
		case '[':
			i = walk_class(w, i);
			break;
		case '(':
			end = i + group_head(w, i);
			copy(w->b, w->s, i, end, w->origin);
			i = end;
			break;
		case ')':
		case '|':
		case '.':
		case '^':
		case '$':
			copy(w->b, w->s, i, i + 1, w->origin);
			i++;
			break;
		default:
			end = pattern_quantifier_end(w->s, w->len, i, &min, &max);
			if (end != i) {
				copy(w->b, w->s, i, end, w->origin);
				i = end;
			} else {
				i = walk_literal(w, i);
			}
		}
	}
}

static bool
has_hangul(const char *s, size_t len)
{
	int32_t cp;

	for (size_t i = 0; i < len; i += utf8_next(s + i, len - i, &cp)) {
		utf8_next(s + i, len - i, &cp);
		if (is_hangul_syllable(cp) || is_jamo(cp) || (cp >= 0x1100 && cp <= 0x11ff))
			return true;
	}
	return false;
}

static int
builder_begin(struct builder *b, struct arena *arena, struct pattern_error *error)
{
	*b = (struct builder){ .arena = arena, .out.arena = arena, .error = error };
	b->origin = arena_calloc(arena, LIMIT_PATTERN_BYTES + 1, sizeof(*b->origin));
	return b->origin == NULL ? -ENOMEM : 0;
}

int
pattern_prepare(struct arena *arena, const char *text, size_t len, enum view view,
		const struct macros *macros, struct prepared *ret, struct pattern_error *ret_error)
{
	struct builder filled, out;
	struct prepared prepared = { .ascii_class = -1 };
	struct walk w;

	if (builder_begin(&filled, arena, ret_error) < 0 ||
	    builder_begin(&out, arena, ret_error) < 0)
		return -ENOMEM;
	if (memchr(text, '\0', len) != NULL)
		return fail(&filled, 0, "write \\x00", "the pattern holds a NUL");
	expand(&filled, text, len, SIZE_MAX, macros, 0);
	if (filled.rc != 0)
		return filled.rc;
	w = (struct walk){ &out,     buf_string(&filled.out), filled.out.len, filled.origin, view,
			   &prepared };
	if (w.s == NULL)
		return -ENOMEM;
	prepared.hangul = has_hangul(w.s, w.len);
	walk(&w);
	if (out.rc != 0)
		return out.rc;
	prepared.text = buf_string(&out.out);
	prepared.len = out.out.len;
	out.origin[prepared.len] = (uint32_t)len;
	prepared.origin = out.origin;
	if (prepared.text == NULL)
		return -ENOMEM;
	*ret = prepared;
	return 0;
}
