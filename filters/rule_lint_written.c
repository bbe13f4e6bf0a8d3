/*
 * rule_lint_written: what a pattern shows before its macros are filled in: braces that are neither
 * a macro nor a quantifier, backslashes written twice. Both stand for themselves then, and hardly
 * any mail has them. See rule_lint.h.
 */
#include "rule_lint.h"

#include <stdio.h>
#include <string.h>

/* Where a name ends that may be a macro's. */
static size_t
name_end(const char *s, size_t len, size_t at)
{
	while (at < len && ((s[at] >= 'a' && s[at] <= 'z') || (s[at] >= 'A' && s[at] <= 'Z') ||
			    (s[at] >= '0' && s[at] <= '9') || s[at] == '_' || s[at] == '-'))
		at++;
	return at;
}

/* What was meant by the brace at s[at], as far as one can tell. */
static void
brace_hint(const char *s, size_t len, size_t at, const struct macros *macros, char *hint,
	   size_t size)
{
	size_t from = at + 1, end;

	while (s[at] == '{' && from < len && s[from] == ' ')
		from++;
	if (s[at] == '}') /* the name stands before it */
		for (from = at; from > 0 && name_end(s, len, from - 1) >= at;)
			from--;
	end = s[at] == '}' ? at : name_end(s, len, from);
	if (end > from && macro_find(macros, s + from, end - from) != NULL)
		snprintf(hint, size, "did you mean {%.*s}?", (int)(end - from), s + from);
	else if (s[at] == '{' && from < len && s[from] == ',')
		snprintf(hint, size, "a quantifier needs its lower bound: {0%.*s",
			 (int)(strcspn(s + from, "}") + 1), s + from);
	else if (s[at] == '{' && from < len && s[from] >= '0' && s[from] <= '9')
		snprintf(hint, size,
			 "a quantifier is written {3}, {2,} or {2,5}, of at most 65535");
	else
		snprintf(hint, size, "write \\%c if that is meant", s[at]);
}

static int
blame_brace(const char *s, size_t len, size_t at, const struct macros *macros, struct blame *ret)
{
	*ret = (struct blame){ .kind = BLAME_LITERAL, .offset = at };
	snprintf(ret->text, sizeof(ret->text),
		 "this %c belongs to no macro and no quantifier: it stands for itself", s[at]);
	brace_hint(s, len, at, macros, ret->hint, sizeof(ret->hint));
	return 1;
}

/* A backslash that is escaped itself, before a letter that would have meant something behind one.
 */
static int
blame_backslash(const char *s, size_t len, size_t at, struct blame *ret)
{
	if (at + 2 >= len || s[at + 1] != '\\' || strchr("bBdDwWsSnrtpP", s[at + 2]) == NULL)
		return 0;
	*ret = (struct blame){ .kind = BLAME_LITERAL, .offset = at };
	snprintf(ret->text, sizeof(ret->text),
		 "\\\\%c is a backslash and the letter %c, which stand for themselves", s[at + 2],
		 s[at + 2]);
	snprintf(ret->hint, sizeof(ret->hint), "in single quotes one backslash is enough: \\%c",
		 s[at + 2]);
	return 1;
}

/* The index behind a macro's use or a quantifier at s[at] == '{'; `at` when it is neither. */
static size_t
brace_end(const char *s, size_t len, size_t at)
{
	size_t end = name_end(s, len, at + 1);
	long min, max;

	if (end > at + 1 && end < len && s[end] == '}' && !(s[at + 1] >= '0' && s[at + 1] <= '9'))
		return end + 1;
	return pattern_quantifier_end(s, len, at, &min, &max);
}

/* Of a block scalar: the line break becomes a space that the mail must have behind the match. */
static int
blame_line_end(const char *s, size_t len, struct blame *ret)
{
	if (len == 0 || s[len - 1] != '\n')
		return 0;
	*ret = (struct blame){ .kind = BLAME_LITERAL, .offset = len - 1 };
	snprintf(ret->text, sizeof(ret->text),
		 "ends with a line break, so that a space must stand behind each match");
	snprintf(ret->hint, sizeof(ret->hint), "write |- in place of |, or single quotes");
	return 1;
}

int
rule_lint_written(const char *s, size_t len, const struct macros *macros,
		  struct blame ret[BLAMES_MAX])
{
	size_t i = 0, end;
	int count = 0;

	while (i < len && count < BLAMES_MAX) {
		end = i + 1;
		if (s[i] == '\\') {
			count += blame_backslash(s, len, i, &ret[count]);
			end = pattern_escape_end(s, len, i);
		} else if (s[i] == '[') {
			end = pattern_class_end(s, len, i);
		} else if (s[i] == '{') {
			end = brace_end(s, len, i);
			if (end == i) {
				count += blame_brace(s, len, i, macros, &ret[count]);
				/* Its other half is the same mistake. */
				end = i + 1 + strcspn(s + i + 1, "{}\\[");
				end += end < len && s[end] == '}';
			}
		} else if (s[i] == '}') {
			count += blame_brace(s, len, i, macros, &ret[count]);
		}
		i = end;
	}
	if (count < BLAMES_MAX)
		count += blame_line_end(s, len, &ret[count]);
	return count;
}
