/*
 * html_tree: the stack of open elements. See html_tree.h; the numbers are those of the standard
 * (WHATWG HTML, 13.2.6).
 *
 * What is not kept: forms and selects are ordinary elements, frames are not known, and of the
 * "adoption agency" only that matters which decides how the words to come look.
 */
#include "html_tree.h"

#include <string.h>
#include <strings.h>

#include "message.h"

void
html_tree_init(struct html_tree *t)
{
	t->stack[0].tag = html_tag_find("html", 4);
	html_look_start(&t->stack[0].look);
}

/* Where the look of a child of the innermost element comes from. */
static unsigned
look_parent(struct html_tree *t)
{
	unsigned i = t->depth;

	/* Between the parts of a table nothing can stand: it is shown before it ("foster parent").
	 */
	while (i && t->stack[i].tag->flags & TAG_TABLE_PART) {
		t->walked++;
		if (t->stack[i--].tag->id == TAG_TABLE)
			return i;
	}
	return t->depth;
}

static void
push(struct html_tree *t, const struct html_tag *tag, const struct css_style *own, unsigned parent)
{
	struct html_element *e = &t->stack[++t->depth];

	e->tag = tag;
	e->name = (struct span){ "", 0 };
	e->own = *own;
	e->parent = parent;
	e->look = t->stack[parent].look;
	html_look_apply(&e->look, own, tag);
	e->hidden = html_look_hidden(&e->look);
	e->formatting = t->formatting_base;
	if (tag->flags & TAG_MARKER)
		t->formatting_base = t->formatting_count;
	if (tag->id == TAG_FOREIGN)
		t->foreign++;
	e->gmail = e->reversed = false;
	e->pre = t->stack[t->depth - 1].pre || tag->flags & TAG_PRE;
	e->margin = e->items = 0;
	e->url = (struct span){ NULL, 0 };
	e->from = 0;
}

static void
remember(struct html_tree *t, const struct html_element *e)
{
	unsigned alike = 0;

	/* 13.2.4.3: three of a kind are enough. */
	for (unsigned i = t->formatting_base; i < t->formatting_count; i++)
		alike += t->formatting[i].tag == e->tag && t->formatting[i].own.set == e->own.set;
	t->walked += t->formatting_count - t->formatting_base;
	if (alike >= 3)
		return;
	if (t->formatting_count == LIMIT_HTML_FORMATTING) {
		t->notes |= NOTE_CUT_HTML;
		return;
	}
	t->formatting[t->formatting_count++] =
		(struct html_formatting){ .tag = e->tag, .own = e->own };
}

static void
pop(struct html_tree *t, bool ended)
{
	struct html_element *e = html_tree_top(t);

	t->closing(t->context, e);
	if (e->tag->flags & TAG_MARKER) {
		t->formatting_count = t->formatting_base;
		t->formatting_base = e->formatting;
	} else if (!ended && e->tag->flags & TAG_FORMATTING) {
		remember(t, e);
	}
	if (e->tag->id == TAG_FOREIGN)
		t->foreign--;
	t->depth--;
	t->walked++;
}

/* Ends everything above stack[index], and it too, which is what was meant. */
static void
pop_to(struct html_tree *t, unsigned index)
{
	unsigned from = t->formatting_count;

	while (t->depth > index)
		pop(t, false);
	pop(t, true);
	/* They were remembered from the inside. */
	for (unsigned to = t->formatting_count; from + 1 < to; from++) {
		struct html_formatting swap = t->formatting[from];

		t->formatting[from] = t->formatting[--to];
		t->formatting[to] = swap;
	}
}

static bool
is(const struct html_element *e, const struct html_tag *tag, struct span name)
{
	return e->tag == tag &&
	       (tag->id != TAG_UNKNOWN ||
		(e->name.len == name.len && strncasecmp(e->name.at, name.at, name.len) == 0));
}

/* The innermost element of that id within reach of one with none of the flags; 0: none. */
static unsigned
find_id(struct html_tree *t, enum html_tag_id id, unsigned barrier)
{
	for (unsigned i = t->depth; i > 0; i--) {
		t->walked++;
		if (t->stack[i].tag->id == id)
			return i;
		if (t->stack[i].tag->flags & barrier)
			return 0;
	}
	return 0;
}

/* Formatting that goes on is opened again before the first word or element in the line. */
static void
reopen(struct html_tree *t)
{
	while (t->formatting_base < t->formatting_count && t->depth < LIMIT_HTML_DEPTH) {
		struct html_formatting *f = &t->formatting[t->formatting_base];

		push(t, f->tag, &f->own, look_parent(t));
		t->opened(t->context, html_tree_top(t), NULL);
		t->formatting_count--;
		memmove(f, f + 1, (t->formatting_count - t->formatting_base) * sizeof *f);
	}
}

/* Takes a formatting element out from below others, whose looks change. */
static void
take_out(struct html_tree *t, unsigned index)
{
	t->closing(t->context, &t->stack[index]);
	t->removed(t->context, index);
	memmove(&t->stack[index], &t->stack[index + 1], (t->depth - index) * sizeof *t->stack);
	t->depth--;
	for (unsigned i = index; i <= t->depth; i++) {
		struct html_element *e = &t->stack[i];

		if (e->parent >= index)
			e->parent--;
		e->look = t->stack[e->parent].look;
		html_look_apply(&e->look, &e->own, e->tag);
		e->hidden = html_look_hidden(&e->look);
		t->walked += 4;
	}
}

/* 13.2.6.4.7, the "adoption agency". */
static void
end_formatting(struct html_tree *t, const struct html_tag *tag)
{
	unsigned last_special = 0, i;

	for (i = t->formatting_count; i > t->formatting_base; i--)
		if (t->formatting[i - 1].tag == tag) {
			t->formatting_count--;
			memmove(&t->formatting[i - 1], &t->formatting[i],
				(t->formatting_count - (i - 1)) * sizeof *t->formatting);
			return;
		}
	for (i = t->depth; i > 0 && t->stack[i].tag != tag; i--) {
		t->walked++;
		if (t->stack[i].tag->flags & (TAG_SCOPE | TAG_MARKER))
			return;
		if (t->stack[i].tag->flags & TAG_SPECIAL)
			last_special = i;
	}
	if (!i)
		return;
	if (last_special)
		take_out(t, i);
	else
		pop_to(t, i);
}

static void
close_p(struct html_tree *t)
{
	unsigned i = find_id(t, TAG_P, TAG_SCOPE);

	if (i)
		pop_to(t, i);
}

/* 13.2.6.4.7, "li", "dd", "dt": a new one ends the last, within its list. */
static void
close_item(struct html_tree *t, enum html_tag_id id)
{
	for (unsigned i = t->depth; i > 0; i--) {
		const struct html_tag *tag = t->stack[i].tag;

		t->walked++;
		if (tag->id == id) {
			pop_to(t, i);
			return;
		}
		if (tag->flags & TAG_SPECIAL && tag->id != TAG_DIV && tag->id != TAG_P)
			return;
	}
}

/*
 * A part of a table ends what is open down to where it may stand. Returns false when there is no
 * table, and the tag says nothing.
 */
static bool
table_context(struct html_tree *t, enum html_tag_id id)
{
	unsigned table = t->depth, keep;

	while (table && t->stack[table].tag->id != TAG_TABLE) {
		t->walked++;
		table--;
	}
	if (!table)
		return false;
	keep = table;
	if (id == TAG_ROW || id == TAG_CELL)
		while (keep < t->depth &&
		       (t->stack[keep + 1].tag->id == TAG_ROWS ||
			(id == TAG_CELL && t->stack[keep + 1].tag->id == TAG_ROW)))
			keep++;
	if (keep < t->depth)
		pop_to(t, keep + 1);
	return true;
}

/* svg and math end where an element comes that cannot be in them. */
static void
leave_foreign(struct html_tree *t)
{
	for (unsigned i = t->depth; i > 0; i--) {
		if (t->stack[i].tag->id == TAG_FOREIGN_HTML)
			return;
		t->walked++;
		if (t->stack[i].tag->id == TAG_FOREIGN) {
			pop_to(t, i);
			return;
		}
	}
}

/* What a start tag ends. Returns false when it is not to be taken at all. */
static bool
make_room(struct html_tree *t, const struct html_tag *tag)
{
	unsigned i;

	if (t->foreign && tag->flags & TAG_FOREIGN_ENDS)
		leave_foreign(t);
	if (tag->flags & TAG_CLOSES_P)
		close_p(t);
	switch (tag->id) {
	case TAG_HTML:
	case TAG_HEAD:
	case TAG_BODY:
		return false;
	case TAG_LI:
	case TAG_DD:
		close_item(t, tag->id);
		break;
	case TAG_OPTION:
	case TAG_OPTGROUP:
		if (t->stack[t->depth].tag->id == TAG_OPTION)
			pop(t, true);
		if (tag->id == TAG_OPTGROUP && t->stack[t->depth].tag->id == TAG_OPTGROUP)
			pop(t, true);
		break;
	case TAG_RUBY_TEXT:
		if (t->stack[t->depth].tag->id == TAG_RUBY_TEXT)
			pop(t, true);
		break;
	case TAG_TABLE:
		/* One directly in another ends it. */
		if (t->stack[t->depth].tag->flags & TAG_TABLE_PART &&
		    (i = find_id(t, TAG_TABLE, 0)))
			pop_to(t, i);
		break;
	case TAG_ROWS:
	case TAG_ROW:
	case TAG_CELL:
	case TAG_CAPTION:
	case TAG_COL:
		return table_context(t, tag->id);
	case TAG_A:
	case TAG_NOBR:
		end_formatting(t, tag);
		break;
	case TAG_BUTTON:
		if ((i = find_id(t, TAG_BUTTON, TAG_SCOPE)))
			pop_to(t, i);
		break;
	default:
		if (tag->flags & TAG_HEADING && t->stack[t->depth].tag->flags & TAG_HEADING)
			pop(t, true);
		break;
	}
	return true;
}

/* The page's own tags give it their look; a second one of them is ignored, as are their ends. */
static void
page_tag(struct html_tree *t, const struct html_token *token)
{
	struct html_element *page = &t->stack[0];

	if ((token->tag->id != TAG_HTML && token->tag->id != TAG_BODY) || t->depth > 0)
		return;
	html_look_declare(&page->own, token, t->sheet, t->arena);
	html_look_apply(&page->look, &page->own, token->tag);
	page->hidden = html_look_hidden(&page->look);
}

void
html_tree_start(struct html_tree *t, const struct html_token *token)
{
	const struct html_tag *tag = token->tag;
	struct html_element *e;
	struct css_style own;

	if (t->beyond) {
		t->beyond += !(tag->flags & TAG_VOID);
		t->opened(t->context, NULL, token);
		return;
	}
	if (!make_room(t, tag)) {
		page_tag(t, token);
		t->opened(t->context, NULL, token);
		return;
	}
	if (!(tag->flags & (TAG_SPECIAL | TAG_UNSEEN | TAG_BLOCK)))
		reopen(t);
	if (t->depth == LIMIT_HTML_DEPTH) {
		t->notes |= NOTE_CUT_HTML;
		t->beyond = !(tag->flags & TAG_VOID);
		t->opened(t->context, NULL, token);
		return;
	}
	html_look_declare(&own, token, t->sheet, t->arena);
	push(t, tag, &own,
	     tag->flags & TAG_TABLE_PART || tag->id == TAG_CELL || tag->id == TAG_CAPTION ||
			     tag->flags & TAG_UNSEEN
		     ? t->depth
		     : look_parent(t));
	e = html_tree_top(t);
	e->name = tag->id == TAG_UNKNOWN ? token->name : e->name;
	t->opened(t->context, e, token);
	if (tag->flags & TAG_VOID || (token->empty && t->foreign))
		pop(t, true);
}

/* Elements that an end tag closes with whatever is open in them, as far as its reach goes. */
static void
end_block(struct html_tree *t, const struct html_token *token)
{
	unsigned barrier = token->tag->flags & (TAG_TABLE_PART | TAG_MARKER) ? 0 : TAG_SCOPE, i;

	for (i = t->depth; i > 0; i--) {
		const struct html_tag *tag = t->stack[i].tag;

		t->walked++;
		if (is(&t->stack[i], token->tag, token->name) ||
		    (tag->flags & TAG_HEADING && token->tag->flags & TAG_HEADING)) {
			pop_to(t, i);
			return;
		}
		if (tag->flags & barrier || tag->id == TAG_TABLE)
			break;
		if (token->tag->id == TAG_LI && tag->id == TAG_LIST)
			break;
	}
	/* The end of a paragraph that was not begun is one. */
	if (token->tag->id == TAG_P)
		t->opened(t->context, NULL, token);
}

/* "Any other end tag". */
static void
end_other(struct html_tree *t, const struct html_token *token)
{
	for (unsigned i = t->depth; i > 0; i--) {
		t->walked++;
		if (is(&t->stack[i], token->tag, token->name)) {
			pop_to(t, i);
			return;
		}
		if (t->stack[i].tag->flags & TAG_SPECIAL)
			return;
	}
}

void
html_tree_end(struct html_tree *t, const struct html_token *token)
{
	const struct html_tag *tag = token->tag;

	if (t->beyond) {
		t->beyond--;
		t->opened(t->context, NULL, token);
	} else if (tag->flags & TAG_VOID || tag->id == TAG_HTML || tag->id == TAG_BODY ||
		   tag->id == TAG_HEAD) {
		t->opened(t->context, NULL, token);
	} else if (tag->flags & TAG_FORMATTING) {
		end_formatting(t, tag);
	} else if (tag->flags & TAG_SPECIAL || tag->id == TAG_FOREIGN) {
		end_block(t, token);
	} else {
		end_other(t, token);
	}
}

struct html_element *
html_tree_words(struct html_tree *t, bool blank)
{
	if (!blank && t->formatting_base < t->formatting_count)
		reopen(t);
	return &t->stack[look_parent(t)];
}

void
html_tree_finish(struct html_tree *t)
{
	while (t->depth)
		pop(t, true);
}
