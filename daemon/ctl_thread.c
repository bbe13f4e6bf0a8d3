/*
 * ctl_thread: `triagectl thread`: which stored mails belong together by what they refer to, which
 * case each would join, and why.
 *
 * Cases come out of a store in memory that the mails go through in their order, by the same rules
 * as in the daemon; nobody is taken for us, so everybody is a customer.
 */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* memmem */
#endif
#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "case.h"
#include "ctl.h"
#include "source.h"
#include "term.h"
#include "thread.h"
#include "thread_set.h"

#define ARENA_BYTES (128u << 20)
#define ACCOUNT "mail"
#define CASE_COLUMNS 7
#define FROM_COLUMNS 28
#define SUBJECT_COLUMNS 36

/* Where one mail was put. */
struct place {
	uint64_t case_id, linked;
	const struct thread_mail *parent; /* NULL when there is none */
	const char *why;
};

struct threading {
	struct thread_set *set;
	struct thread_mail *const *mails;
	size_t count;
	struct place *places; /* of the mails */
	struct store_txn *txn;
	struct arena *arena;
	int64_t latest; /* date so far, for mails without one */
};

/* What threads need lies before the first empty line: the body is not looked at. */
static size_t
header_length(const char *bytes, size_t len)
{
	size_t start = 0;
	const char *lf, *crlf;

	while (start < len && (bytes[start] == '\n' || bytes[start] == '\r'))
		start++;
	lf = memmem(bytes + start, len - start, "\n\n", 2);
	if (lf)
		len = (size_t)(lf - bytes) + 2;
	crlf = memmem(bytes + start, len - start, "\n\r\n", 3);
	return crlf ? (size_t)(crlf - bytes) + 3 : len;
}

static int
add_mail(struct threading *t, const struct source_mail *mail)
{
	struct message *m;
	int r;

	arena_reset(t->arena);
	r = message_read(t->arena, mail->bytes, header_length(mail->bytes, mail->len), false, &m);
	return r < 0 ? r : thread_set_add(t->set, mail->name, m);
}

/* What cannot be read is said; the rest goes on. Returns CTL_OK or CTL_FAILED. */
static int
read_mails(struct threading *t, char **paths, size_t count)
{
	struct source *source;
	struct source_mail mail;
	struct err err;
	int status = CTL_OK, r = source_open(paths, count, &source), one = 0;

	if (r < 0) {
		ctl_complain("cannot read %s: out of memory", paths[0]);
		return CTL_FAILED;
	}
	while (one == 0 && (r = source_next(source, &mail, &err)) != 0) {
		if (r < 0) {
			ctl_complain("%s", err.text);
			status = CTL_FAILED;
			continue;
		}
		one = add_mail(t, &mail);
		if (one < 0) {
			ctl_complain("cannot keep %s beside %zu other mails: %s; give fewer at "
				     "once",
				     mail.name, t->count, strerror(-one));
			status = CTL_FAILED;
		}
		t->count++;
		source_mail_free(&mail);
	}
	source_close(source);
	return status;
}

/* Opens or finds the case, and puts the mail into it. */
static int
keep_mail(struct threading *t, const struct thread_mail *mail, const struct thread_place *found,
	  uint64_t *ret_case)
{
	const struct message *message = mail->message;
	struct message_record m = { .id = mail->place + 1,
				    .account = ACCOUNT,
				    .message_id = message->message_id,
				    .subject = message->subject,
				    .from = customer_of(message).address,
				    .date = message->date,
				    .received_ms = t->latest * 1000,
				    .joined = found->why,
				    .gmail_thread = mail->gmail_thread };
	struct case_record c;
	int r = found->case_id ? record_case_get(t->txn, t->arena, found->case_id, &c)
			       : case_open(t->txn, t->arena, ACCOUNT, message, found->linked,
					   m.received_ms, &c);

	if (r < 0)
		return r;
	*ret_case = m.case_id = c.id;
	r = case_add_mail(t->txn, t->arena, &c, &m, SEVERITY_NONE, m.received_ms);
	return r < 0 ? r : record_message_put(t->txn, &m);
}

static int
place_mail(struct threading *t, const struct thread_mail *mail, struct place *ret)
{
	const struct message *message = mail->message;
	struct thread_place found;
	int r;

	arena_reset(t->arena);
	if (message->date > 0)
		t->latest = message->date;
	r = thread_find(t->txn, t->arena, ACCOUNT, message, t->latest * 1000, mail->gmail_thread,
			&found);
	if (r == 0)
		r = keep_mail(t, mail, &found, &ret->case_id);
	if (r < 0)
		return r;
	ret->linked = found.linked;
	ret->parent = found.parent ? t->mails[found.parent - 1] : NULL;
	ret->why = found.why;
	return 0;
}

/* 0, or negative errno with a complaint. */
static int
place_all(struct threading *t)
{
	struct store *store = NULL;
	int r = store_open_memory(&store);

	if (r == 0)
		r = store_begin(store, true, &t->txn);
	for (size_t i = 0; r == 0 && i < t->count; i++) {
		r = place_mail(t, t->mails[i], &t->places[i]);
		if (r < 0)
			ctl_complain("cannot find the case of %s: %s", t->mails[i]->name,
				     strerror(-r));
	}
	store_abort(t->txn);
	store_close(store);
	return r;
}

static int
print_json(const struct threading *t)
{
	int status = CTL_OK;

	for (size_t i = 0; status == CTL_OK && i < t->count; i++) {
		const struct place *p = &t->places[i];
		char number[32];
		json_t *line;

		snprintf(number, sizeof(number), "C%" PRIu64, p->case_id);
		line = json_pack("{s:s,s:s,s:s,s:s,s:s}", "message_id",
				 t->mails[i]->message->message_id, "thread", t->mails[i]->thread,
				 "case", number, "parent",
				 p->parent ? p->parent->message->message_id : "", "why", p->why);
		if (!line || json_dumpf(line, stdout, JSON_COMPACT) < 0)
			status = CTL_FAILED;
		putchar('\n');
		json_decref(line);
	}
	return status;
}

/* Why a mail is where it is, in words. */
static void
print_why(const struct term *term, const struct place *p)
{
	const char *id = p->parent ? p->parent->message->message_id : "";

	if (!strcmp(p->why, "token"))
		fputs("answers our mail ", term->out);
	else if (!strcmp(p->why, "in-reply-to"))
		fputs("answers ", term->out);
	else if (!strcmp(p->why, "references"))
		fputs("refers to ", term->out);
	else if (!strcmp(p->why, "gmail-thread"))
		fputs("Gmail has it in one conversation with ", term->out);
	else if (!strcmp(p->why, "subject"))
		fputs("answer with the same subject, from the same customer", term->out);
	else if (!strcmp(p->why, "not-a-participant"))
		fprintf(term->out,
			"new case, linked to C%" PRIu64 ": not a participant of it, but refers to ",
			p->linked);
	else
		fputs("new case", term->out);
	if (p->parent && strcmp(p->why, "subject") != 0)
		term_text(term, id, strlen(id), false);
	putc('\n', term->out);
}

static void
print_line(const struct term *term, const struct thread_mail *mail, const struct place *p)
{
	char date[40] = "no date", number[32];
	time_t seconds = (time_t)mail->message->date;
	const char *from = customer_of(mail->message).address;
	struct tm tm;

	if (seconds != 0 && gmtime_r(&seconds, &tm))
		strftime(date, sizeof(date), "%Y-%m-%d %H:%M", &tm);
	snprintf(number, sizeof(number), "C%" PRIu64, p->case_id);
	fprintf(term->out, "  %-16s  ", date);
	term_cell(term, STYLE_STRONG, number, CASE_COLUMNS);
	putc(' ', term->out);
	term_cell(term, STYLE_PLAIN, from[0] ? from : "(nobody)", FROM_COLUMNS);
	putc(' ', term->out);
	term_cell(term, STYLE_PLAIN, mail->message->subject, SUBJECT_COLUMNS);
	putc(' ', term->out);
	term_style(term, STYLE_DIM);
	print_why(term, p);
	term_style(term, STYLE_PLAIN);
}

static int
compare_threads(const void *a, const void *b)
{
	const struct thread_mail *x = *(struct thread_mail *const *)a,
				 *y = *(struct thread_mail *const *)b;

	if (x->first != y->first)
		return x->first < y->first ? -1 : 1;
	return (x->place > y->place) - (x->place < y->place);
}

/* A paragraph for each thread, the oldest first. Returns CTL_OK or CTL_FAILED. */
static int
print_people(const struct threading *t)
{
	struct term term = term_of(stdout);
	struct thread_mail **sorted = calloc(t->count + 1, sizeof(*sorted));
	size_t threads = 0, cases = 0;

	if (!sorted) {
		ctl_complain("cannot print the threads: out of memory");
		return CTL_FAILED;
	}
	memcpy(sorted, t->mails, t->count * sizeof(*sorted));
	qsort(sorted, t->count, sizeof(*sorted), compare_threads);
	for (size_t i = 0; i < t->count; i++) {
		const struct place *p = &t->places[sorted[i]->place];

		if (i == 0 || sorted[i]->first != sorted[i - 1]->first) {
			threads++;
			term_cell(&term, STYLE_DIM, sorted[i]->thread, 0);
			putchar('\n');
		}
		cases += !strcmp(p->why, "new") || !strcmp(p->why, "not-a-participant");
		print_line(&term, sorted[i], p);
	}
	printf("%zu mails, %zu threads, %zu cases\n", t->count, threads, cases);
	free(sorted);
	return CTL_OK;
}

static int
thread_all(struct threading *t, char **paths, size_t count, bool json)
{
	int status = read_mails(t, paths, count), printed = CTL_FAILED;

	if (thread_set_link(t->set, &t->mails, &t->count) == 0)
		t->places = calloc(t->count + 1, sizeof(*t->places));
	if (!t->places)
		ctl_complain("cannot find the threads of %zu mails: out of memory", t->count);
	else if (place_all(t) == 0)
		printed = json ? print_json(t) : print_people(t);
	free(t->places);
	return printed == CTL_OK ? status : printed;
}

int
ctl_thread(int argc, char **argv)
{
	static const struct option longs[] = { { "json", no_argument, NULL, 'j' }, { 0 } };
	struct threading t = { .set = NULL };
	bool json = false;
	int c, status = CTL_FAILED, written;

	optind = 0;
	while ((c = getopt_long(argc, argv, "", longs, NULL)) != -1) {
		if (c != 'j')
			return ctl_usage("thread", "the arguments are not understood");
		json = true;
	}
	if (optind == argc)
		return ctl_usage("thread",
				 "name what to look at: mails, an mbox, a Maildir, a folder, or -");
	t.set = thread_set_new();
	t.arena = arena_new(ARENA_BYTES);
	if (!t.set || !t.arena)
		ctl_complain("cannot read %s: out of memory", argv[optind]);
	else
		status = thread_all(&t, argv + optind, (size_t)(argc - optind), json);
	thread_set_free(t.set);
	arena_free(t.arena);
	written = ctl_flush();
	return status != CTL_OK ? status : written;
}
