/*
 * ctl_text: `triagectl text`: what the filters see of a mail. With --part, --hidden or --views
 * nothing but the texts that are asked for.
 */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ctl.h"
#include "filters/fold.h"
#include "filters/message.h"
#include "source.h"
#include "term.h"

#define ARENA_BYTES (128u << 20)
#define NAME_COLUMNS 12

static const char *const part_names[] = {
	[SEGMENT_NEW] = "new",
	[SEGMENT_QUOTED] = "quoted",
	[SEGMENT_SIGNATURE] = "signature",
	[SEGMENT_FORWARDED] = "forwarded",
};
#define PART_ALL (-1)

/* What is to be printed of every mail. */
struct wish {
	int part; /* an enum segment_kind, or PART_ALL */
	bool hidden, views;
};

static void
head(const struct term *term, const char *name, const char *text)
{
	if (!*text)
		return;
	term_cell(term, STYLE_DIM, name, NAME_COLUMNS);
	term_cell(term, STYLE_PLAIN, text, 0);
	putc('\n', term->out);
}

static void
head_address(const struct term *term, struct arena *arena, const char *name,
	     const struct address *a)
{
	const char *text = a->name; /* a group, or what is no address */

	if (a->address[0])
		text = arena_printf(arena, "%s%s<%s>", a->name, a->name[0] ? " " : "", a->address);
	head(term, name, text ? text : "");
}

static void
head_addresses(const struct term *term, struct arena *arena, const char *name,
	       const struct addresses *list)
{
	for (size_t i = 0; i < list->count; i++)
		head_address(term, arena, name, &list->list[i]);
}

static void
print_text(const struct term *term, const char *text, size_t len)
{
	while (len > 0 && text[len - 1] == '\n')
		len--;
	term_text(term, text, len, true);
	if (len > 0)
		putc('\n', term->out);
}

static void
title(const struct term *term, const char *text)
{
	putc('\n', term->out);
	term_style(term, STYLE_STRONG);
	fprintf(term->out, "[%s]\n", text);
	term_style(term, STYLE_PLAIN);
}

/* A line for each part, indented as they lie in each other. A mail of one plain part needs none. */
static void
print_parts(const struct term *term, struct arena *arena, const struct message *m)
{
	for (size_t i = 0; i < m->part_count; i++) {
		const struct part *p = &m->parts[i];
		const char *text;

		if (m->part_count == 1 && !p->encrypted && !p->attachment)
			break;
		text = arena_printf(arena, "%*s%s%s%s%s%s%s%s", (int)p->depth * 2, "", p->type,
				    p->charset[0] ? ", " : "", p->charset,
				    p->filename[0] ? ", " : "", p->filename,
				    p->attachment ? ", attached" : "",
				    p->encrypted ? ", encrypted: not read" : "");
		head(term, "part", text ? text : p->type);
	}
}

static void
print_head(const struct term *term, struct arena *arena, const char *name, const struct message *m)
{
	char notes[512];

	head(term, "mail", name);
	head_addresses(term, arena, "from", &m->from);
	head_addresses(term, arena, "reply to", &m->reply_to);
	head_addresses(term, arena, "to", &m->to);
	head_addresses(term, arena, "cc", &m->cc);
	head(term, "subject", m->subject);
	head(term, "date", m->date_text);
	head(term, "language", m->language);
	head(term, "automatic", m->automatic_why);
	head_address(term, arena, m->forwarded.alone ? "speaks for" : "forwards",
		     &m->forwarded.from);
	head(term, "notes", message_notes_text(m->notes, notes, sizeof(notes)));
	print_parts(term, arena, m);
	for (size_t i = 0; i < m->attachment_count; i++)
		head(term, "attachment", m->attachment_names[i]);
}

static void
print_all(const struct term *term, struct arena *arena, const char *name, const struct message *m)
{
	print_head(term, arena, name, m);
	for (size_t i = 0; i < m->segment_count; i++) {
		title(term, part_names[m->segments[i].kind]);
		print_text(term, m->body + m->segments[i].offset, m->segments[i].length);
	}
	if (m->hidden[0]) {
		title(term, "hidden, not judged");
		print_text(term, m->hidden, strlen(m->hidden));
	}
}

/* A text as rules see it: its views, and where words are read otherwise those readings. */
static int
print_views(const struct term *term, struct arena *arena, const char *name, const char *text,
	    size_t len)
{
	struct readings readings;
	struct folded f;
	char what[64];
	int r = len > 0 ? readings_find(arena, text, len, &readings) : 0;

	for (int v = 0; len > 0 && r == 0 && v < VIEW_COUNT; v++) {
		r = fold_text(arena, (enum view)v, text, len, &f);
		if (r < 0)
			break;
		snprintf(what, sizeof(what), "%s, %s", name, view_name((enum view)v));
		title(term, what);
		print_text(term, f.text, f.len);
		for (unsigned i = 0; r == 0 && v != VIEW_PLAIN && i < readings.count; i++) {
			r = fold_reading(arena, (enum view)v, text, &readings, i, &f);
			if (r < 0)
				break;
			snprintf(what, sizeof(what), "%s, %s, read otherwise", name,
				 view_name((enum view)v));
			title(term, what);
			print_text(term, f.text, f.len);
		}
	}
	return r;
}

/* The text of one part, or with --views of the subject and each part that is asked for. */
static int
print_wanted(const struct term *term, struct arena *arena, const struct message *m,
	     const struct wish *wish)
{
	int r = 0;

	if (wish->views && wish->part == PART_ALL)
		r = print_views(term, arena, "subject", m->subject, strlen(m->subject));
	for (int part = SEGMENT_NEW; r == 0 && part <= SEGMENT_FORWARDED; part++) {
		struct text_map *map;
		const char *text;
		size_t len, count;

		if (wish->part != PART_ALL && wish->part != part)
			continue;
		r = message_segments_text(m, (enum segment_kind)part, &text, &len, &map, &count);
		if (r == 0 && wish->views)
			r = print_views(term, arena, part_names[part], text, len);
		else if (r == 0)
			print_text(term, text, len);
	}
	return r;
}

static int
print_mail(const struct term *term, struct arena *arena, const struct source_mail *mail,
	   const struct wish *wish)
{
	struct message *m;
	int r;

	arena_reset(arena);
	r = message_read(arena, mail->bytes, mail->len, mail->cut, &m);
	if (r < 0)
		return r;
	if (wish->hidden)
		print_text(term, m->hidden, strlen(m->hidden));
	else if (wish->views || wish->part != PART_ALL)
		r = print_wanted(term, arena, m, wish);
	else
		print_all(term, arena, mail->name, m);
	return r;
}

static int
print_source(struct source *source, struct arena *arena, const struct wish *wish)
{
	struct term term = term_of(stdout);
	struct source_mail mail;
	struct err err;
	size_t count = 0;
	int r, one, status = CTL_OK;

	while ((r = source_next(source, &mail, &err)) != 0) {
		if (r < 0) {
			ctl_complain("%s", err.text);
			status = CTL_FAILED;
			continue;
		}
		if (count++ > 0)
			putchar('\n');
		one = print_mail(&term, arena, &mail, wish);
		if (one < 0) {
			ctl_complain("cannot read %s: %s", mail.name, strerror(-one));
			status = CTL_FAILED;
		}
		source_mail_free(&mail);
	}
	return status;
}

/* PART_ALL for all, -2 when unknown. */
static int
part_by_name(const char *name)
{
	if (!strcmp(name, "all"))
		return PART_ALL;
	for (int i = SEGMENT_NEW; i <= SEGMENT_FORWARDED; i++)
		if (!strcmp(name, part_names[i]))
			return i;
	return -2;
}

/* Returns 0 or CTL_USAGE. */
static int
read_wish(int argc, char **argv, struct wish *ret)
{
	static const struct option longs[] = { { "part", required_argument, NULL, 'p' },
					       { "hidden", no_argument, NULL, 'h' },
					       { "views", no_argument, NULL, 'v' },
					       { 0 } };
	struct wish wish = { .part = PART_ALL };
	bool part = false;
	int c;

	optind = 0;
	while ((c = getopt_long(argc, argv, "", longs, NULL)) != -1) {
		if (c == 'p') {
			part = true;
			wish.part = part_by_name(optarg);
		} else if (c == 'h') {
			wish.hidden = true;
		} else if (c == 'v') {
			wish.views = true;
		} else {
			return ctl_usage("text", "the arguments are not understood");
		}
		if (wish.part == -2)
			return ctl_usage("text",
					 "--part takes new, quoted, signature, forwarded or all, "
					 "not \"%s\"",
					 optarg);
	}
	if (wish.hidden && (wish.views || part))
		return ctl_usage("text", "--hidden prints the hidden text alone: leave out --part "
					 "and --views");
	if (argc - optind != 1)
		return ctl_usage("text", "name one mail, or - for standard input");
	*ret = wish;
	return 0;
}

int
ctl_text(int argc, char **argv)
{
	struct source *source = NULL;
	struct arena *arena;
	struct wish wish;
	int status = CTL_FAILED, written, r = read_wish(argc, argv, &wish);

	if (r != 0)
		return r;
	arena = arena_new(ARENA_BYTES);
	if (!arena || source_open(argv + optind, 1, &source) < 0)
		ctl_complain("cannot read %s: out of memory", argv[optind]);
	else
		status = print_source(source, arena, &wish);
	source_close(source);
	arena_free(arena);
	written = ctl_flush();
	return status != CTL_OK ? status : written;
}
