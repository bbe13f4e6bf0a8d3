/*
 * ctl_text: `triagectl text`: what the filters see of a mail. With --part nothing but the text of
 * that kind.
 */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ctl.h"
#include "filters/message.h"
#include "source.h"
#include "term.h"

#define ARENA_BYTES (128u << 20)

static const char *const part_names[] = {
	[SEGMENT_NEW] = "new",
	[SEGMENT_QUOTED] = "quoted",
	[SEGMENT_SIGNATURE] = "signature",
	[SEGMENT_FORWARDED] = "forwarded",
};

static void
head(const struct term *term, const char *name, const char *text)
{
	if (!*text)
		return;
	term_cell(term, STYLE_DIM, name, 12);
	term_cell(term, STYLE_PLAIN, text, 0);
	putc('\n', term->out);
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
print_all(const struct term *term, const char *name, const struct message *m)
{
	char notes[256], from[512] = "";

	head(term, "mail", name);
	if (m->from.count)
		snprintf(from, sizeof(from), "%s%s<%s>", m->from.list[0].name,
			 m->from.list[0].name[0] ? " " : "", m->from.list[0].address);
	head(term, "from", from);
	head(term, "subject", m->subject);
	head(term, "date", m->date_text);
	head(term, "language", m->language);
	head(term, "automatic", m->automatic_why);
	head(term, "notes", message_notes_text(m->notes, notes, sizeof(notes)));
	for (size_t i = 0; i < m->attachment_count; i++)
		head(term, "attachment", m->attachment_names[i]);
	for (size_t i = 0; i < m->segment_count; i++) {
		putc('\n', term->out);
		term_style(term, STYLE_STRONG);
		fprintf(term->out, "[%s]\n", part_names[m->segments[i].kind]);
		term_style(term, STYLE_PLAIN);
		print_text(term, m->body + m->segments[i].offset, m->segments[i].length);
	}
	if (m->hidden[0]) {
		fputs("\n[hidden, not judged]\n", term->out);
		print_text(term, m->hidden, strlen(m->hidden));
	}
}

/* part: an enum segment_kind, or -1 for all. */
static int
print_mail(const struct term *term, struct arena *arena, const struct source_mail *mail, int part)
{
	struct message *m;
	struct text_map *map;
	const char *text;
	size_t len, count;
	int r;

	arena_reset(arena);
	r = message_read(arena, mail->bytes, mail->len, mail->cut, &m);
	if (r == 0 && part < 0)
		print_all(term, mail->name, m);
	if (r == 0 && part >= 0) {
		r = message_segments_text(m, (enum segment_kind)part, &text, &len, &map, &count);
		if (r == 0)
			print_text(term, text, len);
	}
	return r;
}

static int
print_source(struct source *source, struct arena *arena, int part)
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
		one = print_mail(&term, arena, &mail, part);
		if (one < 0) {
			ctl_complain("cannot read %s: %s", mail.name, strerror(-one));
			status = CTL_FAILED;
		}
		source_mail_free(&mail);
	}
	return status;
}

/* -1 for all, -2 when unknown. */
static int
part_by_name(const char *name)
{
	if (!strcmp(name, "all"))
		return -1;
	for (int i = SEGMENT_NEW; i <= SEGMENT_SIGNATURE; i++)
		if (!strcmp(name, part_names[i]))
			return i;
	return -2;
}

int
ctl_text(int argc, char **argv)
{
	static const struct option longs[] = { { "part", required_argument, NULL, 'p' }, { 0 } };
	struct source *source = NULL;
	struct arena *arena;
	int part = -1, c, status = CTL_FAILED, written;

	optind = 0;
	while ((c = getopt_long(argc, argv, "", longs, NULL)) != -1) {
		if (c != 'p')
			return ctl_usage("text", "the arguments are not understood");
		part = part_by_name(optarg);
		if (part == -2)
			return ctl_usage("text",
					 "--part takes new, quoted, signature or all, not \"%s\"",
					 optarg);
	}
	if (argc - optind != 1)
		return ctl_usage("text", "name one mail, or - for standard input");
	arena = arena_new(ARENA_BYTES);
	if (!arena || source_open(argv + optind, 1, &source) < 0)
		ctl_complain("cannot read %s: out of memory", argv[optind]);
	else
		status = print_source(source, arena, part);
	source_close(source);
	arena_free(arena);
	written = ctl_flush();
	return status != CTL_OK ? status : written;
}
