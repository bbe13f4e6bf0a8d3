/*
 * ctl_render: see ctl_render.h. Members that are missing are left out, so that an older triagectl
 * can read a newer answer.
 */
#include <string.h>

#include "ctl_render.h"
#include "ctl_render_internal.h"
#include "event_words.h"

/* The strings of a list with something between them. */
static void
put_list(const struct term *term, const json_t *list, const char *before, const char *after,
	 const char *between)
{
	size_t i;
	json_t *one;

	json_array_foreach(list, i, one)
	{
		fputs(i ? between : "", term->out);
		fputs(before, term->out);
		put(term, json_string_value(one) ? json_string_value(one) : "");
		fputs(after, term->out);
	}
}

static void
waiting_text(const json_t *c, int64_t now_ms, char *ret, size_t size)
{
	int64_t since = term_time(string(c, "waiting_since"));

	if (since)
		term_age(now_ms - since, ret, size);
	else
		snprintf(ret, size, "-");
}

/* A mail may come without a sender, or with one that is no address. */
static const char *
customer(const json_t *c)
{
	return *string(c, "customer") ? string(c, "customer") : "(no sender)";
}

/* What was promised next, and whether it is late. */
static void
queue_promise(const struct term *term, const json_t *c, int64_t now_ms)
{
	int64_t due = term_time(string(c, "promise_due"));
	char age[32];

	if (!due)
		return;
	term_age(due > now_ms ? due - now_ms : now_ms - due, age, sizeof(age));
	term_style(term, due > now_ms ? STYLE_PLAIN : STYLE_BAD);
	if (due > now_ms)
		fprintf(term->out, "promise due in %s  ", age);
	else
		fprintf(term->out, "promise overdue for %s  ", age);
	term_style(term, STYLE_PLAIN);
}

/* "answer due in 2 h": whether the clock of that name is running out. */
static bool
put_clock(const struct term *term, const json_t *c, const char *name, int64_t now_ms)
{
	const json_t *clock = json_object_get(c, name);
	int64_t due = term_time(string(clock, "due"));
	bool late = due && due <= now_ms;
	char age[32];

	if (!due)
		return false;
	term_age(late ? now_ms - due : due - now_ms, age, sizeof(age));
	term_style(term, late ? STYLE_BAD : STYLE_PLAIN);
	fprintf(term->out, "%s %s %s", name, late ? "late by" : "due in", age);
	term_style(term, STYLE_PLAIN);
	return true;
}

/* The solution is only spoken of where cases are listed when it is late. */
static void
queue_clocks(const struct term *term, const json_t *c, int64_t now_ms)
{
	if (put_clock(term, c, "answer", now_ms))
		fputs("  ", term->out);
	if (json_is_true(json_object_get(json_object_get(c, "solution"), "late")) &&
	    put_clock(term, c, "solution", now_ms))
		fputs("  ", term->out);
}

static void
case_clocks(const struct term *term, const json_t *page, int64_t now_ms)
{
	static const char *const names[] = { "answer", "solution" };

	bool first = true;

	for (size_t i = 0; i < 2; i++) {
		const json_t *clock = json_object_get(page, names[i]);

		if (!json_is_object(clock))
			continue;
		term_cell(term, STYLE_DIM, first ? "clocks" : "", 10);
		first = false;
		put_clock(term, page, names[i], now_ms);
		fputs(", by ", term->out);
		put_when(term, string(clock, "due"));
		putc('\n', term->out);
	}
}

/* Who acts for an owner who is away, in brackets. */
static void
put_acting(const struct term *term, const json_t *c)
{
	const json_t *acting = json_object_get(c, "acting");

	if (!json_is_object(acting))
		return;
	fputs(" (away until ", term->out);
	put(term, string(acting, "until"));
	fputs(", ", term->out);
	put(term, string(acting, "agent"));
	fputs(" acts)", term->out);
}

static void
queue_case(const struct term *term, const json_t *c, int64_t now_ms)
{
	const json_t *words = json_object_get(c, "words");
	const char *severity = string(c, "severity"), *owner = string(c, "owner");
	char waiting[32];

	waiting_text(c, now_ms, waiting, sizeof(waiting));
	term_cell(term, STYLE_STRONG, string(c, "id"), 6);
	fputs("  ", term->out);
	term_cell(term, term_severity(severity), severity, 8);
	fputs("  ", term->out);
	term_cell(term, STYLE_PLAIN, waiting, 8);
	fputs("  ", term->out);
	term_cell(term, *owner ? STYLE_PLAIN : STYLE_DIM, *owner ? owner : "-", 10);
	fputs("  ", term->out);
	term_cell(term, STYLE_PLAIN, customer(c), 24);
	fputs("  ", term->out);
	term_cell(term, STYLE_PLAIN, *string(c, "subject") ? string(c, "subject") : "(no subject)",
		  0);
	fputs("\n        ", term->out);
	queue_promise(term, c, now_ms);
	queue_clocks(term, c, now_ms);
	if (json_is_object(json_object_get(c, "acting"))) {
		put(term, owner);
		put_acting(term, c);
		fputs("  ", term->out);
	}
	term_style(term, STYLE_DIM);
	put_list(term, json_object_get(c, "flags"), "", "", " ");
	term_style(term, STYLE_PLAIN);
	if (json_array_size(words)) {
		fputs("  ", term->out);
		put_list(term, words, "“", "”", " ");
	}
	putc('\n', term->out);
}

void
render_queue(const struct term *term, const json_t *queue, int64_t now_ms)
{
	const json_t *cases = json_object_get(queue, "cases");
	size_t i;
	json_t *c;

	if (json_array_size(cases) == 0) {
		fputs("no open cases\n", term->out);
		return;
	}
	term_style(term, STYLE_DIM);
	fprintf(term->out, "%-6s  %-8s  %-8s  %-10s  %-24s  %s\n", "case", "severity", "waiting",
		"owner", "customer", "subject");
	term_style(term, STYLE_PLAIN);
	json_array_foreach(cases, i, c) queue_case(term, c, now_ms);
	if (json_is_true(json_object_get(queue, "more")))
		fputs("... and more; see --limit\n", term->out);
}

void
case_line(const struct term *term, const char *name, const char *text)
{
	if (!*text)
		return;
	term_cell(term, STYLE_DIM, name, 10);
	put(term, text);
	putc('\n', term->out);
}

/* What is done about it: by when, or when it was done. */
static void
case_measure(const struct term *term, const char *name, const char *text, const char *due,
	     const char *done)
{
	if (!*text)
		return;
	term_cell(term, STYLE_DIM, name, 10);
	put(term, text);
	if (*due || *done) {
		fputs(*done ? ", done " : ", by ", term->out);
		put_when(term, *done ? done : due);
	}
	putc('\n', term->out);
}

static void
case_hold(const struct term *term, const json_t *hold)
{
	if (!json_is_object(hold))
		return;
	term_cell(term, STYLE_DIM, "on hold", 10);
	fputs("until ", term->out);
	put_when(term, string(hold, "until"));
	fputs(" by ", term->out);
	put(term, string(hold, "by"));
	fputs(": ", term->out);
	put(term, string(hold, "reason"));
	putc('\n', term->out);
}

/* Whose turn it is, when it is not ours. */
static void
case_turn(const struct term *term, const json_t *page, int64_t now_ms)
{
	const char *turn = string(page, "turn");
	char age[32];

	term_age(now_ms - term_time(string(page, "turn_since")), age, sizeof(age));
	if (!strcmp(turn, "customer"))
		fprintf(term->out, ", the customer's turn for %s", age);
	else if (!strcmp(turn, "colleagues"))
		fprintf(term->out, ", our own people were asked %s ago", age);
}

/* How long our people say that they worked on it. */
static void
case_worked(const struct term *term, json_int_t minutes)
{
	if (minutes == 0)
		return;
	term_cell(term, STYLE_DIM, "worked", 10);
	fprintf(term->out, "%" JSON_INTEGER_FORMAT " h %02" JSON_INTEGER_FORMAT " min\n",
		minutes / 60, minutes % 60);
}

static void
case_owner(const struct term *term, const json_t *page)
{
	term_cell(term, STYLE_DIM, "owner", 10);
	put(term, *string(page, "owner") ? string(page, "owner") : "nobody yet");
	put_acting(term, page);
	putc('\n', term->out);
}

static void
case_head(const struct term *term, const json_t *page, int64_t now_ms)
{
	const char *name = string(page, "customer_name");
	char waiting[32];

	term_cell(term, STYLE_STRONG, string(page, "id"), 0);
	fputs("  ", term->out);
	term_cell(term, STYLE_STRONG,
		  *string(page, "subject") ? string(page, "subject") : "(no subject)", 0);
	fputs("\n\n", term->out);
	render_minds(term, page);
	term_cell(term, STYLE_DIM, "customer", 10);
	put(term, name);
	fputs(*name ? " <" : "", term->out);
	put(term, customer(page));
	fputs(*name ? ">\n" : "\n", term->out);
	case_line(term, "standing", string(page, "standing"));
	case_line(term, "account", string(page, "account"));
	term_cell(term, STYLE_DIM, "severity", 10);
	term_cell(term, term_severity(string(page, "severity")), string(page, "severity"), 0);
	putc('\n', term->out);
	if (json_array_size(json_object_get(page, "flags"))) {
		term_cell(term, STYLE_DIM, "flags", 10);
		put_list(term, json_object_get(page, "flags"), "", "", ", ");
		putc('\n', term->out);
	}
	case_owner(term, page);
	waiting_text(page, now_ms, waiting, sizeof(waiting));
	term_cell(term, STYLE_DIM, "state", 10);
	fprintf(term->out, "%s, %s", string(page, "state"), string(page, "stage"));
	if (strcmp(waiting, "-"))
		fprintf(term->out, ", waiting for us for %s", waiting);
	case_turn(term, page, now_ms);
	putc('\n', term->out);
	case_line(term, "fault", string(page, "fault"));
	case_line(term, "situation", string(page, "situation"));
	case_measure(term, "interim", string(page, "interim"), string(page, "interim_due"),
		     string(page, "interim_done"));
	case_measure(term, "lasting", string(page, "lasting"), string(page, "lasting_due"),
		     string(page, "lasting_done"));
	case_line(term, "approved", string(page, "approved"));
	case_worked(term, number(page, "worked_minutes"));
	render_asked(term, page);
	case_hold(term, json_object_get(page, "hold"));
	case_clocks(term, page, now_ms);
	case_line(term, "language", string(page, "language"));
	case_line(term, "linked", string(page, "linked"));
	case_line(term, "merged", string(page, "merged"));
	if (*string(page, "forgotten")) {
		term_cell(term, STYLE_DIM, "forgotten", 10);
		put_when(term, string(page, "forgotten"));
		fputs(": what it said of people was erased\n", term->out);
	}
	if (json_is_false(json_object_get(page, "record_sound")))
		term_cell(term, STYLE_BAD,
			  "the record of this case has been changed outside triaged: its hash "
			  "chain is broken\n",
			  0);
}

/*
 * Whether another entry of the flag holds the same words and more, or an earlier one just the same.
 */
static bool
said_elsewhere(const json_t *evidence, size_t index)
{
	const json_t *one = json_array_get(evidence, index);
	size_t i;
	json_t *other;

	json_array_foreach(evidence, i, other)
	{
		bool longer = strlen(string(other, "text")) > strlen(string(one, "text"));

		if (i != index && (longer || i < index) &&
		    !strcmp(string(other, "flag"), string(one, "flag")) &&
		    strstr(string(other, "text"), string(one, "text")))
			return true;
	}
	return false;
}

void
render_evidence(const struct term *term, const json_t *evidence, const char *indent, bool rules)
{
	size_t i;
	json_t *one;

	json_array_foreach(evidence, i, one)
	{
		const char *text = string(one, "text") + strspn(string(one, "text"), " \t\r\n");
		size_t len = strlen(text);

		if (said_elsewhere(evidence, i))
			continue;
		while (len > 0 && strchr(" \t\r\n", text[len - 1]))
			len--;
		fputs(indent, term->out);
		term_cell(term, STYLE_STRONG, string(one, "flag"), 20);
		if (len > 0) {
			fputs("  “", term->out);
			term_text(term, text, len, false);
			fputs("”", term->out);
		}
		if (rules) {
			fputs("  ", term->out);
			term_cell(term, STYLE_DIM, string(one, "rule"), 0);
		}
		putc('\n', term->out);
	}
}

/* What people made of its flags. */
static void
mail_corrected(const struct term *term, const json_t *flags)
{
	if (!flags)
		return;
	fputs("      corrected by a person, now: ", term->out);
	if (json_array_size(flags) > 0)
		put_list(term, flags, "", "", ", ");
	else
		fputs("no flags", term->out);
	putc('\n', term->out);
}

static void
case_mail(const struct term *term, const json_t *mail)
{
	fputs("  ", term->out);
	put_when(term, *string(mail, "received") ? string(mail, "received") : string(mail, "date"));
	fputs("  ", term->out);
	term_cell(term, STYLE_PLAIN,
		  json_is_true(json_object_get(mail, "outgoing")) ? "(we wrote)"
		  : *string(mail, "from")                         ? string(mail, "from")
								  : "(no sender)",
		  24);
	fputs("  ", term->out);
	put(term, *string(mail, "subject") ? string(mail, "subject") : "(no subject)");
	fputs("  ", term->out);
	term_style(term, STYLE_DIM);
	put(term, string(mail, "folder"));
	fprintf(term->out, " UID %" JSON_INTEGER_FORMAT, number(mail, "uid"));
	if (number(mail, "id"))
		fprintf(term->out, "  M%" JSON_INTEGER_FORMAT, number(mail, "id"));
	term_style(term, STYLE_PLAIN);
	putc('\n', term->out);
	if (*render_join(string(mail, "joined"))) {
		term_cell(term, STYLE_DIM, "", 6);
		term_style(term, STYLE_DIM);
		fputs(render_join(string(mail, "joined")), term->out);
		if (render_join_colleague(string(mail, "joined")))
			fputs("; its writer is a colleague of the customer's", term->out);
		term_style(term, STYLE_PLAIN);
		putc('\n', term->out);
	}
	if (*string(mail, "forwarded_by")) {
		fputs("      passed on by ", term->out);
		put(term, string(mail, "forwarded_by"));
		putc('\n', term->out);
	}
	render_evidence(term, json_object_get(mail, "evidence"), "      ", true);
	mail_corrected(term, json_object_get(mail, "corrected"));
	if (json_is_true(json_object_get(mail, "incomplete")))
		fputs("      could not be judged whole: please read it\n", term->out);
}

static void
case_action(const struct term *term, const json_t *entry)
{
	const char *state = string(entry, "state"), *error = string(entry, "error");
	bool bad = !strcmp(state, "failed") || !strcmp(state, "unknown");

	fputs("  ", term->out);
	term_cell(term, bad ? STYLE_BAD : STYLE_PLAIN, state, 8);
	fputs("  ", term->out);
	term_cell(term, STYLE_PLAIN, string(entry, "kind"), 8);
	fputs("  ", term->out);
	put(term,
	    *string(entry, "template") ? string(entry, "template") : string(entry, "argument"));
	if (*string(entry, "rule")) {
		bool asked = !strcmp(string(entry, "rule"), "asked for");

		fputs(*string(entry, "template") || *string(entry, "argument") ? "  " : "",
		      term->out);
		term_style(term, STYLE_DIM);
		fputs(asked ? "" : "by policy rule ", term->out);
		put(term, string(entry, "rule"));
		term_style(term, STYLE_PLAIN);
	}
	putc('\n', term->out);
	/* What went wrong before it was done in the end concerns nobody any more. */
	if (*error && strcmp(state, "done")) {
		fputs("            ", term->out);
		put(term, error);
		putc('\n', term->out);
	}
}

static void
case_promise(const struct term *term, const json_t *promise)
{
	const char *state = string(promise, "state");
	bool open = !strcmp(state, "open"), late = json_is_true(json_object_get(promise, "late"));
	char number[24];

	snprintf(number, sizeof(number), "%" JSON_INTEGER_FORMAT,
		 json_integer_value(json_object_get(promise, "number")));
	fputs("  ", term->out);
	term_cell(term, STYLE_STRONG, number, 3);
	term_cell(term, open ? STYLE_PLAIN : STYLE_DIM, late ? "kept late" : state, 10);
	fputs("  due ", term->out);
	put_when(term, string(promise, "due"));
	fputs("  ", term->out);
	put(term, string(promise, "text"));
	if (json_is_true(json_object_get(promise, "inside")))
		fputs("  (asked inside)", term->out);
	putc('\n', term->out);
}

static void
case_event(const struct term *term, const json_t *event)
{
	struct arena *arena = arena_new(0);
	const char *words = arena ? event_words(arena, event) : NULL;

	fputs("  ", term->out);
	put_when(term, string(event, "at"));
	fputs("  ", term->out);
	term_cell(term, STYLE_PLAIN, string(event, "actor"), 10);
	fputs("  ", term->out);
	put(term, words ? words : string(event, "kind"));
	putc('\n', term->out);
	arena_free(arena);
}

static void
case_section(const struct term *term, const json_t *list, const char *heading,
	     void (*print)(const struct term *term, const json_t *one))
{
	size_t i;
	json_t *one;

	if (json_array_size(list) == 0)
		return;
	put_heading(term, heading);
	json_array_foreach(list, i, one) print(term, one);
}

void
render_case(const struct term *term, const json_t *page, int64_t now_ms)
{
	case_head(term, page, now_ms);
	case_section(term, json_object_get(page, "mails"), "mails", case_mail);
	case_section(term, json_object_get(page, "promises"), "promises", case_promise);
	case_section(term, json_object_get(page, "outbox"), "actions", case_action);
	case_section(term, json_object_get(page, "events"), "history", case_event);
}
