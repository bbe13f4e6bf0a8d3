/*
 * ctl_scan_print: see ctl_scan_print.h. JSON is written by hand: building a tree for every mail
 * costs more than judging it.
 */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* fwrite_unlocked */
#endif
#include "ctl_scan_print.h"

#include <inttypes.h>
#include <string.h>
#include <time.h>

#define SENDER_COLUMNS 28
#define FLAG_COLUMNS 20
#define WORDS_SHOWN 4 /* of one flag, in the short form */

static void
put(FILE *out, const char *s)
{
	fputs_unlocked(s, out);
}

/*
 * The length of the valid UTF-8 sequence at s (RFC 3629), 0 when it is none. A NUL ends every
 * check.
 */
static size_t
sequence(const unsigned char *s)
{
	size_t len = s[0] < 0x80                   ? 1
		     : s[0] >= 0xc2 && s[0] < 0xe0 ? 2
		     : s[0] >= 0xe0 && s[0] < 0xf0 ? 3
		     : s[0] >= 0xf0 && s[0] < 0xf5 ? 4
						   : 0;

	for (size_t i = 1; i < len; i++)
		if ((s[i] & 0xc0) != 0x80)
			return 0;
	if ((s[0] == 0xe0 && s[1] < 0xa0) || (s[0] == 0xed && s[1] >= 0xa0) ||
	    (s[0] == 0xf0 && s[1] < 0x90) || (s[0] == 0xf4 && s[1] >= 0x90))
		return 0;
	return len;
}

static void
put_json(FILE *out, const char *text)
{
	const unsigned char *at = (const unsigned char *)text, *run = at;

	putc_unlocked('"', out);
	while (*at) {
		size_t len = *at < 0x20 || *at == '"' || *at == '\\' ? 0 : sequence(at);

		if (len > 0) {
			at += len;
			continue;
		}
		fwrite_unlocked(run, 1, (size_t)(at - run), out);
		if (*at >= 0x80)
			put(out, "\\ufffd");
		else if (*at == '\n')
			put(out, "\\n");
		else if (*at >= 0x20)
			fprintf(out, "\\%c", *at);
		else
			fprintf(out, "\\u%04x", *at);
		run = ++at;
	}
	fwrite_unlocked(run, 1, (size_t)(at - run), out);
	putc_unlocked('"', out);
}

static void
put_member(FILE *out, const char *name, const char *text)
{
	fprintf(out, ",\"%s\":", name);
	if (text)
		put_json(out, text);
	else
		put(out, "null");
}

/* RFC 3339 in UTC; NULL when the mail has no readable date. */
static const char *
date_text(int64_t date, char *buffer, size_t size)
{
	time_t seconds = (time_t)date;
	struct tm tm;

	if (date == 0 || !gmtime_r(&seconds, &tm) ||
	    strftime(buffer, size, "%Y-%m-%dT%H:%M:%SZ", &tm) == 0)
		return NULL;
	return buffer;
}

/* Scores have few digits; %g would turn large ones into exponents that JSON readers take too. */
static void
put_evidence(FILE *out, const struct flag_verdict *flag)
{
	put(out, "[");
	for (size_t i = 0; i < flag->evidence_count; i++) {
		const struct evidence *e = &flag->evidence[i];
		char at[512];

		snprintf(at, sizeof(at), "%s:%u", e->file, e->line);
		put(out, i ? ",{\"rule\":" : "{\"rule\":");
		put_json(out, e->rule);
		put_member(out, "at", at);
		put_member(out, "part", e->part);
		fprintf(out, ",\"offset\":%zu,\"length\":%zu", e->offset, e->length);
		put_member(out, "text", e->text);
		fprintf(out, ",\"score\":%g}", e->score);
	}
	put(out, "]");
}

static void
put_flags(FILE *out, const struct verdict *v)
{
	bool first = true;

	put(out, ",\"flags\":{");
	for (int f = 0; v && f < FLAG_COUNT; f++) {
		const struct flag_verdict *flag = &v->flags[f];

		if (flag->answer == ANSWER_CLEAR)
			continue;
		fprintf(out,
			"%s\"%s\":{\"verdict\":\"%s\",\"score\":%g,\"threshold\":%g,\"evidence\":",
			first ? "" : ",", flag_name((enum flag)f), answer_name(flag->answer),
			flag->score, flag->threshold);
		put_evidence(out, flag);
		put(out, "}");
		first = false;
	}
	put(out, "},\"undetermined\":[");
	for (size_t i = 0; v && i < v->undetermined_count; i++) {
		put(out, i ? "," : "");
		put_json(out, v->undetermined[i]);
	}
	put(out, "]");
}

static const struct address *
sender(const struct message *m)
{
	static const struct address nobody = { "", "" };

	const struct addresses *lists[] = { &m->from, &m->sender };

	/* A group's own entry has no address: those of its members count. */
	for (size_t i = 0; i < 2; i++)
		for (size_t k = 0; k < lists[i]->count; k++)
			if (lists[i]->list[k].address[0])
				return &lists[i]->list[k];
	return m->from.count ? &m->from.list[0] : &nobody;
}

void
scan_print_json(FILE *out, const struct scanned *mail)
{
	const struct message *m = mail->message;
	char date[40];

	put(out, "{\"source\":");
	put_json(out, mail->source);
	put_member(out, "message_id", m ? m->message_id : "");
	put_member(out, "date", m ? date_text(m->date, date, sizeof(date)) : NULL);
	put_member(out, "from", m ? sender(m)->address : "");
	put_member(out, "subject", m ? m->subject : "");
	put_member(out, "language", m ? m->language : "und");
	put_member(out, "automatic", m ? automatic_name(m->automatic) : "no");
	put_member(out, "severity", mail->severity);
	put_flags(out, mail->verdict);
	put_member(out, "error", mail->error);
	put(out, "}\n");
}

/* A list of users or a page of settings has "name: value" lines too, but none of a mail's. */
static bool
is_mail(const struct message *m)
{
	static const char *const names[] = { "From",        "Sender",       "Reply-To",
					     "To",          "Cc",           "Subject",
					     "Date",        "Message-ID",   "Received",
					     "Return-Path", "MIME-Version", "Content-Type" };

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (message_header(m, names[i]))
			return true;
	return false;
}

static const char *
sender_text(const struct message *m)
{
	const struct address *from = m ? sender(m) : NULL;

	return !from              ? "?"
	       : !is_mail(m)      ? "(no headers: is this a mail?)"
	       : from->address[0] ? from->address
	       : from->name[0]    ? from->name
				  : "(no sender)";
}

/* The distinct words that raised a flag. */
static void
put_words(const struct term *term, const struct flag_verdict *flag)
{
	size_t shown = 0, more = 0;

	for (size_t i = 0; i < flag->evidence_count; i++) {
		const char *text = flag->evidence[i].text;
		bool known = text[0] == '\0';

		for (size_t k = 0; k < i && !known; k++)
			known = !strcmp(flag->evidence[k].text, text);
		if (known)
			continue;
		if (shown == WORDS_SHOWN) {
			more++;
			continue;
		}
		fputs(shown++ ? " “" : "“", term->out);
		term_text(term, text, strlen(text), false);
		fputs("”", term->out);
	}
	if (more)
		fprintf(term->out, " and %zu more", more);
}

static void
put_flag_lines(const struct term *term, const struct verdict *v)
{
	for (int f = 0; f < FLAG_COUNT; f++) {
		const struct flag_verdict *flag = &v->flags[f];
		bool hit = flag->answer == ANSWER_HIT;

		if (flag->answer == ANSWER_CLEAR)
			continue;
		fputs("          ", term->out);
		term_cell(term, hit ? STYLE_STRONG : STYLE_WARNING, flag_name((enum flag)f),
			  flag->evidence_count || !hit ? FLAG_COLUMNS : 0);
		if (!hit)
			fputs("  could not be decided", term->out);
		if (flag->evidence_count)
			fputs("  ", term->out);
		put_words(term, flag);
		putc('\n', term->out);
	}
}

void
scan_print_line(const struct term *term, const struct scanned *mail)
{
	const struct message *m = mail->message;
	bool other = m && !is_mail(m);
	bool none = !mail->severity || !strcmp(mail->severity, "none");
	bool quiet = none && mail->verdict && !verdict_hits(mail->verdict);

	term_cell(term, none ? STYLE_DIM : term_severity(mail->severity),
		  none ? "-" : mail->severity, 8);
	fputs("  ", term->out);
	term_cell(term, quiet ? STYLE_DIM : STYLE_PLAIN, sender_text(m),
		  other ? 0 : SENDER_COLUMNS);
	fputs("  ", term->out);
	term_cell(term, quiet ? STYLE_DIM : STYLE_PLAIN,
		  !m || other     ? mail->source
		  : m->subject[0] ? m->subject
				  : "(no subject)",
		  0);
	if (m && m->automatic != AUTOMATIC_NO)
		fprintf(term->out, "  [automatic: %s]", automatic_name(m->automatic));
	putc('\n', term->out);
	if (mail->verdict)
		put_flag_lines(term, mail->verdict);
	if (mail->error) {
		fputs("          ", term->out);
		term_cell(term, STYLE_WARNING, mail->error, 0);
		putc('\n', term->out);
	}
}

static void
explain_head(const struct term *term, const char *name, const char *text)
{
	if (!text || !*text)
		return;
	term_cell(term, STYLE_DIM, name, 10);
	term_cell(term, STYLE_PLAIN, text, 0);
	putc('\n', term->out);
}

void
scan_print_flag(const struct term *term, enum flag f, const struct flag_verdict *flag)
{
	putc('\n', term->out);
	term_cell(term, flag->answer == ANSWER_HIT ? STYLE_BAD : STYLE_WARNING, flag_name(f), 0);
	fprintf(term->out, ": %s, score %g of %g\n", answer_name(flag->answer), flag->score,
		flag->threshold);
	for (size_t i = 0; i < flag->evidence_count; i++) {
		const struct evidence *e = &flag->evidence[i];

		/* A rule's score counts once, however often it matched. */
		if (i == 0 || strcmp(e->rule, flag->evidence[i - 1].rule)) {
			fprintf(term->out, "  %+g  %s  %s%s  (%s:%u)\n", e->score, e->rule,
				e->when ? "when " : "", e->when ? e->when : view_name(e->view),
				e->file, e->line);
			if (e->why[0])
				fprintf(term->out, "      %s\n", e->why);
		}
		if (e->text[0]) {
			fprintf(term->out, "      %s at %zu: “", e->part, e->offset);
			term_text(term, e->text, strlen(e->text), false);
			fputs("”\n", term->out);
		}
	}
}

/* The end of the hit that covers `at` in the body, or 0. */
static size_t
hit_end(const struct verdict *v, size_t at)
{
	size_t end = 0;

	for (int f = 0; f < FLAG_COUNT; f++)
		for (size_t i = 0; i < v->flags[f].evidence_count; i++) {
			const struct evidence *e = &v->flags[f].evidence[i];

			if (strcmp(e->part, "body") && strcmp(e->part, "quoted") &&
			    strcmp(e->part, "signature"))
				continue;
			if (e->offset <= at && at < e->offset + e->length &&
			    e->offset + e->length > end)
				end = e->offset + e->length;
		}
	return end;
}

/* The same of all hits that overlap with it and with each other: they are shown as one. */
static size_t
joined_end(const struct verdict *v, size_t at)
{
	size_t end = hit_end(v, at), more = end;

	while (more > 0 && (more = hit_end(v, end - 1)) > end)
		end = more;
	return end;
}

/* Where the next hit after `at` begins, or `limit`. */
static size_t
hit_start(const struct verdict *v, size_t at, size_t limit)
{
	for (int f = 0; f < FLAG_COUNT; f++)
		for (size_t i = 0; i < v->flags[f].evidence_count; i++) {
			const struct evidence *e = &v->flags[f].evidence[i];
			bool body = !strcmp(e->part, "body") || !strcmp(e->part, "quoted") ||
				    !strcmp(e->part, "signature");

			if (body && e->length > 0 && e->offset > at && e->offset < limit)
				limit = e->offset;
		}
	return limit;
}

static void
explain_text(const struct term *term, const struct message *m, const struct verdict *v,
	     const struct segment *segment)
{
	size_t at = segment->offset, end = segment->offset + segment->length, stop;

	while (end > at && m->body[end - 1] == '\n')
		end--;

	while (at < end) {
		size_t hit = joined_end(v, at);

		if (hit > end)
			hit = end;
		stop = hit ? hit : hit_start(v, at, end);
		if (hit) {
			fputs("[", term->out);
			term_style(term, STYLE_BAD);
		}
		term_text(term, m->body + at, stop - at, true);
		if (hit) {
			term_style(term, STYLE_PLAIN);
			fputs("]", term->out);
		}
		at = stop;
	}
	putc('\n', term->out);
}

void
scan_print_head(const struct term *term, const struct scanned *mail)
{
	const struct message *m = mail->message;
	char date[40], notes[256];

	explain_head(term, "mail", mail->source);
	explain_head(term, "error", mail->error);
	if (m) {
		explain_head(term, "from", sender_text(m));
		explain_head(term, "subject", m->subject);
		explain_head(term, "date", date_text(m->date, date, sizeof(date)));
		explain_head(term, "language", m->language);
		explain_head(term, "automatic", m->automatic_why);
		explain_head(term, "notes", message_notes_text(m->notes, notes, sizeof(notes)));
	}
	explain_head(term, "severity", mail->severity);
}

void
scan_print_text(const struct term *term, const struct message *m, const struct verdict *v)
{
	static const char *const kinds[] = {
		[SEGMENT_NEW] = "new words",
		[SEGMENT_QUOTED] = "quoted",
		[SEGMENT_SIGNATURE] = "signature",
		[SEGMENT_FORWARDED] = "forwarded",
	};

	for (size_t i = 0; i < m->segment_count; i++) {
		fputs("\n", term->out);
		term_cell(term, STYLE_DIM, kinds[m->segments[i].kind], 0);
		fputs(":\n", term->out);
		explain_text(term, m, v, &m->segments[i]);
	}
}

void
scan_print_explain(const struct term *term, const struct scanned *mail)
{
	scan_print_head(term, mail);
	if (!mail->message || !mail->verdict)
		return;
	explain_head(term, "rule set", mail->verdict->ruleset_hash);
	for (int f = 0; f < FLAG_COUNT; f++)
		if (mail->verdict->flags[f].answer != ANSWER_CLEAR)
			scan_print_flag(term, (enum flag)f, &mail->verdict->flags[f]);
	for (size_t i = 0; i < mail->verdict->undetermined_count; i++)
		fprintf(term->out, "\nnot decided: %s\n", mail->verdict->undetermined[i]);
	scan_print_text(term, mail->message, mail->verdict);
}
